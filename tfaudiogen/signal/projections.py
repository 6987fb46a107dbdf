"""Phase retrieval by projections on the CPU, with preallocated buffers and compiled loops."""

import numba
import numpy as np
import scipy.fft

from tfaudiogen.signal.stft import hann_window

compiled = numba.njit(cache=True, fastmath=True, error_model="numpy")


class Projections:
    """Iterative phase retrieval for the magnitudes of one signal.

    Args:
        magnitudes: float32 numpy [T, F].
        frame_length: window length in samples.
        hop: hop length in samples.
        length: samples of the signal; it is zero outside.
    """

    def __init__(self, magnitudes, frame_length, hop, length):
        self.magnitudes, self.hop = magnitudes, hop
        self.window = hann_window(frame_length)
        self.frames = np.empty((len(magnitudes), frame_length), np.float32)
        self.inside = slice(frame_length // 2, frame_length // 2 + length)
        self.gain = self._gain()

    def _gain(self):
        samples = (len(self.frames) - 1) * self.hop + len(self.window)
        norm, gain = np.empty(samples, np.float32), np.zeros(samples, np.float32)
        self.frames[:] = self.window
        _overlap_add(self.frames, self.window, self.hop, np.ones(samples, np.float32), norm)
        gain[self.inside] = 1 / np.maximum(norm[self.inside], 1e-8)
        return gain

    def analyse(self, signal):
        """Return the spectra, complex64 [T, F], of a padded signal."""
        _cut(signal, self.window, self.hop, self.frames)
        return scipy.fft.rfft(self.frames)

    def synthesise(self, spectra):
        """Return the least-squares padded signal; `spectra` may be overwritten."""
        signal = np.empty_like(self.gain)
        frames = scipy.fft.irfft(spectra, len(self.window), overwrite_x=True)
        _overlap_add(frames, self.window, self.hop, self.gain, signal)
        return signal

    def difference_map(self, spectra, iterations, relaxation=0.9):
        """Search with reflections, which escape the poor solutions where projections get stuck.

        X <- X + b (C(2 M(X) - X) - M(X)), where M imposes the magnitudes and C makes the spectra
        consistent. The result is M(X) of the last X.

        Source: Elser, Rankenburg and Thibault, "Searching with iterated maps", PNAS 2007, its
        equation for unit parameters, with relaxation; for speech: Peer, Welker and Gerkmann,
        "Beyond Griffin-Lim", IWAENC 2022.
        """
        reflected = spectra.copy()
        for _ in range(iterations):
            reflected = self.analyse(self.synthesise(reflected))
            _relax(spectra, reflected, self.magnitudes, np.float32(relaxation))
        _impose(spectra, self.magnitudes)
        return spectra

    def fast_griffin_lim(self, signal, iterations, momentum=0.99):
        """Improve a padded signal by alternating projections with momentum.

        Source: Perraudin, Balazs and Sondergaard, "A fast Griffin-Lim algorithm", WASPAA 2013. The
        momentum is applied to signals; since the transform is linear, this equals spectra.
        """
        ahead = signal
        for _ in range(iterations):
            spectra = self.analyse(ahead)
            _impose(spectra, self.magnitudes)
            last, signal = signal, self.synthesise(spectra)
            ahead = signal + np.float32(momentum) * (signal - last)
        return signal


@compiled
def _cut(signal, window, hop, frames):
    for frame in range(frames.shape[0]):
        part = signal[frame * hop : frame * hop + len(window)]
        for sample in range(len(window)):
            frames[frame, sample] = part[sample] * window[sample]


@compiled
def _overlap_add(frames, window, hop, gain, signal):
    signal[:] = 0
    for frame in range(frames.shape[0]):
        part = signal[frame * hop : frame * hop + len(window)]
        for sample in range(len(window)):
            part[sample] += frames[frame, sample] * window[sample]
    for sample in range(len(signal)):
        signal[sample] *= gain[sample]


@compiled
def _factor(value, magnitude):
    # The factor that scales a complex value to a magnitude; zero stays zero.
    power = value.real * value.real + value.imag * value.imag
    return magnitude * (np.float32(1) / np.sqrt(power + np.float32(1e-30)))


@compiled
def _impose(spectra, magnitudes):
    for frame in range(spectra.shape[0]):
        for bin_ in range(spectra.shape[1]):
            value = spectra[frame, bin_]
            spectra[frame, bin_] = value * _factor(value, magnitudes[frame, bin_])


@compiled
def _relax(spectra, consistent, magnitudes, relaxation):
    # One in-place step of the difference map; the next reflection is written to `consistent`.
    for frame in range(spectra.shape[0]):
        for bin_ in range(spectra.shape[1]):
            magnitude, value = magnitudes[frame, bin_], spectra[frame, bin_]
            fixed = value * _factor(value, magnitude)
            value += relaxation * (consistent[frame, bin_] - fixed)
            spectra[frame, bin_] = value
            twice = np.float32(2) * _factor(value, magnitude)
            consistent[frame, bin_] = value * (twice - np.float32(1))
