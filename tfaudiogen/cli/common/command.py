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


class Command(click.Command):
    """A command that needs TensorFlow; help and argument errors do not import it."""

    def invoke(self, context):
        """Import TensorFlow without its messages, then run."""
        if not debugging():
            _be_quiet()
        require_tensorflow()
        with contextlib.nullcontext() if debugging() else _silent_stderr():
            import tensorflow  # noqa: F401
        context.with_resource(own_temporary_folder())
        return super().invoke(context)


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
