"""The state behind the page and the HTTP interface: models, data sets, result folders."""

import contextlib
import functools
import shutil
import tempfile
import threading
from pathlib import Path

from tfaudiogen import saving
from tfaudiogen.app.abilities import abilities_of_file
from tfaudiogen.app.jobs import Jobs
from tfaudiogen.app.limits import Limits
from tfaudiogen.app.listeners import Listeners
from tfaudiogen.app.refusals import Unknown
from tfaudiogen.app.shelf import Shelf
from tfaudiogen.app.turn import Turn
from tfaudiogen.app.upload_folder import UploadFolder
from tfaudiogen.data import describe
from tfaudiogen.models.embedders.embedding import Embedding
from tfaudiogen.runtime.interruption import uninterrupted
from tfaudiogen.service.errors import one_line

_HOUR = 3600.0


class Studio:
    """Models by name, loaded once; data sets by name; one turn for all computation.

    Args:
        models: folders of saved models or names of shipped ones.
        data: folders that `tfaudiogen prepare` wrote.
        out: folder in which what is drawn and training runs are kept.
        limits: `Limits`.
    """

    def __init__(self, models, data=(), out="app", limits=None):
        self.limits = limits or Limits()
        self.turn = Turn(self.limits.waiting)
        self.jobs = Jobs()
        self.out = Path(out)
        self.temporary_folder = Path(tempfile.mkdtemp(prefix="tfaudiogen-app-"))
        self.uploads = UploadFolder(self.temporary_folder / "uploads", self.limits.upload_bytes)
        self.listeners = Listeners()
        self.kept = Shelf(self.out / "samples", "/kept", self.limits.kept)
        self.temporary = Shelf(
            self.temporary_folder / "sounds", "/temporary", self.limits.kept, _HOUR
        )
        self.data = _named({Path(folder).resolve(): describe(folder) for folder in data})
        self._folders = _named({(folder := saving.resolve(m).resolve()): folder for m in models})
        self._loaded, self._loading = {}, threading.Lock()
        self._damaged = {}  # when the files were written that are no models

    @property
    def runs(self):
        """Folder of the training runs."""
        return self.out / "runs"

    def model_names(self):
        """Return the names of the models: those given first, then those of training runs."""
        files = self.runs.glob(f"*/{saving.MODEL_FILE}")
        trained = (file.parent.name for file in files if _written(file) != self._damaged.get(file))
        return list(dict.fromkeys([*self._folders, *sorted(trained)]))

    def load_all(self, tell):
        """Load each model; one of an earlier training that is damaged is left out, and named.

        Args:
            tell: function that shows a line to the user.

        Raises:
            ValueError, OSError: a model that was given cannot be loaded.
        """
        for name in self.model_names():
            tell(f"Loading {name} ...")
            try:
                self.model(name)
            except (ValueError, OSError) as error:
                if name in self._folders:
                    raise
                tell(f"{one_line(error)} It is left out.")
                file = self.runs / name / saving.MODEL_FILE
                self._damaged[file] = _written(file)

    def model_folder(self, name):
        """Return the folder of a model.

        Raises:
            Unknown: there is none of that name.
        """
        if name not in self.model_names():
            raise Unknown(
                f"there is no model {name!r:.60}; there are {', '.join(self.model_names())}."
            )
        return self._folders.get(name) or self.runs / name

    def model(self, name):
        """Return a model, loaded on first use and again when a training has improved it."""
        folder = self.model_folder(name)
        written = _written(folder / saving.MODEL_FILE)
        with self._loading:
            before, model = self._loaded.get(name, (None, None))
            if before != written:
                self._loaded[name] = (written, _load(folder, model))
            return self._loaded[name][1]

    def able(self, *wanted):
        """Return the names of the models that have an ability, or one of several."""
        return [name for name in self.model_names() if self.has(name, *wanted)]

    def has(self, name, *wanted):
        """Return whether a model has an ability, or one of several; it need not be loaded."""
        file = self.model_folder(name) / saving.MODEL_FILE
        return not set(wanted).isdisjoint(_abilities(file, _written(file)))

    def dataset(self, name):
        """Return the `DataSummary` of a data set.

        Raises:
            Unknown: there is none of that name.
        """
        if name not in self.data:
            there = ", ".join(self.data) or "none: start with --data FOLDER"
            raise Unknown(f"there is no data set {name!r:.60}; there are {there}.")
        return self.data[name]

    @uninterrupted
    def close(self):
        """Stop what runs, and remove everything temporary, uploads among it."""
        self.jobs.close()
        shutil.rmtree(self.temporary_folder, ignore_errors=True)


def fits(summary, model):
    """Return whether a data set has the geometry that a model takes, on both sides of pairs."""
    if not isinstance(model, Embedding):
        return holds(summary, model.spectrogram)
    if model.told:
        told = summary.of_kind("pictures").vector_size == model.told.size
        return told and holds(summary, model.pictures)
    return holds(summary, model.spectrogram) and holds(summary, model.pictures)


def holds(summary, shape):
    """Return whether a data set has sounds or pictures of the geometry of a representation."""
    summary = summary.of_kind(shape.kind)
    if shape.kind == "pictures":
        return summary.kind == "pictures" and tuple(summary.image_shape) == shape.image_shape
    sounds = shape.kind == "sounds"
    return sounds and (summary.sample_rate, summary.samples) == (shape.sample_rate, shape.samples)


def _written(file):
    """Return when a file was written, None where it is gone."""
    with contextlib.suppress(OSError):
        return file.stat().st_mtime_ns


@functools.lru_cache(maxsize=1024)
def _abilities(file, written):
    """Return the abilities of the model in a file, read once for each time that it is written."""
    return abilities_of_file(file)


def _load(folder, model):
    """Load a model; where an earlier state of it is there, its weights alone.

    TensorFlow never gives back all memory of a model that it has built.
    """
    if model is not None:
        with contextlib.suppress(ValueError):  # other layers: another model of the same name
            saving.check(folder / saving.MODEL_FILE)
            model.load_weights(folder / saving.MODEL_FILE)
            return model
    return saving.load(folder)


def _named(values):
    """Return {name: value} of {folder: value}, named after the folders, each name once."""
    named = {}
    for folder, value in values.items():
        name, number = folder.name, 2
        while name in named:
            name, number = f"{folder.name}-{number}", number + 1
        named[name] = value
    return named
