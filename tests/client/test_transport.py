"""How requests travel: in bounded time, on connections of golive's own, through what is on the way."""

from __future__ import annotations

import asyncio
import datetime
import gzip
import ipaddress
import json
import os
import socket
import ssl
import subprocess
import sys
import threading
import zlib
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from hypothesis import given
from hypothesis import strategies as st

from conftest import LOCAL, MIGRATED, Side
from golive import (
    AsyncGoLiveClient,
    GoLiveClient,
    GoLiveError,
    InvalidInput,
    NotAllowed,
    NotAuthenticated,
    NotFound,
    NotFromService,
    Origin,
    RequestRefused,
    RetryPolicy,
    ServiceError,
    ServiceFault,
    ServiceUnreachable,
    Throttled,
    UnexpectedAnswer,
    connections,
    surroundings,
)
from golive.answers import MAX_BODY, Answer, Call, Mask, Received, judge
from golive.credentials import Secret
from golive.errors import UnsupportedVersion
from golive_api.api.progress import get_operation
from golive_api.api.publishing import go_live
from loopback import OPERATION, RUNNING, Handler, Loopback, Request, http, wait_for_close

SECRET = "eyJ0eXAi.secret-token.sig"
ONCE = RetryPolicy(max_attempts=1)

#: Long enough for an answer on a busy machine, and what a test waits for one that never comes.
SOON = 0.5


def running(request: Request, connection: Any) -> bytes:
    return http(200, RUNNING)


def polled(side: Side, server: Loopback, **options: Any) -> Any:
    """Return an operation of a client that asks once."""
    client = side.client(SECRET, endpoint=server.url, retry=ONCE, **options)
    return client.operation(server.operation)


@pytest.fixture(autouse=True)
def no_variables(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in list(os.environ):
        if name.lower().endswith("_proxy") or name.startswith("SSL"):
            monkeypatch.delenv(name)


# What takes too long


def byte_by_byte(start: bytes, server: list[Loopback]) -> Handler:
    def handler(request: Request, connection: Any) -> bytes | None:
        connection.sendall(start)
        while not server[0].over.wait(0.01):
            connection.sendall(b" ")
        return None

    return handler


def informing(server: list[Loopback]) -> Handler:
    def handler(request: Request, connection: Any) -> bytes | None:
        while not server[0].over.wait(0.01):
            connection.sendall(b"HTTP/1.1 102 Processing\r\n\r\n")
        return None

    return handler


def silent(server: list[Loopback]) -> Handler:
    def handler(request: Request, connection: Any) -> bytes | None:
        wait_for_close(connection)
        return None

    return handler


SLOW = {
    "body": lambda server: byte_by_byte(b"HTTP/1.1 200 OK\r\nContent-Length: 99999\r\n\r\n", server),
    "head": lambda server: byte_by_byte(b"HTTP/1.1 200 OK\r\nX-Odd: ", server),
    "status line": lambda server: byte_by_byte(b"HTTP/1.1 200 ", server),
    "1xx for ever": informing,
    "nothing": silent,
}


@pytest.mark.parametrize("kind", SLOW)
def test_a_request_ends_in_time_however_slowly_it_is_answered(side: Side, kind: str) -> None:
    servers: list[Loopback] = []
    with Loopback(SLOW[kind](servers)) as server:
        servers.append(server)
        with pytest.raises(ServiceUnreachable, match="was not complete after") as caught:
            side.get(polled(side, server, request_timeout=SOON).refresh())
        assert caught.value.sent
        assert server.saw_closed()


class Dripping(httpx.SyncByteStream, httpx.AsyncByteStream):
    """A body of a caller's transport that never ends."""

    def __iter__(self) -> Iterator[bytes]:
        while True:
            threading.Event().wait(0.01)
            yield b" "

    async def __aiter__(self) -> Any:
        while True:
            await asyncio.sleep(0.01)
            yield b" "


def test_the_bound_holds_between_the_pieces_of_a_callers_transport(side: Side) -> None:
    transport = httpx.MockTransport(lambda request: httpx.Response(200, stream=Dripping()))
    client = side.client(transport=transport, retry=ONCE, request_timeout=timedelta(seconds=SOON))
    with pytest.raises(ServiceUnreachable, match=r"not complete after 0\.5 seconds") as caught:
        side.get(client.operation(OPERATION).refresh())
    assert caught.value.sent


def test_a_callers_transport_is_told_how_long_it_may_take(side: Side) -> None:
    told: list[dict[str, float]] = []

    def answer(request: httpx.Request) -> httpx.Response:
        told.append(request.extensions["timeout"])
        return httpx.Response(200, json=RUNNING)

    client = side.client(transport=httpx.MockTransport(answer), request_timeout=20)
    side.get(client.operation(OPERATION).refresh())
    (timeout,) = told
    assert timeout["connect"] == 15
    assert 0 < timeout["read"] <= 20


def test_a_call_can_be_bounded_more_closely(side: Side) -> None:
    servers: list[Loopback] = []
    with Loopback(silent(servers)) as server:
        servers.append(server)
        session = side.client(endpoint=server.url)._driver.session
        call = Call(get_operation, {"operation_id": "a$b$2$preview"}, within=SOON)
        with pytest.raises(ServiceUnreachable, match=r"after 0\.5 seconds"):
            side.get(session.perform(call))
        with pytest.raises(ServiceUnreachable, match="after 0 seconds") as caught:
            side.get(session.perform(Call(get_operation, call.arguments, within=0.0)))
        assert not caught.value.sent


@pytest.mark.parametrize("value", [0, -1, "1", None, float("nan"), httpx.Timeout(5), True])
def test_what_is_no_length_of_time(side: Side, value: Any) -> None:
    with pytest.raises(InvalidInput, match="request_timeout must be"):
        side.client(request_timeout=value)


# What was never sent


def test_a_connection_that_is_refused(side: Side) -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        url = f"http://127.0.0.1:{listener.getsockname()[1]}"
    with pytest.raises(ServiceUnreachable) as caught:
        side.get(side.client(endpoint=url, retry=ONCE).operation(url + OPERATION).refresh())
    assert not caught.value.sent


def test_tls_that_fails_was_not_sent(side: Side) -> None:
    def greets(connection: Any) -> None:
        connection.recv(1)
        connection.sendall(b"HTTP/1.1 400 Bad Request\r\n\r\n")
        wait_for_close(connection)

    with Loopback(running, greets=greets) as server:
        url = server.url.replace("http", "https")
        operation = side.client(endpoint=url, retry=ONCE).operation(url + OPERATION)
        with pytest.raises(ServiceUnreachable) as caught:
            side.get(operation.refresh())
        assert not caught.value.sent
        assert server.saw_closed()


def test_tls_that_does_not_come_about_in_time(side: Side) -> None:
    with Loopback(running, greets=wait_for_close) as server:
        url = server.url.replace("http", "https")
        client = side.client(endpoint=url, retry=ONCE, request_timeout=SOON)
        with pytest.raises(ServiceUnreachable, match="not complete after") as caught:
            side.get(client.operation(url + OPERATION).refresh())
        assert not caught.value.sent
        assert server.saw_closed()


def test_a_name_that_is_not_resolved_in_time(monkeypatch: pytest.MonkeyPatch) -> None:
    over = threading.Event()

    def asking(*arguments: Any, **named: Any) -> Any:
        over.wait(60)
        raise socket.gaierror

    monkeypatch.setattr(socket, "getaddrinfo", asking)
    url = "https://golive.invalid"
    with (
        GoLiveClient(SECRET, endpoint=url, retry=ONCE, request_timeout=SOON) as client,
        pytest.raises(ServiceUnreachable, match="not complete after") as caught,
    ):
        client.operation(url + OPERATION).refresh()
    over.set()
    assert not caught.value.sent


@pytest.mark.parametrize("works", [0, 1])
def test_every_address_of_a_name_is_tried(monkeypatch: pytest.MonkeyPatch, works: int) -> None:
    def found(*arguments: Any, **named: Any) -> Any:
        hosts = ["127.0.0.2", "127.0.0.2"]
        hosts[works] = "127.0.0.1"
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (host, server.port)) for host in hosts]

    looked_up = socket.getaddrinfo

    def looking_up(host: Any, *arguments: Any, **named: Any) -> Any:
        return found() if host == "localhost" else looked_up(host, *arguments, **named)

    monkeypatch.setattr(socket, "getaddrinfo", looking_up)
    with Loopback(running) as server:
        url = f"http://localhost:{server.port}"
        with GoLiveClient(SECRET, endpoint=url, retry=ONCE) as client:
            assert client.operation(url + OPERATION).refresh().word == "running"


