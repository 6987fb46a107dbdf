"""One server with a tiny model and tiny data, one browser, for all tests of the page."""

import functools
import io
import json
import os
import shutil
from pathlib import Path

import numpy as np
import pytest
import served
import soundfile
from PIL import Image

import tfaudiogen

_BROWSERS = ("chromium", "chromium-browser", "google-chrome")
TINY = {
    "model.widths": [4, 4],
    "model.strides": [8, 4],
    "model.channels": 4,
    "model.latent_size": 4,
    "model.hidden": 8,
    "model.components": 3,
    "fit.jit_compile": False,
}


@pytest.fixture(scope="session")
def model_folder(tmp_path_factory):
    """Return the folder of an untrained model with the geometry of `sinewave_vae`."""
    from tfaudiogen import presets, saving

    folder = tmp_path_factory.mktemp("models") / "tiny"
    saving.save(presets.get("sinewave_vae", **TINY).build(["sum", "chirp"]), folder)
    return folder


@pytest.fixture(scope="session")
def codes_folder(tmp_path_factory, code_model):
    """Return the folder of an untrained model of codes."""
    from tfaudiogen import saving

    folder = tmp_path_factory.mktemp("models") / "codes"
    saving.save(code_model, folder)
    return folder


@pytest.fixture(scope="session")
def picture_folders(tmp_path_factory, painter_model, composer_model):
    """Return the folders of untrained models of pictures: latents, a painter, a composer."""
    import keras

    from tfaudiogen import saving

    keras.utils.set_random_seed(3)
    latents = tfaudiogen.VAE(
        tfaudiogen.Pictures(8, 8, 3),
        encoder=tfaudiogen.Encoder((6,), (2,)),
        decoder=tfaudiogen.Decoder((8, 8, 6), (6,), (2,)),
        head=tfaudiogen.GaussianHead(4, hidden=6),
        prior=tfaudiogen.GaussianMixturePrior(4, components=2),
    )
    folder = tmp_path_factory.mktemp("models")
    models = {"pictures": latents, "painter": painter_model, "composer": composer_model}
    for name, model in models.items():
        saving.save(model, folder / name)
    return [folder / name for name in models]


@pytest.fixture(scope="session")
def further_models(speaker_model):
    """Return untrained models that match, tag, sample for conditions, or have labels, by name."""
    import keras
    import small_models

    keras.utils.set_random_seed(4)
    return small_models.finding() | small_models.conditional() | {"speaker": speaker_model}


@pytest.fixture(scope="session")
def further_folders(tmp_path_factory, further_models):
    """Return their folders."""
    from tfaudiogen import saving

    folder = tmp_path_factory.mktemp("models")
    for name, model in further_models.items():
        saving.save(model, folder / name)
    return [folder / name for name in further_models]


@pytest.fixture(scope="session")
def photographs(tmp_path_factory):
    """Return a folder of twelve pictures of any size."""
    folder = tmp_path_factory.mktemp("photographs")
    draw = np.random.default_rng(0)
    for number in range(12):
        levels = draw.integers(0, 256, (10 + number, 14, 3), np.uint8)
        (folder / f"{number % 2}").mkdir(exist_ok=True)
        Image.fromarray(levels).save(folder / f"{number % 2}" / f"{number}.png")
    return folder


@pytest.fixture(scope="session")
def picture_data(tmp_path_factory, photographs):
    """Return the folder of the pictures, prepared."""
    from tfaudiogen.data import prepare

    folder = tmp_path_factory.mktemp("data") / "photographs"
    prepare(photographs, folder, image_shape=(8, 8, 3), progress=False)
    return folder


@pytest.fixture(scope="session")
def pair_data(tmp_path_factory):
    """Return the folder of 24 prepared sounds, each with a picture, for the models that match."""
    from tfaudiogen.data import prepare

    folder, draw = tmp_path_factory.mktemp("pairs"), np.random.default_rng(0)
    for number in range(24):
        soundfile.write(folder / f"{number}.wav", 0.1 * draw.normal(size=1024), 8000)
        levels = draw.integers(0, 256, (8, 8, 3), np.uint8)
        Image.fromarray(levels).save(folder / f"{number}.png")
    shapes = {"sample_rate": 8000, "samples": 1024, "image_shape": (8, 8, 3)}
    prepare(folder, folder / "pairs", "audio_image_pairs", progress=False, **shapes)
    return folder / "pairs"


@pytest.fixture(scope="session")
def data(tmp_path_factory):
    """Return the folder of 48 prepared windows."""
    from tfaudiogen import presets
    from tfaudiogen.data import prepare

    folder = tmp_path_factory.mktemp("data") / "tones"
    prepare("sinewave", folder, count=48, progress=False, **presets.get("sinewave_vae").data)
    return folder


@pytest.fixture(scope="session")
def tone(tmp_path_factory):
    """Return a file of 0.4 s of a tone at another rate than the model's."""
    path = tmp_path_factory.mktemp("tone") / "tone.wav"
    time_ = np.arange(6400) / 16000
    soundfile.write(path, 0.3 * np.sin(2 * np.pi * 440 * time_), 16000)
    return path


