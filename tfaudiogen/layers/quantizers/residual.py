"""Residual vector quantization (RVQ): each codebook quantizes the residual of the previous ones."""

import keras
import tensorflow as tf

from tfaudiogen.layers.blocks.residual import normalize, register
from tfaudiogen.layers.quantizers.codebook import Codebook
from tfaudiogen.layers.quantizers.repetition import check_count
from tfaudiogen.layers.quantizers.vector import (
    PASSES,
    bottleneck_shape,
    bottleneck_spec,
    check_gradient,
)


@register
class ResidualQuantizer(keras.layers.Layer):
    """z = e^1 + ... + e^Q + rest: Q codes per position (Zeghidour et al., "SoundStream", 2021).

        r_1 = z,    k_q = nearest code of r_q in codebook q,    r_(q+1) = r_q - e^q

    z has a root mean square of 1. The codebooks of the residuals are not normalised, since the
    length of a residual matters. The penalty is the commitment loss of each stage, as in
    `VectorQuantizer`.

    Args:
        codebook_size: K, size of each codebook.
        quantizers: Q, number of codebooks, at least 1.
        codebook_dim: D.
        decay, dead_code_threshold: see `Codebook`.
        commitment, gradient: see `VectorQuantizer`.

    Call: features [B, H, W, C] -> dict; see `tfaudiogen.layers.quantizers.vector`. The code is
    [B, H, W, Q], coarsest first.
    """

    def __init__(
        self,
        codebook_size,
        quantizers=4,
        codebook_dim=8,
        decay=0.99,
        dead_code_threshold=0.1,
        commitment=5.0,
        gradient="rotation",
        **kwargs,
    ):
        super().__init__(**{**kwargs, "dtype": "float32"})
        check_gradient(gradient)
        check_count("quantizers", quantizers, least=1)
        self.codebook_size, self.codebook_dim = codebook_size, codebook_dim
        self.quantizers = quantizers
        self.decay, self.dead_code_threshold = decay, dead_code_threshold
        self.commitment, self.gradient = commitment, gradient
        # A random bias gives silence, whose features are zero at first, a direction too.
        self.project = keras.layers.Dense(
            codebook_dim, bias_initializer="random_normal", dtype="float32", name="project"
        )
        shape = (codebook_size, codebook_dim)
        self.codebooks = [
            Codebook(*shape, False, decay, dead_code_threshold, name=f"codebook_{number}")
            for number in range(quantizers)
        ]

    @property
    def tail(self):
        """The axes of the code after the position: (Q,)."""
        return (self.quantizers,)

    def build(self, input_shape):
        self.project.build(input_shape)
        for codebook in self.codebooks:
            codebook.build((*input_shape[:-1], self.codebook_dim))
        self.built = True

    def call(self, features, training=False):
        vectors = normalize(self.project(features))
        code = self.nearest(tf.stop_gradient(vectors))
        rest, gaps = vectors, 0.0
        for codebook, one in zip(self.codebooks, tf.unstack(code, axis=-1), strict=True):
            rest = rest - codebook.lookup(one)
            gaps += tf.reduce_mean(tf.square(rest), axis=-1)  # [B, H, W]
        return {
            "latents": PASSES[self.gradient](vectors, self.lookup(code)),
            "code": code,
            "penalty": self.commitment * tf.reduce_sum(gaps, axis=(1, 2)),
            "vectors": vectors,
        }

    def nearest(self, vectors):
        """Return the codes, int32 [..., Q], of vectors [..., D]."""
        rest, codes = vectors, []
        for codebook in self.codebooks:
            codes.append(codebook(rest))
            rest = rest - codebook.lookup(codes[-1])
        return tf.stack(codes, axis=-1)

    def lookup(self, code):
        """Return the latents [..., D] of int32 codes [..., Q]."""
        codes = tf.unstack(code, axis=-1)
        pairs = zip(self.codebooks, codes, strict=True)
        return tf.add_n([codebook.lookup(code) for codebook, code in pairs])

    def vectors(self):
        """Return the code vectors of each codebook, [Q, K, D]; latents are their sums."""
        return tf.stack([codebook.table() for codebook in self.codebooks])

    def observe(self, found, key, stream):
        """Report the results of `call` to the codebooks; see `Codebook.observe`."""
        rest = found["vectors"]
        for number, codebook in enumerate(self.codebooks):
            code = found["code"][..., number]
            codebook.observe(rest, code, key, f"{stream}, quantizer {number}")
            rest = rest - codebook.lookup(code)

    def compute_output_shape(self, input_shape):
        return bottleneck_shape(input_shape, self.codebook_dim, self.tail)

    def compute_output_spec(self, features, training=False):
        return bottleneck_spec(self.compute_output_shape(features.shape))

    def get_config(self):
        return {
            **super().get_config(),
            "codebook_size": self.codebook_size,
            "quantizers": self.quantizers,
            "codebook_dim": self.codebook_dim,
            "decay": self.decay,
            "dead_code_threshold": self.dead_code_threshold,
            "commitment": self.commitment,
            "gradient": self.gradient,
        }
