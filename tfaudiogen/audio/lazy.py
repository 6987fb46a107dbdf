"""Values that are computed when they are first needed."""

import threading


class Lazy:
    """A value that is computed once, when it is first asked for.

    Args:
        compute: function without arguments. It is let go after its success, and with it what it
            holds; after an error it is called again.
    """

    def __init__(self, compute):
        self._compute, self._value, self._lock = compute, None, threading.Lock()

    @property
    def is_known(self):
        """Whether the value has been computed."""
        return self._compute is None

    def get(self):
        """Return the value."""
        with self._lock:
            if self._compute is not None:
                self._value = self._compute()
                self._compute = None
        return self._value
