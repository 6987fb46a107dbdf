"""Retrieval metrics: ranks of right answers, with ties and several answers."""

from typing import NamedTuple

import numpy as np


class Ranking(NamedTuple):
    """What is known of the nearest right answer of each query; integers [Q].

    Attributes:
        above: wrong candidates that are nearer.
        tied_wrong, tied_right: wrong and right candidates that are just as near, itself included.
        wrong, right: all wrong and all right candidates.
    """

    above: np.ndarray
    tied_wrong: np.ndarray
    tied_right: np.ndarray
    wrong: np.ndarray
    right: np.ndarray

    def at_chance(self):
        """Return the ranking by a measure that knows nothing: all candidates are tied."""
        return Ranking(np.zeros_like(self.above), self.wrong, self.right, self.wrong, self.right)


def ranking(similarities, relevant):
    """Return the `Ranking` of queries by their similarities to candidates.

    Args:
        similarities: [Q, K], larger for nearer; equal numbers are ties.
        relevant: bool [Q, K], which candidates are right answers; at least one of each query.
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
    """Return the chance [Q] that a right answer is among the `count` nearest candidates.

    Tied candidates stand in random order. So it is 0 or 1 without ties; of j places left for w
    wrong and r right candidates that are tied, none is taken by a right one with the probability
    C(w, j) / C(w + r, j). A measure that says the same of all candidates has the recall of chance.

    Args:
        found: a `Ranking`.
        count: k, at least 1.
    """
    if count < 1:
        raise ValueError(f"count must be at least 1; received {count}")
    missed = np.ones(len(found.above))
    for place in range(count):
        left = found.tied_wrong + found.tied_right - place
        share = np.maximum(found.tied_wrong - place, 0) / np.maximum(left, 1)
        missed *= np.where(place < count - found.above, share, 1.0)
    return 1.0 - missed


def expected_rank(found):
    """Return the mean rank [Q] of the nearest right answer, from 1, tied ones in random order."""
    return found.above + (found.tied_wrong + found.tied_right + 1) / (found.tied_right + 1)
