"""CLAP from a folder: a tiny model of random weights, saved by the test, embeds sounds."""

import importlib.util
import json

import numpy as np
import pytest
import tensorflow  # noqa: F401 Beside which CLAP has to work.

from tfaudiogen.integrations.clap import Clap, libraries

WHY = "needs torch and transformers: pip install 'tfaudiogen[clap]'"
for name in ("torch", "transformers"):
    if not importlib.util.find_spec(name):
        pytest.skip(WHY, allow_module_level=True)
torch, transformers = libraries()

RATE = 8000


def tiny(folder, fused):
    """Save a CLAP model of few weights, which hears windows of two seconds."""
    torch.manual_seed(0)
    audio = {
        "patch_embeds_hidden_size": 8,
        "hidden_size": 16,
        "num_mel_bins": 16,
        "spec_size": 64,
        "window_size": 4,
        "depths": [1, 1],
        "num_attention_heads": [1, 2],
        "projection_dim": 6,
        "enable_fusion": fused,
    }
    text = {
        "vocab_size": 20,
        "hidden_size": 8,
        "num_hidden_layers": 1,
        "num_attention_heads": 2,
        "intermediate_size": 8,
        "projection_dim": 6,
    }
    config = transformers.ClapConfig(text_config=text, audio_config=audio, projection_dim=6)
    transformers.ClapModel(config).save_pretrained(folder, safe_serialization=True)
    truncation = "fusion" if fused else "rand_trunc"
    transformers.ClapFeatureExtractor(
        feature_size=16,
        sampling_rate=RATE,
        hop_length=80,
        max_length_s=2,
        fft_window_size=256,
        frequency_max=4000,
        truncation=truncation,
    ).save_pretrained(folder)
    return folder


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return tiny(tmp_path_factory.mktemp("clap"), fused=False)


def sound(seconds, pitch):
    time = np.arange(round(seconds * RATE)) / RATE
    return (0.5 * np.sin(2 * np.pi * pitch * time)).astype(np.float32)


@pytest.mark.parametrize("fused", [False, True])
def test_a_long_sound_is_the_weighted_mean_of_its_windows(tmp_path, fused):
    clap = Clap(tiny(tmp_path, fused))
    assert (clap.sample_rate, clap.window, clap.size) == (RATE, 2 * RATE, 6)
    parts = [sound(2, 300), sound(2, 2000), sound(0.5, 900)]
    one, two, three = (clap.embed(part).astype(np.float64) for part in parts)
    whole = clap.embed(np.concatenate(parts))
    mean = 4 * one + 4 * two + three
    np.testing.assert_allclose(whole, mean / np.linalg.norm(mean), atol=1e-5)
    np.testing.assert_allclose(np.linalg.norm(whole), 1.0, atol=1e-6)
    assert np.max(np.abs(one - two)) > 1e-4
    np.testing.assert_array_equal(clap.embed(parts[1]), np.float32(two))


def test_the_embedding_is_that_of_transformers(folder):
    model = transformers.ClapModel.from_pretrained(folder).eval()
    features = transformers.ClapFeatureExtractor.from_pretrained(folder)
    inputs = features(sound(1.5, 500), sampling_rate=RATE, return_tensors="pt")
    with torch.inference_mode():
        found = model.get_audio_features(**inputs)
    expected = getattr(found, "pooler_output", found)[0].numpy()
    expected = expected / np.linalg.norm(expected)
    np.testing.assert_allclose(Clap(folder).embed(sound(1.5, 500)), expected, atol=1e-5)


def test_folders_that_hold_no_whole_model_are_refused(folder, tmp_path):
    with pytest.raises(ValueError, match="holds no CLAP model"):
        Clap(tmp_path)
    (tmp_path / "config.json").write_text(json.dumps({"model_type": "bert"}))
    with pytest.raises(ValueError, match="of the type 'bert'"):
        Clap(tmp_path)
    (tmp_path / "config.json").write_bytes((folder / "config.json").read_bytes())
    with pytest.raises(ValueError, match="cannot be read as a CLAP model"):
        Clap(tmp_path)
    name = "preprocessor_config.json"
    (tmp_path / name).write_bytes((folder / name).read_bytes())
    with pytest.raises(ValueError, match=r"cannot be read as a CLAP model.*model\.safetensors"):
        Clap(tmp_path)
    weights = transformers.ClapModel.from_pretrained(folder).state_dict()
    weights.pop("audio_projection.linear1.weight")
    from safetensors.torch import save_file

    kept = {name: value.clone() for name, value in weights.items()}
    save_file(kept, tmp_path / "model.safetensors", metadata={"format": "pt"})
    with pytest.raises(ValueError, match="lacks 1 weights.*audio_projection"):
        Clap(tmp_path)


def test_sounds_that_cannot_be_are_refused(folder):
    clap = Clap(folder)
    for waveform in (np.zeros(0), np.zeros((2, 9)), np.array([0.0, np.nan])):
        with pytest.raises(ValueError, match="waveform must "):
            clap.embed(waveform)


def test_embed_a_folder_for_a_model_of_embeddings(folder, tmp_path):
    import soundfile
    from click.testing import CliRunner

    from tfaudiogen.cli import main

    (tmp_path / "in" / "more").mkdir(parents=True)
    soundfile.write(tmp_path / "in" / "one.wav", sound(0.3, 400), 8000)
    soundfile.write(tmp_path / "in" / "more" / "two.flac", np.stack([sound(5, 400)] * 2, 1), 16000)
    (tmp_path / "in" / "broken.wav").write_text("no sound")
    command = ["embed", tmp_path / "in", "--clap", folder, "--out", tmp_path / "out"]
    result = CliRunner().invoke(main, [str(word) for word in command])
    assert result.exit_code == 0, result.output
    assert "broken.wav" in result.output
    assert "Wrote 2 embeddings of 6 numbers" in result.output
    for name in ("one", "more/two"):
        assert np.load(tmp_path / "out" / f"{name}.npy").shape == (6,)
