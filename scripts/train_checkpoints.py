"""Train the models of checkpoints/ from a folder of data, evaluate them, and write their cards.

    python scripts/train_checkpoints.py DATA --work WORK [--only speech_vae] [--minutes 90]

DATA holds the folders that are named below. WORK receives the prepared data and the runs, which
continue where they were if the script is started again. The result is WORK/checkpoints/NAME: copy
it to checkpoints/ to ship it.
"""

import argparse
import json
import shutil
import subprocess
import sys
from pathlib import Path

import tfaudiogen
from tfaudiogen import presets
from tfaudiogen.saving.half_precision import halve

_DIGITS = {
    "sources": ["fsdd"],
    "licence": "CC BY-SA 4.0 (Free Spoken Digit Dataset, github.com/Jakobovski)",
}
# "7 jackson": who says which digit.
_WHO = {"label_pattern": "([0-9])_([^_]+)_"}
_VOICES = {**_DIGITS, **_WHO}
_DIGIT_PAIRS = {
    "sources": ["fsdd"],
    "pictures": "mnist",
    "licence": "sounds CC BY-SA 4.0 (Free Spoken Digit Dataset, github.com/Jakobovski); of the "
    "pictures (MNIST, LeCun, Cortes and Burges) none is stated",
}
_MUSIC = {
    "sources": ["music", "orchestra", "loops"],
    "licence": "music/game: CC BY, CC BY-SA and CC0 by file (github.com/alemart/opensurge); "
    "music/clips: public domain and CC BY by file (github.com/librosa/data); orchestra: "
    "CC BY-SA 3.0 (Philharmonia samples, github.com/oramics/sampled); loops: CC0 (Sonic Pi)",
}
# Percussion, whose names have no pitch, keeps the label "orchestra", and the other folders theirs.
_INSTRUMENTS = {**_MUSIC, "label_pattern": r"([a-z-]+)_[A-G]s?\d_"}
_NOTES = {
    "sources": ["orchestra"],
    "licence": "CC BY-SA 3.0 (Philharmonia samples, github.com/oramics/sampled)",
    "label_pattern": r"([a-z-]+)_([A-G]s?\d)_",
}
_WORDS = {
    "sources": ["words", "sound_effects"],
    "builder": "audio_image_pairs",
    "licence": "words: GPL, spoken CC BY-SA 3.0 (GCompris); sound effects: GPL 2 or later (Tux "
    "Paint stamps)",
}
# Those that begin with a shipped model come after it.
SHIPPED = {
    "speech_vae": _DIGITS,
    "music_vae": _MUSIC,
    "speech_vqvae": _VOICES,
    "digit_painter": _DIGIT_PAIRS,
    "digit_speaker": {**_DIGIT_PAIRS, **_WHO},
    "word_painter": _WORDS,
    "music_vqvae2": _INSTRUMENTS,
    "orchestra_vqvae": _NOTES,
}
# Shipped models that others begin with, beside those that presets name, and with which settings.
BEGINNINGS = {"orchestra_vqvae": ("music_vqvae2", {"fit.steps": 500})}
# The scripts of benchmarks/, with options, that judge what a model draws.
JUDGES = {
    "speech_vqvae": ("judge.py", "--first-words", "--count", "50"),
    "music_vqvae2": ("judge.py", "--without-labels", "--count", "34", "--epochs", "8"),
    "orchestra_vqvae": ("judge.py", "--first-words", "--count", "50"),
    "digit_painter": ("translators.py", "--count", "4", "--epochs", "2"),
    "digit_speaker": ("translators.py", "--first-words", "--count", "2", "--epochs", "20"),
    # So few pictures that the judge needs many epochs until its statistics are settled.
    "word_painter": ("translators.py", "--count", "4", "--epochs", "80"),
}
KEPT = ("model.keras", "metrics.json", "card.md", "curve.png", "history.csv", "codes.png")


def places_of(entry):
    """Return the folders that an entry of `SHIPPED` needs."""
    return [*entry["sources"], *filter(None, [entry.get("pictures")])]


def prepared(name, data, work):
    """Return the prepared data of a model, made if it is not there."""
    out = work / "data" / name
    if not (out / "report.json").exists():
        out.parent.mkdir(parents=True, exist_ok=True)
        entry = {**SHIPPED[name], **presets.get(name).data}
        sources = [data / source for source in entry.pop("sources")]
        if "pictures" in entry:
            entry["pictures"] = data / entry["pictures"]
        print(tfaudiogen.prepare(sources, out, **entry))
    return out


def trained(name, data, work, minutes):
    """Return the run folder of a model, begun or continued."""
    run = work / "runs" / name
    initial, settings = BEGINNINGS.get(name, (None, {}))
    preset, resume = presets.get(name, **settings), (run / "preset.json").exists()
    begin = {"resume": True} if resume else {"initial": initial}
    tfaudiogen.train(preset, data, run, minutes=minutes, **begin)
    return run


