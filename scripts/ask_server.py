"""Ask a model served by TensorFlow Serving for sounds, over REST or gRPC.

    python scripts/ask_server.py speech_vae --rest http://127.0.0.1:8501 describe
    python scripts/ask_server.py speech_vae --rest http://127.0.0.1:8501 sample --seed 3 --out a.wav
    python scripts/ask_server.py speech_vae --grpc 127.0.0.1:8500 reconstruct in.wav --out b.wav

REST needs numpy and soundfile alone; gRPC needs `pip install 'tfaudiogen[serving]'` too.
"""

import argparse
import json
import urllib.error
import urllib.request

import numpy as np
import soundfile

_SECONDS = 120.0
_LARGEST = 256 * 2**20  # bytes of an answer; gRPC refuses more than 4 MB unless told


class Refused(Exception):  # noqa: N818 - reads as a sentence
    """The server answered with an error, or not at all; the message says which."""


def rest(url, model):
    """Return ask(signature, inputs) -> outputs, over REST."""

    def ask(signature, inputs):
        question = {
            "signature_name": signature,
            "inputs": {name: values.tolist() for name, values in inputs.items()},
        }
        request = urllib.request.Request(
            f"{url.rstrip('/')}/v1/models/{model}:predict",
            json.dumps(question).encode(),
            {"Content-Type": "application/json"},
        )
        try:
            with urllib.request.urlopen(request, timeout=_SECONDS) as answer:
                outputs = json.load(answer)["outputs"]
        except urllib.error.HTTPError as error:
            raise Refused(json.load(error).get("error", error.reason)) from error
        except urllib.error.URLError as error:
            raise Refused(f"{url} does not answer ({error.reason})") from error
        # A single output comes without its name.
        return outputs if isinstance(outputs, dict) else {"waveform": outputs}

    return ask


def grpc(target, model):
    """Return ask(signature, inputs) -> outputs, over gRPC."""
    import grpc as library
    import tensorflow as tf
    from tensorflow_serving.apis import predict_pb2, prediction_service_pb2_grpc

    options = [("grpc.max_receive_message_length", _LARGEST)]
    channel = library.insecure_channel(target, options)
    service = prediction_service_pb2_grpc.PredictionServiceStub(channel)

    def ask(signature, inputs):
        request = predict_pb2.PredictRequest()
        request.model_spec.name = model
        request.model_spec.signature_name = signature
        for name, values in inputs.items():
            request.inputs[name].CopyFrom(tf.make_tensor_proto(values))
        try:
            answer = service.Predict(request, timeout=_SECONDS)
        except library.RpcError as error:
            raise Refused(error.details()) from error
        return {name: tf.make_ndarray(proto).tolist() for name, proto in answer.outputs.items()}

    return ask


def main():
    """Ask what the command line says."""
    options = parse()
    connect, place = (rest, options.rest) if options.rest else (grpc, options.grpc)
    ask = connect(place, options.model)
    try:
        facts = describe(ask)
        if options.question == "describe":
            print(json.dumps(facts, indent=1, ensure_ascii=False))
            return
        waveform = answers()[options.question](ask, options, facts["sample_rate"])
    except Refused as error:
        raise SystemExit(f"Refused: {error}") from error
    soundfile.write(options.out, waveform, facts["sample_rate"])
    print(f"Wrote {options.out}: {len(waveform) / facts['sample_rate']:.2f} s")


def answers():
    """Return {question: function of (ask, options, sample rate) that gives a waveform [N]}."""
    return {"sample": sample, "reconstruct": reconstruct}


def describe(ask):
    """Return the facts of the model: sample rate, class names, limits and so on."""
    facts = {name: values[0] for name, values in ask("describe", {"row": np.zeros(1, int)}).items()}
    names = [name.decode() if isinstance(name, bytes) else name for name in facts["class_names"]]
    return {**facts, "class_names": names}


def sample(ask, options, sample_rate):
    """Return a new sound."""
    inputs = {
        "seed": np.array([options.seed], np.int64),
        "temperature": np.array([options.temperature], np.float32),
        "component": np.array([options.component], np.int64),
    }
    return np.array(ask("sample", inputs)["waveform"][0])


def reconstruct(ask, options, sample_rate):
    """Return what the model makes of a file."""
    sound, rate = soundfile.read(options.file, dtype="float32", always_2d=True)
    if rate != sample_rate:
        raise SystemExit(f"{options.file} has {rate} Hz; convert it to {sample_rate} Hz")
    return np.array(ask("reconstruct", {"waveform": sound.mean(axis=1)[None]})["waveform"][0])


def parse():
    """Return the command line's options."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n", 1)[0])
    parser.add_argument("model", help="name under which it is served")
    place = parser.add_mutually_exclusive_group(required=True)
    place.add_argument("--rest", metavar="URL")
    place.add_argument("--grpc", metavar="HOST:PORT")
    questions = parser.add_subparsers(dest="question", required=True)
    questions.add_parser("describe", help="print what the model is")
    new = questions.add_parser("sample", help="draw a sound")
    new.add_argument("--seed", type=int, default=0)
    new.add_argument("--temperature", type=float, default=1.0)
    new.add_argument("--component", type=int, default=-1, help="-1 for any")
    again = questions.add_parser("reconstruct", help="send a sound through the model")
    again.add_argument("file")
    for question in (new, again):
        question.add_argument("--out", default="answer.wav")
    return parser.parse_args()


if __name__ == "__main__":
    main()
