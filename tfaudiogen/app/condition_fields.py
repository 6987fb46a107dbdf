"""Input fields of translators on the page: a file, a text, labels or an embedding."""

import html
from pathlib import Path

import gradio

from tfaudiogen.app.inputs import file_upload, upload_limits
from tfaudiogen.models.modalities.conditions import weights_of

_WORDS = {
    "sounds": "Drop a sound",
    "pictures": "Drop a picture",
    "texts": "Write a text",
    "labels": "Name labels",
    "vectors": "Drop an embedding",
}
_MOST_LETTERS = 300


class Fields:
    """Input fields for every kind of condition of a tab's translators; one is visible.

    Args:
        studio: `Studio`.
        ability: "paint" or "compose".
        kind: modality of the files to translate, "sounds" or "pictures".
        upload: function from a label and an element id to the upload component for them.

    Attributes:
        inputs: the components that hold the values.
        outputs: the components that `of_model` updates.
    """

    def __init__(self, studio, ability, kind, upload):
        self._studio, self._ability = studio, ability
        with gradio.Column() as around:
            dropped = upload(kind[:-1].capitalize(), f"{ability}-upload")
        fields = {
            "texts": gradio.Textbox(
                label="Text", lines=2, elem_id=f"{ability}-text", visible=False
            ),
            "labels": gradio.Textbox(
                label="Labels",
                placeholder="gloomy=0.7, slow=0.3",
                elem_id=f"{ability}-labels",
                visible=False,
            ),
            "vectors": file_upload("Embedding (.npy)", f"{ability}-vector", visible=False),
        }
        self._kinds, note = [kind, *fields], gradio.Markdown()
        self.inputs, self.outputs = [dropped, *fields.values()], [around, *fields.values(), note]

    def of_model(self, name):
        """Return the updates that show the input field for a model."""
        wanted, limits = self._kind_of(name), self._studio.limits
        shown = [
            gradio.update(visible=kind == wanted, **self._info(name, kind, kind == wanted))
            for kind in self._kinds
        ]
        note = upload_limits(limits, wanted == "sounds", wanted == "pictures")
        return *shown, gradio.Markdown(note, visible=wanted not in ("texts", "labels"))

    def value(self, name, values):
        """Return the value of the input field for a model; None if it is empty."""
        kind = self._kind_of(name)
        value = values[self._kinds.index(kind)]
        if kind == "labels" and value:
            return weights_of(value) or None
        return value or None

    def empty(self, name):
        """Return the hint to show while there is no input."""
        words = _WORDS[self._kind_of(name)]
        return f'<div class="empty">{words}, then press <b>{self._ability.capitalize()}</b>.</div>'

    def _kind_of(self, name):
        return self._studio.model(name).source_representation.kind

    def _info(self, name, kind, wanted):
        """Return the info text of an input field about the model."""
        if not wanted or kind not in ("texts", "labels"):
            return {}
        source = self._studio.model(name).source_representation
        if kind == "texts":
            return {"info": f"at most {source.length} bytes: one of a plain letter, more of others"}
        known = ", ".join(source.labels)
        known = known if len(known) <= _MOST_LETTERS else f"{known[:_MOST_LETTERS]} ..."
        return {"info": f"of {known}; a weight that is left out is 1"}


def condition_as_html(kind, condition):
    """Return text, labels or the file name of a vector as HTML."""
    if kind == "labels":
        condition = ", ".join(f"{label} {weight:g}" for label, weight in condition.items())
    text = Path(condition).name if kind == "vectors" else condition
    return f'<p class="headline">{html.escape(text)}</p>'
