"""Small files and models under the names that the documentation uses."""

import gzip
import itertools
import shutil
import struct

import keras
import numpy as np
import small_models
import soundfile
from PIL import Image

import tfaudiogen as tg
from tfaudiogen import presets

RATE = 8000
MOODS = ("gloomy", "slow", "fast")
NAMES = [f"song{number}" for number in range(23)] + ["blue"]


def write_sound(path, seconds=1.3):
    """Write a tone whose pitch depends on the name."""
    path.parent.mkdir(parents=True, exist_ok=True)
    time = np.arange(int(RATE * seconds)) / RATE
    pitch = 200 + sum(path.name.encode()) % 700
    soundfile.write(path, 0.3 * np.sin(2 * np.pi * pitch * time), RATE)


def write_picture(path, height=70, width=80):
    """Write a picture of noise that depends on the name."""
    path.parent.mkdir(parents=True, exist_ok=True)
    draw = np.random.default_rng(sum(path.name.encode()))
    Image.fromarray(draw.integers(0, 256, (height, width, 3), np.uint8)).save(path)


def sounds(folder):
    """Write the sounds."""
    for name in ("song.mp3", "yes.wav", "no.wav", "word.wav", "drum.wav", "seven.wav"):
        write_sound(folder / name)
    for name in ("words.wav", "words_again.wav", "my_sounds/one.wav"):
        write_sound(folder / name)
    for label, number in itertools.product(("low", "high"), range(12)):
        write_sound(folder / "my_sounds" / label / f"{number}.wav")
    for label, number in itertools.product(("yes", "no"), range(2)):
        write_sound(folder / "words" / f"{label}{number}.wav")
    for instrument, number in itertools.product(("oboe", "bass-clarinet"), range(12)):
        write_sound(folder / "notes" / f"{instrument}_A{number % 4}_{number}_forte_normal.mp3")


def pictures(folder):
    """Write the pictures."""
    for name in ("seven.png", "cover.png", "a.png", "b.png"):
        write_picture(folder / name)
    for mood, number in itertools.product(MOODS, range(9)):
        write_picture(folder / "moods" / mood / f"{number}.png")
        write_picture(folder / "photographs" / mood / f"{number}.png")
    for number in range(3):
        write_picture(folder / "test_pictures" / f"{number}.png")
    batch = np.random.default_rng(0).integers(0, 256, (60, 3073), np.uint8)
    batch[:, 0] = np.arange(60) % 10
    (folder / "cifar-10-batches-bin").mkdir()
    for name in (*(f"data_batch_{number}" for number in range(1, 6)), "test_batch"):
        (folder / "cifar-10-batches-bin" / f"{name}.bin").write_bytes(batch.tobytes())


def songs(folder):
    """Write songs with covers, embeddings, labels and captions."""
    rows, draw = ["file,label,caption"], np.random.default_rng(0)
    (folder / "vectors").mkdir()
    for number, name in enumerate(NAMES):
        write_sound(folder / "songs" / f"{name}.wav")
        write_picture(folder / "covers" / f"{name}.png")
        np.save(folder / "vectors" / f"{name}.npy", draw.normal(size=768).astype(np.float32))
        label = MOODS[number % 3]
        rows.append(f'{name}.wav,{label}; {MOODS[number % 2]},"{label}, number {number}"')
    (folder / "songs.csv").write_text("\n".join(rows))
    shutil.copytree(folder / "songs", folder / "collection")
    shutil.copytree(folder / "covers", folder / "collection", dirs_exist_ok=True)
    pairs = ["audio,image", *(f"{name}.wav,{name}.png" for name in NAMES)]
    (folder / "pairs.csv").write_text("\n".join(pairs))


def digits(folder):
    """Write spoken digits, named as in FSDD, and drawn ones in the files of MNIST."""
    speakers, numbers = ("george", "jackson", "lucas", "theo"), (0, 4, *range(5, 9))
    for digit, speaker, number in itertools.product(range(10), speakers, numbers):
        write_sound(folder / "fsdd" / f"{digit}_{speaker}_{number}.wav", 0.4)
    (folder / "mnist").mkdir()
    draw = np.random.default_rng(0)
    for part, count in (("train", 900), ("t10k", 60)):
        levels = draw.integers(0, 256, (count, 28, 28), np.uint8)
        for kind, array in (("images-idx3", levels), ("labels-idx1", np.arange(count) % 10)):
            head = bytes([0, 0, 8, array.ndim]) + struct.pack(f">{array.ndim}I", *array.shape)
            data = head + array.astype(np.uint8).tobytes()
            (folder / "mnist" / f"{part}-{kind}-ubyte.gz").write_bytes(gzip.compress(data))


def _drawing(source, encoder):
    heard = tg.Spectrogram(RATE, 64, 32, frames=32, bins=32)
    target = small_models.vqvae(heard, [((8,), (4,))], (6,))
    return small_models.translator(source, encoder, target, 8)


MODELS = {
    "composer": lambda: _drawing(tg.Texts(20), tg.TextEncoder(8, 1, 2, 3)),
    "mood_composer": lambda: _drawing(tg.Labels(MOODS), tg.LabelEncoder(8)),
    "tagger": lambda: small_models.finding()["tagger"],
    "embedder": lambda: small_models.finding()["matcher"],
    "painter": lambda: tg.load("digit_painter"),
    "speaker": lambda: tg.load("digit_speaker"),
    "run": lambda: tg.load("speech_vae"),
}


# Models that a page uses and does not make, and whether it uses data.
MODELS_OF = {
    "README.md": ("composer", "mood_composer", "tagger"),
    "app.md": ("run", "painter", "speaker", "tagger", "composer", "embedder", "data"),
}


def furnish_files(folder):
    """Write the sounds, pictures and tables."""
    for write in (sounds, pictures, songs, digits):
        write(folder)


def furnish(folder, page):
    """Write all of it, with the models and data of a page."""
    furnish_files(folder)
    keras.utils.set_random_seed(1)
    for name in MODELS_OF.get(page, ()):
        if name == "data":
            prepared = presets.get("sinewave_vae").data
            tg.prepare("sinewave", folder / name, count=48, progress=False, **prepared)
        else:
            tg.save(MODELS[name](), folder / name)
