"""Freesound: sounds under Creative Commons licences (API v2)."""

from tfaudiogen.collect.collection import Item

BASE = "https://freesound.org/apiv2/search/"
_PAGE = 150


class Freesound:
    """A search of sounds. Their previews are collected, since originals need a personal login.

    Args:
        key: API key of the user.
        query: words to search for; may be "".
        tags: list of tags, all of which a sound has.
        base: address of the interface.
    """

    robots = False  # The interface gives out the addresses of the previews.

    def __init__(self, key, query="", tags=(), base=BASE):
        self.base, self.headers = base, {"Authorization": f"Token {key}"}
        self._words = {"query": query, "filter": " ".join(f'tag:"{tag}"' for tag in tags)}

    def parameters(self, page):
        """Return the parameters of a page."""
        fields = {"fields": "id,name,tags,license,username,previews,url"}
        return self._words | fields | {"page": page + 1, "page_size": _PAGE}

    def read(self, values):
        """Return the items of an answer, and whether there is a further page."""
        return [_item(one) for one in values["results"]], bool(values.get("next"))


def _item(one):
    return Item(
        f"{one['username']} - {one['name']}",
        audio=one["previews"].get("preview-hq-ogg") or one["previews"].get("preview-hq-mp3") or "",
        licence=one.get("license") or "",
        source=one.get("url") or "",
        caption=", ".join(one.get("tags") or []),
    )
