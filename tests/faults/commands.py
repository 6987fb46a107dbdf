"""The commands that the tests of faults disturb: what to call, and what they must leave."""

import csv
import hashlib
import json

import soundfile
import tensorflow as tf

import tfaudiogen

TINY = {
    "spectrogram.frame_length": 64,
    "spectrogram.frames": 32,
    "spectrogram.bins": 32,
    "model.widths": [4, 4],
    "model.strides": [8, 4],
    "model.channels": 4,
    "model.latent_size": 4,
    "model.hidden": 8,
    "model.components": 3,
}
SHAPE = {"sample_rate": 8000, "samples": 1024}
_SET = [word for key, value in TINY.items() for word in ("--set", f"{key}={json.dumps(value)}")]
_OF_TIME = ("seconds", "examples_per_second")


def prepare(there, out):
    words = ["prepare", "sinewave", "--out", out, "--count", 400]
    return [*words, "--sample-rate", SHAPE["sample_rate"], "--seconds", 0.128]


def sample(there, out):
    return ["sample", there / "model", "--count", 4, "--out", out]


def export(there, out):
    return ["export", there / "model", "--out", out]


def train(there, out):
    words = ["train", "sinewave_vae", "--data", there / "data", "--out", out, "--epochs", 3]
    resume = ["--resume"] if (out / "preset.json").exists() else []
    return [*words, *_SET, "--set", "fit.jit_compile=false", "--batch-size", 8, *resume]


def is_whole_prepare(out):
    return not out.exists() or bool(tfaudiogen.data.describe(out).examples["train"])


def is_whole_sample(out):
    record = out / "sample.json"
    named = json.loads(record.read_text())["files"] if record.exists() else []
    lengths = {len(soundfile.read(path)[0]) for path in out.glob("[!.]*.wav")}
    return all((out / name).exists() for name in named) and len(lengths) <= 1


def is_whole_export(out):
    wanted = ("saved_model.pb", "batching_params.pbtxt", "assets.extra/card.md")
    return not out.exists() or all((out / name).is_file() for name in wanted)


def is_whole_train(out):
    if (out / "model.keras").exists():
        tfaudiogen.load(out)
    return True


IS_WHOLE = {
    prepare: is_whole_prepare,
    sample: is_whole_sample,
    export: is_whole_export,
    train: is_whole_train,
}


def content(command, out):
    """Return what a command has left, as far as it is the same each time."""
    if command is train:
        return [_history(out), [v.tobytes() for v in tfaudiogen.load(out).get_weights()]]
    if command is export:
        return _variables(out)
    return {
        str(path.relative_to(out)): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in sorted(out.glob("**/*"))
        if path.is_file()
    }


def left_over(folder):
    """Return the names of what is temporary, and of locks, below a folder."""
    return [p.name for p in folder.rglob("*") if "partial" in p.name or p.name.endswith(".lock")]


def _variables(out):
    """Return the values in a SavedModel, sorted: each export numbers its variables anew."""
    reader = tf.train.load_checkpoint(str(out / "variables" / "variables"))
    names = reader.get_variable_to_shape_map().keys() - {"_CHECKPOINTABLE_OBJECT_GRAPH"}
    return sorted(reader.get_tensor(name).tobytes() for name in names)


def _history(out):
    with (out / "history.csv").open() as file:
        rows = list(csv.DictReader(file))
    return [{key: row[key] for key in row if key not in _OF_TIME} for row in rows]
