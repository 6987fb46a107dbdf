"""Ask a model served by TensorFlow Serving for sounds, over REST or gRPC.

    python scripts/ask_server.py speech_vae --rest http://127.0.0.1:8501 describe
    python scripts/ask_server.py speech_vae --rest http://127.0.0.1:8501 sample --seed 3 --out a.wav
    python scripts/ask_server.py speech_vae --grpc 127.0.0.1:8500 reconstruct in.wav --out b.wav
    python scripts/ask_server.py speech_vae --grpc 127.0.0.1:8500 log_prob in.wav
    python scripts/ask_server.py digits --rest http://127.0.0.1:8501 sample --label seven

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
        name = "log_prob" if signature == "log_prob" else "waveform"
        return outputs if isinstance(outputs, dict) else {name: outputs}

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
        if options.question == "log_prob":
            print(f"{log_prob(ask, options, facts):.1f} nats")
            return
        waveform = {"sample": sample, "reconstruct": reconstruct}[options.question](
            ask, options, facts
        )
    except Refused as error:
        raise SystemExit(f"Refused: {error}") from error
    soundfile.write(options.out, waveform, facts["sample_rate"])
    print(f"Wrote {options.out}: {len(waveform) / facts['sample_rate']:.2f} s")


def describe(ask):
    """Return the facts of the model: sample rate, class names, limits and so on."""
    facts = {name: values[0] for name, values in ask("describe", {"row": np.zeros(1, int)}).items()}
    names = [name.decode() if isinstance(name, bytes) else name for name in facts["class_names"]]
    return {**facts, "class_names": names}


def sample(ask, options, facts):
    """Return a new sound."""
    wanted = ["seed", "temperature"]
    wanted += ["component"] if "components" in facts else ["top_k", "top_p"]
    wanted += ["label", "guidance"] if facts.get("labels") else []
    for name in _CHOICES:
        if name not in wanted and getattr(options, name) is not None:
            raise SystemExit(f"--{name.replace('_', '-')} does not apply to {options.model}")
    usual = {"temperature": facts.get("temperature", 1.0)}
    if options.label:
        usual["guidance"] = facts.get("guidance", 1.0)
    rows = {name: one_row(options, name, usual.get(name)) for name in wanted}
    return np.array(ask("sample", rows)["waveform"][0])


# Inputs of `sample` that not all models have: type, and value where the command line has none.
_CHOICES = {
    "component": (np.int64, -1),
    "label": (np.str_, ""),
    "top_k": (np.int32, 0),
    "top_p": (np.float32, 1.0),
    "guidance": (np.float32, 1.0),
}


def one_row(options, name, usual=None):
    """Return the input `name` of one row, [1]; where none is given, the model's `usual` one."""
    kind, value = {"seed": (np.int64, 0), "temperature": (np.float32, 1.0), **_CHOICES}[name]
    chosen = [one for one in (getattr(options, name), usual, value) if one is not None]
    return np.array(chosen[:1], kind)


def reconstruct(ask, options, facts):
    """Return what the model makes of a file."""
    sound = read(options.file, facts["sample_rate"])
    return np.array(ask("reconstruct", {"waveform": sound})["waveform"][0])


def log_prob(ask, options, facts):
    """Return the log-probability of a file, at least so much, in nats."""
    inputs = {"waveform": read(options.file, facts["sample_rate"])}
    if facts.get("labels"):
        inputs["label"] = one_row(options, "label")
    return ask("log_prob", inputs)["log_prob"][0]


def read(file, sample_rate):
    """Return a file's sound, one channel, as a request of one row [1, N]."""
    sound, rate = soundfile.read(file, dtype="float32", always_2d=True)
    if rate != sample_rate:
        raise SystemExit(f"{file} has {rate} Hz; convert it to {sample_rate} Hz")
    return sound.mean(axis=1)[None]


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
    new.add_argument("--temperature", type=float)
    new.add_argument("--component", type=int, help="of models with latents; any if left out")
    new.add_argument("--top-k", type=int, help="of models with codes, as the next ones")
    new.add_argument("--top-p", type=float)
    new.add_argument("--guidance", type=float)
    again = questions.add_parser("reconstruct", help="send a sound through the model")
    score = questions.add_parser("log_prob", help="print how likely a sound is")
    for question in (again, score):
        question.add_argument("file")
    for question in (new, score):
        question.add_argument("--label", help="name of a class; any if left out")
    for question in (new, again):
        question.add_argument("--out", default="answer.wav")
    return parser.parse_args()


if __name__ == "__main__":
    main()
