"""`embed` without what it needs."""

import sys

import pytest


@pytest.mark.parametrize("module", ["torch", "transformers"])
def test_without_the_extra_it_is_named(refused, sounds, tmp_path, monkeypatch, module):
    monkeypatch.setitem(sys.modules, module, None)
    line = refused("embed", sounds, "--clap", tmp_path, "--out", tmp_path / "out")
    assert "pip install 'tfaudiogen[clap]'" in line
    assert not (tmp_path / "out").exists()
