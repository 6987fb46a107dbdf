"""The signatures of translators: `paint` or `compose`."""

import tensorflow as tf

from tfaudiogen.models.translation_rows import CodeTranslationRows
from tfaudiogen.models.translator import Translator
from tfaudiogen.request_checks import after
from tfaudiogen.signatures.base import Signatures
from tfaudiogen.signatures.given import given_of
from tfaudiogen.signatures.specs import spec

# The graphs of each family.
ROWS = {Translator: CodeTranslationRows}
_STRONGEST = 20


class TranslationSignatures(Signatures):
    """What a translator can do: `paint` where pictures are drawn, `compose` where sounds are.

    Args:
        model: a translator of one of the families of `ROWS`.
        seconds: duration of drawn sounds; None for one window, and for pictures.
        limits: the `Limits` of a request; its `seconds` bound what is given, and `seconds`.
    """

    def __init__(self, model, seconds, limits):
        super().__init__(model, limits)
        self.given = given_of(model.source, limits)
        self.target = given_of(model.spectrogram, limits)
        rows = next(rows for kind, rows in ROWS.items() if isinstance(model, kind))
        self.rows = rows(model, self.target.samples(seconds))
        self.default = "paint" if self.target.name == "picture" else "compose"

    def entries(self):
        """Return the entry of `table`."""
        numbers = (spec("seed", dtype=tf.int64), spec("temperature"), spec("guidance"))
        function = getattr(self, self.default)
        return {self.default: self._entry(function, self.given.spec(), *numbers)}

    def facts(self):
        """Return what `describe` tells; see `Signatures`."""
        samples = self.rows.target.samples
        drawn = {} if samples is None else {"sample_samples": samples}
        facts = {**self.given.facts(), **self.target.facts()}
        return {**facts, **super().facts(), **self.given.limits(), **drawn}

    def _free_size(self, name):
        return self.model.source.samples

    def paint(self, waveform, seed, temperature, guidance):
        """Draw a picture for each sound; all else is [B], and guidance 1 is none."""
        return {"picture": self._drawn(waveform, seed, temperature, guidance)}

    def compose(self, picture, seed, temperature, guidance):
        """Draw a sound for each picture; all else is [B], and guidance 1 is none."""
        return {"waveform": self._drawn(picture, seed, temperature, guidance)}

    def _drawn(self, given, seed, temperature, guidance):
        checks = [
            *self._check_rows(given, seed, temperature, guidance),
            *self.given.checks(given),
            *self._check_draw(seed, temperature),
            self._check_range("guidance", guidance, _STRONGEST),
        ]
        given, seed, *numbers = after(checks, given, seed, temperature, guidance)
        return self.rows.sample(given, seed, tf.zeros_like(seed), *numbers)
