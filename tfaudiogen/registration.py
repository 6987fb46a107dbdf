"""The names under which saved files call the classes of this package, told to Keras early.

A class registers itself with Keras when its module is imported, and those modules import
TensorFlow. So that `keras.saving.load_model` finds the classes after `import tfaudiogen` alone,
which imports neither, each name has a stand-in in Keras' table of custom objects, from the moment
on when both packages are imported. A stand-in imports its class when it is first used.
"""

import importlib
import importlib.util
import sys

PACKAGE = "tfaudiogen"
_CLASSES = {
    "layers.adversary": ("AdaptiveWeight", "Plateau"),
    "layers.attention": ("CausalAttention",),
    "layers.blocks": ("ResidualBlock", "Unfold"),
    "layers.code_context": ("CodeMapContext",),
    "layers.codebook": ("Codebook",),
    "layers.decoder": ("Decoder",),
    "layers.discriminator": ("PatchDiscriminator",),
    "layers.embedding_encoder": ("EmbeddingEncoder",),
    "layers.embedding_tower": ("EmbeddingTower",),
    "layers.encoder": ("Encoder",),
    "layers.feature_maps": ("FeatureDecoder", "FeatureEncoder"),
    "layers.gaussian": ("GaussianHead",),
    "layers.likelihood": ("PixelLikelihood",),
    "layers.literature": ("BatchNormalization", "LiteratureDecoder", "LiteratureEncoder"),
    "layers.mixture": ("GaussianMixturePrior",),
    "layers.patch_encoder": ("PatchEncoder",),
    "layers.pictures": ("Pictures",),
    "layers.quantizer": ("VectorQuantizer",),
    "layers.quantizer_finite": ("FiniteScalarQuantizer",),
    "layers.quantizer_residual": ("ResidualQuantizer",),
    "layers.recurrent": ("LSTMStack",),
    "layers.sequence_encoder": ("SequenceEncoder",),
    "layers.spectrogram": ("Spectrogram",),
    "layers.told": ("Labels", "Texts", "Vectors"),
    "layers.told_encoders": ("LabelEncoder", "TextEncoder", "VectorEncoder"),
    "layers.transformer": ("Transformer", "TransformerBlock"),
    "layers.transformer_encoder": ("EncoderBlock", "SelfAttention", "TransformerEncoder"),
    "layers.upsampled_convolution": ("UpsampledConvolution",),
    "layers.whitener": ("Whitener",),
    "models.code_model": ("CodeModel",),
    "models.code_prior": ("CodePrior",),
    "models.embedder": ("AudioImageEmbedder",),
    "models.flow_translator": ("FlowTranslator",),
    "models.tagger": ("PictureTagger",),
    "models.translator": ("Translator",),
    "models.vae": ("VAE",),
    "models.variational_translator": ("VariationalTranslator",),
    "models.vqgan": ("VQGAN",),
    "models.vqvae": ("VQVAE",),
    "training.schedule": ("LearningRate",),
}
REGISTERED = {name: f"{PACKAGE}.{part}" for part, names in _CLASSES.items() for name in names}
"""The module of each class that saved files may name."""


class StandIn:
    """Stands for a class in Keras' table until it is used, which imports the class.

    Args:
        name: of the class.
    """

    def __init__(self, name):
        self._name = name

    def __getattr__(self, attribute):
        module = importlib.import_module(REGISTERED[self._name])
        return getattr(getattr(module, self._name), attribute)


class _AfterKeras:
    """A finder that tells Keras the names as soon as it has been imported."""

    def __init__(self):
        self._looking = False

    def find_spec(self, name, path=None, target=None):
        """Return the spec of Keras with a loader that registers after loading; None of others."""
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
    """Tell Keras the names of the classes: now if it has been imported, else once it will be."""
    if "keras" in sys.modules:
        _register(sys.modules["keras"])
    else:
        sys.meta_path.insert(0, _AfterKeras())
