"""The protocol of evaluation on a small model and batches with known answers."""

import json
import math

import keras
import numpy as np
import pytest
import soundfile
import tensorflow as tf
from PIL import Image

from tfaudiogen import data, metrics
from tfaudiogen.evaluation import protocol
from tfaudiogen.layers.probabilistic.likelihood import PixelLikelihood
from tfaudiogen.layers.representations.images import Pictures
from tfaudiogen.layers.representations.spectrogram import Spectrogram
from tfaudiogen.models.autoencoders.vae import VAE
from tfaudiogen.models.autoencoders.vqvae import VQVAE
from tfaudiogen.probability import noise

WINDOWS = 7
FILES = ["a.wav", "a.wav", "b.wav", "b.wav", "c.wav", "d.wav", "e.wav"]
LABELS = np.array([0, 0, 1, 1, 0, 1, 0])
FRAMES = np.array([32, 20, 32, 32, 11, 32, 32], np.int32)


def build(family="discretized_logistic"):
    keras.utils.set_random_seed(0)
    spectrogram = Spectrogram(8000, 64, 32, 32, 32)
    return VAE(spectrogram, latent_size=3, likelihood=PixelLikelihood(family))


def examples(model):
    spectrogram = model.representation
    time = np.arange(spectrogram.samples) / spectrogram.sample_rate
    draw = np.random.default_rng(0)
    tones = draw.uniform(200, 3000, (WINDOWS, 1))
    audio = 0.5 * np.sin(2 * np.pi * tones * time) + 0.01 * draw.normal(size=(WINDOWS, len(time)))
    audio = np.where(np.arange(len(time)) < FRAMES[:, None] * spectrogram.hop, audio, 0)
    return {
        "audio": tf.constant(audio, tf.float32),
        "image": spectrogram(tf.constant(audio, tf.float32)),
        "frames": tf.constant(FRAMES),
        "label": tf.constant(LABELS, tf.int32),
        "id": tf.range(WINDOWS, dtype=tf.int64),
    }


def batches(model, size=4):
    return list(tf.data.Dataset.from_tensor_slices(examples(model)).batch(size))


def measure(model, size=4, **settings):
    settings = {"samples": 4, **settings}
    windows = batches(model, size)
    return protocol.evaluate_batches(model, windows, windows, FILES, ["low", "high"], **settings)


@pytest.fixture(scope="module")
def model():
    return build()


@pytest.fixture(scope="module")
def report(model):
    return measure(model)


def numbers(value):
    """All numbers of a report, in order."""
    if isinstance(value, dict):
        return [number for part in value.values() for number in numbers(part)]
    if isinstance(value, list):
        return [number for part in value for number in numbers(part)]
    return [value] if isinstance(value, (int, float)) else []


def test_report_is_json_without_nan(report):
    assert json.loads(json.dumps(report, allow_nan=False)) == report
    assert report["windows"] == WINDOWS
    assert report["files"] == 5
    assert math.isclose(report["minutes"], FRAMES.sum() * 32 / 8000 / 60)


def test_terms_are_those_of_the_model(model, report):
    batch = examples(model)
    key = noise.key(0, WINDOWS)
    terms = model.loss_terms(batch, key, training=False)
    for name, term in {"rate": "rate", "distortion": "distortion", "negative_elbo": "loss"}.items():
        expected = np.mean(terms[term], dtype=np.float64)
        np.testing.assert_allclose(report[name]["mean"], expected, rtol=1e-5)
    bits = np.sum(terms["loss"]) / (math.log(2) * FRAMES.sum() * 32)
    np.testing.assert_allclose(report["bits_per_dimension"]["mean"], bits, rtol=1e-5)


def test_importance_weights_tighten_the_bound(report):
    bound = report["negative_log_prob"]
    assert bound["samples"] == 4
    assert bound["standard_error"] > 0
    # Single draws scatter, so that one bound may lie a little above the other.
    assert bound["mean"] < report["negative_elbo"]["mean"] + 3 * bound["standard_error"]


def test_intervals_hold_the_means(report):
    for name in ("rate", "negative_elbo", "bits_per_dimension", "bits_per_dimension_global_scale"):
        low, high = report[name]["interval"]
        assert low < report[name]["mean"] < high


def test_codec_is_analysis_and_inversion_alone(model, report):
    batch = examples(model)
    images = np.round(batch["image"].numpy() * 255) / 255
    estimate = model.representation.inverse(tf.constant(images, tf.float32))
    settings = {"frame_length": 512, "hop": 128, "lengths": FRAMES * 32}
    expected = metrics.log_spectral_distance(batch["audio"], estimate, **settings).mean()
    distances = report["reconstruction"]["log_spectral_distance"]
    # The search for a phase magnifies the rounding in which batches of other sizes differ.
    np.testing.assert_allclose(distances["codec"]["mean"], expected, rtol=0.02)
    assert distances["codec"]["mean"] < distances["mean"]


def test_labels_are_broken_down(report):
    assert set(report["labels"]) == {"low", "high"}
    assert report["labels"]["low"]["windows"] == 4
    assert report["labels"]["high"]["files"] == 2
    pixels = [FRAMES[label == LABELS].sum() for label in (0, 1)]
    bits = [report["labels"][name]["bits_per_dimension"]["mean"] for name in ("low", "high")]
    whole = np.dot(pixels, bits) / sum(pixels)
    np.testing.assert_allclose(report["bits_per_dimension"]["mean"], whole, rtol=1e-6)


def test_units_are_counted(report):
    units = report["units"]
    assert units["size"] == len(units["marginal_kl"]) == len(units["variance_of_means"]) == 3
    assert units["active"] == np.sum(np.array(units["variance_of_means"]) > 0.01)


