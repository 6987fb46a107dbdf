"""What a SavedModel brings for TensorFlow Serving, read and asked through its own protobufs."""

import json
import subprocess
import sys

import keras
import numpy as np
import pytest
import soundfile
import tensorflow as tf
from google.protobuf import descriptor_pb2, descriptor_pool, message_factory, text_format
from PIL import Image
from source_tree import ROOT

from tfaudiogen import presets
from tfaudiogen.serving.export import export
from tfaudiogen.serving.signatures import Limits

pytest.importorskip(
    "tensorflow_serving", reason="needs tensorflow-serving-api: pip install 'tfaudiogen[serving]'"
)

import grpc
import server
from tensorflow_serving.apis import (
    get_model_metadata_pb2,
    predict_pb2,
    prediction_log_pb2,
    prediction_service_pb2_grpc,
)
from tensorflow_serving.config import model_server_config_pb2

SIGNATURES = {"sample", "reconstruct", "encode", "decode", "log_prob", "interpolate", "describe"}
TINY = {
    "spectrogram.frames": 32,
    "spectrogram.bins": 64,
    "model.widths": (8, 12),
    "model.strides": (4, 2),
    "model.channels": 4,
    "model.latent_size": 6,
    "model.hidden": 16,
    "model.components": 3,
}


@pytest.fixture(scope="module")
def model():
    keras.utils.set_random_seed(7)
    return presets.get("sinewave_vae", **TINY).build(["bell", "ölfass"])


@pytest.fixture(scope="module")
def folder(model, tmp_path_factory):
    return export(model, tmp_path_factory.mktemp("served") / "tiny" / "1", limits=Limits(4, 1.0))


@pytest.fixture(scope="module")
def places(folder):
    with server.serving("tiny", folder) as places:
        yield dict(zip(("--rest", "--grpc"), places, strict=True))


@pytest.fixture(scope="module")
def service(places):
    with grpc.insecure_channel(places["--grpc"]) as channel:
        yield prediction_service_pb2_grpc.PredictionServiceStub(channel)


@pytest.fixture(scope="module")
def codes(code_model, tmp_path_factory):
    """The folder and the places of a served model of codes."""
    out = tmp_path_factory.mktemp("served") / "codes" / "1"
    folder = export(code_model, out, limits=Limits(4, 1.0))
    with server.serving("codes", folder) as places:
        yield folder, dict(zip(("--rest", "--grpc"), places, strict=True))


def warmup_requests(folder):
    file = str(folder / "assets.extra" / "tf_serving_warmup_requests")
    records = tf.data.TFRecordDataset(file).as_numpy_iterator()
    return [prediction_log_pb2.PredictionLog.FromString(record) for record in records]


@pytest.mark.slow
def test_the_warm_up_asks_each_signature_and_is_answered(folder, service):
    logs = warmup_requests(folder)
    assert {log.WhichOneof("log_type") for log in logs} == {"predict_log"}
    requests = [log.predict_log.request for log in logs]
    assert {request.model_spec.signature_name for request in requests} == (
        SIGNATURES | {"serving_default"}
    )
    for request in requests:
        assert request.model_spec.name == "tiny"
        answer = service.Predict(request)
        for proto in answer.outputs.values():
            assert proto.tensor_shape.dim[0].size == 1


@pytest.mark.slow
def test_requests_fit_the_signatures_that_the_server_returns(model, service):
    question = get_model_metadata_pb2.GetModelMetadataRequest()
    question.metadata_field.append("signature_def")
    signatures = get_model_metadata_pb2.SignatureDefMap()
    service.GetModelMetadata(question).metadata["signature_def"].Unpack(signatures)
    assert set(signatures.signature_def) >= SIGNATURES
    for name in SIGNATURES:
        definition = signatures.signature_def[name]
        assert definition.method_name == "tensorflow/serving/predict"
        for info in [*definition.inputs.values(), *definition.outputs.values()]:
            assert info.tensor_shape.dim[0].size == -1, f"{name}: the batch is free"


def test_a_predict_request_is_answered_as_python_answers(model, service):
    request = predict_pb2.PredictRequest()
    request.model_spec.name, request.model_spec.signature_name = "tiny", "sample"
    request.inputs["seed"].CopyFrom(tf.make_tensor_proto([5, 9], tf.int64))
    request.inputs["temperature"].CopyFrom(tf.make_tensor_proto([0.7, 0.7]))
    request.inputs["component"].CopyFrom(tf.make_tensor_proto([-1, -1], tf.int64))
    found = tf.make_ndarray(service.Predict(request).outputs["waveform"])
    expected = model.sample(1, 9, 0.7, phase="graph")[0]
    np.testing.assert_allclose(found[1], expected, atol=1e-4)


