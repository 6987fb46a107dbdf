"""Chooses the batch size: the one asked for if it fits, or the largest that does."""

import contextlib

from tfaudiogen.training.resources import memory

# What the presets were made for: with so much, their own batch sizes are not looked into.
_ENOUGH = 6 * 2**30


def decide(model, wanted, usual, parts, examples, tell):
    """Return the batch size of a training on this machine.

    Args:
        model: the `ProbabilisticModel`, built.
        wanted: examples of a step over all devices, or "auto" for the largest power of two that
            fits into the memory and is not above the number of training examples.
        usual: the preset's own; measured only where the machine has little memory.
        parts: how many parts of a batch never lie in one memory together: devices with memories of
            their own, times accumulation.
        examples: of the training split.
        tell: function that shows a line to the user.

    Raises:
        ValueError: the batch does not fit; the message gives the number that does.
    """
    if wanted != "auto":
        with contextlib.suppress(memory.NotMeasurable):
            if wanted > usual or memory.available() < _ENOUGH:
                _check(memory.measure(model), wanted, parts)
        return wanted
    need = memory.measure(model)
    if need.largest == 0:
        raise ValueError(_too_large(need, 1, 1))
    size = min(need.largest * parts, 2 ** (examples.bit_length() - 1))
    tell(f"Batches of {size} examples: about {_gigabytes(need.of(-(-size // parts)))} of memory.")
    return size


def too_large(model, size, parts):
    """Return the message for a batch that went beyond the memory while training."""
    try:
        return _too_large(memory.measure(model), size, parts)
    except memory.NotMeasurable:
        return f"batch_size {size} does not fit into the memory: take a smaller --batch-size"


def _check(need, size, parts):
    if not need.fits(-(-size // parts)):
        raise ValueError(_too_large(need, size, parts))


def _too_large(need, size, parts):
    found = (
        f"batch_size {size} does not fit: a step needs about "
        f"{_gigabytes(need.of(-(-size // parts)))} of memory, and {_gigabytes(need.available)} are "
        "there, of which a part is left to other things"
    )
    fitting = need.largest * parts
    if not fitting:
        return f"{found}; not even 1 example fits: take a smaller preset or a larger machine"
    factor = -(-size // need.largest)
    return (
        f"{found}. {fitting} fits: --batch-size {fitting}, or the same step in {factor} parts, one "
        f"after the other: --set fit.accumulate={factor}"
    )


def _gigabytes(number):
    return f"{number / 2**30:.1f} GB"
