"""sample, reconstruct, interpolate: what is written, the same bytes for a seed, bad input."""

import json

import numpy as np
import pytest
import soundfile


def _contents(folder):
    return {path.name: path.read_bytes() for path in sorted(folder.iterdir())}


def test_sample_writes_sounds_pictures_and_a_record(run, model_folder, tmp_path):
    result = run("sample", model_folder, "--count", 2, "--seed", 5, "--out", tmp_path / "a")
    assert result.exit_code == 0, result.output
    expected = ["sample.json", "sample_000.png", "sample_000.wav", "sample_001.png"]
    assert [path.name for path in sorted((tmp_path / "a").iterdir())][:4] == expected
    record = json.loads((tmp_path / "a" / "sample.json").read_text())
    assert (record["seed"], record["count"], record["temperature"]) == (5, 2, 1.0)
    assert record["files"] == ["sample_000.wav", "sample_001.wav"]
    assert {"tensorflow", "keras", "tfaudiogen"} <= set(record["versions"])
    waveform, sample_rate = soundfile.read(tmp_path / "a" / "sample_000.wav")
    assert (len(waveform), sample_rate) == (4096, 8000)
    assert np.max(np.abs(waveform)) > 0


def test_a_seed_gives_the_same_bytes_and_another_seed_others(run, model_folder, tmp_path):
    for folder, seed in (("a", 1), ("b", 1), ("c", 2)):
        result = run(
            "sample", model_folder, "--count", 2, "--seed", seed, "--out", tmp_path / folder
        )
        assert result.exit_code == 0, result.output
    first, again, other = (_contents(tmp_path / folder) for folder in "abc")
    assert first == again
    assert first["sample_000.wav"] != other["sample_000.wav"]
    assert first["sample_000.wav"] != first["sample_001.wav"]


@pytest.mark.parametrize(
    ("seconds", "bit_depth", "subtype"), [(0.1, "24", "PCM_24"), (1.3, "32f", "FLOAT")]
)
def test_length_and_bit_depth_are_honoured(
    run, model_folder, tmp_path, seconds, bit_depth, subtype
):
    result = run(
        *("sample", model_folder, "--count", 1, "--seconds", seconds),
        *("--bit-depth", bit_depth, "--component", 1, "--temperature", 0, "--out", tmp_path),
    )
    assert result.exit_code == 0, result.output
    information = soundfile.info(tmp_path / "sample_000.wav")
    assert (information.frames, information.subtype) == (round(seconds * 8000), subtype)


def test_a_component_that_is_not_there_is_refused(refused, model_folder, tmp_path):
    assert "component" in refused("sample", model_folder, "--component", 3, "--out", tmp_path / "a")
    assert not (tmp_path / "a").exists()


def test_a_missing_model_is_refused_with_what_there_is(refused, tmp_path):
    assert "does not exist" in refused("sample", tmp_path / "none")


@pytest.mark.parametrize("length", [0, 1000])
def test_a_damaged_model_is_named(refused, model_folder, tmp_path, length):
    content = (model_folder / "model.keras").read_bytes()[:length]
    (tmp_path / "model.keras").write_bytes(content)
    assert str(tmp_path / "model.keras") in refused("sample", tmp_path)


def test_a_file_in_the_way_is_refused(refused, model_folder, tmp_path):
    (tmp_path / "a").write_text("in the way")
    assert "--out" in refused("sample", model_folder, "--out", tmp_path / "a")


@pytest.mark.parametrize(("rate", "channels", "seconds"), [(44100, 2, 1.7), (8000, 1, 0.05)])
def test_reconstruct_takes_any_length_and_rate(
    run, model_folder, tmp_path, rate, channels, seconds
):
    noise = np.random.default_rng(0).uniform(-0.5, 0.5, (int(rate * seconds), channels))
    soundfile.write(tmp_path / "in.flac", noise, rate)
    result = run("reconstruct", model_folder, tmp_path / "in.flac", "--out", tmp_path / "out.wav")
    assert result.exit_code == 0, result.output
    information = soundfile.info(tmp_path / "out.wav")
    assert information.samplerate == 8000
    assert abs(information.frames - 8000 * seconds) <= 1
    assert (tmp_path / "out.png").is_file()


def test_reconstruct_writes_several_files_into_a_folder(run, model_folder, sounds, tmp_path):
    inputs = [sounds / "low" / "0.wav", sounds / "low" / "1.wav"]
    result = run("reconstruct", model_folder, *inputs, "--out", tmp_path / "out")
    assert result.exit_code == 0, result.output
    names = {path.name for path in (tmp_path / "out").iterdir()}
    assert names == {"0.wav", "0.png", "1.wav", "1.png"}


def test_reconstruct_takes_the_longest_names(run, model_folder, sounds, tmp_path):
    inputs = [tmp_path / f"{letter * 125}{last}.wav" for letter, last in ("öx", "öy", "éx")]
    for path in inputs:
        path.write_bytes((sounds / "low" / "0.wav").read_bytes())
    result = run("reconstruct", model_folder, *inputs, "--out", tmp_path / "out")
    assert result.exit_code == 0, result.output
    assert len(list((tmp_path / "out").iterdir())) == 6


def test_reconstruct_refuses_what_would_overwrite(refused, model_folder, sounds, tmp_path):
    low, high = sounds / "low" / "0.wav", sounds / "high" / "0.wav"
    assert "same name" in refused("reconstruct", model_folder, low, high, "--out", tmp_path)
    assert "overwrite" in refused("reconstruct", model_folder, low, "--out", low)
    assert "folder" in refused("reconstruct", model_folder, low, high, "--out", "one.wav")


def test_reconstruct_names_a_file_that_is_not_audio(refused, model_folder, sounds, tmp_path):
    line = refused("reconstruct", model_folder, sounds / "low" / "text.wav", "--out", tmp_path)
    assert "text.wav" in line
    assert "not audio" in line


def test_interpolate_between_a_file_and_a_component(run, model_folder, sounds, tmp_path):
    result = run(
        *("interpolate", model_folder, sounds / "low" / "0.wav", "component:2"),
        *("--steps", 3, "--out", tmp_path),
    )
    assert result.exit_code == 0, result.output
    written = list(tmp_path.glob("interpolation_*.wav"))
    # The file lasts 8000 samples, and windows of 4096 are laid over it by halves.
    assert [soundfile.info(path).frames for path in written] == [8192] * 3
    assert len(list(tmp_path.glob("interpolation_*.png"))) == 3
    record = json.loads((tmp_path / "interpolation.json").read_text())
    assert (record["end"], record["steps"]) == ("component:2", 3)


@pytest.mark.parametrize("end", ["component:x", "component:7", "none.wav"])
def test_interpolate_names_an_end_that_is_not_there(refused, model_folder, tmp_path, end):
    line = refused("interpolate", model_folder, "component:0", end, "--out", tmp_path)
    assert end.split(":")[-1] in line
