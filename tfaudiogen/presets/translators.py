"""The presets of translators, as plain values; see `tfaudiogen.presets.table`."""

from tfaudiogen.presets.embedders import DIGIT_EMBEDDER, DIGIT_EMBEDDER_FIT, VOICES
from tfaudiogen.presets.pictures import CODES_FIT, MNIST, SMALL_CODES, SMALL_VAE
from tfaudiogen.presets.priors import PRIOR_FIT, SOURCE_PRIORS
from tfaudiogen.presets.speech import SPEECH_CODES, SPEECH_SPECTROGRAM

_FIT = {**PRIOR_FIT, "steps": 4000, "batch_size": 32}

_EMBEDDER = {**DIGIT_EMBEDDER, **DIGIT_EMBEDDER_FIT, "augment": VOICES}

# One level of codes, 7 x 7.
_DIGIT_CODES = {
    **SMALL_CODES,
    "widths": ((64, 96),),
    "strides": ((2, 2),),
    "codebook_sizes": (256,),
}

_SPEECH_SOURCE = {
    "spectrogram": SPEECH_SPECTROGRAM,
    "pictures": None,
    "encoder": "embedding",
    "widths": (64, 96),
    "strides": (8, 2),
    "blocks": 1,
    "anchors": 0,
}

# One level of codes, 8 x 8: with fewer positions, a small data set has more examples per code.
_WORD_CODES = {
    **SMALL_CODES,
    "widths": ((64, 128),),
    "strides": ((4, 2),),
    "codebook_sizes": (256,),
}

# A source only, never generated, so mel bands suffice. 128 frames of 160 samples are 1.28 s.
_WORD_SPECTROGRAM = {
    "sample_rate": 16000,
    "frame_length": 512,
    "hop": 160,
    "frames": 128,
    "bins": 64,
    "scale": "mel",
    "decibels": (-80.0, 0.0),
}

TRANSLATOR_PRESETS = {
    "digit_painter": {
        "summary": "spoken digits to MNIST digits: 49 codes, given the sound",
        "spectrogram": None,
        "pictures": MNIST,
        "model": _DIGIT_CODES,
        "fit": {**CODES_FIT, "steps": 3000},
        "translator": {
            **_SPEECH_SOURCE,
            **SOURCE_PRIORS,
            **_FIT,
            "guidance": 3.0,
        },
        "embedder": _EMBEDDER,
    },
    "digit_painter_flow": {
        "summary": "spoken digits to MNIST digits: a rectified flow of 49 vectors",
        "spectrogram": None,
        "pictures": MNIST,
        "model": _DIGIT_CODES,
        "fit": {**CODES_FIT, "steps": 3000},
        "translator": {
            "kind": "flow",
            "base": None,
            **_SPEECH_SOURCE,
            "width": 128,
            "depth": 4,
            "heads": 4,
            "patch": 1,
            "objective": "rectified_flow",
            "times": "logit_normal",
            "condition_dropout": 0.15,
            "temperature": 1.0,
            "guidance": 1.0,
            "lora": 0,
            **_FIT,
            "steps": 6000,
            "clip_norm": 1.0,
        },
        "embedder": _EMBEDDER,
    },
    "digit_painter_vae": {
        "summary": "spoken digits to MNIST digits: a VAE whose prior is learned of the sound",
        "spectrogram": None,
        "pictures": MNIST,
        "model": {**SMALL_VAE, "components": 1, "learning": "gradient"},
        "fit": {**CODES_FIT, "ema_momentum": 0.998, "steps": 3000},
        "translator": {
            "kind": "variational",
            **_SPEECH_SOURCE,
            "base": None,
            "hidden": 192,
            "heads": 4,
            "joint": True,
            "temperature": 1.0,
            **_FIT,
            "steps": 3000,
            "clip_norm": 3e3,
        },
        "embedder": _EMBEDDER,
    },
    "digit_speaker": {
        "summary": "MNIST digits to spoken digits: 256 codes above 1,024, given the picture",
        "spectrogram": SPEECH_SPECTROGRAM,
        "pictures": None,
        "model": SPEECH_CODES,
        "fit": {
            **_FIT,
            "steps": 2560,
            "batch_size": 32,
            "clip_norm": 3e4,
            "ema_momentum": None,
        },
        "translator": {
            "spectrogram": None,
            "pictures": MNIST,
            "encoder": "embedding",
            "widths": (48, 96),
            "strides": (2, 2),
            "blocks": 1,
            "anchors": 1024,
            **SOURCE_PRIORS,
            **_FIT,
            # The sizes of the priors must be those of the base.
            "base": "speech_vqvae",
            "conditioned_levels": 1,
            # Labels of the base are such as "7 jackson": a picture shows the digit, the first word.
            "label_words_in_source": 1,
            "mean_vector": True,
            "width": (160, 160),
            "heads": 5,
            "code_vectors": (False, True),
            # Training begins at the base's result for the words that pictures show, so it is short.
            "learning_rate": 1e-4,
            "warmup_steps": 20,
            "dropout": 0.2,
            "temperature": 0.8,
            "guidance": 3.0,
            "steps": 128,
        },
        "embedder": {**_EMBEDDER, "positives": "first_word"},
    },
    "word_painter": {
        "summary": "spoken words to pictures: 64 x 64, RGB, 64 codes, given the sound",
        "spectrogram": None,
        "pictures": {"height": 64, "width": 64, "channels": 3},
        "model": _WORD_CODES,
        "fit": {**CODES_FIT, "steps": 2000, "batch_size": 32, "clip_norm": 3e4},
        "translator": {
            **_SPEECH_SOURCE,
            "spectrogram": _WORD_SPECTROGRAM,
            "strides": (8, 4),
            **SOURCE_PRIORS,
            **_FIT,
            # The model soon memorises hundreds of pairs, so training is short.
            "steps": 300,
            "dropout": 0.3,
            "guidance": 2.0,
        },
        "embedder": {
            **_EMBEDDER,
            "sound_strides": (8, 4),
            # 8 x 8 positions.
            "picture_strides": (4, 2),
            "positives": "picture",
            "augment": None,
            "steps": 60,
        },
    },
}
