"""A fleet on an SQLite file and the emulator: what it does with each offer of a release."""

from __future__ import annotations

import json
import sqlite3
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from fleet_worker import FAST, SOON
from golive import AsyncGoLiveClient, CredentialError, GoLiveClient, InvalidInput
from golive.emulator import TOKEN, Emulator, Offer
from golive.fleet import Fleet, FleetError, OfferState, Release, Service
from golive.fleet.access import credential
from golive.fleet.store import Record, Transaction
from room import Room, offer, states

#: Three days in two seconds.
SPEED = 130_000
OFFERS = ("one", "two,draft", "bad,scenario=fail", "old,legacy")
#: What goes live, and is not in preview again then.
ONCE = "once"


@pytest.fixture
def room(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Room]:
    monkeypatch.setenv("AZURE_TOKEN", TOKEN)
    emulator = Emulator(
        offers=[
            *(Offer.parse(f"contoso/{each}", always_ready=True) for each in OFFERS),
            Offer.parse(f"contoso/{ONCE}"),
        ],
        speed=SPEED,
    )
    with emulator.serve() as url:
        service = Service(endpoint=url, polling=FAST, retry=SOON)
        with Fleet(str(tmp_path / "fleet.sqlite"), service=service) as fleet:
            yield Room(fleet, emulator, url)


def test_a_release_from_its_start_to_its_end(room: Room) -> None:
    assert room.start(
        {"offer": "one"}, {"offer": "two", "publish": True, "approval": True}, {"offer": "bad"},
        {"offer": "old", "after": ["one"]},
    )  # fmt: skip
    assert not room.start(
        {"offer": "one"}, {"offer": "two", "publish": True, "approval": True}, {"offer": "bad"},
        {"offer": "old", "after": ["one"]},
    )  # fmt: skip
    assert states(room.fleet.status("tonight")) == [
        *(OfferState.QUEUED, OfferState.QUEUED, OfferState.QUEUED, OfferState.WAITING),
    ]
    with room.fleet.worker():
        view = room.until(lambda view: offer(view, "two").state is OfferState.NEEDS_APPROVAL)
        assert room.emulator.accepted("contoso", "two") == 0
        assert room.fleet.approve("tonight", by="ada") == ["contoso/two"]
        view = room.over()
    assert states(view) == [OfferState.LIVE, OfferState.LIVE, OfferState.FAILED, OfferState.LIVE]
    assert "The operation failed in the step" in (offer(view, "bad").message or "")
    assert not view.is_live
    assert [room.emulator.accepted("contoso", each.partition(",")[0]) for each in OFFERS] == [1] * 4
    one, old = offer(view, "one"), offer(view, "old")
    assert one.ended is not None
    assert old.began is not None
    assert one.ended <= old.began
    seen = [each.offer.state for each in room.events("two")]
    assert list(dict.fromkeys(seen)) == [
        *(OfferState.WAITING, OfferState.QUEUED, OfferState.PUBLISHING, OfferState.IN_PREVIEW),
        *(OfferState.NEEDS_APPROVAL, OfferState.GOING_LIVE, OfferState.LIVE),
    ]
    assert json.loads(json.dumps(view.to_dict()))["counts"] == {"live": 3, "failed": 1}


def test_what_failed_is_tried_again_and_frees_what_waits_for_it(room: Room) -> None:
    room.start({"offer": "bad"}, {"offer": "one", "after": ["bad"]})
    with room.fleet.worker():
        view = room.over()
        assert states(view) == [OfferState.FAILED, OfferState.BLOCKED]
        assert offer(view, "one").waits_for == "contoso/bad, which is failed"
        assert room.fleet.retry("tonight") == ["contoso/bad"]
        view = room.until(lambda view: offer(view, "bad").attempt == 2 and view.ended)
    assert room.emulator.accepted("contoso", "bad") == 2
    assert room.emulator.accepted("contoso", "one") == 0
    with pytest.raises(InvalidInput, match="contoso/one is blocked: there is nothing to retry"):
        room.fleet.retry("tonight", ["one"])


