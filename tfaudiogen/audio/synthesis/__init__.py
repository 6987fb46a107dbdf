"""Synthesises tones, chords, chirps and noise: functions from numbers to numpy waveforms.

They import nothing of the package.
"""
