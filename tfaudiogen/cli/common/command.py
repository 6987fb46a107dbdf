"""The base class of commands that need TensorFlow, imported without its messages."""

import contextlib
import os
import sys
import warnings

import click

from tfaudiogen.cli.common.streams import say
from tfaudiogen.disk import own_temporary_folder
from tfaudiogen.runtime.interruption import uninterrupted
from tfaudiogen.runtime.keras_backend import require_tensorflow
from tfaudiogen.runtime.renamed import RenamedWarning

DEBUG = "TFAUDIOGEN_DEBUG"
# Old names of options, and their new names; commands with the new one accept the old one.
_RENAMED = {"--rescale": "--guidance-rescale"}


class Command(click.Command):
    """A command that needs TensorFlow; help and argument errors do not import it."""

    def parse_args(self, context, args):
        """Replace old names of options, with a notice, then parse."""
        known = {option for parameter in self.params for option in parameter.opts}
        return super().parse_args(context, [_renamed(word, known) for word in args])

    def invoke(self, context):
        """Import TensorFlow without its messages, then run."""
        if not debugging():
            _be_quiet()
        require_tensorflow()
        with contextlib.nullcontext() if debugging() else _silent_stderr():
            import tensorflow  # noqa: F401
        context.with_resource(own_temporary_folder())
        return super().invoke(context)


def _renamed(word, known):
    """Return a word of the command line, with the new name of an option in place of an old one."""
    name, equals, value = word.partition("=")
    new = _RENAMED.get(name)
    if new not in known:
        return word
    say(f"Notice: {name} is now called {new}; the old name still works.", err=True)
    return f"{new}{equals}{value}"


def debugging():
    """Return whether to show warnings and stack traces."""
    return os.environ.get(DEBUG, "0") not in ("", "0")


def _be_quiet():
    """Silence the C++ log and warnings of other packages; print ours as one line each."""
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
    os.environ.setdefault("KERAS_BACKEND", "tensorflow")
    warnings.simplefilter("ignore")
    warnings.filterwarnings("always", category=UserWarning, module=r"tfaudiogen\.")
    warnings.filterwarnings("always", category=RenamedWarning)
    warnings.showwarning = _show_notice


@contextlib.contextmanager
@uninterrupted
def _silent_stderr():
    """Redirect stderr to devnull, since TensorFlow writes to it before it reads its log level."""
    sys.stderr.flush()
    saved = os.dup(2)
    with open(os.devnull, "wb") as nowhere:
        os.dup2(nowhere.fileno(), 2)
    try:
        yield
    finally:
        os.dup2(saved, 2)
        os.close(saved)


def _show_notice(message, category, filename, lineno, file=None, line=None):
    say(f"Notice: {' '.join(str(message).split())}", err=True)
