"""Collects the files of a list of items into a folder, and continues earlier runs."""

import csv
import hashlib
import signal
from dataclasses import asdict, dataclass
from pathlib import Path

from tfaudiogen.collect.duplicates import Hashes, picture_hash
from tfaudiogen.collect.journal import NAME, Journal
from tfaudiogen.collect.limits import Limits
from tfaudiogen.collect.names import unique_stems
from tfaudiogen.collect.partial import Partial
from tfaudiogen.collect.pool import run_all
from tfaudiogen.collect.processing import Processing
from tfaudiogen.collect.report import CollectReport
from tfaudiogen.data.report import Skipped
from tfaudiogen.disk import atomic_file, locked
from tfaudiogen.disk.errors import Unusable
from tfaudiogen.runtime import optional
from tfaudiogen.runtime.interruption import Stopped

FOLDERS = {"image": "images", "audio": "audio"}
_COLUMNS = ("audio", "image", "name", "licence", "source", "caption") + tuple(
    f"{kind}_{what}" for kind in ("audio", "image") for what in ("source", "bytes", "sha256")
)


@dataclass(frozen=True)
class Item:
    """A sound, a picture, or both, that belong together.

    Attributes:
        name: what the files are named after.
        audio, image: addresses; None if a kind is not wanted, "" if it is missing.
        licence: licence as text or address.
        source: page of the work.
        caption: text that describes it.
    """

    name: str
    audio: str | None = None
    image: str | None = None
    licence: str = ""
    source: str = ""
    caption: str = ""


def collect(
    items,
    out,
    processing=None,
    limits=None,
    keep_duplicates=False,
    robots=True,
    contact="",
    show=None,
):
    """Download the files of items into `out`/audio and `out`/images, with equal stems.

    Pictures come first, and the sound of an item without usable picture is not downloaded.
    `out`/pairs.csv lists the complete items. A run that ends early is continued by the same call:
    complete files are not asked for again, and partial ones go on at the byte where they ended.

    Args:
        items: list of `Item`s.
        out: folder to write.
        processing: `Processing`, or None to keep the files as they are.
        limits: `Limits`, or None for the usual ones.
        keep_duplicates: whether to keep pictures that look like one of an earlier item.
        robots: whether to obey robots.txt.
        contact: mail address or page of the person who collects, sent to the servers.
        show: function of a `State`, called several times per second.

    Returns:
        The `CollectReport`, also in `out`/report.json.

    Raises:
        Unavailable: httpx is not installed.
        InUse: another command is writing to `out`.
        ValueError: `out` holds other files, or was collected with other settings.
    """
    optional.modules("collect", "`tfaudiogen collect`", "httpx", "httpcore")
    from tfaudiogen.collect.web import Web

    out, limits, processing = Path(out), limits or Limits(), processing or Processing()
    with locked(out, "collect"), Web(limits, contact) as web:
        _check_free(out)
        out.mkdir(parents=True, exist_ok=True)
        settings = {**asdict(processing), "keep_duplicates": keep_duplicates}
        collection = _Collection(items, out, processing, Journal(out, settings), web, show)
        try:
            collection.run(robots, keep_duplicates)
        except KeyboardInterrupt as error:
            raise Stopped(
                f"Stopped; what came is kept in {out}. The same command goes on from there.",
                getattr(error, "number", signal.SIGINT),
            ) from error
        return collection.finish()


@dataclass
class State:
    """How far a collection is: files done and wanted, files not usable, bytes received."""

    done: int = 0
    wanted: int = 0
    failed: int = 0
    bytes: int = 0


@dataclass(frozen=True)
class _Task:
    stem: str
    kind: str
    url: str

    @property
    def key(self):
        return f"{self.kind} {self.stem} {self.url}"

    def __str__(self):
        return f"{FOLDERS[self.kind]}/{self.stem} ({self.url or 'no address'})"


