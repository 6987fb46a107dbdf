"""Files of run folders that are damaged, or made to do harm: each is named, none is believed."""

import json

import numpy as np
import pytest

from tfaudiogen.data.pipeline.cache import Cached
from tfaudiogen.training import settings
from tfaudiogen.training.stages import code_cache
from tfaudiogen.training.state import State

ROW = {"epoch": 1, "step": 6, "val_loss": 1.5, "seconds": 2.0}
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
