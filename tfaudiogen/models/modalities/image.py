"""The image modality: validates images."""

import tensorflow as tf

from tfaudiogen.models.training_step.batching import in_batches
from tfaudiogen.validation import arrays


class ImageModality:
    """Applies models of images to images; the counterpart of `AudioModality`.

    Images are floats in [0, 1], or unsigned integers of 8 or 16 bits, [H, W, C] or [B, H, W, C] of
    the model's size; see `tfaudiogen.validation.arrays.pictures`. They have no phase and a fixed
    size.

    Args:
        pictures: the `Pictures`.
    """

    has_phase = False
    together = 8
    """Batch size for decoding."""

    def __init__(self, pictures):
        self.pictures = pictures

    def batch(self, picture):
        """Return float32 [B, H, W, C] on 256 levels, and whether the input was a single image.

        Raises:
            ValueError: see `tfaudiogen.validation.arrays.pictures`.
        """
        found = arrays.pictures(picture, self.pictures.image_shape)
        single = found.ndim == 3
        return self.pictures(found[None] if single else found).numpy(), single

    def evened(self, ends):
        """Return images and ints unchanged, since all images have the same size."""
        return ends

    def images(self, picture):
        """Return images [B, H, W, C], and their heights [B], which count as unpadded frames."""
        images, _ = self.batch(picture)
        return images, tf.fill([len(images)], self.pictures.height)

    def through(self, function, pictures, phase):
        """Applies a function of images to images [B, H, W, C]."""
        del phase
        return in_batches(function, pictures).numpy()

    def length(self, seconds):
        """Return None, since images have no duration.

        Raises:
            ValueError: unless `seconds` is None.
        """
        if seconds is not None:
            raise ValueError(f"seconds does not apply to a model of pictures, received {seconds}")

    def windows(self, length):
        """Return 1, the number of windows of an image."""
        del length
        return 1

    def joined(self, images):
        """Removes the window axis of images [B, 1, H, W, C]."""
        return images[:, 0]

    def inverse(self, images, length=None, phase="pghi"):
        """Return images [B, H, W, C] as float32 tensors."""
        del length, phase
        return tf.convert_to_tensor(images, tf.float32)
