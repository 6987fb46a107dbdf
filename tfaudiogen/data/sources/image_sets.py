"""Data sets stored as a few binary files of many pictures each."""

import dataclasses
import math

import numpy as np
from PIL import Image

from tfaudiogen.data.builders.image_records import Picture
from tfaudiogen.data.reading.image import fit


@dataclasses.dataclass(frozen=True)
class Part:
    """The pictures of one file.

    Attributes:
        name: of the file.
        images: uint8 [n, H, W, C].
        labels: n names.
        split: that the data set gives them to; None for the hash of their names.
    """

    name: str
    images: np.ndarray
    labels: list
    split: str | None


def stored(parts, folder, image_shape):
    """Write the pictures of the parts into `folder` and return the list of `Picture`s.

    Args:
        parts: iterable of `Part`.
        folder: where raw levels go.
        image_shape: (H, W, C) that is wanted; others are scaled to cover it and cut.
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
