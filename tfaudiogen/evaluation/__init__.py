"""Evaluation of trained models: the protocol, retrieval and classification."""
