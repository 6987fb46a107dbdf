"""The weight of the KL divergence by step, against its formula."""

import numpy as np
import pytest
import tensorflow as tf

from tfaudiogen.probability.annealing import Annealing, annealing

pytestmark = pytest.mark.core


@pytest.mark.parametrize(
    ("kind", "expected"),
    [
        ("constant", [0.5, 0.5, 0.5, 0.5, 0.5, 0.5, 0.5]),
        ("linear", [0.0, 0.125, 0.25, 0.375, 0.5, 0.5, 0.5]),
        ("cyclical", [0.0, 0.25, 0.5, 0.5, 0.0, 0.25, 0.5]),
    ],
)
def test_weight_by_step(kind, expected):
    weigh = tf.function(Annealing(kind, weight=0.5, steps=4), jit_compile=True)
    found = [weigh(tf.constant(step, tf.int64)) for step in range(7)]
    np.testing.assert_allclose(found, expected)


def test_it_is_made_of_a_number_of_its_arguments_or_of_itself():
    ramp = Annealing("linear", weight=2.0, steps=3)
    assert annealing(ramp) is ramp
    assert annealing(ramp.get_config()).get_config() == ramp.get_config()
    assert float(annealing(0.3)(10**6)) == pytest.approx(0.3)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"kind": "steep"}, "kind must be one of .*, received 'steep'"),
        ({"steps": 0}, "steps must be at least 1, received 0"),
    ],
)
def test_bad_arguments_are_named(arguments, message):
    with pytest.raises(ValueError, match=message):
        Annealing(**arguments)
