"""What the tab Train shows of a training in stages, before there is a model of the whole."""

import os
import re
from types import SimpleNamespace

import numpy as np
import pytest
from PIL import Image

from tfaudiogen import Pictures, Spectrogram
from tfaudiogen.app import trainings
from tfaudiogen.app.cards import Picture, Sound
from tfaudiogen.app.result_store import ResultStore
from tfaudiogen.training.callbacks import summaries

RATE = 8000


@pytest.fixture
def stages(tmp_path):
    """The folders of two stages: codes of two examples; then sources, and samples."""
    spectrogram = Spectrogram(RATE, 64, 32, frames=32, bins=32)
    sound = 0.5 * np.sin(np.arange(1024))[None].astype(np.float32)
    black, white = np.zeros((2, 8, 8, 1)), np.ones((2, 8, 8, 1))
    shown = {
        "autoencoder": [("codes", Pictures(8, 8, 1), black)],
        "translator": [("source", spectrogram, [*sound] * 2), ("drawn", Pictures(8, 8, 1), white)],
    }
    for age, (name, contents) in enumerate(shown.items()):
        folder = tmp_path / "runs" / "mine" / name
        for one in contents:
            summaries.keep(folder / "shown", summaries.of_contents([one]))
        (folder / "history.csv").write_text("epoch,loss\n1,2\n")
        os.utime(folder / "history.csv", (age, age))
    return [tmp_path / "runs" / "mine" / name for name in shown]


def test_a_stage_shows_sources_before_samples(stages):
    found, rate = trainings.shown(stages[1])
    assert rate == RATE
    assert [(type(one), one.title) for one in found] == [
        (Sound, "translator: source 1"),
        (Picture, "translator: drawn 1"),
        (Sound, "translator: source 2"),
        (Picture, "translator: drawn 2"),
    ]
    np.testing.assert_allclose(found[0].waveform, 0.5 * np.sin(np.arange(1024)), atol=1e-4)
    assert np.all(found[1].image == 1.0)
    assert trainings.shown(stages[0])[1] is None
    assert trainings.shown(stages[0].parent) == ([], None)


def test_the_tab_shows_the_stage_under_way(stages, tmp_path):
    pytest.importorskip("gradio", reason="the page needs Gradio: pip install '.[app]'")
    from tfaudiogen.app.tabs.train import Watcher

    store = ResultStore(tmp_path / "sounds", "/temporary", 8)
    result = stages[0].parent
    job = SimpleNamespace(result=result, running=True, state="running", title="mine", seconds=1.0)
    job.last_lines = lambda: ""
    jobs, runs = SimpleNamespace(current=job), result.parent
    names = {"model_names": list}
    watcher = Watcher(SimpleNamespace(jobs=jobs, runs=runs, temporary=store, **names))
    _, _, cards, _, seen, _ = watcher.look(None)
    titles = re.findall("<figcaption>(.*?)</figcaption>", cards)
    assert titles == [f"translator: {what} {n}" for n in (1, 2) for what in ("source", "drawn")]
    picture = re.search('<img src="/temporary/([^"]*drawn_0.png)"', cards)[1]
    assert np.asarray(Image.open(store.folder / picture)).shape == (8, 8, 3)
    assert watcher.look(seen)[4] == seen
    os.utime(stages[0] / "history.csv")  # as many epochs of another stage
    again = watcher.look(seen)
    assert "autoencoder: codes 1" in again[2]
    assert again[4] != seen
