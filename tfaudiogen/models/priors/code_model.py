"""`CodeModel`: an autoencoder with codes and priors over them."""

import math

import keras
import numpy as np
import tensorflow as tf

from tfaudiogen.layers.blocks.residual import register
from tfaudiogen.models.autoencoders.code_autoencoder import CodeAutoencoder
from tfaudiogen.models.autoencoders.code_usage import usage_figures
from tfaudiogen.models.base import ProbabilisticModel
from tfaudiogen.models.modalities.code_windows import check_columns
from tfaudiogen.models.modalities.graphs import remembered
from tfaudiogen.models.priors.code_model_graph import CodeModelGraph
from tfaudiogen.models.priors.continuation import CodeContinuation
from tfaudiogen.models.priors.labels import choose_labels
from tfaudiogen.models.priors.long_codes import CodeSampler, empty
from tfaudiogen.models.training_step.batching import in_batches
from tfaudiogen.probability import noise
from tfaudiogen.runtime.renamed import accepts_old_names


@register
class CodeModel(CodeContinuation, CodeAutoencoder, ProbabilisticModel):
    """A vector-quantized autoencoder with an autoregressive prior over the codes of each level.

        p(x, c | y) = p(c_L | y) p(c_(L-1) | c_L, y) ... p(c_1 | c_2, ..., c_L, y) p(x | c)

    from the top level L down (Razavi et al., 2019), with the label y. At the codes c of x

        -log p(x | y)  <=  -log p(x | c) - log p(c | y)  =  distortion + rate,

    where the rate is the exact log-probability of all codes, including those of padding. The
    autoencoder is trained first, then the priors on its codes; see `tfaudiogen.training`.

    Args:
        autoencoder: a `VQVAE`.
        priors: one `CodePrior` per level, top level first. The `maps` of each are those of the n
            levels directly above it, top level first, with n at least 0.
        temperature, guidance: defaults of `sample`; the default guidance applies if there is a
            label. Both at 1 sample from the distribution above; other values make samples less
            diverse or follow the label more closely.
    """

    terms = ("loss", "rate", "distortion", "padding", "code_length", "pixels")

    def __init__(self, autoencoder, priors, temperature=1.0, guidance=1.0, **kwargs):
        levels = len(autoencoder.code_shapes)
        counts = {f"counts_{n}": codes for n, codes in enumerate(_tallied(autoencoder))}
        super().__init__(vectors={"rates": levels, **counts}, **kwargs)
        self.autoencoder, self.priors = autoencoder, list(priors)
        check_priors(self.priors, *self.code_maps())
        self.temperature, self.guidance = temperature, guidance
        self._settings(1, 0, 0, None, None, None, None)
        self.built = True

    def code_maps(self):
        """Return the code map shapes, (T, F) or (T, F, Q), and codebook sizes, top level first."""
        return self.autoencoder.code_maps()

    @property
    def representation(self):
        """The autoencoder's representation, a `Spectrogram` or `Pictures`."""
        return self.autoencoder.representation

    @property
    def likelihood(self):
        """The autoencoder's `PixelLikelihood`."""
        return self.autoencoder.likelihood

    @property
    def class_names(self):
        """Names of the labels."""
        return self.autoencoder.class_names

    def call(self, images, training=False):
        """Return the reconstruction E[x | c], [B, T, F, C], of images at their codes."""
        return self.autoencoder(images)

    def reconstruct_images(self, images):
        """Return the reconstructions of images [B, T, F, C] at their codes."""
        return self.autoencoder(images)

    def encode_codes(self, images):
        """Encodes images to codes; see `VQVAE.encode_codes`."""
        return self.autoencoder.encode_codes(images)

    def decode_codes(self, codes):
        """Return the expected images [B, T, F, C], given codes, top level first."""
        return self.autoencoder.decode_codes(codes)

    def graph_functions(self, samples=None):
        """Return the per-example graphs (`CodeModelGraph`), traced once per `samples`."""
        return remembered(self, CodeModelGraph, samples=samples)

    def image_entries(self):
        return self.autoencoder.image_entries()

    def fill_defaults(self, batch):
        return self.autoencoder.fill_defaults(batch) | _label_of(batch)

    def loss_terms(self, batch, key, training):
        codes = self.encode_codes(batch["image"])
        rates = tf.stack(self._rates(codes, batch.get("label")), axis=1)  # [B, L]
        rate = tf.reduce_sum(rates, axis=1)
        # The autoencoder's terms assume a uniform rate, which is replaced.
        found = self.autoencoder.loss_terms(batch, key, training=False)
        return {
            "loss": found["distortion"] + rate,
            "rate": rate,
            "rates": rates,
            "code_length": found["code_length"] - found["rate"] + rate,
            **{name: found[name] for name in found if name not in _REPLACED},
        }

    def _rates(self, codes, label):
        """Return -log p of the codes of each level given the levels above, in nats, [B] each."""
        rates = []
        for level, prior in enumerate(self.priors):
            maps = codes[level - len(prior.conditions.maps) : level]
            condition = label if prior.conditions.classes else None
            rates.append(-prior.log_prob(codes[level], condition, maps))
        return rates

    def summarize(self, means):
        """Return bits per dimension, and bits per code and codebook usage of each level."""
        log_2 = tf.math.log(2.0)
        figures = {"bits_per_dimension": means["code_length"] / (means["pixels"] * log_2)}
        for level, (prior, nats) in enumerate(
            zip(self.priors, tf.unstack(means["rates"]), strict=True)
        ):
            figures[f"bits_per_code_{level}"] = nats / (log_2 * prior.length)
            for name, value in usage_figures(means[f"counts_{level}"]).items():
                figures[f"{name}_{level}"] = value
        kept = ("loss", "rate", "distortion", "padding")
        return {**{name: means[name] for name in kept}, **figures}

    def image_log_prob(self, images, frames, label=None):
        """Return a lower bound of log P(levels of x | label) in nats, [B]; see the class."""
        batch = {"image": images, "frames": frames, **_label_of({"label": label})}
        key = noise.key(0, tf.shape(images)[0])
        return -self.loss_terms(self.fill_defaults(batch), key, training=False)["code_length"]

    @accepts_old_names("log_prob's ", {"given": "inputs"})
    def log_prob(self, inputs, label=None):
        """Return a lower bound of the log-probability of audio of any length, or of images.

        Longer audio is split into consecutive windows without overlap, and their bounds are added.

        Args:
            inputs: waveforms [N] or [B, N], or images [H, W, C] or [B, H, W, C].
            label: None, a class name, an int or int [B].

        Returns:
            float32 [B], in nats: the distortion of unpadded frames of the 8-bit image, and the
            rate of all codes including padding.
        """
        batch, _ = self.modality.batch(inputs)
        labels = self._label_rows(label, len(batch))
        if self.modality.has_phase:
            return self.graph_functions().log_prob(batch, labels).numpy()

        def bound(part):
            images, frames = self.modality.images(tf.gather(batch, part))
            return self.image_log_prob(images, frames, tf.gather(labels, part))

        return in_batches(bound, tf.range(len(batch))).numpy()

    def _label_rows(self, label, count):
        """Return labels as int32 [count], -1 for none."""
        found = self.labels(label, count)
        return tf.fill([count], -1) if found is None else found

    @property
    def label_names(self):
        """Names of the labels that condition the priors; numbers as text for unnamed ones."""
        classes = max(prior.conditions.classes for prior in self.priors)
        numbers = [str(number) for number in range(classes)]
        return [*self.class_names[:classes], *numbers[len(self.class_names) :]]

    def labels(self, label, count, key=None):
        """Converts a class name, an int, a list of `count` of them, or None to int32 [count].

        With a `tfaudiogen.probability.noise.Key`, a name may consist of some words of labels; one
        of all labels with these words is then drawn for each sample: "oboe" matches "oboe A4" and
        "oboe C5". The result is None if `label` is None.

        Raises:
            ValueError: the model was not trained with such a label; the message lists its labels.
        """
        names = self.label_names
        return choose_labels(names, len(names), label, count, key)

    def sample(
        self,
        count,
        seed=0,
        label=None,
        temperature=None,
        top_k=None,
        top_p=None,
        guidance=None,
        seconds=None,
        phase="pghi",
        progress=False,
    ):
        """Samples audio or images from the model.

        Args:
            count: B, the number of samples; at least 1.
            seed: int in [0, 2**31); the same seed gives the same samples for any `count`.
            label: None, a class name or words of one, an int, or a list of B; see `labels`.
            temperature, top_k, top_p, guidance: settings of each prior; see `CodePrior.sample`.
                Guidance applies to priors with labels. None means the model's `temperature` and
                `guidance`, and no truncation.
            seconds: duration of audio; None for one window. Longer audio is continued by half
                windows of codes, and phase retrieval runs once over the whole.
            phase: "pghi" or "graph"; see `ModalityAutoencoder`.
            progress: whether to show a progress bar on a terminal.

        Returns:
            float32 [B, N] or [B, H, W, C].
        """
        samples = self.modality.length(seconds)
        settings = self._settings(count, seed, label, temperature, top_k, top_p, guidance)
        windows = self.modality.windows(samples)
        key = noise.key(seed, count)
        labels = self.labels(label, count, key)

        def draw_in_graph(part):
            chosen = tf.gather(tf.fill([count], -1) if labels is None else labels, part)
            settled = [
                tf.fill(tf.shape(part), tf.constant(settings[name] or none, dtype))
                for name, none, dtype in _IN_GRAPH
            ]
            graph = self.graph_functions(self.modality.samples_of(windows))
            drawn = graph.sample(key.seed * tf.ones_like(part), part, chosen, *settled)
            return drawn[:, :samples]

        def draw(part):
            chosen = None if labels is None else tf.gather(labels, part)
            images = self.sample_images(key._replace(index=part), windows, chosen, settings)
            return self.modality.inverse(images, samples, phase)

        drawn = draw_in_graph if self._in_graph(phase) else draw
        return in_batches(drawn, key.index, progress, _TOGETHER)

    def _settings(self, count, seed, label, temperature, top_k, top_p, guidance):
        """Return the sampling settings with defaults filled in, after checking their ranges."""
        if not 0 <= seed < 2**31:
            raise ValueError(f"seed must be from 0 to 2**31 - 1, received {seed}")
        temperature = self.temperature if temperature is None else temperature
        for prior in self.priors:
            prior.check_sampling(count, temperature, top_k, top_p, 1.0)
        if guidance is None:
            guidance = 1.0 if label is None else self.guidance
        if guidance != 1.0 and label is None:
            raise ValueError(f"guidance needs a label to strengthen; received {guidance}")
        if guidance < 0:
            raise ValueError(f"guidance must not be negative, received {guidance}")
        settings = {"temperature": temperature, "top_k": top_k, "top_p": top_p}
        return {**settings, "guidance": guidance}

    def sample_codes(self, key, windows=1, label=None, settings=None):
        """Samples the codes of all levels.

        Args:
            key: `tfaudiogen.probability.noise.Key` of B samples.
            windows: W, number of windows of each sound.
            label: int32 [B] or None.
            settings: keyword arguments of `CodePrior.draw`.

        Returns:
            List of int32 [B, T_l (W + 1) / 2, ...], top level first.
        """
        shapes, _ = self.code_maps()
        if windows > 1:
            check_columns(shapes)
        codes = empty(len(key.index), shapes, windows)
        known = [np.zeros(code.shape[1], bool) for code in codes]
        return CodeSampler(self.priors, key, label, settings or {}).generate(codes, known)

    def sample_images(self, key, windows=1, label=None, settings=None):
        """Samples images [B, T (W + 1) / 2, F, C] in [0, 1]; see `sample_codes`."""
        return self.long_images(self.sample_codes(key, windows, label, settings), windows)

    def get_config(self):
        serialize = keras.saving.serialize_keras_object
        return {
            **super().get_config(),
            "autoencoder": serialize(self.autoencoder),
            "priors": [serialize(prior) for prior in self.priors],
            "temperature": self.temperature,
            "guidance": self.guidance,
        }

    @classmethod
    def from_config(cls, config):
        deserialize = keras.saving.deserialize_keras_object
        config = dict(config)
        config["autoencoder"] = deserialize(config["autoencoder"])
        config["priors"] = [deserialize(prior) for prior in config["priors"]]
        return cls(**config)


