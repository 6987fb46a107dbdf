"""What is shown of priors while they are trained, and that it changes nothing."""

import dataclasses
import json
import shutil

import numpy as np
import pytest
import small_presets
from stage_logs import assert_same_weights, epochs, logged, picture

import tfaudiogen
from tfaudiogen import presets
from tfaudiogen.training import train
from tfaudiogen.training.callbacks import checkpointing, summaries
from tfaudiogen.training.callbacks.prior_draws import draws_of
from tfaudiogen.training.callbacks.tensorboard import TensorBoardLogger
from tfaudiogen.training.run import Run
from tfaudiogen.training.stages import code_cache

EPOCHS = 2
PICTURED = {1, 2}  # of three


@pytest.fixture(scope="module")
def begun(tmp_path_factory, staged, data):
    """The preset, and the folder of a run that has an autoencoder and its codes, and no prior."""
    preset = dataclasses.replace(staged, priors={**staged.priors, "ema_momentum": 0.9})
    out, fit = tmp_path_factory.mktemp("runs") / "begun", Run.fit

    def stopped(run, limits, asked=None):
        if run.out.name == "prior_0":
            raise checkpointing.Interrupted(run.out, 0, "again")
        fit(run, limits, asked)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Run, "fit", stopped)
        with pytest.raises(checkpointing.Interrupted):
            train(preset, data, out, progress=False)
    return preset, out


@pytest.fixture(scope="module")
def done(begun, data, tmp_path_factory):
    """The folder of a run of priors of two epochs."""
    preset, start = begun
    out = tmp_path_factory.mktemp("runs") / "done"
    shutil.copytree(start, out)
    train(preset, data, out, epochs=EPOCHS, resume=True, progress=False)
    return out


@pytest.mark.slow
def test_an_upper_prior_shows_its_codes(done):
    shown = logged(done / "prior_0")
    assert epochs(shown, "codes", "image") == [PICTURED] * 4
    assert set(shown["epoch/val_loss", "simple_value"]) == set(range(1, EPOCHS + 1))
    both = [picture(one) for one in shown["codes/0", "image"].values()]
    # Two maps of 4 by 4 codes and a gap, places of 32 by 32.
    assert {one.shape for one in both} == {(128, 288, 3)}
    places = [one[16::32, 16::32] for one in both]
    np.testing.assert_array_equal(np.kron(places[0], np.ones((32, 32, 1))), both[0])
    own, gap, drawn = places[0][:, :4], places[0][:, 4], places[0][:, 5:]
    assert np.all(gap == 255)
    assert np.any(own != drawn)
    for other in places[1:]:
        np.testing.assert_array_equal(other[:, :4], own)
    codes = code_cache.read(done)["validation"]["codes_0"][0].T[::-1]
    colours = {code: {tuple(one) for one in own[codes == code]} for code in np.unique(codes)}
    assert {len(one) for one in colours.values()} == {1}
    assert len(set.union(*colours.values())) == len(colours)


@pytest.mark.slow
def test_the_finest_prior_shows_pictures_and_sounds(done):
    shown, coder = logged(done / "prior_1"), tfaudiogen.load(done / "autoencoder")
    for kind in ("image", "audio"):
        assert epochs(shown, "drawn", kind) == [PICTURED] * 4
        assert epochs(shown, "reconstruction", kind) == [{1}] * 4
    assert {one.length_frames for one in shown["drawn/0/sound", "audio"].values()} == {1024}
    assert picture(shown["drawn/0", "image"][2]).shape == (32, 32, 3)
    codes = code_cache.read(done)["validation"]
    rebuilt = coder.decode([codes["codes_0"][:1], codes["codes_1"][:1]])[0]
    expected = summaries.sound("any", rebuilt, 8000).audio
    found = shown["reconstruction/0/sound", "audio"][1]
    assert found.encoded_audio_string == expected.encoded_audio_string


