"""A preset with priors: all its stages are trained, each goes on, and the whole speaks."""

import dataclasses
import json
import os
import signal
import subprocess
import sys

import numpy as np
import pytest
import small_presets

import tfaudiogen
from tfaudiogen import presets
from tfaudiogen.training import train
from tfaudiogen.training.callbacks import checkpointing
from tfaudiogen.training.inputs.training_data import TrainingData
from tfaudiogen.training.run import Run
from tfaudiogen.training.stages import code_cache

# Trains, writing a checkpoint after each step, and dies at a step of a stage, or as it has computed
# the codes and not yet written them.
DYING_RUN = """
import os, signal, sys
sys.path.insert(0, sys.argv[1])
from conftest import tiny_preset
from small_presets import coded
from tfaudiogen.training import train
from tfaudiogen.training.callbacks import checkpointing
from tfaudiogen.training.stages import code_cache
from tfaudiogen.training.run import Run
stage, step = sys.argv[4], int(sys.argv[5])
def die():
    os.kill(os.getpid(), signal.SIGKILL)
checkpointing._CHECKPOINT_SECONDS = 0.0
count, fit = checkpointing.Limits.on_train_batch_end, Run.fit
save = code_cache.audio_files.atomic_file
def counted(self, batch, logs=None):
    count(self, batch, logs)
    if (now[0], self.state.step) == (stage, step):
        die()
def fitted(run, limits, asked=None):
    now[0] = run.out.name
    fit(run, limits, asked)
def saved(path, lasting=False):
    if stage == "codes" and path.name == code_cache.NAME:
        die()
    return save(path, lasting)
now = [None]
checkpointing.Limits.on_train_batch_end, Run.fit = counted, fitted
code_cache.audio_files.atomic_file = saved
staged = coded(tiny_preset().spectrogram)
train(staged, sys.argv[2], sys.argv[3], resume=os.path.isdir(sys.argv[3]), progress=False)
"""


@pytest.fixture(scope="module")
def folder(tmp_path_factory, staged, data):
    """The folder of a run that was stopped in its second prior and resumed."""
    out = tmp_path_factory.mktemp("runs") / "staged"
    fit, begun = Run.fit, []

    def stopped(run, limits, asked=None):
        begun.append(run.out.name)
        fit(run, {**limits, "steps": 2} if run.out.name == "prior_1" else limits, asked)
        if run.out.name == "prior_1":
            raise checkpointing.Interrupted(run.out, 2, "again")

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Run, "fit", stopped)
        with pytest.raises(checkpointing.Interrupted):
            train(staged, data, out, progress=False)
    assert begun == ["autoencoder", "prior_0", "prior_1"]
    assert not (out / "model.keras").exists()
    return out


def figures(folder):
    return json.loads((folder / "metrics.json").read_text())


@pytest.mark.slow
def test_stages_are_resumed_and_the_whole_speaks(folder, staged, data, logged):
    before = (folder / code_cache.NAME).read_bytes()
    coder = (folder / "autoencoder" / "checkpoint.npz").read_bytes()
    train(staged, data, folder, resume=True, progress=False)
    assert (folder / code_cache.NAME).read_bytes() == before
    assert (folder / "autoencoder" / "checkpoint.npz").read_bytes() == coder
    found = figures(folder)
    assert [found[f"{n}_steps"] for n in ("autoencoder", "prior_0", "prior_1")] == [4, 5, 3]
    rates = [figures(folder / f"prior_{n}")["val_bits_per_code"] for n in (0, 1)]
    np.testing.assert_allclose([found[f"val_bits_per_code_{n}"] for n in (0, 1)], rates, rtol=1e-4)

    model = tfaudiogen.load(folder)
    assert isinstance(model, tfaudiogen.CodeModel)
    label = model.class_names[0]
    assert model.sample(2, label=label).shape == (2, model.representation.samples)
    assert label in (folder / "card.md").read_text()
    shown = logged(folder)
    assert {"epoch/val_bits_per_code_0", "reconstruction/0", "sample/3"} <= set(shown)
    assert {"original/3/sound", "reconstruction/3/sound"} <= set(shown)
    assert shown["sample/3/sound"].audio.length_frames == model.representation.samples


