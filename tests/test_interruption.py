"""Signals are not lost in code that C++ called, and wait for the end of what cleans up."""

import contextlib
import os
import pty
import signal
import subprocess
import sys
from pathlib import Path

import pytest

import tfaudiogen
from tfaudiogen.io import audio_files
from tfaudiogen.runtime import interruption
from tfaudiogen.runtime.interruption import SIGNALS, Interruption, Stopped, answering


def press(number=signal.SIGINT):
    signal.raise_signal(number)


@pytest.fixture(autouse=True)
def handlers():
    """The answers to signals before a test, which they have again after it."""
    before = {number: signal.getsignal(number) for number in SIGNALS}
    yield before
    interruption.give_back(before)


def pressed(steps, interruption, number=signal.SIGINT):
    with interruption:
        press(number)
        for step in steps:
            step()


@pytest.mark.parametrize("number", SIGNALS)
def test_it_waits_for_this_package_to_be_called(number):
    reached, interruption = [], Interruption()
    steps = [
        lambda: reached.append("other code"),
        lambda: reached.append(len(sorted([2, 1]))),
        lambda: audio_files.sample_rate_of("none.wav"),
        lambda: reached.append("our code"),
    ]
    with pytest.raises(Stopped) as raised:
        pressed(steps, interruption, number)
    assert reached == ["other code", 2]
    assert interruption.number == raised.value.number == number
    assert {signal.getsignal(number) for number in SIGNALS} == {signal.SIG_IGN}


def test_the_second_is_raised_at_once():
    with pytest.raises(Stopped):
        pressed([press], Interruption())


def test_signal_handlers_are_restored(handlers):
    with Interruption() as interruption:
        assert all(signal.getsignal(number) is not handlers[number] for number in SIGNALS)
    assert interruption.number is None
    assert {number: signal.getsignal(number) for number in SIGNALS} == handlers


def test_a_hang_up_that_is_ignored_stays_so():
    signal.signal(signal.SIGHUP, signal.SIG_IGN)
    with Interruption():
        assert signal.getsignal(signal.SIGHUP) is signal.SIG_IGN
        with answering(lambda number, pass_on: None):
            assert signal.getsignal(signal.SIGHUP) is signal.SIG_IGN


# As if this were code of the package: the name of the module shows it.
OURS = """
from tfaudiogen.runtime.interruption import uninterrupted

@uninterrupted
def clean_up(press, done):
    press()
    helper(press, done)
    done.append("cleaned up")

def helper(press, done):
    press()
    done.append("helped")

def work(press, done):
    done.append("begun")
    try:
        done.append("worked")
    finally:
        clean_up(press, done)
    helper(press, done)
"""


@pytest.fixture(scope="module")
def ours():
    """The functions of a module of the package that is not there."""
    module = {"__name__": "tfaudiogen.made_up"}
    exec(compile(OURS, "made_up.py", "exec"), module)
    return module


@pytest.mark.parametrize("number", SIGNALS)
def test_no_signal_interrupts_clean_up_however_often_it_comes(ours, number):
    done = []
    with pytest.raises(Stopped) as raised, Interruption():
        ours["work"](lambda: press(number), done)
    assert done == ["begun", "worked", "helped", "cleaned up"]
    assert raised.value.number == number


# Its functions and this module's are called in turn; what is there must be cleaned up.
KEPT = """
import contextlib
from tfaudiogen.runtime.interruption import uninterrupted

present = []

@contextlib.contextmanager
@uninterrupted
def there():
    present.append(1)
    try:
        yield
    finally:
        sorted([2, 1], key=lambda x: -x)
        present.pop()

class There:
    @uninterrupted
    def __enter__(self):
        present.append(2)

    @uninterrupted
    def __exit__(self, *error):
        self.leave()

    def leave(self):
        present.pop()

def work():
    with there(), There():
        sorted([2, 1], key=lambda x: -x)
    sorted([2, 1], key=lambda x: -x)
"""


def by_signal(frame):
    press()


def in_that_frame(frame):
    signal.getsignal(signal.SIGINT)(signal.SIGINT, frame)


@pytest.mark.parametrize("send", [by_signal, in_that_frame])
def test_a_signal_at_any_call_leaves_nothing_that_a_context_has_to_clean_up(send):
    module = {"__name__": "tfaudiogen.made_up"}
    exec(compile(KEPT, "made_up.py", "exec"), module)
    stopped = 0
    for moment in range(20):
        left = iter(range(moment, -1, -1))

        def look(frame, event, argument, left=left):
            if frame.f_code.co_filename == "made_up.py" and next(left, None) == 0:
                send(frame)

        with contextlib.suppress(Stopped), Interruption() as interruption:
            sys.settrace(look)  # which sees calls alone, as it returns nothing
            try:
                module["work"]()
            finally:
                sys.settrace(None)
        stopped += interruption.number is not None
        assert module["present"] == [], f"at call {moment}"
    assert 5 < stopped < 20


def test_what_answers_a_signal_may_pass_it_on():
    handled = []

    def answer(number, pass_on):
        handled.append(number)
        if len(handled) == 2:
            pass_on()

    def twice():
        with Interruption(), answering(answer):
            press(signal.SIGTERM)
            press(signal.SIGTERM)
            audio_files.sample_rate_of("none.wav")

    with pytest.raises(Stopped):
        twice()
    assert handled == [signal.SIGTERM] * 2


HUNG_UP = """
import os, sys
from tfaudiogen.runtime.interruption import Interruption
try:
    with Interruption():
        print("ready", flush=True)
        while True:
            os.path.exists("none")
            __import__("tfaudiogen.service.tables").service.tables.middle({})
except KeyboardInterrupt as stopped:
    print("still speaking", flush=True)
    open(sys.argv[1], "w").write(str(stopped.number))
"""


def test_a_terminal_that_goes_away_does_not_keep_from_saving(tmp_path):
    leader, follower = pty.openpty()
    environment = os.environ | {"PYTHONPATH": str(Path(tfaudiogen.__file__).parent.parent)}
    start = "import fcntl, termios; fcntl.ioctl(1, termios.TIOCSCTTY, 0)\n"
    process = subprocess.Popen(
        [sys.executable, "-c", start + HUNG_UP, tmp_path / "saved"],
        stdin=follower,
        stdout=follower,
        stderr=subprocess.DEVNULL,
        env=environment,
        start_new_session=True,
    )
    os.close(follower)
    assert os.read(leader, 5) == b"ready"
    os.close(leader)
    assert process.wait(60) == 0
    assert (tmp_path / "saved").read_text() == str(int(signal.SIGHUP))
