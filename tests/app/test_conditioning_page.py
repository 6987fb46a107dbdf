"""Match and Tag in Chromium, and Paint and Compose of models with conditions or labels."""

import json

import numpy as np
import pytest
import soundfile
from click.testing import CliRunner
from page_actions import choose, clear, drop, field, is_sound, message

from tfaudiogen.cli import main

pytestmark = pytest.mark.slow


def ranking(page):
    """Return the titles of what was ranked; the first is that of the query."""
    return page.locator("#matched figcaption").all_inner_texts()[1:]


def test_match_pictures_to_a_dropped_sound(tab, tone, photographs, tmp_path, heard, seen, server):
    page = tab("Match")
    choose(page, "matcher")
    (tmp_path / "renamed.png").write_text("a text")
    drop(page, "#match-query button", tone)
    page.locator("#match-query", has_text="tone").wait_for()
    pictures = [photographs / "0" / "0.png", photographs / "0" / "2.png"]
    drop(page, "#match-files button", *pictures, tone, tmp_path / "renamed.png")
    page.locator("#match-files", has_text="renamed").wait_for()
    page.click("button#match")
    page.locator("#matched", has_text="Left out: renamed.png").wait_for()
    titles = ranking(page)
    assert sorted(title.split()[1] for title in titles) == ["0.png:", "2.png:", "tone.wav:"]
    cosines = [float(title.split()[2]) for title in titles]
    assert cosines[0] >= cosines[1]  # the pictures, which come first
    assert cosines[2] == pytest.approx(1.0, abs=1e-3)  # the sound itself
    assert seen(page.locator("#matched .painted img").first).shape == (8, 8, 3)
    players = page.locator("#matched audio")
    assert players.count() == 2
    assert is_sound(heard(players.first))
    assert not list(server.out.rglob("sound_*")), "an upload was kept"


def test_match_a_data_set_to_a_dropped_picture(tab, photographs):
    page = tab("Match")
    choose(page, "matcher")
    clear(page, "#match-query")
    drop(page, "#match-query button", photographs / "1" / "3.png", kind="image/png")
    page.locator("#match-query", has_text="3.png").wait_for()
    page.locator("#match-source input").click()
    page.get_by_role("option", name="photographs: pictures").click()
    page.locator("#match-files").wait_for(state="hidden")
    page.locator("#match-split input").click()
    page.get_by_role("option", name="train").click()
    page.click("button#match")
    page.locator("#matched figcaption", has_text="3.png").first.wait_for()
    titles = ranking(page)
    assert 0 < len(titles) <= 8
    cosines = [float(title.split()[-1]) for title in titles]
    assert cosines == sorted(cosines, reverse=True)
    assert len(titles) == page.locator("#matched .painted img").count() - 1


def test_match_embeddings_from_elsewhere(tab, photographs, tmp_path):
    page = tab("Match")
    choose(page, "vector_matcher")
    for name, values in {"one": [1.0, 2, 3], "two": [-1.0, 0, 0], "objects": [{}, 1, 2]}.items():
        np.save(tmp_path / f"{name}.npy", np.array(values))
    clear(page, "#match-query")
    drop(page, "#match-query button", photographs / "0" / "0.png", kind="image/png")
    clear(page, "#match-files")
    drop(page, "#match-files button", *sorted(tmp_path.glob("*.npy")))
    page.locator("#match-files", has_text="two").wait_for()
    page.click("button#match")
    page.locator("#matched", has_text="objects.npy: holds Python objects").wait_for()
    lines = page.locator("#matched .headline").all_inner_texts()
    assert {line.split()[1] for line in lines} == {"one.npy:", "two.npy:"}


def test_tag_a_dropped_picture_and_take_the_file(tab, photographs, further_folders, tmp_path):
    page = tab("Tag")
    choose(page, "tagger")
    drop(page, "#tag-upload button", photographs / "0" / "4.png", kind="image/png")
    page.locator("#tag-upload img").wait_for()
    page.locator("#tag-count input[type=number]").fill("2")
    page.click("button#tag")
    bars = page.locator("#tagged .bars b")
    bars.nth(1).wait_for()
    assert bars.count() == 2
    assert bars.first.bounding_box()["width"] >= bars.nth(1).bounding_box()["width"] > 1
    with page.expect_download() as download:
        page.locator("#tagged a[download='tags.json']").click()
    file = tmp_path / download.value.suggested_filename
    download.value.save_as(file)
    tags = json.loads(file.read_text())["pictures"]["4"]
    line = page.locator("#tagged .headline").inner_text()
    assert line == ", ".join(f"{label}={share:.3g}" for label, share in tags.items())
    (labels,) = (folder for folder in further_folders if folder.name == "labels")
    command = ["compose", str(labels), str(file), "--out", str(tmp_path / "out")]
    assert CliRunner().invoke(main, command).exit_code == 0
    assert is_sound(soundfile.read(tmp_path / "out" / "4_0.wav")[0])


