"""The graphs over rows of models with discrete codes: see `tfaudiogen.models.rows`."""

import math

import tensorflow as tf

from tfaudiogen import noise
from tfaudiogen.models.long_codes import check_columns, join, windows_of
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
    """The graphs of a `CodeModel`: those of `CodeRows`, sampling and the likelihood.

    Raises:
        ValueError: for `samples` beyond a window of maps that have no halves.
    """

    def __init__(self, model, samples=None):
        super().__init__(model, samples)
        frames = math.ceil(self.samples / self.spectrogram.hop)
        self.windows = windows_for(frames, self.spectrogram)
        if self.windows > 1:
            check_columns(self.shapes)
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
        """Return the map int32 [1, T (W + 1) / 2, ...] of a level, as `Filling` draws it.

        Each window after the first keeps the second half of the one before it as its first.
        """
        prior = self.model.priors[level]
        columns, half, tail = prior.shape[0], prior.shape[0] // 2, prior.shape[1:]
        starts = [half * window for window in range(self.windows)]
        levels = [noise.uniform(key, f"codes {level} {at} 0", (prior.length,)) for at in starts]
        nothing = tf.zeros((1, *prior.shape), tf.int32)

        def window(levels, start, given, known):
            conditions = {"label": label, "maps": self._above(level, above, start)}
            known = tf.reshape(tf.range(columns) < known, (1, columns, *[1] * len(tail)))
            return prior.walk(
                levels, conditions, given, tf.broadcast_to(known, given.shape), settings
            )

        def following(before, each):
            return window(*each, tf.concat([before[:, half:], nothing[:, :half]], axis=1), half)

        first = window(levels[0], 0, nothing, 0)
        if self.windows == 1:
            return first
        later = tf.scan(following, (tf.stack(levels[1:]), tf.constant(starts[1:])), first)
        later = tf.reshape(later[:, :, half:], (1, half * (self.windows - 1), *tail))
        return tf.concat([first, later], axis=1)

    def _above(self, level, codes, start):
        """Return the windows of the maps above that condition one that starts at a column."""
        prior = self.model.priors[level]
        first = level - len(prior.conditions.maps)
        found = []
        for code, shape in zip(codes[first:], self.shapes[first:level], strict=True):
            begin = [0, start * shape[0] // prior.shape[0], *[0] * (len(shape) - 1)]
            found.append(tf.slice(code, begin, [1, *shape]))
        return found

    def _log_prob(self, waveform, label):
        """Return the sum over consecutive windows."""
        terms = tf.map_fn(
            lambda each: self.model.image_log_prob(each[0][None], each[1][None], label[None])[0],
            self._consecutive(waveform),
            fn_output_signature=NUMBER,
        )
        return tf.reduce_sum(terms)
