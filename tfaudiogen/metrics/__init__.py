"""Measures of sound, images and latents, and intervals that say how far to trust them."""

from tfaudiogen.metrics.features import (
    kernel_distance,
    kernel_distance_interval,
    nearest_distance,
    pairwise_distance,
)
from tfaudiogen.metrics.intervals import bootstrap_interval, proportion_interval
from tfaudiogen.metrics.pictures import mean_squared_error, psnr, ssim
from tfaudiogen.metrics.waveforms import (
    log_spectral_distance,
    multi_resolution_stft_distance,
    si_sdr,
    spectral_convergence,
)

__all__ = [
    "bootstrap_interval",
    "kernel_distance",
    "kernel_distance_interval",
    "log_spectral_distance",
    "mean_squared_error",
    "multi_resolution_stft_distance",
    "nearest_distance",
    "pairwise_distance",
    "proportion_interval",
    "psnr",
    "si_sdr",
    "spectral_convergence",
    "ssim",
]
