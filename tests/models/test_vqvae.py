import keras
import numpy as np
import pytest
import tensorflow as tf

import tfaudiogen
from tfaudiogen import presets
from tfaudiogen.models.autoencoders.code_usage import code_counts, usage_figures
from tfaudiogen.probability import noise

TINY = {
    "spectrogram": {
        "sample_rate": 8000,
        "frame_length": 128,
        "hop": 32,
        "frames": 32,
        "bins": 64,
    },
    "model": {
        "kind": "vqvae",
        "widths": ((8,), (12,), (12,)),
        "strides": ((4,), (2,), (2,)),
        "blocks": 1,
        "quantizer": "vector",
        "codebook_sizes": (9, 8, 7),
        "quantizers": 2,
        "codebook_dim": 4,
        "decay": 0.99,
        "dead_code_threshold": 0.1,
        "commitment": 5.0,
        "gradient": "rotation",
        "likelihood": "discretized_logistic",
        "scale": "pixel",
    },
}


def tiny(levels=2, **changes):
    keras.utils.set_random_seed(7)
    model = {**TINY["model"], **changes}
    for part in ("widths", "strides", "codebook_sizes"):
        model[part] = model[part][:levels]
    preset = {**presets.get("sinewave_vae").as_dict(), **TINY, "model": model}
    return presets.Preset(**preset).build(["tone"])


def terms(model, batch, training=False):
    key = noise.key(0, len(batch["image"]))
    return model.loss_terms(model.fill_defaults(batch), key, training)


@pytest.fixture
def batch(batches):
    return next(iter(batches(4)))


@pytest.mark.parametrize(
    ("levels", "quantizer", "codes", "tail"),
    [
        (1, "vector", (9,), ()),
        (2, "vector", (9, 8), ()),
        (3, "vector", (9, 8, 7), ()),
        (2, "residual", (9, 8), (2,)),
        (2, "finite", ((4, 3), (3, 3)), ()),
    ],
)
def test_codes_carry_the_whole_reconstruction(batch, levels, quantizer, codes, tail):
    model = tiny(levels, quantizer=quantizer, codebook_sizes=codes)
    found = model.encode_codes(batch["image"])
    shapes = [(2, 4), (4, 8), (8, 16)][-levels:]
    assert model.code_shapes == shapes
    assert model.codebook_sizes == [np.prod(count) for count in codes[::-1]]
    assert [tuple(code.shape) for code in found] == [(4, *shape, *tail) for shape in shapes]
    assert {code.dtype for code in found} == {tf.int32}
    images = model.decode_codes(found)
    np.testing.assert_allclose(images, model.reconstruct_images(batch["image"]), atol=1e-6)
    assert images.shape == batch["image"].shape


def test_the_top_conditions_the_bottom_and_the_picture(batch):
    model = tiny(2)
    top, bottom = model.encode_codes(batch["image"])
    other = model.decode_codes([(top + 1) % 8, bottom])
    assert np.abs(other - model.decode_codes([top, bottom])).max() > 1e-4


def test_the_bottom_is_encoded_given_the_top(batch):
    """Other codes above, the image being the same, give other vectors and codes below."""
    model = tiny(2)
    top, bottom = model.encode_codes(batch["image"])
    vectors = model.encode_vectors(batch["image"])[1]
    codebook = model.quantizers[1].codebook
    codebook.means.assign(tf.reverse(codebook.means, [0]))  # the same places, by other numbers
    np.testing.assert_array_equal(model.encode_codes(batch["image"])[0], 7 - top)
    np.testing.assert_allclose(model.encode_vectors(batch["image"])[1], vectors, atol=1e-5)
    codebook.means.assign(-codebook.means)
    changed = model.encode_vectors(batch["image"])[1]
    assert np.abs(changed - vectors).max() > 1e-2
    assert np.any(model.encode_codes(batch["image"])[1] != bottom)


