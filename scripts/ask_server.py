"""Ask a model served by TensorFlow Serving for sounds and pictures, over REST or gRPC.

    python scripts/ask_server.py speech_vae --rest http://127.0.0.1:8501 describe
    python scripts/ask_server.py speech_vae --rest http://127.0.0.1:8501 sample --seed 3 --out a.wav
    python scripts/ask_server.py speech_vae --grpc 127.0.0.1:8500 reconstruct in.wav --out b.wav
    python scripts/ask_server.py speech_vae --grpc 127.0.0.1:8500 log_prob in.wav
    python scripts/ask_server.py digits --rest http://127.0.0.1:8501 sample --label seven
    python scripts/ask_server.py painter --rest http://127.0.0.1:8501 paint seven.wav --out 7.png
    python scripts/ask_server.py speaker --grpc 127.0.0.1:8500 compose seven.png --label jackson
    python scripts/ask_server.py embedder --grpc 127.0.0.1:8500 embed seven.png --out seven.npy

An input or output file is a picture if its name ends in .png, and a sound where it ends
in .wav. REST needs numpy, soundfile and Pillow alone; gRPC needs `pip install
'tfaudiogen[serving]'` too.
"""

import argparse
import json
import urllib.error
import urllib.request

import numpy as np
import soundfile
from PIL import Image

_SECONDS = 120.0
_LARGEST = 256 * 2**20  # bytes of an answer; gRPC refuses more than 4 MB by default
_ONLY, _PICTURE = "output", ".png"


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
        return outputs if isinstance(outputs, dict) else {_ONLY: outputs}

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
        answer = _QUESTIONS[options.question](ask, options, facts)
    except Refused as error:
        raise SystemExit(f"Refused: {error}") from error
    print(f"Wrote {write(answer, options, facts)}")


def write(answer, options, facts):
    """Write a sound [N], a picture [H, W, C] or an embedding [E]; return where, and what it is."""
    if options.question == "embed":
        path = options.out or "answer.npy"
        np.save(path, answer)
        return f"{path}: {len(answer)} numbers"
    if answer.ndim == 3:
        path = options.out or "answer.png"
        levels = np.rint(255 * answer).astype(np.uint8)
        Image.fromarray(levels[..., 0] if levels.shape[2] == 1 else levels).save(path)
        return f"{path}: {' x '.join(map(str, levels.shape[:2]))} pixels"
    path = options.out or "answer.wav"
    soundfile.write(path, answer, facts["sample_rate"])
    return f"{path}: {len(answer) / facts['sample_rate']:.2f} s"


def only(outputs):
    """Return the first row of the one output of a signature."""
    return np.array(next(iter(outputs.values()))[0])


def describe(ask):
    """Return the facts of the model: sample rate, class names, limits and so on."""
    facts = {name: values[0] for name, values in ask("describe", {"row": np.zeros(1, int)}).items()}
    names = {key: facts[key] for key in ("class_names", "label_names") if key in facts}
    return {**facts, **{key: list(map(_text, values)) for key, values in names.items()}}


def _text(name):
    """Return a text, which gRPC gives as bytes."""
    return name.decode() if isinstance(name, bytes) else name


def sample(ask, options, facts):
    """Return a new sound or picture."""
    wanted = ["seed", "temperature"]
    wanted += ["component"] if "components" in facts else ["top_k", "top_p"]
    wanted += ["label", "guidance"] if facts.get("labels") else []
    for name in _CHOICES:
        if name not in wanted and getattr(options, name) is not None:
            raise SystemExit(f"--{name.replace('_', '-')} does not apply to {options.model}")
    default = {"temperature": facts.get("temperature", 1.0)}
    if options.label:
        default["guidance"] = facts.get("guidance", 1.0)
    rows = {name: one_row(options, name, default.get(name)) for name in wanted}
    return only(ask("sample", rows))


# Inputs of `sample` that not all models have: type, and value where the command line has none.
_CHOICES = {
    "component": (np.int64, -1),
    "label": (np.str_, ""),
    "top_k": (np.int32, 0),
    "top_p": (np.float32, 1.0),
    "guidance": (np.float32, 1.0),
}


