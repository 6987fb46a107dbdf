"""Folders of generated files that the server serves, with limits on number and age."""

import datetime
import json
import secrets
import shutil
import time
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote

from tfaudiogen.io import audio_files
from tfaudiogen.validation import strict_json

_RECORD = "record.json"


@dataclass(frozen=True)
class ResultStore:
    """A folder of sets of sounds and images, served under `address`, limited in number and age.

    Attributes:
        folder: folder of the sets, each a subfolder.
        address: URL path of the folder on the server, such as "/kept".
        most: maximum number of sets; the oldest are deleted first.
        seconds: age in seconds at which a set is deleted; None for never.
    """

    folder: Path
    address: str
    most: int
    seconds: float | None = None

    def new(self, name):
        """Create and return the folder of a new set, whose name begins with the time."""
        self.tidy()
        stamp = datetime.datetime.now().strftime("%Y-%m-%d_%H%M%S")
        # The random part makes URLs of other users' sets unguessable.
        ending = f"_{secrets.token_hex(8)}"
        folder = audio_files.output_path(self.folder, f"{stamp}_{name}", ending)
        folder.mkdir(parents=True)
        return folder

    def write_record(self, folder, record):
        """Write the record of a set: the request and its files. Sets without one are not listed."""
        audio_files.write_text(
            folder / _RECORD, json.dumps(record, indent=1, ensure_ascii=False) + "\n"
        )

    def read_record(self, name):
        """Return the record of the set `name`, or None if there is no such set."""
        if name not in self.names():
            return None
        return strict_json.read(self.folder / name / _RECORD)

    def names(self):
        """Return the names of the sets, newest first."""
        return sorted((path.parent.name for path in self.folder.glob(f"*/{_RECORD}")), reverse=True)

    def url(self, path):
        """Return the URL path of a file of a set."""
        return f"{self.address}/{quote(Path(path).relative_to(self.folder).as_posix())}"

    def tidy(self):
        """Delete sets that are too old or too many."""
        if not self.folder.is_dir():
            return
        oldest_first = sorted(path for path in self.folder.iterdir() if path.is_dir())
        for position, folder in enumerate(oldest_first):
            surplus = position < len(oldest_first) - self.most + 1
            if surplus or self._is_too_old(folder):
                shutil.rmtree(folder, ignore_errors=True)

    def _is_too_old(self, folder):
        try:
            return self.seconds is not None and time.time() - folder.stat().st_mtime > self.seconds
        except FileNotFoundError:  # another request deleted it first
            return False