@pytest.mark.slow
def test_draws_are_those_of_the_averaged_weights(begun, done):
    coder, codes = tfaudiogen.load(done / "autoencoder"), code_cache.read(done)
    for level in (0, 1):
        folder = done / f"prior_{level}"  # holds the model of the best epoch, with such weights
        best, shown = json.loads((folder / "metrics.json").read_text())["epoch"], logged(folder)
        draws = draws_of(coder, codes, level, begun[0].draws())(tfaudiogen.load(folder))
        drawn = [value for value in summaries.of_contents(draws) if value.HasField("image")]
        for value in drawn:
            epoch = 1 if value.tag.startswith("reconstruction") else best
            expected = picture(shown[value.tag, "image"][epoch])
            np.testing.assert_array_equal(picture(value.image), expected)
        assert len(drawn) == (4, 8)[level]


@pytest.mark.slow
def test_what_is_shown_changes_no_weight(begun, done, data, tmp_path, monkeypatch):
    preset, start = begun
    shutil.copytree(start, tmp_path / "run")
    with monkeypatch.context() as patch:
        patch.setattr(TensorBoardLogger, "on_epoch_end", lambda self, epoch, logs=None: None)
        train(preset, data, tmp_path / "run", epochs=EPOCHS, resume=True, progress=False)
    for name in ("prior_0", "prior_1"):
        assert not logged(tmp_path / "run" / name)
        assert_same_weights(tmp_path / "run" / name, done / name)


@pytest.mark.slow
def test_a_resumed_prior_shows_the_same_and_is_the_same(begun, done, data, tmp_path):
    preset, start = begun
    out = tmp_path / "run"
    shutil.copytree(start, out)
    fit = Run.fit

    def stopped(run, limits, asked=None):
        last = run.out.name == "prior_1"
        fit(
            run, {**limits, "steps": 8} if last else limits, asked
        )  # within the second epoch of six
        if last:
            raise checkpointing.Interrupted(run.out, 8, "again")

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Run, "fit", stopped)
        with pytest.raises(checkpointing.Interrupted):
            train(preset, data, out, epochs=EPOCHS, resume=True, progress=False)
    train(preset, data, out, epochs=EPOCHS, resume=True, progress=False)
    assert_same_weights(out / "prior_1", done / "prior_1")
    once, twice = (logged(folder / "prior_1") for folder in (done, out))
    assert epochs(twice, "drawn", "audio") == [PICTURED] * 4
    once, twice = (shown["drawn/0/sound", "audio"] for shown in (once, twice))
    for epoch in PICTURED:
        assert once[epoch].encoded_audio_string == twice[epoch].encoded_audio_string
    train(preset, data, out, epochs=3, resume=True, progress=False)
    further = logged(out / "prior_1")
    assert set(further["epoch/val_loss", "simple_value"]) == {1, 2, 3}
    assert epochs(further, "drawn", "audio") == [PICTURED] * 4


@pytest.mark.slow
def test_priors_over_codes_of_pictures_show_pictures(pairs, tmp_path):
    sides = {"pictures.height": 8, "pictures.width": 8, "model.strides": [[2], [2]]}
    preset = presets.get("mnist_vqvae", **{**small_presets.CODED, **sides})
    train(preset, pairs, tmp_path / "run", epochs=1, progress=False)
    upper, finest = (logged(tmp_path / "run" / f"prior_{level}") for level in (0, 1))
    assert picture(upper["codes/0", "image"][1]).shape == (128, 320, 3)  # maps of 2 by 2
    assert picture(finest["drawn/0", "image"][1]).shape == (8, 8, 3)
    assert {kind for _, kind in {**upper, **finest}} == {"image", "simple_value"}


@pytest.mark.slow
def test_priors_on_two_replicas_show_what_they_draw(begun, data, tmp_path, mirrored):
    preset, start = begun
    out = tmp_path / "run"
    shutil.copytree(start, out)
    options = {"epochs": 1, "strategy": mirrored, "progress": False}
    train(preset, data, out, resume=True, **options)
    assert epochs(logged(out / "prior_0"), "codes", "image") == [{1}] * 4
    assert epochs(logged(out / "prior_1"), "drawn", "audio") == [{1}] * 4
