"""`tfaudiogen interpolate`: interpolates between two sounds or images in latent space."""

from pathlib import Path

import click

from tfaudiogen.cli.common.command import Command
from tfaudiogen.cli.common.options import MODEL_HELP, bit_depth_option
from tfaudiogen.cli.common.streams import say


@click.command(
    cls=Command,
    epilog=MODEL_HELP + " A and B are audio files or pictures, or component:K of the mixture.",
)
@click.argument("model")
@click.argument("start", metavar="A")
@click.argument("end", metavar="B")
@click.option("--steps", type=click.IntRange(min=2), default=8, show_default=True)
@click.option(
    "--out",
    type=click.Path(file_okay=False, path_type=Path),
    default="interpolation",
    show_default=True,
)
@bit_depth_option
def interpolate(model, start, end, steps, out, bit_depth):
    """Write sounds or pictures on a straight line from A to B through the latent space of MODEL.

    Silence follows the shorter of two sounds; both may be longer than a window of the model.

    \b
    Examples:
      tfaudiogen interpolate speech_vae yes.wav no.wav --steps 8 --out morph
      tfaudiogen interpolate speech_vae component:0 component:3 --out digits
    """
    from tfaudiogen.cli.common.image_commands import is_of_pictures, write_pictures
    from tfaudiogen.cli.common.loading import load_generator
    from tfaudiogen.cli.common.outputs import hold, write_sounds
    from tfaudiogen.service.records import write_record

    hold(out)
    loaded = load_generator(model)
    if not hasattr(loaded, "interpolate"):
        raise click.BadParameter(
            f"is a {type(loaded).__name__}, and only a VAE has a latent space to interpolate in.",
            param_hint="'MODEL'",
        )
    ends = [_anchor(text, loaded.representation) for text in (start, end)]
    say(f"Interpolating {steps} steps ...", err=True)
    found = loaded.interpolate(*ends, steps=steps)
    names = [f"interpolation_{number:03d}" for number in range(steps)]
    record = {"model": model, "start": start, "end": end, "steps": steps}
    if is_of_pictures(loaded):
        paths, what = write_pictures(found, names, out), "pictures and a sheet of them"
    else:
        paths = write_sounds(found, names, out, loaded.representation, bit_depth)
        record["bit_depth"], what = bit_depth, "sounds with their pictures"
    write_record(out / "interpolation.json", **record, files=[path.name for path in paths])
    say(f"Wrote {steps} {what} to {out}.")


def _anchor(text, spectrogram):
    """Return the index of a component, an image, or the sound of an audio file."""
    from tfaudiogen.io import audio_files, image_files

    name, colon, number = text.partition(":")
    if name == "component" and colon:
        if not number.isdigit():
            raise click.BadParameter(f"{text!r}: write component:0, component:1, ...")
        return int(number)
    if spectrogram.kind == "pictures":
        return image_files.read(text, spectrogram.image_shape)
    return audio_files.read_audio(text, spectrogram.sample_rate)
