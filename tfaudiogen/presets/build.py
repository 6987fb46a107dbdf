"""Builds models from the values of presets."""

import contextlib
import math

import keras

from tfaudiogen.layers.adversarial.adversary import Plateau
from tfaudiogen.layers.adversarial.discriminator import PatchDiscriminator
from tfaudiogen.layers.conditioning.condition_encoders import VectorEncoder
from tfaudiogen.layers.conditioning.embedding_encoder import EmbeddingEncoder
from tfaudiogen.layers.conditioning.embedding_tower import EmbeddingTower
from tfaudiogen.layers.convolutional.decoder import Decoder
from tfaudiogen.layers.convolutional.encoder import Encoder
from tfaudiogen.layers.convolutional.literature import LiteratureDecoder, LiteratureEncoder
from tfaudiogen.layers.convolutional.sequence_encoder import SequenceEncoder
from tfaudiogen.layers.probabilistic.gaussian import GaussianHead
from tfaudiogen.layers.probabilistic.likelihood import PixelLikelihood
from tfaudiogen.layers.probabilistic.mixture import GaussianMixturePrior
from tfaudiogen.layers.quantizers.finite_scalar import FiniteScalarQuantizer
from tfaudiogen.layers.quantizers.residual import ResidualQuantizer
from tfaudiogen.layers.quantizers.vector import VectorQuantizer
from tfaudiogen.layers.representations.conditions import Vectors
from tfaudiogen.layers.representations.images import Pictures
from tfaudiogen.layers.representations.spectrogram import Spectrogram
from tfaudiogen.layers.transformers.patch_encoder import PatchEncoder
from tfaudiogen.layers.transformers.recurrent import LSTMStack
from tfaudiogen.layers.transformers.transformer import Transformer
from tfaudiogen.models.autoencoders.code_levels import default_decoders, default_encoders
from tfaudiogen.models.autoencoders.vae import VAE
from tfaudiogen.models.autoencoders.vqgan import VQGAN
from tfaudiogen.models.autoencoders.vqvae import VQVAE
from tfaudiogen.models.classifiers.tagger import PictureTagger
from tfaudiogen.models.embedders.embedder import AudioImageEmbedder
from tfaudiogen.models.priors.code_prior import CodePrior
from tfaudiogen.models.priors.labels import further_words, words_of
from tfaudiogen.models.translators.code import Translator
from tfaudiogen.models.translators.flow import FlowTranslator
from tfaudiogen.models.translators.variational import VariationalTranslator
from tfaudiogen.presets.levels import of_level
from tfaudiogen.presets.sources import conditioning_source

PRECISIONS = ("float32", "mixed_bfloat16", "mixed_float16")


@contextlib.contextmanager
def precision(policy):
    """Context in which new layers use a dtype policy, one of `PRECISIONS`.

    Weights, transforms, Cholesky factors, divergences and likelihoods stay float32 under all.
    """
    if policy not in PRECISIONS:
        raise ValueError(f"precision must be one of {', '.join(PRECISIONS)}; received {policy!r}")
    before = keras.config.dtype_policy()
    keras.config.set_dtype_policy(policy)
    try:
        yield
    finally:
        keras.config.set_dtype_policy(before)


def build_model(spectrogram, model, class_names=(), pictures=None):
    """Return the model of a preset's "spectrogram" and/or "pictures", and "model" sections."""
    if model["kind"] not in _KINDS:
        raise ValueError(f"kind must be one of {', '.join(_KINDS)}; received {model['kind']!r}")
    representation = _representation(spectrogram, pictures)
    return _KINDS[model["kind"]](representation, model, class_names)


def _representation(spectrogram, pictures):
    """Return the `Spectrogram`, the `Pictures`, or a tuple of both."""
    if spectrogram and pictures:
        return Spectrogram(**spectrogram), Pictures(**pictures)
    return Pictures(**pictures) if pictures else Spectrogram(**spectrogram)


