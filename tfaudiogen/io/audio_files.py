"""Reads and writes audio files; WAV files are never clipped.

The content written depends only on the arguments, without time stamps or version strings, so the
same seed gives the same bytes. Files are written atomically.
"""

import errno
import hashlib
import os
import struct
import warnings
from pathlib import Path

import numpy as np

from tfaudiogen.data.reading.audio import CHANNELS, FULL_SCALE, own_sample_rate, read_to_file
from tfaudiogen.data.reading.decoding import sounds_of
from tfaudiogen.disk import atomic_file, temporary_folder
from tfaudiogen.disk.errors import Unusable

_PCM, _FLOAT = 1, 3  # WAVE_FORMAT_PCM and WAVE_FORMAT_IEEE_FLOAT
_BITS = {"16": 16, "24": 24, "32f": 32}
_LOUDEST = 0.999
_MOST_BYTES = 255  # maximum length of a file name on nearly all file systems


def write_wav(path, waveform, sample_rate, bit_depth="16"):
    """Writes a mono WAV file; a waveform above full scale is attenuated, never clipped.

    Args:
        path: the file to write; its folder is created if missing.
        waveform: float [N], nominally in [-1, 1].
        sample_rate: Hz.
        bit_depth: "16", "24" (integers) or "32f" (floats).

    Returns:
        The gain that was applied: 1.0, or less, with a warning, if the waveform was too loud.

    Raises:
        ValueError: the waveform is not 1-D and finite, or `bit_depth` is unknown.
    """
    content, gain = wav_bytes(waveform, sample_rate, bit_depth)
    if gain < 1.0:
        message = f"{path}: turned down by {-20 * np.log10(gain):.1f} dB to avoid clipping."
        warnings.warn(message, stacklevel=2)
    write_bytes(path, content)
    return gain


def wav_bytes(waveform, sample_rate, bit_depth="16"):
    """Returns the bytes of a mono WAV file, and the gain; see `write_wav`, which warns of it."""
    waveform = _finite_row(waveform)
    if bit_depth not in _BITS:
        raise ValueError(f"bit_depth must be one of {', '.join(_BITS)}, received {bit_depth!r}.")
    peak = float(np.max(np.abs(waveform), initial=0.0))
    gain = 1.0 if peak <= _LOUDEST else _LOUDEST / peak
    return _wav_bytes(waveform * gain, sample_rate, bit_depth), gain


def read_audio(path, sample_rate, channel="mix", whole=False):
    """Reads an audio file of any sample rate, length and number of channels.

    The whole file is read, including all parts of concatenated files and data that the header does
    not declare. A warning says what is missing, and why.

    Args:
        path: wav, flac, ogg, mp3 or another format of libsndfile.
        sample_rate: sample rate of the result in Hz; the audio is resampled if needed.
        channel: "mix", "left" or "right".
        whole: whether to raise an error instead of a warning if audio is missing.

    Returns:
        float32 [N] in [-1, 1], with 16-bit resolution, as in training.

    Raises:
        ValueError: the file has no usable audio, or less than declared and `whole` is set; the
            message names file and reason.
        FileNotFoundError: there is no such file.
    """
    if channel not in CHANNELS:
        raise ValueError(f"channel must be one of {', '.join(CHANNELS)}, received {channel!r}.")
    _check_is_file(path)
    with temporary_folder() as folder:
        raw = Path(folder, "samples")
        try:
            reading = read_to_file(path, raw, sample_rate, channel)
        except Unusable as error:
            raise ValueError(f"{path}: {error}.") from error
        if reading.is_short and whole:
            raise ValueError(f"{path}: {reading.shortfall()}: give the whole file.")
        if reading.why:
            warnings.warn(f"{path}: {reading.shortfall()}.", stacklevel=2)
        return np.fromfile(raw, "<i2").astype(np.float32) / FULL_SCALE


