"""Overrides of Keras' methods that refuse arguments which would be ignored."""

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
from tfaudiogen.models.training_step.ema import AveragesBetweenEpochs
from tfaudiogen.models.training_step.xla_choice import faster


class CheckedModel(keras.Model):
    """A Keras model that learns from x alone, whose loss and terms are its own.

    Targets and weights are refused, images are looked at, results come in the order of
    `metrics_names`, and where there is a moving average of the weights, all but the steps
    themselves see that. What is saved brings the state of a training too.
    """

    main_entry = "image"
    """What a batch that is no dict is taken for."""
    average, loss_scale, uses_xla = None, None, False

    def image_entries(self):
        """Return {entry of a batch: its `Spectrogram` or `Pictures`} of those that are images."""
        return {}

    def predicted(self, batch):
        """Return what `predict` gives for a batch: override where `call` takes something else."""
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
        """Return the dict of a batch: of a dict, of one array, or of a tuple of one of these.

        Raises:
            ValueError: it holds targets or weights, or what are no images.
        """
        batch = alone(batch)
        batch = batch if isinstance(batch, dict) else {self.main_entry: batch}
        return checked_images(batch, self.image_entries())

    @property
    def metrics(self):
        """None of Keras' own, whose values it would log in place of a "loss" that stands alone."""
        return []

    @property
    def metrics_names(self):
        """Names of what `evaluate` returns, in its order: the loss comes first."""
        return sorted(self.summarize(self.means()), key=lambda name: name != "loss")

    @contextlib.contextmanager
    def averaged(self):
        """Context in which the weights are their moving averages, where there are any."""
        with self.average.held(in_place=True) if self.average else contextlib.nullcontext():
            yield

    @contextlib.contextmanager
    def trained(self):
        """Context in which the weights are those of the last step, not their averages."""
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
        self.compile(**{**config, "optimizer": optimizer})


def _arguments(method, args, kwargs):
    """Return {name: value} of a call of a method of `keras.Model`, of which x alone is data."""
    signature = inspect.signature(getattr(keras.Model, method))
    found = dict(signature.bind(None, *args, **kwargs).arguments)
    del found["self"]
    found |= found.pop("kwargs", {})
    check_alone(method, found)
    return found


def _with_first(own, callbacks, model):
    """Return the callbacks of a user, a list or Keras' container, with one before them."""
    if not isinstance(callbacks, keras.callbacks.CallbackList):
        return [own, *keras.tree.flatten(callbacks or [])]
    own.set_model(model)
    callbacks.callbacks.insert(0, own)
    return callbacks
