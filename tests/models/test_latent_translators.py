"""Translators by a flow and by a learned prior: draws follow the source, and targets are kept."""

import keras
import numpy as np
import pytest
import tensorflow as tf
from small_models import speckles, stirred, tones, vae, vqvae

import tfaudiogen as tg
from tfaudiogen.probability import noise
from tfaudiogen.probability.distributions import quantize
from tfaudiogen.runtime.renamed import RenamedWarning

SIDE = 8
GREY = (SIDE, SIDE, 1)


def codes(representation, stride=4):
    return vqvae(representation, [((8,), (stride,))], (6,))


def flow(source, target, **changes):
    encoder = tg.SequenceEncoder((8, 12), (4, 2))
    settings = {"width": 16, "depth": 1, "heads": 2, **changes}
    return tg.FlowTranslator(source, encoder, target, **settings)


@pytest.fixture(scope="module")
def spectrogram():
    return tg.Spectrogram(8000, 64, 32, frames=32, bins=32)


@pytest.fixture(scope="module")
def pair(spectrogram):
    """Two sounds, and a picture of each."""
    return {"image": spectrogram(tones(2)), "picture": speckles(2, GREY), "id": np.arange(2)}


@pytest.fixture(scope="module")
def painter(spectrogram):
    keras.utils.set_random_seed(1)
    return stirred(flow(spectrogram, codes(tg.Pictures(*GREY))))


@pytest.fixture(scope="module")
def variational(spectrogram):
    keras.utils.set_random_seed(1)
    target = vae(tg.Pictures(*GREY))
    encoder = tg.SequenceEncoder((8, 12), (4, 2))
    return stirred(tg.VariationalTranslator(spectrogram, encoder, target, hidden=8, heads=2))


def trained(model, batch, steps, rate=1e-2, **settings):
    model.compile(keras.optimizers.Adam(rate), jit_compile=False, **settings)
    data = tf.data.Dataset.from_tensor_slices(batch).batch(len(batch["id"])).repeat()
    return model.fit(data, steps_per_epoch=steps, verbose=0, shuffle=False).history


@pytest.mark.parametrize("name", ["painter", "variational"])
def test_a_long_sound_gives_one_picture_and_all_of_it_is_heard(name, request):
    model, (one, two, end) = request.getfixturevalue(name), tones(3)
    drawn = [model.sample(np.concatenate([one, two, last]), count=2) for last in (end, 0 * end)]
    assert drawn[0].shape == (2, SIDE, SIDE, 1)
    assert np.abs(drawn[0] - drawn[1]).max() > 1e-3


@pytest.mark.parametrize("name", ["painter", "variational"])
def test_draws_are_pictures_by_seed_and_place(name, request):
    model, inputs = request.getfixturevalue(name), tones(2)
    drawn = model.sample(inputs, count=2, seed=4).numpy()
    assert drawn.shape == (2, 2, SIDE, SIDE, 1)
    assert np.all((drawn >= 0) & (drawn <= 1))
    np.testing.assert_array_equal(drawn, model.sample(inputs, count=2, seed=4))
    assert np.any(drawn != model.sample(inputs, count=2, seed=5).numpy())
    single = model.sample(inputs[0], count=4, seed=4).numpy()
    np.testing.assert_allclose(single[:2], drawn[0], atol=1e-4)
    assert np.any(np.abs(drawn[0] - model.sample(inputs[1], count=2, seed=4)) > 1e-3)


def test_guidance_and_temperature_of_a_flow(painter):
    long = np.concatenate([*tones(2), np.zeros(100, np.float32)])
    unconditional = [
        painter.sample(one, guidance=0.0, steps=2).numpy() for one in (*tones(2), long)
    ]
    np.testing.assert_allclose(unconditional[1:], unconditional[:1] * 2, atol=1e-4)
    settings = {"count": 3, "temperature": 0.0, "guidance": 2.0, "steps": 2}
    draws = painter.sample(tones(1), guidance_rescale=0.5, **settings)
    with pytest.warns(RenamedWarning, match="rescale is now called guidance_rescale"):
        np.testing.assert_array_equal(painter.sample(tones(1), rescale=0.5, **settings), draws)
    np.testing.assert_allclose(draws[0, 1:], draws[0, :1].numpy().repeat(2, axis=0), atol=1e-5)


