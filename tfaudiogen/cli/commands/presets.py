"""`tfaudiogen presets`: lists the presets for training."""

import click

from tfaudiogen.cli.common.streams import say


@click.command()
def presets():
    """List the presets: named data, representation, model and training settings.

    \b
    Example:
      tfaudiogen presets
    """
    from tfaudiogen import presets as package

    for name in package.names():
        say(f"{name:16} {package.get(name).summary}")
