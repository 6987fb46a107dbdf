"""`export`: writes a model as a SavedModel of audio and images."""

import json
from pathlib import Path

import keras

from tfaudiogen.disk import locked, whole_folder
from tfaudiogen.io import audio_files
from tfaudiogen.serving.signatures import Limits, signatures_of
from tfaudiogen.serving.warmup import write_batching, write_warmup

DESCRIPTION = "description.json"
CARD = "card.md"


def export(model, out, seconds=None, limits=None):
    """Writes a SavedModel with everything in the graph, from framing to phase retrieval.

    All inputs and outputs of its signatures have a leading batch dimension; each example of the
    output depends on the same example of the inputs alone. A signature gives the results of the
    method of the same name with `phase="graph"`, one example at a time. No function is compiled by
    XLA, since shapes are dynamic.

    Args:
        model: a model of audio, of images, or of both, as `load` returns it.
        out: folder to write, named by a version number for TensorFlow Serving; must not exist. It
            appears only once it is complete.
        seconds: duration of generated audio; None for one window, and for models that generate no
            audio.
        limits: the `Limits` of a request.

    Returns:
        `out`, with `description.json`, `card.md` and the warm-up requests of TensorFlow Serving in
        `assets.extra`, and its batching parameters in `batching_params.pbtxt`.

    Raises:
        InUse: another command is writing to `out`.
        ValueError: `out` exists, an argument is out of its range, or the model cannot be exported.
    """
    out, limits = Path(out), limits or Limits()
    if out.exists():
        raise ValueError(
            f"out {str(out)!r} is there already: name another, such as the next number"
        )
    with locked(out, "export"), whole_folder(out) as folder:
        # TensorFlow Serving names a model by the parent folder of its versions.
        _write(folder, model, signatures_of(model, seconds, limits), out.resolve().parent.name)
        write_batching(folder, limits.batch)
    return out


def _write(folder, model, signatures, name):
    table = signatures.table()
    archive = keras.export.ExportArchive()
    archive.track(model)
    for key, (function, inputs) in table.items():
        archive.add_endpoint(key, function, input_signature=list(inputs.values()))
    archive.write_out(folder, verbose=False)
    extra = folder / "assets.extra"
    extra.mkdir()
    description = signatures.description()
    audio_files.write_text(
        extra / DESCRIPTION, json.dumps(description, indent=1, ensure_ascii=False)
    )
    audio_files.write_text(extra / CARD, card(description))
    requests = {
        signature: {key: signatures.dummy_input(key, one) for key, one in inputs.items()}
        for signature, (_, inputs) in table.items()
    }
    write_warmup(extra, name, requests)


def card(description):
    """Return the Markdown documentation of a SavedModel's signatures, for its callers."""
    rows = [
        f"| `{name}` | {_listed(entry['inputs'])} | {_listed(entry['outputs'])} | {entry['says']} |"
        for name, entry in description["signatures"].items()
    ]
    facts = [
        f"- {name.replace('_', ' ')}: {value}"
        for name, value in description.items()
        if name != "signatures"
    ]
    return (
        "\n".join(
            [
                "# Signatures of this SavedModel\n",
                "B is the batch; waveforms are float32 in [-1, 1], pictures float32 in [0, 1]. "
                "Requests beyond the limits fail with a message.\n",
                *facts,
                "\n| signature | inputs | outputs | |\n|---|---|---|---|",
                *rows,
            ]
        )
        + "\n"
    )


def _listed(tensors):
    return ", ".join(f"`{name}` {text}" for name, text in tensors.items()) or "none"
