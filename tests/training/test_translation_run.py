"""A preset that translates: both stages are trained on pairs, go on, and the whole paints."""

import dataclasses
import json
import shutil

import numpy as np
import pytest
import small_presets
from small_models import code_model, stirred

import tfaudiogen
from tfaudiogen import presets, saving
from tfaudiogen.data import prepare
from tfaudiogen.training import train
from tfaudiogen.training.callbacks import checkpointing
from tfaudiogen.training.run import Run

STAGES = {"embedding": ["autoencoder", "embedder", "translator"]}
STAGES["sequence"] = ["autoencoder", "translator"]


def test_the_preset_says_what_data_it_needs():
    data = presets.get("digit_painter").data
    assert data == {"image_shape": (28, 28, 1), "sample_rate": 8000, "samples": 8192}
    assert presets.get("digit_speaker").data == data


@pytest.mark.parametrize(
    "name", ["digit_painter", "digit_speaker", "digit_painter_flow", "digit_painter_vae"]
)
def test_a_shippable_translator_has_at_most_six_million_parameters(name):
    model = presets.get(name).translation().build(["7 jackson", "8 theo"])
    assert model.count_params() < 6e6
    assert bool(model.target.trainable_weights) == (name == "digit_painter_vae")


@pytest.mark.slow
@pytest.mark.parametrize("encoder", STAGES)
def test_stages_are_resumed_and_the_whole_paints(painter, pairs, tmp_path, encoder, logged):
    painter = dataclasses.replace(painter, translator={**painter.translator, "encoder": encoder})
    out, fit, begun = tmp_path / "run", Run.fit, []

    def stopped(run, limits, asked=None):
        begun.append(run.out.name)
        fit(run, {**limits, "steps": 2} if run.out.name == "translator" else limits, asked)
        if run.out.name == "translator":
            raise checkpointing.Interrupted(run.out, 2, "again")

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Run, "fit", stopped)
        with pytest.raises(checkpointing.Interrupted):
            train(painter, pairs, out, progress=False)
    assert begun == STAGES[encoder]
    coder = (out / "autoencoder" / "checkpoint.npz").read_bytes()
    # The autoencoder is not trained further, however long the training may be now.
    train(painter, pairs, out, steps=6, resume=True, progress=False)
    assert (out / "autoencoder" / "checkpoint.npz").read_bytes() == coder
    found = json.loads((out / "metrics.json").read_text())
    steps = {"autoencoder": 4, "embedder": 3, "translator": 6}
    assert {name: found[f"{name}_steps"] for name in begun} == {n: steps[n] for n in begun}
    model = tfaudiogen.load(out)
    assert isinstance(model, tfaudiogen.Translator)
    target = tfaudiogen.load(out / "autoencoder")
    for mine, theirs in zip(model.target.weights[3:], target.weights[3:], strict=True):
        np.testing.assert_array_equal(mine, theirs)
    if encoder == "embedding":
        tower = tfaudiogen.load(out / "embedder").sound_tower
        np.testing.assert_array_equal(model.encoder.tower.weights[-1], tower.weights[-1])
        np.testing.assert_array_equal(model.encoder.tower.centre, tower.centre)
    sound = np.zeros(model.source_representation.samples, np.float32)
    assert model.sample(sound, count=2).shape == (2, 8, 8, 1)
    assert "given the source" in (out / "card.md").read_text()
    shown = logged(out)
    assert shown["source/0/sound"].audio.length_frames == model.source_representation.samples
    assert (shown["drawn/0"].image.height, shown["drawn/0"].image.width) == (8, 8)


@pytest.fixture(scope="module")
def speaker(preset):
    """Sounds of 4 x 4 codes above 8 x 8, given pictures, of data whose labels are no condition."""
    tiny = {key: value for key, value in small_presets.PAIRED.items() if not key.startswith("fit.")}
    tiny |= {
        "model.widths": [[4], [8]],
        "model.strides": [[4], [2]],
        "model.codebook_sizes": [7, 5],
    }
    shape = {"translator.pictures": {"height": 8, "width": 8, "channels": 1}}
    shape |= {"translator.label_words_in_source": 0, "translator.anchors": 8}
    tiny = {key: value for key, value in tiny.items() if not key.startswith("pictures.")}
    speaker = presets.get("digit_speaker", **tiny, **shape)
    return dataclasses.replace(speaker, spectrogram=preset.spectrogram)


