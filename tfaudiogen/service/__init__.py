"""Parts shared by the command line and the web page: errors, records, settings, tables."""
