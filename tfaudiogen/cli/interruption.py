"""Ctrl-C, where Python's own answer to it would be lost."""

import signal
import sys
import threading

_PACKAGE = __name__.partition(".")[0]


class Interruption:
    """Context in which Ctrl-C raises `KeyboardInterrupt` in this package's own code.

    Python raises it wherever it happens to be. While TensorFlow traces a function that is often
    in Python code which C++ called, and there it is dropped or turned into another error. So the
    first Ctrl-C waits for the next call or return of a function of this package, unless one runs
    already; the second is raised at once.

    Attributes:
        pressed: whether Ctrl-C was pressed.
    """

    def __init__(self):
        self.pressed = False

    def __enter__(self):
        """Take over Ctrl-C, which only a program's main thread can."""
        self._ours = threading.current_thread() is threading.main_thread()
        if self._ours:
            self._before = signal.signal(signal.SIGINT, self._on_signal)
        return self

    def __exit__(self, *error):
        """Give Ctrl-C back; if it was pressed, ignore it: the program's end is near."""
        if self._ours:
            sys.setprofile(None)
            signal.signal(signal.SIGINT, signal.SIG_IGN if self.pressed else self._before)

    def _on_signal(self, number, frame):
        if self.pressed or _is_ours(frame):
            self.pressed = True
            raise KeyboardInterrupt
        self.pressed = True
        sys.setprofile(_raise_in_ours)


def _raise_in_ours(frame, event, argument):
    # A C function that has returned a result cannot raise any more, nor can what set this hook.
    if event in ("call", "return") and _is_ours(frame) and frame.f_globals is not globals():
        sys.setprofile(None)
        raise KeyboardInterrupt


def _is_ours(frame):
    return frame.f_globals.get("__name__", "").partition(".")[0] == _PACKAGE
