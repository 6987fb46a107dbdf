"""Analyses of a sound as values: spectrograms, mel spectrograms and MFCCs."""

from dataclasses import dataclass

import numpy as np

from tfaudiogen.audio import analysis
from tfaudiogen.audio.lazy import Lazy
from tfaudiogen.audio.picture import Picture
from tfaudiogen.audio.value import Sound, checked_rate
from tfaudiogen.plots.analysis import plot_analysis

KINDS = {
    "spectrogram": "spectrogram",
    "log_spectrogram": "log spectrogram",
    "mel": "mel spectrogram",
    "log_mel": "log mel spectrogram",
    "mfcc": "MFCC",
}
_RANGE = 80.0


@dataclass(frozen=True)
class Analysis:
    """A computed analysis.

    Attributes:
        values: float32 [T, F], read-only.
        frames: `analysis.Frames`.
        length: samples of the sound.
        bins: mel bands of MFCCs.
    """

    values: np.ndarray
    frames: analysis.Frames
    length: int
    bins: int = 0

    def __post_init__(self):
        values = np.array(self.values, np.float32)
        values.flags.writeable = False
        object.__setattr__(self, "values", values)


class Features:
    """An analysis of a sound, computed when it is first needed.

    Attributes:
        kind: "spectrogram", "log_spectrogram", "mel", "log_mel" or "mfcc".
        label: of the sound.

    Args:
        kind: see the attribute.
        lazy: `Lazy` of the `Analysis`.
        label: see the attribute.
        make: function that makes an `Audio` of a `Lazy` of a `Sound`, a label and steps.
    """

    def __init__(self, kind, lazy, label, make):
        self.kind, self.label, self._lazy, self._make = kind, label, lazy, make

    @property
    def values(self):
        """Magnitudes, decibels or coefficients, float32 numpy [T, F], read-only.

        Frame t is centred on sample t * hop. Magnitudes are not scaled, and decibels are 0 for a
        full-scale sine.
        """
        return self._lazy.get().values

    @property
    def frames(self):
        """Settings of the transform: `sample_rate`, `frame_length` and `hop`."""
        return self._lazy.get().frames

    @property
    def frequencies(self):
        """Centre of each column in hertz, float64 [F]; the numbers of MFCCs, from 0."""
        return analysis.frequencies(self.kind, self.values.shape[1], self.frames)

    def to_audio(self):
        """Return an `Audio` with these features; its phase is retrieved.

        Spectrograms return a sound that is hardly different. Mel spectrograms have lost what lies
        within a band, and MFCCs the details of the spectrum too.
        """
        lazy, kind = self._lazy, self.kind
        return self._make(
            Lazy(lambda: _sound(kind, lazy.get())), self.label, (f"{kind}.to_audio()",)
        )

    def plot(self, path=None):
        """Return a `Picture` in seconds and hertz; magnitudes are drawn in decibels.

        Args:
            path: PNG file to write at once, if given.
        """
        picture = Picture(self._draw, f"the {KINDS[self.kind]} of {self.label or 'a sound'}")
        return picture.save(path) if path else picture

    def _draw(self, path):
        values, frames = self._lazy.get().values, self.frames
        if self.kind == "mfcc":
            reach = float(np.abs(values[:, 1:]).max(initial=0.0)) or 1.0
            levels, words = (-reach, reach), ("coefficient", "value")
        else:
            values = values if "log" in self.kind else analysis.to_decibels(values, frames)
            top = float(np.clip(10 * np.ceil(values.max() / 10), -60.0, 10.0))
            levels, words = (top - _RANGE, top), ("frequency (Hz)", "level (dB)")
        title = f"{self.label} {KINDS[self.kind]}".strip()
        step = frames.hop / frames.sample_rate
        plot_analysis(path, values, step, self.frequencies, levels, words, title)

    def _repr_png_(self):
        return self.plot().png

    def __array__(self, dtype=None, copy=None):
        """Return the values."""
        return np.array(self.values, dtype, copy=bool(copy) or None)

    def __repr__(self):
        """Return kind, label and, once they are known, shape and settings."""
        of = f" of {self.label!r}" if self.label else ""
        if not self._lazy.is_known:
            return f"<{KINDS[self.kind]}{of}: computed when it is needed>"
        frames, (count, columns) = self.frames, self.values.shape
        return (
            f"<{KINDS[self.kind]}{of}: [{count}, {columns}], {frames.sample_rate:,} Hz, "
            f"frame_length {frames.frame_length}, hop {frames.hop}>"
        )


def known(values, kinds, kind, settings, make, bins=0):
    """Return `Features` of what a user gave.

    Args:
        values: `Features` of one of `kinds`, which are returned, or an array [T, F].
        kinds: those that are accepted.
        kind: of an array.
        settings: (sample_rate, frame_length, hop) of an array.
        make: see `Features`.
        bins: mel bands of an array of MFCCs.
    """
    if isinstance(values, Features):
        if values.kind not in kinds:
            raise ValueError(
                f"values must be Features of {' or '.join(kinds)}, received those of "
                f"{values.kind}: to_audio() returns the sound of any"
            )
        return values
    array = np.asarray(values, np.float32)
    if array.ndim != 2 or not array.size or not np.isfinite(array).all():
        raise ValueError(
            f"values must be finite numbers [T, F], received shape {list(array.shape)}: give one "
            "sound, time first"
        )
    if settings[0] is None:
        raise ValueError("sample_rate must be given with an array, received None: give it in hertz")
    frames = analysis.Frames.of(checked_rate(settings[0]), *settings[1:])
    length = analysis.length_of(len(array), frames)
    return Features(kind, Lazy(lambda: Analysis(array, frames, length, bins)), "", make)


def compute(kind, sound, bins, coefficients, frame_length, hop):
    """Return the `Analysis` of a `Sound`."""
    frames = analysis.Frames.of(sound.sample_rate, frame_length, hop)
    if kind == "mfcc":
        values = analysis.mfcc(sound.waveform, frames, coefficients, bins)
    elif "mel" in kind:
        values = analysis.mel_magnitudes(sound.waveform, frames, bins)
    else:
        values = analysis.magnitudes(sound.waveform, frames)
    if kind.startswith("log"):
        values = analysis.to_decibels(values, frames)
    return Analysis(values, frames, len(sound.waveform), bins)


def _sound(kind, found):
    """Return the `Sound` of an `Analysis`."""
    values, frames = found.values, found.frames
    if kind.startswith("log"):
        values = analysis.from_decibels(values, frames)
    if kind == "mfcc":
        waveform = analysis.from_mfcc(values, frames, found.bins, found.length)
    elif "mel" in kind:
        waveform = analysis.from_mel(values, frames, found.length)
    else:
        waveform = analysis.from_magnitudes(values, frames, found.length)
    return Sound(waveform, frames.sample_rate)
