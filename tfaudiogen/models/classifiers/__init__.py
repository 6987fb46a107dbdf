"""Models that find labels."""
