"""Builds the page from its tabs; each tab lists the models that have its ability."""

from importlib import resources

import gradio

from tfaudiogen.app.handlers import show_errors
from tfaudiogen.app.tabs import (
    compose,
    evaluate,
    explore,
    match,
    models,
    paint,
    reconstruct,
    results,
    sample,
    tag,
    train,
)

# In the order of the page. A tab is a module with TITLE, NEEDS (an ability, several alternative
# ones, or None) and build(page). It is shown if a model has what it needs.
TABS = (
    sample,
    reconstruct,
    explore,
    paint,
    compose,
    match,
    tag,
    train,
    evaluate,
    results,
    models,
)

_HEAD = "<h1>tfaudiogen</h1><p>Sounds and pictures from probability distributions</p>"
_FONT = ["ui-sans-serif", "system-ui", "sans-serif"]
_MONO = ["ui-monospace", "Consolas", "monospace"]


class ModelChoice:
    """A dropdown of the models that a tab supports.

    Args:
        page: `Page`.
        abilities: alternative abilities that a model needs; empty for all models.
        elem_id: element id of the component.

    Attributes:
        dropdown: the component, whose value is the name of a model.
    """

    def __init__(self, page, abilities, elem_id):
        self._page, self._abilities, self._followers = page, abilities, []
        names = self.names()
        self.dropdown = gradio.Dropdown(names, value=names[0], label="Model", elem_id=elem_id)

    def names(self):
        """Return the names of the models to choose from; the first is the default."""
        studio = self._page.studio
        return studio.able(*self._abilities) if self._abilities else studio.model_names()

    def when_it_changes(self, function, outputs):
        """Register a function to call with the model's name on page load and on each change.

        Args:
            function: returns the updates of the outputs, a tuple for several.
            outputs: a component, or a list of them.
        """
        outputs = outputs if isinstance(outputs, list) else [outputs]
        self._followers.append((self._page.show_errors(function), outputs))

    @property
    def outputs(self):
        """The components that depend on the chosen model."""
        return [component for _, own in self._followers for component in own]

    def changes(self, name):
        """Return the list of updates of all `outputs` for a model."""
        found = [(function(name), len(own)) for function, own in self._followers]
        return [one for some, count in found for one in (some if count > 1 else [some])]


class Page:
    """State and functions that the tabs share.

    Args:
        studio: `Studio`.
        blocks: the `gradio.Blocks` of the page, for its load event.
    """

    def __init__(self, studio, blocks):
        self.studio, self.blocks = studio, blocks
        self._choices, self._refreshed = [], [blocks.load]

    def show_errors(self, function):
        """Wrap an event handler so that its exceptions are shown on the page."""
        return show_errors(function, self.studio.listeners)

    def choose_model(self, tab, *abilities):
        """Create the `ModelChoice` of a tab.

        Args:
            tab: the name of the tab, for the element id.
            abilities: alternative abilities that a model needs; none for all models.
        """
        self._choices.append(ModelChoice(self, abilities, f"{tab}-model"))
        return self._choices[-1]

    def connect(self):
        """Connect the model dropdowns; on page load, one request updates all tabs."""
        hidden = {"api_visibility": "private", "show_progress": "hidden"}
        for one in self._choices:
            if one.outputs:
                one.dropdown.change(_following(one), one.dropdown, one.outputs, **hidden)
        dropdowns = [one.dropdown for one in self._choices]
        outputs = [component for one in self._choices for component in one.outputs]
        self.blocks.load(_following(*self._choices), dropdowns, outputs, **hidden)
        for event in self._refreshed:
            event(self._new_choices, None, dropdowns, **hidden)

    def refresh_when(self, event):
        """Update the lists of models at an event.

        Args:
            event: event listener of a component, such as `Timer.tick`.
        """
        self._refreshed.append(event)

    def _new_choices(self):
        return _returned([gradio.Dropdown(choices=one.names()) for one in self._choices])


def _following(*choices):
    """Return an event handler that updates everything that depends on these choices."""

    def follow(*names):
        pairs = zip(choices, names, strict=True)
        return _returned([change for one, name in pairs for change in one.changes(name)])

    return follow


def _returned(changes):
    """Return updates in Gradio's format: a list, or a single value for one output."""
    return changes if len(changes) > 1 else changes[0]


def make_page(studio):
    """Return the page of a studio as `gradio.Blocks`."""
    with gradio.Blocks(title="tfaudiogen", analytics_enabled=False) as blocks:
        page = Page(studio, blocks)
        gradio.HTML(_HEAD, elem_id="head")
        with gradio.Tabs():
            for tab in TABS:
                if _is_of_use(tab, studio):
                    with gradio.Tab(tab.TITLE, id=tab.TITLE):
                        tab.build(page)
        page.connect()
    blocks.queue(max_size=studio.limits.waiting, default_concurrency_limit=4)
    return blocks


def _is_of_use(tab, studio):
    needs = [tab.NEEDS] if isinstance(tab.NEEDS, str) else tab.NEEDS
    return needs is None or bool(studio.able(*needs))


def mount_page(server, studio, page):
    """Return the FastAPI application with the page of `make_page` mounted at /."""
    static = resources.files("tfaudiogen.app") / "static"
    script = (static / "sounds.js").read_text(encoding="utf-8")
    return gradio.mount_gradio_app(
        server,
        page,
        path="/",
        max_file_size=studio.limits.bytes,
        footer_links=[],
        run_history=False,
        ssr_mode=False,
        pwa=False,
        enable_monitoring=False,
        mcp_server=False,
        theme=_theme(),
        css=(static / "page.css").read_text(encoding="utf-8"),
        head=f"<script>{script}</script>",
    )


def _theme():
    # Local font names, since Gradio's own themes load fonts from Google.
    soft = gradio.themes.Soft(
        primary_hue="violet", neutral_hue="slate", font=_FONT, font_mono=_MONO
    )
    return soft.set(
        block_title_background_fill="transparent",
        block_title_background_fill_dark="transparent",
        block_title_text_color="*body_text_color",
        block_title_text_color_dark="*body_text_color",
        block_title_padding="0",
        block_label_background_fill="transparent",
        block_label_background_fill_dark="transparent",
        block_label_text_color="*body_text_color",
        block_label_text_color_dark="*body_text_color",
    )
