"""A fleet whose offers are of both APIs, and what only those of Product Ingestion have: versions."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from fleet_worker import FAST, SOON
from golive import CredentialError, InvalidInput, PollingPolicy, ProductIngestionClient
from golive.emulator import TOKEN, Emulator, Offer
from golive.emulator.ingestion.products import Product
from golive.fleet import Fleet, OfferPlan, OfferState, Release, Service
from golive.fleet.store import Record
from room import Room, offer, states

#: Three days in two seconds.
SPEED = 130_000
NEW: dict[str, Any] = {"api": "product-ingestion"}


def begun(tmp_path: Path, speed: float) -> Iterator[Room]:
    products = [
        Product("base"),
        Product("app"),
        Product("edited", begins="live"),
        Product("draft", begins="draft"),
        Product("bad", scenario="fail"),
        Product("gone", begins="deprecated"),
    ]
    emulator = Emulator(offers=[Offer.parse("contoso/one")], products=products, speed=speed)
    with emulator.serve() as url:
        service = Service(endpoint=url, polling=FAST, retry=SOON)
        with Fleet(str(tmp_path / "fleet.sqlite"), service=service) as fleet:
            yield Room(fleet, emulator, url)


@pytest.fixture
def room(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Room]:
    monkeypatch.setenv("AZURE_TOKEN", TOKEN)
    yield from begun(tmp_path, SPEED)


@pytest.fixture
def slow_room(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Room]:
    """A room whose go-lives take longer than a test."""
    monkeypatch.setenv("AZURE_TOKEN", TOKEN)
    yield from begun(tmp_path, 300)


def preview(room: Room, name: str) -> str:
    """Return the number of what is in preview."""
    with ProductIngestionClient(TOKEN, endpoint=room.url) as client:
        found = client.offer_status(name).preview
        assert found is not None
        return found.number


def publish_another(room: Room, name: str) -> str:
    """Have a colleague publish the draft, and wait until it is in preview."""
    with ProductIngestionClient(TOKEN, endpoint=room.url, polling=FAST) as client:
        number = client.begin_publish(name).result().id
        assert number is not None
        return number


def test_a_release_of_both_apis_goes_live(room: Room) -> None:
    wanted = preview(room, "base")
    room.start(
        {"offer": "one"},
        {**NEW, "offer": "base", "submission": wanted, "after": ["contoso/one"]},
        {**NEW, "offer": "app", "approval": True},
        {**NEW, "offer": "edited", "publish": True},
        {**NEW, "offer": "bad", "after": ["base"]},
        limits={"at-once": 3, "per-publisher": 2, "requests-per-second": 100},
    )
    with room.fleet.worker():
        view = room.until(lambda view: offer(view, "app").state is OfferState.NEEDS_APPROVAL)
        assert offer(view, "app").submission == preview(room, "app")
        assert room.fleet.approve("tonight", ["app"]) == ["app"]
        view = room.over()
    assert [each.name for each in view.offers] == ["contoso/one", "base", "app", "edited", "bad"]
    assert states(view) == [OfferState.LIVE] * 4 + [OfferState.FAILED]
    assert "Issues found during Certification" in (offer(view, "bad").message or "")
    assert room.emulator.accepted("contoso", "one") == 1
    assert room.emulator.accepted_submissions("base") == {wanted: 1}
    for name in ("app", "edited", "bad"):
        assert list(room.emulator.accepted_submissions(name).values()) == [1]
    assert room.emulator.products.published == {"edited": 1}
    one, base = offer(view, "one"), offer(view, "base")
    assert one.ended is not None
    assert base.began is not None
    assert one.ended <= base.began
    assert "/rp/product-ingestion/submission/" in (base.operation_url or "")
    told = json.loads(json.dumps(room.events("base")[-1].to_dict()))["offer"]
    assert (told["publisher_id"], told["api"], told["submission"]) == ("", NEW["api"], wanted)


def test_what_comes_to_preview_later_does_not_go_live_by_accident(room: Room) -> None:
    seen = preview(room, "base")
    room.start({**NEW, "offer": "base", "approval": True})
    with room.fleet.worker():
        view = room.until(lambda view: states(view) == [OfferState.NEEDS_APPROVAL])
        assert offer(view, "base").submission == seen
        room.emulator.products.edit_draft("base")
        later = publish_another(room, "base")
        room.fleet.approve("tonight")
        view = room.over()
        assert states(view) == [OfferState.FAILED]
        assert f"Submission {later} is in preview, not {seen}" in (offer(view, "base").message or "")
        assert room.emulator.accepted_submissions("base") == {}
        # To try again is to want what is there now; nobody approved of that yet.
        assert room.fleet.retry("tonight") == ["base"]
        view = room.until(lambda view: states(view) == [OfferState.NEEDS_APPROVAL])
        assert offer(view, "base").submission == later
        room.fleet.approve("tonight")
        assert states(room.over()) == [OfferState.LIVE]
    assert room.emulator.accepted_submissions("base") == {later: 1}


def test_a_version_that_the_file_names_and_that_is_overtaken_stays_refused(room: Room) -> None:
    named = preview(room, "base")
    later = publish_another(room, "base")
    room.start({**NEW, "offer": "base", "submission": named}, {"offer": "one"})
    with room.fleet.worker():
        view = room.over()
        assert states(view) == [OfferState.FAILED, OfferState.LIVE]
        room.fleet.retry("tonight", ["base"])
        view = room.until(lambda view: view.ended and view.offers[0].attempt == 2)
    assert states(view) == [OfferState.FAILED, OfferState.LIVE]
    assert later in (offer(view, "base").message or "")
    assert room.emulator.accepted_submissions("base") == {}


def test_what_has_no_preview_at_first_is_taken_as_it_is_when_its_time_comes(room: Room) -> None:
    room.start({**NEW, "offer": "draft", "approval": True})
    with room.fleet.worker():
        view = room.until(lambda view: states(view) == [OfferState.NEEDS_APPROVAL])
        assert offer(view, "draft").submission is None
        number = publish_another(room, "draft")
        room.fleet.approve("tonight")
        assert states(room.over()) == [OfferState.LIVE]
    assert room.emulator.accepted_submissions("draft") == {number: 1}


def test_what_is_live_already_is_a_success_and_nothing_is_sent(room: Room) -> None:
    room.start({**NEW, "offer": "edited"})
    with room.fleet.worker():
        assert states(room.over()) == [OfferState.LIVE]
    assert room.emulator.accepted_submissions("edited") == {}


def test_what_somebody_began_in_partner_center_is_followed(room: Room) -> None:
    room.emulator.products.portal_go_live("app")
    room.start({**NEW, "offer": "app"})
    with room.fleet.worker():
        view = room.over()
    assert view.is_live
    assert view.offers[0].adopted
    assert room.emulator.accepted_submissions("app") == {}


def test_what_cannot_go_live_says_why(room: Room) -> None:
    room.start({**NEW, "offer": "gone"}, {**NEW, "offer": "nil"}, {**NEW, "offer": "draft"})
    with room.fleet.worker():
        view = room.over()
    assert states(view) == [OfferState.FAILED] * 3
    told = [each.message or "" for each in view.offers]
    assert "taken off the market" in told[0]
    assert "there is no product with the offer id 'nil'" in told[1]
    assert "Nothing is in preview: publish the offer first" in told[2]


def test_what_failed_may_be_published_anew_and_tried_again(room: Room) -> None:
    room.start({**NEW, "offer": "bad"})
    with room.fleet.worker():
        first = offer(room.over(), "bad").submission
        room.emulator.products.product("bad").scenario = Product("x").scenario
        second = publish_another(room, "bad")
        room.fleet.retry("tonight")
        view = room.until(lambda view: view.is_live)
    assert offer(view, "bad").submission == second
    assert room.emulator.accepted_submissions("bad") == {first: 1, second: 1}


def test_canceled_while_it_runs_its_job_is_canceled(slow_room: Room) -> None:
    with slow_room.fleet.worker():
        slow_room.start({**NEW, "offer": "base"})
        slow_room.until(lambda view: view.offers[0].operation_url is not None)
        assert slow_room.fleet.cancel("tonight", ["base"]) == ["base"]
        assert states(slow_room.over()) == [OfferState.CANCELED]
    assert list(slow_room.emulator.accepted_submissions("base").values()) == [1]


def test_what_a_colleague_began_cannot_be_canceled_and_goes_on(slow_room: Room) -> None:
    slow_room.emulator.products.portal_go_live("base")
    with slow_room.fleet.worker():
        slow_room.start({**NEW, "offer": "base"})
        slow_room.until(lambda view: view.offers[0].adopted)
        slow_room.fleet.cancel("tonight")
        view = slow_room.until(lambda view: "Could not be" in (view.offers[0].message or ""))
    assert "its job is not known here" in (view.offers[0].message or "")
    assert states(view) == [OfferState.GOING_LIVE]


def test_canceled_before_it_began_nothing_is_sent(room: Room) -> None:
    room.start({**NEW, "offer": "base", "approval": True})
    room.fleet.cancel("tonight")
    with room.fleet.worker():
        assert states(room.over()) == [OfferState.CANCELED]
    assert room.emulator.accepted_submissions("base") == {}


def test_a_preflight_says_which_version_is_there(room: Room) -> None:
    number = preview(room, "base")
    room.emulator.products.portal_go_live("app")
    offers: list[dict[str, Any]] = [
        {"offer": "base"},
        {"offer": "base", "submission": number},
        {"offer": "base", "submission": "7"},
        {"offer": "base", "publish": True},
        {"offer": "edited"},
        {"offer": "edited", "publish": True},
        {"offer": "draft"},
        {"offer": "gone"},
        {"offer": "app"},
        {"offer": "nil"},
    ]
    found = []
    for each in offers:
        found += room.fleet.check(Release.from_value({"name": "x", "offers": [{**NEW, **each}]}))
    told = [each.reason for each in found]
    ready = [each.ready for each in found]
    assert ready == [True, True, False, True, False, True, False, False, False, False]
    assert told[0] == told[1] == f"submission {number} is in preview"
    assert told[2] == f"submission 7 is not in preview, but submission {number}"
    assert told[3] == "in preview; it is published anew"
    assert "is live already" in told[4]
    assert told[5] == "to be published"
    assert "publish the offer first" in told[6]
    assert "deprecated" in told[7]
    assert "is going live; it would be adopted" in told[8]
    assert "there is no product" in told[9]
    assert found[0].submission == number
    assert room.fleet.releases() == []


def test_one_name_of_either_api(room: Room) -> None:
    room.start({"offer": "base", "approval": True}, {**NEW, "offer": "base", "approval": True})
    assert [each.name for each in room.fleet.status("tonight").offers] == ["contoso/base", "base"]
    assert room.fleet.approve("tonight", ["base"]) == ["base"]
    assert room.fleet.approve("tonight", ["contoso/base"]) == ["contoso/base"]


def test_the_token_of_each_api_is_named_by_itself(room: Room, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GRAPH", TOKEN)
    monkeypatch.delenv("AZURE_TOKEN")
    names = {"product-ingestion": "env:GRAPH", "contoso": "env:NOT_SET"}
    room.start({**NEW, "offer": "base"}, {"offer": "one"}, credentials=names)
    with room.fleet.worker():
        view = room.over()
    assert states(view) == [OfferState.LIVE, OfferState.FAILED]
    assert "'contoso' is to be in the variable NOT_SET" in (view.offers[1].message or "")
    with pytest.raises(CredentialError, match="'product-ingestion' is to be in the variable NIL"):
        Service().open(OfferPlan("", "base", api=NEW["api"]), {"product-ingestion": "env:NIL"})


def test_where_each_api_is_and_how_often_it_is_asked() -> None:
    old, new = OfferPlan("contoso", "one"), OfferPlan("", "base", api=NEW["api"])
    usual = Service(polling=PollingPolicy(min_delay=5, max_delay=30))
    assert usual.where(old) == "https://cloudpartner.azure.com"
    assert usual.where(new) == "https://graph.microsoft.com/rp/product-ingestion"
    names = {"contoso": "env:PATH", "product-ingestion": "env:PATH"}
    assert [usual.open(each, names).pace for each in (old, new)] == [0.0, 60.0]
    here = Service(endpoint="http://127.0.0.1:8080", polling=FAST)
    assert [here.open(each, names).pace for each in (old, new)] == [0.0, FAST.min_delay]
    assert here.open(new, names).endpoint == "http://127.0.0.1:8080/rp/product-ingestion"
    with pytest.raises(InvalidInput, match="http"):
        Service(endpoint="http://example.com").open(new, names)


def test_what_an_earlier_golive_stored_is_read() -> None:
    plan = {"publisher_id": "contoso", "offer_id": "one", "after": [], "api": "go-live"}
    stored = {"release": "r", "plan": plan, "state": "live", "since": "2026-11-26T20:00:00+00:00"}
    record = Record.from_json(json.dumps(stored))
    assert (record.submission, record.view.name) == (None, "contoso/one")
    assert "submission" not in record.plan.to_dict()
