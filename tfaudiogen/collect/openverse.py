"""Openverse: pictures and sounds under open licences, of many sources (API v1)."""

from tfaudiogen.collect.collection import Item

BASE = "https://api.openverse.org/v1/"
_PAGE = 20  # the most without a key


class Openverse:
    """A search of pictures or sounds.

    Args:
        key: access token; "" for none, which allows fewer requests.
        query: words to search for.
        kind: "image" or "audio".
        base: address of the interface.
    """

    robots = True  # The files lie on servers of others.

    def __init__(self, key, query, kind="image", base=BASE):
        self.base = base + {"image": "images/", "audio": "audio/"}[kind]
        self.headers = {"Authorization": f"Bearer {key}"} if key else {}
        self._query, self._kind = query, kind

    def parameters(self, page):
        """Return the parameters of a page."""
        return {"q": self._query, "page": page + 1, "page_size": _PAGE}

    def read(self, values):
        """Return the items of an answer, and whether there is a further page."""
        more = values.get("page", 0) < values.get("page_count", 0)
        return [self._item(one) for one in values["results"]], more

    def _item(self, one):
        return Item(
            " - ".join(filter(None, (one.get("creator"), one.get("title")))),
            licence=one.get("license_url") or one.get("license") or "",
            source=one.get("foreign_landing_url") or "",
            caption=", ".join(tag["name"] for tag in one.get("tags") or []),
            **{self._kind: one.get("url") or ""},
        )
