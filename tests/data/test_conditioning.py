"""Captions and embeddings from elsewhere: stored with sounds and pictures, and given in batches."""

import numpy as np
import pytest
import soundfile
from PIL import Image

import tfaudiogen as tg
from tfaudiogen.data import describe, load_dataset, prepare
from tfaudiogen.data.sources.embeddings import read_embedding
from tfaudiogen.disk.errors import Unusable
from tfaudiogen.runtime.renamed import RenamedWarning

SOUND = {"sample_rate": 8000, "samples": 1024, "progress": False}
SPECTROGRAM = {"frame_length": 64, "hop": 32, "frames": 32, "bins": 32}
BAD = ("cut", "deep", "long", "objects", "nan", "words")


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """Sixteen sounds with pictures, captions and embeddings, of which six cannot be used."""
    folder = tmp_path_factory.mktemp("conditioning")
    generator = np.random.default_rng(0)
    vectors, files = folder / "vectors", folder / "files"
    vectors.mkdir()
    files.mkdir()
    for name in [*map(str, range(10)), *BAD]:
        soundfile.write(files / f"{name}.wav", 0.1 * generator.normal(size=1500), 8000)
        Image.new("L", (8, 8), 10 * len(name)).save(files / f"{name}.png")
    for number in range(10):
        shape = (1, 4) if number == 1 else (4,)
        np.save(vectors / f"{number}.npy", np.full(shape, number, np.float64))
    np.save(vectors / "deep.npy", np.zeros((2, 4)))
    np.save(vectors / "long.npy", np.zeros(5))
    np.save(vectors / "nan.npy", np.array([0, np.nan, 1, 2]))
    np.save(vectors / "objects.npy", np.array([{}], object), allow_pickle=True)
    np.save(vectors / "words.npy", np.array(["a", "b"]))
    (vectors / "cut.npy").write_bytes((vectors / "1.npy").read_bytes()[:-5])
    np.save(vectors / "alone.npy", np.zeros(4))
    rows = [f"{n}.wav,{n}.png,{'xy'[n % 2]},number {n}" for n in range(9)]
    (folder / "pairs.csv").write_text(
        "\n".join(["audio,image,label,caption", *rows, "9.wav,0.png,x,nine"])
    )
    rows = [f"{n}.png,{'x; y' if n == 3 else 'y'},Nr. {n}" for n in range(9)]
    (folder / "labels.csv").write_text("\n".join(["file,label,caption", *rows, "9.png,x,"]))
    return folder


def reasons(report):
    return {skipped.file: skipped.reason for skipped in report.skipped}


@pytest.mark.parametrize(
    "header",
    [
        "{'descr': '<f4', 'shape': (6,",
        "  bad\n indent\n",
        "{[]: 2}",
        "{1: 2, 'descr': 3}",
        "{'descr': '<f4', 'fortran_order': False, 'shape': (99999999999999999999999999,)}",
        "{'descr': '<04', 'fortran_order': False, 'shape': (6,)}",
        "{'descr': '<f4', 'fortran_order': False, 'shape': (99999999999,)}",
        "(" * 9000,
    ],
)
def test_a_damaged_header_is_a_reason(tmp_path, header):
    size = len(header).to_bytes(2, "little")
    path = tmp_path / "bad.npy"
    path.write_bytes(b"\x93NUMPY\x01\x00" + size + header.encode() + bytes(24))
    with pytest.raises(Unusable, match="is damaged .{0,130}$"):
        read_embedding(path)


def test_embeddings_of_sounds_are_stored_and_bad_ones_named(folder, tmp_path):
    report = prepare(
        folder / "files", tmp_path / "d", "audio_folder", embeddings=folder / "vectors", **SOUND
    )
    found = reasons(report)
    assert {name for name in found if name.endswith(".wav")} == {f"{name}.wav" for name in BAD}
    assert found["deep.npy"] == "has the shape [2, 4], and an embedding is one vector [E]"
    assert found["long.npy"] == "has 5 numbers, and most embeddings have 4"
    assert found["nan.npy"] == "holds NaN or infinity"
    assert "Python objects, which are not loaded" in found["objects.npy"]
    assert "not numbers" in found["words.npy"]
    assert "damaged" in found["cut.npy"]
    assert found["alone.npy"] == "no file has its stem"
    assert found["nan.wav"] == "its embedding cannot be used: nan.npy"
    summary = describe(tmp_path / "d")
    assert (summary.vector_size, summary.caption_bytes) == (4, 0)
    spectrogram = tg.Spectrogram(8000, **SPECTROGRAM)
    batches = load_dataset(tmp_path / "d", spectrogram, batch_size=3, conditioning=tg.Vectors(4))
    for batch in batches:
        names = [summary.files("train")[int(i)].file for i in batch["id"]]
        wanted = [[int(name.removesuffix(".wav"))] * 4 for name in names]
        np.testing.assert_array_equal(batch["vector"], wanted)
    with pytest.raises(ValueError, match="have 4 numbers, and the model's 5"):
        load_dataset(tmp_path / "d", spectrogram, conditioning=tg.Vectors(5))
    with pytest.raises(ValueError, match="have no captions"):
        load_dataset(tmp_path / "d", spectrogram, conditioning=tg.Texts(5))
    with (
        pytest.warns(RenamedWarning, match="load_dataset's told is now called conditioning"),
        pytest.raises(ValueError, match="have no captions"),
    ):
        load_dataset(tmp_path / "d", spectrogram, told=tg.Texts(5))


