"""Converts exceptions to a one-line message and an exit code."""

import re
import signal
from pathlib import Path

import click

from tfaudiogen.runtime.interruption import Stopped
from tfaudiogen.runtime.optional import Unavailable

BAD_USE, FAILURE = 2, 1
# Added to the signal number, as in shells: 130 for Ctrl-C, 143 for SIGTERM, 129 for SIGHUP.
SIGNALLED = 128
_PACKAGE = Path(__file__).resolve().parent.parent
# The file and the final ValueError message of a Python stack trace.
_REPORTED = re.compile(
    r'File "([^"\n]+)", line \d+[^\n]*\n(?:(?!File "|ValueError: )[^\n]*\n)*?ValueError: ([^\n]+)'
)
_ABOUT_FILES = (FileNotFoundError, FileExistsError, IsADirectoryError, NotADirectoryError)


class InGraph(ValueError):  # noqa: N818 - says where it was raised
    """A ValueError of this package that TensorFlow caught in a graph and re-raised as its own."""


def exit_code(error):
    """Return 2 for bad usage, 128 + signal number after a signal, 1 for other errors.

    Bad usage means Click's usage errors, a ValueError raised in this package's code, paths that are
    missing, already exist or are not readable, and extras that are not installed.
    """
    error = _as_raised(error)
    if isinstance(error, click.Abort):
        return SIGNALLED + getattr(error.__cause__, "number", signal.SIGINT)
    if isinstance(error, click.ClickException):
        return BAD_USE if isinstance(error, click.UsageError) else error.exit_code
    if isinstance(error, (*_ABOUT_FILES, PermissionError, Unavailable)):
        return BAD_USE
    return BAD_USE if isinstance(error, ValueError) and _raised_by_us(error) else FAILURE


def stopped_by(number):
    """Return the exception of a program stopped by a signal of this number."""
    error = click.Abort()
    error.__cause__ = Stopped(number=number)
    return error


def one_line(error):
    """Return a one-line error message that says what is wrong and what to do."""
    error = _as_raised(error)
    if isinstance(error, click.Abort):
        # Click wraps `Stopped`, whose text may say how to resume.
        return str(error.__cause__ or "") or "Stopped."
    if isinstance(error, click.UsageError):
        return _usage(error)
    if isinstance(error, click.ClickException):
        text = error.format_message()
    elif isinstance(error, OSError) and error.strerror and error.filename is not None:
        text = f"{error.filename}: {error.strerror}."
    else:
        text = str(error) or type(error).__name__
    line = "Error: " + " ".join(text.split())
    if exit_code(error) != FAILURE or isinstance(error, click.ClickException):
        return line
    return f"{line} (`tfaudiogen --debug COMMAND ...` shows where.)"


def _usage(error):
    line = "Error: " + " ".join(error.format_message().split())
    command = error.ctx.command_path if error.ctx else "tfaudiogen"
    return f"{line} See `{command} --help`."


def _as_raised(error):
    """Return this package's ValueError inside a TensorFlow error, else the error itself."""
    if not type(error).__module__.startswith("tensorflow."):
        return error
    found = _REPORTED.findall(str(error))
    if not found or not Path(found[-1][0]).is_relative_to(_PACKAGE):
        return error
    return InGraph(found[-1][1])


def _raised_by_us(error):
    if type(error).__module__.startswith("tfaudiogen."):
        return True
    trace = error.__traceback__
    while trace.tb_next is not None:
        trace = trace.tb_next
    return trace.tb_frame.f_globals.get("__name__", "").startswith("tfaudiogen.")
