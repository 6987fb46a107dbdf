"""`CodeAutoencoder`: encoding and decoding of audio or images for all models with codes."""

import numpy as np
import tensorflow as tf

from tfaudiogen.models.autoencoders.codes_graph import CodeGraph
from tfaudiogen.models.modalities.code_windows import check_columns, windows_of
from tfaudiogen.models.modalities.generative import ModalityAutoencoder
from tfaudiogen.models.modalities.graphs import remembered
from tfaudiogen.models.training_step.batching import in_batches
from tfaudiogen.runtime.renamed import accepts_old_names


class CodeAutoencoder(ModalityAutoencoder):
    """Mixin that encodes audio of any length, or images, to code maps and back.

    A class with this mixin defines `encode_codes`, `decode_codes` and `code_maps` besides the
    methods required by `ModalityAutoencoder`. A sound of W windows, which overlap by half, has code
    maps with (W + 1) / 2 times the time columns of one window; see
    `tfaudiogen.models.modalities.code_windows`.
    """

    def graph_functions(self):
        """Return the per-example graphs (`CodeGraph`) of this model, traced once."""
        return remembered(self, CodeGraph)

    @accepts_old_names("encode's ", {"given": "inputs"})
    def encode(self, inputs):
        """Encodes audio of any length, or images, to codes.

        Args:
            inputs: waveforms [N] or [B, N], or images [H, W, C] or [B, H, W, C].

        Returns:
            List of int32 [B, T_l (W + 1) / 2, ...], top level first; see `encode_codes`.

        Raises:
            ValueError: the audio is longer than a window, and code maps cannot be halved in time.
        """
        batch, _ = self.modality.batch(inputs)
        if not self.modality.has_phase:
            parts = [self.encode_codes(batch[i : i + 8]) for i in range(0, len(batch), 8)]
            return [np.concatenate(level) for level in zip(*parts, strict=True)]
        if batch.shape[1] > self.representation.samples:
            check_columns(self.code_maps()[0])
        return [code.numpy() for code in self.graph_functions().encode(batch)]

    def decode(self, codes, phase="pghi"):
        """Decodes codes, in the format of `encode`, to waveforms [B, N] or images [B, H, W, C].

        N is the length of whole windows: (W + 1) / 2 times the samples of one window.
        """
        windows = self.windows_of_codes(codes)
        if self._in_graph(phase):
            tensors = [tf.convert_to_tensor(code, tf.int32) for code in codes]
            return self.graph_functions().decode(*tensors).numpy()
        images = self.long_images(codes, windows)
        return np.asarray(self.modality.inverse(images, phase=phase))

    def windows_of_codes(self, codes):
        """Return W, the number of windows that code maps cover.

        Raises:
            ValueError: the shapes of the maps match no number of windows.
        """
        shapes, _ = self.code_maps()
        received = [tuple(np.shape(code)[1:]) for code in codes]
        columns = [shape[0] if shape else 0 for shape in received]
        windows = 2 * columns[0] // shapes[0][0] - 1 if columns else 1
        if windows > 1:
            check_columns(shapes)
        wanted = [(shape[0] * (windows + 1) // 2, *shape[1:]) for shape in shapes]
        if received != wanted or windows < 1:
            raise ValueError(
                f"codes must be [B, ...] of the shapes {shapes}, top level first, the first size "
                f"(W + 1) / 2 times as large for W windows; received {received}"
            )
        return windows

    def long_images(self, codes, windows):
        """Decodes the code maps of W windows to images [B, T (W + 1) / 2, F, C].

        Args:
            codes: list of int32 [B, T_l (W + 1) / 2, ...], top level first.
            windows: W.
        """
        shapes, _ = self.code_maps()
        cut = [windows_of(code, shape[0]) for code, shape in zip(codes, shapes, strict=True)]
        flat = [tf.reshape(code, (-1, *code.shape[2:])) for code in cut]  # [B W, T_l, ...]
        images = in_batches(
            lambda part: self.decode_codes([tf.gather(code, part) for code in flat]),
            tf.range(len(flat[0])),
            size=self.modality.together,
        )
        images = tf.reshape(images, (-1, windows, *images.shape[1:]))
        return self.modality.joined(images) if windows > 1 else images[:, 0]
