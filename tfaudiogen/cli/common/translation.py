"""Shared parts of `paint` and `compose`: options, input files and output names."""

import inspect
import os
from pathlib import Path, PurePosixPath

import click

from tfaudiogen.cli.common.options import asked_of, temperature_option
from tfaudiogen.cli.common.streams import say


def drawing_options(command):
    """Add the sampling options of translators; each family supports some of them."""
    for option in (
        click.option(
            "--adapter",
            type=click.Path(exists=True, dir_okay=False, path_type=Path),
            help="adapter.npz of a model that was adapted from this one.",
        ),
        click.option("--solver", type=click.Choice(["heun", "euler"]), help="Of a flow."),
        click.option(
            "--steps", type=click.IntRange(min=1), help="Of the solver of a flow; usually 8 to 50."
        ),
        click.option(
            "--guidance-rescale",
            type=click.FloatRange(0, 1),
            help="Of a flow: part to which what guidance makes too strong is taken back.",
        ),
        click.option(
            "--top-p",
            type=click.FloatRange(0, 1, min_open=True),
            help="Of a model of codes: draw among the likeliest that sum to this probability.",
        ),
        click.option(
            "--label",
            metavar="NAME",
            help="One label, of a model with labels beside its source, such as a voice; see "
            "tfaudiogen info; any if left out.",
        ),
        click.option(
            "--guidance",
            type=click.FloatRange(min=0),
            help="Above 1: samples follow the source more strongly. The model's own if left out.",
        ),
        temperature_option,
    ):
        command = option(command)
    return command


def drawing_of(model, options):
    """Return the arguments of `model.sample`: the given options, and the model's defaults.

    Args:
        model: the translator.
        options: values of `drawing_options` and others; None if not given.

    Raises:
        click.BadParameter: the model does not support one of them.
    """
    asked = asked_of(model.sample, **options)
    if "label" in asked and not model.label_names:
        raise click.BadParameter(
            "does not apply to this model, which has no labels beside its source; leave it out.",
            param_hint="'--label'",
        )
    known = inspect.signature(model.sample).parameters
    own = {name: getattr(model, name) for name in ("temperature", "guidance") if name in known}
    return {**own, **asked}


def inputs_of(inputs, kind, find=None):
    """Return {name: (path, whether the user named the file itself)} of files and folders.

    Args:
        inputs: paths of files and folders.
        kind: "audio" or "pictures", the files to use from folders; with `find`, a word for them.
        find: function from a folder to its `SourceFile`s; None to find those of the kind.

    Raises:
        click.BadParameter: if there are no files, or two would get the same name.
    """
    from tfaudiogen.data.sources.files import find_files

    named = []
    for path in inputs:
        if path.is_dir():
            found = find(path) if find else getattr(find_files([path]), kind)
            named += [(PurePosixPath(file.name), file.path, False) for file in found]
        else:
            named.append((PurePosixPath(path.name), path, True))
    if not named:
        raise click.BadParameter(f"hold no {kind}.", param_hint="'IN...'")
    inputs = {str(name.with_suffix("")): (path, asked) for name, path, asked in named}
    if len(inputs) < len(named):
        raise click.BadParameter(
            "two files have the same name without suffix; give them one by one.",
            param_hint="'IN...'",
        )
    return inputs


def readable(inputs, read):
    """Yield (name, `read(path)`) of the readable inputs.

    Unreadable files in folders are reported and skipped.

    Args:
        inputs: the items of `inputs_of`.
        read: function of a path; raises ValueError for an unusable file.
    """
    for name, (path, asked) in inputs:
        try:
            yield name, read(path)
        except ValueError as error:
            if asked:
                raise
            say(f"Left out: {error}", err=True)


def adapted_by(adapter):
    """Return the entry of an adapter in a record, or an empty dict if there is none."""
    return {"adapter": str(adapter)} if adapter else {}


def check_some(written):
    """Raise click.BadParameter if nothing was written."""
    if not written:
        raise click.BadParameter("hold nothing that can be read.", param_hint="'IN...'")


def relative_names(paths, folder):
    """Return the paths relative to a folder, with forward slashes."""
    return [PurePosixPath(os.path.relpath(path, folder)).as_posix() for path in paths]
