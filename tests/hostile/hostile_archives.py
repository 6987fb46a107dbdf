"""Hostile Keras files, made from a sound one."""

import io
import zipfile

import h5py
import hostile_values

CONFIG, METADATA, WEIGHTS = "config.json", "metadata.json", "model.weights.h5"


def members(file):
    """Return {name: bytes} of an archive."""
    with zipfile.ZipFile(file) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def written(path, contents, compression=zipfile.ZIP_STORED):
    """Write an archive of (name, bytes) pairs, names twice where they are, and return its path."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with zipfile.ZipFile(path, "w", compression) as archive:
        for name, content in contents:
            archive.writestr(name, content)
    return path


def mutated(file, folder, draw):
    """Write a changed copy of the archive `file` into a folder; return a word for the change."""
    path = folder / "model.keras"
    contents = members(file)
    kind = draw.choice(("config",) * 6 + ("weights", "weights", "bytes", "members", "metadata"))
    if kind == "config":
        text = hostile_values.changed_json(contents[CONFIG].decode(), draw)
        contents[CONFIG] = text.encode("utf-8", "surrogateescape")
    if kind == "metadata":
        contents[METADATA] = hostile_values.damaged(contents[METADATA], draw)
    if kind == "weights":
        contents[WEIGHTS] = hostile_values.damaged(contents[WEIGHTS], draw)
    pairs = list(contents.items())
    if kind == "members":
        pairs = _other_members(pairs, draw)
    written(path, pairs)
    if kind == "bytes":
        path.write_bytes(hostile_values.damaged(path.read_bytes(), draw))
    return kind


def _other_members(pairs, draw):
    extra = ("assets/x", "../outside", "evil_module.py", CONFIG, WEIGHTS, "model.weights.npz")
    kind = draw.choice(("less", "more"))
    if kind == "less":
        return [pair for pair in pairs if pair[0] != draw.choice((CONFIG, METADATA, WEIGHTS))]
    return [*pairs, (draw.choice(extra), b"0" * 1000)]


def h5_changed(content, change):
    """Return the bytes of an HDF5 file that a function has changed."""
    file = io.BytesIO(content)
    with h5py.File(file, "a") as opened:
        change(opened)
    return file.getvalue()
