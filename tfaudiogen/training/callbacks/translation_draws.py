"""Samples from a translator during training, beside its inputs."""

import numpy as np

from tfaudiogen.data import load_dataset

SHOWN = 4


class TranslationDraws:
    """Samples from a translator, conditioned on a few validation examples.

    Called with the translator, it returns the argument of `summaries.of_contents`. The first call
    includes the conditions, except external embeddings, which cannot be shown.

    Args:
        data: folder of the data set.
    """

    def __init__(self, data):
        self.data, self._conditions = data, None

    def __call__(self, model):
        """Return [(tag, representation, contents)] of draws."""
        fixed = []
        if self._conditions is None:
            self._conditions = _conditions(model, self.data)
            fixed = _visible(model.source_representation, self._conditions)
        drawn = np.asarray(model.sample(self._conditions))[:, 0]
        return [*fixed, ("drawn", model.representation, drawn)]


def _conditions(model, data):
    """Return the conditions of the first examples, in the format that `sample` takes."""
    source, sound = model.source_representation, model.source_representation.kind == "sounds"
    options = {"shuffle": False, "audio": sound, "conditioning": model.conditioning}
    batches = load_dataset(data, model.sounds, "validation", SHOWN, **options)
    batch = next(iter(batches.take(1)))
    if source.kind == "texts":
        rows = batch[source.entry].numpy().astype(np.uint8)
        return [row.tobytes().rstrip(b"\0").decode() for row in rows]
    if source.kind == "labels":
        rows = source(batch[source.entry]).numpy().tolist()
        return [dict(zip(source.labels, weights, strict=True)) for weights in rows]
    return batch["audio" if sound else getattr(source, "entry", "picture")].numpy()


def _visible(source, conditions):
    """Return the entry that shows the conditions; labels are shown as text if their weight is > 0.

    External embeddings have no entry.
    """
    if source.kind == "vectors":
        return []
    if source.kind == "labels":
        conditions = [
            ", ".join(f"{w:.2g} {name}" for name, w in one.items() if w) for one in conditions
        ]
    return [("source", source, conditions)]
