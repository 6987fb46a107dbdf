"""Commands on a model with priors over codes, and their refusal by models without."""

import json

import keras
import pytest
import soundfile

import tfaudiogen as tg
from tfaudiogen import saving
from tfaudiogen.models.autoencoders.code_levels import default_decoders, default_encoders


@pytest.fixture(scope="session")
def code_folder(tmp_path_factory):
    """Return the folder of an untrained model of one level and two labels."""
    keras.utils.set_random_seed(1)
    spectrogram = tg.Spectrogram(8000, 128, 32, frames=32, bins=64)
    stages = [((8,), (8,))]
    autoencoder = tg.VQVAE(
        spectrogram,
        encoders=default_encoders(stages),
        decoders=default_decoders(stages, 2),
        quantizers=[tg.VectorQuantizer(9, 4)],
        class_names=["low", "high"],
    )
    prior = tg.CodePrior((4, 8), 9, tg.Transformer(16, 1, 2, 32), classes=2)
    folder = tmp_path_factory.mktemp("models") / "codes"
    saving.save(tg.CodeModel(autoencoder, [prior]), folder)
    return folder


def test_sample_of_a_label(run, code_folder, tmp_path):
    result = run(
        *("sample", code_folder, "--label", "high", "--count", 1, "--top-k", 5, "--top-p", 0.9),
        *("--guidance", 2, "--out", tmp_path),
    )
    assert result.exit_code == 0, result.output
    assert soundfile.info(tmp_path / "sample_000.wav").frames == 1024
    record = json.loads((tmp_path / "sample.json").read_text())
    assert (record["label"], record["top_k"], record["guidance"]) == ("high", 5, 2.0)
    assert "low, high" in run("info", code_folder).output


@pytest.mark.slow
def test_extend_and_inpaint_write_what_was_asked_for(run, code_folder, sounds, tmp_path):
    sound, out = sounds / "low" / "0.wav", tmp_path / "out.wav"
    result = run("extend", code_folder, sound, "--seconds", 1.2, "--out", out)
    assert result.exit_code == 0, result.output
    assert soundfile.info(out).frames == 9600
    result = run(
        *("inpaint", code_folder, sound, "--start", 0.3, "--end", 0.4, "--candidates", 2),
        *("--label", "low", "--out", out),
    )
    assert result.exit_code == 0, result.output
    assert soundfile.info(out).frames == 8000
    assert out.with_suffix(".png").is_file()


def test_models_without_priors_over_codes_refuse(refused, model_folder, sounds, tmp_path):
    sound = sounds / "low" / "0.wav"
    out = ("--out", tmp_path / "out.wav")
    assert "is a VAE" in refused("extend", model_folder, sound, "--seconds", 2, *out)
    assert "'--label'" in refused("sample", model_folder, "--label", "low", "--out", tmp_path)


def test_what_cannot_be_is_refused(refused, code_folder, sounds, tmp_path):
    sound, out = sounds / "low" / "0.wav", ("--out", tmp_path / "out.wav")
    assert "low, high" in refused("sample", code_folder, "--label", "middle", "--out", tmp_path)
    assert "more than the 1.00 s" in refused("extend", code_folder, sound, "--seconds", 0.5, *out)
    assert "'--out'" in refused("extend", code_folder, sound, "--seconds", 2, "--out", sound)


def test_a_part_of_a_model_is_refused(refused, code_folder, tmp_path):
    saving.save(saving.load(code_folder).priors[0], tmp_path / "prior_0")
    line = refused("sample", tmp_path / "prior_0", "--out", tmp_path)
    assert "holds a CodePrior, a part of a model: give the folder of the whole" in line
