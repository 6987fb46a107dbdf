"""Asks services with a JSON interface for sounds and pictures, page by page."""

from urllib.parse import urlencode

from tfaudiogen.collect.errors import Refused, Temporary
from tfaudiogen.validation import strict_json


def search(service, count, limits, contact=""):
    """Return up to `count` `Item`s that a service finds.

    Args:
        service: object with `base` (address), `headers` (dict), `parameters(page)` (dict of the
            page from 0) and `read(values)`, which returns the items of an answer and whether
            there is a further page.
        count: maximum number of items.
        limits: `Limits`.
        contact: see `tfaudiogen.collect.collection.collect`.

    Raises:
        Refused: the service refuses, fails, or answers in another form.
    """
    from tfaudiogen.collect.web import Web

    items, page, more = [], 0, True
    with Web(limits, contact) as web:
        while more and len(items) < count:
            url = f"{service.base}?{urlencode(service.parameters(page))}"
            found, more = _read(service, _asked(web, url, service.headers, limits))
            items += found
            page += 1
    return items[:count]


def _read(service, text):
    try:
        return service.read(strict_json.parse(text))
    except Refused:
        raise
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise Refused(f"{service.base} answers in an unknown form ({error})") from error


def _asked(web, url, headers, limits):
    host = url.partition("?")[0]
    for attempt in range(limits.attempts):
        try:
            return web.text(url, headers, robots=False)
        except Refused as error:
            raise Refused(f"{host}: {error}: check the key and the words") from error
        except Temporary as error:
            failure = error
        pause = limits.backoff * 2**attempt if failure.wait is None else failure.wait
        if pause > limits.longest_wait:
            break
        web.stop.wait(pause)
    raise Refused(f"{host}: {failure}: try again later")
