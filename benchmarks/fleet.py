"""What thousands of waiting offers cost a worker of a fleet, beside azure-core's pollers.

The worker and the pollers are processes of their own. All offers are looked at once, and pause then:
what is measured is what the process grew by for each of them, its threads, and its CPU time while all
are asleep. The fleet keeps its state in an SQLite file besides; a poller keeps nothing.

    python benchmarks/fleet.py [--offers 5000] [--asleep 60]
"""

from __future__ import annotations

import argparse
import asyncio
import multiprocessing
import os
import tempfile
import threading
import time
from multiprocessing.connection import Connection
from pathlib import Path

from attrs import frozen

from golive import PollingPolicy
from golive.fleet import Fleet, OfferState, OfferView, Release, ReleaseView, Service
from memory import PAUSE, azure_core, peak
from peers import TOKEN
from service import service


@frozen
class Cost:
    """What it cost.

    Attributes:
        each: Memory of each waiting offer, in bytes.
        threads: How many threads the process has.
        busy: Which share of one core it used while all were asleep; None if that was not measured.
        starts: How many offers it began in a second; None if that was not measured.
    """

    each: float
    threads: int
    busy: float | None = None
    starts: float | None = None


def fleet(url: str, offers: int, asleep: float, sender: Connection) -> None:
    """Run a worker with so many offers."""
    os.environ["AZURE_TOKEN"] = TOKEN
    polling = PollingPolicy(min_delay=PAUSE, max_delay=PAUSE)
    plans = [{"publisher": "same", "offer": f"offer{number}"} for number in range(offers)]
    with tempfile.TemporaryDirectory() as folder:
        path = str(Path(folder) / "fleet.sqlite")
        with (
            Fleet(path, service=Service(endpoint=url, polling=polling)) as opened,
            opened.worker(),
        ):
            opened.start(Release.from_value({"name": "warm", "offers": plans[:50]}))
            _until_asleep(opened, "warm")
            before, began = peak(), time.monotonic()
            opened.start(Release.from_value({"name": "all", "offers": plans[50:]}))
            _until_asleep(opened, "all")
            starts = (offers - 50) / (time.monotonic() - began)
            grew = peak() - before
            used, slept = time.process_time(), time.monotonic()
            time.sleep(asleep)
            busy = (time.process_time() - used) / (time.monotonic() - slept)
            sender.send(Cost(grew / (offers - 50), threading.active_count(), busy, starts))


def _until_asleep(opened: Fleet, name: str) -> None:
    def waits(offer: OfferView) -> bool:
        return offer.state is OfferState.GOING_LIVE and offer.step is not None

    view: ReleaseView = opened.status(name)
    while not all(map(waits, view.offers)):
        time.sleep(2)
        view = opened.status(name)


def pollers(url: str, offers: int, asleep: float, sender: Connection) -> None:
    """Follow so many with azure-core."""
    each = asyncio.run(azure_core(url, offers))
    sender.send(Cost(each, threading.active_count()))


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--offers", type=int, default=5000)
    parser.add_argument("--asleep", type=float, default=60.0)
    arguments = parser.parse_args()
    context = multiprocessing.get_context("spawn")
    costs: dict[str, Cost] = {}
    with service() as url:
        for contender in (fleet, pollers):
            receiver, sender = context.Pipe(duplex=False)
            given = (url, arguments.offers, arguments.asleep, sender)
            process = context.Process(target=contender, args=given)
            process.start()
            costs[contender.__name__] = receiver.recv()
            process.join()
    print(f"{arguments.offers} waiting in one process")
    for name, cost in costs.items():
        ratio = cost.each / costs["pollers"].each
        each = f"{cost.each / 1024:>7.1f} KiB each {ratio:>6.2f} x azure-core"
        print(f"{name:<8} {each}, {cost.threads} threads")
        if cost.busy is not None and cost.starts is not None:
            print(
                f"{'':<8} {100 * cost.busy:.1f} % of a core asleep, {cost.starts:.0f} begun per second"
            )


if __name__ == "__main__":
    main()
