"""Old names of settings, which go on working in `preset.json` and, with a warning, elsewhere."""

from tfaudiogen.runtime.renamed import new_names, warn

SETTINGS = {
    "expiry": "dead_code_threshold",
    "core": "backbone",
    "accumulate": "gradient_accumulation_steps",
    "average": "ema_momentum",
    "copies": "augmentation_passes",
    "told_levels": "conditioned_levels",
    "given": "condition",
    "source_words": "label_words_in_source",
}
"""{old name: new name} in every section."""

_AUTOENCODER = {"codes": "codebook_sizes", "width": "codebook_dim"}
_CODE_MAP = {"codes": "codebook_size"}
SETTINGS_OF_KIND = {
    "vqvae": _AUTOENCODER,
    "vqgan": _AUTOENCODER,
    "prior": {**_CODE_MAP, "code_size": "codebook_dim", "maps": _CODE_MAP},
}
"""{kind: {old name: new name}} in sections of a "kind" alone."""


def new_settings(values, report=None):
    """Return the values of a preset, or of a part of one, whose old names are replaced.

    Args:
        values: {name: value}, with nested dicts.
        report: function of each (old name, new name) found; None for none.

    Raises:
        ValueError: a setting has both its old and its new name.
    """
    values = new_names(values, _names(values), report)
    nested = {name: value for name, value in values.items() if isinstance(value, dict)}
    return {**values, **{name: new_settings(value, report) for name, value in nested.items()}}


def new_key(key, values):
    """Return the new name of a dotted key of a preset; an old one warns.

    Args:
        key: "section.setting".
        values: the values of the preset, with present names.
    """
    section, _, setting = key.partition(".")
    own = values.get(section) or {}
    new = _names(own).get(setting)
    if setting in own or new not in own:
        return key
    warn(key, f"{section}.{new}", stacklevel=3)
    return f"{section}.{new}"


def _names(values):
    kind = values.get("kind")
    return {**SETTINGS, **(SETTINGS_OF_KIND.get(kind, {}) if isinstance(kind, str) else {})}
