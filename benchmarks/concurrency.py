"""Many go-lives at once in one event loop, beside azure-core's AsyncLROPoller on aiohttp.

Each contender takes so many cold offers live at once, five looks each; the clock lets nobody pause.
Contenders take turns. Printed are CPU time per request and requests per second as ratios to those of
azure-core, at the median over the rounds, and how many of all go-lives ended with an error.

    python benchmarks/concurrency.py [--rounds 5] [--at-once 1 10 100 1000]
"""

from __future__ import annotations

import argparse
import asyncio
import statistics
import time
from collections.abc import Awaitable, Callable
from itertools import count
from typing import Any

import httpx

from golive import AsyncGoLiveClient
from peers import POLLING, TOKEN, AsyncAzureCore, Hurry
from service import service

LOOKS = 5
WANTED = f"short-{LOOKS}"

#: Requests of a go-live: golive looks at the list and the offer before it begins one.
REQUESTS = {"azure-core": 1 + LOOKS}

_offers = count()


def _name() -> str:
    return f"offer{next(_offers)}"


async def with_golive(url: str, at_once: int, **options: Any) -> list[Any]:
    """Take offers live with golive."""
    async with AsyncGoLiveClient(
        TOKEN, endpoint=url, clock=Hurry(), polling=POLLING, **options
    ) as client:

        async def one() -> None:
            operation = await client.begin_go_live(WANTED, _name())
            await operation.result()

        return await asyncio.gather(*(one() for _ in range(at_once)), return_exceptions=True)


async def golive_default(url: str, at_once: int) -> list[Any]:
    """Use golive's own connections."""
    return await with_golive(url, at_once)


async def golive_httpx_pool(url: str, at_once: int) -> list[Any]:
    """Use httpx's pool."""
    async with httpx.AsyncHTTPTransport() as transport:
        return await with_golive(url, at_once, transport=transport)


async def golive_aiohttp(url: str, at_once: int) -> list[Any]:
    """Use httpx-aiohttp."""
    from httpx_aiohttp import AiohttpTransport

    async with AiohttpTransport() as transport:
        return await with_golive(url, at_once, transport=transport)


async def golive_httpx2(url: str, at_once: int) -> list[Any]:
    """Use an adapter of a few lines to the pool of httpx2."""
    import httpx2

    class Stream(httpx.AsyncByteStream):
        def __init__(self, inner: Any) -> None:
            self.inner = inner

        async def __aiter__(self) -> Any:
            async for chunk in self.inner:
                yield chunk

        async def aclose(self) -> None:
            await self.inner.aclose()

    class Adapter(httpx.AsyncBaseTransport):
        def __init__(self) -> None:
            self.inner = httpx2.AsyncHTTPTransport()

        async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
            response = await self.inner.handle_async_request(
                httpx2.Request(
                    request.method,
                    str(request.url),
                    headers=request.headers.raw,
                    content=request.content,
                    extensions={"timeout": request.extensions["timeout"]},
                )
            )
            return httpx.Response(
                response.status_code, headers=response.headers.raw, stream=Stream(response.stream)
            )

        async def aclose(self) -> None:
            await self.inner.aclose()

    async with Adapter() as transport:
        return await with_golive(url, at_once, transport=transport)


async def azure_core(url: str, at_once: int) -> list[Any]:
    """Use azure-core."""
    peer = AsyncAzureCore(url)
    try:
        return await asyncio.gather(
            *(peer.go_live(WANTED, _name()) for _ in range(at_once)), return_exceptions=True
        )
    finally:
        await peer.aclose()


CONTENDERS: dict[str, Callable[[str, int], Awaitable[list[Any]]]] = {
    "azure-core": azure_core,
    "golive": golive_default,
    "golive[aiohttp]": golive_aiohttp,
    "golive, httpx's pool": golive_httpx_pool,
    "golive, httpx2's pool": golive_httpx2,
}


def main() -> None:
    """Print the tables."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--at-once", type=int, nargs="+", default=[1, 10, 100, 1000])
    parser.add_argument("--limit", type=float, default=60, help="seconds for one round of one contender")
    arguments = parser.parse_args()
    print(f"{'':<24}{'at once':>8}{'CPU':>8}{'requests/s':>12}{'errors':>8}")
    with service() as url:
        for at_once in arguments.at_once:
            spent: dict[str, list[float]] = {name: [] for name in CONTENDERS}
            took: dict[str, list[float]] = {name: [] for name in CONTENDERS}
            errors = dict.fromkeys(CONTENDERS, 0)
            for _ in range(arguments.rounds):
                for name, run in CONTENDERS.items():
                    requests = at_once * REQUESTS.get(name, 3 + LOOKS)
                    cpu, clock = time.process_time(), time.perf_counter()
                    try:
                        ended = asyncio.run(asyncio.wait_for(run(url, at_once), arguments.limit))
                    except TimeoutError:
                        ended = [TimeoutError()] * at_once
                    spent[name].append((time.process_time() - cpu) / requests)
                    took[name].append((time.perf_counter() - clock) / requests)
                    errors[name] += sum(isinstance(one, BaseException) for one in ended)
            for name in CONTENDERS:
                base = "azure-core"
                cpu = statistics.median(a / b for a, b in zip(spent[name], spent[base], strict=True))
                rate = statistics.median(b / a for a, b in zip(took[name], took[base], strict=True))
                print(f"{name:<24}{at_once:>8}{cpu:>8.2f}{rate:>12.2f}{errors[name]:>8}")


if __name__ == "__main__":
    main()
