"""What a batch of pairs calls its two sides."""

SOUND, PICTURE = "image", "picture"
"""Entries of the batch: the spectrogram image of a sound, and a picture."""
