"""Multi-stage training: autoencoder, codes, priors, translator."""
