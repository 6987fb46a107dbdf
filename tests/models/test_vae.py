import keras
import numpy as np
import pytest
import tensorflow as tf

import tfaudiogen
from tfaudiogen.layers.probabilistic.likelihood import LIKELIHOODS, PixelLikelihood
from tfaudiogen.layers.probabilistic.mixture import GaussianMixturePrior
from tfaudiogen.probability import noise


def terms(model, batch, training=False, step=0):
    key = noise.key(0, len(batch["image"]), step)
    return model.loss_terms(model.fill_defaults(batch), key, training)


@pytest.fixture
def batch(batches):
    return next(iter(batches(4)))


def test_the_loss_is_the_negative_elbo(tiny, batch):
    found = terms(tiny(), batch)
    np.testing.assert_allclose(found["loss"], found["rate"] + found["distortion"], rtol=1e-6)
    np.testing.assert_allclose(found["code_length"], found["loss"], rtol=1e-6)


def test_training_adds_padding_and_weighs_the_rate(tiny, batch):
    model = tiny(**{"model.kl_weight": {"kind": "linear", "weight": 1.0, "steps": 10}})
    found = terms(model, batch, training=True, step=5)
    expected = found["distortion"] + found["padding"] + 0.5 * found["rate"]
    np.testing.assert_allclose(found["loss"], expected, rtol=1e-6)


def test_free_bits_hold_the_total_rate(tiny, batch):
    found = terms(tiny(**{"model.free_bits": 1e4}), batch, training=True)
    expected = found["distortion"] + found["padding"] + 1e4 * np.log(2)
    np.testing.assert_allclose(found["loss"], expected, rtol=1e-6)


def test_padding_does_not_count(tiny, batch):
    """What lies after the last frame changes neither the pixels nor, given z, the distortion."""
    model = tiny()
    found = terms(model, batch)
    np.testing.assert_array_equal(found["pixels"], batch["frames"].numpy() * 64)
    whole = terms(model, {**batch, "frames": tf.fill([4], 32)})
    total = found["distortion"] + found["padding"]
    np.testing.assert_allclose(whole["distortion"], total, rtol=1e-5)


@pytest.mark.slow
def test_more_importance_samples_tighten_the_bound(tiny, batch):
    model = tiny()
    negative_elbo = np.mean([terms(model, batch)["loss"].numpy()])
    one, many = (
        model.image_log_prob(batch["image"], batch["frames"], samples=k).numpy().mean()
        for k in (1, 64)
    )
    assert many > one
    assert many > -negative_elbo


@pytest.mark.parametrize(
    "family",
    [pytest.param(one, marks=[pytest.mark.slow] * (one != "logistic")) for one in LIKELIHOODS],
)
def test_every_likelihood_learns(tiny, batches, family):
    model = tiny(**{"model.likelihood": family})
    model.compile(keras.optimizers.Adam(3e-3), jit_compile=False)
    history = model.fit(batches(11), epochs=5, verbose=0).history
    assert np.all(np.isfinite(history["bits_per_dimension"]))
    assert history["loss"][-1] < history["loss"][0]
    assert history["bits_per_dimension"][-1] < history["bits_per_dimension"][0]


def test_a_standard_normal_prior_has_the_analytic_rate(tiny, batch):
    model = tiny(**{"model.components": 1})
    loc, scale_tril = (x.numpy().astype(float) for x in model.posterior_parameters(batch["image"]))
    covariance = scale_tril @ scale_tril.transpose(0, 2, 1)
    trace = np.trace(covariance, axis1=1, axis2=2)
    expected = 0.5 * (trace + (loc**2).sum(1) - 6 - np.linalg.slogdet(covariance)[1])
    np.testing.assert_allclose(terms(model, batch)["rate"], expected, rtol=1e-4)


def test_the_same_seed_draws_the_same_sounds(tiny):
    model = tiny()
    one, two = (np.array(model.sample(3, seed=5)) for _ in range(2))
    np.testing.assert_array_equal(one, two)
    assert one.shape == (3, 1024)
    assert not np.array_equal(one, model.sample(3, seed=6))


def test_a_draw_does_not_depend_on_the_count(tiny):
    model = tiny()
    one, three = (model.sample_images(noise.key(5, count)) for count in (1, 3))
    np.testing.assert_allclose(one[0], three[0], atol=1e-5)


@pytest.mark.parametrize("seconds", [0.05, 0.128, 0.5])
def test_duration_is_honoured(tiny, seconds):
    assert tiny().sample(1, seconds=seconds).shape == (1, round(8000 * seconds))


@pytest.mark.parametrize("length", [1, 500, 1024, 5000])
def test_any_length_is_reconstructed(tiny, length):
    waveform = np.random.default_rng(0).normal(0, 0.1, length).astype(np.float32)
    reconstructed = tiny().reconstruct(waveform)
    assert reconstructed.shape == (length,)
    assert np.all(np.isfinite(reconstructed))


