"""The page: a choice of model above tabs, of which each says what it needs."""

from dataclasses import dataclass, field
from importlib import resources

import gradio

from tfaudiogen.app.handlers import told
from tfaudiogen.app.studio import Studio
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

# In the order of the page. A tab is a module with TITLE, NEEDS (an ability of a model, several of
# which one is enough, or None) and build(page); it appears if a model that was given has what it
# needs.
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

_FONT = ["ui-sans-serif", "system-ui", "sans-serif"]
_MONO = ["ui-monospace", "Consolas", "monospace"]
_UPLOADS_CHECKED, _UPLOADS_KEPT = 300, 3600  # seconds


@dataclass(frozen=True)
class Page:
    """What the tabs share.

    Attributes:
        studio: `Studio`.
        blocks: the page itself, for what happens when it is opened.
        model: dropdown with the name of the chosen model.
    """

    studio: Studio
    blocks: gradio.Blocks
    model: gradio.Dropdown
    _followers: list = field(default_factory=list)

    def when_model_changes(self, function, outputs):
        """Call the function with the model's name at the start and whenever another is chosen.

        Args:
            function: gives the changes of the outputs, a tuple for several.
            outputs: a component, or a list of them.
        """
        self._followers.append((function, outputs if isinstance(outputs, list) else [outputs]))

    def follow_model(self):
        """Connect what was asked for by `when_model_changes`, in one request for all tabs."""
        outputs = [component for _, own in self._followers for component in own]

        def follow(name):
            found = [(function(name), len(own)) for function, own in self._followers]
            return [one for some, count in found for one in (some if count > 1 else [some])]

        for event in (self.blocks.load, self.model.change):
            event(follow, self.model, outputs, api_visibility="private", show_progress="hidden")

    def note(self, *abilities, what=None):
        """Lay out a line that says of a chosen model without an ability which models have it.

        Args:
            abilities: one, or several of which one is enough.
            what: what the model cannot, in a word or two; None for the ability.
        """
        what = what or abilities[0]
        line = gradio.Markdown(visible=False, elem_id=f"cannot-{what.replace(' ', '-')}")

        def text(name):
            able = " or ".join(self.studio.able(*abilities))
            words = f"The model {name} cannot {what}: choose {able} above."
            return gradio.Markdown(words, visible=not self.studio.has(name, *abilities))

        self.when_model_changes(told(text), line)


def make_page(studio):
    """Return the page of a studio as `gradio.Blocks`."""
    # Fonts by name, since Gradio's own themes ask Google for theirs.
    with gradio.Blocks(
        title="tfaudiogen",
        analytics_enabled=False,
        delete_cache=(_UPLOADS_CHECKED, _UPLOADS_KEPT),
    ) as blocks:
        page = Page(studio, blocks, _head(studio))
        with gradio.Tabs():
            for tab in TABS:
                if _is_of_use(tab, studio):
                    with gradio.Tab(tab.TITLE, id=tab.TITLE):
                        tab.build(page)
        page.follow_model()
        refresh = {"outputs": page.model, "api_visibility": "private"}
        blocks.load(lambda: gradio.Dropdown(choices=studio.model_names()), **refresh)
    blocks.queue(max_size=studio.limits.waiting, default_concurrency_limit=4)
    return blocks


def _is_of_use(tab, studio):
    needs = [tab.NEEDS] if isinstance(tab.NEEDS, str) else tab.NEEDS
    return needs is None or bool(studio.able(*needs))


def mount_page(server, studio):
    """Return the FastAPI application with the page at its root."""
    static = resources.files("tfaudiogen.app") / "static"
    script = (static / "sounds.js").read_text(encoding="utf-8")
    return gradio.mount_gradio_app(
        server,
        make_page(studio),
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


def _head(studio):
    names = studio.model_names()
    with gradio.Row(elem_id="head"):
        gradio.HTML("<h1>tfaudiogen</h1><p>Sounds and pictures from probability distributions</p>")
        return gradio.Dropdown(names, value=names[0], label="Model", elem_id="model")
