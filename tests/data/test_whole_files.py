"""All sound of a file is read, whatever its header says, or what is missing is named."""

import errno
import io
import struct

import numpy as np
import pytest
import soundfile

from tfaudiogen.app.limits import Limits
from tfaudiogen.app.refusals import Refused
from tfaudiogen.app.uploads import read_sound
from tfaudiogen.data.reading import decoding
from tfaudiogen.data.reading.audio import own_sample_rate, read_to_file
from tfaudiogen.data.reading.containers.part import BETWEEN, CUT, MIXED, MORE, OPEN, STREAMS
from tfaudiogen.data.reading.containers.parts import parts_of
from tfaudiogen.disk.errors import Unreadable, Unusable
from tfaudiogen.io import audio_files

RATE = 44100
NOISE = np.random.default_rng(0).normal(size=2 * RATE) * 0.1
# Loud at first: what a decoder guesses from the first frames is far too short.
FADING = np.r_[0.3 * NOISE[:RATE] / 0.1, 1e-4 * np.random.default_rng(1).normal(size=6 * RATE)]
TAG = b"TAG" + b"t" * 125
ID3 = b"ID3\x04\x00\x00" + bytes([0, 0, 2, 44]) + b"x" * 300
APE = b"APETAGEX" + struct.pack("<4I", 2000, 532, 1, 0xA0000000) + bytes(8) + b"a" * 500
APE += b"APETAGEX" + struct.pack("<4I", 2000, 532, 1, 0x80000000) + bytes(8)


def encoded(sound, rate=RATE, **options):
    buffer = io.BytesIO()
    soundfile.write(buffer, sound, rate, **options)
    return buffer.getvalue()


@pytest.fixture(scope="module")
def mp3():
    """An mp3 of seven seconds with a Xing tag in its first frame, of variable rate."""
    sound = FADING.clip(-1, 1)
    return encoded(sound, format="MP3", bitrate_mode="VARIABLE", compression_level=0.2)


@pytest.fixture(scope="module")
def untagged(mp3):
    """The frames of it without the first, in which the number of frames is."""
    return mp3[mp3.index(mp3[:2], 4) :]


@pytest.fixture
def seconds(tmp_path):
    """Return a function from (name, bytes) to the seconds that are read, and the `Reading`."""

    def read(name, content):
        (tmp_path / name).write_bytes(content)
        reading = read_to_file(tmp_path / name, tmp_path / "out", 8000)
        return reading.samples / 8000, reading

    return read


def test_the_mp3_that_issue_reports_are_about(seconds, mp3, untagged):
    for content, expected in (
        (mp3, 7.0),
        (untagged, 7.0),
        (mp3 * 2, 14.0),
        (mp3 + untagged, 14.0),
        (untagged * 2, 14.0),
        (ID3 + mp3 + TAG, 7.0),
        ((ID3 + mp3 + TAG) * 2, 14.0),
        (mp3 + APE + ID3 + mp3 + APE, 14.0),
        (bytes(5000) + mp3, 7.0),
    ):
        found, reading = seconds("a.mp3", content)
        assert expected - 0.001 < found < expected + 0.06
        assert reading.missing < 0.001
        assert not reading.why


def test_what_is_decoded_without_a_tag_is_the_sound(tmp_path, mp3, untagged):
    sounds = []
    for number, content in enumerate((mp3, untagged)):
        (tmp_path / f"{number}.mp3").write_bytes(content)
        sounds.append(audio_files.read_audio(tmp_path / f"{number}.mp3", RATE))
    tagged, other = sounds
    delay = int(np.argmax(np.correlate(other[:5000], tagged[500:2500], "valid"))) - 500
    both = min(len(tagged), len(other) - delay)
    # The first frames of the second lack what the frame of the tag would have brought.
    difference = tagged[3000:both] - other[delay + 3000 : delay + both]
    assert both > 6.9 * RATE
    assert np.max(np.abs(difference)) < 1e-3


