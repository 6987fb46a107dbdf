"""Atomic files and folders, temporary files, and locks."""

from tfaudiogen.disk.locks import InUse, locked
from tfaudiogen.disk.temporary import own_temporary_folder, temporary_folder
from tfaudiogen.disk.whole import atomic_file, whole_folder

__all__ = [
    "InUse",
    "atomic_file",
    "locked",
    "own_temporary_folder",
    "temporary_folder",
    "whole_folder",
]
