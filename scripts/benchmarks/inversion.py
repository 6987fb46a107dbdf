"""Measure how well, and how fast, sounds come back from magnitudes and from spectrogram images.

    python scripts/benchmarks/inversion.py FOLDER

takes the first clip of every sound file in FOLDER (files that are shorter are named and left out)
and prints a row per method. "from magnitudes" is phase retrieval alone, beside
librosa.griffinlim(n_iter=32); "codec" goes through the image with 256 levels and back: the ceiling
of every model that draws such images. Decibels are means over clips, lower is better; the methods
take turns on every clip, and times are medians with the range in brackets. Compilation, which is
kept on disk, is not counted.
"""

import argparse
import time
from pathlib import Path

import librosa
import numpy as np
import tensorflow as tf
from machine import setting

import tfaudiogen
from tfaudiogen.metrics import log_spectral_distance, spectral_convergence
from tfaudiogen.signal.phase import graph_phase, retrieve_phase
from tfaudiogen.signal.stft import stft

SUFFIXES = {".wav", ".flac", ".ogg", ".mp3", ".aiff", ".aif", ".au"}


def main():
    """Read the clips, run every method on them and print the table."""
    options = parse()
    clips = read_clips(options)
    if not clips:
        raise SystemExit(f"no file in {options.folder} lasts {options.samples} samples")
    print_setting(options, len(clips))
    methods = phase_methods(options) | codec_methods(options)
    for method in methods.values():
        method(clips[0])
    results = measure(methods, clips, options)
    print_table(results, options)


def parse():
    """Return the command line's options."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n", 1)[0])
    parser.add_argument("folder", type=Path, help="folder of sound files, read with its subfolders")
    parser.add_argument("--sample-rate", type=int, default=22050, help="in hertz")
    parser.add_argument("--samples", type=int, default=131072, help="samples of a clip")
    parser.add_argument("--frame-length", type=int, default=1024)
    parser.add_argument("--hop", type=int, default=256)
    parser.add_argument("--bins", type=int, default=512, help="mel bins")
    parser.add_argument("--repeats", type=int, default=3, help="timings of every clip")
    return parser.parse_args()


def read_clips(options):
    """Return the first clip of every file that is long enough, float32 [N] each."""
    files = sorted(x for x in options.folder.rglob("*") if x.suffix.lower() in SUFFIXES)
    clips = []
    for path in files:
        sound, _ = librosa.load(path, sr=options.sample_rate)
        if len(sound) < options.samples:
            print(f"left out, too short: {path.name}")
        else:
            clips.append(sound[: options.samples])
    return clips


def print_setting(options, count):
    """Print what the figures depend on."""
    print(
        f"{count} clips of {options.samples / options.sample_rate:.2f} s at "
        f"{options.sample_rate} Hz, {options.frame_length}/{options.hop}, "
        f"{options.repeats} timings of each"
    )
    print(setting())
    threads = tf.config.threading.get_intra_op_parallelism_threads() or "as many as cores"
    print(f"threads: TensorFlow {threads}, pghi and librosa 1\n")


def phase_methods(options):
    """Return functions from a clip to (sound, seconds, None), each on the true magnitudes."""
    geometry = options.frame_length, options.hop

    @tf.function(input_signature=[tf.TensorSpec([None, None, 1 + options.frame_length // 2])])
    def in_graph(magnitudes):
        return graph_phase(magnitudes, *geometry, options.samples)

    inversions = {
        "librosa.griffinlim, 32": lambda x: librosa.griffinlim(
            x.T, n_iter=32, hop_length=options.hop, length=options.samples, random_state=0
        ),
        "pghi": lambda x: retrieve_phase(x, *geometry, options.samples),
        "graph": lambda x: in_graph(x[None])[0].numpy(),
    }

    def timed(inverse):
        def run(clip):
            magnitudes = np.abs(stft(clip, *geometry))
            start = time.perf_counter()
            return inverse(magnitudes), time.perf_counter() - start, None

        return run

    return {f"from magnitudes: {name}": timed(inverse) for name, inverse in inversions.items()}


def codec_methods(options):
    """Return functions from a clip to (sound, seconds, error of the magnitudes in decibels)."""
    common = {"sample_rate": options.sample_rate, "hop": options.hop}
    linear = {"frame_length": options.frame_length, "bins": options.frame_length // 2}
    mel = {"frame_length": 2 * options.frame_length, "bins": options.bins, "scale": "mel"}
    settings = {
        "linear, pghi": (linear, "pghi"),
        "linear, graph": (linear, "graph"),
        "mel (slaney), pghi": (mel, "pghi"),
        "mel (slaney), graph": (mel, "graph"),
        "mel (htk), pghi": (mel | {"mel_formula": "htk"}, "pghi"),
    }
    return {
        f"codec: {name}": codec(tfaudiogen.Spectrogram(**common, **setting), phase)
        for name, (setting, phase) in settings.items()
    }


def codec(spectrogram, phase):
    """Return the function that takes a clip through the quantised image and back."""
    shape = [None, None, spectrogram.bins, 1]
    inverse = spectrogram.inverse
    if phase == "graph":
        signature = [tf.TensorSpec(shape)]
        inverse = tf.function(lambda x: spectrogram.inverse(x, "graph"), input_signature=signature)

    def run(clip):
        image = np.round(255 * spectrogram(clip[None]).numpy()) / np.float32(255)
        start = time.perf_counter()
        sound = inverse(image)[0].numpy()[: len(clip)]
        seconds = time.perf_counter() - start
        return sound, seconds, magnitude_error(spectrogram, clip, image)

    return run


def magnitude_error(spectrogram, clip, image):
    """Return the spectral convergence of the image's magnitudes, before any phase, in decibels."""
    exact = np.abs(stft(clip, spectrogram.frame_length, spectrogram.hop))
    found = spectrogram.magnitudes(image)[0].numpy()
    exact = exact[: len(found)]
    return 20 * np.log10(np.linalg.norm(exact - found) / np.linalg.norm(exact))


