"""Layers that parametrise distributions: posterior heads, mixture priors, likelihoods."""
