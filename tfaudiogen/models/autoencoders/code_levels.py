"""Default encoders and decoders for the levels of an autoencoder with codes."""

from tfaudiogen.layers.convolutional.feature_maps import FeatureDecoder, FeatureEncoder
from tfaudiogen.layers.quantizers.vector import VectorQuantizer


def default_quantizers(levels):
    """Return a `VectorQuantizer` of 1,024 codes for each level."""
    if levels < 1:
        raise ValueError(f"levels must be at least 1, received {levels}")
    return [VectorQuantizer(1024) for _ in range(levels)]


def default_maps(image_shape, levels):
    """Return (widths, strides) of each level, level 0 first.

    Level 0 is 4 times smaller than the image, 8 times where the image is large; each level above
    halves the sides.
    """
    first = 8 if min(image_shape[:2]) >= 256 else 4
    return [((96,), (first,)), *[((128,), (2,))] * (levels - 1)]


def default_encoders(stages, blocks=1):
    """Return a `FeatureEncoder` for (widths, strides) of each level."""
    return [FeatureEncoder(*stage, blocks) for stage in stages]


def default_decoders(stages, channels, blocks=1, bin_bias=True):
    """Return a `FeatureDecoder` for (widths, strides) of each level, as wide as what it joins.

    Args:
        stages: as given to `default_encoders`.
        channels: C of the last output.
        blocks, bin_bias: see `FeatureDecoder`.
    """
    outputs = [channels, *[widths[-1] for widths, _ in stages[:-1]]]
    return [
        FeatureDecoder(output, *stage, blocks, bin_bias)
        for output, stage in zip(outputs, stages, strict=True)
    ]
