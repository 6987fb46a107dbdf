"""Progress bars of commands."""

import click


def progress(items, label):
    """Return Click's progress bar over `items`, on stderr and only on a terminal."""
    return click.progressbar(items, label=label, file=click.get_text_stream("stderr"))
