"""Measure SavedModels: how near to Python, how good their phase retrieval, how fast.

    python scripts/benchmarks/serving.py [MODEL...]

exports each model (all shipped ones if none is named) and prints the largest difference of each
signature from Python with `phase="graph"`, which must be below 1e-4; the spectral convergence of
the sounds towards the magnitudes that were decoded, beside what the offline default,
`phase="heap"`, reaches; and the median time of a call with 1 and with 8 rows.
"""

import argparse
import time
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
import tensorflow as tf

import tfaudiogen
from tfaudiogen import saving
from tfaudiogen.saved_model import export
from tfaudiogen.signal.stft import stft

CALLS = 5


def main():
    """Print a table for each model."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n", 1)[0])
    parser.add_argument("models", nargs="*")
    for name in parser.parse_args().models or saving.shipped():
        with TemporaryDirectory() as folder:
            report(name, Path(folder, "model", "1"))


def report(name, folder):
    """Export a model and print its table."""
    model = tfaudiogen.load(name)
    signatures = tf.saved_model.load(export(model, folder)).signatures
    size = sum(file.stat().st_size for file in folder.rglob("*") if file.is_file())
    print(f"{name}: {size / 1e6:.1f} MB")
    print("| signature | largest difference | ms, 1 row | ms, 8 rows |\n|---|---|---|---|")
    for signature, (inputs, expected) in questions(model, rows=8).items():
        found = next(iter(signatures[signature](**inputs).values())).numpy()
        difference = np.abs(found - expected).max()
        one = {key: values[:1] for key, values in inputs.items()}
        times = [milliseconds(signatures[signature], given) for given in (one, inputs)]
        print(f"| {signature} | {difference:.1e} | {times[0]:.0f} | {times[1]:.0f} |")
    print(f"spectral convergence of 8 samples: {convergence(model)}\n")


def questions(model, rows):
    """Return {signature: (inputs, what Python answers)}."""
    seeds = np.arange(rows)
    sounds = np.concatenate([model.sample(1, int(seed), phase="graph") for seed in seeds])
    latents = model.encode(sounds)
    half = np.full(rows, 0.5, np.float32)
    draw = {
        "seed": tf.constant(seeds, tf.int64),
        "temperature": tf.ones(rows),
        "component": tf.fill([rows], tf.constant(-1, tf.int64)),
    }
    turned = sounds[::-1]
    between = [
        model.interpolate(a, b, steps=3, phase="graph")[1]
        for a, b in zip(sounds, turned, strict=True)
    ]
    bounds = np.concatenate([model.log_prob(sound) for sound in sounds])
    wave = tf.constant(sounds)
    return {
        "sample": (draw, sounds),
        "reconstruct": ({"waveform": wave}, model.reconstruct(sounds, phase="graph")),
        "encode": ({"waveform": wave}, latents),
        "decode": ({"latents": tf.constant(latents)}, model.decode(latents, phase="graph")),
        "log_prob": ({"waveform": wave}, bounds),
        "interpolate": (
            {"a": wave, "b": tf.constant(turned), "fraction": tf.constant(half)},
            between,
        ),
    }


def milliseconds(function, inputs):
    """Return the median time of a call."""
    function(**inputs)
    times = []
    for _ in range(CALLS):
        start = time.perf_counter()
        function(**inputs)
        times.append(time.perf_counter() - start)
    return 1e3 * float(np.median(times))


def convergence(model):
    """Return the mean spectral convergence in decibels of graph and of heap, as text."""
    latents = model.prior.sample(8, seed=0).numpy()
    spectrogram = model.spectrogram
    wanted = spectrogram.magnitudes(model.decode_images(latents)).numpy()
    means = {}
    for phase in ("graph", "heap"):
        sounds = model.decode(latents, phase=phase)
        found = np.abs(stft(sounds, spectrogram.frame_length, spectrogram.hop)[:, :-1])
        errors = np.linalg.norm(found - wanted, axis=(1, 2)) / np.linalg.norm(wanted, axis=(1, 2))
        means[phase] = 20 * np.log10(errors).mean()
    return f"graph {means['graph']:.1f} dB, heap {means['heap']:.1f} dB"


if __name__ == "__main__":
    main()
