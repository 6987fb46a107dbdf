"""The HTTP interface: what it gives, what it refuses, and that it goes on afterwards."""

import concurrent.futures
import http.client
import io
import json
import re
import urllib.parse
import urllib.request

import numpy as np
import pytest
import soundfile
from PIL import Image

pytestmark = pytest.mark.slow


def test_models_are_listed(ask):
    status, answer = ask("/api/models")
    assert status == 200
    tiny, codes = json.loads(answer)["models"][:2]
    assert (tiny["name"], codes["name"]) == ("tiny", "codes")
    assert tiny["sample_rate"] == 8000
    assert tiny["components"] == 3
    assert tiny["can"] == ["sample", "reconstruct", "interpolate"]
    assert codes["can"] == ["sample", "reconstruct"]
    assert (codes["labels"], codes["components"]) == (["low", "high"], 0)


def test_a_sample_is_the_one_that_python_draws(ask, model_folder, tmp_path):
    import tfaudiogen
    from tfaudiogen.io import audio_files

    wanted = {"seconds": 0.7, "seed": 5, "temperature": 0.5, "component": 1}
    status, answer = ask("/api/models/tiny/sample", wanted)
    assert status == 200
    (expected,) = tfaudiogen.load(model_folder).sample(1, **wanted).numpy()
    audio_files.write_wav(tmp_path / "expected.wav", expected, 8000)
    assert answer == (tmp_path / "expected.wav").read_bytes()


def test_a_sample_by_label_is_the_one_that_python_draws(ask, code_model, tmp_path):
    from tfaudiogen.io import audio_files

    wanted = {"seed": 5, "label": "high", "top_k": 4, "top_p": 0.9, "guidance": 1.5}
    status, answer = ask("/api/models/codes/sample", wanted)
    assert status == 200
    (expected,) = code_model.sample(1, **wanted).numpy()
    audio_files.write_wav(tmp_path / "expected.wav", expected, 8000)
    assert answer == (tmp_path / "expected.wav").read_bytes()


@pytest.mark.parametrize("name", ["tiny", "codes"])
def test_a_sound_is_reconstructed_and_scored(ask, tone, name):
    status, answer = ask(f"/api/models/{name}/reconstruct", tone.read_bytes())
    waveform, rate = soundfile.read(io.BytesIO(answer))
    assert (status, rate) == (200, 8000)
    assert np.std(waveform) > 1e-4
    status, answer = ask(f"/api/models/{name}/log_prob", tone.read_bytes())
    assert status == 200
    assert json.loads(answer)["bits_per_dimension"] > 0


@pytest.mark.parametrize(
    ("body", "words"),
    [
        ({"seconds": 1e9}, "seconds must be a number from 0.01 to 4"),
        ({"seconds": -1}, "seconds must be"),
        ({"temperature": float("nan")}, "temperature"),
        ({"seed": 2**40}, "seed must be a whole number"),
        ({"component": 3}, "component must be a whole number from 0 to 2"),
        ({"seconds": "long"}, "seconds"),
        (b"{", "JSON"),
    ],
)
def test_a_wrong_request_is_refused_with_its_reason(refused, server, body, words):
    if isinstance(body, bytes):
        connection = http.client.HTTPConnection(urllib.parse.urlsplit(server.url).netloc)
        headers = {"Content-Type": "application/json"}
        connection.request("POST", "/api/models/tiny/sample", body, headers)
        answer = connection.getresponse()
        assert answer.status == 400
        assert words in json.loads(answer.read())["error"]
        return
    assert words in refused(400, "/api/models/tiny/sample", body)


@pytest.mark.parametrize(
    ("name", "body", "words"),
    [
        ("codes", {"component": 1}, "component does not apply to the model codes"),
        ("codes", {"label": "deep"}, "label must be one of low, high; received 'deep'"),
        ("codes", {"top_k": 0}, "top_k must be a whole number from 1"),
        ("codes", {"top_p": 0}, "top_p must be a number"),
        ("codes", {"guidance": 2}, "guidance needs a label"),
        ("tiny", {"label": "chirp"}, "label does not apply to the model tiny"),
    ],
)
def test_a_choice_that_a_model_has_not_is_refused(refused, name, body, words):
    assert words in refused(400, f"/api/models/{name}/sample", body)


