"""The command line: `tfaudiogen COMMAND`, with one module for each command."""

from tfaudiogen.cli.group import main

__all__ = ["main"]
