"""A process that takes a training step on request, and says how long that took.

It prints one line of JSON when it is ready, with what it runs on; then, for each line on its
standard input, takes a step and prints the seconds.
"""

import json
import sys
import time


def take_turns(step, **facts):
    """Warm up, then answer until the input ends.

    Args:
        step: function that takes one training step and waits for its end.
        facts: what is printed when ready.
    """
    start = time.perf_counter()
    step()
    print(json.dumps({**facts, "first_step_seconds": time.perf_counter() - start}), flush=True)
    for _ in sys.stdin:
        start = time.perf_counter()
        step()
        print(time.perf_counter() - start, flush=True)
