"""`tfaudiogen compose`: generates sounds from images, texts, labels or embeddings."""

from pathlib import Path

import click

from tfaudiogen.cli.common.command import Command
from tfaudiogen.cli.common.inputs import condition_options
from tfaudiogen.cli.common.options import MODEL_HELP, bit_depth_option, seed_option
from tfaudiogen.cli.common.streams import say
from tfaudiogen.cli.common.translation import drawing_options


@click.command(cls=Command, epilog=MODEL_HELP)
@click.argument("model")
@click.argument(
    "inputs",
    metavar="[PICTURE]...",
    nargs=-1,
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
@condition_options
@drawing_options
@click.option(
    "--out", type=click.Path(file_okay=False, path_type=Path), default="composed", show_default=True
)
@bit_depth_option
def compose(model, inputs, count, seconds, seed, out, bit_depth, adapter, texts, labels, **options):
    """Draw sounds for pictures of any size, each with a picture of its spectrogram.

    PICTURE are files or folders; a picture gives NAME_0.wav and NAME_0.png, NAME_1.wav ... A model
    that was trained with captions, labels or embeddings takes those.

    \b
    Examples:
      tfaudiogen compose run seven.png
      tfaudiogen compose digit_speaker seven.png --label jackson
      tfaudiogen compose run photographs --seconds 10 --guidance 2 --out sounds
      tfaudiogen compose run --text "gloomy, slow" --out sounds
      tfaudiogen compose run --labels "gloomy=0.7,slow=0.3"
    """
    from tfaudiogen.cli.common.inputs import source_inputs
    from tfaudiogen.cli.common.loading import load_translator
    from tfaudiogen.cli.common.outputs import hold, write_sound
    from tfaudiogen.cli.common.progress import progress
    from tfaudiogen.cli.common.translation import (
        adapted_by,
        check_some,
        drawing_of,
        readable,
        relative_names,
    )
    from tfaudiogen.io import audio_files
    from tfaudiogen.service.records import write_record

    hold(out)
    loaded = load_translator(model, "compose", adapter)
    options = drawing_of(loaded, options)
    (found, read), written = source_inputs(loaded, inputs, texts, labels), []
    with progress(found, "composing") as shown:
        for name, source in readable(shown, read):
            drawn = loaded.sample(source, count, seed, seconds=seconds, **options).numpy()
            for number, sound in enumerate(drawn):
                written.append(audio_files.output_path(out, name, f"_{number}.wav"))
                write_sound(sound, written[-1], loaded.representation, bit_depth)
    check_some(written)
    record = {"model": model, "count": count, "seconds": seconds, "seed": seed}
    record |= {**adapted_by(adapter), **options}
    record |= {"bit_depth": bit_depth, "sample_rate": loaded.representation.sample_rate}
    record |= {"texts": texts} if texts else {}
    record |= {"labels": labels} if labels else {}
    write_record(out / "compose.json", **record, files=relative_names(written, out))
    say(f"Wrote {len(written)} sounds, with their pictures, to {out}.")
