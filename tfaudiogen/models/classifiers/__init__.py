"""Classifiers of pictures."""