def test_what_a_colleague_began_is_followed(room: Room) -> None:
    with GoLiveClient(TOKEN, endpoint=room.url) as client:
        client.begin_go_live("contoso", "one")
    room.start({"offer": "one"})
    with room.fleet.worker():
        view = room.over()
    assert view.is_live
    assert view.offers[0].adopted
    assert room.emulator.accepted("contoso", "one") == 1


def test_what_a_colleague_took_live_in_the_middle_of_it_counts(room: Room) -> None:
    room.start({"offer": ONCE})
    with GoLiveClient(TOKEN, endpoint=room.url, polling=FAST) as client:
        client.begin_go_live("contoso", ONCE).result()
    with room.fleet.worker():
        view = room.over()
    assert view.is_live
    assert view.offers[0].adopted
    assert room.emulator.accepted("contoso", ONCE) == 1


def test_what_was_taken_live_before_it_does_not_count(room: Room) -> None:
    with GoLiveClient(TOKEN, endpoint=room.url, polling=FAST) as client:
        client.begin_go_live("contoso", ONCE).result()
    room.start({"offer": ONCE})
    # By the emulator's time, which is ahead of ours.
    with room.fleet.store.engine.begin() as connection:
        connection.execute(sa.text("update golive_releases set began = began + 30 * 86400"))
    with room.fleet.worker():
        view = room.over()
    assert states(view) == [OfferState.FAILED]


def test_a_database_that_is_away_right_before_it_is_sent_costs_nothing_but_time(
    room: Room, monkeypatch: pytest.MonkeyPatch
) -> None:
    change, failures = Transaction.change, [1, 2]

    def failing(self: Transaction, record: Record, **values: Any) -> Record:
        if failures and "baseline" in values and "state" in values:
            raise sa.exc.OperationalError("x", {}, Exception(f"away {failures.pop()}"))
        return change(self, record, **values)

    monkeypatch.setattr(Transaction, "change", failing)
    monkeypatch.setattr("golive.fleet.work._PAUSES", (0.1, 0.1))
    room.start({"offer": "one"})
    with room.fleet.worker():
        view = room.over()
    assert failures == []
    assert view.is_live, view
    assert room.emulator.accepted("contoso", "one") == 1


def test_canceled_before_it_began_nothing_is_sent(room: Room) -> None:
    room.start({"offer": "one", "approval": True}, {"offer": "old"})
    assert room.fleet.cancel("tonight", ["one", "contoso/old"]) == ["contoso/one", "contoso/old"]
    with room.fleet.worker():
        view = room.over()
    assert states(view) == [OfferState.CANCELED] * 2
    assert room.emulator.accepted("contoso", "old") == 0
    with pytest.raises(InvalidInput, match="there is nothing to cancel"):
        room.fleet.cancel("tonight", ["one"])


@pytest.fixture
def slow_room(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Room]:
    """A room whose go-lives take longer than a test."""
    monkeypatch.setenv("AZURE_TOKEN", TOKEN)
    emulator = Emulator(offers=[Offer.parse("contoso/one")], speed=300)
    with emulator.serve() as url:
        service = Service(endpoint=url, polling=FAST, retry=SOON)
        with Fleet(str(tmp_path / "fleet.sqlite"), service=service) as fleet:
            yield Room(fleet, emulator, url)


def test_canceled_while_it_runs_it_is_canceled_at_the_service(slow_room: Room) -> None:
    with slow_room.fleet.worker():
        slow_room.start({"offer": "one"})
        slow_room.until(lambda view: view.offers[0].operation_url is not None)
        assert slow_room.fleet.cancel("tonight") == ["contoso/one"]
        assert slow_room.fleet.cancel("tonight") == []
        assert states(slow_room.over()) == [OfferState.CANCELED]


