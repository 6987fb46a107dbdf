"""What the package starts runs no code from the working folder."""

import ast
import subprocess
from pathlib import Path

import pytest

import tfaudiogen
from tfaudiogen.runtime import children

PACKAGE = Path(tfaudiogen.__file__).resolve().parent


@pytest.mark.parametrize("name", ["json", "numpy", "click", "tfaudiogen"])
def test_a_module_in_the_working_folder_is_not_run(tmp_path, name):
    trace = tmp_path / "trace"
    (tmp_path / f"{name}.py").write_text(f"open({str(trace)!r}, 'w')\n")
    ran = subprocess.run(
        children.command("tfaudiogen", "--help"),
        cwd=tmp_path,
        env=children.environment(),
        capture_output=True,
        text=True,
    )
    assert ran.returncode == 0, ran.stderr
    assert "prepare" in ran.stdout
    assert not trace.exists()


def test_only_one_place_knows_how_processes_of_the_package_are_started():
    found = [
        path.name
        for path in PACKAGE.rglob("*.py")
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.Attribute) and ast.unparse(node) == "sys.executable"
    ]
    assert found == ["children.py"]
