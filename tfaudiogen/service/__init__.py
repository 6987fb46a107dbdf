"""Parts that the command line and the page share: errors, records, settings, tables."""
