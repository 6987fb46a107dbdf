"""What the documentation site makes of the source: formulas, pages of the reference, navigation."""

import ast
import re
import sys
from xml.etree import ElementTree

import pytest
from pages import PAGES
from source_tree import ROOT, needs_tree

import tfaudiogen

pytestmark = needs_tree
SITE = ROOT / "docs" / "site"
sys.path.insert(0, str(SITE))

import formulas  # noqa: E402
import reference  # noqa: E402
import sources  # noqa: E402

FILES = sorted((ROOT / "tfaudiogen").rglob("*.py"))
DOCUMENTED = (ast.Module, ast.ClassDef, ast.FunctionDef)


def text_of(written):
    """Return the characters of an element, without spaces."""
    return "".join("".join(ElementTree.fromstring(written).itertext()).split())


def docstrings(path):
    nodes = ast.walk(ast.parse(path.read_text(encoding="utf-8")))
    found = (ast.get_docstring(node) for node in nodes if isinstance(node, DOCUMENTED))
    return [docstring for docstring in found if docstring]


def test_an_index_and_a_power_are_raised_and_lowered():
    written = formulas.mathematics("w_(i-1) = sqrt(1 - r^2) e_ik")
    assert "<msub><mi>w</mi><mrow><mi>i</mi><mo>−</mo><mn>1</mn></mrow></msub>" in written
    assert "<msup><mi>r</mi><mrow><mn>2</mn></mrow></msup></mrow></msqrt>" in written
    assert "<msub><mi>e</mi><mrow><mi>i</mi><mi>k</mi></mrow></msub>" in written


def test_both_of_one_letter_are_one_element():
    assert "<msubsup><mi>s</mi>" in formulas.mathematics("s_k^2 = 1")


def test_signs_are_those_of_mathematics():
    assert text_of(formulas.mathematics("-log p <= sum_k a . b || free_bits")) == (
        "−logp≤∑ka·b∥free_bits"
    )


@pytest.mark.parametrize(
    "paragraph",
    [
        "    model = ta.VAE(spectrogram)",
        "    - `rate` = nats",
        "    RUN/codes.npz   codes",
        "x = y",
    ],
)
def test_what_is_no_formula_stays_as_it_is(paragraph):
    assert formulas.with_mathematics(f"First.\n\n{paragraph}") == f"First.\n\n{paragraph}"


def test_every_formula_of_the_package_is_understood():
    found = 0
    for path in FILES:
        for docstring in docstrings(path):
            for written in re.findall(
                r'<div class="formula">.*', formulas.with_mathematics(docstring)
            ):
                assert not set("_^") & set(text_of(written).replace("free_bits", "")), written
                found += 1
    assert found > 40


def test_the_public_names_are_found_where_they_are_defined():
    for name, where, line in sources.public_names():
        public = getattr(tfaudiogen, name)
        assert where == f"{public.__module__}.{public.__qualname__}"
        assert line
    assert [name for name, _, _ in sources.public_names()] == tfaudiogen.__all__


def test_each_public_name_has_a_page_of_the_reference():
    pages = reference.pages()
    for _, where, _ in sources.public_names():
        module = where.rpartition(".")[0]
        folder = module.split(".")[1:-1]
        assert f"::: {module}\n" in pages["/".join(["reference", *folder, "index.md"])]


def test_the_navigation_names_each_page():
    named = re.findall(r"[\w/-]+\.md", (SITE / "mkdocs.yml").read_text())
    names = {path.relative_to(ROOT / "docs").as_posix() for path in PAGES[1:]}
    assert sorted(named) == sorted(names | {"index.md"}), "name each page in docs/site/mkdocs.yml"
    assert _leaves(reference.navigation()) == sorted(reference.pages())


def _leaves(entry):
    if isinstance(entry, str):
        return [entry]
    values = entry.values() if isinstance(entry, dict) else entry
    return sorted(leaf for value in values for leaf in _leaves(value))
