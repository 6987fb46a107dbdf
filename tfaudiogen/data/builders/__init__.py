"""Base classes of the TFDS builders, and the records that they store."""
