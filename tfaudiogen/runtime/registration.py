"""Registers the classes of this package with Keras, lazily.

A class registers itself when its module is imported, which imports TensorFlow. So that
`keras.saving.load_model` finds the classes after just `import tfaudiogen`, which imports neither
Keras nor TensorFlow, a proxy for each class is added to Keras' custom objects as soon as both
packages are imported. A proxy (`StandIn`) imports its class on first use.
"""

import importlib
import importlib.util
import sys

PACKAGE = "tfaudiogen"
_CLASSES = {
    "layers.adversarial.adversary": ("AdaptiveWeight", "Plateau"),
    "layers.transformers.attention": ("CausalAttention",),
    "layers.blocks.residual": ("ResidualBlock", "Unfold"),
    "layers.conditioning.code_context": ("CodeMapContext",),
    "layers.quantizers.codebook": ("Codebook",),
    "layers.convolutional.decoder": ("Decoder",),
    "layers.adversarial.discriminator": ("PatchDiscriminator",),
    "layers.conditioning.embedding_encoder": ("EmbeddingEncoder",),
    "layers.conditioning.embedding_tower": ("EmbeddingTower",),
    "layers.convolutional.encoder": ("Encoder",),
    "layers.convolutional.feature_maps": ("FeatureDecoder", "FeatureEncoder"),
    "layers.probabilistic.gaussian": ("GaussianHead",),
    "layers.probabilistic.likelihood": ("PixelLikelihood",),
    "layers.convolutional.literature": (
        "BatchNormalization",
        "LiteratureDecoder",
        "LiteratureEncoder",
    ),
    "layers.probabilistic.mixture": ("GaussianMixturePrior",),
    "layers.transformers.patch_encoder": ("PatchEncoder",),
    "layers.representations.images": ("Pictures",),
    "layers.quantizers.vector": ("VectorQuantizer",),
    "layers.quantizers.finite_scalar": ("FiniteScalarQuantizer",),
    "layers.quantizers.residual": ("ResidualQuantizer",),
    "layers.transformers.recurrent": ("LSTMStack",),
    "layers.convolutional.sequence_encoder": ("SequenceEncoder",),
    "layers.representations.spectrogram": ("Spectrogram",),
    "layers.representations.conditions": ("Labels", "Texts", "Vectors"),
    "layers.conditioning.condition_encoders": ("LabelEncoder", "TextEncoder", "VectorEncoder"),
    "layers.transformers.transformer": ("Transformer", "TransformerBlock"),
    "layers.transformers.encoder": ("EncoderBlock", "SelfAttention", "TransformerEncoder"),
    "layers.blocks.upsampled_convolution": ("UpsampledConvolution",),
    "layers.quantizers.whitener": ("Whitener",),
    "models.priors.code_model": ("CodeModel",),
    "models.priors.code_prior": ("CodePrior",),
    "models.embedders.embedder": ("AudioImageEmbedder",),
    "models.translators.flow": ("FlowTranslator",),
    "models.classifiers.tagger": ("PictureTagger",),
    "models.translators.code": ("Translator",),
    "models.autoencoders.vae": ("VAE",),
    "models.translators.variational": ("VariationalTranslator",),
    "models.autoencoders.vqgan": ("VQGAN",),
    "models.autoencoders.vqvae": ("VQVAE",),
    "training.schedule": ("LearningRate",),
}
REGISTERED = {name: f"{PACKAGE}.{part}" for part, names in _CLASSES.items() for name in names}
"""Class names that saved files may contain, and the module of each."""


class StandIn:
    """Lazy proxy for a class in Keras' custom objects; imports the class on first use.

    Args:
        name: name of the class.
    """

    def __init__(self, name):
        self._name = name

    def __getattr__(self, attribute):
        module = importlib.import_module(REGISTERED[self._name])
        return getattr(getattr(module, self._name), attribute)


class _AfterKeras:
    """Import finder that registers the classes as soon as Keras has been imported."""

    def __init__(self):
        self._looking = False

    def find_spec(self, name, path=None, target=None):
        """Return Keras' spec with a loader that registers the classes; None for other modules."""
        if name != "keras" or self._looking:
            return None
        self._looking = True
        try:
            spec = importlib.util.find_spec(name)
        finally:
            self._looking = False
        if spec and spec.loader:
            spec.loader.exec_module = _then_register(spec.loader.exec_module)
        return spec


def _then_register(load):
    def load_and_register(module):
        load(module)
        _register(module)

    return load_and_register


def _register(keras):
    known = keras.saving.get_custom_objects()
    for name in REGISTERED:
        known.setdefault(f"{PACKAGE}>{name}", StandIn(name))


def announce():
    """Registers the classes with Keras, now or as soon as Keras is imported."""
    if "keras" in sys.modules:
        _register(sys.modules["keras"])
    else:
        sys.meta_path.insert(0, _AfterKeras())