@pytest.fixture(scope="session")
def all_folders(model_folder, codes_folder, picture_folders, further_folders):
    """Return the folders of models that have all abilities there are."""
    return [model_folder, codes_folder, *picture_folders, *further_folders]


@pytest.fixture(scope="session")
def studio(tmp_path_factory, all_folders):
    """Return the studio of a page with all tabs, without a server."""
    pytest.importorskip("gradio", reason="the page needs Gradio: pip install '.[app]'")
    from tfaudiogen.app.limits import Limits
    from tfaudiogen.app.studio import Studio

    limits = Limits(megabytes=0.1, files=3, uploads=1.0)
    made = Studio(all_folders, out=tmp_path_factory.mktemp("out"), limits=limits)
    yield made
    made.close()


@pytest.fixture(scope="session")
def application(studio):
    """Return the ASGI application of that studio: the gate, and all that is behind it."""
    from tfaudiogen.app.server import make_server

    kept = {name: os.environ.get(name) for name in ("GRADIO_ANALYTICS_ENABLED", "GRADIO_TEMP_DIR")}
    yield make_server(studio)
    os.environ |= {name: value for name, value in kept.items() if value is not None}
    for name in [name for name, value in kept.items() if value is None]:
        os.environ.pop(name, None)


@pytest.fixture(scope="session")
def client(application):
    """Return a client of that application."""
    from starlette.testclient import TestClient

    return TestClient(application, "http://127.0.0.1")


@pytest.fixture(scope="session")
def server(
    tmp_path_factory,
    all_folders,
    data,
    picture_data,
    pair_data,
):
    """Start `tfaudiogen app` as a user would; afterwards check that nothing temporary is left."""
    limits = ["--most-seconds", "4", "--most-megabytes", "1", "--most-megapixels", "0.2"]
    there = [word for folder in (data, picture_data, pair_data) for word in ("--data", folder)]
    arguments = [*all_folders, *there, *limits]
    with served.serving(tmp_path_factory.mktemp("app"), *arguments) as server:
        yield server
    assert list(server.temporary.iterdir()) == [], "uploads are left behind"


@pytest.fixture(scope="session")
def browser():
    """Return a headless Chromium."""
    playwright = pytest.importorskip("playwright.sync_api", reason="pip install '.[app,test]'")
    program = next(filter(None, map(shutil.which, _BROWSERS)), None)
    if program is None:
        pytest.skip("there is no Chromium: apt-get install chromium")
    with playwright.sync_playwright() as started:
        chromium = started.chromium.launch(executable_path=program, args=["--no-sandbox"])
        yield chromium
        chromium.close()


@pytest.fixture(scope="session")
def requests():
    """Return the list of addresses that the page asked for, over all tests."""
    return []


@pytest.fixture(scope="session")
def page(browser, server, requests):
    """Return the page, opened once."""
    opened = browser.new_page(viewport={"width": 1280, "height": 900})
    opened.set_default_timeout(served.PATIENCE * 1000)
    opened.on("request", lambda request: requests.append(request.url))
    opened.goto(server.url)
    # The first model's ranges have come in.
    seconds = opened.get_by_label("number input for Seconds").locator("visible=true")
    playwright = pytest.importorskip("playwright.sync_api")
    playwright.expect(seconds).to_have_value("0.51", timeout=served.PATIENCE * 1000)
    yield opened
    opened.close()


@pytest.fixture(scope="session")
def screenshots(tmp_path_factory):
    """Return the folder of pictures: TFAUDIOGEN_SCREENSHOTS, else pytest's, which keeps three."""
    folder = os.environ.get("TFAUDIOGEN_SCREENSHOTS")
    return Path(folder) if folder else tmp_path_factory.mktemp("screenshots")


@pytest.fixture
def tab(page, request, screenshots):
    """Return a function that opens a tab, of which a picture is kept when the test is over."""

    def open_tab(name):
        page.get_by_role("tab", name=name).click()
        return page

    yield open_tab
    page.screenshot(path=screenshots / f"{request.node.name}.png", full_page=True)


@pytest.fixture
def seen(server):
    """Return a function from a picture on the page to the levels in its file."""

    def see(picture):
        return np.asarray(Image.open(io.BytesIO(served.file_of(server, picture))))

    return see


@pytest.fixture
def heard(server):
    """Return a function from a player on the page to the waveform in its file."""

    def hear(player):
        return soundfile.read(io.BytesIO(served.file_of(server, player)))[0]

    return hear


@pytest.fixture
def ask(server):
    """Return a function from a path and a body to (status, answer)."""
    return functools.partial(served.ask, server)


@pytest.fixture
def refused(ask):
    """Return a function that checks for a status and returns the sentence that came with it."""

    def ask_refused(status, path, body=None):
        found, answer = ask(path, body)
        assert found == status, answer
        sentence = json.loads(answer)["error"]
        assert "Traceback" not in sentence
        assert "/tmp" not in sentence
        return sentence

    return ask_refused
