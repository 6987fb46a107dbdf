"""Tab Match: ranks sounds and images by similarity to an upload."""

import html

import gradio

from tfaudiogen.app import matching, operations
from tfaudiogen.app.cards import card_of, put_on
from tfaudiogen.app.handlers import HEAVY, PROGRESS, steps_of
from tfaudiogen.app.inputs import file_upload, upload_limits
from tfaudiogen.app.limits import number
from tfaudiogen.app.reports import SPLITS
from tfaudiogen.evaluation import retrieval

TITLE, NEEDS = "Match", "match"
FILES = "files that are dropped"
_EMPTY = (
    '<div class="empty">Drop a sound or a picture, and files to rank, then press <b>Match</b>.'
    "</div>"
)


def build(page):
    """Lay out the tab and connect it."""
    studio = page.studio
    limits = studio.limits
    with gradio.Row():
        with gradio.Column(scale=1, min_width=260):
            model = page.choose_model("match", NEEDS)
            query = file_upload("What to match", "match-query")
            source = gradio.Dropdown([FILES], value=FILES, label="Rank", elem_id="match-source")
            files = file_upload("Files to rank", "match-files", many=True)
            split = gradio.Dropdown([*SPLITS], label="Split", visible=False, elem_id="match-split")
            count = gradio.Slider(
                1, limits.count, 8, step=1, label="Nearest to show", elem_id="match-count"
            )
            gradio.Markdown(f"{upload_limits(limits)} Up to {limits.files} files at once.")
            button = gradio.Button("Match", variant="primary", elem_id="match")
        with gradio.Column(scale=3):
            view = gradio.HTML(_EMPTY, elem_id="matched")
    settings = [model.dropdown, query, source, files, split, count]
    button.click(
        page.show_errors(_match(studio)), settings, view, api_visibility="private", **HEAVY
    )
    private = {"api_visibility": "private", "show_progress": "hidden"}
    source.change(page.show_errors(_places), source, [files, split], **private)
    model.when_it_changes(_sources(studio), source)


def _places(source):
    """Return the update that shows either the upload or the split of a data set."""
    return gradio.File(visible=source == FILES), gradio.Dropdown(visible=source != FILES)


def _sources(studio):
    """Return a handler that lists the sources that a model can rank."""

    def sources(name):
        data = matching.data_choices(studio, studio.model(name))
        return gradio.Dropdown(choices=[FILES, *data], value=FILES)

    return sources


def _match(studio):
    def match(name, query, source, files, split, count, progress=PROGRESS):
        model, limits = operations.able(studio, name, "match"), studio.limits
        if not query or (source == FILES and not files):
            return _EMPTY
        count = number("nearest to show", count, 1, limits.count, int)
        matched = matching.of_file(studio, model, query)
        if source == FILES:
            candidates = matching.of_files(studio, model, files)
        else:
            candidates = matching.of_data(studio, model, source, split)
        steps = steps_of(progress, "comparing")
        found, left_out = matching.ranked(studio, model, matched, candidates, steps)
        view = _Ranking(studio, name, model)
        parts = [view.part("What is matched", [(matched.name, matched)])]
        for kind, ranking in found.items():
            parts.append(view.part(_head(kind, count, len(ranking)), _titled(ranking[:count])))
        return "".join([*parts, *(f"<p>Left out: {html.escape(one)}</p>" for one in left_out)])

    return match


def _head(kind, count, there):
    words = "embeddings" if kind == "vectors" else kind
    return f"{words.capitalize()} by cosine similarity, {min(count, there)} of {there}"


def _titled(ranking):
    return [
        (f"{position}. {one.name}: {cosine:.3f}", one)
        for position, (one, cosine) in enumerate(ranking, 1)
    ]


class _Ranking:
    """Renders candidates; their files go to the temporary store, as some are uploads.

    Args:
        studio: `Studio`.
        name, model: name and model of the embedder.
    """

    def __init__(self, studio, name, model):
        self._studio, self._name, self._model = studio, name, model

    def part(self, head, titled):
        """Return HTML with a heading for [(title, candidate)] of one kind."""
        kind = titled[0][1].kind
        inside = self._lines(titled) if kind == "vectors" else self._cards(kind, titled)
        return f"<h3>{html.escape(head)}</h3>{inside}"

    def _lines(self, titled):
        return "".join(f'<p class="headline">{html.escape(title)}</p>' for title, _ in titled)

    def _cards(self, kind, titled):
        shape = retrieval.representation(self._model, kind)
        shown = [
            card_of(shape, title, f"{kind[:-1]}_{position}", one.read())
            for position, (title, one) in enumerate(titled, 1)
        ]
        rate = getattr(shape, "sample_rate", None)
        return put_on(self._studio.temporary, self._name, shown, rate)[0]
