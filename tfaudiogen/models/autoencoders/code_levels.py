"""Default quantizers, encoders and decoders for the levels of a `VQVAE`."""

from tfaudiogen.layers.convolutional.feature_maps import FeatureDecoder, FeatureEncoder
from tfaudiogen.layers.quantizers.vector import VectorQuantizer


def default_quantizers(levels):
    """Return one `VectorQuantizer` with 1,024 codes per level."""
    if levels < 1:
        raise ValueError(f"levels must be at least 1, received {levels}")
    return [VectorQuantizer(1024) for _ in range(levels)]


def default_maps(image_shape, levels):
    """Return (widths, strides) of each level, level 0 first.

    Level 0 downsamples the image by 4, or by 8 if both sides are at least 256; each level above
    downsamples by 2.
    """
    first = 8 if min(image_shape[:2]) >= 256 else 4
    return [((96,), (first,)), *[((128,), (2,))] * (levels - 1)]


def default_encoders(stages, blocks=1):
    """Return one `FeatureEncoder` per level, given (widths, strides) of each."""
    return [FeatureEncoder(*stage, blocks) for stage in stages]


def default_decoders(stages, channels, blocks=1, bin_bias=True):
    """Return one `FeatureDecoder` per level, whose output is as wide as the map below it.

    Args:
        stages: list of (widths, strides), as in `default_encoders`.
        channels: output channels of level 0.
        blocks, bin_bias: see `FeatureDecoder`.
    """
    outputs = [channels, *[widths[-1] for widths, _ in stages[:-1]]]
    return [
        FeatureDecoder(output, *stage, blocks, bin_bias)
        for output, stage in zip(outputs, stages, strict=True)
    ]
