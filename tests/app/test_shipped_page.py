"""Each model that is shipped, used on the page by whoever starts it without naming one."""

import io

import numpy as np
import pytest
import served
import soundfile
from page_actions import choose, draw_map, drop, field, is_sound, press
from PIL import Image

from tfaudiogen import saving
from tfaudiogen.app.abilities import abilities

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def server(tmp_path_factory):
    with served.serving(tmp_path_factory.mktemp("shipped")) as server:
        yield server


@pytest.fixture(scope="module")
def page(browser, server):
    opened = browser.new_page(viewport={"width": 1280, "height": 900})
    opened.set_default_timeout(served.PATIENCE * 1000)
    opened.goto(server.url)
    opened.get_by_role("tab", name="Sample").wait_for()
    return opened  # which stays open while the server is stopped, and does not keep it


@pytest.fixture(autouse=True)
def _pictured(page, request, screenshots):
    """Keep a picture of the page when a test is over, however it went."""
    yield
    page.screenshot(path=screenshots / f"{request.node.name}.png", full_page=True)


@pytest.fixture(scope="module")
def picture(tmp_path_factory):
    path = tmp_path_factory.mktemp("picture") / "one.png"
    levels = np.zeros((40, 30), np.uint8)
    levels[5:35, 13:17] = 255
    Image.fromarray(levels).save(path)
    return path


def use(page, name, tab):
    """Open a tab and choose a model there."""
    page.get_by_role("tab", name=tab).click()
    choose(page, name)


def assert_heard(server, player):
    assert is_sound(soundfile.read(io.BytesIO(served.file_of(server, player)))[0])


@pytest.mark.parametrize("name", saving.shipped())
def test_a_shipped_model_is_of_use(page, server, name, tone, picture):
    own = abilities(saving.load(saving.resolve(name)))
    used = next(ability for ability in ("sample", "paint", "compose") if ability in own)
    use(page, name, used.capitalize())
    count = field(page, "number input for How many")
    count.fill("2")
    place = "#drawn" if used == "sample" else f"#{used}-drawn"
    if used == "sample":
        page.click("#draw")
    else:
        kind = "audio/wav" if used == "paint" else "image/png"
        drop(page, f"#{used}-upload button", tone if used == "paint" else picture, kind=kind)
        page.locator(f"#{used}-upload", has_text="tone").or_(
            page.locator(f"#{used}-upload img")
        ).first.wait_for()
        page.click(f"button#{used}")
    shown = page.locator(f"{place} .painted img" if used == "paint" else f"{place} audio")
    shown.nth(1).wait_for()
    if used == "paint":
        contents = served.file_of(server, shown.nth(1))
        assert np.asarray(Image.open(io.BytesIO(contents))).std() > 5
    else:
        assert_heard(server, shown.nth(1))


@pytest.mark.parametrize("name", saving.shipped())
def test_a_shipped_model_reconstructs_and_has_a_map(page, server, name, tone):
    own = abilities(saving.load(saving.resolve(name)))
    if "reconstruct" not in own:
        pytest.skip("it is given one kind of thing and draws another")
    use(page, name, "Reconstruct")
    player = page.locator("#reconstruct-upload .play-pause-button")
    if not player.count():
        drop(page, "#reconstruct-upload button", tone)
    player.wait_for()
    press(page, "button#reconstruct", "#reconstructed audio", "src")
    assert page.locator("#reconstructed audio").count() == 2
    assert_heard(server, page.locator("#reconstructed audio").nth(1))
    if "interpolate" in own:
        use(page, name, "Explore")
        draw_map(page)
        page.locator("#map .point").last.click(force=True)
        page.locator("#heard figcaption", has_text="decoded").wait_for()
        assert_heard(server, page.locator("#heard audio"))
