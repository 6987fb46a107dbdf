"""`CodePrior`: an autoregressive prior over maps of discrete codes."""

import math

import keras
import tensorflow as tf

from tfaudiogen.layers.blocks.residual import copy_weights, embedded, register
from tfaudiogen.layers.conditioning.code_conditions import CodeConditions
from tfaudiogen.layers.conditioning.code_context import check_shape
from tfaudiogen.layers.conditioning.code_vectors import CodeVectors
from tfaudiogen.models.base import ProbabilisticModel
from tfaudiogen.models.priors.sampler import CodeSampling
from tfaudiogen.models.training_step.batching import with_ids
from tfaudiogen.probability import noise
from tfaudiogen.runtime.renamed import accepts_old_names

_CONDITIONS = ("classes", "maps", "vectors", "words", "mean_vector")


@register
class CodePrior(CodeSampling, ProbabilisticModel):
    """An autoregressive prior over code maps, with a causal Transformer or LSTM backbone.

        log p(c | y) = sum_s log p(c_s | c_1, ..., c_(s-1), y),    s = 1, ..., S.

    Codes are in row-major order, all bins of a time column before the next column, so that a sound
    can be continued by columns (van den Oord et al., 2017; with a Transformer as in Dhariwal et
    al., "Jukebox", 2020). The sum is the exact log-probability. The conditions y are a class
    label, the code maps of upper levels, and a sequence of vectors for cross-attention. In training
    label and vectors are dropped for a fraction `condition_dropout` of the examples, so one
    network models p(c | y) and p(c). Sampling combines both by classifier-free guidance (Ho and
    Salimans, "Classifier-free diffusion guidance", 2022):

        logits = logits(c) + guidance (logits(c | y) - logits(c)).

    In training `code_dropout` hides a fraction of the previous codes from the network. `dropout`
    drops a fraction of the output dimensions of each block, the same ones at all positions of an
    example (Gal and Ghahramani, 2016). The codes of padding are included in the loss: the end of a
    sound is part of what is generated.

    Batches are dicts of "codes" int32 [B, *shape] and "id" and, depending on the conditions,
    "label" int32 [B] (negative for none), "above_0", "above_1", ... int32 [B, ...] and "vectors"
    [B, M, V].

    Args:
        shape: (T, F), or (T, F, Q) with Q codes per position.
        codebook_size: K, the codebook size.
        backbone: a `Transformer` or `LSTMStack`; it must have `cross=True` if and only if `vectors`
            is not 0.
        classes: number of labels; 0 for no label.
        words: words of the labels; see `CodeConditions`.
        maps: list of {"shape": ..., "codebook_size": ...} of the code maps of upper levels.
        vectors: V, width of the vectors; 0 for no vectors.
        mean_vector: see `CodeConditions`.
        codebook_dim: D, size of the codebook vectors that `copy_codebook` copies; 0 for none. See
            `CodeVectors`.
        condition_dropout, code_dropout, dropout: fractions in [0, 1).
    """

    main_entry = "codes"

    def __init__(
        self,
        shape,
        codebook_size,
        backbone,
        classes=0,
        maps=(),
        vectors=0,
        words=(),
        codebook_dim=0,
        mean_vector=False,
        condition_dropout=0.1,
        code_dropout=0.0,
        dropout=0.0,
        **kwargs,
    ):
        super().__init__(**kwargs)
        self.shape, self.codebook_size = check_shape(shape), int(codebook_size)
        self.backbone, width = backbone, backbone.width
        shares = {
            "condition_dropout": condition_dropout,
            "code_dropout": code_dropout,
            "dropout": dropout,
        }
        self.shares = {name: _share(name, value) for name, value in shares.items()}
        policy = self.dtype_policy
        # Besides the codes there are a start token, K, and a mask token, K + 1.
        self.embed = keras.layers.Embedding(self.codebook_size + 2, width, dtype=policy)
        self.codebook_dim = codebook_dim
        if codebook_dim:
            tail = math.prod(self.shape[2:])
            options = {"tail": tail, "dtype": policy}
            self.code_vectors = CodeVectors(self.codebook_size, codebook_dim, width, **options)
        self.conditions = CodeConditions(
            self.shape, width, classes, maps, vectors, words, mean_vector, dtype=policy
        )
        self.head = keras.layers.Dense(self.codebook_size, kernel_initializer="zeros", dtype=policy)
        self._check_backbone()
        self.build()

    def _check_backbone(self):
        backbone = self.backbone
        if backbone.cross != bool(self.conditions.vectors):
            raise ValueError(
                "backbone must have cross=True exactly if there are vectors to attend to; received "
                f"cross={backbone.cross} and vectors={self.conditions.vectors}"
            )
        if backbone.length is not None and backbone.length < self.length:
            raise ValueError(
                f"backbone.length must be at least {self.length}, the number of codes of "
                f"shape={self.shape}; received {backbone.length}"
            )

    def build(self, input_shape=None):
        sequence = (None, self.length, self.backbone.width)
        for layer, shape in [
            (self.embed, (None, self.length)),
            (self.conditions, None),
            (self.backbone, sequence),
            (self.head, sequence),
        ]:
            if not layer.built:
                layer.build(shape)
        if self.codebook_dim:
            self.code_vectors.build()
        self.built = True

    def copy_codebook(self, autoencoder):
        """Copies the codebook vectors of this level from a trained `VQVAE`.

        Does nothing if `codebook_dim` is 0.

        Raises:
            ValueError: the codebook of this level has another shape.
        """
        if not self.codebook_dim:
            return
        table = autoencoder.code_vectors()[len(self.conditions.maps)]
        wanted = self.code_vectors.table.shape
        if table.shape != wanted:
            raise ValueError(
                f"the vectors of the codes must be of shape {tuple(wanted)} (codes of a place, "
                f"codes, size), received {tuple(table.shape)}"
            )
        self.code_vectors.table.assign(table)

    def initialize_from(self, prior, words=()):
        """Initializes this prior from another prior over the same codes.

        Weights are copied. Of the label embeddings only those for no label and for shared words are
        copied. `vectors` initially have no effect if the other prior has no cross-attention.

        Args:
            prior: the other `CodePrior`.
            words: pairs (index of a word in this prior's labels, index in the other's) of the
                shared words.

        Raises:
            ValueError: the priors differ in size.
        """
        sizes = [_sizes(one) for one in (self, prior)]
        if sizes[0] != sizes[1]:
            raise ValueError(f"a prior of {sizes[0]} cannot begin as one of {sizes[1]}")
        for part in ("embed", "head", *(["code_vectors"] if self.codebook_dim else [])):
            copy_weights(getattr(self, part), getattr(prior, part))
        self.conditions.initialize_from(prior.conditions, words)
        self.backbone.initialize_from(prior.backbone)

    @property
    def core(self):
        """The backbone by its old name, under which older files store its weights."""
        return self.backbone

    @property
    def length(self):
        """S, the number of codes in a map."""
        return math.prod(self.shape)

    @property
    def can_be_guided(self):
        """Whether the prior has conditions for guidance, a label or vectors."""
        return bool(self.conditions.classes or self.conditions.vectors)

    def call(self, codes, label=None, maps=(), vectors=None):
        """Return the logits float32 [B, S, K] of each code, given the previous codes.

        Args:
            codes: int32 [B, *shape].
            label, maps, vectors: the conditions; see `CodeConditions`.
        """
        dropped = tf.zeros(tf.shape(codes)[:1], tf.bool)
        embedding, context = self.embed_conditions(dropped, label, maps, vectors)
        return self._logits(self._flat(codes), embedding, context)

    def embed_conditions(self, dropped, label=None, maps=(), vectors=None):
        """Return the embedded conditions: [B, S, D] to add to the backbone's inputs, and context.

        The context is [B, M, D], the sequence for cross-attention, or None. Label and vectors are
        replaced by their unconditional embeddings where `dropped`, bool [B].
        """
        self._check_conditions(maps, vectors)
        context = self.conditions.context(dropped, vectors)
        return self.conditions(dropped, label, maps, vectors), context

    def _check_conditions(self, maps, vectors):
        wanted = len(self.conditions.maps)
        if len(maps) != wanted:
            raise ValueError(f"maps must be {wanted} code maps, received {len(maps)}")
        if (vectors is not None) != bool(self.conditions.vectors):
            raise ValueError(
                f"vectors must be {'given' if self.conditions.vectors else 'None'}: this prior has "
                f"vectors={self.conditions.vectors}"
            )

    def _flat(self, codes):
        return tf.reshape(tf.cast(codes, tf.int32), (-1, self.length))

    def _logits(self, before, embedding, context, gains=None):
        """Return logits for codes [B, S] by teacher forcing; the last code is not an input."""
        beginning = tf.fill((tf.shape(before)[0], 1), self.codebook_size)
        shifted = tf.concat([beginning, before[:, :-1]], axis=1)
        positions = tf.range(self.length)
        outputs = self.backbone(self.inputs_of(shifted, positions - 1) + embedding, context, gains)
        return self.logits_of(outputs, positions)

    def inputs_of(self, codes, position):
        """Return the embeddings of codes (K: start token, K + 1: mask token) at positions."""
        inputs = embedded(self.embed, codes)
        return inputs + self.code_vectors.inputs(codes, position) if self.codebook_dim else inputs

    def logits_of(self, outputs, position):
        """Return the float32 logits of the codes at positions, given outputs of the backbone."""
        logits = tf.cast(self.head(outputs), tf.float32)
        return logits + self.code_vectors.logits(outputs, position) if self.codebook_dim else logits

    def predicted(self, batch):
        return self(batch["codes"], **self.conditions_of(batch))

    def fill_defaults(self, batch):
        """Add a default "id" (0 to B - 1) if missing."""
        return with_ids(batch)

    def dummy_batch(self, size):
        """Return a batch of `size` examples of code 0, with the maps and vectors it needs."""
        maps = [one["shape"] for one in self.conditions.maps]
        shapes = {"codes": self.shape, **{f"above_{n}": shape for n, shape in enumerate(maps)}}
        batch = {name: tf.zeros([size, *shape], tf.int32) for name, shape in shapes.items()}
        if self.conditions.vectors:
            batch["vectors"] = tf.zeros([size, 1, self.conditions.vectors])
        return batch

    def loss_terms(self, batch, key, training):
        codes, conditions = self._flat(batch["codes"]), self.conditions_of(batch)
        if training:
            logits = self._logits_in_training(codes, conditions, key)
        else:
            logits = self(codes, **conditions)
        return {"loss": -_log_prob_of(codes, logits)}

    def conditions_of(self, batch):
        """Return the conditions of a batch, as keyword arguments of `call`."""
        maps = [batch[f"above_{number}"] for number in range(len(self.conditions.maps))]
        found = {name: batch.get(name) for name in ("label", "vectors")}
        if found["label"] is not None:
            found["label"] = tf.cast(found["label"], tf.int32)
        return {**found, "maps": maps}

    def _logits_in_training(self, codes, conditions, key):
        shares, backbone = self.shares, self.backbone
        dropped = noise.uniform(key, "condition") < shares["condition_dropout"]
        embedding, context = self.embed_conditions(dropped, **conditions)
        if shares["code_dropout"]:
            hidden = noise.uniform(key, "hidden codes", (self.length,)) < shares["code_dropout"]
            codes = tf.where(hidden, self.codebook_size + 1, codes)
        gains = None
        if shares["dropout"]:
            sizes = (backbone.depth, backbone.width)
            kept = noise.uniform(key, "dropout", sizes) >= shares["dropout"]
            gains = tf.cast(kept, tf.float32) / (1.0 - shares["dropout"])
        return self._logits(codes, embedding, context, gains)

    def summarize(self, means):
        """Return the means with bits per code, nats / (ln 2 S), added."""
        return {**means, "bits_per_code": means["loss"] / (math.log(2.0) * self.length)}

    @accepts_old_names("log_prob's ", {"places": "positions"})
    def log_prob(self, codes, label=None, maps=(), vectors=None, positions=None):
        """Return the log-probability of codes [B, *shape] in nats, [B].

        Args:
            codes, label, maps, vectors: as in `call`.
            positions: bool [B, *shape], positions whose terms are summed; None for all.
        """
        codes, logits = self._flat(codes), self(codes, label, maps, vectors)
        return _log_prob_of(codes, logits, 1 if positions is None else self._flat(positions))

    def get_config(self):
        serialize, conditions = keras.saving.serialize_keras_object, self.conditions
        return {
            **super().get_config(),
            "shape": self.shape,
            "codebook_size": self.codebook_size,
            "backbone": serialize(self.backbone),
            **{name: getattr(conditions, name) for name in _CONDITIONS},
            "codebook_dim": self.codebook_dim,
            **self.shares,
        }

    @classmethod
    def from_config(cls, config):
        config = dict(config)
        if isinstance(config["backbone"], dict):
            config["backbone"] = keras.saving.deserialize_keras_object(config["backbone"])
        return cls(**config)


def _sizes(prior):
    """Return the sizes that must be equal for `initialize_from`."""
    backbone = {**prior.backbone.get_config(), "kind": type(prior.backbone).__name__}
    own = {key: backbone.get(key) for key in ("kind", "width", "depth", "heads", "positions")}
    return {
        "shape": prior.shape,
        "codebook_size": prior.codebook_size,
        "codebook_dim": prior.codebook_dim,
        **own,
    }


def _log_prob_of(codes, logits, positions=1):
    """Return the log-probability of codes [B, S], summed over `positions`, [B]."""
    nats = tf.nn.sparse_softmax_cross_entropy_with_logits(labels=codes, logits=logits)
    return -tf.reduce_sum(nats * tf.cast(positions, nats.dtype), axis=1)


def _share(name, value):
    if not 0 <= value < 1:
        raise ValueError(f"{name} must be in [0, 1), received {value}")
    return float(value)