def test_canceled_while_the_request_is_on_its_way_it_is_canceled_when_it_has_begun(
    slow_room: Room, monkeypatch: pytest.MonkeyPatch
) -> None:
    begin = AsyncGoLiveClient.begin_go_live

    async def canceled_meanwhile(self: AsyncGoLiveClient, *offer: str, **options: Any) -> Any:
        operation = await begin(self, *offer, **options)
        # The job that cancels has been there already, and found nothing that ran.
        slow_room.fleet.store.change("tonight", "contoso/one", canceling=True)
        return operation

    monkeypatch.setattr(AsyncGoLiveClient, "begin_go_live", canceled_meanwhile)
    slow_room.start({"offer": "one"})
    with slow_room.fleet.worker():
        assert states(slow_room.over()) == [OfferState.CANCELED]
    assert slow_room.emulator.accepted("contoso", "one") == 1


def test_not_before_its_time(room: Room) -> None:
    soon = datetime.now(UTC) + timedelta(seconds=3)
    room.start({"offer": "one", "not-before": soon.isoformat()})
    assert states(room.fleet.status("tonight")) == [OfferState.WAITING]
    with room.fleet.worker():
        view = room.over()
    assert view.is_live
    assert view.offers[0].began is not None
    assert view.offers[0].began >= soon


def test_one_name_is_one_release(room: Room) -> None:
    room.start({"offer": "one"})
    with pytest.raises(InvalidInput, match="There is a release 'tonight' with other offers"):
        room.start({"offer": "one", "approval": True})
    with pytest.raises(InvalidInput, match="There is no release 'nil'"):
        room.fleet.status("nil")
    with pytest.raises(InvalidInput, match="There is no release 'nil'"):
        room.fleet.cancel("nil")
    with pytest.raises(InvalidInput, match="x/y is not in the release 'tonight'"):
        room.fleet.cancel("tonight", ["x/y"])
    with pytest.raises(InvalidInput, match="contoso/one needs no approval"):
        room.fleet.approve("tonight", ["one"])


def test_a_preflight_changes_nothing(room: Room) -> None:
    plans: list[dict[str, Any]] = [
        {"publisher": "contoso", "offer": name} for name in ("one", "two", "nil")
    ]
    plans.append({"publisher": "contoso", "offer": "two", "publish": True})
    found = []
    for each in plans:
        found += room.fleet.check(Release.from_value({"name": "x", "offers": [each]}))
    assert [each.ready for each in found] == [True, False, False, True]
    assert "publish it first" in found[1].reason
    assert "404" in found[2].reason
    assert room.fleet.releases() == []


def test_of_two_workers_of_one_name_the_second_is_refused(room: Room) -> None:
    room.start({"offer": "one"})
    with (
        room.fleet.worker("me"),
        pytest.raises(FleetError, match="There is a worker 'me' already"),
        room.fleet.worker("me"),
    ):
        pass


@pytest.mark.parametrize("holder", ["gone", "me"])
def test_what_a_worker_has_and_does_not_do_is_put_back(
    room: Room, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, holder: str
) -> None:
    # A worker that died while it ended was off the list already; one that lives may have been cut off
    # from the database right after it took a job.
    monkeypatch.setattr("golive.fleet.fleet._CLAIMS", 0.5)
    monkeypatch.setattr("golive.fleet.fleet._WATCH", 0.1)
    room.start({"offer": "old"}, name="before")
    with closing(sqlite3.connect(tmp_path / "fleet.sqlite")) as connection, connection:
        connection.execute(f"""
            create trigger taken after insert on workflow_status when new.status = 'ENQUEUED'
            begin
                update workflow_status set status = 'PENDING', executor_id = '{holder}'
                where workflow_uuid = new.workflow_uuid;
            end
        """)
    with room.fleet.worker("me"):
        room.start({"offer": "one"}, {"offer": "two", "publish": True})
        assert room.over().is_live
    assert room.emulator.accepted("contoso", "one") == 1


