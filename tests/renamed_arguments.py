"""Small arguments of the classes whose arguments have old names too, with all of those."""

import small_models

import tfaudiogen as tg


def target():
    sounds = tg.Spectrogram(8000, 16, 8, frames=8, bins=8)
    return small_models.vqvae(sounds, [((4,), (8,))], (5,), ["7 theo", "8 jackson"])


CODEBOOK = {"dead_code_threshold": 0.2}

MADE = {
    "Codebook": lambda: {"codebook_size": 7, "codebook_dim": 3, **CODEBOOK},
    "VectorQuantizer": lambda: {"codebook_size": 7, "codebook_dim": 3, **CODEBOOK},
    "ResidualQuantizer": lambda: {
        "codebook_size": 7,
        "quantizers": 2,
        "codebook_dim": 3,
        **CODEBOOK,
    },
    "FiniteScalarQuantizer": lambda: {"levels": (4, 3), **CODEBOOK},
    "VAE": lambda: {"representation": tg.Pictures(8, 8, 1), "latent_size": 3},
    "VQVAE": lambda: {"representation": tg.Pictures(8, 8, 1), "levels": 1},
    "VQGAN": lambda: {"representation": tg.Pictures(8, 8, 1), "levels": 1},
    "AudioImageEmbedder": lambda: {
        "representation": tg.Vectors(3),
        "pictures": tg.Pictures(8, 8, 1),
        "sound_tower": tg.EmbeddingTower(tg.VectorEncoder(8), 4, heads=0),
        "picture_tower": tg.EmbeddingTower(tg.SequenceEncoder((6,), (4,)), 4, heads=0),
    },
    "FlowTranslator": lambda: {
        "source_representation": tg.Vectors(3),
        "encoder": tg.VectorEncoder(8),
        "target": target(),
        "width": 8,
        "depth": 1,
        "heads": 2,
    },
    "VariationalTranslator": lambda: {
        "source_representation": tg.Vectors(3),
        "encoder": tg.VectorEncoder(8),
        "target": small_models.vae(tg.Pictures(8, 8, 1)),
        "hidden": 4,
    },
    "Translator": lambda: {
        "source_representation": tg.Pictures(8, 8, 1),
        "encoder": tg.SequenceEncoder((6,), (4,)),
        "target": target(),
        "priors": [tg.CodePrior((1, 1), 5, tg.LSTMStack(8, 1, cross=True), vectors=6, classes=2)],
        "label_words_in_source": 1,
    },
    "CodeMapContext": lambda: {"shape": (3, 2), "codebook_size": 5, "target": (4, 3), "width": 6},
    "CodePrior": lambda: {
        "shape": (2, 2),
        "codebook_size": 5,
        "backbone": tg.LSTMStack(8, 1),
        "codebook_dim": 3,
        "maps": [{"shape": [2, 1], "codebook_size": 4}],
    },
}
"""{class: function that returns the arguments}."""
