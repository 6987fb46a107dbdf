"""What every front end transforms: the same noise, as eight clips of 5.94 s at 22,050 Hz."""

import numpy as np

CLIPS, SAMPLES, RATE = 8, 131072, 22050
FRAME, HOP, LOW = 1024, 256, -80.0  # samples, samples, decibels under full scale
MEL_FRAME, MEL_BINS = 2048, 512
ITERATIONS = 32  # of Griffin and Lim's algorithm, librosa's default


def clips():
    """Return float32 [CLIPS, SAMPLES]."""
    noise = np.random.default_rng(0).normal(0.0, 0.1, (CLIPS, SAMPLES))
    return noise.astype(np.float32)