def read_wav(path):
    """Return the waveform float32 [N] and the sample rate of a file written by `write_wav`.

    Raises:
        ValueError: the file cannot be read; the message names file and reason.
    """
    try:
        with sounds_of(path) as sounds:
            sound = next(sounds)
            blocks = [block[:, 0].copy() for block in sound.blocks()]
            return np.concatenate([np.empty(0, np.float32), *blocks]), sound.sample_rate
    except Unusable as error:
        raise ValueError(f"{path}: {error}.") from error


def sample_rate_of(path):
    """Return the sample rate of an audio file in Hz.

    Raises:
        ValueError: the file cannot be read; the message names file and reason.
        FileNotFoundError: there is no such file.
    """
    _check_is_file(path)
    try:
        return own_sample_rate(path)
    except Unusable as error:
        raise ValueError(f"{path}: {error}.") from error


def output_path(folder, name, ending):
    """Return the path of an output file, named after its input.

    A name longer than 255 bytes, the limit of most file systems, is cut at a character boundary and
    gets a hash, so that different names stay different.

    Args:
        folder: output folder.
        name: name of the input without suffix; it may contain folders.
        ending: appended to the name, for example "_0.wav".
    """
    path = Path(folder, name)
    stem, end = os.fsencode(path.name), os.fsencode(ending)
    if len(stem + end) > _MOST_BYTES:
        end = b"~" + hashlib.sha256(stem).hexdigest()[:8].encode() + end
        stem = os.fsencode(stem[: _MOST_BYTES - len(end)].decode("utf-8", "ignore"))
    return path.with_name(os.fsdecode(stem + end))


def _check_is_file(path):
    if not Path(path).exists():
        raise FileNotFoundError(errno.ENOENT, "no such file: give the path of an audio file", path)
    if Path(path).is_dir():
        raise ValueError(f"{path} is a folder: give the path of an audio file.")


def _finite_row(waveform):
    waveform = np.asarray(waveform, np.float64)
    if waveform.ndim != 1:
        raise ValueError(
            f"waveform must have shape [N], received shape {list(waveform.shape)}: "
            "write one file for each row."
        )
    if not np.isfinite(waveform).all():
        raise ValueError(
            "waveform must be finite, received NaN or infinite samples: the model that made it "
            "has diverged, sample from an earlier one."
        )
    return waveform


def _wav_bytes(waveform, sample_rate, bit_depth):
    """Return a RIFF file as bytes; libsndfile would write a time stamp into float files."""
    bits = _BITS[bit_depth]
    kind = _FLOAT if bit_depth == "32f" else _PCM
    width = bits // 8
    data = _encoded(waveform, bits, kind)
    layout = struct.pack("<HHIIHH", kind, 1, sample_rate, sample_rate * width, width, bits)
    if kind == _FLOAT:  # Formats other than PCM have an extension size and a count of samples.
        chunks = _chunk(b"fmt ", layout + b"\0\0") + _chunk(
            b"fact", struct.pack("<I", len(waveform))
        )
    else:
        chunks = _chunk(b"fmt ", layout)
    return _chunk(b"RIFF", b"WAVE" + chunks + _chunk(b"data", data))


def _encoded(waveform, bits, kind):
    if kind == _FLOAT:
        return waveform.astype("<f4").tobytes()
    integers = np.round(waveform * 2.0 ** (bits - 1)).astype("<i4")
    # Little endian: the low bytes of each integer come first.
    return integers.view(np.uint8).reshape(-1, 4)[:, : bits // 8].tobytes()


def _chunk(name, content):
    return name + struct.pack("<I", len(content)) + content + b"\0" * (len(content) % 2)


def write_text(path, text, lasting=False):
    """Writes a text file in UTF-8 atomically; see `atomic_file`.

    Surrogates, from undecodable file names, are escaped as in Python and JSON: `\\udcff`.
    """
    write_bytes(path, text.encode("utf-8", "backslashreplace"), lasting)


def write_bytes(path, content, lasting=False):
    """Writes a binary file atomically; see `atomic_file`."""
    with atomic_file(path, lasting) as temporary:
        temporary.write_bytes(content)
