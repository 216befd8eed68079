"""Connections of golive's own: one request at a time on each, and a bound on the whole of it.

httpcore's pool bounds each read, not a request; it lends a connection that a fork shares with another
process, does not always take one back from a call that was cancelled, and looks at all of its requests
whenever one begins or ends. So each connection here stands alone, and knows the request it is used for.
"""

from __future__ import annotations

import ipaddress
import os
import queue
import socket
import ssl
import threading
import time
from collections import deque
from collections.abc import AsyncIterator, Callable, Iterable, Iterator
from functools import cache
from typing import Any, Generic, TypeVar

import anyio
import httpcore
from attrs import define

from golive.http import httpx
from golive.loops import PerLoop
from golive.origin import Origin
from golive.surroundings import Proxy, default_trust, find_proxy, trust_of_environment
from golive.transports import CONNECT_TIMEOUT, JOURNEY, Journey

__all__ = ["AsyncConnections", "Connections"]

#: A connection is not used again after so many seconds without use. Usual servers close it after 60 or
#: more; where one does so earlier, that is noticed.
KEEP_FOR = 50.0

#: So many unused connections are kept at most: as many as an async client has.
KEEP = 100

#: So many connections an async client has at most, for each event loop; further requests wait.
AT_ONCE = 100

C = TypeVar("C")

#: A server that closed the connection just then may answer so.
_GONE = (
    httpcore.ConnectionNotAvailable,
    httpx.CloseError,
    httpx.ReadError,
    httpx.RemoteProtocolError,
    httpx.WriteError,
)


@define
class _Route:
    """How the service is reached."""

    origin: Origin
    proxy: Proxy | None
    _trust: ssl.SSLContext | None

    @classmethod
    def to(cls, origin: Origin) -> _Route:
        proxy = find_proxy(origin)
        return cls(origin, proxy, trust_of_environment() if origin.scheme == "https" else None)

    @property
    def layers(self) -> int:
        """How many layers of TLS lie around a request."""
        around_proxy = self.proxy is not None and self.proxy.scheme == "https"
        return int(self.origin.scheme == "https") + int(around_proxy)

    @property
    def trust(self) -> ssl.SSLContext:
        """Whom to trust, read when the first connection is made."""
        if self.origin.scheme == "http":
            return _nobody()
        if self._trust is None:
            self._trust = default_trust()
        return self._trust

    def line(self, backend: Any, kinds: _Kinds[C]) -> C:
        """Make what holds one connection: itself, or with a proxy a pool that has room for one."""
        trust, proxy = self.trust, self.proxy
        if proxy is None:
            origin = httpcore.URL(str(self.origin)).origin
            return kinds.direct(
                origin, ssl_context=trust, keepalive_expiry=KEEP_FOR, network_backend=backend
            )
        options: dict[str, Any] = {
            "ssl_context": trust,
            "max_connections": 1,
            "max_keepalive_connections": 1,
            "keepalive_expiry": KEEP_FOR,
            "network_backend": backend,
        }
        scheme = "socks5" if proxy.is_socks else proxy.scheme
        url = httpcore.URL(scheme=scheme, host=proxy.host, port=proxy.port, target="/")
        if proxy.is_socks:
            return kinds.socks(proxy_url=url, proxy_auth=proxy.auth, **options)
        if proxy.scheme == "https":
            options["proxy_ssl_context"] = trust
        return kinds.http(proxy_url=url, proxy_auth=proxy.auth, **options)


@define
class _Kinds(Generic[C]):
    direct: Callable[..., C]
    http: Callable[..., C]
    socks: Callable[..., C]


_Line = httpcore.HTTPConnection | httpcore.ConnectionPool
_AsyncLine = httpcore.AsyncHTTPConnection | httpcore.AsyncConnectionPool

_SYNC: _Kinds[_Line] = _Kinds(httpcore.HTTPConnection, httpcore.HTTPProxy, httpcore.SOCKSProxy)
_ASYNC: _Kinds[_AsyncLine] = _Kinds(
    httpcore.AsyncHTTPConnection, httpcore.AsyncHTTPProxy, httpcore.AsyncSOCKSProxy
)


