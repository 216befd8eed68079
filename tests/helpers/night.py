"""A release night that kills its workers, for tests of what survives that."""

from __future__ import annotations

import os
import random
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

from attrs import define, field

from conftest import PATIENCE
from golive.emulator import TOKEN, Emulator, Offer, numbered
from golive.emulator.faults import kind_of
from golive.emulator.ingestion.products import Product
from golive.fleet import Fleet, FleetError, OfferState, Release, ReleaseView, Service

WORKER = Path(__file__).resolve().parent / "fleet_worker.py"


@define
class Night:
    """The service of a release night, and the workers that it kills.

    Attributes:
        emulator: The emulator.
        service: What answers in it.
        offers: Its offers.
        generator: Draws.
        workers: The processes that run.
        fatal: After how many further go-lives it kills a worker; None for never.
        away: Hours of the market's time that passed while nothing asked.
        killed: How many it killed.
        peak: How many go-lives of a publisher ran at once at most, by what the fleet says.
    """

    emulator: Emulator
    service: Any
    offers: list[Offer] | list[Product]
    generator: random.Random
    workers: list[subprocess.Popen[str]] = field(factory=list)
    fatal: int | None = None
    killed: int = 0
    away: float = 0.0
    counted: int = 0
    peak: int = 0

    @classmethod
    def of(cls, count: int, publishers: int, seed: int) -> Night:
        """Make one; with no publishers, of Product Ingestion."""
        made: list[Night] = []
        # The service itself would take none of them twice.
        offers = numbered(count, publishers, always_ready=True) if publishers else []
        products = [] if publishers else [Product(f"offer-{number}") for number in range(count)]
        # An hour goes by with every request; a go-live takes days.
        emulator = Emulator(
            offers=offers,
            products=products,
            habits=["repeat-runs"],
            speed=3600,
            clock=lambda: made[0].hours if made else 0,
        )
        made.append(cls(emulator, emulator.app.app, offers or products, random.Random(seed)))
        emulator.app.app = made[0]
        return made[0]

    @property
    def hours(self) -> float:
        return self.counted + self.away

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        if scope["type"] != "http":
            await self.service(scope, receive, send)
            return
        self.counted += 1
        fatal = False
        kind = kind_of(scope["path"], scope["method"])
        if kind in ("golive", "configure") and self.fatal is not None:
            self.fatal -= 1
            fatal = self.fatal == 0
        before = fatal and self.generator.random() < 0.2
        if before:
            self.kill()

        async def answer(message: Any) -> None:
            if fatal and not before and message["type"] == "http.response.start":
                self.kill()
            await send(message)

        await self.service(scope, receive, answer)

    def begin(self, database: str, url: str, *options: str) -> None:
        """Start a worker."""
        command = [sys.executable, str(WORKER), database, url, *options]
        environment = {**os.environ, "AZURE_TOKEN": TOKEN}
        self.workers.append(subprocess.Popen(command, text=True, env=environment))

    def kill(self) -> None:
        """Kill a worker that was drawn; for good, as it takes its name along."""
        self.fatal = None
        process = self.workers.pop(self.generator.randrange(len(self.workers)))
        process.kill()
        process.wait(PATIENCE)
        self.killed += 1

    def stop(self) -> None:
        for process in self.workers:
            process.kill()
            process.wait(PATIENCE)

    def see(self, view: ReleaseView) -> None:
        """Note how many go-lives of a publisher run."""
        states = (OfferState.GOING_LIVE, OfferState.PUBLISHING)
        running = Counter(each.publisher_id for each in view.offers if each.state in states)
        self.peak = max(self.peak, *running.values(), 0)

    @property
    def accepted(self) -> list[int]:
        return [
            self.emulator.accepted(each.publisher, each.id)
            if isinstance(each, Offer)
            else sum(self.emulator.accepted_submissions(each.id).values())
            for each in self.offers
        ]


def release_of(night: Night, **more: Any) -> Release:
    offers = [
        {"publisher": each.publisher, "offer": each.id}
        if isinstance(each, Offer)
        else {"api": "product-ingestion", "offer": each.id}
        for each in night.offers
    ]
    return Release.from_value({"name": "tonight", "offers": offers, **more})


def play(
    night: Night,
    database: str,
    *options: str,
    workers: int = 1,
    kills: int = 5,
    away: tuple[float, ...] = (0, 1000),
    limits: dict[str, Any] | None = None,
    midway: Callable[[], None] | None = None,
) -> ReleaseView:
    """Take a release live with workers that are killed, and return where it stands when it is over.

    Args:
        night: The night.
        database: The fleet's database.
        options: Of the workers.
        workers: How many there are at any time.
        kills: How many of them are killed.
        away: Hours of the market, one of which passes when a worker was killed.
        limits: The release's.
        midway: Is called once when a third of the release is over.
    """
    with night.emulator.serve() as url, Fleet(database, service=Service(endpoint=url)) as fleet:
        fleet.start(release_of(night, limits=limits or {}))
        for _ in range(workers):
            night.begin(database, url, *options)
        ends = time.monotonic() + PATIENCE
        while True:
            try:
                view = fleet.status("tonight")
            except FleetError:
                time.sleep(0.5)
                continue
            if view.ended:
                break
            assert time.monotonic() < ends, view.counts
            night.see(view)
            if midway is not None and view.progress > 1 / 3:
                midway()
                midway = None
            if night.fatal is None and night.killed < kills and len(night.workers) == workers:
                night.fatal = night.generator.randint(2, 8)
            night.workers = [each for each in night.workers if each.poll() is None]
            while len(night.workers) < workers:
                # Go-lives end while nobody looks.
                night.away += night.generator.choice(away)
                night.begin(database, url, *options)
            time.sleep(0.3)
        night.stop()
    return view
