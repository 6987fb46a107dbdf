"""Names of notes and chords, in twelve-tone equal temperament with A4 at 440 Hz."""

import re

_STEPS = {"C": 0, "D": 2, "E": 4, "F": 5, "G": 7, "A": 9, "B": 11}
_SIGNS = {"": 0, "#": 1, "b": -1}
_NOTE = re.compile(r"([A-G])([#b]?)(-?\d+)")
_CHORD = re.compile(r"([A-G])([#b]?)([^/]*)(?:/([A-G])([#b]?))?")
_A4 = 9 + 12 * 4
_HIGHEST_OCTAVE = 9

# Semitones above the root.
QUALITIES = {
    "": (0, 4, 7),
    "m": (0, 3, 7),
    "dim": (0, 3, 6),
    "aug": (0, 4, 8),
    "sus2": (0, 2, 7),
    "sus4": (0, 5, 7),
    "5": (0, 7),
    "6": (0, 4, 7, 9),
    "m6": (0, 3, 7, 9),
    "7": (0, 4, 7, 10),
    "maj7": (0, 4, 7, 11),
    "m7": (0, 3, 7, 10),
    "mmaj7": (0, 3, 7, 11),
    "m7b5": (0, 3, 6, 10),
    "dim7": (0, 3, 6, 9),
    "aug7": (0, 4, 8, 10),
    "7sus4": (0, 5, 7, 10),
    "7b9": (0, 4, 7, 10, 13),
    "add9": (0, 4, 7, 14),
    "madd9": (0, 3, 7, 14),
    "9": (0, 4, 7, 10, 14),
    "maj9": (0, 4, 7, 11, 14),
    "m9": (0, 3, 7, 10, 14),
    "11": (0, 4, 7, 10, 14, 17),
    "m11": (0, 3, 7, 10, 14, 17),
    "13": (0, 4, 7, 10, 14, 21),
}
_ALIASES = {
    "maj": "",
    "M": "",
    "min": "m",
    "-": "m",
    "o": "dim",
    "°": "dim",
    "+": "aug",
    "sus": "sus4",
    "M7": "maj7",
    "Δ": "maj7",
    "Δ7": "maj7",
    "min7": "m7",
    "-7": "m7",
    "mM7": "mmaj7",
    "ø": "m7b5",
    "ø7": "m7b5",
    "o7": "dim7",
    "°7": "dim7",
    "+7": "aug7",
    "M9": "maj9",
}


def hertz_of(note):
    """Return the frequency of a note in hertz.

    Args:
        note: name with octave, such as "A4" (440 Hz), "C#3" or "Bb2"; a number is returned as it
            is.

    Raises:
        ValueError: the name is not that of a note.
    """
    if not isinstance(note, str):
        return float(note)
    found = _NOTE.fullmatch(note)
    if found is None:
        raise ValueError(
            f"a note must be a letter from A to G, # or b if needed, and an octave, such as A4 or "
            f"C#3; received {note!r}"
        )
    return _frequency(_semitone(*found.groups()[:2]) + 12 * int(found[3]))


def chord_frequencies(name, octave=4):
    """Return the frequencies of a chord's notes in hertz, from the root upwards.

    Args:
        name: root and quality, such as "C", "Am7", "F#maj7" or "Bbsus4"; "C/G" adds a G below.
            `QUALITIES` has the qualities.
        octave: of the root, from 0 to 9; octave 4 begins with the C at 261.6 Hz.

    Returns:
        List of float; a bass note after "/" comes first.

    Raises:
        ValueError: the name is not that of a chord, or the octave is out of range.
    """
    if not 0 <= octave <= _HIGHEST_OCTAVE:
        raise ValueError(f"octave must be from 0 to {_HIGHEST_OCTAVE}, received {octave}")
    found = _CHORD.fullmatch(name)
    quality = _ALIASES.get(found[3], found[3]) if found else None
    if quality not in QUALITIES:
        raise ValueError(_unknown(name))
    root = _semitone(found[1], found[2]) + 12 * octave
    notes = [root + step for step in QUALITIES[quality]]
    if found[4]:
        bass = _semitone(found[4], found[5]) + 12 * octave
        notes.insert(0, bass - 12 if bass >= root else bass)
    return [_frequency(note) for note in notes]


def _unknown(name):
    known = ", ".join(quality for quality in QUALITIES if quality)
    return (
        f"a chord must be a root from A to G, with # or b if needed, and nothing (major) or one of "
        f"{known}; received {name!r}"
    )


def _semitone(letter, sign):
    return _STEPS[letter] + _SIGNS[sign]


def _frequency(semitone):
    """Return hertz of a number of semitones above C0."""
    return 440.0 * 2.0 ** ((semitone - _A4) / 12)
