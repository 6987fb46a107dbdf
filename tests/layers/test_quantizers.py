import keras
import numpy as np
import pytest
import tensorflow as tf

from tfaudiogen.layers.blocks import statistics
from tfaudiogen.layers.blocks.residual import normalize
from tfaudiogen.layers.quantizers.codebook import Codebook
from tfaudiogen.layers.quantizers.finite_scalar import FiniteScalarQuantizer
from tfaudiogen.layers.quantizers.residual import ResidualQuantizer
from tfaudiogen.layers.quantizers.vector import GRADIENTS, VectorQuantizer, rotation
from tfaudiogen.probability import noise

QUANTIZERS = {
    "vector": lambda: VectorQuantizer(13, codebook_dim=4),
    "euclidean": lambda: VectorQuantizer(13, codebook_dim=4, normalized=False),
    "residual": lambda: ResidualQuantizer(6, quantizers=3, codebook_dim=4),
    "finite": lambda: FiniteScalarQuantizer((5, 4, 3)),
}


def features(seed=0, batch=3):
    return np.random.default_rng(seed).normal(size=(batch, 4, 6, 5)).astype(np.float32)


def learn(codebook, vectors, step, name="codes"):
    """One step of a codebook on vectors [B, H, W, D]."""
    with statistics.collect() as reported:
        codebook.observe(vectors, codebook(vectors), noise.key(3, len(vectors), step), name)
    codebook.update_statistics(reported[codebook.path])


@pytest.mark.parametrize("normalized", [True, False])
def test_the_code_is_the_nearest(normalized):
    quantizer = VectorQuantizer(50, codebook_dim=4, normalized=normalized)
    found = quantizer(features())
    table = np.asarray(quantizer.codebook.table(), np.float64)
    if normalized:
        np.testing.assert_allclose(np.mean(table**2, axis=1), 1.0, rtol=1e-4)
    distances = np.sum((found["vectors"].numpy()[..., None, :] - table) ** 2, axis=-1)
    np.testing.assert_array_equal(found["code"], distances.argmin(-1))
    np.testing.assert_array_equal(found["latents"], table.astype(np.float32)[found["code"]])
    expected = 5.0 * distances.min(-1).sum((1, 2)) / 4
    np.testing.assert_allclose(found["penalty"], expected, rtol=1e-4)


@pytest.mark.parametrize("make", QUANTIZERS.values(), ids=QUANTIZERS)
def test_lookup_gives_the_latents_of_call(make):
    quantizer = make()
    found = quantizer(features())
    assert found["code"].dtype == tf.int32
    assert found["code"].shape == (3, 4, 6, *quantizer.tail)
    assert 0 <= np.min(found["code"]) <= np.max(found["code"]) < quantizer.codebook_size
    np.testing.assert_array_equal(quantizer.lookup(found["code"]), found["latents"])
    np.testing.assert_array_equal(quantizer.nearest(found["vectors"]), found["code"])
    far = quantizer.nearest(9.0 * found["vectors"]).numpy()
    assert 0 <= far.min() <= far.max() < quantizer.codebook_size


@pytest.mark.parametrize("make", [QUANTIZERS["vector"], QUANTIZERS["finite"]])
def test_the_latents_of_a_code_have_that_code(make):
    """The projection undone, decode(encode(decode(c))) = decode(c)."""
    quantizer = make()
    quantizer(features())
    code = tf.range(quantizer.codebook_size)[None, :, None]
    latents = quantizer.lookup(code)
    if isinstance(quantizer, VectorQuantizer):
        again = quantizer.codebook(latents)
    else:
        half = np.array(quantizer.levels) // 2
        digits = np.round(latents * half + half).astype(int)
        assert len(np.unique(digits.reshape(-1, 3), axis=0)) == quantizer.codebook_size
        again = digits @ np.array([1, 5, 20])
    np.testing.assert_array_equal(again, code)


def test_finite_levels_are_reached_and_never_left():
    quantizer = FiniteScalarQuantizer((5, 4))
    quantizer.build((None, 1, 1, 2))
    quantizer.project.kernel.assign(np.eye(2))
    steps = np.linspace(-50, 50, 501, dtype=np.float32)
    found = quantizer(np.stack(np.broadcast_arrays(steps, steps), -1)[:, None, None])
    latents = found["latents"].numpy()[:, 0, 0]
    np.testing.assert_array_equal(np.unique(latents[:, 0]), [-1, -0.5, 0, 0.5, 1])
    np.testing.assert_array_equal(np.unique(latents[:, 1]), [-1, -0.5, 0, 0.5])


