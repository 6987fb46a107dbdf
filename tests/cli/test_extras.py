"""Packages of extras: "not installed" is said of what is not installed, and of nothing else."""

import importlib.util
import sys
import types

import pytest

from tfaudiogen.runtime import optional
from tfaudiogen.service import errors


@pytest.fixture
def package(tmp_path, monkeypatch):
    """Return a function that installs a package whose module runs the given code."""
    monkeypatch.syspath_prepend(tmp_path)
    yield (tmp_path / "brought.py").write_text
    sys.modules.pop("brought", None)


def asked():
    return optional.modules("app", "the page", "brought")


def test_modules_are_returned(package):
    package("value = 7")
    assert [module.value for module in asked()] == [7]


def test_what_is_not_installed_is_named_with_its_extra():
    with pytest.raises(optional.Unavailable, match="page needs brought.*not installed") as caught:
        asked()
    assert "pip install 'tfaudiogen[app]'" in str(caught.value)
    assert errors.exit_code(caught.value) == errors.BAD_USE


@pytest.mark.parametrize(
    ("code", "reason"),
    [
        ("raise ImportError('Using SOCKS proxy, but socksio is not there')", "Using SOCKS proxy"),
        ("import nowhere_at_all", "No module named 'nowhere_at_all'"),
        ("from sys import nothing_such", "cannot import name 'nothing_such'"),
    ],
)
def test_another_reason_is_the_one_that_is_shown(package, code, reason):
    package(code)
    with pytest.raises(optional.Unavailable, match="installed but cannot be imported") as caught:
        asked()
    assert reason in str(caught.value)
    assert "pip install" not in str(caught.value)
    assert errors.exit_code(caught.value) == errors.BAD_USE


@pytest.mark.parametrize("name", ["fastapi", "gradio"])
def test_the_page_says_why_it_cannot_be(monkeypatch, refused, name):
    for needed in ("fastapi", "pydantic", "starlette", "uvicorn"):
        if importlib.util.find_spec(needed) is None:
            monkeypatch.setitem(sys.modules, needed, types.ModuleType(needed))
    monkeypatch.setitem(sys.modules, name, None)
    line = refused("app", "sinewave_vae")
    assert f"the page needs {name}" in line
    assert "pip install 'tfaudiogen[app]'" in line


def test_embeddings_say_why_they_cannot_be(monkeypatch, refused, tmp_path):
    monkeypatch.setitem(sys.modules, "torch", None)
    line = refused("embed", tmp_path, "--clap", tmp_path)
    assert "pip install 'tfaudiogen[clap]'" in line
