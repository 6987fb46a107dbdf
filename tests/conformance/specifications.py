"""What every public class is constructed with and called on, for the conformance tests.

A new public class fails the suite until it has a `Specification` here. Arguments differ from the
defaults, so that one that gets lost on the way through a configuration is noticed.
"""

from collections.abc import Callable
from dataclasses import dataclass

import keras
import numpy as np
import tensorflow as tf

import tfaudiogen as tg
from tfaudiogen import noise
from tfaudiogen.layers.adversary import AdaptiveWeight, Plateau
from tfaudiogen.layers.attention import CausalAttention
from tfaudiogen.layers.blocks import ResidualBlock, Unfold
from tfaudiogen.layers.code_context import CodeMapContext
from tfaudiogen.layers.codebook import Codebook
from tfaudiogen.layers.literature import BatchNormalization
from tfaudiogen.layers.transformer import TransformerBlock
from tfaudiogen.layers.transformer_encoder import (
    EncoderBlock,
    SelfAttention,
    TransformerEncoder,
)
from tfaudiogen.layers.upsampled_convolution import UpsampledConvolution
from tfaudiogen.models.vqvae import default_decoders, default_encoders
from tfaudiogen.training.schedule import LearningRate

BATCH = 4


@dataclass(frozen=True)
class Specification:
    """How a class is tested.

    Attributes:
        cls: the class.
        arguments: function that returns the constructor's arguments.
        inputs: function that returns the input: tensors with leading dimension `BATCH`.
        call: from (object, input) to tensors with leading dimension of the input.
        float32: whether outputs are float32 under every precision policy.
        bfloat16_tolerance: greatest relative distance (of norms) between the outputs under
            mixed_bfloat16 and those under float32.
        owner: public class that this one stands for, where that one is abstract.
        absorbed: constructor's arguments that stand in the configuration of a part.
        variant: tells specifications of one class apart.
    """

    cls: type
    arguments: Callable[[], dict]
    inputs: Callable[[], tf.Tensor]
    call: Callable = lambda layer, inputs: layer(inputs)
    float32: bool = False
    bfloat16_tolerance: float = 0.02
    owner: type | None = None
    absorbed: frozenset = frozenset()
    variant: str = ""

    def __str__(self):
        return "-".join(filter(None, [self.cls.__name__, self.variant]))

    @property
    def covers(self):
        """The public class that this specification is for."""
        return self.owner or self.cls

    @property
    def is_layer(self):
        return issubclass(self.cls, keras.layers.Layer)

    @property
    def is_model(self):
        return issubclass(self.cls, keras.Model)

    def build(self):
        """Return a new object whose weights are no longer what they start as."""
        keras.utils.set_random_seed(0)
        instance = self.cls(**self.arguments())
        self.call(instance, self.inputs())
        perturb(instance)
        return instance


def perturb(instance):
    """Move all weights: zeros and ones would hide what they multiply."""
    draw = np.random.default_rng(1)
    for weight in getattr(instance, "weights", ()):
        if weight.shape and weight.dtype == "float32":
            sign = draw.normal if weight.trainable else draw.uniform
            weight.assign(weight + (0.05 * sign(size=weight.shape)).astype(np.float32))


def normal(*shape):
    return lambda: tf.constant(np.random.default_rng(0).normal(size=shape), tf.float32)


def images(*shape):
    def draw():
        levels = np.random.default_rng(0).integers(0, 256, (BATCH, *shape))
        return tf.constant(levels / 255, tf.float32)

    return draw


def tones(samples):
    """Waveforms with sound in every bin: the logarithm of rounding errors says nothing."""

    def draw():
        noise_floor = 0.1 * np.random.default_rng(0).normal(size=(BATCH, samples))
        return tf.constant(noise_floor + np.sin(np.arange(samples) / 3), tf.float32)

    return draw


def spectrogram():
    return tg.Spectrogram(8000, 64, 32, 32, 32)


