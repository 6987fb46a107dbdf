"""Checks that every file named by an event of the page is an upload."""

import json
import re

from tfaudiogen.app.refusals import Refused, Unknown

_SESSION = re.compile(r"[A-Za-z0-9_-]{1,64}")
# By one of these the page's framework knows a file.
_NAMES_A_FILE = {"path", "url"}
_FILE = {"_type": "gradio.FileData"}


def checked(content, studio, numbers):
    """Return an event, bytes of JSON, for the page to receive.

    It is written anew, so that nobody reads something else into it than was checked.

    Args:
        content: the body of the request.
        studio: `Studio`.
        numbers: of the events that there are.

    Raises:
        Refused: it names something else than uploads, or is no event.
        Unknown: there is no such event.
    """
    event = _parsed(content)
    _check_number(event.get("fn_index"), numbers)
    session = event.get("session_hash")
    if not isinstance(session, str) or not _SESSION.fullmatch(session):
        raise Refused("an event needs a session_hash of up to 64 letters and digits.")
    event = _with_uploads(event, studio.uploads)
    studio.listeners.expect(session)
    return json.dumps(event).encode()


def _parsed(content):
    try:
        event = json.loads(content)
    except (ValueError, RecursionError) as error:
        raise Refused("the body of an event is JSON.") from error
    if not isinstance(event, dict):
        raise Refused("the body of an event is a JSON object.")
    return event


def _check_number(number, numbers):
    # Python takes true and 1.0 for 1.
    if type(number) is not int or number not in numbers:
        raise Unknown(
            f"the page has no event of the fn_index {number!r:.60}: it has changed; load it again."
        )


def _with_uploads(value, uploads):
    """Return a value with nothing but the real path left of each file that it names."""
    if isinstance(value, list):
        return [_with_uploads(one, uploads) for one in value]
    if not isinstance(value, dict):
        return value
    if _NAMES_A_FILE.isdisjoint(value):
        return {key: _with_uploads(one, uploads) for key, one in value.items()}
    return {"path": str(uploads.path_of(value.get("path"))), "meta": _FILE}