def one_row(options, name, default=None):
    """Return the input `name` of one row, [1]; without an option, the `default`."""
    kind, value = {"seed": (np.int64, 0), "temperature": (np.float32, 1.0), **_CHOICES}[name]
    chosen = [one for one in (getattr(options, name), default, value) if one is not None]
    return np.array(chosen[:1], kind)


def reconstruct(ask, options, facts):
    """Return what the model makes of a file."""
    return only(ask("reconstruct", read(options.file, facts)))


def translate(ask, options, facts):
    """Return the sample of `paint` or `compose` for a file."""
    wanted = ["seed", "temperature", "guidance", *(["label"] if facts.get("labels") else [])]
    if options.label and not facts.get("labels"):
        raise SystemExit(f"--label does not apply to {options.model}")
    rows = {name: one_row(options, name) for name in wanted}
    return only(ask(options.question, {**read(options.file, facts), **rows}))


def embed(ask, options, facts):
    """Return the embedding of a file."""
    request = read(options.file, facts)
    return only(ask("embed_picture" if "picture" in request else "embed_sound", request))


def log_prob(ask, options, facts):
    """Return the log-probability of a file, at least so much, in nats."""
    inputs = read(options.file, facts)
    if facts.get("labels"):
        inputs["label"] = one_row(options, "label")
    return only(ask("log_prob", inputs))


def read(file, facts):
    """Return a file's sound, one channel, or picture, as the input of a request of one row."""
    if file.lower().endswith(_PICTURE):
        return {"picture": read_picture(file, facts)}
    sound, rate = soundfile.read(file, dtype="float32", always_2d=True)
    if rate != facts.get("sample_rate"):
        wanted = f"{facts['sample_rate']} Hz" if "sample_rate" in facts else "a picture"
        raise SystemExit(f"{file} has {rate} Hz; the model takes {wanted}")
    return {"waveform": sound.mean(axis=1)[None]}


def read_picture(file, facts):
    """Return a file's picture [1, H, W, C] in [0, 1], scaled to the size of the model."""
    if "picture_shape" not in facts:
        raise SystemExit(f"{file} is a picture; the model takes {facts['sample_rate']} Hz of sound")
    height, width, channels = facts["picture_shape"]
    with Image.open(file) as picture:
        fitted = picture.convert("L" if channels == 1 else "RGB").resize((width, height))
    levels = np.asarray(fitted, np.float32).reshape(1, height, width, channels)
    return levels / np.float32(255)


_QUESTIONS = {
    "sample": sample,
    "reconstruct": reconstruct,
    "paint": translate,
    "compose": translate,
    "embed": embed,
}


def parse():
    """Return the command line's options."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n", 1)[0])
    parser.add_argument("model", help="name under which it is served")
    place = parser.add_mutually_exclusive_group(required=True)
    place.add_argument("--rest", metavar="URL")
    place.add_argument("--grpc", metavar="HOST:PORT")
    questions = parser.add_subparsers(dest="question", required=True)
    questions.add_parser("describe", help="print what the model is")
    new = questions.add_parser("sample", help="draw a sound or a picture")
    new.add_argument("--seed", type=int, default=0)
    new.add_argument("--temperature", type=float)
    new.add_argument("--component", type=int, help="of models with latents; any if left out")
    new.add_argument("--top-k", type=int, help="of models with codes, as the next ones")
    new.add_argument("--top-p", type=float)
    new.add_argument("--guidance", type=float)
    again = questions.add_parser("reconstruct", help="send a file through the model")
    score = questions.add_parser("log_prob", help="print how likely a file is")
    paint = questions.add_parser("paint", help="draw a picture for a sound")
    compose = questions.add_parser("compose", help="draw a sound for a picture")
    embed = questions.add_parser("embed", help="write the embedding of a file")
    for question in (again, score, paint, compose, embed):
        question.add_argument("file")
    for question in (paint, compose):
        question.add_argument("--seed", type=int, default=0)
        question.add_argument("--temperature", type=float)
        question.add_argument("--guidance", type=float)
    for question in (new, score, paint, compose):
        question.add_argument("--label", help="of a model that has them; any if left out")
    for question in (new, again, paint, compose, embed):
        question.add_argument("--out", help="answer.wav, answer.png or answer.npy if left out")
    return parser.parse_args()


if __name__ == "__main__":
    main()
