"""Convolutional encoders and decoders of images and sequences."""