def test_a_text_named_as_a_picture_gives_a_sentence(tab, tmp_path):
    page = tab("Tag")
    choose(page, "tagger")
    (tmp_path / "renamed.png").write_text("a text")
    clear(page, "#tag-upload")
    drop(page, "#tag-upload button", tmp_path / "renamed.png", kind="image/png")
    page.locator("#tag-upload img").wait_for(state="attached")
    page.click("button#tag")
    text = message(page)
    assert "renamed.png: not a png" in text
    assert "Traceback" not in text


def test_it_gives_the_same_sentence_where_another_model_took_a_sound(tab, tmp_path):
    page = tab("Reconstruct")
    choose(page, "pictures")
    (tmp_path / "renamed.png").write_text("a text")
    place = page.locator("#reconstruct-picture")
    place.wait_for()
    if place.locator("img").count():
        clear(page, "#reconstruct-picture")
    drop(page, "#reconstruct-picture button", tmp_path / "renamed.png", kind="image/png")
    place.locator("img").wait_for(state="attached")
    page.click("button#reconstruct")
    assert "renamed.png: not a png" in message(page)


def test_paint_a_text(tab, seen):
    page = tab("Paint")
    choose(page, "captions")
    text = page.locator("#paint-text textarea")
    text.wait_for()
    page.locator("#paint-upload").wait_for(state="hidden")
    page.locator("#paint-text", has_text="at most 20 bytes").wait_for()
    text.fill("x" * 21)
    page.click("button#paint")
    assert "text must have at most 20 bytes" in message(page)
    text.fill("slow & <b>gloomy</b>")
    page.locator("#paint-count input[type=number]").fill("2")
    page.click("button#paint")
    page.locator("#paint-drawn .headline", has_text="slow & <b>gloomy</b>").wait_for()
    pictures = page.locator("#paint-drawn .painted img")
    assert pictures.count() == 2
    assert seen(pictures.first).shape == (8, 8)


def test_compose_labels(tab, heard):
    page = tab("Compose")
    choose(page, "labels")
    labels = page.locator("#compose-labels input, #compose-labels textarea")
    labels.wait_for()
    page.locator("#compose-labels", has_text="of gloomy, slow, fast").wait_for()
    labels.fill("slow=much")
    page.click("button#compose")
    assert "'slow=much' is not NAME=WEIGHT" in message(page)
    labels.fill("loud")
    page.click("button#compose")
    assert "must be one of gloomy, slow, fast" in message(page)
    labels.fill("gloomy=0.7, slow")
    page.locator("#compose-count input[type=number]").fill("1")
    field(page, "number input for Seconds").fill("0.3")
    page.click("button#compose")
    page.locator("#compose-drawn .headline", has_text="gloomy 0.7, slow 1").wait_for()
    sound = heard(page.locator("#compose-drawn audio"))
    assert len(sound) == 2400
    assert is_sound(sound)


def test_compose_with_a_label(tab, photographs, heard):
    page = tab("Compose")
    choose(page, "composer")
    label = page.locator("#compose-label input")
    label.wait_for(state="hidden")
    choose(page, "speaker")
    label.wait_for()
    assert label.input_value() == "any"
    clear(page, "#compose-upload")
    drop(page, "#compose-upload button", photographs / "0" / "6.png", kind="image/png")
    page.locator("#compose-upload img").wait_for()
    page.locator("#compose-count input[type=number]").fill("1")
    # The same seed for both, so that they differ by the label alone.
    field(page, "Another seed each time").uncheck()
    before = page.locator("#compose-drawn audio")
    sounds, seen = [], before.first.get_attribute("src") if before.count() else ""
    for name in ("jackson", "theo"):
        label.click()
        page.get_by_role("option", name=name, exact=True).click()
        page.click("button#compose")
        player = page.locator(f"#compose-drawn audio:not([src='{seen}'])")
        player.wait_for()
        seen = player.get_attribute("src")
        sounds.append(heard(player))
    assert all(map(is_sound, sounds))
    assert np.abs(sounds[0] - sounds[1]).max() > 0.01
    field(page, "Another seed each time").check()


def test_paint_an_embedding(tab, tmp_path):
    page = tab("Paint")
    choose(page, "vectors")
    place = page.locator("#paint-vector")
    place.wait_for()
    for name, values in {"objects": [{}, 1, 2], "good": [1.0, 2, 3]}.items():
        np.save(tmp_path / f"{name}.npy", np.array(values))
    drop(page, "#paint-vector button", tmp_path / "objects.npy")
    page.locator("#paint-vector", has_text="objects").wait_for()
    page.click("button#paint")
    assert "objects.npy: holds Python objects, which are not loaded" in message(page)
    clear(page, "#paint-vector")
    drop(page, "#paint-vector button", tmp_path / "good.npy")
    page.locator("#paint-vector", has_text="good").wait_for()
    page.click("button#paint")
    page.locator("#paint-drawn .headline", has_text="good.npy").wait_for()
    assert page.locator("#paint-drawn .painted img").count() > 0


def test_a_translator_of_sounds_has_its_place_back(tab):
    page = tab("Paint")
    choose(page, "painter")
    page.locator("#paint-upload").wait_for()
    page.locator("#paint-vector").wait_for(state="hidden")


def test_nothing_of_it_failed_on_the_server(page, server):
    assert "Traceback" not in server.log.read_text()