# Sampling settings in the argument order of `CodeModelGraph.sample`: name, value for None, dtype.
_IN_GRAPH = (
    ("temperature", 0.0, tf.float32),
    ("top_k", 0, tf.int32),
    ("top_p", 1.0, tf.float32),
    ("guidance", 0.0, tf.float32),
)
# Batch size for sampling: a step samples one code per example, and is hardly slower for many.
_TOGETHER = 32
_REPLACED = ("loss", "rate", "code_length", "gaps")


def check_priors(priors, shapes, counts):
    """Raise ValueError unless each level has a prior, conditioned only on levels above it.

    Args:
        priors: list of `CodePrior`s.
        shapes, counts: code map shapes and codebook sizes, top level first; see `VQVAE.code_maps`.
    """
    received = [(prior.shape, prior.codebook_size) for prior in priors]
    wanted = list(zip(shapes, counts, strict=True))
    if received != wanted:
        raise ValueError(
            f"priors must be for maps of the shapes and codebook sizes {wanted}, top level first; "
            f"received {received}"
        )
    for level, prior in enumerate(priors):
        received = [(tuple(one["shape"]), one["codebook_size"]) for one in prior.conditions.maps]
        if len(received) > level or received != wanted[level - len(received) : level]:
            raise ValueError(
                f"maps of prior {level} must be those of the levels above it, which are "
                f"{wanted[:level]}; received {received}"
            )


def _tallied(autoencoder):
    """Return the length of the code count vector of each level, top level first."""
    levels = reversed(autoencoder.quantizers)
    return [quantizer.codebook_size * math.prod(quantizer.tail) for quantizer in levels]


def _label_of(batch):
    """Return {"label": int32 [B]} if the batch has labels, else {}."""
    label = batch.get("label")
    return {} if label is None else {"label": tf.cast(label, tf.int32)}