def test_a_count_of_frames_that_is_wrong(seconds, mp3):
    place = mp3.index(b"Xing") + 8
    for count, expected, why in ((100, 7.0, ""), (600, 7.0, CUT)):
        false = mp3[:place] + struct.pack(">I", count) + mp3[place + 4 :]
        found, reading = seconds("a.mp3", false)
        assert found == pytest.approx(expected, abs=0.05)
        assert reading.why == why


def test_what_lies_between_the_frames_is_named(seconds, mp3):
    foreign = np.random.default_rng(0).bytes(4000)
    for content, expected in ((mp3 + foreign + mp3, 14.0), (mp3 + foreign, 7.0)):
        found, reading = seconds("a.mp3", content)
        assert found == pytest.approx(expected, abs=0.01)
        assert reading.why == BETWEEN
        assert 0.01 < reading.missing < 0.06
    damaged = mp3[:20000] + foreign + mp3[24000:]
    found, reading = seconds("a.mp3", damaged)
    assert 6.0 < found < 7.0
    assert reading.why == BETWEEN


def test_parts_of_different_kinds_are_all_read_and_named(seconds, mp3):
    stereo = encoded(np.stack([NOISE, NOISE], 1), format="MP3")
    slow = encoded(NOISE, 22050, format="MP3")
    for other, length, rate, channels in ((stereo, 2.0, RATE, 2), (slow, 4.0, 22050, 1)):
        found, reading = seconds("a.mp3", mp3 + other)
        assert found == pytest.approx(7.0 + length, abs=0.01)
        assert (reading.why, reading.sample_rate, reading.channels) == (MIXED, rate, channels)


