"""Tab Sample: generates sounds or images."""

import gradio

from tfaudiogen.app import operations
from tfaudiogen.app.abilities import draws_pictures
from tfaudiogen.app.cards import card_of, put_on
from tfaudiogen.app.handlers import HEAVY, PROGRESS, steps_of
from tfaudiogen.app.inputs import ANY, chosen_seed, label_choices, label_input, seed_inputs

TITLE, NEEDS = "Sample", "sample"
_EMPTY = '<div class="empty">Press <b>Draw</b>: nobody has recorded or painted what comes.</div>'


def build(page):
    """Lay out the tab and connect it."""
    limits = page.studio.limits
    with gradio.Row():
        with gradio.Column(scale=1, min_width=260):
            model = page.choose_model("sample", NEEDS)
            count = gradio.Slider(1, limits.count, 4, step=1, label="How many")
            seconds = gradio.Slider(
                0.1, limits.seconds, 1, step=0.01, label="Seconds", elem_id="seconds"
            )
            temperature = gradio.Slider(
                0, 2, 1, step=0.05, label="Temperature", info="below 1: closer to the typical"
            )
            component = gradio.Dropdown([ANY], value=ANY, label="Component of the prior")
            label = label_input("sample-label")
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
            seed, another = seed_inputs("another-seed")
            button = gradio.Button("Draw", variant="primary", elem_id="draw")
        with gradio.Column(scale=3):
            drawn = gradio.HTML(_EMPTY, elem_id="drawn")
    choices = [component, label, guidance, top_k, top_p]
    settings = [model.dropdown, count, seconds, seed, temperature, another, *choices]
    button.click(
        page.show_errors(_draw(page.studio)),
        settings,
        [drawn, seed],
        api_visibility="private",
        **HEAVY,
    )
    model.when_it_changes(_ranges(page.studio), [seconds, temperature, *choices])


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
        model = operations.able(studio, name, "sample")
        progress(0, desc=f"drawing {count} {model.representation.kind}")
        seed = chosen_seed(seed, another)
        chosen = _chosen(model, component, label, guidance, top_k, top_p)
        length = _length(model, seconds)
        chosen["temperature"] = temperature
        drawn = operations.sample(studio, name, count, length, seed, **chosen)
        duration = {} if draws_pictures(model) else {"seconds": seconds}
        asked = {"model": name, **duration, "seed": seed, **chosen}
        shown = [
            card_of(
                model.representation,
                f"{position + 1} of seed {seed}",
                f"{name}_{seed}_{position}",
                one,
            )
            for position, one in enumerate(drawn)
        ]
        rate = getattr(model.representation, "sample_rate", None)
        steps = steps_of(progress, "drawing pictures")
        cards, _ = put_on(studio.kept, name, shown, rate, asked, steps)
        return cards, seed

    return draw


def _length(model, seconds):
    """Return the `seconds` argument: None for one window and for image models."""
    return None if operations.is_a_window(model, seconds) else seconds


def _chosen(model, component, label, guidance, top_k, top_p):
    """Return the sampling arguments that the model supports, of those on the page."""
    if operations.components(model):
        return {"component": None if component == ANY else component}
    chosen = {"top_k": top_k or None, "top_p": top_p}
    return chosen if label == ANY else {**chosen, "label": label, "guidance": guidance}


def _ranges(studio):
    def ranges(name):
        model = studio.model(name)
        components, labels = operations.components(model), operations.labels(model)
        return (
            _duration(model),
            gradio.Slider(value=getattr(model, "temperature", 1)),
            gradio.Dropdown([ANY, *range(components)], value=ANY, visible=components > 0),
            label_choices(labels),
            gradio.Slider(value=getattr(model, "guidance", 1), visible=bool(labels)),
            gradio.Number(value=0, visible=not components),
            gradio.Slider(value=1, visible=not components),
        )

    return ranges


def _duration(model):
    if draws_pictures(model):
        return gradio.Slider(visible=False)
    return gradio.Slider(value=round(model.representation.seconds, 2), visible=True)
