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
from machine import setting

import tfaudiogen
from tfaudiogen import noise, saving
from tfaudiogen.saved_model import export
from tfaudiogen.signal.stft import stft

CALLS, ROWS = 5, 8


def main():
    """Print a table for each model."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n", 1)[0])
    parser.add_argument("models", nargs="*")
    names = parser.parse_args().models or saving.shipped()
    print(setting(), end="\n\n")
    for name in names:
        with TemporaryDirectory() as folder:
            report(name, Path(folder, "model", "1"))


def report(name, folder):
    """Export a model and print its table."""
    model = tfaudiogen.load(name)
    signatures = tf.saved_model.load(export(model, folder)).signatures
    size = sum(file.stat().st_size for file in folder.rglob("*") if file.is_file())
    print(f"{name}: {size / 1e6:.1f} MB")
    print("| signature | largest difference | ms, 1 row | ms, 8 rows |\n|---|---|---|---|")
    of_codes = isinstance(model, tfaudiogen.CodeModel)
    asked = code_questions(model) if of_codes else questions(model)
    for signature, (inputs, expected) in asked.items():
        found = signatures[signature](**inputs)
        difference = max(np.abs(found[key].numpy() - expected[key]).max() for key in expected)
        one = {key: values[:1] for key, values in inputs.items()}
        times = [milliseconds(signatures[signature], given) for given in (one, inputs)]
        print(f"| {signature} | {difference:.1e} | {times[0]:.0f} | {times[1]:.0f} |")
    print(f"spectral convergence of {ROWS} samples: {convergence(model)}\n")


def questions(model):
    """Return {signature: (inputs, what Python answers)} of a model with latents."""
    sounds = np.concatenate([model.sample(1, seed, phase="graph") for seed in range(ROWS)])
    latents = model.encode(sounds)
    pairs = zip(sounds, sounds[::-1], strict=True)
    between = [model.interpolate(*pair, steps=3, phase="graph")[1] for pair in pairs]
    draw = {**seeds(), "component": tf.fill([ROWS], tf.constant(-1, tf.int64))}
    ends = {"a": tf.constant(sounds), "b": tf.constant(sounds[::-1])}
    return {
        "sample": (draw, {"waveform": sounds}),
        **of_sounds(model, sounds),
        "encode": ({"waveform": ends["a"]}, {"latents": latents}),
        "decode": ({"latents": tf.constant(latents)}, decoded(model, latents)),
        "interpolate": ({**ends, "fraction": tf.fill([ROWS], 0.5)}, {"waveform": between}),
    }


def code_questions(model):
    """Return {signature: (inputs, what Python answers)} of a model with codes."""
    names = model.label_names or [None]
    labels = [names[row % len(names)] for row in range(ROWS)]
    sounds = np.concatenate(
        [model.sample(1, seed, label, phase="graph") for seed, label in enumerate(labels)]
    )
    told = {"label": tf.constant(labels)} if model.label_names else {}
    draw = {**seeds(), "top_k": tf.zeros([ROWS], tf.int32), "top_p": tf.ones(ROWS), **told}
    draw |= {"guidance": tf.ones(ROWS)} if told else {}
    codes = model.encode(sounds)
    named = {f"codes_{level}": code for level, code in enumerate(codes)}
    given = {name: tf.constant(code) for name, code in named.items()}
    return {
        "sample": (draw, {"waveform": sounds}),
        **of_sounds(model, sounds, labels, told),
        "encode": ({"waveform": tf.constant(sounds)}, named),
        "decode": (given, decoded(model, codes)),
    }


def seeds():
    """Return the inputs that every `sample` has."""
    return {"seed": tf.range(ROWS, dtype=tf.int64), "temperature": tf.ones(ROWS)}


def of_sounds(model, sounds, labels=None, told=None):
    """Return what is asked of sounds, and answered with sounds and numbers."""
    wave = {"waveform": tf.constant(sounds)}
    options = [{}] * ROWS if not told else [{"label": label} for label in labels]
    bounds = [model.log_prob(sound, **one)[0] for sound, one in zip(sounds, options, strict=True)]
    return {
        "reconstruct": (wave, {"waveform": model.reconstruct(sounds, phase="graph")}),
        "log_prob": ({**wave, **(told or {})}, {"log_prob": bounds}),
    }


def decoded(model, latents):
    """Return what Python decodes."""
    return {"waveform": model.decode(latents, phase="graph")}


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
    images = model.sample_images(noise.key(0, ROWS))
    images = images[:, 0] if images.shape.rank == 5 else images  # the window of latents
    spectrogram = model.spectrogram
    wanted = spectrogram.magnitudes(images).numpy()
    means = {}
    for phase in ("graph", "heap"):
        sounds = spectrogram.inverse(images, phase=phase)
        found = np.abs(stft(sounds, spectrogram.frame_length, spectrogram.hop)[:, :-1])
        errors = np.linalg.norm(found - wanted, axis=(1, 2)) / np.linalg.norm(wanted, axis=(1, 2))
        means[phase] = 20 * np.log10(errors).mean()
    return f"graph {means['graph']:.1f} dB, heap {means['heap']:.1f} dB"


if __name__ == "__main__":
    main()
