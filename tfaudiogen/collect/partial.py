"""Partly downloaded files, which a later attempt or run continues."""

import contextlib
import json
from pathlib import Path

from tfaudiogen.disk import atomic_file
from tfaudiogen.validation import strict_json


class Partial:
    """A file `.NAME.part` beside its destination, and what is known of its source.

    The source is in `.NAME.part.json`: the address, and the entity tag or date by which the server
    identifies this version of the file.

    Args:
        folder: folder of the destination.
        stem: name of the destination without extension.
    """

    def __init__(self, folder, stem):
        self.path = Path(folder) / f".{stem}.part"
        self._notes = Path(folder) / f".{stem}.part.json"

    @property
    def size(self):
        """The size in bytes; 0 if there is no file."""
        return self.path.stat().st_size if self.path.exists() else 0

    def validator(self, url):
        """Return the tag or date with which the download of an address can go on, or ""."""
        try:
            notes = strict_json.read(self._notes)
            same = notes.get("url") == url and self.size > 0
            return str(notes.get("validator", "")) if same else ""
        except (OSError, ValueError, AttributeError):
            return ""

    def note(self, url, response):
        """Write down the source before the first byte."""
        tag = response.headers.get("ETag", "")
        # A weak tag does not promise equal bytes.
        strong = tag if tag and not tag.startswith("W/") else ""
        validator = strong or response.headers.get("Last-Modified", "")
        with atomic_file(self._notes) as temporary:
            temporary.write_text(json.dumps({"url": url, "validator": validator}), "utf-8")

    def remove(self):
        """Delete the file and its notes."""
        for path in (self.path, self._notes):
            with contextlib.suppress(FileNotFoundError):
                path.unlink()
