"""Trainings and evaluations in Chromium that are gone on with, watched, and looked at later."""

import json

import pytest
from page_actions import choose, field, message, pick, unfold

pytestmark = pytest.mark.slow
CHANGES = {
    "model.widths": [4, 4],
    "model.strides": [8, 4],
    "model.channels": 4,
    "model.latent_size": 4,
    "model.hidden": 8,
    "model.components": 2,
    "fit.jit_compile": False,
}


def earlier(tab, kind, name):
    """Open an earlier result by its kind and a part of its name, and return the page."""
    page = tab("Earlier results")
    page.get_by_role("radio", name=kind).check()
    page.click("#look-again")
    page.locator("#earlier input").click()
    page.get_by_role("option").filter(has_text=name).first.click()
    return page


def test_an_embedder_is_evaluated_on_pairs(tab):
    page = tab("Evaluate")
    choose(page, "matcher")
    page.get_by_label("Importance samples").wait_for(state="hidden")
    pick(page, "#evaluate-data", "tones")
    page.click("#evaluate")
    assert "another rate, window or size than matcher" in message(page)
    pick(page, "#evaluate-data", "pairs")
    field(page, "Split").click()
    page.get_by_role("option", name="train", exact=True).click()
    page.get_by_label("Windows").fill("8")
    page.click("#evaluate")
    rows = page.locator("#report tr")
    rows.filter(has_text="picture to sound, median rank").wait_for()
    assert rows.first.locator("th").all_inner_texts()[-1] == "by chance"
    recall = rows.filter(has_text="sound to picture, recall at 1").first
    found = [float(text) for text in recall.locator("td").all_inner_texts()[1::2]]
    assert 0 <= found[0] <= 1
    assert found[1] == pytest.approx(1 / 8)
    page = earlier(tab, "Evaluations", "matcher_pairs_train")
    page.locator("#result", has_text="sound to picture, candidates").wait_for()


def test_a_tagger_of_other_labels_fails_with_its_reason(tab):
    page = tab("Evaluate")
    choose(page, "tagger")
    pick(page, "#evaluate-data", "photographs")
    page.click("#evaluate")
    page.wait_for_selector("#evaluation-status .failed")
    log = field(page, "Log").input_value()
    assert "prepared with the same labels" in log
    assert "Traceback" not in log


def test_a_training_is_gone_on_with_and_found_later(tab, server):
    page = tab("Train")
    page.get_by_label("Name of the run").fill("continued")
    pick(page, "#train-data", "tones")
    pick(page, "#preset", "sinewave_vae")
    unfold(page, "More", "Changes of the preset")
    lines = "\n".join(f"{key}={json.dumps(value)}" for key, value in CHANGES.items())
    page.get_by_label("Changes of the preset").fill(lines)
    history = server.out / "runs" / "continued" / "history.csv"
    for epochs, button in ((1, "#train"), (2, "#continue-training")):
        page.get_by_label("Epochs").fill(str(epochs))
        page.click(button)
        page.wait_for_selector("#training-status .running")
        page.wait_for_selector("#training-status .finished")
        assert len(history.read_text().splitlines()) == 1 + epochs
    page = earlier(tab, "Trainings", "continued")
    page.get_by_text("Which loss is normal").wait_for()
    picture = page.locator("img[src$='/api/models/continued/curve.png']")
    picture.wait_for()
    assert picture.evaluate("image => image.decode().then(() => image.naturalWidth)") > 100
