"""An httpx transport whose connections lead to public addresses only."""

import functools

import httpcore
import httpx

from tfaudiogen.collect.addresses import allowed_addresses

BROKEN = (httpcore.TimeoutException, httpcore.NetworkError, httpcore.ProtocolError)
"""Errors of connections that another attempt may not have."""


class PublicNetwork(httpcore.NetworkBackend):
    """Connects to the checked addresses of a host; certificates are checked for its name."""

    def __init__(self):
        self._network = httpcore.SyncBackend()

    def connect_tcp(self, host, port, timeout=None, local_address=None, socket_options=None):
        """Return a stream to the first address that answers.

        Raises:
            Forbidden: the host has no public address.
        """
        failure = None
        for address in _resolved(host, port):
            try:
                return self._network.connect_tcp(
                    address, port, timeout, local_address, socket_options
                )
            except (httpcore.ConnectError, httpcore.ConnectTimeout) as error:
                failure = error
        raise failure


class PublicTransport(httpx.BaseTransport):
    """Sends requests of an `httpx.Client` over a pool of connections of a `PublicNetwork`.

    Args:
        connections: maximum number of open connections.
    """

    def __init__(self, connections):
        self._pool = httpcore.ConnectionPool(
            ssl_context=_certificates(),
            max_connections=connections,
            network_backend=PublicNetwork(),
        )

    def handle_request(self, request):
        """Return the response, whose body is read from the connection on demand."""
        url = httpcore.URL(
            scheme=request.url.raw_scheme,
            host=request.url.raw_host,
            port=request.url.port,
            target=request.url.raw_path,
        )
        response = self._pool.handle_request(
            httpcore.Request(
                request.method,
                url,
                headers=request.headers.raw,
                content=request.stream,
                extensions=request.extensions,
            )
        )
        return httpx.Response(
            response.status, headers=response.headers, stream=_Body(response.stream)
        )

    def close(self):
        """Close all connections."""
        self._pool.close()


class _Body(httpx.SyncByteStream):
    def __init__(self, stream):
        self._stream = stream

    def __iter__(self):
        yield from self._stream

    def close(self):
        self._stream.close()


def _resolved(host, port):
    try:
        return allowed_addresses(host, port)
    except (OSError, UnicodeError) as error:
        raise httpcore.ConnectError(f"the host {host} is not found") from error


@functools.cache
def _certificates():
    """Return the context of TLS; reading the certificates takes a while."""
    return httpx.create_ssl_context()
