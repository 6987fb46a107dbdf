"""Output streams that encode every character and keep names on one line."""

import sys

import click

from tfaudiogen.validation.text import visible


def take_every_letter():
    """Let the output streams write as in Python, `\\xe9`, what their encoding lacks.

    A command that has done its work must not fail for the name of a file.
    """
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="backslashreplace")


def say(*lines, err=False):
    """Print lines, with the control characters that names of files may hold written as in Python.

    Args:
        lines: str, one each.
        err: whether to print them on stderr.
    """
    click.echo("\n".join(map(visible, lines)), err=err)
