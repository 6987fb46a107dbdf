"""What the command line and the page share: errors and exit codes, reports as text."""
