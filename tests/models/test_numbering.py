"""Examples without "id" are numbered through: noise knows neither batches nor replicas."""

import numpy as np
import pytest
import tensorflow as tf
from small_models import noisy, noisy_loss

VALUES = np.arange(11, dtype=np.float32)


@pytest.fixture(params=["one device", "two replicas"])
def strategy(request):
    if request.param == "one device":
        return tf.distribute.get_strategy()
    return request.getfixturevalue("mirrored")


def data(size, **further):
    return tf.data.Dataset.from_tensor_slices({"image": VALUES, **further}).batch(size)


def test_evaluation_does_not_depend_on_batches_or_replicas(strategy):
    """Batches of 3 are 2 + 1 on two replicas, and the last one, of 1 or 2, is uneven, too."""
    model = noisy(strategy)
    found = [
        model.evaluate(data(3), verbose=0),
        model.evaluate({"image": VALUES}, batch_size=5, verbose=0),
        model.evaluate(VALUES, batch_size=11, verbose=0),
    ]
    np.testing.assert_allclose(found, noisy_loss(VALUES), rtol=1e-6)


def test_training_is_that_of_examples_with_numbers(strategy):
    alone = noisy(tf.distribute.get_strategy())
    model = noisy(strategy, gradient_accumulation_steps=2)
    for numbered, batches in ((alone, data(3, id=np.arange(11))), (model, data(3))):
        numbered.fit(batches, validation_data=batches, epochs=2, shuffle=False, verbose=0)
    np.testing.assert_allclose(model.weight, alone.weight, rtol=1e-6)
    np.testing.assert_allclose(model.history.history["loss"], alone.history.history["loss"], 1e-6)
    validations = [one.history.history["val_loss"] for one in (model, alone)]
    np.testing.assert_allclose(*validations, rtol=1e-6)


def test_a_model_of_sounds_is_evaluated_alike_in_all_batches(tiny, batches):
    model = tiny()
    model.compile(jit_compile=False)
    without = [batches(size).map(_but_ids) for size in (4, 11)]
    losses = [model.evaluate(data, verbose=0, return_dict=True) for data in (*without, batches(3))]
    for name, value in losses[0].items():
        np.testing.assert_allclose([one[name] for one in losses], value, rtol=1e-5, err_msg=name)


def test_a_prior_is_fitted_to_the_same_draws_in_all_batches(tiny, batches, monkeypatch):
    model, found = tiny(), []
    monkeypatch.setattr(model.prior, "fit_to", lambda latents, seed: found.append(latents))
    for size in (4, 11):
        model.fit_prior(batches(size).map(_but_ids))
    np.testing.assert_allclose(*found, rtol=1e-4, atol=1e-5)


def test_the_measured_choice_of_the_compiler_needs_no_numbers():
    model = noisy(tf.distribute.get_strategy())
    model.compile("sgd", jit_compile="auto")
    model.fit({"image": VALUES}, verbose=0)
    assert model.uses_xla in (True, False)


def _but_ids(batch):
    return {name: values for name, values in batch.items() if name != "id"}
