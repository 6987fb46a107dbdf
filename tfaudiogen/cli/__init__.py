"""The command line, `tfaudiogen COMMAND`, with one module per command."""

from tfaudiogen.cli.group import main

__all__ = ["main"]
