"""Plays sounds: in a notebook by HTML, elsewhere by a program of the system."""

import base64
import html
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

from tfaudiogen.io import audio_files

SPEEDS = (0.25, 4.0)
# Seconds of a sound that a notebook holds; more would make it too large to open.
LONGEST = 60.0
# Programs that play a WAV file, and their options.
_PROGRAMS = {
    "ffplay": ("-nodisp", "-autoexit", "-loglevel", "error"),
    "paplay": (),
    "aplay": ("-q",),
    "afplay": (),
    "play": ("-q",),
}


class Player:
    """A sound that a notebook shows with its controls.

    Args:
        wav: bytes of a WAV file.
        caption: text above the controls.
    """

    def __init__(self, wav, caption):
        self._wav, self._caption = wav, caption

    def _repr_html_(self):
        return f"<div>{html.escape(self._caption)}</div>{controls(self._wav)}"

    def __repr__(self):
        return f"<Player: {self._caption}>"


def controls(wav):
    """Return the HTML of the controls of a WAV file, which it contains."""
    return f'<audio controls src="data:audio/wav;base64,{_base64(wav)}"></audio>'


def image(png, words):
    """Return the HTML of a PNG, which it contains; `words` stand for it where it is not shown."""
    source = f"data:image/png;base64,{_base64(png)}"
    return f'<img src="{source}" alt="{html.escape(words)}" style="max-width: 100%">'


def wav_of(sound, seconds=None, speed=1.0):
    """Return a `Sound` as a WAV file, or its first seconds; speed raises the pitch too."""
    waveform = sound.waveform[: None if seconds is None else round(seconds * sound.sample_rate)]
    return audio_files.wav_bytes(waveform, round(sound.sample_rate * speed))[0]


def in_notebook():
    """Return whether the process is the kernel of a notebook."""
    return "ipykernel" in sys.modules


def play(wav):
    """Play a WAV file by a program of the system, to its end.

    Raises:
        OSError: there is no such program, or it failed.
    """
    found = [name for name in _PROGRAMS if shutil.which(name)]
    if not found:
        raise OSError(
            f"no program plays sound here, looked for {', '.join(_PROGRAMS)}: install ffmpeg, or "
            "write the sound to a file by save('sound.wav')"
        )
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "sound.wav")
        path.write_bytes(wav)
        command = [found[0], *_PROGRAMS[found[0]], str(path)]
        done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        raise OSError(f"{found[0]} could not play the sound: {done.stderr.strip()[-200:]}")


def _base64(content):
    return base64.b64encode(content).decode("ascii")
