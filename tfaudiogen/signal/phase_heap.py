"""Phase gradient heap integration, from loud bins to quieter neighbours."""

import numba
import numpy as np


@numba.njit(cache=True)
def integrate(magnitudes, in_time, in_frequency, followed):
    """Sum phase steps along paths through the loudest bins.

    The loudest bin with a known phase propagates it to those of its four neighbours without one.
    Each connected region starts from phase 0, the first one at the loudest bin.

    Args:
        magnitudes: float32 [T, F].
        in_time: float32 [T - 1, F], radians from a frame to the next.
        in_frequency: float32 [T, F - 1], radians from a bin to the next.
        followed: bool [T, F], bins to integrate over; the others keep phase 0.

    Returns:
        float32 [T, F], phases in radians.

    Source: Prusa, Balazs and Sondergaard, IEEE/ACM TASLP 2017, algorithm 1.
    """
    frames, bins = magnitudes.shape
    keys, phases = magnitudes.ravel(), np.zeros(frames * bins, np.float32)
    waiting = followed.copy().ravel()
    heap = np.empty(frames * bins, np.int32)
    loudest = np.argmax(keys)
    for first in range(-1, frames * bins):
        seed = loudest if first < 0 else first
        if not waiting[seed]:
            continue
        waiting[seed] = False
        heap[0], size = seed, 1
        while size > 0:
            here, size = heap[0], size - 1
            _sink(heap, keys, size)
            frame, bin_ = here // bins, here % bins
            for direction in range(4):
                if direction == 0 and frame + 1 < frames:
                    there, step = here + bins, in_time[frame, bin_]
                elif direction == 1 and frame > 0:
                    there, step = here - bins, -in_time[frame - 1, bin_]
                elif direction == 2 and bin_ + 1 < bins:
                    there, step = here + 1, in_frequency[frame, bin_]
                elif direction == 3 and bin_ > 0:
                    there, step = here - 1, -in_frequency[frame, bin_ - 1]
                else:
                    continue
                if waiting[there]:
                    waiting[there] = False
                    phases[there] = (phases[here] + step) % np.float32(2 * np.pi)
                    _rise(heap, keys, size, there)
                    size += 1
    return phases.reshape(frames, bins)


@numba.njit(cache=True)
def _rise(heap, keys, position, item):
    # Insert an item into the binary heap, which holds `position` items.
    key = keys[item]
    while position > 0 and keys[heap[(position - 1) // 2]] < key:
        heap[position] = heap[(position - 1) // 2]
        position = (position - 1) // 2
    heap[position] = item


@numba.njit(cache=True)
def _sink(heap, keys, size):
    # Replace the top of the heap, just removed, by its last item and restore the order.
    item, position = heap[size], 0
    while 2 * position + 1 < size:
        child = 2 * position + 1
        if child + 1 < size and keys[heap[child + 1]] > keys[heap[child]]:
            child += 1
        if keys[heap[child]] <= keys[item]:
            break
        heap[position], position = heap[child], child
    heap[position] = item
