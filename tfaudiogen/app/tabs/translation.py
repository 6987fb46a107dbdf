"""Shared parts of the tabs Paint and Compose."""

import gradio

from tfaudiogen.app import operations
from tfaudiogen.app.cards import card_of, put_on
from tfaudiogen.app.condition_fields import Fields, condition_as_html
from tfaudiogen.app.handlers import HEAVY, PROGRESS, steps_of
from tfaudiogen.app.inputs import ANY, chosen_seed, label_choices, label_input, seed_inputs

_STRONGEST = 8


def build(page, ability, kind, upload):
    """Lay out a tab and connect it.

    Args:
        page: `page.Page`.
        ability: "paint" or "compose".
        kind: modality of the uploaded files, "sounds" or "pictures".
        upload: function from a label and an element id to the upload component.
    """
    studio = page.studio
    with gradio.Row():
        with gradio.Column(scale=1, min_width=260):
            model = page.choose_model(ability, ability)
            fields = Fields(studio, ability, kind, upload)
            count, length, temperature, guidance = _sliders(studio.limits, ability)
            label = label_input(f"{ability}-label")
            seed, another = seed_inputs(f"{ability}-another")
            button = gradio.Button(ability.capitalize(), variant="primary", elem_id=ability)
        with gradio.Column(scale=3):
            view = gradio.HTML(fields.empty(studio.able(ability)[0]), elem_id=f"{ability}-drawn")
    chosen = [length, temperature, guidance, label]
    settings = [model.dropdown, count, *chosen, seed, another, *fields.inputs]
    button.click(
        page.show_errors(_translate(studio, ability, fields)),
        settings,
        [view, seed],
        api_visibility="private",
        **HEAVY,
    )
    model.when_it_changes(_choices(studio), chosen)
    model.when_it_changes(fields.of_model, fields.outputs)


def _sliders(limits, ability):
    count = gradio.Slider(1, limits.count, 4, step=1, label="How many", elem_id=f"{ability}-count")
    length = gradio.Slider(
        0.1, limits.seconds, 1, step=0.01, label="Seconds", visible=ability == "compose"
    )
    temperature = gradio.Slider(0, 2, 1, step=0.05, label="Temperature")
    info = "above 1: samples follow their condition more strongly"
    return (
        count,
        length,
        temperature,
        gradio.Slider(0, _STRONGEST, 1, step=0.1, label="Guidance", info=info),
    )


def _choices(studio):
    """Return a handler that sets duration, temperature, guidance and labels to model defaults."""

    def choices(name):
        model = studio.model(name)
        seconds = getattr(model.representation, "seconds", None)
        length = gradio.skip() if seconds is None else gradio.Slider(value=round(seconds, 2))
        guided = operations.takes(model, "guidance")
        return (
            length,
            gradio.Slider(value=model.temperature),
            gradio.Slider(value=model.guidance, visible=guided),
            label_choices(getattr(model, "label_names", [])),
        )

    return choices


def _translate(studio, ability, fields):
    def translate(
        name,
        count,
        seconds,
        temperature,
        guidance,
        label,
        seed,
        another,
        dropped,
        text,
        labels,
        vector,
        progress=PROGRESS,
    ):
        inputs = fields.value(name, (dropped, text, labels, vector))
        if inputs is None:
            return fields.empty(name), seed
        model = operations.able(studio, name, ability)
        progress(0, desc=f"drawing {count} {model.representation.kind}")
        seed = chosen_seed(seed, another)
        draw = {"count": count, "seed": seed, "temperature": temperature}
        draw |= {"guidance": guidance} if operations.takes(model, "guidance") else {}
        draw |= {} if label == ANY else {"label": label}
        draw |= {} if operations.is_a_window(model, seconds) else {"seconds": seconds}
        source, targets = operations.translate(studio, name, inputs, ability, **draw)
        head, shown = "", []
        if model.conditioning:
            head = condition_as_html(model.source_representation.kind, inputs)
        else:
            word = model.source_representation.kind[:-1]
            shown.append(card_of(model.source_representation, f"The {word}", word, source))
        for position, target in enumerate(targets):
            title = f"{position + 1} of seed {seed}"
            shown.append(card_of(model.representation, title, f"{name}_{seed}_{position}", target))
        steps = steps_of(progress, "drawing pictures")
        # Neither uploads nor what is generated from them are stored permanently.
        rate = getattr(model.sounds, "sample_rate", None)
        return head + put_on(studio.temporary, name, shown, rate, progress=steps)[0], seed

    return translate
