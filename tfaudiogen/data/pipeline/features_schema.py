"""The features that `prepare` writes, in the format of TFDS' `features.json`."""

import math
from dataclasses import dataclass

from tfaudiogen.validation.schema import expect, expect_digits, expect_keys

_CORE = "tensorflow_datasets.core.features."
DICT = f"{_CORE}features_dict.FeaturesDict"
_MOST_CLASSES, _MOST_SIDE, _MOST_SAMPLES = 2**24, 2**14, 3600 * 384_000


@dataclass(frozen=True)
class Features:
    """The shape of an example.

    Attributes:
        classes: number of labels.
        samples: samples of an audio window; None for images.
        image_shape: (H, W, C) of an image; None for audio.
    """

    classes: int
    samples: int | None = None
    image_shape: tuple | None = None

    @property
    def example_bytes(self):
        """Bytes of the audio or image of an example."""
        return math.prod(self.image_shape) if self.image_shape else 2 * self.samples


def check_features(values):
    """Return the `Features` that the parsed content of a `features.json` describes.

    Raises:
        ValueError: the content differs from what a builder of this package writes in anything but
            which optional features are present, sizes, and the number of labels.
    """
    expect_keys(values, "it", ("pythonClassName", "featuresDict"))
    expect(values["pythonClassName"] == DICT, "pythonClassName", values["pythonClassName"])
    expect_keys(values["featuresDict"], "featuresDict", ("features",))
    features = values["featuresDict"]["features"]
    expect(isinstance(features, dict), "features", features)
    found = _pictures(features) if "image" in features else _sounds(features)
    required, optional = of_pictures(found) if found.image_shape else of_sounds(found)
    expect_keys(features, "the features", required, optional)
    for name, feature in features.items():
        expect(feature == {**required, **optional}[name], f"the feature {name}", feature)
    return found


def _sounds(features):
    (samples,) = _sides(features, "audio", 1, _MOST_SAMPLES)
    return Features(_classes(features), samples=samples)


def _pictures(features):
    shape = _sides(features, "image", 3, _MOST_SIDE)
    expect(shape[2] in (1, 3), "channels of image", shape[2])
    return Features(_classes(features), image_shape=shape)


def of_sounds(found):
    """Return the required and the optional features of audio data."""
    required = {
        "audio": _tensor("int16", "bytes", (found.samples,)),
        "length": _tensor("int64"),
        "label": _label(found.classes),
        "source": _TEXT,
        "start": _tensor("int64"),
        "picture": _tensor("string"),
    }
    further = {"caption": _TEXT, "vector": _sequence(_tensor("float32"))}
    return required, {**further, "pictures": _sequence(_tensor("int64")), "speaker": _TEXT}


def of_pictures(found):
    """Return the required and the optional features of image data."""
    image = _tensor("uint8", "bytes", found.image_shape)
    required = {"image": image, "label": _label(found.classes), "source": _TEXT}
    return required, {"caption": _sequence(_TEXT), "vector": _sequence(_tensor("float32"))}


_TEXT = {"pythonClassName": f"{_CORE}text_feature.Text", "text": {}}


def _tensor(dtype, encoding="none", shape=()):
    dimensions = {"dimensions": [str(side) for side in shape]} if shape else {}
    described = {"dtype": dtype, "encoding": encoding, "shape": dimensions}
    return {"pythonClassName": f"{_CORE}tensor_feature.Tensor", "tensor": described}


def _label(classes):
    described = {"numClasses": str(classes)}
    return {
        "pythonClassName": f"{_CORE}class_label_feature.ClassLabel",
        "classLabel": described,
    }


def _sequence(feature):
    described = {"feature": feature, "length": "-1"}
    return {"pythonClassName": f"{_CORE}sequence_feature.Sequence", "sequence": described}


def _sides(features, name, count, most):
    """Return the dimensions of a tensor feature."""
    sides = _inside(features, name, "tensor", "shape", "dimensions")
    expect(isinstance(sides, list) and len(sides) == count, f"dimensions of {name}", sides)
    return tuple(expect_digits(side, f"dimensions of {name}", 1, most) for side in sides)


def _classes(features):
    number = _inside(features, "label", "classLabel", "numClasses")
    return expect_digits(number, "numClasses", 1, _MOST_CLASSES)


def _inside(values, *path):
    for key in path:
        expect(isinstance(values, dict) and key in values, f"the value without {key}", values)
        values = values[key]
    return values
