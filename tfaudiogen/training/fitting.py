"""`train`: from a preset and a data set to a model in a run folder."""

import dataclasses
import math
from pathlib import Path

import keras
import numpy as np

from tfaudiogen import presets, saving
from tfaudiogen.data import describe, load_dataset
from tfaudiogen.training import board, checkpoint, settings
from tfaudiogen.training.beginning import for_fine_tuning, take_weights
from tfaudiogen.training.devices import strategy
from tfaudiogen.training.faults import StopOnFault
from tfaudiogen.training.figures import Figures
from tfaudiogen.training.keeping import InterruptAfterStep, Keeper, Limits
from tfaudiogen.training.progress import Progress, say
from tfaudiogen.training.report import Report
from tfaudiogen.training.schedule import LearningRate
from tfaudiogen.training.state import State

_SHOWN_EXAMPLES = 4
_ENDLESS = 2**31


def train(
    preset,
    data,
    out,
    epochs=None,
    steps=None,
    minutes=None,
    batch_size=None,
    seed=0,
    resume=False,
    initial=None,
    progress=True,
    cache=True,
):
    """Train a model and leave it, with everything that led to it, in the folder `out`.

    `out` holds `model.keras` (after the epoch with the lowest validation loss), `metrics.json`,
    `card.md`, `curve.png`, `history.csv` (a row an epoch), `preset.json` (what it was started
    with), `checkpoint.npz` (what is needed to go on) and `logs` for TensorBoard.

    The limits are of the run, and resuming counts on; the first one reached ends it, after the
    step under way. Without any it is the preset's number of steps. They cut a training short or
    lengthen it; the course of the learning rate follows the preset's `fit.steps`. The seed of
    Keras is set.

    Args:
        preset: a `Preset` or its name.
        data: folder that `prepare` wrote with the preset's sample rate and samples.
        out: the run folder; must not hold a run, unless `resume`.
        epochs: passes through the training split.
        steps: optimiser steps.
        minutes: wall-clock time, compiling and validation included.
        batch_size: examples of a step over all devices; None for the preset's.
        seed: of weights, order and noise, in [0, 2**31); the same gives the same model.
        resume: go on with the run in `out`, with the settings that it was started with.
        initial: folder or name of a saved model to start from (fine-tuning), with the preset's
            geometry and sizes. The KL weight is then the final one from the first step.
        progress: show progress.
        cache: keep the computed spectrograms below `data`.

    Returns:
        The model of `model.keras`.

    Raises:
        ValueError: an argument does not fit, or a resumed run had other settings.
        NonFiniteLoss: the loss became NaN or infinite.
        Interrupted: Ctrl-C; everything is saved.
    """
    limits = {"epochs": epochs, "steps": steps, "minutes": minutes}
    _check_limits(limits)
    run = _Run(preset, data, out, batch_size, seed, resume, initial, cache)
    run.fit(limits, progress)
    return saving.load(out)


def _check_limits(limits):
    for name, value in limits.items():
        if value is not None and not value > 0:
            raise ValueError(f"{name} must be above 0; received {value}")


