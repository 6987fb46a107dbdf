"""What the documentation refers to is there: files, headings, paths in its text."""

import re

import pytest
from pages import PAGES
from source_tree import ROOT, needs_tree

pytestmark = needs_tree
# What a reader has in a checkout; what commands write lies elsewhere.
_FOLDERS = ("tests", "scripts", "tfaudiogen", "datasets", "checkpoints", "docs", ".ci")
CARDS = sorted(ROOT.glob("checkpoints/*/*.md"))


def without_blocks(path):
    return re.sub(r"(?ms)^ *```.*?^ *```", "", path.read_text())


def anchors(path):
    """Return the anchors of a page's headings, as GitHub makes them."""
    headings = re.findall(r"^#+ +(.+?) *$", without_blocks(path), re.M)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}


@pytest.mark.parametrize("path", PAGES + CARDS, ids=lambda path: f"{path.parent.name}/{path.name}")
def test_links_lead_somewhere(path):
    for link in re.findall(r"\]\(([^)\s]+)\)", without_blocks(path)):
        if re.match(r"\w+://", link):
            continue
        name, _, anchor = link.partition("#")
        target = path.parent / name if name else path
        assert target.exists(), link
        assert not anchor or anchor in anchors(target), link


@pytest.mark.parametrize("path", PAGES, ids=lambda path: path.name)
def test_paths_in_the_text_are_there(path):
    folders = "|".join(map(re.escape, _FOLDERS))
    text = without_blocks(path)
    for name in re.findall(rf"`((?:{folders})/[\w./]+)`", text):
        assert (ROOT / name).exists(), name
    for name in re.findall(r"`(test_\w+\.py)`", text):
        assert list((ROOT / "tests").rglob(name)), name


def test_the_list_of_what_is_where_names_what_there_is():
    (block,) = re.findall(r"(?ms)^## Where things are.*?```text\n(.*?)```", PAGES[0].read_text())
    folder = "tfaudiogen"
    for indent, name in re.findall(r"^( {0,2})([\w./]+)  ", block, re.M):
        found = ROOT / folder / name if indent else ROOT / name
        assert found.exists(), name
    assert len(re.findall(r"^  [\w.]+/ ", block, re.M)) > 9


def test_every_page_is_named_in_the_readme():
    text = PAGES[0].read_text()
    for path in PAGES[1:]:
        assert path.relative_to(ROOT).as_posix() in text, path
