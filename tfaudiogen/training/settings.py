"""Settings of a run, stored in `preset.json` and compared on resuming."""

import dataclasses
import json
from dataclasses import dataclass
from pathlib import Path

from tfaudiogen import presets
from tfaudiogen.data.splits import SPLITS
from tfaudiogen.io import audio_files
from tfaudiogen.presets.renamed import new_settings
from tfaudiogen.validation import strict_json
from tfaudiogen.validation.schema import expect, expect_integer, expect_keys
from tfaudiogen.validation.text import command_line

NAME = "preset.json"
# May change on resuming: the same data may have been moved.
_FREE = ("data", *(f"preset.{section}.patience" for section in presets.SECTIONS))
_PRESET = {field.name for field in dataclasses.fields(presets.Preset)}


@dataclass(frozen=True)
class Settings:
    """All settings that determine the result of a training.

    Attributes:
        preset: the preset as plain values, including the actual batch size.
        data: folder of the data set.
        examples: {split: number of examples} of the data set.
        seed: seed of the weights, the order of the examples and all noise.
        jit_compile: whether XLA compiles the step; None until that has been measured.
        initial: folder or name of the model that training was initialized with, or a list of those
            for its parts; None for random weights.
    """

    preset: dict
    data: str
    examples: dict
    seed: int
    jit_compile: bool | None
    initial: str | list | None

    @property
    def batch_size(self):
        """Examples per step over all devices."""
        return self.preset["fit"]["batch_size"]

    def write(self, folder):
        """Write `preset.json` into `folder`."""
        text = json.dumps(dataclasses.asdict(self), indent=1, ensure_ascii=False)
        audio_files.write_text(Path(folder) / NAME, text + "\n", lasting=True)

    def check_same(self, stored, folder):
        """Raise ValueError if `stored`, the settings of the run in `folder`, differ from these."""
        mine, theirs = (dict(_flat(_plain(settings))) for settings in (self, stored))
        for key in sorted(mine.keys() | theirs.keys()):
            if key not in _FREE and mine.get(key) != theirs.get(key):
                raise ValueError(
                    f"{key.removeprefix('preset.')} of the run in {str(folder)!r} is "
                    f"{theirs.get(key)!r}; received {mine.get(key)!r}: resume with the settings "
                    f"of its {NAME}, or train into another folder"
                )

    def command(self, out, **limits):
        """Return the command line that starts this training into `out`.

        Args:
            out: the run folder.
            limits: epochs, steps, minutes, patience; None if not given.
        """
        words = ["train", self.preset["name"], "--data", self.data, "--out", out]
        for name, value in limits.items():
            words += [f"--{name}", f"{value:g}"] if value is not None else []
        words += ["--batch-size", self.batch_size, "--seed", self.seed]
        words += ["--from", self.initial] if self.initial else []
        for key, value in self._changes():
            words += ["--set", f"{key}={json.dumps(value)}"]
        return command_line(*words)

    def _changes(self):
        """Yield (dotted key, value) where the preset differs from the built-in one of its name."""
        name = self.preset["name"]
        if name not in presets.names():
            return
        defaults = _plain(presets.get(name))
        mine = _plain(self.preset)
        if mine["priors"] is None and defaults["priors"] is not None:
            yield "priors", None
        for section in presets.SECTIONS:
            for key, value in (mine.get(section) or {}).items():
                changed = (defaults[section] or {}).get(key) != value
                if changed and (section, key) != ("fit", "batch_size"):
                    yield f"{section}.{key}", value


def read(folder):
    """Return the `Settings` of the run in `folder`.

    Raises:
        ValueError: there is no run, or its file is damaged.
    """
    path = Path(folder) / NAME
    if not path.is_file():
        raise ValueError(
            f"out {str(folder)!r} holds no run to resume (it has no {NAME}): leave out --resume"
        )
    try:
        return _of(strict_json.read(path))
    except ValueError as error:
        raise ValueError(f"{path} is damaged ({error}): train into another folder") from error


def _of(values):
    """Return `Settings` from plain values; raise ValueError if they are invalid."""
    expect_keys(values, "it", {field.name for field in dataclasses.fields(Settings)})
    preset, examples, initial = values["preset"], values["examples"], values["initial"]
    expect_keys(preset, "preset", ("name", "summary", "model", "fit"), _PRESET)
    for name in ("name", "summary"):
        expect(isinstance(preset[name], str), name, preset[name])
    for name in presets.SECTIONS:
        value, needed = preset.get(name), name in ("model", "fit")
        expect(isinstance(value, dict) or (value is None and not needed), name, value)
    expect(isinstance(values["data"], str), "data", values["data"])
    expect_keys(examples, "examples", SPLITS)
    for split, count in examples.items():
        expect_integer(count, split, 1, 2**62)
    expect_integer(values["seed"], "seed", 0, 2**31 - 1)
    compiled = values["jit_compile"]
    expect(compiled is None or isinstance(compiled, bool), "jit_compile", compiled)
    for one in initial if isinstance(initial, list) else [initial]:
        expect(one is None or isinstance(one, str), "initial", one)
    # Older runs lack these sections, and have old names.
    older = {"priors": None, "translator": None, "embedder": None}
    return Settings(**{**values, "preset": {**older, **new_settings(preset)}})


def _plain(value):
    """Return a dataclass or dict as it is after a round trip through JSON."""
    value = dataclasses.asdict(value) if dataclasses.is_dataclass(value) else value
    return json.loads(json.dumps(value))


def _flat(values, prefix=""):
    for key, value in values.items():
        if isinstance(value, dict):
            yield from _flat(value, f"{prefix}{key}.")
        else:
            yield f"{prefix}{key}", value