class _Collection:
    def __init__(self, items, out, processing, journal, web, show):
        self._items, self._out, self._processing = items, out, processing
        self._journal, self._web = journal, web
        self._show = show or (lambda state: None)
        self._stems = unique_stems([item.name for item in items])
        self._found, self._skipped, self._fetched, self.state = {}, {}, 0, State()

    def run(self, robots, keep_duplicates):
        usable = set(self._stems)
        every = {kind: self._tasks(kind) for kind in FOLDERS}
        for kind, tasks in every.items():
            still = [task for task in tasks if task.stem in usable]
            later = every["audio"] if kind == "image" else []
            self.state.wanted = self.state.done + len(still) + len(later)
            self._fetch(still, robots)
            if kind == "image" and not keep_duplicates:
                self._throw_out_duplicates(tasks)
            usable -= {task.stem for task in tasks if task.key not in self._found}

    def _tasks(self, kind):
        pairs = zip(self._stems, self._items, strict=True)
        urls = [(stem, getattr(item, kind)) for stem, item in pairs]
        return [_Task(stem, kind, url) for stem, url in urls if url is not None]

    def _fetch(self, tasks, robots):
        from tfaudiogen.collect.download import Downloader

        loader = Downloader(self._web, self._count)
        asked = [task for task in tasks if not self._is_known(task)]
        for task, (entry, reason) in run_all(
            lambda task: self._one(loader, task, robots),
            asked,
            self._web.limits.workers,
            self._web.stop,
            lambda: self._show(self.state),
        ):
            if entry:
                self._fetched += 1
                self._found[task.key] = self._journal.add(task.key, **entry)
            else:
                self._skip(task, reason)
            self.state.done += 1

    def _count(self, number):
        self.state.bytes += number

    def _is_known(self, task):
        entry = self._journal.entries.get(task.key, {})
        if entry.get("thrown_out"):
            self._skip(task, entry["thrown_out"])
        elif entry and _size(self._out / entry["file"]) == entry["bytes"]:
            self._found[task.key] = entry
        else:
            return False
        self.state.done += 1
        return True

    def _skip(self, task, reason):
        self._skipped[task.key] = Skipped(str(task), reason)
        self.state.failed += 1

    def _one(self, loader, task, robots):
        """Return (what the journal notes, None), or (None, why there is no file)."""
        folder = self._out / FOLDERS[task.kind]
        if not task.url:
            return None, "there is no address"
        folder.mkdir(exist_ok=True)
        partial = Partial(folder, task.stem)
        try:
            loader.fetch(task.url, partial, task.kind, robots)
        except Unusable as error:
            return None, str(error)
        try:
            path = self._processing.put(partial, folder, task.stem, task.kind)
        except Unusable as error:
            partial.remove()
            return None, f"what came cannot be used: {error}"
        return _described(path, self._out, task.kind), None

    def _throw_out_duplicates(self, tasks):
        """Delete pictures that look like one of an earlier item, in the order of the items."""
        hashes = Hashes()
        for task in tasks:
            entry = self._found.get(task.key)
            twin = entry and hashes.add(task.stem, entry["hash"])
            if twin:
                reason = f"looks like images/{twin}"
                del self._found[task.key]
                self._journal.add(task.key, thrown_out=reason)
                (self._out / entry["file"]).unlink(missing_ok=True)
                self._skip(task, reason)

    def finish(self):
        """Write pairs.csv and the report; return the latter."""
        rows = [row for row in map(self._row, self._stems, self._items) if row]
        with (
            atomic_file(self._out / "pairs.csv") as temporary,
            open(temporary, "w", newline="", encoding="utf-8", errors="backslashreplace") as file,
        ):
            writer = csv.DictWriter(file, _COLUMNS)
            writer.writeheader()
            writer.writerows(rows)
        entries = self._found.values()
        report = CollectReport(
            rows=len(self._items),
            complete=len(rows),
            audio=sum(entry["file"].startswith("audio/") for entry in entries),
            images=sum(entry["file"].startswith("images/") for entry in entries),
            megabytes=sum(entry["bytes"] for entry in entries) / 1e6,
            fetched=self._fetched,
            skipped=list(self._skipped.values()),
        )
        report.save(self._out)
        return report

    def _row(self, stem, item):
        """Return the row of an item in pairs.csv; None if a wanted file is missing."""
        row = {"name": item.name, "licence": item.licence, "source": item.source}
        row["caption"] = item.caption
        for kind in FOLDERS:
            url = getattr(item, kind)
            if url is None:
                continue
            entry = self._found.get(_Task(stem, kind, url).key)
            if entry is None:
                return None
            row |= {kind: entry["file"], f"{kind}_source": url, f"{kind}_bytes": entry["bytes"]}
            row[f"{kind}_sha256"] = entry["sha256"]
        return row


def _check_free(out):
    if out.exists() and not (out / NAME).exists() and (not out.is_dir() or any(out.iterdir())):
        raise ValueError(f"out {str(out)!r} is not empty and no earlier collection: name another")


def _described(path, out, kind):
    with open(path, "rb") as file:
        digest = hashlib.file_digest(file, "sha256").hexdigest()
    entry = {"file": path.relative_to(out).as_posix(), "bytes": _size(path), "sha256": digest}
    return entry | ({"hash": picture_hash(path)} if kind == "image" else {})


def _size(path):
    return path.stat().st_size if path.is_file() else None
