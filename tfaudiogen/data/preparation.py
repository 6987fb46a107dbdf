"""`prepare`: converts folders of audio or images to a TFDS data set."""

import contextlib
import importlib
import io
import logging
import os
import shutil
import signal
from pathlib import Path

from tfaudiogen.data.builders.conversion import READ_FOLDER
from tfaudiogen.data.reading.audio import CHANNELS
from tfaudiogen.data.report import REPORT_NAME
from tfaudiogen.data.sources.files import check_sources, find_files
from tfaudiogen.disk import locked
from tfaudiogen.disk.errors import ReadError
from tfaudiogen.disk.temporary import remove
from tfaudiogen.disk.whole import put_in_place
from tfaudiogen.runtime.interruption import Stopped

PICTURE_BUILDERS = ("picture_folder", "mnist", "cifar10")
PAIR_BUILDERS = ("audio_image_pairs", "spoken_digit_pictures")
_DIGITS = ("spoken_digits", "spoken_digit_pictures")
_FILES = ("audio_folder", "spoken_digits", *PAIR_BUILDERS)
BUILDERS = ("auto", *_FILES, "sinewave", *PICTURE_BUILDERS)
SINEWAVE_COUNT = 1000
_GRID = 256
_LONGEST_SECONDS = 3600


def prepare(
    sources,
    out,
    builder="auto",
    sample_rate=22050,
    seconds=5.944,
    samples=None,
    channel="mix",
    labels_csv=None,
    label_pattern=None,
    pictures=None,
    split_by_time=False,
    licence=None,
    count=SINEWAVE_COUNT,
    seed=0,
    image_shape=None,
    pairs_csv=None,
    test_speaker=None,
    embeddings=None,
    progress=True,
):
    """Prepares a TFDS data set of 16-bit audio windows or 8-bit images, with splits, in `out`.

    For audio-image pairs, `out` holds the windows, and `out`/pictures a second data set with the
    images.

    `out` appears only when the data set is complete. A run that is stopped or killed leaves only
    `out` + ".partial". The next run into `out` reuses the files that were read already, deletes
    the rest and continues.

    Args:
        sources: path, or list of paths, of folders of audio or images; unused by the builder
            "sinewave".
        out: folder to write: the TFDS data set (array_record) and `report.json`.
        builder: for audio "audio_folder", "spoken_digits" (files named digit_speaker_index.wav) or
            "sinewave" (synthesised); for images "picture_folder", "mnist" (idx files) or "cifar10"
            (binary files); for pairs "audio_image_pairs" (matched by name or by `pairs_csv`) or
            "spoken_digit_pictures" (spoken and handwritten digits, paired at random). "auto"
            chooses by the file names; audio with `pictures` or `pairs_csv` counts as pairs.
        sample_rate: Hz. All audio is resampled to it.
        seconds: length of a window, rounded to a multiple of 256 samples.
        samples: length of a window in samples, instead of `seconds`.
        channel: "mix" averages the channels, "left" and "right" take one.
        labels_csv: CSV file with the columns file and label, and optionally caption. Replaces the
            labels from folder names. Several labels of a file are separated by semicolons.
        label_pattern: regular expression searched in the file names; its groups, joined by
            spaces, are the label. See `labels_from_names`.
        pictures: folder of images, matched to the audio by file stem. By default images are
            searched beside the audio. The builder "audio_folder" stores them in the windows,
            unchanged.
        split_by_time: split each file in time; needed with fewer than three files.
        licence: licence of the data, as text, for the cards of models trained on it.
        count: number of windows that "sinewave" synthesises.
        seed: seed of "sinewave" and of the random pairs of "spoken_digit_pictures". The splits of
            files depend on the file names only.
        image_shape: (H, W, C) of the images, C being 1 or 3; None for the builder's default.
            Images use no other arguments than `labels_csv`, `label_pattern`, `embeddings`
            ("picture_folder" only), `licence` and `progress`.
        pairs_csv: CSV file with the columns audio and image, and optionally label and caption.
            Entries are paths below the sources and `pictures`, or file names. Replaces the
            matching by stem.
        test_speaker: for spoken digits, the speaker whose files are the test split, instead of the
            official split.
        embeddings: folder of `.npy` files, each the embedding vector of the sound (or, for image
            data, of the image) with the same name. Examples without one are left out.
        progress: show progress bars.

    Returns:
        The `Report`, also in `out`/report.json.

    Raises:
        InUse: another command is writing to `out`.
        NothingUsable: no file is usable, or there are fewer usable files than splits.
        ReadError: files or folders could not be read after several attempts. What was read is
            kept; the same call continues from there.
        ValueError: an argument is out of its range, a source is missing, or `out` is in use.
    """
    sources = [sources] if isinstance(sources, str | os.PathLike) else list(sources)
    if sources == ["sinewave"]:
        sources, builder = [], "sinewave"
    of_pairs = samples is not None and image_shape is not None
    if samples is None:
        samples = _window(seconds, sample_rate)
    _check(builder, sample_rate, samples, channel, sources)
    if labels_csv is not None and label_pattern is not None:
        raise ValueError("labels_csv and label_pattern exclude each other: give one of them")
    if builder == "auto":
        has_pairs = pictures is not None or pairs_csv is not None
        beside = sources if pictures is None else [pictures]
        if has_pairs or (of_pairs and find_files(sources).audio):
            builder = _choose_of_pairs(sources, beside, pairs_csv)
        else:
            builder = _choose(sources, image_shape is not None)
    _check_applies("pairs_csv", pairs_csv, builder, ("audio_image_pairs",))
    _check_applies("test_speaker", test_speaker, builder, _DIGITS)
    _check_applies("image_shape", image_shape, builder, (*PICTURE_BUILDERS, *PAIR_BUILDERS))
    _check_applies("embeddings", embeddings, builder, (*_FILES, "picture_folder"))
    _check_picture(image_shape)
    if split_by_time and builder == "spoken_digit_pictures":
        raise ValueError(
            "split_by_time is for files that are cut in time, and digits are paired in the splits "
            "of their data sets: leave it out"
        )
    options = {"licence": licence, "progress": progress}
    if builder in (*PICTURE_BUILDERS, *PAIR_BUILDERS):
        options["image_shape"] = image_shape
    if builder not in PICTURE_BUILDERS:
        options |= {"sample_rate": sample_rate, "samples": samples}
    if builder == "sinewave":
        options |= {"count": count, "seed": seed}
    else:
        options["sources"] = tuple(str(source) for source in sources)
        options |= {"labels_csv": labels_csv, "label_pattern": label_pattern}
        options["embeddings"] = embeddings
    if builder in _FILES:
        options |= {"channel": channel, "pictures": pictures, "split_by_time": split_by_time}
    if builder in _DIGITS:
        options["test_speaker"] = test_speaker
    if builder == "audio_image_pairs":
        options["pairs_csv"] = pairs_csv
    if builder == "spoken_digit_pictures":
        options["seed"] = seed
    return _build(builder, options, Path(out))


