"""Networks over sequences: attention, Transformers, diffusion Transformers, LSTM."""
