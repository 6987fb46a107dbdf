"""Bases of the builders of data sets, and what they store."""
