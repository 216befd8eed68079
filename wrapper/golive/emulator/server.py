"""Serving the emulator: in process, in a thread, or in the foreground."""

from __future__ import annotations

import socket
import threading
import time
from collections.abc import Callable, Iterable, Iterator, Mapping, MutableMapping
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import Any, Protocol

import anyio

from golive.http import httpx

try:
    import uvicorn
    from starlette.types import ASGIApp
    from uvicorn.protocols.http.h11_impl import H11Protocol
except ModuleNotFoundError as _error:
    raise ModuleNotFoundError(
        f"golive.emulator needs {_error.name}: pip install 'golive[emulator]'", name=_error.name
    ) from None

from golive.emulator import app as portal
from golive.emulator.answering import App
from golive.emulator.faults import (
    INGESTION,
    PAUSE,
    Abandoned,
    FaultLayer,
    Rule,
    Sleep,
    read_delays,
    read_rules,
)
from golive.emulator.ground import LIST_DELAY
from golive.emulator.habits import Habit, read_habits
from golive.emulator.ingestion import app as ingestion
from golive.emulator.ingestion.habits import IngestionHabit
from golive.emulator.ingestion.products import (
    Product,
    ProductMarket,
    ProductScenario,
    default_products,
)
from golive.emulator.market import (
    API_VERSION,
    STRANGERS_TOKEN,
    TOKEN,
    Market,
    Offer,
    Scenario,
    default_offers,
)

__all__ = ["Emulator", "InProcessTransport", "Sleeper"]

#: Addresses to listen at that are none to connect to.
_ANY = {"0.0.0.0": "127.0.0.1", "::": "::1"}  # noqa: S104


class Sleeper(Protocol):
    """What a clock must be able to do for delays to pass by it."""

    def sleep(self, seconds: float) -> None:
        """Let time pass."""
        ...

    async def sleep_async(self, seconds: float) -> None:
        """Let time pass."""
        ...


