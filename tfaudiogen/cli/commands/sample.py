"""`tfaudiogen sample`: generates sounds or images."""

from pathlib import Path

import click

from tfaudiogen.cli.common.command import Command
from tfaudiogen.cli.common.options import (
    MODEL_HELP,
    asked_of,
    bit_depth_option,
    code_options,
    defaults_of,
    seed_option,
    temperature_option,
)
from tfaudiogen.cli.common.streams import say

# The default model, which is shipped with the package.
DEFAULT_MODEL = "music_vqvae2"


@click.command(cls=Command, epilog=MODEL_HELP)
@click.argument("model", default=DEFAULT_MODEL)
@click.option("--count", type=click.IntRange(min=1), default=4, show_default=True)
@seed_option
@temperature_option
@code_options
@click.option("--component", type=click.IntRange(min=0), help="Of the prior's mixture, from 0.")
@click.option(
    "--seconds",
    type=click.FloatRange(min=0, min_open=True),
    help="Length of each sound; one window of the model if not given.",
)
@click.option(
    "--out", type=click.Path(file_okay=False, path_type=Path), default="samples", show_default=True
)
@bit_depth_option
def sample(model, count, seed, seconds, out, bit_depth, **options):
    """Write new sounds drawn from MODEL, each with a picture of its spectrogram, or new pictures.

    \b
    Examples:
      tfaudiogen sample
      tfaudiogen sample run --count 8 --seed 3 --temperature 0.8 --out sounds
      tfaudiogen sample speech_vae --seconds 5 --bit-depth 24
      tfaudiogen sample speech_vqvae --label 7 --top-p 0.9 --guidance 2
    """
    from tfaudiogen.cli.common.image_commands import is_of_pictures, write_pictures
    from tfaudiogen.cli.common.loading import load_generator
    from tfaudiogen.cli.common.outputs import hold, write_sounds
    from tfaudiogen.service.records import write_record

    hold(out)
    loaded = load_generator(model)
    say(f"Sampling {count} from {model} ...", err=True)
    options = asked_of(loaded.sample, **options)
    drawn = loaded.sample(count, seed=seed, seconds=seconds, progress=True, **options).numpy()
    names = [f"sample_{number:03d}" for number in range(count)]
    asked = {"model": model, "seed": seed, "count": count, "seconds": seconds}
    options = {**asked, **defaults_of(loaded, options), **options}
    if is_of_pictures(loaded):
        paths, what = write_pictures(drawn, names, out), "pictures and a sheet of them"
    else:
        paths = write_sounds(drawn, names, out, loaded.representation, bit_depth)
        what = "sounds with their pictures"
        options |= {"bit_depth": bit_depth, "sample_rate": loaded.representation.sample_rate}
    write_record(out / "sample.json", **options, files=[path.name for path in paths])
    say(f"Wrote {count} {what} to {out}.")
