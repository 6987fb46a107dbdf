"""Imports optional packages, with errors that name the extra to install."""

import importlib
import importlib.util


class Unavailable(ImportError):  # noqa: N818 - says what it is
    """Raised if a package of an extra cannot be imported; the message says why and what to do."""


def modules(extra, what, *names):
    """Imports and returns the modules of an extra, as a list.

    Args:
        extra: name of the extra.
        what: the feature that needs them, for the error message.
        names: top-level module names.

    Raises:
        Unavailable: a module is not installed, or its import fails; the message gives the reason.
    """
    return [_module(name, names, extra, what) for name in names]


def check_installed(extra, what, name):
    """Raise `Unavailable` if a module is not installed, without importing it.

    For modules that must not be imported yet.
    """
    if importlib.util.find_spec(name) is None:
        raise Unavailable(f"{what} needs {_not_installed(name, extra)}")


def _module(name, names, extra, what):
    try:
        return importlib.import_module(name)
    except ImportError as error:
        # One of their own dependencies may also be missing, or fail to import.
        if isinstance(error, ModuleNotFoundError) and error.name in names:
            reason = _not_installed(error.name, extra)
        else:
            reason = f"{name}, which is installed but cannot be imported: {error}"
        raise Unavailable(f"{what} needs {reason}") from error


def _not_installed(name, extra):
    return f"{name}, which is not installed: pip install 'tfaudiogen[{extra}]'"
