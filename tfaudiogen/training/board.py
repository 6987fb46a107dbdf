"""Logs that TensorBoard shows, written without needing TensorBoard."""

import math

import keras
import matplotlib
import numpy as np
import tensorflow as tf

from tfaudiogen import noise

_OFTEN, _EVERY = 8, 10
_GAP = 4


class Board(keras.callbacks.Callback):
    """Writes the figures of each epoch; pictures and sounds of some.

    After epochs 1, 2, 4, 8 and every tenth it shows a few validation examples beside their
    reconstructions, and as many samples; each as a picture and as sound.

    Args:
        folder: where the event files go.
        images: [B, T, F, 1] in [0, 1], the validation examples to show.
    """

    def __init__(self, folder, images):
        super().__init__()
        self.images = np.asarray(images)
        self.folder, self._writer = folder, None

    def on_epoch_end(self, epoch, logs=None):
        """Write what this epoch has."""
        values = [_scalar(name, value) for name, value in logs.items() if math.isfinite(value)]
        if is_pictured(epoch + 1):
            with self.model.averaged():
                values += [*self._reconstructions(first=epoch == 0), *self._samples()]
        summary = tf.compat.v1.Summary(value=values)
        # Opened here, since a run that has nothing left to do should leave no empty file.
        self._writer = self._writer or tf.summary.create_file_writer(str(self.folder))
        with self._writer.as_default():
            tf.summary.experimental.write_raw_pb(summary.SerializeToString(), step=epoch + 1)
        self._writer.flush()

    def _reconstructions(self, first):
        rebuilt = np.asarray(self.model.reconstruct_images(self.images))
        both = [_beside(*pair) for pair in zip(self.images, rebuilt, strict=True)]
        yield from (_picture(f"reconstruction/{i}", image) for i, image in enumerate(both))
        yield from self._sounds("reconstruction", rebuilt)
        if first:
            yield from self._sounds("original", self.images)

    def _samples(self):
        images = np.asarray(self.model.sample_images(noise.key(0, len(self.images))))[:, 0]
        yield from (_picture(f"sample/{i}", image) for i, image in enumerate(images))
        yield from self._sounds("sample", images)

    def _sounds(self, name, images):
        spectrogram = self.model.spectrogram
        for i, waveform in enumerate(np.asarray(spectrogram.inverse(images))):
            yield _sound(f"{name}/{i}", waveform, spectrogram.sample_rate)


def is_pictured(epoch):
    """Return whether pictures are drawn after this epoch, counted from 1."""
    return epoch % _EVERY == 0 or (epoch <= _OFTEN and epoch & (epoch - 1) == 0)


def _beside(original, rebuilt):
    """Return one image [2 T + gap, F, 1]: the original, a bright gap, the reconstruction."""
    gap = np.ones((_GAP, *original.shape[1:]), original.dtype)
    return np.concatenate([original, gap, rebuilt])


def _scalar(tag, value):
    return tf.compat.v1.Summary.Value(tag=f"epoch/{tag}", simple_value=float(value))


def _picture(tag, image):
    """Draw an image [T, F, 1] with time to the right and frequency upwards."""
    upright = np.clip(image[..., 0].T[::-1], 0.0, 1.0)
    colours = matplotlib.colormaps["magma"](upright, bytes=True)[..., :3]
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
