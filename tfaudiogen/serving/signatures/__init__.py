"""The signatures of a SavedModel: checks of a request, then the model's per-example graphs."""

from tfaudiogen.models.autoencoders.vqvae import VQVAE
from tfaudiogen.models.embedders.embedder import AudioImageEmbedder
from tfaudiogen.models.modalities.generative import ModalityModel
from tfaudiogen.models.priors.code_model import CodeModel
from tfaudiogen.serving.signatures.base import Limits
from tfaudiogen.serving.signatures.codes import CodeModelSignatures, CodeSignatures
from tfaudiogen.serving.signatures.embeddings import EmbeddingSignatures
from tfaudiogen.serving.signatures.latents import LatentSignatures
from tfaudiogen.serving.signatures.translations import GRAPHS, TranslationSignatures

__all__ = ["Limits", "signatures_of"]
_KINDS = {
    ModalityModel: LatentSignatures,
    CodeModel: CodeModelSignatures,
    VQVAE: CodeSignatures,
    **dict.fromkeys(GRAPHS, TranslationSignatures),
    AudioImageEmbedder: EmbeddingSignatures,
}


def signatures_of(model, seconds=None, limits=None):
    """Return the `signatures.base.Signatures` of a model.

    Args:
        model: a model of audio, of images, or of both, as `load` returns it.
        seconds: duration of generated audio; None for one window, and for models that generate no
            audio.
        limits: the `Limits` of a request.

    Raises:
        ValueError: the model cannot be exported, or an argument is out of its range.
    """
    for kind, signatures in _KINDS.items():
        if isinstance(model, kind):
            return signatures(model, seconds, limits or Limits())
    raise ValueError(
        f"model must be one of {', '.join(kind.__name__ for kind in _KINDS)}; received a "
        f"{type(model).__name__}"
    )
