"""Metrics of audio, images and latents, with confidence intervals."""

from tfaudiogen.metrics.features import (
    kernel_distance,
    kernel_distance_interval,
    nearest_distance,
    pairwise_distance,
)
from tfaudiogen.metrics.intervals import (
    bootstrap_interval,
    bootstrap_median_interval,
    proportion_interval,
)
from tfaudiogen.metrics.pictures import mean_squared_error, psnr, ssim
from tfaudiogen.metrics.retrieval import Ranking, expected_rank, ranking, recall_at
from tfaudiogen.metrics.waveforms import (
    log_spectral_distance,
    multi_resolution_stft_distance,
    si_sdr,
    spectral_convergence,
)

__all__ = [
    "Ranking",
    "bootstrap_interval",
    "bootstrap_median_interval",
    "expected_rank",
    "kernel_distance",
    "kernel_distance_interval",
    "log_spectral_distance",
    "mean_squared_error",
    "multi_resolution_stft_distance",
    "nearest_distance",
    "pairwise_distance",
    "proportion_interval",
    "psnr",
    "ranking",
    "recall_at",
    "si_sdr",
    "spectral_convergence",
    "ssim",
]
