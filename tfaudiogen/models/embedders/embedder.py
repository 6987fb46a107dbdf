"""`AudioImageEmbedder`: a joint embedding of audio and images."""

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
from tfaudiogen.models.training_step.compile_checks import accepts_old_options
from tfaudiogen.models.translators.pairs import PICTURE, SOUND
from tfaudiogen.probability.distributions import quantize

LOSSES = {"infonce": contrastive.infonce, "sigmoid": contrastive.sigmoid}
POSITIVES = ("picture", "label", "first_word")
# Initial bias of the sigmoid loss, since nearly all pairs are negative (Zhai et al., 2023).
_BIAS = -10.0
_KEY, _LABEL = "picture_key", "label"


@register
class AudioImageEmbedder(Embedding, ProbabilisticModel):
    """A contrastive audio-image model: two towers map audio and images to unit vectors.

    With the embeddings a_i of the audio and b_k of the images of a batch of N pairs, the logits of
    "image k matches audio i" are

        l_ik = a_i . b_k / t    (and  + d  for the sigmoid loss).

    The loss, in nats per example, is the symmetric InfoNCE loss, a classification among N, or the
    sigmoid loss, N binary classifications; see `tfaudiogen.models.embedders.contrastive`. The
    temperature t is learned between bounds on a log scale, t = low^(1 - s) high^s with
    s = sigma(w), initially s = 1/2. Without a bound it falls until the gradient vanishes. The bias
    d is learned. In training, embeddings are centred by their mean over the N examples instead of
    the tower's moving average; see `EmbeddingTower`.

    N counts the pairs of all replicas and gradient accumulation parts; the step does not depend on
    how a batch is divided. Several examples of a batch may share an image or a meaning, so the
    positives of example i are

    - `positives="picture"`: all examples with an identical image, including i;
    - `positives="label"`: also all examples with the same label, if it has one (not negative);
    - `positives="first_word"`: also all examples whose label has the same first word. For a label
      "7 jackson" an image shows the digit, but not the speaker.

    Batches are dicts of "image" [B, T, F, 1], the spectrograms of the audio, "picture"
    [B, H, W, C], "id" and, if needed, "label". With `Vectors` as `representation`, embeddings from
    another model replace the audio; batches then have "vector" [B, E] and the images as "image"
    [B, H, W, C].

    Args:
        representation: the `Spectrogram` of the audio, or `Vectors`.
        pictures: the `Pictures` representation.
        sound_tower, picture_tower: `EmbeddingTower`s with the same size E.
        loss: "infonce" or "sigmoid".
        positives: "picture", "label" or "first_word".
        temperatures: (low, high), bounds of t, above 0.
        class_names: names of the dataset's labels.

    Raises:
        ValueError: an argument is invalid, or the towers differ in size.
    """

    terms = ("loss", "batch_recall_at_1")
    compares_examples = True

    def __init__(
        self,
        representation,
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
        self.representation, self.pictures = representation, pictures
        self.sound_tower, self.picture_tower = sound_tower, picture_tower
        self.loss_kind, self.positives = loss, positives
        self.temperatures, self.class_names = tuple(temperatures), list(class_names)
        self._check()
        for tower, inputs in ((sound_tower, representation), (picture_tower, pictures)):
            if not tower.built:
                tower.build((None, *inputs.image_shape))
        self.sharpness = self.add_weight(shape=(), initializer="zeros", name="temperature")
        if loss == "sigmoid":
            bias = keras.initializers.Constant(_BIAS)
            self.bias = self.add_weight(shape=(), initializer=bias, name="bias")
        self.built = True

    def _check(self):
        kinds = [self.representation.kind, self.pictures.kind]
        if kinds not in (["sounds", "pictures"], ["vectors", "pictures"]):
            raise ValueError(
                "representation and pictures must be a Spectrogram, or Vectors, and Pictures; "
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

    @accepts_old_options
    def compile(self, *args, ema_momentum=None, **kwargs):
        if ema_momentum is not None:
            raise ValueError(
                f"ema_momentum must be None, received {ema_momentum}: the centres of the towers "
                "follow the weights as they are, not their moving averages "
                "(fit.ema_momentum=null in a preset)"
            )
        super().compile(*args, **kwargs)

    @property
    def _towers(self):
        return (SOUND, self.sound_tower), (PICTURE, self.picture_tower)

    @property
    def size(self):
        """E, the size of an embedding."""
        return self.sound_tower.size

    @property
    def temperature(self):
        """The temperature t, a scalar tensor."""
        low, high = (math.log(bound) for bound in self.temperatures)
        return tf.exp(low + (high - low) * tf.sigmoid(tf.convert_to_tensor(self.sharpness)))

    @property
    def conditioning(self):
        """The `Vectors` if the model embeds vectors instead of audio, else None."""
        return self.representation if self.representation.kind == "vectors" else None

    @property
    def sounds(self):
        """Representation of its dataset's "image": `Spectrogram`, or `Pictures` with `Vectors`."""
        return self.pictures if self.conditioning else self.representation

    @property
    def _entries(self):
        """Batch entries of the two sides."""
        return (self.conditioning.entry, SOUND) if self.conditioning else (SOUND, PICTURE)

    def _seen(self, batch):
        """Return the inputs of the two towers, {"image": ..., "picture": ...}."""
        inputs, pictures = (batch[name] for name in self._entries)
        return {
            SOUND: inputs if self.conditioning else quantize(inputs),
            PICTURE: quantize(pictures),
        }

    def call(self, batch):
        """Return the embeddings of a batch, {"image": [B, E], "picture": [B, E]}."""
        seen = self._seen(batch)
        return {name: tower(seen[name]) for name, tower in self._towers}

    @property
    def _by_label(self):
        return self.positives != "picture"

    def kinds(self, labels, class_names=None):
        """Return int64 [B]: labels or, for "first_word", indices of their first words; -1 for none.

        Args:
            labels: int [B], -1 for none.
            class_names: names of the labels; None for the model's `class_names`.
        """
        labels = tf.cast(labels, tf.int64)
        if self.positives != "first_word":
            return labels
        class_names = self.class_names if class_names is None else class_names
        words = [name.split()[0] for name in class_names]
        numbers = [words.index(word) for word in words]
        return tf.gather(tf.constant([-1, *numbers], tf.int64), labels + 1)

    def image_entries(self):
        sides = zip(self._entries, (self.representation, self.pictures), strict=True)
        return {name: one for name, one in sides if one is not self.conditioning}

    def predicted(self, batch):
        return self(batch)

    def fill_defaults(self, batch):
        """Add a default "id" (0 to B - 1) if missing, and drop entries that are not needed."""
        names = [*self._entries, *([_LABEL] if self._by_label else [])]
        missing = [name for name in names if name not in batch]
        if missing:
            raise ValueError(
                f"batches must hold {', '.join(names)}, and have no {', '.join(missing)}: give "
                "those of a data set of pairs"
            )
        return {name: with_ids(batch)[name] for name in (*names, "id")}

    def dummy_batch(self, size):
        """Return a batch of `size` pairs of silence and a black image."""
        shapes = (self.representation.image_shape, self.pictures.image_shape)
        sides = zip(self._entries, shapes, strict=True)
        images = {name: tf.zeros([size, *shape]) for name, shape in sides}
        return {**images, _LABEL: tf.zeros([size], tf.int32)}

    def embeddings_to_gather(self, batch, key, training):
        """Return z of both towers, and the image keys and labels that define the positives."""
        seen = self._seen(batch)
        found = {name: tower.mapped(seen[name], training) for name, tower in self._towers}
        found[_KEY] = picture_keys(seen[PICTURE])
        labels = {_LABEL: self.kinds(batch[_LABEL])} if self._by_label else {}
        return {**found, **labels}

    def loss_terms(self, batch, key, training):
        own = self.embeddings_to_gather(batch, key, training)
        everyone = batch.get("gathered_embeddings", own)
        position = batch.get("position", tf.range(tf.shape(own[_KEY])[0]))
        positives = self._positives(everyone)

        def losses(*mapped):
            logits = self._similarities(mapped, training) / self.temperature
            if self.loss_kind == "sigmoid":
                logits += tf.convert_to_tensor(self.bias)
            return LOSSES[self.loss_kind](logits, positives)

        mapped = [[found[SOUND], found[PICTURE]] for found in (own, everyone)]
        hits = _hits(self._similarities(mapped[1], training), positives)
        return {
            "loss": contrastive.compared(losses, *mapped, position),
            "batch_recall_at_1": tf.gather(hits, position),
        }

    def _similarities(self, mapped, training):
        """Return the cosine similarities [N, N] of audio and images, given z of both towers."""
        embeddings = [
            direction(z - (tf.reduce_mean(z, axis=0) if training else tf.identity(tower.centre)))
            for z, (_, tower) in zip(mapped, self._towers, strict=True)
        ]
        return tf.matmul(*embeddings, transpose_b=True)

    def _positives(self, everyone):
        """Return float32 [N, N], 1 for positive pairs."""
        same = _equal(everyone[_KEY])
        if self._by_label:
            labels = everyone[_LABEL]
            same |= _equal(labels) & (labels >= 0)
        return tf.cast(same, tf.float32)

    def summarize(self, means):
        """Return the means with the temperature added."""
        return {**means, "temperature": self.temperature}

    def get_config(self):
        serialize = keras.saving.serialize_keras_object
        parts = ("representation", "pictures", "sound_tower", "picture_tower")
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
        parts = ("representation", "pictures", "sound_tower", "picture_tower")
        return cls(**{**config, **{part: build(config[part]) for part in parts}})


def picture_keys(pictures):
    """Return int64 [B], a hash of images: equal for identical images.

    It is the sum of the pixel levels with fixed random weights, modulo 2^64. Being an integer, it
    does not depend on the device or on how the batch is divided.
    """
    shape = pictures.shape[1:]
    levels = tf.cast(tf.round(pictures * 255.0), tf.int64)
    weights = np.random.default_rng(0).integers(-(2**63), 2**63, shape, np.int64)
    return tf.reduce_sum(levels * weights, axis=tuple(range(1, 1 + len(shape))))


def _equal(values):
    return values[:, None] == values[None]


def _hits(similarities, positives):
    """Return recall at 1 of each example, [N], averaged over both directions."""
    hits = [
        tf.gather(positives, tf.argmax(similarities, axis), axis=1, batch_dims=1) for axis in (1, 0)
    ]
    return 0.5 * tf.add_n(hits)