def _is_reusable(line: _Line | _AsyncLine) -> bool:
    if isinstance(line, (httpcore.ConnectionPool, httpcore.AsyncConnectionPool)):
        return any(connection.is_idle() for connection in line.connections)
    return line.is_idle() and not line.has_expired()


@cache
def _nobody() -> ssl.SSLContext:
    """Return a context for connections without TLS, since httpx wants one; to make one takes long."""
    return ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)


class _Wire:
    """What one connection knows of the request that it is used for."""

    def __init__(self, layers: int) -> None:
        self.layers: int = layers
        self.journey: Journey | None = None
        self.connect_by: float = 0.0
        self.stream: Any = None

    def begins(self) -> float:
        """Note that a connection is begun; return for how many seconds that may go on."""
        self.connect_by = time.monotonic() + CONNECT_TIMEOUT
        if self.journey is not None:
            self.connect_by = min(self.connect_by, self.journey.deadline)
            self.journey.sent = bool(self.journey.sent)
        return self.connect_by - time.monotonic()

    def writes(self, layer: int) -> None:
        """Note that something is about to be written: the request, or what leads up to it."""
        if layer >= self.layers and self.journey is not None:
            self.journey.sent = True

    def left(self, layer: int, error: type[httpcore.TimeoutException]) -> float:
        """Return how many seconds are left to read or write.

        Raises:
            TimeoutException: None.
        """
        by = self.connect_by if layer < self.layers or self.journey is None else self.journey.deadline
        left = by - time.monotonic()
        if left <= 0:
            raise error("the time is up")
        return left


class _Stream(httpcore.NetworkStream):
    def __init__(self, inner: httpcore.NetworkStream, wire: _Wire, layer: int) -> None:
        self._inner, self._wire, self._layer = inner, wire, layer
        wire.stream = self

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        left = self._wire.left(self._layer, httpcore.ReadTimeout)
        return self._inner.read(max_bytes, left)

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        # In pieces, since each gets the whole of what is left.
        for at in range(0, len(buffer), 65_536):
            left = self._wire.left(self._layer, httpcore.WriteTimeout)
            self._wire.writes(self._layer)
            self._inner.write(buffer[at : at + 65_536], left)

    def start_tls(
        self,
        ssl_context: ssl.SSLContext,
        server_hostname: str | None = None,
        timeout: float | None = None,
    ) -> httpcore.NetworkStream:
        left = self._wire.left(self._layer, httpcore.ConnectTimeout)
        inner = self._inner.start_tls(ssl_context, server_hostname, left)
        return _Stream(inner, self._wire, self._layer + 1)

    def get_extra_info(self, info: str) -> Any:
        return self._inner.get_extra_info(info)

    def close(self) -> None:
        self._inner.close()


class _AsyncStream(httpcore.AsyncNetworkStream):
    """The whole of a request is bounded by who sends it, so only connecting is bounded here."""

    def __init__(self, inner: httpcore.AsyncNetworkStream, wire: _Wire, layer: int) -> None:
        self._inner, self._wire, self._layer = inner, wire, layer
        wire.stream = self

    async def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        return await self._inner.read(max_bytes, self._left(httpcore.ReadTimeout))

    async def write(self, buffer: bytes, timeout: float | None = None) -> None:
        left = self._left(httpcore.WriteTimeout)
        self._wire.writes(self._layer)
        await self._inner.write(buffer, left)

    async def start_tls(
        self,
        ssl_context: ssl.SSLContext,
        server_hostname: str | None = None,
        timeout: float | None = None,
    ) -> httpcore.AsyncNetworkStream:
        left = self._wire.left(self._layer, httpcore.ConnectTimeout)
        inner = await self._inner.start_tls(ssl_context, server_hostname, left)
        return _AsyncStream(inner, self._wire, self._layer + 1)

    def get_extra_info(self, info: str) -> Any:
        return self._inner.get_extra_info(info)

    async def aclose(self) -> None:
        await self._inner.aclose()

    def _left(self, error: type[httpcore.TimeoutException]) -> float | None:
        return self._wire.left(self._layer, error) if self._layer < self._wire.layers else None


