"""Overrides of `keras.Model` methods that reject arguments which would be ignored."""

import contextlib
import inspect

import keras

from tfaudiogen.models.training_step.batch_checks import (
    alone,
    check_alone,
    checked_images,
    first_batch,
    plain_errors,
)
from tfaudiogen.models.training_step.compile_checks import OLD_OPTIONS
from tfaudiogen.models.training_step.ema import AveragesBetweenEpochs
from tfaudiogen.models.training_step.xla_choice import faster
from tfaudiogen.runtime.renamed import new_names


class CheckedModel(keras.Model):
    """A Keras model that is trained on x alone and defines its own loss and terms.

    Targets and sample weights are rejected, and images are validated. Results follow the order of
    `metrics_names`. With an EMA of the weights, everything but the training steps uses the
    averaged weights. Saved models include the EMA and loss scale, so training can be resumed.
    """

    main_entry = "image"
    """Entry name of a batch that is not a dict."""
    average, loss_scale, uses_xla = None, None, False

    def image_entries(self):
        """Return {entry: its `Spectrogram` or `Pictures`} for the image entries of a batch."""
        return {}

    def predicted(self, batch):
        """Return the output of `predict` for a batch; override if `call` takes other inputs."""
        return self(batch[self.main_entry], training=False)

    def fit(self, *args, **kwargs):
        arguments = _arguments("fit", args, kwargs)
        if self.compiled and self.uses_xla is None:
            self._choose_xla(arguments.get("x"), arguments.get("batch_size"))
        if not self.average:
            with plain_errors():
                return super().fit(**arguments)
        own = AveragesBetweenEpochs(self.average)
        arguments["callbacks"] = _with_first(own, arguments.get("callbacks"), self)
        try:
            with plain_errors():
                return super().fit(**arguments)
        finally:
            self.average.put(in_place=True)

    def _choose_xla(self, x, batch_size):
        self.uses_xla = faster(self, self.as_dict(first_batch(x, batch_size))).compiled
        self._wrap_functions()

    def evaluate(self, *args, **kwargs):
        with self.averaged():
            return self._logs_of("evaluate", args, kwargs)

    def train_on_batch(self, *args, **kwargs):
        with self.trained():
            return self._logs_of("train_on_batch", args, kwargs)

    def test_on_batch(self, *args, **kwargs):
        with self.averaged():
            return self._logs_of("test_on_batch", args, kwargs)

    def _logs_of(self, method, args, kwargs):
        arguments = _arguments(method, args, kwargs)
        as_dict = arguments.pop("return_dict", False)
        with plain_errors():
            logs = getattr(super(), method)(**arguments, return_dict=True)
        if as_dict:
            return logs
        values = [logs[name] for name in self.metrics_names]
        return values if len(values) > 1 else values[0]

    def predict(self, *args, **kwargs):
        with plain_errors():
            return super().predict(**_arguments("predict", args, kwargs))

    def predict_step(self, batch):
        return self.predicted(self.as_dict(batch))

    def as_dict(self, batch):
        """Return a batch as a dict, given a dict, an array, or a tuple of just one of these.

        Raises:
            ValueError: the batch holds targets, sample weights or invalid images.
        """
        batch = alone(batch)
        batch = batch if isinstance(batch, dict) else {self.main_entry: batch}
        return checked_images(batch, self.image_entries())

    @property
    def metrics(self):
        """Empty: Keras would log its own metrics instead of a "loss" that is the only log."""
        return []

    @property
    def metrics_names(self):
        """Names of the values that `evaluate` returns, in order: the loss comes first."""
        return sorted(self.summarize(self.means()), key=lambda name: name != "loss")

    @contextlib.contextmanager
    def averaged(self):
        """Context in which the model holds the EMA of its weights, if there is one."""
        with self.average.held(in_place=True) if self.average else contextlib.nullcontext():
            yield

    @contextlib.contextmanager
    def trained(self):
        """Context in which the model holds the weights of the last step, not their EMA."""
        with self.average.held(in_place=False) if self.average else contextlib.nullcontext():
            yield

    def save(self, *args, **kwargs):
        with self.averaged():
            super().save(*args, **kwargs)

    def save_weights(self, *args, **kwargs):
        with self.averaged():
            super().save_weights(*args, **kwargs)

    def save_own_variables(self, store):
        super().save_own_variables(store)
        for part in (self.average, self.loss_scale):
            for name, value in (part.state() if part else {}).items():
                store[name] = value

    def load_own_variables(self, store):
        state = {name: store[name] for name in store.keys()}  # noqa: SIM118 - Keras' own mapping
        super().load_own_variables({name: state[name] for name in state if name.isdigit()})
        for part, beginning in ((self.average, "average_"), (self.loss_scale, "loss_scale_")):
            if part:
                part.restore({name: state[name] for name in state if name.startswith(beginning)})

    def get_compile_config(self):
        if not self.compiled:
            return {}
        optimizer = keras.saving.serialize_keras_object(self.optimizer)
        return {"optimizer": optimizer, **self._compiled_with}

    def compile_from_config(self, config):
        optimizer = keras.saving.deserialize_keras_object(config["optimizer"])
        self.compile(**{**new_names(config, OLD_OPTIONS), "optimizer": optimizer})


def _arguments(method, args, kwargs):
    """Return {name: value} of the arguments of a `keras.Model` method, with x as the only data."""
    signature = inspect.signature(getattr(keras.Model, method))
    found = dict(signature.bind(None, *args, **kwargs).arguments)
    del found["self"]
    found |= found.pop("kwargs", {})
    check_alone(method, found)
    return found


def _with_first(own, callbacks, model):
    """Return the user's callbacks, a list or a `CallbackList`, with `own` inserted first."""
    if not isinstance(callbacks, keras.callbacks.CallbackList):
        return [own, *keras.tree.flatten(callbacks or [])]
    own.set_model(model)
    callbacks.callbacks.insert(0, own)
    return callbacks
