"""Sounds and pictures in one space, by contrastive losses."""
