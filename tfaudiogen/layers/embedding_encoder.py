"""From an image to its embedding, as a sequence that a prior over something else attends to."""

import keras
import tensorflow as tf

from tfaudiogen.layers.blocks import freeze, register
from tfaudiogen.layers.embedding_tower import direction


@register
class EmbeddingEncoder(keras.layers.Layer):
    """The embedding of a trained `EmbeddingTower` as a sequence of one vector, of mean square 1.

    What a trained tower says of x is what x says of y. At the optimum of the InfoNCE loss the
    similarity is, up to a function of the one that is given,

        e(x) . e(y) / t  =  log p(y | x) - log p(y)

    (van den Oord et al., "Representation learning with contrastive predictive coding", 2018,
    section 2.3), so that p(y | x) depends on x by e(x) alone. A prior over the codes of y need not
    find that out itself, from a loss of which it is the smallest part: the digit that is spoken
    tells ln 10 = 2.3 nats of a picture of 170.

    The tower is frozen: its centre follows the loss that it was trained by, and no other.

    Args:
        tower: an `EmbeddingTower` of E dimensions.

    Call: images [B, H, W, C] -> [B, 1, E].
    """

    def __init__(self, tower, **kwargs):
        super().__init__(**kwargs)
        self.tower = tower
        freeze(tower)

    @property
    def width(self):
        """V, the width of the vectors, E."""
        return self.tower.size

    def build(self, input_shape):
        if not self.tower.built:
            self.tower.build(input_shape)
        self.built = True

    def call(self, images):
        return self._sequence(self.tower(images, training=False))

    def _sequence(self, embeddings):
        return tf.cast(embeddings * self.width**0.5, self.compute_dtype)[:, None]

    def joined(self, vectors, frames):
        """Return the vectors [1, 1, E] of a sound: the direction of the mean over its windows.

        Args:
            vectors: [W, 1, E] of windows that follow one another.
            frames: [W], how much of the sound each holds.
        """
        held = tf.cast(frames, tf.float32)[:, None]
        mean = tf.reduce_sum(held * tf.cast(vectors[:, 0], tf.float32), axis=0, keepdims=True)
        return self._sequence(direction(mean))

    def compute_output_shape(self, input_shape):
        return (input_shape[0], 1, self.width)

    def get_config(self):
        tower = keras.saving.serialize_keras_object(self.tower)
        return {**super().get_config(), "tower": tower}

    @classmethod
    def from_config(cls, config):
        return cls(**{**config, "tower": keras.saving.deserialize_keras_object(config["tower"])})
