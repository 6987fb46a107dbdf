"""Sequence networks: attention, Transformers, diffusion Transformers and LSTMs."""
