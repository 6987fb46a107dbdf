"""Finding files, their labels, tables, pairs and conditions."""
