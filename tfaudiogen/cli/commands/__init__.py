"""One module per command, imported lazily."""
