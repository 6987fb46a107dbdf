"""Every method takes the same arrays for the same sounds and pictures; see `test_arrays.py`."""

import numpy as np
import pytest
import small_models

RATE = small_models.RATE
SOUND = np.round(2**14 * small_models.tones(1)[0]).astype(np.int16)
BAD_SOUNDS = {
    r"\[400, 2\], which looks like 400 samples of 2 channels": np.zeros((400, 2), np.float32),
    r"in \[-1, 1\], received 20000 at \[0\]": np.full(400, 2e4),
    r"finite, received nan at \[5\]": np.where(np.arange(400) == 5, np.nan, 0.0),
}


@pytest.fixture(scope="module")
def finding():
    return small_models.finding()


def refuses_bad_sounds(method):
    for message, inputs in BAD_SOUNDS.items():
        with pytest.raises(ValueError, match=f"^waveform must .*{message}"):
            method(inputs)


def refuses_bad_pictures(method, shape):
    for message, inputs in {
        r"in \[0, 1\], received 255 at": np.full(shape, 255.0),
        "channels come first": np.zeros((shape[-1], *shape[:-1])),
        "finite, received nan at": np.full(shape, np.nan),
    }.items():
        with pytest.raises(ValueError, match=f"^picture must .*{message}"):
            method(inputs)


def test_a_vae(tiny):
    model = tiny()
    silence = np.zeros(400)
    for method in (
        model.encode,
        model.reconstruct,
        model.log_prob,
        lambda inputs: model.interpolate(inputs, silence),
        lambda inputs: model.interpolate(silence, inputs),
        lambda inputs: model.reconstruct(inputs, phase="graph"),
    ):
        refuses_bad_sounds(method)
    np.testing.assert_array_equal(model.encode(SOUND), model.encode(SOUND / 2**15))


def test_a_code_model(code_model):
    for method in (
        code_model.encode,
        code_model.reconstruct,
        code_model.log_prob,
        lambda inputs: code_model.extend(inputs, 1.0),
        lambda inputs: code_model.inpaint(inputs, 0.0, 0.01),
    ):
        refuses_bad_sounds(method)
    with pytest.raises(ValueError, match=r"must be one sound \[N\], received .* \(1, 400\)"):
        code_model.extend(np.zeros((1, 400)), 1.0)
    for found, wanted in zip(
        code_model.encode(SOUND), code_model.encode(SOUND / 2**15), strict=True
    ):
        np.testing.assert_array_equal(found, wanted)


def test_translators(painter_model, composer_model):
    grey, colour = np.zeros((8, 8, 1)), np.zeros((8, 8, 3))
    refuses_bad_sounds(painter_model.sample)
    refuses_bad_sounds(lambda inputs: painter_model.log_prob(grey, inputs))
    refuses_bad_pictures(composer_model.sample, (8, 8, 3))
    refuses_bad_sounds(lambda inputs: composer_model.log_prob(inputs, colour))
    np.testing.assert_array_equal(
        painter_model.vectors(SOUND), painter_model.vectors(SOUND / 2**15)
    )


def test_embedders_and_taggers(finding):
    matcher, tagger = finding["matcher"], finding["tagger"]
    refuses_bad_sounds(matcher.embed_sounds)
    for method in (matcher.embed_pictures, tagger.probabilities, tagger.tag):
        refuses_bad_pictures(method, (8, 8, 3))
    with pytest.raises(ValueError, match=r"^vector must be finite, received nan at \[1\]"):
        finding["vector_matcher"].embed_vectors([0.0, np.nan, 1.0])
    np.testing.assert_array_equal(matcher.embed_sounds(SOUND), matcher.embed_sounds(SOUND / 2**15))
    levels = np.arange(192, dtype=np.uint8).reshape(8, 8, 3)
    for method in (matcher.embed_pictures, tagger.probabilities):
        np.testing.assert_array_equal(method(levels), method(levels / 255))
