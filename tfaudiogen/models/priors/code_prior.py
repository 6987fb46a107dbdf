"""A distribution over maps of discrete codes."""

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

_CONDITIONS = ("classes", "maps", "vectors", "words", "mean_vector")


@register
class CodePrior(CodeSampling, ProbabilisticModel):
    """An autoregressive distribution over code maps, by a causal Transformer or an LSTM.

        log p(c | y) = sum_s log p(c_s | c_1, ..., c_(s-1), y),    s = 1, ..., S,

    over the codes in row-major order: all bins of the first time column, then the next column, so
    that columns continue a sound (van den Oord et al., 2017, with a Transformer as in Dhariwal et
    al., "Jukebox", 2020). The sum is the exact log-probability. y are the conditions: a class
    label, code maps above this one, a sequence of vectors that the core attends to. In training
    label and vectors are left out for a share `condition_dropout` of the examples, so that one
    network has p(c | y) and p(c), whose logits guide each other when sampling (Ho and Salimans,
    "Classifier-free diffusion guidance", 2022):

        logits = logits(c) + guidance (logits(c | y) - logits(c)).

    `code_dropout` hides a share of the codes before from the network in training, and `dropout` a
    share of the dimensions that each of its blocks adds, the same ones at all places of an example
    (Gal and Ghahramani, 2016). All codes count, those of padding too: that a sound has ended is
    part of what is generated.

    Batches are dicts of "codes" int32 [B, *shape] and "id", and, as there are such conditions, of
    "label" int32 [B] (below 0 for none), "above_0", "above_1", ... int32 [B, ...] and "vectors"
    [B, M, V].

    Args:
        shape: (T, F), or (T, F, Q) with Q codes for each place.
        codes: K.
        core: `Transformer` or `LSTMStack`; with `cross` exactly if there are `vectors`.
        classes: number of labels; 0 for none.
        words: of the labels; see `CodeConditions`.
        maps: list of {"shape": ..., "codes": ...} of the code maps above.
        vectors: V, width of the vectors of the sequence; 0 for none.
        mean_vector: see `CodeConditions`.
        code_size: D of the vectors of the codes, which `take_codebook` brings; 0 for none. See
            `CodeVectors`.
        condition_dropout, code_dropout, dropout: shares, in [0, 1).
    """

    main_entry = "codes"

    def __init__(
        self,
        shape,
        codes,
        core,
        classes=0,
        maps=(),
        vectors=0,
        words=(),
        code_size=0,
        mean_vector=False,
        condition_dropout=0.1,
        code_dropout=0.0,
        dropout=0.0,
        **kwargs,
    ):
        super().__init__(**kwargs)
        self.shape, self.codes, self.core = check_shape(shape), int(codes), core
        shares = {
            "condition_dropout": condition_dropout,
            "code_dropout": code_dropout,
            "dropout": dropout,
        }
        self.shares = {name: _share(name, value) for name, value in shares.items()}
        policy = self.dtype_policy
        # Beside the codes there are the beginning, K, and a hidden code, K + 1.
        self.embed = keras.layers.Embedding(self.codes + 2, core.width, dtype=policy)
        self.code_size = code_size
        if code_size:
            tail = math.prod(self.shape[2:])
            options = {"tail": tail, "dtype": policy}
            self.code_vectors = CodeVectors(self.codes, code_size, core.width, **options)
        self.conditions = CodeConditions(
            self.shape, core.width, classes, maps, vectors, words, mean_vector, dtype=policy
        )
        self.head = keras.layers.Dense(self.codes, kernel_initializer="zeros", dtype=policy)
        self._check_core()
        self.build()

    def _check_core(self):
        core = self.core
        if core.cross != bool(self.conditions.vectors):
            raise ValueError(
                f"core must have cross=True exactly if there are vectors to attend to; received "
                f"cross={core.cross} and vectors={self.conditions.vectors}"
            )
        if core.length is not None and core.length < self.length:
            raise ValueError(
                f"core.length must be at least {self.length}, the number of codes of "
                f"shape={self.shape}; received {core.length}"
            )

    def build(self, input_shape=None):
        sequence = (None, self.length, self.core.width)
        for layer, shape in [
            (self.embed, (None, self.length)),
            (self.conditions, None),
            (self.core, sequence),
            (self.head, sequence),
        ]:
            if not layer.built:
                layer.build(shape)
        if self.code_size:
            self.code_vectors.build()
        self.built = True

    def take_codebook(self, autoencoder):
        """Learn from here on where the codes lie in the codebook of a trained `VQVAE`.

        Without `code_size` nothing is done.

        Raises:
            ValueError: the vectors of the codes of this level are of another shape.
        """
        if not self.code_size:
            return
        table = autoencoder.code_vectors()[len(self.conditions.maps)]
        wanted = self.code_vectors.table.shape
        if table.shape != wanted:
            raise ValueError(
                f"the vectors of the codes must be of shape {tuple(wanted)} (codes of a place, "
                f"codes, size), received {tuple(table.shape)}"
            )
        self.code_vectors.table.assign(table)

    def take(self, prior, words=()):
        """Begin as p(c) of another prior over the same codes, without its vectors.

        Vectors, which this one may have in their place, are told from there on, and so are labels
        but for the words that both know.

        Args:
            prior: the other `CodePrior`.
            words: (number of a word of its labels, number in the other's) of those.

        Raises:
            ValueError: its sizes are others.
        """
        sizes = [_sizes(one) for one in (self, prior)]
        if sizes[0] != sizes[1]:
            raise ValueError(f"a prior of {sizes[0]} cannot begin as one of {sizes[1]}")
        for part in ("embed", "head", *(["code_vectors"] if self.code_size else [])):
            copy_weights(getattr(self, part), getattr(prior, part))
        self.conditions.take(prior.conditions, words)
        self.core.take(prior.core)

    @property
    def length(self):
        """S, the number of codes of a map."""
        return math.prod(self.shape)

    @property
    def can_be_guided(self):
        """Whether there is a condition that guidance strengthens."""
        return bool(self.conditions.classes or self.conditions.vectors)

    def call(self, codes, label=None, maps=(), vectors=None):
        """Return the logits [B, S, K], float32, of each code given those before it.

        Args:
            codes: int32 [B, *shape].
            label, maps, vectors: the conditions; see `CodeConditions`.
        """
        dropped = tf.zeros(tf.shape(codes)[:1], tf.bool)
        steady, context = self.told(dropped, label, maps, vectors)
        return self._logits(self._flat(codes), steady, context)

    def told(self, dropped, label=None, maps=(), vectors=None):
        """Return what the core is told: [B, S, D] to add to its inputs, and its context."""
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

    def _logits(self, before, steady, context, gains=None):
        """Return logits for codes [B, S]; the last one is not looked at."""
        beginning = tf.fill((tf.shape(before)[0], 1), self.codes)
        shifted = tf.concat([beginning, before[:, :-1]], axis=1)
        places = tf.range(self.length)
        outputs = self.core(self.inputs_of(shifted, places - 1) + steady, context, gains)
        return self.logits_of(outputs, places)

    def inputs_of(self, codes, place):
        """Return the embeddings of codes, K for none and K + 1 for a hidden one, at places."""
        inputs = embedded(self.embed, codes)
        return inputs + self.code_vectors.inputs(codes, place) if self.code_size else inputs

    def logits_of(self, outputs, place):
        """Return the logits, float32, of codes at places, for outputs of the core."""
        logits = tf.cast(self.head(outputs), tf.float32)
        return logits + self.code_vectors.logits(outputs, place) if self.code_size else logits

    def predicted(self, batch):
        return self(batch["codes"], **self.conditions_of(batch))

    def complete(self, batch):
        """Add "id" 0 to B - 1 where it is missing."""
        return with_ids(batch)

    def blank(self, size):
        """Return a batch of `size` examples of code 0, with the conditions that there are."""
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
        """Return the conditions that stand in a batch, as arguments of `call`."""
        maps = [batch[f"above_{number}"] for number in range(len(self.conditions.maps))]
        found = {name: batch.get(name) for name in ("label", "vectors")}
        if found["label"] is not None:
            found["label"] = tf.cast(found["label"], tf.int32)
        return {**found, "maps": maps}

    def _logits_in_training(self, codes, conditions, key):
        shares, core = self.shares, self.core
        dropped = noise.uniform(key, "condition") < shares["condition_dropout"]
        steady, context = self.told(dropped, **conditions)
        if shares["code_dropout"]:
            hidden = noise.uniform(key, "hidden codes", (self.length,)) < shares["code_dropout"]
            codes = tf.where(hidden, self.codes + 1, codes)
        gains = None
        if shares["dropout"]:
            kept = noise.uniform(key, "dropout", (core.depth, core.width)) >= shares["dropout"]
            gains = tf.cast(kept, tf.float32) / (1.0 - shares["dropout"])
        return self._logits(codes, steady, context, gains)

    def summarize(self, means):
        """Add bits per code: nats / (ln 2 S)."""
        return {**means, "bits_per_code": means["loss"] / (math.log(2.0) * self.length)}

    def log_prob(self, codes, label=None, maps=(), vectors=None, places=None):
        """Return the log-probability in nats, [B], of codes [B, *shape]; see `call`.

        Args:
            codes, label, maps, vectors: as in `call`.
            places: bool [B, *shape], the places whose terms are summed; None for all.
        """
        codes, logits = self._flat(codes), self(codes, label, maps, vectors)
        return _log_prob_of(codes, logits, 1 if places is None else self._flat(places))

    def get_config(self):
        serialize, conditions = keras.saving.serialize_keras_object, self.conditions
        return {
            **super().get_config(),
            "shape": self.shape,
            "codes": self.codes,
            "core": serialize(self.core),
            **{name: getattr(conditions, name) for name in _CONDITIONS},
            "code_size": self.code_size,
            **self.shares,
        }

    @classmethod
    def from_config(cls, config):
        config = dict(config)
        if isinstance(config["core"], dict):
            config["core"] = keras.saving.deserialize_keras_object(config["core"])
        return cls(**config)


def _sizes(prior):
    """Return what two priors must have in common for the one to begin as the other."""
    core = {**prior.core.get_config(), "kind": type(prior.core).__name__}
    own = {key: core.get(key) for key in ("kind", "width", "depth", "heads", "positions")}
    return {"shape": prior.shape, "codes": prior.codes, "code_size": prior.code_size, **own}


def _log_prob_of(codes, logits, places=1):
    """Return [B]: the sum over places of the log-probability of codes [B, S]."""
    nats = tf.nn.sparse_softmax_cross_entropy_with_logits(labels=codes, logits=logits)
    return -tf.reduce_sum(nats * tf.cast(places, nats.dtype), axis=1)


def _share(name, value):
    if not 0 <= value < 1:
        raise ValueError(f"{name} must be in [0, 1), received {value}")
    return float(value)
