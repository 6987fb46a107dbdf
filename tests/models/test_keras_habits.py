"""What Keras users do out of habit: it works as Keras says, or is refused in one sentence."""

import keras
import numpy as np
import pytest
import small_models
import tensorflow as tf
from small_steps import Line, Players

import tfaudiogen
from tfaudiogen.models.training_step import xla_choice

X = np.array([1.0, 2.0, 6.0], np.float32)
SCALED = keras.optimizers.LossScaleOptimizer(keras.optimizers.SGD())


def compiled(model=None, **options):
    model = model or Line()
    model.compile(keras.optimizers.SGD(0.1), jit_compile=False, **options)
    return model


class Batches(keras.utils.PyDataset):
    """Two batches."""

    def __init__(self, *items):
        super().__init__()
        self.items = items

    def __len__(self):
        return len(self.items)

    def __getitem__(self, index):
        return self.items[index]


@pytest.mark.parametrize(
    ("positional", "named", "message"),
    [
        (("mse",), {}, "loss must be left out of compile, received 'mse'"),
        ((), {"loss": "mse"}, "loss must be left out of compile"),
        ((), {"metrics": ["mae"]}, "metrics must be left out of compile"),
        ((), {"loss_weights": [1.0]}, "loss_weights must be left out of compile"),
        ((), {"weighted_metrics": ["mae"]}, "weighted_metrics must be left out of compile"),
        ((), {"steps_per_execution": 2}, "steps_per_execution must be 1"),
        ((), {"jit_compile": "mse"}, 'jit_compile must be True, False or "auto"'),
    ],
)
def test_compile_refuses_what_it_would_ignore(positional, named, message):
    with pytest.raises(ValueError, match=message):
        Line().compile("adam", *positional, **named)


def test_compile_takes_one_argument_by_place_and_none_that_there_is_not():
    with pytest.raises(TypeError):
        Line().compile("adam", None, False)
    with pytest.raises(TypeError, match="compile has no argument 'optimiser'"):
        Line().compile(optimiser="adam")


@pytest.mark.parametrize(
    ("model", "optimizer", "options", "message"),
    [
        (Line, None, {}, "optimizer must be one of Keras"),
        (Line, SCALED, {}, "scales its loss itself"),
        (
            Line,
            keras.optimizers.SGD(use_ema=True),
            {"ema_momentum": 0.9},
            "use_ema .* must be False",
        ),
        (Players, keras.optimizers.SGD(use_ema=True), {}, "use_ema .* must be False"),
    ],
    ids=["none", "scaled", "averaged", "several objectives"],
)
def test_optimizers_that_would_do_something_else_are_refused(model, optimizer, options, message):
    with pytest.raises(ValueError, match=message):
        model().compile(optimizer, **options)


@pytest.fixture(scope="module")
def line():
    return compiled()


@pytest.mark.parametrize(
    ("method", "name"),
    [
        *(("fit", name) for name in ("y", "sample_weight", "class_weight")),
        *(("train_on_batch", name) for name in ("y", "sample_weight", "class_weight")),
        *((method, name) for method in ("evaluate", "test_on_batch") for name in ("y",)),
        ("evaluate", "sample_weight"),
        ("test_on_batch", "sample_weight"),
    ],
)
def test_targets_and_weights_are_refused(line, method, name):
    inputs = {0: 1.0} if name == "class_weight" else X
    with pytest.raises(ValueError, match=f"{name} must be left out of {method}"):
        getattr(line, method)(X, **{name: inputs})


def test_a_target_by_place_is_refused(line):
    with pytest.raises(ValueError, match="y must be left out of fit"):
        line.fit(X, X)


@pytest.mark.parametrize("method", ["fit", "evaluate", "predict", "train_on_batch"])
def test_tuples_of_x_and_y_are_refused(line, method):
    with pytest.raises(ValueError, match="a batch must be x alone, received a tuple of 2"):
        getattr(line, method)((X, X))


@pytest.mark.parametrize("method", ["fit", "evaluate", "predict"])
@pytest.mark.parametrize("kind", [tf.data.Dataset, keras.utils.PyDataset])
def test_data_sets_of_x_and_y_are_refused(line, method, kind):
    data = Batches((X, X))
    if kind is tf.data.Dataset:
        data = tf.data.Dataset.from_tensor_slices((X, X)).batch(3)
    with pytest.raises(ValueError, match="a batch must be x alone, received a tuple of 2"):
        getattr(line, method)(data, verbose=0)


def test_validation_data_of_x_and_y_are_refused_before_training():
    model = compiled()
    for data in ((X, X), tf.data.Dataset.from_tensors((X, X))):
        with pytest.raises(ValueError, match="a batch must be x alone"):
            model.fit(X, validation_data=data, verbose=0)
    assert int(model.step) == 0


def test_a_model_that_is_not_compiled_says_so(tmp_path):
    Line().save(tmp_path / "line.keras")
    for model in (Line(), tfaudiogen.load(tmp_path / "line.keras")):
        for method in ("fit", "evaluate", "train_on_batch"):
            with pytest.raises(ValueError, match=r"You must call `compile\(\)`"):
                getattr(model, method)(X)


