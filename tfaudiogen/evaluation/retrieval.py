"""Audio-image retrieval by an embedder, and its metrics."""

import math

import numpy as np

from tfaudiogen import metrics

RECALLS = (1, 5, 10)
# Cosines closer than the precision of float32 are ties.
_DIGITS = 6
_QUERIES = 256


def representation(model, kind):
    """Return the embedder's representation of a modality: `Pictures`, `Spectrogram` or `Vectors`.

    Args:
        model: an `AudioImageEmbedder`.
        kind: "pictures", or the model's other modality ("sounds" or "vectors").
    """
    return model.pictures if kind == "pictures" else model.representation


def embed(model, kind, inputs):
    """Return the embeddings of one or a batch of "sounds", "pictures" or "vectors"."""
    verbs = {"sounds": model.embed_sounds, "pictures": model.embed_pictures}
    return {**verbs, "vectors": model.embed_vectors}[kind](inputs)


def nearest(query, vectors):
    """Return [(index, cosine)] of embeddings [K, E] with the query [E], nearest first."""
    cosines = np.asarray(vectors) @ query
    return [
        (int(position), float(cosines[position]))
        for position in np.argsort(-cosines, kind="stable")
    ]


def retrieval_report(model, windows, files, class_names=(), seed=0):
    """Evaluates an embedder on batches of pairs.

    Queries and candidates are the windows of audio and the distinct pictures (equal pictures, pixel
    for pixel, count once). A window has one relevant candidate, its picture; a picture has all of
    its windows. In the metrics by label, computed if there are at least two labels, candidates with
    the query's label, or its first word if the model uses that, are relevant, too; see
    `AudioImageEmbedder.kinds`.

    Args:
        model: an `AudioImageEmbedder`.
        windows: iterable of batches, dicts of "image", "picture", "label" and "id"; for a model of
            external embeddings, "vector" and "image" instead of the first two.
        files: source file of each id, or (file, start).
        class_names: names of the labels.
        seed: of the bootstrap.

    Returns:
        A dict that can be written as JSON: `sound_to_picture` and `picture_to_sound`, and both by
        label, with `recall_at_1`, `recall_at_5`, `recall_at_10`, the share of queries with a
        relevant candidate among so many nearest, and `median_rank` of the nearest relevant
        candidate, ties in random order (see `tfaudiogen.metrics.recall_at`). Each has its
        `interval`, a 95 % bootstrap over source files or pictures, None for a single one, and
        `chance`, its value for a constant similarity.
    """
    sounds, pictures, owner, labels, ids = _embedded(model, windows)
    sources = np.array([source_of(files, example) for example in ids])
    same_picture = owner[:, None] == np.arange(len(pictures))  # [S, P]
    pairings = {"": same_picture}
    kinds = np.unique(model.kinds(np.arange(len(class_names)), class_names))
    if len(kinds) > 1:
        found = np.asarray(model.kinds(labels, class_names))
        pairings["_by_label"] = _same_kind(same_picture, found, kinds)
    report = {"windows": len(sounds), "files": len(np.unique(sources)), "pictures": len(pictures)}
    for name, pairing in pairings.items():
        there = _figures(sounds, pictures, pairing, sources, seed)
        back = _figures(pictures, sounds, pairing.T, np.arange(len(pictures)), seed)
        report |= {f"sound_to_picture{name}": there, f"picture_to_sound{name}": back}
    return {**report, "uncertainty": "95 % bootstrap over files or pictures, 2000 resamples"}


def _embedded(model, windows):
    """Return audio [S, E] and picture [P, E] embeddings, and picture, label and id per window."""
    positions, sounds, pictures, owner, labels, ids = {}, [], [], [], [], []
    for batch in windows:
        inputs, shown = _sides(model, batch)
        sounds.append(inputs)
        vectors = model.embed_pictures(shown)
        for picture, vector in zip(np.asarray(shown), vectors, strict=True):
            key = picture.tobytes()
            if key not in positions:
                positions[key] = len(positions)
                pictures.append(vector)
            owner.append(positions[key])
        labels.append(batch["label"])
        ids.append(batch["id"])
    if not sounds:
        raise ValueError("windows must hold at least one batch, received none")
    joined = (np.concatenate(parts) for parts in (labels, ids))
    return np.concatenate(sounds), np.stack(pictures), np.array(owner), *joined


def _sides(model, batch):
    """Return the embeddings [B, E] of audio or external vectors, and the pictures."""
    if getattr(model, "conditioning", None):
        return model.embed_vectors(batch["vector"]), batch["image"]
    return np.asarray(model.embed_images(batch["image"])), batch["picture"]


def _same_kind(same_picture, found, kinds):
    """Return bool [S, P]: whether a picture is that of a window, or of a window of its kind."""
    labelled = found[:, None] == kinds  # [S, L]
    of_pictures = (same_picture.T.astype(int) @ labelled) > 0  # [P, L]
    return same_picture | ((labelled.astype(int) @ of_pictures.T) > 0)


def _figures(queries, candidates, relevant, groups, seed):
    parts = []
    for start in range(0, len(queries), _QUERIES):
        part = slice(start, start + _QUERIES)
        similarities = np.float64(queries[part]) @ np.float64(candidates).T
        parts.append(metrics.ranking(np.round(similarities, _DIGITS), relevant[part]))
    found = metrics.Ranking(*map(np.concatenate, zip(*parts, strict=True)))
    rows = {
        f"recall_at_{count}": _mean(found, lambda r, k=count: metrics.recall_at(r, k), groups, seed)
        for count in RECALLS
    }
    ranks, chance = (metrics.expected_rank(one) for one in (found, found.at_chance()))
    interval = metrics.bootstrap_median_interval(ranks, groups, seed=seed)
    median = {"median": float(np.median(ranks)), "interval": _interval(interval)}
    return {
        "candidates": len(candidates),
        **rows,
        "median_rank": {**median, "chance": float(np.median(chance))},
    }


def _mean(found, measure, groups, seed):
    values = measure(found)
    interval = metrics.bootstrap_interval(values, groups=groups, seed=seed)
    chance = float(measure(found.at_chance()).mean())
    return {"mean": float(values.mean()), "interval": _interval(interval), "chance": chance}


def _interval(bounds):
    return None if math.isnan(bounds[0]) else list(bounds)


def source_of(files, example):
    """Return the source file of an example, also if `files` has (file, start) entries."""
    entry = files[int(example)]
    return str(entry if isinstance(entry, str) else entry[0])
