"""Reconstruct: a sound beside what the model makes of it, with figures."""

import html
import math

import gradio

from tfaudiogen.app import operations
from tfaudiogen.app.handlers import HEAVY, PROGRESS, steps_of, told
from tfaudiogen.app.sound_cards import Sound, put_on
from tfaudiogen.plots.comparison import compare_sounds

TITLE, NEEDS = "Reconstruct", "reconstruct"
_EMPTY = '<div class="empty">Drop a sound or record one, then press <b>Reconstruct</b>.</div>'
_WORDS = {
    "log_spectral_distance": ("log-spectral distance", "dB"),
    "multi_resolution_stft_distance": ("multi-resolution STFT distance", ""),
    "spectral_convergence": ("spectral convergence", "dB"),
    "si_sdr": ("SI-SDR", "dB"),
}


def build(page):
    """Lay out the tab and connect it."""
    limits = page.studio.limits
    with gradio.Row():
        with gradio.Column(scale=1, min_width=260):
            upload = gradio.Audio(
                type="filepath",
                sources=["upload", "microphone"],
                editable=False,
                buttons=[],
                label="Sound",
                elem_id="reconstruct-upload",
            )
            gradio.Markdown(
                f"At most {limits.seconds:g} s and {limits.megabytes:g} MB. The server "
                "removes it after an hour."
            )
            button = gradio.Button("Reconstruct", variant="primary", elem_id="reconstruct")
        with gradio.Column(scale=3):
            sounds = gradio.HTML(_EMPTY, elem_id="reconstructed")
    button.click(
        told(_reconstruct(page.studio)),
        [page.model, upload],
        sounds,
        api_visibility="private",
        **HEAVY,
    )


def _reconstruct(studio):
    def reconstruct(name, path, progress=PROGRESS):
        if path is None:
            return _EMPTY
        progress(0, desc="reconstructing")
        original, again = operations.reconstruct(studio, name, path)
        sounds = [
            Sound("Original", "original", original),
            Sound(f"Reconstruction by {name}", "reconstruction", again),
        ]
        rate = studio.model(name).spectrogram.sample_rate
        # An upload is never kept: it stays on the shelf that is emptied.
        shown = steps_of(progress, "drawing pictures")
        cards, _ = put_on(studio.temporary, name, sounds, rate, progress=shown)
        return cards + figures(compare_sounds(original, again))

    return reconstruct


def figures(found):
    """Return the figures of `compare_sounds` as HTML."""
    boxes = (
        _box(_number(value, _WORDS[name][1]), _WORDS[name][0]) for name, value in found.items()
    )
    return f'<div class="figures">{"".join(boxes)}</div>'


def _box(value, words):
    return f"<div><b>{html.escape(value)}</b><span>{html.escape(words)}</span></div>"


def _number(value, unit):
    return "not defined" if math.isnan(value) else f"{value:.3g} {unit}".strip()
