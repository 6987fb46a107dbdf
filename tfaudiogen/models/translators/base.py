"""The base class of translators: a source, its encoder, and a target."""

import keras
import numpy as np
import tensorflow as tf

from tfaudiogen.layers.blocks.residual import copy_weights, freeze
from tfaudiogen.layers.conditioning.embedding_encoder import EmbeddingEncoder
from tfaudiogen.layers.representations.conditions import TOLD
from tfaudiogen.models.base import ProbabilisticModel
from tfaudiogen.models.modalities.generative import modality_of
from tfaudiogen.models.modalities.windows import consecutive
from tfaudiogen.models.training_step.batching import in_batches, with_ids
from tfaudiogen.models.translators.pairs import blank, entries
from tfaudiogen.probability import noise
from tfaudiogen.probability.distributions import quantize

# Drawn at a time: a step draws a part of each, and takes hardly longer for many.
_TOGETHER = 32


class Translation(ProbabilisticModel):
    """A distribution over pictures given a sound, sounds given a picture, or either told: p(y | x).

    y is the target, which an autoencoder makes of latents; x is the source, of which the encoder f
    makes a sequence of vectors. A family of translators is a distribution over the latents given
    the vectors. It gives `loss_terms`, draws through `drawn` and scores through `scored`.

    Sounds are float32 [N] or [B, N], pictures [H, W, C] or [B, H, W, C], as in `AudioModality` and
    `ImageModality`. A given sound that is longer than a window is one of consecutive windows, whose
    vectors the encoder joins to those of the whole, which give one target. Of what is told, the
    source is as in `models/modalities/conditions.py`: a str, {label: weight}, or a vector; one or a
    batch of them.

    Batches are those of a data set of pairs: dicts of "image" [B, T, F, 1], the spectrograms of the
    sounds, "picture" [B, H, W, C] and "id". Which of them is the source, the constructor decides.
    Where the source is told, they are those of a data set of what is drawn, "image", with "caption"
    int32 [B, S], "label" int32 [B] or "vector" [B, E] beside it.

    Args:
        source: the representation of what is given: a `Spectrogram` or `Pictures`, or `Texts`,
            `Labels` or `Vectors`.
        encoder: layer from images of the source to [B, M, V], with `joined` for windows of long
            sounds: a `SequenceEncoder`, or an `EmbeddingEncoder`, whose weights `take_encoder`
            brings; of what is told `TextEncoder`, `LabelEncoder` or `VectorEncoder`.
        target: an autoencoder of another kind; is frozen.
        temperature, guidance: of draws that ask for none; both at 1 are the model's distribution.
        kwargs: of `ProbabilisticModel`.

    Raises:
        ValueError: source and target are of one kind.
    """

    def __init__(self, source, encoder, target, temperature=1.0, guidance=1.0, **kwargs):
        super().__init__(**kwargs)
        self.source, self.encoder, self.target = source, encoder, target
        self.temperature, self.guidance = temperature, guidance
        self.drawing(1, 0)
        self._entries = entries(source, target.spectrogram)
        freeze(self.target)
        if not encoder.built:
            encoder.build((None, *source.image_shape))

    @property
    def vector_width(self):
        """V, the width of the vectors of the source."""
        return self.encoder.compute_output_shape((None, *self.source.image_shape))[-1]

    @property
    def spectrogram(self):
        """The representation of what is drawn, a `Spectrogram` or `Pictures`."""
        return self.target.spectrogram

    @property
    def sounds(self):
        """What its data are given as: the `Spectrogram` of the two; what is drawn, if one tells."""
        return self.source if self.source.kind == "sounds" else self.target.spectrogram

    @property
    def told(self):
        """The source, if it is told and stands beside what is drawn; else None."""
        return self.source if self.source.kind in TOLD else None

    @property
    def class_names(self):
        """Names of the labels of the data."""
        return self.target.class_names

    @property
    def modality(self):
        """The `AudioModality` or `ImageModality` of what is drawn."""
        return modality_of(self.spectrogram)

    def call(self, images, training=False):
        """Return the vectors [B, M, V] of images of the source, or of what is told."""
        return self.encoder(images if self.told else quantize(images), training=training)

    def take_autoencoder(self, autoencoder):
        """Give the target the weights of a trained autoencoder of the same configuration.

        Raises:
            ValueError: it has other weights.
        """
        _take("autoencoder", "target", self.target, autoencoder)

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

    def take_anchors(self, embedder, batches):
        """Give an `EmbeddingEncoder` that averages over pairs of the training data some of them.

        Args:
            embedder: the one of `take_encoder`.
            batches: iterable of batches of pairs; as many as are needed are looked at.
        """
        wanted = getattr(self.encoder, "anchors", 0)
        if not wanted:
            return
        found, count = [], 0
        for batch in batches:
            embeddings = embedder(batch)
            found.append([embeddings[name] for name in self._entries])
            count += len(found[-1][0])
            if count >= wanted:
                break
        own, others = (tf.concat(side, axis=0) for side in zip(*found, strict=True))
        self.encoder.take_anchors(own, others, embedder.temperature)

    def image_entries(self):
        sides = zip(self._entries, (self.source, self.spectrogram), strict=True)
        return {name: one for name, one in sides if not (self.told and one is self.source)}

    @property
    def main_entry(self):
        """What is given."""
        return self._entries[0]

    def predicted(self, batch):
        given = batch[self.main_entry]
        return self(self.source(given) if self.told else given, training=False)

    def complete(self, batch):
        """Add "id" 0 to B - 1 where it is missing, and leave out what is not needed."""
        missing = [name for name in self._entries if name not in batch]
        if missing:
            raise ValueError(
                f"batches must hold {' and '.join(self._entries)}, and have no {missing[0]}: give "
                "those of a data set that has it"
            )
        return {name: with_ids(batch)[name] for name in (*self._entries, "id")}

    def blank(self, size):
        """Return a batch of `size` examples of silence, black, and nothing told."""
        return blank(self.source, self.spectrogram, size)

    def source_and_target(self, batch):
        """Return what is given, images or what is told, and the images of the target of a batch."""
        given, wanted = (batch[name] for name in self._entries)
        return (self.source(given) if self.told else given), wanted

    def vectors(self, given):
        """Return the vectors [B, M, V] of sounds of any length, or of all else."""
        batch, _ = modality_of(self.source).batch(given)
        if self.source.kind == "sounds":
            return tf.concat([self._vectors_of_sound(sound) for sound in batch], axis=0)
        return in_batches(self, batch)

    def _vectors_of_sound(self, sound):
        images, frames = consecutive(sound, self.source)
        return self.encoder.joined(in_batches(self, images), frames)

    def drawn(self, draw, inputs, count, seed, seconds, phase, progress, decode=None):
        """Return draws for each input, a few at a time; see `sample` of the families.

        Args:
            draw: function of a `tfaudiogen.probability.noise.Key` of b draws, vectors [b, M, V] of
                the source and the number of windows, that returns images of the target [b, T, F,
                C].
            inputs, count, seed, seconds, phase, progress: of `sample`.
            decode: function of what `draw` returns, and of the phase, where those are no images.
        """
        samples = self.modality.length(seconds)
        windows = self.modality.windows(samples)
        _, single = modality_of(self.source).batch(inputs)
        vectors = self.vectors(inputs)
        key = noise.key(seed, len(vectors) * count)

        def draw_part(part):
            found = draw(key._replace(index=part), tf.gather(vectors, part // count), windows)
            if decode:
                return decode(found, phase)[:, :samples]
            return self.modality.inverse(found, samples, phase)

        drawn = in_batches(draw_part, key.index, progress, _TOGETHER)
        drawn = tf.reshape(drawn, (-1, count, *drawn.shape[1:]))
        return drawn[0] if single else drawn

    def drawing(self, count, seed, temperature=None, guidance=None):
        """Return temperature and guidance, the model's own for None.

        Raises:
            ValueError: one of these arguments of `sample` is out of its range.
        """
        temperature = self.temperature if temperature is None else temperature
        guidance = self.guidance if guidance is None else guidance
        if count < 1:
            raise ValueError(f"count must be at least 1, received {count}")
        if not 0 <= seed < 2**31:
            raise ValueError(f"seed must be from 0 to 2**31 - 1, received {seed}")
        if temperature < 0:
            raise ValueError(f"temperature must not be negative, received {temperature}")
        if guidance < 0:
            raise ValueError(f"guidance must not be negative, received {guidance}")
        return temperature, guidance

    def scored(self, score, targets, inputs):
        """Return the scores of targets given inputs; see `log_prob` of the families.

        A target sound longer than a window is one of consecutive windows, each frame of it in one,
        whose scores are added.

        Args:
            score: function of images [b, T, F, C] of the target, unpadded frames int32 [b], vectors
                [b, M, V] of the source and int64 [b], the place of each in its batch or sound; it
                returns [b].
            targets, inputs: of `log_prob`.

        Raises:
            ValueError: there are more of one than of the other.
        """
        batch, _ = self.modality.batch(targets)
        vectors = self.vectors(inputs)
        if len(batch) != len(vectors):
            raise ValueError(
                f"targets and inputs must be as many; received {len(batch)} and {len(vectors)}"
            )
        if self.modality.has_phase:
            pairs = zip(batch, vectors, strict=True)
            return np.array([self._score_of_sound(score, *pair) for pair in pairs], np.float32)

        def score_part(part):
            images, rows = self.modality.images(tf.gather(batch, part))
            return score(images, rows, tf.gather(vectors, part), part)

        return in_batches(score_part, tf.range(len(batch), dtype=tf.int64)).numpy()

    def _score_of_sound(self, score, sound, vectors):
        images, frames = consecutive(sound, self.spectrogram)

        def score_part(part):
            told = tf.repeat(vectors[None], len(part), axis=0)
            return score(tf.gather(images, part), tf.gather(frames, part), told, part)

        return tf.reduce_sum(in_batches(score_part, tf.range(len(images), dtype=tf.int64)))

    def get_config(self):
        serialize = keras.saving.serialize_keras_object
        parts = ("source", "encoder", "target")
        own = {name: getattr(self, name) for name in ("temperature", "guidance")}
        parts = {part: serialize(getattr(self, part)) for part in parts}
        return {**super().get_config(), **parts, **own}

    @classmethod
    def from_config(cls, config):
        build = keras.saving.deserialize_keras_object
        parts = {part: build(config[part]) for part in ("source", "encoder", "target")}
        return cls(**{**config, **parts})


def _take(name, part, mine, theirs):
    """Give a part of this model the weights of a trained one of the same configuration."""
    try:
        copy_weights(mine, theirs)
    except ValueError as error:
        raise ValueError(
            f"{name} must have the {mine.count_params():,} parameters of the {part}; received one "
            f"of {theirs.count_params():,}"
        ) from error
