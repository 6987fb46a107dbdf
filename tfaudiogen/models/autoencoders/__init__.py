"""The autoencoders VAE, VQ-VAE and VQGAN, with their per-example graphs."""
