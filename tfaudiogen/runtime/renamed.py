"""Old names of arguments, which go on working in files and, with a warning, in calls.

`ARGUMENTS` lists the renamed constructor arguments of each registered class. A configuration of a
saved file is translated without a word. A call warns once, and works.
"""

import functools
import inspect
import warnings

_DEAD = {"expiry": "dead_code_threshold"}
_CODEBOOK = {**_DEAD, "codes": "codebook_size", "width": "codebook_dim"}
_REPRESENTATION = {"spectrogram": "representation"}
_SOURCE = {"source": "source_representation"}
_CODE_MAP = {"codes": "codebook_size"}

ARGUMENTS = {
    "Codebook": _CODEBOOK,
    "VectorQuantizer": _CODEBOOK,
    "ResidualQuantizer": _CODEBOOK,
    "FiniteScalarQuantizer": _DEAD,
    "FlowTranslator": _SOURCE,
    "VariationalTranslator": _SOURCE,
    "Translator": {**_SOURCE, "source_words": "label_words_in_source"},
    "VAE": _REPRESENTATION,
    "VQVAE": _REPRESENTATION,
    "VQGAN": _REPRESENTATION,
    "AudioImageEmbedder": _REPRESENTATION,
    "CodeMapContext": _CODE_MAP,
    "CodePrior": {
        **_CODE_MAP,
        "core": "backbone",
        "code_size": "codebook_dim",
        "maps": _CODE_MAP,
    },
}
"""{class: {old name: new name}}. A dict as new name translates the entries of the argument."""


class RenamedWarning(FutureWarning):
    """Warns that an argument, a setting or a value has a new name; the old one works."""


def warn(old, new, stacklevel=2):
    """Warns that `old` is now `new`; the default filter of Python shows it once for each place."""
    message = f"{old} is now called {new}; the old name still works."
    warnings.warn(message, RenamedWarning, stacklevel + 1)


def new_names(values, names, report=None):
    """Return a dict whose old names are replaced.

    Args:
        values: {name: value}.
        names: {old name: new name}, or {name: dict of the same kind} for a value that is a dict, or
            a list of dicts, with old names of its own.
        report: function of each (old name, new name) found; None for none.

    Raises:
        ValueError: a value has both its old and its new name.
    """
    found = {}
    for name, value in values.items():
        new = names.get(name, name)
        if isinstance(new, dict):
            new, value = name, _entries(value, new, report)
        if new in found or (new != name and new in values):
            raise ValueError(f"{name} is the old name of {new}: give one of them, received both")
        if report and new != name:
            report(name, new)
        found[new] = value
    return found


def _entries(value, names, report):
    if isinstance(value, list | tuple):
        return type(value)(_entries(entry, names, report) for entry in value)
    return new_names(value, names, report) if isinstance(value, dict) else value


def accepts_old_arguments(cls):
    """Class decorator: the constructor and `from_config` accept the old names in `ARGUMENTS`."""
    names = ARGUMENTS.get(cls.__name__)
    if names:
        cls.__init__ = accepts_old_names(f"{cls.__name__}'s ", names)(cls.__init__)
        cls.from_config = classmethod(_reading(cls.from_config.__func__, names))
    return cls


def accepts_old_names(owner, names):
    """Decorator of a function whose keyword arguments have new names; old ones warn and work.

    Args:
        owner: words before the name of the argument in the warning.
        names: {old name: new name}, as in `new_names`.
    """

    def decorate(function):
        @functools.wraps(function)
        def call(*args, **kwargs):
            old = []
            kwargs = new_names(kwargs, names, lambda *pair: old.append(pair))
            for before, after in old:
                warn(f"{owner}{before}", after)
            return function(*args, **kwargs)

        # Keras reads the names of arguments from the signature.
        call.__signature__ = inspect.signature(function)
        return call

    return decorate


def _reading(from_config, names):
    @functools.wraps(from_config)
    def read(cls, config):
        return from_config(cls, new_names(config, names))

    return read
