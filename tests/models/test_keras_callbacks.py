"""Keras' own callbacks and its saving: what is saved is what was measured, and training goes on."""

import csv

import keras
import numpy as np
import pytest
import small_models
import tensorflow as tf
from keras import callbacks
from small_steps import Line, Players

import tfaudiogen
from tfaudiogen.training.schedule import LearningRate

X = np.array([10.0, 4.0], np.float32)
IDS = {"image": X, "id": np.arange(2)}


def compiled(kind=Line, rate=0.1, **options):
    model = kind()
    model.compile(keras.optimizers.SGD(rate), jit_compile=False, **options)
    return model


def fit(model, epochs, *further, **options):
    data = IDS if isinstance(model, Players) else X
    settings = {"batch_size": 1, "shuffle": False, "verbose": 0, "callbacks": list(further)}
    history = model.fit(data, epochs=epochs, validation_data=data, **settings, **options)
    return history.history


def loss_of(model):
    return model.evaluate(X, batch_size=1, verbose=0, return_dict=True)["loss"]


def again(path, kind, options):
    """Return the model of a file that Keras wrote, whole or weights alone."""
    if path.name.endswith(".keras"):
        return keras.saving.load_model(path)
    model = compiled(kind, **options)
    model.load_weights(path)
    return model


def same_state(one, two):
    for first, second in zip(
        [*one.weights, *one.optimizer.variables, *one.training_variables],
        [*two.weights, *two.optimizer.variables, *two.training_variables],
        strict=True,
    ):
        np.testing.assert_array_equal(first, second, err_msg=first.path)


@pytest.mark.parametrize(
    "name", ["model.keras", pytest.param("model.weights.h5", marks=pytest.mark.slow)]
)
@pytest.mark.parametrize(
    ("kind", "options"),
    [(Line, {"ema_momentum": 0.5}), (Players, {"ema_momentum": 0.5, "clip_norm": 3.0, "seed": 5})],
    ids=["average", "two optimizers"],
)
def test_what_a_checkpoint_keeps_goes_on_as_if_nothing_had_been(tmp_path, name, kind, options):
    optimizer = keras.optimizers.Adam(0.1)
    whole, begun = kind(), kind()
    for model in (whole, begun):
        model.compile(optimizer.from_config(optimizer.get_config()), jit_compile=False, **options)
    fit(whole, 2)
    keep = callbacks.ModelCheckpoint(tmp_path / name, save_weights_only="weights" in name)
    fit(begun, 1, keep)
    if name == "model.keras":
        resumed = keras.saving.load_model(tmp_path / name)
        assert resumed.get_compile_config() == begun.get_compile_config()
    else:
        resumed = kind()
        resumed.compile(keras.optimizers.Adam(0.1), jit_compile=False, **options)
        resumed.load_weights(tmp_path / name)
    assert int(resumed.step) == 2
    fit(resumed, 1)
    same_state(resumed, whole)


def test_a_state_with_optimizer_loads_without_it(tmp_path):
    model = compiled(ema_momentum=0.5)
    fit(model, 1)
    model.save(tmp_path / "line.keras")
    loaded = tfaudiogen.load(tmp_path / "line.keras")
    assert not loaded.compiled
    np.testing.assert_array_equal(loaded.weight, model.weight)


def test_a_schedule_of_the_package_is_kept(tmp_path):
    model = Line()
    model.compile(keras.optimizers.SGD(LearningRate(0.25, decay_steps=9)), jit_compile=False)
    model.save(tmp_path / "line.keras")
    assert tfaudiogen.load(tmp_path / "line.keras").step == 0
    loaded = keras.saving.load_model(tmp_path / "line.keras")
    assert float(loaded.optimizer.learning_rate) == 0.25


def test_the_loss_scale_goes_on(tmp_path):
    before = keras.config.dtype_policy()
    keras.config.set_dtype_policy("mixed_float16")
    try:
        model = compiled()
        model.loss_scale.scale.assign(8.0)
        model.save(tmp_path / "line.keras")
        loaded = keras.saving.load_model(tmp_path / "line.keras")
    finally:
        keras.config.set_dtype_policy(before)
    assert float(loaded.loss_scale.scale) == 8.0


