"""A loss that is not a number stops the training and names its cause."""

import dataclasses

import keras
import numpy as np
import pytest
import tensorflow as tf

from tfaudiogen.training import NonFiniteLoss, StopOnFault, checkpoint, train
from tfaudiogen.training.callbacks.faults import check_weights


@pytest.fixture(scope="module")
def model(preset):
    model = preset.build()
    model.compile(keras.optimizers.SGD(1e-9), jit_compile=False)
    return model


def batches(poisoned):
    images = np.random.default_rng(0).random((12, 32, 32, 1), np.float32)
    images[poisoned] = np.nan
    examples = {"image": images, "id": np.arange(12)}
    return images, tf.data.Dataset.from_tensor_slices(examples).batch(4)


def test_a_poisoned_example_is_named(model):
    images, dataset = batches(poisoned=6)
    origins = {"train": [(f"song_{i}.wav", 0.5 * i) for i in range(12)]}
    stop = StopOnFault(origins, lambda split, example: images[example], advice="Go home.")
    with pytest.raises(NonFiniteLoss) as raised:
        model.fit(dataset, callbacks=[stop], verbose=0)
    assert (raised.value.step, raised.value.example) == (1, 6)
    assert {"loss", "rate", "distortion"} <= set(raised.value.terms)
    message = str(raised.value)
    assert "file 'song_6.wav' from 3.00 s" in message
    assert "NaN or infinite numbers in the data" in message
    assert message.endswith("Go home.")
    assert all(np.isfinite(weight).all() for weight in model.trainable_weights)


def test_a_poisoned_validation_example_is_named(model):
    _, dataset = batches(poisoned=9)
    with pytest.raises(NonFiniteLoss, match=r"\(validation\), because of example 9;"):
        model.evaluate(dataset, callbacks=[StopOnFault()], verbose=0)


def test_sound_examples_pass(model):
    _, dataset = batches(poisoned=[])
    history = model.fit(dataset, callbacks=[StopOnFault()], verbose=0)
    assert np.isfinite(history.history["loss"]).all()


def test_weights_that_are_not_finite_are_never_kept(preset):
    model = preset.build()
    check_weights(model, 3)
    model.trainable_weights[2].assign(np.nan * model.trainable_weights[2])
    with pytest.raises(NonFiniteLoss, match="not finite after step 3.*learning rate") as raised:
        check_weights(model, 3)
    assert model.trainable_weights[2].path in str(raised.value)


@pytest.mark.slow
def test_too_high_a_learning_rate_leaves_the_last_checkpoint(tmp_path, preset, data):
    out = tmp_path / "run"
    train(preset, data, out, steps=2, progress=False)
    kept = (out / checkpoint.NAME).read_bytes()
    # Whoever edits a run's settings gets what was asked for, and keeps what there was.
    text = (out / "preset.json").read_text()
    (out / "preset.json").write_text(
        text.replace('"learning_rate": 0.002', '"learning_rate": 1e30')
    )
    wild = dataclasses.replace(preset, fit={**preset.fit, "learning_rate": 1e30})
    with pytest.raises(NonFiniteLoss, match="learning rate is too high") as raised:
        train(wild, data, out, resume=True, progress=False)
    assert raised.value.step <= 4
    assert (out / checkpoint.NAME).read_bytes() == kept
