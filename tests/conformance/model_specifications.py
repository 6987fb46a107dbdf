"""How the models are tested: losses in evaluation and in training, and what they compute."""

import keras
import numpy as np
import tensorflow as tf
from specification import BATCH, Specification, codes, images, normal, spectrogram, texts, tones

import tfaudiogen as tg
from tfaudiogen.layers.adversarial.adversary import AdaptiveWeight, Plateau
from tfaudiogen.models.autoencoders.code_levels import default_decoders, default_encoders
from tfaudiogen.probability import noise


def vae_arguments():
    return {
        "representation": spectrogram(),
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
        "representation": spectrogram(),
        "encoders": default_encoders(stages),
        "decoders": default_decoders(stages, 2),
        "quantizers": [
            tg.ResidualQuantizer(6, quantizers=2, codebook_dim=3),
            tg.VectorQuantizer(5, codebook_dim=3, gradient="straight_through"),
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


def prior_arguments(backbone):
    return {
        "shape": (4, 3),
        "codebook_size": 7,
        "backbone": backbone,
        "classes": 3,
        "maps": [{"shape": [3, 2, 2], "codebook_size": 5}],
        "vectors": 6,
        "codebook_dim": 3,
        "condition_dropout": 0.3,
        "code_dropout": 0.2,
        "dropout": 0.1,
    }


def code_model_arguments():
    top, bottom = {"shape": [4, 4], "codebook_size": 5}, {"shape": [8, 8, 2], "codebook_size": 6}
    backbone = tg.LSTMStack(8, 1)
    return {
        "autoencoder": tg.VQVAE(**vqvae_arguments()),
        "priors": [
            tg.CodePrior(**top, backbone=tg.Transformer(8, 1, 2, 16), classes=2),
            tg.CodePrior(**bottom, backbone=backbone, maps=[top]),
        ],
        "temperature": 0.8,
        "guidance": 1.5,
    }


def picture_vqvae_arguments():
    stages = [((8,), (2,)), ((12,), (2,))]
    return {
        "representation": tg.Pictures(8, 12, 3),
        "encoders": default_encoders(stages),
        "decoders": default_decoders(stages, 6, bin_bias=False),
        "quantizers": [
            tg.VectorQuantizer(6, codebook_dim=3),
            tg.VectorQuantizer(5, codebook_dim=3),
        ],
        "likelihood": tg.PixelLikelihood(image_channels=3),
    }


def translator_arguments():
    """A prior on each of two levels, the lower of which sees the source through the upper alone."""
    target = tg.VQVAE(**picture_vqvae_arguments())
    shapes, counts = target.code_maps()
    top, bottom = ({"shape": s, "codebook_size": k} for s, k in zip(shapes, counts, strict=True))
    backbone = tg.Transformer(8, 1, 2, 16, cross=True)
    return {
        "source_representation": spectrogram(),
        "encoder": tg.SequenceEncoder((4, 6), (2, 2)),
        "target": target,
        "priors": [
            tg.CodePrior(**top, backbone=backbone, vectors=6),
            tg.CodePrior(**bottom, backbone=tg.LSTMStack(8, 1), maps=[top]),
        ],
    }


def flow_arguments():
    return {
        "source_representation": spectrogram(),
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
    target = {**picture_vae_arguments(), "representation": tg.Pictures(8, 12, 3)}
    target["encoder"] = tg.Encoder((8,), (2,))
    target["decoder"] = tg.Decoder((8, 12, 6), (8,), (2,))
    return {
        "source_representation": spectrogram(),
        "encoder": tg.SequenceEncoder((4, 6), (4, 2)),
        "target": tg.VAE(**target),
        "hidden": 5,
        "heads": 2,
        "joint": True,
    }


def conditional_arguments(source, encoder, width):
    target = tg.VQVAE(**{**picture_vqvae_arguments(), **one_level()})
    (shape,), (count,) = target.code_maps()
    backbone = tg.Transformer(8, 1, 2, 16, cross=True)
    prior = tg.CodePrior(shape, count, backbone, vectors=width)
    return {
        "source_representation": source,
        "encoder": encoder,
        "target": target,
        "priors": [prior],
    }


def one_level():
    stages = [((8,), (4,))]
    return {
        "encoders": default_encoders(stages),
        "decoders": default_decoders(stages, 6, bin_bias=False),
        "quantizers": [tg.VectorQuantizer(6, codebook_dim=3)],
    }


def conditioned(name, draw):
    """A batch of pictures with a condition."""

    def batch():
        ids = tf.constant([3, 0, 8, 5], tf.int64)
        return {"image": images(8, 12, 3)(), name: draw(), "id": ids}

    return batch


def conditional_terms(model, batch):
    """The loss as it is and in training."""
    key = noise.Key(tf.constant(7, tf.int64), tf.constant(2, tf.int64), batch["id"])
    return [model.loss_terms(batch, key, training=training) for training in (False, True)]


def tagger_terms(model, batch):
    """The logits, and the loss as it is and of pictures that are moved."""
    return [model(batch["image"]), *(terms["loss"] for terms in conditional_terms(model, batch))]


def pairs():
    return {
        "image": images(32, 32, 1)(),
        "picture": images(8, 12, 3)(),
        "id": tf.constant([3, 0, 8, 5], tf.int64),
    }


def translator_terms(model, batch):
    """The vectors of the source, and the loss as it is and in training."""
    batch = model.fill_defaults(batch)
    key = noise.Key(tf.constant(7, tf.int64), tf.constant(2, tf.int64), batch["id"])
    return {
        "vectors": tf.cast(model(batch["image"]), tf.float32),
        "evaluation": model.loss_terms(batch, key, training=False),
        "training": model.loss_terms(batch, key, training=True),
    }


def embedder_arguments():
    return {
        "representation": spectrogram(),
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
    own = {**batch, "gathered_embeddings": others, "position": place}
    return {**model(batch), "terms": model.loss_terms(own, key, training=True)}


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


def picture_vae_arguments():
    return {
        "representation": tg.Pictures(16, 16, 3),
        "encoder": tg.Encoder((8, 12), (2, 2)),
        "decoder": tg.Decoder((16, 16, 6), (8, 12), (2, 2)),
        "head": tg.GaussianHead(3, hidden=4),
        "prior": tg.GaussianMixturePrior(3, components=2),
    }


def literature_arguments():
    return {
        "representation": tg.Spectrogram(8000, 128, 32, 64, 64),
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
            lambda backbone=backbone: prior_arguments(backbone()),
            prior_batch,
            call=prior_terms,
            float32=True,
            # Logits that start at zero are small numbers.
            bfloat16_tolerance=0.05,
            variant=variant,
        )
        for variant, backbone in {
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
            lambda parts=parts: conditional_arguments(*parts()),
            conditioned(name, draw),
            call=conditional_terms,
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
        conditioned("label", lambda: tf.constant([2, -1, 1, 0])),
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
            "representation": tg.Vectors(7),
            "sound_tower": tg.EmbeddingTower(tg.VectorEncoder(6, 2), 5, heads=2),
            "loss": "infonce",
            "positives": "picture",
        },
        conditioned("vector", normal(BATCH, 7)),
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
