"""The command line: `tfaudiogen COMMAND`, one file a command, nothing heavy before it is needed."""

from tfaudiogen.cli.group import main

__all__ = ["main"]
