"""Writes the pages of the API reference: one for each folder of the package with public modules."""

import ast

from sources import PACKAGE, documented, dotted, public_names, tree

# What commands, page and process are made of, which nobody imports for a model of their own.
INTERNAL = {"app", "cli", "disk", "runtime", "service", "validation"}
_HEAD = """# API reference

The names of `import tfaudiogen as ta`. Everything else is listed by folder.

| name | summary |
|---|---|
"""


def pages():
    """Return a dictionary of the names of pages to their text."""
    texts = {_page(folder): _text(folder) for folder in _folders(PACKAGE)}
    return {"reference/index.md": _contents(), **texts}


def navigation():
    """Return the part of the navigation that has the pages of the reference."""
    return ["reference/index.md", *_entries(PACKAGE)]


def _children(folder):
    packages = sorted(path.parent for path in folder.glob("*/__init__.py"))
    return [path for path in packages if path.relative_to(PACKAGE).parts[0] not in INTERNAL]


def _folders(folder):
    """Yield the folders below a folder, at any depth, that have public modules."""
    for child in _children(folder):
        if _modules(child):
            yield child
        yield from _folders(child)


def _modules(folder):
    return [path for path in sorted(folder.glob("[!_]*.py")) if documented(path)]


def _page(folder):
    return f"reference/{folder.relative_to(PACKAGE).as_posix()}/index.md"


def _entries(folder):
    """Return the navigation of the folders directly below a folder."""
    return [entry for child in _children(folder) for entry in _entry(child)]


def _entry(folder):
    own, below = [_page(folder)] if _modules(folder) else [], _entries(folder)
    if own and not below:
        return [{folder.name: own[0]}]
    return [{folder.name: own + below}] if below else []


def _text(folder):
    """Return the page of a folder: its docstring, then what each of its files documents."""
    docstring = ast.get_docstring(tree(folder / "__init__.py")) or ""
    parts = [
        f"# {dotted(folder)}",
        docstring,
        *(f"::: {dotted(path)}" for path in _modules(folder)),
    ]
    return "\n\n".join(parts) + "\n"


def _contents():
    rows = (f"| [`{name}`][{where}] | {line} |" for name, where, line in public_names())
    return _HEAD + "\n".join(rows) + "\n"
