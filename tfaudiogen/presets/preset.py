"""A preset: plain values by section, with overrides by dotted key."""

import copy
import dataclasses

from tfaudiogen.presets.table import PRESETS

_SECTIONS = ("spectrogram", "model", "fit")


@dataclasses.dataclass(frozen=True)
class Preset:
    """A named configuration.

    Attributes:
        name: its name in the table.
        summary: one line.
        spectrogram: arguments of `tfaudiogen.Spectrogram`.
        model: arguments of `tfaudiogen.presets.build.build_model`.
        fit: steps, batch_size, learning_rate, warmup_steps, decay, clip_norm, accumulate,
            average, jit_compile,
            precision.
    """

    name: str
    summary: str
    spectrogram: dict
    model: dict
    fit: dict

    @property
    def data(self):
        """Arguments of `tfaudiogen.prepare` for data that this preset trains on."""
        shape = self.spectrogram
        return {"sample_rate": shape["sample_rate"], "samples": shape["frames"] * shape["hop"]}

    def build(self, class_names=()):
        """Return the model, not compiled, with fresh weights."""
        from tfaudiogen.presets.build import build_model, precision

        with precision(self.fit["precision"]):
            return build_model(self.spectrogram, self.model, class_names)

    def as_dict(self):
        """Return the preset as plain values, which `Preset(**values)` takes back."""
        return dataclasses.asdict(self)


def names():
    """Return the names of the presets."""
    return list(PRESETS)


def get(name, **overrides):
    """Return the preset `name`, with values replaced by dotted key.

    Example: `get("music_vae", **{"fit.batch_size": 4, "model.latent_size": 64})`.

    Raises:
        ValueError: for an unknown name or key, with those that there are.
    """
    if name not in PRESETS:
        raise ValueError(f"preset must be one of {', '.join(PRESETS)}; received {name!r}")
    values = copy.deepcopy(PRESETS[name])
    for key, value in overrides.items():
        section, _, entry = key.partition(".")
        if section not in _SECTIONS or entry not in values[section]:
            known = ", ".join(f"{s}.{e}" for s in _SECTIONS for e in values[s])
            raise ValueError(f"unknown setting {key!r}; {name} has {known}")
        values[section][entry] = value
    return Preset(name, **values)
