"""Files are what they hold, not what their names say."""

import pytest
from collect_server import picture, sound

from tfaudiogen.collect.contents import suffix_of
from tfaudiogen.disk.errors import Unusable


@pytest.mark.parametrize(
    ("content", "kind", "suffix"),
    [
        (sound(), "audio", ".wav"),
        (sound(form="FLAC"), "audio", ".flac"),
        (sound(form="OGG"), "audio", ".ogg"),
        (sound(form="MP3"), "audio", ".mp3"),
        (picture(), "image", ".png"),
        (picture(form="JPEG"), "image", ".jpg"),
        (picture(form="WEBP"), "image", ".webp"),
    ],
)
def test_the_extension_is_that_of_the_contents(tmp_path, content, kind, suffix):
    path = tmp_path / ".one.part"
    path.write_bytes(content)
    assert suffix_of(path, kind) == suffix


@pytest.mark.parametrize(
    ("content", "kind"),
    [
        (b"<html>not found</html>", "audio"),
        (b"<html>not found</html>", "image"),
        (b"", "audio"),
        (sound(), "image"),
        (picture(), "audio"),
        (picture()[:60], "image"),
    ],
)
def test_what_does_not_open_is_unusable(tmp_path, content, kind):
    path = tmp_path / ".one.part"
    path.write_bytes(content)
    with pytest.raises(Unusable):
        suffix_of(path, kind)
