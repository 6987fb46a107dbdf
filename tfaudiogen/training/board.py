"""Logs that TensorBoard shows, written without needing TensorBoard."""

import math

import keras
import matplotlib
import numpy as np
import tensorflow as tf

from tfaudiogen import noise

_OFTEN, _EVERY = 8, 10
_GAP = 4
_BINS = 30
_BAR_WIDTH, _BAR_HEIGHT = 6, 120


class Board(keras.callbacks.Callback):
    """Writes the figures of each epoch; pictures and sounds of some.

    Each epoch has histograms of the posterior means of validation examples and of the KL
    divergence of each latent dimension or, of a model of codes, of how often training used each
    code of a level. After epochs 1, 2, 4, 8 and every tenth it shows a few
    validation examples beside their reconstructions, and as many samples, each as a picture and,
    of a model of sounds, as sound; the divergence of each dimension as bars; and all means, with
    their labels, in the projector.

    Args:
        folder: where the event files go.
        images: [B, T, F, C] in [0, 1], the validation examples to show; None for none.
        figures: the `Figures`, whose `latents` are shown; it must be called before. None for none.
    """

    def __init__(self, folder, images, figures=None):
        super().__init__()
        self.images = None if images is None else np.asarray(images)
        self.figures = figures
        self.folder, self._writer, self._usage = folder, None, []

    def on_test_begin(self, logs=None):
        """Remember how training used the codes, which validation counts anew."""
        if hasattr(self.model, "code_usage"):
            self._usage = self.model.code_usage()

    def on_epoch_end(self, epoch, logs=None):
        """Write what this epoch has."""
        values = _scalars(logs)
        pictured = is_pictured(epoch + 1)
        if pictured:
            with self.model.averaged():
                if self.images is not None:
                    values += self._reconstructions(first=epoch == 0)
                if self.images is not None and hasattr(self.model, "sample_images"):
                    values += self._samples()
        values += [_histogram(f"codes/use_{n}", one) for n, one in enumerate(self._usage)]
        if self.figures and self.figures.latents is not None:
            with self.model.averaged():
                values += self._latents(pictured)
        # Opened here, since a run that has nothing left to do should leave no empty file.
        self._writer = self._writer or tf.summary.create_file_writer(str(self.folder))
        _write(self._writer, values, epoch + 1)

    def _latents(self, pictured):
        latents = self.figures.latents
        divergences = latents.kl_per_dimension(self.model.prior)
        yield _histogram("latent/mean", latents.means)
        yield _histogram("latent/kl_per_dimension", divergences)
        if pictured:
            yield _bars("latent/kl_of_each_dimension", divergences)
            latents.write_for_projector(self.folder, self.model.class_names)

    def _reconstructions(self, first):
        rebuilt = np.asarray(self.model.reconstruct_images(self.images))
        both = [_beside(*pair) for pair in zip(self.images, rebuilt, strict=True)]
        yield from self._pictures("reconstruction", both)
        yield from self._sounds("reconstruction", rebuilt)
        if first:
            yield from self._sounds("original", self.images)

    def _samples(self):
        images = np.asarray(self.model.sample_images(noise.key(0, len(self.images))))
        images = images[:, 0] if images.ndim == 5 else images  # of the one window
        yield from self._pictures("sample", images)
        yield from self._sounds("sample", images)

    def _pictures(self, name, images):
        draw = _spectrogram if self.model.spectrogram.kind == "sounds" else _picture
        return (draw(f"{name}/{i}", image) for i, image in enumerate(images))

    def _sounds(self, name, images):
        spectrogram = self.model.spectrogram
        if spectrogram.kind != "sounds":
            return
        for i, waveform in enumerate(np.asarray(spectrogram.inverse(images))):
            yield _sound(f"{name}/{i}", waveform, spectrogram.sample_rate)


