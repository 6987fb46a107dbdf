"""Limits, compute locks, result stores and jobs, without a server."""

import dataclasses
import os
import re
import sys
import threading
import time
import urllib.parse
from types import SimpleNamespace

import numpy as np
import pytest

import tfaudiogen
from tfaudiogen import presets
from tfaudiogen.app import curve_view, latent_map, matching, trainings
from tfaudiogen.app.compute_lock import ComputeLock
from tfaudiogen.app.jobs import Job, Jobs
from tfaudiogen.app.limits import Limits, number
from tfaudiogen.app.refusals import Busy, Refused
from tfaudiogen.app.result_store import ResultStore
from tfaudiogen.app.uploads import kind_of
from tfaudiogen.runtime.optional import Unavailable
from tfaudiogen.training.settings import Settings


@pytest.mark.parametrize("value", [0, 11, float("nan"), float("inf"), "x", None, 2.5, [], "1e999"])
def test_a_number_out_of_its_range_is_refused(value):
    with pytest.raises(Refused, match="seed must be a whole number from 1 to 10"):
        number("seed", value, 1, 10, int)


def test_a_number_may_be_written_as_text():
    assert number("seed", "7", 1, 10, int) == 7


def test_a_turn_lets_a_few_wait_and_refuses_the_rest():
    compute_lock, held, free = ComputeLock(waiting=1), threading.Event(), threading.Event()

    def hold():
        with compute_lock.taken():
            held.set()
            free.wait(10)

    first, second = (threading.Thread(target=hold) for _ in range(2))
    first.start()
    held.wait(10)
    second.start()
    while len(compute_lock._queue) < 2:
        time.sleep(0.01)
    with pytest.raises(Busy, match="1 requests are waiting"), compute_lock.taken():
        pass
    free.set()
    first.join()
    second.join()
    with compute_lock.taken():
        pass


def make_set(store, name):
    folder = store.new(name)
    store.write_record(folder, {"sounds": []})
    return folder


def test_a_result_store_keeps_the_newest(tmp_path):
    store = ResultStore(tmp_path, "/kept", most=2)
    for name in ("2020-a", "2021-b"):
        (tmp_path / name).mkdir()
    newest = make_set(store, "model")
    assert sorted(path.name for path in tmp_path.iterdir()) == ["2021-b", newest.name]
    assert store.names() == [newest.name]
    assert store.url(newest / "a.wav") == f"/kept/{newest.name}/a.wav"


@pytest.mark.parametrize("name", ['a "run" #1?%20', "ö" * 127])
def test_a_result_store_takes_any_name(tmp_path, name):
    store = ResultStore(tmp_path, "/kept", most=2)
    folder = make_set(store, name)
    assert store.names() == [folder.name]
    url = urllib.parse.urlsplit(store.url(folder / "a.wav"))
    assert urllib.parse.unquote(url.path) == f"/kept/{folder.name}/a.wav"
    assert '"' not in url.geturl()


def test_a_result_store_forgets_what_is_old(tmp_path):
    store = ResultStore(tmp_path, "/temporary", most=10, seconds=100.0)
    old = make_set(store, "model")
    os.utime(old, (1.0, 1.0))
    make_set(store, "model")
    assert not old.exists()


def test_a_record_is_read_by_name_only(tmp_path):
    (tmp_path / "record.json").write_text("{}")
    assert ResultStore(tmp_path / "sets", "/kept", 5).read_record("..") is None


def test_more_files_than_are_ranked_at_once_are_refused():
    with pytest.raises(Refused, match="4 files are given, and at most 3 are ranked at once"):
        matching.of_files(SimpleNamespace(limits=Limits(files=3)), None, ["a.wav"] * 4)


