"""The page in Chromium, used as a person would: type, click, drop a file, listen."""

import json
import re
import urllib.parse

import numpy as np
import pytest
from page_actions import choose, draw_map, drop, field, is_sound, message, press, unfold

import tfaudiogen

pytestmark = pytest.mark.slow
_CHANGES = {
    "model.widths": [4, 4],
    "model.strides": [8, 4],
    "model.channels": 4,
    "model.latent_size": 4,
    "model.hidden": 8,
    "model.components": 2,
    "fit.batch_size": 8,
    "fit.jit_compile": False,
}


def test_draw_sounds(tab, heard, seen, model_folder):
    page = tab("Sample")
    choose(page, "tiny")
    field(page, "number input for How many").fill("2")
    field(page, "number input for Seconds").fill("0.8")
    field(page, "Another seed each time").uncheck()
    field(page, "Seed").fill("7")
    field(page, "number input for Temperature").fill("0.5")
    page.get_by_label("Component of the prior").click()
    page.get_by_role("option", name="1", exact=True).click()
    press(page, "#draw", "#drawn audio", "src")
    players = page.locator("#drawn audio")
    players.nth(1).wait_for()
    first, second = (heard(players.nth(place)) for place in (0, 1))
    assert len(first) == len(second) == 6400
    assert is_sound(first)
    assert is_sound(second)
    expected = tfaudiogen.load(model_folder).sample(2, 7, 0.5, component=1, seconds=0.8)
    np.testing.assert_allclose([first, second], expected, atol=1e-3)
    assert not np.array_equal(first, second)
    assert seen(page.locator("#drawn .picture img").nth(1)).std() > 5
    with page.expect_download() as download:
        page.locator("#drawn a").first.click()
    assert re.fullmatch(r"tiny_7_0\.wav", download.value.suggested_filename)


def test_a_click_on_a_picture_plays_from_there(tab):
    page = tab("Sample")
    if not page.locator("#drawn audio").count():
        page.click("#draw")
    picture = page.locator("#drawn .picture").first
    picture.wait_for()
    page.wait_for_function("document.querySelector('#drawn audio').duration > 0")
    width = picture.bounding_box()["width"]
    picture.click(position={"x": 0.5 * width, "y": 30})
    page.wait_for_function("document.querySelector('#drawn audio').currentTime > 0.1")


def test_reconstruct_a_dropped_file(tab, tone, heard, seen, server):
    page = tab("Reconstruct")
    choose(page, "tiny")
    drop(page, "#reconstruct-upload button[aria-dropeffect], #reconstruct-upload button", tone)
    page.locator("#reconstruct-upload button[aria-label='Play']").or_(
        page.locator("#reconstruct-upload .play-pause-button")
    ).first.wait_for()
    page.click("button#reconstruct")
    players = page.locator("#reconstructed audio")
    players.nth(1).wait_for()
    original, again = (heard(players.nth(place)) for place in (0, 1))
    assert len(original) == len(again)
    assert abs(len(original) - 3200) < 4  # 0.4 s at the model's 8 kHz
    assert is_sound(original)
    assert is_sound(again)
    pictures = page.locator("#reconstructed .picture img")
    assert pictures.count() == 2
    assert min(seen(pictures.nth(place)).std() for place in (0, 1)) > 5
    assert "SI-SDR" in page.locator("#reconstructed .figures").inner_text()
    assert "/temporary/" in players.first.get_attribute("src")
    assert not list(server.out.rglob("original.wav")), "an upload was kept"


def test_a_file_that_is_no_sound_gives_a_sentence(tab, tmp_path):
    hostile = tmp_path / "hostile.wav"
    hostile.write_bytes(b"RIFF\xff\xff\xff\xffWAVEfmt " + bytes(range(256)) * 4)
    page = tab("Reconstruct")
    clear = page.locator("#reconstruct-upload button[aria-label='Clear']")
    if clear.count():
        clear.click()
    page.set_input_files("#reconstruct-upload input[type=file]", hostile)
    page.wait_for_selector("#reconstruct-upload >> text=/0:00|hostile/")
    page.click("button#reconstruct")
    text = message(page)
    assert "hostile.wav: not audio" in text
    assert "Traceback" not in text


def test_explore_the_map_and_go_from_a_to_b(tab, heard):
    page = tab("Explore")
    choose(page, "tiny")
    page.get_by_label("number input for Points").fill("10")
    page.get_by_label("number input for From A to B").fill("0.5")
    page.get_by_label("Split").click()
    page.get_by_role("option", name="train").click()
    draw_map(page)
    points = page.locator("#map .point")
    assert points.count() == 10
    assert page.locator("#map .component").count() == 3
    points.nth(0).click(force=True)
    page.locator("#heard figcaption", has_text="A:").nth(1).wait_for()
    recorded, decoded = (heard(page.locator("#heard audio").nth(place)) for place in (0, 1))
    assert is_sound(recorded)
    assert is_sound(decoded)
    page.locator("#map svg").click(position={"x": 8, "y": 8})
    page.locator("#heard figcaption", has_text="B: somewhere").wait_for()
    player = page.locator("#between audio")
    player.wait_for()
    half = heard(player)
    assert is_sound(half)
    slider = page.get_by_label("range slider for From A to B")
    slider.focus()
    slider.press("End")
    page.locator("#between figcaption", has_text="100%").wait_for()
    end, other_end = heard(player), heard(page.locator("#heard audio"))
    assert np.array_equal(end, other_end)
    assert not np.array_equal(end, half)