def test_each_residual_stage_quantizes_what_is_left():
    quantizer = ResidualQuantizer(40, quantizers=3, codebook_dim=4)
    found = quantizer(features())
    rest = np.asarray(found["vectors"])
    for number, codebook in enumerate(quantizer.codebooks):
        table = np.asarray(codebook.table())
        nearest = np.sum((rest[..., None, :] - table) ** 2, -1).argmin(-1)
        np.testing.assert_array_equal(found["code"][..., number], nearest)
        rest = rest - table[nearest]
    np.testing.assert_allclose(found["vectors"] - found["latents"], rest, atol=1e-5)


@pytest.mark.parametrize("gradient", GRADIENTS)
def test_gradients_pass_through_the_code(gradient):
    quantizer = VectorQuantizer(13, codebook_dim=4, commitment=0.0, gradient=gradient)
    inputs = tf.constant(features())
    quantizer(inputs)
    with tf.GradientTape() as tape:
        total = tf.reduce_sum(quantizer(inputs)["latents"][..., 0])
    assert np.linalg.norm(tape.gradient(total, quantizer.project.kernel)) > 0.1


def test_rotation_turns_the_gradient_as_the_vector_is_turned():
    """A gradient along the code becomes one along the vector; lengths grow by |e| / |z|."""
    vector, code = tf.constant([[3.0, 0.0, 0.0]]), tf.constant([[0.0, 1.0, 0.0]])
    with tf.GradientTape() as tape:
        tape.watch(vector)
        nearest = rotation(vector, code)
        value = tf.reduce_sum(nearest * [[0.0, 2.0, 5.0]])
    np.testing.assert_array_equal(nearest, code)
    np.testing.assert_allclose(tape.gradient(value, vector), [[2 / 3, 0, 5 / 3]], atol=1e-6)


def test_codes_start_from_vectors_of_the_first_batch():
    codebook = Codebook(20, 3, normalized=False)
    vectors = tf.constant(np.random.default_rng(0).normal(size=(4, 6, 6, 3)), tf.float32)
    codebook(vectors)
    codebook.means.assign(codebook.means + 100.0)
    learn(codebook, vectors, step=0)
    gaps = np.linalg.norm(np.reshape(vectors, (-1, 1, 3)) - np.asarray(codebook.table()), axis=-1)
    # The others had no vector of their own among those drawn: they have to wait for the next step.
    started = gaps.min(0) < 100.0
    assert np.sum(started) >= 12
    # The one that was the nearest to all of them may have become their mean instead.
    assert np.sum(gaps.min(0)[started] > 0.05) <= 1
    assert len(np.unique(gaps.argmin(0)[started])) >= np.sum(started) - 1


def test_codes_move_to_the_means_of_their_vectors():
    """Two clusters, two codes, many steps: the codes are the clusters' means."""
    codebook = Codebook(2, 2, normalized=False)
    draw = np.random.default_rng(0)
    centres = np.array([[3.0, 0.0], [-3.0, 1.0]])
    for step in range(60):
        vectors = centres[draw.integers(0, 2, (2, 8, 8))] + 0.1 * draw.normal(size=(2, 8, 8, 2))
        vectors = tf.constant(vectors, tf.float32)
        codebook(vectors)
        learn(codebook, vectors, step)
    found = np.asarray(codebook.table())
    np.testing.assert_allclose(found[found[:, 0].argsort()], centres[::-1], atol=0.05)


def test_a_dead_code_is_used_again():
    codebook = Codebook(8, 3)
    vectors = normalize(tf.constant(np.random.default_rng(0).normal(size=(4, 8, 8, 3)), "float32"))
    codebook(vectors)
    for step in range(20):
        learn(codebook, vectors, step)
    means = np.asarray(codebook.means).copy()
    means[2:] = means[2]  # the first of equal codes takes all
    codebook.means.assign(means)
    assert len(np.unique(codebook(vectors))) == 3
    for step in range(20, 60):
        learn(codebook, vectors, step)
    counts = np.bincount(np.ravel(codebook(vectors)), minlength=8)
    assert np.all(counts > 0)


