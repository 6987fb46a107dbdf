"""Audio in a request: its specification, checks and facts."""

import math

import tensorflow as tf

from tfaudiogen.models.modalities.windows import windows_for
from tfaudiogen.serving.request_checks import check, check_finite
from tfaudiogen.serving.signatures.specs import spec


class AudioInputs:
    """Input audio of any length up to a limit.

    Args:
        spectrogram: the `Spectrogram`.
        limits: the `Limits` of a request.
    """

    name = "waveform"

    def __init__(self, spectrogram, limits):
        self.spectrogram, self.seconds = spectrogram, limits.seconds
        self.longest = max(1, int(limits.seconds * spectrogram.sample_rate))
        self.most_windows = windows_for(math.ceil(self.longest / spectrogram.hop), spectrogram)

    def limit_to_one_window(self):
        """Limit the audio to one window."""
        self.longest, self.most_windows = min(self.longest, self.spectrogram.samples), 1

    def samples(self, seconds):
        """Return the number of samples of generated audio; None for None.

        Raises:
            ValueError: the duration is out of its range.
        """
        if seconds is None:
            return None
        if not 0 < seconds <= self.seconds:
            raise ValueError(
                f"seconds must be above 0 and at most {self.seconds}; received {seconds}"
            )
        return max(1, round(seconds * self.spectrogram.sample_rate))

    def spec(self, name=name):
        """Return the specification of an input."""
        return spec(name, None)

    def latents(self, size):
        """Return the specification of latents."""
        return spec("latents", None, size)

    def codes(self, level, shape):
        """Return the specification of the code maps of a level."""
        return spec(f"codes_{level}", None, *shape[1:], dtype=tf.int32)

    def checks(self, waveform, name=name):
        """Yield checks of waveforms."""
        length = tf.shape(waveform)[1]
        yield check(
            (length >= 1) & (length <= self.longest),
            f"{name} must have from 1 to {self.longest} samples at "
            f"{self.spectrogram.sample_rate} Hz",
        )
        yield check_finite(name, waveform)

    def latent_checks(self, latents):
        """Yield checks of the number of windows."""
        windows = tf.shape(latents)[1]
        yield check(
            (windows >= 1) & (windows <= self.most_windows),
            f"latents must be of from 1 to {self.most_windows} windows",
        )

    def code_checks(self, codes, shapes):
        """Yield checks of the time columns of code maps, top level first."""
        halves, most = 2 * tf.shape(codes[0])[1] // shapes[0][0], self.most_windows
        for level, (code, shape) in enumerate(zip(codes, shapes, strict=True)):
            fits = 2 * tf.shape(code)[1] == halves * shape[0]
            further = f", and {shape[0] // 2} more for each further window" if most > 1 else ""
            yield check(
                fits & (halves >= 2) & (halves <= most + 1),
                f"codes_{level} must have {shape[0]} time columns for one window{further}, of "
                f"at most {most}, as many on all levels",
            )

    def facts(self):
        """Return the facts about the representation for `describe`."""
        return {
            "sample_rate": self.spectrogram.sample_rate,
            "window_samples": self.spectrogram.samples,
        }

    def limits(self):
        """Return the fact about the longest input for `describe`."""
        return {"most_samples": self.longest}

    def windows(self):
        """Return the fact about latents and codes for `describe`."""
        return {"most_windows": self.most_windows}
