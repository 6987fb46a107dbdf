"""Sounds one beside another, with the distances of the others from the first."""

import html
import warnings

from tfaudiogen.audio import edits
from tfaudiogen.audio.lazy import Lazy
from tfaudiogen.audio.picture import Picture
from tfaudiogen.audio.player import LONGEST, controls, image, wav_of
from tfaudiogen.plots.comparison import LETTERS, compare_sounds, figure_lines, plot_comparisons


class Comparison:
    """Pictures and distances of two to eight sounds; notebooks show them with players.

    The sounds are brought to the sample rate of the first and cut to the shortest.

    Args:
        sounds: list of functions that return a `Sound`.
        names: of the sounds.
    """

    def __init__(self, sounds, names):
        if not 2 <= len(sounds) <= len(LETTERS):
            raise ValueError(
                f"compare takes 1 to {len(LETTERS) - 1} other sounds, received {len(sounds) - 1}: "
                "compare them in groups"
            )
        self.names = tuple(name or letter for letter, name in zip(LETTERS, names, strict=False))
        self._lazy = Lazy(lambda: _matched(sounds))
        self._found = Lazy(lambda: _distances(self._lazy.get()))
        self._picture = Picture(self._draw, " and ".join(self.names))

    @property
    def figures(self):
        """Distances of each other sound from the first, a tuple of {metric: float}.

        NaN where one is not defined; see `tfaudiogen.metrics` for their meaning and units.
        """
        return self._found.get()

    @property
    def lines(self):
        """Lines of text with the figures, as `tfaudiogen compare` prints them."""
        return figure_lines(*self.figures)

    @property
    def picture(self):
        """The `Picture` of the sounds, their differences from the first and the figures."""
        return self._picture

    def save(self, path):
        """Write the picture as a PNG; return the comparison."""
        self._picture.save(path)
        return self

    def _draw(self, path):
        sounds = self._lazy.get()
        waveforms = [sound.waveform for sound in sounds]
        plot_comparisons(path, waveforms, sounds[0].sample_rate, self.names)

    def _repr_html_(self):
        players = (
            f"<div>{letter}: {html.escape(name)}</div>{controls(wav_of(sound, LONGEST))}"
            for letter, name, sound in zip(LETTERS, self.names, self._lazy.get(), strict=False)
        )
        return "".join(players) + image(self._picture.png, "\n".join(self.lines))

    def __repr__(self):
        """Return the names; `str` returns the figures."""
        return f"<Comparison of {', '.join(map(repr, self.names))}: print it for the figures>"

    def __str__(self):
        return "\n".join(self.lines)


def _distances(sounds):
    first, *others = (sound.waveform for sound in sounds)
    return tuple(compare_sounds(first, other) for other in others)


def _matched(sounds):
    """Return the sounds at the rate of the first, cut to the shortest."""
    first, *others = (sound() for sound in sounds)
    sounds = [first, *(edits.resample(other, first.sample_rate) for other in others)]
    length = min(len(sound.waveform) for sound in sounds)
    if any(len(sound.waveform) != length for sound in sounds):
        seconds = length / first.sample_rate
        warnings.warn(f"compared are the first {seconds:.2f} s.", stacklevel=2)
    return [sound.replaced(sound.waveform[:length]) for sound in sounds]
