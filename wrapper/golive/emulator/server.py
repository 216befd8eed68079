"""Serving the emulator: in process, in a thread, or in the foreground."""

from __future__ import annotations

import socket
import threading
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from functools import partial
from typing import Any

import anyio
import httpx
import uvicorn
from starlette.types import ASGIApp
from uvicorn.protocols.http.h11_impl import H11Protocol

from golive.emulator.app import make_app
from golive.emulator.faults import FaultLayer, Rule, read_rules
from golive.emulator.market import Market, Offer, Scenario

__all__ = ["TOKEN", "Emulator"]

#: The token that every emulator accepts, for all publishers.
TOKEN = "emulator"  # noqa: S105

#: A token that is good, but has no access to any publisher.
STRANGERS_TOKEN = "stranger"  # noqa: S105


class Emulator:
    """The service, emulated: the contract's endpoints around a marketplace that is kept in memory.

    It begins with the publisher `contoso` and three offers: `contoso-offer` (migrated, in preview),
    `contoso-legacy` (not migrated, in preview) and `contoso-draft` (migrated, never published). It
    accepts the token `emulator`; with the token `stranger` every publisher is forbidden.

    Args:
        speed: How many seconds pass in the market while one passes on the clock. A go-live takes three
            days of the market's time, that is 13 seconds at the default of 20,000.
        scenario: How operations end.
        clock: Returns the time in seconds; default `time.monotonic`.
        api_versions: The versions of the API that are spoken.
        faults: What goes wrong, as rules or as `FAULT[@KIND][:FIRST[-LAST]]`; see `Fault` for the names.
        slow: How late comes what a fault makes slow, in seconds; default 2 minutes.
        always_ready: Whether offers are in preview again as soon as an operation has ended; default no.
            For contract tests, which do not know that a go-live takes a publish.

    Attributes:
        market: The marketplace: add offers to it, or look at what it accepted.
        app: The ASGI app: a `FaultLayer`, whose `rules` may be changed and whose `counts` be read.

    Raises:
        ValueError: A fault is none.

    Example:
        >>> with Emulator().serve() as url, GoLiveClient(TOKEN, endpoint=url) as client:
        ...     client.begin_go_live("contoso", "contoso-offer").result()
    """

    def __init__(
        self,
        *,
        speed: float = 20_000.0,
        scenario: Scenario = Scenario.SUCCEED,
        clock: Callable[[], float] = time.monotonic,
        api_versions: tuple[str, ...] = ("2017-10-31",),
        faults: Iterable[Rule | str] = (),
        slow: float = 120.0,
        always_ready: bool = False,
    ) -> None:
        self.market: Market = Market(
            clock,
            speed=speed,
            tokens={TOKEN: None, STRANGERS_TOKEN: frozenset()},
            api_versions=api_versions,
        )
        offer = partial(Offer, "contoso", scenario=scenario, always_ready=always_ready)
        self.market.add(offer("contoso-offer"))
        self.market.add(offer("contoso-legacy", migrated=False))
        self.market.add(offer("contoso-draft"), in_preview=False)
        self.app: FaultLayer = FaultLayer(make_app(self.market), read_rules(faults), slow)

    def accepted(self, publisher_id: str, offer_id: str) -> int:
        """Return how many go-lives of an offer were accepted."""
        return self.market.accepted["goLive", publisher_id, offer_id]

    def transport(self) -> InProcessTransport:
        """Return a transport that leads into the emulator without a socket, for either client."""
        return InProcessTransport(self.app)

    @contextmanager
    def serve(self, host: str = "127.0.0.1", port: int = 0) -> Iterator[str]:
        """Serve in a thread.

        Args:
            host: The address to listen at.
            port: The port to listen at; 0 for any that is free.

        Yields:
            The endpoint to give to a client.

        Raises:
            OSError: The address cannot be listened at.
        """
        with _listening(host, port) as listener:
            server = self._server(host)
            thread = threading.Thread(
                target=server.run, kwargs={"sockets": [listener]}, name="golive-emulator", daemon=True
            )
            thread.start()
            try:
                while not server.started:
                    if not thread.is_alive():
                        raise RuntimeError("The emulator did not start.")
                    time.sleep(0.005)
                yield _endpoint(listener)
            finally:
                server.should_exit = True
                thread.join()

    def serve_forever(
        self, host: str, port: int, announce: Callable[[str], None] = lambda endpoint: None
    ) -> None:
        """Serve until interrupted.

        Args:
            host: The address to listen at.
            port: The port to listen at; 0 for any that is free.
            announce: Is told the endpoint once connections are accepted.

        Raises:
            OSError: The address cannot be listened at.
            KeyboardInterrupt: It was interrupted.
        """
        with _listening(host, port) as listener:
            announce(_endpoint(listener))
            self._server(host).run(sockets=[listener])

    def _server(self, host: str) -> uvicorn.Server:
        connections = self.app.connections

        class Protocol(H11Protocol):
            """Lets faults break the connection that they spoil."""

            def connection_made(self, transport: Any) -> None:
                connections[transport.get_extra_info("peername")[:2]] = transport
                # asyncio does so only for sockets that name their protocol, which a listener made
                # by create_server does not; without it every answer in two parts takes 40 ms.
                connection = transport.get_extra_info("socket")
                connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
                super().connection_made(transport)

            def connection_lost(self, exc: Exception | None) -> None:
                connections.pop(self.transport.get_extra_info("peername")[:2], None)
                super().connection_lost(exc)

        return uvicorn.Server(
            uvicorn.Config(
                self.app,
                host=host,
                http=Protocol,
                log_config=None,
                log_level="critical",
                access_log=False,
                lifespan="off",
                timeout_graceful_shutdown=1,
            )
        )


@contextmanager
def _listening(host: str, port: int) -> Iterator[socket.socket]:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.create_server((host, port), family=family) as listener:
        yield listener


def _endpoint(listener: socket.socket) -> str:
    host, port = listener.getsockname()[:2]
    return f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"


class InProcessTransport(httpx.BaseTransport, httpx.AsyncBaseTransport):
    """Leads requests of a blocking or an async httpx client into an ASGI app in this process.

    Args:
        app: The ASGI app.
    """

    def __init__(self, app: ASGIApp) -> None:
        self._inner = httpx.ASGITransport(app=app)

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        """Answer a request of a blocking client; not to be used within a running event loop."""
        return anyio.run(self._handle, request)

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        """Answer a request of an async client."""
        try:
            return await self._inner.handle_async_request(request)
        except ConnectionResetError as error:
            raise httpx.ReadError(str(error), request=request) from error

    async def _handle(self, request: httpx.Request) -> httpx.Response:
        # The request's stream is a blocking one; ASGITransport reads an async one.
        again = httpx.Request(
            request.method, request.url, headers=request.headers, content=request.read()
        )
        response = await self.handle_async_request(again)
        return httpx.Response(
            response.status_code, headers=response.headers, content=await response.aread()
        )
