"""Names and labels of users in pictures: drawn as they are, without a warning."""

import types
import warnings

import numpy as np
import pytest

from tfaudiogen.plots import figures, plot_comparison, plot_sound
from tfaudiogen.plots.confusion import plot_confusion
from tfaudiogen.plots.translation import plot_painted
from tfaudiogen.training.callbacks.code_usage import draw_usage

TEXTS = [
    "$x_1$.wav",
    r"$\frac{$ and \frac",
    "5$ or 6$^",
    "a\nb\tc\x1b[0m",
    "日本語 🎵 e\u0301 \udcff.wav",
    "%s_{}'\"&<b>",
    "ö" * 247,
]
SOUND = 0.1 * np.sin(np.arange(2000, dtype=np.float32))
GEOMETRY = types.SimpleNamespace(
    sample_rate=8000, hop=64, scale="linear", decibels=(-80, 0), frequencies=np.arange(32) * 125.0
)

DRAWN = {
    "sound": lambda path, text: plot_sound(path, SOUND, 8000, text, ("waveform",)),
    "comparison": lambda path, text: plot_comparison(path, SOUND, SOUND, 8000, (text, text)),
    "confusion": lambda path, text: plot_confusion(path, np.eye(2), [text, "other"]),
    "painted": lambda path, text: plot_painted(
        path, np.zeros((9, 32, 1)), GEOMETRY, np.zeros((1, 4, 4, 1)), text
    ),
}


# The titles of a comparison are as the others, and it takes longest.
CASES = [(what, n) for what in DRAWN for n in range(2 if what == "comparison" else len(TEXTS))]


@pytest.mark.parametrize(("what", "number"), CASES)
def test_any_text_is_drawn(tmp_path, what, number):
    with warnings.catch_warnings(action="error", category=UserWarning):
        DRAWN[what](tmp_path / "a.png", TEXTS[number])
    assert (tmp_path / "a.png").read_bytes().startswith(b"\x89PNG")


def test_a_formula_is_no_formula(tmp_path):
    pictures = []
    for title in ("$x$", "x"):
        figure = figures.figure(2, 1)
        figure.suptitle(title)
        figures.save(figure, tmp_path / "a.png")
        pictures.append((tmp_path / "a.png").read_bytes())
        assert [text.get_parse_math() for text in figure.texts] == [False]
    assert pictures[0] != pictures[1]


def test_numbers_of_a_logarithmic_axis_are_numbers(tmp_path, monkeypatch):
    seen = []
    monkeypatch.setattr(figures, "save", lambda figure, path: seen.append(figure))
    draw_usage(tmp_path / "a.png", [np.array([1000, 100, 1])])
    (figure,) = seen
    figure.canvas.draw()
    labels = [label.get_text() for label in figure.axes[0].get_yticklabels(which="both")]
    assert "0.01" in labels
    assert not any("$" in label for label in labels)


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("a\nb", "a b"),
        ("x" * 10, "x" * 10),
        ("abcdefghijkl", "abcdef…jkl"),
        ("ab🎵", "ab□"),
        ("क्", "□"),
    ],
)
def test_words(text, shown):
    assert figures.words(text, most=10) == shown
