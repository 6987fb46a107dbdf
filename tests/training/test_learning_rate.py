import keras
import pytest

from tfaudiogen.training.schedule import LearningRate

pytestmark = pytest.mark.core


def rates(schedule, steps):
    return [float(schedule(step)) for step in steps]


def test_the_rate_rises_and_stays():
    expected = [0.1, 0.2, 0.3, 0.4, 0.4, 0.4]
    assert rates(LearningRate(0.4, warmup_steps=4), [0, 1, 2, 3, 4, 9999]) == pytest.approx(
        expected
    )


def test_without_warm_up_it_is_constant():
    assert rates(LearningRate(0.4), [0, 1, 10]) == pytest.approx([0.4] * 3)


def test_a_decay_is_half_a_cosine_down_to_a_hundredth():
    schedule = LearningRate(1.0, warmup_steps=10, decay_steps=110)
    expected = [1.0, 0.505, 0.01, 0.01]
    assert rates(schedule, [10, 60, 110, 500]) == pytest.approx(expected, abs=1e-6)


def test_it_comes_back_from_its_configuration():
    schedule = LearningRate(0.4, 4, 40)
    optimizer = keras.optimizers.Adam.from_config(keras.optimizers.Adam(schedule).get_config())
    assert float(optimizer.learning_rate) == pytest.approx(0.1)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"rate": 0.0}, "learning_rate must be above 0; received 0.0"),
        ({"rate": 1.0, "warmup_steps": -1}, "warmup_steps must not be negative; received -1"),
        (
            {"rate": 1.0, "warmup_steps": 9, "decay_steps": 9},
            r"decay_steps \(fit.steps\) must be more than warmup_steps, 9",
        ),
    ],
)
def test_bad_arguments_are_named(arguments, message):
    with pytest.raises(ValueError, match=message):
        LearningRate(**arguments)
