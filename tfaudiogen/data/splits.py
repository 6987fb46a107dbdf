"""Assigns files to splits by a hash of their names.

Each name is hashed to a point of [0, 1): below 0.1 it is test, below 0.2 validation, else train.
The split depends on the name alone, so adding files moves none. In a small folder a split can
stay empty; it then borrows the file whose hash is nearest to its interval. Only these borrowed
files, two at most, can move when files are added: one returns to its own split as soon as the
borrowing split has a file of its own or one with a nearer hash.
"""

import hashlib

SHARES = {"test": 0.1, "validation": 0.1, "train": 0.8}
SPLITS = ("train", "validation", "test")


def position(name):
    """Return the hash of `name` as a point of [0, 1)."""
    return int.from_bytes(hashlib.sha256(name.encode()).digest()[:6], "big") / 2**48


def split_names(names, fixed=None):
    """Return {name: split} with at least one name in each split.

    Args:
        names: distinct names, at least three.
        fixed: {name: split} of names with a predefined split.

    Raises:
        ValueError: there are fewer than three names, or too few free ones to fill every split.
    """
    fixed = fixed or {}
    splits = {name: fixed.get(name) or _home(position(name), fixed) for name in sorted(names)}
    for split in SPLITS:
        if split not in splits.values():
            splits[_nearest(split, splits, fixed)] = split
    return splits


def _home(point, fixed):
    """Return the split of a point; the test share goes to train if the test split is fixed."""
    if point < SHARES["test"]:
        return "train" if "test" in fixed.values() else "test"
    return "validation" if point < SHARES["test"] + SHARES["validation"] else "train"


def _nearest(split, splits, fixed):
    """Return the name to move into the empty `split`, from a split with more than one."""
    counts = {other: list(splits.values()).count(other) for other in SPLITS}
    spare = [name for name in splits if name not in fixed and counts[splits[name]] > 1]
    if not spare:
        raise ValueError(
            f"train, validation and test need a source file each; received {len(splits)} usable "
            "files: add files, or cut each file in time (split_by_time=True, --split-by-time)"
        )
    end = max if split == "train" else min
    return end(spare, key=lambda name: (position(name), name))


def split_windows(windows):
    """Return the split of each of the `windows` windows of one file, in order of time.

    The first 80 % are train, the next 10 % validation, the last 10 % test, with at least one window
    each if the file has three or more. Otherwise all are train.
    """
    held_out = max(1, round(windows * SHARES["test"])) if windows >= len(SPLITS) else 0
    return ["train"] * (windows - 2 * held_out) + ["validation"] * held_out + ["test"] * held_out
