"""Notices about audio files that were used with changes, one line per kind of change."""

import math
from collections import Counter

from tfaudiogen.data.reading.audio import MISSING

_NAMED = 5
_SHORT_SECONDS = 0.1


def notices_of(recordings, config):
    """Return notices about channels, sample rates, levels, lengths and images of recordings."""
    notices = [
        _channels(recordings, config.channel),
        _rates(recordings, config.sample_rate),
        _levels(recordings),
        *_shortfalls(recordings),
        _short(recordings, config.sample_rate),
        _pictures(recordings),
    ]
    return [notice for notice in notices if notice]


def _channels(recordings, channel):
    wide = [recording for recording in recordings if recording.reading.channels > 1]
    if not wide:
        return None
    counts = Counter(recording.reading.channels for recording in wide)
    kinds = ", ".join(f"{counts[number]} with {number} channels" for number in sorted(counts))
    done = "mixed down to one" if channel == "mix" else f"only the {channel} channel is used"
    return f"{kinds}: {done} (channel mix, left or right decides)"


def _rates(recordings, sample_rate):
    low = [recording for recording in recordings if recording.reading.sample_rate < sample_rate]
    if not low:
        return None
    lowest = min(recording.reading.sample_rate for recording in low)
    return (
        f"{_files(low)} with a sample rate below {sample_rate} Hz (lowest {lowest} Hz); nothing "
        f"above half their rate can be learned from them: {_names(low)}"
    )


def _levels(recordings):
    loud = [recording for recording in recordings if recording.reading.gain < 1.0]
    if not loud:
        return None
    most = -20 * math.log10(min(recording.reading.gain for recording in loud))
    return f"{_files(loud)} over full scale, turned down, by {most:.1f} dB at most: " + (
        _names(loud)
    )


def _shortfalls(recordings):
    """Yield a line for each reason why files were, or may have been, read incompletely."""
    reasons = dict.fromkeys(recording.reading.why for recording in recordings)
    for why in filter(None, reasons):
        files = [recording for recording in recordings if recording.reading.why == why]
        worst = max(recording.reading.missing for recording in files)
        used = f" (up to {worst:.0%} is missing); what is there is used"
        yield f"{_files(files)} {why}{used if worst > MISSING else ''}: {_names(files)}"


def _short(recordings, sample_rate):
    limit = _SHORT_SECONDS * sample_rate
    short = [recording for recording in recordings if recording.reading.samples < limit]
    if not short:
        return None
    return f"{_files(short)} shorter than {_SHORT_SECONDS} s, padded with silence: " + _names(short)


def _pictures(recordings):
    with_picture = [recording for recording in recordings if recording.picture]
    return f"{_files(with_picture)} with a picture" if with_picture else None


def _files(recordings):
    return f"{len(recordings)} file{'s' if len(recordings) > 1 else ''}"


def _names(recordings):
    names = ", ".join(recording.name for recording in recordings[:_NAMED])
    return names if len(recordings) <= _NAMED else f"{names} and {len(recordings) - _NAMED} more"
