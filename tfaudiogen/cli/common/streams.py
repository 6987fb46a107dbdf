"""Output that takes every letter."""

import sys


def take_every_letter():
    """Let the output streams write as in Python, `\\xe9`, what their encoding lacks.

    A command that has done its work must not fail for the name of a file.
    """
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="backslashreplace")
