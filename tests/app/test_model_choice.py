"""Each tab offers only the models that can do what it is for, and begins with one of them."""

import json
import shutil
import zipfile
from types import SimpleNamespace

import pytest

from tfaudiogen import saving
from tfaudiogen.app.abilities import ABILITIES, abilities, abilities_of_file
from tfaudiogen.app.listeners import Listeners
from tfaudiogen.app.studio import Studio


@pytest.mark.slow
def test_what_a_model_can_do_is_known_before_it_is_loaded(all_folders):
    for folder in all_folders:
        found = abilities_of_file(folder / saving.MODEL_FILE)
        assert found == abilities(saving.load(folder)), folder.name
        assert found


def test_it_is_known_of_shipped_models_without_loading_any(tmp_path, monkeypatch):
    studio = Studio(saving.shipped(), out=tmp_path)
    monkeypatch.setattr(saving, "load", None)
    able = {one: studio.able(one) for one in ("sample", "paint", "compose", "interpolate")}
    assert set(able["sample"]) >= {"speech_vae", "speech_vqvae", "music_vae"}
    assert set(able["paint"]) >= {"digit_painter", "word_painter"}
    assert set(able["compose"]) >= {"digit_speaker"}
    assert not set(able["sample"]) & {*able["paint"], *able["compose"]}
    assert "speech_vqvae" not in able["interpolate"]
    studio.close()


@pytest.mark.parametrize(
    "config",
    [
        {},
        [],
        {"registered_name": "evil>Class", "config": {}},
        {"registered_name": "tfaudiogen>VAE", "config": {"representation": 1}},
        {"registered_name": "tfaudiogen>VAE", "config": {"spectrogram": 1}},
        {"registered_name": "tfaudiogen>VAE", "config": {"target": {"config": {}}}},
    ],
)
def test_a_file_of_something_else_can_do_nothing(tmp_path, config):
    with zipfile.ZipFile(tmp_path / "a.keras", "w") as archive:
        archive.writestr("config.json", json.dumps(config))
    assert abilities_of_file(tmp_path / "a.keras") == []
    (tmp_path / "b.keras").write_bytes(b"PK")
    assert abilities_of_file(tmp_path / "b.keras") == []


def test_a_model_that_was_trained_is_offered_when_it_is_there(tmp_path, model_folder, all_folders):
    studio = Studio([model_folder], out=tmp_path)
    assert studio.able("paint") == []
    run = studio.runs / "mine"
    run.mkdir(parents=True)
    (painter,) = (folder for folder in all_folders if folder.name == "painter")
    (run / saving.MODEL_FILE).write_bytes((painter / saving.MODEL_FILE).read_bytes())
    assert studio.able("paint") == ["mine"]
    (run / saving.MODEL_FILE).write_bytes((model_folder / saving.MODEL_FILE).read_bytes())
    assert studio.able("paint") == []
    assert studio.able("sample") == ["tiny", "mine"]
    studio.close()


def test_each_tab_offers_models_that_can_do_what_it_is_for(client, all_folders):
    from tfaudiogen.app.page import TABS

    components = client.get("/config").json()["components"]
    shown = {one["props"].get("elem_id"): one["props"] for one in components}
    # The page of this studio has no data to evaluate on.
    needing = {tab.TITLE.lower(): tab.NEEDS for tab in TABS if tab.NEEDS in ABILITIES}
    assert len(needing) == 7
    for tab, ability in needing.items():
        choice = shown[f"{tab}-model"]
        known = {one.name: abilities_of_file(one / saving.MODEL_FILE) for one in all_folders}
        able = [name for name, found in known.items() if ability in found]
        assert [name for name, _ in choice["choices"]] == able
        assert choice["value"] == able[0]
    assert "model" not in shown


@pytest.mark.parametrize("count", [1, 2, 3])
def test_what_depends_on_a_choice_is_changed_as_gradio_wants_it(client, count):
    import gradio

    from tfaudiogen.app.page import Page

    studio = SimpleNamespace(model_names=lambda: ["one", "two"], listeners=Listeners())
    with gradio.Blocks() as blocks:
        page = Page(studio, blocks)
        boxes = [gradio.Textbox() for _ in range(count)]
        choice = page.choose_model("tab")
        choice.when_it_changes(lambda name: name if count == 1 else (name,) * count, boxes)
        page.connect()
    followers = [one.fn for one in blocks.fns.values() if one.outputs == boxes]
    assert len(followers) == 2  # when the page is opened, and when another model is chosen
    assert all(one("two") == ("two" if count == 1 else ["two"] * count) for one in followers)


def test_a_damaged_earlier_training_does_not_keep_the_page_away(tmp_path, model_folder):
    studio, said = Studio([model_folder], out=tmp_path), []
    for name in ("damaged", "sound"):
        (studio.runs / name).mkdir(parents=True)
        content = (model_folder / saving.MODEL_FILE).read_bytes()
        kept = content[:1000] if name == "damaged" else content
        (studio.runs / name / saving.MODEL_FILE).write_bytes(kept)
    studio.load_all(said.append)
    assert studio.model_names() == ["tiny", "sound"]
    (line,) = (one for one in said if one.startswith("Error"))
    assert str(studio.runs / "damaged") in line
    assert line.endswith("It is left out.")
    # It comes back when it is trained again.
    (studio.runs / "damaged" / saving.MODEL_FILE).write_bytes(content)
    assert studio.model_names() == ["tiny", "damaged", "sound"]
    studio.close()


def test_a_damaged_model_of_the_command_line_is_an_error(tmp_path, model_folder):
    folder = shutil.copytree(model_folder, tmp_path / "given")
    studio = Studio([folder], out=tmp_path / "out")
    (folder / saving.MODEL_FILE).write_bytes(b"PK")
    with pytest.raises(saving.ModelError, match="given"):
        studio.load_all(print)
    studio.close()
