"""Cards of sounds and images on the page, to view, play and download."""

import html
from dataclasses import dataclass
from pathlib import Path

from tfaudiogen.app.pictures import draw_spectrogram
from tfaudiogen.io import audio_files, image_files
from tfaudiogen.plots.features import Geometry

_SOUND, _PICTURE = ".wav", ".png"


@dataclass(frozen=True)
class Sound:
    """A sound to show on the page.

    Attributes:
        title: title above its spectrogram.
        name: name of its files without suffix.
        waveform: float [N].
    """

    title: str
    name: str
    waveform: object


@dataclass(frozen=True)
class Picture:
    """An image to show on the page.

    Attributes:
        title: title above it.
        name: name of its file without suffix.
        image: float [H, W, C] in [0, 1].
    """

    title: str
    name: str
    image: object


def card_of(representation, title, name, content):
    """Return a `Sound` or `Picture`, depending on the representation of the content."""
    return (Picture if representation.kind == "pictures" else Sound)(title, name, content)


def put_on(store, set_name, shown, sample_rate, record=None, progress=None):
    """Write sounds, with their spectrograms, and images as a new set in a store.

    Args:
        store: `ResultStore`.
        set_name: name of the set, which is appended to the time.
        shown: list of `Sound` and `Picture`.
        sample_rate: Hz of the sounds; None if there are none.
        record: dict to store with the set.
        progress: function of (done, total), or None.

    Returns:
        (the cards as HTML, the paths of the WAV and PNG files).
    """
    folder, paths = store.new(set_name), []
    # A common colour scale, so that the spectrograms can be compared.
    waveforms = [one.waveform for one in shown if isinstance(one, Sound)]
    geometry = Geometry.of(sample_rate, *waveforms) if waveforms else None
    for done, one in enumerate(shown):
        if progress:
            progress(done, len(shown))
        paths.append(_write(folder, one, geometry))
    listed = [[one.title, path.name] for one, path in zip(shown, paths, strict=True)]
    store.write_record(folder, {**(record or {}), "sounds": listed})
    return cards(store, folder.name, listed), paths


def _write(folder, one, geometry):
    """Write the files of a sound or an image and return the path of the WAV or PNG file."""
    if isinstance(one, Picture):
        path = folder / f"{one.name}{_PICTURE}"
        image_files.write_picture(path, one.image)
        return path
    path = folder / f"{one.name}{_SOUND}"
    audio_files.write_wav(path, one.waveform, geometry.sample_rate)
    draw_spectrogram(path.with_suffix(_PICTURE), one.waveform, geometry)
    return path


def cards(store, set_name, listed):
    """Return the cards of a set as HTML; `listed` are pairs (title, name of the WAV or PNG)."""
    folder = store.folder / set_name
    inside = "".join(_card(store, folder / Path(name).name, title) for title, name in listed)
    return f'<div class="sounds">{inside}</div>'


def _card(store, path, title):
    draw = _picture_card if path.suffix == _PICTURE else _sound_card
    return draw(store, path, html.escape(title), html.escape(path.name))


def _picture_card(store, path, title, name):
    picture = store.url(path)
    return (
        f'<figure class="painted"><figcaption>{title}</figcaption>'
        f'<img src="{picture}" alt="{title}"><div class="controls">'
        f'<a href="{picture}" download="{name}" title="download {name}">PNG</a></div></figure>'
    )


def _sound_card(store, path, title, name):
    sound, picture = store.url(path), store.url(path.with_suffix(_PICTURE))
    return (
        f'<figure class="sound"><figcaption>{title}</figcaption>'
        f'<div class="picture" role="button" tabindex="0" title="click to play from here">'
        f'<img src="{picture}" alt="spectrogram of {title}"><i></i></div>'
        f'<div class="controls"><audio controls controlslist="nodownload noplaybackrate" '
        f'preload="metadata" src="{sound}"></audio>'
        f'<a href="{sound}" download="{name}" title="download {name}">WAV</a></div></figure>'
    )
