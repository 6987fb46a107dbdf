"""Probabilistic modelling of sound in TensorFlow.

Public names are resolved on first use, so that `import tfaudiogen` and
`tfaudiogen --help` do not pay for importing TensorFlow. Keras learns on import under which names
saved files call the classes.
"""

import importlib
from pathlib import Path

from tfaudiogen import keras_backend, registration

_PUBLIC = {
    "Spectrogram": "tfaudiogen.layers.spectrogram",
    "Pictures": "tfaudiogen.layers.pictures",
    "Encoder": "tfaudiogen.layers.encoder",
    "Decoder": "tfaudiogen.layers.decoder",
    "GaussianHead": "tfaudiogen.layers.gaussian",
    "GaussianMixturePrior": "tfaudiogen.layers.mixture",
    "PixelLikelihood": "tfaudiogen.layers.likelihood",
    "LiteratureEncoder": "tfaudiogen.layers.literature",
    "LiteratureDecoder": "tfaudiogen.layers.literature",
    "FeatureEncoder": "tfaudiogen.layers.feature_maps",
    "FeatureDecoder": "tfaudiogen.layers.feature_maps",
    "VectorQuantizer": "tfaudiogen.layers.quantizer",
    "ResidualQuantizer": "tfaudiogen.layers.quantizer_residual",
    "FiniteScalarQuantizer": "tfaudiogen.layers.quantizer_finite",
    "PatchDiscriminator": "tfaudiogen.layers.discriminator",
    "SequenceEncoder": "tfaudiogen.layers.sequence_encoder",
    "EmbeddingEncoder": "tfaudiogen.layers.embedding_encoder",
    "EmbeddingTower": "tfaudiogen.layers.embedding_tower",
    "Texts": "tfaudiogen.layers.told",
    "Labels": "tfaudiogen.layers.told",
    "Vectors": "tfaudiogen.layers.told",
    "PatchEncoder": "tfaudiogen.layers.patch_encoder",
    "TextEncoder": "tfaudiogen.layers.told_encoders",
    "LabelEncoder": "tfaudiogen.layers.told_encoders",
    "VectorEncoder": "tfaudiogen.layers.told_encoders",
    "Transformer": "tfaudiogen.layers.transformer",
    "LSTMStack": "tfaudiogen.layers.recurrent",
    "CodePrior": "tfaudiogen.models.code_prior",
    "CodeModel": "tfaudiogen.models.code_model",
    "Translator": "tfaudiogen.models.translator",
    "FlowTranslator": "tfaudiogen.models.flow_translator",
    "VariationalTranslator": "tfaudiogen.models.variational_translator",
    "AudioImageEmbedder": "tfaudiogen.models.embedder",
    "PictureTagger": "tfaudiogen.models.tagger",
    "ProbabilisticModel": "tfaudiogen.models.base",
    "VAE": "tfaudiogen.models.vae",
    "VQVAE": "tfaudiogen.models.vqvae",
    "VQGAN": "tfaudiogen.models.vqgan",
    "load": "tfaudiogen.saving",
    "save": "tfaudiogen.saving",
    "prepare": "tfaudiogen.data",
    "load_dataset": "tfaudiogen.data",
    "evaluate": "tfaudiogen.evaluation",
    "train": "tfaudiogen.training",
    "export": "tfaudiogen.saved_model",
}

__all__ = sorted(_PUBLIC)
__version__ = "0.1.0"

# In a checkout the builders and the trained models lie beside the package and not inside it,
# where the installation puts them.
_CHECKOUT = Path(__file__).resolve().parent.parent
if (_CHECKOUT / "setup.cfg").exists() and not (Path(__file__).parent / "datasets").exists():
    __path__.append(str(_CHECKOUT))

registration.announce()


def __getattr__(name):
    if name not in _PUBLIC:
        raise AttributeError(f"module 'tfaudiogen' has no attribute {name!r}")
    keras_backend.require_tensorflow()
    return getattr(importlib.import_module(_PUBLIC[name]), name)


def __dir__():
    return sorted([*globals(), *_PUBLIC])
