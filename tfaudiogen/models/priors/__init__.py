"""Autoregressive priors over codes: training, sampling, continuation."""
