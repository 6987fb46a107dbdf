"""A codebook that learns by exponential moving averages, without gradients."""

import keras
import tensorflow as tf

from tfaudiogen.layers.blocks import statistics
from tfaudiogen.layers.blocks.residual import normalize, register
from tfaudiogen.probability import noise

# The exponent that makes the one replacement vector dominate a sum of candidates, and the share of
# the sum that it must have (p^2 > 0.98: p > 0.99); see `_candidates`.
_SHARPNESS, _PURITY = 19.0, 0.98


@register
class Codebook(keras.layers.Layer):
    """K code vectors e_k, each the moving average of the vectors assigned to it.

        N_k <- d N_k + (1 - d) n_k,    m_k <- d m_k + (1 - d) sum_{z nearest to k} z,
        e_k = m_k / N_k    (van den Oord et al., 2017, appendix A.1).

    d rises as (1 + t) / (10 + t) up to `decay`. The first step sets every code to a vector of the
    batch; the following steps, in which d is small, resemble mini-batch k-means (Sculley,
    "Web-scale k-means clustering", 2010).

    A code whose N_k falls below `dead_code_threshold` times the mean is dead and is also replaced
    by a vector of the batch, drawn with a probability proportional to its squared distance from the
    nearest code, as in k-means++ (Arthur and Vassilvitskii, 2007). Its moving averages restart with
    twice the count at which codes die: an unused code is dead again within about 70 steps.

    Args:
        codebook_size: K, codebook size.
        codebook_dim: D, of the vectors.
        normalized: whether codes, like the vectors, are scaled to a root mean square of 1, so that
            distances are angles (Yu et al., "Vector-quantized image modeling with improved VQGAN",
            2022, section 3.2).
        decay: upper bound of d, in (0, 1).
        dead_code_threshold: fraction of the mean use below which a code is replaced, in [0, 1); 0
            for never.

    Call: vectors [..., D] -> int32 [...], the nearest code of each.
    """

    def __init__(
        self,
        codebook_size,
        codebook_dim,
        normalized=True,
        decay=0.99,
        dead_code_threshold=0.1,
        **kwargs,
    ):
        super().__init__(**{**kwargs, "dtype": "float32"})
        if codebook_size < 2 or codebook_dim < 1:
            raise ValueError(
                "codebook_size must be at least 2 and codebook_dim at least 1, received "
                f"{codebook_size} and {codebook_dim}"
            )
        if not 0.0 < decay < 1.0:
            raise ValueError(f"decay must be between 0 and 1, received {decay}")
        if not 0.0 <= dead_code_threshold < 1.0:
            raise ValueError(
                f"dead_code_threshold must be from 0 to below 1, received {dead_code_threshold}"
            )
        self.codebook_size, self.codebook_dim = codebook_size, codebook_dim
        self.normalized = normalized
        self.decay, self.dead_code_threshold = decay, dead_code_threshold

    def build(self, input_shape=None):
        shape = (self.codebook_size, self.codebook_dim)
        normal = keras.initializers.RandomNormal(stddev=1.0)
        self.means = self._state("means", shape, normal)  # [K, D]
        self.counts = self._state("counts", shape[:1], "zeros")  # [K]
        self.age = self._state("age", (), "zeros")
        self.built = True

    def _state(self, name, shape, initializer):
        return self.add_weight(
            name=name,
            shape=shape,
            initializer=initializer,
            trainable=False,
            aggregation="only_first_replica",
        )

    def table(self):
        """Return the code vectors [K, D]."""
        means = tf.identity(self.means)
        return normalize(means) if self.normalized else means

    def call(self, vectors):
        table = self.table()
        scores = tf.matmul(tf.reshape(vectors, (-1, self.codebook_dim)), table, transpose_b=True)
        # |z - e|^2 = |z|^2 - 2 (z e - |e|^2 / 2)
        scores -= 0.5 * tf.reduce_sum(tf.square(table), axis=-1)  # [N, K]
        nearest = tf.argmax(scores, axis=-1, output_type=tf.int32)
        return tf.reshape(nearest, tf.shape(vectors)[:-1])

    def lookup(self, code):
        """Return the vectors [..., D] of int32 codes [...]."""
        return tf.gather(self.table(), code)

    def observe(self, vectors, code, key, stream):
        """Report vectors and their codes, from which `update_statistics` learns after the step.

        Args:
            vectors: [B, H, W, D].
            code: their nearest codes, int32 [B, H, W].
            key: `tfaudiogen.probability.noise.Key` of the batch.
            stream: name of the noise stream that draws replacements, unique to each codebook.
        """
        vectors = tf.stop_gradient(vectors)
        weights, slots = self._candidates(vectors, code, key, stream)
        vectors, code = tf.reshape(vectors, (-1, self.codebook_dim)), tf.reshape(code, (-1,))
        wide = tf.cast(vectors, tf.float64)
        sums = {
            "counts": self._sum(tf.ones_like(code, tf.float32), code),
            "sums": self._sum(vectors, code),
            "weights": self._sum(weights, slots),
            "squares": self._sum(tf.square(weights), slots),
            "candidates": self._sum(weights[:, None] * wide, slots),
        }
        statistics.report(self, sums)

    def _sum(self, values, index):
        return tf.math.unsorted_segment_sum(values, index, self.codebook_size)

    def _candidates(self, vectors, code, key, stream):
        """Return a weight, float64 [N], and a random slot, int32 [N], for each vector.

        Within a slot, the vector with the largest log w + G, G a Gumbel variable, is a draw with
        probabilities proportional to w (Maddison et al., "A* sampling", 2014). A maximum cannot be
        summed over replicas, but sums of exp(19 (log w + G)), of its square and of its product with
        the vector can. Their ratio is the vector with the largest value or, if the sum of squares
        shows so, a blend of several, which is not used.
        """
        gaps = tf.reduce_mean(tf.square(vectors - self.lookup(code)), axis=-1)  # [B, H, W]
        draws = noise.uniform(key, stream, (2, *vectors.shape[1:-1]))  # [B, 2, H, W]
        slots = tf.cast(draws[:, 0] * self.codebook_size, tf.int32)
        gumbel = -tf.math.log(-tf.math.log(tf.cast(draws[:, 1], tf.float64)))
        # With these bounds the squares stay within the range of float64.
        chance = tf.math.log(tf.clip_by_value(tf.cast(gaps, tf.float64), 1e-6, 4.0))
        weights = tf.exp(_SHARPNESS * (chance + gumbel))
        return tf.reshape(weights, (-1,)), tf.reshape(slots, (-1,))

    def update_statistics(self, sums):
        """Take one step of the moving averages, with the sums over a whole batch."""
        age = tf.identity(self.age)
        decay = tf.minimum(self.decay, (1.0 + age) / (10.0 + age))
        old = decay * self.counts
        counts = old + (1.0 - decay) * sums["counts"]
        moved = (old[:, None] * self.means + (1.0 - decay) * sums["sums"]) / counts[:, None]
        means = tf.where(counts[:, None] > 0.0, moved, self.means)
        least = self.dead_code_threshold * tf.reduce_mean(counts)
        pure = sums["squares"] > _PURITY * tf.square(sums["weights"])
        replaced = ((counts < least) | (age == 0.0)) & pure
        drawn = tf.cast(sums["candidates"] / sums["weights"][:, None], tf.float32)
        self.means.assign(tf.where(replaced[:, None], drawn, means))
        self.counts.assign(tf.where(replaced, 2.0 * least, counts))
        self.age.assign_add(1.0)

    def compute_output_shape(self, input_shape):
        return input_shape[:-1]

    def compute_output_spec(self, vectors):
        return keras.KerasTensor(vectors.shape[:-1], dtype="int32")

    def get_config(self):
        return {
            **super().get_config(),
            "codebook_size": self.codebook_size,
            "codebook_dim": self.codebook_dim,
            "normalized": self.normalized,
            "decay": self.decay,
            "dead_code_threshold": self.dead_code_threshold,
        }
