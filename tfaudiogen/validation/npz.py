"""Reads .npy and .npz files whose headers are not trusted.

NumPy takes the memory that a header asks for before it looks whether the file holds as much.
"""

import io
import math
import zipfile

import numpy as np

from tfaudiogen.disk.opening import open_regular

_NUMBERS, _TEXTS = "biuf", "U"
_VERSIONS = {
    (1, 0): np.lib.format.read_array_header_1_0,
    (2, 0): np.lib.format.read_array_header_2_0,
}
_ENCRYPTED = 0x1
_SUFFIX, _SMALL = ".npy", 2**30


def array_in(content, kinds=_NUMBERS):
    """Return the array of the bytes of a .npy file, which it shares.

    Args:
        content: bytes.
        kinds: letters of the kinds of NumPy's types that are accepted; numbers if left out.

    Raises:
        ValueError: it is damaged, of another kind, or says that it is of another size than it is.
    """
    shape, transposed, dtype, start = _header(content)
    if dtype.hasobject:
        raise ValueError("holds Python objects, which are not loaded: save numbers")
    if dtype.kind not in kinds or dtype.itemsize == 0:
        raise ValueError(f"holds values of the type {dtype!s:.60}, not numbers")
    count = math.prod(shape)
    if min(shape, default=0) < 0 or len(content) - start != count * dtype.itemsize:
        raise ValueError(
            f"is damaged (it declares the shape {list(shape)!s:.60} of {dtype}, and holds "
            f"{len(content) - start} bytes)"
        )
    values = np.frombuffer(content, dtype, count, start)
    return values.reshape(shape, order="F" if transposed else "C")


def _header(content):
    """Return shape, whether Fortran's order, type, and where the values begin."""
    stream = io.BytesIO(content)
    try:
        version = np.lib.format.read_magic(stream)
        if version not in _VERSIONS:
            raise ValueError(f"version {version} of the format")
        return *_VERSIONS[version](stream), stream.tell()
    except Exception as error:  # whatever NumPy makes of a damaged header
        reason = " ".join(str(error).split())
        raise ValueError(f"is damaged ({reason:.120})") from error


def read_npz(path, expansion=1):
    """Return {name: array} of an .npz file of numbers and texts.

    Args:
        path: of the file.
        expansion: how many times as much as the file its arrays may take, beyond a gigabyte; 1 for
            a file of `numpy.savez`, which compresses nothing.

    Raises:
        ValueError: it cannot be read, is damaged, or holds something else; without the name of the
            file.
    """
    try:
        with open_regular(path) as file, zipfile.ZipFile(file) as archive:
            size = file.seek(0, 2)
            most = size if expansion == 1 else max(_SMALL, expansion * size)
            _check_entries(archive.infolist(), most, expansion > 1)
            return {
                entry.filename.removesuffix(_SUFFIX): _array(archive, entry)
                for entry in archive.infolist()
            }
    except ValueError:
        raise
    except Exception as error:  # whatever the libraries make of damaged files
        raise ValueError(f"{type(error).__name__}: {error}") from error


def _check_entries(entries, most, packed):
    names = [entry.filename for entry in entries]
    if len(set(names)) < len(names) or not all(name.endswith(_SUFFIX) for name in names):
        raise ValueError("it holds something else than arrays, or two of one name")
    methods = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED) if packed else (zipfile.ZIP_STORED,)
    if any(entry.flag_bits & _ENCRYPTED or entry.compress_type not in methods for entry in entries):
        raise ValueError("its arrays are encrypted or compressed")
    total = sum(entry.file_size for entry in entries)
    if total > most:
        raise ValueError(f"its arrays take {total} bytes, more than {most}")


def _array(archive, entry):
    with archive.open(entry) as member:
        content = member.read(entry.file_size + 1)
        if len(content) != entry.file_size or member.read(1):
            raise ValueError(f"{entry.filename} has another size than its entry says")
    return array_in(content, _NUMBERS + _TEXTS)
