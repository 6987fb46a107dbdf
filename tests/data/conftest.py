"""Small files of audio, made anew for each test."""

import numpy as np
import pytest
import soundfile


def tone(seconds=0.5, sample_rate=8000, frequency=440.0, channels=1):
    time = np.arange(round(seconds * sample_rate)) / sample_rate
    wave = 0.5 * np.sin(2 * np.pi * frequency * time)
    return wave if channels == 1 else np.stack([wave] * channels, axis=1)


@pytest.fixture
def write_tone():
    def write(path, seconds=0.5, sample_rate=8000, frequency=440.0, channels=1, **options):
        path.parent.mkdir(parents=True, exist_ok=True)
        sound = tone(seconds, sample_rate, frequency, channels)
        soundfile.write(path, sound, sample_rate, **options)
        return path

    return write


@pytest.fixture
def tones(tmp_path, write_tone):
    """A folder of ten tones under two labels."""
    for number in range(10):
        label = "low" if number % 2 else "high"
        write_tone(tmp_path / "tones" / label / f"{number}.wav", frequency=200.0 + 100 * number)
    return tmp_path / "tones"


@pytest.fixture
def quick(tmp_path):
    """`prepare` with small windows, no bar, into a folder of the test."""
    from tfaudiogen.data import prepare

    def run(sources, out="data", **options):
        options = {"sample_rate": 8000, "samples": 2048, "progress": False} | options
        return prepare(sources, tmp_path / out, **options)

    return run


@pytest.fixture
def pictures(tmp_path):
    """Return a function that makes a folder of so many small pictures under two labels."""
    from PIL import Image

    def make(count, size=(8, 6)):
        generator = np.random.default_rng(5)
        for number in range(count):
            path = tmp_path / "pictures" / ("dark", "bright")[number % 2] / f"{number}.png"
            path.parent.mkdir(parents=True, exist_ok=True)
            levels = generator.integers(0, 256, (size[1], size[0], 3), np.uint8)
            Image.fromarray(levels).save(path)
        return tmp_path / "pictures"

    return make
