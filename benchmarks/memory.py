"""What a waiting operation holds of memory, beside azure-core's AsyncLROPoller.

Each contender is a process of its own that follows so many operations, each in a task: all have been
looked at once, and pause. Printed is what the process grew by for each, and as a ratio to azure-core's.

    python benchmarks/memory.py [--operations 10000]
"""

from __future__ import annotations

import argparse
import asyncio
import multiprocessing
import resource
import sys
from collections.abc import Awaitable, Callable
from contextlib import suppress
from multiprocessing.connection import Connection

from golive import AsyncGoLiveClient, PollingPolicy
from peers import TOKEN, AsyncAzureCore, looks
from service import service

#: So many are begun at a time.
AT_ONCE = 100

#: Longer than the benchmark runs, in seconds.
PAUSE = 3600


def peak() -> float:
    """Return the most memory this process had so far, in bytes."""
    unit = 1 if sys.platform == "darwin" else 1024
    return float(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * unit)


async def grown(follow: Callable[[int], Awaitable[object]], operations: int) -> float:
    """Return by how many bytes the process grows for each operation that is followed."""
    tasks: list[asyncio.Future[object]] = []

    async def more(number: int) -> None:
        first = len(tasks)
        tasks.extend(asyncio.ensure_future(follow(first + at)) for at in range(number))
        # A look takes some milliseconds, so that all are asleep then.
        await asyncio.sleep(number / 50)

    await more(AT_ONCE)
    before = peak()
    for _ in range(operations // AT_ONCE):
        await more(AT_ONCE)
    grew = (peak() - before) / operations
    for task in tasks:
        task.cancel()
    for task in tasks:
        with suppress(asyncio.CancelledError):
            await task
    return grew


async def golive(url: str, operations: int) -> float:
    """Follow with golive."""
    polling = PollingPolicy(min_delay=PAUSE, max_delay=PAUSE)
    async with AsyncGoLiveClient(TOKEN, endpoint=url, polling=polling) as client:
        return await grown(
            lambda at: client.operation(looks(url, "same", f"offer{at}")).result(), operations
        )


async def azure_core(url: str, operations: int) -> float:
    """Follow with azure-core."""
    peer = AsyncAzureCore(url)
    try:
        return await grown(lambda at: peer.go_live("same", f"offer{at}", PAUSE), operations)
    finally:
        await peer.aclose()


CONTENDERS = {"golive": golive, "azure-core": azure_core}


def _measure(name: str, url: str, operations: int, sender: Connection) -> None:
    sender.send(asyncio.run(CONTENDERS[name](url, operations)))


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--operations", type=int, default=10_000)
    operations = parser.parse_args().operations
    context = multiprocessing.get_context("spawn")
    grew: dict[str, float] = {}
    with service() as url:
        for name in CONTENDERS:
            receiver, sender = context.Pipe(duplex=False)
            process = context.Process(target=_measure, args=(name, url, operations, sender))
            process.start()
            grew[name] = receiver.recv()
            process.join()
    print(f"{operations} waiting: memory of each")
    for name, each in grew.items():
        print(f"{name:<12} {each / 1024:>8.1f} KiB {each / grew['azure-core']:>6.2f} x azure-core")


if __name__ == "__main__":
    main()
