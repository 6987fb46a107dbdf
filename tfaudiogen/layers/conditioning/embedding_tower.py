"""Encodes an image as a point on the unit sphere, to compare audio and images."""

import keras
import tensorflow as tf

from tfaudiogen.layers.blocks import statistics
from tfaudiogen.layers.blocks.residual import register


@register
class EmbeddingTower(keras.layers.Layer):
    """One encoder of an `AudioImageEmbedder`: maps an image to a vector of length one.

    Attention pooling of the encoder's vectors v_m gives H means, concatenated and projected:

        a_hm = softmax_m(q_h . v_m),    z = W [sum_m a_1m v_m, ..., sum_m a_Hm v_m],
        e = (z - c) / |z - c|,

    where the H queries q_h are learned (as in Lee et al., "Set transformer", 2019, section 3.2,
    without its keys and values). A `SequenceEncoder` adds position embeddings, so a query can
    attend to a position. With `heads=0` the plain mean over all positions is used.

    The centre c is a moving average of z over training, updated outside of the compiled step. The
    loss in training subtracts the batch mean instead, so that no gradient moves all z alike (batch
    normalisation, Ioffe and Szegedy, 2015, of the mean alone). The reason: new networks give nearly
    the same z to all images, which are silence with a little sound in it. Without a centre their
    directions agree to a cosine of 0.99, and training moves the unconstrained common part until
    nothing else is left. Pooling and what follows are float32, since z - c is small.

    Args:
        encoder: layer from images [B, H, W, C] to [B, M, V], such as `SequenceEncoder`.
        size: E.
        heads: H, number of pooling queries; 0 for the plain mean.
        decay: decay of the moving average of the centre, in [0, 1).

    Call: images [B, H, W, C] -> float32 [B, E] of Euclidean length 1, under any policy.

    Raises:
        ValueError: if the size is not at least 2, the heads are fewer than 0, or the decay is not
            in [0, 1).
    """

    def __init__(self, encoder, size, heads=4, decay=0.9, **kwargs):
        super().__init__(**kwargs)
        if size < 2:
            raise ValueError(f"size must be at least 2, received {size}")
        if heads < 0:
            raise ValueError(f"heads must be at least 0, received {heads}")
        if not 0.0 <= decay < 1.0:
            raise ValueError(f"decay must be at least 0 and below 1, received {decay}")
        self.encoder, self.size, self.heads, self.decay = encoder, size, heads, decay
        self.project = keras.layers.Dense(size, use_bias=False, dtype="float32")

    def build(self, input_shape):
        if not self.encoder.built:
            self.encoder.build(input_shape)
        *_, width = self.encoder.compute_output_shape(input_shape)
        if self.heads:
            spread = keras.initializers.RandomNormal(stddev=width**-0.5)
            self.queries = self.add_weight(
                (width, self.heads), spread, name="queries", autocast=False
            )
        self.project.build((None, max(1, self.heads) * width))
        state = {"trainable": False, "autocast": False, "aggregation": "only_first_replica"}
        self.centre = self.add_weight((self.size,), "zeros", name="centre", **state)
        self.updates = self.add_weight((), "zeros", name="updates", **state)
        self.built = True

    def call(self, images, training=False):
        return direction(self.mapped(images, training) - tf.identity(self.centre))

    def mapped(self, images, training=False):
        """Return z, float32 [B, E]; in training, report its sum for the centre."""
        vectors = self.encoder(images, training=training)  # [B, M, V]
        mapped = self.project(self._pooled(tf.cast(vectors, tf.float32)))
        if training:
            count = tf.cast(tf.shape(mapped)[0], tf.float32)
            statistics.report(self, {"count": count, "sum": tf.reduce_sum(mapped, axis=0)})
        return mapped

    def _pooled(self, vectors):
        if not self.heads:
            return tf.reduce_mean(vectors, axis=1)
        scores = tf.einsum("bmv,vh->bmh", vectors, tf.convert_to_tensor(self.queries))
        means = tf.einsum("bmh,bmv->bhv", tf.nn.softmax(scores, axis=1), vectors)
        return tf.reshape(means, (-1, self.heads * vectors.shape[-1]))

    def update_statistics(self, sums):
        """Update the centre from the sums of a whole batch; the first update replaces it."""
        kept = tf.minimum(self.decay, tf.identity(self.updates))
        mean = sums["sum"] / sums["count"]
        self.centre.assign(kept * tf.identity(self.centre) + (1.0 - kept) * mean)
        self.updates.assign_add(1.0)

    def compute_output_shape(self, input_shape):
        return (input_shape[0], self.size)

    def get_config(self):
        encoder = keras.saving.serialize_keras_object(self.encoder)
        own = {"size": self.size, "heads": self.heads, "decay": self.decay}
        return {**super().get_config(), "encoder": encoder, **own}

    @classmethod
    def from_config(cls, config):
        encoder = keras.saving.deserialize_keras_object(config["encoder"])
        return cls(**{**config, "encoder": encoder})


def direction(vectors):
    """Return vectors [B, E] with length 1; zeros stay zeros."""
    square = tf.reduce_sum(tf.square(vectors), axis=-1, keepdims=True)
    return vectors * tf.math.rsqrt(square + 1e-12)
