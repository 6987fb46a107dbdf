"""The adversary: when it begins, what it moves, how much it weighs."""

import keras
import numpy as np
import pytest
import tensorflow as tf

import tfaudiogen
from tfaudiogen.layers.adversarial.adversary import AdaptiveWeight, Plateau
from tfaudiogen.layers.blocks import statistics
from tfaudiogen.models.autoencoders.code_levels import default_decoders, default_encoders
from tfaudiogen.probability import losses, noise

STAGES = [((8,), (4,)), ((12,), (2,))]


def spectrogram():
    return tfaudiogen.Spectrogram(8000, 128, 32, frames=32, bins=64)


def parts():
    keras.utils.set_random_seed(3)
    return {
        "representation": spectrogram(),
        "encoders": default_encoders(STAGES),
        "decoders": default_decoders(STAGES, 2),
        "quantizers": [tfaudiogen.VectorQuantizer(9, codebook_dim=4) for _ in STAGES],
    }


def adversaries(**settings):
    settings = {**parts(), "plateau": Plateau(patience=2, tolerance=0.5), **settings}
    discriminator = tfaudiogen.PatchDiscriminator((6, 8))  # after `parts` has set the seed
    return tfaudiogen.VQGAN(discriminator=discriminator, **settings)


def gradients(model, batch, step=0):
    batch = model.fill_defaults(batch)
    key = noise.Key(tf.constant(0, tf.int64), tf.constant(step, tf.int64), batch["id"])
    return model.sums_and_gradients(batch, key, tf.constant(1.0))


@pytest.fixture
def batch(batches):
    return next(iter(batches(4)))


@pytest.mark.slow
def test_it_begins_as_the_autoencoder(batch):
    autoencoder = tfaudiogen.VQVAE(**parts())
    before = [np.array(weight) for weight in autoencoder.weights]
    model = tfaudiogen.VQGAN.from_autoencoder(autoencoder, adversarial_weight=0.2)
    np.testing.assert_array_equal(model(batch["image"]), autoencoder(batch["image"]))
    for one, two in zip(
        model.encode_codes(batch["image"]), autoencoder.encode_codes(batch["image"]), strict=True
    ):
        np.testing.assert_array_equal(one, two)
    model.compile(keras.optimizers.SGD(1e-3), jit_compile=False)
    model.fit(batch, verbose=0)
    for weight, value in zip(autoencoder.weights, before, strict=True):
        np.testing.assert_array_equal(weight, value)


def test_each_player_moves_its_own_weights(batch):
    model = adversaries()
    moved = model.objective_weights()
    assert len(moved["discriminator"]) == len(model.discriminator.trainable_weights) > 0
    assert len(moved["loss"]) + len(moved["discriminator"]) == len(model.trainable_weights)


def test_before_the_plateau_there_is_no_adversary(batch):
    model = adversaries()
    model.balance.weight.assign(2.0)
    _, _, found, reported = gradients(model, batch)
    assert all(np.all(np.array(gradient) == 0.0) for gradient in found["discriminator"])
    plain = adversaries(adversarial_weight=0.0)
    _, _, expected, _ = gradients(plain, batch)
    for one, two in zip(found["loss"], expected["loss"], strict=True):
        np.testing.assert_allclose(one, two, rtol=1e-5, atol=1e-4)
    model.plateau.reached.assign(1.0)
    _, _, after, _ = gradients(model, batch)
    assert any(np.any(np.array(gradient) != 0.0) for gradient in after["discriminator"])
    changed = np.abs(np.array(after["loss"][-1]) - np.array(found["loss"][-1])).max()
    assert changed > 0.0


def test_the_weight_makes_both_pull_the_last_layer_alike(batch):
    model = adversaries()
    _, _, _, reported = gradients(model, batch)
    sums = reported[model.balance.path]
    model.balance.update_statistics(sums)
    pulls = [np.linalg.norm(sums[name]) for name in ("reconstruction", "adversary")]
    np.testing.assert_allclose(model.balance.weight, pulls[0] / pulls[1], rtol=1e-5)
    kernel = model.decoders[0].last_kernel
    with tf.GradientTape() as tape:
        images = model.fill_defaults(batch)["image"]
        terms = model.loss_terms(model.fill_defaults(batch), noise.key(0, 4), training=False)
        total = tf.reduce_sum(terms["adversarial"] + model.matching_weight * terms["matching"])
    expected = tape.gradient(total, kernel.value)
    assert images.shape[0] == 4
    np.testing.assert_allclose(sums["adversary"], expected, rtol=1e-3, atol=1e-7)


def observed(plateau, loss):
    with statistics.collect() as reported:
        plateau.observe(tf.fill([3], loss))
    plateau.update_statistics(reported[plateau.path])
    return float(plateau.reached)


