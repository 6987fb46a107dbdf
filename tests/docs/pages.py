"""The pages of the documentation and their fenced blocks, in order."""

from dataclasses import dataclass
from pathlib import Path

from source_tree import ROOT
from sybil import Document
from sybil.parsers.markdown.lexers import FencedCodeBlockLexer

# Pages that run as notebooks.
TUTORIALS = sorted((ROOT / "docs/tutorials").glob("*.md"))
PAGES = [ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md")), *TUTORIALS]


@dataclass(frozen=True)
class Block:
    """A fenced block: the name of its page, the line of its fence, its language, what it holds."""

    page: str
    line: int
    language: str
    text: str

    def __str__(self):
        """Return where it stands, for the names of tests."""
        return f"{self.page}:{self.line}"

    @property
    def first_line(self):
        """Return the line by which `left_out` names it."""
        return self.text.splitlines()[0]


def blocks_of(path):
    """Return the blocks of a page."""
    document = Document.parse(str(path), FencedCodeBlockLexer(r"\w*"))
    return [
        Block(
            Path(path).name,
            example.line,
            example.region.lexemes["language"],
            str(example.region.lexemes["source"]),
        )
        for example in document
    ]


BLOCKS = [block for path in PAGES if path.exists() for block in blocks_of(path)]
