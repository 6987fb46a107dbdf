"""Whether the windows of long samples can be heard: spectral flux at their borders and inside.

    python scripts/benchmarks/seams.py MODEL --count 20 --seconds 6

The flux is the mean absolute change of the spectrogram, in decibels, from one frame to the next,
taken of the sounds after the phase retrieval. Windows of a model of codes are drawn half a window
at a time; the halves of the first window were drawn together, so that its middle is no border.
Borders of code columns change more than frames within one: only they are compared, those where a
new draw begins with all others. The interval is a bootstrap over sounds.
"""

import argparse

import numpy as np

import tfaudiogen
from tfaudiogen import metrics


def flux(image):
    """Return the mean absolute change in front of each frame but the first, [T - 1]."""
    return np.abs(np.diff(image[..., 0], axis=0)).mean(axis=1)


def at_and_between(image, half, column):
    """Return the mean flux where draws begin and that of the other borders of columns."""
    changes = flux(image)
    places = np.arange(1, len(changes) + 1)
    begins = (places % half == 0) & (places > half)
    return changes[begins].mean(), changes[(places % column == 0) & ~begins].mean()


def main():
    """Print both, and their ratio."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("model", help="a model with priors over codes")
    parser.add_argument("--count", type=int, default=20)
    parser.add_argument("--seconds", type=float, default=6.0)
    parser.add_argument("--label", help="of the sounds, such as one of those that do not end")
    parser.add_argument("--seed", type=int, default=0)
    arguments = parser.parse_args()
    model = tfaudiogen.load(arguments.model)
    frames = model.representation.frames
    column = frames // model.code_maps()[0][0][0]
    asked = {name: getattr(arguments, name) for name in ("label", "seed", "seconds")}
    sounds = model.sample(arguments.count, **asked, progress=True)
    low, high = model.representation.decibels
    images = (high - low) * np.asarray(model.representation(sounds))
    pairs = np.array([at_and_between(image, frames // 2, column) for image in images])
    at, between = pairs.mean(axis=0)
    interval = metrics.bootstrap_interval(pairs[:, 0], weights=pairs[:, 1])
    print(
        f"{arguments.model}: {at:.2f} dB where a draw begins, {between:.2f} dB elsewhere, ratio "
        f"{at / between:.3f} ({interval[0]:.3f} to {interval[1]:.3f}), {len(images)} sounds"
    )


if __name__ == "__main__":
    main()
