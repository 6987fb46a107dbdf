"""Explore in Chromium: between two components, between two files, and a map by UMAP."""

import re

import numpy as np
import pytest
import soundfile
from page_actions import choose, clear, draw_map, is_sound, pick, unfold

import tfaudiogen

pytestmark = pytest.mark.slow
ENDS, FIRST = "A and B from files or components", "A: a component"


def heard_at_the_ends(page, heard):
    """Move the slider to A and to B, and return the sounds there."""
    slider, found = page.get_by_label("range slider for From A to B"), []
    for key, share in (("Home", 0), ("End", 100)):
        slider.focus()
        slider.press(key)
        page.locator("#between figcaption", has_text=re.compile(f"^{share}% of")).wait_for()
        found.append(heard(page.locator("#between audio")))
    return found


def test_from_one_component_to_another(tab, heard, model_folder):
    page = tab("Explore")
    choose(page, "tiny")
    unfold(page, ENDS, FIRST)
    for letter, number in (("A", 0), ("B", 2)):
        end = page.get_by_label(f"{letter}: a component")
        end.fill(str(number))
        end.press("Enter")
        title = f"{letter}: component {number}, decoded"
        page.locator("#heard figcaption", has_text=title).wait_for()
    model = tfaudiogen.load(model_folder)
    means = [model.prior.sample(1, 0, temperature=0.0, component=number) for number in (0, 2)]
    expected = [np.asarray(model.decode(one))[0] for one in means]
    for found, wanted in zip(heard_at_the_ends(page, heard), expected, strict=True):
        assert is_sound(found)
        np.testing.assert_allclose(found, wanted, atol=1e-3)
    assert not np.allclose(*expected, atol=1e-3)


def test_from_one_file_to_another(tab, heard, tone, tmp_path, model_folder):
    page = tab("Explore")
    choose(page, "tiny")
    unfold(page, ENDS, FIRST)
    other = tmp_path / "other.wav"
    soundfile.write(other, 0.3 * np.sin(np.arange(4096)), 8000)
    decoded = []
    for letter, file in (("A", tone), ("B", other)):
        clear(page, f"#end-{letter}")
        page.set_input_files(f"#end-{letter} input[type=file]", file)
        page.locator("#heard figcaption", has_text=f"{letter}: your file, decoded").wait_for()
        decoded.append(heard(page.locator("#heard audio").nth(1)))
    for found, wanted in zip(heard_at_the_ends(page, heard), decoded, strict=True):
        assert is_sound(found)
        np.testing.assert_allclose(found, wanted, atol=1e-4)
    assert not np.allclose(*decoded, atol=1e-3)


def test_a_map_by_umap(tab, heard):
    pytest.importorskip("umap", reason="pip install 'tfaudiogen[umap]'")
    page = tab("Explore")
    choose(page, "tiny")
    pick(page, "#map-data", "tones")
    page.get_by_label("Split").locator("visible=true").click()
    page.get_by_role("option", name="train", exact=True).click()
    page.get_by_label("number input for Points").fill("20")
    pick(page, "#map-kind", "UMAP")
    draw_map(page)
    assert page.locator("#map .point").count() == 20
    assert page.locator("#map .component").count() == 3
    assert page.locator("#map ellipse").count() == 0
    page.locator("#map .point").first.click(force=True)
    page.locator("#heard audio").nth(1).wait_for()
    assert is_sound(heard(page.locator("#heard audio").first))
    pick(page, "#map-kind", "PCA")