def vae_arguments():
    return {
        "spectrogram": spectrogram(),
        "latent_size": 5,
        "encoder": tg.Encoder((8, 12), (2, 2), channels=4),
        "decoder": tg.Decoder((32, 32, 2), (8, 12), (2, 2), channels=4),
        "head": tg.GaussianHead(5, hidden=8),
        "prior": tg.GaussianMixturePrior(5, components=3, train_weights=True, learning="em"),
        "likelihood": tg.PixelLikelihood(),
        "kl_weight": {"kind": "linear", "weight": 0.5, "steps": 7},
        "free_bits": 2.0,
        "kl_samples": 3,
        "class_names": ["flute", "ölfass"],
    }


def vqvae_arguments():
    stages = [((8,), (4,)), ((12,), (2,))]
    return {
        "spectrogram": spectrogram(),
        "encoders": default_encoders(stages),
        "decoders": default_decoders(stages, 2),
        "quantizers": [
            tg.ResidualQuantizer(6, quantizers=2, width=3),
            tg.VectorQuantizer(5, width=3, gradient="straight_through"),
        ],
        "likelihood": tg.PixelLikelihood(),
        "class_names": ["flute", "ölfass"],
    }


def vqgan_arguments():
    return {
        **vqvae_arguments(),
        "discriminator": tg.PatchDiscriminator((4, 6)),
        "plateau": Plateau(patience=2),
        "balance": AdaptiveWeight(decay=0.5),
        "adversarial_weight": 0.25,
        "matching_weight": 2.0,
        "waveform_weight": 3.0,
        "frozen_steps": 1,
    }


def codes(high, *shape):
    return lambda: tf.constant(np.random.default_rng(0).integers(0, high, (BATCH, *shape)), "int32")


def prior_arguments(core):
    return {
        "shape": (4, 3),
        "codes": 7,
        "core": core,
        "classes": 3,
        "maps": [{"shape": [3, 2, 2], "codes": 5}],
        "vectors": 6,
        "code_size": 3,
        "condition_dropout": 0.3,
        "code_dropout": 0.2,
        "dropout": 0.1,
    }


def code_model_arguments():
    top, bottom = {"shape": [4, 4], "codes": 5}, {"shape": [8, 8, 2], "codes": 6}
    core = tg.LSTMStack(8, 1)
    return {
        "autoencoder": tg.VQVAE(**vqvae_arguments()),
        "priors": [
            tg.CodePrior(**top, core=tg.Transformer(8, 1, 2, 16), classes=2),
            tg.CodePrior(**bottom, core=core, maps=[top]),
        ],
        "temperature": 0.8,
        "guidance": 1.5,
    }


def picture_vqvae_arguments():
    stages = [((8,), (2,)), ((12,), (2,))]
    return {
        "spectrogram": tg.Pictures(8, 12, 3),
        "encoders": default_encoders(stages),
        "decoders": default_decoders(stages, 6, bin_bias=False),
        "quantizers": [tg.VectorQuantizer(6, width=3), tg.VectorQuantizer(5, width=3)],
        "likelihood": tg.PixelLikelihood(image_channels=3),
    }


def translator_arguments():
    """A prior on each of two levels, the lower of which sees the source through the upper alone."""
    target = tg.VQVAE(**picture_vqvae_arguments())
    shapes, counts = target.code_maps()
    top, bottom = ({"shape": s, "codes": k} for s, k in zip(shapes, counts, strict=True))
    core = tg.Transformer(8, 1, 2, 16, cross=True)
    return {
        "source": spectrogram(),
        "encoder": tg.SequenceEncoder((4, 6), (2, 2)),
        "target": target,
        "priors": [
            tg.CodePrior(**top, core=core, vectors=6),
            tg.CodePrior(**bottom, core=tg.LSTMStack(8, 1), maps=[top]),
        ],
    }


def flow_arguments():
    return {
        "source": spectrogram(),
        "encoder": tg.SequenceEncoder((4, 6), (4, 2)),
        "target": tg.VQVAE(**picture_vqvae_arguments()),
        "width": 8,
        "depth": 2,
        "heads": 2,
        "patch": 1,
        "objective": "v_prediction",
        "times": "uniform",
        "condition_dropout": 0.3,
    }


def variational_arguments():
    target = {**picture_vae_arguments(), "spectrogram": tg.Pictures(8, 12, 3)}
    target["encoder"] = tg.Encoder((8,), (2,))
    target["decoder"] = tg.Decoder((8, 12, 6), (8,), (2,))
    return {
        "source": spectrogram(),
        "encoder": tg.SequenceEncoder((4, 6), (4, 2)),
        "target": tg.VAE(**target),
        "hidden": 5,
        "heads": 2,
        "joint": True,
    }


