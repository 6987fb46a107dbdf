"""Runs a command of the documentation as it stands, with three exceptions.

What `left_out` names is not run. A training ends after a step of each of its stages. The web page
is stopped as soon as all of it has been fetched.
"""

import re
import signal
import subprocess
import sys
import urllib.request
from importlib import resources
from pathlib import Path
from urllib.parse import urljoin

from left_out import is_left_out

# What a command ends with after Ctrl-C.
_STOPPED = 130
# Graphs that run once are not worth compiling.
_NOT_COMPILED = ("fit", "priors", "translator", "embedder")


def program(words):
    """Return what starts a command in the environment under test."""
    script = Path(sys.executable).with_name("tfaudiogen")
    if words[0] == "python":
        return [sys.executable, *words[1:]]
    if words[0] == "tfaudiogen":
        known = [str(script)] if script.exists() else [sys.executable, "-m", "tfaudiogen"]
        return known + words[1:]
    return words


def shortened(words):
    """Return the command of a training with options that let it end soon."""
    from tfaudiogen import presets

    preset = presets.get(words[2])
    sections = [name for name in _NOT_COMPILED if getattr(preset, name, None)]
    if "priors=null" in words:
        sections.remove("priors")
    return words + ["--steps", "1", *_settings(sections)]


def _settings(sections):
    for name in sections:
        yield from ("--set", f"{name}.jit_compile=false")


def visit(words):
    """Start the web page, fetch it and what it is made of, and stop it."""
    command = program([*words, "--port", "0"])
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        try:
            address = next(
                line.split()[4] for line in process.stdout if line.startswith("The page is at ")
            )
            _fetch_all(address)
        finally:
            process.send_signal(signal.SIGINT)
    return 0 if process.returncode == _STOPPED else 1


def _fetch_all(address):
    page = _fetched(address).decode()
    parts = re.findall(r'(?:src|href)="(\.?/[^"]+)"', page)
    assert parts, page
    for part in [*parts, "/api/models"]:
        assert _fetched(urljoin(address, part)), part
    for path in (resources.files("tfaudiogen.app") / "static").iterdir():
        assert _a_phrase_of(path.read_text(encoding="utf-8")) in page, path


def _a_phrase_of(text):
    """Return a part of a text that is written alike in HTML and in JSON."""
    return re.search(r"[\w .:,;#-]{20,}", text)[0]


def _fetched(address):
    with urllib.request.urlopen(address) as answer:
        assert answer.status == 200, address
        return answer.read()


def main(words):
    """Run a command; return its exit status."""
    if is_left_out(words):
        return 0
    if words[:2] == ["tfaudiogen", "app"]:
        return visit(words)
    if words[:2] == ["tfaudiogen", "train"]:
        words = shortened(words)
    return subprocess.run(program(words), check=False).returncode


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
