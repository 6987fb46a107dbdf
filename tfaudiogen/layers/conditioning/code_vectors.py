"""Embeddings of codes from the codebook of their autoencoder."""

import keras
import tensorflow as tf


class CodeVectors(keras.layers.Layer):
    """Tells codes by their vectors e_c, so that what is learned of one is learned of those near it.

        x_c  =  P e_c,          added to the embedding of code c where it is an input,
        l_c  =  e_c . U h,      added to the logit of code c where h are the outputs.

    Without them a prior finds out from the data alone which of K codes mean nearly the same. Inputs
    as in Lee et al., "Autoregressive image generation using residual quantization", 2022, section
    3.2; the outputs are those of a log-bilinear model (Mnih and Hinton, "Three new graphical models
    for statistical language modelling", 2007, section 4). U starts at zero. The vectors are taken
    from a trained autoencoder and stay as they are.

    Args:
        codes: K.
        size: D, of the vectors.
        width: of inputs and outputs.
        tail: Q, codes of each place, each with vectors of its own.
        unknown: how many values above K an input may have, whose x is zero.
    """

    def __init__(self, codes, size, width, tail=1, unknown=2, **kwargs):
        super().__init__(**kwargs)
        self.codes, self.size, self.width = codes, size, width
        self.tail, self.unknown = tail, unknown

    def build(self, input_shape=None):
        shape = (self.tail, self.codes, self.size)
        self.table = self.add_weight(shape, "zeros", name="table", trainable=False, autocast=False)
        # Vectors of mean square 1 and embeddings of 0.05 at first.
        spread = keras.initializers.RandomNormal(stddev=0.05 * self.size**-0.5)
        self.enter = self.add_weight((self.size, self.width), spread, name="enter")
        self.leave = self.add_weight((self.width, self.size), "zeros", name="leave")
        self.built = True

    def inputs(self, codes, place):
        """Return x, [..., S, W] or [..., W], of codes int32 [..., S] or [...] at places."""
        known = tf.pad(tf.identity(self.table), [[0, 0], [0, self.unknown], [0, 0]])
        rows = tf.reshape(known, (-1, self.size))
        vectors = tf.gather(rows, codes + (place % self.tail) * known.shape[1])
        return tf.cast(vectors, self.compute_dtype) @ tf.cast(self.enter, self.compute_dtype)

    def logits(self, outputs, place):
        """Return l, float32 [..., S, K] or [..., K], of outputs [..., S or none, W] at places."""
        read = tf.cast(outputs @ tf.cast(self.leave, self.compute_dtype), tf.float32)
        if self.tail == 1:
            return tf.einsum("...d,kd->...k", read, tf.identity(self.table)[0])
        return tf.einsum("...d,...kd->...k", read, tf.gather(self.table, place % self.tail))
