"""Prints text safely: unencodable and control characters are escaped."""

import sys

import click

from tfaudiogen.validation.text import visible


def take_every_letter():
    """Escape characters that the encoding of the output streams lacks, as in `\\xe9`.

    Otherwise a command could fail after its work because of a file name.
    """
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="backslashreplace")


def say(*lines, err=False):
    """Print lines, with control characters (which file names may contain) escaped.

    Args:
        lines: one str per line.
        err: whether to print to stderr.
    """
    click.echo("\n".join(map(visible, lines)), err=err)
