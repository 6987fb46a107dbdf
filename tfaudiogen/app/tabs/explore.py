"""Tab Explore: a clickable map of latents, and interpolation between two points A and B."""

import gradio
import numpy as np

from tfaudiogen.app import examples, latent_map, map_view, operations
from tfaudiogen.app.abilities import draws_pictures
from tfaudiogen.app.cards import card_of, put_on
from tfaudiogen.app.handlers import HEAVY, PROGRESS, steps_of
from tfaudiogen.app.inputs import picture_upload, sound_upload
from tfaudiogen.app.limits import number
from tfaudiogen.app.refusals import Refused

TITLE, NEEDS = "Explore", "interpolate"
PRIOR = "draws of the prior"
_EMPTY = (
    '<div class="empty">Press <b>Draw the map</b>, then click on it: what is there comes.</div>'
)
_HINT = (
    "Each click shows what is there, and chooses **A** and **B** in turn: a point is an example, a "
    "cross the middle of a component, and anywhere else is what nobody has recorded or painted."
)


def build(page):
    """Lay out the tab and connect it."""
    explorer, most = Explorer(page.studio), page.studio.limits.points
    state = gradio.State(_nothing())
    with gradio.Row(elem_classes="low"):
        model = page.choose_model("explore", NEEDS)
        data = gradio.Dropdown([*page.studio.data, PRIOR], label="Examples of", elem_id="map-data")
        split = gradio.Dropdown(["train", "validation", "test"], value="validation", label="Split")
        count = gradio.Slider(10, most, 200, step=10, label="Points", elem_id="map-count", scale=2)
        kind = gradio.Dropdown(
            [latent_map.PCA_MAP, latent_map.UMAP_MAP], label="Map by", elem_id="map-kind"
        )
        button = gradio.Button("Draw the map", variant="primary", elem_id="draw-map")
    with gradio.Row():
        with gradio.Column(scale=3):
            view = map_view.make_view(_EMPTY)
            gradio.Markdown(_HINT)
            fraction = gradio.Slider(0, 1, 0.5, step=0.05, label="From A to B", elem_id="fraction")
        with gradio.Column(scale=2, min_width=300):
            heard = gradio.HTML(elem_id="heard")
            between = gradio.HTML(elem_id="between")
    with gradio.Accordion("A and B from files or components", open=False), gradio.Row():
        ends = [_end(letter) for letter in "AB"]
    private = {"api_visibility": "private", **HEAVY}
    outputs = [state, view, heard, between]
    button.click(
        page.show_errors(explorer.draw),
        [model.dropdown, data, split, count, kind],
        outputs,
        **private,
    )
    view.select(page.show_errors(explorer.click), [state, fraction], outputs, **private)
    fraction.change(
        page.show_errors(explorer.move),
        [state, fraction],
        outputs,
        trigger_mode="always_last",
        **private,
    )
    for position, (sound, picture, pictures, component) in enumerate(ends):
        inputs = [model.dropdown, state, fraction]
        for upload in (sound, picture):
            upload.upload(
                page.show_errors(explorer.choose_file(position)),
                [*inputs, upload],
                outputs,
                **private,
            )
        model.when_it_changes(explorer.uploads, [sound, pictures])
        component.submit(
            page.show_errors(explorer.choose_component(position)),
            [*inputs, component],
            outputs,
            **private,
        )


def _end(letter):
    with gradio.Column():
        sound = sound_upload(f"{letter}: a file (its first window)", f"end-{letter}")
        with gradio.Column(visible=False) as pictures:
            picture = picture_upload(f"{letter}: a file", f"end-picture-{letter}")
        component = gradio.Textbox(
            label=f"{letter}: a component", placeholder="its number, then Enter"
        )
        return sound, picture, pictures, component


def _nothing():
    return {"model": None, "map": None, "source": None, "ends": [None, None], "next": 0}


