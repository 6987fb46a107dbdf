"""Builds what the site has beside the pages of docs/: start page, reference, files of the tree."""

import posixpath
import re
import sys
from pathlib import Path

import reference
from mkdocs.structure.files import File

ROOT = Path(__file__).resolve().parents[2]
_LINK = re.compile(r"(?<=\]\()([^)\s#:]+)(?=(?:#[^)\s]*)?\))")


def on_config(config):
    """Put the pages of the reference into the navigation; let docstrings.py import formulas.py."""
    sys.path.append(str(Path(__file__).parent))
    entries = [dict(entry) for entry in config.nav]
    for entry in entries:
        if entry.get("Reference") == "reference":
            entry["Reference"] = reference.navigation()
    config.nav = entries
    return config


def on_files(files, config):
    """Add the README as the start page, and the pages of the reference."""
    files.append(File.generated(config, "index.md", abs_src_path=str(ROOT / "README.md")))
    for name, text in reference.pages().items():
        files.append(File.generated(config, name, content=text))
    return files


def on_page_markdown(markdown, page, config, files):
    """Lead the links of a page, as they are right in the repository, to the files of the site."""
    if not page.file.abs_src_path:
        return markdown
    if page.file.src_uri == "index.md":
        page.meta["hide"] = ["navigation"]  # It is the only page of its tab.
    here, folder = Path(page.file.abs_src_path).parent, posixpath.dirname(page.file.src_uri)

    def lead(link):
        name = _name((here / link[0]).resolve(), config, files)
        return posixpath.relpath(name, folder or ".") if name else link[0]

    return _LINK.sub(lead, markdown)


def _name(target, config, files):
    """Return the name that a file of the repository has on the site; copy it if it is no page."""
    if not target.is_file():
        return None
    docs = ROOT / "docs"
    if target == ROOT / "README.md":
        return "index.md"
    if target.is_relative_to(docs):
        return target.relative_to(docs).as_posix()
    name = posixpath.join("repository", target.relative_to(ROOT).as_posix())
    if files.get_file_from_path(name) is None:
        files.append(File.generated(config, name, abs_src_path=str(target)))
    return name
