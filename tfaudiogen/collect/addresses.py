"""Resolves host names and refuses every address that is not public."""

import ipaddress
import os
import socket

from tfaudiogen.disk.errors import Unusable

LOOPBACK_VARIABLE = "TFAUDIOGEN_COLLECT_LOOPBACK"
"""Environment variable that allows loopback addresses, for tests with a server on this machine."""
_NAT64 = ipaddress.IPv6Network("64:ff9b::/96")


class Forbidden(Unusable):
    """Raised if a host has no public address; the message is the reason."""


def allowed_addresses(host, port):
    """Resolves a host name and returns its public addresses, as a list of strings.

    Callers connect to the returned addresses, never to the name: a second look-up could give
    another address than the one that was checked.

    Args:
        host: name or address.
        port: port number.

    Raises:
        Forbidden: all addresses are private, loopback, link-local or otherwise reserved.
        OSError: the name cannot be resolved.
    """
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    addresses = list(dict.fromkeys(entry[4][0] for entry in found))
    allowed = [address for address in addresses if _is_allowed(ipaddress.ip_address(address))]
    if not allowed:
        raise Forbidden(
            f"{host} leads to {', '.join(addresses)}, which is no public address; only public ones "
            "are asked"
        )
    return allowed


def _is_allowed(address):
    inner = _embedded(address)
    if inner is not None:
        return _is_allowed(inner)
    if address.is_loopback and os.environ.get(LOOPBACK_VARIABLE) == "1":
        return True
    return address.is_global and not address.is_multicast and not address.is_reserved


def _embedded(address):
    """Return the IPv4 address that an IPv6 address leads to, or None."""
    if address.version == 4:
        return None
    if address in _NAT64:
        return ipaddress.IPv4Address(int(address) & 0xFFFFFFFF)
    return address.ipv4_mapped or address.sixtofour
