"""Tab Compose: generates sounds from an image, text, labels or embedding."""

from tfaudiogen.app.inputs import picture_upload
from tfaudiogen.app.tabs import translation

TITLE, NEEDS = "Compose", "compose"


def build(page):
    """Lay out the tab and connect it."""
    translation.build(page, "compose", "pictures", picture_upload)