def test_the_loss_of_a_flow_is_the_squared_error_of_its_direction(spectrogram, pair):
    """A new network gives zero, so that the error is the direction itself."""
    model = flow(spectrogram, codes(tg.Pictures(*GREY)), times="uniform")
    key = noise.key(3, 2)
    found = model.loss_terms(model.fill_defaults(pair), key, training=False)["loss"]
    goal = model.latents.noise(key)[0] - model.target.encode_vectors(pair["picture"])[0]
    np.testing.assert_allclose(found, tf.reduce_mean(goal**2, axis=(1, 2, 3)), rtol=1e-5)


def test_in_training_conditions_of_a_share_of_the_examples_are_dropped(spectrogram):
    model = stirred(flow(spectrogram, codes(tg.Pictures(*GREY)), condition_dropout=0.25))
    batch = {"image": spectrogram(tones(64)), "picture": speckles(64, GREY)}
    other = {**batch, "image": batch["image"][::-1]}
    found, changed = (
        model.loss_terms(model.fill_defaults(one), noise.key(0, 64), training=True)["loss"].numpy()
        for one in (batch, other)
    )
    same = np.isclose(found, changed, rtol=1e-6)
    assert 0.1 < same.mean() < 0.4
    found, changed = (
        model.loss_terms(model.fill_defaults(one), noise.key(0, 64), training=False)["loss"].numpy()
        for one in (batch, other)
    )
    assert np.mean(np.isclose(found, changed, rtol=1e-6)) < 0.05


@pytest.mark.slow
@pytest.mark.parametrize(
    "objective", ["rectified_flow", pytest.param("v_prediction", marks=pytest.mark.slow)]
)
def test_a_flow_learns_who_belongs_to_whom(spectrogram, pair, objective):
    keras.utils.set_random_seed(3)
    target = codes(tg.Pictures(*GREY))
    trained(target, {"image": pair["picture"], "id": pair["id"]}, 3)
    model = flow(spectrogram, target, objective=objective, condition_dropout=0.1)
    before = [weight.numpy() for weight in target.weights]
    batch = {name: np.repeat(values, 16, axis=0) for name, values in pair.items()}
    batch["id"] = np.arange(32)
    loss = trained(model, batch, 50)["loss"]
    assert 0.0 < loss[0] < 1.6
    for weight, value in zip(target.weights, before, strict=True):
        np.testing.assert_array_equal(weight, value)
    latents = np.concatenate(target.encode_vectors(pair["picture"])).reshape(-1, 4)
    np.testing.assert_allclose(model.standards[0].mean, latents.mean(axis=0), atol=1e-4)
    np.testing.assert_allclose(model.standards[0].spread(), latents.std(axis=0), rtol=1e-3)
    code = target.encode_codes(pair["picture"])
    assert np.any(code[0][0] != code[0][1])
    wanted = target.decode_codes(code).numpy()
    drawn = model.sample(tones(2), count=4, steps=8).numpy()
    own, other = (
        np.square(drawn - wanted[order][:, None]).mean(axis=(1, 2, 3, 4))
        for order in ([0, 1], [1, 0])
    )
    assert np.all(own < 0.5 * other)


@pytest.mark.slow
def test_the_latents_of_a_vae_flow_too(spectrogram, pair):
    keras.utils.set_random_seed(3)
    model = flow(spectrogram, vae(tg.Pictures(*GREY)))
    found = trained(model, pair, 2)["loss"]
    assert np.isfinite(found[0])
    assert model.sample(tones(1), steps=2, solver="euler").shape == (1, 1, SIDE, SIDE, 1)


@pytest.mark.slow
def test_pictures_give_sounds_of_any_length(spectrogram):
    """By flows of codes and of a VAE, and by a learned prior."""
    source, seconds = tg.Pictures(*GREY), {"seconds": 0.3, "phase": "graph"}
    encoder = tg.SequenceEncoder((8,), (4,))
    composers = [flow(source, codes(spectrogram, 8)), flow(source, vae(spectrogram))]
    composers.append(tg.VariationalTranslator(source, encoder, vae(spectrogram), 8, 2))
    for model in composers:
        options = {"steps": 2} if isinstance(model, tg.FlowTranslator) else {}
        drawn = stirred(model).sample(speckles(2, GREY), count=1, **seconds, **options).numpy()
        assert drawn.shape == (2, 1, 2400)
        assert np.all(np.isfinite(drawn))
    with pytest.raises(ValueError, match="even number of time columns"):
        flow(source, codes(spectrogram, 32)).sample(speckles(1, GREY), **seconds)


