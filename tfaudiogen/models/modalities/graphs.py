"""Per-example graph functions, shared by Python and SavedModels.

Each function is written for one waveform of any length or one image, mapped over the batch, and
traced once, so an example's result never depends on the rest of its batch. Phase retrieval
amplifies rounding, so Python runs exactly the graph that is saved.
"""

import tensorflow as tf

from tfaudiogen.models.modalities.audio_graph import AudioGraph
from tfaudiogen.models.modalities.image_graph import ImageGraph

INTEGER, NUMBER = tf.TensorSpec([], tf.int64), tf.TensorSpec([], tf.float32)
COUNT = tf.TensorSpec([], tf.int32)
_REMEMBERED = 4
"""Number of settings whose graphs a model caches, about 14 MB each."""
_GRAPHS = {"sounds": AudioGraph, "pictures": ImageGraph}


def modality_graph_of(representation, samples=None):
    """Return the `AudioGraph` of a `Spectrogram`, or the `ImageGraph` of `Pictures`.

    Args:
        representation: representation of a model's inputs or outputs.
        samples: N, length of sampled audio; by default one window. Must be None for images.
    """
    return _GRAPHS[representation.kind](representation, samples)


def remembered(model, kind, **settings):
    """Return a model's per-example graphs for some settings, from a cache of the latest ones.

    Args:
        model: the model.
        kind: class of the graphs, such as `LatentGraph`.
        settings: keyword arguments of `kind`.
    """
    known = model.__dict__.setdefault("_known_graphs", {})  # setattr would make Keras track it
    key = tuple(sorted(settings.items()))
    graph = known.pop(key, None) or kind(model, **settings)
    known[key] = graph
    if len(known) > _REMEMBERED:
        del known[next(iter(known))]
    return graph


class AutoencoderGraph:
    """Per-example graph of an autoencoder.

    Args:
        model: a model with the methods listed in `ModalityAutoencoder`.
        samples: N, length of sampled audio, if the subclass samples; by default one window. Must
            be None for images.
    """

    def __init__(self, model, samples=None):
        self.model, self.modality = model, modality_graph_of(model.representation, samples)
        spec = self.modality.spec
        self.reconstruct = map_examples(self._reconstruct, (spec,), spec)

    def _reconstruct(self, inputs):
        return self.modality.reconstructed(self.model.reconstruct_images, inputs)


def map_examples(function, inputs, output):
    """Return the `tf.function` that maps a per-example function over a batch.

    Args:
        function: maps tensors without a batch dimension to a tensor or a tuple of tensors.
        inputs: `tf.TensorSpec`s of its arguments.
        output: `tf.TensorSpec` of its result, or a tuple of them.
    """

    def mapped(*batch):
        return tf.map_fn(lambda example: function(*example), batch, fn_output_signature=output)

    specs = [tf.TensorSpec([None, *spec.shape], spec.dtype) for spec in inputs]
    return tf.function(mapped, specs, autograph=False)
