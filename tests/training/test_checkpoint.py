"""The checkpoint of a run, written and read."""

import keras
import numpy as np
from small_steps import Line

from tfaudiogen.training import checkpoint
from tfaudiogen.training.state import State

X = np.array([10.0, 4.0, 7.0, 1.0], np.float32)


def fitted(model, epochs):
    model.fit(X, batch_size=1, epochs=epochs, shuffle=False, verbose=0)
    return model


def compiled():
    model = Line()
    model.compile(keras.optimizers.Adam(0.1), jit_compile=False, ema_momentum=0.5)
    return model


def test_a_model_with_averages_goes_on_from_the_weights_of_its_last_step(tmp_path):
    whole, begun, resumed = fitted(compiled(), 2), fitted(compiled(), 1), compiled()
    held = float(begun.weight)
    checkpoint.write(tmp_path, begun, State(), np.zeros(3))
    checkpoint.read(tmp_path, resumed)
    assert float(begun.weight) == float(resumed.weight) == held
    fitted(resumed, 1)
    for one, two in zip(
        [*whole.weights, *whole.optimizer.variables, *whole.training_variables],
        [*resumed.weights, *resumed.optimizer.variables, *resumed.training_variables],
        strict=True,
    ):
        np.testing.assert_array_equal(one, two, err_msg=one.path)