def write_page(folder, figures, shown):
    """Write figures, pictures and sounds of a model that is done, as step 1.

    Args:
        folder: where the event file goes.
        figures: {name: float}.
        shown: list of (tag, representation, contents): a `Spectrogram` and waveforms [B, N], or
            `Pictures` and pictures [B, H, W, C].
    """
    values = _scalars(figures)
    for tag, representation, contents in shown:
        for number, one in enumerate(np.asarray(contents)):
            values += _shown(f"{tag}/{number}", representation, one)
    _write(tf.summary.create_file_writer(str(folder)), values, 1)


def _shown(tag, representation, one):
    if representation.kind == "pictures":
        return [_picture(tag, one)]
    image = np.asarray(representation(one[None]))[0]
    return [_spectrogram(tag, image), _sound(tag, one, representation.sample_rate)]


def _write(writer, values, step):
    summary = tf.compat.v1.Summary(value=values)
    with writer.as_default():
        tf.summary.experimental.write_raw_pb(summary.SerializeToString(), step=step)
    writer.flush()


def is_pictured(epoch):
    """Return whether pictures are drawn after this epoch, counted from 1."""
    return epoch % _EVERY == 0 or (epoch <= _OFTEN and epoch & (epoch - 1) == 0)


def _beside(original, rebuilt):
    """Return one image [2 T + gap, F, 1]: the original, a bright gap, the reconstruction."""
    gap = np.ones((_GAP, *original.shape[1:]), original.dtype)
    return np.concatenate([original, gap, rebuilt])


def _scalars(figures):
    return [_scalar(name, value) for name, value in figures.items() if math.isfinite(value)]


def _scalar(tag, value):
    return tf.compat.v1.Summary.Value(tag=f"epoch/{tag}", simple_value=float(value))


def _histogram(tag, values):
    """Return a histogram of 30 equal bins."""
    values = np.asarray(values, np.float64).ravel()
    counts, edges = np.histogram(values, _BINS)
    proto = tf.compat.v1.HistogramProto(
        min=values.min(),
        max=values.max(),
        num=len(values),
        sum=values.sum(),
        sum_squares=(values**2).sum(),
        bucket_limit=edges[1:].tolist(),
        bucket=counts.tolist(),
    )
    return tf.compat.v1.Summary.Value(tag=tag, histo=proto)


def _bars(tag, values):
    """Draw values [D] in nats as bars, the first to the left, up to a line at 1 or the largest."""
    height = np.arange(_BAR_HEIGHT, 0, -1)[:, None] / _BAR_HEIGHT * max(1.0, values.max())
    lit = np.repeat(height <= values, _BAR_WIDTH, axis=1)
    return _coloured(tag, 0.75 * lit)


def _spectrogram(tag, image):
    """Draw an image [T, F, 1] with time to the right and frequency upwards."""
    return _coloured(tag, np.clip(image[..., 0].T[::-1], 0.0, 1.0))


def _picture(tag, image):
    """Draw a picture [H, W, C] as it is."""
    levels = np.rint(255.0 * np.clip(image, 0.0, 1.0)).astype(np.uint8)
    return _encoded(tag, np.broadcast_to(levels, (*levels.shape[:2], 3)))


def _coloured(tag, upright):
    return _encoded(tag, matplotlib.colormaps["magma"](upright, bytes=True)[..., :3])


def _encoded(tag, colours):
    """Return a picture of levels uint8 [H, W, 3]."""
    encoded = tf.io.encode_png(colours).numpy()
    height, width, colourspace = colours.shape
    proto = tf.compat.v1.Summary.Image(
        height=height, width=width, colorspace=colourspace, encoded_image_string=encoded
    )
    return tf.compat.v1.Summary.Value(tag=tag, image=proto)


def _sound(tag, waveform, sample_rate):
    waveform = waveform / max(1.0, np.abs(waveform).max())
    encoded = tf.audio.encode_wav(waveform[:, None].astype(np.float32), sample_rate).numpy()
    proto = tf.compat.v1.Summary.Audio(
        sample_rate=sample_rate,
        num_channels=1,
        length_frames=len(waveform),
        encoded_audio_string=encoded,
        content_type="audio/wav",
    )
    return tf.compat.v1.Summary.Value(tag=tag, audio=proto)
