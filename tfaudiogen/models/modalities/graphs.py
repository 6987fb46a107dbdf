"""Per-example graph functions, the same in Python and in a SavedModel.

Each function is written for one sound of any length or one picture, mapped over the rows of its
inputs, so that a row never depends on its neighbours, and traced once. Phase retrieval magnifies
rounding, so it matters that Python runs the very graph that is saved.
"""

import tensorflow as tf

from tfaudiogen.models.modalities.audio_graph import AudioGraph
from tfaudiogen.models.modalities.image_graph import ImageGraph

INTEGER, NUMBER = tf.TensorSpec([], tf.int64), tf.TensorSpec([], tf.float32)
COUNT = tf.TensorSpec([], tf.int32)
_REMEMBERED = 4
"""Settings of which a model keeps the graphs, some 14 MB each."""
_ROWS = {"sounds": AudioGraph, "pictures": ImageGraph}


def row_of(representation, samples=None):
    """Return the `AudioGraph` or `ImageGraph` of a `Spectrogram` or `Pictures`.

    Args:
        representation: of what a model takes or gives.
        samples: N of drawn sounds; one window where left out, and None for pictures.
    """
    return _ROWS[representation.kind](representation, samples)


def remembered(model, kind, **settings):
    """Return the rows of a model for these settings, traced once; of many settings the latest.

    Args:
        model: whose they are.
        kind: their class.
        settings: its arguments.
    """
    known = model.__dict__.setdefault("_known_rows", {})  # Keras tracks what it is told of
    key = tuple(sorted(settings.items()))
    rows = known.pop(key, None) or kind(model, **settings)
    known[key] = rows
    if len(known) > _REMEMBERED:
        del known[next(iter(known))]
    return rows


class AutoencoderGraph:
    """The graph of an autoencoder.

    Args:
        model: a model with the methods of images that `ModalityAutoencoder` lists.
        samples: N of what `sample` draws, where there is one; one window where left out, and None
            for pictures.
    """

    def __init__(self, model, samples=None):
        self.model, self.row = model, row_of(model.spectrogram, samples)
        spec = self.row.spec
        self.reconstruct = over_rows(self._reconstruct, (spec,), spec)

    def _reconstruct(self, given):
        return self.row.reconstructed(self.model.reconstruct_images, given)


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
