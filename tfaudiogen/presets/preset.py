"""The `Preset` class: plain values by section, with overrides by dotted key."""

import copy
import dataclasses

from tfaudiogen.presets import rules
from tfaudiogen.presets.levels import of_level
from tfaudiogen.presets.renamed import new_key, new_settings
from tfaudiogen.presets.table import PRESETS
from tfaudiogen.runtime.renamed import warn

SECTIONS = ("spectrogram", "pictures", "model", "fit", "priors", "translator", "embedder")
_SIDES = ("height", "width", "channels")
# Keys of "priors" that are defaults of sampling.
_DRAWS = ("temperature", "guidance")
# Keys of "priors" that define their training data.
_PASSES = ("augmentation_passes", "gain_db", "pitch_semitones", "time_shift_seconds")
# Keys of "priors", "translator" and "embedder" that define training; the others define the model.
_FIT = (
    "steps",
    "batch_size",
    "learning_rate",
    "warmup_steps",
    "decay",
    "clip_norm",
    "gradient_accumulation_steps",
    "ema_momentum",
    "jit_compile",
    "precision",
    "patience",
)
# Key of "embedder" with the augmentation of its audio.
_AUGMENT = "augment"


@dataclasses.dataclass(frozen=True)
class Preset:
    """A named configuration; `tfaudiogen.presets.table` documents the settings.

    Attributes:
        name: its name in the table.
        summary: one line.
        spectrogram: arguments of `tfaudiogen.Spectrogram`; None for a model of pictures alone.
        model: arguments of `tfaudiogen.presets.build.build_model`.
        fit: steps, batch_size, learning_rate, warmup_steps, decay, clip_norm,
            gradient_accumulation_steps, ema_momentum, jit_compile, precision, patience; for an
            embedder of audio also augment.
        priors: settings of the priors over the codes and of their training, or None.
        pictures: arguments of `tfaudiogen.Pictures`; None for a model of audio alone.
        translator: for a translator, the source ("spectrogram" or "pictures"), the encoder, the
            priors and their training, while the other sections are the target's; otherwise None.
        embedder: for a translator with the encoder "embedding", the embedder of source and target
            and its training; otherwise None.
    """

    name: str
    summary: str
    spectrogram: dict | None
    model: dict
    fit: dict
    priors: dict | None = None
    pictures: dict | None = None
    translator: dict | None = None
    embedder: dict | None = None

    def __post_init__(self):
        for section in SECTIONS:
            if values := getattr(self, section):
                object.__setattr__(self, section, new_settings(values, warn))

    @property
    def data(self):
        """Arguments of `tfaudiogen.prepare` for the data that this preset trains on."""
        source = self.translator or {}
        pictures = self.pictures or source.get("pictures")
        shape = self.spectrogram or source.get("spectrogram")
        found = {}
        if pictures:
            found["image_shape"] = tuple(pictures[key] for key in _SIDES)
        if shape:
            found["sample_rate"] = shape["sample_rate"]
            found["samples"] = shape["frames"] * shape["hop"]
        return found

    @property
    def condition(self):
        """The modality of a non-image condition, "texts", "labels" or "vectors"; None if none."""
        matches = "vectors" if self.model["kind"] == "matcher" else None
        return (self.translator or {}).get("condition", matches)

    @property
    def of_pictures(self):
        """Whether training reads pictures without audio, also from data of pairs."""
        return self.spectrogram is None and (self.translator is None or bool(self.condition))

    @property
    def of_pairs(self):
        """Whether training reads pairs of audio and pictures."""
        translates = self.translator and not self.condition
        return bool(translates or (self.spectrogram and self.pictures))

    def build(self, class_names=()):
        """Return the model, not compiled, with newly initialized weights."""
        from tfaudiogen.presets.build import build_model, precision

        with precision(self.fit["precision"]):
            return build_model(self.spectrogram, self.model, class_names, self.pictures)

    def without_priors(self):
        """Return the preset of the autoencoder alone."""
        return dataclasses.replace(self, priors=None, translator=None, embedder=None)

    @property
    def embeds_source(self):
        """Whether the encoder of a translator is a tower of an embedder."""
        return (self.translator or {}).get("encoder") == "embedding"

    def embedding(self):
        """Return the preset of the embedder whose tower is the encoder of a translator."""
        own = copy.deepcopy(self.embedder)
        fit = {key: own.pop(key) for key in (*_FIT, _AUGMENT)}
        shapes = [getattr(self, key) or self.translator[key] for key in ("spectrogram", "pictures")]
        name, summary = f"{self.name}, embedder", f"the embedder of {self.name}"
        model = {**own, "kind": "embedder"}
        return Preset(name, summary, shapes[0], model, fit, pictures=shapes[1])

    def translation(self):
        """Return the preset of the second stage of a translator, after the autoencoder."""
        own = copy.deepcopy(self.translator)
        fit = {key: own.pop(key) for key in _FIT}
        embedder = self.embedder if self.embeds_source else None
        model = {"kind": "translator", **own, "target": self.model, "embedder": embedder}
        name, summary = f"{self.name}, translator", f"the translator of {self.name}"
        return Preset(name, summary, self.spectrogram, model, fit, pictures=self.pictures)

    def draws(self):
        """Return the default temperature and guidance of a model with priors."""
        return {key: self.priors[key] for key in _DRAWS}

    def augmentation_passes(self, levels):
        """Return passes over the data per prior, top level first, and arguments of `Augmentation`.

        The first pass is unchanged; the augmentation changes each further one.
        """
        changes = {key: self.priors[key] for key in _PASSES}
        counts = changes.pop("augmentation_passes")
        return [of_level(counts, level) for level in reversed(range(levels))], changes

    def prior(self, number, shapes, counts, sizes, class_names):
        """Return the preset of one of the priors.

        Args:
            number: index of the level; 0 is the top level.
            shapes, counts: shapes and codebook sizes of the code maps, top level first; see
                `VQVAE.code_maps`.
            sizes: widths of the code vectors, top level first; see `VQVAE.code_vectors`.
            class_names: class names of the data; fewer than two give no labels.
        """
        from tfaudiogen.models.priors.labels import words_of

        maps = [{"shape": s, "codebook_size": k} for s, k in zip(shapes, counts, strict=True)]
        given = {key: v for key, v in self.priors.items() if key not in _DRAWS + _PASSES}
        own = {key: of_level(v, len(maps) - 1 - number) for key, v in given.items()}
        fit = {key: own.pop(key) for key in _FIT}
        labels = own.pop("labels") and len(class_names) > 1
        codebook_dim = sizes[number] if own.pop("code_vectors") else 0
        model = {
            **own,
            "kind": "prior",
            **maps[number],
            "maps": maps[:number],
            "classes": len(class_names) if labels else 0,
            "words": words_of(class_names) if labels else [],
            "codebook_dim": codebook_dim,
        }
        name = f"{self.name}, prior {number}"
        summary = f"prior over the codes of level {number}, the top one being 0, of {self.name}"
        return Preset(name, summary, self.spectrogram, model, fit, pictures=self.pictures)

    def as_dict(self):
        """Return the preset as plain values, the arguments of `Preset`."""
        return dataclasses.asdict(self)


def names():
    """Return the names of the presets."""
    return list(PRESETS)


def get(name, **overrides):
    """Return the preset `name`, with values overridden by dotted key.

    Example: `get("music_vae", **{"fit.batch_size": 4, "model.latent_size": 64})`. `priors=None`
    removes the priors.

    Raises:
        ValueError: the name or a key is unknown; the message lists the known ones. Or a value is
            invalid; the message gives its rule.
    """
    if name not in PRESETS:
        raise ValueError(f"preset must be one of {', '.join(PRESETS)}; received {name!r}")
    values = copy.deepcopy(PRESETS[name])
    if overrides.get("priors", values) is None:
        values["priors"] = overrides.pop("priors")
    for key, value in overrides.items():
        section, _, entry = new_key(key, values).partition(".")
        if section not in SECTIONS or entry not in (values.get(section) or ()):
            known = ", ".join(f"{s}.{e}" for s in SECTIONS for e in values.get(s) or ())
            raise ValueError(f"unknown setting {key!r}; {name} has {known}")
        rules.check(section, entry, value)
        values[section][entry] = value
    return Preset(name, **values)
