"""Reads images and writes PNG files and contact sheets.

As in `tfaudiogen.io.audio_files`, the content written depends only on the arguments, and files are
written atomically.
"""

import errno
import math
from pathlib import Path

import numpy as np
from PIL import Image

from tfaudiogen.data.reading.image import read_picture
from tfaudiogen.disk.errors import Unusable
from tfaudiogen.io import audio_files

_GAP = 2
_LEVELS = 255.0


def write_picture(path, image):
    """Writes an image as an 8-bit PNG, grey or RGB.

    Args:
        path: the file to write; its folder is created if missing.
        image: [H, W, C] in [0, 1], with C = 1 or 3.

    Returns:
        The quantized image, float32 [H, W, C] on 256 levels.

    Raises:
        ValueError: a value is not finite.
    """
    levels = _levels(image)
    plain = levels[..., 0] if levels.shape[2] == 1 else levels
    with audio_files.atomic_file(path) as temporary:
        Image.fromarray(plain).save(temporary, format="PNG")
    return levels.astype(np.float32) / np.float32(_LEVELS)


def write_sheet(path, images):
    """Writes images [B, H, W, C] as a contact sheet, a nearly square grid in row-major order."""
    count, height, width, channels = np.shape(images)
    columns = math.ceil(math.sqrt(count))
    rows = math.ceil(count / columns)
    sheet = np.ones((rows * (height + _GAP) - _GAP, columns * (width + _GAP) - _GAP, channels))
    for number, image in enumerate(images):
        row, column = divmod(number, columns)
        top, left = row * (height + _GAP), column * (width + _GAP)
        sheet[top : top + height, left : left + width] = image
    write_picture(path, sheet)


def read(path, image_shape, **limits):
    """Reads an image file, fitted to a size, as float32 [H, W, C] in [0, 1].

    Args:
        path: png, jpeg, bmp, gif or webp of any size.
        image_shape: (H, W, C); see `tfaudiogen.data.reading.image.read_picture`.
        limits: further arguments of that function.

    Raises:
        ValueError: the file has no usable image; the message names file and reason.
        FileNotFoundError: there is no such file.
    """
    path = Path(path)
    if not path.exists():
        raise FileNotFoundError(errno.ENOENT, "no such file: give the path of a picture", str(path))
    if path.is_dir():
        raise ValueError(f"{path} is a folder: give the path of a picture.")
    try:
        levels, _ = read_picture(path, image_shape, **limits)
    except Unusable as error:
        raise ValueError(f"{path}: {error}.") from error
    return levels.astype(np.float32) / np.float32(_LEVELS)


def _levels(image):
    image = np.asarray(image, np.float32)
    if not np.isfinite(image).all():
        raise ValueError(
            "image must be finite, received NaN or infinity: the model that made it has diverged, "
            "take an earlier one."
        )
    return np.rint(_LEVELS * np.clip(image, 0.0, 1.0)).astype(np.uint8)
