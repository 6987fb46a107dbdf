"""Measure SavedModels: how near to Python, how good their phase retrieval, how fast.

    python scripts/benchmarks/serving.py [MODEL...]

exports each model (all shipped ones if none is named) and prints the largest difference of each
signature from Python with `phase="graph"`, which must be below 1e-4 (log_prob: in nats); of sounds,
the spectral convergence towards the magnitudes that were decoded, beside what the offline default,
`phase="pghi"`, reaches; and the median time of a call with 1 and with 8 rows.
"""

import argparse
import time
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
import tensorflow as tf
from machine import setting

import tfaudiogen
from tfaudiogen import saving
from tfaudiogen.probability import noise
from tfaudiogen.serving.export import export
from tfaudiogen.serving.signatures import signatures_of
from tfaudiogen.signal.stft import stft

CALLS, ROWS = 5, 8
TRANSLATORS = (
    tfaudiogen.Translator,
    tfaudiogen.FlowTranslator,
    tfaudiogen.VariationalTranslator,
)
# The settings of a translator's `sample` other than the seed, at their defaults.
PLAIN = {"temperature": 1.0, "guidance": 1.0, "rescale": 0.0, "steps": 16}


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
    for signature, (inputs, expected) in asked_of(model).items():
        found = signatures[signature](**inputs)
        difference = max(np.abs(found[key].numpy() - expected[key]).max() for key in expected)
        one = {key: values[:1] for key, values in inputs.items()}
        times = [milliseconds(signatures[signature], x) for x in (one, inputs)]
        print(f"| {signature} | {difference:.1e} | {times[0]:.0f} | {times[1]:.0f} |")
    if "sample" in signatures and model.modality.has_phase:
        print(f"spectral convergence of {ROWS} samples: {convergence(model)}")
    print()


def asked_of(model):
    """Return {signature: (inputs, what Python answers)}."""
    if isinstance(model, TRANSLATORS):
        return translations(model)
    if isinstance(model, tfaudiogen.AudioImageEmbedder):
        return embeddings(model)
    return (code_questions if isinstance(model, tfaudiogen.CodeModel) else questions)(model)


def name_of(representation):
    """Return what a signature calls the sounds or pictures of a representation."""
    return {"sounds": "waveform", "pictures": "picture"}[representation.kind]


def made_up(representation):
    """Return noise: sounds of one window, or pictures."""
    draw = np.random.default_rng(0)
    if representation.kind == "sounds":
        return draw.normal(0, 0.1, (ROWS, representation.samples)).astype(np.float32)
    return draw.random((ROWS, *representation.image_shape), np.float32)


def translations(model):
    """Return the questions of a translator; both sides get all its settings."""
    sources, drawn_as = made_up(model.source_representation), name_of(model.representation)
    name = "paint" if drawn_as == "picture" else "compose"
    _, wanted = signatures_of(model).table()[name]
    settings = {key: value for key, value in PLAIN.items() if key in wanted}
    drawn = [
        model.sample(one, seed=row, phase="graph", **settings)[0] for row, one in enumerate(sources)
    ]
    filled = {key: tf.fill([ROWS], value) for key, value in settings.items()}
    inputs = {
        name_of(model.source_representation): tf.constant(sources),
        "seed": seeds()["seed"],
        **filled,
    }
    inputs |= {"label": tf.fill([ROWS], "")} if "label" in wanted else {}  # any, as without one
    return {name: (inputs, {drawn_as: np.stack(drawn)})}


def embeddings(model):
    """Return the questions of an embedder."""
    sounds, pictures = made_up(model.representation), made_up(model.pictures)
    found = {"embedding": model.embed_sounds(sounds)}, {"embedding": model.embed_pictures(pictures)}
    return {
        "embed_sound": ({"waveform": tf.constant(sounds)}, found[0]),
        "embed_picture": ({"picture": tf.constant(pictures)}, found[1]),
    }


def questions(model):
    """Return the questions of a model with latents."""
    drawn = np.concatenate([model.sample(1, seed, phase="graph") for seed in range(ROWS)])
    latents, name = model.encode(drawn), name_of(model.representation)
    pairs = zip(drawn, drawn[::-1], strict=True)
    between = [model.interpolate(*pair, steps=3, phase="graph")[1] for pair in pairs]
    draw = {**seeds(), "component": tf.fill([ROWS], tf.constant(-1, tf.int64))}
    ends = {"a": tf.constant(drawn), "b": tf.constant(drawn[::-1])}
    return {
        "sample": (draw, {name: drawn}),
        **of_inputs(model, drawn),
        "encode": ({name: ends["a"]}, {"latents": latents}),
        "decode": ({"latents": tf.constant(latents)}, decoded(model, latents)),
        "interpolate": ({**ends, "fraction": tf.fill([ROWS], 0.5)}, {name: np.stack(between)}),
    }


def code_questions(model):
    """Return the questions of a model with codes."""
    names = model.label_names or [None]
    labels = [names[row % len(names)] for row in range(ROWS)]
    drawn = np.concatenate(
        [
            model.sample(1, seed, label, temperature=1.0, guidance=1.0, phase="graph")
            for seed, label in enumerate(labels)
        ]
    )
    name = name_of(model.representation)
    condition = {"label": tf.constant(labels)} if model.label_names else {}
    draw = {**seeds(), "top_k": tf.zeros([ROWS], tf.int32), "top_p": tf.ones(ROWS), **condition}
    draw |= {"guidance": tf.ones(ROWS)} if condition else {}
    codes = model.encode(drawn)
    named = {f"codes_{level}": code for level, code in enumerate(codes)}
    constants = {name: tf.constant(code) for name, code in named.items()}
    return {
        "sample": (draw, {name: drawn}),
        **of_inputs(model, drawn, labels, condition),
        "encode": ({name: tf.constant(drawn)}, named),
        "decode": (constants, decoded(model, codes)),
    }


def seeds():
    """Return the inputs that every `sample` has."""
    return {"seed": tf.range(ROWS, dtype=tf.int64), "temperature": tf.ones(ROWS)}


def of_inputs(model, values, labels=None, condition=None):
    """Return what is asked of sounds or pictures, and answered with such and with numbers."""
    name = name_of(model.representation)
    inputs = {name: tf.constant(values)}
    options = [{}] * ROWS if not condition else [{"label": label} for label in labels]
    bounds = [model.log_prob(one, **option)[0] for one, option in zip(values, options, strict=True)]
    return {
        "reconstruct": (inputs, {name: model.reconstruct(values, phase="graph")}),
        "log_prob": ({**inputs, **(condition or {})}, {"log_prob": np.array(bounds)}),
    }


def decoded(model, latents):
    """Return what Python decodes."""
    return {name_of(model.representation): model.decode(latents, phase="graph")}


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
    """Return the mean spectral convergence in decibels of graph and of pghi, as text."""
    images = model.sample_images(noise.key(0, ROWS))
    images = images[:, 0] if images.shape.rank == 5 else images  # the window of latents
    spectrogram = model.representation
    wanted = spectrogram.magnitudes(images).numpy()
    means = {}
    for phase in ("graph", "pghi"):
        sounds = spectrogram.inverse(images, phase=phase)
        found = np.abs(stft(sounds, spectrogram.frame_length, spectrogram.hop)[:, :-1])
        errors = np.linalg.norm(found - wanted, axis=(1, 2)) / np.linalg.norm(wanted, axis=(1, 2))
        means[phase] = 20 * np.log10(errors).mean()
    return f"graph {means['graph']:.1f} dB, pghi {means['pghi']:.1f} dB"


if __name__ == "__main__":
    main()
