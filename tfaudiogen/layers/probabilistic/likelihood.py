"""The likelihood p(x | z) of an image's pixels, from the decoder's output."""

import keras
import tensorflow as tf

from tfaudiogen.layers.blocks.residual import register
from tfaudiogen.probability.distributions import interval_log_prob, mean_image, tfd

LIKELIHOODS = (
    "bernoulli",
    "continuous_bernoulli",
    "normal",
    "logistic",
    "discretized_logistic",
)
_WITHOUT_SCALE = ("bernoulli", "continuous_bernoulli")
SCALES = ("global", "pixel")

# With a scale of a quarter of a level one level has probability 0.76; sound is never more certain.
# A density, unlike a probability, grows without bound on silence, so its floor is one level.
_FLOOR = {"discretized_logistic": 0.25 / 255, "logistic": 1 / 255, "normal": 1 / 255}


@register
class PixelLikelihood(keras.layers.Layer):
    """Models pixels as independent given the latent, with parameters from the decoder output.

    | name | p(x | z) of a pixel |
    |---|---|
    | bernoulli | x log p + (1 - x) log(1 - p), as common in papers; not a density on [0, 1] |
    | continuous_bernoulli | the normalised form (Loaiza-Ganem and Cunningham, 2019) |
    | normal, logistic | density with a learned scale |
    | discretized_logistic | probability of one of 256 levels (Salimans et al., 2017) |

    Args:
        family: one of the names above.
        scale: "pixel" (from the decoder) or "global" (one trained number); ignored by the
            Bernoulli families.
        image_channels: C of the image.

    Call: decoder output [B, T, F, `channels`] -> dict of "loc" and, for families that have one,
    "scale", each float32 [B, T, F, C].
    """

    def __init__(self, family="discretized_logistic", scale="pixel", image_channels=1, **kwargs):
        super().__init__(**{**kwargs, "dtype": "float32"})
        if family not in LIKELIHOODS:
            raise ValueError(f"likelihood must be one of {LIKELIHOODS}, received {family!r}")
        if scale not in SCALES:
            raise ValueError(f"scale must be one of {SCALES}, received {scale!r}")
        self.family, self.scale, self.image_channels = family, scale, image_channels
        self.has_scale = family not in _WITHOUT_SCALE
        self.scale_per_pixel = self.has_scale and scale == "pixel"

    @property
    def channels(self):
        """Number of channels that the decoder must output."""
        return self.image_channels * (2 if self.scale_per_pixel else 1)

    @property
    def is_density(self):
        """Whether the family gives a probability to each of the 256 levels."""
        return self.family != "bernoulli"

    def build(self, input_shape):
        if input_shape[-1] != self.channels:
            raise ValueError(
                f"PixelLikelihood({self.family!r}, {self.scale!r}) needs {self.channels} decoder "
                f"channels, received shape {input_shape}"
            )
        if self.has_scale and not self.scale_per_pixel:
            self.global_scale = self.add_weight(
                shape=(), initializer=keras.initializers.Constant(_INITIAL), name="global_scale"
            )
        self.built = True

    def call(self, outputs):
        outputs = tf.cast(outputs, tf.float32)
        if not self.has_scale:
            return {"loc": outputs}
        if not self.scale_per_pixel:
            return {
                "loc": outputs,
                "scale": self._positive(tf.ones_like(outputs) * self.global_scale),
            }
        loc, scale = tf.split(outputs, 2, axis=-1)
        return {"loc": loc, "scale": self._positive(scale + _INITIAL)}

    def _positive(self, raw_scales):
        return tf.nn.softplus(raw_scales) + _FLOOR[self.family]

    def distribution(self, parameters):
        """Return the `tfd.Distribution` of pixels for parameters from `call`."""
        loc = parameters["loc"]
        if self.family == "bernoulli":
            return tfd.Bernoulli(logits=loc)
        if self.family == "continuous_bernoulli":
            return tfd.ContinuousBernoulli(logits=loc)
        family = tfd.Normal if self.family == "normal" else tfd.Logistic
        return family(loc, parameters["scale"])

    def log_prob(self, parameters, images):
        """Return log p(x | z) of each pixel in nats, the quantity that training maximises."""
        distribution = self.distribution(parameters)
        if self.family == "bernoulli":
            return images * -tf.nn.softplus(-parameters["loc"]) + (1.0 - images) * -tf.nn.softplus(
                parameters["loc"]
            )
        if self.family == "discretized_logistic":
            return interval_log_prob(distribution, images)
        return distribution.log_prob(images)

    def interval_log_prob(self, parameters, images):
        """Return the log-probability of each pixel's level, comparable across models.

        The Bernoulli family has none. It is scored by a discretised logistic around its mean, with
        one scale per image that matches the second moment of the residual. This is an optimistic
        substitute for progress bars; evaluation uses one scale fitted on validation data instead.
        """
        if self.is_density:
            return interval_log_prob(self.distribution(parameters), images)
        mean = self.mean(parameters)
        variance = tf.reduce_mean(tf.square(images - mean), axis=(1, 2, 3), keepdims=True)
        scale = tf.sqrt(3.0 * variance) / 3.14159265 + _FLOOR["discretized_logistic"]
        return interval_log_prob(tfd.Logistic(mean, scale), images)

    def mean(self, parameters):
        """Return the expected image [B, T, F, C] in [0, 1]."""
        return tf.clip_by_value(mean_image(self.distribution(parameters)), 0.0, 1.0)

    def compute_output_shape(self, input_shape):
        shape = (*input_shape[:-1], self.image_channels)
        return {"loc": shape, "scale": shape} if self.has_scale else {"loc": shape}

    def get_config(self):
        return {
            **super().get_config(),
            "family": self.family,
            "scale": self.scale,
            "image_channels": self.image_channels,
        }


# softplus(-2.25) = 0.1: the spread of a decibel image's pixels around a rough first mean.
_INITIAL = -2.25
