"""Embeddings of codes from the codebook of their autoencoder."""

import keras
import tensorflow as tf


class CodeVectors(keras.layers.Layer):
    """Ties the embeddings and logits of codes to their codebook vectors e_c.

        x_c  =  P e_c,          added to the embedding of input code c,
        l_c  =  e_c . U h,      added to the logit of code c for the backbone outputs h.

    Codes with similar vectors thus share what is learned. Without them a prior has to find out from
    the data alone which of K codes mean nearly the same. The inputs follow Lee et al.,
    "Autoregressive image generation using residual quantization", 2022, section 3.2; the outputs
    are a log-bilinear model (Mnih and Hinton, "Three new graphical models for statistical language
    modelling", 2007, section 4). U is initialized to zero. The vectors come from a trained
    autoencoder and are not trained.

    Args:
        codebook_size: K, codebook size.
        codebook_dim: D, width of the codebook vectors.
        width: W, of inputs and outputs.
        tail: Q, codes per position, each with its own codebook.
        unknown: number of extra input values from K on (start token, mask), for which x is zero.
    """

    def __init__(self, codebook_size, codebook_dim, width, tail=1, unknown=2, **kwargs):
        super().__init__(**kwargs)
        self.codebook_size, self.codebook_dim = codebook_size, codebook_dim
        self.width = width
        self.tail, self.unknown = tail, unknown

    def build(self, input_shape=None):
        shape = (self.tail, self.codebook_size, self.codebook_dim)
        self.table = self.add_weight(shape, "zeros", name="table", trainable=False, autocast=False)
        # Vectors have mean square 1; the initial inputs have a standard deviation of 0.05.
        spread = keras.initializers.RandomNormal(stddev=0.05 * self.codebook_dim**-0.5)
        self.enter = self.add_weight((self.codebook_dim, self.width), spread, name="enter")
        self.leave = self.add_weight((self.width, self.codebook_dim), "zeros", name="leave")
        self.built = True

    def inputs(self, codes, position):
        """Return x, [..., S, W] or [..., W], of codes int32 [..., S] or [...] at positions."""
        known = tf.pad(tf.identity(self.table), [[0, 0], [0, self.unknown], [0, 0]])
        rows = tf.reshape(known, (-1, self.codebook_dim))
        vectors = tf.gather(rows, codes + (position % self.tail) * known.shape[1])
        return tf.cast(vectors, self.compute_dtype) @ tf.cast(self.enter, self.compute_dtype)

    def logits(self, outputs, position):
        """Return l, float32 [..., S, K] or [..., K], of outputs [..., (S,) W] at positions."""
        read = tf.cast(outputs @ tf.cast(self.leave, self.compute_dtype), tf.float32)
        if self.tail == 1:
            return tf.einsum("...d,kd->...k", read, tf.identity(self.table)[0])
        return tf.einsum("...d,...kd->...k", read, tf.gather(self.table, position % self.tail))