def told_arguments(source, encoder, width):
    target = tg.VQVAE(**{**picture_vqvae_arguments(), **one_level()})
    (shape,), (count,) = target.code_maps()
    core = tg.Transformer(8, 1, 2, 16, cross=True)
    prior = tg.CodePrior(shape, count, core, vectors=width)
    return {"source": source, "encoder": encoder, "target": target, "priors": [prior]}


def one_level():
    stages = [((8,), (4,))]
    return {
        "encoders": default_encoders(stages),
        "decoders": default_decoders(stages, 6, bin_bias=False),
        "quantizers": [tg.VectorQuantizer(6, width=3)],
    }


def told(name, draw):
    """A batch of pictures with what is told of them."""

    def batch():
        ids = tf.constant([3, 0, 8, 5], tf.int64)
        return {"image": images(8, 12, 3)(), name: draw(), "id": ids}

    return batch


def told_terms(model, batch):
    """The loss as it is and in training."""
    key = noise.Key(tf.constant(7, tf.int64), tf.constant(2, tf.int64), batch["id"])
    return [model.loss_terms(batch, key, training=training) for training in (False, True)]


def tagger_terms(model, batch):
    """The logits, and the loss as it is and of pictures that are moved."""
    return [model(batch["image"]), *(terms["loss"] for terms in told_terms(model, batch))]


def pairs():
    return {
        "image": images(32, 32, 1)(),
        "picture": images(8, 12, 3)(),
        "id": tf.constant([3, 0, 8, 5], tf.int64),
    }


def translator_terms(model, batch):
    """The vectors of the source, and the loss as it is and in training."""
    batch = model.complete(batch)
    key = noise.Key(tf.constant(7, tf.int64), tf.constant(2, tf.int64), batch["id"])
    return {
        "vectors": tf.cast(model(batch["image"]), tf.float32),
        "evaluation": model.loss_terms(batch, key, training=False),
        "training": model.loss_terms(batch, key, training=True),
    }


def embedder_arguments():
    return {
        "spectrogram": spectrogram(),
        "pictures": tg.Pictures(8, 12, 3),
        "sound_tower": tg.EmbeddingTower(tg.SequenceEncoder((4, 6), (4, 2)), 5, heads=2),
        "picture_tower": tg.EmbeddingTower(tg.SequenceEncoder((4,), (2,)), 5, heads=0),
        "loss": "sigmoid",
        "positives": "label",
        "temperatures": (0.02, 3.0),
        "class_names": ["flute", "ölfass"],
    }


def labelled_pairs():
    return {**pairs(), "label": tf.constant([0, 1, -1, 1])}


def embedder_terms(model, batch):
    """The embeddings, and the losses among six examples, of which the batch is some."""
    draw = np.random.default_rng(3)
    vectors = tf.linalg.l2_normalize(tf.constant(draw.normal(size=(2, 6, 5)), tf.float32), -1)
    others = {"image": vectors[0], "picture": vectors[1]}
    others |= {"picture_key": tf.range(6, dtype=tf.int64), "label": tf.range(6, dtype=tf.int64) % 2}
    key = noise.Key(tf.constant(7, tf.int64), tf.constant(2, tf.int64), batch["id"])
    place = tf.cast(batch["id"], tf.int32) % 6
    told = {**batch, "others": others, "place": place}
    return {**model(batch), "terms": model.loss_terms(told, key, training=True)}


def prior_batch():
    return {
        "codes": codes(7, 4, 3)(),
        "label": tf.constant([0, 2, -1, 1]),
        "above_0": codes(5, 3, 2, 2)(),
        "vectors": normal(BATCH, 5, 6)(),
        "id": tf.constant([3, 0, 8, 5], tf.int64),
    }


def prior_terms(model, batch):
    """Logits, and the loss as it is and with what is dropped in training."""
    key = noise.Key(tf.constant(7, tf.int64), tf.constant(2, tf.int64), batch["id"])
    return {
        "logits": model(batch["codes"], **model.conditions_of(batch)),
        "training": model.loss_terms(batch, key, training=True),
    }


