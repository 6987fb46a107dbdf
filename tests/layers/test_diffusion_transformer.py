"""The network of a flow hears its source in two ways, each alone, and the time."""

import keras
import numpy as np
import pytest
import tensorflow as tf
from small_models import stirred

from tfaudiogen.layers.transformers.diffusion import DiffusionTransformer

SHAPES = [(2, 4, 3), (4, 8, 2)]


def draws(*shape, seed=0):
    return tf.constant(np.random.default_rng(seed).normal(size=shape), tf.float32)


def network(patch=2):
    keras.utils.set_random_seed(4)
    layer = DiffusionTransformer(SHAPES, 5, 16, 2, 2, patch)
    layer.build()
    return stirred(layer)


def answer(layer, vectors, time=0.3, dropped=False):
    """Return what the network says of two maps of noise, in one row."""
    maps = [draws(1, *shape, seed=number) for number, shape in enumerate(SHAPES)]
    found = layer(maps, tf.constant([time]), vectors, tf.constant([dropped]))
    assert [tuple(one.shape[1:]) for one in found] == SHAPES
    return np.concatenate([np.ravel(one) for one in found])


def deafened(layer, way):
    """Return the layer, which no longer hears its source in this way."""
    if way == "modulation":
        layer.pooled.kernel.assign(tf.zeros_like(layer.pooled.kernel))
    else:
        for block in layer.blocks:
            block.crossing.join.kernel.assign(tf.zeros_like(block.crossing.join.kernel))
    return layer


@pytest.mark.parametrize("lost", ["modulation", "attention"])
def test_the_source_is_heard_by_attention_and_by_modulation(lost):
    layer = deafened(network(), lost)
    one, other = (answer(layer, draws(1, 3, 5, seed=seed)) for seed in (7, 8))
    assert np.abs(one - other).max() > 1e-3


def test_there_is_no_third_way():
    layer = deafened(deafened(network(), "modulation"), "attention")
    one, other = (answer(layer, draws(1, 3, 5, seed=seed)) for seed in (7, 8))
    np.testing.assert_allclose(one, other, atol=1e-6)


def test_of_a_dropped_source_nothing_is_heard():
    layer = network()
    one, other = (answer(layer, draws(1, 3, 5, seed=seed), dropped=True) for seed in (7, 8))
    np.testing.assert_allclose(one, other, atol=1e-6)
    assert np.abs(one - answer(layer, draws(1, 3, 5, seed=7))).max() > 1e-3


def test_neighbouring_times_differ():
    layer, vectors = network(), draws(1, 3, 5)
    one, other = (answer(layer, vectors, time) for time in (0.300, 0.302))
    assert np.abs(one - other).max() > 1e-4


@pytest.mark.parametrize("place", [0, 1])
def test_each_map_depends_on_all(place):
    layer, vectors = network(), draws(1, 3, 5)
    maps = [draws(1, *shape, seed=number) for number, shape in enumerate(SHAPES)]
    conditions = (tf.constant([0.3]), vectors, tf.constant([False]))
    before = layer(maps, *conditions)
    maps[place] = maps[place] + tf.one_hot(0, maps[place].shape[-1])
    for one, other in zip(before, layer(maps, *conditions), strict=True):
        assert np.abs(one - other).max() > 1e-4


def test_it_begins_as_zero():
    layer = DiffusionTransformer(SHAPES, 5, 16, 1, 2)
    layer.build()
    assert np.all(answer(layer, draws(1, 3, 5)) == 0.0)