def _vae(spectrogram, model, class_names):
    channels = spectrogram.image_shape[2]
    likelihood = PixelLikelihood(model["likelihood"], model["scale"], channels)
    output_shape = (*spectrogram.image_shape[:2], likelihood.channels)
    encoder, decoder = _networks(model, output_shape)
    latent_size = model["latent_size"]
    mixture = (model["components"], model["train_weights"], model["learning"])
    return VAE(
        spectrogram,
        encoder=encoder,
        decoder=decoder,
        head=GaussianHead(latent_size, model["hidden"], model["covariance"]),
        prior=GaussianMixturePrior(latent_size, *mixture),
        likelihood=likelihood,
        kl_weight=model["kl_weight"],
        free_bits=model["free_bits"],
        kl_samples=model["kl_samples"],
        class_names=class_names,
    )


def _networks(model, output_shape):
    if model["network"] == "literature":
        return LiteratureEncoder(), LiteratureDecoder(output_shape)
    if model["network"] != "residual":
        raise ValueError(f"network must be residual or literature, received {model['network']!r}")
    stages = (model["widths"], model["strides"], model["blocks"], model["channels"])
    return Encoder(*stages), Decoder(output_shape, *stages)


def _vqvae(spectrogram, model, class_names):
    return VQVAE(spectrogram, **_coded(spectrogram, model), class_names=class_names)


def _vqgan(spectrogram, model, class_names):
    names = ("adversarial_weight", "matching_weight", "waveform_weight", "frozen_steps")
    return VQGAN(
        spectrogram,
        **_coded(spectrogram, model),
        class_names=class_names,
        discriminator=PatchDiscriminator(model["discriminator"]),
        plateau=Plateau(model["patience"], model["tolerance"]),
        **{name: model[name] for name in names},
    )


def _coded(spectrogram, model):
    """Return arguments of a VQVAE or VQGAN: encoders, decoders, quantizers and likelihood."""
    channels = spectrogram.image_shape[2]
    likelihood = PixelLikelihood(model["likelihood"], model["scale"], channels)
    stages = list(zip(model["widths"], model["strides"], strict=True))
    bins = spectrogram.kind == "sounds"
    return {
        "encoders": default_encoders(stages, model["blocks"]),
        "decoders": default_decoders(stages, likelihood.channels, model["blocks"], bins),
        "quantizers": [_quantizer(model, size) for size in model["codebook_sizes"]],
        "likelihood": likelihood,
    }


def _quantizer(model, size):
    """Return the quantizer of a level; `size` is K, or (L_1, ..., L_D) of a finite scalar one."""
    if model["quantizer"] == "finite":
        return FiniteScalarQuantizer(
            size, dead_code_threshold=model["dead_code_threshold"], decay=model["decay"]
        )
    settings = {
        name: model[name] for name in ("codebook_dim", "decay", "dead_code_threshold", "commitment")
    }
    if model["quantizer"] == "residual":
        return ResidualQuantizer(size, model["quantizers"], gradient=model["gradient"], **settings)
    if model["quantizer"] != "vector":
        raise ValueError(
            f"quantizer must be vector, residual or finite; received {model['quantizer']!r}"
        )
    return VectorQuantizer(size, gradient=model["gradient"], **settings)


def _prior(spectrogram, model, class_names):
    """Return a prior over codes.

    Its "shape", "codebook_size", "maps" and "words" are not in presets: training adds them from the
    autoencoder and the data.
    """
    names = (
        "shape",
        "codebook_size",
        "maps",
        "classes",
        "words",
        "codebook_dim",
        "condition_dropout",
        "code_dropout",
        "dropout",
    )
    return CodePrior(backbone=_backbone(model), **{name: model[name] for name in names})


def _translator(spectrogram, model, class_names):
    """Return a translator from its source to the codes of the model in the "target" section."""
    source, encoder, target = _sides(spectrogram, model, class_names)
    shapes, counts = target.code_maps()
    maps = [{"shape": s, "codebook_size": k} for s, k in zip(shapes, counts, strict=True)]
    sizes = [table.shape[-1] for table in target.code_vectors()]
    words = model["label_words_in_source"]
    names, _ = further_words(class_names, words) if words else ([], [])
    priors = []
    for level, code_map in enumerate(maps):
        own = {key: of_level(model[key], len(maps) - 1 - level) for key in _PRIOR}
        conditioned = level < (model["conditioned_levels"] or len(maps))
        own |= {**code_map, "cross": conditioned}
        shares = {name: own[name] for name in _SHARES}
        vectors = encoder.width if conditioned else 0
        codebook_dim = sizes[level] if own["code_vectors"] else 0
        options = {"maps": maps[:level], "vectors": vectors, "codebook_dim": codebook_dim}
        options["mean_vector"] = model["mean_vector"]
        options |= {"classes": len(names), "words": words_of(names)} if conditioned else {}
        priors.append(CodePrior(**code_map, backbone=_backbone(own), **options, **shares))
    own = {name: model[name] for name in _TRANSLATOR}
    return Translator(source, encoder, target, priors, **own)


