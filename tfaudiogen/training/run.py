"""One training run: settings, data, compiled model and state, new or resumed."""

import contextlib
import dataclasses
import math

import keras
import numpy as np
import tensorflow as tf

from tfaudiogen import presets
from tfaudiogen.models.training_step.xla_choice import faster
from tfaudiogen.training import checkpoint
from tfaudiogen.training.callbacks import tensorboard
from tfaudiogen.training.callbacks.checkpointing import (
    CheckpointCallback,
    Limits,
    RestoreTotals,
    interrupt_after_step,
)
from tfaudiogen.training.callbacks.code_usage import CodeUsage
from tfaudiogen.training.callbacks.early_stopping import EarlyStopping
from tfaudiogen.training.callbacks.epoch_metrics import EpochMetrics
from tfaudiogen.training.callbacks.faults import StopOnFault
from tfaudiogen.training.callbacks.progress import Progress
from tfaudiogen.training.initialization import initialize_weights
from tfaudiogen.training.inputs.code_data import CodeData
from tfaudiogen.training.inputs.training_data import (
    TrainingData,
    augmentation_of,
    representation_of,
)
from tfaudiogen.training.resources import batch_size
from tfaudiogen.training.resources.devices import is_chief, memories, spans_machines
from tfaudiogen.training.run_report import Report
from tfaudiogen.training.schedule import LearningRate
from tfaudiogen.training.state import State

_SHOWN_EXAMPLES = 4
_ENDLESS = 2**31


