"""Synthesised sounds have the pitches, slopes and shapes of their names."""

import numpy as np
import pytest
import scipy.signal

from tfaudiogen.audio.synthesis import chirps, envelopes, noise, pitches, tones

RATE = 8000


def test_a_sum_of_sines_is_its_formula():
    time = np.arange(400) / RATE
    expected = 0.75 * np.sin(2 * np.pi * 300 * time) + 0.25 * np.sin(2 * np.pi * 500 * time)
    np.testing.assert_allclose(tones.sines([300, 500], 400, RATE, [3, 1]), expected, atol=1e-12)


def test_harmonics_fall_by_their_slope_and_none_is_mirrored():
    sound = tones.harmonic(1000, RATE, RATE, harmonics=8, slope=2.0)
    levels = np.abs(np.fft.rfft(sound))
    np.testing.assert_allclose(levels[[1000, 2000, 3000]] / levels[1000], [1, 1 / 4, 1 / 9])
    levels[[1000, 2000, 3000]] = 0
    assert levels.max() < 1e-6


@pytest.mark.parametrize("hertz", [82.41, 196.0, 443.7, 1234.5])
def test_a_string_is_in_tune(hertz):
    sound = tones.plucked(hertz, RATE, RATE, decay=4.0)
    assert np.abs(sound).max() == 1.0
    spectrum = np.abs(np.fft.rfft(sound * np.hanning(len(sound)), 4 * len(sound)))
    near = np.arange(len(spectrum)) * RATE / len(sound) / 4
    spectrum[np.abs(near - hertz) > hertz / 4] = 0
    cents = 1200 * np.log2(near[np.argmax(spectrum)] / hertz)
    assert abs(cents) < 3