@pytest.mark.slow
def test_compiled_replicas_train_like_one_device(spectrogram, mirrored):
    batch = {"image": spectrogram(tones(5)), "picture": speckles(5, GREY), "id": np.arange(5)}
    batch["image"] = batch["image"].numpy()
    found = []
    for strategy in (tf.distribute.get_strategy(), mirrored):
        keras.utils.set_random_seed(3)
        with strategy.scope():
            model = stirred(flow(spectrogram, codes(tg.Pictures(*GREY))))
            model.compile(keras.optimizers.SGD(1e-2), jit_compile=True, ema_momentum=0.9)
        data = tf.data.Dataset.from_tensor_slices(batch).batch(5)
        history = model.fit(data, epochs=2, verbose=0, shuffle=False).history
        found.append((history["loss"], [weight.numpy() for weight in model.weights]))
    (losses, weights), (others, theirs) = found
    np.testing.assert_allclose(losses, others, rtol=1e-5)
    for one, other in zip(weights, theirs, strict=True):
        np.testing.assert_allclose(one, other, rtol=1e-4, atol=1e-5)


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"count": 0}, "count must be at least 1"),
        ({"guidance": -1.0}, "guidance must not"),
        ({"guidance_rescale": 1.5}, "guidance_rescale must be in"),
        ({"steps": 0}, "steps must be at least 1"),
        ({"solver": "exact"}, "solver must be one of euler, heun"),
        ({"seconds": 2.0}, "seconds does not apply"),
    ],
)
def test_settings_out_of_range_are_refused(painter, options, message):
    with pytest.raises(ValueError, match=message):
        painter.sample(tones(1), **options)


def test_parts_that_do_not_fit_are_refused(spectrogram, painter):
    target, encoder = painter.target, tg.SequenceEncoder((8,), (4,))
    for name, message in {"objective": "rectified_flow, v_", "times": "uniform, logit"}.items():
        with pytest.raises(ValueError, match=f"{name} must be one of {message}"):
            flow(spectrogram, target, **{name: "no"})
    with pytest.raises(ValueError, match="patch must divide the sides"):
        flow(spectrogram, target, patch=3)
    with pytest.raises(ValueError, match="condition_dropout must be"):
        flow(spectrogram, target, condition_dropout=1.0)
    with pytest.raises(ValueError, match="target must be a VAE, received a VQVAE"):
        tg.VariationalTranslator(spectrogram, encoder, target)
    with pytest.raises(ValueError, match="has no log_prob"):
        painter.log_prob(speckles(1, GREY), tones(1))


def test_the_rate_is_the_divergence_of_posterior_from_prior(variational, pair):
    batch = variational.fill_defaults(pair)
    terms = variational.loss_terms(batch, noise.key(0, 2), training=False)
    vectors = variational(batch["image"])
    m, lower = variational.posterior(quantize(batch["picture"]), vectors)
    n, upper = variational.prior_parameters(vectors)
    for number, rate in enumerate(terms["rate"].numpy()):
        a, b = (np.asarray(x[number], np.float64) for x in (lower, upper))
        a, b, gap = a @ a.T, b @ b.T, np.asarray(n[number] - m[number], np.float64)
        inverse = np.linalg.inv(b)
        volumes = np.linalg.slogdet(b)[1] - np.linalg.slogdet(a)[1]
        exact = 0.5 * (np.trace(inverse @ a) + gap @ inverse @ gap - 3 + volumes)
        np.testing.assert_allclose(rate, exact, rtol=1e-4)
    np.testing.assert_allclose(terms["loss"], terms["rate"] + terms["distortion"], rtol=1e-6)


@pytest.mark.slow
def test_a_bound_of_one_draw_is_the_negative_elbo_in_the_mean(variational):
    inputs, target = tones(1).repeat(40, axis=0), speckles(1, GREY).repeat(40, axis=0)
    one = variational.log_prob(target, inputs, samples=1)
    batch = {"image": variational.source_representation(inputs), "picture": target}
    key = noise.key(0, 40)
    elbo = -variational.loss_terms(variational.fill_defaults(batch), key, False)["code_length"]
    assert abs(one.mean() - np.mean(elbo)) < 4 * one.std() / 40**0.5
    assert variational.log_prob(target[:4], inputs[:4], samples=16).mean() > one.mean()