class _Backend(httpcore.NetworkBackend):
    def __init__(self, wire: _Wire) -> None:
        self._wire = wire
        self._inner = httpcore.SyncBackend()

    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[Any] | None = None,
    ) -> httpcore.NetworkStream:
        left = self._wire.begins()
        addresses = _resolved(host, port, left)
        while True:
            address = addresses.pop(0)
            left = self._wire.left(-1, httpcore.ConnectTimeout)
            try:
                # An address that does not answer leaves time for the others.
                stream = self._inner.connect_tcp(
                    address, port, left / (len(addresses) + 1), local_address, socket_options
                )
            except (httpcore.ConnectError, httpcore.ConnectTimeout):
                if not addresses:
                    raise
            else:
                return _Stream(stream, self._wire, 0)


class _AsyncBackend(httpcore.AsyncNetworkBackend):
    def __init__(self, wire: _Wire) -> None:
        self._wire = wire
        self._inner = httpcore.AnyIOBackend()

    async def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[Any] | None = None,
    ) -> httpcore.AsyncNetworkStream:
        left = self._wire.begins()
        stream = await self._inner.connect_tcp(host, port, left, local_address, socket_options)
        return _AsyncStream(stream, self._wire, 0)


def _resolved(host: str, port: int, seconds: float) -> list[str]:
    """Return the addresses of a host, within a time, which the operating system's function has not."""
    try:
        ipaddress.ip_address(host)
    except ValueError:
        pass
    else:
        return [host]
    found: queue.SimpleQueue[list[str] | OSError | UnicodeError] = queue.SimpleQueue()

    def ask() -> None:
        try:
            listed = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
            found.put([str(address[0]) for *_, address in listed])
        except (OSError, UnicodeError) as error:
            found.put(error)

    threading.Thread(target=ask, name="golive-resolver", daemon=True).start()
    try:
        answer = found.get(timeout=max(seconds, 0))
    except queue.Empty:
        raise httpcore.ConnectTimeout(f"the name {host} was not resolved in time") from None
    if isinstance(answer, (OSError, UnicodeError)):
        raise httpcore.ConnectError(str(answer)) from answer
    return answer


class _Link(httpx.HTTPTransport):
    """One connection, or none yet. What httpx's transport does with a request is left to it."""

    def __init__(self, route: _Route) -> None:
        super().__init__(verify=route.trust)
        self.wire: _Wire = _Wire(route.layers)
        self.unused_since: float = 0.0
        # The one private name of httpx here: it has no argument for what it sends through.
        self._pool: Any = route.line(_Backend(self.wire), _SYNC)

    @property
    def is_reusable(self) -> bool:
        return _is_reusable(self._pool)

    def close(self) -> None:
        # Also one that was not yet connected, or of which httpcore knows no more.
        if self.wire.stream is not None:
            self.wire.stream.close()
        super().close()


class _AsyncLink(httpx.AsyncHTTPTransport):
    """One async connection, or none yet. What httpx's transport does with a request is left to it."""

    def __init__(self, route: _Route) -> None:
        super().__init__(verify=route.trust)
        self.wire: _Wire = _Wire(route.layers)
        self.unused_since: float = 0.0
        # The one private name of httpx here: it has no argument for what it sends through.
        self._pool: Any = route.line(_AsyncBackend(self.wire), _ASYNC)

    @property
    def is_reusable(self) -> bool:
        return _is_reusable(self._pool)

    async def aclose(self) -> None:
        with anyio.CancelScope(shield=True):
            if self.wire.stream is not None:
                await self.wire.stream.aclose()
            await super().aclose()


L = TypeVar("L", _Link, _AsyncLink)


