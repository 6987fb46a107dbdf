"""Vector quantization (VQ): maps features to the nearest of K vectors.

All quantizers are bottlenecks with the same interface. `call(features)` returns

- "latents" [B, H, W, D], the input of the decoder,
- "code" int32 [B, H, W], or [B, H, W, Q] of a residual quantizer,
- "penalty" [B], in nats, which training adds to the loss,
- "vectors" [B, H, W, D], the latents before quantization.

`lookup(code)` returns the latents of a code, equal to those of `call`. `nearest(vectors)` returns
the code of vectors [..., D], equal to that of `call` for its "vectors". `observe` reports the
statistics that the quantizer learns from. `codebook_size` is K, `codebook_dim` is D, and `tail` is
() or (Q,).
"""

import keras
import tensorflow as tf

from tfaudiogen.layers.blocks.residual import normalize, register
from tfaudiogen.layers.quantizers.codebook import Codebook

GRADIENTS = ("straight_through", "rotation")


@register
class VectorQuantizer(keras.layers.Layer):
    """Maps features to the nearest code vector at each position (van den Oord et al., 2017).

    Features are projected to D dimensions and, with `normalized`, scaled to a root mean square of
    1: few dimensions and angles keep codes in use (Yu et al., 2022). The codes are a `Codebook`.
    The penalty is the commitment loss, `commitment` sum_places |z - e|^2 / D, with a gradient with
    respect to z alone. Everything is float32 under every policy, since rounded distances would
    change codes.

    Args:
        codebook_size: K, codebook size.
        codebook_dim: D.
        normalized, decay, dead_code_threshold: see `Codebook`.
        commitment: nats for each position with a squared distance of 1 (a mean over dimensions)
            between its vector and its code.
        gradient: "straight_through", which passes the gradient of the code to the vector unchanged,
            or "rotation", which rotates and scales it like the transform from the vector to the
            code (Fifty et al., "Restructuring vector quantization with the rotation trick", 2024).

    Call: features [B, H, W, C] -> dict; see the module.
    """

    tail = ()

    def __init__(
        self,
        codebook_size,
        codebook_dim=8,
        normalized=True,
        decay=0.99,
        dead_code_threshold=0.1,
        commitment=5.0,
        gradient="rotation",
        **kwargs,
    ):
        super().__init__(**{**kwargs, "dtype": "float32"})
        check_gradient(gradient)
        self.codebook_size, self.codebook_dim = codebook_size, codebook_dim
        self.commitment, self.gradient = commitment, gradient
        # A random bias gives silence, whose features are zero at first, a direction too.
        self.project = keras.layers.Dense(
            codebook_dim, bias_initializer="random_normal", dtype="float32", name="project"
        )
        self.codebook = Codebook(
            codebook_size, codebook_dim, normalized, decay, dead_code_threshold, name="codebook"
        )

    def build(self, input_shape):
        self.project.build(input_shape)
        self.codebook.build((*input_shape[:-1], self.codebook_dim))
        self.built = True

    def call(self, features, training=False):
        vectors = self.project(features)
        vectors = normalize(vectors) if self.codebook.normalized else vectors
        code = self.nearest(tf.stop_gradient(vectors))
        nearest = self.lookup(code)
        gaps = tf.reduce_mean(tf.square(vectors - nearest), axis=-1)  # [B, H, W]
        return {
            "latents": PASSES[self.gradient](vectors, nearest),
            "code": code,
            "penalty": self.commitment * tf.reduce_sum(gaps, axis=(1, 2)),
            "vectors": vectors,
        }

    def nearest(self, vectors):
        """Return the codes, int32 [...], of vectors [..., D]."""
        return self.codebook(vectors)

    def lookup(self, code):
        """Return the latents [..., D] of int32 codes [...]."""
        return self.codebook.lookup(code)

    def vectors(self):
        """Return the latents of all codes, [1, K, D]."""
        return self.codebook.table()[None]

    def observe(self, found, key, stream):
        """Report the results of `call` to the codebook; see `Codebook.observe`."""
        self.codebook.observe(found["vectors"], found["code"], key, stream)

    def compute_output_shape(self, input_shape):
        return bottleneck_shape(input_shape, self.codebook_dim, self.tail)

    def compute_output_spec(self, features, training=False):
        return bottleneck_spec(self.compute_output_shape(features.shape))

    def get_config(self):
        book = self.codebook
        return {
            **super().get_config(),
            "codebook_size": self.codebook_size,
            "codebook_dim": self.codebook_dim,
            "normalized": book.normalized,
            "decay": book.decay,
            "dead_code_threshold": book.dead_code_threshold,
            "commitment": self.commitment,
            "gradient": self.gradient,
        }


@tf.custom_gradient
def straight_through(vectors, nearest):
    """Return `nearest`, with its gradient passed to `vectors` (Bengio et al., 2013)."""
    return tf.identity(nearest), lambda upstream: (upstream, None)


@tf.custom_gradient
def rotation(vectors, nearest):
    """Return `nearest` = s R z for vectors z [..., D], with the gradient for constant s and R.

    With a and b the directions of z and of e, r = (a + b) / |a + b| and s = |e| / |z|,

        R = I - 2 r r^T + 2 b a^T    (Fifty et al., 2024, section 4.2).
    """
    length, goal = _length(vectors), _length(nearest)
    start, end = vectors / length, nearest / goal
    middle = (start + end) / _length(start + end)

    def backward(upstream):
        along, across = _dot(middle, upstream), _dot(end, upstream)
        turned = upstream - 2.0 * middle * along + 2.0 * start * across
        return goal / length * turned, None

    return tf.identity(nearest), backward


def _length(vectors):
    return tf.maximum(tf.norm(vectors, axis=-1, keepdims=True), 1e-6)


def _dot(one, two):
    return tf.reduce_sum(one * two, axis=-1, keepdims=True)


PASSES = {"straight_through": straight_through, "rotation": rotation}


def check_gradient(gradient):
    """Raise ValueError unless `gradient` is in `GRADIENTS`."""
    if gradient not in GRADIENTS:
        raise ValueError(f"gradient must be one of {GRADIENTS}, received {gradient!r}")


def bottleneck_shape(input_shape, codebook_dim, tail=()):
    """Return the shapes of the outputs of a quantizer's `call`."""
    places = tuple(input_shape[:-1])
    return {
        "latents": (*places, codebook_dim),
        "code": (*places, *tail),
        "penalty": places[:1],
        "vectors": (*places, codebook_dim),
    }


def bottleneck_spec(shapes):
    """Return the symbolic tensors of these shapes."""
    return {
        name: keras.KerasTensor(shape, dtype="int32" if name == "code" else "float32")
        for name, shape in shapes.items()
    }
