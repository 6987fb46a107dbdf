"""One file of a picture as 8-bit levels of a given size."""

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
    """What a picture was before it was fitted.

    Attributes:
        width, height: in pixels, turned upright.
        frames: of an animation; 1 otherwise.
        transparent: whether it was laid on white.
    """

    width: int
    height: int
    frames: int = 1
    transparent: bool = False


def read_picture(path, image_shape, most_pixels=_MOST_PIXELS):
    """Return (levels uint8 [H, W, C], `Taken`) of a file.

    The picture is turned upright, laid on white where it is transparent, scaled so that it covers
    the wanted size and cut around its centre; of an animation the first frame is taken.

    Args:
        path: png, jpeg, bmp, gif or webp, of any size, colours and depth.
        image_shape: (H, W, C) of the result; C is 1 or 3.
        most_pixels: of the file; a picture of more is not decoded.

    Raises:
        Unusable: the file gives no picture; the message is the reason.
        Unreadable: it cannot be read this time.
    """
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", Image.DecompressionBombWarning)  # looked at below
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
    except Exception as error:  # noqa: BLE001 - whatever a decoder makes of damaged bytes
        raise Unusable(f"damaged ({type(error).__name__}: {error})") from error


def fit(picture, image_shape):
    """Return uint8 [H, W, C] of a Pillow picture of 8 bits, scaled to cover and cut around the
    centre."""
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
    """Return a picture in grey or RGB of 8 bits."""
    if picture.mode.startswith("I"):  # 16 bits of grey, which Pillow would clip
        levels = np.asarray(picture, np.float64) / 257
        return Image.fromarray(np.rint(np.clip(levels, 0, 255)).astype(np.uint8))
    return picture if picture.mode == _GREY else picture.convert("RGB")


def _on_white(picture):
    coloured = picture.convert("RGBA")
    white = Image.new("RGBA", coloured.size, "white")
    return Image.alpha_composite(white, coloured).convert("RGB")
