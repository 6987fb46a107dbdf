"""The presets, as plain values.

Each has "summary" (one line), "spectrogram" (arguments of `Spectrogram`) or, in
`tfaudiogen.presets.pictures`, "pictures" (arguments of `Pictures`), "model" (its "kind", "vae",
"vqvae", "vqgan", "embedder", "matcher" or "tagger", and what `tfaudiogen.presets.build` makes of
the rest; lists by level begin with the finest map), and "fit": steps (the length of a training,
whatever the size of the data set), batch_size, learning_rate (of Adam), warmup_steps (of a linear
rise), decay (whether half a cosine follows, down to a hundredth at the last step) and clip_norm (of
the gradient of the mean loss, in nats: it grows with the number of pixels; None for no limit),
accumulate (parts in which a batch is computed, to need less memory), average (decay of the moving
average of the weights that is kept; None for the weights as they are), jit_compile (whether XLA
compiles; "auto" measures) and precision (of the networks: float32, mixed_bfloat16 or
mixed_float16).

Presets with "priors" train, after the autoencoder, a prior over the codes of each level, the top
level first and each given the levels above it: core ("transformer" or "lstm"), width, depth, heads,
labels (whether the labels of the data are conditions), code_vectors (whether codes are told by
where they lie in the codebook, too), condition_dropout, code_dropout, dropout,
and what "fit" has. A list has a value for each level, beginning with the finest. They learn from
`copies` times the training sounds: as they are, and then changed anew by up to gain_db,
pitch_semitones and time_shift_seconds (see `Augmentation`).

Presets with "translator", in `tfaudiogen.presets.translators`, train a translator after the
autoencoder, which is of what is drawn: "spectrogram" or "pictures" of what is given, the other one
being None; encoder, "embedding" (a tower of the embedder of the section "embedder", trained before
it, which has what the model and the fit of an embedder have, and augment: how its sounds are
changed anew in each epoch, arguments of `Augmentation`, or None) or "sequence" (of these widths,
strides and blocks, trained with the priors); what "fit" has; and, by their "kind", which is of
codes where it is left out,

- of codes: core, width, depth, heads, code_vectors, condition_dropout, code_dropout and dropout of
  the priors;
- "flow": width, depth, heads, patch, objective, times and condition_dropout of a `FlowTranslator`,
  and lora, the rank of an adapter that is trained alone, on a model given by --from; 0 for none;
- "variational": hidden, heads and joint of a `VariationalTranslator`; where `joint`, the
  autoencoder is trained with the rest and not before.

Those in `tfaudiogen.presets.told` have "given" instead of a source and its encoder: "texts" (of at
most `length` bytes), "labels" or "vectors" (of `size` numbers), and encoder_width, encoder_depth,
encoder_heads and encoder_vectors, as their encoder has them.

Those in `tfaudiogen.presets.embedders` learn from pairs at once, and have both "spectrogram" and
"pictures". Those in `tfaudiogen.presets.taggers` learn labels of pictures: patch, width, depth and
heads of a vision Transformer, and by how many pixels pictures are moved in training (shift) and
whether they are mirrored (mirror).
"""

from tfaudiogen.presets.embedders import EMBEDDER_PRESETS
from tfaudiogen.presets.pictures import PICTURE_PRESETS
from tfaudiogen.presets.priors import PRIORS
from tfaudiogen.presets.speech import SPEECH_CODES, SPEECH_SPECTROGRAM
from tfaudiogen.presets.taggers import TAGGER_PRESETS
from tfaudiogen.presets.told import TOLD_PRESETS
from tfaudiogen.presets.translators import TRANSLATOR_PRESETS
from tfaudiogen.presets.usual import ADVERSARY, FIT, RESIDUAL_VAE

# 512 frames of 256 samples at 22,050 Hz are 5.94 s.
_MUSIC_SPECTROGRAM = {
    "sample_rate": 22050,
    "frame_length": 1024,
    "hop": 256,
    "frames": 512,
    "bins": 512,
    "scale": "linear",
    "decibels": (-80.0, 0.0),
}

# Two levels of codes for _MUSIC_SPECTROGRAM: 16 x 16 above 32 x 32.
_MUSIC_CODES = {
    **SPEECH_CODES,
    "widths": ((64, 96), (160,)),
    "strides": ((8, 2), (2,)),
    "codes": (1024, 1024),
}

_MUSIC_CODES_FIT = {
    **FIT,
    "steps": 3000,
    "batch_size": 8,
    "learning_rate": 5e-4,
    "clip_norm": 1e5,
}

# Two thousand words are few: the top prior learns from six times as many.
_SPEECH_PRIORS = {
    **PRIORS,
    "copies": (1, 6),
    "gain_db": 6.0,
    "pitch_semitones": 1.0,
    "temperature": 0.8,
    "guidance": 3.0,
    "steps": (900, 3000),
}