@pytest.mark.parametrize("data", [X, {"image": X}, Batches(X, X), Batches({"image": X})])
def test_auto_looks_into_arrays_and_py_data_sets(data, monkeypatch):
    seen = []

    def seconds(model, batch, key, compiled):
        seen.append(len(batch["image"]))
        return float(compiled)

    monkeypatch.setattr(xla_choice, "_seconds", seconds)
    model = Line()
    model.compile("sgd", jit_compile="auto")
    model.fit(data, batch_size=None if isinstance(data, Batches) else 2, verbose=0)
    assert seen == ([3, 3] if isinstance(data, Batches) else [2, 2])
    assert model.uses_xla is False


def test_auto_does_not_use_up_a_generator():
    model = Line()
    model.compile("sgd", jit_compile="auto")
    with pytest.raises(ValueError, match="cannot look at the first batch of a generator"):
        model.fit(X[None] for _ in range(3))


def test_predict_takes_what_fit_takes(line):
    data = tf.data.Dataset.from_tensor_slices({"image": X, "label": [0, 1, 2]}).batch(2)
    expected = float(line.weight) - X
    for inputs in (X, {"image": X}, data, Batches({"image": X})):
        np.testing.assert_allclose(line.predict(inputs, verbose=0), expected)


def test_predict_gives_each_model_what_its_call_takes(code_model, painter_model):
    prior = code_model.priors[1]
    batch = {**prior.dummy_batch(2), "label": tf.constant([0, 1])}
    codes, maps = batch["codes"], [batch["above_0"]]
    np.testing.assert_allclose(prior.predict_step(batch), prior(codes, batch["label"], maps))
    batch = painter_model.dummy_batch(1)
    inputs = batch[painter_model.main_entry]
    np.testing.assert_allclose(painter_model.predict_step(batch), painter_model(inputs))
    matcher = small_models.finding()["matcher"]
    batch = matcher.dummy_batch(2)
    assert set(matcher.predict_step(batch)) == {"image", "picture"}


class Backwards(Line):
    """One whose figures do not begin with the loss."""

    def summarize(self, means):
        return {"another": means["slope"], **means}


def test_results_come_in_the_order_of_their_names():
    model = compiled(Backwards())
    assert model.metrics_names == ["loss", "another", "slope"]
    for method in ("evaluate", "test_on_batch", "train_on_batch"):
        verbose = {"verbose": 0} if method == "evaluate" else {}
        before = model.get_weights()
        found = getattr(model, method)(X, **verbose)
        model.set_weights(before)
        named = getattr(model, method)(X, return_dict=True, **verbose)
        model.set_weights(before)
        np.testing.assert_allclose(found, [named[name] for name in model.metrics_names])
        np.testing.assert_allclose(found[0], np.mean((before[0] - X) ** 2), rtol=1e-6)


@pytest.fixture(scope="module")
def pictures():
    model = small_models.vae(tfaudiogen.Pictures(8, 8, 1))
    model.compile("sgd", run_eagerly=True)
    return model


@pytest.mark.parametrize(
    ("images", "received"),
    [
        (np.zeros((2, 8, 8, 1), np.uint8), "received uint8 (2, 8, 8, 1)"),
        (np.full((2, 8, 8, 1), 255.0), "received values from 255 to 255"),
        (np.full((2, 8, 8, 1), -1.0), "received values from -1 to -1"),
        (np.zeros((2, 8, 8), np.float32), "received float32 (2, 8, 8)"),
    ],
)
@pytest.mark.parametrize("method", ["fit", "evaluate", "predict", "train_on_batch"])
def test_what_are_no_images_is_named(pictures, method, images, received):
    with pytest.raises(ValueError, match=r"image must be floats from 0 to 1") as error:
        getattr(pictures, method)(images)
    assert received in str(error.value)
    assert "(batch, 8, 8, 1)" in str(error.value)
    assert str(error.value).endswith("divide levels from 0 to 255 by 255")


def test_values_are_looked_at_in_graphs_too():
    model = small_models.vae(tfaudiogen.Pictures(8, 8, 1))
    model.compile("sgd", jit_compile=False)
    data = tf.data.Dataset.from_tensor_slices(np.full((2, 8, 8, 1), 255.0)).batch(2)
    with pytest.raises(ValueError, match="received values from 255 to 255"):
        model.evaluate(data, verbose=0)


def test_errors_say_how_waveforms_become_images():
    model = small_models.vae(tfaudiogen.Spectrogram(8000, 64, 32, frames=32, bins=32))
    model.compile("sgd")
    with pytest.raises(ValueError, match=r"received float32 .*, 1024\): model\.representation\("):
        model.fit(small_models.tones(2), verbose=0)


def test_every_model_names_its_images(code_model, painter_model, composer_model):
    models = [code_model, painter_model, composer_model, *small_models.finding().values()]
    found = [set(model.image_entries()) for model in models]
    assert found[0] == {"image"}
    assert found[1] == found[2] == found[3] == {"image", "picture"}
    for model in models:
        batch = model.dummy_batch(2) if hasattr(model, "dummy_batch") else {}
        assert model.as_dict(batch).keys() == batch.keys()
