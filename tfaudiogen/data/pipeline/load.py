"""`load_dataset`: batches of spectrograms or images from a prepared data set."""

import tensorflow as tf

from tfaudiogen.data.pipeline.augmentation import Augmentation
from tfaudiogen.data.pipeline.cache import LEVELS, cached
from tfaudiogen.data.pipeline.order import Order
from tfaudiogen.data.pipeline.readers import (
    conditioning_reader,
    partner_reader,
    picture_reader,
    sound_reader,
)
from tfaudiogen.data.pipeline.replicas import Replicas
from tfaudiogen.data.pipeline.storage import Records
from tfaudiogen.data.pipeline.summary import describe
from tfaudiogen.probability import noise
from tfaudiogen.runtime.renamed import accepts_old_names

_CACHING_BATCH = 16
AHEAD = 2
"""Batches to prefetch. With AUTOTUNE, TensorFlow's prefetch buffer grows to gigabytes."""


@accepts_old_names("load_dataset's ", {"told": "conditioning"})
def load_dataset(
    data,
    spectrogram,
    split="train",
    batch_size=8,
    shuffle=None,
    seed=0,
    augment=None,
    cache=False,
    audio=False,
    repeat=False,
    first_step=0,
    drop_remainder=None,
    replicas=None,
    conditioning=None,
):
    """Returns a `tf.data.Dataset` of batches of spectrograms or images of one split.

    A batch is a dict. For audio data it has:

    - `image`: spectrograms, float32 [B, T, F, 1] in [0, 1], quantised to 256 levels
    - `label`: int32 [B]
    - `id`: int64 [B], the index of the example in its split
    - `frames`: int32 [B], number of frames before the padding
    - `audio`: waveforms, float32 [B, N] in [-1, 1], if `audio` is True
    - `picture`: float32 [B, H, W, C] in [0, 1], for audio-image pairs. If a sound has several
      images, each epoch draws one at random if shuffled; otherwise it is the first.

    For image data it has `image`, float32 [B, H, W, C], `label` and `id`. Examples are read as
    they are needed: only the prefetched batches are in memory.

    Args:
        data: folder that `prepare` wrote.
        spectrogram: a `Spectrogram` with the sample rate and samples of the data, or a `Pictures`
            with the image size of the data. For audio-image pairs, `Pictures` loads each image
            once, without audio.
        split: "train", "validation" or "test".
        batch_size: examples per batch.
        shuffle: whether to shuffle, in a new order each epoch; None means True for "train" only.
        seed: seed of order and augmentation, in [0, 2**31). Both are pure functions of the seed,
            the epoch and the example id.
        augment: an `Augmentation` for audio, or None.
        cache: compute the spectrograms once and store them below `data`, 8 bits per pixel. Has no
            effect on images, which are stored in 8 bits anyway.
        audio: include the waveforms.
        repeat: if False, each iteration over the dataset is one epoch, the next one each time; if
            True, the dataset is endless.
        first_step: step at which the endless dataset begins, to continue an earlier one exactly.
        replicas: the `Replicas` to split batches for; their parts follow one another. None for
            whole batches. A part is empty if a batch has fewer examples than replicas.
        conditioning: the conditioning to include: `Texts` for captions (`caption`, int32 [B, S]),
            `Vectors` for external embeddings (`vector`, float32 [B, E]). If an example has
            several, each epoch draws one at random if shuffled. `Labels` add nothing, as labels
            are always included.
        drop_remainder: drop the last batch of an epoch if it is not full; None means True if
            shuffled and there is at least one full batch.

    Raises:
        ValueError: the data do not fit the spectrogram, or an argument is out of its range.
    """
    summary = describe(data).of_kind(spectrogram.kind)
    data = summary.folder
    _check_geometry(summary, spectrogram)
    _check_arguments(augment, cache, repeat, first_step)
    _check_sound_alone(summary, augment, audio)
    check_conditioning(summary, conditioning)
    records = Records(data, split)
    shuffle = split == "train" if shuffle is None else shuffle
    order = Order(len(records), batch_size, shuffle, seed, drop_remainder)
    augment = augment or Augmentation()
    if summary.image_shape:
        read = picture_reader(records, summary.image_shape)
    else:
        read = sound_reader(records, summary.samples)
    if cache and not summary.image_shape:
        read = _cached_reader(data, split, spectrogram, records, read if audio else None)

    partners = partner_reader(records, summary, shuffle) if summary.picture_shape else None
    conditions = None
    if conditioning and conditioning.entry != "label":
        conditions = conditioning_reader(records, conditioning, shuffle)
    replicas = replicas or Replicas()

    def batch(step, replica):
        epoch, ids = order.epoch_and_ids(step)
        ids = replicas.part(ids, replica)
        key = noise.Key(tf.constant(seed, tf.int64), epoch, ids)
        if summary.image_shape:
            found = {**read(ids), "id": ids}
        else:
            found = _finish(read(ids), ids, key, spectrogram, augment, audio)
            found |= {"picture": partners(ids, key)} if partners else {}
        return found | (conditions(ids, key) if conditions else {})

    steps = order.endless(first_step) if repeat else order.finite()
    parts = replicas.spread(steps)
    return parts.map(batch, tf.data.AUTOTUNE, deterministic=True).prefetch(AHEAD)


