"""Handles SIGINT, SIGTERM and SIGHUP alike, and never during clean-up."""

import contextlib
import os
import signal
import stat
import sys
import threading

# SIGHUP comes when the terminal goes away; Windows has none.
SIGNALS = tuple(
    getattr(signal, name) for name in ("SIGINT", "SIGTERM", "SIGHUP") if hasattr(signal, name)
)
_PACKAGE = __name__.partition(".")[0]
_UNINTERRUPTED = set()


class Stopped(KeyboardInterrupt):
    """A signal has stopped the program; as text, what became of the work and how to go on.

    Attributes:
        number: of the signal.
    """

    def __init__(self, text="", number=signal.SIGINT):
        super().__init__(*filter(None, [text]))
        self.number = number


def uninterrupted(function):
    """Mark a function that a signal does not interrupt: it is answered when the function has ended.

    To be used for what removes, renames or saves, and for what enters and leaves a context. Of a
    generator under `contextlib.contextmanager` it holds for both of its halves, and not for the
    body of the `with`. It has an effect within `Interruption`, which every command runs in.
    """
    _UNINTERRUPTED.add(function.__code__)
    return function


class Interruption:
    """Context in which a signal raises `Stopped` in this package's own code, but in no clean-up.

    Python calls what answers a signal wherever it happens to be. While TensorFlow traces a function
    that is often in Python code which C++ called, where what is raised is dropped or turned into
    another error; and if it is clean-up, what was to be removed stays. So the first signal waits
    for the next call or return of a function of this package, unless one runs already, and until
    no `uninterrupted` function runs. A second Ctrl-C waits for the latter alone.

    Attributes:
        number: of the first signal; None while there was none.
    """

    def __init__(self):
        self.number = None

    @uninterrupted
    def __enter__(self):
        """Take over the signals, which only a program's main thread can."""
        self._before = take_over(self._on_signal)
        return self

    @uninterrupted
    def __exit__(self, *error):
        """Give the signals back; if one came, ignore them: the program's end is near."""
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
        # A C function that has returned a result cannot raise any more, nor can what set this hook.
        if event not in ("call", "return") or not _is_ours(frame) or _in_clean_up(frame):
            return
        if frame.f_globals is not globals():
            sys.setprofile(None)
            raise Stopped(number=self.number)


@contextlib.contextmanager
@uninterrupted
def answering(answer):
    """Context in which signals call `answer(number, pass_on)` and are not raised.

    Args:
        answer: function of the number of the signal and of a function without arguments, which
            does what would have been done outside of the context.
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
    """Make a handler that of all signals; return {signal: the one before}, empty in other threads.

    A hang-up that is ignored, as after `nohup`, stays so.
    """
    if threading.current_thread() is not threading.main_thread():
        return {}
    taken = [n for n in SIGNALS if n == signal.SIGINT or signal.getsignal(n) != signal.SIG_IGN]
    return {number: signal.signal(number, handler) for number in taken}


def give_back(handlers):
    """Put handlers in place, {signal: handler}."""
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
    """After a hang-up, write nowhere what would have gone to a terminal that is not there any more.

    Else the next line would fail, and with it what is still to be saved.
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
