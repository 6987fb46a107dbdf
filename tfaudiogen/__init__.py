"""Probabilistic modelling of sound in TensorFlow.

Public names are resolved on first use, so that `import tfaudiogen` and
`tfaudiogen --help` do not pay for importing TensorFlow. Keras learns on import under which names
saved files call the classes.
"""

import importlib
from pathlib import Path

from tfaudiogen.runtime import keras_backend, registration

_PUBLIC = {
    "Audio": "tfaudiogen.audio.audio",
    "Spectrogram": "tfaudiogen.layers.representations.spectrogram",
    "Pictures": "tfaudiogen.layers.representations.images",
    "Encoder": "tfaudiogen.layers.convolutional.encoder",
    "Decoder": "tfaudiogen.layers.convolutional.decoder",
    "GaussianHead": "tfaudiogen.layers.probabilistic.gaussian",
    "GaussianMixturePrior": "tfaudiogen.layers.probabilistic.mixture",
    "LatentPrior": "tfaudiogen.layers.probabilistic.latent_prior",
    "PixelLikelihood": "tfaudiogen.layers.probabilistic.likelihood",
    "LiteratureEncoder": "tfaudiogen.layers.convolutional.literature",
    "LiteratureDecoder": "tfaudiogen.layers.convolutional.literature",
    "FeatureEncoder": "tfaudiogen.layers.convolutional.feature_maps",
    "FeatureDecoder": "tfaudiogen.layers.convolutional.feature_maps",
    "VectorQuantizer": "tfaudiogen.layers.quantizers.vector",
    "ResidualQuantizer": "tfaudiogen.layers.quantizers.residual",
    "FiniteScalarQuantizer": "tfaudiogen.layers.quantizers.finite_scalar",
    "PatchDiscriminator": "tfaudiogen.layers.adversarial.discriminator",
    "SequenceEncoder": "tfaudiogen.layers.convolutional.sequence_encoder",
    "EmbeddingEncoder": "tfaudiogen.layers.conditioning.embedding_encoder",
    "EmbeddingTower": "tfaudiogen.layers.conditioning.embedding_tower",
    "Texts": "tfaudiogen.layers.representations.conditions",
    "Labels": "tfaudiogen.layers.representations.conditions",
    "Vectors": "tfaudiogen.layers.representations.conditions",
    "PatchEncoder": "tfaudiogen.layers.transformers.patch_encoder",
    "TextEncoder": "tfaudiogen.layers.conditioning.condition_encoders",
    "LabelEncoder": "tfaudiogen.layers.conditioning.condition_encoders",
    "VectorEncoder": "tfaudiogen.layers.conditioning.condition_encoders",
    "Transformer": "tfaudiogen.layers.transformers.transformer",
    "LSTMStack": "tfaudiogen.layers.transformers.recurrent",
    "CodePrior": "tfaudiogen.models.priors.code_prior",
    "CodeModel": "tfaudiogen.models.priors.code_model",
    "Translator": "tfaudiogen.models.translators.code",
    "FlowTranslator": "tfaudiogen.models.translators.flow",
    "VariationalTranslator": "tfaudiogen.models.translators.variational",
    "AudioImageEmbedder": "tfaudiogen.models.embedders.embedder",
    "PictureTagger": "tfaudiogen.models.classifiers.tagger",
    "ProbabilisticModel": "tfaudiogen.models.base",
    "VAE": "tfaudiogen.models.autoencoders.vae",
    "VQVAE": "tfaudiogen.models.autoencoders.vqvae",
    "VQGAN": "tfaudiogen.models.autoencoders.vqgan",
    "load": "tfaudiogen.saving",
    "save": "tfaudiogen.saving",
    "prepare": "tfaudiogen.data",
    "load_dataset": "tfaudiogen.data",
    "evaluate": "tfaudiogen.evaluation.protocol",
    "train": "tfaudiogen.training",
    "export": "tfaudiogen.serving.export",
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