@pytest.mark.slow
def test_the_cache_holds_the_codes_of_the_kept_autoencoder(folder, data):
    coder = tfaudiogen.load(folder / "autoencoder")
    cached = code_cache.read(folder)["validation"]
    batches = tfaudiogen.load_dataset(data, coder.representation, "validation", batch_size=3)
    for batch in batches:
        for level, codes in enumerate(coder.encode_codes(batch["image"])):
            np.testing.assert_array_equal(cached[f"codes_{level}"][batch["id"]], codes)
        np.testing.assert_array_equal(cached["label"][batch["id"]], batch["label"])


def test_copies_are_changed_anew_and_keep_their_labels(staged, data, tmp_path):
    coder = staged.build()
    training_data = TrainingData(data, coder.representation, 8, 0, cache=False)
    code_cache.write(tmp_path, coder, training_data, 3, {"gain_db": 12.0})
    codes = code_cache.read(tmp_path)
    found = codes["train"]
    labels = np.split(found["label"], 3)
    plain, first, second = (np.split(found["codes_1"], 3)[n] for n in range(3))
    np.testing.assert_array_equal(labels, [labels[0]] * 3)
    for one, other in [(plain, first), (plain, second), (first, second)]:
        assert (one != other).any()
    two = code_cache.first_passes(codes, 2, of=3)
    np.testing.assert_array_equal(two["train"]["codes_1"], np.concatenate([plain, first]))
    assert two["validation"] is codes["validation"]
    code_cache.write(tmp_path, coder, training_data)
    np.testing.assert_array_equal(code_cache.read(tmp_path)["train"]["codes_1"], plain)


@pytest.mark.parametrize(
    ("passes", "gain", "kind", "message"),
    [
        ([2, 0], 3.0, "sounds", "at least 1, received 0"),
        ([1, 2], 0.0, "sounds", "augmentation_passes=2 and priors.gain_db=0.0"),
        ([1, 1], 3.0, "sounds", "augmentation_passes=1 and priors.gain_db=3.0"),
        ([2, 1], 3.0, "pictures", "must be 1 for pictures"),
        ([2, 1], -1.0, "sounds", "must not be negative"),
    ],
)
def test_passes_without_a_sense_are_refused(passes, gain, kind, message):
    with pytest.raises(ValueError, match=message):
        code_cache.check_augmentation(passes, {"gain_db": gain}, kind)


@pytest.mark.slow
def test_other_settings_of_priors_are_refused(folder, staged, data):
    other = dataclasses.replace(staged, priors={**staged.priors, "dropout": 0.5})
    with pytest.raises(ValueError, match=r"priors\.dropout of the run"):
        train(other, data, folder, resume=True, progress=False)
    with pytest.raises(ValueError, match="holds a training run already"):
        train(staged, data, folder, progress=False)


@pytest.mark.slow
def test_invalid_settings_of_priors_are_refused_at_once(staged, data, tmp_path):
    for name, value in {
        "backbone": "none",
        "warmup_steps": 9,
        "heads": 3,
        "augmentation_passes": 2,
    }.items():
        other = dataclasses.replace(staged, priors={**staged.priors, name: value})
        with pytest.raises(ValueError, match=name):
            train(other, data, tmp_path / "run", progress=False)
    assert not (tmp_path / "run").exists()


@pytest.mark.slow
def test_replicas_train_the_stages_as_well(preset, data, tmp_path, mirrored):
    shape = {f"spectrogram.{key}": value for key, value in preset.spectrogram.items()}
    one_level = {"model.widths": [[8]], "model.strides": [[8]], "model.codebook_sizes": [6]}
    staged = presets.get("speech_vqvae", **shape, **{**small_presets.CODED, **one_level})
    train(staged, data, tmp_path / "run", steps=1, strategy=mirrored, progress=False)
    assert isinstance(tfaudiogen.load(tmp_path / "run"), tfaudiogen.CodeModel)


@pytest.mark.slow
def test_a_training_that_is_killed_in_each_stage_ends_as_one_that_was_not(staged, data, tmp_path):
    out, undisturbed = tmp_path / "killed", tmp_path / "undisturbed"
    command = [sys.executable, "-c", DYING_RUN, os.path.dirname(__file__), str(data), str(out)]
    for stage, step in [("autoencoder", 3), ("codes", 0), ("prior_0", 2), ("prior_1", 2)]:
        done = subprocess.run([*command, stage, str(step)], stdout=subprocess.DEVNULL)
        assert done.returncode == -signal.SIGKILL
    model = train(staged, data, out, resume=True, progress=False)
    expected = train(staged, data, undisturbed, progress=False)
    for weight, reference in zip(model.weights, expected.weights, strict=True):
        np.testing.assert_array_equal(weight, reference)
