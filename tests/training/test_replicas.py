"""Training on two devices, stopped and resumed, gives what one device gives."""

import csv

import numpy as np
import pytest

from tfaudiogen.training import train


def loss(folder):
    with open(folder / "history.csv", newline="") as file:
        return [float(row["loss"]) for row in csv.DictReader(file)]


@pytest.mark.slow
def test_two_devices_train_and_resume(tmp_path, preset, data, finished, mirrored):
    options = {"strategy": mirrored, "progress": False}
    train(preset, data, tmp_path / "run", steps=8, **options)
    train(preset, data, tmp_path / "run", epochs=2, resume=True, **options)
    np.testing.assert_allclose(loss(tmp_path / "run"), loss(finished)[:2], rtol=1e-5)
