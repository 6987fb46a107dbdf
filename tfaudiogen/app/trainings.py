"""Trainings started from the page: their command lines and their results."""

import csv
import re
import shlex

import numpy as np
from PIL import Image

from tfaudiogen import presets
from tfaudiogen.app.cards import Picture, Sound
from tfaudiogen.app.limits import number
from tfaudiogen.app.refusals import Refused
from tfaudiogen.data.report import REPORT_NAME, shape_in_words
from tfaudiogen.io import audio_files
from tfaudiogen.service.settings import settings as cli_settings
from tfaudiogen.training import settings
from tfaudiogen.training.callbacks.tensorboard import SHOWN
from tfaudiogen.training.run_report import HISTORY

TONES = "synthesised tones"
FRESH = "fresh weights"
_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]{0,39}")
_TONES_COUNT = 500
_LARGEST_BATCH = 1024


def start(studio, name, preset, data, epochs, batch_size=None, initial=FRESH, changes=""):
    """Start a training as a job.

    Args:
        studio: `Studio`.
        name: name of the new run.
        preset: name of the preset.
        data: name of a data set of the studio, or `TONES`.
        epochs: number of epochs.
        batch_size: None for the preset's.
        initial: name of a model to fine-tune, or `FRESH`.
        changes: lines of KEY=VALUE, as after `--set`.

    Returns:
        The `Job`.
    """
    out = _new_folder(studio, name)
    _check_preset(preset)
    epochs = number("epochs", epochs, 1, studio.limits.epochs, int)
    prepare, folder = _data(studio, preset, data, cli_settings(_lines(changes)))
    train = ["train", preset, "--data", folder, "--out", out, "--epochs", epochs]
    if batch_size:
        train += ["--batch-size", number("batch size", batch_size, 1, _LARGEST_BATCH, int)]
    if initial != FRESH:
        train += ["--from", studio.model_folder(initial)]
    train += [word for line in _lines(changes) for word in ("--set", line)]
    return _job(studio, name, out, [*prepare, train])


def resume(studio, name, epochs):
    """Resume the training `name` until it has `epochs` epochs in total; return the `Job`."""
    out = studio.runs / _checked(name)
    epochs = number("epochs", epochs, 1, studio.limits.epochs, int)
    command = shlex.split(settings.read(out).command(out, epochs=epochs))[1:]
    return _job(studio, name, out, [[*command, "--resume"]])


def names(studio):
    """Return the names of the trainings, newest first."""
    runs = (path.parent for path in studio.runs.glob(f"*/{settings.NAME}"))
    return [run.name for run in sorted(runs, key=lambda run: -run.stat().st_mtime)]


def history(studio, name):
    """Return the rows of a training's history, dicts of floats; empty before its first epoch.

    For a multi-stage training, they are those of the current stage.
    """
    stage = under_way(studio, name)
    if stage is None:
        return []
    with (stage / HISTORY).open(encoding="utf-8", newline="") as file:
        return [{key: _float(value) for key, value in row.items()} for row in csv.DictReader(file)]


def under_way(studio, name):
    """Return the folder of a training or of its current stage; None before its first epoch."""
    folder = studio.runs / name
    stages = [*folder.glob(HISTORY), *folder.glob(f"*/{HISTORY}")]
    return max(stages, key=lambda path: path.stat().st_mtime).parent if stages else None


def shown(folder):
    """Return the latest sounds and images that a training or stage has logged.

    Args:
        folder: folder of the training or stage.

    Returns:
        (list of `Sound` and `Picture`, the sample rate of the sounds or None).
    """
    found = sorted((folder / SHOWN).glob("[!.]*_[0-9].*"))  # WAV last
    paths = {path.stem: path for path in found}
    # By example, then by time: the condition of an example before its sample.
    order = sorted(paths.values(), key=lambda path: (path.stem[-1], path.stat().st_mtime_ns))
    found, rate = [], None
    for path in order:
        title = f"{folder.name}: {path.stem[:-2]} {int(path.stem[-1]) + 1}"
        if path.suffix == ".wav":
            waveform, rate = audio_files.read_wav(path)
            found.append(Sound(title, path.stem, waveform))
        else:
            found.append(Picture(title, path.stem, np.asarray(Image.open(path)) / 255.0))
    return found, rate


def _float(text):
    return float(text) if text else float("nan")


def _job(studio, name, out, commands):
    log = studio.out / "logs" / f"{name}.log"
    return studio.jobs.start(f"training {name}", commands, log, out)


def _checked(name):
    if not _NAME.fullmatch(name or ""):
        raise Refused(f"a name must be 1 to 40 letters, digits, _ or -; received {name!r:.60}.")
    return name


def _new_folder(studio, name):
    folder = studio.runs / _checked(name)
    if (folder / settings.NAME).exists() or name in studio.model_names():
        raise Refused(f"there is a model or training {name!r} already: give another name.")
    return folder


def _check_preset(preset):
    if preset not in presets.names():
        raise Refused(
            f"preset must be one of {', '.join(presets.names())}; received {preset!r:.60}."
        )


def _lines(changes):
    return [line.strip() for line in (changes or "").splitlines() if line.strip()]


def fitting_preset(studio):
    """Return the first preset that fits a data set of the studio, else the one for tones."""
    shapes = [_shape(summary) for summary in studio.data.values()]
    fitting = (n for n in presets.names() if any(_fits(presets.get(n).data, s) for s in shapes))
    return next(fitting, "sinewave_vae")


def _shape(summary):
    """Return the geometry of a data set in the format of `Preset.data`."""
    pictures = summary.image_shape or summary.picture_shape
    found = {"image_shape": pictures and tuple(pictures)}
    found |= {"sample_rate": summary.sample_rate, "samples": summary.samples}
    return {name: value for name, value in found.items() if value is not None}


def _fits(wanted, there):
    return all(there.get(name) == value for name, value in wanted.items())


def _in_words(shape):
    found = []
    if "samples" in shape:
        found.append(f"windows of {shape['samples']} samples at {shape['sample_rate']} Hz")
    if "image_shape" in shape:
        found.append(f"pictures of {shape_in_words(shape['image_shape'])}")
    return " and ".join(found)


def _data(studio, preset, data, changes):
    """Return (commands to prepare the data, folder of the data)."""
    wanted = presets.get(preset, **changes).data
    synthesised = {name: presets.get(preset).data.get(name) for name in ("sample_rate", "samples")}
    there = synthesised if data == TONES else _shape(studio.dataset(data))
    if not _fits(wanted, there):
        has = "sounds alone" if data == TONES else _in_words(there)
        raise Refused(
            f"{preset} takes {_in_words(wanted)}, and {data} has {has}: choose other data, or "
            "another preset."
        )
    if data != TONES:
        return [], studio.dataset(data).folder
    folder = studio.out / "data" / f"tones_{preset}"
    if (folder / REPORT_NAME).is_file():
        return [], folder
    options = ["--preset", preset, "--count", _TONES_COUNT]
    return [["prepare", "sinewave", "--out", folder, *options]], folder
