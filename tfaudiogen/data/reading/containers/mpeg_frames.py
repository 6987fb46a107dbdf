"""Headers of MPEG audio frames (ISO/IEC 11172-3, 2.4.1.3 and 13818-3), and the tags in a frame."""

import functools
from dataclasses import dataclass

_MPEG1 = 3
_RATES = {3: (44100, 48000, 32000), 2: (22050, 24000, 16000), 0: (11025, 12000, 8000)}
_LAYERS = {3: 1, 2: 2, 1: 3}
_FIRST = (0, 32, 64, 96, 128, 160, 192, 224, 256, 288, 320, 352, 384, 416, 448)
_SECOND = (0, 32, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320, 384)
_THIRD = (0, 32, 40, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320)
_LOW_FIRST = (0, 32, 48, 56, 64, 80, 96, 112, 128, 144, 160, 176, 192, 224, 256)
_LOW = (0, 8, 16, 24, 32, 40, 48, 56, 64, 80, 96, 112, 128, 144, 160)
# Kilobits per second by (is MPEG 1, layer).
_BIT_RATES = {
    (True, 1): _FIRST,
    (True, 2): _SECOND,
    (True, 3): _THIRD,
    (False, 1): _LOW_FIRST,
    (False, 2): _LOW,
    (False, 3): _LOW,
}
_NO_CRC, _MIDDLE_BIT_RATE = 1, 9


@dataclass(frozen=True)
class Frame:
    """A parsed frame header.

    Attributes:
        size: bytes of the frame.
        kind: (version, layer, sample rate, whether it is mono), constant within a stream.
        tag: offset in the frame of the word Xing or Info, after the side information.
    """

    size: int
    kind: tuple
    tag: int


@functools.lru_cache(4096)
def parsed(header):
    """Return the `Frame` of four bytes, or None if they are not a header.

    Headers without bit rate ("free format") are not supported and give None too.
    """
    if len(header) < 4 or header[0] != 0xFF or header[1] & 0xE0 != 0xE0:
        return None
    version, layer = header[1] >> 3 & 3, _LAYERS.get(header[1] >> 1 & 3)
    bit_rate, rate = header[2] >> 4, header[2] >> 2 & 3
    if version not in _RATES or layer is None or bit_rate in (0, 15) or rate == 3:
        return None
    rate = _RATES[version][rate]
    bits = 1000 * _BIT_RATES[version == _MPEG1, layer][bit_rate]
    padding = header[2] >> 1 & 1
    if layer == 1:
        size = 4 * (12 * bits // rate + padding)
    else:
        half = layer == 3 and version != _MPEG1
        size = (72 if half else 144) * bits // rate + padding
    mono = header[3] >> 6 == 3
    side = (17 if mono else 32) if version == _MPEG1 else (9 if mono else 17)
    return Frame(size, (version, layer, rate, mono), 4 + side)


def samples_in(kind):
    """Return the number of samples per channel in a frame."""
    version, layer, _, _ = kind
    if layer == 1:
        return 384
    return 576 if layer == 3 and version != _MPEG1 else 1152


def counting_frame(header, count):
    """Return a frame without sound, whose Xing tag holds the number of frames that follow.

    Args:
        header: the four header bytes of the first frame of the stream (layer III).
        count: number of frames.
    """
    header = bytearray(header)
    header[1] |= _NO_CRC
    header[2] = _MIDDLE_BIT_RATE << 4 | header[2] & 0x0C
    frame = parsed(bytes(header))
    tag = b"Xing" + (1).to_bytes(4, "big") + count.to_bytes(4, "big")
    return (bytes(header) + bytes(frame.tag - 4) + tag).ljust(frame.size, b"\0")