@pytest.mark.parametrize(
    "error",
    [
        httpx.ConnectError("no route"),
        httpx.ConnectTimeout("too slow"),
        httpx.PoolTimeout("too many"),
        httpx.ProxyError("503 Service Unavailable"),
        httpx.UnsupportedProtocol("socks4"),
        ConnectionRefusedError(111, "Connection refused"),
    ],
    ids=lambda error: type(error).__name__,
)
def test_what_a_callers_transport_never_sent(side: Side, error: Exception) -> None:
    assert not failing(side, error).sent


@pytest.mark.parametrize(
    "error",
    [
        httpx.ReadError("reset"),
        # Of a redirect, which an httpx client reads even if it does not follow it.
        httpx.InvalidURL("odd"),
        httpx.StreamClosed(),
        httpx.CookieConflict("odd"),
        # In HTTP/2 it may be about frames of the service.
        httpx.LocalProtocolError("odd"),
        OSError(5, "Input/output error"),
        ssl.SSLError(1, "bad record mac"),
        TimeoutError(),
        EOFError(),
        UnicodeDecodeError("utf-8", b"\xff", 0, 1, "odd"),
        RuntimeError("the event loop is closed"),
        RecursionError("deep"),
    ],
    ids=lambda error: type(error).__name__,
)
def test_whatever_a_callers_transport_raises_becomes_our_error(side: Side, error: Exception) -> None:
    unreachable = failing(side, error)
    assert unreachable.sent
    assert unreachable.__cause__ is error


def failing(side: Side, error: Exception) -> ServiceUnreachable:
    def answer(request: httpx.Request) -> httpx.Response:
        raise error

    client = side.client(transport=httpx.MockTransport(answer), retry=ONCE)
    with pytest.raises(ServiceUnreachable) as caught:
        side.get(client.operation(OPERATION).refresh())
    assert str(caught.value).isprintable()
    return caught.value


def test_what_a_test_asserts_in_its_transport_is_seen(side: Side) -> None:
    def answer(request: httpx.Request) -> httpx.Response:
        raise AssertionError("never")

    client = side.client(transport=httpx.MockTransport(answer))
    with pytest.raises(AssertionError, match="never"):
        side.get(client.operation(OPERATION).refresh())


@pytest.mark.parametrize("value", ['"2"\t', " ", ' "2"', "ü", "a\r\nX: y", ""])
def test_a_header_that_cannot_be_sent(side: Side, value: str) -> None:
    def never(request: httpx.Request) -> httpx.Response:
        raise AssertionError("sent")

    session = side.client(transport=httpx.MockTransport(never))._driver.session
    arguments = {"publisher_id": "contoso", "offer_id": MIGRATED, "if_match": value}
    with pytest.raises(InvalidInput, match="The header If-Match cannot be"):
        side.get(session.perform(Call(go_live, arguments)))


# The request


def test_a_request_can_be_built_once_and_says_what_it_has_to() -> None:
    call = Call(go_live, {"publisher_id": "contoso", "offer_id": MIGRATED})
    request = call.request(Origin.parse(LOCAL))
    assert request.method == "POST"
    assert str(request.url).startswith(f"{LOCAL}/api/publishers/contoso/offers/{MIGRATED}/golive?")
    assert request.headers["Content-Length"] == "0"
    assert request.headers["Accept"] == "application/json"
    assert request.headers["Accept-Encoding"] == "identity"
    assert request.headers["User-Agent"].startswith("golive/")
    assert "Authorization" not in request.headers


def test_no_cookie_comes_back(side: Side) -> None:
    def handler(request: Request, connection: Any) -> bytes:
        return http(200, RUNNING, "Set-Cookie: ARRAffinity=\xe9; Path=/", "Set-Cookie: a=b")

    with Loopback(handler) as server:
        operation = polled(side, server)
        for _ in range(2):
            assert side.get(operation.refresh()).word == "running"
        assert not any("cookie" in request.headers for request in server.requests)


@pytest.mark.parametrize("location", ["mailto:x", "https://xn--/", "//", "http://[", "\x80"])
@pytest.mark.parametrize("through", ["own connections", "an httpx client"])
def test_odd_redirects_are_not_looked_at(side: Side, location: str, through: str) -> None:
    def handler(request: Request, connection: Any) -> bytes:
        return http(307, b"", f"Location: {location}")

    with Loopback(handler) as server:
        kind = httpx.AsyncClient if side.is_async else httpx.Client
        mine: Any = kind() if through == "an httpx client" else None
        with pytest.raises((UnexpectedAnswer, ServiceUnreachable)) as caught:
            side.get(polled(side, server, http_client=mine).refresh())
        assert mine is not None or isinstance(caught.value, UnexpectedAnswer)
        assert getattr(caught.value, "sent", True)
        if mine is not None:
            side.get(mine.aclose() if side.is_async else mine.close())