def measure(methods, clips, options):
    """Run all methods in turn on every clip; return their figures, a list for each."""
    geometry = options.frame_length, options.hop
    results = {name: {"convergence": [], "distance": [], "times": [], "magnitudes": []}
               for name in methods}  # fmt: skip
    for repeat in range(options.repeats):
        for clip in clips:
            for name, method in methods.items():
                sound, seconds, error = method(clip)
                results[name]["times"].append(seconds * options.sample_rate / len(clip))
                if repeat == 0:
                    pair = clip, sound, *geometry
                    results[name]["convergence"].append(spectral_convergence(*pair)[0])
                    results[name]["distance"].append(log_spectral_distance(*pair)[0])
                    results[name]["magnitudes"].append(np.nan if error is None else error)
    return results


def print_table(results, options):
    """Print a row per method; the last columns compare it with the first, clip by clip."""
    print(
        f"{'method':<40}{'spectral':>12}{'std over':>9}{'log-spec.':>10}{'magnitudes':>11}"
        f"{'seconds per second':>25}{'gain':>7}{'time':>7}\n"
        f"{'':<40}{'convergence':>12}{'clips':>9}{'distance':>10}{'alone':>11}"
        f"{'':>25}{'(dB)':>7}{'ratio':>7}"
    )
    first = next(iter(results.values()))
    for name, figures in results.items():
        times, ratios = figures["times"], np.divide(figures["times"], first["times"])
        gain = np.mean(first["convergence"]) - np.mean(figures["convergence"])
        error = np.mean(figures["magnitudes"])
        spread = f"{np.median(times):.3f} [{min(times):.3f}, {max(times):.3f}]"
        print(
            f"{name:<40}{np.mean(figures['convergence']):12.2f}"
            f"{np.std(figures['convergence']):9.2f}{np.mean(figures['distance']):10.2f}"
            f"{'exact' if np.isnan(error) else f'{error:.2f}':>11}{spread:>25}{gain:7.2f}"
            f"{np.median(ratios):7.2f}"
        )


if __name__ == "__main__":
    main()
