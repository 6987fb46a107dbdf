"""Each argument that a docstring describes is one of its function or class."""

import ast
import re

import pytest
from source_tree import ROOT, needs_tree

pytestmark = needs_tree
FILES = sorted((ROOT / "tfaudiogen").rglob("*.py"))


def described(docstring):
    """Return the names in the section "Args"; several may stand before one colon."""
    section = re.search(r"^Args:\n((?: +.*\n?|\n)*)", docstring, re.M)
    entries = re.findall(r"^    (\S.*?):(?: |$)", section[1], re.M) if section else []
    return {name.strip("* `") for entry in entries for name in entry.split(",")}


def taken(node):
    """Return the names of the arguments of a function, or of those that make an object."""
    if isinstance(node, ast.ClassDef):
        methods = (part for part in node.body if isinstance(part, ast.FunctionDef))
        made = next((method for method in methods if method.name == "__init__"), None)
        fields = {part.target.id for part in node.body if isinstance(part, ast.AnnAssign)}
        return taken(made) if made else fields
    every = [*node.args.posonlyargs, *node.args.args, *node.args.kwonlyargs]
    return {one.arg for one in [*every, node.args.vararg, node.args.kwarg] if one}


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.relative_to(ROOT).as_posix())
def test_arguments_of_docstrings_are_those_that_there_are(path):
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, (ast.ClassDef, ast.FunctionDef)):
            unknown = described(ast.get_docstring(node) or "") - taken(node)
            assert not unknown, f"{node.name} has no {sorted(unknown)}"
