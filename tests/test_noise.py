"""Noise depends on seed, step, stream and example, and on nothing else."""

import numpy as np
import pytest
import tensorflow as tf
from hypothesis import given
from hypothesis import strategies as st

from tfaudiogen.probability import noise

pytestmark = pytest.mark.core

DRAWS = [noise.bits, noise.uniform, noise.normal]
SHAPES = [(), (1,), (5,), (3, 7), (100,)]
numbers = st.integers(0, 2**31 - 1)


def key(index, seed=3, step=5):
    return noise.Key(*(tf.constant(x, tf.int64) for x in (seed, step, index)))


@pytest.mark.parametrize("compiled", [False, True])
@pytest.mark.parametrize("shape", SHAPES)
@pytest.mark.parametrize("draw", DRAWS)
def test_compiled_and_not_agree(draw, shape, compiled):
    eager = draw(key(range(6)), "latents", shape).numpy()
    assert eager.shape == (6, *shape)
    function = tf.function(lambda k: draw(k, "latents", shape), jit_compile=compiled)
    np.testing.assert_array_equal(function(key(range(6))), eager)


@pytest.mark.parametrize("draw", DRAWS)
@pytest.mark.parametrize("compiled", [False, True])
def test_uneven_replicas_give_the_numbers_of_one_device(mirrored, draw, compiled):
    function = tf.function(lambda k: draw(k, "latents", (4,)), jit_compile=compiled)
    parts = iter([key([0, 1]), key([2])])
    split = mirrored.experimental_distribute_values_from_function(lambda _: next(parts))
    results = mirrored.experimental_local_results(
        tf.function(mirrored.run)(function, args=(split,))
    )
    np.testing.assert_array_equal(np.concatenate(results), draw(key([0, 1, 2]), "latents", (4,)))
    assert [len(result) for result in results] == [2, 1]


@pytest.mark.parametrize("draw", DRAWS)
@given(st.lists(numbers, min_size=1, max_size=6))
def test_an_example_keeps_its_noise_in_any_batch(draw, index):
    together = draw(key(index), "latents", (3,))
    alone = [draw(key([one]), "latents", (3,))[0] for one in index]
    np.testing.assert_array_equal(together, alone)


@given(numbers, numbers, numbers, st.sampled_from(["latents", "mixture", "pixels"]))
def test_every_part_of_the_key_counts(seed, step, index, stream):
    base = noise.uniform(key([index], seed, step), stream, (4,)).numpy()
    others = [
        noise.uniform(key([index], (seed + 1) % 2**31, step), stream, (4,)),
        noise.uniform(key([index], seed, (step + 1) % 2**31), stream, (4,)),
        noise.uniform(key([(index + 1) % 2**31], seed, step), stream, (4,)),
        noise.uniform(key([index], seed, step), stream + "'", (4,)),
    ]
    for other in others:
        assert not np.any(other.numpy() == base)


def test_key_counts_from_zero():
    expected = noise.uniform(key(range(3), seed=7, step=0), "latents")
    np.testing.assert_array_equal(noise.uniform(noise.key(7, 3), "latents"), expected)


def test_distribution():
    uniform = noise.uniform(key(range(8)), "latents", (5000,)).numpy()
    assert uniform.dtype == np.float32
    assert 0 < uniform.min() < 1e-3
    assert 1 - 1e-3 < uniform.max() < 1
    places = np.sort(uniform.ravel())
    # Kolmogorov and Smirnov's statistic exceeds 1.95 / sqrt(n) once in a thousand.
    assert np.abs(places - (np.arange(40000) + 0.5) / 40000).max() < 1.95 / 200
    normal = noise.normal(key(range(8)), "latents", (5000,)).numpy().astype(np.float64)
    np.testing.assert_allclose([normal.mean(), normal.std()], [0, 1], atol=4 / 200)
    assert np.abs(np.corrcoef(normal) - np.eye(8)).max() < 5 / np.sqrt(5000)


def test_extreme_bits_stay_finite(monkeypatch):
    extremes = tf.constant([[0, 2**32 - 1]], tf.uint32)
    monkeypatch.setattr(noise, "bits", lambda *_: extremes)
    uniform = noise.uniform(key([0]), "latents", (2,)).numpy()
    assert np.all((uniform > 0) & (uniform < 1))
    assert np.all(np.isfinite(noise.normal(key([0]), "latents", (2,)).numpy()))
