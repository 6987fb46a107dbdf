"""Distances between a reference waveform and an estimate of it, one number per example.

Every function takes `reference` and `estimate` of shape [B, N] or [N] (arrays or tensors, computed
in float64) and optionally `lengths` [B], the valid samples of each example. Samples after them
(the padding of short files) are cut off.
"""

import librosa
import numpy as np

# Bounds of decibels, so that the mean over examples is finite even with a perfect estimate.
_LIMIT = 200.0


def spectral_convergence(reference, estimate, frame_length=1024, hop=256, lengths=None):
    """Relative error of the magnitudes, 20 log10(‖|X| - |Y|‖ / ‖|X|‖), in decibels [B].

    Lower is better; a silent estimate scores 0 dB. NaN where the reference is silent, since the
    measure is relative to it.

    Source: Sturmel and Daudet, "Signal reconstruction from STFT magnitude: a state of the art",
    DAFx 2011.
    """
    pairs = _pairs(reference, estimate, lengths)
    ratios = [_relative_error(*_magnitudes(pair, frame_length, hop)) for pair in pairs]
    return _decibels(np.array(ratios))


def log_spectral_distance(
    reference, estimate, frame_length=1024, hop=256, floor_db=-80.0, lengths=None
):
    """Root mean square over frequency of the difference in decibels, mean over frames [B].

    Magnitudes below `floor_db` are raised to it first, so that inaudible differences do not count;
    0 dB is a full-scale sine (|X| = sum(window) / 2). 0 is a perfect estimate, and an estimate g
    times too loud scores |20 log10 g|.

    Source: Gray and Markel, "Distance measures for speech processing", IEEE TASSP 1976.
    """
    distances = []
    for pair in _pairs(reference, estimate, lengths):
        levels = _floored_decibels(_magnitudes(pair, frame_length, hop), floor_db)  # [2, F, T]
        distances.append(np.sqrt(np.mean((levels[0] - levels[1]) ** 2, axis=0)).mean())
    return np.array(distances)


def multi_resolution_stft_distance(
    reference, estimate, frame_lengths=(512, 1024, 2048), floor_db=-80.0, lengths=None
):
    """Spectral convergence plus log-magnitude distance, mean over resolutions [B].

    For each frame length (hop: a quarter of it) the sum of ‖|X| - |Y|‖ / ‖|X|‖, as a ratio, and of
    the mean absolute difference of the natural logarithms of the magnitudes, with the floor of
    `log_spectral_distance`. Lower is better; NaN where the reference is silent.

    Source: Yamamoto, Song and Kim, "Parallel WaveGAN", ICASSP 2020, equations 4 to 6.
    """
    distances = []
    for pair in _pairs(reference, estimate, lengths):
        terms = [_resolution_distance(pair, length, floor_db) for length in frame_lengths]
        distances.append(np.mean(terms))
    return np.array(distances)


def si_sdr(reference, estimate, lengths=None):
    """Scale-invariant signal-to-distortion ratio in decibels [B]; higher is better.

    10 log10(‖a x‖² / ‖a x - y‖²) with a = <x, y> / ‖x‖², both signals with their mean removed. It
    compares samples, so different phases score low even if the sound is the same. NaN where the
    reference is silent; -200 where the estimate is.

    Source: Le Roux et al., "SDR - half-baked or well done?", ICASSP 2019.
    """
    return np.array([_si_sdr(*pair) for pair in _pairs(reference, estimate, lengths)])


def _pairs(reference, estimate, lengths):
    """Stack each example's two signals, cut to their valid samples: B arrays [2, length]."""
    reference, estimate = (np.asarray(x, np.float64) for x in (reference, estimate))
    if reference.shape != estimate.shape or reference.ndim not in (1, 2):
        raise ValueError(
            "reference and estimate must be waveforms of one shape, [B, N] or [N], got "
            f"{reference.shape} and {estimate.shape}; cut the longer one"
        )
    pairs = np.stack([np.atleast_2d(reference), np.atleast_2d(estimate)], axis=1)  # [B, 2, N]
    count, samples = len(pairs), pairs.shape[-1]
    lengths = np.full(count, samples) if lengths is None else np.atleast_1d(lengths)
    if lengths.shape != (count,) or np.any(lengths < 1) or np.any(lengths > samples):
        raise ValueError(
            f"lengths must hold {count} numbers of samples between 1 and {samples}, got "
            f"{lengths.tolist()}"
        )
    return [pair[:, :length] for pair, length in zip(pairs, lengths, strict=True)]


def _magnitudes(pair, frame_length, hop):
    # librosa instead of tfaudiogen.signal, to be independent of the code under evaluation.
    padded = librosa.util.fix_length(pair, size=max(pair.shape[-1], frame_length))
    spectra = librosa.stft(padded, n_fft=frame_length, hop_length=hop, pad_mode="constant")
    frames = 1 + pair.shape[-1] // hop
    full_scale = librosa.filters.get_window("hann", frame_length).sum() / 2
    return np.abs(spectra[..., :frames]) / full_scale  # [2, F, T]


def _relative_error(reference, estimate):
    norm = np.linalg.norm(reference)
    return np.linalg.norm(reference - estimate) / norm if norm > 0 else np.nan


def _resolution_distance(pair, frame_length, floor_db):
    magnitudes = _magnitudes(pair, frame_length, frame_length // 4)
    levels = _floored_decibels(magnitudes, floor_db) * (np.log(10) / 20)  # decibels to nepers
    return _relative_error(*magnitudes) + np.mean(np.abs(levels[0] - levels[1]))


def _si_sdr(reference, estimate):
    reference, estimate = reference - reference.mean(), estimate - estimate.mean()
    energy = reference @ reference
    if energy == 0:
        return np.nan
    target = (reference @ estimate / energy) * reference
    signal, noise = np.linalg.norm(target), np.linalg.norm(target - estimate)
    if signal == 0:
        return -_LIMIT
    return -_decibels(noise / signal)


def _floored_decibels(magnitudes, floor_db):
    return 20 * np.log10(np.maximum(magnitudes, 10 ** (floor_db / 20)))


def _decibels(ratios):
    with np.errstate(divide="ignore"):
        return np.clip(20 * np.log10(ratios), -_LIMIT, _LIMIT)
