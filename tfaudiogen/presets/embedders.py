"""The presets of embedders, as plain values; see `tfaudiogen.presets.table`."""

from tfaudiogen.presets.pictures import MNIST
from tfaudiogen.presets.priors import PRIOR_FIT
from tfaudiogen.presets.speech import SPEECH_SPECTROGRAM

DIGIT_EMBEDDER = {
    "size": 64,
    "heads": 4,
    "blocks": 1,
    # 8 x 8 positions.
    "sound_widths": (64, 96),
    "sound_strides": (8, 2),
    # 7 x 7 positions.
    "picture_widths": (48, 96),
    "picture_strides": (2, 2),
    "loss": "infonce",
    "positives": "label",
    "temperatures": (0.01, 1.0),
}

DIGIT_EMBEDDER_FIT = {
    **PRIOR_FIT,
    "steps": 1000,
    "warmup_steps": 20,
    "batch_size": 128,
    "ema_momentum": None,
}

# Augmentation that imitates another voice, another microphone and another room.
VOICES = {
    "gain_db": 10.0,
    "noise_db": -50.0,
    "time_shift_seconds": 0.1,
    "pitch_semitones": 4.0,
    "frequency_mask": 12,
    "time_mask": 16,
}

EMBEDDER_PRESETS = {
    "digit_embedder": {
        "summary": "spoken digits and MNIST digits in one space, to find the one by the other",
        "spectrogram": SPEECH_SPECTROGRAM,
        "pictures": MNIST,
        "model": {"kind": "embedder", **DIGIT_EMBEDDER},
        "fit": {**DIGIT_EMBEDDER_FIT, "augment": VOICES},
    },
    "embedding_matcher": {
        "summary": "embeddings from elsewhere and pictures, 64 x 64, RGB, in one space",
        "spectrogram": None,
        "pictures": {"height": 64, "width": 64, "channels": 3},
        "model": {
            "kind": "matcher",
            "vectors": 512,
            "size": 64,
            "heads": 4,
            "blocks": 1,
            "vector_width": 128,
            # 8 x 8 positions.
            "picture_widths": (48, 96),
            "picture_strides": (4, 2),
            "loss": "infonce",
            "positives": "picture",
            "temperatures": (0.01, 1.0),
        },
        "fit": {**DIGIT_EMBEDDER_FIT, "steps": 2000},
    },
}
