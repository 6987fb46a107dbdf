"""The discriminator of a VQGAN and the adaptive weight of its loss."""
