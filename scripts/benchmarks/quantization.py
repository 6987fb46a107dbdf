"""Measure what dynamic-range quantisation of a decoder would bring.

    python scripts/benchmarks/quantization.py [MODEL...]

converts the decoder (latents [1, D] to the image) of each model to LiteRT in 32 bits and with 8-bit
weights, and compares both with the TensorFlow graph that a SavedModel runs: size, time of one call
(the three take turns, median and range), and the distance of the images in decibels of sound. A
preset's name gives an untrained model of that size. "phase" is the time of the phase retrieval that
follows and that no quantisation touches.
"""

import argparse
import time
from pathlib import Path
from tempfile import TemporaryDirectory

import keras
import numpy as np
import tensorflow as tf
from machine import setting

import tfaudiogen
from tfaudiogen import presets, saving


def main():
    """Print the setting and a table for each model."""
    options = parse()
    print(f"{setting()}; {options.threads} threads, {options.calls} calls each\n")
    for name in options.models:
        print_table(name, measure(name, options))


def parse():
    """Return the command line's options."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n", 1)[0])
    parser.add_argument("models", nargs="*", default=["speech_vae", "music_vae"])
    parser.add_argument("--calls", type=int, default=30)
    parser.add_argument("--threads", type=int, default=2)
    return parser.parse_args()


def model_of(name):
    """Return a shipped or saved model, or an untrained one of a preset."""
    known = name in saving.shipped() or Path(name).exists()
    return tfaudiogen.load(name) if known else presets.get(name).build()


def measure(name, options):
    """Return {way: (bytes, seconds of each call, images)}, seconds of the phase, and decibels."""
    model = model_of(name)
    latents = model.prior.sample(options.calls, seed=0).numpy()
    graph = tf.function(model.decode_images, [_latent(model)], autograph=False)
    with TemporaryDirectory() as folder:
        saved_decoder(model, folder)
        float_file, quantised_file = (converted(folder, quantise) for quantise in (False, True))
    ways = {
        "TensorFlow": (4 * sum(np.prod(w.shape) for w in model.decoder.weights), graph),
        "LiteRT, 32 bits": (len(float_file), runner(float_file, options.threads)),
        "LiteRT, 8-bit weights": (len(quantised_file), runner(quantised_file, options.threads)),
    }
    for _, way in ways.values():
        way(latents[:1])
    times, images = {way: [] for way in ways}, {way: [] for way in ways}
    for latent in latents:
        for name_, (_, way) in ways.items():
            start = time.perf_counter()
            images[name_].append(np.asarray(way(latent[None])))
            times[name_].append(time.perf_counter() - start)
    found = {way: (ways[way][0], times[way], np.concatenate(images[way])) for way in ways}
    return found, phase_seconds(model, images["TensorFlow"]), model.representation.decibels


def saved_decoder(model, folder):
    """Write the decoder alone as a SavedModel."""
    archive = keras.export.ExportArchive()
    archive.track(model)
    archive.add_endpoint("serve", model.decode_images, [_latent(model)])
    archive.write_out(folder, verbose=False)


def converted(folder, quantise):
    """Return the decoder as a LiteRT file."""
    converter = tf.lite.TFLiteConverter.from_saved_model(str(folder))
    if quantise:
        converter.optimizations = [tf.lite.Optimize.DEFAULT]
    return converter.convert()


def _latent(model):
    return tf.TensorSpec([1, model.latent_size], tf.float32)


def runner(content, threads):
    """Return a function that runs a LiteRT file."""
    with TemporaryDirectory() as folder:
        file = Path(folder, "decoder.tflite")
        file.write_bytes(content)
        interpreter = tf.lite.Interpreter(str(file), num_threads=threads)
    interpreter.allocate_tensors()
    (entry,), (found,) = interpreter.get_input_details(), interpreter.get_output_details()

    def run(latent):
        interpreter.set_tensor(entry["index"], latent)
        interpreter.invoke()
        return interpreter.get_tensor(found["index"])

    return run


def phase_seconds(model, images):
    """Return the median time of phase retrieval in the graph."""
    invert = tf.function(
        lambda image: model.representation.inverse(image, phase="graph"), autograph=False
    )
    invert(images[0])
    times = []
    for image in images[:10]:
        start = time.perf_counter()
        invert(image).numpy()
        times.append(time.perf_counter() - start)
    return float(np.median(times))


def print_table(name, results):
    """Print a row per way."""
    ways, phase, (low, high) = results
    reference = ways["TensorFlow"][2]
    print(f"{name}: phase {phase * 1e3:.1f} ms")
    print("| decoder | MB | ms a call (range) | mean distance, dB | largest, dB |")
    print("|---|---|---|---|---|")
    for way, (size, times, images) in ways.items():
        milliseconds = np.array(times) * 1e3
        span = f"{np.median(milliseconds):.1f} ({milliseconds.min():.1f}-{milliseconds.max():.1f})"
        distance = np.abs(images - reference) * (high - low)
        print(
            f"| {way} | {size / 1e6:.2f} | {span} | {distance.mean():.2g} | {distance.max():.2g} |"
        )
    print()


if __name__ == "__main__":
    main()