class _Shelf(Generic[L]):
    """The connections that are not in use; the one that was used last is taken first.

    There is no lock: adding to a deque and taking from it are safe by themselves.
    """

    def __init__(self) -> None:
        self._links: deque[L] = deque()

    def take(self) -> tuple[L | None, list[L]]:
        """Return one that may be used, if there is one, and those that are too old or were closed."""
        old: list[L] = []
        while True:
            try:
                link = self._links.pop()
            except IndexError:
                return None, old
            if time.monotonic() - link.unused_since < KEEP_FOR and link.is_reusable:
                return link, old
            old.append(link)

    def put(self, link: L) -> list[L]:
        """Add one; return those that are too old or too many."""
        link.unused_since = time.monotonic()
        self._links.append(link)
        old = []
        try:
            while len(self._links) > KEEP or link.unused_since - self._links[0].unused_since > KEEP_FOR:
                old.append(self._links.popleft())
        except IndexError:
            pass
        return old

    def clear(self) -> list[L]:
        """Take all."""
        links = []
        while True:
            try:
                links.append(self._links.pop())
            except IndexError:
                return links


class Connections(httpx.BaseTransport):
    """A transport that opens connections to one origin, and keeps what can be used again.

    What reads is sent on a connection that is open, if there is one; what starts something always on a
    fresh one, since a server may close one unannounced, and then nobody knows whether it acted. There
    may be as many requests at once as there are threads.

    Args:
        origin: Where all requests go.

    Raises:
        InvalidInput: The environment names a proxy or certificates that cannot be used.
    """

    def __init__(self, origin: Origin) -> None:
        self._route = _Route.to(origin)
        self._unused: _Shelf[_Link] = _Shelf()
        self._process = os.getpid()
        self._closed = False

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        """Send a request; an extension point of httpx."""
        if os.getpid() != self._process:
            self._forget()
        if request.method == "GET":
            link, old = self._unused.take()
            _close(old)
            if link is not None:
                try:
                    return self._send(link, request)
                except _GONE:
                    # It was closed in the meantime; what reads is asked again without more ado.
                    pass
        return self._send(_Link(self._route), request)

    def close(self) -> None:
        """Close the connections that are not in use; the others follow when they are done."""
        self._closed = True
        _close(self._unused.clear())

    def _send(self, link: _Link, request: httpx.Request) -> httpx.Response:
        link.wire.journey = request.extensions.get(JOURNEY)
        try:
            response = link.handle_request(request)
        except BaseException:
            link.close()
            raise
        stream = response.stream
        assert isinstance(stream, httpx.SyncByteStream)  # noqa: S101 - for the type checker
        response.stream = _Lent(stream, link, self)
        return response

    def give_back(self, link: _Link) -> None:
        """Keep a connection for the next request."""
        link.wire.journey = None
        _close(self._unused.put(link))
        if self._closed:
            _close(self._unused.clear())

    def _forget(self) -> None:
        """Leave the connections of the process that this one was forked from to that one.

        Closing the sockets here closes them for this process alone.
        """
        self._process = os.getpid()
        for link in self._unused.clear():
            if link.wire.stream is not None:
                link.wire.stream.close()


def _close(links: Iterable[_Link]) -> None:
    for link in links:
        link.close()


class _Lent(httpx.SyncByteStream):
    """The body of an answer, with which a connection comes back."""

    def __init__(self, inner: httpx.SyncByteStream, link: _Link, owner: Connections) -> None:
        self._inner, self._link, self._owner = inner, link, owner
        self._whole = self._closed = False

    def __iter__(self) -> Iterator[bytes]:
        yield from self._inner
        self._whole = True

    def close(self) -> None:
        if self._closed:
            return
        self._closed = True
        kept = False
        try:
            self._inner.close()
            kept = self._whole and self._link.is_reusable
        finally:
            if not kept:
                self._link.close()
        if kept:
            self._owner.give_back(self._link)


class _Slots:
    """So many at once; the others wait for their turn.

    anyio's semaphore would do, but for versions that forget to wake a waiter if another is cancelled.
    """

    def __init__(self, number: int) -> None:
        self._free = number
        self._waiting: dict[anyio.Event, None] = {}

    async def acquire(self) -> None:
        if self._free:
            self._free -= 1
            return
        turn = anyio.Event()
        self._waiting[turn] = None
        try:
            await turn.wait()
        except BaseException:
            if self._waiting.pop(turn, turn) is turn:
                # It was given the slot at the moment it was cancelled.
                self.release()
            raise

    def release(self) -> None:
        if self._waiting:
            turn = next(iter(self._waiting))
            del self._waiting[turn]
            turn.set()
        else:
            self._free += 1


