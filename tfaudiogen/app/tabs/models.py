"""Tab Models: the card of the chosen model."""

import gradio

from tfaudiogen.app import api
from tfaudiogen.training.run_report import CARD, CURVE

TITLE, NEEDS = "Models", None


def build(page):
    """Lay out the tab and connect it."""
    model = page.choose_model("card")
    facts = gradio.HTML(elem_id="facts")
    card = gradio.Markdown(elem_id="card")
    model.when_it_changes(_card(page.studio), [facts, card])


def _card(studio):
    def show(name):
        path = studio.model_folder(name) / CARD
        text = path.read_text(encoding="utf-8") if path.is_file() else "This model has no card."
        return _facts(studio, name), text.replace(f"({CURVE})", f"(/api/models/{name}/{CURVE})")

    return show


def _facts(studio, name):
    known = api.describe_model(studio, name)
    rate, seconds, shape = (
        known[fact] for fact in ("sample_rate", "window_seconds", "picture_shape")
    )
    boxes = {
        "sample rate": rate and f"{rate:,} Hz",
        "window": seconds and f"{seconds:.2f} s",
        "height, width, channels": shape and " × ".join(map(str, shape)),
        "parameters": f"{known['parameters']:,}",
        "components of the prior": known["components"],
        "labels": len(known["labels"]),
        "bytes of a text": known["text_bytes"],
        "numbers of an embedding": known["vector_size"],
    }
    inside = "".join(
        f"<div><b>{value}</b><span>{words}</span></div>" for words, value in boxes.items() if value
    )
    return f'<div class="figures">{inside}</div>'
