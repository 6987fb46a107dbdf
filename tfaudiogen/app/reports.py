"""Evaluations started from the page, and their figures as a table."""

import datetime
import html
import json

from tfaudiogen.app.limits import Refused, number
from tfaudiogen.app.studio import fits

SPLITS = ("test", "validation", "train")
_MOST_SAMPLES = 1000
_MOST_WINDOWS = 10**6


def start(studio, model, data, split, limit=None, samples=16):
    """Start an evaluation as a job; arguments as of `tfaudiogen evaluate`; return the `Job`."""
    summary = studio.dataset(data)
    if not fits(summary, studio.model(model)):
        raise Refused(
            f"the data set {data} has another rate, window or size than {model}: see Models."
        )
    if split not in SPLITS:
        raise Refused(f"split must be one of {', '.join(SPLITS)}; received {split!r:.60}.")
    stamp = datetime.datetime.now().strftime("%Y-%m-%d_%H%M%S")
    out = studio.out / "evaluations" / f"{stamp}_{model}_{data}_{split}.json"
    out.parent.mkdir(parents=True, exist_ok=True)
    command = ["evaluate", studio.model_folder(model), "--data", summary.folder, "--split", split]
    command += ["--out", out, "--samples", number("samples", samples, 1, _MOST_SAMPLES, int)]
    if limit:
        command += ["--limit", number("windows", limit, 1, _MOST_WINDOWS, int)]
    log = studio.out / "logs" / f"{out.stem}.log"
    return studio.jobs.start(f"evaluation of {model}", [command], log, out)


def names(studio):
    """Return the names of the reports, the newest first."""
    return sorted((path.stem for path in (studio.out / "evaluations").glob("*.json")), reverse=True)


def table(studio, name):
    """Return the report `name` as an HTML table: means, 95 % intervals, the codec beside."""
    if name not in names(studio):
        raise Refused(f"there is no report {name!r:.80}.")
    path = studio.out / "evaluations" / f"{name}.json"
    rows = "".join(_rows(json.loads(path.read_text(encoding="utf-8"))))
    head = "<tr><th>figure</th><th>mean</th><th>95 % interval</th><th>codec alone</th></tr>"
    return f'<h3>{html.escape(name)}</h3><table class="report">{head}{rows}</table>'


def _rows(report, prefix=""):
    for name, value in report.items():
        if isinstance(value, dict) and "mean" in value:
            yield _row(prefix + name, value)
        elif isinstance(value, dict) and name == "reconstruction":
            yield from _rows(value)
        elif name in ("windows", "files", "minutes"):
            yield _row(name, {"mean": value})


def _row(name, value):
    low_high = " to ".join(_text(end) for end in value.get("interval") or [])
    codec = _text((value.get("codec") or {}).get("mean"))
    cells = (name.replace("_", " "), _text(value["mean"]), low_high, codec)
    return "<tr>" + "".join(f"<td>{html.escape(cell)}</td>" for cell in cells) + "</tr>"


def _text(value):
    if value is None:
        return ""
    return f"{value:,.4g}" if isinstance(value, float) else f"{value:,}"
