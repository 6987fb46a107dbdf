"""`ProbabilisticModel`: the base class of all models, with the shared training step."""

import keras
import tensorflow as tf

from tfaudiogen.layers.blocks import statistics
from tfaudiogen.models.keras_model import CheckedModel
from tfaudiogen.models.training_step.batching import size_of, with_ids
from tfaudiogen.models.training_step.compile_checks import (
    accepts_old_options,
    check_keras_arguments,
    check_options,
)
from tfaudiogen.models.training_step.ema import WeightAverage
from tfaudiogen.models.training_step.loss_scale import LossScale, all_finite
from tfaudiogen.models.training_step.precision import check_policy, check_weights
from tfaudiogen.models.training_step.replicas import all_reduce, gathered, in_parts, rows_before
from tfaudiogen.probability import noise


class ProbabilisticModel(CheckedModel):
    """Base class of models whose loss is the mean of per-example terms.

    A subclass lists its terms in `terms` and defines `loss_terms(batch, key, training)`, which
    returns one float32 [B] in nats per name; "loss" is minimised. It builds its layers in the
    constructor. An adversarial model lists the minimised terms in `objectives` and the weights
    that each one trains in `objective_weights`; every objective has its own optimizer.
    The training step is implemented here:

    - A pure function maps (batch, key) to summed terms, summed gradients and statistics. XLA
      compiles this function only, because Keras cannot compile whole steps under `tf.distribute`.
    - The sums are reduced over replicas and divided by the number of examples in the global batch,
      so uneven batches count each example once. The gradients of each objective are clipped by
      global norm, all optimizers step from the weights before the step, and layers that report
      statistics are updated.
    - Gradient accumulation computes a batch in parts whose sums give the same step.
    - Terms may compare an example with all others of the global batch (`compares_examples`): a
      first pure pass computes `embeddings_to_gather`, which are gathered over parts and replicas.
    - Under the policy "mixed_float16" the loss is scaled; see `LossScale`.
    - Noise is keyed by (seed, step, example index); `step` counts optimizer steps. Batches
      without "id" are numbered across batches and replicas in each epoch and evaluation.
    - Logs are means over all examples of the epoch, converted by `summarize`.
    - A step with a non-finite loss does not change the weights, and `fault` holds the index of the
      example.
    """

    terms = ("loss",)
    objectives = ("loss",)
    compares_examples = False
    # Texts of the model card: the units of the figures, and a note on the loss (None: derived from
    # the model's attributes).
    units, note_on_loss = "in nats per example unless named bits", None

    def __init__(self, vectors=None, **kwargs):
        """Creates the model and its state variables.

        Args:
            vectors: {name: size} of vector-valued terms, float32 [B, size] each, for example code
                counts. Their epoch means are passed to `summarize` like those of scalar terms.
            kwargs: passed to `keras.Model`.
        """
        super().__init__(**kwargs)
        check_policy(self.dtype_policy)
        self._sizes = {**dict.fromkeys(self.terms, 1), **(vectors or {})}
        state = {"shape": (), "trainable": False, "aggregation": "only_first_replica"}
        self.step = self.add_weight(name="step", dtype="int64", initializer="zeros", **state)
        self.fault = self.add_weight(
            name="fault", dtype="int64", initializer=keras.initializers.Constant(-1), **state
        )
        state["shape"] = (sum(self._sizes.values()) + 1,)
        self.totals = self.add_weight(name="totals", dtype="float64", initializer="zeros", **state)

    def loss_terms(self, batch, key, training):
        """Return {"loss": [B], ...}: the per-example terms named in `terms`, in nats.

        Args:
            batch: dict of tensors with leading dimension B.
            key: `tfaudiogen.probability.noise.Key` of the batch.
            training: whether to compute the training objective, for example with annealing.
        """
        raise NotImplementedError(f"{type(self).__name__} must define loss_terms")

    def embeddings_to_gather(self, batch, key, training):
        """Return {name: [B, ...]}: the values of each example that other examples' terms use.

        Override this if `compares_examples`. If the global batch is computed in several pieces,
        the batch passed to `loss_terms` has two further entries: "gathered_embeddings", the
        embeddings of all examples of the global batch as constants, and "position", int32 [B], the
        positions of its own examples among them. The gradient of an example's own terms must then
        include the gradient of the other examples' terms with respect to its embeddings.
        """
        raise NotImplementedError(f"{type(self).__name__} must define embeddings_to_gather")

    def objective_weights(self):
        """Return {objective: trainable weights it updates}; override for several objectives."""
        return {"loss": self.trainable_weights}

    def fill_defaults(self, batch):
        """Return `batch` with missing entries added; override to define defaults."""
        return batch

    def summarize(self, means):
        """Return the logs, given the means of all terms over examples; override to add ratios."""
        return means

    @accepts_old_options
    def compile(
        self,
        optimizer="adam",
        loss=None,
        *,
        jit_compile=True,
        clip_norm=None,
        gradient_accumulation_steps=1,
        ema_momentum=None,
        seed=0,
        run_eagerly=False,
        **kwargs,
    ):
        """Configures training.

        Args:
            optimizer: Keras optimizer or its name, used for the first objective. The optimizers of
                further objectives copy its configuration and follow its learning rate.
            loss: must be None: a model defines its own loss.
            jit_compile: whether XLA compiles the terms and gradients; "auto" measures both at the
                first `fit` and takes the faster one.
            clip_norm: maximum global norm of the gradient of the mean loss; None for no clipping.
            gradient_accumulation_steps: number of parts per batch and device, to save memory.
                The step is the same up to rounding (and batch normalization, which sees parts).
            ema_momentum: decay in (0, 1) of an exponential moving average (EMA) of the weights;
                None for no EMA. Between epochs and after `fit` the model holds the averaged
                weights, so validation, saving and sampling use them.
            seed: int in [0, 2**31), the seed of all noise in training.
            run_eagerly: whether to run without graphs, for debugging.
            kwargs: other arguments of `keras.Model.compile`, which must be at their defaults.

        Raises:
            ValueError: an argument would be ignored, such as a loss or metrics, or is out of range.
        """
        check_keras_arguments({"loss": loss, **kwargs})
        optimizer = keras.optimizers.get(optimizer)
        check_options(
            jit_compile, gradient_accumulation_steps, ema_momentum, optimizer, self.objectives
        )
        check_weights(self.trainable_variables)
        super().compile(
            optimizer, jit_compile=False, run_eagerly=run_eagerly, auto_scale_loss=False
        )
        # Variables created inside a replicated function end up in a graph that cannot run.
        with self.distribute_strategy.scope():
            self.optimizers = self._build_optimizers()
            self.average = (
                WeightAverage(self.trainable_variables, ema_momentum) if ema_momentum else None
            )
            scaled = self.dtype_policy.compute_dtype == "float16"
            self.loss_scale = LossScale() if scaled else None
        self.clip_norm, self.seed = clip_norm, seed
        self.gradient_accumulation_steps = gradient_accumulation_steps
        self.uses_xla = None if jit_compile == "auto" else bool(jit_compile)
        self._compiled_with = {
            "jit_compile": jit_compile,
            "clip_norm": clip_norm,
            "gradient_accumulation_steps": gradient_accumulation_steps,
            "ema_momentum": ema_momentum,
            "seed": seed,
            "run_eagerly": run_eagerly,
        }
        self._wrap_functions()

    def _build_optimizers(self):
        """Return {objective: optimizer}, each built for the weights it updates."""
        optimizers = {}
        for objective, weights in self.objective_weights().items():
            one = _follower(self.optimizer) if optimizers else self.optimizer
            one.build(weights)
            optimizers[objective] = one
        return optimizers

    def _wrap_functions(self):
        compiled = bool(self.uses_xla) and not self.run_eagerly
        self._gradients = self._wrap(self.sums_and_gradients, compiled)
        self._evaluation = self._wrap(self._sums, compiled)
        self._embedding_pass = self._wrap(self._compute_embeddings, compiled)

    def _wrap(self, function, compiled):
        if self.run_eagerly:
            return function
        # AutoGraph has nothing to convert here and warns about sources it cannot read.
        return tf.function(
            function, jit_compile=compiled, reduce_retracing=not compiled, autograph=False
        )

    def _compute_embeddings(self, batch, key, training):
        """Pure function: returns no sums and the `embeddings_to_gather`."""
        return {}, self.embeddings_to_gather(batch, key, training)

    def _sums(self, batch, key, embeddings=None, training=False):
        """Pure function: returns the terms summed over examples, and bool [B], which are finite."""
        batch = {**batch, "gathered_embeddings": embeddings} if embeddings else batch
        terms = self.loss_terms(batch, key, training)
        sums = {name: tf.reduce_sum(terms[name], axis=0) for name in self._sizes}
        total = tf.add_n([terms[objective] for objective in self.objectives])
        return sums, tf.math.is_finite(total)

    @property
    def training_variables(self):
        """Variables that resuming needs besides the weights and the first optimizer."""
        further = list(self.optimizers.values())[1:]
        parts = (*further, self.average, self.loss_scale)
        return [variable for part in parts if part for variable in part.variables]

    def sums_and_gradients(self, batch, key, scale, embeddings=None):
        """Return summed terms, finiteness, gradients of the scaled objectives, and statistics.

        A pure function: nothing is updated. The gradients are {objective: list of tensors}.
        """
        with tf.GradientTape(persistent=len(self.objectives) > 1) as tape:
            with statistics.collect() as reported:
                sums, finite = self._sums(batch, key, embeddings, training=True)
            scaled = {objective: scale * sums[objective] for objective in self.objectives}
        gradients = {
            objective: tape.gradient(
                scaled[objective],
                [weight.value for weight in weights],
                unconnected_gradients=tf.UnconnectedGradients.ZERO,
            )
            for objective, weights in self.objective_weights().items()
        }
        return sums, finite, gradients, dict(reported)

    def train_step(self, batch):
        batch, key = self._batch_and_key(batch, self.step)
        batch, embeddings = self._with_gathered(
            batch, key, self.gradient_accumulation_steps, training=True
        )
        sums, finite, gradients, reported = self._sums_of_parts(batch, key, embeddings)
        count, sound = self._record(sums, finite, key)
        gradients, reported = all_reduce((gradients, reported))
        if self.loss_scale:
            gradients, sound = self._unscale(gradients, sound)
        for objective, weights in self.objective_weights().items():
            self._step_optimizer(objective, gradients[objective], weights, count, sound)
        for layer in self._flatten_layers():
            if layer.path in reported:
                _update_statistics(layer, reported[layer.path], sound)
        if self.average:
            self.average.update(self.step)
        self.step.assign_add(1)
        return self._logs()

    def _step_optimizer(self, objective, gradients, weights, count, sound):
        gradients = [tf.where(sound, g / tf.cast(count, g.dtype), 0.0) for g in gradients]
        if self.clip_norm is not None:
            gradients, _ = tf.clip_by_global_norm(gradients, self.clip_norm)
        # The optimizer sums over replicas, but the gradients are already equal on all of them.
        share = 1.0 / tf.distribute.get_strategy().num_replicas_in_sync
        self.optimizers[objective].apply([g * share for g in gradients], weights)

    def _sums_of_parts(self, batch, key, embeddings):
        scale = tf.identity(self.loss_scale.scale) if self.loss_scale else tf.constant(1.0)
        return in_parts(
            self._gradients, self.gradient_accumulation_steps, batch, key, scale, embeddings
        )

    def _with_gathered(self, batch, key, parts, training):
        """Return the batch with "position" added, and the embeddings of the global batch.

        If examples are not compared, the batch is unchanged and they are None.
        """
        pieces = parts * tf.distribute.get_replica_context().num_replicas_in_sync
        if not self.compares_examples or pieces == 1:
            return batch, None
        _, own = in_parts(self._embedding_pass, parts, batch, key, training)
        embeddings, first = gathered(own)
        return {**batch, "position": first + tf.range(tf.size(key.index))}, embeddings

    def _unscale(self, gradients, sound):
        """Return the unscaled gradients, and whether the step is sound (all finite)."""
        sound = sound & all_finite(tf.nest.flatten(gradients))
        scale = tf.identity(self.loss_scale.scale)
        self.loss_scale.update(sound)
        unscaled = tf.nest.map_structure(lambda g: g / tf.cast(scale, g.dtype), gradients)
        return unscaled, sound

    def test_step(self, batch):
        batch, key = self._batch_and_key(batch, tf.zeros((), tf.int64))
        batch, embeddings = self._with_gathered(batch, key, 1, training=False)
        sums, finite = in_parts(self._evaluation, 1, batch, key, embeddings)
        self._record(sums, finite, key)
        return self._logs()

    def _batch_and_key(self, batch, step):
        batch = self.fill_defaults(self._numbered(self.as_dict(batch)))
        return batch, noise.Key(tf.constant(self.seed, tf.int64), tf.identity(step), batch["id"])

    def _numbered(self, batch):
        """Return the batch with "id", by default the position in the epoch or evaluation.

        Positions do not depend on how examples are divided into batches and over replicas:
        `totals` counts the examples of earlier batches and is reset at each epoch and evaluation.
        """
        if "id" in batch:
            return batch
        before, _ = rows_before(size_of(batch))
        return with_ids(batch, tf.cast(self.totals[-1], tf.int64) + tf.cast(before, tf.int64))

    def _record(self, sums, finite, key):
        """Reduces over replicas, adds to `totals`; returns the count and whether all is finite.

        A single float64 vector is reduced: the sums, the number of examples, and for each replica
        one plus the largest index of a non-finite example (0 for none).
        """
        context = tf.distribute.get_replica_context()
        faulty = tf.reduce_max(tf.where(finite, tf.zeros_like(key.index), key.index + 1))
        faults = tf.one_hot(
            context.replica_id_in_sync_group, context.num_replicas_in_sync, dtype=tf.float64
        ) * tf.cast(faulty, tf.float64)
        numbers = [*(sums[name] for name in self._sizes), tf.size(finite)]
        numbers = [tf.reshape(tf.cast(number, tf.float64), (-1,)) for number in numbers]
        vector = all_reduce(tf.concat([*numbers, faults], axis=0))
        size = self.totals.shape[0]
        vector, faults = vector[:size], vector[size:]
        self.totals.assign_add(vector)
        self.fault.assign(tf.cast(tf.reduce_max(faults), tf.int64) - 1)
        return vector[-1], tf.reduce_max(faults) == 0.0

    def means(self):
        """Return {name: mean} of all terms over the examples of the epoch so far."""
        means = tf.cast(self.totals[:-1] / self.totals[-1], tf.float32)
        means = tf.split(means, list(self._sizes.values()))
        means = dict(zip(self._sizes, means, strict=True))
        return {**means, **{name: means[name][0] for name in self.terms}}

    def _logs(self):
        logs = self.summarize(self.means())
        if isinstance(tf.distribute.get_strategy(), tf.distribute.MultiWorkerMirroredStrategy):
            # Keras averages over replicas and axis 0 here, and scalars have no axis 0.
            return {name: value[None] for name, value in logs.items()}
        return logs

    def reset_metrics(self):
        super().reset_metrics()
        self.totals.assign(tf.zeros_like(self.totals))

    def _maybe_symbolic_build(self, iterator=None, data_batch=None):
        """Skips Keras' symbolic build: the layers are built, and it fails with several workers."""


def _follower(optimizer):
    """Return a copy of an optimizer that follows the learning rate of the original."""
    config = optimizer.get_config()
    scheduled = isinstance(config["learning_rate"], dict)
    one = type(optimizer).from_config(config)
    if not scheduled:  # each optimizer evaluates a schedule itself, at the same steps
        one.learning_rate = lambda: optimizer.learning_rate
    return one


def _update_statistics(layer, sums, sound):
    """Updates a layer's variables from its statistics, if the step was sound."""
    before = [tf.identity(variable) for variable in layer.non_trainable_variables]
    layer.update_statistics(sums)
    for variable, value in zip(layer.non_trainable_variables, before, strict=True):
        variable.assign(tf.where(sound, tf.identity(variable), value))