def _window(seconds, sample_rate):
    if not 0.0 < seconds < _LONGEST_SECONDS:
        raise ValueError(f"seconds must be above 0 and below 3600; received {seconds}")
    return max(1, round(seconds * sample_rate / _GRID)) * _GRID


def _check(builder, sample_rate, samples, channel, sources):
    if builder not in BUILDERS:
        raise ValueError(f"builder must be one of {', '.join(BUILDERS)}; received {builder!r}")
    if channel not in CHANNELS:
        raise ValueError(f"channel must be one of {', '.join(CHANNELS)}; received {channel!r}")
    if not 1000 <= sample_rate <= 384000:
        raise ValueError(f"sample_rate must be 1000 to 384000 Hz; received {sample_rate}")
    if samples < 1:
        raise ValueError(f"samples must be at least 1; received {samples}")
    if builder != "sinewave" and not sources:
        raise ValueError("sources is empty: name at least one folder of audio files")
    check_sources(sources)  # before the output of an earlier run is removed


def _check_picture(image_shape):
    if image_shape is None:
        return
    if len(image_shape) != 3 or min(image_shape) < 1 or image_shape[2] not in (1, 3):
        raise ValueError(
            "image_shape must be (H, W, C) of at least 1, C being 1 (grey) or 3 (RGB); received "
            f"{tuple(image_shape)}"
        )