# Connections


def starting(request: Request, connection: Any) -> bytes:
    if request.method == "POST":
        return http(202, b"", f"Location: {OPERATION}")
    return http(200, [] if "submissions" in request.target else RUNNING)


def test_what_starts_something_goes_out_on_a_fresh_connection(side: Side) -> None:
    with Loopback(starting) as server:
        client = side.client(endpoint=server.url)
        operation = side.get(client.begin_publish("contoso", MIGRATED))
        side.get(operation.refresh())
        asked = [(request.method, request.connection) for request in server.requests]
        # What reads goes on with the connection that was used last.
        assert asked == [("GET", 1), ("POST", 2), ("GET", 2)]


def test_closing_a_client_closes_its_connections(side: Side) -> None:
    with Loopback(starting) as server:
        client = side.client(endpoint=server.url)
        side.get(client.begin_publish("contoso", MIGRATED))
        side.get(client.aclose() if side.is_async else client.close())
        assert server.saw_closed(2)
        with pytest.raises(InvalidInput, match="The client is closed"):
            side.get(client.submissions("contoso", MIGRATED))


def test_a_server_that_closes_each_connection_unannounced_is_no_harm(side: Side) -> None:
    def handler(request: Request, connection: Any) -> bytes | None:
        connection.sendall(starting(request, connection))
        connection.shutdown(socket.SHUT_RDWR)
        return None

    with Loopback(handler) as server:
        client = side.client(endpoint=server.url, retry=ONCE)
        for _ in range(10):
            operation = side.get(client.begin_publish("contoso", MIGRATED))
            side.get(operation.refresh())
        assert [request.method for request in server.requests].count("POST") == 10


def test_a_connection_that_closes_under_a_request_that_reads(side: Side) -> None:
    seen: set[int] = set()

    def handler(request: Request, connection: Any) -> bytes | None:
        if request.connection in seen:
            return None
        seen.add(request.connection)
        return http(200, RUNNING)

    with Loopback(handler) as server:
        operation = polled(side, server)
        for _ in range(4):
            assert side.get(operation.refresh()).word == "running"


def test_a_fresh_connection_that_closes_is_not_tried_again(side: Side) -> None:
    with Loopback(lambda request, connection: None) as server:
        with pytest.raises(ServiceUnreachable) as caught:
            side.get(polled(side, server).refresh())
        assert caught.value.sent
        assert len(server.requests) == 1


def test_a_connection_on_which_something_came_unasked_is_not_used_again(side: Side) -> None:
    """Else the next request would take it for its answer."""
    connections: list[Any] = []

    def handler(request: Request, connection: Any) -> bytes:
        connections.append(connection)
        return http(200, RUNNING)

    with Loopback(handler) as server:
        operation = polled(side, server)
        for number in range(1, 4):
            assert side.get(operation.refresh()).word == "running"
            connections[-1].sendall(http(200, []))
            assert server.requests[-1].connection == number


def test_an_answer_that_says_close_is_obeyed(side: Side) -> None:
    with Loopback(lambda request, connection: http(200, RUNNING, "Connection: close")) as server:
        operation = polled(side, server)
        for _ in range(3):
            side.get(operation.refresh())
        assert server.saw_closed(3)


