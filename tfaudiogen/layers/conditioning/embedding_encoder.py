"""Encodes an image as its contrastive embedding, a sequence of one vector for cross-attention."""

import keras
import tensorflow as tf

from tfaudiogen.layers.blocks.residual import freeze, register
from tfaudiogen.layers.conditioning.embedding_tower import direction


@register
class EmbeddingEncoder(keras.layers.Layer):
    """Encodes an image as one vector of mean square 1, the embedding of an `EmbeddingTower`.

    A trained tower keeps what x says about y. At the optimum of the InfoNCE loss the similarity is,
    up to a function of the condition,

        e(x) . e(y) / t  =  log p(y | x) - log p(y)

    (van den Oord et al., "Representation learning with contrastive predictive coding", 2018,
    section 2.3), so p(y | x) depends on x through e(x) alone. A prior over the codes of y need not
    learn this itself from a loss in which it counts little: which digit is spoken is worth
    ln 10 = 2.3 nats of the 170 nats of a picture.

    The tower is frozen, including its centre, which belongs to the loss that trained it.

    An embedding unlike the training data, such as one of an unseen voice, lies between training
    embeddings, where the prior has learned nothing. With `anchors`, pairs (x_k, y_k) of the
    training data, it is replaced by the expected embedding of x, with the probabilities of y_k
    given x from the relation above:

        f(x)  =  direction of  sum over k of softmax_k(e(x) . e(y_k) / t) e(x_k).

    Differences between several x of the same y are averaged out.

    Args:
        tower: an `EmbeddingTower` of E dimensions.
        anchors: K, number of anchors, set by `initialize_anchors`; 0 for none.

    Call: images [B, H, W, C] -> [B, 1, E].
    """

    def __init__(self, tower, anchors=0, **kwargs):
        super().__init__(**kwargs)
        if anchors < 0:
            raise ValueError(f"anchors must not be negative, received {anchors}")
        self.tower, self.anchors = tower, anchors
        freeze(tower)

    @property
    def width(self):
        """V, the width of the vectors, E."""
        return self.tower.size

    def build(self, input_shape):
        if not self.tower.built:
            self.tower.build(input_shape)
        if self.anchors:
            options = {"shape": (self.anchors, self.width), "trainable": False}
            self.keys = self.add_weight(**options, initializer="zeros", name="keys")
            self.values = self.add_weight(**options, initializer="zeros", name="values")
        self.built = True

    def initialize_anchors(self, own, others, temperature):
        """Set the anchors to the first K of N pairs of the training data.

        Args:
            own: embeddings [N, E] of this tower.
            others: embeddings [N, E] of their partners, from the other tower.
            temperature: t.

        Raises:
            ValueError: N is less than K.
        """
        if len(own) < self.anchors:
            raise ValueError(
                f"anchors must be at most {len(own)}, the pairs that there are; received "
                f"{self.anchors} (translator.anchors of a preset)"
            )
        self.keys.assign(others[: self.anchors] / temperature)
        self.values.assign(own[: self.anchors])

    def call(self, images):
        embeddings = self.tower(images, training=False)
        return self._sequence(self._averaged(embeddings) if self.anchors else embeddings)

    def _averaged(self, embeddings):
        """Return f(x), [B, E], of embeddings [B, E]; see the class."""
        keys, values = (tf.convert_to_tensor(one) for one in (self.keys, self.values))
        logits = tf.matmul(tf.cast(embeddings, tf.float32), keys, transpose_b=True)
        return direction(tf.nn.softmax(logits) @ values)

    def _sequence(self, embeddings):
        return tf.cast(embeddings * self.width**0.5, self.compute_dtype)[:, None]

    def joined(self, vectors, frames):
        """Return the vectors [1, 1, E] of a sound: the direction of the mean over its windows.

        Args:
            vectors: [W, 1, E] of consecutive windows.
            frames: [W], number of frames of the sound in each window, the weights of the mean.
        """
        held = tf.cast(frames, tf.float32)[:, None]
        mean = tf.reduce_sum(held * tf.cast(vectors[:, 0], tf.float32), axis=0, keepdims=True)
        return self._sequence(direction(mean))

    def compute_output_shape(self, input_shape):
        return (input_shape[0], 1, self.width)

    def get_config(self):
        tower = keras.saving.serialize_keras_object(self.tower)
        return {**super().get_config(), "tower": tower, "anchors": self.anchors}

    @classmethod
    def from_config(cls, config):
        return cls(**{**config, "tower": keras.saving.deserialize_keras_object(config["tower"])})
