"""Images in a request: their specification, checks and facts."""

import tensorflow as tf

from tfaudiogen.serving.request_checks import check
from tfaudiogen.serving.signatures.specs import spec


class ImageInputs:
    """Input images of the model's size; see `AudioInputs`.

    Args:
        pictures: the `Pictures`.
        limits: the `Limits` of a request; unused.
    """

    name, most_windows = "picture", 1

    def __init__(self, pictures, limits):
        del limits  # images have a fixed size
        self.pictures = pictures

    def limit_to_one_window(self):
        """Do nothing: an image is one window."""

    def samples(self, seconds):
        """Return None, since images have no duration.

        Raises:
            ValueError: unless `seconds` is None.
        """
        if seconds is not None:
            raise ValueError(f"seconds must be None where pictures are drawn; received {seconds}")

    def spec(self, name=name):
        """Return the specification of an input."""
        return spec(name, *self.pictures.image_shape)

    def latents(self, size):
        """Return the specification of latents."""
        return spec("latents", size)

    def codes(self, level, shape):
        """Return the specification of the code maps of a level."""
        return spec(f"codes_{level}", *shape, dtype=tf.int32)

    def checks(self, picture, name=name):
        """Yield a check of the range, which NaN fails, too."""
        fits = tf.reduce_all((picture >= 0.0) & (picture <= 1.0))
        yield check(fits, f"{name} must hold numbers from 0 to 1: levels divided by 255")

    def latent_checks(self, latents):
        """Return no checks."""
        del latents
        return ()

    def code_checks(self, codes, shapes):
        """Return no checks: the specification is sufficient."""
        del codes, shapes
        return ()

    def facts(self):
        """Return the facts about the representation for `describe`."""
        return {"picture_shape": list(self.pictures.image_shape)}

    def limits(self):
        """Return no facts."""
        return {}

    def windows(self):
        """Return no facts."""
        return {}
