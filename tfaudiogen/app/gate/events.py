"""Checks that every file named in an event of the page is an upload."""

import json
import re

from tfaudiogen.app.refusals import Refused, Unknown

_SESSION = re.compile(r"[A-Za-z0-9_-]{1,64}")
# Gradio recognises a file by one of these keys.
_NAMES_A_FILE = {"path", "url"}
_FILE = {"_type": "gradio.FileData"}


def checked(content, studio, numbers):
    """Return a checked event as bytes of JSON for the page.

    The JSON is serialised again, so that another parser cannot read it differently than the check.

    Args:
        content: the body of the request.
        studio: `Studio`.
        numbers: the valid event numbers (Gradio's `fn_index`).

    Raises:
        Refused: the body is not an event, or names files other than uploads.
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
    # In Python, True and 1.0 are equal to 1.
    if type(number) is not int or number not in numbers:
        raise Unknown(
            f"the page has no event of the fn_index {number!r:.60}: it has changed; load it again."
        )


def _with_uploads(value, uploads):
    """Return the value with each file replaced by its resolved upload path only."""
    if isinstance(value, list):
        return [_with_uploads(one, uploads) for one in value]
    if not isinstance(value, dict):
        return value
    if _NAMES_A_FILE.isdisjoint(value):
        return {key: _with_uploads(one, uploads) for key, one in value.items()}
    return {"path": str(uploads.path_of(value.get("path"))), "meta": _FILE}
