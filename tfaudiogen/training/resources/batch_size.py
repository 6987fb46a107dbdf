"""Checks that the requested batch size fits into memory, or finds the largest that does."""

import contextlib

from tfaudiogen.training.resources import memory

# Bytes that the presets were designed for: with this much, their batch sizes are not checked.
_ENOUGH = 6 * 2**30


def decide(model, wanted, default, parts, examples, log):
    """Return the batch size for training on this machine.

    Args:
        model: the built `ProbabilisticModel`.
        wanted: examples per step over all devices, or "auto" for the largest power of two that
            fits into memory and does not exceed the number of training examples.
        default: the preset's default; up to this size, memory is measured only if there is little.
        parts: number of parts of a batch that are never in the same memory at the same time:
            devices with separate memories, times gradient accumulation steps.
        examples: number of training examples.
        log: function that shows a line to the user.

    Raises:
        ValueError: the batch does not fit; the message gives the size that does.
    """
    if wanted != "auto":
        with contextlib.suppress(memory.NotMeasurable):
            if wanted > default or memory.available() < _ENOUGH:
                _check(memory.measure(model), wanted, parts)
        return wanted
    need = memory.measure(model)
    if need.largest == 0:
        raise ValueError(_too_large(need, 1, 1))
    size = min(need.largest * parts, 2 ** (examples.bit_length() - 1))
    log(f"Batches of {size} examples: about {_gigabytes(need.of(-(-size // parts)))} of memory.")
    return size


def too_large(model, size, parts):
    """Return the error message for a batch that ran out of memory during training."""
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
        f"after the other: --set fit.gradient_accumulation_steps={factor}"
    )


def _gigabytes(number):
    return f"{number / 2**30:.1f} GB"
