"""Representations of audio, images and conditions, with their inverses."""
