"""Changes of presets of several stages, which make each stage one of a second or two."""

from tfaudiogen import presets

CODED = {
    "fit.batch_size": 16,
    "fit.steps": 4,
    "fit.warmup_steps": 1,
    "fit.jit_compile": False,
    "model.widths": [[8], [8]],
    "model.strides": [[4], [2]],
    "model.codebook_sizes": [6, 5],
    "model.codebook_dim": 3,
    "priors.backbone": ["transformer", "lstm"],
    "priors.width": [8, 12],
    "priors.depth": 1,
    "priors.heads": 2,
    "priors.steps": [3, 5],
    "priors.warmup_steps": 1,
    "priors.batch_size": [8, 16],
    "priors.jit_compile": False,
    "priors.augmentation_passes": 1,
    "priors.gain_db": 0.0,
    "priors.pitch_semitones": 0.0,
}

PAIRED = {
    "fit.batch_size": 8,
    "fit.steps": 4,
    "fit.warmup_steps": 1,
    "fit.jit_compile": False,
    "pictures.height": 8,
    "pictures.width": 8,
    "model.widths": [[8]],
    "model.strides": [[4]],
    "model.codebook_sizes": [6],
    "model.codebook_dim": 3,
    "translator.widths": [4, 4],
    "translator.strides": [4, 2],
    "translator.width": 8,
    "translator.depth": 1,
    "translator.heads": 2,
    "translator.steps": 5,
    "translator.warmup_steps": 1,
    "translator.batch_size": 8,
    "translator.jit_compile": False,
    "embedder.size": 6,
    "embedder.sound_widths": [4, 4],
    "embedder.sound_strides": [4, 2],
    "embedder.picture_widths": [4],
    "embedder.picture_strides": [4],
    "embedder.positives": "picture",
    "embedder.steps": 3,
    "embedder.warmup_steps": 1,
    "embedder.batch_size": 8,
    "embedder.jit_compile": False,
}


def coded(spectrogram):
    """Return a small speech_vqvae, of codes of two levels."""
    shape = {f"spectrogram.{key}": value for key, value in spectrogram.items()}
    return presets.get("speech_vqvae", **shape, **CODED)


def learned_prior(spectrogram, **changes):
    """Return a small digit_painter_vae of sounds of this spectrogram."""
    kept = ("fit", "pictures", "embedder")
    tiny = {key: value for key, value in PAIRED.items() if key.split(".")[0] in kept}
    tiny |= {"model.widths": [8], "model.strides": [4], "model.latent_size": 3, "model.hidden": 4}
    for name in ("widths", "strides", "steps", "warmup_steps", "batch_size", "jit_compile"):
        tiny[f"translator.{name}"] = PAIRED[f"translator.{name}"]
    tiny["translator.spectrogram"] = spectrogram
    return presets.get("digit_painter_vae", **tiny, **changes)
