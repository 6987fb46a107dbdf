"""Sounds as cards of the page: a picture to click, a player, a download."""

import html
from dataclasses import dataclass
from pathlib import Path

from tfaudiogen import files
from tfaudiogen.app.pictures import draw_spectrogram
from tfaudiogen.plots.features import Geometry


@dataclass(frozen=True)
class Sound:
    """A sound on its way to the page.

    Attributes:
        title: above its picture.
        name: of its files, without suffix.
        waveform: float [N].
    """

    title: str
    name: str
    waveform: object


def put_on(shelf, set_name, sounds, sample_rate, record=None, progress=None):
    """Write sounds and their pictures as a new set on a shelf.

    Args:
        shelf: `Shelf`.
        set_name: what the name of the set ends with.
        sounds: list of `Sound`.
        sample_rate: Hz.
        record: dict to keep with the set.
        progress: function of (done, of how many), or None.

    Returns:
        (the cards as HTML, the paths of the WAV files).
    """
    folder, paths = shelf.new(set_name), []
    # One scale of colours, so that the pictures can be compared.
    geometry = Geometry.of(sample_rate, *(sound.waveform for sound in sounds))
    for done, sound in enumerate(sounds):
        if progress:
            progress(done, len(sounds))
        paths.append(folder / f"{sound.name}.wav")
        files.write_wav(paths[-1], sound.waveform, sample_rate)
        draw_spectrogram(paths[-1].with_suffix(".png"), sound.waveform, geometry)
    listed = [[sound.title, path.name] for sound, path in zip(sounds, paths, strict=True)]
    shelf.write_record(folder, {**(record or {}), "sounds": listed})
    return cards(shelf, folder.name, listed), paths


def cards(shelf, set_name, listed):
    """Return the cards of a set as HTML; `listed` are pairs (title, name of the WAV file)."""
    folder = shelf.folder / set_name
    inside = "".join(_card(shelf, folder / Path(name).name, title) for title, name in listed)
    return f'<div class="sounds">{inside}</div>'


def _card(shelf, wav, title):
    sound, picture = shelf.url(wav), shelf.url(wav.with_suffix(".png"))
    title, name = html.escape(title), html.escape(wav.name)
    return (
        f'<figure class="sound"><figcaption>{title}</figcaption>'
        f'<div class="picture" role="button" tabindex="0" title="click to play from here">'
        f'<img src="{picture}" alt="spectrogram of {title}"><i></i></div>'
        f'<div class="controls"><audio controls controlslist="nodownload noplaybackrate" '
        f'preload="metadata" src="{sound}"></audio>'
        f'<a href="{sound}" download="{name}" title="download {name}">WAV</a></div></figure>'
    )
