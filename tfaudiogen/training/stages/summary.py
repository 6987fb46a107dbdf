"""TensorBoard summaries of a complete model that was trained in stages."""

from tfaudiogen.data import load_dataset
from tfaudiogen.models.translators.base import Translation
from tfaudiogen.training.callbacks.tensorboard import TensorBoardLogger, write_page
from tfaudiogen.training.callbacks.translation_draws import SHOWN, TranslationDraws


def show_whole(folder, model, data, figures):
    """Write metrics, validation examples and samples, as images and, for audio, as sounds.

    For a `CodeModel`, these are validation examples beside their reconstructions, and samples. For
    a translator, the conditions of validation examples and samples for them.

    Args:
        folder: folder for the event files.
        model: the model.
        data: folder of the data set.
        figures: metrics of the validation split, {name: float}.
    """
    if isinstance(model, Translation):
        write_page(folder, figures, TranslationDraws(data)(model))
        return
    batches = load_dataset(data, model.representation, "validation", SHOWN, shuffle=False)
    logger = TensorBoardLogger(folder, next(iter(batches.take(1)))["image"])
    logger.set_model(model)
    logger.on_epoch_end(0, figures)