def test_what_is_estimated_comes_from_earlier_releases(room: Room) -> None:
    for number in range(3):
        room.start({"offer": "one"}, {"offer": "old"}, name=f"r{number}")
    with room.fleet.worker():
        for number in range(3):
            room.over(f"r{number}")
    room.start({"offer": "one"})
    estimate = room.fleet.status("tonight").estimate
    if estimate is not None:
        # Those that were adopted say nothing.
        assert estimate.samples >= 3
    assert room.fleet.releases()[0].name == "tonight"


def test_a_credential_that_is_not_there_fails_the_offer_and_names_the_variable(room: Room) -> None:
    room.start({"offer": "one"}, credentials={"contoso": "env:NOT_SET"})
    with room.fleet.worker():
        view = room.over()
    assert "NOT_SET, which is not set for this worker" in (view.offers[0].message or "")


def test_no_secret_gets_into_the_database(
    room: Room, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CONTOSO_TOKEN", TOKEN + "-s3cr3t")
    room.start({"offer": "one"}, credentials={"contoso": "env:CONTOSO_TOKEN"})
    with room.fleet.worker():
        room.over()
    with closing(sqlite3.connect(tmp_path / "fleet.sqlite")) as connection:
        dump = "\n".join(connection.iterdump())
    assert "CONTOSO_TOKEN" in dump
    assert "s3cr3t" not in dump


def test_credentials_by_name(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MINE", " t ")
    monkeypatch.delenv("AZURE_TOKEN", raising=False)
    assert credential({"a": "env:MINE"}, "a") == "t"
    for part in ("TENANT_ID", "CLIENT_ID", "CLIENT_SECRET"):
        with pytest.raises(CredentialError, match="P_TENANT_ID, P_CLIENT_ID and P_CLIENT_SECRET"):
            credential({"a": "azure:P"}, "a")
        monkeypatch.setenv(f"P_{part}", "0d2a3c1e-0000-4000-8000-000000000001")
    assert type(credential({"a": "azure:P"}, "a")).__name__ == "ClientSecretCredential"
    assert type(credential({"a": "azure"}, "a")).__name__ == "DefaultAzureCredential"
    assert type(credential({}, "a")).__name__ == "DefaultAzureCredential"


@pytest.mark.parametrize("named", ["mysql://x", "postgresql:", "sqlite://", "sqlite:///:memory:"])
def test_a_database_that_is_none(named: str) -> None:
    with pytest.raises(InvalidInput, match="must be a postgresql:// URL"):
        Fleet(named)


def test_a_database_that_cannot_be_reached() -> None:
    with pytest.raises(FleetError, match="Cannot use the fleet's database") as caught:
        Fleet("postgresql://me:s3cr3t@127.0.0.1:1/x")
    assert "s3cr3t" not in str(caught.value)
    with pytest.raises(FleetError):
        Fleet("/dev/null/fleet.sqlite".replace("/dev/null", "/proc/1"))


def test_a_pace_is_kept_by_all_together(room: Room) -> None:
    store = room.fleet.store
    waits = [store.turn("http://a", 0.5) for _ in range(5)]
    assert [round(each, 1) for each in waits] == pytest.approx([0, 0.5, 1.0, 1.5, 2.0], abs=0.3)
    assert store.turn("http://b", 0.5) == 0
    with ThreadPoolExecutor(8) as threads:
        taken = sorted(threads.map(lambda _: store.turn("http://c", 5.0), range(8)))
    assert taken == pytest.approx([5.0 * each for each in range(8)], abs=3)


def test_a_release_with_limits(room: Room) -> None:
    limits = {"at-once": 1, "per-publisher": 1, "requests-per-second": 50}
    room.start({"offer": "one"}, {"offer": "old"}, limits=limits)
    peak = 0
    with room.fleet.worker():
        while not (view := room.fleet.status("tonight")).ended:
            peak = max(peak, sum(each is OfferState.GOING_LIVE for each in states(view)))
            time.sleep(0.02)
    assert view.is_live
    assert peak == 1
