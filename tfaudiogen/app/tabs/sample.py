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
            label = gradio.Dropdown([ANY], value=ANY, label="Label", visible=False)
            guidance = gradio.Slider(
                0,
                5,
                1,
                step=0.1,
                label="Guidance",
                info="above 1: more of the label",
                visible=False,
            )
            top_k = gradio.Number(
                0,
                precision=0,
                label="Top k",
                info="draw among so many likeliest codes; 0: all",
                visible=False,
            )
            top_p = gradio.Slider(
                0.05,
                1,
                1,
                step=0.01,
                label="Top p",
                info="draw among the likeliest codes of this probability",
                visible=False,
            )
            seed = gradio.Number(
                0, precision=0, label="Seed", info="the same gives the same sounds"
            )
            another = gradio.Checkbox(True, label="Another seed each time", elem_id="another-seed")
            button = gradio.Button("Draw sounds", variant="primary", elem_id="draw")
        with gradio.Column(scale=3):
            sounds = gradio.HTML(_EMPTY, elem_id="drawn")
    choices = [component, label, guidance, top_k, top_p]
    settings = [page.model, count, seconds, seed, temperature, another, *choices]
    button.click(
        told(_draw(page.studio)), settings, [sounds, seed], api_visibility="private", **HEAVY
    )
    page.when_model_changes(told(_ranges(page.studio)), [seconds, temperature, *choices])


def _draw(studio):
    def draw(
        name,
        count,
        seconds,
        seed,
        temperature,
        another,
        component,
        label,
        guidance,
        top_k,
        top_p,
        progress=PROGRESS,
    ):
        progress(0, desc=f"drawing {count} sounds")
        seed = secrets.randbelow(2**31) if another else seed
        model = studio.model(name)
        chosen = _chosen(model, component, label, guidance, top_k, top_p)
        length = None if abs(seconds - model.spectrogram.seconds) < 0.01 else seconds
        chosen["temperature"] = temperature
        waveforms = operations.sample(studio, name, count, length, seed, **chosen)
        asked = {"model": name, "seconds": seconds, "seed": seed, **chosen}
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


def _chosen(model, component, label, guidance, top_k, top_p):
    """Return the choices that the model has, of those on the page."""
    if operations.components(model):
        return {"component": None if component == ANY else component}
    chosen = {"top_k": top_k or None, "top_p": top_p}
    return chosen if label == ANY else {**chosen, "label": label, "guidance": guidance}


def _ranges(studio):
    def ranges(name):
        model = studio.model(name)
        components, labels = operations.components(model), operations.labels(model)
        return (
            gradio.Slider(value=round(model.spectrogram.seconds, 2)),
            gradio.Slider(value=getattr(model, "temperature", 1)),
            gradio.Dropdown([ANY, *range(components)], value=ANY, visible=components > 0),
            gradio.Dropdown([ANY, *labels], value=ANY, visible=bool(labels)),
            gradio.Slider(value=getattr(model, "guidance", 1), visible=bool(labels)),
            gradio.Number(value=0, visible=not components),
            gradio.Slider(value=1, visible=not components),
        )

    return ranges
