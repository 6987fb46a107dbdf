"""Jamendo: music under Creative Commons licences, with covers (API v3.0)."""

from tfaudiogen.collect.collection import Item
from tfaudiogen.collect.errors import Refused

BASE = "https://api.jamendo.com/v3.0/tracks/"
_PAGE = 200


class Jamendo:
    """A search of tracks that may be downloaded.

    Args:
        key: client ID of the user's application.
        query: words to search for; may be "".
        tags: list of tags, all of which a track has.
        base: address of the interface.
    """

    robots = False  # The interface gives out the addresses for downloading.

    def __init__(self, key, query="", tags=(), base=BASE):
        self.base, self.headers, self._key = base, {}, key
        self._words = {"search": query, "tags": " ".join(tags)}

    def parameters(self, page):
        """Return the parameters of a page."""
        words = {name: value for name, value in self._words.items() if value}
        usual = {"client_id": self._key, "format": "json", "include": "musicinfo"}
        return usual | {"limit": _PAGE, "offset": page * _PAGE} | words

    def read(self, values):
        """Return the items of an answer, and whether there is a further page."""
        if values["headers"].get("status") != "success":
            raise Refused(f"Jamendo refuses: {values['headers'].get('error_message', '')}")
        allowed = [one for one in values["results"] if one.get("audiodownload_allowed")]
        return [_item(one) for one in allowed], len(values["results"]) == _PAGE


def _item(one):
    tags = one.get("musicinfo", {}).get("tags", {})
    return Item(
        f"{one['artist_name']} - {one['name']}",
        audio=one["audiodownload"],
        image=one.get("album_image") or one.get("image") or "",
        licence=one.get("license_ccurl") or "",
        source=one.get("shareurl") or "",
        caption=", ".join(
            tag for kind in ("genres", "instruments", "vartags") for tag in tags.get(kind, [])
        ),
    )
