"""What the command line of the package makes of words, without running anything."""

import click

from tfaudiogen import presets
from tfaudiogen.cli import main
from tfaudiogen.cli.group import COMMANDS
from tfaudiogen.service.settings import settings


def parsed(words):
    """Return what the command line makes of words; whether files exist is not looked at."""
    assert words[0] in COMMANDS, f"there is no command {words[0]!r}"
    command = main.get_command(None, words[0])
    while isinstance(command, click.Group):
        words = words[1:]
        assert words[0] in command.commands, f"there is no command {words[0]!r}"
        command = command.commands[words[0]]
    context = click.Context(command, info_name=words[0])
    found, rest, _ = command.make_parser(context).parse_args(list(words[1:]))
    assert not rest, f"{rest} is too much"
    for parameter in command.params:
        value = found.get(parameter.name)
        if isinstance(parameter.type, click.Path):
            assert value or not parameter.required, f"{parameter.name} is missing"
        else:
            parameter.process_value(context, value)
    return found


def check(words):
    """Raise an error unless words are a command, its options, and settings of its preset."""
    found = parsed(words)
    if words[0] == "train":
        presets.get(found["preset"], **settings(found.get("pairs", ())))
