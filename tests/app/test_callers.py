"""Who may ask: names of this machine, pages of this server, whoever has the token."""

import re

import pytest
from click.testing import CliRunner

from tfaudiogen.app.gate import callers
from tfaudiogen.app.gate.callers import Callers
from tfaudiogen.app.refusals import Foreign, NoToken, Refused
from tfaudiogen.cli import main

TOKEN = "a-token_of-20-letters"


def scope(path="/api/models", method="POST", query=b"", **headers):
    """Return the scope of a request; a header is named with _ for -."""
    headers = {"host": "127.0.0.1:7860", **headers}
    pairs = [(key.replace("_", "-").encode(), value.encode()) for key, value in headers.items()]
    own = {"method": method, "path": path, "query_string": query, "headers": pairs}
    return {"type": "http", "server": ("127.0.0.1", 7860), **own}


@pytest.mark.parametrize(
    "host", ["127.0.0.1:7860", "localhost", "LOCALHOST:1", "[::1]:7860", "127.0.0.1"]
)
def test_names_of_this_machine_are_let_in(host):
    Callers().check(scope(host=host))


@pytest.mark.parametrize("host", ["evil.example", "127.0.0.1.evil.example", "", "[", "::1", "a@b"])
def test_other_names_are_not(host):
    with pytest.raises(Refused, match="names of this machine alone"):
        Callers().check(scope(host=host))


@pytest.mark.parametrize("method", ["GET", "POST", "PUT", "OPTIONS"])
@pytest.mark.parametrize(
    "headers",
    [
        {"origin": "http://evil.example"},
        {"origin": "null"},
        {"origin": ""},
        {"origin": "http://127.0.0.1:7861"},
        {"origin": "http://localhost:7860"},
        {"sec_fetch_site": "cross-site"},
        {"sec_fetch_site": "same-site"},
        {"sec_fetch_site": "anything"},
        {"sec_fetch_site": "cross-site", "sec_fetch_mode": "no-cors"},
    ],
)
def test_pages_of_other_servers_are_refused(method, headers):
    for who in (Callers(), Callers("0.0.0.0", TOKEN)):
        with pytest.raises(Foreign):
            who.check(scope(method=method, authorization=f"Bearer {TOKEN}", **headers))


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"origin": "http://127.0.0.1:7860", "sec_fetch_site": "same-origin"},
        {"origin": "https://127.0.0.1:7860"},
        {"sec_fetch_site": "none"},
    ],
)
def test_its_own_page_and_programs_are_let_in(headers):
    Callers().check(scope(**headers))


def test_a_link_from_elsewhere_leads_to_the_page_and_a_form_does_not():
    followed = {"sec_fetch_site": "cross-site", "sec_fetch_mode": "navigate"}
    Callers().check(scope("/", "GET", **followed))
    with pytest.raises(Foreign):
        Callers().check(scope("/gradio_api/upload", "POST", **followed))


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"authorization": "Bearer"},
        {"authorization": f"Basic {TOKEN}"},
        {"authorization": f"Bearer {TOKEN}x"},
        {"authorization": "Bearer é"},
        {"cookie": f"tfaudiogen-7861={TOKEN}"},
        {"cookie": f"tfaudiogen-7860={TOKEN[:-1]}"},
    ],
)
def test_without_the_token_nothing_is_answered(headers):
    with pytest.raises(NoToken, match="wants its token"):
        Callers(token=TOKEN).check(scope("/", "GET", **headers))


@pytest.mark.parametrize(
    "headers",
    [
        {"authorization": f"Bearer {TOKEN}"},
        {"authorization": f"bearer {TOKEN}"},
        {"cookie": f'odd={{"json": 1}}; tfaudiogen-7860={TOKEN}; other=1'},
    ],
)
def test_with_the_token_everything_is(headers):
    for host in ("127.0.0.1:7860", "machine.example"):
        Callers("0.0.0.0", TOKEN).check(scope(host=host, **headers))