def _check_applies(name, value, builder, builders):
    if value is not None and builder not in builders:
        of = "of pictures" if name == "image_shape" else f"for {' and '.join(builders)}"
        raise ValueError(
            f"{name} is {of}, and the builder {builder} is not: leave it out, or choose one of "
            f"{', '.join(builders)}"
        )


def _choose_of_pairs(sources, beside, pairs_csv):
    """Return the name of the pair builder whose file layout the sources have.

    Args:
        sources: folders of audio.
        beside: folders of images.
        pairs_csv: table of audio and image files, or None.

    Raises:
        ValueError: there is audio, but neither a table nor images.
    """
    from tfaudiogen.datasets import spoken_digit_pictures

    sounds = find_files(sources).audio
    if pairs_csv is None and spoken_digit_pictures.fits(sounds, beside):
        return "spoken_digit_pictures"
    if sounds and pairs_csv is None and not find_files(beside).pictures:
        raise ValueError(
            f"pairs of sounds and pictures are wanted, and no pictures are in {beside}: name their "
            "folder by pictures (--pictures), or list them in a table (--pairs)"
        )
    return "audio_image_pairs"


def _choose(sources, shaped):
    """Return the name of the audio or image builder whose file layout the sources have.

    Args:
        sources: folders or files.
        shaped: whether the user gave an image shape.
    """
    from tfaudiogen.datasets import cifar10, mnist, spoken_digits

    found = find_files(sources)
    if not found.audio or shaped:
        for name, builder in (("mnist", mnist), ("cifar10", cifar10)):
            if builder.fits(sources):
                return name
        if found.pictures or shaped:
            return "picture_folder"
    return "spoken_digits" if spoken_digits.fits(found.audio) else "audio_folder"


def _build(name, options, out):
    with locked(out, "prepare"):
        partial = out.with_name(out.name + ".partial")
        _check_free(out, partial)
        return _built(name, options, out, partial)


def _built(name, options, out, partial):
    import tensorflow_datasets as tfds

    _clear(partial)
    try:
        with _quiet(tfds):
            builder = _builder(name, options, partial)
            builder.download_and_prepare()
    except KeyboardInterrupt as error:
        raise Stopped(
            f"Stopped; what was read is kept in {partial}. The same command goes on from there.",
            getattr(error, "number", signal.SIGINT),
        ) from error
    except ReadError as error:
        raise ReadError(
            error.reasons,
            f"What was read is kept in {partial}: make them readable, or take them out of the "
            "folder, and give the same command again.",
        ) from error
    except ValueError:
        remove(partial)
        raise
    put_in_place(builder.data_dir, out)
    remove(partial)
    return builder.report


def _clear(partial):
    """Create the folder and delete what an earlier run left, except the files it had read."""
    partial.mkdir(parents=True, exist_ok=True)
    for left in partial.glob("*/*/*"):
        if left.name != READ_FOLDER:
            shutil.rmtree(left, ignore_errors=True)


def _check_free(out, partial):
    if (out / REPORT_NAME).exists():
        remove(partial)  # left by a run that was killed after its last step
        raise ValueError(f"out {str(out)!r} holds a data set already: delete it or name another")
    if out.exists() and (not out.is_dir() or any(out.iterdir())):
        raise ValueError(f"out {str(out)!r} is not an empty folder: name another")


def _builder(name, options, folder):
    module = importlib.import_module(f"tfaudiogen.datasets.{name}")
    config = module.Config(**options)
    return module.Builder(data_dir=folder, config=config)


@contextlib.contextmanager
def _quiet(tfds):
    """Silence TFDS' messages about downloads; the builders show their own progress."""
    logger = logging.getLogger("absl")
    level = logger.level
    logger.setLevel(logging.ERROR)
    tfds.disable_progress_bar()
    try:
        with contextlib.redirect_stdout(io.StringIO()):
            yield
    finally:
        tfds.enable_progress_bar()
        logger.setLevel(level)
