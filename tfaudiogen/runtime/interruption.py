"""Handles SIGINT, SIGTERM and SIGHUP in the same way, and never during clean-up."""

import contextlib
import os
import signal
import stat
import sys
import threading

# SIGHUP is sent when the terminal closes; Windows has none.
SIGNALS = tuple(
    getattr(signal, name) for name in ("SIGINT", "SIGTERM", "SIGHUP") if hasattr(signal, name)
)
_PACKAGE = __name__.partition(".")[0]
_UNINTERRUPTED = set()


class Stopped(KeyboardInterrupt):
    """Raised when a signal stops the program; the text says what was saved and how to resume.

    Attributes:
        number: the signal number.
    """

    def __init__(self, text="", number=signal.SIGINT):
        super().__init__(*filter(None, [text]))
        self.number = number


def uninterrupted(function):
    """Decorator: signals are handled only after the function has returned.

    Use it for functions that remove, rename or save files, and that enter or exit a context. For a
    generator with `contextlib.contextmanager` it protects the code before and after the `yield`,
    but not the body of the `with`. It takes effect within `Interruption`, in which every command
    runs.
    """
    _UNINTERRUPTED.add(function.__code__)
    return function


class Interruption:
    """Context in which signals raise `Stopped` in this package's own code, outside of clean-up.

    Python runs a signal handler wherever the program happens to be. While TensorFlow traces a
    function this is often Python code called from C++, where an exception is dropped or turned into
    another error; in clean-up code, an exception would leave files behind. So the first signal is
    raised in a function of this package (the current one, or at its next call or return), when no
    `uninterrupted` function is running. A second Ctrl-C only waits for `uninterrupted` functions.

    Attributes:
        number: number of the first signal, or None.
    """

    def __init__(self):
        self.number = None

    @uninterrupted
    def __enter__(self):
        """Installs the signal handlers, which is possible in the main thread only."""
        self._before = take_over(self._on_signal)
        return self

    @uninterrupted
    def __exit__(self, *error):
        """Restores the signal handlers; after a signal, ignores all, since the program ends."""
        if self._before:
            sys.setprofile(None)
        give_back(dict.fromkeys(self._before, signal.SIG_IGN) if self.number else self._before)

    def _on_signal(self, number, frame):
        _leave_lost_terminal(number)
        impatient = self.number is not None and number == signal.SIGINT
        self.number = self.number or number
        if (impatient or _is_ours(frame)) and not _in_clean_up(frame):
            raise Stopped(number=self.number)
        sys.setprofile(self._raise_in_ours)

    def _raise_in_ours(self, frame, event, argument):
        # Only in Python functions, as a C function that has returned cannot raise, and not in this
        # module, which sets the hook.
        if event not in ("call", "return") or not _is_ours(frame) or _in_clean_up(frame):
            return
        if frame.f_globals is not globals():
            sys.setprofile(None)
            raise Stopped(number=self.number)


@contextlib.contextmanager
@uninterrupted
def answering(answer):
    """Context in which signals call `answer(number, pass_on)` instead of raising.

    Args:
        answer: function of the signal number and of `pass_on`, a function without arguments that
            calls the previous signal handler.
    """

    def on_signal(number, frame):
        _leave_lost_terminal(number)
        answer(number, lambda: _pass_on(before.get(number), number, frame))

    before = {}
    before |= take_over(on_signal)
    try:
        yield
    finally:
        give_back(before)


def take_over(handler):
    """Installs a handler for all signals; returns {signal: previous handler}.

    Does nothing outside the main thread. A signal that is ignored, such as SIGHUP after `nohup`,
    stays ignored, except SIGINT.
    """
    if threading.current_thread() is not threading.main_thread():
        return {}
    taken = [n for n in SIGNALS if n == signal.SIGINT or signal.getsignal(n) != signal.SIG_IGN]
    return {number: signal.signal(number, handler) for number in taken}


def give_back(handlers):
    """Installs handlers, {signal: handler}."""
    for number, handler in handlers.items():
        signal.signal(number, handler)


def _pass_on(handler, number, frame):
    if callable(handler):
        handler(number, frame)


def _is_ours(frame):
    return frame is not None and frame.f_globals.get("__name__", "").partition(".")[0] == _PACKAGE


def _in_clean_up(frame):
    while frame is not None:
        if frame.f_code in _UNINTERRUPTED:
            return True
        frame = frame.f_back
    return False


def _leave_lost_terminal(number):
    """Redirects stdout and stderr to the null device if their terminal has closed.

    Otherwise the next write would fail, and with it the saving of results.
    """
    if number == signal.SIGINT:
        return
    for output in (1, 2):
        with contextlib.suppress(OSError):
            if stat.S_ISCHR(os.fstat(output).st_mode) and not os.isatty(output):
                _redirect_to_nowhere(output)


def _redirect_to_nowhere(output):
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, output)
    os.close(nowhere)
