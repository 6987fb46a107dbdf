"""The presets of picture taggers, as plain values; see `tfaudiogen.presets.table`."""

from tfaudiogen.presets.pictures import MNIST
from tfaudiogen.presets.priors import PRIOR_FIT

_TAGGER = {
    "kind": "tagger",
    "patch": 4,
    "width": 192,
    "depth": 6,
    "heads": 6,
    "shift": 2,
    "mirror": True,
}
_FIT = {**PRIOR_FIT, "steps": 4000, "batch_size": 64, "clip_norm": 1.0}


def _preset(summary, pictures, **changes):
    model = {**_TAGGER, **changes}
    return {
        "summary": summary,
        "spectrogram": None,
        "pictures": pictures,
        "model": model,
        "fit": _FIT,
    }


TAGGER_PRESETS = {
    "mnist_tagger": _preset(
        "labels of MNIST digits: 28 x 28, grey, small vision Transformer",
        MNIST,
        width=96,
        depth=4,
        heads=4,
        mirror=False,
    ),
    "cifar_tagger": _preset(
        "labels of CIFAR-10 and other small pictures: 32 x 32, RGB, vision Transformer",
        {"height": 32, "width": 32, "channels": 3},
    ),
    "picture_tagger": _preset(
        "labels of the pictures of a folder, moods, say: 64 x 64, RGB, vision Transformer",
        {"height": 64, "width": 64, "channels": 3},
        patch=8,
        shift=6,
    ),
    "picture128_tagger": _preset(
        "labels of the pictures of a folder: 128 x 128, RGB, vision Transformer",
        {"height": 128, "width": 128, "channels": 3},
        patch=16,
        shift=12,
    ),
}
