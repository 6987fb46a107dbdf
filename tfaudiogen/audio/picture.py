"""Pictures that are drawn when they are shown or saved."""

import tempfile
from pathlib import Path

from tfaudiogen.audio.lazy import Lazy
from tfaudiogen.io import audio_files


class Picture:
    """A PNG that is drawn when it is first needed; notebooks show it.

    Args:
        draw: function that writes the PNG to a path.
        name: what the picture shows, for `repr`.
    """

    def __init__(self, draw, name="picture"):
        self._lazy, self._name = Lazy(lambda: _drawn(draw)), name

    @property
    def png(self):
        """Bytes of the PNG."""
        return self._lazy.get()

    def save(self, path):
        """Write the PNG to a file, atomically; return the picture."""
        audio_files.write_bytes(path, self.png)
        return self

    def _repr_png_(self):
        return self.png

    def __repr__(self):
        return f"<Picture of {self._name}: .save('picture.png') writes it>"


def _drawn(draw):
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "picture.png")
        draw(path)
        return path.read_bytes()
