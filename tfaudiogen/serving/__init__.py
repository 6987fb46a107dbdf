"""Exports models as SavedModels of waveforms and pictures."""
