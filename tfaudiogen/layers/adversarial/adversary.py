"""State of adversarial training: when it begins, and the weight of its loss."""

import keras
import tensorflow as tf

from tfaudiogen.layers.blocks import statistics
from tfaudiogen.layers.blocks.residual import register


class _State(keras.layers.Layer):
    """Base of layers with scalar state, updated from reduced sums and saved with the model."""

    def __init__(self, **kwargs):
        super().__init__(**{**kwargs, "dtype": "float32"})

    def _scalar(self, name, value):
        return self.add_weight(
            name=name,
            shape=(),
            initializer=keras.initializers.Constant(value),
            trainable=False,
            aggregation="only_first_replica",
        )


@register
class Plateau(_State):
    """Detects whether a training loss has ever stopped falling, and keeps the result.

    The layer compares means over `patience` consecutive steps. The loss is on a plateau once a mean
    is not lower than the previous one by at least the fraction `tolerance`.

    Args:
        patience: number of steps in a mean.
        tolerance: least relative decrease of the mean.

    Call: loss [B] -> [B], 0 before the plateau and 1 from then on.
    """

    def __init__(self, patience=500, tolerance=0.01, **kwargs):
        super().__init__(**kwargs)
        if patience < 1:
            raise ValueError(f"patience must be at least 1, received {patience}")
        self.patience, self.tolerance = patience, tolerance

    def build(self, input_shape=None):
        self.total, self.steps = self._scalar("total", 0.0), self._scalar("steps", 0.0)
        self.previous = self._scalar("previous", float("inf"))
        self.reached = self._scalar("reached", 0.0)
        self.built = True

    def call(self, loss):
        return tf.fill(tf.shape(loss)[:1], tf.identity(self.reached))

    def observe(self, loss):
        """Report the loss [B] of a batch."""
        loss = tf.stop_gradient(loss)
        count = tf.cast(tf.size(loss), tf.float32)
        statistics.report(self, {"loss": tf.reduce_sum(loss), "count": count})

    def update_statistics(self, sums):
        """Add the mean loss of a step; compare the means every `patience` steps."""
        total = self.total + sums["loss"] / sums["count"]
        steps = self.steps + 1.0
        mean, full = total / steps, steps >= self.patience
        flat = self.previous - mean < self.tolerance * tf.abs(self.previous)
        self.reached.assign(tf.where(full & flat, 1.0, tf.identity(self.reached)))
        self.previous.assign(tf.where(full, mean, tf.identity(self.previous)))
        self.total.assign(tf.where(full, 0.0, total))
        self.steps.assign(tf.where(full, 0.0, steps))

    def compute_output_shape(self, input_shape):
        return input_shape[:1]

    def get_config(self):
        return {**super().get_config(), "patience": self.patience, "tolerance": self.tolerance}


@register
class AdaptiveWeight(_State):
    """The adaptive weight of the adversarial loss (Esser et al., 2021, equation 7).

        w = |grad_L reconstruction| / |grad_L adversary|

    for the last layer L and the whole batch, as a moving average over steps. With it both losses
    pull the last layer equally. A step uses the weight from the previous steps.

    Args:
        decay: of the moving average, in [0, 1).
        highest: upper bound of w, which is reached where the adversary has no gradient.

    Call: loss [B] -> w, [B].
    """

    def __init__(self, decay=0.9, highest=1e4, **kwargs):
        super().__init__(**kwargs)
        self.decay, self.highest = decay, highest

    def build(self, input_shape=None):
        self.weight = self._scalar("weight", 0.0)
        self.built = True

    def call(self, loss):
        return tf.fill(tf.shape(loss)[:1], tf.identity(self.weight))

    def observe(self, reconstruction, adversary):
        """Report the gradients of both summed losses of a batch with respect to the last layer."""
        gradients = {"reconstruction": reconstruction, "adversary": adversary}
        statistics.report(
            self,
            {
                name: tf.cast(tf.stop_gradient(gradient), tf.float32)
                for name, gradient in gradients.items()
            },
        )

    def update_statistics(self, sums):
        """Update the moving average with the ratio of the gradient norms."""
        ratio = tf.norm(sums["reconstruction"]) / (tf.norm(sums["adversary"]) + 1e-12)
        ratio = tf.minimum(ratio, self.highest)
        before = tf.identity(self.weight)
        moved = self.decay * before + (1.0 - self.decay) * ratio
        self.weight.assign(tf.where(before == 0.0, ratio, moved))

    def compute_output_shape(self, input_shape):
        return input_shape[:1]

    def get_config(self):
        return {**super().get_config(), "decay": self.decay, "highest": self.highest}