@pytest.mark.parametrize(("second", "layer", "samples"), [(0xFF, 1, 384), (0xFD, 2, 1152)])
def test_the_frames_of_other_layers_are_counted(tmp_path, second, layer, samples):
    sizes = {1: 4 * (12 * 64000 // 44100), 2: 144 * 64000 // 44100}
    frame = bytes([0xFF, second, {1: 2, 2: 4}[layer] << 4, 0xC0]).ljust(sizes[layer], b"\0")
    path = tmp_path / "a.mp3"
    path.write_bytes(frame * 100)
    with path.open("rb") as file:
        (part,) = parts_of(file, ".mp3")
    assert (part.frames, part.size) == (100 * samples, 100 * len(frame))


@pytest.mark.parametrize("subtype", ["VORBIS", "OPUS"])
def test_chains_of_ogg(seconds, subtype):
    one = encoded(NOISE[:48000], 48000, format="OGG", subtype=subtype)
    two = encoded(NOISE[:24000], 48000, format="OGG", subtype=subtype)
    for content, expected in ((one, 1.0), (one + two, 1.5), (one * 3, 3.0), (one + ID3 + two, 1.5)):
        found, reading = seconds("a.ogg", content)
        assert found == pytest.approx(expected, abs=0.001)
        assert not reading.why
    assert seconds("a.ogg", one[: len(one) - 20])[1].why == OPEN


def test_links_of_different_codecs(seconds):
    vorbis = encoded(NOISE, format="OGG", subtype="VORBIS")
    opus = encoded(NOISE[:48000], 48000, format="OGG", subtype="OPUS")
    found, reading = seconds("a.ogg", vorbis + opus)
    assert found == pytest.approx(3.0, abs=0.001)
    assert reading.why == MIXED


def pages(content):
    """Return the pages of an Ogg file."""
    found, place = [], 0
    while place < len(content):
        count = content[place + 26]
        size = 27 + count + sum(content[place + 27 : place + 27 + count])
        found.append(content[place : place + size])
        place += size
    return found


def test_the_sound_of_an_ogg_of_several_streams(seconds):
    sound = pages(encoded(NOISE, format="OGG", subtype="VORBIS"))
    film = [b"OggS\0\2" + bytes(8) + b"film" + bytes(8) + b"\1\x08\x80theora\0"]
    film += [b"OggS\0\0" + bytes(8) + b"film" + bytes(8) + b"\1\x40" + b"v" * 64] * 3
    mixed = b"".join([film[0], sound[0], film[1], *sound[1:3], *film[2:], *sound[3:]])
    found, reading = seconds("a.ogg", mixed)
    assert found == pytest.approx(2.0, abs=0.001)
    assert not reading.why
    other = pages(encoded(NOISE[:RATE], format="OGG", subtype="VORBIS"))
    found, reading = seconds("a.ogg", b"".join([sound[0], other[0], *sound[1:], *other[1:]]))
    assert found == pytest.approx(2.0, abs=0.001)
    assert reading.why == STREAMS


def flac_with(frames):
    content = bytearray(encoded(NOISE, format="FLAC"))
    content[21] &= 0xF0
    content[22:26] = struct.pack(">I", frames)
    return bytes(content)


def test_flac_to_its_last_frame(seconds):
    whole = encoded(NOISE, format="FLAC")
    for content, expected, why in (
        (flac_with(0), 2.0, ""),
        (flac_with(0) + TAG, 2.0, ""),
        (whole + TAG, 2.0, ""),
        (whole * 2, 4.0, ""),
        (flac_with(0) + whole, 4.0, ""),
        (flac_with(RATE), 2.0, ""),
        (flac_with(4 * RATE), 2.0, CUT),
    ):
        found, reading = seconds("a.flac", content)
        assert found == pytest.approx(expected, abs=0.001)
        assert reading.why == why


# Of each format: the word before the size of the sound, the bytes between, and the size's own.
CHUNKED = {
    "WAV": (b"data", 0, "<I"),
    "WAVEX": (b"data", 0, "<I"),
    "AIFF": (b"SSND", 0, ">I"),
    "SVX": (b"BODY", 0, ">I"),
    "W64": (b"data", 12, "<Q"),
    "CAF": (b"data", 0, ">Q"),
    "AU": (b".snd", 4, ">I"),
}
HEADED = [*CHUNKED, "RF64", "NIST"]


@pytest.mark.parametrize("name", HEADED)
def test_a_file_that_was_cut_short_is_named(seconds, name):
    whole = encoded(NOISE, format=name, subtype="PCM_16")
    found, reading = seconds("a.wav", whole[: len(whole) // 5])
    assert found == pytest.approx(0.4, abs=0.05)
    assert reading.why == CUT
    assert reading.missing == pytest.approx(0.8, abs=0.02)


@pytest.mark.parametrize("name", HEADED)
def test_bytes_behind_the_sound_are_named_and_not_read(seconds, name):
    whole = encoded(NOISE, format=name, subtype="PCM_16")
    found, reading = seconds("a.wav", whole + np.random.default_rng(0).bytes(4 * RATE))
    assert found == pytest.approx(2.0, abs=0.001)
    assert reading.why == MORE
    assert reading.missing == pytest.approx(0.5, abs=0.01)
    found, reading = seconds("a.wav", whole + bytes(4 * RATE))
    assert found == pytest.approx(2.0, abs=0.001)
    assert not reading.why


@pytest.mark.parametrize("name", [name for name in HEADED if name != "NIST"])
def test_joined_files_are_read_to_the_end(seconds, name):
    whole = encoded(NOISE, format=name, subtype="PCM_16")
    other = encoded(NOISE[:RATE], format=name, subtype="PCM_16")
    found, reading = seconds("a.wav", whole + other)
    assert found == pytest.approx(3.0, abs=0.001)
    assert not reading.why


@pytest.mark.parametrize("name", CHUNKED)
def test_sizes_of_writers_that_could_not_go_back(seconds, name):
    word, skip, kind = CHUNKED[name]
    whole = encoded(NOISE, format=name, subtype="PCM_16")
    place = whole.index(word) + 4 + skip
    width = struct.calcsize(kind)
    for size in (0, 2 ** (8 * width) - 1):
        content = whole[:place] + struct.pack(kind, size) + whole[place + width :]
        found, reading = seconds("a.wav", content)
        assert found == pytest.approx(2.0, abs=0.001)
        assert not reading.why
    content = whole[:place] + struct.pack(kind, 1000) + whole[place + width :]
    assert seconds("a.wav", content)[1].why == MORE


@pytest.mark.parametrize("size", [0x7FFFF000, 0x80000000, 0xFFFFFFDB])
def test_sizes_that_programs_write_into_a_pipe(seconds, size):
    whole = encoded(NOISE, format="WAV", subtype="PCM_16")
    content = whole[:40] + struct.pack("<I", size) + whole[44:]
    found, reading = seconds("a.wav", content)
    assert found == pytest.approx(2.0, abs=0.001)
    assert not reading.why


def test_a_wav_of_more_than_four_gigabytes(tmp_path):
    whole = encoded(NOISE, format="WAV", subtype="PCM_16")
    path = tmp_path / "long.wav"
    path.write_bytes(whole)
    with path.open("r+b") as file:
        file.truncate(len(whole) + 2**32)  # sparse; the size in the header has overflown
        (part,) = parts_of(file, ".wav")
    assert not part.why
    assert sum(map(len, part.pieces)) == len(whole) + 2**32
    assert b"\xff\xff\xff\xff" in part.pieces


def test_chunks_behind_the_sound_and_missing_padding(seconds):
    whole = encoded(NOISE[:RATE], format="WAV", subtype="PCM_U8")
    odd = whole[:40] + struct.pack("<I", RATE - 1) + whole[44 : 44 + RATE - 1]
    tail = b"LIST" + struct.pack("<I", 4000) + np.random.default_rng(0).bytes(4000)
    for content in (odd + b"\0" + tail, odd + tail, whole + tail, odd):
        found, reading = seconds("a.wav", content)
        assert found == pytest.approx(1.0, abs=0.001)
        assert not reading.why


def test_prepare_names_each_reason(tones, quick, mp3):
    wav = encoded(NOISE, format="WAV", subtype="PCM_16")
    (tones / "low" / "cut.wav").write_bytes(wav[: len(wav) // 5])
    (tones / "low" / "more.wav").write_bytes(wav + b"x" * len(wav))
    (tones / "low" / "twice.mp3").write_bytes(mp3 * 2)
    report = quick(tones)
    assert not report.skipped
    lines = "\n".join(report.notices)
    assert f"1 file {CUT} (up to 80% is missing); what is there is used: low/cut.wav" in lines
    assert f"1 file {MORE} (up to 50% is missing); what is there is used: low/more.wav" in lines
    assert "twice.mp3" not in lines.replace("sample rate", "")
    minutes = sum(report.total(split).minutes for split in report.splits)
    assert minutes * 60 == pytest.approx(10 * 0.5 + 0.4 + 2.0 + 14.0, abs=0.1)


def test_reading_warns_of_what_is_missing_or_refuses(tmp_path):
    wav = encoded(NOISE, format="WAV", subtype="PCM_16")
    (tmp_path / "cut.wav").write_bytes(wav[: len(wav) // 5])
    with pytest.warns(UserWarning, match=rf"cut\.wav: {CUT} \(80% is missing\)"):
        sound = audio_files.read_audio(tmp_path / "cut.wav", 8000)
    assert len(sound) == pytest.approx(0.4 * 8000, abs=20)
    with pytest.raises(ValueError, match=r"cut\.wav: ending before .*: give the whole file"):
        audio_files.read_audio(tmp_path / "cut.wav", 8000, whole=True)


def test_the_page_reads_all_or_refuses(tmp_path, mp3):
    (tmp_path / "twice.mp3").write_bytes(mp3 * 2)
    assert len(read_sound(tmp_path / "twice.mp3", 8000, Limits())) == pytest.approx(
        14 * 8000, abs=9
    )
    with pytest.raises(Refused, match=r"twice\.mp3 lasts longer than 13 s"):
        read_sound(tmp_path / "twice.mp3", 8000, Limits(seconds=13.0))
    (tmp_path / "cut.mp3").write_bytes(mp3[: len(mp3) // 2])
    with pytest.raises(Refused, match=rf"^cut\.mp3: {CUT}.*give the whole file"):
        read_sound(tmp_path / "cut.mp3", 8000, Limits())


def test_the_own_rate_of_joined_files_is_that_of_the_first(tmp_path, mp3):
    (tmp_path / "a.mp3").write_bytes(mp3 + encoded(NOISE, 22050, format="MP3"))
    assert own_sample_rate(tmp_path / "a.mp3") == RATE


def test_a_joined_file_whose_second_part_is_damaged(seconds):
    one = encoded(NOISE, format="OGG", subtype="VORBIS")
    two = bytearray(encoded(NOISE[:RATE], format="OGG", subtype="VORBIS"))
    two[200:400] = bytes(200)  # in the code book
    found, reading = seconds("a.ogg", one + two)
    assert found == pytest.approx(2.0, abs=0.001)
    assert reading.why == BETWEEN
    assert 0.2 < reading.missing < 0.5


def test_mutated_files_are_read_or_refused(tmp_path, mp3):
    short = NOISE[:RATE]
    whole = [encoded(short, format=name, subtype="PCM_16") for name in (*CHUNKED, "RF64", "FLAC")]
    ogg = [encoded(short, 48000, format="OGG", subtype=name) for name in ("VORBIS", "OPUS")]
    generator = np.random.default_rng(7)
    outcomes = set()
    for content in [mp3, *whole, *ogg] * 6:
        mutated = bytearray(content + content[: len(content) // 2])
        for place in generator.integers(0, generator.choice([60, 600, len(mutated)], 3)):
            mutated[place : place + 4] = generator.bytes(generator.integers(0, 9))
        (tmp_path / "a.mp3").write_bytes(mutated)
        try:
            reading = read_to_file(tmp_path / "a.mp3", tmp_path / "out", 8000)
        except Unusable as error:
            outcomes.add(type(error))
        else:
            assert 0.0 <= reading.missing < 1.0
            assert reading.samples < 60 * 8000
            outcomes.add(reading.why)
    assert {Unusable, CUT, MORE, BETWEEN} <= outcomes
    assert Unreadable not in outcomes


class Failing:
    """A file that cannot be read from some place on."""

    def __init__(self, file, place):
        self.file, self.place = file, place

    def __getattr__(self, name):
        return getattr(self.file, name)

    def __enter__(self):
        return self

    def __exit__(self, *error):
        self.file.close()

    def _check(self):
        if self.file.tell() >= self.place:
            raise OSError(errno.ESTALE, "Stale file handle")

    def read(self, count=-1):
        self._check()
        return self.file.read(count)

    def readinto(self, memory):
        self._check()
        return self.file.readinto(memory)


@pytest.mark.parametrize("name", ["a.mp3", "a.flac"])
def test_a_file_that_goes_away_while_it_is_read(tmp_path, monkeypatch, untagged, name):
    content = {"a.mp3": untagged * 20, "a.flac": encoded(NOISE, format="FLAC") * 8}[name]
    (tmp_path / name).write_bytes(content)
    real = decoding.open_regular
    for place in (len(content) // 2, 1):
        monkeypatch.setattr(
            decoding, "open_regular", lambda path, place=place: Failing(real(path), place)
        )
        with pytest.raises(Unreadable, match="cannot be read: Stale file handle"):
            read_to_file(tmp_path / name, tmp_path / "out", 8000)


def test_what_a_decoder_says_of_the_system_is_looked_into(tmp_path, monkeypatch):
    (tmp_path / "a.wav").write_bytes(encoded(NOISE, format="WAV"))
    error = soundfile.LibsndfileError(2, "System error")

    def fail(*arguments, **options):
        raise error

    monkeypatch.setattr(soundfile.SoundFile, "read", fail)
    with pytest.raises(Unusable, match="damaged: decoding stopped") as caught:
        read_to_file(tmp_path / "a.wav", tmp_path / "out", 8000)
    assert not isinstance(caught.value, Unreadable)
