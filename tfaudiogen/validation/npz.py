"""Reads untrusted .npy and .npz files.

NumPy allocates the memory that a header declares before checking the size of the file.
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
    """Return the array in the bytes of a .npy file, as a view without copying.

    Args:
        content: bytes of the file.
        kinds: accepted NumPy dtype kinds, as letters; by default numbers.

    Raises:
        ValueError: the content is damaged, of another kind, or not of its declared size.
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
    """Return the shape, whether the order is Fortran's, the dtype, and the offset of the values."""
    stream = io.BytesIO(content)
    try:
        version = np.lib.format.read_magic(stream)
        if version not in _VERSIONS:
            raise ValueError(f"version {version} of the format")
        return *_VERSIONS[version](stream), stream.tell()
    except Exception as error:  # a damaged header can raise anything in NumPy
        reason = " ".join(str(error).split())
        raise ValueError(f"is damaged ({reason:.120})") from error


def read_npz(path, expansion=1):
    """Reads an .npz file of numbers and strings as {name: array}.

    Args:
        path: path of the file.
        expansion: maximum ratio of the arrays' size to the file's, for arrays above 1 GiB in total;
            1 only accepts uncompressed files, as from `numpy.savez`.

    Raises:
        ValueError: the file is unreadable, damaged, or holds something else; the message does not
            include the file name.
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
    except Exception as error:  # a damaged file can raise anything in the libraries
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