def in_file(waveform):
    """Return what a WAV file holds of a waveform, which may be louder than full scale."""
    return np.clip(waveform, -1.0, 1.0)


def ask(*arguments):
    command = [sys.executable, ROOT / "scripts" / "ask_server.py", *map(str, arguments)]
    return subprocess.run(command, capture_output=True, text=True, check=False)


@pytest.mark.slow
@pytest.mark.parametrize("way", ["--rest", "--grpc"])
def test_the_client_script_samples(model, places, tmp_path, way):
    out = tmp_path / "new.wav"
    done = ask("tiny", way, places[way], "sample", "--seed", 3, "--out", out)
    assert done.returncode == 0, done.stderr
    found, rate = soundfile.read(out)
    np.testing.assert_allclose(found, model.sample(1, 3, phase="graph")[0], atol=2e-4)
    assert rate == 8000


def test_the_client_script_sends_files_and_shows_refusals(model, places, tmp_path):
    file, again = tmp_path / "in.wav", tmp_path / "again.wav"
    place = ("--rest", places["--rest"])
    soundfile.write(file, 0.3 * np.sin(np.arange(3000)), 8000)
    assert ask("tiny", *place, "reconstruct", file, "--out", again).returncode == 0
    expected = model.reconstruct(soundfile.read(file)[0], phase="graph")
    np.testing.assert_allclose(soundfile.read(again)[0], expected, atol=2e-4)
    soundfile.write(file, np.zeros(8001), 8000)
    done = ask("tiny", *place, "reconstruct", file)
    assert "waveform must have from 1 to 8000 samples at 8000 Hz" in done.stderr
    assert "Traceback" not in done.stderr


def test_the_client_script_shows_what_the_model_is(places):
    done = ask("tiny", "--rest", places["--rest"], "describe")
    assert json.loads(done.stdout)["class_names"] == ["bell", "ölfass"]


def test_the_client_script_names_a_server_that_does_not_answer():
    done = ask("tiny", "--rest", "http://127.0.0.1:9", "describe")
    assert done.returncode == 1
    assert done.stderr.startswith("Refused: http://127.0.0.1:9 does not answer")


@pytest.mark.slow
def test_a_model_of_codes_is_warmed_up(codes):
    folder, places = codes
    requests = [log.predict_log.request for log in warmup_requests(folder)]
    with grpc.insecure_channel(places["--grpc"]) as channel:
        service = prediction_service_pb2_grpc.PredictionServiceStub(channel)
        for request in requests:
            for proto in service.Predict(request).outputs.values():
                assert proto.tensor_shape.dim[0].size == 1
    (sample,) = (one for one in requests if one.model_spec.signature_name == "sample")
    assert sample.inputs["label"].dtype == tf.string.as_datatype_enum


@pytest.mark.slow
@pytest.mark.parametrize("way", ["--rest", "--grpc"])
def test_the_client_script_samples_by_label(code_model, codes, tmp_path, way):
    out, place = tmp_path / "new.wav", ("codes", way, codes[1][way])
    chosen = ("--seed", 3, "--label", "high", "--top-k", 5, "--guidance", 2, "--out", out)
    done = ask(*place, "sample", *chosen)
    assert done.returncode == 0, done.stderr
    expected = code_model.sample(1, 3, "high", top_k=5, guidance=2.0, phase="graph")[0]
    np.testing.assert_allclose(soundfile.read(out)[0], in_file(expected), atol=2e-4)
    if way == "--rest":
        assert "label must be one of low, high" in ask(*place, "sample", "--label", "x").stderr
        assert "--component does not apply" in ask(*place, "sample", "--component", 1).stderr
        sound = soundfile.read(out, dtype="float32")[0]
        nats = float(ask(*place, "log_prob", out, "--label", "high").stdout.split()[0])
        np.testing.assert_allclose(nats, code_model.log_prob(sound, "high")[0], rtol=1e-5)


@pytest.fixture(scope="module")
def painter(painter_model, tmp_path_factory):
    """The folder and the places of a served translator."""
    out = tmp_path_factory.mktemp("served") / "painter" / "1"
    folder = export(painter_model, out, limits=Limits(4, 1.0))
    with server.serving("painter", folder) as places:
        yield folder, dict(zip(("--rest", "--grpc"), places, strict=True))


