"""Every setting of every preset has a rule, and what no setting can be is refused with it."""

import re

import pytest

from tfaudiogen import presets
from tfaudiogen.presets import rules
from tfaudiogen.presets.table import PRESETS

EVERY = [
    (name, section, entry)
    for name in PRESETS
    for section in presets.SECTIONS
    for entry in PRESETS[name].get(section) or ()
]
# One preset of each setting is enough to ask for it.
SETTINGS = {(section, entry): name for name, section, entry in EVERY}
NEVER = (-1, -1e-9, float("nan"), float("inf"), -float("inf"), 10**31, 2**127, [], {}, [[[[1]]]])
NEVER += ([1] * 1000, {"a": 1}, "", "x" * 1000, b"x", object(), [float("nan")], [b"x"], ["a", 1])


def test_the_values_of_presets_follow_the_rules():
    for name, section, entry in EVERY:
        rules.check(section, entry, PRESETS[name][section][entry])


@pytest.mark.parametrize("setting", SETTINGS, ids=".".join)
def test_what_no_setting_can_be_is_refused_with_the_rule(setting):
    key, name = ".".join(setting), SETTINGS[setting]
    words = re.escape(f"{key} must be {rules.RULES[setting[0]][setting[1]].words}; received ")
    for value in NEVER:
        with pytest.raises(ValueError, match=words) as caught:
            presets.get(name, **{key: value})
        assert "\n" not in str(caught.value)
        assert len(str(caught.value)) < 1000


@pytest.mark.parametrize(
    ("key", "accepted", "refused"),
    [
        ("fit.steps", (1, 2**31 - 1), (0, 1.5, "10", None, True, [1], 2**31)),
        ("fit.batch_size", (1, "auto"), (0, "all", None, 1.0, [1])),
        ("fit.learning_rate", (1e-9, 1, 0.5), (0, 0.0, "1", None, True, [1e-3])),
        ("fit.ema_momentum", (0.5, 0, None), (1, 1.0, "null", False)),
        ("fit.clip_norm", (1, 3e4, None), (0, "none")),
        ("fit.decay", (True, False), (1, 0, "true", None)),
        ("fit.jit_compile", (True, False, "auto"), (1, "always", None)),
        ("model.kl_weight", (0, 1.5, {"kind": "linear", "steps": 3}), ({"steps": 0}, {"x": 1})),
        ("model.widths", ([8, 8], (8,)), (8, [8.0], ["8"], [0])),
        ("spectrogram.decibels", ([-80, 0], (-60.0, 0.0)), ([-80], [0, 1, 2], -80)),
    ],
)
def test_the_bounds_of_rules(key, accepted, refused):
    section, entry = key.split(".")
    for value in accepted:
        assert getattr(presets.get("speech_vae", **{key: value}), section)[entry] == value
    for value in refused:
        with pytest.raises(ValueError, match=f"{key} must be .*; received "):
            presets.get("speech_vae", **{key: value})


@pytest.mark.parametrize(
    ("key", "accepted", "refused"),
    [
        ("model.codebook_sizes", ([512, 512], [[8, 5, 5], [8, 5]]), (512, [1, 512], [[[8]]])),
        ("model.widths", ([[64], [128]],), ([[0], [128]], [])),
        ("priors.steps", (900, [900, 3000]), ([0, 1], [[900]], [])),
        ("priors.backbone", ("lstm", ["lstm", "transformer"]), ([1], None)),
        ("priors.labels", (True, [True, False]), ("yes", [1])),
    ],
)
def test_the_bounds_of_rules_by_level(key, accepted, refused):
    section, entry = key.split(".")
    for value in accepted:
        assert getattr(presets.get("speech_vqvae", **{key: value}), section)[entry] == value
    for value in refused:
        with pytest.raises(ValueError, match=f"{key} must be .*; received "):
            presets.get("speech_vqvae", **{key: value})
