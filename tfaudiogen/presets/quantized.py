"""Usual settings of autoencoders with codes; see `tfaudiogen.presets.table`."""

QUANTIZED = {
    "kind": "vqvae",
    "blocks": 1,
    "quantizer": "vector",
    "quantizers": 1,
    "width": 8,
    "decay": 0.99,
    "expiry": 0.1,
    "commitment": 5.0,
    "gradient": "rotation",
    "likelihood": "discretized_logistic",
    "scale": "pixel",
}
