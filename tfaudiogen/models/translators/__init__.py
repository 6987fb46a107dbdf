"""Conditional models: image given audio, audio given image, and either given other conditions."""
