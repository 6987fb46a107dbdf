"""Keras files that were made to do harm, or are damaged: each ends in one line that names it."""

import json
import struct
import zipfile

import h5py
import keras
import numpy as np
import pytest
from hostile_archives import CONFIG, METADATA, WEIGHTS, h5_changed, members, mutated, written
from hostile_cases import check_all, corpus
from hostile_values import with_value

import tfaudiogen
from tfaudiogen import presets, saving
from tfaudiogen.layers.conditioning.code_conditions import CodeConditions
from tfaudiogen.saving import archive
from tfaudiogen.saving.weights import Weights, room_for, weights_in

SMALL = {"spectrogram.frames": 32, "model.widths": (8, 8, 8), "model.latent_size": 4}


@pytest.fixture(scope="module")
def sound(tmp_path_factory):
    """Return the file of a small model."""
    folder = tmp_path_factory.mktemp("sound")
    return tfaudiogen.save(presets.get("sinewave_vae", **SMALL).build(["sine", "chirp"]), folder)


@pytest.fixture
def hostile(sound, tmp_path):
    """Return a function that writes the model with other members into a folder of its own."""

    def write(contents=None, pairs=None, compression=zipfile.ZIP_DEFLATED):
        found = {**members(sound), **(contents or {})}
        return written(tmp_path / "model.keras", pairs or list(found.items()), compression)

    return write


def refused(file, reason):
    """Assert that a file is refused for a reason, in a line that names it."""
    with pytest.raises(saving.ModelError, match=reason) as caught:
        tfaudiogen.load(file.parent)
    assert str(caught.value).startswith(f"{file}: ")
    assert "\n" not in str(caught.value)


def test_the_three_members_are_all_that_there_is(hostile, sound):
    contents = members(sound)
    for name in ("assets/x", "../outside", "evil_module.py"):
        refused(hostile({name: b"0"}), "must hold config.json, metadata.json and model.weights.h5")
    for name in contents:
        refused(hostile(pairs=[p for p in contents.items() if p[0] != name]), "must hold")


@pytest.mark.filterwarnings("ignore:Duplicate name")
def test_no_member_is_there_twice(hostile, sound):
    contents = members(sound)
    for name in contents:
        refused(hostile(pairs=[*contents.items(), (name, contents[name])]), "must hold")


def test_nothing_is_written_when_members_would_fill_the_disk(hostile, tmp_path, monkeypatch):
    monkeypatch.setenv("TMPDIR", str(tmp_path / "temporary"))
    (tmp_path / "temporary").mkdir()
    refused(hostile({"assets/zeros": bytes(50 * 2**20)}), "must hold")
    assert list((tmp_path / "temporary").iterdir()) == []


@pytest.mark.parametrize("name", [CONFIG, METADATA, WEIGHTS])
def test_a_member_that_unpacks_to_much_is_refused_before_it_is_read(hostile, name):
    file = hostile({name: bytes(70 * 2**20)})
    assert file.stat().st_size < 2**20
    refused(file, f"{name} has 73400320 bytes, more than")


@pytest.mark.parametrize("name", [CONFIG, METADATA, WEIGHTS])
@pytest.mark.parametrize("field", [16, 20, 24])
def test_entries_that_lie_about_checksum_and_sizes_are_found_out(hostile, name, field):
    file = hostile()
    content = bytearray(file.read_bytes())
    with zipfile.ZipFile(file) as opened:
        start = opened.start_dir
    while content[start + 46 : start + 46 + len(name)] != name.encode():
        lengths = struct.unpack_from("<HHH", content, start + 28)
        start += 46 + sum(lengths)
    (value,) = struct.unpack_from("<I", content, start + field)
    struct.pack_into("<I", content, start + field, max(1, value - 7))
    file.write_bytes(content)
    refused(file, "not a readable Keras file")


