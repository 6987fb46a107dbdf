"""The state behind the page and the HTTP interface: models, data sets, result folders."""

import contextlib
import functools
import shutil
import tempfile
import threading
from pathlib import Path

from tfaudiogen import saving
from tfaudiogen.app.abilities import abilities_of_file
from tfaudiogen.app.compute_lock import ComputeLock
from tfaudiogen.app.jobs import Jobs
from tfaudiogen.app.limits import Limits
from tfaudiogen.app.listeners import Listeners
from tfaudiogen.app.refusals import Unknown
from tfaudiogen.app.result_store import ResultStore
from tfaudiogen.app.upload_folder import UploadFolder
from tfaudiogen.data import describe
from tfaudiogen.models.embedders.embedding import Embedding
from tfaudiogen.runtime.interruption import uninterrupted
from tfaudiogen.service.errors import one_line

_HOUR = 3600.0


class Studio:
    """State of the server: models (each loaded once), data sets, jobs, queue for computation.

    Args:
        models: folders of saved models or names of shipped ones.
        data: folders that `tfaudiogen prepare` wrote.
        out: folder for generated samples and training runs.
        limits: `Limits`.
    """

    def __init__(self, models, data=(), out="app", limits=None):
        self.limits = limits or Limits()
        self.compute_lock = ComputeLock(self.limits.waiting)
        self.jobs = Jobs()
        self.out = Path(out)
        self.temporary_folder = Path(tempfile.mkdtemp(prefix="tfaudiogen-app-"))
        self.uploads = UploadFolder(self.temporary_folder / "uploads", self.limits.upload_bytes)
        self.listeners = Listeners()
        self.kept = ResultStore(self.out / "samples", "/kept", self.limits.kept)
        self.temporary = ResultStore(
            self.temporary_folder / "sounds", "/temporary", self.limits.kept, _HOUR
        )
        self.data = _named({Path(folder).resolve(): describe(folder) for folder in data})
        self._folders = _named({(folder := saving.resolve(m).resolve()): folder for m in models})
        self._loaded, self._loading = {}, threading.Lock()
        self._damaged = {}  # {unreadable model file: its modification time}

    @property
    def runs(self):
        """Folder of training runs."""
        return self.out / "runs"

    def model_names(self):
        """Return the names of the models: first the given ones, then those of training runs."""
        files = self.runs.glob(f"*/{saving.MODEL_FILE}")
        trained = (file.parent.name for file in files if _written(file) != self._damaged.get(file))
        return list(dict.fromkeys([*self._folders, *sorted(trained)]))

    def load_all(self, log):
        """Load all models; damaged models of earlier trainings are reported and skipped.

        Args:
            log: function that shows a line to the user.

        Raises:
            ValueError, OSError: a given model cannot be loaded.
        """
        for name in self.model_names():
            log(f"Loading {name} ...")
            try:
                self.model(name)
            except (ValueError, OSError) as error:
                if name in self._folders:
                    raise
                log(f"{one_line(error)} It is left out.")
                file = self.runs / name / saving.MODEL_FILE
                self._damaged[file] = _written(file)

    def model_folder(self, name):
        """Return the folder of a model.

        Raises:
            Unknown: there is no model of that name.
        """
        if name not in self.model_names():
            raise Unknown(
                f"there is no model {name!r:.60}; there are {', '.join(self.model_names())}."
            )
        return self._folders.get(name) or self.runs / name

    def model(self, name):
        """Return a model; it is loaded on first use and reloaded when a training has updated it."""
        folder = self.model_folder(name)
        written = _written(folder / saving.MODEL_FILE)
        with self._loading:
            before, model = self._loaded.get(name, (None, None))
            if before != written:
                self._loaded[name] = (written, _load(folder, model))
            return self._loaded[name][1]

    def able(self, *wanted):
        """Return the names of the models that have at least one of the abilities."""
        return [name for name in self.model_names() if self.has(name, *wanted)]

    def has(self, name, *wanted):
        """Return whether a model has at least one of the abilities, without loading it."""
        file = self.model_folder(name) / saving.MODEL_FILE
        return not set(wanted).isdisjoint(_abilities(file, _written(file)))

    def dataset(self, name):
        """Return the `DataSummary` of a data set.

        Raises:
            Unknown: there is no data set of that name.
        """
        if name not in self.data:
            there = ", ".join(self.data) or "none: start with --data FOLDER"
            raise Unknown(f"there is no data set {name!r:.60}; there are {there}.")
        return self.data[name]

    @uninterrupted
    def close(self):
        """Stop running jobs and delete all temporary files, including uploads."""
        self.jobs.close()
        shutil.rmtree(self.temporary_folder, ignore_errors=True)


def fits(summary, model):
    """Return whether a data set has the geometry of a model, for embedders in both modalities."""
    if not isinstance(model, Embedding):
        return holds(summary, model.representation)
    if model.conditioning:
        fits = summary.of_kind("pictures").vector_size == model.conditioning.size
        return fits and holds(summary, model.pictures)
    return holds(summary, model.representation) and holds(summary, model.pictures)


def holds(summary, shape):
    """Return whether a data set has sounds or images with the geometry of a representation."""
    summary = summary.of_kind(shape.kind)
    if shape.kind == "pictures":
        return summary.kind == "pictures" and tuple(summary.image_shape) == shape.image_shape
    sounds = shape.kind == "sounds"
    return sounds and (summary.sample_rate, summary.samples) == (shape.sample_rate, shape.samples)


def _written(file):
    """Return the modification time of a file, or None if it does not exist."""
    with contextlib.suppress(OSError):
        return file.stat().st_mtime_ns


@functools.lru_cache(maxsize=1024)
def _abilities(file, written):
    """Return the abilities of the model in a file, cached by its modification time."""
    return abilities_of_file(file)


def _load(folder, model):
    """Load a model; if it was loaded before, load only its weights into `model`.

    TensorFlow never frees all memory of a model, so rebuilding would leak.
    """
    if model is not None:
        with contextlib.suppress(ValueError):  # other layers: the model was replaced by another
            saving.check(folder / saving.MODEL_FILE)
            model.load_weights(folder / saving.MODEL_FILE)
            return model
    return saving.load(folder)


def _named(values):
    """Return {name: value} from {folder: value}, with unique names based on the folder names."""
    named = {}
    for folder, value in values.items():
        name, number = folder.name, 2
        while name in named:
            name, number = f"{folder.name}-{number}", number + 1
        named[name] = value
    return named
