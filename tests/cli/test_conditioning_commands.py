"""`paint` and `compose` of models conditioned on texts, labels or embeddings."""

import json

import numpy as np
import pytest

from tfaudiogen import presets, saving

PRIORS = {"width": 8, "depth": 1, "heads": 2, "encoder_width": 8}
CODES = {
    "model.widths": [[4]],
    "model.strides": [[4]],
    "model.codebook_sizes": [5],
    "model.codebook_dim": 3,
}
SOUND = {"frames": 32, "hop": 32, "frame_length": 64, "bins": 32}
PICTURE = {"height": 8, "width": 8, "channels": 1}


@pytest.fixture(scope="module")
def conditional(tmp_path_factory):
    """Return a function from the name of a preset to the folder of a tiny model of it."""
    folders = {}

    def build(name):
        if name not in folders:
            preset = presets.get(name)
            side, sizes = ("pictures", PICTURE) if preset.pictures else ("spectrogram", SOUND)
            changes = {f"{side}.{key}": value for key, value in sizes.items()} | CODES
            own = {**PRIORS, "encoder_depth": 1, "encoder_heads": 2, "length": 20, "size": 3}
            changes |= {f"translator.{k}": v for k, v in own.items() if k in preset.translator}
            model = presets.get(name, **changes).translation().build(["slow", "gloomy; slow"])
            folders[name] = tmp_path_factory.mktemp("models") / name
            saving.save(model, folders[name])
        return folders[name]

    return build


@pytest.mark.slow
def test_compose_texts(run, conditional, tmp_path):
    texts = ("--text", "gloomy, slow", "--text", "Gloomy/slow", "--text", "schön")
    result = run(
        "compose", conditional("caption_composer"), *texts, "--guidance", 2, "--out", tmp_path
    )
    assert result.exit_code == 0, result.output
    record = json.loads((tmp_path / "compose.json").read_text())
    assert record["files"] == ["gloomy_slow_0.wav", "gloomy_slow_2_0.wav", "schön_0.wav"]
    assert record["texts"] == list(texts[1::2])
    assert all((tmp_path / name).is_file() for name in record["files"])


@pytest.mark.slow
def test_paint_texts_with_a_sheet(run, conditional, tmp_path):
    result = run(
        "paint", conditional("caption_painter"), "--text", "red", "--count", 2, "--out", tmp_path
    )
    assert result.exit_code == 0, result.output
    names = {"red_0.png", "red_1.png", "red.png", "paint.json"}
    assert {path.name for path in tmp_path.iterdir()} == names


@pytest.mark.slow
def test_compose_labels_of_the_option_and_of_tagged_pictures(run, conditional, tmp_path):
    tags = tmp_path / "tags.json"
    tags.write_text(json.dumps({"pictures": {"sub/cover": {"gloomy": 0.75, "slow": 0.25}}}))
    out = tmp_path / "out"
    labels = ("--labels", "gloomy=3, slow=1", "--labels", "slow")
    result = run("compose", conditional("label_composer"), tags, *labels, "--out", out)
    assert result.exit_code == 0, result.output
    record = json.loads((out / "compose.json").read_text())
    assert record["files"] == ["sub/cover_0.wav", "gloomy_slow_0.wav", "slow_0.wav"]


@pytest.mark.slow
@pytest.mark.parametrize(("verb", "name"), [("paint", "painter"), ("compose", "composer")])
def test_draw_for_embeddings_of_a_folder(run, conditional, tmp_path, verb, name):
    vectors = tmp_path / "vectors"
    (vectors / "more").mkdir(parents=True)
    np.save(vectors / "one.npy", np.ones(3))
    np.save(vectors / "more" / "two.NPY", np.zeros((1, 3), int))
    (vectors / "more" / "two.NPY.npy").rename(vectors / "more" / "two.npy")
    np.save(vectors / "long.npy", np.ones(4))
    model, out = conditional(f"embedding_{name}"), tmp_path / "out"
    result = run(verb, model, vectors, "--count", 1, "--out", out)
    assert result.exit_code == 0, result.output
    assert "long.npy: has 4 numbers, and the model takes 3" in result.output
    suffix = {"paint": "png", "compose": "wav"}[verb]
    record = json.loads((out / f"{verb}.json").read_text())
    assert record["files"] == [f"more/two_0.{suffix}", f"one_0.{suffix}"]
    assert "3 numbers" in run("info", model).output


def test_what_cannot_be_is_refused_in_one_line(refused, conditional, tmp_path):
    texts, labels = conditional("caption_composer"), conditional("label_composer")
    vectors, out = conditional("embedding_composer"), ("--out", tmp_path / "out")
    file = tmp_path / "tags.json"
    file.write_text("{}")
    assert "is conditioned on texts: give --text" in refused("compose", texts, *out)
    assert "is conditioned on texts: give --text" in refused("compose", texts, file, *out)
    assert "is conditioned on texts: give --text" in refused(
        "compose", texts, "--labels", "slow", *out
    )
    assert "is conditioned on labels: give --labels" in refused(
        "compose", labels, "--text", "slow", *out
    )
    assert "embeddings: give .npy" in refused("compose", vectors, *out)
    long = ("--text", "short", "--text", "x" * 21)
    assert "at most 20 bytes" in refused("compose", texts, *long, *out)
    assert "is not NAME=WEIGHT" in refused("compose", labels, "--labels", "slow=much", *out)
    assert "must be one of slow, gloomy" in refused("compose", labels, "--labels", "loud", *out)
    assert "`tfaudiogen tag` has written" in refused("compose", labels, file, *out)
    assert "is no .npy file" in refused("compose", vectors, file, *out)
    assert not (tmp_path / "out").exists()
