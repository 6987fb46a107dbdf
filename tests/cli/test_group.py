"""The group: help with examples, bad use in one line with exit code 2, failures with 1."""

import errno
import signal
from pathlib import Path

import click
import pytest

from tfaudiogen import presets
from tfaudiogen.cli import group
from tfaudiogen.runtime import interruption
from tfaudiogen.runtime.interruption import SIGNALS
from tfaudiogen.service import errors


@pytest.fixture
def failing(monkeypatch):
    """Return a function that makes `tfaudiogen presets` raise an exception."""

    def install(error):
        @click.command()
        def presets():
            raise error

        monkeypatch.setattr("tfaudiogen.cli.commands.presets.presets", presets)

    monkeypatch.setenv("TFAUDIOGEN_DEBUG", "0")
    return install


def test_no_arguments_are_answered_with_help(run):
    result = run()
    assert result.exit_code == 0
    assert all(f"\n  {name} " in result.output for name in group.COMMANDS)


@pytest.mark.parametrize("name", group.COMMANDS)
def test_the_help_of_a_command_has_an_example(run, name):
    result = run(name, "--help")
    assert result.exit_code == 0
    assert "Example" in result.output
    assert f"\n    tfaudiogen {name}" in result.output


@pytest.mark.parametrize("name", group.COMMANDS)
def test_an_unknown_option_names_itself_and_the_help(refused, name):
    line = refused(name, "--nonsense")
    assert "--nonsense" in line
    assert f"{name} --help`" in line


def test_an_unknown_command_is_refused(refused):
    assert "'sing'" in refused("sing")


def test_a_value_out_of_range_is_refused_before_any_work(refused):
    assert "--count" in refused("sample", "nowhere", "--count", "0")


def test_a_failure_is_one_line_and_says_how_to_see_more(run, failing):
    failing(RuntimeError("the disk\nis full"))
    result = run("presets")
    assert result.exit_code == 1
    assert result.output.startswith("Error: the disk is full")
    assert "--debug" in result.output
    assert result.output.count("\n") == 1


def test_what_a_terminal_obeys_is_written_out(run, failing):
    failing(RuntimeError("\x1b[2Jgone.wav: damaged"))
    assert run("presets").output.startswith("Error: \\x1b[2Jgone.wav: damaged")


def test_lines_are_printed_in_one_place():
    for path in Path(group.__file__).parent.rglob("*.py"):
        direct = path.read_text(encoding="utf-8").count("click.echo(")
        assert direct == {"streams.py": 1, "group.py": 1}.get(path.name, 0), path.name


def test_debug_shows_the_trace(run, failing):
    failing(RuntimeError("the disk is full"))
    result = run("--debug", "presets")
    assert isinstance(result.exception, RuntimeError)


@pytest.mark.parametrize(
    ("words", "line"), [((), "Stopped."), (("Go on with --resume",), "Go on with --resume")]
)
def test_an_interruption_is_one_line(run, failing, words, line):
    failing(KeyboardInterrupt(*words))
    result = run("presets")
    assert result.exit_code == 130
    assert result.output.strip() == line


class _Sends:
    """An exception that is asked for while a signal comes, and hides what that raised."""

    def __init__(self, number):
        self.number = number

    def __call__(self):
        try:
            signal.raise_signal(self.number)
            errors.exit_code(ValueError())
        except KeyboardInterrupt as error:
            raise RuntimeError("in another library") from error


@pytest.mark.parametrize("number", SIGNALS)
@pytest.mark.usefixtures("signals_restored")
def test_the_exit_code_shows_the_signal_also_where_others_have_hidden_it(run, monkeypatch, number):
    command = click.command(name="presets")(_Sends(number))
    monkeypatch.setattr("tfaudiogen.cli.commands.presets.presets", command)
    monkeypatch.setenv("TFAUDIOGEN_DEBUG", "0")
    result = run("presets")
    assert result.exit_code == 128 + number
    assert result.output.strip() == "Stopped."


@pytest.fixture
def signals_restored():
    before = {number: signal.getsignal(number) for number in SIGNALS}
    for number in SIGNALS:
        signal.signal(number, signal.default_int_handler)  # nohup has SIGHUP ignored
    yield
    interruption.give_back(before)


def _raised(error):
    try:
        raise error
    except Exception as caught:
        return caught


class _OursError(ValueError):
    __module__ = "tfaudiogen.somewhere"


@pytest.mark.parametrize(
    ("error", "code"),
    [
        (_OursError("bad argument"), 2),
        (ValueError("from a library"), 1),
        (KeyError("a bug"), 1),
        (FileNotFoundError(errno.ENOENT, "No such file", "a.wav"), 2),
        (PermissionError(errno.EACCES, "Permission denied", "a.wav"), 2),
        (OSError(errno.ENOSPC, "No space left on device"), 1),
        (click.UsageError("bad option"), 2),
        (click.Abort(), 130),
    ],
    ids=lambda value: type(value).__name__ if isinstance(value, Exception) else str(value),
)
def test_exit_codes_tell_bad_use_from_failure(error, code):
    error = _raised(error)
    assert errors.exit_code(error) == code
    assert "\n" not in errors.one_line(error)


def test_a_value_error_of_this_package_is_bad_use():
    with pytest.raises(ValueError, match="sinewave") as caught:
        presets.get("nonsense")
    assert errors.exit_code(caught.value) == 2


def test_a_missing_file_is_named():
    error = _raised(FileNotFoundError(errno.ENOENT, "No such file", "a.wav"))
    assert errors.one_line(error) == "Error: a.wav: No such file."
