"""Reads an image file as 8-bit levels of a given size."""

import warnings
from dataclasses import dataclass

import numpy as np
from PIL import Image, ImageOps, UnidentifiedImageError

from tfaudiogen.disk.errors import Unusable
from tfaudiogen.disk.opening import open_regular, unreadable

FORMATS = ("PNG", "JPEG", "BMP", "GIF", "WEBP")
FORMATS_IN_WORDS = "png, jpeg, bmp, gif or webp"
_MOST_PIXELS = 80_000_000
_GREY = "L"
_MODES = {1: _GREY, 3: "RGB"}


@dataclass(frozen=True)
class Taken:
    """Properties of an image file before resizing.

    Attributes:
        width, height: in pixels, after applying the EXIF orientation.
        frames: number of frames of an animation; 1 otherwise.
        transparent: whether it had transparency and was composed on white.
    """

    width: int
    height: int
    frames: int = 1
    transparent: bool = False


def read_picture(path, image_shape, most_pixels=_MOST_PIXELS):
    """Return (levels uint8 [H, W, C], `Taken`) of an image file.

    The EXIF orientation is applied, transparency is composed on white, and the image is scaled to
    cover the target size and center-cropped. Of an animation, the first frame is used.

    Args:
        path: png, jpeg, bmp, gif or webp file of any size, colours and depth.
        image_shape: (H, W, C) of the result; C is 1 or 3.
        most_pixels: maximum number of pixels of the file; larger images are not decoded.

    Raises:
        Unusable: the file is not a usable image; the message is the reason.
        Unreadable: the file cannot be read at the moment.
    """
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", Image.DecompressionBombWarning)  # checked in _fitted
            with open_regular(path) as file, Image.open(file, formats=FORMATS) as picture:
                return _fitted(picture, image_shape, most_pixels)
    except Unusable:
        raise
    except UnidentifiedImageError as error:
        raise Unusable(f"not a {FORMATS_IN_WORDS} picture") from error
    except Image.DecompressionBombError as error:
        raise Unusable(f"has more than {most_pixels / 1e6:g} million pixels") from error
    except OSError as error:
        if error.errno is not None:
            raise unreadable(error) from error
        raise Unusable(f"damaged ({' '.join(str(error).split())})") from error
    except Exception as error:  # noqa: BLE001 - damaged bytes may raise anything in a decoder
        raise Unusable(f"damaged ({type(error).__name__}: {error})") from error


def fit(picture, image_shape):
    """Return uint8 [H, W, C] of an 8-bit Pillow image, scaled to cover and center-cropped."""
    height, width, channels = image_shape
    picture = picture.convert(_MODES[channels])
    fitted = ImageOps.fit(picture, (width, height), Image.Resampling.BICUBIC)
    return np.asarray(fitted, np.uint8).reshape(image_shape)


def _fitted(picture, image_shape, most_pixels):
    if picture.width * picture.height > most_pixels:
        raise Unusable(
            f"has {picture.width} x {picture.height} pixels, more than {most_pixels / 1e6:g} "
            "million"
        )
    frames = getattr(picture, "n_frames", 1)
    picture.seek(0)
    upright = ImageOps.exif_transpose(picture)
    transparent = upright.has_transparency_data
    plain = _on_white(upright) if transparent else _of_eight_bits(upright)
    return fit(plain, image_shape), Taken(*upright.size, frames, transparent)


def _of_eight_bits(picture):
    """Convert an image to 8-bit grey or RGB."""
    if picture.mode.startswith("I"):  # 16-bit grey, which Pillow would clip
        levels = np.asarray(picture, np.float64) / 257
        return Image.fromarray(np.rint(np.clip(levels, 0, 255)).astype(np.uint8))
    return picture if picture.mode == _GREY else picture.convert("RGB")


def _on_white(picture):
    coloured = picture.convert("RGBA")
    white = Image.new("RGBA", coloured.size, "white")
    return Image.alpha_composite(white, coloured).convert("RGB")
