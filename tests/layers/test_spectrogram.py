import keras
import numpy as np
import pytest
import tensorflow as tf

from tfaudiogen.layers.representations.spectrogram import Spectrogram
from tfaudiogen.runtime.renamed import RenamedWarning

GEOMETRIES = [
    {"sample_rate": 8000, "frame_length": 512, "hop": 128, "frames": 64, "bins": 64}
    | {"scale": "mel"},
    {"sample_rate": 8000, "frame_length": 256, "hop": 64, "frames": 128, "bins": 128},
    {"sample_rate": 8000, "frame_length": 512, "hop": 64, "frames": 128, "bins": 128}
    | {"scale": "mel", "mel_formula": "htk", "decibels": (-90.0, -10.0)},
]


@pytest.fixture(params=GEOMETRIES, ids=["mel64", "linear128", "mel128"])
def spectrogram(request):
    return Spectrogram(**request.param)


def tones(samples, count=2):
    """Gliding tones with two overtones and a little noise, [count, samples]."""
    time = np.arange(samples) / 8000
    generator = np.random.default_rng(0)
    pitches = generator.uniform(100, 300, (count, 1))
    phase = 2 * np.pi * (pitches * time + 40 * time**2)
    sound = sum(np.sin(k * phase) / k for k in (1, 2, 3)) / 4
    return (sound + 1e-3 * generator.normal(size=sound.shape)).astype(np.float32)


def test_one_window_gives_one_image(spectrogram):
    images = spectrogram(tones(spectrogram.samples))
    assert images.shape == (2, *spectrogram.image_shape)
    assert images.dtype == tf.float32
    assert tf.reduce_min(images) >= 0
    assert 0.5 < tf.reduce_max(images) <= 1
    assert spectrogram.frequencies.shape == (spectrogram.bins,)
    assert spectrogram.seconds == spectrogram.samples / 8000


