"""Training in 16 bits: near to 32 bits, and stable."""

import keras
import numpy as np
import pytest

TOLERANCE = {"mixed_bfloat16": 1e-2, "mixed_float16": 2e-3}


def losses(model, batches, compiled=False):
    model.compile(keras.optimizers.Adam(1e-3), jit_compile=compiled)
    return model.fit(batches(6), epochs=8, verbose=0, shuffle=False).history["loss"]


@pytest.mark.slow
@pytest.mark.parametrize("precision", TOLERANCE)
def test_losses_agree_with_32_bits(tiny, batches, precision):
    expected = losses(tiny(), batches)
    found = losses(tiny(**{"fit.precision": precision}), batches)
    np.testing.assert_allclose(found, expected, rtol=TOLERANCE[precision])
    assert found[-1] < found[0]


@pytest.mark.slow
@pytest.mark.parametrize("precision", TOLERANCE)
def test_compiled_training_in_16_bits(tiny, batches, precision):
    found = losses(tiny(**{"fit.precision": precision}), batches, compiled=True)
    assert found[-1] < found[0]


def test_the_loss_is_scaled_in_float16_alone(tiny):
    for precision, scaled in (("float32", 0), ("mixed_bfloat16", 0), ("mixed_float16", 2)):
        model = tiny(**{"fit.precision": precision})
        model.compile()
        assert len(model.training_variables) == scaled


def test_terms_and_parameters_are_of_32_bits(tiny, batches):
    from tfaudiogen.probability import noise

    model = tiny(**{"fit.precision": "mixed_float16"})
    batch = model.fill_defaults(next(iter(batches(4))))
    parts = [
        *model.posterior_parameters(batch["image"]),
        *model.loss_terms(batch, noise.key(0, 4), True).values(),
    ]
    assert {part.dtype.name for part in parts} == {"float32"}
    assert all(weight.dtype == "float32" for weight in model.trainable_weights)


def test_an_unknown_precision_is_refused(tiny):
    with pytest.raises(ValueError, match="precision must be one of .*; received 'float8'"):
        tiny(**{"fit.precision": "float8"})
