"""What a sound model does, as graphs over rows: the same in Python and in a SavedModel.

Each function is written for one sound of any length, mapped over the rows of its inputs, so that a
row never depends on its neighbours, and traced once. Phase retrieval magnifies rounding, so it
matters that Python runs the very graph that is saved.
"""

import tensorflow as tf

from tfaudiogen.models.windows import blend, consecutive, frames_of, split, windows_for

WAVEFORM = tf.TensorSpec([None], tf.float32)
INTEGER = tf.TensorSpec([], tf.int64)
NUMBER = tf.TensorSpec([], tf.float32)


class AutoencoderRows:
    """The graph of an autoencoder, and what the graphs of all models are made of.

    Args:
        model: a model with the methods of images that `MediumAutoencoder` lists.
        samples: N of what `sample` draws, where there is one; one window where left out.
    """

    def __init__(self, model, samples=None):
        self.model, self.spectrogram = model, model.spectrogram
        self.samples = samples or self.spectrogram.samples
        self.reconstruct = over_rows(self._reconstruct, (WAVEFORM,), WAVEFORM)

    def _reconstruct(self, waveform):
        cut, frames = split(self.spectrogram(waveform[None]), self.spectrogram)
        rebuilt = tf.map_fn(
            lambda window: self.model.reconstruct_images(window[None])[0], cut[0]
        )  # [W, T', F, 1]
        whole = blend(rebuilt[None], self.spectrogram)[:, :frames]
        return self._waveform(whole)[: tf.size(waveform)]

    def _waveform(self, image):
        return self.spectrogram.inverse(image, phase="graph")[0]

    def _decoded(self, decode, *values):
        """Return the waveform [N] of what windows are decoded from, each [W, ...]."""
        shape = tf.TensorSpec(self.spectrogram.image_shape, tf.float32)
        images = tf.map_fn(lambda each: decode(*each), values, fn_output_signature=shape)
        return self._waveform(blend(images[None], self.spectrogram))

    def _overlapping(self, waveform):
        """Return the images [W, T, F, 1] of the windows, half overlapping, that cover a sound.

        Silence follows the sound, as in training; `_reconstruct` has it in the image alone.
        """
        windows = windows_for(self._frames(waveform), self.spectrogram)
        image = self._image(waveform, frames_of(windows, self.spectrogram))
        return split(image, self.spectrogram)[0][0]

    def _consecutive(self, waveform):
        """Return images [W, T, F, 1] and frames int32 [W]; see `windows.consecutive`."""
        return consecutive(waveform, self.spectrogram)

    def _frames(self, waveform):
        return -(-tf.size(waveform) // self.spectrogram.hop)

    def _image(self, waveform, frames):
        """Return the image [1, T, F, 1] of a sound with silence after it, of so many frames."""
        padding = frames * self.spectrogram.hop - tf.size(waveform)
        return self.spectrogram(tf.pad(waveform, [[0, padding]])[None])


def over_rows(function, inputs, output):
    """Return the graph that maps a function of one row over rows.

    Args:
        function: from tensors without a batch dimension to one, or to a tuple of them.
        inputs: their `tf.TensorSpec`s.
        output: that of the result, or a tuple of them.
    """

    def mapped(*rows):
        return tf.map_fn(lambda row: function(*row), rows, fn_output_signature=output)

    specs = [tf.TensorSpec([None, *spec.shape], spec.dtype) for spec in inputs]
    return tf.function(mapped, specs, autograph=False)
