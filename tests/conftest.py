"""Settings that must be made before TensorFlow starts, for the whole suite."""

import gc
import os

os.environ.setdefault("KERAS_BACKEND", "tensorflow")
os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "2")
# Small models run for a moment and compile for many: what XLA gains by optimising is lost here.
os.environ.setdefault(
    "XLA_FLAGS",
    "--xla_backend_optimization_level=0 --xla_llvm_disable_expensive_passes=true",
)

import keras
import pytest
import tensorflow as tf
from hypothesis import settings

# TensorFlow's modules and the graphs that tests trace are many objects and no garbage: looking
# through them again and again took a twelfth of the suite's time.
gc.freeze()
gc.set_threshold(100_000, 50, 100)

if "PYTEST_XDIST_WORKER" in os.environ:  # There are as many processes as cores.
    tf.config.threading.set_intra_op_parallelism_threads(1)

# Two devices on one processor: what runs on them runs on two graphics cards.
tf.config.set_logical_device_configuration(
    tf.config.list_physical_devices("CPU")[0],
    [tf.config.LogicalDeviceConfiguration(), tf.config.LogicalDeviceConfiguration()],
)

# Derandomised, so that a run is repeatable; no deadline, since the first example compiles.
settings.register_profile("suite", deadline=None, derandomize=True, max_examples=20)
settings.load_profile("suite")


def pytest_addoption(parser):
    """Add how often tests/faults kill each command."""
    parser.addoption("--kills", type=int, default=3, help="of each command in tests/faults")


@pytest.fixture(autouse=True)
def _seeded():
    """Begin each test alike, whichever tests the same process ran before."""
    keras.utils.set_random_seed(0)


@pytest.fixture(scope="session")
def mirrored():
    """Return a strategy of two replicas on logical processors.

    One for the whole session: collective operations are numbered for each strategy, and two
    strategies over the same devices take each other's numbers for their own.
    """
    return tf.distribute.MirroredStrategy(["CPU:0", "CPU:1"])


@pytest.fixture(scope="session")
def code_model():
    """Return a model of codes on two levels, with two labels, of windows of 1024 samples.

    Tests leave it as it is: what it has traced and compiled serves all of them.
    """
    import small_models

    import tfaudiogen as tg

    keras.utils.set_random_seed(1)
    spectrogram = tg.Spectrogram(8000, 128, 32, frames=32, bins=64)
    autoencoder = small_models.vqvae(spectrogram, [((8,), (4,)), ((12,), (2,))], (9, 7))
    top = {"shape": (4, 8), "codebook_size": 7}
    priors = [
        tg.CodePrior(**top, backbone=tg.Transformer(16, 1, 2, 32), classes=2),
        tg.CodePrior((8, 16), 9, tg.LSTMStack(16, 1), classes=2, maps=[top]),
    ]
    return tg.CodeModel(autoencoder, [small_models.stirred(prior) for prior in priors])


@pytest.fixture(scope="session")
def tiny_embedder():
    """Return settings that make of the preset digit_embedder one of a few weights."""
    return {
        "spectrogram.frames": 32,
        "spectrogram.hop": 32,
        "spectrogram.frame_length": 64,
        "spectrogram.bins": 32,
        "pictures.height": 8,
        "pictures.width": 8,
        "model.size": 4,
        "model.sound_widths": [4],
        "model.sound_strides": [8],
        "model.picture_widths": [4],
        "model.picture_strides": [4],
    }


@pytest.fixture(scope="session")
def painter_model():
    """Return a translator of sounds of 1,024 samples to grey pictures of 8 x 8, of two levels."""
    import small_models

    import tfaudiogen as tg

    keras.utils.set_random_seed(1)
    stages = [((8,), (2,)), ((8,), (2,))]
    target = small_models.vqvae(tg.Pictures(8, 8, 1), stages, (7, 5))
    encoder = tg.SequenceEncoder((6,), (8,))
    return small_models.translator(_short(), encoder, target, 8, conditioned=False)


@pytest.fixture(scope="session")
def composer_model():
    """Return a translator back, of colour pictures, conditioned on their embedding."""
    import small_models

    import tfaudiogen as tg

    keras.utils.set_random_seed(2)
    encoder = tg.EmbeddingEncoder(tg.EmbeddingTower(tg.SequenceEncoder((6,), (4,)), 6))
    target = small_models.vqvae(_short(), [((8,), (8,))], (6,))
    return small_models.translator(tg.Pictures(8, 8, 3), encoder, target, 8)


@pytest.fixture(scope="session")
def speaker_model():
    """Return a translator back, of grey pictures, that has labels: "jackson" and "theo"."""
    import small_models

    keras.utils.set_random_seed(3)
    return small_models.speaker()


def _short():
    import tfaudiogen as tg

    return tg.Spectrogram(8000, 64, 32, frames=32, bins=32)