@pytest.mark.parametrize("samples", [1, 63, 64, 65, 5000])
def test_any_length_is_padded_to_a_multiple_of_the_hop(samples):
    spectrogram = Spectrogram(**GEOMETRIES[1])
    images = spectrogram(tones(samples))
    assert images.shape == (2, -(-samples // 64), 128, 1)
    assert spectrogram.compute_output_shape((2, samples)) == images.shape


def test_default_is_six_seconds_at_512_by_512():
    spectrogram = Spectrogram()
    assert spectrogram.image_shape == (512, 512, 1)
    assert spectrogram.samples == 131072


def test_level_of_a_sine_is_its_image_value(spectrogram):
    bin_ = 20
    frequency = 8000 / spectrogram.frame_length * bin_
    sine = np.sin(2 * np.pi * frequency / 8000 * np.arange(spectrogram.samples))
    images = spectrogram(0.1 * sine[None].astype(np.float32)).numpy()
    low, high = spectrogram.decibels
    peak = low + (high - low) * images[0, 10:-10].max(axis=1)
    limit = 0.01 if spectrogram.scale == "linear" else 6  # a band spreads a sine over its width
    np.testing.assert_allclose(peak, -20, atol=limit)


def test_compiled_and_mapped_equal_eager(spectrogram):
    waveforms = tones(spectrogram.samples)
    eager = spectrogram(waveforms)
    compiled = tf.function(lambda x: spectrogram(x), jit_compile=True)(waveforms)
    data = tf.data.Dataset.from_tensor_slices(waveforms).batch(2, drop_remainder=True)
    data = data.map(spectrogram)
    assert data.element_spec.shape == eager.shape
    np.testing.assert_allclose(compiled, eager, atol=1e-5)
    np.testing.assert_allclose(next(iter(data)), eager, atol=1e-5)


def test_computes_in_float32_under_any_policy():
    policy = keras.config.dtype_policy()
    keras.config.set_dtype_policy("mixed_bfloat16")
    try:
        images = Spectrogram(**GEOMETRIES[1])(tones(4096))
    finally:
        keras.config.set_dtype_policy(policy)
    np.testing.assert_array_equal(images, Spectrogram(**GEOMETRIES[1])(tones(4096)))


def test_configuration_round_trips(spectrogram):
    config = keras.saving.serialize_keras_object(spectrogram)
    twin = keras.saving.deserialize_keras_object(config)
    waveforms = tones(3000)
    assert twin.get_config() == spectrogram.get_config()
    np.testing.assert_array_equal(twin(waveforms), spectrogram(waveforms))


@pytest.mark.parametrize("phase", ["pghi", "graph"])
def test_inverse_keeps_the_image(spectrogram, phase):
    images = spectrogram(tones(spectrogram.samples))
    waveforms = spectrogram.inverse(images, phase=phase)
    assert waveforms.shape == (2, spectrogram.samples)
    again = spectrogram(waveforms)
    loud = images > 0.6
    span = spectrogram.decibels[1] - spectrogram.decibels[0]
    errors = span * tf.abs(again - images)[loud]
    assert tf.reduce_mean(errors) < 2.0


def test_the_old_name_of_a_method_warns_and_works(spectrogram):
    images = spectrogram(tones(spectrogram.samples))
    with pytest.warns(RenamedWarning, match='phase="heap" is now called phase="pghi"'):
        found = spectrogram.inverse(images, phase="heap")
    np.testing.assert_array_equal(found, spectrogram.inverse(images, phase="pghi"))


@pytest.mark.parametrize("phase", ["pghi", "graph"])
def test_inverse_of_silence_is_silence(spectrogram, phase):
    waveforms = spectrogram.inverse(tf.zeros([1, 9, spectrogram.bins, 1]), phase=phase)
    np.testing.assert_array_equal(waveforms, np.zeros([1, 9 * spectrogram.hop]))


@pytest.mark.parametrize("phase", ["pghi", "graph"])
@pytest.mark.parametrize("frames", [1, 2, 5, 150])
def test_inverse_takes_any_number_of_frames(spectrogram, phase, frames):
    images = np.random.default_rng(0).uniform(size=(1, frames, spectrogram.bins, 1))
    images[:, ::3] = 0
    first, second = (spectrogram.inverse(images, phase=phase) for _ in range(2))
    assert first.shape == (1, frames * spectrogram.hop)
    assert np.isfinite(first).all()
    np.testing.assert_array_equal(first, second)


def test_saved_graph_inverse_takes_any_batch_and_frames_and_equals_eager(tmp_path):
    spectrogram = Spectrogram(**GEOMETRIES[0])
    module = tf.Module()
    signature = [tf.TensorSpec([None, None, 64, 1])]
    module.invert = tf.function(
        lambda x: spectrogram.inverse(x, "graph"), input_signature=signature
    )
    tf.saved_model.save(module, str(tmp_path))
    invert = tf.saved_model.load(str(tmp_path)).invert
    for count, frames in [(1, 20), (3, 33)]:
        images = spectrogram(tones(frames * 128, count))
        expected = spectrogram.inverse(images, "graph")
        np.testing.assert_array_equal(invert(images), expected)


@pytest.mark.parametrize("shape", [(100,), (2, 3, 100)])
def test_waveforms_of_another_rank_are_refused(shape):
    with pytest.raises(ValueError, match="waveforms must be"):
        Spectrogram(**GEOMETRIES[1])(np.zeros(shape, np.float32))


@pytest.mark.parametrize("shape", [(9, 128, 1), (1, 9, 64, 1), (1, 9, 128, 3)])
def test_images_of_another_shape_are_refused(shape):
    with pytest.raises(ValueError, match="images must be .*received"):
        Spectrogram(**GEOMETRIES[1]).inverse(np.zeros(shape, np.float32))


def test_unknown_phase_is_refused(spectrogram):
    with pytest.raises(ValueError, match="phase must be 'pghi' or 'graph', received 'random'"):
        spectrogram.inverse(tf.zeros([1, 4, spectrogram.bins, 1]), phase="random")


@pytest.mark.parametrize(
    ("setting", "named"),
    [
        ({"bins": 100}, "bins"),
        ({"scale": "log"}, "scale"),
        ({"decibels": (0, -80)}, "decibels"),
        ({"mel_formula": "bark"}, "mel_formula"),
        ({"hop": 600}, "hop"),
        ({"frame_length": 1023}, "frame_length"),
        ({"sample_rate": 0}, "sample_rate"),
    ],
)
def test_inadmissible_settings_are_refused(setting, named):
    with pytest.raises(ValueError, match=f"^{named} must be .*received"):
        Spectrogram(**setting)
