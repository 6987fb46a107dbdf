"""TensorBoard summaries of a model trained in stages."""

from tfaudiogen.data import load_dataset
from tfaudiogen.models.translators.base import Translation
from tfaudiogen.training.callbacks.tensorboard import TensorBoardLogger, write_page
from tfaudiogen.training.callbacks.translation_draws import SHOWN, TranslationDraws


def show_whole(folder, model, data, figures):
    """Write figures, examples and draws of the whole, as pictures and, of sounds, as sound.

    Of a `CodeModel` there are validation examples beside their reconstructions, and samples; of a
    translator what is given, of the validation examples, and what is drawn for it.

    Args:
        folder: where the event files go.
        model: the model.
        data: folder of the data set.
        figures: {name: float} of the validation split.
    """
    if isinstance(model, Translation):
        write_page(folder, figures, TranslationDraws(data)(model))
        return
    batches = load_dataset(data, model.spectrogram, "validation", SHOWN, shuffle=False)
    board = TensorBoardLogger(folder, next(iter(batches.take(1)))["image"])
    board.set_model(model)
    board.on_epoch_end(0, figures)
