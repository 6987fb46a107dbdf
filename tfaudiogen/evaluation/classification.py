"""Accuracy of picture taggers."""

import math

import numpy as np

from tfaudiogen import metrics

COUNTS = (1, 5)


def tagging_report(model, batches, seed=0):
    """Evaluates a `PictureTagger` on batches of labelled pictures.

    Args:
        model: the model.
        batches: iterable of dicts of "image" and "label".
        seed: of the bootstrap.

    Returns:
        A dict that can be written as JSON: `cross_entropy`, nats per picture; `top_1` and `top_5`,
        the share of pictures with a correct label among the 1 or 5 most probable, with its value by
        `chance`; each with a 95 % bootstrap interval over pictures, None for a single one;
        `by_label`, the number of pictures with the label, and the share of them whose most probable
        label is correct; `confusion`, a matrix over `labels`: how often pictures of a label (rows;
        fractions for a picture with several) have each most probable label (columns).
    """
    probabilities, wanted = _measured(model, batches)
    order = np.argsort(-probabilities, axis=1, kind="stable")
    right = np.take_along_axis(wanted > 0, order, axis=1)  # [n, K], most probable first
    classes, owned = wanted.shape[1], (wanted > 0).sum(axis=1)
    nats = -np.sum(wanted * np.log(np.maximum(probabilities, 1e-30)), axis=1)
    report = {"pictures": len(wanted), "cross_entropy": _figure(nats, seed)}
    for count in (one for one in COUNTS if one == 1 or one < classes):
        chance = float(np.mean([_chance(classes, own, count) for own in owned]))
        hits = right[:, :count].any(axis=1).astype(float)
        report[f"top_{count}"] = {**_figure(hits, seed), "chance": chance}
    by_label = {
        label: {"pictures": int(own.sum()), "top_1": float(right[own, 0].mean())}
        for label, own in zip(model.labels, (wanted > 0).T, strict=True)
        if own.any()
    }
    confusion = np.zeros((classes, classes))
    np.add.at(confusion.T, order[:, 0], wanted)
    return {
        **report,
        "by_label": by_label,
        "confusion": {"labels": model.labels, "counts": np.round(confusion, 6).tolist()},
        "uncertainty": "95 % bootstrap over pictures, 2000 resamples",
    }


def _measured(model, batches):
    """Return the probabilities [n, K] and the weights of the correct labels [n, K]."""
    rows = [
        (model.probabilities(batch["image"]), model.known(batch["label"]).numpy())
        for batch in batches
    ]
    if not rows:
        raise ValueError("batches must be at least one, received none")
    return tuple(np.concatenate(part).astype(np.float64) for part in zip(*rows, strict=True))


def _chance(classes, owned, count):
    """Return the probability that `count` random labels include one of the `owned` correct ones."""
    return 1.0 - math.comb(classes - int(owned), count) / math.comb(classes, count)


def _figure(values, seed):
    low, high = metrics.bootstrap_interval(values, seed=seed)
    return {
        "mean": float(values.mean()),
        "interval": None if math.isnan(low) else [low, high],
    }
