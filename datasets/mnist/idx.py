"""Reads the idx format: magic number, sizes, bytes, all big-endian (LeCun et al., 1998)."""

import gzip
import math
import zlib

import numpy as np

from tfaudiogen.disk.errors import Unusable
from tfaudiogen.disk.opening import open_regular, unreadable

_BYTES = 0x08


def read_idx(path, dimensions):
    """Return the uint8 array of an idx file, gzipped or not.

    Args:
        path: path of the file.
        dimensions: required number of dimensions.

    Raises:
        Unusable: the file is not such an array or is incomplete; the message is the reason.
    """
    try:
        with open_regular(path) as file:
            data = file.read()
        data = gzip.decompress(data) if data.startswith(b"\x1f\x8b") else data
    except gzip.BadGzipFile as error:
        raise Unusable(f"damaged ({error})") from error
    except OSError as error:
        raise unreadable(error) from error
    except (EOFError, zlib.error) as error:
        raise Unusable(f"damaged ({error})") from error
    head = 4 + 4 * dimensions
    if len(data) < head or data[:4] != bytes([0, 0, _BYTES, dimensions]):
        raise Unusable(f"not an idx file of bytes in {dimensions} dimensions")
    shape = np.frombuffer(data, ">u4", dimensions, offset=4).tolist()
    if len(data) - head != math.prod(shape):
        raise Unusable(f"announces {math.prod(shape)} bytes and holds {len(data) - head}")
    return np.frombuffer(data, np.uint8, offset=head).reshape(shape)