def test_encrypted_members_and_other_compressions_are_refused(hostile):
    file = hostile()
    content = bytearray(file.read_bytes())
    with zipfile.ZipFile(file) as opened:
        content[opened.start_dir + 8] |= 1
    file.write_bytes(content)
    refused(file, "is encrypted")
    refused(hostile(compression=zipfile.ZIP_LZMA), "in another way than by deflate")


def test_no_file_is_read_in_another_format_of_keras(sound, tmp_path):
    (tmp_path / "model.h5").write_bytes(sound.read_bytes())
    with pytest.raises(saving.ModelError, match=r"its name must end in \.keras"):
        tfaudiogen.load(tmp_path / "model.h5")


def test_a_model_may_lie_deflated_in_its_file(hostile):
    assert tfaudiogen.load(hostile().parent).class_names == ["sine", "chirp"]


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("[" * 1000 + "]" * 1000, "deep"),
        ("[" * 100_000 + "]" * 100_000, "deep"),
        ('{"config": {"a": NaN}}', "finite"),
        ('{"config": {"a": 1e999}}', "float64"),
        ('{"config": {"a": %s}}' % ("9" * 5000), "digits"),
        ('{"config": {}, "config": {}}', "twice"),
        ("[]", "describes no model"),
        ('{"module": null, "class_name": "VAE", "config": []}', "not of this package"),
        ("\x00", "not a readable"),
    ],
)
def test_a_configuration_that_keras_would_not_write(hostile, text, reason):
    refused(hostile({CONFIG: text.encode()}), reason)


@pytest.mark.parametrize(
    ("module", "name", "registered"),
    [
        ("os", "system", None),
        ("keras.layers", "Lambda", None),
        ("keras.layers", "TFSMLayer", None),
        ("keras.layers", "StringLookup", None),
        ("keras.src.layers.core.lambda_layer", "Lambda", None),
        (["keras"], "Dense", None),
        ("keras.layers", ["Dense"], None),
        ("keras.layers", "__lambda__", "tfaudiogen>Encoder"),
        ("evil_module", "Dense", ["tfaudiogen>Encoder"]),
        (None, "__numpy__", None),
    ],
)
def test_classes_that_are_not_of_this_package(sound, hostile, module, name, registered):
    config = json.loads(members(sound)[CONFIG])
    foreign = {"module": module, "class_name": name, "config": {}, "registered_name": registered}
    config["config"]["encoder"] = foreign
    refused(hostile({CONFIG: json.dumps(config).encode()}), "which is not of this package")


def test_what_an_optimizer_was_compiled_with_is_never_built(hostile, sound):
    config = json.loads(members(sound)[CONFIG])
    foreign = {"module": "evil_module", "class_name": "X", "config": {}, "registered_name": "X"}
    config["compile_config"] = {"optimizer": foreign}
    tfaudiogen.load(hostile({CONFIG: json.dumps(config).encode()}).parent)


@pytest.mark.parametrize(
    ("path", "value"),
    [
        (("config", "encoder", "config", "widths"), [2**20, 2**20, 2**20]),
        (("config", "decoder", "config", "widths"), [10**9, 8, 8]),
        (("config", "head", "config", "hidden"), 2**31),
        (("config", "prior", "config", "components"), 2**40),
        (("config", "encoder", "config", "blocks"), 2**31),
    ],
)
def test_a_larger_model_than_its_weights_is_never_built(sound, hostile, path, value):
    config = with_value(json.loads(members(sound)[CONFIG]), path, value)
    refused(hostile({CONFIG: json.dumps(config).encode()}), "larger model than|from 0 to 512")


def test_every_variable_of_a_model_counts(sound):
    weights = archive.check(sound)
    model = tfaudiogen.load(sound.parent)
    numbers = sum(int(np.prod(v.shape)) for v in model.variables)
    assert weights == Weights(numbers, len(model.variables))


