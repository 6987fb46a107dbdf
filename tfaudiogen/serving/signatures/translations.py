"""The signatures of translators: `paint` or `compose`."""

import tensorflow as tf

from tfaudiogen.models.translators.code import Translator
from tfaudiogen.models.translators.flow import FlowTranslator
from tfaudiogen.models.translators.translation_graph import (
    CodeTranslationGraph,
    FlowTranslationGraph,
    VariationalTranslationGraph,
)
from tfaudiogen.models.translators.variational import VariationalTranslator
from tfaudiogen.serving.request_checks import after
from tfaudiogen.serving.signatures.base import Signatures
from tfaudiogen.serving.signatures.inputs import inputs_of
from tfaudiogen.serving.signatures.labels import RequestLabels
from tfaudiogen.serving.signatures.specs import spec

# The per-example graphs of each family.
GRAPHS = {
    Translator: CodeTranslationGraph,
    FlowTranslator: FlowTranslationGraph,
    VariationalTranslator: VariationalTranslationGraph,
}
# The highest and lowest values of settings other than the temperature.
_RANGES = {"guidance": (20, 0), "rescale": (1, 0), "steps": (64, 1)}


class TranslationSignatures(Signatures):
    """The signature of a translator: `paint` if it generates images, `compose` if audio.

    For models with labels, a label is a label name or words of one; an empty string is any label,
    drawn by the seed.

    Args:
        model: a translator of one of the families in `GRAPHS`.
        seconds: duration of generated audio; None for one window, and for images.
        limits: the `Limits` of a request; `limits.seconds` bounds the input and `seconds`.
    """

    def __init__(self, model, seconds, limits):
        super().__init__(model, limits)
        self.inputs = inputs_of(model.source_representation, limits)
        self.target = inputs_of(model.representation, limits)
        graph = next(graph for kind, graph in GRAPHS.items() if isinstance(model, kind))
        self.graph = graph(model, self.target.samples(seconds))
        self.default = "paint" if self.target.name == "picture" else "compose"
        names = getattr(model, "label_names", [])
        self.labels = RequestLabels(names) if names else None

    def entries(self):
        """Return the entry of `table`; see `Signatures`."""
        kinds = {name: one.dtype for name, one in self.graph.settings.items()}
        kinds |= {"label": tf.string} if self.labels else {}
        settings = [spec(name, dtype=kind) for name, kind in kinds.items()]
        specs = (self.inputs.spec(), spec("seed", dtype=tf.int64), *settings)
        return {self.default: self._entry(getattr(self, self.default), *specs)}

    def facts(self):
        """Return the facts that `describe` outputs; see `Signatures`."""
        samples = self.graph.target.samples
        drawn = {} if samples is None else {"sample_samples": samples}
        facts = {**self.inputs.facts(), **self.target.facts()}
        if self.labels:
            facts |= {"labels": len(self.labels.names), "label_names": self.labels.names}
        return {**facts, **super().facts(), **self.inputs.limits(), **drawn}

    def _free_size(self, name):
        return self.model.source_representation.samples

    def paint(self, waveform, seed, *settings):
        """Generate images [B, ...] for sounds. No effect: guidance 1, rescale 0. Label "": any."""
        return {"picture": self._drawn(waveform, seed, settings)}

    def compose(self, picture, seed, *settings):
        """Generate audio [B, N] for images. No effect: guidance 1, rescale 0. Label "": any."""
        return {"waveform": self._drawn(picture, seed, settings)}

    def _drawn(self, inputs, seed, settings):
        checks = list(self._check_rows(inputs, seed, *settings))
        inputs, seed, *settings = after(checks, inputs, seed, *settings)
        named = dict(zip(self.graph.settings, settings, strict=True))
        checks = [
            *self.inputs.checks(inputs),
            *self._check_draw(seed, named["temperature"]),
            *(self._check_range(n, named[n], *_RANGES[n]) for n in named if n in _RANGES),
        ]
        if self.labels:
            label = named["label"]
            named["label"] = self.labels.drawn_or_any(seed, label)
            checks.append(self.labels.check(named["label"], label))
        inputs, seed, *settings = after(checks, inputs, seed, *named.values())
        return self.graph.sample(inputs, seed, tf.zeros_like(seed), *settings)
