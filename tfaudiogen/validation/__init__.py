"""Validates external input: JSON, NPZ, arrays, values, text. Imports only `disk`."""