def test_interpolation_is_a_straight_line_between_its_ends(tiny, tones, monkeypatch):
    model = tiny()
    assert model.interpolate(0, 2, steps=4).shape == (4, 1024)
    start, end = model.encode(tones[[0, 5]])
    # Phases magnify rounding, so that the line is looked at where it is drawn.
    monkeypatch.setattr(type(model), "decode", lambda self, latents, phase: latents)
    latents = model.interpolate(tones[0], tones[5], steps=3)
    np.testing.assert_allclose(latents, [start, (start + end) / 2, end], atol=1e-5)


def test_a_component_is_sampled_around_its_mean(tiny):
    prior = tiny().prior
    cold = prior.sample(2, seed=0, temperature=0.0, component=1)
    np.testing.assert_allclose(cold, np.repeat(np.array(prior.locs)[1:2], 2, axis=0), rtol=1e-6)


def test_components_are_drawn_by_their_weights():
    prior = GaussianMixturePrior(2, components=3, train_weights=True)
    prior.build()
    prior.logits.assign(np.log([0.6, 0.1, 0.3]))
    chosen = prior.choose(noise.key(0, 5000)).numpy()
    np.testing.assert_allclose(np.bincount(chosen) / 5000, [0.6, 0.1, 0.3], atol=0.03)


def test_log_prob_is_of_the_sound_alone(tiny, tones):
    model = tiny()
    batch = model.log_prob(tones[:3], samples=4)
    assert batch.shape == (3,)
    assert np.all(batch < 0)


def test_a_long_sound_is_scored_by_each_frame_once(tiny):
    model = tiny()
    sound = np.random.default_rng(0).normal(0, 0.1, 1500).astype(np.float32)
    image = model.representation(np.pad(sound, (0, 548))[None])  # [1, 64, F, 1]
    parts = tf.reshape(image, (2, 32, 64, 1))
    expected = model.image_log_prob(parts, tf.constant([32, 15]), samples=4)
    found = model.log_prob(sound, samples=4)
    np.testing.assert_allclose(found, [np.sum(expected)], rtol=1e-6)


@pytest.mark.slow
def test_a_long_sound_has_a_latent_for_each_window(tiny):
    model = tiny()
    sound = np.random.default_rng(0).normal(0, 0.1, (1, 2048)).astype(np.float32)
    latents = model.encode(sound)
    assert latents.shape == (1, 3, 6)
    np.testing.assert_allclose(
        model.decode(latents, phase="graph"), model.reconstruct(sound, phase="graph"), atol=1e-4
    )
    assert model.encode(sound[:, :1025]).shape == (1, 2, 6)
    with pytest.raises(ValueError, match=r"received \(1, 0, 6\)"):
        model.decode(latents[:, :0])


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda m: m.sample(0), "count must be at least 1, received 0"),
        (lambda m: m.sample(1, seed=-1), "seed must be from 0"),
        (lambda m: m.sample(1, temperature=-1), "temperature must not be negative"),
        (lambda m: m.sample(1, seconds=0), "seconds must be positive"),
        (lambda m: m.sample(1, component=3), "component must be from 0 to 2, received 3"),
        (lambda m: m.interpolate(np.zeros((2, 9)), 0), r"each be one sound or picture"),
        (lambda m: m.encode(np.full(10, np.nan)), "must be finite"),
        (lambda m: m.reconstruct(np.zeros((2, 2, 2))), r"shape \[N\] or \[B, N\]"),
        (lambda m: m.reconstruct(np.zeros(0)), "not be empty"),
        (lambda m: m.decode(np.zeros((1, 5))), r"shape \[B, 6\]"),
        (lambda m: m.interpolate(0, 1, steps=1), "steps must be at least 2"),
    ],
)
def test_bad_input_is_named(tiny, call, message):
    with pytest.raises(ValueError, match=message):
        call(tiny())


def test_defaults_fit_any_geometry():
    spectrogram = tfaudiogen.Spectrogram(8000, 256, 64, frames=64, bins=128)
    model = tfaudiogen.VAE(spectrogram, latent_size=5)
    assert model(np.zeros((1, 64, 128, 1), np.float32)).shape == (1, 64, 128, 1)


def test_unequal_latent_sizes_are_refused():
    spectrogram = tfaudiogen.Spectrogram(8000, 256, 64, frames=64, bins=128)
    with pytest.raises(ValueError, match="must have the same latent_size, received 5 and 4"):
        tfaudiogen.VAE(spectrogram, latent_size=5, prior=GaussianMixturePrior(4))


def test_unknown_names_are_refused():
    with pytest.raises(ValueError, match="likelihood must be one of"):
        PixelLikelihood("gamma")


def test_fitting_the_prior_lowers_the_rate(tiny, batches):
    model = tiny(**{"model.train_weights": True, "model.learning": "gradient"})
    model.compile(keras.optimizers.Adam(2e-3), jit_compile=False)
    model.fit(batches(11), epochs=15, verbose=0)
    before = model.evaluate(batches(11), return_dict=True, verbose=0)
    model.fit_prior(batches(4))
    after = model.evaluate(batches(11), return_dict=True, verbose=0)
    assert after["rate"] < 0.8 * before["rate"]
    np.testing.assert_allclose(after["distortion"], before["distortion"], rtol=1e-6)