def bottleneck(quantizer, features):
    """What a quantizer finds, as numbers of one type."""
    return {name: tf.cast(value, tf.float32) for name, value in quantizer(features).items()}


def texts(length):
    """Bytes of texts of several lengths, one of them empty, zeros after them."""
    ends = np.linspace(0, length, BATCH).astype(int)[:, None]
    letters = np.random.default_rng(0).integers(1, 256, (BATCH, length))
    return lambda: tf.constant(np.where(np.arange(length) < ends, letters, 0), tf.int32)


def picture_vae_arguments():
    return {
        "spectrogram": tg.Pictures(16, 16, 3),
        "encoder": tg.Encoder((8, 12), (2, 2)),
        "decoder": tg.Decoder((16, 16, 6), (8, 12), (2, 2)),
        "head": tg.GaussianHead(3, hidden=4),
        "prior": tg.GaussianMixturePrior(3, components=2),
    }


def literature_arguments():
    return {
        "spectrogram": tg.Spectrogram(8000, 128, 32, 64, 64),
        "encoder": tg.LiteratureEncoder(),
        "decoder": tg.LiteratureDecoder((64, 64, 1)),
        "head": tg.GaussianHead(3, hidden=0, covariance="diagonal"),
        "prior": tg.GaussianMixturePrior(3, components=2),
        "likelihood": tg.PixelLikelihood("bernoulli"),
    }


def batch_of(draw):
    def batch():
        values = draw()
        frames = tf.constant([values.shape[1], 9, 20, 1], tf.int32)
        return {"image": values, "frames": frames, "id": tf.constant([3, 0, 8, 5], tf.int64)}

    return batch


def terms(model, batch):
    """The loss in evaluation and in training, keyed by the examples of the batch."""
    key = noise.Key(tf.constant(7, tf.int64), tf.constant(2, tf.int64), batch["id"])
    return {
        "images": tf.cast(model(batch["image"]), tf.float32),
        "evaluation": model.loss_terms(batch, key, training=False),
    }


@keras.saving.register_keras_serializable(package="conformance")
class Line(tg.ProbabilisticModel):
    """The least model: the squared distance of images to one trained number."""

    def __init__(self, exponent=2.0, **kwargs):
        super().__init__(**kwargs)
        self.exponent = exponent
        self.level = self.add_weight(shape=(1,), initializer="zeros", name="level")
        self.built = True

    def call(self, inputs):
        return inputs - self.level

    def loss_terms(self, batch, key, training):
        distances = tf.abs(tf.cast(self(batch["image"]), tf.float32)) ** self.exponent
        return {"loss": tf.reduce_mean(distances, axis=(1, 2, 3))}

    def get_config(self):
        return {**super().get_config(), "exponent": self.exponent}


