"""Reads a section of an audio file for plotting."""

import warnings

import click


def read_section(path, start, seconds, sample_rate=None):
    """Return (waveform [N], sample rate in Hz) of a section of a file.

    Args:
        path: the file.
        start: start of the section in seconds.
        seconds: maximum duration.
        sample_rate: Hz; None for that of the file.
    """
    from tfaudiogen.io import audio_files

    rate = sample_rate or audio_files.sample_rate_of(path)
    waveform = audio_files.read_audio(path, rate)
    first = round(start * rate)
    if first >= len(waveform):
        length = len(waveform) / rate
        raise click.BadParameter(f"{path} lasts {length:.2f} s; received {start:g}.")
    part = waveform[first : first + max(1, round(seconds * rate))]
    if first + len(part) < len(waveform):
        warnings.warn(
            f"{path}: {len(part) / rate:.2f} of {len(waveform) / rate:.2f} s are shown; see "
            "--start and --seconds.",
            stacklevel=2,
        )
    return part, rate
