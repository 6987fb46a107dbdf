"""`tfaudiogen info`: describes a saved model."""

import click

from tfaudiogen.cli.common.command import Command
from tfaudiogen.cli.common.options import MODEL_HELP
from tfaudiogen.cli.common.streams import say
from tfaudiogen.service import tables
from tfaudiogen.validation import strict_json


@click.command(cls=Command, epilog=MODEL_HELP)
@click.argument("model")
def info(model):
    """Show the sounds or pictures, size and figures of MODEL, and its card.

    \b
    Examples:
      tfaudiogen info speech_vae
      tfaudiogen info run
    """
    from tfaudiogen import saving

    file = saving.find(model)
    whole = file.name == saving.MODEL_FILE
    loaded = saving.load(file)
    for name, value in _facts(loaded, file.parent if whole else file).items():
        say(f"{name:12} {value}")
    if whole:
        _show_folder(file.parent)


def _show_folder(folder):
    """Print the metrics and the card in the folder of a model."""
    _show_metrics(folder / "metrics.json")
    card = folder / "card.md"
    if card.is_file():
        say("", *card.read_text(encoding="utf-8").strip().split("\n"))


def _facts(model, where):
    return {
        "model": f"{type(model).__name__} in {where}",
        "parameters": f"{model.count_params():,}",
        **_geometry(model.representation),
        **(_geometry(model.pictures) if hasattr(model, "pictures") else {}),
        **_source(model),
        "classes": ", ".join(model.class_names) or "none",
    }


def _source(model):
    """Return the conditions of a translator, and its additional labels."""
    if not hasattr(model, "source_representation"):
        return {}
    geometry = _geometry(model.source_representation)
    source = {f"source {name}": value for name, value in geometry.items()}
    labels = getattr(model, "label_names", [])
    return {**source, "labels": ", ".join(labels)} if labels else source


def _geometry(spectrogram):
    from tfaudiogen.data.report import shape_in_words

    if spectrogram.kind in _CONDITIONS:
        return {spectrogram.kind: _CONDITIONS[spectrogram.kind](spectrogram)}
    if spectrogram.kind == "pictures":
        return {"pictures": shape_in_words(spectrogram.image_shape)}
    frames, bins, _ = spectrogram.image_shape
    return {
        "sound": f"{spectrogram.seconds:.3f} s windows at {spectrogram.sample_rate} Hz",
        "image": f"{frames} frames, {bins} {spectrogram.scale} bins, "
        f"{spectrogram.decibels[0]:g} to {spectrogram.decibels[1]:g} dB",
    }


_CONDITIONS = {
    "texts": lambda texts: f"at most {texts.length} bytes",
    "labels": lambda labels: ", ".join(labels.labels),
    "vectors": lambda vectors: f"{vectors.size} numbers",
}


def _show_metrics(path):
    """Print the scalar metrics of metrics.json."""
    if not path.is_file():
        return
    try:
        metrics = strict_json.read(path, finite=False)
    except ValueError as error:
        raise ValueError(f"{path} is damaged ({error}): copy it again or delete it.") from error
    tables.show(metrics)
