"""Tab Tag: labels of an image, with probabilities."""

import html
from pathlib import Path

import gradio

from tfaudiogen.app import operations
from tfaudiogen.app.cards import card_of, put_on
from tfaudiogen.app.handlers import HEAVY, PROGRESS
from tfaudiogen.app.inputs import picture_upload, upload_limits
from tfaudiogen.service.records import write_record

TITLE, NEEDS = "Tag", "tag"
_EMPTY = '<div class="empty">Drop a picture, then press <b>Tag</b>.</div>'
_FILE = "tags.json"


def build(page):
    """Lay out the tab and connect it."""
    with gradio.Row():
        with gradio.Column(scale=1, min_width=260):
            model = page.choose_model("tag", NEEDS)
            picture = picture_upload("Picture", "tag-upload")
            gradio.Markdown(upload_limits(page.studio.limits, sounds=False))
            count = gradio.Slider(1, 20, 5, step=1, label="Labels", elem_id="tag-count")
            button = gradio.Button("Tag", variant="primary", elem_id="tag")
        with gradio.Column(scale=3):
            view = gradio.HTML(_EMPTY, elem_id="tagged")
    settings = [model.dropdown, picture, count]
    button.click(
        page.show_errors(_tag(page.studio)), settings, view, api_visibility="private", **HEAVY
    )


def _tag(studio):
    def tag(name, path, count, progress=PROGRESS):
        model = operations.able(studio, name, "tag")
        if path is None:
            return _EMPTY
        progress(0, desc="tagging")
        picture, labels = operations.tag(studio, name, path, count)
        shown = [card_of(model.pictures, "The picture", "picture", picture)]
        # Uploads are never stored permanently, so the set goes to the temporary store.
        cards, (written,) = put_on(studio.temporary, name, shown, None)
        tags = written.with_name(_FILE)
        write_record(tags, model=name, count=len(labels), pictures={Path(path).stem: labels})
        return cards + _bars(labels) + _further(labels, studio.temporary.url(tags))

    return tag


def _bars(labels):
    """Return probabilities as horizontal bars."""
    rows = "".join(
        f'<span>{html.escape(label)}</span><i><b style="width:{share:.2%}"></b></i>'
        f"<span>{share:.1%}</span>"
        for label, share in labels.items()
    )
    return f'<div class="bars">{rows}</div>'


def _further(labels, address):
    """Return the labels as input for label-conditioned models: text for Compose, and a file."""
    line = ", ".join(f"{label}={share:.3g}" for label, share in labels.items())
    return (
        f'<p class="headline">{html.escape(line)}</p><p>A model conditioned on labels takes this '
        f"line here, and the file as <code>tfaudiogen compose MODEL {_FILE}</code>.</p>"
        f'<a class="file" href="{address}" download="{_FILE}">{_FILE}</a>'
    )
