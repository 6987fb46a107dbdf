"""An extension of griffe: docstrings with formulas as mathematics and public names as links."""

import re

import griffe
from formulas import with_mathematics
from sources import public_names

_PLACES = {name: where for name, where, _ in public_names()}
_NAME = re.compile(rf"`({'|'.join(_PLACES)})`")


class Docstrings(griffe.Extension):
    """Prepares the docstrings of the package for the pages of the reference."""

    def on_object(self, *, obj, **_):
        """Prepare the docstring of one object."""
        if obj.docstring:
            linked = _NAME.sub(lambda match: _link(match[1], obj.path), obj.docstring.value)
            obj.docstring.value = with_mathematics(linked)


def _link(name, here):
    """Return a link to a public name, or the name on its own page."""
    return f"`{name}`" if _PLACES[name] == here else f"[`{name}`][{_PLACES[name]}]"
