"""What is shown of translators while they are trained, and that it changes nothing."""

import dataclasses
import json

import numpy as np
import pytest
import small_presets
from stage_logs import assert_same_weights, epochs, logged, picture

from tfaudiogen import presets
from tfaudiogen.training import train
from tfaudiogen.training.callbacks.tensorboard import TensorBoardLogger

EPOCHS = 2
PICTURED = {1, 2}


@pytest.fixture(scope="module")
def translators(preset, painter, flow):
    """One of each family and direction; all learn their own encoder of the source."""
    spectrogram, own = preset.spectrogram, {"height": 8, "width": 8, "channels": 1}
    paired = {k: v for k, v in small_presets.PAIRED.items() if not k.startswith("pictures")}
    changes = {f"spectrogram.{key}": value for key, value in spectrogram.items()}
    changes |= {"model.strides": [[8]], "translator.pictures": own}
    changes |= {"translator.base": None, "translator.conditioned_levels": None}
    changes["translator.label_words_in_source"] = 0
    speaker = presets.get("digit_speaker", **{**paired, **changes})
    learned = small_presets.learned_prior(spectrogram, **{"translator.joint": True})
    found = {"painter": painter, "speaker": speaker, "flow": flow, "learned": learned}
    for name, one in found.items():
        translator = {**one.translator, "encoder": "sequence", "ema_momentum": 0.9}
        found[name] = dataclasses.replace(one, translator=translator)
    return found


def of_pictures_and_sounds(shown):
    return {key: values for key, values in shown.items() if key[1] in ("image", "audio")}


@pytest.mark.slow
@pytest.mark.parametrize("family", ["painter", "speaker", "flow", "learned"])
def test_a_translator_shows_sources_and_samples(translators, pairs, tmp_path, family):
    out = tmp_path / "run"
    train(translators[family], pairs, out, epochs=EPOCHS, progress=False)
    shown, whole = (of_pictures_and_sounds(logged(one)) for one in (out / "translator", out))
    sounds, pictures = ("drawn", "source") if family == "speaker" else ("source", "drawn")
    steps = {"source": {1}, "drawn": PICTURED}
    assert epochs(shown, pictures, "image") == [steps[pictures]] * 4
    assert epochs(shown, pictures, "audio") == [set()] * 4
    for kind in ("image", "audio"):
        assert epochs(shown, sounds, kind) == [steps[sounds]] * 4
    assert picture(shown[f"{pictures}/0", "image"][1]).shape == (8, 8, 3)
    assert shown[f"{sounds}/0/sound", "audio"][1].length_frames == 1024
    # The whole is the model of the best epoch, with the weights that were shown then.
    best = json.loads((out / "translator" / "metrics.json").read_text())["epoch"]
    assert list(whole) == list(shown)
    for (tag, kind), values in whole.items():
        if kind == "image":
            own = shown[tag, kind][best if tag.startswith("drawn") else 1]
            np.testing.assert_array_equal(picture(values[1]), picture(own))


@pytest.mark.slow
def test_what_a_translator_shows_changes_no_weight(translators, pairs, tmp_path, monkeypatch):
    for name in ("with", "without"):
        train(translators["flow"], pairs, tmp_path / name, epochs=EPOCHS, progress=False)
        monkeypatch.setattr(TensorBoardLogger, "on_epoch_end", lambda self, epoch, logs=None: None)
    assert_same_weights(*(tmp_path / name / "translator" for name in ("with", "without")))


@pytest.mark.slow
@pytest.mark.parametrize("family", ["painter", "flow"])
def test_two_replicas_show_what_they_draw(translators, pairs, tmp_path, mirrored, family):
    options = {"epochs": 1, "strategy": mirrored, "progress": False}
    train(translators[family], pairs, tmp_path / "run", **options)
    shown = logged(tmp_path / "run" / "translator")
    assert epochs(shown, "drawn", "image") == [{1}] * 4
