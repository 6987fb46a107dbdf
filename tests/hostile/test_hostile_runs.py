"""Files of run folders that are damaged, or made to do harm: each is named, none is believed."""

import json
import random

import click
import hostile_values
import keras
import numpy as np
import pytest

from tfaudiogen.cli.common.index import Index
from tfaudiogen.data.pipeline.cache import Cached
from tfaudiogen.models.training_step.lora import LowRank
from tfaudiogen.training import settings
from tfaudiogen.training.stages import code_cache
from tfaudiogen.training.state import State

ROW = {"epoch": 1, "step": 6, "val_loss": 1.5, "seconds": 2.0}
MODEL = __file__  # any file, by whose content an index knows its model
STATE = {"step": 6, "history": [ROW], "best": ROW, "seconds": 2.0}


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"step": -1}, "step, an integer from 0"),
        ({"step": 1.5}, "step, an integer"),
        ({"seconds": float("nan")}, "seconds must not be nan"),
        ({"history": {}}, "history must not be"),
        ({"history": [{"epoch": 1}]}, "a row of the history lacks step, val_loss"),
        ({"best": {**ROW, "val_loss": "low"}}, "val_loss must not be 'low'"),
        ({"another": 1}, "the state has another"),
    ],
)
def test_a_state_that_no_run_has(changes, reason):
    assert State.of(STATE).step == 6
    with pytest.raises(ValueError, match=reason):
        State.of({**STATE, **changes})


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("{}", "it lacks data, examples"),
        ("[" * 100_000, "deep|Expecting"),
        ('{"preset": NaN}', "finite"),
        (
            json.dumps(
                dict.fromkeys(("preset", "data", "examples", "seed", "jit_compile", "initial"))
            ),
            "preset must not be None",
        ),
    ],
)
def test_settings_that_no_run_has(tmp_path, text, reason):
    (tmp_path / settings.NAME).write_text(text)
    with pytest.raises(ValueError, match=reason) as caught:
        settings.read(tmp_path)
    assert str(tmp_path / settings.NAME) in str(caught.value)
    assert "\n" not in str(caught.value)


def test_codes_of_another_number_than_labels_are_refused(tmp_path):
    arrays = {f"{split}_label": np.zeros(3, np.int32) for split in ("train", "validation")}
    np.savez_compressed(tmp_path / code_cache.NAME, **arrays, train_codes_0=np.zeros(2, np.int32))
    with pytest.raises(ValueError, match="train_codes_0, 3 rows of int32"):
        code_cache.read(tmp_path)
    np.savez_compressed(tmp_path / code_cache.NAME, **arrays, train_codes_0=np.zeros(3, np.int32))
    assert set(code_cache.read(tmp_path)["train"]) == {"label", "codes_0"}


def test_a_cache_of_another_size_is_refused(tmp_path):
    np.save(tmp_path / "labels_and_frames.npy", np.zeros((2, 3), np.int32))
    (tmp_path / "images.uint8").write_bytes(bytes(3 * 4 * 5))
    assert Cached(tmp_path, (4, 5), 3).take([2])[0].shape == (1, 4, 5)
    for shape, count in (((4, 6), 3), ((4, 5), 4)):
        with pytest.raises(ValueError, match="is damaged .*delete it"):
            Cached(tmp_path, shape, count)
    np.save(tmp_path / "labels_and_frames.npy", np.zeros((2, 4), np.int32))
    with pytest.raises(ValueError, match="is damaged .*delete it"):
        Cached(tmp_path, (4, 5), 3)


class Adapted(LowRank):
    """A matrix that an adapter changes."""

    def __init__(self):
        self.layer = keras.layers.Dense(6)
        self.layer.build((None, 4))
        self.weights = self.layer.weights

    @property
    def trainable_weights(self):
        return self.layer.trainable_weights

    def adapted_layers(self):
        return {"dense": self.layer}


class Evil:
    """What NumPy would unpickle."""

    def __reduce__(self):
        return print, ("evil",)


@pytest.fixture
def adapter(tmp_path):
    """Return a model with an adapter, and the file of it."""
    model = Adapted()
    model.enable_lora(2)
    model.save_adapter(tmp_path / "sound.npz")
    return model, tmp_path / "sound.npz"


@pytest.fixture
def index(tmp_path):
    """Return the file of an index of two sounds."""
    columns = {"paths": np.array(["a.wav", "b.wav"]), "sizes": [10, 20], "times": [1, 2]}
    np.savez(tmp_path / "index.npz", model="", **columns, vectors=np.ones((2, 3), np.float32))
    return tmp_path / "index.npz"


def changed_copies(source, kind, count=60):
    """Yield changed copies of a file, one after the other."""
    content = source.read_bytes()
    for seed in range(count):
        path = source.with_name(f"seed{seed}.npz")
        path.write_bytes(hostile_values.damaged(content, random.Random(f"{kind} {seed}")))
        yield path


def refusal(opener, path):
    """Return (path, what is said) if a file is refused as bad use, else None."""
    try:
        opener(path)
    except (ValueError, click.BadParameter) as error:
        return path, str(error)
    return None


def with_objects(source):
    """Return a copy of an .npz file of which each array is a pickled object."""
    path = source.with_name("objects.npz")
    with np.load(source) as found:
        np.savez(path, **{name: np.array([Evil()], object) for name in found.files})
    return path


def test_adapters_that_are_damaged_are_named_in_a_line(adapter, capsys):
    model, sound = adapter
    model.load_adapter(sound)
    paths = [*changed_copies(sound, "adapter"), with_objects(sound)]
    refused = dict(filter(None, (refusal(model.load_adapter, path) for path in paths)))
    assert len(refused) > 40
    assert all(str(path) in said and "\n" not in said for path, said in refused.items())
    assert "evil" not in capsys.readouterr().out


def test_an_adapter_of_other_sizes_is_refused(adapter, tmp_path):
    model, sound = adapter
    with np.load(sound) as found:
        arrays = dict(found)
    for name, value in (("a_0", np.zeros((4, 3))), ("rank", np.array(2**31)), ("base", [1, 2])):
        np.savez(tmp_path / "other.npz", **{**arrays, name: value})
        with pytest.raises(ValueError, match=r"other\.npz is"):
            model.load_adapter(tmp_path / "other.npz")


def test_indices_that_are_damaged_are_named_in_a_line(index, capsys):
    Index(index, MODEL)
    paths = [*changed_copies(index, "index"), with_objects(index)]
    refused = dict(filter(None, (refusal(lambda p: Index(p, MODEL), path) for path in paths)))
    assert len(refused) > 40
    assert all(f"{path} is no index, or a damaged one" in said for path, said in refused.items())
    assert "evil" not in capsys.readouterr().out


@pytest.mark.parametrize(
    "change",
    [
        {"sizes": np.array([1])},
        {"times": np.array([1.5, 2.0])},
        {"paths": np.array([1, 2])},
        {"vectors": np.full((2, 3), np.nan)},
        {"vectors": np.ones((3, 3))},
        {"another": np.ones(2)},
    ],
)
def test_an_index_of_other_columns_is_refused(index, change):
    with np.load(index) as found:
        np.savez(index.with_name("other.npz"), **{**dict(found), **change})
    with pytest.raises(click.BadParameter, match="is no index, or a damaged one"):
        Index(index.with_name("other.npz"), MODEL)
