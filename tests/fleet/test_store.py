"""What a fleet knows survives later releases, lost locks, and trouble with the database."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from attrs import evolve

from golive import GoLiveError, RequestRefused, ServiceUnreachable
from golive.fleet import Fleet, OfferPlan, OfferState, Release
from golive.fleet.database import database_url, locks_of, open_database, seized, told
from golive.fleet.outbox import Outbox
from golive.fleet.store import Record, Store, _estimate
from golive.fleet.work import Work, _Trouble
from golive.hooks import HookFailed
from postgresql import PostgreSQL

NOW = datetime(2026, 11, 26, 20, tzinfo=UTC)


@pytest.fixture
def fleet(tmp_path: Path) -> Iterator[Fleet]:
    with Fleet(str(tmp_path / "fleet.sqlite")) as fleet:
        offers = [{"publisher": "contoso", "offer": name} for name in ("a", "b")]
        fleet.start(Release.from_value({"name": "r", "offers": offers}))
        yield fleet


def test_a_record_of_a_later_release_is_read() -> None:
    record = Record("r", OfferPlan("p", "o"), OfferState.LIVE, NOW, ended=NOW, baseline={"x": 1})
    value = json.loads(record.to_json())
    assert Record.from_json(json.dumps({**value, "new": 7})) == record
    del value["adopted"]
    assert Record.from_json(json.dumps(value)) == record


def test_an_estimate_needs_some_go_lives_and_something_to_estimate() -> None:
    record = Record("r", OfferPlan("p", "o"), OfferState.GOING_LIVE, NOW, began=NOW)
    assert _estimate([record], [100.0, 200.0], NOW) is None
    assert _estimate([evolve(record, state=OfferState.LIVE)], [100.0] * 9, NOW) is None
    made = _estimate([record, evolve(record, began=None)], [100.0, 200.0, 300.0], NOW)
    assert made is not None
    assert (made.seconds, made.spread, made.samples) == (200.0, 100.0, 3)


@pytest.mark.parametrize("kind", ["sqlite", "postgresql"])
def test_a_lock_is_held_by_one_and_freed_with_it(
    kind: str, tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    named = str(tmp_path / "x.sqlite")
    if kind == "postgresql":
        server: PostgreSQL = request.getfixturevalue("postgresql")
        named = server.database()
    engine = open_database(database_url(named, None))
    locks, others = locks_of(engine), locks_of(engine)
    lock = locks.take("me")
    assert lock is not None
    assert lock.is_held()
    assert others.take("me") is None
    with seized(others, "me") as dead:
        assert not dead
    with seized(others, "you") as dead:
        assert dead
    lock.release()
    with seized(others, "me") as dead:
        assert dead
    locks.close()
    others.close()
    engine.dispose()


def test_a_lock_whose_file_is_gone_is_lost(tmp_path: Path) -> None:
    engine = open_database(database_url(str(tmp_path / "x.sqlite"), None))
    lock = locks_of(engine).take("me")
    assert lock is not None
    for file in (tmp_path / "x.sqlite.workers").iterdir():
        file.unlink()
    assert not lock.is_held()
    lock.release()
    engine.dispose()


def test_the_usual_place(tmp_path: Path) -> None:
    assert database_url(None, tmp_path).database == str(tmp_path / "fleet.sqlite")
    with pytest.raises(GoLiveError, match="There is no folder for the fleet's database"):
        database_url(None, None)


def test_what_a_database_says_is_told_without_the_statement() -> None:
    error = sa.exc.OperationalError("select secret", {"a": "s3cr3t"}, Exception("disk full\nmore"))
    assert told(error) == "disk full"


def test_work_waits_for_a_database_that_is_away(fleet: Fleet, monkeypatch: pytest.MonkeyPatch) -> None:
    slept: list[float] = []

    async def sleep(seconds: float) -> None:
        slept.append(seconds)

    monkeypatch.setattr("golive.fleet.work.asyncio.sleep", sleep)
    failures = [sa.exc.OperationalError("x", {}, Exception("away")) for _ in range(20)]

    def call() -> str:
        if failures:
            raise failures.pop()
        return "there"

    work = Work(fleet.store, fleet.service, fleet.advance)
    assert asyncio.run(work._durably(call)) == "there"
    assert len(slept) == 20
    assert max(slept) <= 30


def test_trouble_is_borne_for_a_while_if_it_may_pass() -> None:
    trouble = _Trouble(3600.0)
    lost = ServiceUnreachable("x", method="GET", url="u", sent=False)
    pauses = [trouble.pause(lost) for _ in range(12)]
    assert 1 <= pauses[0] <= 2
    assert 150 <= pauses[-1] <= 300
    with pytest.raises(RequestRefused):
        trouble.pause(RequestRefused("x", 400, "POST", "u"))
    with pytest.raises(ServiceUnreachable):
        _Trouble(0.0).pause(lost)


class Listener:
    """A hook that fails as often as it is told to."""

    name = "listener"

    def __init__(self, *failures: GoLiveError) -> None:
        self.failures = list(failures)
        self.told: list[tuple[str, dict[str, Any]]] = []

    def deliver(self, event: Any, identifier: str) -> None:
        if self.failures:
            raise self.failures.pop(0)
        self.told.append((identifier, event))


def test_what_cannot_be_delivered_is_delivered_later_and_nothing_is_lost(
    fleet: Fleet, monkeypatch: pytest.MonkeyPatch
) -> None:
    moment = [0.0]
    monkeypatch.setattr("golive.fleet.outbox.time.monotonic", lambda: moment[0])
    listener = Listener(HookFailed("not now."), HookFailed("not now."))
    outbox = Outbox(fleet.store, listener)
    for name in ("a", "b"):
        fleet.store.change("r", f"contoso/{name}", state=OfferState.LIVE)
    outbox.deliver()
    outbox.deliver()
    assert listener.told == []
    moment[0] = 2.0
    outbox.deliver()
    moment[0] = 5.9
    outbox.deliver()
    assert listener.told == []
    moment[0] = 6.0
    outbox.deliver()
    outbox.deliver()
    kinds = [event["event"] for _, event in listener.told]
    assert kinds == ["release-offer", "release-offer", "release"]
    assert listener.told[0][1]["title"] == "r: contoso/a is live"
    assert listener.told[-1][1]["title"] == "r is over: 2 live"
    assert len({identifier for identifier, _ in listener.told}) == 3


def test_a_hook_is_told_from_where_it_was_left_by_another_worker(fleet: Fleet) -> None:
    first = Listener()
    Outbox(fleet.store, first)
    fleet.store.change("r", "contoso/a", state=OfferState.LIVE)
    second = Listener()
    Outbox(fleet.store, second).deliver()
    assert len(second.told) == 1


def test_what_is_stale_or_cannot_be_told_at_all_is_given_up(
    fleet: Fleet, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    listener = Listener(HookFailed("gone."), GoLiveError("never"))
    outbox = Outbox(fleet.store, listener)
    for name in ("a", "b"):
        fleet.store.change("r", f"contoso/{name}", state=OfferState.FAILED)
    monkeypatch.setattr("golive.fleet.outbox._STALE", -1 * (NOW - NOW))
    outbox.deliver()
    assert "gone. It is given up." in caplog.messages
    assert "never" in caplog.messages
    assert [event["event"] for _, event in listener.told] == ["release"]


def test_a_store_is_shown_without_its_database() -> None:
    assert repr(Store(sa.create_engine("sqlite://"))) == "Store()"
