"""The seam between mathematics and machinery: sums, replicas, clipping, faults."""

import keras
import numpy as np
import pytest
import tensorflow as tf
from small_steps import Line, Players

from tfaudiogen.models.training_step import loss_scale


def trained(model, values, batch, **options):
    model.compile(keras.optimizers.SGD(0.1), **options)
    return model.fit(tf.data.Dataset.from_tensor_slices({"image": values}).batch(batch), verbose=0)


@pytest.mark.parametrize("compiled", [True, False])
def test_a_step_follows_the_mean_gradient(compiled):
    model = Line()
    history = trained(model, [1.0, 2.0, 6.0], 3, jit_compile=compiled).history
    np.testing.assert_allclose(model.weight, 0.1 * 2.0 * 3.0, rtol=1e-6)
    np.testing.assert_allclose(history["loss"], [(1 + 4 + 36) / 3], rtol=1e-6)
    assert int(model.step) == 1


def test_logs_count_each_example_of_an_uneven_epoch_once():
    model = Line()
    model.compile(keras.optimizers.SGD(0.0))
    data = tf.data.Dataset.from_tensor_slices({"image": [1.0, 1.0, 4.0]}).batch(2)
    logs = model.evaluate(data, return_dict=True, verbose=0)
    np.testing.assert_allclose(logs["loss"], (1 + 1 + 16) / 3, rtol=1e-6)


def test_clipping_bounds_the_global_norm():
    model = Line()
    trained(model, [100.0], 1, clip_norm=3.0)
    np.testing.assert_allclose(model.weight, 0.1 * 3.0, rtol=1e-6)


def test_a_fault_is_named_and_leaves_the_weights_alone():
    model = Line()
    model.weight.assign(0.5)
    trained(model, [1.0, np.nan, 2.0], 3)
    assert int(model.fault) == 1
    assert float(model.weight) == 0.5


@pytest.mark.parametrize(
    "parts", [2, *(pytest.param(parts, marks=pytest.mark.slow) for parts in (3, 5))]
)
def test_a_batch_in_parts_gives_the_same_steps(tiny, batches, parts):
    """Batches of 5, 5 and 1: some parts are empty."""
    whole, divided = tiny(), tiny()
    for model, count in ((whole, 1), (divided, parts)):
        model.compile(
            keras.optimizers.SGD(1e-6), gradient_accumulation_steps=count, jit_compile=False
        )
    expected = whole.fit(batches(5), epochs=2, verbose=0, shuffle=False).history
    found = divided.fit(batches(5), epochs=2, verbose=0, shuffle=False).history
    for name, values in expected.items():
        np.testing.assert_allclose(found[name], values, rtol=1e-5, err_msg=name)
    for one, two in zip(whole.weights, divided.weights, strict=True):
        assert difference(one, two) < 1e-5, one.path


@pytest.mark.slow
def test_parts_are_compiled_too(tiny, batches):
    model = tiny()
    model.compile(keras.optimizers.SGD(1e-6), gradient_accumulation_steps=2)
    assert np.isfinite(model.fit(batches(4), verbose=0).history["loss"]).all()


def test_the_average_follows_its_formula():
    model = Line()
    model.compile(keras.optimizers.SGD(0.1), ema_momentum=0.5)
    data = tf.data.Dataset.from_tensor_slices({"image": [10.0, 10.0, 10.0]}).batch(1)
    model.fit(data, verbose=0)
    weight = average = 0.0
    for step in range(3):
        weight += 0.1 * 2.0 * (10.0 - weight)
        average += (1.0 - min(0.5, (1 + step) / (10 + step))) * (weight - average)
    np.testing.assert_allclose(model.weight, average, rtol=1e-6)
    with model.trained():
        np.testing.assert_allclose(model.weight, weight, rtol=1e-6)
    np.testing.assert_allclose(model.weight, average, rtol=1e-6)


def test_validation_is_of_the_average():
    model = Line()
    model.compile(keras.optimizers.SGD(0.1), ema_momentum=0.99)
    data = tf.data.Dataset.from_tensor_slices({"image": [10.0, 10.0]}).batch(1)
    history = model.fit(data, validation_data=data.take(1), verbose=0).history
    with model.averaged():
        expected = (10.0 - float(model.weight)) ** 2
    np.testing.assert_allclose(history["val_loss"], expected, rtol=1e-6)


def test_the_average_comes_back_after_an_error():
    model = Line()
    trained(model, [1.0, 5.0], 1, ema_momentum=0.9)
    average = float(model.weight)
    with model.trained():
        assert float(model.weight) != average
    with pytest.raises(KeyboardInterrupt), model.trained():
        raise KeyboardInterrupt
    assert float(model.weight) == average


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"ema_momentum": 1.5}, "ema_momentum must be between 0 and 1, or None; received 1.5"),
        (
            {"gradient_accumulation_steps": 0},
            "gradient_accumulation_steps must be at least 1; received 0",
        ),
    ],
)
def test_bad_options_are_named(options, message):
    with pytest.raises(ValueError, match=message):
        Line().compile(**options)


def test_loss_scale_halves_after_an_overflow_and_grows_again(monkeypatch):
    monkeypatch.setattr(loss_scale, "_PATIENCE", 3)
    scale = loss_scale.LossScale()
    seen = []
    for finite in (False, True, True, True, True, False):
        scale.update(tf.constant(finite))
        seen.append(float(scale.scale))
    assert seen == [0.5, 0.5, 0.5, 1.0, 1.0, 0.5]