PRESETS = {
    "music_vae": {
        "summary": "music and instruments: 22,050 Hz, 5.94 s, residual VAE",
        "spectrogram": _MUSIC_SPECTROGRAM,
        "model": {
            **RESIDUAL_VAE,
            "widths": (48, 96, 128, 192),
            "strides": (8, 2, 2, 2),
            "latent_size": 128,
        },
        "fit": {
            **FIT,
            "steps": 10000,
            "batch_size": 8,
            "learning_rate": 5e-4,
            "clip_norm": 3e4,
            "average": 0.998,
        },
    },
    "speech_vae": {
        "summary": "short words: 8 kHz, 1.02 s, small residual VAE, minutes to train",
        "spectrogram": SPEECH_SPECTROGRAM,
        "model": {
            **RESIDUAL_VAE,
            "widths": (64, 96, 128),
            "strides": (4, 2, 2),
            "latent_size": 64,
            "learning": "gradient",
        },
        "fit": {
            **FIT,
            "steps": 1280,
            "batch_size": 32,
            "learning_rate": 2e-3,
            "clip_norm": 3e4,
        },
    },
    "sinewave_vae": {
        "summary": "synthesised tones: 8 kHz, 0.51 s, tiny, for a first try and for tests",
        "spectrogram": {
            "sample_rate": 8000,
            "frame_length": 128,
            "hop": 32,
            "frames": 128,
            "bins": 64,
            "scale": "linear",
            "decibels": (-80.0, 0.0),
        },
        "model": {
            **RESIDUAL_VAE,
            "widths": (16, 32, 48),
            "strides": (4, 2, 2),
            "channels": 8,
            "latent_size": 16,
            "hidden": 64,
            "components": 5,
            "train_weights": False,
            "learning": "gradient",
        },
        "fit": {
            **FIT,
            "steps": 240,
            "batch_size": 32,
            "learning_rate": 2e-3,
            "warmup_steps": 20,
            "decay": False,
        },
    },
    "speech_vqvae": {
        "summary": "short words: 8 kHz, 1.02 s, two levels of codes, 256 above 1,024",
        "spectrogram": SPEECH_SPECTROGRAM,
        "model": SPEECH_CODES,
        "fit": {
            **FIT,
            "steps": 2560,
            "batch_size": 32,
            "learning_rate": 1e-3,
            "clip_norm": 3e4,
        },
        "priors": _SPEECH_PRIORS,
    },
    "speech_vqgan": {
        "summary": "speech_vqvae made sharper by a discriminator; begin with --from a speech_vqvae",
        "spectrogram": SPEECH_SPECTROGRAM,
        "model": {**SPEECH_CODES, **ADVERSARY},
        "fit": {
            **FIT,
            "steps": 2560,
            "batch_size": 32,
            "learning_rate": 2e-4,
            "clip_norm": 3e4,
        },
    },
    "music_vqvae2": {
        "summary": "music and instruments: 22,050 Hz, 5.94 s, two levels of codes, 256 above 1,024",
        "spectrogram": _MUSIC_SPECTROGRAM,
        "model": _MUSIC_CODES,
        "fit": _MUSIC_CODES_FIT,
        "priors": {**PRIORS, "batch_size": (8, 16)},
    },
    "orchestra_vqvae": {
        "summary": "single notes: 22,050 Hz, 2.97 s, two levels of codes, 128 above 512",
        "spectrogram": {**_MUSIC_SPECTROGRAM, "frames": 256},
        "model": _MUSIC_CODES,
        "fit": _MUSIC_CODES_FIT,
        "priors": {**PRIORS, "temperature": 0.8, "guidance": 3.0},
    },
    "literature_vae": {
        "summary": "the literature's convolutional VAE on music, a baseline to beat",
        "spectrogram": _MUSIC_SPECTROGRAM,
        "model": {
            "kind": "vae",
            "network": "literature",
            "latent_size": 100,
            "hidden": 0,
            "covariance": "full",
            "components": 2,
            "train_weights": False,
            "learning": "gradient",
            "likelihood": "bernoulli",
            "scale": "global",
            "kl_weight": 1.0,
            "free_bits": 0.0,
            "kl_samples": 3,
        },
        "fit": {
            **FIT,
            "steps": 6000,
            "batch_size": 8,
            "learning_rate": 5e-4,
            "warmup_steps": 0,
            "decay": False,
        },
    },
    **PICTURE_PRESETS,
    **TRANSLATOR_PRESETS,
    **TOLD_PRESETS,
    **TAGGER_PRESETS,
    **EMBEDDER_PRESETS,
}