def test_the_loss_is_distortion_and_uniform_rate(batch):
    model = tiny(2)
    found = terms(model, batch)
    rate = 4 * 8 * np.log(8) + 8 * 16 * np.log(9)
    np.testing.assert_allclose(found["rate"], rate, rtol=1e-6)
    np.testing.assert_allclose(found["loss"], found["distortion"] + rate, rtol=1e-6)
    np.testing.assert_allclose(found["code_length"], found["loss"], rtol=1e-6)
    np.testing.assert_allclose(
        model.image_log_prob(batch["image"], batch["frames"]), -found["code_length"], rtol=1e-6
    )


def test_a_residual_quantizer_pays_for_each_of_its_codes(batch):
    model = tiny(1, quantizer="residual")
    np.testing.assert_allclose(terms(model, batch)["rate"], 8 * 16 * 2 * np.log(9), rtol=1e-6)


def test_training_adds_padding_and_penalties(batch):
    free, bound = tiny(commitment=0.0), tiny(commitment=2.0)
    found, other = terms(free, batch, training=True), terms(bound, batch, training=True)
    np.testing.assert_allclose(found["loss"], found["distortion"] + found["padding"], rtol=1e-6)
    places = np.array([4 * 8, 8 * 16])  # top, bottom
    expected = found["loss"] + 2.0 * (other["gaps"] @ places[:, None].astype(np.float32))[:, 0]
    np.testing.assert_allclose(other["loss"], expected, rtol=1e-5)


@pytest.mark.parametrize(
    "quantizer",
    ["vector", *(pytest.param(one, marks=pytest.mark.slow) for one in ("residual", "finite"))],
)
def test_it_learns_and_reports_the_use_of_codes(batches, quantizer):
    codes = ((3, 3), (2, 3)) if quantizer == "finite" else (9, 8)
    model = tiny(2, quantizer=quantizer, codebook_sizes=codes)
    model.compile(keras.optimizers.Adam(3e-3), jit_compile=False)
    logs = model.fit(batches(5), validation_data=batches(5), epochs=8, verbose=0).history
    assert logs["distortion"][-1] < logs["distortion"][0]
    for prefix in ("", "val_"):
        for number in (0, 1):
            names = ("usage", "dead_codes", "perplexity", "commitment")
            usage, dead, perplexity, _ = (logs[f"{prefix}{name}_{number}"][-1] for name in names)
            count = model.codebook_sizes[number] * (2 if quantizer == "residual" else 1)
            assert dead == pytest.approx(count * (1.0 - usage), abs=1e-3)
            assert 1.0 <= perplexity <= count - dead + 1e-3


def test_usage_is_of_the_whole_epoch(batches):
    """The counts of three uneven batches are those of all examples."""
    model = tiny(2)
    model.compile(jit_compile=False)
    logs = model.evaluate(batches(4), return_dict=True, verbose=0)
    top, bottom = model.encode_codes(next(iter(batches(11)))["image"])
    for number, code, count in ((0, top, 8), (1, bottom, 9)):
        used = np.bincount(np.ravel(code), minlength=count)
        np.testing.assert_allclose(model.code_usage()[number], used / 11, rtol=1e-6)
        assert logs[f"usage_{number}"] == pytest.approx(np.mean(used > 0))


def test_usage_figures_by_hand():
    figures = usage_figures(np.array([2.0, 2.0, 0.0, 0.0]))
    assert float(figures["usage"]) == 0.5
    assert float(figures["dead_codes"]) == 2.0
    assert float(figures["perplexity"]) == pytest.approx(2.0)


def test_codes_are_counted_by_example_and_codebook():
    code = np.array([[[[0, 2], [1, 2]]], [[[1, 0], [1, 1]]]], np.int32)  # [2, 1, 2, Q = 2]
    expected = [[1, 1, 0, 0, 0, 2], [0, 2, 0, 1, 1, 0]]
    np.testing.assert_array_equal(code_counts(tf.constant(code), 3), expected)


