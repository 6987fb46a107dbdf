"""Imports the packages of extras, and names the extra where one is missing."""

import importlib
import importlib.util


class Unavailable(ImportError):  # noqa: N818 - says what it is
    """A package of an extra cannot be imported; the message says why, and what to do."""


def modules(extra, what, *names):
    """Return the modules that an extra brings.

    Args:
        extra: name of the extra.
        what: needs them, for the message.
        names: of the modules, without dots.

    Raises:
        Unavailable: one of them is not installed, or its import fails for another reason, which
            the message gives.
    """
    return [_module(name, names, extra, what) for name in names]


def check_installed(extra, what, name):
    """Raise what `modules` raises of a module that is not installed, without importing it.

    That is for one that must not be imported yet.
    """
    if importlib.util.find_spec(name) is None:
        raise Unavailable(f"{what} needs {_not_installed(name, extra)}")


def _module(name, names, extra, what):
    try:
        return importlib.import_module(name)
    except ImportError as error:
        # What one of them imports in its turn may be missing as well, or refuse to work here.
        if isinstance(error, ModuleNotFoundError) and error.name in names:
            reason = _not_installed(error.name, extra)
        else:
            reason = f"{name}, which is installed but cannot be imported: {error}"
        raise Unavailable(f"{what} needs {reason}") from error


def _not_installed(name, extra):
    return f"{name}, which is not installed: pip install 'tfaudiogen[{extra}]'"
