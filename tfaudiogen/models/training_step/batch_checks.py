"""Validates the arguments and batches of `fit`, `evaluate` and `predict`."""

import contextlib
import re

import keras
import tensorflow as tf

_MARK = "images are outside of [0, 1]"
_TOLERANCE = 0.01
_CURES = {
    "sounds": "model.representation(waveforms) makes them of waveforms, and "
    "tfaudiogen.load_dataset of a prepared folder",
    "pictures": "divide levels from 0 to 255 by 255",
}


def check_alone(method, arguments):
    """Raise ValueError if a model method is called with targets or weights besides x.

    Args:
        method: name of the method.
        arguments: {name: value} of the call.
    """
    for name in ("y", "sample_weight", "class_weight"):
        if arguments.get(name) is not None:
            raise ValueError(
                f"{name} must be left out of {method}, received {_described(arguments[name])}: a "
                "model of this package learns from x alone, where every example counts alike, and "
                'labels are an entry of it, {"image": ..., "label": ...}'
            )
    for name in ("x", "validation_data"):
        value = arguments.get(name)
        alone(value.element_spec if isinstance(value, tf.data.Dataset) else value)


def _described(value):
    shape = getattr(value, "shape", None)
    return repr(value) if shape is None else f"an array of shape {tuple(shape)}"


def alone(batch):
    """Return x of a Keras batch: x itself, or a tuple with nothing but x.

    Raises:
        ValueError: the batch has targets or weights.
    """
    if not isinstance(batch, (tuple, list)):
        return batch
    x, *rest = batch
    if any(part is not None for part in rest):
        raise ValueError(
            f"a batch must be x alone, received a {type(batch).__name__} of {len(batch)}: a model "
            "of this package has no targets y and no sample weights; labels are an entry of x, "
            '{"image": ..., "label": ...}'
        )
    return x


def checked_images(batch, representations):
    """Return the batch with its images as float32, after checking their shape and range [0, 1].

    Args:
        batch: dict of tensors or arrays.
        representations: {entry: `Spectrogram` or `Pictures`} of the image entries.

    Raises:
        ValueError: the type or shape of an entry is wrong or, when run eagerly, its values are.
        tf.errors.InvalidArgumentError: the values are wrong, in a graph; see `plain_errors`.
    """
    found = {name: one for name, one in representations.items() if name in batch}
    return {**batch, **{name: _checked(name, batch[name], one) for name, one in found.items()}}


def _checked(entry, images, representation):
    images, shape = tf.convert_to_tensor(images), representation.image_shape
    wanted = (entry, representation.kind, str(shape))
    fits = images.shape.is_compatible_with([None, *shape])
    if not fits or not images.dtype.is_floating:
        raise ValueError(_sentence(*wanted, f"{images.dtype.name} {images.shape}"))
    images = tf.cast(images, tf.float32)
    # NaN passes: the training step reports the example of a non-finite loss.
    inside = ~tf.reduce_any((images < -_TOLERANCE) | (images > 1.0 + _TOLERANCE))
    ends = (tf.reduce_min(images), tf.reduce_max(images))
    if not tf.executing_eagerly():
        tf.debugging.Assert(inside, [_MARK, *wanted, *ends])
    elif not inside:
        raise ValueError(_sentence(*wanted, _values(*ends)))
    return images


def _sentence(entry, kind, shape, received):
    return (
        f"{entry} must be floats from 0 to 1 of shape (batch, {shape[1:]}, received {received}: "
        f"{_CURES[kind]}"
    )


def _values(low, high):
    return f"values from {float(low):g} to {float(high):g}"


@contextlib.contextmanager
def plain_errors():
    """Context that turns graph errors about images outside [0, 1] into a one-line ValueError."""
    try:
        yield
    except tf.errors.InvalidArgumentError as error:
        _, marked, values = error.message.partition(f"[{_MARK}]")
        if not marked:
            raise
        *wanted, low, high = re.findall(r"\[(.*?)\]", values)[:5]
        raise ValueError(_sentence(*wanted, _values(low, high))) from None


def first_batch(x, batch_size=None):
    """Return the first batch of the `x` passed to `fit`.

    Raises:
        ValueError: reading the first batch would consume it, as for a generator.
    """
    if isinstance(x, tf.data.Dataset):
        return next(iter(x.take(1)))
    if isinstance(x, keras.utils.PyDataset):
        return x[0]
    leaves = tf.nest.flatten(x)
    if not leaves or not all(hasattr(leaf, "shape") for leaf in leaves):
        raise ValueError(
            f'jit_compile="auto" cannot look at the first batch of a {type(x).__name__}: give '
            "True or False"
        )
    return tf.nest.map_structure(lambda values: values[: batch_size or 32], x)
