"""Priors that a user writes: a normalising flow by `LatentPrior`."""

import keras
import numpy as np
import pytest
import tensorflow as tf
import tensorflow_probability as tfp
from small_models import BentPrior

import tfaudiogen as tg
from tfaudiogen.probability import noise
from tfaudiogen.probability.distributions import kl_divergence, tfd, triangular_normal


@pytest.fixture
def bent():
    prior = BentPrior(2)
    prior.build()
    prior.shift.assign([0.5, -1.0])
    prior.skewness.assign([0.4, -0.2])
    return prior


def test_its_density_integrates_to_one(bent):
    line = np.linspace(-12.0, 12.0, 401, dtype=np.float32)
    grid = np.stack(np.meshgrid(line, line), axis=-1)
    total = np.exp(bent.log_prob(grid).numpy().astype(float)).sum() * (line[1] - line[0]) ** 2
    assert total == pytest.approx(1.0, abs=1e-3)


def test_samples_are_those_of_the_distribution(bent):
    drawn = bent.sample(20_000, seed=1).numpy()
    expected = bent.distribution().sample(20_000, seed=(1, 2)).numpy()
    np.testing.assert_allclose(drawn.mean(0), expected.mean(0), atol=0.05)
    np.testing.assert_allclose(drawn.std(0), expected.std(0), rtol=0.03)
    np.testing.assert_array_equal(bent.sample(3, seed=1), drawn[:3])
    cold = bent.sample(3, seed=1, temperature=0.0)
    np.testing.assert_allclose(cold, bent.transform(tf.zeros((3, 2))), atol=1e-6)


def test_the_rate_is_a_mean_over_posterior_draws():
    """An affine flow is a normal, for which the divergence is known."""
    normal = tfd.MultivariateNormalDiag(tf.zeros(2), tf.ones(2))
    shift = tfp.bijectors.Shift([1.0, -2.0])
    posterior = triangular_normal(
        tf.constant([[0.3, 0.1]]), tf.constant([[[0.5, 0.0], [0.2, 0.8]]])
    )
    draws = posterior.sample(40_000, seed=(3, 4))
    found = kl_divergence(posterior, tfd.TransformedDistribution(normal, shift), draws)
    same = tfd.MultivariateNormalDiag([1.0, -2.0], [1.0, 1.0])
    np.testing.assert_allclose(found, kl_divergence(posterior, same, None), rtol=0.01)


def test_what_has_no_bijector_must_say_how_to_draw():
    class Wide(tg.LatentPrior):
        def distribution(self, condition=None):
            return tfd.MultivariateStudentTLinearOperator(
                5.0, tf.zeros(2), tf.linalg.LinearOperatorIdentity(2)
            )

    with pytest.raises(TypeError, match=r"Wide must define transform\(\)"):
        Wide(2).sample(1, seed=0)
    with pytest.raises(NotImplementedError, match=r"LatentPrior must define distribution\(\)"):
        tg.LatentPrior(2).log_prob(tf.zeros((1, 2)))


def test_components_are_checked(bent):
    assert bent.choose(noise.key(0, 3)).numpy().tolist() == [0, 0, 0]
    with pytest.raises(ValueError, match="component must be from 0 to 0, received 1"):
        bent.sample(1, seed=0, component=1)


def test_a_model_trains_it_and_is_saved_with_it(tmp_path):
    spectrogram = tg.Spectrogram(8000, 64, 32, frames=32, bins=32)
    keras.utils.set_random_seed(0)
    model = tg.VAE(spectrogram, 4, prior=BentPrior(4), kl_samples=2)
    model.compile(keras.optimizers.Adam(1e-2), jit_compile=False)
    levels = np.random.default_rng(0).integers(0, 256, (6, *spectrogram.image_shape))
    images = {"image": np.float32(levels / 255)}
    logs = model.fit(images, epochs=6, batch_size=3, verbose=0).history
    assert logs["loss"][-1] < logs["loss"][0]
    assert np.abs(model.prior.skewness).min() > 1e-3
    assert not model.prior.can_fit
    model.save(tmp_path / "own.keras")
    again = tg.load(tmp_path / "own.keras")
    assert isinstance(again.prior, BentPrior)
    np.testing.assert_array_equal(again.sample(2, seed=5), model.sample(2, seed=5))
    waveforms = np.random.default_rng(1).normal(scale=0.1, size=(2, 1024))
    np.testing.assert_allclose(again.log_prob(waveforms), model.log_prob(waveforms), rtol=1e-6)


@pytest.mark.slow
def test_it_is_exported_and_evaluated(tmp_path):
    spectrogram = tg.Spectrogram(8000, 64, 32, frames=32, bins=32)
    model = tg.VAE(spectrogram, 4, prior=BentPrior(4))
    tg.export(model, tmp_path / "1")
    ask = tf.saved_model.load(tmp_path / "1").signatures["sample"]
    one = {"seed": tf.constant([7], tf.int64), "component": tf.constant([-1], tf.int64)}
    found = ask(temperature=tf.ones(1), **one)["waveform"]
    np.testing.assert_allclose(found, model.sample(1, seed=7, phase="graph"), atol=1e-4)
    tg.prepare("sinewave", tmp_path / "tones", sample_rate=8000, samples=1024, count=24)
    report = tg.evaluate(model, tmp_path / "tones", split="test")
    assert report["units"]["size"] == 4
