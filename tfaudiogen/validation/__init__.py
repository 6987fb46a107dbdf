"""Checks of what others wrote and gave: JSON, NPZ, arrays, values, text. Imports `disk` alone."""
