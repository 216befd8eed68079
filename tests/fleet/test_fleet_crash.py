"""Whatever dies whenever: each offer of a release goes live exactly once.

`GOLIVE_FLEET_RUNS=20 python -m pytest tests/fleet/test_fleet_crash.py` is the full run.
The emulator kills a worker at a request that was drawn, mostly right after it acted on a go-live and
before it answered.
"""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from conftest import PATIENCE
from golive.fleet import OfferState, OfferView, ReleaseView
from golive.fleet.database import database_url, locks_of, open_database
from night import WORKER, Night, play
from postgresql import PostgreSQL

pytestmark = pytest.mark.unmeasured

RUNS = int(os.environ.get("GOLIVE_FLEET_RUNS", "1"))

Make = Callable[[int, int, int], Night]


@pytest.fixture
def night_of() -> Iterator[Make]:
    made: list[Night] = []

    def make(offers: int, publishers: int, seed: int) -> Night:
        made.append(Night.of(offers, publishers, seed))
        return made[-1]

    yield make
    for each in made:
        each.stop()


def unfinished(view: ReleaseView) -> list[OfferView]:
    return [each for each in view.offers if each.state is not OfferState.LIVE]


@pytest.mark.parametrize("seed", range(RUNS))
@pytest.mark.parametrize("publishers", [5, 0], ids=["go-live", "product-ingestion"])
def test_fifty_offers_go_live_once_each_whatever_dies(
    tmp_path: Path, night_of: Make, publishers: int, seed: int
) -> None:
    night = night_of(50, publishers, seed)
    view = play(night, str(tmp_path / "fleet.sqlite"))
    assert night.killed == 5
    assert not unfinished(view)
    assert night.accepted == [1] * 50


def test_without_what_was_known_before_some_go_live_twice(tmp_path: Path, night_of: Make) -> None:
    night = night_of(12, 2, 0)
    play(night, str(tmp_path / "fleet.sqlite"), "blind", kills=3, away=(1000,))
    assert max(night.accepted) > 1


@pytest.mark.parametrize("kind", ["sqlite", "postgresql"])
def test_a_worker_that_is_stopped_keeps_what_it_has_and_one_that_is_dead_does_not(
    kind: str, tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    named = str(tmp_path / "fleet.sqlite")
    if kind == "postgresql":
        server: PostgreSQL = request.getfixturevalue("postgresql")
        named = server.database()
    process = subprocess.Popen(
        [sys.executable, str(WORKER), named, "http://127.0.0.1:9"], stdout=subprocess.PIPE, text=True
    )
    assert process.stdout is not None
    name = process.stdout.readline().strip()
    engine = open_database(database_url(named, None))
    locks = locks_of(engine)
    process.send_signal(signal.SIGSTOP)
    assert locks.take(name) is None
    process.send_signal(signal.SIGKILL)
    process.communicate(timeout=PATIENCE)
    ends = time.monotonic() + PATIENCE
    while (lock := locks.take(name)) is None:
        assert time.monotonic() < ends
        time.sleep(0.05)
    lock.release()
    locks.close()
    engine.dispose()


@pytest.mark.parametrize(("workers", "offers"), [(2, 200), (4, 300)])
def test_workers_that_share_a_server_take_over_from_each_other(
    postgresql: PostgreSQL, night_of: Make, workers: int, offers: int
) -> None:
    night = night_of(offers, 10, workers)
    view = play(
        night,
        postgresql.database(),
        workers=workers,
        kills=2 * workers,
        limits={"per-publisher": 5},
        midway=postgresql.restart,
    )
    assert night.killed >= 2 * workers
    assert not unfinished(view)
    assert night.accepted == [1] * offers
    assert 1 < night.peak <= 5
