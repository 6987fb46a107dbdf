"""A small stand-in for TensorFlow Serving: its gRPC and REST interfaces over one SavedModel.

It checks a request against the signature as the original does and runs the signature; it has
neither batching nor versions.
"""

import contextlib
import json
import threading
from concurrent import futures
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import grpc
import numpy as np
import tensorflow as tf
from tensorflow.python.saved_model import loader_impl
from tensorflow_serving.apis import (
    get_model_metadata_pb2,
    predict_pb2,
    prediction_service_pb2_grpc,
)


class Wrong(Exception):  # noqa: N818
    """A request that does not fit, or that the graph refuses."""


class Served:
    """One SavedModel under a name."""

    def __init__(self, name, folder):
        self.name, self.folder = name, str(folder)
        self.run = tf.saved_model.load(self.folder).signatures
        (graph,) = loader_impl.parse_saved_model(self.folder).meta_graphs
        self.definitions = graph.signature_def

    def predict(self, name, signature, inputs):
        """Return the outputs {name: array} of inputs {name: function of a dtype to an array}."""
        if name != self.name or signature not in self.definitions:
            raise Wrong(f"no signature {signature} of {name}")
        wanted = self.definitions[signature].inputs
        if not wanted:
            raise Wrong("Expected at least one input Tensor in prediction signature.")
        if set(inputs) != set(wanted):
            raise Wrong(f"inputs {sorted(inputs)} given, {sorted(wanted)} wanted")
        arrays = {key: inputs[key](tf.as_dtype(info.dtype)) for key, info in wanted.items()}
        try:
            found = self.run[signature](**{key: tf.constant(a) for key, a in arrays.items()})
        except (tf.errors.InvalidArgumentError, TypeError) as error:
            raise Wrong(str(error)) from error
        return {key: value.numpy() for key, value in found.items()}


class _Service(prediction_service_pb2_grpc.PredictionServiceServicer):
    def __init__(self, served):
        self.served = served

    def Predict(self, request, context):  # noqa: N802
        spec = request.model_spec
        inputs = {
            key: lambda dtype, proto=proto: _of_type(tf.make_ndarray(proto), dtype)
            for key, proto in request.inputs.items()
        }
        try:
            outputs = self.served.predict(spec.name, spec.signature_name, inputs)
        except Wrong as error:
            context.abort(grpc.StatusCode.INVALID_ARGUMENT, str(error))
        answer = predict_pb2.PredictResponse()
        for key, values in outputs.items():
            answer.outputs[key].CopyFrom(tf.make_tensor_proto(values))
        return answer

    def GetModelMetadata(self, request, context):  # noqa: N802
        signatures = get_model_metadata_pb2.SignatureDefMap()
        for key, definition in self.served.definitions.items():
            signatures.signature_def[key].CopyFrom(definition)
        answer = get_model_metadata_pb2.GetModelMetadataResponse()
        answer.metadata["signature_def"].Pack(signatures)
        return answer


def _of_type(array, dtype):
    if array.dtype != dtype.as_numpy_dtype:
        raise Wrong(f"input must be {dtype.name}, is {array.dtype}")
    return array


class _Handler(BaseHTTPRequestHandler):
    def do_POST(self):  # noqa: N802
        question = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        name = self.path.removeprefix("/v1/models/").removesuffix(":predict")
        inputs = {
            key: lambda dtype, values=values: np.array(values, dtype.as_numpy_dtype)
            for key, values in question["inputs"].items()
        }
        try:
            outputs = self.server.served.predict(name, question["signature_name"], inputs)
            self._answer(200, {"outputs": _plain(outputs)})
        except Wrong as error:
            self._answer(400, {"error": str(error)})

    def _answer(self, code, content):
        body = json.dumps(content).encode()
        self.send_response(code)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *arguments):
        """Keep the test's output clean."""


def _plain(outputs):
    lists = {
        key: np.char.decode(values.astype("S"), "utf-8").tolist()
        if values.dtype == object
        else values.tolist()
        for key, values in outputs.items()
    }
    return next(iter(lists.values())) if len(lists) == 1 else lists


@contextlib.contextmanager
def serving(name, folder):
    """Context of (REST address, gRPC target) that answer for the SavedModel in `folder`."""
    served = Served(name, folder)
    service = grpc.server(futures.ThreadPoolExecutor(4))
    prediction_service_pb2_grpc.add_PredictionServiceServicer_to_server(_Service(served), service)
    port = service.add_insecure_port("127.0.0.1:0")
    service.start()
    pages = ThreadingHTTPServer(("127.0.0.1", 0), _Handler)
    pages.served = served
    threading.Thread(target=pages.serve_forever, daemon=True).start()
    try:
        yield f"http://127.0.0.1:{pages.server_port}", f"127.0.0.1:{port}"
    finally:
        service.stop(None)
        pages.shutdown()
        pages.server_close()
