"""Checks that a data set has the pairs or conditions that a preset needs."""

from tfaudiogen.data.pipeline.load import check_conditioning
from tfaudiogen.layers.representations.conditions import Texts, Vectors, labels_of
from tfaudiogen.models.priors.labels import further_words


def check_pairs(preset, summary):
    """Raise ValueError unless the data are audio-image pairs that fit the preset.

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
    _check_words(preset, summary)


def _check_words(preset, summary):
    """Raise ValueError if the preset needs label words beyond those in the source, but none exist.

    The preset's `label_words_in_source` is the number of leading label words that the source shows.
    """
    count = preset.translator.get("label_words_in_source") if preset.translator else 0
    if count and not further_words(summary.class_names, count)[0]:
        raise ValueError(
            f"{preset.name} is conditioned on label words after word {count}, as the speaker in "
            f"'7 jackson', and those of the data in {str(summary.folder)!r} end there "
            f"({', '.join(summary.class_names) or 'none'}): prepare them again with "
            "--label-pattern, as '([0-9])_([^_]+)_' of 7_jackson_32.wav, or "
            "--set translator.label_words_in_source=0"
        )


def check_conditions(preset, summary):
    """Raise ValueError unless the data have the conditions that the preset needs.

    Args:
        preset: the `Preset`.
        summary: the `DataSummary` of the target data.
    """
    own = preset.translator or {"size": preset.model.get("vectors")}
    if preset.condition == "labels" and len(labels_of(summary.class_names)[0]) < 2:
        raise ValueError(
            f"{preset.name} is conditioned on labels, and the data in {str(summary.folder)!r} have "
            "fewer than two: prepare them with sub-folders or with --labels CSV"
        )
    if preset.condition == "texts":
        check_conditioning(summary, Texts(own["length"]))
    if preset.condition == "vectors":
        check_conditioning(summary, Vectors(own["size"]))
