"""What requests are sent through: a transport or a whole httpx client of the caller's.

Both stay the caller's: they are used, never closed. Where none is given, `connections` has one.
"""

from __future__ import annotations

import time
from typing import TypeVar

from attrs import define

from golive.errors import InvalidInput
from golive.http import httpx

__all__ = ["CONNECT_TIMEOUT", "JOURNEY", "Journey", "async_transport", "transport"]

#: How long it may take to connect, in seconds, TLS and a proxy's consent included.
CONNECT_TIMEOUT = 15.0

#: Where the journey of a request is in its extensions.
JOURNEY = "golive_journey"

C = TypeVar("C", httpx.Client, httpx.AsyncClient)


@define
class Journey:
    """How far a request got, and until when it has to be over.

    Attributes:
        deadline: When it has to be over, by `time.monotonic`.
        sent: Whether anything of it was written to the service; None where that is not known.
    """

    deadline: float
    sent: bool | None = None

    @classmethod
    def of(cls, seconds: float) -> Journey:
        """Return the journey of a request that begins now."""
        return cls(time.monotonic() + seconds)

    @property
    def left(self) -> float:
        """How many seconds are left."""
        return self.deadline - time.monotonic()


def transport(
    transport: httpx.BaseTransport | None, http_client: httpx.Client | None
) -> httpx.BaseTransport | None:
    """Return what to send requests through, or None for httpx's own.

    Raises:
        InvalidInput: Both were given, or one of them is something else.
    """
    _check(transport, httpx.BaseTransport, http_client, httpx.Client)
    if http_client is not None:
        return _ThroughClient(http_client)
    return None if transport is None else _Borrowed(transport)


def async_transport(
    transport: httpx.AsyncBaseTransport | None, http_client: httpx.AsyncClient | None
) -> httpx.AsyncBaseTransport | None:
    """Return what to send async requests through, or None for httpx's own.

    Raises:
        InvalidInput: Both were given, or one of them is something else.
    """
    _check(transport, httpx.AsyncBaseTransport, http_client, httpx.AsyncClient)
    if http_client is not None:
        return _ThroughAsyncClient(http_client)
    return None if transport is None else _AsyncBorrowed(transport)


def _check(transport: object, base: type, http_client: object, client: type) -> None:
    if transport is not None and http_client is not None:
        raise InvalidInput("Give a transport or an http_client, not both: the client has a transport.")
    if not isinstance(transport, base | None):
        raise InvalidInput(
            f"transport must be an httpx.{base.__name__}, not {type(transport).__name__}."
        )
    if not isinstance(http_client, client | None):
        raise InvalidInput(
            f"http_client must be an httpx.{client.__name__}, not {type(http_client).__name__}."
        )


class _Borrowed(httpx.BaseTransport):
    """The caller's transport, which closing the client leaves open."""

    def __init__(self, transport: httpx.BaseTransport) -> None:
        self._transport = transport

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        return self._transport.handle_request(request)


class _AsyncBorrowed(httpx.AsyncBaseTransport):
    """The caller's transport, which closing the client leaves open."""

    def __init__(self, transport: httpx.AsyncBaseTransport) -> None:
        self._transport = transport

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        return await self._transport.handle_async_request(request)


class _ThroughClient(httpx.BaseTransport):
    """The caller's client, for its connections, proxies, certificates, headers and hooks."""

    def __init__(self, client: httpx.Client) -> None:
        self._client = client

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        _add_headers(self._client, request)
        try:
            response = self._client.send(request, stream=True, auth=None, follow_redirects=False)
        except httpx.HTTPStatusError as error:
            response = error.response
        return _as_received(response)


class _ThroughAsyncClient(httpx.AsyncBaseTransport):
    """The caller's client, for its connections, proxies, certificates, headers and hooks."""

    def __init__(self, client: httpx.AsyncClient) -> None:
        self._client = client

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        _add_headers(self._client, request)
        try:
            response = await self._client.send(request, stream=True, auth=None, follow_redirects=False)
        except httpx.HTTPStatusError as error:
            response = error.response
        return _as_received(response)


def _add_headers(client: C, request: httpx.Request) -> None:
    """Add the headers that the caller's client would, where golive has none of its own."""
    if client.is_closed:
        raise InvalidInput("The http_client that was given is closed.")
    for name, value in client.headers.items():
        request.headers.setdefault(name, value)


def _as_received(response: httpx.Response) -> httpx.Response:
    """Undo what a hook of the caller's client may have done: `raise_for_status`, or reading the body."""
    if response.is_stream_consumed or response.is_closed:
        headers = [(k, v) for k, v in response.headers.multi_items() if k != "content-encoding"]
        content = response.content if hasattr(response, "_content") else b""
        return httpx.Response(response.status_code, headers=headers, content=content)
    return response
