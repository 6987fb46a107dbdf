"""Whether data are what a preset that learns from pairs, or from what is told, needs."""

from tfaudiogen.data.pipeline import check_told
from tfaudiogen.layers.told import Texts, Vectors, labels_of


def check_pairs(preset, summary):
    """Raise ValueError unless the data are sounds with pictures, and fit the preset.

    Args:
        preset: the `Preset`.
        summary: the `DataSummary` of the data.
    """
    if not summary.picture_shape:
        raise ValueError(
            f"{preset.name} learns from pairs, and the data in {str(summary.folder)!r} "
            f"are {summary.kind} alone: prepare sounds with --pictures FOLDER or --pairs CSV"
        )
    shape = preset.data["image_shape"]
    if tuple(summary.picture_shape) != shape:
        raise ValueError(
            f"pictures of the data in {str(summary.folder)!r} are {list(summary.picture_shape)} "
            f"(height, width, channels) and those of {preset.name} {list(shape)}: prepare the data "
            "again with --preset, or change pictures.height, width and channels by --set"
        )
    if preset.model.get("positives", "picture") != "picture" and len(summary.class_names) < 2:
        raise ValueError(
            f"{preset.name} takes sounds and pictures of one label for right answers, and the data "
            f"in {str(summary.folder)!r} have no labels: --set model.positives=picture"
        )


def check_given(preset, summary):
    """Raise ValueError unless the data have what the preset is told.

    Args:
        preset: the `Preset`.
        summary: the `DataSummary` of the data of what is drawn.
    """
    own = preset.translator or {"size": preset.model.get("vectors")}
    if preset.given == "labels" and len(labels_of(summary.class_names)[0]) < 2:
        raise ValueError(
            f"{preset.name} is told labels, and the data in {str(summary.folder)!r} have fewer "
            "than two: prepare them with sub-folders or with --labels CSV"
        )
    if preset.given == "texts":
        check_told(summary, Texts(own["length"]))
    if preset.given == "vectors":
        check_told(summary, Vectors(own["size"]))
