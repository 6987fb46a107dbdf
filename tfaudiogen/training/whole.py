"""What TensorBoard shows of a model that was trained in stages, when all of them are done."""

import numpy as np

from tfaudiogen.data import load_dataset
from tfaudiogen.models.translation import Translation
from tfaudiogen.training.board import Board, write_page

SHOWN = 4


def show_whole(folder, model, data, figures):
    """Write figures, examples and draws of the whole, as pictures and, of sounds, as sound.

    Of a `CodeModel` there are validation examples beside their reconstructions, and samples; of a
    translator what is given, of the validation pairs, and what is drawn for it.

    Args:
        folder: where the event files go.
        model: the model.
        data: folder of the data set.
        figures: {name: float} of the validation split.
    """
    if isinstance(model, Translation):
        write_page(folder, figures, _translated(model, data))
        return
    batch = _examples(data, model.spectrogram)
    board = Board(folder, batch["image"])
    board.set_model(model)
    board.on_epoch_end(0, figures)


def _translated(model, data):
    """Return [(tag, representation, images)] of pairs: what is given, and what is drawn for it."""
    batch = _examples(data, model.sounds, audio=True)
    sound = model.source.kind == "sounds"
    given = np.asarray(batch["audio" if sound else "picture"])
    drawn = np.asarray(model.sample(given, phase="graph"))[:, 0]
    return [("given", model.source, given), ("drawn", model.spectrogram, drawn)]


def _examples(data, representation, **options):
    batches = load_dataset(data, representation, "validation", SHOWN, shuffle=False, **options)
    return next(iter(batches.take(1)))