def _sides(spectrogram, model, class_names):
    """Return source representation, encoder and target model of a translator of any family."""
    target = _KINDS[model["target"]["kind"]](spectrogram, model["target"], class_names)
    if model.get("condition"):
        return *conditioning_source(model, class_names), target
    source = _representation(model["spectrogram"], model["pictures"])
    return source, _source_encoder(source, model), target


def _flow(spectrogram, model, class_names):
    names = ("width", "depth", "heads", "patch", "objective", "times", "condition_dropout")
    names += ("temperature", "guidance")
    sides = _sides(spectrogram, model, class_names)
    translator = FlowTranslator(*sides, **{name: model[name] for name in names})
    if model["lora"]:
        translator.enable_lora(model["lora"])
    return translator


def _variational(spectrogram, model, class_names):
    names = ("hidden", "heads", "joint", "temperature")
    sides = _sides(spectrogram, model, class_names)
    return VariationalTranslator(*sides, **{name: model[name] for name in names})


def _source_encoder(source, model):
    """Return the layer that encodes the source of a translator as a sequence of vectors."""
    if model["encoder"] == "sequence":
        return SequenceEncoder(model["widths"], model["strides"], model["blocks"])
    if model["encoder"] != "embedding":
        raise ValueError(f"encoder must be embedding or sequence; received {model['encoder']!r}")
    side = "sound" if source.kind == "sounds" else "picture"
    return EmbeddingEncoder(_tower(model["embedder"], side), model["anchors"])


def _embedder(representations, model, class_names):
    names = ("loss", "positives", "temperatures")
    return AudioImageEmbedder(
        *representations,
        *(_tower(model, side) for side in ("sound", "picture")),
        **{name: model[name] for name in names},
        class_names=class_names,
    )


def _matcher(pictures, model, class_names):
    """Return an embedder of external embeddings and pictures."""
    encoder = VectorEncoder(model["vector_width"])
    names = ("loss", "positives", "temperatures")
    return AudioImageEmbedder(
        Vectors(model["vectors"]),
        pictures,
        EmbeddingTower(encoder, model["size"], model["heads"]),
        _tower(model, "picture"),
        **{name: model[name] for name in names},
        class_names=class_names,
    )


def _tower(model, side):
    stages = (model[f"{side}_widths"], model[f"{side}_strides"], model["blocks"])
    return EmbeddingTower(SequenceEncoder(*stages), model["size"], model["heads"])


def _tagger(pictures, model, class_names):
    sizes = [model[name] for name in ("patch", "width", "depth", "heads")]
    moves = (model["shift"], model["mirror"])
    return PictureTagger(pictures, PatchEncoder(*sizes), class_names, *moves)


_TRANSLATOR = ("temperature", "guidance", "label_words_in_source")
_SHARES = ("condition_dropout", "code_dropout", "dropout")
_PRIOR = ("backbone", "width", "depth", "heads", "code_vectors", *_SHARES)


def _backbone(model):
    sizes = {name: model[name] for name in ("width", "depth", "heads")}
    sizes["cross"] = model.get("cross", False)
    if model["backbone"] == "lstm":
        return LSTMStack(**sizes)
    if model["backbone"] != "transformer":
        raise ValueError(f"backbone must be transformer or lstm; received {model['backbone']!r}")
    return Transformer(**sizes, length=math.prod(model["shape"]))


_KINDS = {
    "vae": _vae,
    "vqvae": _vqvae,
    "vqgan": _vqgan,
    "prior": _prior,
    "translator": _translator,
    "flow": _flow,
    "variational": _variational,
    "embedder": _embedder,
    "matcher": _matcher,
    "tagger": _tagger,
}
