"""Phase retrieval by projections, in TensorFlow operations."""

import tensorflow as tf

from tfaudiogen.signal.stft import analyse, synthesis_gain, synthesise


class Projections:
    """Iterative phase retrieval for magnitudes of signals; the counterpart of `projections`.

    Args:
        magnitudes: float32 [..., T, F].
        frame_length: window length in samples.
        hop: hop length in samples.
        length: samples of the signals, scalar tensor or int; they are zero outside.
    """

    def __init__(self, magnitudes, frame_length, hop, length):
        self.magnitudes, self.frame_length, self.hop = magnitudes, frame_length, hop
        gain = synthesis_gain(tf.shape(magnitudes)[-2], frame_length, hop)
        position = tf.range(tf.size(gain)) - frame_length // 2
        self.gain = tf.where((position >= 0) & (position < length), gain, 0.0)
        self.inside = slice(frame_length // 2, frame_length // 2 + length)

    def analyse(self, signals):
        """Return the spectra [..., T, F] of padded signals."""
        return analyse(signals, self.frame_length, self.hop)

    def synthesise(self, spectra):
        """Return the least-squares padded signals."""
        return synthesise(spectra, self.frame_length, self.hop) * self.gain

    def impose(self, spectra):
        """Return the spectra scaled to the magnitudes; zero stays zero."""
        power = tf.math.real(spectra) ** 2 + tf.math.imag(spectra) ** 2
        factors = self.magnitudes * tf.math.rsqrt(power + 1e-30)
        return spectra * tf.cast(factors, tf.complex64)

    def difference_map(self, spectra, iterations, relaxation=0.9):
        """Search as `projections.Projections.difference_map` does (Elser et al., PNAS 2007)."""

        def step(index, spectra, imposed):
            reflected = 2 * imposed - spectra
            consistent = self.analyse(self.synthesise(reflected))
            spectra = spectra + relaxation * (consistent - imposed)
            return index + 1, spectra, self.impose(spectra)

        return _repeat(step, iterations, spectra, self.impose(spectra))[1]

    def fast_griffin_lim(self, signals, iterations, momentum=0.99):
        """Improve padded signals with momentum (Perraudin et al., WASPAA 2013)."""

        def step(index, signals, ahead):
            following = self.synthesise(self.impose(self.analyse(ahead)))
            return index + 1, following, following + momentum * (following - signals)

        return _repeat(step, iterations, signals, signals)[0]


def _repeat(step, iterations, *values):
    # Fixes the static shapes, since the loop otherwise forgets the number of frames.
    def kept(index, *state):
        index, *state = step(index, *state)
        return index, *(tf.ensure_shape(x, y.shape) for x, y in zip(state, values, strict=True))

    _, *values = tf.while_loop(lambda index, *_: index < iterations, kept, (0, *values))
    return values
