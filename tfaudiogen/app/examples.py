"""Examples of prepared data sets: what they hold, and what they are called."""

import numpy as np

from tfaudiogen.data.pipeline.storage import Records

_FULL_SCALE, _LEVELS = 2.0**15, 255.0


def content(example, kind):
    """Return the window [N] or the picture [H, W, C] of an example as `Records` give it."""
    if kind == "pictures":
        return example["image"].astype(np.float32) / _LEVELS
    return example["audio"].astype(np.float32) / _FULL_SCALE


def recording(studio, kind, data, split, id_):
    """Return the recorded window [N] or the picture [H, W, C] of an example."""
    return content(Records(studio.dataset(data).of_kind(kind).folder, split).example(id_), kind)


def name_of(origin):
    """Return what the example of an `Origin` is called."""
    return origin.file if origin.start is None else f"{origin.file}, {origin.start:.2f} s"
