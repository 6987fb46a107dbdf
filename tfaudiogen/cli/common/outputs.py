"""Writes the outputs of commands that generate sound: WAV files and spectrogram images."""

from pathlib import Path

import click

from tfaudiogen.cli.common.progress import progress
from tfaudiogen.cli.common.streams import say


def hold(out):
    """Lock an output file or folder until the command ends.

    This also detects an output that is not writable before the work, not after it.

    Raises:
        InUse: another command is writing to it.
    """
    from tfaudiogen.disk import locked

    context = click.get_current_context()
    context.with_resource(locked(out, context.info_name))


def write_sounds(waveforms, names, folder, spectrogram, bit_depth):
    """Write `<name>.wav` and `<name>.png` for each waveform, with a progress bar.

    Args:
        waveforms: float [count, N] or a list of [N].
        names: file names without suffix.
        folder: output folder.
        spectrogram: the model's `Spectrogram`.
        bit_depth: see `audio_files.write_wav`.

    Returns:
        The paths of the WAV files.
    """
    paths = [Path(folder, f"{name}.wav") for name in names]
    with progress(list(zip(waveforms, paths, strict=True)), "writing") as pairs:
        for waveform, path in pairs:
            write_sound(waveform, path, spectrogram, bit_depth)
    return paths


def write_sound(waveform, path, spectrogram, bit_depth):
    """Write one WAV file at `path` and its spectrogram image beside it."""
    from tfaudiogen.io import audio_files
    from tfaudiogen.plots import figures

    audio_files.write_wav(path, waveform, spectrogram.sample_rate, bit_depth)
    image = spectrogram(waveform[None])[0]
    figures.save_spectrogram_picture(path.with_suffix(".png"), image, spectrogram)


def write_continued(verb, model, sound, out, bit_depth, options):
    """Read a sound, `extend` or `inpaint` it with a model, and write the result.

    Raises:
        click.BadParameter: if the model has no priors over codes, or `out` is not a .wav file or
            is the input.
    """
    from tfaudiogen.cli.common.image_commands import check_sounds
    from tfaudiogen.cli.common.loading import load_generator
    from tfaudiogen.io import audio_files

    if out.suffix.lower() != ".wav" or out.resolve() == sound.resolve():
        raise click.BadParameter("must be a .wav file other than IN.", param_hint="'--out'")
    loaded = load_generator(model)
    if not hasattr(loaded, verb):
        raise click.BadParameter(
            f"is a {type(loaded).__name__}, and only models with priors over codes {verb} sounds.",
            param_hint="'MODEL'",
        )
    check_sounds(loaded, verb)
    waveform = audio_files.read_audio(sound, loaded.representation.sample_rate, "mix")
    options = {name: value for name, value in options.items() if value is not None}
    write_sound(getattr(loaded, verb)(waveform, **options), out, loaded.representation, bit_depth)
    say(f"Wrote {out}.")