@pytest.mark.parametrize("hertz", [100, 200, 800])
def test_the_fundamental_of_a_string_fades_by_its_decay(hertz):
    sound = tones.plucked(hertz, 2 * RATE, RATE, decay=2.0)
    tone = np.exp(-2j * np.pi * hertz * np.arange(RATE // 10) / RATE)
    early, late = (
        abs(sound[start:][: len(tone)] @ tone) for start in (RATE // 10, RATE * 11 // 10)
    )
    assert 20 * np.log10(late / early) == pytest.approx(-30, abs=1.5)


def test_a_seed_makes_the_same_string_and_another_one_another():
    one, two, other = (tones.plucked(200, 500, RATE, seed=seed) for seed in (3, 3, 4))
    np.testing.assert_array_equal(one, two)
    assert not np.array_equal(one, other)


def test_a_chirp_is_that_of_scipy():
    time = np.arange(RATE) / RATE
    expected = scipy.signal.chirp(time, 100, 1.0, 1600, "logarithmic", phi=-90)
    np.testing.assert_allclose(chirps.chirp(100, 1600, RATE, RATE), expected, atol=2e-3)
    falling = scipy.signal.chirp(time, 1600, 1.0, 100, "logarithmic", phi=-90)
    found = chirps.chirp(100, 1600, RATE, RATE, "descending")
    np.testing.assert_allclose(found, falling, atol=2e-3)


def test_a_bouncing_chirp_is_high_in_the_middle_of_each_bounce():
    sound = chirps.chirp(100, 1600, RATE, RATE, "bouncing", bounces=2)
    crossings = [np.count_nonzero(np.diff(np.signbit(part))) for part in np.split(sound, 8)]
    assert min(crossings[1:3] + crossings[5:7]) > 2 * max(crossings[::4] + crossings[3::4])


@pytest.mark.parametrize(("colour", "slope"), [("white", 0), ("pink", -3.01), ("brown", -6.02)])
def test_noise_falls_by_the_decibels_of_its_colour(colour, slope):
    sound = noise.noise(2**16, colour, seed=1)
    power = np.abs(np.fft.rfft(sound)) ** 2
    octaves = [10 * np.log10(power[2**n : 2 ** (n + 1)].mean()) for n in range(6, 15)]
    assert np.polyfit(np.arange(9), octaves, 1)[0] == pytest.approx(slope, abs=0.4)
    assert np.abs(sound).max() == pytest.approx(1.0)
    assert sound.mean() == pytest.approx(0.0, abs=1e-9)
    np.testing.assert_array_equal(sound, noise.noise(2**16, colour, seed=1))


def test_an_envelope_goes_through_its_points():
    levels = envelopes.adsr(1000, 1000, attack=0.1, decay=0.2, sustain=0.5, release=0.4)
    np.testing.assert_allclose(
        levels[[0, 50, 100, 200, 300, 599, 800]], [0, 0.5, 1, 0.75] + [0.5] * 2 + [0.25], atol=1e-9
    )
    assert levels[-1] == pytest.approx(0.5 / 400)


def test_an_envelope_without_attack_begins_at_its_level():
    assert envelopes.adsr(100, 1000, attack=0, decay=0.01, release=0)[0] == 1.0
    assert envelopes.adsr(100, 1000, 0, 0, 1.0, 0).min() == 1.0


@pytest.mark.parametrize(
    ("name", "hertz"),
    [
        ("A4", 440.0),
        ("A3", 220.0),
        ("C4", 261.6256),
        ("Bb2", 116.5409),
        ("C#-1", 8.66196),
        (12, 12),
    ],
)
def test_notes_have_the_frequencies_of_equal_temperament(name, hertz):
    assert pitches.hertz_of(name) == pytest.approx(hertz, rel=1e-6)


@pytest.mark.parametrize(
    ("name", "notes"),
    [
        ("C", "C4 E4 G4"),
        ("Am7", "A4 C5 E5 G5"),
        ("F#maj7", "F#4 A#4 C#5 F5"),
        ("Bbsus4", "Bb4 Eb5 F5"),
        ("Bdim", "B4 D5 F5"),
        ("C/G", "G3 C4 E4 G4"),
        ("D/F#", "F#3 D4 F#4 A4"),
        ("G7/F", "F4 G4 B4 D5 F5"),
        ("Emin7", "E4 G4 B4 D5"),
        ("C+", "C4 E4 G#4"),
        ("Dø", "D4 F4 Ab4 C5"),
        ("A9", "A4 C#5 E5 G5 B5"),
    ],
)
def test_chords_have_the_notes_of_their_names(name, notes):
    expected = [pitches.hertz_of(note) for note in notes.split()]
    np.testing.assert_allclose(pitches.chord_frequencies(name), expected)
    np.testing.assert_allclose(pitches.chord_frequencies(name, 3), np.array(expected) / 2)


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: pitches.chord_frequencies("Hm"), "root from A to G.*received 'Hm'"),
        (lambda: pitches.chord_frequencies("Am77"), "m7, .*received 'Am77'"),
        (lambda: pitches.chord_frequencies("C/"), "received 'C/'"),
        (lambda: pitches.chord_frequencies("C", 10), "octave must be from 0 to 9, received 10"),
        (lambda: pitches.hertz_of("A"), "such as A4.*received 'A'"),
        (lambda: tones.sines(4000, 9, RATE), "below half .*4000 Hz.*received 4000: choose"),
        (lambda: tones.sines(float("nan"), 9, RATE), "received nan"),
        (lambda: tones.sines([1, 2], 9, RATE, [1]), "each of the 2 sines.*received"),
        (lambda: tones.sines(1, 0, RATE), "samples must be at least 1, received 0"),
        (lambda: tones.harmonic(1, 9, RATE, 0), "harmonics must be at least 1, received 0"),
        (lambda: tones.plucked(2100, 9, RATE), "twice the hertz of a string.*received 4200"),
        (lambda: tones.plucked(200, 9, RATE, 0), "decay must be above 0 seconds, received 0"),
        (lambda: chirps.chirp(9, 3, 9, RATE), "low must be below high.*descending"),
        (lambda: chirps.chirp(3, 9, 9, RATE, "up"), "one of ascending, .*received 'up'"),
        (lambda: chirps.chirp(3, 9, 9, RATE, bounces=0), "bounces must be at least 1"),
        (lambda: noise.noise(9, "blue"), "colour must be one of white, pink.*received 'blue'"),
        (lambda: envelopes.adsr(9, 9, attack=-1), "attack must be at least 0 seconds"),
        (lambda: envelopes.adsr(9, 9, attack=2), "at most the 1 s.*received 2.2 s: shorten"),
        (lambda: envelopes.adsr(9, 9, sustain=2), r"sustain must be a level in \[0, 1\]"),
        (lambda: envelopes.adsr(9, 0), "sample_rate must be above 0, received 0"),
    ],
)
def test_errors_name_value_rule_and_cure(call, message):
    with pytest.raises(ValueError, match=message):
        call()
