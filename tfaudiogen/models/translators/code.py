"""`Translator`: samples the codes of a target given a source."""

import math

import keras
import numpy as np
import tensorflow as tf

from tfaudiogen.layers.blocks.residual import freeze, register
from tfaudiogen.models.priors.code_model import check_priors
from tfaudiogen.models.priors.labels import choose_labels, further_words, pick, shared_words
from tfaudiogen.models.priors.long_codes import Filling, check_columns, empty
from tfaudiogen.models.translators.base import Translation
from tfaudiogen.models.translators.source_words import fit_mean, word_goals
from tfaudiogen.probability import noise


@register
class Translator(Translation):
    """A distribution over pictures given a sound, or over sounds given a picture.

        p(y | x)  =  sum over c of p(c | x) p(y | c),
        p(c | x)  =  p(c_L | f(x)) p(c_(L-1) | c_L, f(x)) ... p(c_1 | c_2, ..., c_L, f(x)).

    y is the target, whose autoencoder has the codes c and the likelihood p(y | c); x is the source,
    of which the encoder f makes a sequence of vectors that the priors attend to (cross-attention,
    Vaswani et al., 2017; a Transformer over the codes of a picture given something else as in
    Ramesh et al., "Zero-shot text-to-image generation", 2021). At the codes c of y

        -log p(y | x)  <=  -log p(y | c) - log p(c | x)  =  distortion + rate.

    The autoencoder is trained before and frozen, so that the distortion is given; encoder and
    priors minimise the rate together, which is the loss, in nats per example. A lower level may be
    told the codes above it alone: p(c_l | c_(l+1), ...) is then that of a `CodeModel` whatever the
    source, so that its prior is frozen too, and left out of the loss. For a share of the
    examples, the `condition_dropout` of the priors, the vectors are left out, so that a draw can be
    guided towards the source; see `CodePrior`. Levels leave them out for the same examples.

    Labels may say more than the source can: of a label "7 jackson" a picture shows the digit, and
    not who says it. What stands after the first `source_words` words of the labels of the data is
    told to the priors beside the source, as a label v of its own, since draws that know who speaks
    need not find it out code by code: p(c | x, v). Draws choose v, or it is drawn, all alike, as

        p(y | x)  =  1/V sum over v of p(y | x, v)

    has it. Label and vectors are left out together.

    What is given, batches and long sounds are as in `Translation`.

    Args:
        source: the representation of what is given; see `Translation`.
        encoder: layer from images of the source to [B, M, V]; see `Translation`.
        target: a trained `VQVAE` of another kind; is frozen.
        priors: a `CodePrior` for each level of the target, top level first, as in `CodeModel`; the
            upper ones, the top one at least, with V `vectors`, and with classes=V labels where
            there are `label_names`.
        source_words: how many of the first words of the labels the source shows; 0 for all.

    Attributes:
        label_names: what the words after those say; empty without `source_words`.

    Raises:
        ValueError: source and target are of one kind, or the priors do not fit.
    """

    def __init__(self, source, encoder, target, priors, source_words=0, **kwargs):
        learning = sum(bool(prior.conditions.vectors) for prior in priors)
        super().__init__(source, encoder, target, vectors={"rates": learning}, **kwargs)
        self.priors, self._learning = list(priors), learning
        self.source_words, self.label_names, self._label_of = source_words, [], []
        if source_words:
            found = further_words(target.class_names, source_words)
            self.label_names, self._label_of = found
        check_priors(self.priors, *target.code_maps())
        self._check_vectors()
        self._check_labels()
        for prior in self.priors[learning:]:
            freeze(prior)
        self.built = True

    def _check_vectors(self):
        width, untold = self.vector_width, len(self.priors) - self._learning
        received = [prior.conditions.vectors for prior in self.priors]
        if not self._learning or received != [width] * self._learning + [0] * untold:
            raise ValueError(
                f"vectors of the priors must be {width}, the width of the encoder's, at the top "
                f"level and those below it down to one from which on they are 0; received "
                f"{received}"
            )

    def _check_labels(self):
        names, classes = self.label_names, [prior.conditions.classes for prior in self.priors]
        wanted = [len(names)] * self._learning + [0] * (len(self.priors) - self._learning)
        if self.source_words and not names:
            raise ValueError(
                f"source_words={self.source_words} leaves no words of the labels, which are "
                f"{', '.join(self.class_names) or 'none'}: take 0, or data whose labels have more "
                "(prepare them with --label-pattern)"
            )
        if classes != wanted:
            raise ValueError(
                f"classes of the priors must be {wanted}, as many as there are labels that the "
                f"source does not show, at the levels that are told; received {classes}"
            )

    def take_autoencoder(self, autoencoder):
        super().take_autoencoder(autoencoder)
        for prior in self.priors:
            prior.take_codebook(autoencoder)

    def take_code_model(self, model):
        """Begin with the autoencoder and the priors of a trained `CodeModel`.

        Raises:
            ValueError: it is of another configuration.
        """
        self.take_autoencoder(model.autoencoder)
        for mine, theirs in zip(self.priors, model.priors, strict=True):
            both = mine.conditions.classes and theirs.conditions.classes
            mine.take(theirs, shared_words(self.label_names, model.label_names) if both else ())

    def take_words(self, model, batches):
        """Begin with what a trained `CodeModel` says of the words that the source shows.

        The levels with `mean_vector` find them in the vectors of the source, as in
        `tfaudiogen.models.translators.source_words`, on all examples whose words the model knows.

        Args:
            model: the one of `take_code_model`.
            batches: iterable of batches of pairs with "label".
        """
        told, levels = bool(self.label_names), zip(self.priors, model.priors, strict=True)
        goals = {
            mine: word_goals(
                self.class_names, self.source_words, told, model.label_names, theirs.conditions
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
        """Return [B, V], the means of the vectors of the source of a batch."""
        given, _ = self.source_and_target(batch)
        return np.mean(np.float32(self(given)), axis=1)

    def complete(self, batch):
        """Do what `Translation` does, and keep "label" where labels are told beside the source."""
        found = super().complete(batch)
        if not self.label_names:
            return found
        if "label" not in batch:
            raise ValueError(
                f"batches must hold label, of a data set whose labels end in one of "
                f"{', '.join(self.label_names)}"
            )
        return {**found, "label": batch["label"]}

    def blank(self, size):
        label = {"label": tf.zeros([size], tf.int32)} if self.label_names else {}
        return {**super().blank(size), **label}

    def loss_terms(self, batch, key, training):
        given, wanted = self.source_and_target(batch)
        codes = self.target.encode_codes(wanted)
        vectors = self(given, training=training)
        label = self._further_label(batch["label"]) if self.label_names else None
        rates = self._rates(self.priors[: self._learning], codes, vectors, key, training, label)
        rates = tf.stack(rates, axis=1)  # [B, L], of the levels that learn
        return {"loss": tf.reduce_sum(rates, axis=1), "rates": rates}

    def _further_label(self, label):
        """Return int32 [B], the places in `label_names` of classes of the data, -1 for none."""
        return tf.gather(tf.constant([-1, *self._label_of]), tf.cast(label, tf.int32) + 1)

    def _rates(self, priors, codes, vectors, key, training, label):
        """Return -log p of the codes of each level given those above and the source, [B] each.

        Args:
            priors: of those levels, the top one first.
            label: int32 [B], places in `label_names`, or None.
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
        """Return the loss, and of each level that learns bits per code."""
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
        phase="heap",
        progress=False,
        label=None,
    ):
        """Draw pictures for sounds, or sounds for pictures.

        Args:
            inputs: the source: waveforms [N] or [B, N], or pictures [H, W, C] or [B, H, W, C].
            count: n, draws for each; at least 1.
            seed: int in [0, 2**31); the same seed gives the same draws for the same place in a
                batch.
            temperature, top_k, top_p: of each prior; see `CodePrior.sample`. None for the
                temperature of this model.
            guidance: how far logits move from those without the source to those with it; 1 for the
                plain distribution, more for draws that show the source more clearly. None for that
                of this model.
            seconds: duration of sounds; None for one window. Longer ones continue by half windows
                of codes, and the phase is retrieved once over the whole.
            phase: of sounds, "heap" or "graph"; see `AudioModality`.
            progress: show a progress bar, on a terminal.
            label: one of `label_names`, or words of one; None for any, drawn for each draw.

        Returns:
            float32 [B, n, ...] of pictures [H, W, C] or waveforms [N]; [n, ...] for a single input.

        Raises:
            ValueError: an argument is out of its range or of another shape.
        """
        temperature, guidance = self.drawing(count, seed, temperature, guidance)
        for prior in self.priors:
            prior.check_sampling(count, temperature, top_k, top_p, 1.0)
        settings = {"temperature": temperature, "top_k": top_k, "top_p": top_p}
        settings["guidance"] = guidance
        self.labels(label, noise.key(seed, 1))

        def draw(key, vectors, windows):
            return self.sample_codes(key, vectors, windows, settings, self.labels(label, key))

        decode = self.target.decode  # the graph of a SavedModel, where the phase is that of one
        return self.drawn(draw, inputs, count, seed, seconds, phase, progress, decode)

    def labels(self, label, key):
        """Return int32 [B], places in `label_names`, for draws of a key; None where it is empty.

        Args:
            label: one of `label_names`, or words of one; None for any.
            key: `tfaudiogen.probability.noise.Key` of B draws.

        Raises:
            ValueError: there is no such label.
        """
        names, count = self.label_names, len(key.index)
        if label is None and names:
            return pick(tf.ones((count, len(names)), tf.bool), noise.uniform(key, "label"))
        return choose_labels(names, len(names), label, count, key)

    def sample_codes(self, key, vectors, windows=1, settings=None, label=None):
        """Draw the codes of all levels of the target.

        Args:
            key: `tfaudiogen.probability.noise.Key` of B draws.
            vectors: [B, M, V] of the source.
            windows: W, windows of each sound.
            settings: of `CodePrior.draw`.
            label: int32 [B] of `labels`, or None.

        Returns:
            List of int32 [B, T_l (W + 1) / 2, ...], top level first.
        """
        shapes, _ = self.target.code_maps()
        if windows > 1:
            check_columns(shapes)
        codes = empty(len(key.index), shapes, windows)
        known = [np.zeros(code.shape[1], bool) for code in codes]
        filling = Filling(self.priors, key, label, settings or {}, vectors=vectors)
        return filling.fill(codes, known)

    def log_prob(self, targets, inputs, label=None):
        """Return a lower bound of the log-probability of targets given inputs.

        A target sound longer than a window is one of consecutive windows, each frame of it in one,
        whose bounds are added.

        Args:
            targets: B waveforms [B, N] or pictures [B, H, W, C], or a single one without B.
            inputs: as many of the source.
            label: of all targets, one of `label_names`; None for any, all alike.

        Returns:
            float32 [B], nats of the 8-bit images; of sounds, those of their unpadded frames.

        Raises:
            ValueError: there are more of one than of the other, or there is no such label.
        """
        label = choose_labels(self.label_names, len(self.label_names), label, 1)
        number = None if label is None else int(label[0])

        def bound(images, frames, vectors, places):
            del places  # nothing is drawn
            return self.image_log_prob(images, frames, vectors, number)

        return self.scored(bound, targets, inputs)

    def image_log_prob(self, images, frames, vectors, label=None):
        """Return a lower bound of log P(levels of y | x) in nats, [B]; see the class.

        Args:
            images: of the target, [B, T, F, C] in [0, 1].
            frames: int32 [B], the unpadded frames; of pictures all rows.
            vectors: [B, M, V] of the source, of any number of windows.
            label: place in `label_names`; None for any.
        """
        key = noise.key(0, tf.shape(images)[0])
        codes = self.target.encode_codes(images)
        rate = self._rate(codes, vectors, key, label)
        batch = {"image": images, "frames": frames}
        found = self.target.loss_terms(self.target.complete(batch), key, training=False)
        # What the autoencoder says at a uniform rate, which is replaced.
        return found["rate"] - found["code_length"] - rate

    def _rate(self, codes, vectors, key, label):
        """Return -log p of the codes of all levels given the source, [B]."""
        if label is None and self.label_names:
            each = [self._rate(codes, vectors, key, n) for n in range(len(self.label_names))]
            return math.log(len(each)) - tf.reduce_logsumexp(-tf.stack(each), axis=0)
        told = None if label is None else tf.fill([tf.shape(codes[0])[0]], label)
        return tf.add_n(self._rates(self.priors, codes, vectors, key, False, told))

    def get_config(self):
        serialize = keras.saving.serialize_keras_object
        priors = [serialize(prior) for prior in self.priors]
        return {**super().get_config(), "priors": priors, "source_words": self.source_words}

    @classmethod
    def from_config(cls, config):
        build = keras.saving.deserialize_keras_object
        return super().from_config({**config, "priors": [build(one) for one in config["priors"]]})
