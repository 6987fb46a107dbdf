"""The rule of each setting of a preset, by section; `table` documents the settings.

A rule checks a single value. The models check which values fit together and which strings are
valid.
"""

from tfaudiogen.presets.rule import (
    by_level,
    either,
    flag,
    group,
    number,
    positive,
    row,
    share,
    whole,
    word,
)

_SHOWN = 120
_SIDE, _PARTS, _WIDTH = whole(1, 2**14), whole(0, 512), whole(1, 2**16)
_WIDTHS = row(_WIDTH)
_DRAWS = {"temperature": number(0, 100), "guidance": number(0, 1000)}

SPECTROGRAM = {
    "sample_rate": whole(1, 384_000),
    "frame_length": _SIDE,
    "hop": _SIDE,
    "frames": whole(1, 2**20),
    "bins": _SIDE,
    "scale": word(),
    "decibels": row(number(-1000, 1000), 2, 2),
    "mel_formula": word(),
}
PICTURES = {"height": _SIDE, "width": _SIDE, "channels": whole(1, 3)}

_CHANGES = {
    "gain_db": number(0, 200),
    "pitch_semitones": number(0, 120),
    "time_shift_seconds": number(0, 3600),
}
_AUGMENT = {
    **_CHANGES,
    "noise_db": either(number(-1000, 0), None),
    "frequency_mask": whole(0, 2**14),
    "time_mask": whole(0, 2**20),
}

FIT = {
    "steps": whole(1),
    "batch_size": either(whole(1, 2**20), "auto"),
    "learning_rate": positive(1000),
    "warmup_steps": whole(0),
    "decay": flag(),
    "clip_norm": either(positive(), None),
    "gradient_accumulation_steps": whole(1, 2**20),
    "ema_momentum": either(share(), None),
    "jit_compile": either(flag(), "auto"),
    "precision": word(),
    "patience": whole(0),
    "augment": either(group(_AUGMENT), None),
}

_EMBEDDER = {
    "size": _WIDTH,
    "heads": _PARTS,
    "blocks": _PARTS,
    "sound_widths": _WIDTHS,
    "sound_strides": _WIDTHS,
    "picture_widths": _WIDTHS,
    "picture_strides": _WIDTHS,
    "loss": word(),
    "positives": word(),
    "temperatures": row(positive(1000), 2, 2),
}

_ANNEALING = group({"kind": word(), "weight": number(0), "steps": whole(1)})

_VAE = {
    "network": word(),
    "channels": _WIDTH,
    "latent_size": _WIDTH,
    "hidden": whole(0, 2**16),
    "covariance": word(),
    "components": _WIDTH,
    "train_weights": flag(),
    "learning": word(),
    "kl_weight": either(number(0), _ANNEALING),
    "free_bits": number(0),
    "kl_samples": whole(1, 1000),
}
_CODED = {
    "widths": row(by_level(_WIDTH)),
    "strides": row(by_level(_WIDTH)),
    "codebook_sizes": row(by_level(whole(2, 2**20))),
    "codebook_dim": _WIDTH,
    "quantizer": word(),
    "quantizers": whole(1, 512),
    "decay": share(),
    "dead_code_threshold": share(),
    "commitment": number(0),
    "gradient": word(),
}
_ADVERSARY = {
    "discriminator": _WIDTHS,
    "patience": whole(1),
    "tolerance": number(0),
    "adversarial_weight": number(0),
    "matching_weight": number(0),
    "waveform_weight": number(0),
    "frozen_steps": whole(0),
}
_TAGGER = {"patch": _WIDTH, "depth": _PARTS, "shift": whole(0, 2**14), "mirror": flag()}

MODEL = {
    "kind": word(),
    "likelihood": word(),
    "scale": word(),
    "width": _WIDTH,
    "vectors": _WIDTH,
    "vector_width": _WIDTH,
    **_EMBEDDER,
    **_VAE,
    **_CODED,
    **_ADVERSARY,
    **_TAGGER,
}

_BACKBONE = {
    "backbone": word(),
    "width": _WIDTH,
    "depth": _PARTS,
    "heads": _PARTS,
    "labels": flag(),
    "code_vectors": flag(),
    "condition_dropout": share(),
    "code_dropout": share(),
    "dropout": share(),
}
_BACKBONES = {name: by_level(rule) for name, rule in _BACKBONE.items()}

PRIORS = {
    **_BACKBONES,
    **{name: by_level(rule) for name, rule in FIT.items()},
    "augmentation_passes": by_level(whole(1, 10_000)),
    **_CHANGES,
    **_DRAWS,
}

TRANSLATOR = {
    **FIT,
    **_BACKBONES,
    **_DRAWS,
    "kind": word(),
    "spectrogram": either(group(SPECTROGRAM), None),
    "pictures": either(group(PICTURES), None),
    "encoder": word(),
    "widths": _WIDTHS,
    "strides": _WIDTHS,
    "blocks": _PARTS,
    "anchors": whole(0, 2**20),
    "base": either(word(), None),
    "conditioned_levels": either(_PARTS, None),
    "label_words_in_source": _PARTS,
    "mean_vector": flag(),
    "patch": _WIDTH,
    "objective": word(),
    "times": word(),
    "lora": whole(0, 2**16),
    "hidden": whole(0, 2**16),
    "joint": flag(),
    "condition": word(),
    "length": _WIDTH,
    "size": _WIDTH,
    "encoder_width": _WIDTH,
    "encoder_depth": _PARTS,
    "encoder_heads": _PARTS,
    "encoder_vectors": _WIDTH,
}

RULES = {
    "spectrogram": SPECTROGRAM,
    "pictures": PICTURES,
    "model": MODEL,
    "fit": FIT,
    "priors": PRIORS,
    "translator": TRANSLATOR,
    "embedder": {**_EMBEDDER, **FIT},
}


def check(section, name, value):
    """Raise ValueError, with the rule, if the value of a setting is invalid."""
    rule = RULES[section][name]
    if not rule.holds(value):
        shown = repr(value)
        shown = shown if len(shown) <= _SHOWN else f"{shown[:_SHOWN]}..."
        raise ValueError(f"{section}.{name} must be {rule.words}; received {shown}")
