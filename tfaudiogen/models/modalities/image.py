"""The image modality: checks pictures, which are the images of their model."""

import tensorflow as tf

from tfaudiogen.models.training_step.batching import in_batches
from tfaudiogen.validation import arrays


class ImageModality:
    """What a model does with pictures: the counterpart of `AudioModality`.

    Pictures are numbers in [0, 1], or unsigned integers of 8 or 16 bits, [H, W, C] or [B, H, W, C]
    of the model's size; see `tfaudiogen.validation.arrays.pictures`. They have no phase, and one is
    as long as another.

    Args:
        pictures: the `Pictures`.
    """

    has_phase = False
    together = 8
    """Images that are decoded at a time."""

    def __init__(self, pictures):
        self.pictures = pictures

    def batch(self, picture):
        """Return (float32 [B, H, W, C] on 256 levels, whether the input was a single one).

        Raises:
            ValueError: see `tfaudiogen.validation.arrays.pictures`.
        """
        found = arrays.pictures(picture, self.pictures.image_shape)
        single = found.ndim == 3
        return self.pictures(found[None] if single else found).numpy(), single

    def evened(self, ends):
        """Return the pictures and numbers as they are: one picture is as large as another."""
        return ends

    def images(self, picture):
        """Return the images [B, H, W, C] of pictures, and their rows [B], all recorded."""
        images, _ = self.batch(picture)
        return images, tf.fill([len(images)], self.pictures.height)

    def through(self, function, pictures, phase):
        """Return pictures [B, H, W, C] after a function of images."""
        del phase
        return in_batches(function, pictures).numpy()

    def length(self, seconds):
        """Return None, since pictures do not last.

        Raises:
            ValueError: unless `seconds` is None.
        """
        if seconds is not None:
            raise ValueError(f"seconds does not apply to a model of pictures, received {seconds}")

    def windows(self, length):
        """Return 1."""
        del length
        return 1

    def joined(self, images):
        """Return the images [B, H, W, C] of [B, 1, H, W, C]."""
        return images[:, 0]

    def inverse(self, images, length=None, phase="heap"):
        """Return the pictures [B, H, W, C] of images: the same."""
        del length, phase
        return tf.convert_to_tensor(images, tf.float32)
