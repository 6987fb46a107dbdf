"""Paths from noise to data: a solver finds the distribution of the velocity that it follows."""

import numpy as np
import pytest
import tensorflow as tf

from tfaudiogen.models.translators import flow_path, long_maps

MEAN, SPREAD = 0.7, 0.4


def direction_to_a_normal(objective):
    """The exact u for data N(MEAN, SPREAD^2): the mean of u given x_t, all being normal."""

    def direction(maps, time):
        a, b, da, db = flow_path.coefficients(objective, time)
        slope = (da * a * SPREAD**2 + db * b) / (a**2 * SPREAD**2 + b**2)
        return [da * MEAN + slope * (x - a * MEAN) for x in maps]

    return direction


def drawn(objective, solver, steps, noise):
    maps = [tf.constant(noise, tf.float32)]
    for number in range(steps):
        times = [tf.constant(1.0 - (number + one) / steps) for one in (0, 1)]
        direction = direction_to_a_normal(objective)
        maps = flow_path.advance(objective, direction, maps, *times, solver)
    return maps[0].numpy().ravel()


@pytest.mark.parametrize("objective", flow_path.OBJECTIVES)
def test_the_flow_of_a_normal_distribution_is_found_to_the_order_of_the_solver(objective):
    noise = np.linspace(-2, 2, 9).reshape(1, 9, 1, 1)
    exact = MEAN + SPREAD * noise.ravel()
    errors = {
        solver: [np.abs(drawn(objective, solver, n, noise) - exact).max() for n in (16, 32)]
        for solver in flow_path.SOLVERS
    }
    assert errors["heun"][1] < 2e-3
    assert errors["heun"][0] > 3.0 * errors["heun"][1]
    assert 1.6 * errors["euler"][1] < errors["euler"][0] < 2.5 * errors["euler"][1]
    assert errors["heun"][0] < errors["euler"][0]


@pytest.mark.parametrize("objective", flow_path.OBJECTIVES)
def test_where_data_and_noise_are_known_one_step_is_exact(objective):
    draw = np.random.default_rng(0)
    data, noise = (tf.constant(draw.normal(size=(3, 4, 2, 5)), tf.float32) for _ in range(2))
    time = tf.constant([0.1, 0.5, 1.0])
    (noisy,), (goal,) = flow_path.between(objective, [data], [noise], time)
    for number in range(3):
        one = slice(number, number + 1)
        arguments = ([noisy[one]], time[number], tf.constant(0.0), "euler")
        known = [goal[one]]
        found = flow_path.advance(objective, lambda *_, known=known: known, *arguments)
        np.testing.assert_allclose(found[0], data[one], atol=1e-5)


def test_times_of_training_lie_in_the_middle_or_everywhere():
    level = (tf.range(1000, dtype=tf.float32) + 0.5) / 1000
    even, middle = (flow_path.training_times(kind, level).numpy() for kind in flow_path.TIMES)
    np.testing.assert_allclose(even, level, atol=1e-6)
    np.testing.assert_allclose(np.std(np.log(middle / (1 - middle))), 1.0, atol=0.01)
    assert np.mean(np.abs(middle - 0.5)) < 0.19 < np.mean(np.abs(even - 0.5))


def test_guidance_goes_beyond_and_is_taken_back():
    draw = np.random.default_rng(1)
    conditional, unconditional = (
        [tf.constant(draw.normal(size=(2, 4, 3, 2)), tf.float32)] for _ in range(2)
    )
    np.testing.assert_allclose(
        flow_path.guided(conditional, unconditional, 1.0, 0.0)[0], conditional[0], atol=1e-6
    )
    np.testing.assert_allclose(
        flow_path.guided(conditional, unconditional, 0.0, 0.0)[0], unconditional[0], atol=1e-6
    )
    strong = flow_path.guided(conditional, unconditional, 4.0, 0.0)[0]
    np.testing.assert_allclose(
        strong, 4.0 * conditional[0] - 3.0 * unconditional[0], rtol=1e-4, atol=1e-5
    )
    rescaled = flow_path.guided(conditional, unconditional, 4.0, 1.0)[0]
    spreads = [np.std(x.numpy().reshape(2, -1), axis=1) for x in (rescaled, conditional[0], strong)]
    np.testing.assert_allclose(spreads[0], spreads[1], rtol=1e-5)
    assert np.all(spreads[2] > 2.0 * spreads[1])


@pytest.mark.parametrize(("size", "windows"), [(4, 1), (4, 3), (1, 3), (3, 2)])
def test_long_maps_are_cut_and_averaged(size, windows):
    whole = np.random.default_rng(0).normal(
        size=(2, long_maps.columns((size, 2, 5), windows), 2, 5)
    )
    parts = long_maps.split(tf.constant(whole), size, windows)
    assert parts.shape == (2 * windows, size, 2, 5)
    np.testing.assert_allclose(long_maps.average(parts, windows), whole)
    if size == 4 and windows == 3:
        raised = parts + tf.reshape(tf.constant([0.0, 1.0, 2.0] * 2, parts.dtype), (6, 1, 1, 1))
        found = long_maps.average(raised, windows).numpy() - whole
        np.testing.assert_allclose(found[0, ::2, 0, 0], [0.0, 0.5, 1.5, 2.0])
