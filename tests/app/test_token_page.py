"""The page in Chromium, of a server that wants a token, and what a foreign page can do to it."""

import contextlib
import http.server
import threading

import pytest
import served
from page_actions import drop, field, message

pytestmark = pytest.mark.slow
TOKEN = "a-token_of-20-letters"
FOREIGN = """<!doctype html><title>foreign</title><script>
const ask = (path, options) => fetch('URL' + path, options).then(
  (answer) => answer.text(), (error) => 'refused');
const form = new FormData();
form.append('files', new Blob(['content']), 'foreign.wav');
window.found = Promise.all([
  ask('/api/models', {}),
  ask('/api/models', {credentials: 'include'}),
  ask('/gradio_api/upload', {method: 'POST', mode: 'no-cors', body: form}),
]);
</script><a href="URL/?token=TOKEN">follow</a>"""


@pytest.fixture(scope="module")
def server(tmp_path_factory, model_folder):
    """Start a server with a token as a user would."""
    out = tmp_path_factory.mktemp("token")
    with served.serving(out, model_folder, "--token", TOKEN) as server:
        yield server


@pytest.fixture
def context(browser):
    """Return a browser that has been nowhere."""
    opened = browser.new_context(viewport={"width": 1280, "height": 900})
    opened.set_default_timeout(served.PATIENCE * 1000)
    yield opened
    opened.close()


@contextlib.contextmanager
def foreign(server):
    """Serve a page of somebody else, on another name of this machine, and give its address."""
    plain = server.url.partition("/?")[0]
    text = FOREIGN.replace("URL", plain).replace("TOKEN", TOKEN).encode()

    class Page(http.server.BaseHTTPRequestHandler):
        def do_GET(self):
            self.send_response(200)
            self.send_header("Content-Type", "text/html")
            self.end_headers()
            self.wfile.write(text)

        def log_message(self, *arguments):
            """Say nothing."""

    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Page) as other:
        threading.Thread(target=other.serve_forever, daemon=True).start()
        yield f"http://localhost:{other.server_port}/"
        other.shutdown()


def test_the_printed_address_opens_the_page(context, server, tone):
    assert server.url.endswith(f"/?token={TOKEN}")
    page = context.new_page()
    page.goto(server.url)
    page.wait_for_url(server.url.partition("?")[0])
    seconds = field(page, "number input for Seconds")
    seconds.wait_for()
    page.click("#draw")
    player = page.locator("#drawn audio").first
    player.wait_for()
    page.wait_for_function("document.querySelector('#drawn audio').duration > 0")
    page.get_by_role("tab", name="Reconstruct").click()
    drop(page, "#reconstruct-upload button", tone)
    page.locator("#reconstruct-upload .play-pause-button").wait_for()
    page.click("button#reconstruct")
    page.locator("#reconstructed audio").nth(1).wait_for()
    (cookie,) = context.cookies()
    assert (cookie["httpOnly"], cookie["sameSite"], cookie["value"]) == (True, "Strict", TOKEN)
    context.clear_cookies()
    page.click("button#reconstruct")
    assert "wants its token" in message(page)


def test_without_the_token_there_is_no_page(context, server):
    plain = server.url.partition("?")[0]
    answer = context.new_page().goto(plain)
    assert answer.status == 401
    assert [*answer.json()] == ["error"]


def test_a_foreign_page_learns_nothing_and_its_link_works(context, server):
    page = context.new_page()
    page.goto(server.url)
    page.wait_for_url(server.url.partition("?")[0])
    with foreign(server) as address:
        page.goto(address)
        # Of the upload a page cannot read the answer; what matters is that nothing is there.
        assert page.evaluate("window.found") == ["refused", "refused", ""]
        assert not list(server.temporary.rglob("foreign.wav"))
        page.get_by_text("follow").click()
        page.wait_for_url(server.url.partition("?")[0])
        field(page, "number input for Seconds").wait_for()


def test_nothing_of_it_failed_on_the_server(server):
    assert "Traceback" not in server.log.read_text()
