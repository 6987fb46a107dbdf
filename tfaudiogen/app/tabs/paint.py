"""Tab Paint: generates images from a sound, text, labels or embedding."""

import functools

from tfaudiogen.app.inputs import sound_upload
from tfaudiogen.app.tabs import translation

TITLE, NEEDS = "Paint", "paint"


def build(page):
    """Lay out the tab and connect it."""
    upload = functools.partial(sound_upload, record=True)
    translation.build(page, "paint", "sounds", upload)