@pytest.mark.slow
def test_all_is_trained_together_or_the_target_kept(spectrogram, pair):
    for joint in (True, False):
        keras.utils.set_random_seed(3)
        target, encoder = vae(tg.Pictures(*GREY)), tg.SequenceEncoder((8, 12), (4, 2))
        model = tg.VariationalTranslator(spectrogram, encoder, target, 8, 2, joint=joint)
        parts = {"prior": target.prior.weights, "rest": target.decoder.weights}
        before = {name: [w.numpy() for w in weights] for name, weights in parts.items()}
        first = model.loss_terms(model.fill_defaults(pair), noise.key(0, 2), False)["loss"]
        trained(model, pair, 10)
        assert np.sum(
            model.loss_terms(model.fill_defaults(pair), noise.key(0, 2), False)["loss"]
        ) < (np.sum(first))
        for name, weights in parts.items():
            changed = [np.any(w != v) for w, v in zip(weights, before[name], strict=True)]
            assert any(changed) == (joint and name == "rest")
        again = tg.VariationalTranslator.from_config(model.get_config())
        assert again.joint == joint
        assert len(again.trainable_weights) == len(model.trainable_weights)


def test_without_spread_there_is_one_draw(variational):
    drawn = variational.sample(tones(1), count=3, temperature=0.0).numpy()
    np.testing.assert_allclose(drawn[0, 1:], drawn[0, :1].repeat(2, axis=0), atol=1e-6)


@pytest.fixture(scope="module")
def adapted(painter, pair, tmp_path_factory):
    """A copy of the painter with an adapter that has learned a little, and the adapter's file."""
    model = painter.merged()
    model.enable_lora(2)
    trained(model, pair, 3)
    path = tmp_path_factory.mktemp("adapters") / "adapter.npz"
    model.save_adapter(path)
    return model, path


def loss(model, pair):
    return model.loss_terms(model.fill_defaults(pair), noise.key(1, 2), False)["loss"].numpy()


@pytest.mark.slow
def test_an_adapter_alone_is_trained(painter, adapted):
    model, _ = adapted
    assert len(model.trainable_weights) == 2 * len(model.adapted_layers())
    for mine, base in zip(model.base_weights, painter.weights, strict=True):
        if mine.name not in ("step", "totals"):
            np.testing.assert_array_equal(mine, base)


@pytest.mark.slow
def test_an_adapter_is_loaded_onto_its_base_and_merged(painter, adapted, pair, tmp_path):
    model, path = adapted
    expected = loss(model, pair)
    assert np.all(np.abs(expected - loss(painter, pair)) > 1e-4)
    np.testing.assert_allclose(loss(model.merged(), pair), expected, rtol=1e-5)
    fresh = painter.merged()
    fresh.load_adapter(path)
    np.testing.assert_array_equal(loss(fresh, pair), expected)
    tg.save(fresh, tmp_path)
    np.testing.assert_allclose(loss(tg.load(tmp_path), pair), expected, rtol=1e-5)


def test_an_adapter_holds_its_rank_and_targets_and_nothing_else(adapted):
    model, path = adapted
    with np.load(path, allow_pickle=False) as file:
        assert int(file["rank"]) == 2
        assert list(file["targets"]) == list(model.adapted_layers())
        assert "block_0.attention.ask" in file["targets"]
        assert len(file.files) == 3 + 2 * len(file["targets"])


def test_adapters_that_do_not_fit_are_refused(painter, adapted, spectrogram, tmp_path):
    model, path = adapted
    with pytest.raises(ValueError, match="an adapter of rank 2 already"):
        model.enable_lora(2)
    with pytest.raises(ValueError, match="lora rank must be from 1 to 16, received 17"):
        painter.enable_lora(17)
    with pytest.raises(ValueError, match="no adapter to save"):
        painter.save_adapter(tmp_path / "none.npz")
    with pytest.raises(ValueError, match="adapter of another model"):
        flow(spectrogram, painter.target).load_adapter(path)
    (tmp_path / "broken.npz").write_bytes(path.read_bytes()[:100])
    with pytest.raises(ValueError, match="damaged or no adapter"):
        painter.load_adapter(tmp_path / "broken.npz")
    assert painter.lora_rank == 0
