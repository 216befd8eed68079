"""An independent witness: Prism between our client and the emulator, and Prism's own mock.

Run by `nox -s witness`, with the npm to start Prism by, Prism's version and the emulator's address.
"""

from __future__ import annotations

import asyncio
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx

from golive import AsyncGoLiveClient, GoLiveClient, GoLiveError, PollingPolicy, State

CONTRACT = Path(__file__).resolve().parent.parent / "openapi" / "golive.yaml"
OFFERS = ("contoso-offer", "contoso-legacy")
POLLING = PollingPolicy(min_delay=0.05)

#: What Prism reports beside the answers.
VIOLATIONS = "sl-violations"


class Listening(httpx.HTTPTransport):
    """Collects what Prism says of each answer."""

    def __init__(self) -> None:
        super().__init__()
        self.violations: list[str] = []
        self.requests = 0

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        return self.heard(request, super().handle_request(request))

    def heard(self, request: httpx.Request, response: httpx.Response) -> httpx.Response:
        self.requests += 1
        if VIOLATIONS in response.headers:
            self.violations.append(f"{request.method} {request.url}: {response.headers[VIOLATIONS]}")
        return response


class AsyncListening(httpx.AsyncHTTPTransport):
    """The same for the async client."""

    def __init__(self, listening: Listening) -> None:
        super().__init__()
        self._listening = listening

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        return self._listening.heard(request, await super().handle_async_request(request))


@contextmanager
def prism(npm: str, package: str, *arguments: str) -> Iterator[str]:
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    command = [npm, "exec", "--yes", "--", package, *arguments, "--port", str(port)]
    with subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
    ) as process:
        try:
            assert process.stdout is not None
            for line in process.stdout:
                if "is listening" in line:
                    break
            else:
                raise SystemExit("Prism did not start.")
            yield f"http://127.0.0.1:{port}"
        finally:
            process.terminate()


def whole_lives(client: GoLiveClient) -> None:
    for offer in OFFERS:
        assert client.begin_go_live("contoso", offer).result(timeout=60).state is State.SUCCEEDED
        publish = client.begin_publish("contoso", offer, notification_emails=["release@contoso.example"])
        assert publish.result(timeout=60).ready_to_go_live
        cancellation = client.begin_cancel("contoso", offer)
        assert cancellation.result(timeout=60).state is State.CANCELED
        assert client.submissions("contoso", offer)
        client.begin_publish("contoso", offer).result(timeout=60)


async def whole_lives_async(client: AsyncGoLiveClient) -> None:
    for offer in OFFERS:
        operation = await client.begin_go_live("contoso", offer)
        assert (await operation.result(timeout=60)).state is State.SUCCEEDED
        assert (await client.offer_status("contoso", offer)).state is State.SUCCEEDED


def against_the_mock(url: str) -> list[str]:
    """Ask everything that a mock without memory can answer; it says the examples of the contract."""
    told = []
    with GoLiveClient("token", endpoint=url, polling=POLLING) as client:
        calls: dict[str, Any] = {
            "submissions": lambda: client.submissions("contoso", "contoso-offer"),
            "offer_status": lambda: client.offer_status("contoso", "contoso-offer"),
            "begin_publish": lambda: client.begin_publish("contoso", "contoso-offer"),
            "begin_go_live": lambda: client.begin_go_live("contoso", "contoso-offer"),
            "begin_cancel": lambda: client.begin_cancel("contoso", "contoso-offer"),
        }
        for name, call in calls.items():
            told.append(f"{name}: {call()!r}"[:150])
            if name.startswith("begin"):
                told.append(f"  refresh: {call().refresh().state}")
    return told


def main(npm: str, package: str, upstream: str) -> None:
    listening = Listening()
    with prism(npm, package, "proxy", str(CONTRACT), upstream) as url:
        with GoLiveClient("emulator", endpoint=url, transport=listening, polling=POLLING) as client:
            whole_lives(client)

        async def main() -> None:
            async with AsyncGoLiveClient(
                "emulator", endpoint=url, transport=AsyncListening(listening), polling=POLLING
            ) as client:
                await whole_lives_async(client)

        asyncio.run(main())
        listening.close()
    print(f"Prism watched {listening.requests} requests: {len(listening.violations)} violations")
    print(*listening.violations, sep="\n")
    with prism(npm, package, "mock", str(CONTRACT)) as url:
        time.sleep(0.1)
        try:
            print("The client on Prism's mock:", *against_the_mock(url), sep="\n  ")
        except GoLiveError as error:
            raise SystemExit(f"The client does not understand Prism's mock: {error}") from None
    if listening.violations:
        raise SystemExit(1)


if __name__ == "__main__":
    main(*sys.argv[1:])