def test_a_dead_code_becomes_a_vector_of_the_batch_with_averages_that_begin_anew():
    codebook = Codebook(4, 3, normalized=False, dead_code_threshold=0.1)
    vectors = tf.constant(np.random.default_rng(0).normal(size=(4, 8, 8, 3)), tf.float32)
    codebook(vectors)
    codebook.means.assign([*np.eye(3), np.full(3, 100.0)])  # to which nothing is near
    codebook.counts.assign([90.0, 80.0, 70.0, 1.0])
    codebook.age.assign(1e4)
    code = np.ravel(codebook(vectors))
    learn(codebook, vectors, step=0)
    share = 0.99 * np.array([90.0, 80.0, 70.0, 1.0]) + 0.01 * np.bincount(code, minlength=4)
    np.testing.assert_allclose(codebook.counts[:3], share[:3], rtol=1e-5)
    np.testing.assert_allclose(codebook.counts[3], 2 * 0.1 * share.mean(), rtol=1e-5)
    gaps = np.linalg.norm(np.reshape(vectors, (-1, 3)) - np.asarray(codebook.means)[3], axis=1)
    assert gaps.min() < 0.05
    before = np.asarray(codebook.means)[:3].copy()
    learn(codebook, vectors, step=1)
    assert np.asarray(codebook.counts)[3] > 0.1 * np.mean(codebook.counts)  # and it stays
    assert np.linalg.norm(np.asarray(codebook.means)[:3] - before, axis=1).max() < 0.05


def test_usually_codes_are_looked_up_by_angle_in_few_dimensions():
    quantizer = VectorQuantizer(16)
    found = quantizer(np.tile(features(), (1, 1, 1, 8)))  # 40 channels
    assert found["vectors"].shape[-1] == quantizer.codebook_dim == 8
    np.testing.assert_allclose(np.mean(found["vectors"] ** 2, axis=-1), 1.0, rtol=1e-3)


def test_without_a_threshold_a_dead_code_stays():
    codebook = Codebook(4, 3, normalized=False, dead_code_threshold=0.0)
    vectors = tf.constant(np.random.default_rng(0).normal(size=(4, 8, 8, 3)), tf.float32)
    codebook(vectors)
    learn(codebook, vectors, step=0)
    means = np.asarray(codebook.means).copy()
    means[3] = 100.0
    codebook.means.assign(means)
    for step in range(1, 30):
        learn(codebook, vectors, step)
    assert len(np.unique(codebook(vectors))) == 3


def test_what_is_learned_does_not_depend_on_parts():
    """Sums over parts of a batch give the codes of the whole batch, replacements included."""
    whole, parts = Codebook(20, 3, name="one"), Codebook(20, 3, name="two")
    vectors = normalize(tf.constant(np.random.default_rng(0).normal(size=(5, 6, 6, 3)), "float32"))
    key = noise.key(0, 5)
    for codebook in (whole, parts):
        keras.utils.set_random_seed(0)
        codebook(vectors)
    parts.means.assign(whole.means)
    learned = []
    for codebook, pieces in ((whole, [(0, 5)]), (parts, [(0, 2), (2, 5)])):
        found = []
        for start, end in pieces:
            piece = vectors[start:end]
            with statistics.collect() as reported:
                place = key._replace(index=key.index[start:end])
                codebook.observe(piece, codebook(piece), place, "codes")
            found.append(reported[codebook.path])
        codebook.update_statistics({name: sum(one[name] for one in found) for name in found[0]})
        learned.append(np.asarray(codebook.means))
    np.testing.assert_allclose(learned[0], learned[1], rtol=1e-5, atol=1e-6)


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: Codebook(1, 4), "codebook_size must be at least 2"),
        (lambda: Codebook(8, 4, decay=1.0), "decay must be between 0 and 1, received 1.0"),
        (
            lambda: Codebook(8, 4, dead_code_threshold=1.0),
            "dead_code_threshold must be from 0 to below 1",
        ),
        (lambda: VectorQuantizer(8, gradient="none"), "gradient must be one of .* received 'none'"),
        (
            lambda: ResidualQuantizer(8, quantizers=0),
            "quantizers must be an integer from 1 to 512; received 0",
        ),
        (lambda: FiniteScalarQuantizer((8, 1)), "levels must each be at least 2"),
        (
            lambda: FiniteScalarQuantizer((4, 3), dead_code_threshold=1.0),
            "dead_code_threshold and decay must be from 0",
        ),
    ],
)
def test_bad_arguments_are_named(make, message):
    with pytest.raises(ValueError, match=message):
        make()
