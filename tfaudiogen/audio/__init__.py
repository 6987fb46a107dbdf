"""Sounds as values: reads, edits, analyses, plays, compares and synthesises them.

`Audio` stands above `signal`, `io` and `plots`, and knows no model and no data set.
"""
