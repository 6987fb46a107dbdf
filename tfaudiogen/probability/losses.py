"""Reductions of per-pixel log-probabilities, scores and spectra to one value per example."""

import tensorflow as tf

from tfaudiogen.signal.stft import inverse_stft, stft


def frame_mask(images, frames):
    """Return float32 [B, T, 1, 1]: 1 for the first `frames` [B] frames, 0 for padding."""
    mask = tf.sequence_mask(frames, maxlen=tf.shape(images)[1], dtype=tf.float32)
    return mask[:, :, None, None]


def sum_over_pixels(values, frames):
    """Sum per-pixel `values` [B, T, F, C] over recorded frames and over padding.

    Args:
        values: float32 [B, T, F, C].
        frames: int32 [B], the number of frames that are not padding.

    Returns:
        Two float32 [B]: the sum over the recorded frames, and the sum over the padding.
    """
    mask = frame_mask(values, frames)
    pixels = (1, 2, 3)
    return tf.reduce_sum(values * mask, pixels), tf.reduce_sum(values * (1.0 - mask), pixels)


def level_distortion(likelihood, parameters, images, frames, distortion):
    """Return -log P(levels | latent), [B], a distortion comparable across likelihood families.

    Args:
        likelihood: the `PixelLikelihood`.
        parameters: its parameters from the decoder's output.
        images: values on the 256 levels, [B, T, F, C].
        frames: int32 [B], number of frames that are not padding.
        distortion: [B], negative log-likelihood of the family itself.
    """
    if likelihood.family == "discretized_logistic":
        return distortion
    log_prob = likelihood.interval_log_prob(parameters, images)
    return -sum_over_pixels(log_prob, frames)[0]


def pixels(images, frames):
    """Return float32 [B]: the number of values of each image that are not padding."""
    per_frame = tf.cast(tf.reduce_prod(tf.shape(images)[2:]), tf.float32)
    return tf.cast(frames, tf.float32) * per_frame


def hinge_of_discriminator(real, fake):
    """Return the hinge loss mean max(0, 1 - s(x)) + mean max(0, 1 + s(x')), [B].

    Source: Lim and Ye, 2017.

    Args:
        real, fake: scores [B, h, w, 1] of originals x and of reconstructions x'.
    """
    return _mean(tf.nn.relu(1.0 - real)) + _mean(tf.nn.relu(1.0 + fake))


def hinge_of_generator(fake):
    """Return the generator's hinge loss -mean s(x'), [B]."""
    return -_mean(fake)


def feature_matching(real, fake):
    """Return the mean over layers of mean |f(x) - f(x')| / mean |f(x)|, [B].

    A perceptual loss with features of the discriminator instead of a network pretrained on pictures
    (Larsen et al., 2016; relative as in Defossez et al., "High fidelity neural audio compression",
    2022, equation 2).

    Args:
        real, fake: lists of features [B, H, W, C] of originals and of reconstructions.
    """
    distances = [
        _relative(tf.stop_gradient(one), other) for one, other in zip(real, fake, strict=True)
    ]
    return tf.add_n(distances) / len(distances)


def _relative(reference, estimate):
    reference, estimate = tf.cast(reference, tf.float32), tf.cast(estimate, tf.float32)
    return _mean(tf.abs(reference - estimate)) / (_mean(tf.abs(reference)) + 1e-6)


def _mean(values):
    """Return the mean of each example [B] of values [B, ...]."""
    return tf.reduce_mean(values, axis=tf.range(1, tf.rank(values)))


def waveform_distance(spectrogram, audio, decoded, frame_lengths):
    """Return the multi-resolution STFT distance between decoded images and audio, [B].

    The images are inverted with the phases of the audio, since a gradient through phase retrieval
    would cost more than the rest of the step. For each frame length (hop: a quarter) the distance
    is | |X| - |Y| | / | |X| | plus the mean absolute difference of log magnitudes (Yamamoto et al.,
    "Parallel WaveGAN", 2020, equations 4 to 6).

    Args:
        spectrogram: a `Spectrogram` with a linear scale.
        audio: waveforms [B, N] of one window.
        decoded: reconstructed images [B, T, F, 1] in [0, 1].
        frame_lengths: window lengths of the compared spectra, in samples.
    """
    geometry = (spectrogram.frame_length, spectrogram.hop)
    spectra = stft(audio, *geometry)[:, :-1]
    phases = spectra / tf.complex(tf.maximum(tf.abs(spectra), 1e-12), 0.0)
    magnitudes = tf.complex(spectrogram.magnitudes(decoded), 0.0)
    estimate = inverse_stft(magnitudes * phases, *geometry, length=audio.shape[1])
    distances = [_resolution(audio, estimate, length) for length in frame_lengths]
    return tf.add_n(distances) / len(distances)


def _resolution(reference, estimate, frame_length):
    one, two = (_magnitudes(waveform, frame_length) for waveform in (reference, estimate))
    error = tf.sqrt(tf.reduce_sum(tf.square(one - two), axis=(1, 2)) + 1e-12)
    relative = error / tf.sqrt(tf.reduce_sum(tf.square(one), axis=(1, 2)) + 1e-12)
    return relative + _mean(tf.abs(tf.math.log(one) - tf.math.log(two)))


def _magnitudes(waveforms, frame_length):
    """Return magnitudes with a floor of -80 dB of a full-scale sine."""
    spectra = stft(waveforms, frame_length, frame_length // 4)
    floor = 1e-4 * frame_length / 4.0
    power = tf.square(tf.math.real(spectra)) + tf.square(tf.math.imag(spectra))
    return tf.sqrt(power + floor**2)
