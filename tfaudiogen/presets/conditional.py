"""The presets conditioned on texts, labels or vectors; see `tfaudiogen.presets.table`."""

from tfaudiogen.presets.pictures import CODES_FIT, SMALL_CODES
from tfaudiogen.presets.priors import PRIOR_FIT, SOURCE_PRIORS
from tfaudiogen.presets.speech import SPEECH_CODES, SPEECH_SPECTROGRAM

_FIT = {**PRIOR_FIT, "steps": 4000, "batch_size": 32}

_TEXTS = {
    "condition": "texts",
    "length": 128,
    "encoder_width": 128,
    "encoder_depth": 3,
    "encoder_heads": 4,
    "encoder_vectors": 16,
}
_LABELS = {"condition": "labels", "encoder_width": 128}
# 512 is the width of embeddings of CLAP and of the smaller CLIP.
_VECTORS = {"condition": "vectors", "size": 512, "encoder_width": 128, "encoder_vectors": 4}

# One level of codes, 16 x 16, for 64 x 64 pixels.
_PICTURES = {
    "spectrogram": None,
    "pictures": {"height": 64, "width": 64, "channels": 3},
    "model": {
        **SMALL_CODES,
        "widths": ((64, 128),),
        "strides": ((2, 2),),
        "codebook_sizes": (512,),
    },
    "fit": {**CODES_FIT, "batch_size": 32, "clip_norm": 3e4},
}
_SOUNDS = {
    "spectrogram": SPEECH_SPECTROGRAM,
    "pictures": None,
    "model": SPEECH_CODES,
    "fit": {**_FIT, "steps": 2560, "clip_norm": 3e4, "ema_momentum": None},
}


def _preset(summary, target, condition):
    translator = {**condition, **SOURCE_PRIORS, **_FIT}
    return {"summary": summary, **target, "translator": translator}


CONDITIONAL_PRESETS = {
    "caption_painter": _preset(
        "captions to pictures: 64 x 64, RGB, 256 codes, given the text", _PICTURES, _TEXTS
    ),
    "caption_composer": _preset(
        "captions to sounds: 8 kHz, 1.02 s, 256 codes above 1,024, given the text", _SOUNDS, _TEXTS
    ),
    "label_composer": _preset(
        "labels with weights to sounds: 8 kHz, 1.02 s, 256 codes above 1,024", _SOUNDS, _LABELS
    ),
    "embedding_painter": _preset(
        "embeddings from elsewhere to pictures: 64 x 64, RGB, 256 codes", _PICTURES, _VECTORS
    ),
    "embedding_composer": _preset(
        "embeddings from elsewhere to sounds: 8 kHz, 1.02 s, 256 codes above 1,024",
        _SOUNDS,
        _VECTORS,
    ),
}
