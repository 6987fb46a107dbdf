"""Steps of the literature's VAE in Keras 2 with tfp.layers: `keras2.py BATCH_SIZE compiled|plain`.

Needs `pip install tf-keras` beside TensorFlow and TensorFlow Probability. The model is written as
such scripts write it: probabilistic layers, the divergence as a regulariser of the posterior.
"""

import os
import sys

os.environ["TF_USE_LEGACY_KERAS"] = "1"
os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "2")

import numpy as np
import tensorflow as tf
import tensorflow_probability as tfp
import tf_keras as keras
from turns import take_turns

LATENT, COMPONENTS, DRAWS = 100, 2, 3
SHAPE = (512, 512, 1)


class Prior(keras.layers.Layer):
    """Holds the means and scales of the mixture, so that they are trained."""

    def build(self, _):
        """Make the weights."""
        size = (COMPONENTS, LATENT)
        self.means = self.add_weight("means", size, initializer="random_normal")
        self.raw = self.add_weight("raw", size, initializer="zeros")

    def call(self, inputs):
        """Return the inputs."""
        return inputs

    def distribution(self):
        """Return the mixture."""
        return tfp.distributions.MixtureSameFamily(
            tfp.distributions.Categorical(logits=tf.zeros(COMPONENTS)),
            tfp.distributions.MultivariateNormalDiag(self.means, tf.nn.softplus(self.raw)),
        )


class Repeat(keras.layers.Layer):
    """Twice the height and the width: what UpSampling2D does, in operations that XLA compiles."""

    def call(self, inputs):
        """Return [B, 2 H, 2 W, C] of [B, H, W, C]."""
        _, height, width, channels = inputs.shape
        shape = (-1, height, 2, width, 2, channels)
        wide = tf.broadcast_to(inputs[:, :, None, :, None], (tf.shape(inputs)[0], *shape[1:]))
        return tf.reshape(wide, (-1, 2 * height, 2 * width, channels))


def network(upsampling):
    """Return the model, from images [B, 512, 512, 1] to an independent Bernoulli of them."""
    layers = keras.layers
    image = outputs = keras.Input(SHAPE)
    for width in (32, 64, 128, 256, 256):
        outputs = layers.Conv2D(width, 4, strides=2, padding="same", activation="relu")(outputs)
        outputs = layers.BatchNormalization()(outputs)
        if width == 64:
            outputs = layers.MaxPooling2D(2)(outputs)
    size = tfp.layers.MultivariateNormalTriL.params_size(LATENT)
    prior = Prior()
    outputs = prior(layers.Dense(size)(layers.Flatten()(outputs)))
    divergence = tfp.layers.KLDivergenceRegularizer(
        prior.distribution,
        use_exact_kl=False,
        test_points_fn=lambda posterior: posterior.sample(DRAWS),
    )
    outputs = tfp.layers.MultivariateNormalTriL(LATENT, activity_regularizer=divergence)(outputs)
    outputs = layers.Reshape((8, 8, 256))(layers.Dense(16384, activation="relu")(outputs))
    for width in (128, 64, 32, 128, 64, 32):
        outputs = upsampling()(outputs)
        outputs = layers.Conv2D(width, 3, padding="same", activation="relu")(outputs)
    outputs = layers.Flatten()(layers.Conv2D(1, 3, padding="same")(outputs))
    return keras.Model(image, tfp.layers.IndependentBernoulli(SHAPE)(outputs))


def main():
    """Compile and take turns; see `turns`."""
    batch_size, how = int(sys.argv[1]), sys.argv[2]
    # XLA has no gradient of the resizing in UpSampling2D.
    model = network(Repeat if how == "compiled" else keras.layers.UpSampling2D)
    model.compile(
        keras.optimizers.Adam(1e-4),
        loss=lambda image, found: -found.log_prob(image),
        jit_compile=how == "compiled",
    )
    model.make_train_function()
    images = np.random.default_rng(0).random((batch_size, *SHAPE)).astype(np.float32)
    batches = iter(tf.data.Dataset.from_tensors((images, images)).repeat())
    take_turns(
        lambda: float(model.train_function(batches)["loss"]),
        versions=f"TensorFlow {tf.__version__}, Keras {keras.__version__}",
        parameters=model.count_params(),
    )


if __name__ == "__main__":
    main()