def test_a_plateau_is_reached_once_and_for_all():
    plateau = Plateau(patience=2, tolerance=0.1)
    plateau.build()
    falling = [observed(plateau, loss) for loss in (100.0, 90.0, 80.0, 70.0, 65.0, 60.0)]
    assert falling == [0.0] * 6
    assert [observed(plateau, loss) for loss in (61.0, 62.0)] == [0.0, 1.0]
    assert observed(plateau, 1.0) == 1.0


@pytest.mark.slow
def test_training_begins_the_adversary_and_keeps_that(batches, tmp_path):
    model = adversaries()
    model.compile(keras.optimizers.Adam(1e-4), jit_compile=False)
    logs = model.fit(batches(11), epochs=6, verbose=0).history
    assert logs["adversary_active"][0] == 0.0
    assert logs["adversary_active"][-1] == 1.0
    assert logs["discriminator"][0] == 0.0
    assert logs["discriminator"][-1] > 0.0
    tfaudiogen.save(model, tmp_path)
    assert float(tfaudiogen.load(tmp_path).plateau.reached) == 1.0


def test_frozen_encoders_do_not_move(batch):
    model = adversaries(frozen_steps=3)
    weights = model.objective_weights()["loss"]
    fixed = {id(w) for layer in model.encoders for w in layer.trainable_weights}
    for step, still in ((2, True), (3, False)):
        _, _, found, _ = gradients(model, batch, step)
        sizes = [
            np.abs(np.array(gradient)).max()
            for gradient, weight in zip(found["loss"], weights, strict=True)
            if id(weight) in fixed
        ]
        assert bool(max(sizes) == 0.0) is still


@pytest.mark.slow
def test_adversaries_are_the_same_on_two_replicas(batches, mirrored):
    found = []
    for scope in (tf.distribute.get_strategy().scope(), mirrored.scope()):
        with scope:
            model = adversaries(balance=AdaptiveWeight(decay=0.5))
            model.plateau.reached.assign(1.0)
            model.compile(keras.optimizers.SGD(1e-7), jit_compile=False)
        images = np.random.default_rng(0).random((7, 32, 64, 1), np.float32)
        data = tf.data.Dataset.from_tensor_slices({"image": images, "id": np.arange(7)})
        model.fit(data.batch(4), epochs=2, verbose=0, shuffle=False)
        found.append([*model.weights, *model.training_variables])
    for one, two in zip(*found, strict=True):
        np.testing.assert_allclose(one, two, rtol=1e-4, atol=1e-5, err_msg=one.path)
        for copy in getattr(two.value, "values", [two.value]):
            np.testing.assert_array_equal(tf.identity(copy), two, err_msg=one.path)


def test_losses_by_hand():
    real, fake = tf.constant([[0.5, 2.0]]), tf.constant([[-0.5, -3.0]])
    assert float(losses.hinge_of_discriminator(real, fake)[0]) == pytest.approx(0.25 + 0.25)
    assert float(losses.hinge_of_generator(fake)[0]) == pytest.approx(1.75)
    features = [tf.constant([[1.0, 3.0]])], [tf.constant([[2.0, 3.0]])]
    assert float(losses.feature_matching(*features)[0]) == pytest.approx(0.25, rel=1e-4)


def test_the_distance_of_waveforms_is_that_of_sound(tones):
    """Nothing for the image of the sound itself but what the codec leaves; more for another."""
    layer = spectrogram()
    audio = tf.constant(tones[:2])
    images = layer(audio)
    lengths = (64, 128, 256)
    own = losses.waveform_distance(layer, audio, images, lengths)
    other = losses.waveform_distance(layer, audio, images[::-1], lengths)
    assert np.all(own < 0.1 * other)


def test_waveforms_stand_in_the_loss_of_training_with_their_weight(tones):
    layer = spectrogram()
    batch = {"image": layer(tones[:2]), "audio": tf.constant(tones[:2]), "id": np.arange(2)}
    weighed, plain = (adversaries(waveform_weight=weight) for weight in (3.0, 0.0))
    key = noise.key(0, 2)
    found = weighed.loss_terms(weighed.fill_defaults(batch), key, training=True)
    without = plain.loss_terms(plain.fill_defaults(batch), key, training=True)
    own = losses.waveform_distance(layer, batch["audio"], weighed(batch["image"]), (64, 128, 256))
    np.testing.assert_allclose(found["waveform"], own, rtol=1e-4)
    np.testing.assert_allclose(found["loss"] - without["loss"], 3.0 * own, rtol=0.02)
    assert np.all(without["waveform"] == 0.0)


def test_waveforms_need_a_linear_scale():
    mel = tfaudiogen.Spectrogram(8000, 256, 64, frames=32, bins=32, scale="mel")
    with pytest.raises(ValueError, match="waveform_weight needs a spectrogram with a linear"):
        tfaudiogen.VQGAN(mel, waveform_weight=1.0)