@pytest.mark.slow
def test_a_translator_begins_with_a_model_of_codes(speaker, pairs, tmp_path):
    coder = speaker.without_priors().build()
    base = code_model(stirred(coder), width=8)
    saving.save(base, tmp_path / "base")
    own = {**speaker.translator, "base": str(tmp_path / "base"), "code_vectors": False}
    speaker = dataclasses.replace(speaker, translator=own)
    model = train(speaker, pairs, tmp_path / "run", progress=False)
    assert not (tmp_path / "run" / "autoencoder").exists()
    for mine, theirs in (
        (model.target, base.autoencoder),
        (model.priors[1].backbone, base.priors[1].backbone),
    ):
        np.testing.assert_array_equal(mine.weights[-1], theirs.weights[-1])
    moved = [np.asarray(one.priors[0].backbone.blocks[0].first.kernel) for one in (model, base)]
    assert np.any(moved[0] != moved[1])
    assert np.any(np.asarray(model.priors[0].backbone.blocks[0].crossing.join.kernel))
    figures = json.loads((tmp_path / "run" / "metrics.json").read_text())
    assert "val_bits_per_code_0" in figures
    assert "val_bits_per_code_1" not in figures
    assert model.sample(np.zeros((8, 8, 1), np.float32)).shape == (1, model.representation.samples)


@pytest.mark.slow
def test_a_base_that_does_not_fit_is_named(speaker, pairs, tmp_path):
    def begun(initial=None, **changes):
        own = dataclasses.replace(speaker, translator={**speaker.translator, **changes})
        train(own, pairs, tmp_path / "run", initial=initial, progress=False)

    with pytest.raises(
        ValueError, match="conditioned_levels=1 leaves priors as a trained model of codes"
    ):
        begun(base=None)
    with pytest.raises(ValueError, match="'digit_painter' is one of pictures and the preset is of"):
        begun(base="digit_painter")
    with pytest.raises(ValueError, match="leave out --from speech_vqvae"):
        begun("speech_vqvae", base="speech_vqvae")
    with pytest.raises(ValueError, match="frame_length of the spectrogram of the initial model"):
        begun(base="speech_vqvae")
    assert not (tmp_path / "run").exists()


@pytest.fixture
def spoken(speaker, pairs, tmp_path):
    """A folder of data whose labels have two words."""
    folder = tmp_path / "spoken"
    for number in range(24):
        for suffix in ("wav", "png"):
            target = folder / f"{number % 2} {('jackson', 'theo')[number % 3 == 0]}"
            target.mkdir(parents=True, exist_ok=True)
            shutil.copy(pairs.parent / f"{number}.{suffix}", target)
    prepare(folder, folder / "data", "audio_image_pairs", progress=False, **speaker.data)
    return folder / "data"


@pytest.mark.slow
def test_a_translator_learns_what_labels_say_beside_the_picture(speaker, spoken, tmp_path):
    coder = speaker.without_priors().build(["1 theo", "7 lucas"])
    saving.save(code_model(stirred(coder), width=8, words=True), tmp_path / "base")
    own = {**speaker.translator, "base": str(tmp_path / "base"), "label_words_in_source": 1}
    own["code_vectors"] = False
    embedder = {**speaker.embedder, "positives": "first_word"}
    speaker = dataclasses.replace(speaker, translator=own, embedder=embedder)
    model = train(speaker, spoken, tmp_path / "run", progress=False)
    assert sorted(model.label_names) == ["jackson", "theo"]
    black = np.zeros((8, 8, 1), np.float32)
    assert model.sample(black, label="theo").shape == (1, model.representation.samples)
    found = tfaudiogen.evaluate(tfaudiogen.load(tmp_path / "run" / "embedder"), spoken, "train")
    chance = found["sound_to_picture_by_label"]["recall_at_1"]["chance"]
    assert chance == pytest.approx(0.5, abs=0.1)  # that of two first words


