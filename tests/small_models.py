"""Small models and inputs that several tests share; what they compute is real, if untrained."""

import keras
import numpy as np
import tensorflow as tf
import tensorflow_probability as tfp

import tfaudiogen as tg
from tfaudiogen.models.autoencoders.code_levels import default_decoders, default_encoders
from tfaudiogen.models.base import ProbabilisticModel
from tfaudiogen.models.priors.labels import further_words, words_of
from tfaudiogen.models.training_step.batching import with_ids
from tfaudiogen.probability import noise

RATE = 8000


def tones(count, samples=1024):
    """Return sine waves of different pitches, [count, samples]."""
    time = np.arange(samples) / RATE
    pitches = np.linspace(200, 3000, count)[:, None]
    return (0.5 * np.sin(2 * np.pi * pitches * time)).astype(np.float32)


def speckles(count, shape):
    """Return pictures of noise, [count, *shape]."""
    levels = np.random.default_rng(count).integers(0, 256, (count, *shape))
    return levels.astype(np.float32) / 255


def stirred(model, scale=0.2):
    """Return the model with weights that are no longer what they start as."""
    draw = np.random.default_rng(1)
    for weight in model.trainable_weights:
        weight.assign(weight + scale * draw.normal(size=weight.shape).astype(np.float32))
    return model


def vqvae(representation, stages, counts, names=("low", "high"), kind=tg.VQVAE, **further):
    """Return an autoencoder with codes.

    Args:
        representation: of its sounds or pictures.
        stages: (widths, strides) of each level.
        counts: of codes, of each level.
        names: of the labels.
        kind: class of the autoencoder.
        further: its arguments.
    """
    likelihood = tg.PixelLikelihood(image_channels=representation.image_shape[2])
    return kind(
        representation,
        encoders=default_encoders(stages),
        decoders=default_decoders(stages, likelihood.channels),
        quantizers=[tg.VectorQuantizer(count, 4) for count in counts],
        likelihood=likelihood,
        class_names=list(names),
        **further,
    )


def vae(representation):
    """Return an autoencoder of 3 latents for images of one channel."""
    sides = (*representation.image_shape[:2], 2)
    parts = {"encoder": tg.Encoder((8,), (4,)), "decoder": tg.Decoder(sides, (8,), (4,))}
    parts["prior"] = tg.GaussianMixturePrior(3)
    return tg.VAE(representation, head=tg.GaussianHead(3, hidden=8), **parts)


def code_model(autoencoder, width=16, words=False):
    """Return an autoencoder with priors that know its labels, or the words of its labels."""
    shapes, counts = autoencoder.code_maps()
    maps = [{"shape": s, "codebook_size": k} for s, k in zip(shapes, counts, strict=True)]
    classes = len(autoencoder.class_names)
    priors = []
    for level, one in enumerate(maps):
        backbone = tg.Transformer(width, 1, 2, int(np.prod(one["shape"])))
        conditions = {
            "classes": classes,
            "words": words_of(autoencoder.class_names) if words else (),
        }
        priors.append(
            stirred(tg.CodePrior(**one, backbone=backbone, maps=maps[:level], **conditions))
        )
    return tg.CodeModel(autoencoder, priors)


def translator(
    source,
    encoder,
    target,
    width=16,
    conditioned=True,
    labels=None,
    label_words_in_source=0,
    **settings,
):
    """Return a translator whose samples depend on the source.

    Args:
        source, encoder, target: its parts.
        width: of the priors.
        conditioned: whether the levels below the top attend to the source too.
        labels: of those that do, as arguments of `CodePrior`.
        label_words_in_source: of the translator.
        settings: of each prior.
    """
    shapes, counts = target.code_maps()
    maps = [{"shape": s, "codebook_size": k} for s, k in zip(shapes, counts, strict=True)]
    vectors = encoder.compute_output_shape((None, *source.image_shape))[-1]
    priors = []
    for level, one in enumerate(maps):
        cross = conditioned or level == 0
        backbone = tg.Transformer(width, 1, 2, int(np.prod(one["shape"])), cross=cross)
        own = {"maps": maps[:level], "vectors": vectors if cross else 0}
        own |= (labels or {}) if cross else {}
        priors.append(tg.CodePrior(**one, backbone=backbone, **own, **settings))
    return stirred(
        tg.Translator(source, encoder, target, priors, label_words_in_source=label_words_in_source)
    )


