"""Sample: new sounds from the model."""

import secrets

import gradio

from tfaudiogen.app import operations
from tfaudiogen.app.handlers import HEAVY, PROGRESS, steps_of, told
from tfaudiogen.app.sound_cards import Sound, put_on

TITLE, NEEDS = "Sample", "sample"
ANY = "any"
_EMPTY = '<div class="empty">Press <b>Draw sounds</b>: what you hear was never recorded.</div>'


def build(page):
    """Lay out the tab and connect it."""
    limits = page.studio.limits
    with gradio.Row():
        with gradio.Column(scale=1, min_width=260):
            count = gradio.Slider(1, limits.count, 4, step=1, label="How many")
            seconds = gradio.Slider(0.1, limits.seconds, 1, step=0.01, label="Seconds")
            temperature = gradio.Slider(
                0, 2, 1, step=0.05, label="Temperature", info="below 1: closer to the typical"
            )
            component = gradio.Dropdown([ANY], value=ANY, label="Component of the prior")
            seed = gradio.Number(
                0, precision=0, label="Seed", info="the same gives the same sounds"
            )
            another = gradio.Checkbox(True, label="Another seed each time", elem_id="another-seed")
            button = gradio.Button("Draw sounds", variant="primary", elem_id="draw")
        with gradio.Column(scale=3):
            sounds = gradio.HTML(_EMPTY, elem_id="drawn")
    settings = [page.model, count, seconds, seed, temperature, component, another]
    button.click(
        told(_draw(page.studio)), settings, [sounds, seed], api_visibility="private", **HEAVY
    )
    page.when_model_changes(told(_ranges(page.studio)), [seconds, component])


def _draw(studio):
    def draw(name, count, seconds, seed, temperature, component, another, progress=PROGRESS):
        progress(0, desc=f"drawing {count} sounds")
        seed = secrets.randbelow(2**31) if another else seed
        chosen = None if component == ANY else component
        model = studio.model(name)
        length = None if abs(seconds - model.spectrogram.seconds) < 0.01 else seconds
        waveforms = operations.sample(studio, name, count, length, seed, temperature, chosen)
        asked = {
            "model": name,
            "seconds": seconds,
            "seed": seed,
            "temperature": temperature,
            "component": chosen,
        }
        sounds = [
            Sound(f"{place + 1} of seed {seed}", f"{name}_{seed}_{place}", waveform)
            for place, waveform in enumerate(waveforms)
        ]
        cards, _ = put_on(
            studio.kept,
            name,
            sounds,
            model.spectrogram.sample_rate,
            asked,
            steps_of(progress, "drawing pictures"),
        )
        return cards, seed

    return draw


def _ranges(studio):
    def ranges(name):
        model = studio.model(name)
        choices = [ANY, *range(operations.components(model))]
        return (
            gradio.Slider(value=round(model.spectrogram.seconds, 2)),
            gradio.Dropdown(choices=choices, value=ANY),
        )

    return ranges