def test_the_address_brings_the_token_once():
    who, brought = Callers(token=TOKEN), scope("/", "GET", f"a=1&token={TOKEN}".encode())
    who.check(brought)
    cookie = who.new_cookie(brought)
    assert cookie == f"tfaudiogen-7860={TOKEN}; Path=/; HttpOnly; SameSite=Strict"
    who.check(scope(cookie=cookie.partition(";")[0]))
    assert who.new_cookie(scope("/", "GET", cookie=cookie)) is None
    assert who.new_cookie(scope("/", "GET", b"token=wrong")) is None
    assert Callers().new_cookie(brought) is None
    for elsewhere in (scope("/api/models", "GET", brought["query_string"]), scope("/", "POST")):
        with pytest.raises(NoToken):
            who.check(elsewhere)


@pytest.mark.parametrize("host", ["0.0.0.0", "::", "192.168.1.2", "machine.example", ""])
def test_other_machines_are_let_in_with_a_token_alone(host):
    with pytest.raises(ValueError, match=r"give --token too, or leave --host out"):
        Callers(host)
    Callers(host, TOKEN)


@pytest.mark.parametrize("host", ["127.0.0.1", "127.0.0.2", "::1", "localhost"])
def test_this_machine_needs_none(host):
    Callers(host)


@pytest.mark.parametrize("token", ["", "short", "x" * 257, "with a space and more", "x" * 15 + "ü"])
def test_a_token_that_is_none_is_refused(token):
    with pytest.raises(ValueError, match="--token must have 16 to 256 letters"):
        Callers(token=token)


def test_a_token_that_is_made_is_one_and_each_time_another():
    made = {callers.new_token() for _ in range(9)}
    assert len(made) == 9
    for one in made:
        Callers(token=one)


@pytest.fixture
def started(monkeypatch):
    """Return a function that runs `tfaudiogen app` up to its start, and its arguments."""
    pytest.importorskip("gradio", reason="the page needs Gradio: pip install '.[app]'")
    from tfaudiogen.app import serving, studio

    found = []
    monkeypatch.setattr(studio, "Studio", lambda models, *rest: models)
    monkeypatch.setattr(serving, "serve", lambda *arguments: found.append(arguments))

    def start(*arguments, environment=None):
        done = CliRunner().invoke(main, ["app", *arguments], env=environment)
        return done, found

    return start


def test_the_command_refuses_other_machines_without_a_token(started):
    done, found = started("--host", "0.0.0.0")
    assert done.exit_code == 2
    assert "--host 0.0.0.0 lets other machines in" in done.output
    assert not found


def test_the_command_makes_a_token_or_takes_one(started):
    for words, wanted in ((["--token", TOKEN], TOKEN), (["--token"], "[A-Za-z0-9_-]{32}")):
        done, found = started("--host", "0.0.0.0", *words)
        assert done.exit_code == 0, done.output
        assert re.fullmatch(wanted, found.pop()[-1])
    _, found = started(environment={"TFAUDIOGEN_TOKEN": TOKEN})
    assert found.pop()[-1] == TOKEN
    _, found = started()
    assert found.pop()[-1] is None


def test_a_model_after_the_option_is_not_a_token(started):
    done, found = started("--token", "orchestra_vqvae")
    assert done.exit_code == 2
    assert "write the option alone" in done.output
    assert not found


@pytest.mark.slow
def test_the_page_and_the_interface_with_a_token(studio, monkeypatch):
    pytest.importorskip("gradio", reason="the page needs Gradio: pip install '.[app]'")
    from starlette.testclient import TestClient

    from tfaudiogen.app.server import make_server

    monkeypatch.setenv("GRADIO_TEMP_DIR", "")  # which the server sets
    client = TestClient(make_server(studio, "0.0.0.0", TOKEN), "http://machine.example")
    for path in ("/", "/api/models", "/config", f"/api/models?token={TOKEN}", "/?token=wrong"):
        answer = client.get(path)
        assert (answer.status_code, [*answer.json()]) == (401, ["error"])
        assert answer.headers["WWW-Authenticate"] == "Bearer"
    bearer = {"Authorization": f"Bearer {TOKEN}"}
    assert client.get("/openapi.json", headers=bearer).status_code == 200
    assert client.get("/openapi.json").status_code == 401
    welcome = client.get(f"/?token={TOKEN}")
    assert welcome.status_code == 200
    assert 'http-equiv="refresh" content="0;url=/"' in welcome.text
    assert TOKEN not in welcome.text
    assert client.get("/openapi.json").status_code == 200
    assert "gradio" in client.get("/").text
