"""Arrays in .npy and .npz files: read as they are, refused when they say what they are not."""

import io
import struct
import zipfile

import numpy as np
import pytest

from tfaudiogen.validation.npz import array_in, read_npz


def npy(values, **options):
    stream = io.BytesIO()
    np.save(stream, values, **options)
    return stream.getvalue()


def declared(header, content=b"", version=(1, 0)):
    text = f"{header}\n".encode("latin1")
    length = struct.pack("<H" if version == (1, 0) else "<I", len(text))
    return b"\x93NUMPY" + bytes(version) + length + text + content


@pytest.mark.parametrize(
    "values",
    [
        np.arange(6, dtype=np.float32).reshape(2, 3),
        np.asfortranarray(np.arange(6).reshape(2, 3)),
        np.zeros((0, 4)),
        np.array(3),
        np.array([True]),
        np.arange(3, dtype=">i4"),
    ],
)
def test_arrays_of_numbers_are_what_was_saved(values):
    found = array_in(npy(values))
    np.testing.assert_array_equal(found, values)
    assert found.dtype == values.dtype


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"", "is damaged"),
        (b"\x93NUMPY\x09\x00", "is damaged"),
        (npy(np.array([{}], object), allow_pickle=True), "Python objects, which are not loaded"),
        (npy(np.array(["a"])), "not numbers"),
        (npy(np.zeros(3, "datetime64[s]")), "not numbers"),
        (npy(np.zeros(3, "V0")), "not numbers"),
        (npy(np.zeros(3, [("a", "f4")])), "not numbers"),
        (npy(np.arange(9.0))[:-1], r"is damaged \(it declares the shape \[9\]"),
        (npy(np.arange(9.0)) + b"\0", "is damaged"),
        (declared("{'descr': '<f4', 'fortran_order': False, 'shape': (1099511627776,)}"), "is dam"),
        (declared("{'descr': '<f4', 'fortran_order': False, 'shape': (-4,)}"), "is damaged"),
        (
            declared("{'descr': '<f4', 'fortran_order': False, 'shape': (-2, -2)}", b"0" * 16),
            "is d",
        ),
        (declared("{'descr': '<f4', 'fortran_order': False}"), "is damaged"),
        (declared("__import__('os').system('true')"), "is damaged"),
        (declared("(" * 9000, version=(2, 0)), "is damaged"),
    ],
)
def test_what_an_array_is_not(content, reason):
    with pytest.raises(ValueError, match=reason) as caught:
        array_in(content)
    assert "\n" not in str(caught.value)


def test_a_file_of_several_arrays(tmp_path):
    np.savez(tmp_path / "a.npz", x=np.arange(3), name=np.array("text"))
    found = read_npz(tmp_path / "a.npz")
    assert found["x"].tolist() == [0, 1, 2]
    assert found["name"].item() == "text"


def test_compressed_arrays_are_read_where_they_may_be(tmp_path):
    np.savez_compressed(tmp_path / "a.npz", x=np.zeros(2**18, np.int32))
    with pytest.raises(ValueError, match="encrypted or compressed"):
        read_npz(tmp_path / "a.npz")
    assert read_npz(tmp_path / "a.npz", 50)["x"].shape == (2**18,)


def _entry(path, name, content, method=zipfile.ZIP_STORED):
    with zipfile.ZipFile(path, "a", method) as archive:
        archive.writestr(name, content)


def test_more_than_there_is_room_for(tmp_path, monkeypatch):
    monkeypatch.setattr("tfaudiogen.validation.npz._SMALL", 2**10)
    np.savez_compressed(tmp_path / "a.npz", x=np.zeros(2**18, np.int32))
    with pytest.raises(ValueError, match="take 1048.* bytes, more than"):
        read_npz(tmp_path / "a.npz", 50)


@pytest.mark.filterwarnings("ignore:Duplicate name")
@pytest.mark.parametrize(
    ("name", "reason"), [("x.npy", "two of one name"), ("run.py", "else than")]
)
def test_arrays_alone_and_each_once(tmp_path, name, reason):
    np.savez(tmp_path / "a.npz", x=np.arange(3))
    _entry(tmp_path / "a.npz", name, npy(np.arange(3)))
    with pytest.raises(ValueError, match=reason):
        read_npz(tmp_path / "a.npz")


def test_arrays_that_share_their_bytes_are_refused(tmp_path):
    """Many entries of a table of contents may point to one place: a small file would be huge."""
    path, content = tmp_path / "a.npz", npy(np.zeros(1000))
    _entry(path, "a.npy", content)
    data = path.read_bytes()
    start = data.index(b"PK\x01\x02")
    entry, end = (
        data[start : data.index(b"PK\x05\x06")],
        bytearray(data[data.index(b"PK\x05\x06") :]),
    )
    entries = [entry.replace(b"a.npy", b"%c.npy" % letter) for letter in b"abcdefgh"]
    struct.pack_into("<HHI", end, 8, len(entries), len(entries), len(entry) * len(entries))
    path.write_bytes(data[:start] + b"".join(entries) + bytes(end))
    with pytest.raises(ValueError, match="its arrays take .* bytes, more than"):
        read_npz(path)


@pytest.mark.parametrize("content", [b"", b"PK\x03\x04 and then nothing", b"text"])
def test_what_is_no_archive(tmp_path, content):
    (tmp_path / "a.npz").write_bytes(content)
    with pytest.raises(ValueError, match="BadZipFile"):
        read_npz(tmp_path / "a.npz")
