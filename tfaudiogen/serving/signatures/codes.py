"""The signatures of models with discrete codes."""

import tensorflow as tf

from tfaudiogen.models.autoencoders.codes_graph import CodeGraph
from tfaudiogen.models.modalities.code_windows import have_halves
from tfaudiogen.models.priors.code_model_graph import CodeModelGraph
from tfaudiogen.serving.request_checks import after, check
from tfaudiogen.serving.signatures.autoencoders import AutoencoderSignatures
from tfaudiogen.serving.signatures.labels import RequestLabels
from tfaudiogen.serving.signatures.specs import spec

_PLACES = 3


class CodeSignatures(AutoencoderSignatures):
    """The signatures of a `VQVAE`; see `AutoencoderSignatures`. `codes_0` is the top level."""

    def __init__(self, model, seconds, limits):
        self.shapes, self.counts = model.code_maps()
        super().__init__(model, seconds, limits)
        if not have_halves(self.shapes):
            # The code maps have a fixed size of one window, so audio has one, too.
            self.inputs.limit_to_one_window()

    def _graph_of(self, samples):
        if samples is not None:
            raise ValueError(
                "seconds must be None for a model without a prior, which draws nothing"
            )
        return CodeGraph(self.model)

    def _further(self):
        codes = [self.inputs.codes(level, shape) for level, shape in enumerate(self.shapes)]
        return {
            "encode": self._entry(self.encode, self.inputs.spec()),
            "decode": self._entry(self.decode, *codes),
        }

    def facts(self):
        """Return the facts that `describe` outputs; see `Signatures`."""
        padded = [[*shape, *[1] * (_PLACES - len(shape))] for shape in self.shapes]
        return {
            **super().facts(),
            "code_maps": padded,
            "code_counts": list(self.counts),
        }

    def _free_size(self, name):
        level = name.removeprefix("codes_")
        return super()._free_size(name) if level == name else self.shapes[int(level)][0]

    def encode(self, inputs):
        """Return the int32 codes of each level; W windows have (W + 1) / 2 times T columns."""
        codes = self.graph.encode(self._taken(inputs))
        return {f"codes_{level}": code for level, code in enumerate(codes)}

    def decode(self, *codes):
        """Decode codes as `encode` returns them; W windows of audio have W + 1 half windows."""
        checks = [
            *self._check_rows(*codes),
            *self.inputs.code_checks(codes, self.shapes),
            *self._check_codes(codes),
        ]
        return self._answer(self.graph.decode(*after(checks, *codes)))

    def _check_codes(self, codes):
        for level, (code, count) in enumerate(zip(codes, self.counts, strict=True)):
            yield check(
                tf.reduce_all((code >= 0) & (code < count)),
                f"codes_{level} must be from 0 to {count - 1}",
            )


class CodeModelSignatures(CodeSignatures):
    """The signatures of a `CodeModel`; see `AutoencoderSignatures`.

    A label is a class name, or the class number if the class has no name; an empty string is
    unconditional. In `sample`, words can name all labels that contain them; see `CodeModel.labels`.
    """

    default = "sample"

    def _graph_of(self, samples):
        names = self.model.label_names
        self.labels = RequestLabels(names) if names else None
        return CodeModelGraph(self.model, samples)

    def _further(self):
        label, guidance = [], []
        if self.labels:
            label, guidance = [spec("label", dtype=tf.string)], [spec("guidance")]
        seed, top_k = spec("seed", dtype=tf.int64), spec("top_k", dtype=tf.int32)
        draw = (seed, spec("temperature"), top_k, spec("top_p"), *label, *guidance)
        return {
            "sample": self._entry(self.sample, *draw),
            **super()._further(),
            "log_prob": self._entry(self.log_prob, self.inputs.spec(), *label),
        }

    def facts(self):
        """Return the facts that `describe` outputs; see `Signatures`."""
        defaults = {name: float(getattr(self.model, name)) for name in ("temperature", "guidance")}
        return {
            **super().facts(),
            **self._drawn_samples(),
            "labels": len(self.model.label_names),
            **defaults,
        }

    def sample(self, seed, temperature, top_k, top_p, label=None, guidance=None):
        """Generate; all [B]. No effect: top_k 0, top_p 1, guidance 1; label "" is unconditional."""
        label, guidance = self._with_defaults(seed, label, guidance)
        chosen = self.labels.drawn(seed, label) if self.labels else _none(label)
        checks = [
            *self._check_rows(seed, temperature, top_k, top_p, label, guidance),
            *self._check_draw(seed, temperature),
            check(tf.reduce_all(top_k >= 0), "top_k must be at least 1, or 0 for all codes"),
            self._check_range("top_p", top_p, 1),
            self._check_range("guidance", guidance, 20),
            check(
                tf.reduce_all((guidance == 1.0) | (label != "")),
                "guidance must be 1 where there is no label to strengthen",
            ),
            *self._check_label(chosen, label),
        ]
        inputs = after(checks, seed, chosen, temperature, top_k, top_p, guidance)
        index = tf.zeros_like(inputs[0])
        return self._answer(self.graph.sample(inputs[0], index, *inputs[1:]))

    def log_prob(self, inputs, label=None):
        """Return a bound [B] in nats for the labels ("": none), the sum of consecutive windows."""
        label, _ = self._with_defaults(inputs, label, None)
        number = self.labels.number(label) if self.labels else _none(label)
        checks = [
            *self._check_rows(inputs, label),
            *self.inputs.checks(inputs),
            *self._check_label(number, label),
        ]
        return {"log_prob": self.graph.log_prob(*after(checks, inputs, number))}

    @staticmethod
    def _with_defaults(rows, label, guidance):
        """Return label and guidance, with defaults of no label and guidance 1."""
        label = tf.fill(tf.shape(rows)[:1], "") if label is None else label
        return label, tf.ones(tf.shape(rows)[:1]) if guidance is None else guidance

    def _check_label(self, number, label):
        return [self.labels.check(number, label)] if self.labels else []


def _none(label):
    """Return int32 [B] of -1, which stands for no label."""
    return tf.fill(tf.shape(label), -1)
