"""Encoders and decoders of images and sequences by convolutions."""
