"""Reads single files: audio, block by block, and images."""
