"""Suffixes of audio files that cannot be decoded here."""

UNREADABLE_SUFFIXES = frozenset(
    {".m4a", ".aac", ".mp4", ".m4b", ".wma", ".webm", ".mka", ".amr", ".ape", ".wv", ".ac3"}
)
