"""`train`: trains a preset on a data set and writes a run folder."""

import contextlib
from pathlib import Path

import tensorflow as tf

from tfaudiogen import presets, saving
from tfaudiogen.data import describe
from tfaudiogen.disk import locked
from tfaudiogen.layers.probabilistic.latent_prior import LatentPrior
from tfaudiogen.training import checkpoint, settings
from tfaudiogen.training.callbacks.progress import say
from tfaudiogen.training.initialization import settings_of
from tfaudiogen.training.inputs.pair_checks import check_conditions, check_pairs
from tfaudiogen.training.inputs.training_data import TrainingData
from tfaudiogen.training.resources.devices import choose_strategy, is_chief, spans_machines
from tfaudiogen.training.run import Run
from tfaudiogen.training.stages.autoencoder_and_priors import Stages
from tfaudiogen.training.stages.translator import TranslationStages

# Number of training windows that the prior is fitted to.
_FITTED = 4096
_LOST = (tf.errors.UnavailableError, tf.errors.AbortedError, tf.errors.DeadlineExceededError)


class WorkerLost(ConnectionError):  # noqa: N818 - says what it is
    """Another machine of a multi-worker training has stopped."""


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
    strategy="auto",
    replicas=None,
    progress=True,
    cache=True,
    patience=None,
):
    """Trains a model and saves it, with its records, in the run folder `out`.

    `out` holds `model.keras` (from the epoch with the lowest validation loss), `metrics.json`,
    `card.md`, `curve.png`, `history.csv` (a row per epoch), `preset.json` (the settings of the
    run), `checkpoint.npz` (the state for resuming), `logs` for TensorBoard and `shown` (the latest
    images and sounds logged there).

    A preset with priors is trained in stages (autoencoder, codes, priors), each in a subfolder of
    `out`; see `tfaudiogen.training.stages.autoencoder_and_priors`. `model.keras` is then the
    `CodeModel`, `batch_size` is that of the autoencoder, `epochs`, `steps` and `patience` apply to
    each stage, and the stages share `minutes`: each gets an equal part of the time that is left. A
    translator preset is also trained in stages (autoencoder of the target, then the `Translator`),
    on audio-image pairs or on audio or images with conditioning; see
    `tfaudiogen.training.stages.translator`. An embedder preset is trained on pairs in one stage.
    Other image presets, given a data set of pairs, are trained on its images.

    `epochs`, `steps` and `minutes` limit the run in total, including the time before a resume. The
    run stops after the step that reaches the first limit; without limits, after the preset's
    number of steps. The limits do not change the learning rate schedule, which follows the
    preset's `fit.steps`. `train` sets the Keras seed.

    Args:
        preset: a `Preset` or its name.
        data: folder that `prepare` wrote with the preset's sample rate and samples.
        out: the run folder; must not hold a run, unless `resume`.
        epochs: passes through the training split.
        steps: optimizer steps.
        minutes: wall-clock time, including compilation and validation.
        batch_size: examples per step over all devices; None for the preset's, "auto" for the
            largest power of two that fits into memory.
        seed: seed of weights, order and noise, in [0, 2**31); the same seed gives the same model.
        resume: continue the run in `out`, with the settings it was started with.
        initial: folder or name of a saved model to fine-tune, with the preset's geometry and
            sizes. The KL weight then has its final value from the first step.
        strategy: "auto", "single", "mirrored" or "multiworker", or a `tf.distribute.Strategy`; see
            `tfaudiogen.training.resources.devices`. With several machines, `out` and `data` must
            be shared folders, and only the chief writes.
        replicas: number of logical CPU devices to create, to try replicas without GPUs.
        progress: show progress.
        cache: store the computed spectrograms below `data`.
        patience: epochs without an improvement of the validation loss after which a run, or a
            stage, ends; 0 for never; None for the preset's `patience`.

    Returns:
        The model of `model.keras`; None on machines other than the chief.

    Raises:
        InUse: another command is writing to `out`.
        ValueError: an argument is invalid, or a resumed run had other settings.
        NonFiniteLoss: the loss became NaN or infinite.
        Interrupted: Ctrl-C or another stop signal; everything is saved.
        WorkerLost: another machine of the training has stopped.
    """
    strategy = choose_strategy(strategy, replicas)
    limits = {"epochs": epochs, "steps": steps, "minutes": minutes, "patience": patience}
    _check_limits(limits, strategy)
    _check_batch_size(batch_size, strategy)
    out, chief = Path(out), is_chief(strategy)
    preset = presets.get(preset) if isinstance(preset, str) else preset
    summary = describe(data)
    if preset.of_pictures:
        summary = summary.of_kind("pictures")
    if preset.of_pairs:
        check_pairs(preset, summary)
    if preset.condition:
        check_conditions(preset, summary)
    log = say if progress and chief else _silent
    with contextlib.ExitStack() as held:
        if chief:
            held.enter_context(locked(out, "train"))
        stored = _stored(out, resume) if chief or resume else None
        wanted = settings_of(preset, summary, batch_size, seed, initial, stored)
        if stored:
            wanted.check_same(stored, out)
        if preset.priors or preset.translator:
            _check_one_machine(strategy)
            stages = TranslationStages if preset.translator else Stages
            return stages(out, wanted, summary, strategy, cache, limits, log).train()
        run = _trained(out, wanted, summary, strategy, cache, resume, log, limits)
        return _finished(out, summary, run.settings, cache, log) if chief else None