def test_there_is_room_for_what_is_stored_and_little_more():
    with room_for(Weights(2**20, 1)):
        keras.Variable(np.zeros(2**20, np.float32))
        keras.Variable(keras.initializers.Zeros(), (2**10, 2**10))
    with room_for(Weights(2**20, 1)), pytest.raises(ValueError, match="describes a larger model"):
        keras.Variable(keras.initializers.Zeros(), (2**21 + 1,))


def _soft(file):
    file["decoder/link"] = h5py.SoftLink("/encoder")


def _external(file):
    file["link"] = h5py.ExternalLink("/etc/passwd", "/")


def _cycle(file):
    file["encoder/again"] = file["encoder"]


def _virtual(file):
    layout = h5py.VirtualLayout((4,), "f4")
    layout[:] = h5py.VirtualSource("/etc/passwd", "x", (4,))
    file.create_virtual_dataset("virtual", layout)


def _elsewhere(file):
    file.create_dataset("x", (4,), "f4", external=[("/etc/passwd", 0, 16)])


def _empty(file):
    file.create_dataset("x", (2**40,), "f4", chunks=(2**16,), fillvalue=1.0)


def _packed(file):
    file.create_dataset("x", data=np.zeros(2**20, "f4"), compression="gzip")


def _texts(file):
    file["x"] = np.array([b"text"], object)


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        (_soft, "another place"),
        (_external, "another place"),
        (_cycle, "two places"),
        (_virtual, "another file"),
        (_elsewhere, "another file"),
        (_empty, "larger than what is stored"),
        (_packed, "larger than what is stored"),
        (_texts, "no array of numbers"),
    ],
)
def test_weights_that_keras_would_not_write(sound, hostile, change, reason):
    refused(hostile({WEIGHTS: h5_changed(members(sound)[WEIGHTS], change)}), reason)


def test_weights_in_half_precision_and_of_optimizers_are_sound(sound):
    def more(file):
        file.create_group("optimizer/vars")["0"] = np.array(3, np.int64)
        file["half"], file["flag"] = np.ones(3, np.float16), np.array(True)

    weights = members(sound)[WEIGHTS]
    before, after = weights_in(weights), weights_in(h5_changed(weights, more))
    assert after == Weights(before.numbers + 5, before.arrays + 3)


def test_a_corpus_of_damaged_files_ends_in_lines(sound, tmp_path):
    check_all("model", sound, corpus("model", mutated, [sound], tmp_path, default=6))


@pytest.mark.parametrize(
    ("make", "reason"),
    [
        (lambda: tfaudiogen.Encoder((8,), (4,), 2**31), "blocks must be an integer from 0 to 512"),
        (lambda: tfaudiogen.Encoder([8] * 513, [1] * 513), "the length of widths must be"),
        (lambda: tfaudiogen.Encoder((8,), (4,), 1.5), "blocks must be an integer"),
        (lambda: tfaudiogen.Transformer(8, 10**9, 2, 4), "depth must be an integer"),
        (lambda: tfaudiogen.LSTMStack(8, True), "depth must be an integer"),
        (lambda: tfaudiogen.ResidualQuantizer(8, 10**9), "quantizers must be an integer from 1"),
        (lambda: tfaudiogen.Spectrogram(frame_length=2**31), "frame_length must be even and from"),
        (lambda: tfaudiogen.Spectrogram(bins=2**31, scale="mel"), "bins must be from 1 to 8192"),
        (lambda: tfaudiogen.Spectrogram(sample_rate=10**9), "sample_rate must be from 1 to 384000"),
        (lambda: CodeConditions((4, 8), 8, classes=2**31), "classes must be from 0 to 65536"),
        (
            lambda: CodeConditions((4, 8), 8, classes=2, words=[[0], [2**31]]),
            "more than their table has room for",
        ),
    ],
)
def test_layers_refuse_sizes_that_take_memory_before_there_are_weights(make, reason):
    with pytest.raises(ValueError, match=reason):
        make()
