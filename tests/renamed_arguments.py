"""Small arguments of the classes whose arguments have old names too, with all of those."""

CODEBOOK = {"dead_code_threshold": 0.2}

MADE = {
    "Codebook": lambda: {"codes": 7, "width": 3, **CODEBOOK},
    "VectorQuantizer": lambda: {"codes": 7, "width": 3, **CODEBOOK},
    "ResidualQuantizer": lambda: {"codes": 7, "quantizers": 2, "width": 3, **CODEBOOK},
    "FiniteScalarQuantizer": lambda: {"levels": (4, 3), **CODEBOOK},
}
"""{class: function that returns the arguments}."""
