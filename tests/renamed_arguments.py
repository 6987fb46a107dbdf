"""Small arguments of the classes whose arguments have old names too, with all of those."""

import tfaudiogen as tg

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
