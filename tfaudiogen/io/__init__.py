"""Sounds and pictures on disk: WAV and PNG files that appear whole."""
