"""The command group: imports commands lazily and prints errors as one line."""

import importlib
import os
import sys

import click

from tfaudiogen import __version__
from tfaudiogen.cli.common.command import DEBUG, debugging
from tfaudiogen.cli.common.streams import say, take_every_letter
from tfaudiogen.runtime.interruption import Interruption
from tfaudiogen.service.errors import exit_code, one_line, stopped_by

COMMANDS = (
    "collect",
    "prepare",
    "train",
    "sample",
    "reconstruct",
    "interpolate",
    "extend",
    "inpaint",
    "paint",
    "compose",
    "embed",
    "match",
    "tag",
    "evaluate",
    "app",
    "export",
    "plot",
    "compare",
    "presets",
    "info",
)


class Commands(click.Group):
    """A group whose commands are modules of `cli.commands`, imported lazily."""

    def list_commands(self, context):
        """Return the command names in the order of typical use."""
        return list(COMMANDS)

    def get_command(self, context, name):
        """Import and return the command, or None if the name is unknown."""
        if name not in COMMANDS:
            return None
        return getattr(importlib.import_module(f"tfaudiogen.cli.commands.{name}"), name)

    def main(self, *args, standalone_mode=True, **options):
        """Run; on error print one line and exit with a code of `tfaudiogen.service.errors`."""
        if not standalone_mode:
            return super().main(*args, standalone_mode=False, **options)
        take_every_letter()
        try:
            with Interruption() as interruption:
                code = super().main(*args, standalone_mode=False, **options)
        except (Exception, KeyboardInterrupt) as error:
            if debugging():
                raise
            if interruption.number and not isinstance(error, click.Abort):
                error = stopped_by(interruption.number)  # instead of the error it caused
            say(one_line(error), err=True)
            code = exit_code(error)
        sys.exit(code if isinstance(code, int) else 0)


@click.group(
    cls=Commands,
    context_settings={"help_option_names": ["-h", "--help"]},
    invoke_without_command=True,
)
@click.version_option(__version__)
@click.option("--debug", is_flag=True, help="Show warnings and stack traces.")
@click.pass_context
def main(context, debug):
    """Learn a probability distribution from a folder of audio, and hear it.

    \b
    Examples:
      tfaudiogen sample
      tfaudiogen prepare my_sounds --out data --preset music_vae
      tfaudiogen train music_vae --data data --out run
      tfaudiogen sample run --count 8
    """
    if debug:
        os.environ[DEBUG] = "1"
    if context.invoked_subcommand is None:
        click.echo(context.get_help())
