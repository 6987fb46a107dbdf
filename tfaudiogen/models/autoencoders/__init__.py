"""VAE, VQ-VAE and VQGAN, with their graphs."""
