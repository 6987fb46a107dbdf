"""Presets of conditional models: from a prepared folder to a model, and what is refused."""

import re

import numpy as np
import pytest
import soundfile

import tfaudiogen
from tfaudiogen import presets
from tfaudiogen.data import prepare
from tfaudiogen.training import train

TINY = {
    "fit.batch_size": 8,
    "fit.steps": 2,
    "fit.warmup_steps": 1,
    "fit.jit_compile": False,
    "spectrogram.frames": 32,
    "spectrogram.hop": 32,
    "spectrogram.frame_length": 64,
    "spectrogram.bins": 32,
    "model.widths": [[8]],
    "model.strides": [[8]],
    "model.codebook_sizes": [6],
    "model.codebook_dim": 3,
    "translator.encoder_width": 8,
    "translator.width": 8,
    "translator.depth": 1,
    "translator.heads": 2,
    "translator.steps": 3,
    "translator.warmup_steps": 1,
    "translator.batch_size": 8,
    "translator.jit_compile": False,
}
TEXT = {"translator.encoder_depth": 1, "translator.encoder_heads": 2, "translator.length": 9}


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """Sounds with captions, labels and embeddings, as a data set."""
    folder = tmp_path_factory.mktemp("conditioning")
    generator, rows = np.random.default_rng(0), ["file,label,caption"]
    (folder / "vectors").mkdir()
    for number in range(24):
        soundfile.write(folder / f"{number}.wav", 0.1 * generator.normal(size=1500), 8000)
        np.save(folder / "vectors" / f"{number}.npy", generator.normal(size=3))
        rows.append(f"{number}.wav,{('slow', 'slow; low', 'fast')[number % 3]},number {number}")
    (folder / "labels.csv").write_text("\n".join(rows))
    conditioning = {"labels_csv": folder / "labels.csv", "embeddings": folder / "vectors"}
    data = presets.get("caption_composer", **TINY, **TEXT).data
    prepare(folder, folder / "data", "audio_folder", progress=False, **conditioning, **data)
    return folder


@pytest.mark.slow
@pytest.mark.parametrize(
    ("name", "changes", "conditions", "shown"),
    [
        ("caption_composer", TEXT, "number 3", r"number \d+"),
        ("label_composer", {}, {"low": 0.7, "fast": 0.3}, "1 slow|0.5 slow, 0.5 low|1 fast"),
        ("embedding_composer", {"translator.size": 3}, np.ones(3), None),
    ],
)
def test_both_stages_are_trained_and_the_whole_is_conditioned(
    folder, tmp_path, logged, name, changes, conditions, shown
):
    preset = presets.get(name, **TINY, **changes)
    train(preset, folder / "data", tmp_path / "run", progress=False)
    model = tfaudiogen.load(tmp_path / "run")
    assert isinstance(model, tfaudiogen.Translator)
    assert model.sample(conditions, count=2).shape == (2, 1024)
    assert (tmp_path / "run" / "card.md").is_file()
    for folder in (tmp_path / "run" / "translator", tmp_path / "run"):
        found = logged(folder)
        assert found["drawn/3/sound"].audio.length_frames == 1024
        if shown:
            text = found["source/3"].tensor.string_val[0].decode()
            assert re.fullmatch(shown, text), text
        else:
            assert "source/3" not in found


def test_data_without_conditions_are_refused_at_once(folder, data, tmp_path):
    for name, changes, conditions, message in (
        ("caption_composer", TEXT, data, "have no captions"),
        ("embedding_composer", {}, data, "have no embeddings"),
        ("caption_composer", {**TEXT, "translator.length": 8}, None, "has 9 bytes, and the model"),
        ("embedding_composer", {}, None, "--set translator.size=3"),
        ("caption_painter", {}, None, "are sounds, and the model is one of pictures"),
    ):
        own = {k: v for k, v in TINY.items() if not (name == "caption_painter" and "spec" in k)}
        preset = presets.get(name, **own, **changes)
        with pytest.raises(ValueError, match=message):
            train(preset, conditions or folder / "data", tmp_path / "run", progress=False)
    assert not (tmp_path / "run").exists()


@pytest.mark.parametrize("name", ["caption_painter", "caption_composer", "embedding_painter"])
def test_a_shippable_model_has_at_most_six_million_parameters(name):
    assert presets.get(name).translation().build(["a", "b"]).count_params() < 6e6


@pytest.mark.parametrize("name", ["picture_tagger", "picture128_tagger", "cifar_tagger"])
def test_a_tagger_has_at_most_six_million_parameters(name):
    assert presets.get(name).build(["a", "b"]).count_params() < 6e6
