"""The base of `Audio`: an immutable, lazily computed waveform with its sample rate."""

import dataclasses
from dataclasses import dataclass

import numpy as np

from tfaudiogen.audio.lazy import Lazy
from tfaudiogen.validation import arrays

_HIGHEST_RATE = 10_000_000


@dataclass(frozen=True)
class Sound:
    """A computed waveform.

    Attributes:
        waveform: float32 [N], read-only.
        sample_rate: in hertz.
        scale: factor that the last normalisation applied.
    """

    waveform: np.ndarray
    sample_rate: int
    scale: float = 1.0

    def __post_init__(self):
        waveform = np.array(self.waveform, np.float32)
        waveform.flags.writeable = False
        object.__setattr__(self, "waveform", waveform)

    def replaced(self, waveform, **changes):
        """Return the sound with another waveform."""
        return dataclasses.replace(self, waveform=waveform, **changes)


class LazySound:
    """A waveform that is known, or computed when it is first needed.

    Nothing changes it: every method that edits returns another value, which remembers the steps.

    Args:
        waveform: [N], floats in [-1, 1] or integers of 8, 16 or 32 bits; it is copied.
        sample_rate: in hertz, a whole number from 1 to 10,000,000.
        label: name for pictures and `repr`.

    Raises:
        ValueError: an argument is of another shape, type or range.
    """

    __slots__ = ("_lazy", "_steps", "label")

    def __init__(self, waveform, sample_rate, label=""):
        found = arrays.waveforms(waveform)
        if found.ndim != 1:
            raise ValueError(
                f"waveform must have the shape [N], received shape {list(found.shape)}: make one "
                "Audio for each row"
            )
        sound = Sound(found, checked_rate(sample_rate))
        self._fill(Lazy(lambda: sound), label, ())
        self._lazy.get()

    @classmethod
    def _of(cls, lazy, label="", steps=()):
        made = cls.__new__(cls)
        made._fill(lazy, label, steps)
        return made

    def _fill(self, lazy, label, steps):
        for name, value in (("_lazy", lazy), ("_steps", steps), ("label", str(label))):
            object.__setattr__(self, name, value)

    def _then(self, step, change):
        """Return the value after a step; `change` maps a `Sound` to a `Sound` when needed."""
        lazy = self._lazy
        return self._of(Lazy(lambda: change(lazy.get())), self.label, (*self._steps, step))

    def __setattr__(self, name, value):
        raise AttributeError(
            f"an Audio does not change, received {name} = {value!r}: its methods return another "
            "one, such as audio.gain(-6) or audio.named('drum')"
        )

    def __delattr__(self, name):
        raise AttributeError(f"an Audio does not change: {name} cannot be deleted")

    @property
    def waveform(self):
        """Samples, float32 numpy [N], read-only; computed when first asked for."""
        return self._lazy.get().waveform

    @property
    def sample_rate(self):
        """Sample rate in hertz."""
        return self._lazy.get().sample_rate

    @property
    def duration(self):
        """Duration in seconds."""
        return len(self.waveform) / self.sample_rate

    @property
    def is_computed(self):
        """Whether the samples are known, without reading a file or computing anything."""
        return self._lazy.is_known

    def named(self, label):
        """Return the same sound with another label."""
        return self._of(self._lazy, label, self._steps)

    def __array__(self, dtype=None, copy=None):
        """Return the samples, so that numpy and the models take the value for a waveform."""
        return np.array(self.waveform, dtype, copy=bool(copy) or None)

    def __eq__(self, other):
        """Return whether the other has the same samples and rate; labels do not count."""
        if not isinstance(other, LazySound):
            return NotImplemented
        same_rate = self.sample_rate == other.sample_rate
        return same_rate and np.array_equal(self.waveform, other.waveform)

    def __hash__(self):
        return hash((self.sample_rate, self.waveform.tobytes()))

    def __repr__(self):
        """Return label, steps and, once they are known, duration, rate and peak."""
        label = [repr(self.label)] if self.label else []
        steps = [f".{step}" for step in self._steps]
        return f"<{' '.join(['Audio', *label, *steps])}: {self._state()}>"

    def _state(self):
        if not self.is_computed:
            return "computed when it is needed"
        return f"{self.duration:.2f} s, {self.sample_rate:,} Hz, {self._peak_in_words()}"

    def _peak_in_words(self):
        peak = np.abs(self.waveform).max(initial=0.0)
        return f"peak {20 * np.log10(peak):.1f} dB" if peak > 0 else "silent"


def checked_rate(sample_rate):
    """Return a sample rate as int, checked to be whole and from 1 to 10,000,000 hertz."""
    is_number = isinstance(sample_rate, int | float | np.number) and sample_rate is not True
    if not is_number or not 1 <= sample_rate <= _HIGHEST_RATE or sample_rate != int(sample_rate):
        raise ValueError(
            f"sample_rate must be a whole number from 1 to {_HIGHEST_RATE:,}, received "
            f"{sample_rate!r}: give it in hertz, such as 22050"
        )
    return int(sample_rate)