def _trained(out, wanted, summary, strategy, cache, resume, log, limits):
    """Train in one stage until a limit is reached, and return the `Run`."""
    try:
        run = Run(out, wanted, summary, strategy, cache, resume, log)
        run.fit(limits)
        return run
    except _LOST as error:
        if not spans_machines(strategy):
            raise
        raise WorkerLost(
            "another machine of this training has stopped or cannot be reached: start all of them "
            "again with --resume; they go on from the last checkpoint"
        ) from error


def _finished(out, summary, wanted, cache, log):
    """Return the best model of a run, after fitting a mixture prior to its encoded windows."""
    model = saving.load(out)
    if _may_fit_prior(model, summary.examples["train"]):
        training_data = TrainingData(
            summary.folder, model.representation, wanted.batch_size, wanted.seed, cache
        )
        log("Fitting the prior to the training windows ...")
        batches = training_data.batches("train", drop_remainder=False)
        model.fit_prior(batches.take(-(-_FITTED // wanted.batch_size)), wanted.seed)
        saving.save(model, out)
    return model


def _may_fit_prior(model, examples):
    prior = getattr(model, "prior", None)
    return isinstance(prior, LatentPrior) and prior.can_fit and examples >= prior.components


def _silent(line):
    """Discard the line."""


def _check_limits(limits, strategy):
    for name, value in limits.items():
        if value is not None and not (value > 0 or (name == "patience" and value == 0)):
            raise ValueError(f"{name} must be above 0; received {value}")
    if limits["minutes"] is not None and spans_machines(strategy):
        raise ValueError(
            "minutes cannot end a training on several machines, whose clocks differ; received "
            f"{limits['minutes']}: give steps or epochs"
        )


def _check_one_machine(strategy):
    if spans_machines(strategy):
        raise ValueError(
            "a preset of several stages trains on one machine, since each needs the one before: "
            "use --strategy mirrored there, or leave priors out by --set priors=null"
        )


def _check_batch_size(batch_size, strategy):
    if batch_size == "auto" and spans_machines(strategy):
        raise ValueError(
            "batch_size auto cannot be found on several machines, whose memories may differ: give "
            "a number"
        )


def _stored(out, resume):
    """Return the settings of the run in `out` if resuming, else None.

    Raises:
        ValueError: `out` holds a run without `resume`, or no run with it.
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
