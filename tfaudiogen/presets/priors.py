"""Default settings of priors over codes; see `tfaudiogen.presets.table`."""

from tfaudiogen.presets.defaults import FIT

PRIOR_FIT = {**FIT, "learning_rate": 1e-3, "ema_momentum": 0.998}

PRIORS = {
    "backbone": "transformer",
    "width": (160, 160),
    "depth": (4, 4),
    "heads": 5,
    "labels": True,
    "code_vectors": True,
    "augmentation_passes": 1,
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
    # Priors learn small data by heart: later epochs would only take the time of the next stage.
    "patience": 12,
}

# Defaults of the priors in a "translator" section; temperature and guidance are for sampling.
# - base: a trained model that provides the autoencoder and, for a code model, the initial weights
#   of the priors; None for none.
# - conditioned_levels: number of levels, from the top, that are conditioned on the source; None for
#   all. The others are conditioned on the codes above alone, and keep the weights of the base.
# - label_words_in_source: number of leading words of a label that the source shows. The further
#   words of labels are an additional condition; 0 for no labels.
SOURCE_PRIORS = {
    "base": None,
    "conditioned_levels": None,
    "label_words_in_source": 0,
    "mean_vector": False,
    "backbone": "transformer",
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
