"""What the page shows while something takes long, and of files that are too large, in Chromium."""

import numpy as np
import pytest
import soundfile
from page_actions import choose, clear, field, message
from PIL import Image

pytestmark = pytest.mark.slow


def test_what_takes_long_says_what_it_is_doing(tab):
    page = tab("Sample")
    choose(page, "codes")
    page.get_by_label("Label", exact=True).wait_for()
    field(page, "number input for How many").fill("16")
    field(page, "number input for Seconds").fill("4")
    page.click("#draw")
    page.locator("#drawn", has_text="drawing 16 sounds").wait_for()
    page.locator("#drawn audio").nth(15).wait_for()
    page.locator("#drawn", has_text="drawing").wait_for(state="detached")
    choose(page, "tiny")
    page.get_by_label("Component of the prior").wait_for()


@pytest.mark.parametrize(
    ("seconds", "rate", "words"),
    [(5, 8000, "lasts longer than 4 s"), (20, 48000, "size")],
    ids=["long", "large"],
)
def test_a_sound_beyond_the_limits_gives_a_sentence(tab, tmp_path, seconds, rate, words):
    page = tab("Reconstruct")
    choose(page, "tiny")
    path = tmp_path / "much.wav"
    soundfile.write(path, 0.1 * np.sin(np.arange(seconds * rate)), rate)
    clear(page, "#reconstruct-upload")
    page.set_input_files("#reconstruct-upload input[type=file]", path)
    if rate == 8000:
        page.wait_for_selector("#reconstruct-upload >> text=/0:05|much/")
        page.click("button#reconstruct")
    text = message(page)
    assert words in text
    assert "Traceback" not in text


def test_a_picture_of_too_many_pixels_gives_a_sentence(tab, tmp_path):
    page = tab("Compose")
    choose(page, "composer")
    path = tmp_path / "much.png"
    Image.fromarray(np.zeros((500, 500), np.uint8)).save(path)
    clear(page, "#compose-upload")
    page.set_input_files("#compose-upload input[type=file]", path)
    page.locator("#compose-upload img").wait_for(state="attached")
    page.click("button#compose")
    assert "more than 0.2 million" in message(page)
    clear(page, "#compose-upload")
