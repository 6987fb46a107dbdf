"""Exports models as SavedModels of audio and images."""
