"""Train a preset and the literature's VAE for the same time on the same data, and compare them.

    python scripts/benchmarks/against_literature.py DATA --work WORK --minutes 45

DATA is a prepared data set. The two train one after the other, with the same seed and batch size,
and continue where they were if the script is started again; a run that has had its time is only
measured. Nothing else should run beside them.

The literature's model normalises by batch statistics, and its running averages lag behind weights
that still change fast. So it is measured twice: as trained, and with averages taken anew over
training batches, which is the best that its weights can do.
"""

import argparse
import json
import os
from pathlib import Path

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "2")

import tfaudiogen
from tfaudiogen.layers.blocks import statistics
from tfaudiogen.layers.convolutional.literature import BatchNormalization

_BATCHES = 40


def trained(preset, data, run, minutes):
    """Return the model of a preset after so many minutes, trained if it is not there."""
    done = (run / "card.md").exists() and minutes_of(run) >= minutes
    if not done:
        resume = (run / "checkpoint.npz").exists()
        tfaudiogen.train(preset, data, run, minutes=minutes, resume=resume)
    return tfaudiogen.load(run)


def minutes_of(run):
    """Return the minutes that a run has taken."""
    return json.loads((run / "metrics.json").read_text(encoding="utf-8"))["minutes"]


def renew_averages(model, data):
    """Replace the running averages of batch normalisation by means over training batches."""
    layers = [stage for stage in model.encoder.stages if isinstance(stage, BatchNormalization)]
    batches = tfaudiogen.load_dataset(data, model.representation, "train", 8, cache=True)
    for number, batch in enumerate(batches.take(_BATCHES)):
        with statistics.collect() as reported:
            model.posterior_parameters(batch["image"], training=True)
        for layer in layers:
            layer.momentum = number / (number + 1)
            layer.update_statistics(reported[layer.path])


def measured(model, data, path):
    """Return the report of a model on the test split, from `path` if it is there."""
    if not path.exists():
        report = tfaudiogen.evaluate(model, data, split="test")
        path.write_text(json.dumps(report, indent=1) + "\n", encoding="utf-8")
    return json.loads(path.read_text(encoding="utf-8"))


def cell(row):
    """Return a figure with its interval."""
    if row["interval"] is None:
        return f"{row['mean']:.2f}"
    return f"{row['mean']:.2f} ({row['interval'][0]:.2f} to {row['interval'][1]:.2f})"


def show(name, report):
    """Print the figures of one model."""
    distance = report["reconstruction"]["log_spectral_distance"]
    print(
        f"\n{name}: {report['windows']} windows of {report['files']} files\n"
        f"  bits per dimension                     {cell(report['bits_per_dimension'])}\n"
        f"  bits per dimension, one global scale   "
        f"{cell(report['bits_per_dimension_global_scale'])}\n"
        f"  log-spectral distance (dB)             {cell(distance)}, codec "
        f"{cell(distance['codec'])}\n"
        f"  rate, distortion (nats)                {cell(report['rate'])}, "
        f"{cell(report['distortion'])}"
    )
    for label, row in report["labels"].items():
        print(
            f"  {label}: {row['windows']} windows of {row['files']} files, bits per dimension "
            f"{cell(row['bits_per_dimension'])}, log-spectral distance "
            f"{cell(row['log_spectral_distance'])} dB"
        )


def main():
    """Train, measure, print."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("data", type=Path)
    parser.add_argument("--work", type=Path, required=True, help="folder for runs and reports")
    parser.add_argument("--preset", default="music_vae")
    parser.add_argument("--minutes", type=float, default=45.0)
    arguments = parser.parse_args()
    runs = {name: arguments.work / name for name in ("literature_vae", arguments.preset)}
    models = {
        name: trained(name, arguments.data, run, arguments.minutes) for name, run in runs.items()
    }
    for name, model in models.items():
        print(f"{name}: {minutes_of(runs[name]):.1f} minutes")
        show(name, measured(model, arguments.data, runs[name] / "test.json"))
    baseline = models["literature_vae"]
    renew_averages(baseline, arguments.data)
    path = runs["literature_vae"] / "test_renewed.json"
    show("literature_vae, averages taken anew", measured(baseline, arguments.data, path))


if __name__ == "__main__":
    main()
