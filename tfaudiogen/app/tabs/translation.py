"""What Paint and Compose have in common: a file is dropped, and what is drawn for it is shown."""

import gradio

from tfaudiogen.app import operations
from tfaudiogen.app.cards import card_of, put_on
from tfaudiogen.app.handlers import HEAVY, PROGRESS, steps_of, told
from tfaudiogen.app.inputs import chosen_seed, seed_inputs, upload_limits

_STRONGEST = 8


def build(page, ability, upload, words):
    """Lay out a tab and connect it.

    Args:
        page: `page.Page`.
        ability: "paint" or "compose".
        upload: function of a label and an id that gives the place to drop a file.
        words: (what is dropped, what is drawn), "sound" and "picture" or the other way round.
    """
    given, drawn = words
    page.note(ability)
    with gradio.Row():
        with gradio.Column(scale=1, min_width=260):
            dropped = upload(given.capitalize(), f"{ability}-upload")
            limits = page.studio.limits
            gradio.Markdown(upload_limits(limits, given == "sound", given == "picture"))
            count, length, temperature, guidance = _sliders(limits, ability, given, drawn)
            seed, another = seed_inputs(f"{ability}-another")
            button = gradio.Button(ability.capitalize(), variant="primary", elem_id=ability)
        with gradio.Column(scale=3):
            view = gradio.HTML(_empty(ability, given), elem_id=f"{ability}-drawn")
    settings = [page.model, dropped, count, length, temperature, guidance, seed, another]
    button.click(
        told(_translate(page.studio, ability, given)),
        settings,
        [view, seed],
        api_visibility="private",
        **HEAVY,
    )
    chosen = [length, temperature, guidance]
    page.when_model_changes(told(_choices(page.studio, ability)), chosen)


def _sliders(limits, ability, given, drawn):
    count = gradio.Slider(1, limits.count, 4, step=1, label="How many", elem_id=f"{ability}-count")
    length = gradio.Slider(
        0.1, limits.seconds, 1, step=0.01, label="Seconds", visible=drawn == "sound"
    )
    temperature = gradio.Slider(0, 2, 1, step=0.05, label="Temperature")
    info = f"above 1: the {drawn} shows the {given} more clearly"
    return (
        count,
        length,
        temperature,
        gradio.Slider(0, _STRONGEST, 1, step=0.1, label="Guidance", info=info),
    )


def _empty(ability, given):
    return f'<div class="empty">Drop a {given}, then press <b>{ability.capitalize()}</b>.</div>'


def _choices(studio, ability):
    """Return the function that sets duration, temperature and guidance to a model's own."""

    def choices(name):
        model = studio.model(name)
        if not studio.has(name, ability):
            return gradio.skip(), gradio.skip(), gradio.skip()
        seconds = getattr(model.spectrogram, "seconds", None)
        length = gradio.skip() if seconds is None else gradio.Slider(value=round(seconds, 2))
        guided = operations.takes(model, "guidance")
        temperature = gradio.Slider(value=model.temperature)
        return length, temperature, gradio.Slider(value=model.guidance, visible=guided)

    return choices


def _translate(studio, ability, given):
    def translate(
        name, path, count, seconds, temperature, guidance, seed, another, progress=PROGRESS
    ):
        if path is None:
            return _empty(ability, given), seed
        model = operations.able(studio, name, ability)
        progress(0, desc=f"drawing {count} for the {given}")
        seed = chosen_seed(seed, another)
        draw = {"count": count, "seed": seed, "temperature": temperature}
        draw |= {"guidance": guidance} if operations.takes(model, "guidance") else {}
        draw |= {} if operations.is_a_window(model, seconds) else {"seconds": seconds}
        source, targets = operations.translate(studio, name, path, ability, **draw)
        shown = [card_of(model.source, f"The {given}", given, source)]
        for place, target in enumerate(targets):
            title = f"{place + 1} of seed {seed}"
            shown.append(card_of(model.spectrogram, title, f"{name}_{seed}_{place}", target))
        steps = steps_of(progress, "drawing pictures")
        # An upload is never kept, and what is made from one neither.
        rate = model.sounds.sample_rate
        return put_on(studio.temporary, name, shown, rate, progress=steps)[0], seed

    return translate
