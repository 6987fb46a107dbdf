"""Tab Reconstruct: a sound or image beside its reconstruction, with metrics."""

import html
import math

import gradio

from tfaudiogen import metrics
from tfaudiogen.app import operations
from tfaudiogen.app.abilities import draws_pictures
from tfaudiogen.app.cards import card_of, put_on
from tfaudiogen.app.handlers import HEAVY, PROGRESS, steps_of
from tfaudiogen.app.inputs import picture_upload, sound_upload, upload_limits
from tfaudiogen.plots.comparison import compare_sounds

TITLE, NEEDS = "Reconstruct", "reconstruct"
_EMPTY = '<div class="empty">Drop a sound or a picture, then press <b>Reconstruct</b>.</div>'
_WORDS = {
    "log_spectral_distance": ("log-spectral distance", "dB"),
    "multi_resolution_stft_distance": ("multi-resolution STFT distance", ""),
    "spectral_convergence": ("spectral convergence", "dB"),
    "si_sdr": ("SI-SDR", "dB"),
    "mean_squared_error": ("mean squared error", ""),
    "psnr": ("peak signal-to-noise ratio", "dB"),
    "ssim": ("structural similarity", ""),
}


def build(page):
    """Lay out the tab and connect it."""
    limits = page.studio.limits
    with gradio.Row():
        with gradio.Column(scale=1, min_width=260):
            model = page.choose_model("reconstruct", NEEDS)
            sound = sound_upload("Sound", "reconstruct-upload", record=True)
            with gradio.Column(visible=False) as column:
                picture = picture_upload("Picture", "reconstruct-picture")
            gradio.Markdown(upload_limits(limits))
            button = gradio.Button("Reconstruct", variant="primary", elem_id="reconstruct")
        with gradio.Column(scale=3):
            view = gradio.HTML(_EMPTY, elem_id="reconstructed")
    button.click(
        page.show_errors(_reconstruct(page.studio)),
        [model.dropdown, sound, picture],
        view,
        api_visibility="private",
        **HEAVY,
    )
    model.when_it_changes(_kind(page.studio), [sound, column])


def _kind(studio):
    """Return a handler that shows the upload component for the modality of a model."""

    def kind(name):
        pictures = draws_pictures(studio.model(name))
        return gradio.Audio(visible=not pictures), gradio.Column(visible=pictures)

    return kind


def _reconstruct(studio):
    def reconstruct(name, sound, picture, progress=PROGRESS):
        model = operations.able(studio, name, "reconstruct")
        path = picture if draws_pictures(model) else sound
        if path is None:
            return _EMPTY
        progress(0, desc="reconstructing")
        original, again = operations.reconstruct(studio, name, path)
        representation = model.representation
        shown = [
            card_of(representation, "Original", "original", original),
            card_of(representation, f"Reconstruction by {name}", "reconstruction", again),
        ]
        rate = getattr(representation, "sample_rate", None)
        # Uploads are never stored permanently, so the set goes to the temporary store.
        steps = steps_of(progress, "drawing pictures")
        cards, _ = put_on(studio.temporary, name, shown, rate, progress=steps)
        compare = _compare_pictures if draws_pictures(model) else compare_sounds
        return cards + figures(compare(original, again))

    return reconstruct


def _compare_pictures(original, again):
    """Return {metric: float} for two images [H, W, C]."""
    measures = (metrics.mean_squared_error, metrics.psnr, metrics.ssim)
    return {one.__name__: float(one(original[None], again[None])[0]) for one in measures}


def figures(found):
    """Return metrics {name: value} as HTML."""
    boxes = (
        _box(_number(value, _WORDS[name][1]), _WORDS[name][0]) for name, value in found.items()
    )
    return f'<div class="figures">{"".join(boxes)}</div>'


def _box(value, words):
    return f"<div><b>{html.escape(value)}</b><span>{html.escape(words)}</span></div>"


def _number(value, unit):
    return "not defined" if math.isnan(value) else f"{value:.3g} {unit}".strip()
