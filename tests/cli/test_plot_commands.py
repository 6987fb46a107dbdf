"""plot and compare: what is written, what is said, what is refused."""

import numpy as np
import pytest
import soundfile


@pytest.fixture
def tones(tmp_path):
    time = np.arange(16000) / 8000
    soundfile.write(tmp_path / "a.wav", 0.3 * np.sin(2000 * time), 8000)
    soundfile.write(tmp_path / "b.wav", 0.3 * np.sin(2600 * np.arange(44100) / 22050), 22050)
    return tmp_path / "a.wav", tmp_path / "b.wav"


def test_plot_writes_a_picture_beside_the_file(run, tones):
    result = run("plot", tones[0], "--show", "mel", "--seconds", 1)
    assert result.exit_code == 0, result.output
    assert tones[0].with_suffix(".png").read_bytes().startswith(b"\x89PNG")
    assert "1.00 of 2.00 s are shown" in result.output


def test_compare_prints_the_figures_and_writes_a_picture(run, tones, tmp_path):
    out = tmp_path / "both.png"
    result = run("compare", *tones, "--out", out)
    assert result.exit_code == 0, result.output
    assert "log-spectral distance" in result.output
    assert "SI-SDR" in result.output
    assert out.read_bytes().startswith(b"\x89PNG")


def test_what_is_no_sound_is_refused(run, refused, tones, tmp_path):
    (tmp_path / "text.wav").write_text("not audio")
    assert "not audio" in refused("plot", tmp_path / "text.wav")
    assert "no such file" in refused("plot", tmp_path / "missing.wav")
    assert "lasts 2.00 s; received 3" in refused("plot", tones[0], "--start", 3)
    assert "not audio" in refused("compare", tones[0], tmp_path / "text.wav")


@pytest.mark.parametrize(
    "stem", ["x" * 247, "ö" * 125 + "x", "$x_1$ \n%s\x1b[2J"], ids=["long", "ö", "$"]
)
def test_any_name_can_be_plotted_and_compared(run, tones, tmp_path, stem):
    sound = tones[0].rename(tmp_path / f"{stem}.wav")
    result = run("plot", sound, "--show", "waveform")
    assert result.exit_code == 0, result.output
    assert len(list(tmp_path.glob("*.png"))) == 1
    assert result.output.splitlines()[-1].startswith("Wrote ")
    assert "\x1b" not in result.output
    result = run("compare", sound, tones[1], "--seconds", 0.1, "--out", tmp_path / "c.png")
    assert result.exit_code == 0, result.output
    assert "Notice: Glyph" not in result.output


def test_plot_does_not_overwrite_its_input(refused, tones, tmp_path):
    sound = tones[0].rename(tmp_path / "a.png")
    assert "overwrite" in refused("plot", sound)
