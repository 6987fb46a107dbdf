"""A joint embedding of sounds and pictures."""

import math

import keras
import numpy as np
import tensorflow as tf

from tfaudiogen.layers.blocks.residual import register
from tfaudiogen.layers.conditioning.embedding_tower import direction
from tfaudiogen.models.base import ProbabilisticModel
from tfaudiogen.models.embedders import contrastive
from tfaudiogen.models.embedders.embedding import Embedding
from tfaudiogen.models.training_step.batching import with_ids
from tfaudiogen.models.translators.pairs import PICTURE, SOUND
from tfaudiogen.probability.distributions import quantize

LOSSES = {"infonce": contrastive.infonce, "sigmoid": contrastive.sigmoid}
POSITIVES = ("picture", "label", "first_word")
# Of the sigmoid loss: nearly all answers are wrong, which is where it begins (Zhai et al., 2023).
_BIAS = -10.0
_KEY, _LABEL = "picture_key", "label"


@register
class AudioImageEmbedder(Embedding, ProbabilisticModel):
    """Two towers, from sounds and from pictures to unit vectors, near where they belong together.

    With the embeddings a_i of the sounds and b_k of the pictures of a batch of N pairs, the logits

        l_ik = a_i . b_k / t    (and  + d  for the sigmoid loss)

    tell which picture belongs to which sound. The loss, in nats per example, is the symmetric
    InfoNCE loss of choosing one among N, or the sigmoid loss of N decisions; see
    `tfaudiogen.models.embedders.contrastive`. The temperature t is learned between bounds, on a
    logarithmic scale, t = low^(1 - s) high^s with s = sigma(w): it cannot fall until the gradient
    vanishes, as it does where it is not bounded. It starts in the middle, s = 1/2. d is learned. In
    training the embeddings are those about the mean of the N; see `EmbeddingTower`.

    N counts the pairs of all replicas and of all parts of a batch; the step is the same however a
    batch is divided. Not all wrong answers are wrong: sounds of a batch may share their picture, or
    what they mean. So of example i the right answers are

    - `positives="picture"`: the examples with the same picture, pixel for pixel, i among them;
    - `positives="label"`: these, and the examples with the same label. Without a label (below 0)
      there are none of these;
    - `positives="first_word"`: these, by the first word of the label alone: of a label "7 jackson"
      a picture shows the digit, and not who says it.

    Batches are those of a data set of pairs: dicts of "image" [B, T, F, 1], the spectrograms of the
    sounds, "picture" [B, H, W, C], "id", and "label" where it is asked for. With `Vectors` in place
    of the spectrogram, embeddings from elsewhere take the place of sounds, whatever they are of:
    batches are then those of a data set of pictures, "vector" [B, E] and "image" [B, H, W, C].

    Args:
        spectrogram: the `Spectrogram` of the sounds, or `Vectors`.
        pictures: the `Pictures`.
        sound_tower, picture_tower: `EmbeddingTower`s of one size E.
        loss: "infonce" or "sigmoid".
        positives: "picture", "label" or "first_word".
        temperatures: (low, high), bounds of t, above 0.
        class_names: names of the labels of the data.

    Raises:
        ValueError: an argument is none of these, or the towers differ in size.
    """

    terms = ("loss", "batch_recall_at_1")
    compares_examples = True

    def __init__(
        self,
        spectrogram,
        pictures,
        sound_tower,
        picture_tower,
        loss="infonce",
        positives="picture",
        temperatures=(0.01, 1.0),
        class_names=(),
        **kwargs,
    ):
        super().__init__(**kwargs)
        self.spectrogram, self.pictures = spectrogram, pictures
        self.sound_tower, self.picture_tower = sound_tower, picture_tower
        self.loss_kind, self.positives = loss, positives
        self.temperatures, self.class_names = tuple(temperatures), list(class_names)
        self._check()
        for tower, representation in ((sound_tower, spectrogram), (picture_tower, pictures)):
            if not tower.built:
                tower.build((None, *representation.image_shape))
        self.sharpness = self.add_weight(shape=(), initializer="zeros", name="temperature")
        if loss == "sigmoid":
            bias = keras.initializers.Constant(_BIAS)
            self.bias = self.add_weight(shape=(), initializer=bias, name="bias")
        self.built = True

    def _check(self):
        kinds = [self.spectrogram.kind, self.pictures.kind]
        if kinds not in (["sounds", "pictures"], ["vectors", "pictures"]):
            raise ValueError(
                "spectrogram and pictures must be a Spectrogram, or Vectors, and Pictures; "
                f"received those of {' and '.join(kinds)}"
            )
        for name, value, known in (
            ("loss", self.loss_kind, LOSSES),
            ("positives", self.positives, POSITIVES),
        ):
            if value not in known:
                raise ValueError(f"{name} must be one of {', '.join(known)}; received {value!r}")
        sizes = [self.sound_tower.size, self.picture_tower.size]
        if sizes[0] != sizes[1]:
            raise ValueError(f"towers must be of one size; received {sizes[0]} and {sizes[1]}")
        if self.positives == "first_word" and not self.class_names:
            raise ValueError("class_names must be those of the data for positives='first_word'")
        low, high = self.temperatures
        if not 0.0 < low < high:
            raise ValueError(f"temperatures must be 0 < low < high; received {self.temperatures}")

    def compile(self, *args, average=None, **kwargs):
        if average is not None:
            raise ValueError(
                f"average must be None, received {average}: the centres of the towers follow the "
                "weights as they are, not their moving averages (fit.average=null in a preset)"
            )
        super().compile(*args, **kwargs)

    @property
    def _towers(self):
        return (SOUND, self.sound_tower), (PICTURE, self.picture_tower)

    @property
    def size(self):
        """E, the dimensions of an embedding."""
        return self.sound_tower.size

    @property
    def temperature(self):
        """t, a scalar tensor."""
        low, high = (math.log(bound) for bound in self.temperatures)
        return tf.exp(low + (high - low) * tf.sigmoid(tf.convert_to_tensor(self.sharpness)))

    @property
    def told(self):
        """The `Vectors`, if there are no sounds; else None."""
        return self.spectrogram if self.spectrogram.kind == "vectors" else None

    @property
    def sounds(self):
        """What its data are given as: the `Spectrogram`; the `Pictures` if there are no sounds."""
        return self.pictures if self.told else self.spectrogram

    @property
    def _entries(self):
        """What a batch calls the two sides."""
        return (self.told.entry, SOUND) if self.told else (SOUND, PICTURE)

    def _seen(self, batch):
        """Return what the two towers see, {"image": ..., "picture": ...}."""
        given, pictures = (batch[name] for name in self._entries)
        return {SOUND: given if self.told else quantize(given), PICTURE: quantize(pictures)}

    def call(self, batch):
        """Return the embeddings of a batch, {"image": [B, E], "picture": [B, E]}."""
        seen = self._seen(batch)
        return {name: tower(seen[name]) for name, tower in self._towers}

    @property
    def _by_label(self):
        return self.positives != "picture"

    def kinds(self, labels, class_names=None):
        """Return int64 [B]: labels, or what their first words stand for; -1 for none.

        Args:
            labels: int [B], -1 for none.
            class_names: what the labels are called; None for the labels of the model's own data.
        """
        labels = tf.cast(labels, tf.int64)
        if self.positives != "first_word":
            return labels
        class_names = self.class_names if class_names is None else class_names
        words = [name.split()[0] for name in class_names]
        numbers = [words.index(word) for word in words]
        return tf.gather(tf.constant([-1, *numbers], tf.int64), labels + 1)

    def image_entries(self):
        sides = zip(self._entries, (self.spectrogram, self.pictures), strict=True)
        return {name: one for name, one in sides if one is not self.told}

    def predicted(self, batch):
        return self(batch)

    def complete(self, batch):
        """Add "id" 0 to B - 1 where it is missing, and leave out what is not needed."""
        names = [*self._entries, *([_LABEL] if self._by_label else [])]
        missing = [name for name in names if name not in batch]
        if missing:
            raise ValueError(
                f"batches must hold {', '.join(names)}, and have no {', '.join(missing)}: give "
                "those of a data set of pairs"
            )
        return {name: with_ids(batch)[name] for name in (*names, "id")}

    def blank(self, size):
        """Return a batch of `size` pairs of silence and black."""
        shapes = (self.spectrogram.image_shape, self.pictures.image_shape)
        sides = zip(self._entries, shapes, strict=True)
        images = {name: tf.zeros([size, *shape]) for name, shape in sides}
        return {**images, _LABEL: tf.zeros([size], tf.int32)}

    def messages(self, batch, key, training):
        """Return z of both towers, and what tells which examples are right answers."""
        seen = self._seen(batch)
        found = {name: tower.mapped(seen[name], training) for name, tower in self._towers}
        found[_KEY] = picture_keys(seen[PICTURE])
        labels = {_LABEL: self.kinds(batch[_LABEL])} if self._by_label else {}
        return {**found, **labels}

    def loss_terms(self, batch, key, training):
        own = self.messages(batch, key, training)
        everyone = batch.get("others", own)
        place = batch.get("place", tf.range(tf.shape(own[_KEY])[0]))
        positives = self._positives(everyone)

        def losses(*mapped):
            logits = self._similarities(mapped, training) / self.temperature
            if self.loss_kind == "sigmoid":
                logits += tf.convert_to_tensor(self.bias)
            return LOSSES[self.loss_kind](logits, positives)

        mapped = [[found[SOUND], found[PICTURE]] for found in (own, everyone)]
        hits = _hits(self._similarities(mapped[1], training), positives)
        return {
            "loss": contrastive.compared(losses, *mapped, place),
            "batch_recall_at_1": tf.gather(hits, place),
        }

    def _similarities(self, mapped, training):
        """Return the cosines [N, N] of sounds and pictures, of which z is given."""
        embeddings = [
            direction(z - (tf.reduce_mean(z, axis=0) if training else tf.identity(tower.centre)))
            for z, (_, tower) in zip(mapped, self._towers, strict=True)
        ]
        return tf.matmul(*embeddings, transpose_b=True)

    def _positives(self, everyone):
        """Return float32 [N, N]: 1 where two examples are one another's right answers."""
        same = _equal(everyone[_KEY])
        if self._by_label:
            labels = everyone[_LABEL]
            same |= _equal(labels) & (labels >= 0)
        return tf.cast(same, tf.float32)

    def summarize(self, means):
        """Return the means and the temperature."""
        return {**means, "temperature": self.temperature}

    def get_config(self):
        serialize = keras.saving.serialize_keras_object
        parts = ("spectrogram", "pictures", "sound_tower", "picture_tower")
        return {
            **super().get_config(),
            **{part: serialize(getattr(self, part)) for part in parts},
            "loss": self.loss_kind,
            "positives": self.positives,
            "temperatures": self.temperatures,
            "class_names": self.class_names,
        }

    @classmethod
    def from_config(cls, config):
        build = keras.saving.deserialize_keras_object
        parts = ("spectrogram", "pictures", "sound_tower", "picture_tower")
        return cls(**{**config, **{part: build(config[part]) for part in parts}})


def picture_keys(pictures):
    """Return int64 [B], equal for pictures that are equal and for no others that are met.

    A sum of the levels with fixed random weights, modulo 2^64: integers, so that it does not depend
    on the device or on how the batch is divided.
    """
    shape = pictures.shape[1:]
    levels = tf.cast(tf.round(pictures * 255.0), tf.int64)
    weights = np.random.default_rng(0).integers(-(2**63), 2**63, shape, np.int64)
    return tf.reduce_sum(levels * weights, axis=tuple(range(1, 1 + len(shape))))


def _equal(values):
    return values[:, None] == values[None]


def _hits(similarities, positives):
    """Return [N]: the share of the two nearest, of the sound and of the picture, that are right."""
    hits = [
        tf.gather(positives, tf.argmax(similarities, axis), axis=1, batch_dims=1) for axis in (1, 0)
    ]
    return 0.5 * tf.add_n(hits)
