"""Reading the pictures of a folder, many at a time, each of them once."""

import dataclasses
import hashlib
from dataclasses import dataclass
from pathlib import Path

from tfaudiogen.data.errors import Unusable
from tfaudiogen.data.files import find_files
from tfaudiogen.data.labels import apply_labels, labels_from_names
from tfaudiogen.data.picture_reading import Taken, read_picture
from tfaudiogen.data.picture_records import Picture
from tfaudiogen.data.report import Skipped
from tfaudiogen.data.sounds import Sounds

_NO_LABEL = "picture"
_NAMED = 5


@dataclass(frozen=True)
class _Task:
    """One file to read."""

    source: Path
    key: str
    size: int
    image_shape: tuple
    store: Sounds

    def do(self):
        """Read the file, and keep what became of it."""
        self.store.add(self.key, self._read)

    def _read(self, out):
        try:
            levels, taken = read_picture(self.source, self.image_shape)
        except Unusable as error:
            return {"reason": str(error)}
        out.write(levels.tobytes())
        return dataclasses.asdict(taken)


def labelled(sources, labels_csv=None, label_pattern=None):
    """Return the labelled picture files of the sources, what is skipped, and names of the rest."""
    found = find_files(sources)
    skipped = [Skipped(name, reason) for name, reason in found.problems]
    files = [
        dataclasses.replace(file, label=_NO_LABEL) if "/" not in file.name else file
        for file in found.pictures
    ]
    if labels_csv is not None:
        files, without = apply_labels(labels_csv, files)
        skipped += without
    elif label_pattern is not None and files:
        files = labels_from_names(label_pattern, files)
    return files, skipped, sorted([*found.ignored, *(file.name for file in found.audio)])


def convert(files, folder, image_shape, workers, progress):
    """Read `files` into `folder`.

    Files that were read into this folder before, and have not changed since, are not read again.

    Returns:
        The list of `Picture`s, that of the `Skipped`, and {name: Taken}.
    """
    store = Sounds(folder)
    finished = store.entries()
    tasks = [_task(file.path, image_shape, store) for file in files]
    workers.run(
        _Task.do,
        sorted((t for t in tasks if t.key not in finished), key=lambda task: -task.size),
        size=lambda task: task.size,
        desc="reading",
        unit="B",
        unit_scale=True,
        disable=not (progress and files),
    )
    return _sorted_out(files, tasks, store.entries(), image_shape)


def _sorted_out(files, tasks, entries, image_shape):
    pictures, skipped, taken = [], [], {}
    for file, task in zip(files, tasks, strict=True):
        levels, offset, outcome = entries[task.key]
        if "reason" in outcome:
            skipped.append(Skipped(file.name, outcome["reason"]))
        else:
            pictures.append(Picture(file.name, file.label, levels, offset, image_shape))
            taken[file.name] = Taken(**outcome)
    return pictures, skipped, taken


def _task(path, image_shape, store):
    """Return the task of a file, whose key changes with the file and with the size."""
    try:
        status = path.stat()
        size, state = status.st_size, (status.st_size, status.st_mtime_ns)
    except OSError:  # reading says why
        size, state = 0, ()
    identity = repr((str(path.absolute()), state, tuple(image_shape)))
    key = hashlib.sha256(identity.encode("utf-8", "surrogateescape")).hexdigest()[:24]
    return _Task(path, key, size, tuple(image_shape), store)


def notices_of(taken, image_shape):
    """Return lines about what was done to pictures that are used, given {name: Taken}."""
    height, width, _ = image_shape
    kinds = {
        f"smaller than {height} x {width}, enlarged": lambda one: (
            one.height < height or one.width < width
        ),
        "with transparent parts, laid on white": lambda one: one.transparent,
        "with several frames, of which the first is taken": lambda one: one.frames > 1,
    }
    found = {what: [name for name in taken if test(taken[name])] for what, test in kinds.items()}
    return [f"{_files(names)} {what}: {_names(names)}" for what, names in found.items() if names]


def _files(names):
    return f"{len(names)} file{'s' if len(names) > 1 else ''}"


def _names(names):
    shown = ", ".join(names[:_NAMED])
    return shown if len(names) <= _NAMED else f"{shown} and {len(names) - _NAMED} more"
