"""Default settings of priors over codes; see `tfaudiogen.presets.table`."""

from tfaudiogen.presets.usual import FIT

PRIOR_FIT = {**FIT, "learning_rate": 1e-3, "average": 0.998}

PRIORS = {
    "core": "transformer",
    "width": (160, 160),
    "depth": (4, 4),
    "heads": 5,
    "labels": True,
    "code_vectors": True,
    "copies": 1,
    "gain_db": 0.0,
    "pitch_semitones": 0.0,
    "time_shift_seconds": 0.0,
    "condition_dropout": 0.1,
    "code_dropout": 0.0,
    "dropout": 0.1,
    "temperature": 1.0,
    "guidance": 1.0,
    "steps": (900, 1200),
    "batch_size": (16, 32),
    **PRIOR_FIT,
}

# Of the priors of a translator, in its own section; temperature and guidance are of draws. The
# base is a trained model whose autoencoder it has, and, of a model of codes, whose priors it begins
# with; None for none. Levels from `told_levels` on are told the codes above alone, and are kept as
# the base has them; None tells all. Of labels of more words than `source_words`, which the source
# shows, the others are told beside it; 0 tells none.
SOURCE_PRIORS = {
    "base": None,
    "told_levels": None,
    "source_words": 0,
    "mean_vector": False,
    "core": "transformer",
    "width": 128,
    "depth": 4,
    "heads": 4,
    "code_vectors": True,
    "condition_dropout": 0.15,
    "code_dropout": 0.0,
    "dropout": 0.1,
    "temperature": 1.0,
    "guidance": 1.0,
}