def test_old_connections_are_not_used(side: Side, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(connections, "KEEP_FOR", 0.0)
    with Loopback(running) as server:
        operation = polled(side, server)
        for _ in range(3):
            side.get(operation.refresh())
        assert {request.connection for request in server.requests} == {1, 2, 3}
        assert server.saw_closed(2)


def test_the_number_of_unused_connections_is_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(connections, "KEEP", 3)
    together = threading.Barrier(8)

    def handler(request: Request, connection: Any) -> bytes:
        together.wait(600)
        return http(200, RUNNING)

    with Loopback(handler) as server, GoLiveClient(SECRET, endpoint=server.url) as client:
        operations = [client.operation(server.operation) for _ in range(8)]
        threads = [threading.Thread(target=operation.refresh) for operation in operations]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert server.opened == 8
        assert server.saw_closed(5)


def test_a_burst_of_tasks_opens_a_bounded_number_of_connections(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(connections, "AT_ONCE", 10)
    first = threading.Barrier(10)

    def handler(request: Request, connection: Any) -> bytes:
        if len(server.requests) <= 10:
            first.wait(600)
        return http(200, RUNNING)

    async def main() -> None:
        async with AsyncGoLiveClient(SECRET, endpoint=server.url) as client:
            operations = [client.operation(server.operation) for _ in range(200)]
            statuses = await asyncio.gather(*(operation.refresh() for operation in operations))
            assert {status.word for status in statuses} == {"running"}

    with Loopback(handler) as server:
        asyncio.run(main())
        assert len(server.requests) == 200
        assert server.most == 10


async def until(condition: Callable[[], bool]) -> None:
    while not condition():  # noqa: ASYNC110 - what it waits for happens in a thread
        await asyncio.sleep(0)


def test_waiting_for_a_turn_counts(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(connections, "AT_ONCE", 1)
    servers: list[Loopback] = []

    async def main() -> None:
        async with AsyncGoLiveClient(SECRET, endpoint=server.url, retry=ONCE) as client:
            holding = asyncio.create_task(client.operation(server.operation).refresh())
            await until(lambda: len(server.requests) == 1)
            with pytest.raises(ServiceUnreachable) as caught:
                await client.begin_go_live("contoso", "second", timeout=SOON)
            assert not holding.done()
            assert caught.value.sent is False
            holding.cancel()
            await asyncio.gather(holding, return_exceptions=True)

    with Loopback(silent(servers)) as server:
        servers.append(server)
        asyncio.run(main())
    assert len(server.requests) == 1


def test_a_task_that_is_cancelled_leaves_nothing_behind(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(connections, "AT_ONCE", 2)
    hold = threading.Event()

    def handler(request: Request, connection: Any) -> bytes | None:
        if not hold.is_set():
            wait_for_close(connection)
            return None
        return http(200, RUNNING)

    async def main() -> None:
        async with AsyncGoLiveClient(SECRET, endpoint=server.url) as client:
            operations = [client.operation(server.operation) for _ in range(5)]
            tasks = [asyncio.create_task(operation.refresh()) for operation in operations]
            await until(lambda: len(server.requests) == 2)
            # One that waits for its turn, one that waits for its answer, then the one whose turn came.
            for task in (tasks[3], tasks[0], *tasks):
                task.cancel()
                await asyncio.sleep(0)
            outcomes = await asyncio.gather(*tasks, return_exceptions=True)
            assert {type(outcome) for outcome in outcomes} == {asyncio.CancelledError}
            hold.set()
            assert (await operations[0].refresh()).word == "running"
            transport: Any = client._driver.session._transport
            share = transport._shares.get()
            assert (share.slots._free, share.slots._waiting) == (2, {})

    with Loopback(handler) as server:
        asyncio.run(main())
        assert server.saw_closed(server.opened)


@given(st.lists(st.tuples(st.integers(0, 4), st.integers(0, 3)), max_size=12), st.integers(1, 3))
def test_turns_are_neither_lost_nor_doubled(steps: list[tuple[int, int]], number: int) -> None:
    async def main() -> None:
        slots = connections._Slots(number)
        inside = 0

        async def turn(naps: int) -> None:
            nonlocal inside
            await slots.acquire()
            inside += 1
            assert inside <= number
            try:
                for _ in range(naps):
                    await asyncio.sleep(0)
            finally:
                inside -= 1
                slots.release()

        tasks = []
        for naps, cancelled in steps:
            tasks.append(asyncio.create_task(turn(naps)))
            await asyncio.sleep(0)
            if cancelled < len(tasks):
                tasks[cancelled].cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        assert (slots._free, slots._waiting) == (number, {})

    asyncio.run(main())


@pytest.mark.parametrize("interrupt", [KeyboardInterrupt, SystemExit])
@pytest.mark.parametrize("where", ["read", "write"])
def test_an_interrupted_call_leaves_no_connection(
    monkeypatch: pytest.MonkeyPatch, interrupt: type[BaseException], where: str
) -> None:
    with Loopback(running) as server, GoLiveClient(SECRET, endpoint=server.url) as client:
        operation = client.operation(server.operation)
        operation.refresh()

        def interrupted(*arguments: Any, **named: Any) -> bytes:
            raise interrupt

        with monkeypatch.context() as patch:
            patch.setattr(connections._Stream, where, interrupted)
            with pytest.raises(interrupt):
                operation.refresh()
        assert server.saw_closed()
        assert operation.refresh().word == "running"


def test_a_call_that_is_interrupted_within_an_answer_leaves_no_connection() -> None:
    """The second piece of the body never comes; the reader is interrupted instead."""
    with Loopback(running) as server, GoLiveClient(SECRET, endpoint=server.url) as client:
        session = client._driver.session
        request = Call(get_operation, {"operation_id": "a"}).request(Origin.parse(server.url))
        response = session._transport.handle_request(request)
        response.close()
        assert server.saw_closed()


FORKING = """
import os, sys
from golive import GoLiveClient, RetryPolicy
url, path = sys.argv[1:]
client = GoLiveClient("t", endpoint=url, retry=RetryPolicy(max_attempts=1))
client.operation(url + path).refresh()
for _ in range(2):
    child = os.fork()
    if child == 0:
        client.operation(url + path).refresh()
        client.operation(url + path).refresh()
        os._exit(0)
    assert os.waitpid(child, 0)[1] == 0
client.operation(url + path).refresh()
"""


@pytest.mark.skipif(not hasattr(os, "fork"), reason="there is no fork here")
def test_a_process_never_uses_the_connections_of_the_one_it_was_forked_from() -> None:
    with Loopback(running) as server:
        command = (sys.executable, "-W", "ignore", "-c", FORKING, server.url, OPERATION)
        subprocess.run(command, check=True)
        assert [request.connection for request in server.requests] == [1, 2, 2, 3, 3, 1]


def test_one_async_client_in_one_event_loop_after_another() -> None:
    with Loopback(running) as server:
        client = AsyncGoLiveClient(SECRET, endpoint=server.url)

        async def main() -> None:
            async with client._driver.session._transport:
                statuses = [client.operation(server.operation).refresh() for _ in range(3)]
                assert len(await asyncio.gather(*statuses)) == 3

        for _ in range(2):
            asyncio.run(main())


def test_one_async_client_in_two_event_loops_at_once() -> None:
    together = threading.Barrier(2)

    def handler(request: Request, connection: Any) -> bytes:
        together.wait(600)
        return http(200, RUNNING)

    words: list[str] = []
    with Loopback(handler) as server:
        client = AsyncGoLiveClient(lambda: SECRET, endpoint=server.url)

        async def main() -> None:
            operation = client.operation(server.operation)
            words.extend([(await operation.refresh()).word for _ in range(3)])
            await client._driver.session._transport.aclose()

        threads = [threading.Thread(target=asyncio.run, args=(main(),)) for _ in range(2)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert words == ["running"] * 6


# The machine around it


@pytest.mark.parametrize(
    ("variables", "endpoint", "found"),
    [
        ({}, "https://golive.invalid", None),
        ({"https_proxy": "http://p:1"}, "https://golive.invalid", ("http", "p", 1)),
        ({"HTTPS_PROXY": "p:1"}, "https://golive.invalid", ("http", "p", 1)),
        ({"HTTPS_PROXY": "p"}, "https://golive.invalid", ("http", "p", 80)),
        ({"HTTPS_PROXY": "https://p"}, "https://golive.invalid", ("https", "p", 443)),
        ({"HTTPS_PROXY": "http://[::1]:3"}, "https://golive.invalid", ("http", "::1", 3)),
        (
            {"https_proxy": "http://a:1", "HTTPS_PROXY": "http://b:2"},
            "https://g.invalid",
            ("http", "a", 1),
        ),
        ({"https_proxy": "", "HTTPS_PROXY": "http://b:2"}, "https://g.invalid", None),
        ({"HTTPS_PROXY": "  "}, "https://golive.invalid", None),
        ({"HTTP_PROXY": "http://p:1"}, "https://golive.invalid", None),
        ({"ALL_PROXY": "http://p:1"}, "https://golive.invalid", ("http", "p", 1)),
        (
            {"all_proxy": "http://p:1", "HTTPS_PROXY": "http://q:2"},
            "https://g.invalid",
            ("http", "q", 2),
        ),
        ({"ALL_PROXY": "http://p:1"}, "http://127.0.0.1:9", None),
        ({"ALL_PROXY": "http://p:1"}, "https://localhost:9", None),
        ({"HTTP_PROXY": "http://p:1", "REQUEST_METHOD": "GET"}, "http://golive.invalid", None),
    ],
)
def test_the_proxy_of_the_environment(
    monkeypatch: pytest.MonkeyPatch, variables: dict[str, str], endpoint: str, found: Any
) -> None:
    for name, value in variables.items():
        monkeypatch.setenv(name, value)
    proxy = surroundings.find_proxy(Origin.parse(endpoint, allow_http=True))
    assert (proxy and (proxy.scheme, proxy.host, proxy.port)) == found


@pytest.mark.parametrize(
    ("no_proxy", "host", "excepted"),
    [
        ("*", "golive.invalid", True),
        ("golive.invalid", "golive.invalid", True),
        (".golive.invalid", "golive.invalid", True),
        ("*.golive.invalid", "a.golive.invalid", True),
        ("invalid", "golive.invalid", True),
        ("live.invalid", "golive.invalid", False),
        ("a, GOLIVE.invalid ,b", "golive.invalid", True),
        ("golive.invalid:443", "golive.invalid", True),
        ("golive.invalid:80", "golive.invalid", False),
        ("10.0.0.0/8", "10.1.2.3", True),
        ("10.0.0.0/8", "golive.invalid", False),
        ("10.1.2.3", "10.1.2.3", True),
        ("fd00::/8", "[fd00::1]", True),
        ("[fd00::1]", "[fd00::1]", True),
        ("[fd00::1]:443", "[fd00::1]", True),
        ("fd00::1", "[fd00::2]", False),
        ("localhost,::1,[::1]", "golive.invalid", False),
        ("[", "golive.invalid", False),
        ("]:,[]:,10.0.0.0/99,::::,%,\udcff,://", "golive.invalid", False),
    ],
)
def test_hosts_without_a_proxy(
    monkeypatch: pytest.MonkeyPatch, no_proxy: str, host: str, excepted: bool
) -> None:
    monkeypatch.setenv("HTTPS_PROXY", "http://127.0.0.1:9")
    monkeypatch.setenv("NO_PROXY", no_proxy)
    proxy = surroundings.find_proxy(Origin.parse(f"https://{host}"))
    assert (proxy is None) is excepted


@pytest.mark.parametrize(
    ("value", "complaint"),
    [
        ("socks://127.0.0.1:9/", "of the kind 'socks', which is not known"),
        ("socks4://127.0.0.1:9", "of the kind 'socks4'"),
        ("ftp://p:1", "of the kind 'ftp'"),
        ("http://", "without a host"),
        ("http://p:port", "what is not an address"),
        ("http://p:99999999", "what is not an address"),
        ("http://user:pass\x00word@p:1", "what is not an address"),
        ("http://\udcff", "what is not an address"),
        ("://", ""),
    ],
)
@pytest.mark.parametrize("name", ["HTTPS_PROXY", "all_proxy"])
def test_a_proxy_that_cannot_be_used(
    side: Side, monkeypatch: pytest.MonkeyPatch, name: str, value: str, complaint: str
) -> None:
    monkeypatch.setattr(os, "environ", {**os.environ, name: value})
    with pytest.raises(InvalidInput, match=f"^{name} names a proxy .*{complaint}") as caught:
        side.client(endpoint="https://golive.invalid")
    assert "pass" not in str(caught.value)
    assert str(caught.value).isprintable()
    side.client(endpoint=LOCAL)


@pytest.mark.parametrize("kind", ["socks5", "socks5h"])
def test_a_socks_proxy_without_its_package(
    side: Side, monkeypatch: pytest.MonkeyPatch, kind: str
) -> None:
    monkeypatch.setattr("importlib.util.find_spec", lambda name: None)
    monkeypatch.setenv("HTTPS_PROXY", f"{kind}://127.0.0.1:9")
    with pytest.raises(InvalidInput, match=r"^HTTPS_PROXY names a SOCKS proxy.*httpx\[socks\]"):
        side.client(endpoint="https://golive.invalid")


def test_a_proxy_that_would_read_the_token(side: Side, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("http_proxy", "http://127.0.0.1:9")
    with pytest.raises(InvalidInput, match=r"^http_proxy names a proxy, which would read the token"):
        side.client(endpoint="http://golive.invalid", allow_http=True)
    monkeypatch.setenv("no_proxy", "golive.invalid")
    side.client(endpoint="http://golive.invalid", allow_http=True)


NAMES = [
    "HTTPS_PROXY",
    "https_proxy",
    "ALL_PROXY",
    "NO_PROXY",
    "no_proxy",
    "SSL_CERT_FILE",
    "SSL_CERT_DIR",
]
NAMES += ["SSLKEYLOGFILE", "HTTP_PROXY", "REQUEST_METHOD"]
ODD_TEXT = st.one_of(
    st.text(st.characters(exclude_characters="\0", exclude_categories=["Cs"]), max_size=20),
    st.sampled_from(
        ["http://", "socks5h://h:1", "[::1", "//", "/", ".", "*", ":", "@", "http://%41", "a@b:c@d"]
    ),
    st.lists(
        st.sampled_from(["http", "socks5", ":", "/", "//", "@", "[", "]", "::1", "1", "%", ".", " "]),
        max_size=8,
    ).map("".join),
)


def made(kind: Any, endpoint: str) -> None:
    """Make a client, unless golive refuses; nothing else may go wrong."""
    refusal: Any = None
    try:
        kind(SECRET, endpoint=endpoint, allow_http=True)
    except GoLiveError as error:
        refusal = error
    assert isinstance(refusal, InvalidInput | None)
    assert str(refusal).isprintable()


@given(variables=st.dictionaries(st.sampled_from(NAMES), ODD_TEXT), http_endpoint=st.booleans())
def test_only_our_errors_leave_the_constructors(variables: dict[str, str], http_endpoint: bool) -> None:
    if variables.get("SSLKEYLOGFILE"):
        # Only where no file can come about.
        variables["SSLKEYLOGFILE"] = "/no/such/folder/keys"
    endpoint = f"http{'' if http_endpoint else 's'}://golive.invalid"
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(os, "environ", {**os.environ, **variables})
        for kind in (GoLiveClient, AsyncGoLiveClient):
            made(kind, endpoint)


@given(st.text(st.characters(min_codepoint=33, max_codepoint=126), max_size=20))
def test_only_our_errors_come_of_an_odd_endpoint(host: str) -> None:
    for kind in (GoLiveClient, AsyncGoLiveClient):
        made(kind, f"http://{host}")


def test_certificates_that_cannot_be_read(
    side: Side, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    none, empty = tmp_path / "none.pem", tmp_path / "empty"
    none.write_text("no certificate")
    empty.mkdir()
    cases = [
        ("SSL_CERT_FILE", "/no/such/ca.pem", "no such file"),
        ("SSL_CERT_FILE", str(none), "no certificate"),
        ("SSL_CERT_FILE", str(empty), "no such file"),
        ("SSL_CERT_FILE", os.devnull, "no such file"),
        ("SSL_CERT_DIR", "/no/such/folder", "No such file"),
        ("SSL_CERT_DIR", str(empty), "no certificate"),
        ("SSL_CERT_DIR", str(none), "Not a directory"),
        ("SSLKEYLOGFILE", "/no/such/folder/keys", "No such file"),
    ]
    for name, value, complaint in cases:
        with monkeypatch.context() as patch:
            patch.setenv(name, value)
            with pytest.raises(InvalidInput, match=f"^{name} names '{value}'.*{complaint}"):
                side.client(endpoint="https://golive.invalid")
            # Whoever brings a transport brings whom it trusts.
            side.client(endpoint="https://golive.invalid", transport=httpx.MockTransport(lambda r: r))
            side.client(endpoint=LOCAL)


@pytest.fixture(scope="module")
def identity(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, ssl.SSLContext]:
    """A certificate for this machine and for golive.invalid, and a server's context with it."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "golive.invalid")])
    names = [x509.DNSName("golive.invalid"), x509.IPAddress(ipaddress.ip_address("127.0.0.1"))]
    now = datetime.datetime.now(datetime.UTC)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=2))
        .add_extension(x509.SubjectAlternativeName(names), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    folder = tmp_path_factory.mktemp("identity")
    public, private = folder / "public.pem", folder / "private.pem"
    public.write_bytes(certificate.public_bytes(serialization.Encoding.PEM))
    private.write_bytes(
        key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
    )
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(public, private)
    return public, context


@pytest.fixture
def trusted(monkeypatch: pytest.MonkeyPatch, identity: tuple[Path, ssl.SSLContext]) -> ssl.SSLContext:
    """The server's context; clients trust it by the environment."""
    monkeypatch.setenv("SSL_CERT_FILE", str(identity[0]))
    return identity[1]


def test_a_certificate_of_the_environment_is_trusted(side: Side, trusted: ssl.SSLContext) -> None:
    with Loopback(running, tls=trusted) as server:
        operation = polled(side, server)
        for _ in range(2):
            assert side.get(operation.refresh()).word == "running"
        assert server.opened == 1


def test_a_certificate_of_a_stranger_is_not(side: Side, identity: tuple[Path, ssl.SSLContext]) -> None:
    with Loopback(running, tls=identity[1]) as server:
        with pytest.raises(ServiceUnreachable, match="CERTIFICATE_VERIFY_FAILED") as caught:
            side.get(polled(side, server).refresh())
        assert not caught.value.sent
        assert server.saw_closed()


def test_a_broken_record_is_an_answer_that_was_lost(side: Side, trusted: ssl.SSLContext) -> None:
    def handler(request: Request, connection: Any) -> bytes | None:
        with socket.socket(fileno=os.dup(connection.fileno())) as raw:
            raw.sendall(b"\x17\x03\x03\x00\x40" + bytes(64))
            wait_for_close(raw)
        return None

    with Loopback(handler, tls=trusted) as server:
        with pytest.raises(ServiceUnreachable) as caught:
            side.get(polled(side, server).refresh())
        assert caught.value.sent


def proxied(side: Side, monkeypatch: pytest.MonkeyPatch, server: Loopback, **options: Any) -> Any:
    """Return an operation behind a proxy."""
    monkeypatch.setenv("HTTPS_PROXY", f"http://user:pass@127.0.0.1:{server.port}")
    url = "https://golive.invalid"
    client = side.client(SECRET, endpoint=url, retry=ONCE, **options)
    return client.operation(url + OPERATION)


def test_requests_through_a_proxy(
    side: Side, monkeypatch: pytest.MonkeyPatch, trusted: ssl.SSLContext
) -> None:
    def handler(request: Request, connection: Any) -> bytes | None:
        if request.method != "CONNECT":
            return http(200, RUNNING)
        connection.sendall(b"HTTP/1.1 200 OK\r\n\r\n")
        with trusted.wrap_socket(connection, server_side=True) as tunnel:
            server.speak(tunnel)
        return None

    with Loopback(handler) as server:
        operation = proxied(side, monkeypatch, server)
        for _ in range(2):
            assert side.get(operation.refresh()).word == "running"
        connect, *others = server.requests
        assert (connect.method, connect.target) == ("CONNECT", "golive.invalid:443")
        assert connect.headers["proxy-authorization"].startswith("Basic ")
        assert "authorization" not in connect.headers
        assert [request.method for request in others] == ["GET", "GET"]
        assert all("proxy-authorization" not in request.headers for request in others)


@pytest.mark.parametrize("status", [403, 407, 502])
def test_a_proxy_that_refuses(side: Side, monkeypatch: pytest.MonkeyPatch, status: int) -> None:
    with Loopback(lambda request, connection: http(status, b"no")) as server:
        with pytest.raises(ServiceUnreachable, match=str(status)) as caught:
            side.get(proxied(side, monkeypatch, server).refresh())
        assert not caught.value.sent
        assert SECRET not in str(server.requests)
        assert server.saw_closed()


def test_a_proxy_that_says_nothing(side: Side, monkeypatch: pytest.MonkeyPatch) -> None:
    servers: list[Loopback] = []
    with Loopback(silent(servers)) as server:
        servers.append(server)
        with pytest.raises(ServiceUnreachable, match="not complete after") as caught:
            side.get(proxied(side, monkeypatch, server, request_timeout=SOON).refresh())
        assert not caught.value.sent


# What is made of an answer


def received(
    status: int = 200, content: bytes = b"", headers: Any = None, token: str = SECRET
) -> Received:
    return Received(
        status_code=status,
        headers=httpx.Headers(headers),
        content=content,
        method="GET",
        url=f"{LOCAL}/x",
        mask=Mask(Secret(token)),
    )


def refused(status: int, body: Any, headers: Any = None, **named: Any) -> ServiceError:
    content = body if isinstance(body, bytes) else json.dumps(body).encode()
    with pytest.raises(ServiceError) as caught:
        judge(received(status, content, headers, **named))
    error = caught.value
    assert str(error).isprintable()
    assert len(str(error)) < 1000
    json.dumps(error.details, allow_nan=False)
    return error


@pytest.mark.parametrize(
    ("content", "body"),
    [
        (b"", None),
        (b" \r\n", None),
        (b"\xef\xbb\xbf{}", {}),
        (b'"\xff"', "\ufffd"),
        (b"[" + b"9" * 5000 + b"]", [None]),
        (b"[636576975611768314]", [636576975611768314]),
        (b"[NaN, -Infinity, 1e999]", [None, None, float("inf")]),
        (b'["\\ud800"]', ["\ud800"]),
    ],
)
@pytest.mark.parametrize("status", [200, 202])
def test_a_body_is_read_with_forbearance(content: bytes, body: Any, status: int) -> None:
    assert judge(received(status, content)).body == body


@pytest.mark.parametrize("content", [b"<html>Sign in</html>", b"[", b"[" * 100_000, b"\xff\xfe[\0]\0"])
def test_a_body_that_is_not_json(content: bytes) -> None:
    with pytest.raises(UnexpectedAnswer) as caught:
        judge(received(200, content))
    assert str(caught.value).isprintable()
    # What was accepted is accepted; its address is in the headers.
    assert judge(received(202, content)).body is None


def test_a_page_instead_of_an_answer_is_told_as_one() -> None:
    with pytest.raises(UnexpectedAnswer, match="a page instead of JSON: Sign in"):
        judge(received(200, b"\r\n<!DOCTYPE html><html><title>Sign in</title></html>"))


def raw_deflate(content: bytes) -> bytes:
    packer = zlib.compressobj(wbits=-zlib.MAX_WBITS)
    return packer.compress(content) + packer.flush()


PACKERS: dict[str, tuple[str, Callable[[bytes], bytes]]] = {
    "gzip": ("gzip", gzip.compress),
    "x-gzip": (" X-GZip ", gzip.compress),
    "deflate": ("deflate", zlib.compress),
    "raw deflate": ("deflate", raw_deflate),
    "identity": ("identity", bytes),
    "mixed": ("identity, gzip", gzip.compress),
}


@pytest.mark.parametrize("name", PACKERS)
def test_a_compressed_body_is_unpacked(name: str) -> None:
    encoding, pack = PACKERS[name]
    headers = {"Content-Encoding": encoding}
    assert judge(received(200, pack(b'{"a": 1}'), headers)).body == {"a": 1}
    error = {"error": {"code": "C", "message": f"Not with {SECRET}"}}
    told = refused(400, pack(json.dumps(error).encode()), headers)
    assert (told.code, told.message) == ("C", "Not with (hidden)")


@pytest.mark.parametrize(
    ("encoding", "content", "complaint"),
    [
        ("br", b"{}", "compressed by 'br'"),
        ("gzip, gzip", b"{}", "compressed by 'gzip, gzip'"),
        ("gzip", b"{}", "cannot be unpacked"),
        ("deflate", b"{}", "cannot be unpacked"),
        ("gzip", gzip.compress(b"{}" * 999)[:-9], "cannot be unpacked"),
        ("gzip", gzip.compress(b" " * (MAX_BODY + 1)), "longer than"),
    ],
    ids=["br", "twice", "no gzip", "no deflate", "cut off", "bomb"],
)
def test_a_body_that_cannot_be_unpacked(encoding: str, content: bytes, complaint: str) -> None:
    headers = {"Content-Encoding": encoding}
    with pytest.raises(UnexpectedAnswer, match=complaint):
        judge(received(200, content, headers))
    assert refused(500, content, headers).status_code == 500
    assert judge(received(202, content, headers)).body is None


def test_a_list_of_thousands_is_read(side: Side) -> None:
    entry = {"id": "1", "submissionType": "publish", "definition": {"metadata": {"emails": "x" * 400}}}
    body = json.dumps([entry] * 5000).encode()
    assert len(body) > 2 * 1024 * 1024
    assert len(judge(received(200, body)).body) == 5000


@pytest.mark.parametrize("charset", ["utf-16", "hex", "idna", "zlib", "nonsense", "rot13"])
def test_the_charset_of_an_error_page_is_not_believed(charset: str) -> None:
    headers = {"Content-Type": f"text/html; charset={charset}"}
    assert refused(502, b"<html>bad <b>gateway</b> \xff", headers).message.startswith("bad gateway")


PAGE = b"<html><body>Access denied by Fabrikam Web Gateway</body></html>"
HTML = {"Content-Type": "text/html; charset=utf-8"}


@pytest.mark.parametrize("status", [400, 401, 403, 404, 405, 407, 451])
def test_a_page_of_a_gateway_is_not_the_services_word(status: int) -> None:
    error = refused(status, PAGE, HTML)
    assert type(error) is NotFromService
    assert "Fabrikam Web Gateway" in error.message


@pytest.mark.parametrize(
    ("status", "kind"),
    [(401, NotAuthenticated), (403, NotAllowed), (404, NotFound), (400, RequestRefused)],
)
def test_a_page_of_the_service_is(status: int, kind: type[ServiceError]) -> None:
    assert type(refused(status, PAGE, {**HTML, "X-Ms-Correlation-Request-Id": "1"})) is kind
    assert type(refused(status, {"Message": "no"}, {"Content-Type": "application/json"})) is kind


@pytest.mark.parametrize(
    ("status", "kind"),
    [(407, NotFromService), (408, RequestRefused), (429, Throttled), (499, RequestRefused)],
)
def test_trouble_keeps_its_status(status: int, kind: type[ServiceError]) -> None:
    error = refused(status, b"", HTML)
    assert (type(error), error.status_code) == (kind, status)


def test_an_unknown_version() -> None:
    body = {"error": {"code": "InvalidAPIVersion", "message": "Invalid api version."}}
    assert type(refused(400, body)) is UnsupportedVersion


NET = "System.InvalidOperationException: The offer is locked.\r\n   at A.B(String c) in d.cs:line 1"

ERRORS: dict[str, tuple[Any, str | None, str, Any]] = {
    "documented": ({"error": {"code": "C", "message": "M."}}, "C", "M.", None),
    "details": (
        {
            "error": {
                "code": "C",
                "message": "M.",
                "details": [{"code": "D", "message": "N.", "target": "t"}],
            }
        },
        "C",
        "M: t: N",
        {"details": [{"code": "D", "message": "N.", "target": "t"}]},
    ),
    "inner": (
        {"error": {"code": "C", "message": "M", "innererror": {"code": "I", "message": "because"}}},
        "C",
        "M: because",
        {"innererror": {"code": "I", "message": "because"}},
    ),
    "model state": (
        {"Message": "The request is invalid.", "ModelState": {"offer.id": ["It is needed.", "Twice."]}},
        None,
        "The request is invalid: offer.id: It is needed.; Twice",
        {"ModelState": {"offer.id": ["It is needed.", "Twice."]}},
    ),
    "variant": (
        {"Variant": {"serviceName": "Variant", "error": "Busy. Retry is OK.\r\n"}},
        None,
        "Busy. Retry is OK.",
        {"serviceName": "Variant", "error": "Busy. Retry is OK. "},
    ),
    "exception": (NET, None, "System.InvalidOperationException: The offer is locked.", None),
    "text": ("There is no Staging slot deployed.", None, "There is no Staging slot deployed.", None),
    "upper case": ({"Message": "M"}, None, "M", None),
    "error as text": ({"error": "nope"}, None, "nope", None),
    "oauth": (
        {"error": "invalid", "error_description": "E"},
        None,
        "invalid: E",
        {"error_description": "E"},
    ),
    "empty": ({}, None, "{}", None),
    "message of another type": (
        {"error": {"code": "C", "message": []}},
        "C",
        "no explanation was given",
        None,
    ),
    "nothing": (b"", None, "Internal Server Error", None),
}


@pytest.mark.parametrize("name", ERRORS)
def test_error_bodies(name: str) -> None:
    body, code, message, details = ERRORS[name]
    error = refused(500, body)
    assert (error.code, error.message) == (code, message)
    if name == "exception":
        assert error.details is not None
        assert "at A.B(String c)" in error.details["exception"]
    elif name == "variant":
        assert error.details is not None
        assert error.details["serviceName"] == "Variant"
    else:
        assert error.details == details


def test_details_are_bounded_and_harmless() -> None:
    deep: Any = "x"
    for _ in range(50):
        deep = {"\x1b[2J": [deep]}
    many = {str(number): "y" * 100 for number in range(10_000)}
    body = {"error": {"code": "C", "message": "M", "deep": deep, "number": 1e999, "many": many}}
    error = refused(400, json.dumps(body)[:60_000].encode())
    error = refused(400, {"error": {"code": "C", "message": "M", "deep": deep, "n": float("inf")}})
    assert error.details is not None
    assert "\x1b" not in str(error.details)
    assert error.details["n"] is None
    assert len(str(refused(400, {"error": {"message": "M", "many": ["z"] * 9000}}).details)) < 10_000


@given(
    status=st.integers(100, 999),
    headers=st.lists(
        st.tuples(
            st.sampled_from(
                [
                    "Content-Type",
                    "Content-Encoding",
                    "Retry-After",
                    "Location",
                    "X-Ms-Correlation-Request-Id",
                ]
            ),
            st.one_of(
                st.sampled_from(["gzip", "deflate", "br", "text/html; charset=hex", "\x1b[2J", SECRET]),
                st.binary(max_size=20).map(lambda value: value.decode("latin-1")),
            ),
        ),
        max_size=4,
    ),
    content=st.one_of(
        st.binary(max_size=200),
        st.recursive(
            st.none() | st.booleans() | st.floats() | st.text() | st.integers() | st.just(SECRET),
            lambda inner: (
                st.lists(inner)
                | st.dictionaries(
                    st.sampled_from(
                        ["error", "code", "message", "Message", "details", "ModelState", "Variant"]
                    )
                    | st.text(),
                    inner,
                )
            ),
        ).map(lambda body: json.dumps(body).encode()),
    ),
)
def test_only_our_errors_leave_whatever_is_judged(
    status: int, headers: list[tuple[str, str]], content: bytes
) -> None:
    raw = [(name.encode(), value.encode("latin-1")) for name, value in headers]
    try:
        outcome: Any = judge(received(status, content, raw))
    except ServiceError as error:
        outcome = error
    if isinstance(outcome, ServiceError):
        assert str(outcome).isprintable()
        assert len(str(outcome)) < 1500
        json.dumps(outcome.details, allow_nan=False).encode()
    assert isinstance(outcome, (Answer, ServiceError))
    assert SECRET not in repr(outcome if isinstance(outcome, Answer) else vars(outcome))


# No token


@pytest.mark.parametrize("token", [SECRET, "short"])
def test_an_answer_that_repeats_the_token_does_not_put_it_anywhere(
    side: Side, caplog: pytest.LogCaptureFixture, token: str
) -> None:
    caplog.set_level("DEBUG", "golive")
    page = f"<html>Authorization: <b>Bearer {token}</b>".encode()
    body = json.dumps(
        {"error": {"code": f"Bearer {token}", "message": f"Bearer {token}", "x": [f"bearer {token}"]}}
    )
    escaped = body.replace(token, "".join(f"\\u{ord(c):04x}" for c in token)).encode()
    for content in (page, body.encode(), escaped):
        headers = {"X-Ms-Correlation-Request-Id": f"Bearer {token}", "Retry-After": f"Bearer {token}"}
        answer = httpx.Response(502, content=content, headers=headers)
        client = side.client(
            token, transport=httpx.MockTransport(lambda r, answer=answer: answer), retry=ONCE
        )
        with pytest.raises(ServiceFault) as caught:
            side.get(client.operation(OPERATION).refresh())
        assert token not in str(caught.value) + repr(vars(caught.value))
        assert "(hidden)" in str(caught.value)
    assert token not in caplog.text


def test_a_good_answer_that_repeats_the_token(side: Side) -> None:
    body = {**RUNNING, "id": SECRET, "messages": [{"messageHtml": f"a \\ {SECRET}", "level": "x"}]}
    escaped = json.dumps(body).replace("secret", "\\u0073ecret").encode()
    for content in (json.dumps(body).encode(), escaped):
        answer = judge(received(200, content, {"ETag": SECRET}))
        assert SECRET not in repr(answer)


@pytest.mark.parametrize("token", ["t", "emulator", "running"])
def test_a_token_that_is_a_word_does_not_hide_the_word(token: str) -> None:
    assert judge(received(200, b'{"status": "running emulator"}', token=token)).body == {
        "status": "running emulator"
    }


# An answer that breaks off


@pytest.mark.parametrize("status", [202, 400, 503])
def test_the_status_counts_where_the_body_breaks_off(side: Side, status: int) -> None:
    class Breaking(httpx.SyncByteStream, httpx.AsyncByteStream):
        def __iter__(self) -> Iterator[bytes]:
            yield b'{"error": '
            raise httpx.ReadError("reset")

        async def __aiter__(self) -> Any:
            yield b'{"error": '
            raise httpx.ReadError("reset")

    headers = {"Location": OPERATION}
    transport = httpx.MockTransport(lambda r: httpx.Response(status, headers=headers, stream=Breaking()))
    session = side.client(transport=transport)._driver.session
    call = Call(go_live, {"publisher_id": "contoso", "offer_id": MIGRATED})
    if status == 202:
        assert side.get(session.perform(call)).headers["Location"] == OPERATION
    else:
        with pytest.raises(ServiceError, match=str(status)):
            side.get(session.perform(call))
