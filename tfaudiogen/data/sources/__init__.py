"""Finds source files with their labels, tables, pairs and conditions."""
