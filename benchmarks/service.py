"""The other end of the benchmarks: a service that costs next to nothing, in a process of its own.

It answers from memory what the clients ask: a list without operations, a 202, and an operation that
changes at every look, never, or ends after a few. Publishers are named by what they want: `same`
has bodies that do not change, `moving` new ones each time, `short-5` an end after five looks.
"""

from __future__ import annotations

import asyncio
import json
import multiprocessing
import re
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from multiprocessing.connection import Connection
from typing import Any, ClassVar

_REQUEST = re.compile(rb"(GET|POST) (\S+) HTTP/1\.1\r\n")
_LENGTH = re.compile(rb"\r\ncontent-length: *(\d+)", re.IGNORECASE)
_PATH = re.compile(r"/api/publishers/([^/]+)/offers/([^/?]+)(/[a-z]+)?(?:/([^/?]+))?")

STEPS = [
    ("displaydummycertify", "Validate Pre-Requisites", "completed"),
    ("displaycertify", "Certification", "completed"),
    ("displaypackage", "Packaging", "inProgress"),
    ("publisher-signoff", "Publisher signoff", "notStarted"),
    ("live", "Live", "notStarted"),
]


def body(publisher: str, offer: str, looks: int) -> bytes:
    """Return an operation as it is at the given look."""
    moving = looks if publisher == "moving" else 7
    over = publisher.startswith("short-") and looks >= int(publisher.removeprefix("short-"))
    steps = [
        {
            "estimatedTimeFrame": "< 5 day",
            "id": step,
            "stepName": name,
            "description": f"The step {name} of the publish of the offer, as the service describes it.",
            "status": "completed" if over else status,
            "messages": [{"messageHtml": f"<p>{name}: nothing to do.</p>", "level": "information"}],
            "progressPercentage": 100 if over or status == "completed" else moving % 100,
        }
        for step, name, status in STEPS
    ]
    return json.dumps(
        {
            "id": "5a63deb5-925b-4ee0-938b-7c86fbf287c5",
            "submissionType": "goLive",
            "submissionState": "completed" if over else "running",
            "status": "succeeded" if over else "running",
            "publishingVersion": 1,
            "slot": "preview",
            "version": 12,
            "statusUpdateCount": moving,
            "steps": steps,
            "previewLinks": [],
            "liveLinks": [],
            "notificationEmails": "jondoe@contoso.com",
        }
    ).encode()


class Service(asyncio.Protocol):
    """One connection."""

    looks: ClassVar[Counter[str]] = Counter()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Begin."""
        self.transport: Any = transport
        self.buffer = b""

    def data_received(self, data: bytes) -> None:
        """Answer what is complete."""
        self.buffer += data
        while (end := self.buffer.find(b"\r\n\r\n")) >= 0:
            head = self.buffer[: end + 2]
            length = _LENGTH.search(head)
            after = end + 4 + (int(length[1]) if length else 0)
            if len(self.buffer) < after:
                return
            self.buffer = self.buffer[after:]
            self.transport.write(self.answer(head))

    def answer(self, head: bytes) -> bytes:
        """Return the answer to one request."""
        request = _REQUEST.match(head)
        target = request[2].decode() if request else ""
        found = _PATH.search(target)
        if request is None or found is None:
            return self.reply("404 Not Found", b"{}")
        publisher, offer, what, operation = found.groups()
        if request[1] == b"POST":
            Service.looks[f"{publisher}/{offer}"] = 0
            where = f"/api/publishers/{publisher}/offers/{offer}/operations/go-live-{offer}"
            header = "Operation-Location" if "/peer/" in target else "Location"
            host = re.search(rb"(?i)\r\nhost: *(\S+)", head)
            origin = f"http://{host[1].decode()}" if host else ""
            prefix = f"{origin}/peer" if "/peer/" in target else ""
            return self.reply(
                "202 Accepted", b"{}", f"{header}: {prefix}{where}?api-version=2017-10-31\r\n"
            )
        if what == "/submissions":
            return self.reply("200 OK", b"[]")
        if operation is None:
            return self.reply("200 OK", b'{"status": "waitingForPublisherReview"}', 'ETag: "1"\r\n')
        Service.looks[f"{publisher}/{offer}"] += 1
        return self.reply("200 OK", body(publisher, offer, Service.looks[f"{publisher}/{offer}"]))

    def reply(self, status: str, content: bytes, headers: str = "") -> bytes:
        """Return an answer in full."""
        head = f"HTTP/1.1 {status}\r\nContent-Type: application/json\r\n{headers}"
        return f"{head}Content-Length: {len(content)}\r\n\r\n".encode() + content


def _serve(sender: Connection) -> None:
    async def main() -> None:
        loop = asyncio.get_running_loop()
        server = await loop.create_server(Service, "127.0.0.1", 0, backlog=4096)
        sender.send(server.sockets[0].getsockname()[1])
        await server.serve_forever()

    asyncio.run(main())


@contextmanager
def service() -> Iterator[str]:
    """Run it, and give its address."""
    context = multiprocessing.get_context("spawn")
    receiver, sender = context.Pipe(duplex=False)
    process = context.Process(target=_serve, args=(sender,), daemon=True)
    process.start()
    try:
        yield f"http://127.0.0.1:{receiver.recv()}"
    finally:
        process.terminate()
        process.join()
