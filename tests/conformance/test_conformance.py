"""Every public class: configuration, saving, XLA, mixed precision, two replicas."""

import contextlib
import functools
import importlib
import inspect
import json
import pkgutil

import keras
import layer_specifications
import model_specifications
import numpy as np
import pytest
import tensorflow as tf
from specification import BATCH

import tfaudiogen
import tfaudiogen.layers
import tfaudiogen.models
import tfaudiogen.training
from tfaudiogen.probability import noise

SPECIFICATIONS = [*layer_specifications.SPECIFICATIONS, *model_specifications.SPECIFICATIONS]
LAYERS = [one for one in SPECIFICATIONS if one.is_layer and not one.is_model]
MODELS = [one for one in SPECIFICATIONS if one.is_model]
# Those of other classes are trained by compiled replicas in tests of their own.
_ALONE = (tfaudiogen.VQGAN, tfaudiogen.CodePrior, tfaudiogen.VariationalTranslator)
COMPILED_REPLICAS = [one for one in MODELS if one.cls in _ALONE]
SLOW_MODELS = [pytest.param(one, marks=[pytest.mark.slow] * one.is_model) for one in SPECIFICATIONS]


def public_classes():
    """Classes of the package's table, and those that its saved models may name."""
    for package in (tfaudiogen.layers, tfaudiogen.models, tfaudiogen.training):
        for module in pkgutil.walk_packages(package.__path__, package.__name__ + "."):
            importlib.import_module(module.name)
    found = {getattr(tfaudiogen, name) for name in tfaudiogen.__all__}
    registered = keras.saving.get_custom_objects().items()
    found |= {value for name, value in registered if name.startswith("tfaudiogen>")}
    return {one for one in found if inspect.isclass(one) and hasattr(one, "get_config")}


@contextlib.contextmanager
def precision(policy):
    """The policy for what is constructed inside."""
    before = keras.config.dtype_policy()
    keras.config.set_dtype_policy(policy)
    try:
        yield
    finally:
        keras.config.set_dtype_policy(before)


@functools.cache
def built(specification):
    """One object of a specification, for all tests that leave it as it is."""
    return specification.build()


@functools.cache
def outputs_of(specification):
    """What that object makes of the specification's inputs."""
    return specification.call(built(specification), specification.inputs())


@functools.cache
def built_with_channels_first(specification):
    """The same, from its configuration, where keras.json asks for channels_first."""
    config = plain(keras.saving.serialize_keras_object(built(specification)))
    before = keras.config.image_data_format()
    keras.config.set_image_data_format("channels_first")
    try:
        instance = keras.saving.deserialize_keras_object(config)
        specification.call(instance, specification.inputs())
    finally:
        keras.config.set_image_data_format(before)
    return instance


@functools.cache
def built_in_mixed_precision(specification):
    """The same under mixed_bfloat16, with the weights of `built`."""
    with precision("mixed_bfloat16"):
        mixed = specification.build()
    copy_weights(mixed, built(specification))
    return mixed


@functools.cache
def mixed_outputs_of(specification):
    """What the object in mixed precision makes of the specification's inputs."""
    return specification.call(built_in_mixed_precision(specification), specification.inputs())


def assert_near(actual, expected, tolerance):
    """Each tensor within `tolerance` of the expected one, relative to its norm."""
    for value, reference in zip(*map(tf.nest.flatten, (actual, expected)), strict=True):
        value, reference = (np.asarray(tf.cast(x, tf.float64)) for x in (value, reference))
        assert value.shape == reference.shape
        assert np.all(np.isfinite(value))
        distance, norm = np.linalg.norm(value - reference), np.linalg.norm(reference)
        assert distance <= tolerance * norm + 1e-7, f"{distance} apart, the norm being {norm}"


def types(structure):
    return [leaf.dtype for leaf in tf.nest.flatten(structure)]


def copy_weights(target, source):
    target, source = (getattr(one, "weights", []) for one in (target, source))
    assert [weight.shape for weight in target] == [weight.shape for weight in source]
    for to, value in zip(target, source, strict=True):
        to.assign(tf.convert_to_tensor(value))


def plain(config):
    """What JSON makes of a configuration."""
    return json.loads(json.dumps(config))