@pytest.mark.parametrize("quantizer", ["vector", "residual", "finite"])
def test_silence_has_a_gradient_of_ordinary_size(quantizer):
    """Features of nothing have no direction, by which gradients would grow without bound."""
    codes = ((3, 3), (2, 3)) if quantizer == "finite" else (9, 8)
    model = tiny(2, quantizer=quantizer, codebook_sizes=codes)
    batch = model.fill_defaults({"image": tf.zeros((2, 32, 64, 1))})
    key = noise.key(0, 2)
    _, _, gradients, _ = model.sums_and_gradients(batch, key, tf.constant(1.0))
    assert all(np.linalg.norm(gradient) < 1e6 for gradient in gradients["loss"])


@pytest.mark.slow
@pytest.mark.parametrize(
    ("levels", "quantizer", "compiled"),
    [(1, "vector", True), (2, "residual", False), (1, "finite", True)],
)
def test_two_replicas_learn_the_same_codes(mirrored, levels, quantizer, compiled):
    """Every copy is equal to the bit, and near those of one device; the last batch is uneven."""
    count = 4 if compiled else 7  # each size of a batch is compiled anew
    images = np.random.default_rng(0).random((count, 32, 64, 1), np.float32)
    data = {"image": images, "id": np.arange(count)}
    batches = tf.data.Dataset.from_tensor_slices(data).batch(4)
    results = []
    for scope in (tf.distribute.get_strategy().scope(), mirrored.scope()):
        with scope:
            codes = ((3, 3),) if quantizer == "finite" else (9, 8)
            model = tiny(levels, quantizer=quantizer, codebook_sizes=codes)
            model.compile(keras.optimizers.SGD(1e-6), jit_compile=compiled)
        model.fit(batches, epochs=2, verbose=0, shuffle=False)
        results.append(model)
    # The gradient of a whitener keeps the mean and spread of what its own replica sees.
    near = 1e-3 if quantizer == "finite" else 1e-4
    for one, two in zip(results[0].weights, results[1].weights, strict=True):
        np.testing.assert_allclose(one, two, rtol=near, atol=near / 10, err_msg=one.path)
        copies = [tf.identity(copy).numpy() for copy in getattr(two.value, "values", [two.value])]
        for copy in copies[1:]:
            np.testing.assert_array_equal(copies[0], copy, err_msg=one.path)


def test_sounds_become_codes_and_codes_sounds(tones):
    model = tiny(2)
    codes = model.encode(tones[:3])
    assert [code.shape for code in codes] == [(3, 4, 8), (3, 8, 16)]
    assert model.decode(codes).shape == (3, 1024)
    assert model.reconstruct(tones[0]).shape == (1024,)
    assert model.reconstruct(np.tile(tones[0], 3), phase="graph").shape == (3072,)


def test_pictures_enter_by_the_same_class():
    model = tfaudiogen.VQVAE(tfaudiogen.Pictures(16, 16, 3), levels=2)
    images = np.random.default_rng(0).random((2, 16, 16, 3), np.float32)
    assert model(images).shape == (2, 16, 16, 3)
    assert model.code_shapes == [(2, 2), (4, 4)]


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: tfaudiogen.VQVAE(tfaudiogen.Spectrogram(), levels=0), "levels must be at least 1"),
        (
            lambda: tfaudiogen.VQVAE(
                tfaudiogen.Spectrogram(),
                quantizers=[tfaudiogen.VectorQuantizer(4)],
                encoders=[tfaudiogen.FeatureEncoder((4,), (4,))] * 2,
            ),
            "as many, one for each level; received 2, 1 and 1",
        ),
        (lambda: tiny().decode_codes([np.zeros((1, 4, 8), np.int32)]), "codes must be"),
        (lambda: tiny().sample(1), "has no prior over its codes"),
        (lambda: tiny(quantizer="no"), "quantizer must be vector, residual or finite"),
        (lambda: tiny(kind="no"), "kind must be one of vae, .*; received 'no'"),
    ],
)
def test_bad_input_is_named(call, message):
    with pytest.raises(ValueError, match=message):
        call()
