"""The log shows a line of each kind once in a period."""

import contextlib
import io
import logging
import sys
import threading

import click

from tfaudiogen.app.log_rate import RatedLog, rated_stderr


def log(**options):
    """Return a log of periods of ten seconds, the stream behind it, and its clock, a list."""
    out, clock = io.StringIO(), [0.0]
    return RatedLog(out, 10.0, clock=lambda: clock[0], **options), out, clock


def test_lines_that_differ_by_numbers_are_shown_once():
    rated, out, _ = log()
    for number in range(1000):
        rated.write(f"error {number} at {hex(number)}\nanother\n")
    assert out.getvalue() == "error 0 at 0x0\nanother\n"


def test_what_was_left_out_is_said_in_the_next_period():
    rated, out, clock = log()
    for _ in range(5):
        rated.write("error\n")
    clock[0] = 11.0
    rated.write("error\n")
    assert out.getvalue() == "error\n(4 further lines of these kinds are left out.)\nerror\n"


def test_there_are_so_many_kinds_and_lines_have_an_end():
    rated, out, _ = log(most_kinds=3)
    for letter in "abcdefg":
        rated.write(letter * 100_000 + "\n")
    rated.end()
    *lines, last = out.getvalue().splitlines()
    assert [line[0] for line in lines] == ["a", "b", "c"]
    assert max(map(len, lines)) == 2000
    assert "4 further lines" in last


def test_a_line_may_come_in_parts_and_never_end():
    rated, out, _ = log()
    for text in ("half a ", "line\nand", " more"):
        rated.write(text)
    assert out.getvalue() == "half a line\n"
    for _ in range(100):
        rated.write("x" * 1000)
    rated.end()
    assert out.getvalue().startswith("half a line\nand more")
    assert len(out.getvalue()) < 2100


def test_threads_do_not_mix_their_lines():
    rated, out, _ = log()
    letters = "abcdefgh"
    threads = [
        threading.Thread(target=lambda one=one: rated.write(f"{one * 500}\n")) for one in letters
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(out.getvalue().splitlines()) == [one * 500 for one in letters]


def test_all_that_is_written_to_the_error_stream_passes_it():
    out = io.StringIO()
    with contextlib.redirect_stderr(out):
        with rated_stderr():
            for number in range(50):
                print("printed", number, file=sys.stderr)
                click.echo(f"echoed {number}", err=True)
                logging.lastResort.emit(logging.makeLogRecord({"msg": f"logged {number}"}))
        print("afterwards", file=sys.stderr)
    shown = out.getvalue().splitlines()
    assert shown[:3] == ["printed 0", "echoed 0", "logged 0"]
    assert shown[3:] == ["(147 further lines of these kinds are left out.)", "afterwards"]
