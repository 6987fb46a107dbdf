"""Reconstruction metrics of audio and of pictures."""

import math

import numpy as np

from tfaudiogen.metrics import pictures, waveforms

_SOUND = (
    "log_spectral_distance",
    "multi_resolution_stft_distance",
    "si_sdr",
    "spectral_convergence",
)
_PICTURE = {
    "mean_squared_error": pictures.mean_squared_error,
    "psnr": pictures.psnr,
    "ssim": pictures.ssim,
}
_LEVELS = 255.0


def reconstruction_of(representation, phase):
    """Return the `SoundReconstruction` or `PictureReconstruction` for a representation.

    Args:
        representation: the model's `Spectrogram` or `Pictures`.
        phase: "pghi" or "graph", for audio.
    """
    if representation.kind == "pictures":
        return PictureReconstruction()
    return SoundReconstruction(representation, phase)


class SoundReconstruction:
    """Distances of reconstructed waveforms, for the model and for the codec alone.

    The codec is the analysis and inversion of the spectrogram, without a model.

    Args:
        spectrogram: the `Spectrogram`.
        phase: "pghi" or "graph".
    """

    headline = "log_spectral_distance"

    def __init__(self, spectrogram, phase):
        self.spectrogram, self.phase = spectrogram, phase
        # 46 ms at any sample rate: 1024 samples at 22,050 Hz.
        self.frame_length = 2 ** round(math.log2(1024 * spectrogram.sample_rate / 22050))

    def columns(self, batch, images, rebuilt):
        """Return {name: [B]}: distances of the model and, prefixed with codec_, of the codec.

        Args:
            batch: with "audio" [B, N] and "frames" [B].
            images: [B, T, F, 1], the model's inputs.
            rebuilt: the model's reconstructions of them.
        """
        audio = np.asarray(batch["audio"])
        frames = np.asarray(batch["frames"])
        lengths = np.clip(frames * self.spectrogram.hop, 1, audio.shape[1])
        columns = {"samples": lengths}
        for prefix, source in (("", rebuilt), ("codec_", images)):
            estimate = self.spectrogram.inverse(source, phase=self.phase)
            estimate = np.asarray(estimate)[:, : audio.shape[1]]
            for name in _SOUND:
                columns[prefix + name] = self._distance(name, audio, estimate, lengths)
        return columns

    def _distance(self, name, audio, estimate, lengths):
        size = self.frame_length
        settings = {
            "si_sdr": {},
            "multi_resolution_stft_distance": {"frame_lengths": (size // 2, size, 2 * size)},
        }.get(name, {"frame_length": size, "hop": size // 4})
        return getattr(waveforms, name)(audio, estimate, lengths=lengths, **settings)

    def amount(self, table):
        """Return the amount of evaluated audio in minutes."""
        return {"minutes": float(table["samples"].sum()) / self.spectrogram.sample_rate / 60}

    def rate(self, nats):
        """Return a mean rate per example, in nats, as bits per second."""
        return {"bits_per_second": nats / math.log(2.0) / self.spectrogram.seconds}

    def report(self, mean):
        """Return the reconstruction part of a report.

        Args:
            mean: function that maps the name of a column to its mean and interval.
        """
        return {
            "phase": self.phase,
            "frame_length": self.frame_length,
            "hop": self.frame_length // 4,
            **{name: {**mean(name), "codec": mean(f"codec_{name}")} for name in _SOUND},
        }


class PictureReconstruction:
    """Distances of 8-bit pictures from their 8-bit reconstructions."""

    headline = "mean_squared_error"

    def columns(self, batch, images, rebuilt):
        """Return {name: [B]}; see `SoundReconstruction.columns`."""
        del batch
        levels = np.rint(_LEVELS * np.clip(rebuilt, 0.0, 1.0)) / _LEVELS
        return {name: distance(images, levels) for name, distance in _PICTURE.items()}

    def amount(self, table):
        """Return nothing: the number of examples is sufficient."""
        del table
        return {}

    def rate(self, nats):
        """Return a mean rate per example, in nats, as bits per picture."""
        return {"bits_per_picture": nats / math.log(2.0)}

    def report(self, mean):
        """Return the reconstruction part of a report; see `SoundReconstruction.report`."""
        return {name: mean(name) for name in _PICTURE}