def test_float16_skips_a_step_whose_gradients_overflow():
    """The loss is finite; its gradient, times too large a scale, is not."""
    before = keras.config.dtype_policy()
    keras.config.set_dtype_policy("mixed_float16")
    try:
        model = Line()
    finally:
        keras.config.set_dtype_policy(before)
    model.compile(keras.optimizers.SGD(1.0), jit_compile=False)
    model.loss_scale.scale.assign(np.inf)
    data = tf.data.Dataset.from_tensor_slices({"image": [300.0]}).batch(1)
    model.fit(data, verbose=0)
    assert float(model.weight) == 0.0
    assert int(model.fault) == -1


def test_several_steps_in_one_call_are_refused():
    with pytest.raises(ValueError, match="steps_per_execution must be 1"):
        Line().compile(steps_per_execution=2)


@pytest.mark.slow
@pytest.mark.parametrize(("compiled", "size"), [(True, 4), (False, 4), (False, 5)])
def test_two_replicas_equal_one_device(tiny, batches, mirrored, compiled, size):
    """Twelve steps; eleven examples in batches of 4, 4 and 3, or 5, 5 and 1: one gets nothing."""
    options = {
        "jit_compile": compiled,
        "clip_norm": 1e3,
        "gradient_accumulation_steps": 2,
        "ema_momentum": 0.9,
    }
    alone = tiny()
    alone.compile(keras.optimizers.SGD(1e-6), **options)
    expected = alone.fit(batches(size), epochs=4, verbose=0, shuffle=False).history
    with mirrored.scope():
        model = tiny()
        model.compile(keras.optimizers.SGD(1e-6), **options)
    found = model.fit(batches(size), epochs=4, verbose=0, shuffle=False).history
    for name, values in expected.items():
        np.testing.assert_allclose(found[name], values, rtol=1e-5, err_msg=name)
    pairs = zip(
        [*alone.weights, *alone.training_variables],
        [*model.weights, *model.training_variables],
        strict=True,
    )
    for one, two in pairs:
        assert difference(one, two) < 1e-5, one.path
        copies = [tf.identity(copy) for copy in getattr(two.value, "values", [two.value])]
        assert all(np.array_equal(copies[0], copy) for copy in copies[1:]), one.path


def difference(one, two):
    one, two = np.float64(one), np.float64(two)
    return np.linalg.norm(one - two) / max(np.linalg.norm(one), 1e-12)


@pytest.mark.slow
def test_batch_statistics_are_equal_on_all_replicas(mirrored):
    from tfaudiogen import presets

    images = np.random.default_rng(0).random((6, 64, 64, 1), np.float32)
    changes = {
        "spectrogram.frame_length": 128,
        "spectrogram.hop": 32,
        "spectrogram.frames": 64,
        "spectrogram.bins": 64,
        "model.latent_size": 4,
    }
    with mirrored.scope():
        keras.utils.set_random_seed(0)
        model = presets.get("literature_vae", **changes).build()
        model.compile(keras.optimizers.Adam(1e-4), jit_compile=False)
    before = [np.array(w) for w in model.non_trainable_weights if w.path.endswith("mean")]
    model.fit(tf.data.Dataset.from_tensor_slices({"image": images}).batch(6), verbose=0)
    after = [w for w in model.non_trainable_weights if w.path.endswith("mean")]
    assert len(after) == 5
    for old, new in zip(before, after, strict=True):
        assert not np.array_equal(old, new)
        copies = [tf.identity(copy).numpy() for copy in new.value.values]
        np.testing.assert_array_equal(copies[0], copies[1])


@pytest.mark.parametrize("compiled", [True, False])
def test_each_objective_moves_its_own_weights(compiled):
    """Both from the weights before the step, each clipped alone; each has its own moments."""
    model = Players()
    model.compile(keras.optimizers.SGD(0.1, momentum=0.5), jit_compile=compiled, clip_norm=6.0)
    data = tf.data.Dataset.from_tensor_slices({"image": [1.0, 3.0]}).batch(2).repeat(2)
    model.fit(data.map(lambda batch: {**batch, "id": tf.range(2, dtype=tf.int64)}), verbose=0)
    runner, hunter, velocities = 0.0, 1.0, [0.0, 0.0]
    for _ in range(2):
        slopes = np.clip([2.0 * (runner - 2.0), 8.0 * (hunter - runner)], -6.0, 6.0)
        velocities = [0.5 * v - 0.1 * slope for v, slope in zip(velocities, slopes, strict=True)]
        runner, hunter = runner + velocities[0], hunter + velocities[1]
    np.testing.assert_allclose([model.runner, model.hunter], [runner, hunter], rtol=1e-6)
    assert any(np.allclose(v, velocities[1], rtol=1e-6) for v in model.training_variables)


@pytest.mark.slow
@pytest.mark.parametrize("compiled", [True, False])
def test_adversaries_on_two_replicas_equal_those_on_one_device(mirrored, compiled):
    values = {"image": np.arange(7, dtype=np.float32), "id": np.arange(7)}
    data = tf.data.Dataset.from_tensor_slices(values).batch(3)
    found = []
    for strategy in (tf.distribute.get_strategy(), mirrored):
        with strategy.scope():
            model = Players()
            model.compile(
                keras.optimizers.Adam(0.1), jit_compile=compiled, gradient_accumulation_steps=2
            )
        model.fit(data, epochs=2, verbose=0, shuffle=False)
        found.append([*model.weights, *model.optimizer.variables, *model.training_variables])
    assert len(found[0]) == 12  # the rate of the second optimizer is that of the first
    for one, two in zip(*found, strict=True):
        np.testing.assert_allclose(one, two, rtol=1e-5, err_msg=one.path)
        copies = [tf.identity(copy).numpy() for copy in getattr(two.value, "values", [two.value])]
        assert all(np.array_equal(copies[0], copy) for copy in copies[1:]), one.path
