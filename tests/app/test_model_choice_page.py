"""The choices of models in Chromium, on a page of its own, on which all tabs are opened."""

import pytest
import served
from page_actions import choose, chosen, field, offered

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def page(browser, server):
    """Return the page, opened anew."""
    opened = browser.new_page(viewport={"width": 1280, "height": 900})
    opened.set_default_timeout(served.PATIENCE * 1000)
    opened.goto(server.url)
    yield opened
    opened.close()


TABS = {
    "Sample": ["tiny", "codes", "pictures"],
    "Reconstruct": ["tiny", "codes", "pictures"],
    "Explore": ["tiny", "pictures"],
    "Paint": ["painter", "captions", "vectors"],
    "Compose": ["composer", "labels", "speaker"],
    "Match": ["matcher", "vector_matcher"],
    "Tag": ["tagger"],
    "Evaluate": ["tiny", "codes", "pictures", "matcher", "vector_matcher", "tagger"],
}


def test_the_page_begins_with_a_model_that_can_do_what_it_is_for(tab):
    page = tab("Sample")
    field(page, "number input for How many").fill("1")
    page.click("#draw")
    page.locator("#drawn audio").first.wait_for()


def test_each_tab_offers_the_models_that_can_do_what_it_is_for(tab):
    for name, able in TABS.items():
        page = tab(name)
        trained = {"mine", "painted", "continued"}  # by tests before
        assert [one for one in offered(page) if one not in trained] == able, name
        assert chosen(page) == able[0]


def test_each_tab_keeps_its_own_choice(tab):
    for name, model in (("Sample", "codes"), ("Reconstruct", "pictures"), ("Explore", "tiny")):
        choose(tab(name), model)
    for name, model in (("Sample", "codes"), ("Reconstruct", "pictures"), ("Explore", "tiny")):
        assert chosen(tab(name)) == model
