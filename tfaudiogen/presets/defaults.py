"""Defaults of presets; see `tfaudiogen.presets.table`."""

FIT = {
    "warmup_steps": 100,
    "decay": True,
    "clip_norm": None,
    "gradient_accumulation_steps": 1,
    "ema_momentum": None,
    "jit_compile": "auto",
    "precision": "float32",
    "patience": 0,
}

RESIDUAL_VAE = {
    "kind": "vae",
    "network": "residual",
    "blocks": 1,
    "channels": 16,
    "hidden": 192,
    "covariance": "full",
    "components": 32,
    "train_weights": True,
    "learning": "em",
    "likelihood": "discretized_logistic",
    "scale": "pixel",
    "kl_weight": 1.0,
    "free_bits": 0.0,
    "kl_samples": 1,
}

QUANTIZED = {
    "kind": "vqvae",
    "blocks": 1,
    "quantizer": "vector",
    "quantizers": 1,
    "codebook_dim": 8,
    "decay": 0.99,
    "dead_code_threshold": 0.1,
    "commitment": 5.0,
    "gradient": "rotation",
    "likelihood": "discretized_logistic",
    "scale": "pixel",
}

ADVERSARY = {
    "kind": "vqgan",
    "discriminator": (32, 64, 128),
    "patience": 128,
    "tolerance": 0.01,
    "adversarial_weight": 0.5,
    "matching_weight": 1.0,
    "waveform_weight": 0.0,
    "frozen_steps": 0,
}
