"""Ranks uploads or examples of data sets by cosine similarity to an upload."""

import functools
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from tfaudiogen.app import examples
from tfaudiogen.app.errors import sentence
from tfaudiogen.app.operations import able
from tfaudiogen.app.refusals import Refused
from tfaudiogen.app.reports import SPLITS
from tfaudiogen.app.studio import holds
from tfaudiogen.app.uploads import kind_of, read_upload
from tfaudiogen.data.pipeline.storage import Records
from tfaudiogen.evaluation import retrieval

_BETWEEN = ": "


@dataclass(frozen=True)
class Candidate:
    """An input for an embedder, read lazily.

    Attributes:
        kind: "pictures", "sounds" or "vectors".
        name: display name.
        read: function that returns the content; raises ValueError for an unusable file.
    """

    kind: str
    name: str
    read: Callable


def embed(studio, name, path):
    """Return the embedding, float32 [E], of an uploaded image, sound or vector (`.npy`).

    Raises:
        Refused: the model does not support the file, or is not an embedder.
    """
    model = able(studio, name, "match")
    return embedded(studio, model, of_file(studio, model, path))


def embedded(studio, model, candidate):
    """Return the embedding, float32 [E], of a `Candidate`, holding the `ComputeLock`."""
    with studio.compute_lock.taken():
        return retrieval.embed(model, candidate.kind, candidate.read())


def of_file(studio, model, path):
    """Return the `Candidate` of an upload."""
    path = studio.uploads.path_of(path)
    kind = kind_of(path, model.representation.kind)
    shape = retrieval.representation(model, kind)
    return Candidate(kind, path.name, functools.partial(read_upload, studio, path, shape))


def of_files(studio, model, paths):
    """Return the `Candidate`s of uploads.

    Raises:
        Refused: there are too many files.
    """
    most = studio.limits.files
    if len(paths) > most:
        raise Refused(
            f"{len(paths)} files are given, and at most {most} are ranked at once: give fewer, or "
            "prepare them as a data set."
        )
    return [of_file(studio, model, path) for path in paths]


def data_choices(studio, model):
    """Return the choices of data for the model, as "NAME: KIND", for example "pairs: pictures"."""
    kinds = ("pictures", model.representation.kind)
    return [
        f"{name}{_BETWEEN}{kind}"
        for name, summary in studio.data.items()
        for kind in kinds
        if holds(summary, retrieval.representation(model, kind))
    ]


def of_data(studio, model, choice, split):
    """Return the `Candidate`s of a split of a data set, in random order, up to `limits.points`.

    Args:
        studio: `Studio`.
        model: the embedder.
        choice: one of `data_choices`.
        split: "test", "validation" or "train".

    Raises:
        Refused: the data set is unknown or does not fit, or the split is unknown.
    """
    if choice not in data_choices(studio, model):
        raise Refused(f"{choice!r:.60} is no data set that this model takes: choose another.")
    if split not in SPLITS:
        raise Refused(f"split must be one of {', '.join(SPLITS)}; received {split!r:.60}.")
    data, _, kind = choice.rpartition(_BETWEEN)
    summary = studio.dataset(data).of_kind(kind)
    records, origins = Records(summary.folder, split), summary.files(split)
    ids = np.random.default_rng(0).permutation(len(records))[: studio.limits.points]

    def read(id_):
        return examples.content(records.example(id_), kind)

    return [
        Candidate(kind, examples.name_of(origins[id_]), functools.partial(read, id_)) for id_ in ids
    ]


def ranked(studio, model, query, candidates, progress=None):
    """Rank candidates by cosine similarity to a query, separately for each kind.

    Similarities across kinds are not comparable: sounds are nearer to sounds than to images.

    Args:
        studio: `Studio`.
        model: the embedder.
        query: a `Candidate`.
        candidates: list of `Candidate`s.
        progress: function of (done, total), or None.

    Returns:
        ({kind: [(candidate, cosine)]}, messages about unusable candidates). Lists are sorted by
        decreasing similarity; the query's own kind comes last.

    Raises:
        Refused: the query or all candidates are unusable.
    """
    wanted = embedded(studio, model, query)
    known, left_out = {}, []
    for done, one in enumerate(candidates):
        if progress:
            progress(done, len(candidates))
        with studio.compute_lock.taken():
            try:
                vector = retrieval.embed(model, one.kind, one.read())
            except ValueError as error:
                left_out.append(sentence(error))
                continue
        known.setdefault(one.kind, []).append((one, vector))
    if not known:
        raise Refused(f"there is nothing to rank: {'; '.join(left_out[:3]) or 'no example'}")
    kinds = sorted(known, key=lambda kind: (kind == query.kind, kind))
    return {kind: _in_order(wanted, known[kind]) for kind in kinds}, left_out


def _in_order(wanted, known):
    own, vectors = zip(*known, strict=True)
    return [(own[position], cosine) for position, cosine in retrieval.nearest(wanted, vectors)]
