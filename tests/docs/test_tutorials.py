"""Each tutorial runs as a notebook, from its first cell to its last, in a new folder."""

import os
from pathlib import Path

import pytest
from pages import TUTORIALS
from source_tree import needs_tree

import tfaudiogen

pytestmark = needs_tree


def test_there_are_tutorials():
    assert len(TUTORIALS) >= 5


@pytest.mark.slow
@pytest.mark.parametrize("path", TUTORIALS, ids=lambda path: path.stem)
def test_a_tutorial_runs_as_a_notebook(path, tmp_path, monkeypatch):
    reason = "a notebook needs Jupyter: pip install '.[notebooks]'"
    jupytext = pytest.importorskip("jupytext", reason=reason)
    nbclient = pytest.importorskip("nbclient", reason=reason)
    pytest.importorskip("ipykernel", reason=reason)
    places = (str(Path(tfaudiogen.__file__).parent.parent), os.environ.get("PYTHONPATH", ""))
    monkeypatch.setenv("PYTHONPATH", os.pathsep.join(filter(None, places)))
    notebook = jupytext.read(path)
    assert any(cell.cell_type == "code" for cell in notebook.cells)
    place = {"metadata": {"path": str(tmp_path)}}
    client = nbclient.NotebookClient(notebook, timeout=600, kernel_name="python3", resources=place)
    client.execute()
