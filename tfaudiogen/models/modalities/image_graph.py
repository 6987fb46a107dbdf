"""Per-example graphs of pictures.

The counterpart of `ImageModality`, made of TensorFlow operations alone.
"""

import tensorflow as tf


class ImageGraph:
    """One picture [H, W, C]: its own image, and its only window; see `AudioGraph`.

    Args:
        pictures: the `Pictures`.
        samples: None.
    """

    windows, samples = 1, None

    def __init__(self, pictures, samples=None):
        if samples is not None:
            raise ValueError(f"samples must be None for pictures; received {samples}")
        self.pictures = pictures
        self.spec = tf.TensorSpec(pictures.image_shape, tf.float32)

    def latents(self, size):
        """Return the specification of the latents [D] of a picture."""
        return tf.TensorSpec([size], tf.float32)

    def codes(self, shape):
        """Return the specification of a code map of a picture."""
        return tf.TensorSpec(shape, tf.int32)

    def of_windows(self, values):
        """Return what a picture has of values [1, ...]."""
        return values[0]

    def cut(self, picture):
        """Return the picture."""
        return picture

    def reconstructed(self, function, picture):
        """Return the picture after a function of images [1, H, W, C]."""
        return function(self._image(picture))[0]

    def encoded(self, function, picture, signature):
        """Return what a function of images [1, H, W, C] gives."""
        del signature
        return function(self._image(picture))

    def decoded(self, function, *values):
        """Return what a function of the values gives."""
        return function(*values)

    def summed(self, function, picture):
        """Return a function of the image [1, H, W, C] and its rows [1]; it is the first of one."""
        place, count = tf.zeros([], tf.int64), tf.ones([], tf.int64)
        return function(self._image(picture), tf.constant([self.pictures.height]), place, count)

    def evened(self, a, b):
        """Return the two pictures."""
        return [a, b]

    def joined_codes(self, codes):
        """Return the code map."""
        return codes

    def cut_codes(self, code, shape):
        """Return the code map."""
        del shape
        return code

    def _image(self, picture):
        return self.pictures(picture[None])
