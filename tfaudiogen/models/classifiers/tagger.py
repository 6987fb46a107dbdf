"""`PictureTagger`: an image classifier that returns labels with probabilities."""

import keras
import numpy as np
import tensorflow as tf

from tfaudiogen.layers.blocks.residual import register
from tfaudiogen.layers.representations.conditions import Labels
from tfaudiogen.models.base import ProbabilisticModel
from tfaudiogen.models.modalities.image import ImageModality
from tfaudiogen.models.training_step.batching import in_batches, with_ids
from tfaudiogen.probability import noise
from tfaudiogen.probability.distributions import quantize

_AT_ONCE = 64


@register
class PictureTagger(ProbabilisticModel):
    """An image classifier: a categorical distribution over the labels of an image.

        log p(k | x) = log softmax_k(W mean_m f(x)_m + b)

    f(x) are the patch embeddings of the image x; their mean replaces a class token (as in Beyer et
    al., "Better plain ViT baselines", 2022). The target distribution is uniform over the n labels
    of an image. The loss, in nats per example, is the cross-entropy

        -sum_k t_k log p(k | x),    t_k = 1 / n for each of its n labels,

    which is at least log n. Training augments images by random shifts of up to `shift` pixels in
    both directions, with the border repeated, and with `mirror` by horizontal flips of half of
    them.

    Batches are dicts of "image" [B, H, W, C], "label" int32 [B] and "id". A class name may consist
    of several labels separated by semicolons, for example "gloomy; slow".

    Args:
        pictures: the `Pictures` representation.
        encoder: layer from images to [B, M, V], such as `PatchEncoder`.
        class_names: names of the dataset's classes, made of at least two labels.
        shift: maximum shift in pixels, at least 0.
        mirror: whether to flip images horizontally; not for digits and letters.

    Raises:
        ValueError: there are fewer than two labels, or `shift` is out of range.
    """

    terms = ("loss", "accuracy")

    def __init__(self, pictures, encoder, class_names, shift=0, mirror=False, **kwargs):
        super().__init__(**kwargs)
        if not 0 <= shift < min(pictures.image_shape[:2]):
            raise ValueError(
                "shift must be at least 0 and less than the sides of the picture, received "
                f"{shift} for {pictures.image_shape[:2]}"
            )
        self.pictures, self.encoder = pictures, encoder
        self.class_names, self.shift, self.mirror = list(class_names), shift, bool(mirror)
        self.known = Labels(self.class_names)
        self.head = keras.layers.Dense(
            len(self.labels), kernel_initializer="zeros", dtype="float32"
        )
        if not encoder.built:
            encoder.build((None, *pictures.image_shape))
        *_, width = encoder.compute_output_shape((None, *pictures.image_shape))
        self.head.build((None, width))
        self.built = True

    @property
    def representation(self):
        """The representation of the inputs, the `Pictures`."""
        return self.pictures

    @property
    def labels(self):
        """The K distinct labels that the class names consist of."""
        return self.known.labels

    def call(self, images, training=False):
        """Return the logits float32 [B, K] of images [B, H, W, C]."""
        vectors = self.encoder(quantize(images), training=training)
        return self.head(tf.reduce_mean(tf.cast(vectors, tf.float32), axis=1))

    def image_entries(self):
        return {"image": self.pictures}

    def fill_defaults(self, batch):
        """Add a default "id" (0 to B - 1) if missing, and drop entries that are not needed."""
        if "label" not in batch:
            raise ValueError("batches must hold image and label: give those of labelled pictures")
        return {name: with_ids(batch)[name] for name in ("image", "label", "id")}

    def dummy_batch(self, size):
        """Return a batch of `size` black images of the first class."""
        images = tf.zeros([size, *self.pictures.image_shape])
        return {"image": images, "label": tf.zeros([size], tf.int32)}

    def loss_terms(self, batch, key, training):
        images = self._moved(batch["image"], key) if training else batch["image"]
        logits, wanted = self(images, training=training), self.known(batch["label"])
        nats = -tf.reduce_sum(wanted * tf.nn.log_softmax(logits), axis=1)
        best = tf.gather(wanted, tf.argmax(logits, axis=1), axis=1, batch_dims=1)
        return {"loss": nats, "accuracy": tf.cast(best > 0.0, tf.float32)}

    def _moved(self, images, key):
        """Return randomly shifted and flipped images."""
        if self.shift:
            offsets = noise.uniform(key, "shift", (2,)) * (2 * self.shift + 1)  # [B, 2]
            offsets = tf.cast(offsets, tf.int32) - self.shift
            for axis in (1, 2):
                side = images.shape[axis]
                positions = tf.range(side) + offsets[:, axis - 1, None]
                positions = tf.clip_by_value(positions, 0, side - 1)
                images = tf.gather(images, positions, axis=axis, batch_dims=1)
        if self.mirror:
            turned = noise.uniform(key, "mirror") < 0.5
            images = tf.where(turned[:, None, None, None], images[:, :, ::-1], images)
        return images

    def probabilities(self, pictures):
        """Return the label probabilities, float32 [B, K], or [K] for a single image.

        Args:
            pictures: float32 [H, W, C] or [B, H, W, C] in [0, 1], of the model's size.
        """
        batch, single = ImageModality(self.pictures).batch(pictures)
        found = in_batches(lambda part: tf.nn.softmax(self(part)), batch, size=_AT_ONCE).numpy()
        return found[0] if single else found

    def tag(self, pictures, count=5):
        """Return the most probable labels, [{label: probability}], most probable first.

        Args:
            pictures: as in `probabilities`; a single image gives a single dict.
            count: maximum number of labels per image.
        """
        if count < 1:
            raise ValueError(f"count must be at least 1, received {count}")
        found = self.probabilities(pictures)
        tagged = [
            {self.labels[position]: float(row[position]) for position in np.argsort(-row)[:count]}
            for row in np.atleast_2d(found)
        ]
        return tagged[0] if found.ndim == 1 else tagged

    def get_config(self):
        serialize = keras.saving.serialize_keras_object
        return {
            **super().get_config(),
            **{part: serialize(getattr(self, part)) for part in ("pictures", "encoder")},
            "class_names": self.class_names,
            "shift": self.shift,
            "mirror": self.mirror,
        }

    @classmethod
    def from_config(cls, config):
        build = keras.saving.deserialize_keras_object
        parts = {part: build(config[part]) for part in ("pictures", "encoder")}
        return cls(**{**config, **parts})
