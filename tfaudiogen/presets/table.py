"""The presets, as plain values.

A preset has the entries

- "summary": one line;
- "spectrogram": arguments of `Spectrogram`; or, in `tfaudiogen.presets.pictures`, "pictures":
  arguments of `Pictures`;
- "model": its "kind" ("vae", "vqvae", "vqgan", "embedder", "matcher" or "tagger") and settings of
  that kind, see `tfaudiogen.presets.build`; lists by level begin with the finest level;
- "fit", the training:
  - steps: number of steps, independent of the size of the data set; batch_size;
  - learning_rate: of Adam; warmup_steps: of a linear warm-up; decay: whether half a cosine follows,
    down to a hundredth of the rate at the last step;
  - clip_norm: bound on the gradient norm of the mean loss, in nats, which grows with the number of
    pixels; None for none;
  - gradient_accumulation_steps: number of parts that a batch is split into to save memory;
  - ema_momentum: decay of the ema of the weights, which is kept; None for no ema;
  - jit_compile: whether XLA compiles the step; "auto" measures which is faster;
  - precision: of the networks, float32, mixed_bfloat16 or mixed_float16;
  - patience: epochs without an improvement of the validation loss after which training ends, 0 for
    never, which is the default; 12 for "priors".

Presets with "priors" train, after the autoencoder, a prior over the codes of each level, top level
first, each conditioned on the levels above: backbone ("transformer" or "lstm"), width,
depth, heads, labels (whether to condition on the labels of the data), code_vectors (whether to use
the codebook vectors, see `CodeVectors`), condition_dropout, code_dropout, dropout, and the settings
of "fit". A list has a value for each level, finest first. The training data are the codes of
augmentation_passes passes over the training sounds: the first unchanged, the others changed by up
to gain_db, pitch_semitones and time_shift_seconds (see `Augmentation`).

Presets with "translator", in `tfaudiogen.presets.translators`, train a translator after the
autoencoder. The autoencoder is of the target. The translator has "spectrogram" or "pictures" of the
source, the other one being None; the settings of "fit"; and encoder:

- "embedding": a tower of the embedder in the section "embedder", which is trained before and has
  the "model" and "fit" settings of an embedder, and augment: the augmentation of its audio in each
  epoch, arguments of `Augmentation`, or None;
- "sequence": a `SequenceEncoder` of these widths, strides and blocks, trained with the priors.

Further settings depend on its "kind":

- without a kind (codes): backbone, width, depth, heads, code_vectors, condition_dropout,
  code_dropout and dropout of the priors;
- "flow": width, depth, heads, patch, objective, times and condition_dropout of a `FlowTranslator`,
  and lora: the rank of an adapter, the only part trained, on a model from --from; 0 for none;
- "variational": hidden, heads and joint of a `VariationalTranslator`; with `joint`, the autoencoder
  is trained together with the translator, not before.

Translators in `tfaudiogen.presets.conditional` have "condition" instead of a source and its
encoder: "texts" (of at most `length` bytes), "labels" or "vectors" (of `size` numbers);
encoder_width, encoder_depth, encoder_heads and encoder_vectors are arguments of its encoder.

Presets in `tfaudiogen.presets.embedders` train on pairs, and have both "spectrogram" and
"pictures". Presets in `tfaudiogen.presets.taggers` train on labels of pictures: patch, width, depth
and heads of a vision Transformer, shift (random translation in training, at most so many pixels)
and mirror (whether to flip at random).
"""

from tfaudiogen.presets.conditional import CONDITIONAL_PRESETS
from tfaudiogen.presets.defaults import ADVERSARY, FIT, RESIDUAL_VAE
from tfaudiogen.presets.embedders import EMBEDDER_PRESETS
from tfaudiogen.presets.pictures import PICTURE_PRESETS
from tfaudiogen.presets.priors import PRIORS
from tfaudiogen.presets.speech import SPEECH_CODES, SPEECH_SPECTROGRAM
from tfaudiogen.presets.taggers import TAGGER_PRESETS
from tfaudiogen.presets.translators import TRANSLATOR_PRESETS

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

# Two levels of codes for _MUSIC_SPECTROGRAM: 16 x 16 and 32 x 32.
_MUSIC_CODES = {
    **SPEECH_CODES,
    "widths": ((64, 96), (160,)),
    "strides": ((8, 2), (2,)),
    "codebook_sizes": (1024, 1024),
}

_MUSIC_CODES_FIT = {
    **FIT,
    "steps": 3000,
    "batch_size": 8,
    "learning_rate": 5e-4,
    "clip_norm": 1e5,
}

# Two thousand words are few, so the top prior trains on six passes, five of them augmented.
_SPEECH_PRIORS = {
    **PRIORS,
    "augmentation_passes": (1, 6),
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
            "ema_momentum": 0.998,
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
    **CONDITIONAL_PRESETS,
    **TAGGER_PRESETS,
    **EMBEDDER_PRESETS,
}
