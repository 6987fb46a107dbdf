"""Reconstruction of sound, or of pictures, by several models, each beside the rate of its latents.

    python scripts/benchmarks/reconstruction.py --data DATA MODEL...

DATA is a folder that `tfaudiogen prepare` wrote; each MODEL is a run folder or the name of a
shipped model, of the geometry that DATA was prepared for. The rate of a VAE is its KL divergence
from the prior, which bits-back coding attains; that of a VQVAE is log2 K for each code, which the
codes take as they are. The codec of sound is analysis and inversion without a model.
"""

import argparse
import json
from pathlib import Path

import tfaudiogen

SOUND = {
    "log_spectral_distance": ("log-spectral distance, dB", ".2f"),
    "multi_resolution_stft_distance": ("multi-resolution STFT", ".2f"),
    "si_sdr": ("SI-SDR, dB", ".2f"),
    "spectral_convergence": ("spectral convergence, dB", ".2f"),
}
PICTURE = {
    "mean_squared_error": ("mean squared error", ".5f"),
    "psnr": ("PSNR, dB", ".2f"),
    "ssim": ("SSIM", ".3f"),
}


def table(reports):
    """Return the lines of a table of {name: report of `tfaudiogen.evaluate`}."""
    first = next(iter(reports.values()))
    rate, figures = "bits_per_second", SOUND
    if rate not in first:
        rate, figures = "bits_per_picture", PICTURE
    titles = ["model", rate.replace("_", " "), "bits per dimension"]
    rows = [[*titles, *(title for title, _ in figures.values())]]
    rows.append(["---"] * len(rows[0]))
    for name, report in reports.items():
        found = [_cell(report["reconstruction"][key], form) for key, (_, form) in figures.items()]
        bits = _cell(report["bits_per_dimension"], ".2f")
        rows.append([name, f"{report[rate]:.0f}", bits, *found])
    if figures is SOUND:
        own = [first["reconstruction"][key]["codec"] for key in figures]
        rows.append(["codec", "", "", *(_cell(figure, ".2f") for figure in own)])
    return [f"| {' | '.join(row)} |" for row in rows]


def _cell(figure, form):
    """Return a mean with its interval, where there is one."""
    mean = format(figure["mean"], form)
    if not figure["interval"]:
        return mean
    low, high = (format(bound, form) for bound in figure["interval"])
    return f"{mean} ({low} to {high})"


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
    print(*table(reports), sep="\n")
    if options.out:
        options.out.write_text(json.dumps(reports, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
