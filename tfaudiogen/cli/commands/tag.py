"""`tfaudiogen tag`: predicts labels of images."""

from pathlib import Path

import click

from tfaudiogen.cli.common.command import Command
from tfaudiogen.cli.common.options import MODEL_HELP
from tfaudiogen.cli.common.streams import say


@click.command(cls=Command, epilog=MODEL_HELP)
@click.argument("model")
@click.argument(
    "inputs",
    metavar="PICTURE...",
    nargs=-1,
    required=True,
    type=click.Path(exists=True, path_type=Path),
)
@click.option(
    "--count", type=click.IntRange(min=1), default=5, show_default=True, help="Labels of each."
)
@click.option(
    "--out",
    type=click.Path(dir_okay=False, path_type=Path),
    default="tags.json",
    show_default=True,
    help="File to write, which `tfaudiogen compose` takes for a model of labels.",
)
def tag(model, inputs, count, out):
    """Show the most probable labels of pictures of any size, with their probabilities.

    PICTURE are files or folders; what is no picture in a folder is named and left out.

    \b
    Examples:
      tfaudiogen tag run cover.png
      tfaudiogen tag run covers --count 3 --out tags.json
    """
    from tfaudiogen.cli.common.loading import load_tagger
    from tfaudiogen.cli.common.progress import progress
    from tfaudiogen.cli.common.translation import check_some, inputs_of, readable
    from tfaudiogen.io import image_files
    from tfaudiogen.service.records import write_record

    loaded = load_tagger(model)
    tagged = {}
    with progress(inputs_of(inputs, "pictures").items(), "tagging") as shown:
        for name, picture in readable(
            shown, lambda path: image_files.read(path, loaded.pictures.image_shape)
        ):
            tagged[name] = loaded.tag(picture, count)
    check_some(tagged)
    _show(tagged)
    write_record(out, model=model, count=count, pictures=tagged)
    say(f"Wrote {out}.")


def _show(tagged):
    width = max(map(len, tagged))
    for name, labels in tagged.items():
        found = "  ".join(f"{label} {share:.3f}" for label, share in labels.items())
        say(f"{name:{width}}  {found}")
