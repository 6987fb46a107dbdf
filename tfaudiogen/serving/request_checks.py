"""Checks of requests inside the graph, with error messages."""

import tensorflow as tf


def check(condition, message):
    """Return an operation that fails with `message` unless the boolean tensor is true."""
    return tf.debugging.Assert(condition, [message])


def check_finite(name, values):
    """Return an operation that fails unless all values are finite."""
    return check(tf.reduce_all(tf.math.is_finite(values)), f"{name} must be finite")


def check_rows(most, *tensors):
    """Yield operations that fail unless all tensors have the same batch size, from 1 to `most`."""
    sizes = tf.stack([tf.shape(tensor)[0] for tensor in tensors])
    yield check(tf.reduce_all(sizes == sizes[0]), "inputs must have the same number of rows")
    yield check(
        tf.reduce_all((sizes >= 1) & (sizes <= most)), f"inputs must have from 1 to {most} rows"
    )


def after(checks, *tensors):
    """Return the tensors, once the checks have passed."""
    with tf.control_dependencies(checks):
        return [tf.identity(tensor) for tensor in tensors]


def of_shape(tensor, spec):
    """Return the tensor once its rank and sizes have been checked against its specification.

    Neither the C API nor TensorFlow Serving compares the shape of a request with that of the
    signature.
    """
    # Grappler knows the promised static shape and would remove a comparison with it.
    promised_nothing = tf.raw_ops.PlaceholderWithDefault(input=tensor, shape=tf.TensorShape(None))
    sizes = tf.shape(promised_nothing)
    fits = tf.equal(tf.size(sizes), spec.shape.rank)
    for position, size in enumerate(spec.shape):
        if size is not None:
            fits &= tf.reduce_all(sizes[position : position + 1] == size)
    message = f"{spec.name} must have the shape {shape_text(spec.shape, spec.name)}"
    (found,) = after([check(fits, message)], promised_nothing)
    return tf.ensure_shape(found, spec.shape)


def shape_text(shape, name):
    """Return the shape of an input or output for documentation: [B, N] for two dynamic sizes."""
    second = {"latents": "W", "codes": "T"}.get(name.split("_")[0], "N")
    names = ["B", second]
    sizes = [names[position] if size is None else size for position, size in enumerate(shape)]
    return f"[{', '.join(map(str, sizes))}]"