def _check_geometry(summary, spectrogram):
    if summary.kind != spectrogram.kind:
        raise ValueError(
            f"the data in {str(summary.folder)!r} are {summary.kind}, and the model is one of "
            f"{spectrogram.kind}: prepare data with the model's preset (--preset), or choose "
            "another preset"
        )
    if summary.image_shape:
        _check_size(summary, spectrogram)
        return
    for name, cure in (("sample_rate", "--sample-rate"), ("samples", "--seconds")):
        stored, wanted = getattr(summary, name), getattr(spectrogram, name)
        if stored != wanted:
            raise ValueError(
                f"{name} of the data in {str(summary.folder)!r} is {stored} and the spectrogram's "
                f"is {wanted}: prepare the data again with the preset's geometry ({cure}, or "
                "--preset), or use a spectrogram that fits"
            )


def _check_size(summary, pictures):
    if tuple(summary.image_shape) != pictures.image_shape:
        raise ValueError(
            f"pictures of the data in {str(summary.folder)!r} are {list(summary.image_shape)} "
            f"(height, width, channels) and the model's {list(pictures.image_shape)}: prepare the "
            "data again with the preset's size (--preset, or --shape)"
        )


def check_conditioning(summary, conditioning):
    """Raise ValueError unless a data set has a conditioning, in a size that fits.

    Args:
        summary: the `DataSummary` of the data set.
        conditioning: `Texts`, `Labels`, `Vectors`, or None.
    """
    folder = str(summary.folder)
    if conditioning is None or conditioning.kind == "labels":
        return
    if conditioning.kind == "texts" and not summary.caption_bytes:
        raise ValueError(
            f"the data in {folder!r} have no captions: prepare them with a table that has the "
            "column caption (--pairs CSV or --labels CSV)"
        )
    if conditioning.kind == "texts" and summary.caption_bytes > conditioning.length:
        raise ValueError(
            f"the longest caption of the data in {folder!r} has {summary.caption_bytes} bytes, and "
            f"the model reads {conditioning.length}: --set "
            f"translator.length={summary.caption_bytes}, or shorten it"
        )
    if conditioning.kind == "vectors" and not summary.vector_size:
        raise ValueError(
            f"the data in {folder!r} have no embeddings: prepare them with --embeddings FOLDER"
        )
    if conditioning.kind == "vectors" and summary.vector_size != conditioning.size:
        raise ValueError(
            f"embeddings of the data in {folder!r} have {summary.vector_size} numbers, and the "
            f"model's {conditioning.size}: --set translator.size={summary.vector_size} (of a "
            f"preset that matches --set model.vectors={summary.vector_size})"
        )


def _check_sound_alone(summary, augment, audio):
    if summary.image_shape and (augment or audio):
        raise ValueError(
            f"augment and audio are for sounds, and the data in {str(summary.folder)!r} are "
            "pictures: leave them out"
        )


def _check_arguments(augment, cache, repeat, first_step):
    if cache and augment and augment.of_waveforms:
        raise ValueError(
            f"cache=True keeps spectrograms, and {', '.join(augment.of_waveforms)} change the "
            "waveform: leave them out, or use cache=False"
        )
    if first_step and not repeat:
        raise ValueError(f"first_step needs repeat=True; received first_step={first_step}")
    if first_step < 0:
        raise ValueError(f"first_step must not be negative; received {first_step}")


def _cached_reader(data, split, spectrogram, records, read_audio):
    """Return a function from ids [B] to levels uint8 [B, T, F], frames [B] and labels [B]."""
    read = sound_reader(records, spectrogram.samples)

    def batches():
        order = Order(len(records), _CACHING_BATCH, shuffle=False, seed=0, drop_remainder=False)

        def batch(step):
            _, ids = order.epoch_and_ids(step)
            return _finish(read(ids), ids, None, spectrogram, Augmentation(), audio=False)

        return order.finite().map(batch, tf.data.AUTOTUNE).prefetch(AHEAD)

    arrays = cached(data, split, spectrogram, len(records), batches)
    types = (tf.uint8, tf.int32, tf.int32)

    def read_images(ids):
        images, labels, frames = tf.numpy_function(arrays.take, [ids], types, stateful=False)
        images = tf.ensure_shape(images, [*ids.shape, *spectrogram.image_shape[:2]])
        values = {
            "levels": images,
            "label": tf.ensure_shape(labels, ids.shape),
            "frames": tf.ensure_shape(frames, ids.shape),
        }
        return values | ({"audio": read_audio(ids)["audio"]} if read_audio else {})

    return read_images


def _finish(values, ids, key, spectrogram, augment, audio):
    """Return the batch: compute spectrograms unless cached, augment and quantise them."""
    if "levels" in values:
        images = tf.cast(values["levels"][..., None], tf.float32) / LEVELS
        frames, waveforms = values["frames"], values.get("audio")
    else:
        waveforms, lengths = augment.change_waveforms(
            values["audio"], values["length"], key, spectrogram.sample_rate
        )
        images = spectrogram(waveforms)
        frames = _frames(lengths, spectrogram)
    images = augment.change_images(images, key, spectrogram.frequencies)
    images = tf.round(images * LEVELS) / LEVELS
    batch = {"image": images, "label": values["label"], "id": ids, "frames": frames}
    return batch | ({"audio": waveforms} if audio else {})


def _frames(lengths, spectrogram):
    """Return the number of frames whose centre is before the end of the sound, int32 [B]."""
    frames = -(-lengths // spectrogram.hop)
    return tf.cast(tf.clip_by_value(frames, 1, spectrogram.frames), tf.int32)
