"""Autoencoder and priors as one model: likelihood, samples of any length, continuation."""

import numpy as np
import pytest
import tensorflow as tf

import tfaudiogen as tg
from tfaudiogen.layers.conditioning.code_conditions import CodeConditions
from tfaudiogen.models.modalities.code_windows import join, windows_of
from tfaudiogen.models.priors.labels import choose_labels, words_of
from tfaudiogen.models.priors.long_codes import CodeSampler
from tfaudiogen.probability import noise


@pytest.fixture(scope="module")
def model(code_model):
    return code_model


def tone(samples, pitch=900.0):
    return (0.5 * np.sin(2 * np.pi * pitch * np.arange(samples) / 8000)).astype(np.float32)


def test_rate_is_that_of_the_chain_of_priors(model):
    images = model.representation(np.stack([tone(1024), tone(1024, 300)]))
    label = tf.constant([0, 1])
    batch = model.fill_defaults({"image": images, "label": label})
    terms = model.loss_terms(batch, noise.key(0, 2), training=False)
    top, bottom = model.encode_codes(images)
    rate = -model.priors[0].log_prob(top, label) - model.priors[1].log_prob(bottom, label, [top])
    np.testing.assert_allclose(terms["rate"], rate, rtol=1e-6)
    uniform = model.autoencoder.loss_terms(batch, noise.key(0, 2), training=False)
    np.testing.assert_allclose(
        terms["code_length"], uniform["code_length"] - uniform["rate"] + rate, rtol=1e-5
    )
    by_sound = model.log_prob(np.stack([tone(1024), tone(1024, 300)]), ["low", "high"])
    np.testing.assert_allclose(-by_sound, terms["code_length"], rtol=1e-5)


def test_words_of_labels_stand_for_all_labels_that_have_them():
    names = ["oboe A4", "oboe C5", "drums", "bell A4"]
    chosen = choose_labels(names, 4, ["oboe", "A4", "drums", "C5 oboe"] * 20, 80, noise.key(1, 80))
    found = [set(chosen.numpy()[start::4]) for start in range(4)]
    assert found == [{0, 1}, {0, 3}, {2}, {1}]
    assert choose_labels(names, 4, "oboe A4", 1, noise.key(1, 1)).numpy().tolist() == [0]
    assert choose_labels(["A4", "oboe A4"], 2, ["A4"] * 9, 9, noise.key(1, 9)).numpy().any() == 0
    assert choose_labels(names, 4, 1, 2).numpy().tolist() == [1, 1]
    for bad, key in [
        ("oboe", None),
        ("oboe C4", noise.key(1, 1)),
        ("", noise.key(1, 1)),
        (4, None),
    ]:
        with pytest.raises(ValueError, match="label must be one of oboe A4, .*received"):
            choose_labels(names, 4, bad, 1, key)


def test_labels_share_what_is_learned_of_their_words():
    words = words_of(["oboe A4", "oboe C5", "bell C5"])
    layer = CodeConditions((2, 2), 3, classes=3, words=words)
    layer.build(None)
    embedded = layer(tf.zeros(4, tf.bool), tf.constant([0, 1, 2, -1])).numpy()[:, 0]
    vectors = layer.embed_label.embeddings.numpy()
    bin_zero = layer.embed_column.embeddings.numpy()[0]
    expected = [vectors[0] + vectors[1], vectors[0] + vectors[2], vectors[3] + vectors[2]]
    np.testing.assert_allclose(embedded, bin_zero + np.stack([*expected, vectors[4]]), rtol=1e-6)
    with pytest.raises(ValueError, match="each of the 2 labels, received 3 lists"):
        CodeConditions((2, 2), 3, classes=2, words=words)


def test_a_seed_gives_the_same_sounds_and_a_label_others(model):
    first, again = (model.sample(2, seed=3, label="high").numpy() for _ in range(2))
    np.testing.assert_array_equal(first, again)
    assert first.shape == (2, 1024)
    assert np.abs(first - model.sample(2, seed=3, label="low")).max() > 1e-3


@pytest.mark.slow
def test_a_model_draws_at_its_own_temperature_and_guidance(model):
    own = tg.CodeModel(model.autoencoder, model.priors, temperature=0.7, guidance=2.0)
    settings = {"temperature": 0.7, "guidance": 2.0}
    np.testing.assert_array_equal(own.sample(2, 3, "high"), model.sample(2, 3, "high", **settings))
    np.testing.assert_array_equal(own.sample(2, 3), model.sample(2, 3, temperature=0.7))
    sound = tone(2400)
    np.testing.assert_array_equal(
        own.extend(sound, 0.4, label="high"), model.extend(sound, 0.4, label="high", **settings)
    )
    with pytest.raises(ValueError, match="guidance must not be negative, received -1"):
        tg.CodeModel(model.autoencoder, model.priors, guidance=-1.0)


