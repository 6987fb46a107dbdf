"""Values that the presets of short words share; see `tfaudiogen.presets.table`."""

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

# Two levels of codes for SPEECH_SPECTROGRAM: 16 x 16 above 32 x 32.
SPEECH_CODES = {
    "kind": "vqvae",
    "widths": ((64,), (128,)),
    "strides": ((4,), (2,)),
    "blocks": 1,
    "quantizer": "vector",
    "codes": (512, 512),
    "quantizers": 1,
    "width": 8,
    "decay": 0.99,
    "expiry": 0.1,
    "commitment": 5.0,
    "gradient": "rotation",
    "likelihood": "discretized_logistic",
    "scale": "pixel",
}