@pytest.mark.parametrize("name", ["best.keras", "best.weights.h5"])
@pytest.mark.parametrize("average", [None, 0.5])
def test_the_best_file_has_what_was_measured(tmp_path, name, average):
    """The rate is too high, so that later epochs are worse."""
    model = compiled(rate=1.1, ema_momentum=average)
    options = {"save_best_only": True, "save_weights_only": "weights" in name}
    history = fit(model, 3, callbacks.ModelCheckpoint(tmp_path / name, **options))
    best = min(history["val_loss"])
    assert best < history["val_loss"][-1]
    loaded = again(tmp_path / name, Line, {"ema_momentum": average})
    np.testing.assert_allclose(loss_of(loaded), best, rtol=1e-6)
    bare = Line()
    bare.load_weights(tmp_path / name)
    np.testing.assert_allclose(np.mean((float(bare.weight) - X) ** 2), best, rtol=1e-6)


@pytest.mark.parametrize("average", [None, 0.5])
def test_early_stopping_restores_what_was_measured(average):
    model = compiled(rate=1.1, ema_momentum=average)
    stop = callbacks.EarlyStopping("val_loss", patience=1, restore_best_weights=True)
    history = fit(model, 9, stop)
    assert len(history["val_loss"]) < 9
    np.testing.assert_allclose(loss_of(model), min(history["val_loss"]), rtol=1e-6)


def test_after_fit_the_model_is_what_was_measured(tmp_path):
    model = compiled(ema_momentum=0.5)
    measured = fit(model, 2)["val_loss"][-1]
    np.testing.assert_allclose(np.mean((float(model.weight) - X) ** 2), measured, rtol=1e-6)
    tfaudiogen.save(model, tmp_path / "run")
    keras.saving.save_model(model, tmp_path / "line.keras")
    for path in (tmp_path / "run", tmp_path / "line.keras"):
        np.testing.assert_array_equal(tfaudiogen.load(path).weight, model.weight)


def test_saving_within_an_epoch_has_the_averages_too(tmp_path):
    model = compiled(ema_momentum=0.5)
    path = tmp_path / "{batch}.keras"
    fit(model, 1, callbacks.ModelCheckpoint(path, save_freq=1))
    assert sorted(file.name for file in tmp_path.iterdir()) == ["1.keras", "2.keras"]
    np.testing.assert_allclose(tfaudiogen.load(tmp_path / "2.keras").weight, model.weight)


def test_weights_that_are_assigned_are_where_training_goes_on():
    model, other = compiled(ema_momentum=0.5), compiled(ema_momentum=0.5)
    fit(model, 1)
    for one in (model, other):
        one.weight.assign(7.0)
        one.step.assign(0)
        fit(one, 1)
    np.testing.assert_array_equal(model.weight, other.weight)


def test_the_averages_come_before_all_callbacks(tmp_path):
    """Also where a user gives Keras' container of callbacks."""
    model, seen = compiled(ema_momentum=0.5), []

    class Look(callbacks.Callback):
        def on_epoch_end(self, epoch, logs=None):
            seen.append((float(np.mean((float(model.weight) - X) ** 2)), logs["val_loss"]))

    fit(model, 1, Look())
    options = {"batch_size": 1, "shuffle": False, "verbose": 0, "validation_data": X}
    container = callbacks.CallbackList([Look()], add_history=True, model=model, epochs=1)
    model.fit(X, callbacks=container, **options)
    assert len(seen) == 2
    for held, measured in seen:
        np.testing.assert_allclose(held, measured, rtol=1e-6)


def test_train_on_batch_leaves_the_averages():
    model, other = compiled(ema_momentum=0.5), compiled(ema_momentum=0.5)
    fit(model, 1)
    for x in X:
        other.train_on_batch(np.array([x]))
    np.testing.assert_array_equal(model.weight, other.weight)


def test_the_learning_rate_is_that_of_all_optimizers():
    model = compiled(Players)
    model.optimizer.learning_rate = 0.0
    before = model.get_weights()[:2]
    fit(model, 1)
    np.testing.assert_array_equal(model.get_weights()[:2], before)
    model.optimizer.learning_rate = 0.25
    rates = [float(one.learning_rate) for one in model.optimizers.values()]
    assert rates == [0.25, 0.25]