@pytest.mark.parametrize(
    ("name", "content", "kind"),
    [
        ("upload", b"\x89PNG\r\n", "pictures"),
        ("upload", b"\xff\xd8\xff\xe0", "pictures"),
        ("upload", b"RIFF\0\0\0\0WEBPVP8 ", "pictures"),
        ("upload", b"RIFF\0\0\0\0WAVEfmt ", "sounds"),
        ("text.png", b"a text", "pictures"),
        ("empty", b"", "sounds"),
    ],
)
def test_a_picture_is_known_by_its_name_or_its_first_bytes(tmp_path, name, content, kind):
    (tmp_path / name).write_bytes(content)
    assert kind_of(tmp_path / name, "sounds") == kind


def finished(job):
    job._thread.join(60)
    return job.state


def latents(count):
    draw = np.random.default_rng(0)
    return (draw.normal(size=(count, 4)) + 6 * (np.arange(count) % 2)[:, None]).astype(np.float32)


def mapped(count, kind):
    prior = tfaudiogen.GaussianMixturePrior(4, components=2)
    prior.build((None, 4))
    points = latents(count)
    texts = [str(number) for number in range(count)]
    model = SimpleNamespace(prior=prior)
    return points, latent_map.LatentMap.of(model, points, texts, texts, kind=kind)


def test_a_map_of_few_points_or_without_its_library_is_refused(monkeypatch):
    with pytest.raises(Refused, match="needs at least 16 points"):
        mapped(15, latent_map.UMAP_MAP)
    monkeypatch.setitem(sys.modules, "umap", None)
    with pytest.raises(Unavailable, match=r"PCA.*pip install 'tfaudiogen\[umap\]'"):
        mapped(16, latent_map.UMAP_MAP)


def test_components_far_from_all_points_are_in_the_picture():
    map_view = pytest.importorskip("tfaudiogen.app.map_view", reason="needs Gradio")
    _, drawn = mapped(20, latent_map.PCA_MAP)
    far = [(weight, 50.0 * np.ones(2), axes) for weight, _, axes in drawn.ellipses[:1]]
    drawn = dataclasses.replace(drawn, ellipses=far + drawn.ellipses[1:])
    svg = map_view.draw(drawn)
    width, height = map(float, re.search(r'viewBox="0 0 (\d+) (\d+)"', svg).groups())
    found = re.findall(r'class="component" transform="translate\(([-\d.]+) ([-\d.]+)\)"', svg)
    assert len(found) == 2
    assert all(0 < float(x) < width and 0 < float(y) < height for x, y in found)


@pytest.mark.slow
def test_a_map_by_umap_keeps_groups_apart_and_leads_back():
    pytest.importorskip("umap", reason="pip install 'tfaudiogen[umap]'")
    map_view = pytest.importorskip("tfaudiogen.app.map_view", reason="needs Gradio")
    points, drawn = mapped(40, latent_map.UMAP_MAP)
    assert not drawn.is_linear
    plane = drawn.plane
    centres = np.stack([plane[place::2].mean(axis=0) for place in (0, 1)])
    spread = max(plane[place::2].std() for place in (0, 1))
    assert np.linalg.norm(centres[0] - centres[1]) > 2 * spread
    found = drawn.latents_at(plane[3])
    assert found.shape == (4,)
    assert np.linalg.norm(found - points[1::2].mean(axis=0)) < 6
    svg = map_view.draw(drawn, (points[0], points[1]), 0.5)
    assert svg.count('data-component="') == 2
    assert "<ellipse" not in svg
    assert 'class="way"' not in svg
    _, again = mapped(40, latent_map.UMAP_MAP)
    np.testing.assert_array_equal(again.plane, plane)


def test_a_job_that_fails_says_why(tmp_path):
    job = Job("a job", [["nonsense"], ["presets"]], tmp_path / "log", None)
    assert finished(job) == "failed"
    assert "nonsense" in job.last_lines()


def test_there_is_room_for_one_job(tmp_path):
    jobs = Jobs()
    job = jobs.start("first", [["info", "--help"]], tmp_path / "log", None)
    if job.running:
        with pytest.raises(Refused, match="first is running"):
            jobs.start("second", [["info", "--help"]], tmp_path / "log", None)
    assert finished(job) == "finished"
    jobs.start("third", [["info", "--help"]], tmp_path / "log", None)
    jobs.close()
    assert not jobs.current.running


