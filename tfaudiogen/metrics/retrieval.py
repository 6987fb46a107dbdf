"""Retrieval metrics from ranks of relevant candidates, with ties and several relevant ones."""

from typing import NamedTuple

import numpy as np


class Ranking(NamedTuple):
    """Counts that determine the rank of the nearest relevant candidate; integers [Q].

    Attributes:
        above: irrelevant candidates that are nearer.
        tied_wrong, tied_right: irrelevant and relevant candidates at the same similarity, including
            the nearest relevant one itself.
        wrong, right: all irrelevant and all relevant candidates.
    """

    above: np.ndarray
    tied_wrong: np.ndarray
    tied_right: np.ndarray
    wrong: np.ndarray
    right: np.ndarray

    def at_chance(self):
        """Return the ranking of a constant similarity: all candidates are tied."""
        return Ranking(np.zeros_like(self.above), self.wrong, self.right, self.wrong, self.right)


def ranking(similarities, relevant):
    """Return the `Ranking` of queries by their similarities to candidates.

    Args:
        similarities: [Q, K], larger for nearer; equal numbers are ties.
        relevant: bool [Q, K], relevant candidates; at least one for each query.
    """
    similarities, relevant = np.asarray(similarities), np.asarray(relevant, bool)
    if similarities.shape != relevant.shape or similarities.ndim != 2:
        raise ValueError(
            "similarities and relevant must be of one shape [Q, K]; received "
            f"{similarities.shape} and {relevant.shape}"
        )
    if not relevant.any(axis=1).all():
        raise ValueError("relevant must hold a right answer for each query; a row has none")
    best = np.max(similarities, axis=1, where=relevant, initial=-np.inf)[:, None]
    counts = (
        (similarities > best) & ~relevant,
        (similarities == best) & ~relevant,
        (similarities == best) & relevant,
        ~relevant,
        relevant,
    )
    return Ranking(*(count.sum(axis=1) for count in counts))


def recall_at(found, count):
    """Return the probability [Q] that a relevant candidate is among the `count` nearest.

    Ties are in random order, so without ties the result is 0 or 1. If j places remain for w
    irrelevant and r relevant tied candidates, no relevant one gets a place with the probability
    C(w, j) / C(w + r, j). A constant similarity therefore has the recall of chance.
    Args:
        found: a `Ranking`.
        count: k, at least 1.
    """
    if count < 1:
        raise ValueError(f"count must be at least 1; received {count}")
    missed = np.ones(len(found.above))
    for position in range(count):
        left = found.tied_wrong + found.tied_right - position
        share = np.maximum(found.tied_wrong - position, 0) / np.maximum(left, 1)
        missed *= np.where(position < count - found.above, share, 1.0)
    return 1.0 - missed


def expected_rank(found):
    """Return the mean rank [Q], from 1, of the nearest relevant candidate; ties in random order."""
    return found.above + (found.tied_wrong + found.tied_right + 1) / (found.tied_right + 1)