def test_the_learning_rate_of_a_vqgan_is_that_of_its_discriminator():
    pictures = tfaudiogen.Pictures(8, 8, 1)
    model = small_models.vqvae(pictures, [((8,), (4,))], (6,), kind=tfaudiogen.VQGAN, levels=1)
    model.compile("adam")
    model.optimizer.learning_rate = 0.5
    assert float(model.optimizers["discriminator"].learning_rate) == 0.5


def test_schedulers_act_on_all_optimizers():
    model = compiled(Players)
    fit(model, 1, callbacks.LearningRateScheduler(lambda epoch, rate: 0.0))
    np.testing.assert_array_equal(model.get_weights()[:2], Players().get_weights()[:2])


def test_a_plateau_lowers_the_rate_of_all_optimizers():
    model = compiled(Players, rate=0.1)
    plateau = callbacks.ReduceLROnPlateau("val_loss", factor=0.5, patience=1, min_delta=1e9)
    history = fit(model, 3, plateau)
    np.testing.assert_allclose(history["learning_rate"], [0.1, 0.1, 0.05])
    rates = [float(one.learning_rate) for one in model.optimizers.values()]
    np.testing.assert_allclose(rates, 0.025)


def test_a_schedule_is_that_of_all_optimizers():
    schedule = keras.optimizers.schedules.PiecewiseConstantDecay([0], [0.1, 0.0])
    model = Players()
    model.compile(keras.optimizers.SGD(schedule), jit_compile=False)
    fit(model, 1)
    np.testing.assert_allclose(model.get_weights()[:2], [2.0, 1.0 - 0.8], rtol=1e-6)


def test_a_back_up_goes_on_where_it_was(tmp_path):
    class Crash(callbacks.Callback):
        def on_epoch_begin(self, epoch, logs=None):
            if epoch == 1:
                raise KeyboardInterrupt

    whole, cut, resumed = (compiled(Players, ema_momentum=0.5) for _ in range(3))
    fit(whole, 2)
    keep = tmp_path / "backup"
    with pytest.raises(KeyboardInterrupt):
        fit(cut, 2, callbacks.BackupAndRestore(keep), Crash())
    history = fit(resumed, 2, callbacks.BackupAndRestore(keep))
    assert len(history["loss"]) == 1
    same_state(resumed, whole)


def test_the_log_has_all_figures(tmp_path):
    history = fit(compiled(), 2, callbacks.CSVLogger(tmp_path / "log.csv"))
    with open(tmp_path / "log.csv", newline="") as file:
        rows = list(csv.DictReader(file))
    assert set(rows[0]) == {"epoch", "loss", "slope", "val_loss", "val_slope"}
    np.testing.assert_allclose([float(row["loss"]) for row in rows], history["loss"])


def test_a_loss_that_is_no_number_ends_training():
    model = compiled()
    data = np.array([1.0, np.nan, 2.0], np.float32)
    history = model.fit(
        data,
        batch_size=1,
        shuffle=False,
        verbose=0,
        epochs=3,
        callbacks=[callbacks.TerminateOnNaN()],
    ).history
    assert len(history["loss"]) == 1
    assert int(model.step) == 2
    np.testing.assert_allclose(model.weight, 0.2)


def test_averages_of_the_optimizer_are_swapped_in():
    """`SwapEMAWeights` with `use_ema`, for one objective; for several see `ema_momentum`."""
    model = Line()
    model.compile(keras.optimizers.SGD(0.1, use_ema=True, ema_momentum=0.5), jit_compile=False)
    history = fit(model, 1, callbacks.SwapEMAWeights())
    weight, average = 0.0, None
    for x in X:
        weight += 0.2 * (float(x) - weight)
        average = weight if average is None else 0.5 * (average + weight)
    np.testing.assert_allclose(history["val_loss"], np.mean((average - X) ** 2), rtol=1e-5)
    np.testing.assert_allclose(model.weight, average, rtol=1e-5)


def test_tensorboard_gets_the_scalars(tmp_path):
    pytest.importorskip("tensorboard")
    fit(compiled(), 1, callbacks.TensorBoard(tmp_path, update_freq=1, write_graph=False))
    (file,) = (tmp_path / "train").glob("events*")
    tags = {
        value.tag
        for event in tf.compat.v1.train.summary_iterator(str(file))
        for value in event.summary.value
    }
    assert {"epoch_loss", "epoch_slope", "batch_loss"} <= tags
