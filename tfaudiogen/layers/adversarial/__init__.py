"""The discriminator of a VQGAN and the weight of its loss."""