@pytest.mark.slow
def test_a_translator_is_warmed_up_and_paints(painter_model, painter, tmp_path):
    folder, places = painter
    requests = [log.predict_log.request for log in warmup_requests(folder)]
    with grpc.insecure_channel(places["--grpc"]) as channel:
        service = prediction_service_pb2_grpc.PredictionServiceStub(channel)
        answers = {one.model_spec.signature_name: service.Predict(one) for one in requests}
    assert set(answers) == {"serving_default", "paint", "describe"}
    assert answers["paint"].outputs["picture"].tensor_shape.dim[1].size == 8
    file, out = tmp_path / "in.wav", tmp_path / "out.png"
    soundfile.write(file, 0.3 * np.sin(np.arange(3000)), 8000)
    sound = soundfile.read(file, dtype="float32")[0]
    expected = painter_model.sample(sound, seed=3, guidance=2.0)[0, ..., 0]
    for way, place in places.items():
        done = ask("painter", way, place, "paint", file, "--seed", 3, "--guidance", 2, "--out", out)
        assert done.returncode == 0, done.stderr
        np.testing.assert_allclose(Image.open(out), 255 * expected, atol=0.51)
    place = ("--rest", places["--rest"])
    assert "inputs" in ask("painter", *place, "paint", out).stderr
    assert "guidance must be" in ask("painter", *place, "paint", file, "--guidance", 99).stderr
    assert "--label does not apply" in ask("painter", *place, "paint", file, "--label", "x").stderr


@pytest.mark.slow
def test_a_translator_is_asked_for_a_label(speaker_model, tmp_path):
    folder = export(speaker_model, tmp_path / "speaker" / "1", limits=Limits(4, 1.0))
    (compose,) = (
        log.predict_log.request
        for log in warmup_requests(folder)
        if log.predict_log.request.model_spec.signature_name == "compose"
    )
    assert tf.make_ndarray(compose.inputs["label"]).tolist() == [b""]
    file, out = tmp_path / "in.png", tmp_path / "out.wav"
    levels = np.random.default_rng(0).integers(0, 256, (8, 8), np.uint8)
    Image.fromarray(levels).save(file)
    picture = levels[..., None].astype(np.float32) / 255
    expected = speaker_model.sample(picture, 1, 3, label="theo", phase="graph")[0]
    with server.serving("speaker", folder) as places:
        for way, place in zip(("--rest", "--grpc"), places, strict=True):
            asked = ("speaker", way, place, "compose", file, "--seed", 3)
            done = ask(*asked, "--label", "theo", "--out", out)
            assert done.returncode == 0, done.stderr
            np.testing.assert_allclose(soundfile.read(out)[0], in_file(expected), atol=2e-4)
            assert "label must be one of jackson, theo" in ask(*asked, "--label", "x").stderr
            described = json.loads(ask("speaker", way, place, "describe").stdout)
            assert described["label_names"] == ["jackson", "theo"]


def test_the_configuration_of_the_models_is_one():
    text = (ROOT / "docs" / "serving" / "models.config").read_text()
    config = text_format.Parse(text, model_server_config_pb2.ModelServerConfig())
    assert [entry.name for entry in config.model_config_list.config] == ["speech_vae"]


def batching_parameters():
    """Return the message of that name, which the package leaves out.

    Source: tensorflow_serving/servables/tensorflow/session_bundle_config.proto.
    """
    field = descriptor_pb2.FieldDescriptorProto
    file = descriptor_pb2.FileDescriptorProto(name="batching.proto", package="test")
    file.dependency.append("google/protobuf/wrappers.proto")
    message = file.message_type.add(name="BatchingParameters")
    wrapped = ("max_batch_size", "batch_timeout_micros", "max_enqueued_batches")
    for number, name in zip((1, 2, 3), wrapped, strict=True):
        type_name = ".google.protobuf.Int64Value"
        message.field.add(name=name, number=number, type=field.TYPE_MESSAGE, type_name=type_name)
    message.field.add(name="pad_variable_length_inputs", number=7, type=field.TYPE_BOOL)
    for entry in message.field:
        entry.label = field.LABEL_OPTIONAL
    pool = descriptor_pool.Default()
    pool.AddSerializedFile(file.SerializeToString())
    return message_factory.GetMessageClass(pool.FindMessageTypeByName("test.BatchingParameters"))()


def test_batching_stays_within_the_limit_of_rows(folder):
    text = (folder / "batching_params.pbtxt").read_text()
    found = text_format.Parse(text, batching_parameters())
    assert found.max_batch_size.value == 4
    assert not found.pad_variable_length_inputs
