"""`tfaudiogen reconstruct`: encodes and decodes given sounds or images."""

from pathlib import Path

import click

from tfaudiogen.cli.common.command import Command
from tfaudiogen.cli.common.options import MODEL_HELP, bit_depth_option
from tfaudiogen.cli.common.streams import say


@click.command(cls=Command, epilog=MODEL_HELP)
@click.argument("model")
@click.argument(
    "inputs",
    metavar="IN...",
    nargs=-1,
    required=True,
    type=click.Path(exists=True, path_type=Path),
)
@click.option(
    "--out",
    required=True,
    type=click.Path(path_type=Path),
    help="A .wav or .png file for one IN, or a folder.",
)
@click.option("--channel", type=click.Choice(["mix", "left", "right"]), default="mix")
@bit_depth_option
def reconstruct(model, inputs, out, channel, bit_depth):
    """Encode and decode audio files of any length and rate, or pictures, through MODEL.

    For a model of pictures IN may be folders; OUT then holds a PNG of each picture, brought to the
    model's size, and reconstruction.csv with its mean squared error (of numbers from 0 to 1), PSNR
    and SSIM.

    \b
    Examples:
      tfaudiogen reconstruct speech_vae words.mp3 --out words_again.wav
      tfaudiogen reconstruct run a.wav b.flac --out reconstructions
      tfaudiogen reconstruct run photographs --out reconstructions
    """
    from tfaudiogen.cli.common import image_commands
    from tfaudiogen.cli.common.loading import load_generator
    from tfaudiogen.cli.common.outputs import write_sound
    from tfaudiogen.cli.common.progress import progress
    from tfaudiogen.io import audio_files

    loaded = load_generator(model)
    if image_commands.is_of_pictures(loaded):
        image_commands.reconstruct(loaded, inputs, out)
        return
    targets = _targets(inputs, out)
    rate = loaded.representation.sample_rate
    with progress(list(zip(inputs, targets, strict=True)), "reconstructing") as pairs:
        for path, target in pairs:
            sound = audio_files.read_audio(path, rate, channel)
            write_sound(loaded.reconstruct(sound), target, loaded.representation, bit_depth)
    say(f"Wrote {', '.join(str(target) for target in targets)}.")


def _targets(inputs, out):
    """Return the WAV file to write for each input.

    Raises:
        click.BadParameter: if two would get the same name, or an input would be overwritten.
    """
    from tfaudiogen.io import audio_files

    for path in inputs:
        if path.is_dir():
            raise click.BadParameter(
                f"{path} is a folder: name files of audio.", param_hint="'IN...'"
            )
    if out.suffix.lower() == ".wav":
        if len(inputs) > 1:
            raise click.BadParameter("give a folder for several files.", param_hint="'--out'")
        targets = [out]
    else:
        targets = [audio_files.output_path(out, path.stem, ".wav") for path in inputs]
    if len(set(targets)) < len(targets):
        raise click.BadParameter(
            "two files have the same name without folder and suffix; reconstruct them one by one.",
            param_hint="'IN...'",
        )
    if {path.resolve() for path in inputs} & {target.resolve() for target in targets}:
        raise click.BadParameter("would overwrite an input; choose another.", param_hint="'--out'")
    return targets
