"""Distance of a model's samples from real test sounds, beside that of real training sounds.

    python scripts/benchmarks/sample_quality.py MODEL DATA [MODEL DATA ...] --count 256

Features are the mean and the standard deviation over time of 20 MFCCs, standardised on real
training sounds. The distance is the unbiased squared maximum mean discrepancy with the cubic
polynomial kernel of the kernel inception distance (Binkowski et al., 2018), x 1000. The floor is
real training against real test sounds. Diversity is the mean pairwise distance of samples over that
of real sounds.
"""

import argparse
import os

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "2")

import numpy as np

import tfaudiogen
from tfaudiogen.metrics import kernel_distance, kernel_distance_interval, pairwise_distance
from tfaudiogen.signal.mel import mfcc


def features(waveforms, sample_rate):
    """Return [B, 40]: mean and deviation of MFCCs of waveforms [B, N]."""
    coefficients = np.concatenate(
        [np.asarray(mfcc(waveforms[i : i + 16], sample_rate)) for i in range(0, len(waveforms), 16)]
    )
    return np.concatenate([coefficients.mean(axis=1), coefficients.std(axis=1)], axis=-1)


def real(model, data, split, count):
    """Return up to `count` real waveforms of a split, [B, N]."""
    batches = tfaudiogen.load_dataset(
        data, model.representation, split, shuffle=True, seed=0, audio=True, drop_remainder=False
    )
    waveforms = [batch["audio"] for batch in batches.take(-(-count // 8))]
    return np.concatenate(waveforms)[:count]


def with_interval(x, y):
    """Return the distance x 1000 with its 95 % interval over halves, as text."""
    low, high = kernel_distance_interval(x, y)
    distance = kernel_distance(x, y)
    return f"{1000 * distance:.1f} ({1000 * low:.1f} to {1000 * high:.1f}, halves)"


def compare(name, data, count, seed, temperature):
    """Print the figures of one model."""
    model = tfaudiogen.load(name)
    rate = model.representation.sample_rate
    train, test = (features(real(model, data, split, count), rate) for split in ("train", "test"))
    drawn = np.asarray(model.sample(count, seed=seed, temperature=temperature))
    samples = features(drawn, rate)
    centre, scale = train.mean(0), train.std(0) + 1e-6
    train, test, samples = ((x - centre) / scale for x in (train, test, samples))
    ratio = kernel_distance(samples, test) / max(kernel_distance(train, test), 1e-9)
    diversity = pairwise_distance(samples) / pairwise_distance(test)
    print(
        f"{name}: {len(samples)} samples, temperature {temperature:g}, {len(train)} real training "
        f"and {len(test)} real test sounds\n"
        f"  samples against test   {with_interval(samples, test)}\n"
        f"  training against test  {with_interval(train, test)}\n"
        f"  ratio to the floor     {ratio:.1f}\n"
        f"  diversity              {diversity:.2f} of that of test sounds"
    )


def main():
    """Compare each model with its data."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("pairs", nargs="+", metavar="MODEL DATA")
    parser.add_argument("--count", type=int, default=256, help="samples, and most real sounds")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--temperature", type=float, default=1.0)
    arguments = parser.parse_args()
    if len(arguments.pairs) % 2:
        parser.error("give a DATA folder after each MODEL")
    for name, data in zip(arguments.pairs[::2], arguments.pairs[1::2], strict=True):
        compare(name, data, arguments.count, arguments.seed, arguments.temperature)


if __name__ == "__main__":
    main()
