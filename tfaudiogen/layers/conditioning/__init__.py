"""Encoders of conditions: labels, texts, vectors, and the codes above."""
