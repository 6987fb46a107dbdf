"""The backbones of priors: whole sequences and single steps, and what may depend on what."""

import keras
import numpy as np
import pytest
import tensorflow as tf

from tfaudiogen import LSTMStack, Transformer
from tfaudiogen.layers.conditioning.code_context import CodeMapContext, aligned_places
from tfaudiogen.layers.transformers.attention import BLOCK, rotate

BACKBONES = {
    "rotary": lambda cross: Transformer(16, 2, 2, 80, cross=cross),
    "learned": lambda cross: Transformer(16, 2, 2, 80, positions="learned", cross=cross),
    "recurrent": lambda cross: LSTMStack(16, 2, 2, cross=cross),
}


def built(name, cross):
    keras.utils.set_random_seed(3)
    backbone = BACKBONES[name](cross)
    backbone.build((None, None, 16))
    return backbone


def draws(*shape):
    return np.random.default_rng(0).normal(size=shape).astype(np.float32)


@pytest.mark.parametrize("cross", [False, True])
@pytest.mark.parametrize("name", BACKBONES)
def test_steps_equal_the_whole_sequence(name, cross):
    length = 2 * BLOCK + 5
    backbone, inputs = built(name, cross), draws(2, length, 16)
    context = draws(2, 5, 16) if cross else None
    expected = backbone(inputs, context)
    step = tf.function(backbone.step, autograph=False)
    state, steps = backbone.init_cache(2, length, context), []
    for place in range(length):
        output, state = step(tf.constant(inputs[:, place]), tf.constant(place), state)
        steps.append(output)
        if place % BLOCK == BLOCK - 1:
            state = backbone.flush_cache(state, place + 1 - BLOCK)
    np.testing.assert_allclose(tf.stack(steps, axis=1), expected, atol=1e-5)


@pytest.mark.parametrize("name", BACKBONES)
def test_nothing_depends_on_what_comes_later(name):
    backbone, inputs = built(name, cross=True), draws(1, 9, 16)
    context, later = draws(1, 5, 16), inputs.copy()
    later[:, 6:] += 1.0
    before, after = np.asarray(backbone(inputs, context)), np.asarray(backbone(later, context))
    np.testing.assert_array_equal(before[:, :6], after[:, :6])
    assert np.abs(before[:, 6:] - after[:, 6:]).max() > 1e-3
    assert np.abs(before - backbone(inputs, context + draws(1, 5, 16))).max() > 1e-3


def test_order_matters_to_attention():
    backbone, inputs = built("rotary", cross=False), draws(1, 9, 16)
    swapped = inputs[:, [1, 0, *range(2, 9)]]
    assert np.abs(backbone(inputs)[:, -1] - backbone(swapped)[:, -1]).max() > 1e-4


def test_turned_products_depend_on_the_distance_alone():
    query, key = draws(1, 1, 1, 8), draws(2, 1, 1, 1, 8)[1]
    products = [
        np.sum(rotate(query, tf.constant([place])) * rotate(key, tf.constant([place - 3])))
        for place in (3, 40)
    ]
    assert products[0] == pytest.approx(products[1], abs=1e-5)


@pytest.mark.parametrize(
    ("shape", "target"), [((4, 2), (8, 4)), ((5, 3), (7, 2)), ((3, 2), (3, 2))]
)
def test_places_are_aligned_at_any_ratio(shape, target):
    places = aligned_places(shape, (*target, 2)).reshape(*target, 2)
    for time, bin_, number in np.ndindex(*target, 2):
        middle = (time + 0.5) / target[0] * shape[0], (bin_ + 0.5) / target[1] * shape[1]
        assert places[time, bin_, number] == int(middle[0]) * shape[1] + int(middle[1])


def test_a_code_above_reaches_the_places_below_it_and_beside():
    layer = CodeMapContext((8, 2), 5, (16, 4), 6, blocks=1)
    codes = np.zeros((1, 8, 2), np.int32)
    before = np.asarray(layer(codes))
    layer.blocks[0].second.kernel.assign(0.1 * draws(3, 3, 6, 6))
    codes[0, 3, 0] = 4
    changed = np.abs(layer(codes) - layer(np.zeros_like(codes))).max(axis=-1).reshape(16, 4)
    assert changed[6:8, :2].min() > 0
    # Two convolutions reach two places further.
    assert changed[12:].max() < 1e-6
    assert changed[:2].max() < 1e-6
    assert before.shape == (1, 64, 6)


def test_width_must_divide_into_heads():
    with pytest.raises(ValueError, match="multiple of 2 heads = 6"):
        Transformer(16, 1, 3, 8)
