"""Maps waveforms to spectrogram images and back, the representation of all audio models."""

import keras
import numpy as np
import tensorflow as tf

from tfaudiogen.layers.blocks.residual import register
from tfaudiogen.runtime import renamed
from tfaudiogen.signal import decibels as levels
from tfaudiogen.signal.mel import (
    FORMULAS,
    linear_to_mel,
    mel_filters,
    mel_frequencies,
    mel_to_linear,
)
from tfaudiogen.signal.phase import graph_phase, heap_phase
from tfaudiogen.signal.stft import analyse, check_geometry

SCALES = ("linear", "mel")
# Upper bounds far above practical use; mel filter banks have bins x frame_length entries.
_MOST = {"sample_rate": 384_000, "frames": 2**20, "bins": 2**13}


@register
class Spectrogram(keras.layers.Layer):
    """Log-magnitude spectrogram images in absolute decibels, time first, low frequencies first.

    N samples give T = ceil(N / hop) frames; the signal is zero-padded to a multiple of the hop, so
    frames * hop samples give exactly `frames` frames. Frame t is centred on sample t * hop. Frame
    T, centred on the end of the signal and half empty, is left out.

    The image value 0 is decibels[0] or less, 1 is decibels[1] or more, and 0 dB is a full-scale
    sine. With scale="linear" the bins are those of the STFT without Nyquist; with scale="mel"
    they are weighted means over mel bands. The layer computes in float32 under any policy.

    Args:
        sample_rate: in hertz.
        frame_length: window length in samples, even.
        hop: hop length in samples, at most half of frame_length.
        frames: T of the images that models are built for; `call` and `inverse` accept any T.
        bins: F; must be frame_length // 2 for the linear scale.
        scale: "linear" or "mel".
        decibels: (low, high), the fixed range.
        mel_formula: "slaney" or "htk", used with scale="mel".

    Raises:
        ValueError: if an argument or a combination of arguments is invalid.
    """

    kind = "sounds"

    def __init__(
        self,
        sample_rate=22050,
        frame_length=1024,
        hop=256,
        frames=512,
        bins=512,
        scale="linear",
        decibels=(-80.0, 0.0),
        mel_formula="slaney",
        **kwargs,
    ):
        super().__init__(**{**kwargs, "dtype": "float32"})
        _check(sample_rate, frame_length, hop, frames, bins, scale, decibels, mel_formula)
        self.sample_rate, self.frame_length, self.hop = sample_rate, frame_length, hop
        self.frames, self.bins, self.scale = frames, bins, scale
        self.decibels = tuple(float(level) for level in decibels)
        self.mel_formula = mel_formula
        self._filters = None
        if scale == "mel":
            self._filters = mel_filters(bins, frame_length, sample_rate, mel_formula)

    @property
    def samples(self):
        """Samples of one window: frames * hop."""
        return self.frames * self.hop

    @property
    def seconds(self):
        """Duration of one window in seconds."""
        return self.samples / self.sample_rate

    @property
    def image_shape(self):
        """Shape of one image: (frames, bins, 1)."""
        return (self.frames, self.bins, 1)

    @property
    def frequencies(self):
        """Centre frequency of each bin in hertz, numpy [bins]."""
        if self.scale == "mel":
            return mel_frequencies(self.bins, self.sample_rate, self.mel_formula)[1:-1]
        return np.arange(self.bins) * (self.sample_rate / self.frame_length)

    def build(self, input_shape=None):
        self.built = True

    def call(self, waveforms):
        """Return images [B, ceil(N / hop), bins, 1] in [0, 1] of waveforms [B, N]."""
        if waveforms.shape.rank != 2:
            raise ValueError(
                f"waveforms must be [B, N], received the shape {waveforms.shape}; one waveform is "
                "waveform[None]"
            )
        samples = waveforms.shape[1] or tf.shape(waveforms)[1]
        half = self.frame_length // 2
        # Pads as `stft` does, without the hop that the last frame would need.
        padding = [[0, 0], [half, half - self.hop + -samples % self.hop]]
        spectra = analyse(tf.pad(waveforms, padding), self.frame_length, self.hop)
        magnitudes = tf.abs(spectra)
        if self.scale == "mel":
            magnitudes = linear_to_mel(magnitudes, self._filters)
        images = levels.amplitude_to_image(
            magnitudes[..., : self.bins], self.frame_length, *self.decibels
        )
        return images[..., None]  # [B, T, F, 1]

    def magnitudes(self, images):
        """Return the spectral magnitudes [B, T, 1 + frame_length // 2] of images [B, T, F, 1].

        The Nyquist bin, which a linear image does not contain, is 0. A mel image is inverted by
        non-negative multiplicative updates.
        """
        images = tf.convert_to_tensor(images, tf.float32)
        if images.shape.rank != 4 or images.shape[2:] != (self.bins, 1):
            raise ValueError(
                f"images must be [B, T, {self.bins}, 1], received the shape {images.shape}"
            )
        amplitudes = levels.image_to_amplitude(images[..., 0], self.frame_length, *self.decibels)
        if self.scale == "mel":
            return mel_to_linear(amplitudes, self._filters)
        return tf.pad(amplitudes, [[0, 0], [0, 0], [0, 1]])

    def inverse(self, images, phase="pghi"):
        """Return waveforms [B, T * hop] of images [B, T, F, 1], for any T.

        Args:
            images: values in [0, 1].
            phase: "pghi" (phase-gradient heap integration), the best quality, eager only; or
                "graph", TensorFlow operations only, for use inside a `tf.function` or a SavedModel.
                Both are deterministic.

        Raises:
            ValueError: if phase is neither, or "pghi" is used inside a graph.
        """
        if phase == "heap":
            renamed.warn('phase="heap"', 'phase="pghi"')
            phase = "pghi"
        methods = {"pghi": heap_phase, "graph": graph_phase}
        if phase not in methods:
            raise ValueError(f"phase must be 'pghi' or 'graph', received {phase!r}")
        images = tf.convert_to_tensor(images, tf.float32)
        length = tf.shape(images)[1] * self.hop
        return methods[phase](self.magnitudes(images), self.frame_length, self.hop, length)

    def compute_output_shape(self, input_shape):
        samples = input_shape[1]
        frames = None if samples is None else -(-samples // self.hop)
        return (input_shape[0], frames, self.bins, 1)

    def get_config(self):
        return {
            **super().get_config(),
            "sample_rate": self.sample_rate,
            "frame_length": self.frame_length,
            "hop": self.hop,
            "frames": self.frames,
            "bins": self.bins,
            "scale": self.scale,
            "decibels": list(self.decibels),
            "mel_formula": self.mel_formula,
        }


def _check(sample_rate, frame_length, hop, frames, bins, scale, decibels, mel_formula):
    check_geometry(frame_length, hop)
    for name, value in {"sample_rate": sample_rate, "frames": frames, "bins": bins}.items():
        if not 1 <= value <= _MOST[name]:
            raise ValueError(f"{name} must be from 1 to {_MOST[name]}, received {value}")
    if scale not in SCALES:
        raise ValueError(f"scale must be one of {SCALES}, received {scale!r}")
    if mel_formula not in FORMULAS:
        raise ValueError(f"mel_formula must be one of {FORMULAS}, received {mel_formula!r}")
    if scale == "linear" and bins != frame_length // 2:
        raise ValueError(
            f"bins must be frame_length // 2 = {frame_length // 2} when scale is 'linear', "
            f"received {bins}; use scale='mel' for any other number"
        )
    if len(decibels) != 2 or not decibels[0] < decibels[1]:
        raise ValueError(f"decibels must be (low, high) with low < high, received {decibels}")
