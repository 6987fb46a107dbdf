"""Reconstruction of sound by several models, each beside the rate of its latents.

    python scripts/benchmarks/reconstruction.py --data DATA MODEL...

DATA is a folder that `tfaudiogen prepare` wrote; each MODEL is a run folder or the name of a
shipped model, of the geometry that DATA was prepared for. The rate of a VAE is its KL divergence
from the prior, which bits-back coding attains; that of a VQVAE is log2 K for each code, which the
codes take as they are. The codec is analysis and inversion without a model.
"""

import argparse
import json
from pathlib import Path

import tfaudiogen

FIGURES = {
    "log_spectral_distance": "log-spectral distance, dB",
    "multi_resolution_stft_distance": "multi-resolution STFT",
    "si_sdr": "SI-SDR, dB",
    "spectral_convergence": "spectral convergence, dB",
}


def row(name, report):
    """Return the cells of one model: rate, bits per dimension, then the distances."""
    found = report["reconstruction"]
    cells = [_with_interval(found[figure]) for figure in FIGURES]
    bits = _with_interval(report["bits_per_dimension"])
    return [name, f"{report['bits_per_second']:.0f}", bits, *cells]


def codec(report):
    """Return the cells of the codec's own ceiling."""
    found = report["reconstruction"]
    return ["codec", "", "", *(_with_interval(found[figure]["codec"]) for figure in FIGURES)]


def _with_interval(figure):
    low, high = figure["interval"]
    return f"{figure['mean']:.2f} ({low:.2f} to {high:.2f})"


def main():
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("models", nargs="+", metavar="MODEL")
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--split", default="test")
    parser.add_argument("--limit", type=int, help="windows, drawn at random; all by default")
    parser.add_argument("--out", type=Path, help="JSON file for the whole reports")
    options = parser.parse_args()
    reports = {
        name: tfaudiogen.evaluate(
            tfaudiogen.load(name), options.data, options.split, limit=options.limit
        )
        for name in options.models
    }
    print("| model | bits per second | bits per dimension |", " | ".join(FIGURES.values()), "|")
    print("|---" * (3 + len(FIGURES)) + "|")
    for cells in [*(row(*item) for item in reports.items()), codec(next(iter(reports.values())))]:
        print("|", " | ".join(cells), "|")
    if options.out:
        options.out.write_text(json.dumps(reports, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