class Emulator:
    """The service, emulated: the contracts' endpoints around a marketplace that is kept in memory.

    It serves both APIs: that of the Cloud Partner Portal, and the Product Ingestion API under
    `/rp/product-ingestion`. They share the clock, the tokens and the faults, and nothing else: an offer
    of the one is no product of the other.

    It begins with the publisher `contoso` and three offers: `contoso-offer` (migrated, in preview),
    `contoso-legacy` (not migrated, in preview) and `contoso-draft` (migrated, never published). It
    accepts the token `emulator`; with the token `stranger` every publisher is forbidden. The Product
    Ingestion API has the products `contoso-db` (live, its draft changed since), `contoso-app` (live, a
    newer version in preview), `contoso-new` (in preview, never live), `contoso-draft` (never published)
    and `contoso-gone` (live and deprecated, a newer version in preview).

    It does what running clients saw of the service; where they disagree, what the strongest source saw.
    The other ways are habits.

    Args:
        speed: How many seconds pass in the market while one passes on the clock. A go-live takes three
            days of the market's time, that is 13 seconds at the default of 20,000.
        scenario: How operations end. Products have `ProductScenario`: where that does not have the word,
            what waits hangs, and what is invalid fails.
        clock: Returns the time in seconds; default `time.monotonic`.
        api_versions: The versions of the API that are spoken.
        faults: What goes wrong, as rules or as `FAULT[@KIND][/PUBLISHER/OFFER][:FIRST[-LAST]]`; see
            `Fault` for the names.
        slow: How late comes what a fault makes slow, in seconds; default 2 minutes.
        always_ready: Whether offers are in preview again as soon as an operation has ended; default no.
            For contract tests, which do not know that a go-live takes a publish.
        habits: What it does otherwise than by default, as members of `Habit` and `IngestionHabit` or by
            their names.
        list_delay: How late a new operation appears in the list of its offer, in seconds of the market's
            time; default 2 minutes.
        answer_delay: How long after it has acted the service answers, by kind of request (the kinds of
            `Rule`, for example `golive`), in seconds of the client's time; default not at all.
        act_delay: How long before it acts the service does nothing, likewise. It acts then, whether or
            not its client is still there.
        sleep: How these delays and what is slow pass; default `asyncio.sleep`. In process, see
            `InProcessTransport`.
        offers: The offers that it begins with, instead of the three; `scenario` and `always_ready` are
            theirs to say.
        products: The products that it begins with, instead of the five, likewise.
        epoch: The date at which it begins; default now. Operations are dated by the clock when they are
            accepted; from there their dates run ahead as fast as `speed`, and a later operation of the
            same offer is never dated before an earlier one.

    Attributes:
        market: The marketplace: add offers to it, or look at what it accepted.
        products: The same of the Product Ingestion API; add products to it, have a person do something
            in Partner Center, or look at what it accepted.
        app: The ASGI app: a `FaultLayer`, whose `rules` may be changed and whose `counts` be read.

    Raises:
        ValueError: A fault, a habit or a kind of request is none, a delay is negative, or two offers
            or products have the same name.

    Example:
        >>> with Emulator().serve() as url, GoLiveClient(TOKEN, endpoint=url) as client:
        ...     client.begin_go_live("contoso", "contoso-offer").result()
    """

    def __init__(
        self,
        *,
        speed: float = 20_000.0,
        scenario: Scenario | str = Scenario.SUCCEED,
        clock: Callable[[], float] = time.monotonic,
        api_versions: tuple[str, ...] = (API_VERSION,),
        faults: Iterable[Rule | str] = (),
        slow: float = 120.0,
        always_ready: bool = False,
        habits: Iterable[Habit | IngestionHabit | str] = (),
        list_delay: float = LIST_DELAY,
        answer_delay: Mapping[str, float] | None = None,
        act_delay: Mapping[str, float] | None = None,
        sleep: Sleep | None = None,
        offers: Iterable[Offer] | None = None,
        products: Iterable[Product] | None = None,
        epoch: datetime | None = None,
    ) -> None:
        if not list_delay >= 0:
            raise ValueError(f"list_delay must not be negative, not {list_delay!r}")
        portal_habits, ingestion_habits = read_habits(habits)
        epoch = epoch or datetime.now(UTC)
        self.market: Market = Market(
            clock,
            speed=speed,
            tokens={TOKEN: None, STRANGERS_TOKEN: frozenset()},
            api_versions=api_versions,
            habits=portal_habits,
            list_delay=list_delay,
            epoch=epoch,
        )
        self.products: ProductMarket = ProductMarket(
            clock,
            speed=speed,
            tokens={TOKEN: True, STRANGERS_TOKEN: False},
            habits=ingestion_habits,
            list_delay=list_delay,
            epoch=epoch,
        )
        scenario = Scenario(scenario)
        if offers is None:
            offers = default_offers(scenario=scenario, always_ready=always_ready)
        names = set()
        for offer in offers:
            if (name := f"{offer.publisher}/{offer.id}") in names:
                raise ValueError(f"there are two offers {name}")
            names.add(name)
            self.market.add(offer)
        for product in (
            default_products(scenario=_of_product(scenario)) if products is None else products
        ):
            self.products.add(product)
        self.app: FaultLayer = FaultLayer(
            _beside(portal.make_app(self.market), ingestion.make_app(self.products)),
            read_rules(faults),
            slow,
            answer_delay=read_delays(answer_delay or {}, "answer_delay"),
            act_delay=read_delays(act_delay or {}, "act_delay"),
            sleep=sleep,
            now=lambda: self.market.clock(),
        )

    def accepted(self, publisher_id: str, offer_id: str) -> int:
        """Return how many go-lives of an offer were accepted."""
        return self.market.accepted["goLive", publisher_id, offer_id]

    def accepted_submissions(self, offer_id: str) -> dict[str, int]:
        """Return how many go-lives of a product were begun by clients, by the number of the submission.

        What a job only refused does not count, nor what a person began in Partner Center.
        """
        accepted = self.products.accepted
        return {number: count for (product, number), count in accepted.items() if product == offer_id}

    def transport(self, *, clock: Sleeper | None = None) -> InProcessTransport:
        """Return a transport that leads into the emulator without a socket, for either client.

        Args:
            clock: The client's clock, if delays are to pass by it; see `InProcessTransport`.
        """
        return InProcessTransport(self.app, clock=clock)

    @contextmanager
    def serve(self, host: str = "127.0.0.1", port: int = 0) -> Iterator[str]:
        """Serve in a thread.

        Args:
            host: The address to listen at; `0.0.0.0` or `::` for all.
            port: The port to listen at; 0 for any that is free.

        Yields:
            The endpoint to give to a client on this machine.

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
            host: The address to listen at; `0.0.0.0` or `::` for all.
            port: The port to listen at; 0 for any that is free.
            announce: Is told the endpoint, to give to a client on this machine, once connections are
                accepted.

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
                server_header=False,
                lifespan="off",
                timeout_graceful_shutdown=1,
            )
        )


def _beside(first: App, second: App) -> App:
    """Return an app that serves the Product Ingestion API by the second one, all else by the first."""

    async def serve(scope: MutableMapping[str, Any], receive: Any, send: Any) -> None:
        path = scope.get("path", "")
        app = second if path == INGESTION or path.startswith(f"{INGESTION}/") else first
        await app(scope, receive, send)

    return serve


def _of_product(scenario: Scenario) -> ProductScenario:
    """Return what comes next to a scenario of offers."""
    near = {Scenario.WAIT: ProductScenario.HANG, Scenario.INVALID: ProductScenario.FAIL}
    return near.get(scenario) or ProductScenario(scenario.value)


@contextmanager
def _listening(host: str, port: int) -> Iterator[socket.socket]:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.create_server((host, port), family=family) as listener:
        yield listener


def _endpoint(listener: socket.socket) -> str:
    host, port = listener.getsockname()[:2]
    host = _ANY.get(host, host)
    return f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"


class _Exchange:
    """One request to an ASGI app in this process, and what is answered."""

    def __init__(self, request: httpx.Request, body: bytes, pause: Sleep) -> None:
        url = request.url
        self.request = request
        self.scope: dict[str, Any] = {
            "type": "http",
            "asgi": {"version": "3.0"},
            "http_version": "1.1",
            "method": request.method,
            "headers": [(name.lower(), value) for name, value in request.headers.raw],
            "scheme": url.scheme,
            "path": url.path,
            "raw_path": url.raw_path.partition(b"?")[0],
            "query_string": url.query,
            "server": (url.host, url.port),
            "client": ("127.0.0.1", 123),
            "root_path": "",
            PAUSE: self._pause,
        }
        self._body: bytes | None = body
        self._sleep = pause
        self._left: float | None = request.extensions.get("timeout", {}).get("read")
        self.status = 500
        self.headers: list[tuple[bytes, bytes]] = []
        self.parts: list[bytes] = []

    async def run(self, app: ASGIApp) -> httpx.Response:
        """Have the app serve the request.

        Raises:
            httpx.TransportError: The connection broke, or it took longer than the client waits.
        """
        try:
            await app(self.scope, self._receive, self._send)
        except ConnectionResetError as error:
            raise httpx.ReadError(str(error), request=self.request) from error
        except Abandoned as error:
            bound = self.request.extensions["timeout"]["read"]
            raise httpx.ReadTimeout(f"no answer within {bound:g} s", request=self.request) from error
        return httpx.Response(
            self.status,
            headers=self.headers,
            stream=httpx.ByteStream(b"".join(self.parts)),
            request=self.request,
        )

    async def _receive(self) -> dict[str, Any]:
        if self._body is None:
            return {"type": "http.disconnect"}
        body, self._body = self._body, None
        return {"type": "http.request", "body": body, "more_body": False}

    async def _send(self, message: MutableMapping[str, Any]) -> None:
        if message["type"] == "http.response.start":
            self.status, self.headers = message["status"], list(message.get("headers", ()))
        elif self.request.method != "HEAD":
            self.parts.append(message.get("body", b""))

    async def _pause(self, seconds: float) -> None:
        if self._left is None or seconds <= self._left:
            await self._sleep(seconds)
            if self._left is not None:
                self._left -= seconds
            return
        left, self._left = self._left, 0.0
        await self._sleep(left)
        raise Abandoned(seconds - left)


class InProcessTransport(httpx.BaseTransport, httpx.AsyncBaseTransport):
    """Leads requests of a blocking or an async httpx client into an ASGI app in this process.

    Where an emulator takes its time (`answer_delay`, `act_delay`, what is slow), the client waits for
    that: by its clock, if that is given here, which takes no time if the clock is a virtual one; else in
    real time. It waits as long as the request may take, that is `request.extensions["timeout"]["read"]`
    in seconds, over all pauses within the request; then `httpx.ReadTimeout` is raised, and the service
    does what it was about to do none the less, when it is time.

    Args:
        app: The ASGI app.
        clock: The clock of the client, if delays are to pass by it: its `sleep` and `sleep_async` are
            called.
    """

    def __init__(self, app: ASGIApp, *, clock: Sleeper | None = None) -> None:
        self._app = app
        self._clock = clock

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        """Answer a request of a blocking client."""
        exchange = _Exchange(request, request.read(), self._sleep)
        if not isinstance(self._app, FaultLayer):
            return anyio.run(exchange.run, self._app)
        # Nothing in the emulator waits for anything but its own pauses, which block here: so it can be
        # run to its end without an event loop, which would cost more than all the rest.
        running = exchange.run(self._app)
        try:
            running.send(None)
        except StopIteration as end:
            response: httpx.Response = end.value
            return response
        running.close()
        raise RuntimeError("In process and blocking, the emulator's sleep must not need an event loop.")

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        """Answer a request of an async client."""
        return await _Exchange(request, await request.aread(), self._sleep_async).run(self._app)

    async def _sleep(self, seconds: float) -> None:
        own = self._own_sleep
        if self._clock is not None:
            self._clock.sleep(seconds)
        elif own is not None:
            await own(seconds)
        else:
            time.sleep(seconds)  # noqa: ASYNC251 (there is no event loop)

    async def _sleep_async(self, seconds: float) -> None:
        own = self._own_sleep
        if self._clock is not None:
            await self._clock.sleep_async(seconds)
        else:
            await (own or anyio.sleep)(seconds)

    @property
    def _own_sleep(self) -> Sleep | None:
        return self._app.sleep if isinstance(self._app, FaultLayer) else None
