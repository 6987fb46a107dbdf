"""Opens hostile files in a process of its own and says what became of each, a JSON line for one.

    python -P hostile_worker.py KIND SOUND CASE [CASE ...]

`SOUND` is no hostile one, and opened first, so that all libraries are there. A case that computes
for longer than `MOST_SECONDS` is interrupted; one that waits for longer than `MOST_WAIT` ends the
process, with the trace of where it hangs. Memory beyond what the process has after the sound one
and `MOST_BYTES` is refused by the system.
"""

import faulthandler
import json
import os
import resource
import signal
import sys
import time

import hostile_openers

from tfaudiogen.service import errors

# Of the processor, so that a busy machine makes no difference, and of the clock.
MOST_SECONDS, MOST_WAIT = 30, 300
MOST_BYTES = 4 * 2**30


class TooLong(BaseException):
    """A case computes for too long; no handler of exceptions catches it on the way."""


def main(kind, sound, cases):
    """Open each case with the opener of its kind."""
    opener = getattr(hostile_openers, kind)()
    opener(sound)
    _limit_memory()
    signal.signal(signal.SIGPROF, _too_long)
    for case in cases:
        before, start = _peak(), time.process_time()
        said = _attempt(opener, case)
        measured = {"case": case, "seconds": time.process_time() - start, "grown": _peak() - before}
        print(json.dumps(measured | said | {"foreign": _foreign()}), flush=True)


def _attempt(opener, case):
    faulthandler.dump_traceback_later(MOST_WAIT, exit=True)
    signal.setitimer(signal.ITIMER_PROF, MOST_SECONDS)
    try:
        opener(case)
    except (Exception, TooLong) as error:
        ours = isinstance(error, Exception) and errors.exit_code(error) == errors.BAD_USE
        kind = type(error)
        line = errors.one_line(error)
        return {"ours": ours, "type": f"{kind.__module__}.{kind.__name__}", "line": line}
    finally:
        signal.setitimer(signal.ITIMER_PROF, 0)
        faulthandler.cancel_dump_traceback_later()
    return {"ours": True, "type": None, "line": ""}


def _too_long(number, frame):
    raise TooLong(f"computes for more than {MOST_SECONDS} s in {frame}")


def _foreign():
    """Return the modules, imported by now, that nothing but a hostile file has named."""
    return sorted(name for name in sys.modules if name.startswith("evil"))


def _limit_memory():
    with open("/proc/self/statm") as file:
        used = int(file.read().split()[0]) * os.sysconf("SC_PAGE_SIZE")
    resource.setrlimit(resource.RLIMIT_AS, (used + MOST_BYTES,) * 2)


def _peak():
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2], sys.argv[3:])
