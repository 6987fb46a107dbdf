"""One small data set of each builder, and hostile copies of their folders."""

import gzip
import os
import shutil
import struct

import hostile_values
import numpy as np
import soundfile
from PIL import Image

from tfaudiogen.data import prepare

RATE, SAMPLES, SHAPE = 8000, 256, (4, 6, 3)
BUILDERS = (
    "audio_folder",
    "spoken_digits",
    "sinewave",
    "picture_folder",
    "mnist",
    "cifar10",
    "audio_image_pairs",
    "spoken_digit_pictures",
)


def prepared(builder, folder):
    """Return the folder of a small data set that a builder has written below `folder`."""
    sources, options = _SOURCES[builder](folder)
    if builder not in ("picture_folder", "mnist", "cifar10"):
        options = {"sample_rate": RATE, "samples": SAMPLES, **options}
    prepare(sources, folder / "data", builder=builder, progress=False, **options)
    return folder / "data"


def _songs(folder):
    table = ["file,label,caption"]
    for number in range(8):
        _sound(folder / "songs" / f"{number}.wav", 300)
        table.append(f"{number},{('low', 'high')[number % 2]},tone {number}")
        np.save(folder / f"{number}.npy", np.full(3, number, np.float32))
    (folder / "labels.csv").write_text("\n".join(table))
    return folder / "songs", {"labels_csv": folder / "labels.csv", "embeddings": folder}


def _digits(folder):
    for digit in range(2):
        for speaker in ("george", "theo"):
            for index in (0, 5, 6, 7):
                _sound(folder / "digits" / f"{digit}_{speaker}_{index}.wav", 300)
    return folder / "digits", {}


def _pictures(folder):
    for number in range(8):
        path = folder / "covers" / ("dark", "bright")[number % 2] / f"{number}.png"
        path.parent.mkdir(parents=True, exist_ok=True)
        Image.effect_noise((6, 4), 64).convert("RGB").save(path)
    return folder / "covers", {"image_shape": SHAPE}


def _mnist(folder, count=60):
    (folder / "mnist").mkdir()
    images = np.broadcast_to(np.arange(count)[:, None, None], (count, 28, 28))
    for part in ("train", "t10k"):
        for kind, array in (("images-idx3", images), ("labels-idx1", np.arange(count) % 2)):
            head = bytes([0, 0, 8, array.ndim]) + struct.pack(f">{array.ndim}I", *array.shape)
            packed = gzip.compress(head + array.astype(np.uint8).tobytes())
            (folder / "mnist" / f"{part}-{kind}-ubyte.gz").write_bytes(packed)
    return folder / "mnist", {}


def _cifar(folder, count=20):
    folder = folder / "cifar"
    folder.mkdir()
    for name in (*(f"data_batch_{number}" for number in range(1, 6)), "test_batch"):
        rows = np.zeros((count, 3073), np.uint8)
        rows[:, 0] = np.arange(count) % 10
        rows[:, 1:] = np.arange(count)[:, None]
        (folder / f"{name}.bin").write_bytes(rows.tobytes())
    return folder, {}


def _pairs(folder):
    songs, conditioning = _songs(folder)
    covers = folder / "covers"
    covers.mkdir()
    for number in range(8):
        Image.effect_noise((6, 4), 64).convert("RGB").save(covers / f"{number}.png")
    return songs, {"pictures": covers, "image_shape": SHAPE, **conditioning}


def _spoken_pictures(folder):
    digits, _ = _digits(folder)
    pictures, _ = _mnist(folder)
    return digits, {"pictures": pictures}


def _sound(path, samples):
    path.parent.mkdir(parents=True, exist_ok=True)
    noise = np.random.default_rng(len(path.name)).normal(size=samples)
    soundfile.write(path, 0.1 * noise, RATE)


_SOURCES = {
    "audio_folder": _songs,
    "spoken_digits": _digits,
    "sinewave": lambda folder: ("sinewave", {"count": 30}),
    "picture_folder": _pictures,
    "mnist": _mnist,
    "cifar10": _cifar,
    "audio_image_pairs": _pairs,
    "spoken_digit_pictures": _spoken_pictures,
}


def mutated(source, target, draw):
    """Write a changed copy of the data set `source` to the folder `target`; return `target`."""
    shutil.copytree(source, target)
    files = sorted(path for path in target.rglob("*") if path.is_file())
    described = [path for path in files if path.suffix in (".json", ".txt")]
    path = draw.choice(described * 3 + files)
    kind = draw.choice(("content",) * 6 + ("gone", "link", "folder", "pipe", "other"))
    if kind == "content" and path.suffix == ".json":
        text = hostile_values.changed_json(path.read_text("utf-8"), draw)
        path.write_bytes(text.encode("utf-8", "surrogateescape"))
        return target
    content = path.read_bytes()
    path.unlink()
    if kind == "content":
        path.write_bytes(hostile_values.damaged(content, draw))
    if kind == "link":
        path.symlink_to("/etc/passwd")
    if kind == "folder":
        path.mkdir()
    if kind == "pipe":
        os.mkfifo(path)
    if kind == "other":
        other = draw.choice([one for one in files if one != path])
        path.write_bytes(draw.choice((other.read_bytes(), b"{}")))
    return target
