"""How the layers are tested, and the representations, which are layers too."""

import tensorflow as tf
from small_models import BentPrior
from specification import BATCH, Specification, codes, images, normal, texts, tones

import tfaudiogen as tg
from tfaudiogen.layers.adversarial.adversary import AdaptiveWeight, Plateau
from tfaudiogen.layers.blocks.residual import ResidualBlock, Unfold
from tfaudiogen.layers.blocks.upsampled_convolution import UpsampledConvolution
from tfaudiogen.layers.conditioning.code_context import CodeMapContext
from tfaudiogen.layers.convolutional.literature import BatchNormalization
from tfaudiogen.layers.quantizers.codebook import Codebook
from tfaudiogen.layers.quantizers.whitener import Whitener
from tfaudiogen.layers.transformers.attention import CausalAttention
from tfaudiogen.layers.transformers.encoder import EncoderBlock, SelfAttention, TransformerEncoder
from tfaudiogen.layers.transformers.transformer import TransformerBlock
from tfaudiogen.training.schedule import LearningRate


def bottleneck(quantizer, features):
    """What a quantizer finds, as numbers of one type."""
    return {name: tf.cast(value, tf.float32) for name, value in quantizer(features).items()}


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
        BentPrior,
        lambda: {"latent_size": 4},
        normal(BATCH, 4),
        float32=True,
        owner=tg.LatentPrior,
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
        lambda: {
            "codebook_size": 7,
            "codebook_dim": 3,
            "normalized": False,
            "decay": 0.9,
            "dead_code_threshold": 0.2,
        },
        normal(BATCH, 4, 5, 3),
        call=lambda layer, inputs: tf.cast(layer(inputs), tf.float32),
        float32=True,
    ),
    *(
        Specification(
            tg.VectorQuantizer,
            lambda normalized=normalized, gradient=gradient: {
                "codebook_size": 7,
                "codebook_dim": 3,
                "normalized": normalized,
                "decay": 0.9,
                "dead_code_threshold": 0.2,
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
            "codebook_size": 7,
            "quantizers": 3,
            "codebook_dim": 3,
            "decay": 0.9,
            "dead_code_threshold": 0.2,
            "commitment": 2.0,
            "gradient": "straight_through",
        },
        normal(BATCH, 4, 5, 6),
        call=bottleneck,
        float32=True,
    ),
    Specification(
        Whitener,
        lambda: {"width": 6, "decay": 0.9},
        normal(BATCH, 4, 5, 6),
        float32=True,
    ),
    Specification(
        tg.FiniteScalarQuantizer,
        lambda: {"levels": (4, 3, 2), "attraction": 2.0, "dead_code_threshold": 0.2, "decay": 0.9},
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
        lambda: {"shape": (3, 2, 2), "codebook_size": 5, "target": (4, 3), "width": 6, "blocks": 1},
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
]