class _Run:
    """A training: settings, data, compiled model and state, fresh or resumed."""

    def __init__(self, preset, data, out, batch_size, seed, resume, initial, cache):
        self.out, self.cache = Path(out), cache
        self.summary = describe(data)
        stored = _stored(self.out, resume)
        preset = presets.get(preset) if isinstance(preset, str) else preset
        self.settings = _settings(preset, self.summary, batch_size, seed, initial, stored)
        if stored:
            self.settings.check_same(stored, self.out)
        keras.utils.set_random_seed(seed)
        self._build()
        self.steps_per_epoch = _steps(self.summary.examples["train"], self.settings.batch_size)
        self._begin()

    def _build(self):
        fit = self.settings.preset["fit"]
        decay_steps = fit["steps"] if fit["decay"] else None
        rate = LearningRate(fit["learning_rate"], fit["warmup_steps"], decay_steps)
        with strategy().scope():
            preset = presets.Preset(**self.settings.preset)
            self.model = preset.build(self.summary.class_names)
            self.model.compile(
                keras.optimizers.Adam(rate),
                jit_compile=self.settings.jit_compile,
                clip_norm=fit["clip_norm"],
                accumulate=fit["accumulate"],
                average=fit["average"],
                seed=self.settings.seed,
            )
            self.model.optimizer.build(self.model.trainable_variables)

    def _begin(self):
        """Read the checkpoint, or begin a run; the folder appears only when all else fits."""
        self.state, self.totals = State(), None
        self.validation = self._dataset("validation", shuffle=False)
        if (self.out / checkpoint.NAME).is_file():
            values, self.totals = checkpoint.read(self.out, self.model)
            self.state = State(**values)
            self.state.forget_unfinished(self.steps_per_epoch)
            return
        if self.settings.initial:
            take_weights(self.model, self.settings.initial)
        self.out.mkdir(parents=True, exist_ok=True)
        self.settings.write(self.out)

    def fit(self, limits, progress):
        """Train until a limit is reached."""
        epochs, steps = limits["epochs"], limits["steps"]
        if not any(limits.values()):
            steps = self.settings.preset["fit"]["steps"]
        seconds = limits["minutes"] and limits["minutes"] * 60
        ends = Limits(self.state, steps, seconds)
        tell = say if progress else (lambda line: None)
        report = self._report(limits)
        keeper = self._keeper(report, limits)
        last = epochs or (steps and math.ceil(steps / self.steps_per_epoch))
        shown = [Progress(self.state, self.steps_per_epoch, last)] if progress else []
        callbacks = [ends, *self._observers(), keeper, *shown]
        with InterruptAfterStep(keeper, tell):
            while not self._finished(ends, epochs):
                self._fit_epochs(epochs or _ENDLESS, callbacks)
        if self.state.history:
            report.draw()

    def _finished(self, ends, epochs):
        enough = epochs is not None and self.state.step >= epochs * self.steps_per_epoch
        # However short the time, a run has one step and so a model.
        return enough or (self.state.step > 0 and ends.reached())

    def _fit_epochs(self, epochs, callbacks):
        """Finish the epoch under way, or, if none is, train to the last."""
        epoch, done = divmod(self.state.step, self.steps_per_epoch)
        examples = self._dataset("train", repeat=True, first_step=self.state.step)
        self.model.fit(
            examples,
            initial_epoch=epoch,
            epochs=epoch + 1 if done else epochs,
            steps_per_epoch=self.steps_per_epoch - done,
            validation_data=self.validation,
            callbacks=callbacks,
            shuffle=False,  # the dataset does
            verbose=0,
        )

    def _dataset(self, split, batch_size=None, cache=None, **options):
        return load_dataset(
            self.summary.folder,
            self.model.spectrogram,
            split,
            batch_size or self.settings.batch_size,
            seed=self.settings.seed,
            cache=self.cache if cache is None else cache,
            **options,
        )

    def _observers(self):
        origins = {split: self.summary.files(split) for split in ("train", "validation")}
        advice = (
            f"The last good checkpoint is kept in {self.out}; go on from its model with --from "
            f"{self.out}, another --out, and --set fit.learning_rate or fit.clip_norm lower"
        )
        return [
            StopOnFault(origins, self._image, advice),
            Figures(self.validation, self.settings.batch_size),
            board.Board(self.out / "logs", self._shown()),
        ]

    def _image(self, split, example):
        return self._example(split, example)["image"].numpy()

    def _shown(self):
        count = self.summary.examples["validation"]
        chosen = np.linspace(0, count - 1, min(count, _SHOWN_EXAMPLES)).astype(int)
        return np.concatenate([self._image("validation", int(i)) for i in chosen])

    def _example(self, split, example):
        stream = self._dataset(
            split, batch_size=1, cache=False, shuffle=False, repeat=True, first_step=example
        )
        return next(iter(stream.take(1)))

    def _report(self, limits):
        # Where the data lie on this machine is of no use to who reads the card elsewhere.
        neutral = dataclasses.replace(self.settings, data=self.summary.folder.name)
        command = neutral.command(self.out.name, **limits)
        return Report(self.out, self.model, self.settings, self.summary, self.state, command)

    def _keeper(self, report, limits):
        def write():
            report.write()
            if board.is_pictured(self.state.history[-1]["epoch"]):
                report.draw()

        command = self.settings.command(self.out, **limits) + " --resume"
        return Keeper(self.out, self.state, self.steps_per_epoch, self.totals, write, command)


def _stored(out, resume):
    """Return the settings of the run in `out` to resume, None to begin one.

    Raises:
        ValueError: there is a run and it is not to be resumed, or the other way round.
    """
    if resume:
        return settings.read(out)
    for name in (settings.NAME, checkpoint.NAME, saving.MODEL_FILE):
        if (out / name).exists():
            raise ValueError(
                f"out {str(out)!r} holds a training run already (its {name}): go on with it by "
                "--resume, or name another folder"
            )
    return None


def _settings(preset, summary, batch_size, seed, initial, stored):
    if batch_size is None:
        batch_size = stored.batch_size if stored else preset.fit["batch_size"]
    if stored and initial is None:
        initial = stored.initial
    preset = dataclasses.replace(preset, fit={**preset.fit, "batch_size": batch_size})
    preset = for_fine_tuning(preset) if initial else preset
    return settings.Settings(
        preset=preset.as_dict(),
        data=str(summary.folder),
        examples=summary.examples,
        seed=seed,
        jit_compile=stored.jit_compile if stored else preset.fit.get("jit_compile", True),
        initial=str(initial) if initial else None,
    )


def _steps(examples, batch_size):
    """Return the steps of an epoch: full batches, or a single one that is not full."""
    return max(1, examples // batch_size)
