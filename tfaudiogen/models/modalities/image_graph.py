"""Per-example graphs of images.

The counterpart of `ImageModality`, using TensorFlow operations only.
"""

import tensorflow as tf


class ImageGraph:
    """Processes one image [H, W, C], as a single window; see `AudioGraph`.

    Args:
        pictures: the `Pictures`.
        samples: must be None.
    """

    windows, samples = 1, None

    def __init__(self, pictures, samples=None):
        if samples is not None:
            raise ValueError(f"samples must be None for pictures; received {samples}")
        self.pictures = pictures
        self.spec = tf.TensorSpec(pictures.image_shape, tf.float32)

    def latents(self, size):
        """Return the `tf.TensorSpec` of the latent [D] of an image."""
        return tf.TensorSpec([size], tf.float32)

    def codes(self, shape):
        """Return the `tf.TensorSpec` of a code map of an image."""
        return tf.TensorSpec(shape, tf.int32)

    def of_windows(self, values):
        """Return the value of the only window of [1, ...]."""
        return values[0]

    def cut(self, picture):
        """Return the image unchanged."""
        return picture

    def reconstructed(self, function, picture):
        """Applies a function of images [1, H, W, C] to an image [H, W, C]."""
        return function(self._image(picture))[0]

    def encoded(self, function, picture, signature):
        """Applies a function of images [1, H, W, C] and returns its result."""
        del signature
        return function(self._image(picture))

    def decoded(self, function, *values):
        """Applies a function to the values and returns its result."""
        return function(*values)

    def summed(self, function, picture):
        """Applies a function to the image [1, H, W, C], its height [1], position 0 and count 1."""
        window, count = tf.zeros([], tf.int64), tf.ones([], tf.int64)
        return function(self._image(picture), tf.constant([self.pictures.height]), window, count)

    def evened(self, a, b):
        """Return the two images unchanged."""
        return [a, b]

    def joined_codes(self, codes):
        """Return the code map unchanged."""
        return codes

    def cut_codes(self, code, shape):
        """Return the code map unchanged."""
        del shape
        return code

    def _image(self, picture):
        return self.pictures(picture[None])
