"""Which split a file belongs to.

Each name is hashed to a point of [0, 1): below 0.1 it is test, below 0.2 validation, else train.
That depends on the name alone, so that adding files moves none. A small folder can leave a split
empty in this way; then the split borrows the one file whose hash lies nearest to it. A borrowed
file, two at most, is all that can move when files are added: it goes home once the split has one
of its own or one that lies nearer.
"""

import hashlib

SHARES = {"test": 0.1, "validation": 0.1, "train": 0.8}
SPLITS = ("train", "validation", "test")


def position(name):
    """Return the point of [0, 1) that the hash of `name` gives."""
    return int.from_bytes(hashlib.sha256(name.encode()).digest()[:6], "big") / 2**48


def split_names(names, fixed=None):
    """Return {name: split} with at least one name in each split.

    Args:
        names: different names, at least three.
        fixed: {name: split} of the names whose split is given beforehand.

    Raises:
        ValueError: fewer than three names, or too few that are not fixed to fill every split.
    """
    fixed = fixed or {}
    splits = {name: fixed.get(name) or _home(position(name), fixed) for name in sorted(names)}
    for split in SPLITS:
        if split not in splits.values():
            splits[_nearest(split, splits, fixed)] = split
    return splits


def _home(point, fixed):
    """Return the split of a point; the test share goes to train where test is fixed."""
    if point < SHARES["test"]:
        return "train" if "test" in fixed.values() else "test"
    return "validation" if point < SHARES["test"] + SHARES["validation"] else "train"


def _nearest(split, splits, fixed):
    """Return the name to move into the empty `split`, from a split that can spare it."""
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
    """Return the split of each of the `windows` of one file, in order of time.

    The first eight tenths train, the next tenth validates, the last tests; each has at least one
    where the file has three or more windows, otherwise all train.
    """
    held_out = max(1, round(windows * SHARES["test"])) if windows >= len(SPLITS) else 0
    return ["train"] * (windows - 2 * held_out) + ["validation"] * held_out + ["test"] * held_out
