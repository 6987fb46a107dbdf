"""Encoders of conditions: labels, texts, vectors and the codes of coarser levels."""
