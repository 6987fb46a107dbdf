"""Per-example graphs of an embedder; see `tfaudiogen.models.modalities.graphs`."""

import tensorflow as tf

from tfaudiogen.layers.conditioning.embedding_tower import direction
from tfaudiogen.models.modalities.graphs import map_examples, modality_graph_of


class EmbeddingGraph:
    """Per-example graphs of `embed_sounds` and `embed_pictures`; see `Embedding`.

    Args:
        model: an `AudioImageEmbedder`.
    """

    def __init__(self, model):
        self.model = model
        embedding = tf.TensorSpec([model.size], tf.float32)
        sound = modality_graph_of(model.representation).spec
        picture = modality_graph_of(model.pictures).spec
        self.embed_sound = map_examples(self._embed_sound, (sound,), embedding)
        self.embed_picture = map_examples(self._embed_picture, (picture,), embedding)

    def _embed_sound(self, waveform):
        spectrogram = self.model.representation
        window, count = spectrogram.samples, tf.size(waveform)
        windows = -(-count // window)
        padded = tf.pad(waveform, [[0, windows * window - count]])
        images = spectrogram(tf.reshape(padded, (-1, window)))
        vectors = tf.map_fn(lambda image: self.model.embed_images(image[None])[0], images)
        held = tf.minimum(count - window * tf.range(windows), window)
        weights = tf.cast(held, tf.float32) / float(window)
        return direction(tf.linalg.matvec(vectors, weights, transpose_a=True))

    def _embed_picture(self, picture):
        return self.model.picture_tower(self.model.pictures(picture[None]))[0]
