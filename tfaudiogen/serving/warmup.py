"""Writes TensorFlow Serving's files for a SavedModel: warm-up requests and batching parameters.

TensorFlow Serving replays the recorded requests when it loads a version, so that the first user
does not wait for the initialization in the first call. The records are protocol buffers of
TensorFlow Serving. Each consists of nested length-delimited fields, which are written here without
its package. Field numbers: tensorflow_serving/apis/{prediction_log,predict,model}.proto.
"""

import tensorflow as tf

WARMUP = "tf_serving_warmup_requests"
BATCHING = "batching_params.pbtxt"
_PREDICT_LOG = 6  # in PredictionLog
_REQUEST = 1  # in PredictLog
_MODEL, _INPUTS = 1, 2  # in PredictRequest
_KEY, _VALUE = 1, 2  # in an entry of a map
_NAME, _SIGNATURE = 1, 3  # in ModelSpec
_LENGTH_DELIMITED = 2


def write_warmup(folder, model_name, requests):
    """Write one warm-up request for each signature.

    Args:
        folder: the SavedModel's `assets.extra`.
        model_name: name under which the model is served.
        requests: {signature: {input: (value, dtype, shape)}}.
    """
    with tf.io.TFRecordWriter(str(folder / WARMUP)) as records:
        for signature, inputs in requests.items():
            records.write(_prediction_log(model_name, signature, inputs))


def write_batching(folder, most_rows):
    """Write the batching parameters of TensorFlow Serving into the SavedModel's folder.

    Audio is not padded to a common length, since an output would depend on the rest of the batch.
    """
    lines = [
        f"max_batch_size {{ value: {most_rows} }}",
        "batch_timeout_micros { value: 5000 }",
        "max_enqueued_batches { value: 100 }",
        "pad_variable_length_inputs: false",
    ]
    (folder / BATCHING).write_text("\n".join(lines) + "\n", encoding="utf-8")


def _prediction_log(model_name, signature, inputs):
    model = _field(_NAME, model_name.encode()) + _field(_SIGNATURE, signature.encode())
    request = _field(_MODEL, model)
    for name, repeated in inputs.items():
        # A constant tensor is stored as its shape and one value.
        tensor = tf.make_tensor_proto(*repeated).SerializeToString()
        entry = _field(_KEY, name.encode()) + _field(_VALUE, tensor)
        request += _field(_INPUTS, entry)
    return _field(_PREDICT_LOG, _field(_REQUEST, request))


def _field(number, content):
    return _varint(number << 3 | _LENGTH_DELIMITED) + _varint(len(content)) + content


def _varint(number):
    """Return the varint of an integer: groups of seven bits, lowest first, with a "more" bit."""
    groups = bytearray()
    while number > 0x7F:
        groups.append(number & 0x7F | 0x80)
        number >>= 7
    return bytes([*groups, number])
