"""Content and display names of the examples of prepared data sets."""

import numpy as np

from tfaudiogen.data.pipeline.storage import Records

_FULL_SCALE, _LEVELS = 2.0**15, 255.0


def content(example, kind):
    """Return the window [N] or the image [H, W, C] of a decoded example of `Records`."""
    if kind == "pictures":
        return example["image"].astype(np.float32) / _LEVELS
    return example["audio"].astype(np.float32) / _FULL_SCALE


def recording(studio, kind, data, split, id_):
    """Return the window [N] or the image [H, W, C] of an example of a data set."""
    return content(Records(studio.dataset(data).of_kind(kind).folder, split).example(id_), kind)


def name_of(origin):
    """Return the display name of the example with an `Origin`."""
    return origin.file if origin.start is None else f"{origin.file}, {origin.start:.2f} s"