class Run:
    """A new or resumed training in the folder `out`.

    Args:
        out: the run folder.
        settings: the `Settings` of the run.
        summary: the `DataSummary` of the data.
        strategy: the `tf.distribute.Strategy`.
        cache: whether to store computed spectrograms below the data.
        resume: whether to read the checkpoint, if there is one.
        log: function that shows a line to the user.
        codes: for a prior, (codes of the data set, level of the prior); else None.
        whole: (folder, `Settings`) of the training that this run is a stage of; None if it is not.
        draws: for a stage, the `draws` of the `TensorBoardLogger`; None for none.
    """

    def __init__(
        self,
        out,
        settings,
        summary,
        strategy,
        cache,
        resume,
        log,
        codes=None,
        whole=None,
        draws=None,
    ):
        self.out, self.settings, self.summary = out, settings, summary
        self.codes, self.whole, self.draws = codes, whole, draws
        self.strategy, self.log = strategy, log
        keras.utils.set_random_seed(settings.seed)
        preset = presets.Preset(**settings.preset)
        with strategy.scope():
            self.model = preset.build(summary.class_names)
        if not resume:
            self._choose_batch_size()
        self.training_data = self._training_data(cache)
        # At least one step; the order drops the last, partial batch of an epoch.
        self.steps_per_epoch = max(1, summary.examples["train"] // self.settings.batch_size)
        self.validation = self.training_data.validation(strategy)
        if settings.jit_compile is None:
            with self._explain_if_too_large():
                self._choose_xla()
        self._compile()
        self._begin(resume)

    def _training_data(self, cache):
        options = (self.settings.batch_size, self.settings.seed)
        if self.codes:
            return CodeData(*self.codes, *options)
        audio = getattr(self.model, "needs_audio", False)
        conditioning = getattr(self.model, "conditioning", None)
        representation = representation_of(self.model)
        augment = augmentation_of(self.settings.preset["fit"])
        return TrainingData(
            self.summary.folder, representation, *options, cache, audio, conditioning, augment
        )

    def _choose_batch_size(self):
        if spans_machines(self.strategy):  # their memory sizes may differ
            return
        preset = self.settings.preset
        size = batch_size.decide(
            self.model,
            preset["fit"]["batch_size"],
            _default_batch_size(preset),
            self._parts,
            self.summary.examples["train"],
            self.log,
        )
        fit = {**preset["fit"], "batch_size": size}
        self.settings = dataclasses.replace(self.settings, preset={**preset, "fit": fit})

    @property
    def _parts(self):
        """Number of parts of a batch that are never in the same memory at the same time."""
        return memories(self.strategy) * self.settings.preset["fit"]["gradient_accumulation_steps"]

    @contextlib.contextmanager
    def _explain_if_too_large(self):
        try:
            yield
        except tf.errors.ResourceExhaustedError as error:
            size = self.settings.batch_size
            raise ValueError(batch_size.too_large(self.model, size, self._parts)) from error

    def _choose_xla(self):
        choice = faster(self.model, next(iter(self.training_data.batches("train").take(1))))
        self.log(f"{choice}.")
        self.settings = dataclasses.replace(self.settings, jit_compile=choice.compiled)

    def _compile(self):
        fit = self.settings.preset["fit"]
        rate = LearningRate.of(fit)
        with self.strategy.scope():
            self.model.compile(
                keras.optimizers.Adam(rate),
                jit_compile=self.settings.jit_compile,
                clip_norm=fit["clip_norm"],
                gradient_accumulation_steps=fit["gradient_accumulation_steps"],
                ema_momentum=fit["ema_momentum"],
                seed=self.settings.seed,
            )

    def _begin(self, resume):
        """Read the checkpoint or start a run; the folder is created after all checks passed."""
        self.state, self.totals = State(), None
        if resume and (self.out / checkpoint.NAME).is_file():
            self.state, self.totals = checkpoint.read(self.out, self.model)
            self.state.forget_unfinished(self.steps_per_epoch)
            return
        if self.settings.initial:
            initialize_weights(
                self.model, self.settings.initial, self.training_data.batches("train")
            )
        if is_chief(self.strategy):
            self.out.mkdir(parents=True, exist_ok=True)
            self.settings.write(self.out)

    def fit(self, limits, asked=None):
        """Train until one of the limits (epochs, steps, minutes, patience) is reached.

        Args:
            limits: {name: value or None}.
            asked: the limits that the user gave, which differ for a stage; None if they do not.
        """
        epochs, steps = limits["epochs"], limits["steps"]
        if not (epochs or steps or limits["minutes"]):
            steps = self.settings.preset["fit"]["steps"]
        seconds = limits["minutes"] and limits["minutes"] * 60
        ends = Limits(self.state, steps, seconds)
        early = EarlyStopping(self.state, self._patience(limits), self.log)
        restore_totals = RestoreTotals(self.totals, self.state.step % self.steps_per_epoch)
        if not is_chief(self.strategy):
            callbacks = [ends, restore_totals, self._stop_on_fault(), early]
            self._fit_until((ends, early), epochs, callbacks)
            return
        report = self._report(asked or limits)
        checkpoints = self._checkpoint_callback(report, asked or limits)
        last = epochs or (steps and math.ceil(steps / self.steps_per_epoch))
        shown = Progress(self.state, self.steps_per_epoch, last, self.log)
        with interrupt_after_step(checkpoints, self.log):
            callbacks = [ends, restore_totals, *self._observers(), early, checkpoints, shown]
            self._fit_until((ends, early), epochs, callbacks)
        if self.state.history:
            report.draw()

    def _fit_until(self, ends, epochs, callbacks):
        with self._explain_if_too_large():
            while not self._finished(ends, epochs):
                self._fit_epochs(epochs or _ENDLESS, callbacks)

    def _finished(self, ends, epochs):
        enough = epochs is not None and self.state.step >= epochs * self.steps_per_epoch
        # Even with a very short time limit, a run takes one step and saves a model.
        return enough or (self.state.step > 0 and any(end.reached() for end in ends))

    def _patience(self, limits):
        """Return the epochs without improvement after which to stop, 0 for never."""
        own = self.settings.preset["fit"].get("patience", 0)  # Older runs have none.
        return own if limits["patience"] is None else limits["patience"]

    def _fit_epochs(self, epochs, callbacks):
        """Finish an epoch that was interrupted, or else train up to the last epoch."""
        epoch, done = divmod(self.state.step, self.steps_per_epoch)
        self.model.fit(
            self.training_data.training(self.strategy, first_step=self.state.step),
            initial_epoch=epoch,
            epochs=epoch + 1 if done else epochs,
            steps_per_epoch=self.steps_per_epoch - done,
            validation_data=self.validation,
            validation_steps=math.ceil(
                self.summary.examples["validation"] / self.settings.batch_size
            ),
            callbacks=callbacks,
            shuffle=False,  # the dataset is already shuffled
            verbose=0,
        )

    def _observers(self):
        batches = self.training_data.batches("validation", shuffle=False)
        figures = EpochMetrics(batches, self.settings.batch_size)
        images = self._shown() if hasattr(self.model, "reconstruct") else None
        folders = {"folder": self.out / "logs", "kept": self.out / tensorboard.SHOWN}
        shown = tensorboard.TensorBoardLogger(
            images=images, figures=figures, draws=self.draws, **folders
        )
        usage = [CodeUsage(self.out)] if hasattr(self.model, "code_usage") else []
        return [self._stop_on_fault(), figures, shown, *usage]

    def _stop_on_fault(self):
        origins = {split: self.summary.files(split) for split in ("train", "validation")}
        section = "priors" if self.codes else "fit"
        advice = f"another --out, and --set {section}.learning_rate or {section}.clip_norm lower"
        start = "train into" if self.codes else f"go on from its model with --from {self.out},"
        advice = f"The last good checkpoint is kept in {self.out}; {start} {advice}"
        return StopOnFault(origins, None if self.codes else self.training_data.image, advice)

    def _shown(self):
        count = self.summary.examples["validation"]
        chosen = np.linspace(0, count - 1, min(count, _SHOWN_EXAMPLES)).astype(int)
        return np.concatenate([self.training_data.image("validation", int(i)) for i in chosen])

    @property
    def _asked(self):
        """Folder and settings of the training that the user started, which may have stages."""
        return self.whole or (self.out, self.settings)

    def _report(self, limits):
        # The card shows only the name of the data folder, not its path on this machine.
        out, settings = self._asked
        neutral = dataclasses.replace(settings, data=self.summary.folder.name)
        command = neutral.command(out.name, **limits)
        return Report(self.out, self.model, self.settings, self.summary, self.state, command)

    def _checkpoint_callback(self, report, limits):
        def write():
            report.write()
            if tensorboard.is_pictured(self.state.history[-1]["epoch"]):
                report.draw()

        out, settings = self._asked
        command = settings.command(out, **limits) + " --resume"
        return CheckpointCallback(self.out, self.state, self.steps_per_epoch, write, command)


def _default_batch_size(preset):
    """Return the default batch size of a preset."""
    known = preset["name"] in presets.names()
    return (presets.get(preset["name"]).fit if known else preset["fit"])["batch_size"]