def speaker():
    """Return a translator of grey pictures of 8 x 8 to sounds, whose upper level knows who speaks.

    Its data have the labels "7 jackson", "8 theo" and "7 theo".
    """
    names = ["7 jackson", "8 theo", "7 theo"]
    voices, _ = further_words(names, 1)
    stages = [((8,), (8,)), ((8,), (2,))]
    target = vqvae(tg.Spectrogram(RATE, 64, 32, frames=32, bins=32), stages, (6, 5), names)
    labels = {"classes": len(voices), "words": words_of(voices)}
    options = {"conditioned": False, "labels": labels, "label_words_in_source": 1}
    return translator(tg.Pictures(8, 8, 1), tg.SequenceEncoder((6,), (4,)), target, 8, **options)


def finding():
    """Return models that draw nothing: two that match, of pictures of 8 x 8, and one that tags."""
    pictures, sounds = tg.Pictures(8, 8, 3), tg.Spectrogram(RATE, 64, 32, frames=32, bins=32)

    def matcher(source, encoder):
        encoders = (encoder, tg.SequenceEncoder((6,), (4,)))
        towers = [tg.EmbeddingTower(one, 4, heads=0) for one in encoders]
        return tg.AudioImageEmbedder(source, pictures, *towers)

    names = ["gloomy", "gloomy; slow", "fast"]
    return {
        "matcher": matcher(sounds, tg.SequenceEncoder((8,), (8,))),
        "vector_matcher": matcher(tg.Vectors(3), tg.VectorEncoder(8)),
        "tagger": stirred(tg.PictureTagger(pictures, tg.PatchEncoder(4, 8, 1, 2), names)),
    }


def conditional():
    """Return translators of captions and vectors to pictures, and of labels to sounds."""
    pictures, sounds = tg.Pictures(8, 8, 1), tg.Spectrogram(RATE, 64, 32, frames=32, bins=32)
    drawn = [vqvae(shape, [((8,), (4,))], (6,)) for shape in (pictures, sounds, pictures)]
    labels = tg.Labels(["gloomy", "gloomy; slow", "fast"])
    return {
        "captions": translator(tg.Texts(20), tg.TextEncoder(8, 1, 2, 3), drawn[0], 8),
        "labels": translator(labels, tg.LabelEncoder(8), drawn[1], 8),
        "vectors": translator(tg.Vectors(3), tg.VectorEncoder(8), drawn[2], 8),
    }


class Noisy(ProbabilisticModel):
    """(w - x - e)^2 with noise e: which noise an example gets decides the loss and each step."""

    def __init__(self):
        super().__init__()
        self.weight = self.add_weight(shape=(), initializer="zeros", name="weight")
        self.built = True

    def fill_defaults(self, batch):
        return with_ids(batch)

    def loss_terms(self, batch, key, training):
        return {"loss": (self.weight - batch["image"] - noise.normal(key, "e")) ** 2}


def noisy(strategy, **options):
    """Return a `Noisy` model of a strategy, compiled with the seed 3."""
    with strategy.scope():
        model = Noisy()
        model.compile(keras.optimizers.SGD(0.01), jit_compile=False, seed=3, **options)
    return model


def noisy_loss(values):
    """Return the loss of a `noisy` model that was not trained, for values numbered from 0."""
    return np.mean((values + noise.normal(noise.key(3, len(values)), "e").numpy()) ** 2)


@keras.saving.register_keras_serializable("tests")
class BentPrior(tg.LatentPrior):
    """A normalising flow as a user may write it: a shifted normal that is skewed."""

    def build(self, input_shape=None):
        shape = (self.latent_size,)
        self.shift = self.add_weight(shape=shape, initializer="zeros", name="shift")
        self.skewness = self.add_weight(shape=shape, initializer="zeros", name="skewness")
        self.built = True

    def distribution(self, condition=None):
        normal = tfp.distributions.MultivariateNormalDiag(
            tf.zeros(self.latent_size), tf.ones(self.latent_size)
        )
        bend = tfp.bijectors.SinhArcsinh(tf.identity(self.skewness))
        steps = [tfp.bijectors.Shift(tf.identity(self.shift)), bend]
        return tfp.distributions.TransformedDistribution(normal, tfp.bijectors.Chain(steps))
