"""From sounds to pictures and from pictures to sounds: codes of the one, given the other."""

import math

import keras
import tensorflow as tf

from tfaudiogen import noise
from tfaudiogen.distributions import quantize
from tfaudiogen.layers.blocks import register
from tfaudiogen.layers.embedding_encoder import EmbeddingEncoder
from tfaudiogen.models.base import ProbabilisticModel
from tfaudiogen.models.code_model import check_priors
from tfaudiogen.models.pairs import PICTURE, SOUND
from tfaudiogen.models.translation import Translation


@register
class Translator(Translation, ProbabilisticModel):
    """A distribution over pictures given a sound, or over sounds given a picture.

        p(y | x)  =  sum over c of p(c | x) p(y | c),
        p(c | x)  =  p(c_L | f(x)) p(c_(L-1) | c_L, f(x)) ... p(c_1 | c_2, ..., c_L, f(x)).

    y is the target, whose autoencoder has the codes c and the likelihood p(y | c); x is the source,
    of which the encoder f makes a sequence of vectors that the priors attend to (cross-attention,
    Vaswani et al., 2017; a Transformer over the codes of a picture given something else as in
    Ramesh et al., "Zero-shot text-to-image generation", 2021). At the codes c of y

        -log p(y | x)  <=  -log p(y | c) - log p(c | x)  =  distortion + rate.

    The autoencoder is trained before and frozen, so that the distortion is given; encoder and
    priors minimise the rate together, which is the loss, in nats per example. For a share of the
    examples, the `condition_dropout` of the priors, the vectors are left out, so that a draw can be
    guided towards the source; see `CodePrior`. Levels leave them out for the same examples.

    Batches are those of a data set of pairs: dicts of "image" [B, T, F, 1], the spectrograms of the
    sounds, "picture" [B, H, W, C] and "id". Which of them is the source, the constructor decides.

    Args:
        source: the representation of what is given, a `Spectrogram` or `Pictures`.
        encoder: layer from images of the source to [B, M, V], with `joined` for windows of long
            sounds: a `SequenceEncoder`, or an `EmbeddingEncoder`, whose weights `take_encoder`
            brings.
        target: a trained `VQVAE` of the other kind; is frozen.
        priors: a `CodePrior` for each level of the target, top level first, as in `CodeModel`,
            without labels; the top one, at least, with V `vectors`.

    Raises:
        ValueError: source and target are of one kind, or the priors do not fit.
    """

    def __init__(self, source, encoder, target, priors, **kwargs):
        super().__init__(vectors={"rates": len(priors)}, **kwargs)
        self.source, self.encoder = source, encoder
        self.target, self.priors = target, list(priors)
        self._check_kinds()
        check_priors(self.priors, *target.code_maps())
        self.target.trainable = False
        if not encoder.built:
            encoder.build((None, *source.image_shape))
        self._check_vectors()
        self.built = True

    def _check_kinds(self):
        kinds = [self.source.kind, self.target.spectrogram.kind]
        if sorted(kinds) != ["pictures", "sounds"]:
            raise ValueError(
                "source and target must be a Spectrogram and an autoencoder of pictures, or "
                f"Pictures and an autoencoder of sounds; received {kinds[0]} and {kinds[1]}"
            )

    def _check_vectors(self):
        *_, width = self.encoder.compute_output_shape((None, *self.source.image_shape))
        received = [prior.conditions.vectors for prior in self.priors]
        if received[0] != width or set(received) - {0, width}:
            raise ValueError(
                f"vectors of the priors must be {width}, the width of the encoder's, or 0 below "
                f"the top level; received {received}"
            )
        if any(prior.conditions.classes for prior in self.priors):
            raise ValueError("priors must have classes=0: the source takes the place of the label")

    @property
    def spectrogram(self):
        """The representation of what is drawn, a `Spectrogram` or `Pictures`."""
        return self.target.spectrogram

    @property
    def sounds(self):
        """The `Spectrogram` of the two."""
        return self.source if self.source.kind == "sounds" else self.target.spectrogram

    @property
    def class_names(self):
        """Names of the labels of the data."""
        return self.target.class_names

    def call(self, images, training=False):
        """Return the vectors [B, M, V] of images of the source."""
        return self.encoder(quantize(images), training=training)

    def take_autoencoder(self, autoencoder):
        """Give the target the weights of a trained autoencoder of the same configuration.

        Raises:
            ValueError: it has other weights.
        """
        _take("autoencoder", "target", self.target, autoencoder)
        for prior in self.priors:
            prior.take_codebook(autoencoder)

    def take_encoder(self, embedder):
        """Give an `EmbeddingEncoder` the tower of a trained `AudioImageEmbedder`.

        Raises:
            ValueError: the encoder is none, or its tower has other weights.
        """
        if not isinstance(self.encoder, EmbeddingEncoder):
            raise ValueError(
                "encoder must be an EmbeddingEncoder to take a tower; received "
                f"{type(self.encoder).__name__}"
            )
        tower = embedder.sound_tower if self.source.kind == "sounds" else embedder.picture_tower
        _take("embedder", "encoder", self.encoder.tower, tower)

    def complete(self, batch):
        """Add "id" 0 to B - 1 where it is missing, and leave out what is not needed."""
        ids = tf.range(tf.shape(batch[SOUND], tf.int64)[0])
        return {**{name: batch[name] for name in (SOUND, PICTURE)}, "id": batch.get("id", ids)}

    def blank(self, size):
        """Return a batch of `size` pairs of silence and black."""
        pictures = next(one for one in (self.source, self.spectrogram) if one is not self.sounds)
        shapes = {SOUND: self.sounds.image_shape, PICTURE: pictures.image_shape}
        return {name: tf.zeros([size, *shape]) for name, shape in shapes.items()}

    def _source_and_target(self, batch):
        pair = batch[SOUND], batch[PICTURE]
        return pair if self.source.kind == "sounds" else pair[::-1]

    def loss_terms(self, batch, key, training):
        given, wanted = self._source_and_target(batch)
        codes = self.target.encode_codes(wanted)
        vectors = self(given, training=training)
        rates = tf.stack(self._rates(codes, vectors, key, training), axis=1)  # [B, L]
        return {"loss": tf.reduce_sum(rates, axis=1), "rates": rates}

    def _rates(self, codes, vectors, key, training):
        """Return -log p of the codes of each level given those above and the source, [B] each."""
        rates = []
        for level, prior in enumerate(self.priors):
            maps = codes[level - len(prior.conditions.maps) : level]
            batch = {"codes": codes[level], **{f"above_{n}": map_ for n, map_ in enumerate(maps)}}
            if prior.conditions.vectors:
                batch["vectors"] = vectors
            rates.append(prior.loss_terms(batch, key, training)["loss"])
        return rates

    def summarize(self, means):
        """Return the loss, and of each level bits per code."""
        rates = tf.unstack(means["rates"])
        bits = {
            f"bits_per_code_{level}": nats / (math.log(2.0) * prior.length)
            for level, (prior, nats) in enumerate(zip(self.priors, rates, strict=True))
        }
        return {"loss": means["loss"], **bits}

    def image_log_prob(self, images, frames, vectors):
        """Return a lower bound of log P(levels of y | x) in nats, [B]; see the class.

        Args:
            images: of the target, [B, T, F, C] in [0, 1].
            frames: int32 [B], the unpadded frames; of pictures all rows.
            vectors: [B, M, V] of the source, of any number of windows.
        """
        key = noise.key(0, tf.shape(images)[0])
        codes = self.target.encode_codes(images)
        rate = tf.add_n(self._rates(codes, vectors, key, training=False))
        batch = {"image": images, "frames": frames}
        found = self.target.loss_terms(self.target.complete(batch), key, training=False)
        # What the autoencoder says at a uniform rate, which is replaced.
        return found["rate"] - found["code_length"] - rate

    def get_config(self):
        serialize = keras.saving.serialize_keras_object
        return {
            **super().get_config(),
            **{part: serialize(getattr(self, part)) for part in ("source", "encoder", "target")},
            "priors": [serialize(prior) for prior in self.priors],
        }

    @classmethod
    def from_config(cls, config):
        build = keras.saving.deserialize_keras_object
        parts = {part: build(config[part]) for part in ("source", "encoder", "target")}
        priors = [build(prior) for prior in config["priors"]]
        return cls(**{**config, **parts, "priors": priors})


def _take(name, part, mine, theirs):
    """Give a part of this model the weights of a trained one of the same configuration."""
    shapes = [[tuple(weight.shape) for weight in one.weights] for one in (mine, theirs)]
    if shapes[0] != shapes[1]:
        raise ValueError(
            f"{name} must have the {mine.count_params():,} parameters of the {part}; received one "
            f"of {theirs.count_params():,}"
        )
    for weight, trained in zip(mine.weights, theirs.weights, strict=True):
        weight.assign(trained)