SPECIFICATIONS = [
    Specification(
        tg.Spectrogram,
        lambda: {
            "sample_rate": 8000,
            "frame_length": 64,
            "hop": 16,
            "frames": 16,
            "bins": 32,
            "scale": "linear",
            "decibels": (-70.0, 6.0),
            "mel_formula": "htk",
        },
        tones(16 * 16),
        float32=True,
        variant="linear",
    ),
    Specification(
        tg.Spectrogram,
        lambda: {"sample_rate": 16000, "scale": "mel", "bins": 20, "frame_length": 256, "hop": 64},
        tones(1000),
        float32=True,
        variant="mel",
    ),
    Specification(
        tg.Pictures,
        lambda: {"height": 6, "width": 5, "channels": 3},
        images(6, 5, 3),
        float32=True,
    ),
    Specification(ResidualBlock, lambda: {"width": 6}, normal(BATCH, 8, 8, 6)),
    Specification(Unfold, lambda: {"width": 3, "stride": 2}, normal(BATCH, 4, 4, 5)),
    Specification(
        tg.Encoder,
        lambda: {"widths": (8, 12), "strides": (4, 2), "blocks": 2, "channels": 5},
        images(16, 24, 1),
    ),
    Specification(
        tg.Decoder,
        lambda: {
            "image_shape": (16, 24, 2),
            "widths": (8, 12),
            "strides": (4, 2),
            "blocks": 2,
            "channels": 5,
        },
        normal(BATCH, 7),
    ),
    Specification(
        tg.GaussianHead,
        lambda: {"latent_size": 4, "hidden": 6, "covariance": "full", "floor": 0.01},
        normal(BATCH, 3, 2, 5),
        float32=True,
        variant="full",
    ),
    Specification(
        tg.GaussianHead,
        lambda: {"latent_size": 4, "hidden": 0, "covariance": "diagonal"},
        normal(BATCH, 9),
        float32=True,
        variant="diagonal",
    ),
    Specification(
        tg.GaussianMixturePrior,
        lambda: {"latent_size": 4, "components": 3, "train_weights": True, "floor": 0.01},
        normal(BATCH, 4),
        float32=True,
        variant="mixture",
    ),
    Specification(
        tg.GaussianMixturePrior,
        lambda: {"latent_size": 4},
        normal(BATCH, 4),
        float32=True,
        variant="normal",
    ),
    *(
        Specification(
            tg.PixelLikelihood,
            lambda family=family, scale=scale: {
                "family": family,
                "scale": scale,
                "image_channels": 2,
            },
            normal(BATCH, 6, 5, channels),
            float32=True,
            variant=f"{family}-{scale}",
        )
        for family, scale, channels in [
            ("discretized_logistic", "pixel", 4),
            ("normal", "global", 2),
            ("bernoulli", "global", 2),
        ]
    ),
    Specification(
        BatchNormalization, lambda: {"momentum": 0.9, "epsilon": 0.01}, normal(BATCH, 4, 4, 3)
    ),
    Specification(
        UpsampledConvolution, lambda: {"filters": 5, "activation": "relu"}, normal(BATCH, 4, 3, 2)
    ),
    Specification(tg.LiteratureEncoder, dict, images(64, 64, 1)),
    Specification(tg.LiteratureDecoder, lambda: {"image_shape": (64, 64, 2)}, normal(BATCH, 3)),
    Specification(
        tg.FeatureEncoder,
        lambda: {"widths": (8, 12), "strides": (4, 2), "blocks": 2},
        images(16, 24, 1),
    ),
    Specification(
        tg.FeatureDecoder,
        lambda: {
            "channels": 3,
            "widths": (8, 12),
            "strides": (4, 2),
            "blocks": 2,
            "bin_bias": True,
        },
        normal(BATCH, 2, 3, 7),
    ),
    Specification(
        Codebook,
        lambda: {"codes": 7, "width": 3, "normalized": False, "decay": 0.9, "expiry": 0.2},
        normal(BATCH, 4, 5, 3),
        call=lambda layer, inputs: tf.cast(layer(inputs), tf.float32),
        float32=True,
    ),
    *(
        Specification(
            tg.VectorQuantizer,
            lambda normalized=normalized, gradient=gradient: {
                "codes": 7,
                "width": 3,
                "normalized": normalized,
                "decay": 0.9,
                "expiry": 0.2,
                "commitment": 2.0,
                "gradient": gradient,
            },
            normal(BATCH, 4, 5, 6),
            call=bottleneck,
            float32=True,
            variant=gradient,
        )
        for normalized, gradient in [(True, "straight_through"), (False, "rotation")]
    ),
    Specification(
        tg.ResidualQuantizer,
        lambda: {
            "codes": 7,
            "quantizers": 3,
            "width": 3,
            "decay": 0.9,
            "expiry": 0.2,
            "commitment": 2.0,
            "gradient": "straight_through",
        },
        normal(BATCH, 4, 5, 6),
        call=bottleneck,
        float32=True,
    ),
    Specification(
        tg.FiniteScalarQuantizer,
        lambda: {"levels": (4, 3, 2)},
        normal(BATCH, 4, 5, 6),
        call=bottleneck,
        float32=True,
    ),
    *(
        Specification(
            CausalAttention,
            lambda rotary=rotary: {"width": 8, "heads": 2, "rotary": rotary},
            normal(BATCH, 5, 8),
            variant="rotary" if rotary else "plain",
        )
        for rotary in (True, False)
    ),
    Specification(
        TransformerBlock,
        lambda: {"width": 8, "heads": 2, "rotary": False},
        normal(BATCH, 5, 8),
    ),
    Specification(
        tg.Transformer,
        lambda: {"width": 8, "depth": 2, "heads": 2, "length": 7, "positions": "learned"},
        normal(BATCH, 5, 8),
    ),
    Specification(
        tg.LSTMStack,
        lambda: {"width": 8, "depth": 2, "heads": 2},
        normal(BATCH, 5, 8),
    ),
    Specification(
        tg.SequenceEncoder,
        lambda: {"widths": (8, 12), "strides": (4, 2), "blocks": 2},
        images(16, 24, 1),
    ),
    *(
        Specification(
            tg.EmbeddingTower,
            lambda heads=heads: {
                "encoder": tg.SequenceEncoder((8, 12), (4, 2)),
                "size": 5,
                "heads": heads,
                "decay": 0.8,
            },
            images(16, 24, 1),
            float32=True,
            variant=variant,
        )
        for variant, heads in {"mean": 0, "attention": 3}.items()
    ),
    *(
        Specification(
            SelfAttention,
            lambda rotary=rotary: {"width": 8, "heads": 2, "rotary": rotary},
            normal(BATCH, 5, 8),
            variant="rotary" if rotary else "plain",
        )
        for rotary in (True, False)
    ),
    Specification(
        EncoderBlock, lambda: {"width": 8, "heads": 2, "rotary": False}, normal(BATCH, 5, 8)
    ),
    Specification(
        TransformerEncoder,
        lambda: {"width": 8, "depth": 2, "heads": 2, "rotary": False},
        normal(BATCH, 5, 8),
    ),
    Specification(
        tg.PatchEncoder,
        lambda: {"patch": 4, "width": 8, "depth": 2, "heads": 2},
        images(8, 12, 3),
    ),
    Specification(
        tg.Texts,
        lambda: {"length": 9},
        texts(9),
        call=lambda layer, inputs: tf.cast(layer(inputs), tf.float32),
        float32=True,
    ),
    Specification(
        tg.Labels,
        lambda: {"names": ["slow", "gloomy; slow", "fast"]},
        lambda: tf.constant([2, -1, 1, 0]),
        float32=True,
    ),
    Specification(tg.Vectors, lambda: {"size": 7}, normal(BATCH, 7), float32=True),
    Specification(
        tg.TextEncoder,
        lambda: {"width": 8, "depth": 2, "heads": 2, "vectors": 3},
        texts(9),
    ),
    Specification(tg.LabelEncoder, lambda: {"width": 8}, normal(BATCH, 5)),
    Specification(tg.VectorEncoder, lambda: {"width": 8, "vectors": 3}, normal(BATCH, 5)),
    Specification(
        tg.EmbeddingEncoder,
        lambda: {"tower": tg.EmbeddingTower(tg.SequenceEncoder((8, 12), (4, 2)), 5)},
        images(16, 24, 1),
    ),
    Specification(
        CodeMapContext,
        lambda: {"shape": (3, 2, 2), "codes": 5, "target": (4, 3), "width": 6, "blocks": 1},
        codes(5, 3, 2, 2),
    ),
    Specification(
        tg.PatchDiscriminator,
        lambda: {"widths": (6, 8)},
        images(12, 20, 1),
        call=lambda layer, x: {k: tf.cast(v, tf.float32) for k, v in layer(x).items()},
        float32=True,
    ),
    Specification(Plateau, lambda: {"patience": 3, "tolerance": 0.2}, normal(BATCH), float32=True),
    Specification(
        AdaptiveWeight, lambda: {"decay": 0.5, "highest": 7.0}, normal(BATCH), float32=True
    ),
    Specification(
        LearningRate,
        lambda: {"rate": 0.3, "warmup_steps": 2, "decay_steps": 5},
        lambda: tf.range(float(BATCH)),
        float32=True,
    ),
    Specification(
        Line,
        lambda: {"exponent": 1.5},
        batch_of(images(32, 8, 1)),
        call=terms,
        float32=True,
        owner=tg.ProbabilisticModel,
    ),
    Specification(
        tg.VQVAE,
        vqvae_arguments,
        batch_of(images(32, 32, 1)),
        call=terms,
        float32=True,
        # Some vectors have another nearest code in 16 bits, which changes counts by whole numbers.
        bfloat16_tolerance=0.5,
        absorbed=frozenset({"levels"}),
    ),
    Specification(
        tg.CodeModel,
        code_model_arguments,
        batch_of(images(32, 32, 1)),
        call=terms,
        float32=True,
        bfloat16_tolerance=0.5,  # as of VQVAE
    ),
    *(
        Specification(
            tg.CodePrior,
            lambda core=core: prior_arguments(core()),
            prior_batch,
            call=prior_terms,
            float32=True,
            # Logits that start at zero are small numbers.
            bfloat16_tolerance=0.05,
            variant=variant,
        )
        for variant, core in {
            "transformer": lambda: tg.Transformer(8, 2, 2, 12, cross=True),
            "recurrent": lambda: tg.LSTMStack(8, 2, 2, cross=True),
        }.items()
    ),
    Specification(
        tg.Translator,
        translator_arguments,
        pairs,
        call=translator_terms,
        float32=True,
        bfloat16_tolerance=0.5,  # as of VQVAE
    ),
    *(
        Specification(
            tg.Translator,
            lambda parts=parts: told_arguments(*parts()),
            told(name, draw),
            call=told_terms,
            float32=True,
            bfloat16_tolerance=0.5,  # as of VQVAE
            variant=name,
        )
        for name, draw, parts in [
            ("caption", texts(9), lambda: (tg.Texts(9), tg.TextEncoder(8, 1, 2, 3), 8)),
            (
                "label",
                lambda: tf.constant([2, -1, 1, 0]),
                lambda: (tg.Labels(["a", "b; a", "c"]), tg.LabelEncoder(8), 8),
            ),
            ("vector", normal(BATCH, 7), lambda: (tg.Vectors(7), tg.VectorEncoder(8, 3), 8)),
        ]
    ),
    Specification(
        tg.FlowTranslator,
        flow_arguments,
        pairs,
        call=translator_terms,
        float32=True,
        bfloat16_tolerance=0.05,
    ),
    Specification(
        tg.VariationalTranslator,
        variational_arguments,
        pairs,
        call=translator_terms,
        float32=True,
        bfloat16_tolerance=0.05,
    ),
    Specification(
        tg.PictureTagger,
        lambda: {
            "pictures": tg.Pictures(8, 12, 3),
            "encoder": tg.PatchEncoder(4, 8, 1, 2),
            "class_names": ["slow", "gloomy; slow", "fast"],
            "shift": 2,
            "mirror": True,
        },
        told("label", lambda: tf.constant([2, -1, 1, 0])),
        call=tagger_terms,
        float32=True,
        # Whether the likeliest label is right is a whole number.
        bfloat16_tolerance=0.1,
    ),
    Specification(
        tg.AudioImageEmbedder,
        embedder_arguments,
        labelled_pairs,
        call=embedder_terms,
        float32=True,
    ),
    Specification(
        tg.AudioImageEmbedder,
        lambda: {
            **embedder_arguments(),
            "spectrogram": tg.Vectors(7),
            "sound_tower": tg.EmbeddingTower(tg.VectorEncoder(6, 2), 5, heads=2),
            "loss": "infonce",
            "positives": "picture",
        },
        told("vector", normal(BATCH, 7)),
        call=embedder_terms,
        float32=True,
        variant="vectors",
    ),
    Specification(
        tg.VQGAN,
        vqgan_arguments,
        lambda: {**batch_of(images(32, 32, 1))(), "audio": tones(32 * 32)()},
        call=terms,
        float32=True,
        bfloat16_tolerance=0.5,  # as above
        absorbed=frozenset({"levels"}),
    ),
    Specification(
        tg.VAE,
        vae_arguments,
        batch_of(images(32, 32, 1)),
        call=terms,
        float32=True,
        absorbed=frozenset({"latent_size"}),
        variant="residual",
    ),
    Specification(
        tg.VAE,
        literature_arguments,
        batch_of(images(64, 64, 1)),
        call=terms,
        float32=True,
        absorbed=frozenset({"latent_size"}),
        variant="literature",
    ),
    Specification(
        tg.VAE,
        picture_vae_arguments,
        batch_of(images(16, 16, 3)),
        call=terms,
        float32=True,
        absorbed=frozenset({"latent_size"}),
        variant="pictures",
    ),
]
