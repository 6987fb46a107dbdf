"""Tab Earlier results: stored samples, trainings and evaluations."""

import html

import gradio

from tfaudiogen.app import reports, trainings
from tfaudiogen.app.cards import cards
from tfaudiogen.training.run_report import CARD, CURVE

TITLE, NEEDS = "Earlier results", None
DRAWN, TRAININGS, EVALUATIONS = "Drawn", "Trainings", "Evaluations"
_EMPTY = '<div class="empty">Nothing yet.</div>'


def build(page):
    """Lay out the tab and connect it."""
    browser = Browser(page.studio)
    with gradio.Row(elem_classes="low"):
        kind = gradio.Radio([DRAWN, TRAININGS, EVALUATIONS], value=DRAWN, label="Kind", scale=2)
        name = gradio.Dropdown([], label="Which", elem_id="earlier", scale=2)
        refresh = gradio.Button("Look again", elem_id="look-again", scale=1)
    view = gradio.HTML(_EMPTY, elem_id="result")
    card = gradio.Markdown()
    private = {"api_visibility": "private"}
    for event in (page.blocks.load, kind.change, refresh.click):
        event(page.show_errors(browser.names), kind, name, **private)
    name.change(page.show_errors(browser.show), [kind, name], [view, card], **private)


class Browser:
    """Lists and shows stored results.

    Args:
        studio: `Studio`.
    """

    def __init__(self, studio):
        self.studio = studio

    def names(self, kind):
        """Return the choices of a kind of result, with the newest selected."""
        found = {
            DRAWN: self.studio.kept.names,
            TRAININGS: lambda: trainings.names(self.studio),
            EVALUATIONS: lambda: reports.names(self.studio),
        }[kind]()
        pairs = [(_short(name) if kind == DRAWN else name, name) for name in found]
        return gradio.Dropdown(choices=pairs, value=found[0] if found else None)

    def show(self, kind, name):
        """Return a result as HTML, and the card of a training as Markdown."""
        if not name:
            return _EMPTY, ""
        if kind == DRAWN:
            return self._drawn(name), ""
        if kind == EVALUATIONS:
            return reports.table(self.studio, name), ""
        return _EMPTY if name not in trainings.names(self.studio) else "", self._training(name)

    def _drawn(self, name):
        record = self.studio.kept.read_record(name)
        if record is None:
            return _EMPTY
        asked = ", ".join(
            f"{key} {value}"
            for key, value in record.items()
            if key != "sounds" and value is not None
        )
        return f"<p>{html.escape(asked)}</p>" + cards(self.studio.kept, name, record["sounds"])

    def _training(self, name):
        path = self.studio.runs / name / CARD
        if name not in trainings.names(self.studio) or not path.is_file():
            return "This training has not finished an epoch."
        text = path.read_text(encoding="utf-8")
        return text.replace(f"({CURVE})", f"(/api/models/{name}/{CURVE})")


def _short(name):
    """Return the name of a set without its random suffix."""
    return name.rpartition("_")[0]
