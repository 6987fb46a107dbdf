"""`tfaudiogen compose`: sounds of pictures."""

from pathlib import Path

import click

from tfaudiogen.cli.command import Command
from tfaudiogen.cli.options import MODEL_HELP, asked_of, bit_depth_option, seed_option
from tfaudiogen.cli.translating import drawing_options


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
    "--count", type=click.IntRange(min=1), default=1, show_default=True, help="For each PICTURE."
)
@click.option(
    "--seconds",
    type=click.FloatRange(min=0, min_open=True),
    help="Length of each sound; one window of the model if not given.",
)
@seed_option
@drawing_options
@click.option(
    "--out", type=click.Path(file_okay=False, path_type=Path), default="composed", show_default=True
)
@bit_depth_option
def compose(model, inputs, count, seconds, seed, out, bit_depth, adapter, **options):
    """Draw sounds for pictures of any size, each with a picture of its spectrogram.

    PICTURE are files or folders; a picture gives NAME_0.wav and NAME_0.png, NAME_1.wav ...

    \b
    Examples:
      tfaudiogen compose run seven.png
      tfaudiogen compose run photographs --seconds 10 --guidance 2 --out sounds
    """
    from tfaudiogen import picture_files
    from tfaudiogen.cli.loading import load_translator
    from tfaudiogen.cli.outputs import progress, write_record, write_sound
    from tfaudiogen.cli.translating import (
        adapted_by,
        check_some,
        inputs_of,
        readable,
        relative_names,
    )

    loaded = load_translator(model, "compose", adapter)
    options = asked_of(loaded.sample, **options)
    found, written = inputs_of(inputs, "pictures"), []
    with progress(found.items(), "composing") as shown:
        for name, picture in readable(
            shown, lambda path: picture_files.read(path, loaded.source.image_shape)
        ):
            drawn = loaded.sample(picture, count, seed, seconds=seconds, **options).numpy()
            for number, sound in enumerate(drawn):
                written.append((out / name).with_name(f"{Path(name).name}_{number}.wav"))
                write_sound(sound, written[-1], loaded.spectrogram, bit_depth)
    check_some(written)
    record = {"model": model, "count": count, "seconds": seconds, "seed": seed}
    record |= {**adapted_by(adapter), **options}
    record |= {"bit_depth": bit_depth, "sample_rate": loaded.spectrogram.sample_rate}
    write_record(out / "compose.json", **record, files=relative_names(written, out))
    click.echo(f"Wrote {len(written)} sounds, with their pictures, to {out}.")
