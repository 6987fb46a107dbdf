"""Trainings of several stages: autoencoder, its codes, priors, translator."""
