"""Per-example graphs of translators; see `tfaudiogen.models.modalities.graphs`."""

import tensorflow as tf

from tfaudiogen.models.autoencoders.codes_graph import CodeGraph
from tfaudiogen.models.autoencoders.vqvae import VQVAE
from tfaudiogen.models.modalities.graphs import (
    COUNT,
    INTEGER,
    NUMBER,
    map_examples,
    modality_graph_of,
)
from tfaudiogen.models.modalities.latent_graph import LatentGraph
from tfaudiogen.models.modalities.windows import consecutive
from tfaudiogen.models.priors.code_model_graph import LABEL
from tfaudiogen.models.priors.sampler_graph import GraphCodeSampler
from tfaudiogen.probability import noise


class TranslationGraph:
    """Base class of the per-example graphs that sample a target given a source.

    Subclasses define `settings` and `drawn`.

    Args:
        model: a `Translation`.
        samples: N, length of sampled audio; by default one window. Must be None for images.
    """

    settings = {}
    """{name: `tf.TensorSpec`} of the scalar sampling settings; see the model's `sample`."""

    def __init__(self, model, samples=None):
        self.model = model
        self.source = modality_graph_of(model.source_representation)
        self.target = modality_graph_of(model.representation, samples)
        inputs = (self.source.spec, INTEGER, INTEGER, *self.settings.values())
        self.sample = map_examples(self._sample, inputs, self.target.spec)

    def _sample(self, inputs, seed, index, *settings):
        """Samples the target by seed and index."""
        key = noise.Key(seed, tf.zeros([], tf.int64), index[None])
        return self.target.cut(self.drawn(key, self._vectors(inputs), *settings))

    def drawn(self, key, vectors, *settings):
        """Samples the target, a waveform [N] of whole windows or an image [H, W, C].

        Args:
            key: `tfaudiogen.probability.noise.Key` of one sample.
            vectors: source vectors [1, M, V].
            settings: values of the class attribute `settings`, in order.
        """
        raise NotImplementedError(f"{type(self).__name__} must define drawn")

    def _vectors(self, inputs):
        """Encodes the source to vectors [1, M, V]."""
        source, encoder = self.model.source_representation, self.model.encoder
        if source.kind == "pictures":
            return self.model(source(inputs[None]))
        images, frames = consecutive(inputs, source)
        _, *shape = encoder.compute_output_shape((None, *source.image_shape))
        vectors = tf.map_fn(
            lambda image: self.model(image[None])[0],
            images,
            fn_output_signature=tf.TensorSpec(shape, encoder.compute_dtype),
        )  # [W, M, V]
        return encoder.joined(vectors, frames)


class CodeTranslationGraph(TranslationGraph):
    """Per-example graph of a `Translator`, with a "label" setting if it has `label_names`."""

    settings = {"temperature": NUMBER, "guidance": NUMBER}

    def __init__(self, model, samples=None):
        if model.label_names:
            self.settings = {**self.settings, "label": LABEL}
        super().__init__(model, samples)
        self.sampler = GraphCodeSampler(model.priors, self.target.windows)
        self.autoencoder = CodeGraph(model.target, samples)

    def drawn(self, key, vectors, temperature, guidance, label=None):
        settings = {
            "temperature": temperature,
            "top_k": tf.constant(0),
            "top_p": tf.constant(1.0),
            "guidance": guidance,
        }
        conditions = {"vectors": vectors, "label": None if label is None else label[None]}
        codes = self.sampler.codes(key, conditions, settings)
        return self.autoencoder.decoded(*[code[0] for code in codes])


class LatentTranslationGraph(TranslationGraph):
    """Base class of the per-example graphs of translators with continuous latents."""

    def __init__(self, model, samples=None):
        super().__init__(model, samples)
        model.latents.check_windows(self.target.windows)
        graph = CodeGraph if isinstance(model.target, VQVAE) else LatentGraph
        self.autoencoder = graph(model.target, samples)

    def decoded(self, latents):
        """Decodes the latents of one sample (see `target_latents`) to a waveform or image."""
        if isinstance(self.autoencoder, CodeGraph):
            codes = self.model.target.nearest_codes(latents)
            return self.autoencoder.decoded(*[code[0] for code in codes])
        return self.autoencoder.decoded(self.target.of_windows(latents[0][0, :, 0]))


class FlowTranslationGraph(LatentTranslationGraph):
    """Per-example graph of a `FlowTranslator`, with Heun's method."""

    settings = {"temperature": NUMBER, "guidance": NUMBER, "rescale": NUMBER, "steps": COUNT}

    def drawn(self, key, vectors, temperature, guidance, rescale, steps):
        windows = self.target.windows
        start = [temperature * one for one in self.model.latents.noise(key, windows)]
        settings = (guidance, rescale, steps)
        return self.decoded(self.model.solved(start, vectors, *settings, windows))


class VariationalTranslationGraph(LatentTranslationGraph):
    """Per-example graph of a `VariationalTranslator`."""

    settings = {"temperature": NUMBER}

    def drawn(self, key, vectors, temperature):
        windows = self.target.windows
        found = self.model.sample_latents(key, vectors, windows, temperature)
        return self.decoded([found[:, :, None]])