def test_long_samples_begin_with_their_first_window(model):
    key = noise.key(4, 2)
    short, long = (model.sample_codes(key, windows) for windows in (1, 3))
    for one, more in zip(short, long, strict=True):
        assert more.shape[1] == 2 * one.shape[1]
        np.testing.assert_array_equal(more[:, : one.shape[1]], one)
    assert model.sample(1, seconds=0.2).shape == (1, 1600)


def test_windows_of_long_codes_continue_by_the_prior(model):
    """The last window of a long map is what the prior draws after its first half."""
    key = noise.key(4, 1)
    top = model.sample_codes(key, 2)[0]
    known = tf.constant(np.repeat(np.arange(4) < 2, 8)[None])
    known_codes = tf.reshape(tf.constant(top[:, 2:6]), (1, 32))
    again = model.priors[0].draw(key, {"maps": []}, (known_codes, known), stream="codes 0 2 0")
    np.testing.assert_array_equal(again, top[:, 2:6])


def test_windows_and_join_are_inverse():
    codes = np.arange(10 * 3).reshape(10, 3)
    np.testing.assert_array_equal(join(windows_of(codes[None], 4)[0].numpy()), codes)


def flux(image):
    """Mean absolute change between frames of an image [T, F, 1]."""
    return np.abs(np.diff(np.asarray(image)[..., 0], axis=0)).mean(axis=1)


@pytest.mark.slow
def test_no_seam_at_window_borders(model):
    images = model.sample_images(noise.key(0, 8), windows=7)
    changes = np.mean([flux(image) for image in images], axis=0)  # [T - 1]
    place = np.arange(1, len(changes) + 1)
    # Both are borders of columns of the top level; every other one is one of windows.
    seams, inside = (changes[place % 16 == rest] for rest in (0, 8))
    assert seams.mean() == pytest.approx(inside.mean(), rel=0.1)


def test_extension_keeps_the_beginning_and_goes_on(model):
    sound = tone(2400)
    longer = model.extend(sound, 0.6, seed=1)
    assert longer.shape == (4800,)
    before, after = (np.asarray(model.representation(one[None])[0]) for one in (sound, longer))
    assert np.abs(after[:40] - before[:40]).mean() < 0.05
    assert after[90:140].max() > 0.0
    other = np.asarray(model.representation(model.extend(sound, 0.6, seed=2)[None])[0])
    assert np.abs(after[90:140] - other[90:140]).mean() > 0.01


def test_inpainting_changes_what_lies_between_and_no_more(model):
    sound = tone(4096)
    changed = model.inpaint(sound, 0.2, 0.3, candidates=2)
    before, after = (np.asarray(model.representation(one[None])[0]) for one in (sound, changed))
    apart = np.abs(before - after).mean(axis=(1, 2))
    # Whole columns of 8 frames of 4 ms, one more to fade, and the frames that reach into it.
    assert apart[:36].mean() < 0.05
    assert apart[90:120].mean() < 0.05
    assert apart[52:72].mean() > 2 * apart[:36].mean()


@pytest.mark.slow
def test_what_follows_chooses_among_the_candidates(model):
    """With many candidates the gap is better followed by what follows than with one."""
    prior, fits = model.priors[0], []
    top = np.asarray(model.encode_codes(model.representation(tone(1024)[None]))[0])
    after = np.broadcast_to(np.arange(4)[:, None] >= 2, (1, 4, 8))
    for candidates in (1, 16):
        known = np.array([True, False, True, True])
        filled = [
            CodeSampler([prior], noise.key(seed, 1), None, {}, candidates).generate(
                [top.copy()], [known]
            )
            for seed in range(6)
        ]
        fits.append(np.mean([prior.log_prob(code[0], positions=after) for code in filled]))
    assert fits[1] > fits[0]


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda model: model.sample(1, label="middle"), "label must be one of low, high"),
        (lambda model: model.sample(2, label=["low"]), "or 2 of them"),
        (lambda model: model.sample(1, guidance=2.0), "guidance needs a label"),
        (lambda model: model.sample(1, top_p=0.0), "top_p must be in"),
        (lambda model: model.extend(tone(1000), 0.1), "seconds must be more than the 0.12 s"),
        (lambda model: model.inpaint(tone(1000), 0.1, 0.5), "start and end must be"),
        (
            lambda model: tg.CodeModel(model.autoencoder, model.priors[::-1]),
            "priors must be for maps",
        ),
    ],
)
def test_unusable_arguments_are_named(model, call, message):
    with pytest.raises(ValueError, match=message):
        call(model)