def text_of(row):
    return bytes(row[row > 0].astype(np.uint8)).decode()


def test_captions_of_a_table_are_read_with_sounds_and_with_pictures(folder, tmp_path):
    report = prepare(
        folder / "files",
        tmp_path / "d",
        pairs_csv=folder / "pairs.csv",
        image_shape=(8, 8, 1),
        **SOUND,
    )
    summary = describe(tmp_path / "d")
    assert (summary.vector_size, summary.caption_bytes) == (0, 8)
    assert not any("caption" in notice for notice in report.notices)
    representations = {"wav": tg.Spectrogram(8000, **SPECTROGRAM), "png": tg.Pictures(8, 8, 1)}
    for suffix, representation in representations.items():
        seen = {}
        for split in ("train", "validation", "test"):
            options = {"conditioning": tg.Texts(9), "drop_remainder": False, "shuffle": False}
            for batch in load_dataset(tmp_path / "d", representation, split, **options):
                files = summary.of_kind(representation.kind).files(split)
                names = [files[int(i)].file for i in batch["id"]]
                seen |= dict(zip(names, map(text_of, batch["caption"].numpy()), strict=True))
        wanted = {f"{n}.{suffix}": f"number {n}" for n in range(9)}
        assert seen == (wanted | {"9.wav": "nine"} if suffix == "wav" else wanted)
    with pytest.raises(ValueError, match="has 8 bytes, and the model reads 7"):
        load_dataset(tmp_path / "d", representations["png"], conditioning=tg.Texts(7))


def test_a_picture_of_several_sounds_has_their_captions_in_turn(folder, tmp_path):
    prepare(
        folder / "files",
        tmp_path / "d",
        pairs_csv=folder / "pairs.csv",
        image_shape=(8, 8, 1),
        **SOUND,
    )
    pictures, found = tg.Pictures(8, 8, 1), set()
    for split in ("train", "validation", "test"):
        options = {"batch_size": 2, "repeat": True, "shuffle": True, "conditioning": tg.Texts(8)}
        for batch in load_dataset(tmp_path / "d", pictures, split, **options).take(20):
            found |= set(map(text_of, batch["caption"].numpy()))
    assert found == {*(f"number {n}" for n in range(9)), "nine"}


def test_pictures_alone_have_captions_of_the_table_and_embeddings(folder, tmp_path):
    options = {"labels_csv": folder / "labels.csv", "embeddings": folder / "vectors"}
    report = prepare(
        folder / "files",
        tmp_path / "d",
        "picture_folder",
        image_shape=(8, 8, 1),
        progress=False,
        **options,
    )
    summary = describe(tmp_path / "d")
    assert summary.class_names == ("x", "x; y", "y")
    assert (summary.vector_size, summary.caption_bytes) == (4, 5)
    assert "1 of the 10 files have no caption" in report.notices
    assert "embeddings of 4 numbers" in report.notices
    for conditioning in (tg.Texts(6), tg.Vectors(4), tg.Labels(summary.class_names)):
        batch = next(
            iter(
                load_dataset(
                    tmp_path / "d", tg.Pictures(8, 8, 1), batch_size=3, conditioning=conditioning
                )
            )
        )
        assert batch[conditioning.entry].shape == (
            3,
            *((conditioning.image_shape) if conditioning.kind != "labels" else ()),
        )


def test_embeddings_do_not_apply_to_sets_that_have_no_files(folder, tmp_path):
    with pytest.raises(ValueError, match="embeddings is for audio_folder"):
        prepare("sinewave", tmp_path / "d", embeddings=folder / "vectors", progress=False)
