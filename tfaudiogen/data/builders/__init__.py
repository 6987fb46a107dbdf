"""Base classes of the TFDS builders, and the examples that they store."""
