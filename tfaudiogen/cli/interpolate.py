"""`tfaudiogen interpolate`: sounds on the way from one to another."""

from pathlib import Path

import click

from tfaudiogen.cli.command import Command
from tfaudiogen.cli.options import MODEL_HELP, bit_depth_option


@click.command(
    cls=Command, epilog=MODEL_HELP + " A and B are audio files, or component:K of the mixture."
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
    """Write the sounds on a straight line from A to B through the latent space of MODEL.

    Silence follows the shorter of two sounds; both may be longer than a window of the model.

    \b
    Examples:
      tfaudiogen interpolate speech_vae yes.wav no.wav --steps 8 --out morph
      tfaudiogen interpolate speech_vae component:0 component:3 --out digits
    """
    import tfaudiogen
    from tfaudiogen.cli.outputs import write_record, write_sounds

    loaded = tfaudiogen.load(model)
    ends = [_anchor(text, loaded.spectrogram) for text in (start, end)]
    click.echo(f"Interpolating {steps} steps ...", err=True)
    waveforms = loaded.interpolate(*ends, steps=steps)
    names = [f"interpolation_{number:03d}" for number in range(steps)]
    paths = write_sounds(waveforms, names, out, loaded.spectrogram, bit_depth)
    write_record(
        out / "interpolation.json",
        model=model,
        start=start,
        end=end,
        steps=steps,
        bit_depth=bit_depth,
        files=[path.name for path in paths],
    )
    click.echo(f"Wrote {steps} sounds with their pictures to {out}.")


def _anchor(text, spectrogram):
    """Return a component's number, or the sound in an audio file."""
    from tfaudiogen import files

    name, colon, number = text.partition(":")
    if name == "component" and colon:
        if not number.isdigit():
            raise click.BadParameter(f"{text!r}: write component:0, component:1, ...")
        return int(number)
    return files.read_audio(text, spectrogram.sample_rate)