def test_a_training_goes_on_with_its_own_settings(tmp_path):
    preset = presets.get("sinewave_vae", **{"model.latent_size": 5}).as_dict()
    run = tmp_path / "runs" / "mine"
    run.mkdir(parents=True)
    examples = {"train": 9, "validation": 1, "test": 1}
    Settings(preset, "some data", examples, 3, False, None).write(run)
    started = []
    studio = SimpleNamespace(
        runs=run.parent,
        out=tmp_path,
        limits=Limits(),
        jobs=SimpleNamespace(start=lambda *job: started.append(job)),
    )
    trainings.resume(studio, "mine", 7)
    ((_, (command,), _, result),) = started
    text = " ".join(command)
    assert text.startswith("train sinewave_vae --data some data --out")
    assert text.endswith("--resume")
    assert all(words in text for words in ("--epochs 7", "--seed 3", "model.latent_size=5"))
    assert result == run
    with pytest.raises(Refused, match="letters, digits"):
        trainings.resume(studio, "../mine", 7)


def summary_of(sounds=None, pictures=None, paired=None):
    rate, samples = sounds or (None, None)
    return SimpleNamespace(
        sample_rate=rate, samples=samples, image_shape=pictures, picture_shape=paired
    )


@pytest.mark.parametrize(
    ("summary", "fitting"),
    [
        (summary_of(sounds=(22050, 131072)), "music_vae"),
        (summary_of(sounds=(8000, 8192)), "speech_vae"),
        (summary_of(pictures=(32, 32, 3)), "cifar_vae"),
        (summary_of(sounds=(1000, 77)), "sinewave_vae"),
    ],
)
def test_the_first_preset_that_fits_the_data_is_offered(summary, fitting):
    assert trainings.fitting_preset(SimpleNamespace(data={"mine": summary})) == fitting


def test_a_preset_that_does_not_fit_the_data_is_refused_in_words(tmp_path):
    there = {
        "words": summary_of(sounds=(8000, 8192)),
        "pairs": summary_of(sounds=(8000, 8192), paired=(28, 28, 1)),
    }
    studio = SimpleNamespace(
        runs=tmp_path, limits=Limits(), model_names=list, dataset=there.__getitem__
    )
    message = "mnist_vae takes pictures of 28 x 28, grey, and words has windows of 8192 samples"
    with pytest.raises(Refused, match=message):
        trainings.start(studio, "mine", "mnist_vae", "words", 1)
    with pytest.raises(
        Refused, match="pictures of 28 x 28, grey, and synthesised tones has sounds"
    ):
        trainings.start(studio, "mine", "mnist_vae", trainings.TONES, 1)
    with pytest.raises(Refused, match="digit_painter takes windows of 8192 samples at 8000 Hz and"):
        trainings.start(studio, "mine", "digit_painter", "words", 1)
    with pytest.raises(Refused, match="music_vae takes windows of 131072"):
        trainings.start(studio, "mine", "music_vae", "pairs", 1)


def test_the_curve_of_a_training_in_stages_is_that_of_the_last_one(tmp_path):
    studio = SimpleNamespace(runs=tmp_path)
    assert trainings.history(studio, "mine") == []
    stages = {
        "autoencoder": "epoch,bits_per_dimension\n1,5.5",
        "prior_0": "epoch,bits_per_code\n1,4",
    }
    for age, (stage, text) in enumerate(stages.items()):
        path = tmp_path / "mine" / stage / "history.csv"
        path.parent.mkdir(parents=True)
        path.write_text(text)
        os.utime(path, (age, age))
    rows = trainings.history(studio, "mine")
    assert rows == [{"epoch": 1.0, "bits_per_code": 4.0}]
    assert "bits per code" in curve_view.draw(rows)
    assert "begins with the first epoch" in curve_view.draw([])
