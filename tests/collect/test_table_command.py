"""`tfaudiogen collect table`."""

import sys

import pytest
from click.testing import CliRunner
from collect_server import picture, sound

from tfaudiogen.cli import main
from tfaudiogen.collect.table import items_of_table

pytest.importorskip("httpx", reason="collecting needs httpx")


@pytest.fixture
def run(tmp_path, monkeypatch):
    """Return a function that runs `tfaudiogen collect` in a folder of its own."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("TFAUDIOGEN_DEBUG", "0")

    def command(*words):
        return CliRunner().invoke(main, ["collect", *map(str, words)])

    return command


@pytest.fixture
def write(tmp_path, server):
    """Return a function that writes songs.csv, with an address for "AUDIO" and for "IMAGE"."""
    addresses = {"AUDIO": server.put("/a", sound()), "IMAGE": server.put("/b", picture())}

    def table(text, encoding="utf-8"):
        for word, address in addresses.items():
            text = text.replace(word, address)
        path = tmp_path / "songs.csv"
        path.write_bytes(text.encode(encoding))
        return path

    return table


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "latin-1"])
@pytest.mark.parametrize("separator", [",", ";", "\t"])
def test_a_table_becomes_two_folders_and_a_table_of_pairs(
    run, write, tmp_path, encoding, separator
):
    head, row = ("Title", "artist", "mp3", "cover"), ("Caf\xe9", "|Z, the; band|", "AUDIO", "IMAGE")
    write("\n".join(map(separator.join, (head, row))), encoding)
    words = ["table", "songs.csv", "--audio", "MP3", "--image", "cover", "--quote", "|"]
    words += ["--name", "title,artist", "--out", "songs", "--per-second", 1000]
    if encoding == "latin-1":
        words += ["--encoding", encoding]
    result = run(*words)
    assert result.exit_code == 0, result.output
    assert "1 of 1 rows are complete" in result.output
    assert result.output.rstrip().endswith("Wrote songs.")
    assert (tmp_path / "songs/audio/Caf\xe9 - Z, the; band.wav").is_file()
    assert (tmp_path / "songs/images/Caf\xe9 - Z, the; band.png").is_file()


def test_options_reach_the_files(run, write, tmp_path):
    write("a,rights\nAUDIO,CC0\n")
    words = ["--audio", "a", "--licence", "rights", "--seconds", 0.1, "--sample-rate", 4000]
    assert run("table", "songs.csv", *words, "--out", "songs").exit_code == 0
    assert (tmp_path / "songs/audio/000001.wav").stat().st_size == 44 + 800
    assert ",CC0," in (tmp_path / "songs/pairs.csv").read_text()


def test_what_was_not_collected_is_printed_with_its_reason(run, write, server):
    write(f"a\n{server.url}/none\n")
    result = run("table", "songs.csv", "--audio", "a", "--out", "songs")
    assert result.exit_code == 0
    assert "skipped: audio/000001" in result.output
    assert "404" in result.output


@pytest.mark.parametrize(
    ("words", "text"),
    [
        ((), "--audio, --image"),
        (("--audio", "none"), "must have the columns none"),
        (("--audio", "a", "--quote", "||"), "one character"),
        (("--audio", "a", "--encoding", "nonsense"), "encoding must be one that Python knows"),
        (("--audio", "a", "--seconds", "-1"), "--seconds"),
    ],
)
def test_bad_use_is_one_line(run, write, words, text):
    write("a\nAUDIO\n")
    result = run("table", "songs.csv", "--out", "songs", *words)
    assert result.exit_code == 2
    assert text in result.output
    assert "Traceback" not in result.output


def test_a_missing_package_is_named_with_its_extra(run, write, monkeypatch):
    write("a\nAUDIO\n")
    monkeypatch.setitem(sys.modules, "httpx", None)
    result = run("table", "songs.csv", "--audio", "a", "--out", "songs")
    assert result.exit_code == 2
    assert "pip install 'tfaudiogen[collect]'" in result.output


def test_rows_keep_their_licences_and_captions(write):
    path = write("a,Rights,words\nAUDIO,CC0,slow\nAUDIO,,\n")
    first, second = items_of_table(path, audio="a", licence="rights", caption="WORDS")
    assert (first.licence, first.caption, first.image) == ("CC0", "slow", None)
    assert (second.licence, second.caption, second.name) == ("", "", "")
