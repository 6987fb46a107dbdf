"""Evaluations started from the page, and their metrics as a table."""

import datetime
import html

from tfaudiogen.app.limits import number
from tfaudiogen.app.refusals import Refused
from tfaudiogen.app.studio import fits
from tfaudiogen.io import audio_files
from tfaudiogen.service.tables import middle
from tfaudiogen.validation import strict_json

SPLITS = ("test", "validation", "train")
# `tfaudiogen evaluate` supports models with one of these abilities.
MEASURED = ("reconstruct", "match", "tag")
_COUNTS = ("windows", "files", "minutes", "pictures", "candidates")
_PARTS = ("reconstruction", "sound_to_picture", "picture_to_sound")
_BESIDE = {"codec": "codec alone", "chance": "by chance"}
_MOST_SAMPLES = 1000
_MOST_WINDOWS = 10**6


def start(studio, model, data, split, limit=None, samples=16):
    """Start an evaluation and return the `Job`; for arguments see `tfaudiogen evaluate`."""
    if not studio.has(model, *MEASURED):
        raise Refused(
            f"the model {model} cannot be evaluated: choose one that reconstructs, matches or tags."
        )
    summary = studio.dataset(data)
    if not fits(summary, studio.model(model)):
        raise Refused(
            f"the data set {data} has another rate, window or size than {model}: see Models."
        )
    if split not in SPLITS:
        raise Refused(f"split must be one of {', '.join(SPLITS)}; received {split!r:.60}.")
    stamp = datetime.datetime.now().strftime("%Y-%m-%d_%H%M%S")
    name = f"{stamp}_{model}_{data}_{split}"
    out = audio_files.output_path(studio.out / "evaluations", name, ".json")
    out.parent.mkdir(parents=True, exist_ok=True)
    command = ["evaluate", studio.model_folder(model), "--data", summary.folder, "--split", split]
    command += ["--out", out, "--samples", number("samples", samples, 1, _MOST_SAMPLES, int)]
    if limit:
        command += ["--limit", number("windows", limit, 1, _MOST_WINDOWS, int)]
    log = audio_files.output_path(studio.out / "logs", name, ".log")
    return studio.jobs.start(f"evaluation of {model}", [command], log, out)


def names(studio):
    """Return the names of the reports, newest first."""
    return sorted((path.stem for path in (studio.out / "evaluations").glob("*.json")), reverse=True)


def table(studio, name):
    """Return the report `name` as an HTML table: mean or median, 95 % interval, and baseline."""
    if name not in names(studio):
        raise Refused(f"there is no report {name!r:.80}.")
    path = studio.out / "evaluations" / f"{name}.json"
    figures = list(_figures(strict_json.read(path, finite=False)))
    beside = "chance" if any("chance" in figure for _, figure in figures) else "codec"
    rows = "".join(_row(words, figure, beside) for words, figure in figures)
    heads = ("figure", "mean, or median", "95 % interval", _BESIDE[beside])
    head = "".join(f"<th>{one}</th>" for one in heads)
    return f'<h3>{html.escape(name)}</h3><table class="report"><tr>{head}</tr>{rows}</table>'


def _figures(report, prefix=""):
    """Yield (name in words, metric) for the metrics over all examples, not those by label."""
    for name, value in report.items():
        words = prefix + name.replace("_", " ")
        if isinstance(value, dict) and middle(value):
            yield words, value
        elif isinstance(value, dict) and name.removesuffix("_by_label") in _PARTS:
            yield from _figures(value, "" if name == "reconstruction" else f"{words}, ")
        elif name in _COUNTS:
            yield words, {"mean": value}


def _row(words, figure, beside):
    low_high = " to ".join(_text(end) for end in figure.get("interval") or [])
    other = figure.get(beside)
    other = other.get("mean") if isinstance(other, dict) else other
    cells = (words, _text(figure[middle(figure)]), low_high, _text(other))
    return "<tr>" + "".join(f"<td>{html.escape(cell)}</td>" for cell in cells) + "</tr>"


def _text(value):
    if value is None:
        return ""
    return f"{value:,.4g}" if isinstance(value, float) else f"{value:,}"
