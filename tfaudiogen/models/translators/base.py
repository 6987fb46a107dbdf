"""`Translation`: the base class of translators, with source, encoder and target."""

import keras
import numpy as np
import tensorflow as tf

from tfaudiogen.layers.blocks.residual import copy_weights, freeze
from tfaudiogen.layers.conditioning.embedding_encoder import EmbeddingEncoder
from tfaudiogen.layers.representations.conditions import CONDITION_KINDS
from tfaudiogen.models.base import ProbabilisticModel
from tfaudiogen.models.modalities.generative import modality_of
from tfaudiogen.models.modalities.windows import consecutive
from tfaudiogen.models.training_step.batching import in_batches, with_ids
from tfaudiogen.models.translators.pairs import dummy_pairs, entries
from tfaudiogen.probability import noise
from tfaudiogen.probability.distributions import quantize

# Batch size for sampling: a sampling step is hardly slower for many examples than for one.
_TOGETHER = 32


class Translation(ProbabilisticModel):
    """Base class of conditional models p(y | x) from one modality or condition to another.

    The source x is audio, an image, or a condition (text, labels, a vector). The encoder f maps it
    to a sequence of vectors. The target y is audio or an image, represented by the latents of an
    autoencoder. A subclass is a distribution over these latents given the vectors. It defines
    `loss_terms`, samples through `drawn` and scores through `scored`.

    Audio is float32 [N] or [B, N], images are [H, W, C] or [B, H, W, C], as in `AudioModality` and
    `ImageModality`. Source audio longer than a window is split into consecutive windows, whose
    vectors the encoder joins into one sequence for a single target. Other conditions are as in
    `models/modalities/conditions.py`: a str, {label: weight}, or a vector, or a batch of them.

    Batches are dicts of "image" [B, T, F, 1], the spectrograms of the audio, "picture"
    [B, H, W, C] and "id"; `source_representation` decides which is the source. With texts, labels
    or vectors as source, the target, audio or image, is "image", and the source is "caption" int32
    [B, S], "label" int32 [B] or "vector" [B, E].

    Args:
        source_representation: representation of the source: a `Spectrogram`, `Pictures`, `Texts`,
            `Labels` or `Vectors`.
        encoder: layer from source inputs to [B, M, V], with a method `joined` for the windows of
            long audio: a `SequenceEncoder`, or an `EmbeddingEncoder` with the weights of
            `initialize_encoder`; for conditions a `TextEncoder`, `LabelEncoder` or `VectorEncoder`.
        target: an autoencoder of another modality; it is frozen.
        temperature, guidance: defaults of `sample`; both at 1 give the model's distribution.
        kwargs: passed to `ProbabilisticModel`.

    Raises:
        ValueError: source and target have the same modality.
    """

    def __init__(
        self, source_representation, encoder, target, temperature=1.0, guidance=1.0, **kwargs
    ):
        super().__init__(**kwargs)
        self.source_representation = source_representation
        self.encoder, self.target = encoder, target
        self.temperature, self.guidance = temperature, guidance
        self.drawing(1, 0)
        self._entries = entries(source_representation, target.representation)
        freeze(self.target)
        if not encoder.built:
            encoder.build((None, *source_representation.image_shape))

    @property
    def vector_width(self):
        """V, the width of the source's vectors."""
        shape = (None, *self.source_representation.image_shape)
        return self.encoder.compute_output_shape(shape)[-1]

    @property
    def representation(self):
        """The representation of the target, a `Spectrogram` or `Pictures`."""
        return self.target.representation

    @property
    def sounds(self):
        """Representation of its dataset's "image": the `Spectrogram`, or the target's.

        The target's applies if the source is a text, labels or a vector.
        """
        own = self.source_representation
        return own if own.kind == "sounds" else self.target.representation

    @property
    def conditioning(self):
        """The source representation if it is `Texts`, `Labels` or `Vectors`, else None."""
        own = self.source_representation
        return own if own.kind in CONDITION_KINDS else None

    @property
    def class_names(self):
        """Names of the dataset's labels."""
        return self.target.class_names

    @property
    def modality(self):
        """The `AudioModality` or `ImageModality` of the target."""
        return modality_of(self.representation)

    def call(self, images, training=False):
        """Return the vectors [B, M, V] of source images or conditions."""
        return self.encoder(images if self.conditioning else quantize(images), training=training)

    def initialize_autoencoder(self, autoencoder):
        """Copies the weights of a trained autoencoder of the same configuration to the target.

        Raises:
            ValueError: its weights have other shapes.
        """
        _copy("autoencoder", "target", self.target, autoencoder)

    def initialize_encoder(self, embedder):
        """Copies the source's tower of a trained `AudioImageEmbedder` to the `EmbeddingEncoder`.

        Raises:
            ValueError: the encoder is no `EmbeddingEncoder`, or the weights have other shapes.
        """
        if not isinstance(self.encoder, EmbeddingEncoder):
            raise ValueError(
                "encoder must be an EmbeddingEncoder to take a tower; received "
                f"{type(self.encoder).__name__}"
            )
        hears = self.source_representation.kind == "sounds"
        tower = embedder.sound_tower if hears else embedder.picture_tower
        _copy("embedder", "encoder", self.encoder.tower, tower)

    def initialize_anchors(self, embedder, batches):
        """Sets the anchors of an `EmbeddingEncoder` to embeddings of training pairs.

        Does nothing if the encoder has no `anchors`.

        Args:
            embedder: the embedder passed to `initialize_encoder`.
            batches: iterable of batches of pairs; only as many as needed are read.
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
        self.encoder.initialize_anchors(own, others, embedder.temperature)

    def image_entries(self):
        sides = zip(self._entries, (self.source_representation, self.representation), strict=True)
        return {name: one for name, one in sides if one is not self.conditioning}

    @property
    def main_entry(self):
        """Batch entry of the source."""
        return self._entries[0]

    def predicted(self, batch):
        inputs = batch[self.main_entry]
        inputs = self.source_representation(inputs) if self.conditioning else inputs
        return self(inputs, training=False)

    def fill_defaults(self, batch):
        """Add a default "id" (0 to B - 1) if missing, and drop entries that are not needed."""
        missing = [name for name in self._entries if name not in batch]
        if missing:
            raise ValueError(
                f"batches must hold {' and '.join(self._entries)}, and have no {missing[0]}: give "
                "those of a data set that has it"
            )
        return {name: with_ids(batch)[name] for name in (*self._entries, "id")}

    def dummy_batch(self, size):
        """Return a batch of `size` dummy examples: silence, black images, empty conditions."""
        return dummy_pairs(self.source_representation, self.representation, size)

    def source_and_target(self, batch):
        """Return the source inputs (images or conditions) and the target images of a batch."""
        inputs, wanted = (batch[name] for name in self._entries)
        return (self.source_representation(inputs) if self.conditioning else inputs), wanted

    def vectors(self, inputs):
        """Return the vectors [B, M, V] of sources: audio of any length, images or conditions."""
        batch, _ = modality_of(self.source_representation).batch(inputs)
        if self.source_representation.kind == "sounds":
            return tf.concat([self._vectors_of_sound(sound) for sound in batch], axis=0)
        return in_batches(self, batch)

    def _vectors_of_sound(self, sound):
        images, frames = consecutive(sound, self.source_representation)
        return self.encoder.joined(in_batches(self, images), frames)

    def drawn(self, draw, inputs, count, seed, seconds, phase, progress, decode=None):
        """Returns samples for each input, computed in batches; see `sample` of the subclasses.

        Args:
            draw: function of a `tfaudiogen.probability.noise.Key` of b samples, source vectors
                [b, M, V] and the number of windows. It returns target images [b, T, F, C], or the
                input of `decode`.
            inputs, count, seed, seconds, phase, progress: as in `sample`.
            decode: function from results of `draw` and `phase` to waveforms or images; None if
                `draw` returns target images.
        """
        samples = self.modality.length(seconds)
        windows = self.modality.windows(samples)
        _, single = modality_of(self.source_representation).batch(inputs)
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
        """Return temperature and guidance, replacing None by the model's defaults.

        Raises:
            ValueError: one of these arguments of `sample` is out of range.
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
        """Returns the scores of targets given inputs; see `log_prob` of the subclasses.

        Longer target audio is split into consecutive windows without overlap, and their scores are
        added.

        Args:
            score: function of target images [b, T, F, C], numbers of unpadded frames int32 [b],
                source vectors [b, M, V] and positions in the batch or sound int64 [b]; it returns
                [b].
            targets, inputs: as in `log_prob`.

        Raises:
            ValueError: `targets` and `inputs` differ in number.
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
        images, frames = consecutive(sound, self.representation)

        def score_part(part):
            tiled = tf.repeat(vectors[None], len(part), axis=0)
            return score(tf.gather(images, part), tf.gather(frames, part), tiled, part)

        return tf.reduce_sum(in_batches(score_part, tf.range(len(images), dtype=tf.int64)))

    def get_config(self):
        serialize = keras.saving.serialize_keras_object
        parts = ("source_representation", "encoder", "target")
        own = {name: getattr(self, name) for name in ("temperature", "guidance")}
        parts = {part: serialize(getattr(self, part)) for part in parts}
        return {**super().get_config(), **parts, **own}

    @classmethod
    def from_config(cls, config):
        build = keras.saving.deserialize_keras_object
        names = ("source_representation", "encoder", "target")
        parts = {part: build(config[part]) for part in names}
        return cls(**{**config, **parts})


def _copy(name, part, mine, theirs):
    """Copies the weights of a trained layer or model of the same configuration to a part."""
    try:
        copy_weights(mine, theirs)
    except ValueError as error:
        raise ValueError(
            f"{name} must have the {mine.count_params():,} parameters of the {part}; received one "
            f"of {theirs.count_params():,}"
        ) from error