def test_what_is_not_there_is_said(refused, ask):
    assert "there are tiny" in refused(404, "/api/models/nobody/sample", {})
    assert "no card.md" in refused(404, "/api/models/tiny/card")
    assert ask("/kept/..%2f..%2fetc/passwd")[0] == 404
    assert ask("/gradio_api/file=/etc/passwd")[0] == 404


def wav(samples, rate=8000, channels=1):
    file = io.BytesIO()
    soundfile.write(file, np.full((samples, channels), 0.1), rate, format="WAV")
    return file.getvalue()


def lying_wav():
    """Return a file whose header promises far more than it holds."""
    content = bytearray(wav(800))
    content[40:44] = (2**32 - 1).to_bytes(4, "little")
    return bytes(content)


@pytest.mark.parametrize(
    ("status", "content", "words"),
    [
        (400, b"", "no body"),
        (400, bytes(range(256)) * 40, "not audio that can be read"),
        (400, b"<html><script>alert(1)</script></html>", "not audio that can be read"),
        (400, wav(1000)[:30], "not audio that can be read"),
        (400, wav(8000 * 5), "lasts longer than 4 s"),
        (400, wav(100, channels=40), "channels"),
        (400, wav(0), "holds no samples"),
        (413, bytes(1_100_000), "at most 1 MB"),
    ],
    ids=["empty", "noise", "html", "cut off", "long", "channels", "no samples", "large"],
)
def test_a_hostile_file_gives_a_sentence(refused, status, content, words):
    assert words in refused(status, "/api/models/tiny/reconstruct", content)


def test_what_is_uploaded_is_gone_before_the_answer(ask, refused, server, tone):
    assert ask("/api/models/tiny/reconstruct", tone.read_bytes())[0] == 200
    refused(400, "/api/models/tiny/reconstruct", b"no sound")
    refused(413, "/api/models/tiny/reconstruct", bytes(1_100_000))
    assert not list(server.temporary.rglob("upload-*"))
    assert not list(server.temporary.rglob("sound.wav"))


def test_who_comes_when_too_many_wait_is_asked_to_come_back(model_folder, tmp_path, monkeypatch):
    pytest.importorskip("gradio", reason="the page needs Gradio: pip install '.[app]'")
    from starlette.testclient import TestClient

    from tfaudiogen.app.limits import Limits
    from tfaudiogen.app.server import make_server
    from tfaudiogen.app.studio import Studio

    for name in ("GRADIO_ANALYTICS_ENABLED", "GRADIO_TEMP_DIR"):  # which the server sets
        monkeypatch.setenv(name, "")
    studio = Studio([model_folder], out=tmp_path, limits=Limits(waiting=0))
    client = TestClient(make_server(studio), "http://127.0.0.1")
    asked = {"url": "/api/models/tiny/sample", "json": {"seed": 1}}
    with studio.compute_lock.taken():
        answer = client.post(**asked)
    assert (answer.status_code, answer.headers["Retry-After"]) == (503, "30")
    assert "0 requests are waiting already" in answer.json()["error"]
    assert client.post(**asked).status_code == 200
    studio.close()


def test_a_header_that_lies_does_no_harm(ask):
    status, answer = ask("/api/models/tiny/reconstruct", lying_wav())
    assert status in (200, 400), answer


def test_names_of_other_machines_are_not_let_in(server, ask):
    assert ask("/api/models", Host="evil.example")[0] == 400
    assert server.url.startswith("http://127.0.0.1:")


def test_headers_forbid_the_browser_to_ask_others(server):
    for path in ("/", "/api/models"):
        with urllib.request.urlopen(server.url + path) as answer:
            assert "default-src 'self'" in answer.headers["Content-Security-Policy"]


def png(array):
    out = io.BytesIO()
    Image.fromarray(array).save(out, "PNG")
    return out.getvalue()


def noise():
    return np.random.default_rng(0).integers(0, 256, (30, 20, 3), np.uint8)


def levels(answer):
    return np.asarray(Image.open(io.BytesIO(answer)))


