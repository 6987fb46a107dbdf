"""From an image to a point on a sphere, where sounds and pictures can be compared."""

import keras

from tfaudiogen.layers.blocks import register


@register
class EmbeddingTower(keras.layers.Layer):
    """One side of an `AudioImageEmbedder`: an image becomes a vector of length one.

    Of the vectors v_m of the image, means weighted by attention are put side by side and mapped:

        a_hm = softmax_m(q_h . v_m),    e = W [sum_m a_1m v_m, ..., sum_m a_Hm v_m] + b,    e / |e|,

    where the H queries q_h are learned (attention pooling, as in Lee et al., "Set transformer",
    2019, section 3.2, without its keys and values). Places have vectors of their own in a
    `SequenceEncoder`, so that a query can ask for a place. Without heads the mean over all places
    takes the place of the weighted ones.

    Args:
        encoder: layer from images [B, H, W, C] to [B, M, V], such as `SequenceEncoder`.
        size: E.
        heads: H, weighted means; 0 for the plain mean alone.

    Call: images [B, H, W, C] -> float32 [B, E] of Euclidean length 1, under any policy.

    Raises:
        ValueError: if the size is not at least 2, or the heads are fewer than 0.
    """

    def __init__(self, encoder, size, heads=4, **kwargs):
        super().__init__(**kwargs)
        if size < 2:
            raise ValueError(f"size must be at least 2, received {size}")
        if heads < 0:
            raise ValueError(f"heads must be at least 0, received {heads}")
        self.encoder, self.size, self.heads = encoder, size, heads
        self.project = keras.layers.Dense(size, dtype=self.dtype_policy)

    def build(self, input_shape):
        if not self.encoder.built:
            self.encoder.build(input_shape)
        *_, width = self.encoder.compute_output_shape(input_shape)
        if self.heads:
            spread = keras.initializers.RandomNormal(stddev=width**-0.5)
            self.queries = self.add_weight((width, self.heads), spread, name="queries")
        self.project.build((None, max(1, self.heads) * width))
        self.built = True

    def call(self, images, training=False):
        vectors = self.encoder(images, training=training)  # [B, M, V]
        embedding = keras.ops.cast(self.project(self._pooled(vectors)), "float32")
        square = keras.ops.sum(keras.ops.square(embedding), axis=-1, keepdims=True)
        return embedding * keras.ops.rsqrt(square + 1e-12)

    def _pooled(self, vectors):
        if not self.heads:
            return keras.ops.mean(vectors, axis=1)
        scores = keras.ops.matmul(vectors, keras.ops.cast(self.queries, vectors.dtype))
        weights = keras.ops.softmax(keras.ops.cast(scores, "float32"), axis=1)  # [B, M, H]
        weights = keras.ops.cast(weights, vectors.dtype)
        means = keras.ops.einsum("bmh,bmv->bhv", weights, vectors)
        return keras.ops.reshape(means, (-1, self.heads * vectors.shape[-1]))

    def compute_output_shape(self, input_shape):
        return (input_shape[0], self.size)

    def get_config(self):
        encoder = keras.saving.serialize_keras_object(self.encoder)
        sizes = {"size": self.size, "heads": self.heads}
        return {**super().get_config(), "encoder": encoder, **sizes}

    @classmethod
    def from_config(cls, config):
        encoder = keras.saving.deserialize_keras_object(config["encoder"])
        return cls(**{**config, "encoder": encoder})
