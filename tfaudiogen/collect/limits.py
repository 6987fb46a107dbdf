"""Limits of a collection: sizes, times, attempts, and how often a host is asked."""

import math
from dataclasses import dataclass, fields


@dataclass(frozen=True)
class Limits:
    """What one file and one host may take.

    Attributes:
        most_bytes: maximum size of a file in bytes.
        seconds: maximum time of a file in seconds, with all attempts and pauses.
        timeout: maximum time in seconds without an answer, or without the next byte.
        attempts: number of attempts per file in a run.
        backoff: pause in seconds after the first failed attempt; doubled after each further one.
        per_second: maximum number of requests per second to one host.
        longest_wait: maximum pause in seconds that a server may ask for by Retry-After.
        workers: number of files that are downloaded at the same time.
    """

    most_bytes: int = 200 * 2**20
    seconds: float = 600.0
    timeout: float = 30.0
    attempts: int = 4
    backoff: float = 1.0
    per_second: float = 2.0
    longest_wait: float = 120.0
    workers: int = 8

    def __post_init__(self):
        """Check the ranges."""
        for name in (field.name for field in fields(self)):
            value = getattr(self, name)
            if not (value > 0 and math.isfinite(value)):
                raise ValueError(f"{name} must be above 0 and finite; received {value}")