def test_every_public_class_has_a_specification():
    missing = public_classes() - {one.covers for one in SPECIFICATIONS}
    assert not missing, f"add a Specification for {sorted(one.__name__ for one in missing)}"


@pytest.mark.parametrize("specification", SPECIFICATIONS, ids=str)
class TestConformance:
    def test_configuration_round_trip(self, specification):
        first = built(specification)
        config = plain(keras.saving.serialize_keras_object(first))
        second = built_with_channels_first(specification)
        assert type(second) is specification.cls
        assert plain(keras.saving.serialize_keras_object(second)) == config
        copy_weights(second, first)
        found = specification.call(second, specification.inputs())
        assert_near(found, outputs_of(specification), 1e-7)

    def test_configuration_holds_every_argument(self, specification):
        parameters = inspect.signature(specification.cls.__init__).parameters.values()
        names = {p.name for p in parameters if p.kind is p.POSITIONAL_OR_KEYWORD} - {"self"}
        config = built(specification).get_config()
        assert names - specification.absorbed <= set(config)
        for name, value in specification.arguments().items():
            parts = value if isinstance(value, list) else [value]
            if name in config and not isinstance(parts[0], (dict, keras.layers.Layer)):
                assert plain(config[name]) == plain(value), name

    def test_channels_are_last_whatever_keras_json_says(self, specification):
        instance = built_with_channels_first(specification)
        parts = instance._flatten_layers() if isinstance(instance, keras.layers.Layer) else ()
        formats = {getattr(layer, "data_format", "channels_last") for layer in parts}
        assert formats <= {"channels_last"}

    def test_terms_leave_the_weights_alone(self, specification):
        """What learns by statistics reports them: inside of a compiled step nothing is written."""
        instance, inputs = built(specification), specification.inputs()
        before = [weight.numpy() for weight in getattr(instance, "weights", ())]
        if specification.is_model:
            key = noise.Key(tf.constant(7, tf.int64), tf.constant(2, tf.int64), inputs["id"])
            instance.loss_terms(instance.fill_defaults(inputs), key, training=True)
        else:
            specification.call(instance, inputs)
        for weight, value in zip(getattr(instance, "weights", ()), before, strict=True):
            np.testing.assert_array_equal(weight, value, err_msg=weight.path)


@pytest.mark.parametrize("specification", SLOW_MODELS, ids=str)
def test_mixed_precision(specification):
    mixed, outputs = built_in_mixed_precision(specification), mixed_outputs_of(specification)
    assert all(weight.dtype != "bfloat16" for weight in getattr(mixed, "weights", ()))
    promised = tf.float32 if specification.float32 else tf.bfloat16
    assert set(types(outputs)) == {promised}
    assert_near(outputs, outputs_of(specification), specification.bfloat16_tolerance)


@pytest.mark.parametrize("specification", SLOW_MODELS, ids=str)
def test_mixed_precision_survives_a_configuration(specification):
    mixed = built_in_mixed_precision(specification)
    config = plain(keras.saving.serialize_keras_object(mixed))
    again = keras.saving.deserialize_keras_object(config)
    specification.call(again, specification.inputs())
    copy_weights(again, mixed)
    expected = mixed_outputs_of(specification)
    outputs = specification.call(again, specification.inputs())
    assert types(outputs) == types(expected)
    assert_near(outputs, expected, 1e-7)


