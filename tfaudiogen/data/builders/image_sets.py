"""Image data sets stored as a few binary files with many images each."""

import dataclasses
import math

import numpy as np
from PIL import Image

from tfaudiogen.data.builders.image_records import Picture
from tfaudiogen.data.reading.image import fit


@dataclasses.dataclass(frozen=True)
class Part:
    """The images of one file.

    Attributes:
        name: name of the file.
        images: uint8 [n, H, W, C].
        labels: n label names.
        split: official split; None to use the hash of the image names.
    """

    name: str
    images: np.ndarray
    labels: list
    split: str | None


def stored(parts, folder, image_shape):
    """Write the images of the parts to `folder` and return the list of `Picture`s.

    Args:
        parts: iterable of `Part`.
        folder: folder for the raw levels.
        image_shape: target (H, W, C); images are scaled to cover it and center-cropped.
    """
    pictures, size = [], math.prod(image_shape)
    for number, part in enumerate(parts):
        file = folder / f"part_{number}.uint8"
        with file.open("wb") as out:
            for image in part.images:
                out.write(_fitted(image, image_shape).tobytes())
        pictures += [
            Picture(f"{part.name}#{i:05}", label, file, i * size, image_shape, part.split)
            for i, label in enumerate(part.labels)
        ]
    return pictures


def _fitted(image, image_shape):
    if image.shape == image_shape:
        return image
    plain = image[..., 0] if image.shape[2] == 1 else image
    return fit(Image.fromarray(plain), image_shape)