def test_labels_that_say_no_more_than_the_picture_are_refused_at_once(speaker, pairs, tmp_path):
    own = {**speaker.translator, "label_words_in_source": 1}
    speaker = dataclasses.replace(speaker, translator=own)
    with pytest.raises(ValueError, match="on label words after word 1.*--label-pattern.*source=0"):
        train(speaker, pairs, tmp_path / "run", progress=False)
    assert not (tmp_path / "run").exists()


@pytest.mark.slow
def test_another_family_has_the_autoencoder_of_a_base(flow, painter, pairs, tmp_path):
    coder = stirred(painter.without_priors().build())
    saving.save(coder, tmp_path / "coder")
    own = {**flow.translator, "base": str(tmp_path / "coder")}
    model = train(
        dataclasses.replace(flow, translator=own), pairs, tmp_path / "run", progress=False
    )
    assert not (tmp_path / "run" / "autoencoder").exists()
    for mine, theirs in zip(model.target.weights[3:], coder.weights[3:], strict=True):
        np.testing.assert_array_equal(mine, theirs)


@pytest.mark.slow
def test_a_flow_is_trained_and_adapted(flow, pairs, tmp_path):
    base = train(flow, pairs, tmp_path / "base", progress=False)
    assert isinstance(base, tfaudiogen.FlowTranslator)
    adapting = dataclasses.replace(flow, translator={**flow.translator, "lora": 2})
    out, begun = tmp_path / "mine", {"initial": tmp_path / "base", "progress": False}
    train(adapting, pairs, out, **begun)
    assert not (out / "autoencoder").exists()
    base.load_adapter(out / "adapter.npz")
    sound = np.zeros(base.source_representation.samples, np.float32)
    drawn = [model.sample(sound, steps=2) for model in (base, tfaudiogen.load(out))]
    np.testing.assert_allclose(*drawn, atol=1e-5)
    begun["resume"] = True
    train(adapting, pairs, out, steps=7, **begun)
    assert json.loads((out / "metrics.json").read_text())["translator_steps"] == 7


@pytest.mark.slow
def test_a_learned_prior_is_trained_with_its_target_or_after(preset, pairs, tmp_path):
    for joint, first in {True: [], False: ["autoencoder"]}.items():
        one = small_presets.learned_prior(preset.spectrogram, **{"translator.joint": joint})
        out = tmp_path / str(joint)
        model = train(one, pairs, out, progress=False)
        assert isinstance(model, tfaudiogen.VariationalTranslator)
        assert sorted(path.parent.name for path in out.glob("*/preset.json")) == [
            *first,
            "embedder",
            "translator",
        ]
        assert json.loads((out / "metrics.json").read_text())["val_rate"] > 0.0


def test_an_adapter_needs_a_trained_model(flow, pairs, tmp_path):
    adapting = dataclasses.replace(flow, translator={**flow.translator, "lora": 2})
    with pytest.raises(ValueError, match="adapts a trained FlowTranslator: name one by --from"):
        train(adapting, pairs, tmp_path / "run", progress=False)
    assert not (tmp_path / "run").exists()


def test_data_without_pairs_are_refused_at_once(painter, data, tmp_path):
    with pytest.raises(ValueError, match="learns from pairs.*--pictures FOLDER"):
        train(painter, data, tmp_path / "run", progress=False)
    assert not (tmp_path / "run").exists()


def test_invalid_settings_of_the_translator_are_refused_at_once(painter, pairs, tmp_path):
    for name, value in {"backbone": "none", "warmup_steps": 9, "heads": 3}.items():
        changed = presets.Preset(
            **{**painter.as_dict(), "translator": {**painter.translator, name: value}}
        )
        with pytest.raises(ValueError, match=name):
            train(changed, pairs, tmp_path / "run", progress=False)
    assert not (tmp_path / "run").exists()