@pytest.mark.parametrize("specification", SLOW_MODELS, ids=str)
def test_two_replicas(specification, mirrored):
    inputs = specification.inputs()
    with mirrored.scope():
        instance = specification.build()
    copy_weights(instance, built(specification))

    def half(context):
        place = slice(*(BATCH // 2 * (context.replica_id_in_sync_group + i) for i in (0, 1)))
        return tf.nest.map_structure(lambda x: x[place], inputs)

    halves = mirrored.experimental_distribute_values_from_function(half)

    @tf.function
    def run(halves):
        return mirrored.run(lambda part: specification.call(instance, part), args=(halves,))

    results = tf.nest.map_structure(
        lambda value: tf.concat(mirrored.experimental_local_results(value), axis=0),
        run(halves),
    )
    assert_near(results, outputs_of(specification), 1e-6)


@pytest.mark.parametrize("specification", SLOW_MODELS, ids=str)
def test_compiled_outputs_and_gradients(specification):
    instance = built(specification)
    inputs = specification.inputs()

    def outputs_and_gradients():
        weights = [w.value for w in getattr(instance, "trainable_weights", ())]
        with tf.GradientTape() as tape:
            outputs = specification.call(instance, inputs)
            leaves = [tf.cast(x, tf.float32) for x in tf.nest.flatten(outputs)]
            total = tf.add_n([tf.reduce_sum(tf.sin(leaf / 10)) for leaf in leaves])
        zero = tf.UnconnectedGradients.ZERO
        return outputs, tape.gradient(total, weights, unconnected_gradients=zero)

    expected, gradients = outputs_and_gradients()
    actual, compiled = tf.function(outputs_and_gradients, jit_compile=True)()
    assert_near(actual, expected, 1e-5)
    assert_near(compiled, gradients, 1e-3)


@pytest.mark.parametrize("specification", LAYERS + MODELS, ids=str)
def test_save_and_load(specification, tmp_path):
    model, call = built(specification), specification.call
    if not specification.is_model:
        example = specification.inputs()
        inputs = keras.Input(example.shape[1:], dtype=example.dtype)
        model, call = keras.Model(inputs, model(inputs)), keras.Model.__call__
    model.save(tmp_path / "model.keras")
    loaded = keras.saving.load_model(tmp_path / "model.keras", safe_mode=True)
    expected = call(model, specification.inputs())
    assert_near(call(loaded, specification.inputs()), expected, 1e-7)


@pytest.mark.parametrize("specification", LAYERS, ids=str)
def test_output_shape_is_predicted(specification):
    layer, inputs = built(specification), specification.inputs()
    predicted = layer.compute_output_shape((None, *inputs.shape[1:]))
    outputs = outputs_of(specification)
    if isinstance(outputs, dict):
        assert predicted == {name: (None, *x.shape[1:]) for name, x in outputs.items()}
    elif isinstance(outputs, tuple):
        assert predicted == tuple((None, *x.shape[1:]) for x in outputs)
    else:
        assert predicted == (None, *outputs.shape[1:])


def trained(specification, strategy, examples=7, compiled=False):
    """Train on batches of 4 examples, the last one perhaps of fewer; return logs and model."""
    with strategy.scope():
        model = specification.build()
        model.compile(keras.optimizers.SGD(1e-3), jit_compile=compiled, clip_norm=1.0, seed=3)
    batch = specification.inputs()
    data = {name: np.concatenate([value, value])[:examples] for name, value in batch.items()}
    data["id"] = np.arange(examples)
    dataset = tf.data.Dataset.from_tensor_slices(data).batch(BATCH)
    return model.fit(dataset, shuffle=False, verbose=0).history, model


def assert_trained_alike(found, expected, tolerance):
    """The same logs and weights, within a tolerance, of two that `trained` returned."""
    for name, values in expected[0].items():
        np.testing.assert_allclose(found[0][name], values, rtol=tolerance, err_msg=name)
    assert_near(list(found[1].weights), list(expected[1].weights), tolerance)


def assert_replicas_agree(model, strategy):
    """The copies of each weight are equal to the bit."""
    for weight in model.weights:
        copies = strategy.experimental_local_results(weight.value)
        assert len({np.asarray(copy).tobytes() for copy in copies}) == 1, weight.path


@pytest.mark.slow
@pytest.mark.parametrize("specification", MODELS, ids=str)
def test_two_replicas_train_like_one_device(specification, mirrored):
    found = trained(specification, mirrored)
    if specification.variant != "literature":  # its replicas normalise by their own moments
        assert_trained_alike(found, trained(specification, tf.distribute.get_strategy()), 1e-5)
    assert_replicas_agree(found[1], mirrored)


@pytest.mark.slow
@pytest.mark.parametrize("specification", COMPILED_REPLICAS, ids=str)
def test_compiled_replicas_train_like_one_device(specification, mirrored):
    found = trained(specification, mirrored, 2 * BATCH, compiled=True)
    expected = trained(specification, tf.distribute.get_strategy(), 2 * BATCH)
    assert_trained_alike(found, expected, 1e-4)
    assert_replicas_agree(found[1], mirrored)