def test_models_of_pictures_are_listed(ask):
    models = {one["name"]: one for one in json.loads(ask("/api/models")[1])["models"]}
    pictures, painter, composer = (models[name] for name in ("pictures", "painter", "composer"))
    assert (pictures["can"], pictures["sample_rate"]) == (
        ["sample", "reconstruct", "interpolate"],
        None,
    )
    assert (painter["can"], painter["draws"], painter["sample_rate"]) == (
        ["paint"],
        "pictures",
        8000,
    )
    assert (composer["can"], composer["draws"]) == (["compose"], "sounds")
    assert composer["picture_shape"] == [8, 8, 3]


def test_pictures_are_drawn_reconstructed_and_scored(ask, refused, picture_folders):
    import tfaudiogen

    status, answer = ask("/api/models/pictures/sample", {"seed": 5, "component": 1})
    (expected,) = tfaudiogen.load(picture_folders[0]).sample(1, 5, component=1).numpy()
    assert status == 200
    np.testing.assert_array_equal(levels(answer), np.rint(255 * expected))
    status, again = ask("/api/models/pictures/reconstruct", answer)
    assert (status, levels(again).shape) == (200, (8, 8, 3))
    status, found = ask("/api/models/pictures/log_prob", answer)
    assert json.loads(found)["bits_per_dimension"] > 0
    words = refused(400, "/api/models/pictures/sample", {"seconds": 1})
    assert "seconds does not apply to the model pictures" in words


def test_a_sound_is_painted_as_python_paints_it(ask, painter_model):
    content = wav(1500)
    status, answer = ask("/api/models/painter/paint?seed=3&guidance=2&temperature=0.9", content)
    assert status == 200
    sound = soundfile.read(io.BytesIO(content), dtype="float32")[0]
    (expected,) = painter_model.sample(sound, 1, 3, 0.9, guidance=2.0).numpy()
    np.testing.assert_allclose(levels(answer), np.rint(255 * expected[..., 0]), atol=1)


def test_a_picture_is_composed(ask):
    content = png(noise())
    status, answer = ask("/api/models/composer/compose?seed=3&seconds=0.3", content)
    assert status == 200
    waveform, rate = soundfile.read(io.BytesIO(answer))
    assert (len(waveform), rate) == (2400, 8000)
    assert np.std(waveform) > 1e-4
    assert ask("/api/models/composer/compose?seed=3&seconds=0.3", content)[1] == answer


@pytest.mark.parametrize(
    ("path", "content", "words"),
    [
        ("composer/compose", b"\x89PNG\r\n\x1a\n" + bytes(500), "damaged|not a png|cannot be read"),
        ("composer/compose", png(noise())[:400], "damaged|cannot be read"),
        ("composer/compose", png(np.zeros((500, 500), np.uint8)), "more than 0.2 million"),
        ("composer/compose", b"<svg onload='alert(1)'/>", "not a png"),
        (
            "composer/compose?seconds=99",
            png(np.zeros((8, 8), np.uint8)),
            "seconds must be a number",
        ),
        ("composer/compose?seed=x", b"", "seed"),
        ("painter/paint?guidance=-1", wav(100), "guidance must be a number from 0 to 10"),
        ("painter/paint", png(np.zeros((8, 8), np.uint8)), "not audio that can be read"),
        ("painter/compose", wav(100), "the model painter cannot compose"),
        ("tiny/paint", wav(100), "the model tiny cannot paint"),
        ("painter/sample", {"seed": 1}, "the model painter cannot sample"),
        ("painter/log_prob", wav(100), "no probability of one file"),
    ],
)
def test_a_wrong_translation_gives_a_sentence(refused, path, content, words):
    assert re.search(words, refused(400, f"/api/models/{path}", content))


def test_twenty_at_once_are_all_answered(ask):
    with concurrent.futures.ThreadPoolExecutor(20) as pool:
        asked = [pool.submit(ask, "/api/models/tiny/sample", {"seed": n}) for n in range(20)]
        answers = [future.result() for future in asked]
    assert [status for status, _ in answers] == [200] * 20
    assert len({answer for _, answer in answers}) == 20