class Explorer:
    """Event handlers of the tab; `state` belongs to one visitor.

    Args:
        studio: `Studio`.
    """

    def __init__(self, studio):
        self.studio = studio

    def uploads(self, name):
        """Show the upload component for the modality of a model."""
        pictures = draws_pictures(self.studio.model(name))
        return gradio.Audio(visible=not pictures), gradio.Column(visible=pictures)

    def draw(self, name, data, split, count, kind, progress=PROGRESS):
        """Compute the map of a data set or of the prior."""
        count = number("points", count, 2, self.studio.limits.points, int)
        model = self._model(name)
        if data == PRIOR:
            drawn, source = latent_map.map_of_prior(model, count, kind), None
        else:
            shown = steps_of(progress, "encoding")
            drawn = latent_map.map_of_data(self.studio, model, data, split, count, kind, shown)
            source = (data, split)
        state = {**_nothing(), "model": name, "map": drawn, "source": source}
        return state, map_view.draw(drawn), "", ""

    def click(self, state, fraction, event: gradio.EventData):
        """Decode the clicked point, component or position, and choose it as A or B."""
        title, latents, recorded = self._clicked(state, event._data)
        return self._choose(state, fraction, state["next"], title, latents, recorded)

    def move(self, state, fraction):
        """Decode the interpolation between A and B."""
        between = self._between(state, fraction)
        return state, self._view(state, fraction), gradio.skip(), between

    def choose_file(self, position):
        """Return a handler that chooses an uploaded file as A (0) or B (1)."""

        def take(name, state, fraction, path):
            state = self._of_model(state, name)
            model = self._model(name)
            with self.studio.compute_lock.taken():
                window = operations.first_window(self.studio, model, path)
                latents = model.encode(window).reshape(-1)
            return self._choose(state, fraction, position, "your file", latents, window)

        return take

    def choose_component(self, position):
        """Return a handler that chooses the mean of a component as A (0) or B (1)."""

        def take(name, state, fraction, component):
            if not component:
                return (gradio.skip(),) * 4
            state = self._of_model(state, name)
            model = self._model(name)
            most = operations.components(model) - 1
            component = number("component", component, 0, most, int)
            latents = model.prior.sample(1, 0, temperature=0.0, component=component).numpy()[0]
            return self._choose(state, fraction, position, f"component {component}", latents)

        return take

    def _model(self, name):
        """Return the model after checking that it has a continuous latent space."""
        return operations.able(self.studio, name, "interpolate")

    def _of_model(self, state, name):
        """Return the state, reset if it belongs to another model, which has other latents."""
        state = state if state["model"] in (None, name) else _nothing()
        return {**state, "model": name}

    def _clicked(self, state, what):
        """Return (title, latents [D], original window or image or None) of the clicked object."""
        drawn = state["map"]
        if drawn is None:
            raise Refused("draw the map first.")
        if "point" in what:
            index = number("point", what["point"], 0, len(drawn.latents) - 1, int)
            recorded = None
            if state["source"]:
                kind = self.studio.model(state["model"]).representation.kind
                recorded = examples.recording(self.studio, kind, *state["source"], drawn.ids[index])
            return drawn.labels[index], drawn.latents[index], recorded
        if "component" in what:
            most = len(drawn.components) - 1
            index = number("component", what["component"], 0, most, int)
            return f"component {index}", drawn.components[index], None
        position = [number("position", value, -1e6, 1e6) for value in what["position"][:2]]
        return "somewhere", drawn.latents_at(map_view.Scale(drawn.shown).plane(position)), None

    def _choose(self, state, fraction, position, title, latents, recorded=None):
        ends = list(state["ends"])
        ends[position] = np.asarray(latents, np.float32)
        name = state["model"]
        state = {**state, "ends": ends, "next": 1 - position}
        letter, shown = "AB"[position], []
        if recorded is not None:
            shown.append((f"{letter}: {title}, recorded", "recorded", recorded))
        shown.append((f"{letter}: {title}, decoded", "decoded", self._decode(state, latents)))
        heard = self._cards(name, shown)
        return state, self._view(state, fraction), heard, self._between(state, fraction)

    def _between(self, state, fraction):
        start, end = state["ends"]
        if start is None or end is None:
            return ""
        fraction = number("fraction", fraction, 0.0, 1.0)
        decoded = self._decode(state, (1.0 - fraction) * start + fraction * end)
        return self._cards(state["model"], [(f"{fraction:.0%} of the way", "between", decoded)])

    def _view(self, state, fraction):
        drawn = state["map"]
        return gradio.skip() if drawn is None else map_view.draw(drawn, state["ends"], fraction)

    def _decode(self, state, latents):
        model = self._model(state["model"])
        with self.studio.compute_lock.taken():
            return np.asarray(model.decode(np.asarray(latents, np.float32)[None]))[0]

    def _cards(self, name, shown):
        """Return the cards for a list of (title, name, sound or image)."""
        representation = self.studio.model(name).representation
        rate = getattr(representation, "sample_rate", None)
        made = [card_of(representation, *one) for one in shown]
        return put_on(self.studio.temporary, "explored", made, rate)[0]