def test_a_model_of_codes_draws_by_label(tab, heard):
    page = tab("Sample")
    choose(page, "codes")
    label = page.get_by_label("Label", exact=True)
    label.wait_for()
    assert not page.get_by_label("Component of the prior").is_visible()
    label.click()
    page.get_by_role("option", name="high").click()
    field(page, "number input for How many").fill("1")
    page.get_by_label("Top k").fill("5")
    page.get_by_label("number input for Top p").fill("0.9")
    field(page, "number input for Guidance").fill("1.5")
    page.click("#draw")
    drawn = page.locator("#drawn a[download^=codes_]")
    drawn.first.wait_for()
    assert drawn.count() == 1
    assert is_sound(heard(page.locator("#drawn audio").first))


def test_another_model_has_its_own_choices(tab):
    page = tab("Sample")
    choose(page, "tiny")
    page.get_by_label("Component of the prior").wait_for()
    page.get_by_label("Label", exact=True).wait_for(state="hidden")


def test_without_a_sound_the_page_says_what_to_do(tab):
    page = tab("Paint")
    page.click("button#paint")
    page.locator("#paint-drawn", has_text="Drop a sound").wait_for()


def test_paint_a_dropped_sound(tab, tone, heard, seen, server):
    page = tab("Paint")
    choose(page, "painter")
    drop(page, "#paint-upload button[aria-dropeffect], #paint-upload button", tone)
    page.locator("#paint-upload button[aria-label='Play']").or_(
        page.locator("#paint-upload .play-pause-button")
    ).first.wait_for()
    page.locator("#paint-count input[type=number]").fill("3")
    field(page, "number input for Guidance").fill("2")
    page.click("button#paint")
    pictures = page.locator("#paint-drawn .painted img")
    pictures.nth(2).wait_for()
    assert pictures.count() == 3
    assert is_sound(heard(page.locator("#paint-drawn audio")))
    drawn = [seen(pictures.nth(place)) for place in range(3)]
    assert {one.shape for one in drawn} == {(8, 8)}
    assert any(np.any(one != drawn[0]) for one in drawn[1:])
    with page.expect_download() as download:
        page.locator("#paint-drawn .painted a").first.click()
    assert re.fullmatch(r"painter_\d+_0\.png", download.value.suggested_filename)
    assert not list(server.out.rglob("painter_*")), "what was made of an upload was kept"


def test_compose_a_dropped_picture(tab, photographs, heard, seen):
    page = tab("Compose")
    choose(page, "composer")
    drop(page, "#compose-upload button", photographs / "0" / "4.png", kind="image/png")
    page.locator("#compose-upload img").wait_for()
    page.locator("#compose-count input[type=number]").fill("2")
    field(page, "number input for Seconds").fill("0.3")
    page.click("button#compose")
    players = page.locator("#compose-drawn audio")
    players.nth(1).wait_for()
    first, second = (heard(players.nth(place)) for place in (0, 1))
    assert len(first) == len(second) == 2400
    assert is_sound(first)
    assert seen(page.locator("#compose-drawn .painted img")).shape == (8, 8, 3)


def test_a_file_that_is_no_picture_gives_a_sentence(tab, tmp_path):
    hostile = tmp_path / "hostile.png"
    hostile.write_bytes(b"\x89PNG\r\n\x1a\n" + bytes(range(256)) * 4)
    page = tab("Compose")
    choose(page, "composer")
    page.locator("#compose-upload button[aria-label='Clear']").or_(
        page.locator("#compose-upload button[aria-label='Remove Image']")
    ).first.click()
    drop(page, "#compose-upload button", hostile, kind="image/png")
    page.locator("#compose-upload img").wait_for(state="attached")
    page.click("button#compose")
    text = message(page)
    assert "hostile.png" in text
    assert "Traceback" not in text


def test_draw_and_reconstruct_pictures(tab, photographs, seen):
    page = tab("Sample")
    choose(page, "pictures")
    page.locator("#seconds").wait_for(state="hidden")
    field(page, "number input for How many").fill("2")
    page.click("#draw")
    drawn = page.locator("#drawn .painted img")
    drawn.nth(1).wait_for()
    assert seen(drawn.first).shape == (8, 8, 3)
    page = tab("Reconstruct")
    choose(page, "pictures")
    drop(page, "#reconstruct-picture button", photographs / "1" / "5.png", kind="image/png")
    page.locator("#reconstruct-picture img").wait_for()
    page.click("button#reconstruct")
    page.locator("#reconstructed .painted img").nth(1).wait_for()
    assert "structural similarity" in page.locator("#reconstructed .figures").inner_text()