def test_size_of_batches_does_not_matter(model, report):
    other, one = ({**each} for each in (measure(model, 3), report))
    sounds = [each.pop("reconstruction")["spectral_convergence"]["mean"] for each in (other, one)]
    labels = [each.pop("labels")["low"]["bits_per_dimension"]["mean"] for each in (other, one)]
    np.testing.assert_allclose(numbers(other), numbers(one), rtol=1e-4, atol=1e-6)
    np.testing.assert_allclose(*labels, rtol=1e-4)
    np.testing.assert_allclose(*sounds, rtol=0.02)


@pytest.mark.slow
def test_same_seed_gives_the_same_report_and_another_does_not(model, report):
    assert measure(model) == report
    assert measure(model, seed=1)["rate"] != report["rate"]


@pytest.mark.slow
def test_likelihood_without_a_density_is_scored_by_one_scale_and_marked():
    report = measure(build("bernoulli"), phase="graph")
    assert "one scale fitted on validation" in report["likelihood"]["scored_by"]
    assert report["negative_log_prob"] is None
    assert report["bits_per_dimension"] == report["bits_per_dimension_global_scale"]
    assert report["reconstruction"]["phase"] == "graph"


@pytest.mark.slow
def test_silent_windows_are_left_out_and_counted(model):
    batch = examples(model)
    audio = batch["audio"].numpy()
    audio[2] = 0
    batch |= {"audio": tf.constant(audio), "image": model.representation(audio)}
    report = protocol.evaluate_batches(model, [batch], [batch], FILES, samples=1)
    assert report["reconstruction"]["si_sdr"]["left_out"] == 1
    assert "left_out" not in report["reconstruction"]["log_spectral_distance"]
    json.dumps(report, allow_nan=False)


def test_one_window_has_no_interval(model):
    batch = {name: value[:1] for name, value in examples(model).items()}
    report = protocol.evaluate_batches(model, [batch], [batch], FILES, samples=1)
    assert report["rate"]["interval"] is None
    assert report["negative_log_prob"]["standard_error"] is None
    json.dumps(report, allow_nan=False)


def test_nothing_to_measure_is_an_error(model):
    with pytest.raises(ValueError, match="at least one batch"):
        protocol.evaluate_batches(model, [], batches(model), FILES)
    with pytest.raises(ValueError, match="limit must be at least 1 or None, received 0"):
        protocol.evaluate(model, "nowhere", limit=0)


class Summary:
    class_names = ("low", "high")
    examples = {"validation": WINDOWS, "test": WINDOWS}

    def files(self, split):
        return [(name, 0.0) for name in FILES]


@pytest.mark.parametrize("limit", [None, 3])
def test_evaluate_reads_the_split_and_the_validation_split(model, monkeypatch, limit):
    asked = []

    def load_dataset(data, spectrogram, split, batch_size, shuffle, seed, audio, **options):
        assert options == {"drop_remainder": False, "conditioning": None}
        asked.append((data, split, audio, shuffle))
        batch = examples(model)
        kept = batch if audio else {name: batch[name] for name in batch if name != "audio"}
        return tf.data.Dataset.from_tensor_slices(kept).batch(batch_size)

    monkeypatch.setattr(protocol, "load_dataset", load_dataset)
    monkeypatch.setattr(protocol, "describe", lambda data: Summary())
    report = protocol.evaluate(model, "data", samples=1, batch_size=4, limit=limit, progress=False)
    subset = limit is not None
    expected = [("data", "test", True, subset), ("data", "validation", False, subset)]
    assert sorted(asked) == expected
    assert report["windows"] == (limit or WINDOWS)
    assert report["limit"] == limit
    assert set(report["versions"]) >= {"tfaudiogen", "tensorflow", "keras"}


def test_a_model_with_codes_is_measured_at_its_codes():
    keras.utils.set_random_seed(0)
    model = VQVAE(Spectrogram(8000, 64, 32, 32, 32), levels=2)
    report = json.loads(json.dumps(measure(model), allow_nan=False))
    rate = (64 + 16) * math.log(1024)
    assert math.isclose(report["rate"]["mean"], rate, rel_tol=1e-5)
    assert math.isclose(report["bits_per_second"], 800 / (1024 / 8000), rel_tol=1e-5)
    assert report["units"] is None
    assert report["negative_log_prob"] is None
    assert [level["places"] for level in report["codes"]] == [16 * WINDOWS, 64 * WINDOWS]
    assert report["reconstruction"]["log_spectral_distance"]["mean"] > 0


def test_a_model_of_pictures_is_measured_on_all_pictures_of_pairs(tmp_path):
    """Sounds have three pictures each, so that there are more pictures than windows."""
    rows, draw = ["audio,image"], np.random.default_rng(0)
    for number in range(6):
        soundfile.write(tmp_path / f"{number}.wav", 0.1 * draw.normal(size=1024), 8000)
        for shade in range(3):
            name = f"{number}-{shade}.png"
            Image.fromarray(draw.integers(0, 256, (8, 8, 3), np.uint8)).save(tmp_path / name)
            rows.append(f"{number}.wav,{name}")
    (tmp_path / "pairs.csv").write_text("\n".join(rows))
    options = {"pairs_csv": tmp_path / "pairs.csv", "image_shape": (8, 8, 3)}
    options |= {"sample_rate": 8000, "samples": 1024, "progress": False}
    data.prepare(tmp_path, tmp_path / "data", **options)
    model = VAE(Pictures(8, 8, 3), latent_size=3)
    report = protocol.evaluate(model, tmp_path / "data", "train", progress=False)
    count = data.describe(tmp_path / "data" / "pictures").examples["train"]
    assert report["windows"] == report["files"] == count
    assert count > data.describe(tmp_path / "data").examples["train"]
