"""`Audio` is immutable and lazy, and its edits are those of scipy and soxr."""

import io

import numpy as np
import pytest
import scipy.signal
import soundfile
import soxr

from tfaudiogen.audio import player
from tfaudiogen.audio.audio import Audio

RATE = 8000
NOISE = np.random.default_rng(0).uniform(-0.5, 0.5, RATE).astype(np.float32)
SOUND = Audio(NOISE, RATE, "noise")


def write(path, channels=1, rate=RATE):
    frames = np.random.default_rng(1).uniform(-0.5, 0.5, (rate, channels))
    soundfile.write(path, frames, rate)
    return frames


def test_a_file_is_read_when_it_is_needed(tmp_path):
    path = tmp_path / "late.wav"
    sound = Audio.from_file(path).window(0.5).gain(-6)
    assert not sound.is_computed
    assert repr(sound) == ("<Audio 'late.wav' .window(0.5) .gain(-6): computed when it is needed>")
    with pytest.raises(FileNotFoundError, match="give the path of an audio file"):
        sound.duration  # noqa: B018 - reads the file
    write(path)
    assert sound.duration == 0.5
    path.unlink()
    assert len(sound.waveform) == RATE // 2
    assert "0.50 s, 8,000 Hz, peak -" in repr(sound)


def test_channels_and_rates_of_files(tmp_path):
    frames = write(tmp_path / "two.wav", 2, 16000)
    for channel, expected in (
        ("mix", frames.mean(1)),
        ("left", frames[:, 0]),
        ("right", frames[:, 1]),
    ):
        sound = Audio.from_file(tmp_path / "two.wav", channel=channel)
        assert sound.sample_rate == 16000
        np.testing.assert_allclose(sound.waveform, expected, atol=1e-4)
    assert Audio.from_file(tmp_path / "two.wav", RATE).waveform.shape == (RATE,)


def test_nothing_changes_a_value():
    given = NOISE.copy()
    sound = Audio(given, RATE)
    given[:] = 0
    np.testing.assert_array_equal(sound.waveform, NOISE)
    with pytest.raises(ValueError, match="read-only"):
        sound.waveform[0] = 1
    with pytest.raises(AttributeError, match="an Audio does not change, received label = 'a'"):
        sound.label = "a"
    with pytest.raises(AttributeError, match="cannot be deleted"):
        del sound.label
    sound.gain(6).waveform  # noqa: B018 - computes it
    np.testing.assert_array_equal(sound.waveform, NOISE)
    assert sound == SOUND
    assert hash(sound) == hash(SOUND)
    assert sound != sound.gain(1)
    assert sound.named("b").label == "b"
    np.testing.assert_array_equal(np.asarray(sound), NOISE)


def test_a_step_is_computed_once(monkeypatch):
    calls = []
    monkeypatch.setattr(soxr, "resample", lambda *given: calls.append(given) or NOISE)
    sound = SOUND.resample(4000)
    one, two = sound.gain(0), sound.gain(0)
    assert calls == []
    assert one == two
    assert len(calls) == 1


def test_windows_lie_where_they_should():
    for at, first in (("start", 0), ("middle", 2000), ("end", 4000), (0.25, 2000)):
        found = SOUND.window(0.5, at=at).waveform
        np.testing.assert_array_equal(found, NOISE[first : first + 4000])
    one, two, other = (SOUND.window(0.1, seed=seed) for seed in (1, 1, 2))
    assert one == two
    assert one != other
    for seed in range(20):
        found = SOUND.window(0.1, seed=seed, between=(0.2, 0.4)).waveform
        (first,) = np.flatnonzero(found[0] == NOISE)[:1]
        assert 1600 <= first <= 2400
    assert SOUND.window(1.0, seed=3) == SOUND


