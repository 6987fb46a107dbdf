"""The graphs over rows of translators: see `tfaudiogen.models.rows`."""

import tensorflow as tf

from tfaudiogen import noise
from tfaudiogen.models.code_rows import CodeRows
from tfaudiogen.models.graph_filling import GraphFilling
from tfaudiogen.models.rows import INTEGER, NUMBER, over_rows, row_of
from tfaudiogen.models.windows import consecutive


class TranslationRows:
    """The graph of what all translators do: a draw of the target given the source.

    A family of translators gives `drawn`.

    Args:
        model: a `Translation`.
        samples: N of drawn sounds; one window where left out, and None for pictures.
    """

    def __init__(self, model, samples=None):
        self.model = model
        self.source, self.target = row_of(model.source), row_of(model.spectrogram, samples)
        given = (self.source.spec, INTEGER, INTEGER, NUMBER, NUMBER)
        self.sample = over_rows(self._sample, given, self.target.spec)

    def _sample(self, given, seed, index, temperature, guidance):
        """Draw the target by seed and index."""
        key = noise.Key(seed, tf.zeros([], tf.int64), index[None])
        return self.target.cut(self.drawn(key, self._vectors(given), temperature, guidance))

    def drawn(self, key, vectors, temperature, guidance):
        """Return a draw of the target, a sound [N] of whole windows or a picture [H, W, C].

        Args:
            key: `tfaudiogen.noise.Key` of one draw.
            vectors: [1, M, V] of the source.
            temperature, guidance: float32 scalars.
        """
        raise NotImplementedError(f"{type(self).__name__} must define drawn")

    def _vectors(self, given):
        """Return the vectors [1, M, V] of the source."""
        source, encoder = self.model.source, self.model.encoder
        if source.kind == "pictures":
            return self.model(source(given[None]))
        images, frames = consecutive(given, source)
        _, *shape = encoder.compute_output_shape((None, *source.image_shape))
        vectors = tf.map_fn(
            lambda image: self.model(image[None])[0],
            images,
            fn_output_signature=tf.TensorSpec(shape, encoder.compute_dtype),
        )  # [W, M, V]
        return encoder.joined(vectors, frames)


class CodeTranslationRows(TranslationRows):
    """The graph of a `Translator`, whose target has codes."""

    def __init__(self, model, samples=None):
        super().__init__(model, samples)
        self.filling = GraphFilling(model.priors, self.target.windows)
        self.autoencoder = CodeRows(model.target, samples)

    def drawn(self, key, vectors, temperature, guidance):
        settings = {
            "temperature": temperature,
            "top_k": tf.constant(0),
            "top_p": tf.constant(1.0),
            "guidance": guidance,
        }
        codes = self.filling.codes(key, {"vectors": vectors}, settings)
        return self.autoencoder.decoded(*[code[0] for code in codes])