def ship(name, run, data, work):
    """Collect what is shipped of a run, in half precision, and measure that on the test split."""
    target = work / "checkpoints" / name
    target.mkdir(parents=True, exist_ok=True)
    stages = (run / stage for stage in ("autoencoder", "embedder", "translator"))
    for folder in (run, *stages, *run.glob("prior_*")):
        for file in filter(Path.is_file, (folder / kept for kept in KEPT)):
            if folder == run or file.name != "model.keras":
                place = target / file.relative_to(run)
                place.parent.mkdir(exist_ok=True)
                shutil.copy(file, place)
    metrics = json.loads((run / "metrics.json").read_text(encoding="utf-8"))
    card = (run / "card.md").read_text(encoding="utf-8")
    halve(target)
    model = tfaudiogen.load(target)
    if hasattr(model, "reconstruct"):
        metrics["test"] = tfaudiogen.evaluate(model, data, split="test")
        card += test_numbers(metrics["test"])
    if name in JUDGES:
        table, metrics["judged"] = judged(name, target, data)
        card += table
    (target / "metrics.json").write_text(json.dumps(metrics, indent=1) + "\n", encoding="utf-8")
    (target / "card.md").write_text(card, encoding="utf-8")
    return target


def judged(name, model, data):
    """Return the section of a card about samples, and its figures, by the judge's script."""
    script, *options = JUDGES[name]
    path = Path(__file__).parent / "benchmarks" / script
    figures = model / "judged.json"
    command = [sys.executable, path, model, "--data", data, *options, "--out", figures]
    done = subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True)
    rows = [line for line in done.stdout.splitlines() if line.startswith("|")]
    table = "\n".join(rows).replace(str(model), name)
    found = json.loads(figures.read_text(encoding="utf-8"))
    found[name] = found.pop(str(model))
    figures.unlink()
    command = " ".join(["python", f"scripts/benchmarks/{script}", name, "--data DATA", *options])
    says = "Draws of the test split's labels or sources; the script says what the columns are."
    return f"\n## What is drawn\n\n    {command}\n\n{says}\n\n{table}\n", found


def test_numbers(report):
    """Return the section of a card about the test split."""
    rows = [
        ("rate (nats)", report["rate"]),
        ("-ELBO (nats)", report["negative_elbo"]),
        *_importance_weighted(report["negative_log_prob"]),
        ("bits per dimension", report["bits_per_dimension"]),
        ("bits per dimension, one global scale", report["bits_per_dimension_global_scale"]),
    ]
    lines = [f"| {label} | {cell(row)} | |" for label, row in rows]
    for name, row in report["reconstruction"].items():
        if isinstance(row, dict):
            lines.append(f"| {name.replace('_', ' ')} | {cell(row)} | {cell(row['codec'])} |")
    return (
        f"\n## Test split\n\n{report['windows']} windows of {report['files']} files, "
        f"{report['minutes']:.1f} minutes; in brackets the interval: {report['uncertainty']}. The "
        "codec is analysis and inversion without a model.\n\n| figure | model | codec |\n"
        "|---|---|---|\n" + "\n".join(lines) + f"\n\n{_latents(report)}\n"
    )


def _importance_weighted(row):
    return [(f"-log p, k = {row['samples']} (nats)", row)] if row else []


def _latents(report):
    """Return a line on the latent dimensions, or one on each level of codes."""
    if report["units"]:
        return f"Active units: {report['units']['active']} of {report['units']['size']}."
    return "\n\n".join(
        f"Level {level}, {found['codes']} codes in {found['places']:.0f} places: "
        f"{found['usage']:.1%} used, perplexity {found['perplexity']:.1f}."
        for level, found in enumerate(report["codes"])
    )


def cell(row):
    """Return a figure with its interval."""
    if row["mean"] is None:
        return "none"
    interval = f" ({row['interval'][0]:.5g} to {row['interval'][1]:.5g})" if row["interval"] else ""
    return f"{row['mean']:.5g}{interval}"


def main():
    """Train, evaluate and collect."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument(
        "data",
        type=Path,
        help="folder with "
        + ", ".join(sorted({place for entry in SHIPPED.values() for place in places_of(entry)})),
    )
    parser.add_argument("--work", type=Path, required=True, help="folder for data, runs, results")
    parser.add_argument("--only", choices=SHIPPED, help="train this one alone")
    parser.add_argument(
        "--minutes",
        type=float,
        help="stop each training, with all its stages, after this time",
    )
    arguments = parser.parse_args()
    for name in [arguments.only] if arguments.only else SHIPPED:
        data = prepared(name, arguments.data, arguments.work)
        run = trained(name, data, arguments.work, arguments.minutes)
        print("ready to ship:", ship(name, run, data, arguments.work))


if __name__ == "__main__":
    main()