def test_silence_is_added_on_each_side():
    for side, before in (("left", 4000), ("right", 0), ("both", 2000)):
        found = SOUND.pad(1.5, side).waveform
        assert len(found) == 12000
        np.testing.assert_array_equal(found[before : before + RATE], NOISE)
        assert np.count_nonzero(found) == np.count_nonzero(NOISE)
    assert SOUND.pad(0.5) == SOUND


def test_levels_go_up_and_back():
    loud = SOUND.normalize(-3)
    assert 20 * np.log10(np.abs(loud.waveform).max()) == pytest.approx(-3, abs=1e-4)
    back = loud.window(0.5).denormalize().waveform
    np.testing.assert_allclose(back, NOISE[:4000], rtol=1e-5)
    assert SOUND.gain(-20).waveform[5] == pytest.approx(NOISE[5] / 10)
    silence = Audio(np.zeros(9), RATE)
    assert silence.normalize() == silence
    assert "silent" in repr(silence)


@pytest.mark.parametrize("kind", ["lowpass", "highpass"])
def test_filters_are_those_of_scipy(kind):
    sections = scipy.signal.butter(6, 1000, kind, fs=RATE, output="sos")
    expected = scipy.signal.sosfiltfilt(sections, NOISE.astype(np.float64))
    np.testing.assert_allclose(getattr(SOUND, kind)(1000, order=6).waveform, expected, atol=1e-6)
    assert getattr(SOUND.window(0.0005), kind)(1000).waveform.shape == (4,)


def test_a_rate_is_that_of_soxr():
    found = SOUND.resample(11025)
    assert found.sample_rate == 11025
    np.testing.assert_allclose(found.waveform, soxr.resample(NOISE, RATE, 11025))


def test_an_envelope_is_applied():
    flat = Audio(np.ones(1000), 1000).envelope(0.1, 0.2, 0.5, 0.4)
    np.testing.assert_allclose(flat.waveform[[0, 50, 400]], [0, 0.5, 0.5], atol=1e-6)


def test_a_sound_is_saved_to_files_and_streams(tmp_path):
    assert SOUND.save(tmp_path / "a.wav", "32f") is SOUND
    np.testing.assert_array_equal(soundfile.read(tmp_path / "a.wav", dtype="float32")[0], NOISE)
    stream = io.BytesIO()
    with pytest.warns(UserWarning, match="turned down by 6.0 dB"):
        SOUND.normalize(6.0).save(stream)
    stream.seek(0)
    assert np.abs(soundfile.read(stream)[0]).max() == pytest.approx(0.999, abs=1e-3)


def test_speed_is_that_of_a_tape(monkeypatch):
    played = []
    monkeypatch.setattr(player, "in_notebook", lambda: False)
    monkeypatch.setattr(player, "play", played.append)
    shown = SOUND.play(speed=2.0)
    assert soundfile.info(io.BytesIO(played[0])).samplerate == 2 * RATE
    assert "<audio controls" in shown._repr_html_()


def test_a_program_that_plays_is_called_and_its_failure_is_told(monkeypatch, tmp_path):
    program = tmp_path / "aplay"
    program.write_text('#!/bin/sh\ncp "$2" "$0.heard"\n')
    program.chmod(0o755)
    monkeypatch.setattr(player.shutil, "which", lambda name: name == "aplay")
    monkeypatch.setenv("PATH", f"{tmp_path}:/usr/bin:/bin")
    player.play(b"sound")
    assert (tmp_path / "aplay.heard").read_bytes() == b"sound"
    program.write_text("#!/bin/sh\necho no device >&2; exit 1\n")
    with pytest.raises(OSError, match="aplay could not play the sound: no device"):
        player.play(b"sound")
    monkeypatch.setattr(player.shutil, "which", lambda name: None)
    with pytest.raises(OSError, match="no program plays sound here.*install ffmpeg"):
        player.play(b"sound")


