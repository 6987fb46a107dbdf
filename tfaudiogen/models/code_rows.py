"""The graphs over rows of models with discrete codes: see `tfaudiogen.models.rows`."""

import math

import tensorflow as tf

from tfaudiogen import noise
from tfaudiogen.models.long_codes import join, windows_of
from tfaudiogen.models.rows import INTEGER, NUMBER, WAVEFORM, AutoencoderRows, over_rows
from tfaudiogen.models.windows import windows_for

LABEL = tf.TensorSpec([], tf.int32)


class CodeRows(AutoencoderRows):
    """The graphs of an autoencoder with codes; maps of long sounds are as in `long_codes`.

    Args:
        model: a model with the methods of images that `CodeAutoencoder` lists.
        samples: N of what `sample` draws; one window where left out.
    """

    def __init__(self, model, samples=None):
        super().__init__(model, samples)
        self.shapes, _ = model.code_maps()
        codes = tuple(tf.TensorSpec([None, *shape[1:]], tf.int32) for shape in self.shapes)
        self.encode = over_rows(self._encode, (WAVEFORM,), codes)
        self.decode = over_rows(self._decode, codes, WAVEFORM)

    def _encode(self, waveform):
        """Return the code map of each level, [T_l (W + 1) / 2, ...]."""
        signature = tuple(tf.TensorSpec(shape, tf.int32) for shape in self.shapes)
        codes = tf.map_fn(
            lambda image: tuple(code[0] for code in self.model.encode_codes(image[None])),
            self._overlapping(waveform),
            fn_output_signature=signature,
        )  # [W, T_l, ...] of each level
        return tuple(map(join, codes))

    def _decode(self, *codes):
        windows = [
            windows_of(code[None], shape[0])[0]
            for code, shape in zip(codes, self.shapes, strict=True)
        ]
        return self._decoded(self._image_of, *windows)

    def _image_of(self, *codes):
        return self.model.decode_codes([code[None] for code in codes])[0]


class CodeModelRows(CodeRows):
    """The graphs of a `CodeModel`: those of `CodeRows`, sampling and the likelihood."""

    def __init__(self, model, samples=None):
        super().__init__(model, samples)
        draw = (INTEGER, INTEGER, LABEL, NUMBER, LABEL, NUMBER, NUMBER)
        self.sample = over_rows(self._sample, draw, WAVEFORM)
        self.log_prob = over_rows(self._log_prob, (WAVEFORM, LABEL), NUMBER)

    def _sample(self, seed, index, label, temperature, top_k, top_p, guidance):
        """Draw [N] by seed and index; a label below 0 is none, a top_k of 0 keeps all codes."""
        key = noise.Key(seed, tf.zeros([], tf.int64), index[None])
        settings = {
            "temperature": temperature,
            "top_k": top_k,
            "top_p": top_p,
            "guidance": guidance,
        }
        codes = []
        for level in range(len(self.shapes)):
            codes.append(self._drawn(level, key, label[None], codes, settings))
        return self._decode(*[code[0] for code in codes])[: self.samples]

    def _drawn(self, level, key, label, above, settings):
        """Return the map int32 [1, T (W + 1) / 2, ...] of a level, as `Filling` draws it."""
        prior = self.model.priors[level]
        columns, half = prior.shape[0], max(1, prior.shape[0] // 2)
        frames = math.ceil(self.samples / self.spectrogram.hop)
        starts = [half * window for window in range(windows_for(frames, self.spectrogram))]
        levels = [noise.uniform(key, f"codes {level} {at} 0", (prior.length,)) for at in starts]
        first = max(0, level - len(prior.conditions.maps))

        def window(levels, start, before, known):
            maps = [
                tf.slice(code, *self._cut(code, start, columns, shape))
                for code, shape in zip(above[first:level], self.shapes[first:level], strict=True)
            ]
            return prior.walk(levels, {"label": label, "maps": maps}, before, known, settings)

        nothing = tf.zeros((1, *prior.shape), tf.int32)
        begun = window(levels[0], 0, nothing, tf.zeros_like(nothing, tf.bool))
        if len(starts) == 1:
            return begun
        known = tf.range(columns) < columns - half
        known = tf.reshape(known, (1, columns, *[1] * (len(prior.shape) - 1)))

        def following(before, each):
            moved = tf.concat([before[:, half:], nothing[:, :half]], axis=1)
            return window(*each, moved, tf.broadcast_to(known, moved.shape))

        each = tf.stack(levels[1:]), tf.constant(starts[1:])
        later = tf.scan(following, each, initializer=begun)[:, :, columns - half :]
        tail = prior.shape[1:]
        return tf.concat([begun, tf.reshape(later, (1, half * len(starts[1:]), *tail))], axis=1)

    @staticmethod
    def _cut(code, start, columns, shape):
        """Return where a window of a map above begins, and its size."""
        begin = start * shape[0] // columns
        return [0, begin, *[0] * (len(shape) - 1)], [1, *shape]

    def _log_prob(self, waveform, label):
        """Return the sum over consecutive windows."""
        terms = tf.map_fn(
            lambda each: self.model.image_log_prob(each[0][None], each[1][None], label[None])[0],
            self._consecutive(waveform),
            fn_output_signature=NUMBER,
        )
        return tf.reduce_sum(terms)