class _LoopShare:
    """What an async client has in one event loop of one process."""

    def __init__(self) -> None:
        self.process: int = os.getpid()
        self.unused: _Shelf[_AsyncLink] = _Shelf()
        self.slots: _Slots = _Slots(AT_ONCE)
        #: Connections of the process that this one was forked from. They are not even freed: closing
        #: them would take them from that one's event loop.
        self.foreign: list[_AsyncLink] = []

    def renew(self) -> None:
        """Begin anew after a fork."""
        self.process = os.getpid()
        self.foreign += self.unused.clear()
        self.slots = _Slots(AT_ONCE)


class AsyncConnections(httpx.AsyncBaseTransport):
    """The async counterpart of `Connections`, with at most a hundred connections in an event loop.

    A request waits for its turn beyond that, and its bound counts.

    Args:
        origin: Where all requests go.

    Raises:
        InvalidInput: The environment names a proxy or certificates that cannot be used.
    """

    def __init__(self, origin: Origin) -> None:
        self._route = _Route.to(origin)
        self._shares = PerLoop(_LoopShare)
        self._closed = False

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        """Send a request; an extension point of httpx."""
        share, journey = self._share(), request.extensions.get(JOURNEY)
        known = None if journey is None else journey.sent
        if journey is not None:
            journey.sent = bool(known)
        await share.slots.acquire()
        if journey is not None:
            journey.sent = known
        slots = share.slots
        try:
            response = await self._send_somewhere(request, share)
        except BaseException:
            slots.release()
            raise
        return response

    async def aclose(self) -> None:
        """Close the connections that are not in use; the others follow when they are done."""
        self._closed = True
        await _aclose(self._share().unused.clear())

    def _share(self) -> _LoopShare:
        share = self._shares.get()
        if share.process != os.getpid():
            share.renew()
        return share

    async def _send_somewhere(self, request: httpx.Request, share: _LoopShare) -> httpx.Response:
        if request.method == "GET":
            link, old = share.unused.take()
            try:
                await _aclose(old)
            except BaseException:
                if link is not None:
                    await link.aclose()
                raise
            if link is not None:
                try:
                    return await self._send(link, request, share)
                except _GONE:
                    # It was closed in the meantime; what reads is asked again without more ado.
                    pass
        return await self._send(_AsyncLink(self._route), request, share)

    async def _send(self, link: _AsyncLink, request: httpx.Request, share: _LoopShare) -> httpx.Response:
        link.wire.journey = request.extensions.get(JOURNEY)
        try:
            response = await link.handle_async_request(request)
        except BaseException:
            await link.aclose()
            raise
        stream = response.stream
        assert isinstance(stream, httpx.AsyncByteStream)  # noqa: S101 - for the type checker
        response.stream = _AsyncLent(stream, link, share, self)
        return response

    async def give_back(self, link: _AsyncLink, share: _LoopShare) -> None:
        """Keep a connection for the next request."""
        link.wire.journey = None
        old = share.unused.put(link)
        if self._closed:
            old += share.unused.clear()
        await _aclose(old)


async def _aclose(links: Iterable[_AsyncLink]) -> None:
    with anyio.CancelScope(shield=True):
        for link in links:
            await link.aclose()


class _AsyncLent(httpx.AsyncByteStream):
    """The body of an answer, with which a connection and a slot come back."""

    def __init__(
        self,
        inner: httpx.AsyncByteStream,
        link: _AsyncLink,
        share: _LoopShare,
        owner: AsyncConnections,
    ) -> None:
        self._inner, self._link, self._share, self._owner = inner, link, share, owner
        self._slots = share.slots
        self._whole = self._closed = False

    async def __aiter__(self) -> AsyncIterator[bytes]:
        async for chunk in self._inner:
            yield chunk
        self._whole = True

    async def aclose(self) -> None:
        if self._closed:
            return
        self._closed = True
        kept = False
        try:
            with anyio.CancelScope(shield=True):
                await self._inner.aclose()
            kept = self._whole and self._link.is_reusable
        finally:
            self._slots.release()
            if not kept:
                await self._link.aclose()
        if kept:
            await self._owner.give_back(self._link, self._share)