def test_explore_pictures(tab, seen):
    page = tab("Explore")
    choose(page, "pictures")
    page.get_by_label("Examples of").click()
    page.get_by_role("option", name="photographs").click()
    page.get_by_label("Split").click()
    page.get_by_role("option", name="train").click()
    draw_map(page)
    page.locator("#map .point").first.click()
    page.locator("#heard .painted img").nth(1).wait_for()
    recorded, decoded = (seen(page.locator("#heard .painted img").nth(n)) for n in (0, 1))
    assert recorded.shape == decoded.shape == (8, 8, 3)
    assert recorded.std() > 30
    page.locator("#map svg").click(position={"x": 8, "y": 8})
    page.locator("#between .painted img").wait_for()


def test_train_watch_and_stop(tab, heard, server):
    page = tab("Train")
    page.get_by_label("Name of the run").fill("../bad")
    page.click("#train")
    assert "letters, digits" in message(page)
    page.get_by_label("Name of the run").fill("mine")
    page.get_by_label("Preset", exact=True).click()
    page.get_by_role("option", name="music_vae").click()
    page.click("#train")
    assert "music_vae takes windows of 131072 samples" in message(page)
    page.get_by_label("Preset", exact=True).click()
    page.get_by_role("option", name="sinewave_vae").click()
    page.get_by_label("Epochs").fill("500")
    lines = "\n".join(f"{key}={json.dumps(value)}" for key, value in _CHANGES.items())
    unfold(page, "More", "Changes of the preset")
    page.get_by_label("Changes of the preset").fill(lines)
    page.click("#train")
    page.wait_for_selector("#training-status .running")
    player = page.locator("#training-samples audio").first
    player.wait_for()
    assert is_sound(heard(player))
    page.locator("#curve polyline").first.wait_for()
    page.click("#stop-training")
    page.wait_for_selector("#training-status .stopped")
    assert (server.out / "runs" / "mine" / "checkpoint.npz").is_file()
    page = tab("Sample")
    field(page, "Model").click()
    page.get_by_role("option", name="mine").wait_for()
    page.keyboard.press("Escape")


def test_train_on_pictures(tab, seen):
    page = tab("Train")
    page.get_by_label("Name of the run").fill("painted")
    page.get_by_label("Data", exact=True).click()
    page.get_by_role("option", name="photographs").click()
    page.get_by_label("Preset", exact=True).click()
    page.get_by_role("option", name="cifar_vae").click()
    page.click("#train")
    assert "cifar_vae takes pictures of 32 x 32, RGB" in message(page)
    sides = {"pictures.height": 8, "pictures.width": 8, "model.strides": [2, 2]}
    sides |= {"model.widths": [4, 4], "model.latent_size": 4, "fit.jit_compile": False}
    lines = "\n".join(f"{key}={json.dumps(value)}" for key, value in sides.items())
    page.get_by_label("Changes of the preset").fill(lines)
    page.get_by_label("Epochs").fill("1")
    page.click("#train")
    page.wait_for_selector("#training-status .finished")
    picture = page.locator("#training-samples .painted img").first
    picture.wait_for()
    assert seen(picture).shape == (8, 8, 3)
    page.locator("#curve", has_text="bits per dimension").wait_for()


def test_evaluate(tab):
    page = tab("Evaluate")
    choose(page, "tiny")
    page.get_by_label("Windows").fill("3")
    page.get_by_label("Importance samples").fill("1")
    page.click("#evaluate")
    page.wait_for_selector("#evaluation-status .running")
    page.locator("#report", has_text="bits per dimension").wait_for()


def test_earlier_results(tab, heard, seen):
    page = tab("Sample")
    kinds = (("codes", "audio", "hidden"), ("pictures", ".painted img", "visible"))
    for name, kind, component in kinds:
        choose(page, name)
        page.get_by_label("Component of the prior").wait_for(state=component)  # the new ranges
        press(page, "#draw", f"#drawn {kind}", "src")
    page = tab("Earlier results")
    page.click("#look-again")
    page.locator("#result .painted img").first.wait_for()
    assert seen(page.locator("#result .painted img").first).shape == (8, 8, 3)
    page.get_by_label("Which").click()
    page.get_by_role("option").filter(has_text="_codes").first.click()
    page.locator("#result audio").first.wait_for()
    assert is_sound(heard(page.locator("#result audio").first))


def test_models_have_cards(tab):
    page = tab("Models")
    choose(page, "pictures")
    page.locator("#facts", has_text="8 × 8 × 3").wait_for()
    choose(page, "tiny")
    page.locator("#facts", has_text="8,000 Hz").wait_for()


def test_no_request_leaves_this_machine(page, requests, server):
    hosts = {urllib.parse.urlsplit(url).netloc for url in requests if url.startswith("http")}
    assert hosts == {urllib.parse.urlsplit(server.url).netloc}
    assert "Traceback" not in server.log.read_text()
