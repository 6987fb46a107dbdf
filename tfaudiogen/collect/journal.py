"""What earlier runs into a folder have collected or thrown out."""

import json

from tfaudiogen.validation import strict_json

NAME = "collected.jsonl"


class Journal:
    """A file of one JSON object per line; the first one holds the settings.

    Args:
        folder: folder of the collection.
        settings: plain values that decide what the files become.

    Raises:
        ValueError: the folder was collected with other settings.
    """

    def __init__(self, folder, settings):
        self._path, self.entries = folder / NAME, {}
        lines = self._path.read_text("utf-8").split("\n") if self._path.exists() else []
        if lines and lines[-1]:
            self._write("\n")  # the last run was killed while it wrote
        values = [value for value in map(_parsed, lines) if isinstance(value, dict)]
        known = values[0].get("settings") if values else None
        if known is None:
            self._write(json.dumps({"settings": settings}) + "\n")
        elif known != json.loads(json.dumps(settings)):
            raise ValueError(
                f"{folder} was collected with other settings ({json.dumps(known)}): give the same, "
                "or name another folder"
            )
        self.entries = {value["key"]: value for value in values if "key" in value}

    def add(self, key, **outcome):
        """Write down and return the outcome of a file."""
        self.entries[key] = {"key": key, **outcome}
        self._write(json.dumps(self.entries[key]) + "\n")
        return self.entries[key]

    def _write(self, text):
        with self._path.open("a", encoding="utf-8") as file:
            file.write(text)


def _parsed(line):
    try:
        return strict_json.parse(line)
    except ValueError:
        return None
