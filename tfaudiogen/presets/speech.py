"""Values that the presets of short spoken words share; see `tfaudiogen.presets.table`."""

from tfaudiogen.presets.defaults import QUANTIZED

# 128 frames of 64 samples at 8 kHz are 1.02 s.
SPEECH_SPECTROGRAM = {
    "sample_rate": 8000,
    "frame_length": 256,
    "hop": 64,
    "frames": 128,
    "bins": 128,
    "scale": "linear",
    "decibels": (-80.0, 0.0),
}

# Two levels of codes for SPEECH_SPECTROGRAM: 16 x 16 and 32 x 32.
SPEECH_CODES = {
    **QUANTIZED,
    "widths": ((64,), (128,)),
    "strides": ((4,), (2,)),
    "codebook_sizes": (512, 512),
}
