"""The files beside a SavedModel that TensorFlow Serving reads: warm-up requests and batching.

TensorFlow Serving plays the recorded requests when it loads a version, so that the first user does
not wait for what TensorFlow does on a first call. The records are protocol buffers of
TensorFlow Serving; each is a nest of length-delimited fields, which a few lines write without its
package. Field numbers: tensorflow_serving/apis/{prediction_log,predict,model}.proto.
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


def write_warmup(folder, model_name, table, window):
    """Write a request for each signature: one row of zeros, which every input allows.

    Args:
        folder: the SavedModel's `assets.extra`.
        model_name: under which it is served.
        table: {signature: (function, {input: TensorSpec})}.
        window: samples of a waveform.
    """
    with tf.io.TFRecordWriter(str(folder / WARMUP)) as records:
        for signature, (_, inputs) in table.items():
            records.write(_prediction_log(model_name, signature, inputs, window))


def write_batching(folder, most_rows):
    """Write how TensorFlow Serving may put requests together, into the SavedModel's folder.

    Sounds are not padded to a common length: a row's answer would depend on its neighbours.
    """
    lines = [
        f"max_batch_size {{ value: {most_rows} }}",
        "batch_timeout_micros { value: 5000 }",
        "max_enqueued_batches { value: 100 }",
        "pad_variable_length_inputs: false",
    ]
    (folder / BATCHING).write_text("\n".join(lines) + "\n", encoding="utf-8")


def _prediction_log(model_name, signature, inputs, window):
    model = _field(_NAME, model_name.encode()) + _field(_SIGNATURE, signature.encode())
    request = _field(_MODEL, model)
    for name, spec in inputs.items():
        entry = _field(_KEY, name.encode()) + _field(_VALUE, _zeros(spec, window))
        request += _field(_INPUTS, entry)
    return _field(_PREDICT_LOG, _field(_REQUEST, request))


def _zeros(spec, window):
    """Return a TensorProto of one row; a repeated value is written once."""
    shape = [1, *(window if size is None else size for size in spec.shape[1:])]
    return tf.make_tensor_proto(0, spec.dtype, shape).SerializeToString()


def _field(number, content):
    return _varint(number << 3 | _LENGTH_DELIMITED) + _varint(len(content)) + content


def _varint(number):
    """Return an integer in groups of seven bits, lowest first; the top bit says: more follow."""
    groups = bytearray()
    while number > 0x7F:
        groups.append(number & 0x7F | 0x80)
        number >>= 7
    return bytes([*groups, number])
