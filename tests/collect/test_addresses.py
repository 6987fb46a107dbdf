"""Only public addresses are asked, whichever way they are written or found."""

import socket

import pytest

from tfaudiogen.collect import addresses
from tfaudiogen.collect.addresses import Forbidden, allowed_addresses


def resolving(monkeypatch, *found):
    """Let every name lead to these addresses."""
    entries = [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (one, 80)) for one in found]
    monkeypatch.setattr(addresses.socket, "getaddrinfo", lambda *_, **__: entries)


@pytest.mark.parametrize(
    "address",
    ["127.0.0.1", "10.1.2.3", "172.16.0.1", "192.168.1.1", "169.254.169.254", "0.0.0.0"]
    + ["100.64.0.1", "224.0.0.1", "255.255.255.255", "::1", "fe80::1", "fc00::1", "::"]
    + ["::ffff:10.0.0.1", "2002:7f00:1::", "64:ff9b::a00:1", "ff02::1"],
)
def test_what_is_not_public_is_refused(monkeypatch, address):
    resolving(monkeypatch, address)
    with pytest.raises(Forbidden, match="no public address"):
        allowed_addresses("a.example", 80)


@pytest.mark.parametrize("address", ["93.184.216.34", "2606:2800:220:1::1", "::ffff:8.8.8.8"])
def test_public_addresses_are_returned(monkeypatch, address):
    resolving(monkeypatch, address)
    assert allowed_addresses("a.example", 80) == [address]


def test_of_several_addresses_only_public_ones_are_returned(monkeypatch):
    resolving(monkeypatch, "10.0.0.1", "93.184.216.34", "127.0.0.1")
    assert allowed_addresses("a.example", 80) == ["93.184.216.34"]


@pytest.mark.parametrize("written", ["127.0.0.1", "2130706433", "0x7f.1", "localhost"])
def test_other_spellings_of_loopback_are_refused(written):
    with pytest.raises(Forbidden):
        allowed_addresses(written, 80)


def test_the_variable_allows_loopback_and_nothing_else(monkeypatch):
    monkeypatch.setenv(addresses.LOOPBACK_VARIABLE, "1")
    assert allowed_addresses("127.0.0.1", 80) == ["127.0.0.1"]
    resolving(monkeypatch, "127.0.0.2", "10.0.0.1")
    assert allowed_addresses("a.example", 80) == ["127.0.0.2"]
    resolving(monkeypatch, "169.254.169.254")
    with pytest.raises(Forbidden):
        allowed_addresses("a.example", 80)
