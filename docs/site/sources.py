"""Reads the source of the package without importing it."""

import ast
import functools
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
PACKAGE = ROOT / "tfaudiogen"


@functools.cache
def tree(path):
    """Return the syntax tree of a file."""
    return ast.parse(path.read_text(encoding="utf-8"))


def documented(path):
    """Return the public classes and functions of a file that have docstrings."""
    kinds = (ast.ClassDef, ast.FunctionDef)
    public = (node for node in tree(path).body if isinstance(node, kinds) and node.name[0] != "_")
    return [node for node in public if ast.get_docstring(node)]


def dotted(path):
    """Return the name by which a file or folder of the package is imported."""
    return ".".join(path.relative_to(ROOT).with_suffix("").parts)


def public_names():
    """Return [(name, dotted name where it is defined, first line)] of `tfaudiogen.__all__`."""
    return [(name, *_definition(module, name)) for name, module in sorted(_lazy(_file()).items())]


def _file(module="tfaudiogen"):
    path = ROOT.joinpath(*module.split("."))
    return path / "__init__.py" if path.is_dir() else path.with_suffix(".py")


def _definition(module, name):
    """Return the dotted name and the first line of what a module calls `name`."""
    path = _file(module)
    for node in documented(path):
        if node.name == name:
            return f"{module}.{name}", ast.get_docstring(node).splitlines()[0]
    return _definition({**_imported(path), **_lazy(path)}[name], name)


def _imported(path):
    """Return a dictionary of the names that a file imports to their modules."""
    nodes = (node for node in tree(path).body if isinstance(node, ast.ImportFrom))
    return {alias.name: node.module for node in nodes for alias in node.names}


def _lazy(path):
    """Return the dictionary of names to modules that a file imports on first use."""
    for node in tree(path).body:
        if isinstance(node, ast.Assign) and ast.unparse(node.targets[0]) == "_PUBLIC":
            return ast.literal_eval(node.value)
    return {}