def test_synthesis_has_the_duration_rate_and_peak_asked_for():
    made = [
        Audio.sine(["A4", 500], 0.5, RATE, 0.3),
        Audio.harmonic("A2", 0.5, RATE, 0.3),
        Audio.plucked("E3", 0.5, RATE, 0.3),
        Audio.chord("Am7", 0.5, RATE, 0.3),
        Audio.chord("C", 0.5, RATE, 0.3, octave=3, tone="sine"),
        Audio.chord("C", 0.5, RATE, 0.3, octave=3, tone="harmonic"),
        Audio.chirp(100, 1000, 0.5, RATE, 0.3, "bouncing"),
        Audio.noise("pink", 0.5, RATE, 0.3),
    ]
    for sound in made:
        assert not sound.is_computed
        assert (sound.duration, sound.sample_rate) == (0.5, RATE)
        assert np.abs(sound.waveform).max() == pytest.approx(0.3)
    assert made[3] != Audio.chord("Am7", 0.5, RATE, 0.3, seed=1)
    assert made[3] == Audio.chord("Am7", 0.5, RATE, 0.3)


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: Audio(NOISE[None], RATE), r"shape \[N\], received shape \[1, 8000\]: make one"),
        (lambda: Audio([np.nan], RATE), "must be finite, received nan"),
        (lambda: Audio(NOISE, 0), "sample_rate must be a whole number from 1 .*received 0"),
        (lambda: Audio(NOISE, "8 kHz"), "received '8 kHz': give it in hertz"),
        (lambda: SOUND.resample(100.5), "received 100.5"),
        (lambda: Audio.from_file("a.wav", channel="centre"), "mix, left, right, received 'centre'"),
        (lambda: SOUND.window(0), "seconds must be above 0 and finite, received 0"),
        (lambda: SOUND.window(1, at="top"), "start, middle, end or seconds, received 'top'"),
        (lambda: SOUND.window(1, at=-1), "at must be at least 0 seconds, received -1"),
        (lambda: SOUND.window(1, at="end", seed=1), "not both; received at='end' and seed=1"),
        (lambda: SOUND.window(2).waveform, r"a window of 2 s must lie within 1 s.*pad\(2\)"),
        (lambda: SOUND.window(0.5, at=0.7).waveform, "at most 0.5 s, received 0.7"),
        (lambda: SOUND.window(0.5, between=(0, 3)).waveform, r"to the 1 s.*received \(0, 3\)"),
        (lambda: SOUND.pad(2, "top"), "left, right, both, received 'top'"),
        (lambda: SOUND.gain(np.inf), "decibels must be finite, received inf"),
        (lambda: SOUND.lowpass(4000).waveform, r"below half .*4000 Hz.*received 4000: choose"),
        (lambda: SOUND.highpass(100, order=0), "from 1 to 12, received 0"),
        (lambda: SOUND.play(speed=9), "speed must be from 0.25 to 4, received 9"),
        (lambda: SOUND.save("sound.mp3"), "must end in .wav, received 'sound.mp3': save a WAV"),
        (lambda: SOUND.compare(), "1 to 7 other sounds, received 0"),
        (lambda: SOUND.compare(NOISE), "takes Audio, received ndarray: make one by ta.Audio"),
        (lambda: SOUND.mfcc(30, bins=20), r"from 1 to bins \(20\), received 30: raise bins"),
        (lambda: SOUND.mel(0), "bins must be at least 1, received 0"),
        (lambda: Audio.sine(440, amplitude=2), "above 0 and at most 1, received 2"),
        (lambda: Audio.from_mel(np.ones(3), RATE), r"numbers \[T, F\], received shape \[3\]"),
        (lambda: Audio.from_mel(np.ones((3, 4))), "must be given with an array, received None"),
        (lambda: Audio.from_mfcc(SOUND.mel(8)), "Features of mfcc, received those of mel"),
    ],
)
def test_errors_name_value_rule_and_cure(call, message):
    with pytest.raises(ValueError, match=message):
        call()
