"""`ProbabilisticModel`: the training step that all models share."""

import keras
import tensorflow as tf

from tfaudiogen.layers.blocks import statistics
from tfaudiogen.models.keras_model import CheckedModel
from tfaudiogen.models.training_step.batching import size_of, with_ids
from tfaudiogen.models.training_step.compile_checks import check_keras_arguments, check_options
from tfaudiogen.models.training_step.ema import WeightAverage
from tfaudiogen.models.training_step.loss_scale import LossScale, all_finite
from tfaudiogen.models.training_step.precision import check_policy, check_weights
from tfaudiogen.models.training_step.replicas import all_reduce, gathered, in_parts, rows_before
from tfaudiogen.probability import noise


class ProbabilisticModel(CheckedModel):
    """A model whose loss is the mean over examples of terms that a subclass writes down.

    A subclass names its terms in `terms` and gives `loss_terms(batch, key, training)`, which
    returns for each name a float32 [B] in nats; "loss" is the one that is minimised. It builds
    its layers in the constructor. A model of adversaries names the terms that are minimised in
    `objectives`, and in `objective_weights` what each may move; every objective has an optimizer
    of its own. Everything else is done here, and only here:

    - The function from (batch, key) to summed terms, summed gradients and statistics is pure, and
      is what XLA compiles. Keras itself cannot compile a step under `tf.distribute`.
    - Outside it the sums are added up over the replicas and divided by the number of examples of
      the global batch, so that uneven batches count each example once; then the gradients of each
      objective are clipped by their global norm, the optimizers step, all from the weights before
      the step, and layers that report statistics are updated.
    - A batch too large for the memory is computed in parts, whose sums add up to the same step.
    - Terms that compare an example with all others of the global batch see what the others tell:
      a first pure pass computes `messages`, which are gathered over parts and replicas.
    - Under the policy "mixed_float16" the loss is scaled; see `LossScale`.
    - Noise is keyed by (seed, step, index of the example); `step` counts optimiser steps. Batches
      without "id" are numbered through, over batches and replicas, in each epoch and evaluation.
    - Logs are means over all examples of the epoch, by `summarize`.
    - A loss that is not finite leaves the weights alone, and `fault` names the example.
    """

    terms = ("loss",)
    objectives = ("loss",)
    compares_examples = False
    # What cards say of the figures, and of the loss where it is not told by what the model has.
    units, note_on_loss = "in nats per example unless named bits", None

    def __init__(self, vectors=None, **kwargs):
        """Make the model's own state.

        Args:
            vectors: {name: size} of terms that are vectors, float32 [B, size] each, such as counts;
                their means over the epoch reach `summarize` as the others do.
            kwargs: of `keras.Model`.
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
            training: whether the training objective (with annealing, say) is wanted.
        """
        raise NotImplementedError(f"{type(self).__name__} must define loss_terms")

    def messages(self, batch, key, training):
        """Return {name: [B, ...]}: what the terms of other examples need to know of each.

        Override where `compares_examples`. If the global batch is computed in several pieces,
        `loss_terms` finds in its batch "others", the messages of all examples of the global batch
        as constants, and "place", int32 [B], the rows of its own examples among them. What others'
        terms owe to an example must then be in the gradient of that example's own terms.
        """
        raise NotImplementedError(f"{type(self).__name__} must define messages")

    def objective_weights(self):
        """Return {objective: trainable weights that it moves}: override where there are several."""
        return {"loss": self.trainable_weights}

    def complete(self, batch):
        """Return `batch` with what is missing filled in: override to add default entries."""
        return batch

    def summarize(self, means):
        """Return the logs for a dict of means over examples: override to add ratios."""
        return means

    def compile(
        self,
        optimizer="adam",
        loss=None,
        *,
        jit_compile=True,
        clip_norm=None,
        accumulate=1,
        average=None,
        seed=0,
        run_eagerly=False,
        **kwargs,
    ):
        """Configure training.

        Args:
            optimizer: Keras optimizer or its name; of the first objective. Those of further
                objectives are made of its configuration and follow its learning rate.
            loss: must be None: a model has its own.
            jit_compile: whether XLA compiles the terms and the gradients; "auto" measures at the
                first `fit` which is faster.
            clip_norm: greatest global norm of the gradient of the mean loss; None for no limit.
            accumulate: parts in which each device computes its share of a batch, one after the
                other, to need less memory. The step is the same but for rounding (and for batch
                normalisation, which sees parts).
            average: decay in (0, 1) of a moving average of the weights; None for none. Between
                epochs and after `fit` the model holds the averages: they are what is validated,
                saved and drawn from.
            seed: int in [0, 2**31), the seed of all noise in training.
            run_eagerly: whether to run without graphs, to look into a step.
            kwargs: other arguments of `keras.Model.compile`, which must be at their defaults.

        Raises:
            ValueError: an argument that would be ignored, such as a loss or metrics, or that is
                out of its range.
        """
        check_keras_arguments({"loss": loss, **kwargs})
        optimizer = keras.optimizers.get(optimizer)
        check_options(jit_compile, accumulate, average, optimizer, self.objectives)
        check_weights(self.trainable_variables)
        super().compile(
            optimizer, jit_compile=False, run_eagerly=run_eagerly, auto_scale_loss=False
        )
        # Variables that are made inside a replicated function end in a graph that cannot run.
        with self.distribute_strategy.scope():
            self.optimizers = self._build_optimizers()
            self.average = WeightAverage(self.trainable_variables, average) if average else None
            scaled = self.dtype_policy.compute_dtype == "float16"
            self.loss_scale = LossScale() if scaled else None
        self.clip_norm, self.accumulate, self.seed = clip_norm, accumulate, seed
        self.uses_xla = None if jit_compile == "auto" else bool(jit_compile)
        self._compiled_with = {
            "jit_compile": jit_compile,
            "clip_norm": clip_norm,
            "accumulate": accumulate,
            "average": average,
            "seed": seed,
            "run_eagerly": run_eagerly,
        }
        self._wrap_functions()

    def _build_optimizers(self):
        """Return {objective: optimizer}, each built for the weights that it moves."""
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
        self._telling = self._wrap(self._tell, compiled)

    def _wrap(self, function, compiled):
        if self.run_eagerly:
            return function
        # AutoGraph has nothing to convert here, and warns about what it cannot read.
        return tf.function(
            function, jit_compile=compiled, reduce_retracing=not compiled, autograph=False
        )

    def _tell(self, batch, key, training):
        """Pure: (batch, key) to no sums, and the messages."""
        return {}, self.messages(batch, key, training)

    def _sums(self, batch, key, others=None, training=False):
        """Pure: (batch, key) to the sums of the terms over examples, and which are finite."""
        batch = {**batch, "others": others} if others else batch
        terms = self.loss_terms(batch, key, training)
        sums = {name: tf.reduce_sum(terms[name], axis=0) for name in self._sizes}
        total = tf.add_n([terms[objective] for objective in self.objectives])
        return sums, tf.math.is_finite(total)

    @property
    def training_variables(self):
        """Variables beside weights and optimizer that a training needs to go on."""
        further = list(self.optimizers.values())[1:]
        parts = (*further, self.average, self.loss_scale)
        return [variable for part in parts if part for variable in part.variables]

    def sums_and_gradients(self, batch, key, scale, others=None):
        """Return sums of terms, finiteness, gradients of the scaled objectives, statistics.

        A pure function: nothing is updated. The gradients are a dict from objective to list.
        """
        with tf.GradientTape(persistent=len(self.objectives) > 1) as tape:
            with statistics.collect() as reported:
                sums, finite = self._sums(batch, key, others, training=True)
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
        batch, others = self._with_others(batch, key, self.accumulate, training=True)
        sums, finite, gradients, reported = self._sums_of_parts(batch, key, others)
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
        # The optimizer sums over the replicas what is already equal on all of them.
        share = 1.0 / tf.distribute.get_strategy().num_replicas_in_sync
        self.optimizers[objective].apply([g * share for g in gradients], weights)

    def _sums_of_parts(self, batch, key, others):
        scale = tf.identity(self.loss_scale.scale) if self.loss_scale else tf.constant(1.0)
        return in_parts(self._gradients, self.accumulate, batch, key, scale, others)

    def _with_others(self, batch, key, parts, training):
        """Return the batch with "place", and the messages of the global batch; see `messages`."""
        pieces = parts * tf.distribute.get_replica_context().num_replicas_in_sync
        if not self.compares_examples or pieces == 1:
            return batch, None
        _, told = in_parts(self._telling, parts, batch, key, training)
        others, first = gathered(told)
        return {**batch, "place": first + tf.range(tf.size(key.index))}, others

    def _unscale(self, gradients, sound):
        """Return the gradients without the loss scale, and whether the step may be taken."""
        sound = sound & all_finite(tf.nest.flatten(gradients))
        scale = tf.identity(self.loss_scale.scale)
        self.loss_scale.update(sound)
        unscaled = tf.nest.map_structure(lambda g: g / tf.cast(scale, g.dtype), gradients)
        return unscaled, sound

    def test_step(self, batch):
        batch, key = self._batch_and_key(batch, tf.zeros((), tf.int64))
        batch, others = self._with_others(batch, key, 1, training=False)
        sums, finite = in_parts(self._evaluation, 1, batch, key, others)
        self._record(sums, finite, key)
        return self._logs()

    def _batch_and_key(self, batch, step):
        batch = self.complete(self._numbered(self.as_dict(batch)))
        return batch, noise.Key(tf.constant(self.seed, tf.int64), tf.identity(step), batch["id"])

    def _numbered(self, batch):
        """Return the batch with "id" where it has none: places in the epoch or the evaluation.

        They do not depend on how the examples are divided into batches and over replicas: the
        totals count those of the batches before, which each epoch and evaluation begins anew.
        """
        if "id" in batch:
            return batch
        before, _ = rows_before(size_of(batch))
        return with_ids(batch, tf.cast(self.totals[-1], tf.int64) + tf.cast(before, tf.int64))

    def _record(self, sums, finite, key):
        """Add up over the replicas and into the totals; return the count, and if all is finite.

        One float64 vector travels: the sums, the number of examples, and for each replica one
        plus the index of its first faulty example (0 for none).
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
        """Return the means of all terms over the examples of the epoch so far, by name."""
        means = tf.cast(self.totals[:-1] / self.totals[-1], tf.float32)
        means = tf.split(means, list(self._sizes.values()))
        means = dict(zip(self._sizes, means, strict=True))
        return {**means, **{name: means[name][0] for name in self.terms}}

    def _logs(self):
        logs = self.summarize(self.means())
        if isinstance(tf.distribute.get_strategy(), tf.distribute.MultiWorkerMirroredStrategy):
            # There Keras takes the mean over replicas and over axis 0, which scalars do not have.
            return {name: value[None] for name, value in logs.items()}
        return logs

    def reset_metrics(self):
        super().reset_metrics()
        self.totals.assign(tf.zeros_like(self.totals))

    def _maybe_symbolic_build(self, iterator=None, data_batch=None):
        """Skip Keras' dry run: the layers are built, and it fails under several workers."""


def _follower(optimizer):
    """Return an optimizer of the same configuration, whose learning rate is that of the first."""
    config = optimizer.get_config()
    scheduled = isinstance(config["learning_rate"], dict)
    one = type(optimizer).from_config(config)
    if not scheduled:  # a schedule is followed by each alone, at the same steps
        one.learning_rate = lambda: optimizer.learning_rate
    return one


def _update_statistics(layer, sums, sound):
    """Let a layer learn from its statistics, if the step was sound."""
    before = [tf.identity(variable) for variable in layer.non_trainable_variables]
    layer.update_statistics(sums)
    for variable, value in zip(layer.non_trainable_variables, before, strict=True):
        variable.assign(tf.where(sound, tf.identity(variable), value))
