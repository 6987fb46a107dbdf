"""`tfaudiogen reconstruct`: what a model makes of given sounds."""

from pathlib import Path

import click

from tfaudiogen.cli.command import Command
from tfaudiogen.cli.options import MODEL_HELP, bit_depth_option


@click.command(cls=Command, epilog=MODEL_HELP)
@click.argument("model")
@click.argument(
    "inputs",
    metavar="IN...",
    nargs=-1,
    required=True,
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
)
@click.option(
    "--out",
    required=True,
    type=click.Path(path_type=Path),
    help="A .wav file for one IN, or a folder.",
)
@click.option("--channel", type=click.Choice(["mix", "left", "right"]), default="mix")
@bit_depth_option
def reconstruct(model, inputs, out, channel, bit_depth):
    """Encode and decode audio files of any length and rate through MODEL.

    \b
    Examples:
      tfaudiogen reconstruct speech_vae words.mp3 --out words_again.wav
      tfaudiogen reconstruct run a.wav b.flac --out reconstructions
    """
    import tfaudiogen
    from tfaudiogen import files
    from tfaudiogen.cli.outputs import progress, write_sound

    targets = _targets(inputs, out)
    loaded = tfaudiogen.load(model)
    rate = loaded.spectrogram.sample_rate
    with progress(list(zip(inputs, targets, strict=True)), "reconstructing") as pairs:
        for path, target in pairs:
            sound = files.read_audio(path, rate, channel)
            write_sound(loaded.reconstruct(sound), target, loaded.spectrogram, bit_depth)
    click.echo(f"Wrote {', '.join(str(target) for target in targets)}.")


def _targets(inputs, out):
    """Return the WAV file to write for each input.

    Raises:
        click.BadParameter: if two would get the same name, or an input would be overwritten.
    """
    if out.suffix.lower() == ".wav":
        if len(inputs) > 1:
            raise click.BadParameter("give a folder for several files.", param_hint="'--out'")
        targets = [out]
    else:
        targets = [out / f"{path.stem}.wav" for path in inputs]
    if len(set(targets)) < len(targets):
        raise click.BadParameter(
            "two files have the same name without folder and suffix; reconstruct them one by one.",
            param_hint="'IN...'",
        )
    if {path.resolve() for path in inputs} & {target.resolve() for target in targets}:
        raise click.BadParameter("would overwrite an input; choose another.", param_hint="'--out'")
    return targets
