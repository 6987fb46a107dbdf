"""The source tree that tests read, and what of it is installed.

It is the checkout around the tests, or the one that the environment names where a copy of the tests
runs against an installed package.
"""

import os
from pathlib import Path

import pytest

CHECKOUT = os.environ.get("TFAUDIOGEN_CHECKOUT")
ROOT = Path(CHECKOUT or Path(__file__).parent.parent).resolve()
# Folders of the tree, and where the installation puts them.
INSTALLED = {
    "tfaudiogen": "tfaudiogen",
    "datasets": "tfaudiogen/datasets",
    "checkpoints": "tfaudiogen/checkpoints",
}
needs_tree = pytest.mark.skipif(
    not all((ROOT / folder).is_dir() for folder in INSTALLED),
    reason="reads the source tree: run from a checkout, or name one in TFAUDIOGEN_CHECKOUT",
)


def installed_files(root=ROOT):
    """Return a dictionary of names in an installation to files of a tree."""
    return {
        f"{place}/{path.relative_to(root / folder).as_posix()}": path
        for folder, place in INSTALLED.items()
        for path in (root / folder).rglob("*")
        if path.is_file() and path.parent.name != "__pycache__"
    }
