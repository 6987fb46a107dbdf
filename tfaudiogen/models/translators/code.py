"""`Translator`: conditional autoregressive priors over the codes of an autoencoder."""

import math

import keras
import numpy as np
import tensorflow as tf

from tfaudiogen.layers.blocks.residual import freeze, register
from tfaudiogen.models.modalities.code_windows import check_columns
from tfaudiogen.models.priors.code_model import check_priors
from tfaudiogen.models.priors.labels import choose_labels, further_words, pick, shared_words
from tfaudiogen.models.priors.long_codes import CodeSampler, empty
from tfaudiogen.models.translators.base import Translation
from tfaudiogen.models.translators.label_words import fit_mean, word_goals
from tfaudiogen.probability import noise


@register
class Translator(Translation):
    """A translator that generates target codes with priors conditioned on the source.

        p(y | x)  =  sum over c of p(c | x) p(y | c),
        p(c | x)  =  p(c_L | f(x)) p(c_(L-1) | c_L, f(x)) ... p(c_1 | c_2, ..., c_L, f(x)).

    y is the target, whose autoencoder defines the codes c and the likelihood p(y | c). x is the
    source, which the encoder f maps to a sequence of vectors for cross-attention of the priors
    (Vaswani et al., 2017; for a Transformer over image codes with conditioning see Ramesh et al.,
    "Zero-shot text-to-image generation", 2021). At the codes c of y

        -log p(y | x)  <=  -log p(y | c) - log p(c | x)  =  distortion + rate.

    The autoencoder is pretrained and frozen, so the distortion is fixed. Encoder and priors jointly
    minimize the rate, which is the loss, in nats per example. The prior of a lower level may be
    conditioned only on the codes above it. It is then independent of the source: it comes from a
    `CodeModel` (see `initialize_from_code_model`), is frozen, and is not part of the loss. In
    training the vectors are dropped for a fraction of the examples, the `condition_dropout` of the
    priors, for classifier-free guidance; see `CodePrior`. All levels drop them for the same
    examples.

    Labels may contain more information than the source: for a label "7 jackson", an image shows the
    digit but not the speaker. With `label_words_in_source`, the rest of each label after its first
    `label_words_in_source` words is a separate label condition v of the priors: p(c | x, v). The
    model then need not infer the speaker code by code. When sampling, v is chosen by the user or
    drawn uniformly, so

        p(y | x)  =  1/V sum over v of p(y | x, v).

    Label and vectors are dropped together.

    Sources, batches and long audio are as in `Translation`.

    Args:
        source_representation: representation of the source; see `Translation`.
        encoder: layer from source inputs to [B, M, V]; see `Translation`.
        target: a trained `VQVAE` of another modality; it is frozen.
        priors: one `CodePrior` per level of the target, top level first, as in `CodeModel`. The
            upper ones, at least the top one, need `vectors` equal to the encoder's width V and, if
            there are `label_names`, `classes` equal to their number.
        label_words_in_source: number of first words of the labels that the source shows; 0 for all.

    Attributes:
        label_names: distinct texts after these words in the labels; empty if
            `label_words_in_source` is 0.

    Raises:
        ValueError: source and target have the same modality, or the priors do not fit.
    """

    def __init__(
        self, source_representation, encoder, target, priors, label_words_in_source=0, **kwargs
    ):
        learning = sum(bool(prior.conditions.vectors) for prior in priors)
        super().__init__(
            source_representation, encoder, target, vectors={"rates": learning}, **kwargs
        )
        self.priors, self._learning = list(priors), learning
        self.label_words_in_source = label_words_in_source
        self.label_names, self._label_of = [], []
        if label_words_in_source:
            found = further_words(target.class_names, label_words_in_source)
            self.label_names, self._label_of = found
        check_priors(self.priors, *target.code_maps())
        self._check_vectors()
        self._check_labels()
        for prior in self.priors[learning:]:
            freeze(prior)
        self.built = True

    def _check_vectors(self):
        width, unconditional = self.vector_width, len(self.priors) - self._learning
        received = [prior.conditions.vectors for prior in self.priors]
        if not self._learning or received != [width] * self._learning + [0] * unconditional:
            raise ValueError(
                f"vectors of the priors must be {width}, the width of the encoder's, at the top "
                f"level and those below it down to one from which on they are 0; received "
                f"{received}"
            )

    def _check_labels(self):
        names, classes = self.label_names, [prior.conditions.classes for prior in self.priors]
        wanted = [len(names)] * self._learning + [0] * (len(self.priors) - self._learning)
        if self.label_words_in_source and not names:
            raise ValueError(
                f"label_words_in_source={self.label_words_in_source} leaves no words of the "
                f"labels, which are {', '.join(self.class_names) or 'none'}: take 0, or "
                "data whose labels have more (prepare them with --label-pattern)"
            )
        if classes != wanted:
            raise ValueError(
                f"classes of the priors must be {wanted}, as many as there are labels that the "
                f"source does not show, at the conditioned levels; received {classes}"
            )

    def initialize_autoencoder(self, autoencoder):
        super().initialize_autoencoder(autoencoder)
        for prior in self.priors:
            prior.copy_codebook(autoencoder)

    def initialize_from_code_model(self, model):
        """Initializes the target and the priors from a trained `CodeModel`.

        Raises:
            ValueError: the model has another configuration.
        """
        self.initialize_autoencoder(model.autoencoder)
        for mine, theirs in zip(self.priors, model.priors, strict=True):
            both = mine.conditions.classes and theirs.conditions.classes
            mine.initialize_from(
                theirs, shared_words(self.label_names, model.label_names) if both else ()
            )

    def initialize_mean_vector(self, model, batches):
        """Initializes the `mean_vector` conditioning from the label embeddings of a `CodeModel`.

        It is fitted by least squares on all examples whose words the model knows; see
        `tfaudiogen.models.translators.label_words`.

        Args:
            model: the model passed to `initialize_from_code_model`.
            batches: iterable of batches of pairs with "label".
        """
        has_labels, levels = bool(self.label_names), zip(self.priors, model.priors, strict=True)
        goals = {
            mine: word_goals(
                self.class_names,
                self.label_words_in_source,
                has_labels,
                model.label_names,
                theirs.conditions,
            )
            for mine, theirs in levels
            if mine.conditions.mean_vector and theirs.conditions.classes
        }
        if not any(goals.values()):
            return
        parts = [(self._means(batch), np.asarray(batch["label"])) for batch in batches]
        means, labels = (np.concatenate(part) for part in zip(*parts, strict=True))
        for prior, own in goals.items():
            known = np.isin(labels, list(own))
            if known.any():
                wanted = np.stack([own[label] for label in labels[known]])
                fit_mean(prior.conditions.add_mean, means[known], wanted)

    def _means(self, batch):
        """Return the mean source vectors of a batch, [B, V]."""
        inputs, _ = self.source_and_target(batch)
        return np.mean(np.float32(self(inputs)), axis=1)

    def fill_defaults(self, batch):
        """Complete the batch as `Translation` does, and keep "label" if there are `label_names`."""
        found = super().fill_defaults(batch)
        if not self.label_names:
            return found
        if "label" not in batch:
            raise ValueError(
                f"batches must hold label, of a data set whose labels end in one of "
                f"{', '.join(self.label_names)}"
            )
        return {**found, "label": batch["label"]}

    def dummy_batch(self, size):
        label = {"label": tf.zeros([size], tf.int32)} if self.label_names else {}
        return {**super().dummy_batch(size), **label}

    def loss_terms(self, batch, key, training):
        inputs, wanted = self.source_and_target(batch)
        codes = self.target.encode_codes(wanted)
        vectors = self(inputs, training=training)
        label = self._further_label(batch["label"]) if self.label_names else None
        rates = self._rates(self.priors[: self._learning], codes, vectors, key, training, label)
        rates = tf.stack(rates, axis=1)  # [B, L], for the trained levels
        return {"loss": tf.reduce_sum(rates, axis=1), "rates": rates}

    def _further_label(self, label):
        """Return int32 [B], indices into `label_names` for classes of the dataset, -1 for none."""
        return tf.gather(tf.constant([-1, *self._label_of]), tf.cast(label, tf.int32) + 1)

    def _rates(self, priors, codes, vectors, key, training, label):
        """Return -log p of the codes of each level given the levels above and the source, [B] each.

        Args:
            priors: priors of the levels to compute, top level first.
            label: int32 [B], indices into `label_names`, or None.
        """
        rates = []
        for level, prior in enumerate(priors):
            maps = codes[level - len(prior.conditions.maps) : level]
            batch = {"codes": codes[level], **{f"above_{n}": map_ for n, map_ in enumerate(maps)}}
            if prior.conditions.vectors:
                batch |= {"vectors": vectors, "label": label}
            rates.append(prior.loss_terms(batch, key, training)["loss"])
        return rates

    def summarize(self, means):
        """Return the loss, and bits per code of each trained level."""
        rates, learning = tf.unstack(means["rates"]), self.priors[: self._learning]
        bits = {
            f"bits_per_code_{level}": nats / (math.log(2.0) * prior.length)
            for level, (prior, nats) in enumerate(zip(learning, rates, strict=True))
        }
        return {"loss": means["loss"], **bits}

    def sample(
        self,
        inputs,
        count=1,
        seed=0,
        temperature=None,
        top_k=None,
        top_p=None,
        guidance=None,
        seconds=None,
        phase="pghi",
        progress=False,
        label=None,
    ):
        """Samples targets given sources.

        Args:
            inputs: sources: waveforms [N] or [B, N], images [H, W, C] or [B, H, W, C], or
                conditions; see `Translation`.
            count: n, number of samples per source; at least 1.
            seed: int in [0, 2**31); the same seed gives the same samples at the same position of a
                batch.
            temperature, top_k, top_p: settings of each prior; see `CodePrior.sample`. None means
                the model's `temperature`, and no truncation.
            guidance: scale of classifier-free guidance by the source; 1 for plain conditioning,
                more to follow the source more closely. None for the model's default.
            seconds: duration of audio; None for one window. Longer audio is continued by half
                windows of codes, and phase retrieval runs once over the whole.
            phase: for audio, "pghi" or "graph"; see `ModalityAutoencoder`.
            progress: whether to show a progress bar on a terminal.
            label: one of `label_names`, or words of one; None draws one for each sample.

        Returns:
            float32 [B, n, ...], images [H, W, C] or waveforms [N]; [n, ...] for a single source.

        Raises:
            ValueError: an argument is out of range or has a wrong shape.
        """
        temperature, guidance = self.drawing(count, seed, temperature, guidance)
        for prior in self.priors:
            prior.check_sampling(count, temperature, top_k, top_p, 1.0)
        settings = {"temperature": temperature, "top_k": top_k, "top_p": top_p}
        settings["guidance"] = guidance
        self.labels(label, noise.key(seed, 1))

        def draw(key, vectors, windows):
            return self.sample_codes(key, vectors, windows, settings, self.labels(label, key))

        decode = self.target.decode  # uses the graph of a SavedModel for phase="graph"
        return self.drawn(draw, inputs, count, seed, seconds, phase, progress, decode)

    def labels(self, label, key):
        """Return int32 [B], indices into `label_names`, or None if there are no `label_names`.

        Args:
            label: one of `label_names`, or words of one; None draws one for each sample.
            key: `tfaudiogen.probability.noise.Key` of B samples.

        Raises:
            ValueError: there is no such label.
        """
        names, count = self.label_names, len(key.index)
        if label is None and names:
            return pick(tf.ones((count, len(names)), tf.bool), noise.uniform(key, "label"))
        return choose_labels(names, len(names), label, count, key)

    def sample_codes(self, key, vectors, windows=1, settings=None, label=None):
        """Samples the codes of all levels of the target.

        Args:
            key: `tfaudiogen.probability.noise.Key` of B samples.
            vectors: source vectors [B, M, V].
            windows: W, number of windows of each sound.
            settings: keyword arguments of `CodePrior.draw`.
            label: int32 [B], as from `labels`, or None.

        Returns:
            List of int32 [B, T_l (W + 1) / 2, ...], top level first.
        """
        shapes, _ = self.target.code_maps()
        if windows > 1:
            check_columns(shapes)
        codes = empty(len(key.index), shapes, windows)
        known = [np.zeros(code.shape[1], bool) for code in codes]
        sampler = CodeSampler(self.priors, key, label, settings or {}, vectors=vectors)
        return sampler.generate(codes, known)

    def log_prob(self, targets, inputs, label=None):
        """Return a lower bound of the log-probability of targets given sources.

        Longer target audio is split into consecutive windows without overlap, and their bounds are
        added.

        Args:
            targets: waveforms [B, N] or images [B, H, W, C], or a single one without B.
            inputs: B sources, or a single one; see `sample`.
            label: the label of all targets, one of `label_names`; None marginalizes uniformly.

        Returns:
            float32 [B], nats of the 8-bit images; for audio, the distortion of unpadded frames and
            the rate of all codes.

        Raises:
            ValueError: `targets` and `inputs` differ in number, or there is no such label.
        """
        label = choose_labels(self.label_names, len(self.label_names), label, 1)
        number = None if label is None else int(label[0])

        def bound(images, frames, vectors, indices):
            del indices  # no noise is needed
            return self.image_log_prob(images, frames, vectors, number)

        return self.scored(bound, targets, inputs)

    def image_log_prob(self, images, frames, vectors, label=None):
        """Return a lower bound of log P(levels of y | x) in nats, [B]; see the class.

        Args:
            images: target images [B, T, F, C] in [0, 1].
            frames: int32 [B], number of unpadded frames; for images, all rows.
            vectors: source vectors [B, M, V], of any number of windows.
            label: index into `label_names`; None marginalizes uniformly.
        """
        key = noise.key(0, tf.shape(images)[0])
        codes = self.target.encode_codes(images)
        rate = self._rate(codes, vectors, key, label)
        batch = {"image": images, "frames": frames}
        found = self.target.loss_terms(self.target.fill_defaults(batch), key, training=False)
        # The autoencoder's terms assume a uniform rate, which is replaced.
        return found["rate"] - found["code_length"] - rate

    def _rate(self, codes, vectors, key, label):
        """Return -log p of the codes of all levels given the source, in nats, [B]."""
        if label is None and self.label_names:
            each = [self._rate(codes, vectors, key, n) for n in range(len(self.label_names))]
            return math.log(len(each)) - tf.reduce_logsumexp(-tf.stack(each), axis=0)
        label = None if label is None else tf.fill([tf.shape(codes[0])[0]], label)
        return tf.add_n(self._rates(self.priors, codes, vectors, key, False, label))

    def get_config(self):
        serialize = keras.saving.serialize_keras_object
        priors = [serialize(prior) for prior in self.priors]
        return {
            **super().get_config(),
            "priors": priors,
            "label_words_in_source": self.label_words_in_source,
        }

    @classmethod
    def from_config(cls, config):
        build = keras.saving.deserialize_keras_object
        return super().from_config({**config, "priors": [build(one) for one in config["priors"]]})
