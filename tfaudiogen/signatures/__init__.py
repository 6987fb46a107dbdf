"""The signatures of a SavedModel: checks of a request, then the model's graphs row by row."""

from tfaudiogen.models.code_model import CodeModel
from tfaudiogen.models.media import MediumModel
from tfaudiogen.models.vqvae import VQVAE
from tfaudiogen.signatures.base import Limits
from tfaudiogen.signatures.codes import CodeModelSignatures, CodeSignatures
from tfaudiogen.signatures.latents import LatentSignatures

__all__ = ["Limits", "signatures_of"]
_KINDS = {MediumModel: LatentSignatures, CodeModel: CodeModelSignatures, VQVAE: CodeSignatures}


def signatures_of(model, seconds=None, limits=None):
    """Return the `signatures.base.Signatures` of a model of sounds.

    Args:
        model: a model of sounds.
        seconds: duration of what `sample` draws; None for one window.
        limits: the `Limits` of a request.

    Raises:
        ValueError: the model is none of sounds, or an argument is out of its range.
    """
    for kind, signatures in _KINDS.items():
        if isinstance(model, kind) and hasattr(model.spectrogram, "sample_rate"):
            return signatures(model, seconds, limits or Limits())
    raise ValueError(
        f"model must be one of sounds: {', '.join(kind.__name__ for kind in _KINDS)}; received a "
        f"{type(model).__name__}"
    )
