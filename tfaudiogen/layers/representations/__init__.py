"""Representations of waveforms, pictures and conditions, with their inverses."""
