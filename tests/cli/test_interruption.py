"""Ctrl-C is not lost in code that C++ called, and a second one is not kept waiting."""

import signal

import pytest

from tfaudiogen import files
from tfaudiogen.cli.interruption import Interruption


def press():
    signal.raise_signal(signal.SIGINT)


@pytest.fixture(autouse=True)
def handler():
    """The answer to Ctrl-C before a test, which it has again after it."""
    before = signal.getsignal(signal.SIGINT)
    yield before
    signal.signal(signal.SIGINT, before)


def pressed(steps, interruption):
    with interruption:
        press()
        for step in steps:
            step()


def test_it_waits_for_this_package_to_be_called():
    reached, interruption = [], Interruption()
    steps = [
        lambda: reached.append("other code"),
        lambda: reached.append(len(sorted([2, 1]))),
        lambda: files.sample_rate_of("none.wav"),
        lambda: reached.append("our code"),
    ]
    with pytest.raises(KeyboardInterrupt):
        pressed(steps, interruption)
    assert reached == ["other code", 2]
    assert interruption.pressed
    assert signal.getsignal(signal.SIGINT) is signal.SIG_IGN


def test_the_second_is_raised_at_once():
    with pytest.raises(KeyboardInterrupt):
        pressed([press], Interruption())


def test_ctrl_c_is_given_back(handler):
    with Interruption() as interruption:
        assert signal.getsignal(signal.SIGINT) is not handler
    assert not interruption.pressed
    assert signal.getsignal(signal.SIGINT) is handler
