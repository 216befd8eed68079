"""A server on this machine that answers with raw bytes, so that it can misbehave."""

from __future__ import annotations

import json
import socket
import ssl
import threading
from collections.abc import Callable
from contextlib import suppress
from typing import Any

from attrs import define, field

#: What a status page answers, as far as a poll needs it.
RUNNING = {"status": "running", "messages": [], "steps": []}

OPERATION = "/api/operations/contoso$contoso-offer$2$preview"


def http(status: int = 200, body: Any = b"", *headers: str) -> bytes:
    """Return a response in bytes."""
    content = body if isinstance(body, bytes) else json.dumps(body).encode()
    lines = [f"HTTP/1.1 {status} X", *headers, f"Content-Length: {len(content)}", "", ""]
    return "\r\n".join(lines).encode("latin-1") + content


@define
class Request:
    """A request as the server saw it."""

    method: str
    target: str
    headers: dict[str, str]
    connection: int


#: Returns the bytes to answer with, or None to close the connection.
Handler = Callable[[Request, Any], bytes | None]


@define
class Loopback:
    """A server for one test: `with Loopback(handler) as server`.

    Attributes:
        handler: Answers a request; it is given the connection, too.
        tls: Makes each connection one with TLS.
        greets: Called with each connection before anything is read.
        requests: What was asked.
        over: Set when the test is over, for handlers that wait.
        opened: How many connections there were.
        closed: Counts a connection when its other end closed it.
        most: How many were open at once.
    """

    handler: Handler
    tls: ssl.SSLContext | None = None
    greets: Callable[[Any], None] | None = None
    requests: list[Request] = field(factory=list)
    over: threading.Event = field(factory=threading.Event)
    opened: int = 0
    closed: threading.Semaphore = field(factory=lambda: threading.Semaphore(0))
    most: int = 0
    _open: int = 0
    _lock: threading.Lock = field(factory=threading.Lock)
    _listener: Any = None

    @property
    def port(self) -> int:
        port: int = self._listener.getsockname()[1]
        return port

    @property
    def url(self) -> str:
        return f"{'https' if self.tls else 'http'}://127.0.0.1:{self.port}"

    @property
    def operation(self) -> str:
        """The token of an operation here."""
        return f"{self.url}{OPERATION}"

    def saw_closed(self, times: int = 1) -> bool:
        """Wait until so many more connections were closed."""
        return all(self.closed.acquire(timeout=600) for _ in range(times))

    def __enter__(self) -> Loopback:
        self._listener = socket.create_server(("127.0.0.1", 0), backlog=512)
        threading.Thread(target=self._accept, daemon=True).start()
        return self

    def __exit__(self, *details: object) -> None:
        self.over.set()
        with suppress(OSError):
            self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()

    def _accept(self) -> None:
        with suppress(OSError):
            while True:
                connection, _ = self._listener.accept()
                with self._lock:
                    self.opened += 1
                    self._open += 1
                    self.most = max(self.most, self._open)
                    number = self.opened
                threading.Thread(target=self._serve, args=(connection, number), daemon=True).start()

    def _serve(self, connection: Any, number: int) -> None:
        with suppress(OSError), connection:
            connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            if self.greets is not None:
                self.greets(connection)
            if self.tls is not None:
                connection = self.tls.wrap_socket(connection, server_side=True)
            with connection:
                self.speak(connection, number)
        with self._lock:
            self._open -= 1
        self.closed.release()

    def speak(self, connection: Any, number: int = 0) -> None:
        """Answer the requests on a connection until it is closed."""
        received = b""
        while True:
            while b"\r\n\r\n" not in received:
                piece = connection.recv(65_536)
                if not piece:
                    return
                received += piece
            head, received = received.split(b"\r\n\r\n", 1)
            line, *fields = head.decode("latin-1").split("\r\n")
            method, target, _ = line.split(" ")
            headers = {name.lower(): value.strip() for name, value in (f.split(":", 1) for f in fields)}
            length = int(headers.get("content-length", "0"))
            while len(received) < length:
                received += connection.recv(65_536)
            received = received[length:]
            request = Request(method, target, headers, number)
            self.requests.append(request)
            answer = self.handler(request, connection)
            if answer is None:
                return
            connection.sendall(answer)


def wait_for_close(connection: Any) -> None:
    """Read until the other end closes the connection."""
    with suppress(OSError):
        while connection.recv(65_536):
            pass
