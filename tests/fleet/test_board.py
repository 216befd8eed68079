"""The board: what it shows, to whom it listens, and that what the service says stays text."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from starlette.applications import Starlette

from golive.fleet import Fleet, OfferState, Release
from golive.fleet.board import app, page

TOKEN = "open-sesame"
ATTACK = "<script>document.title='owned'</script><img src=x onerror=alert(1)>"


@pytest.fixture
def fleet(tmp_path: Path) -> Iterator[Fleet]:
    with Fleet(str(tmp_path / "fleet.sqlite")) as fleet:
        offers = [{"publisher": "contoso", "offer": f"o{n}", "approval": n == 1} for n in range(4)]
        fleet.start(Release.from_value({"name": "tonight", "offers": offers}))
        fleet.store.change("tonight", "contoso/o2", state=OfferState.FAILED, message=ATTACK)
        fleet.store.change("tonight", "contoso/o3", state=OfferState.LIVE)
        yield fleet


class Visitor:
    """A browser, as far as it asks and keeps cookies."""

    def __init__(self, board: Starlette) -> None:
        self._runner = asyncio.Runner()
        transport = httpx.ASGITransport(board)
        self._client = httpx.AsyncClient(transport=transport, base_url="http://board.example")

    def get(self, path: str, **options: Any) -> httpx.Response:
        return self._runner.run(self._client.get(path, **options))

    def post(self, path: str, **options: Any) -> httpx.Response:
        return self._runner.run(self._client.post(path, **options))

    def leave(self) -> None:
        self._runner.run(self._client.aclose())
        self._runner.close()


@pytest.fixture
def anyone(fleet: Fleet) -> Iterator[Visitor]:
    visitor = Visitor(app(fleet, token=TOKEN))
    yield visitor
    visitor.leave()


@pytest.fixture
def trusted(anyone: Visitor) -> Visitor:
    answer = anyone.get("/enter", params={"token": TOKEN})
    assert (answer.status_code, answer.headers["location"]) == (303, "/")
    cookie = answer.headers["set-cookie"].lower()
    assert "httponly" in cookie
    assert "samesite=strict" in cookie
    return anyone


def test_failures_come_first_and_live_last(anyone: Visitor) -> None:
    text = anyone.get("/releases/tonight").text
    assert re.findall(r'class="offer">contoso/(o\d)', text) == ["o2", "o1", "o0", "o3"]
    assert "<title>tonight: 1 of 4 live, 1 failed</title>" in text
    assert 'aria-label="1 needs-approval, 1 queued, 1 live, 1 failed"' in text


def test_an_offer_of_product_ingestion_has_no_publisher_and_a_version(tmp_path: Path) -> None:
    plan = {"api": "product-ingestion", "offer": "contoso-db", "submission": "1152921505690000042"}
    with Fleet(str(tmp_path / "new.sqlite")) as fleet:
        fleet.start(Release.from_value({"name": "new", "offers": [{**plan, "approval": True}]}))
        visitor = Visitor(app(fleet, token=TOKEN))
        visitor.get("/enter", params={"token": TOKEN})
        text = visitor.get("/releases/new").text
        assert 'class="offer">contoso-db<' in text
        assert "Submission 1152921505690000042." in text
        answer = visitor.post("/releases/new/approve", data={"offer": "contoso-db"})
        assert answer.status_code == 303
        assert fleet.status("new").offers[0].state is OfferState.QUEUED
        visitor.leave()


def test_what_the_service_says_is_text(fleet: Fleet, anyone: Visitor) -> None:
    for text in (anyone.get("/releases/tonight").text, page(fleet.status("tonight"))):
        assert ATTACK not in text
        assert "&lt;script&gt;" in text
        assert "<img" not in text


def test_the_script_gets_the_same_content_without_its_frame(anyone: Visitor) -> None:
    whole = anyone.get("/releases/tonight").text
    part = anyone.get("/releases/tonight", headers={"X-Part": "content"}).text
    assert "<html" in whole
    assert "<html" not in part
    assert part.partition("<footer>")[0].strip() in whole
    for client_side in ("/live.js", "/"):
        assert anyone.get(client_side).status_code == 200
    assert "tonight" in anyone.get("/", headers={"X-Part": "content"}).text


def test_a_page_without_a_server_has_no_script_and_no_links(fleet: Fleet) -> None:
    text = page(fleet.status("tonight"))
    assert "<script" not in text
    assert "href" not in text
    assert "<form" not in text


def test_what_is_not_there_is_told(anyone: Visitor) -> None:
    answer = anyone.get("/releases/nil")
    assert answer.status_code == 404
    assert "There is no release 'nil'" in answer.text


def test_nothing_else_may_be_loaded_or_framed(anyone: Visitor) -> None:
    policy = anyone.get("/").headers["content-security-policy"]
    assert "default-src 'none'" in policy
    assert "frame-ancestors 'none'" in policy
    # Browsers send `Origin: null` with a form of a page that wants no referrer.
    assert anyone.get("/releases/tonight").headers["referrer-policy"] == "same-origin"


def test_without_the_token_there_are_no_buttons_and_no_changes(fleet: Fleet, anyone: Visitor) -> None:
    assert "<button" not in anyone.get("/releases/tonight").text
    assert anyone.get("/enter", params={"token": "guess"}).status_code == 403
    for change in ("approve", "retry", "cancel"):
        answer = anyone.post(f"/releases/tonight/{change}", data={"offer": "contoso/o1"})
        assert answer.status_code == 403
    assert fleet.status("tonight").offers[1].state is OfferState.NEEDS_APPROVAL


def test_with_no_token_at_all_nobody_may_change(fleet: Fleet) -> None:
    visitor = Visitor(app(fleet))
    assert visitor.get("/enter?token=").status_code == 403
    assert (
        visitor.post("/releases/tonight/cancel", headers={"Cookie": "golive-board="}).status_code == 403
    )
    visitor.leave()


def test_with_the_token_there_are_buttons(fleet: Fleet, trusted: Visitor) -> None:
    text = trusted.get("/releases/tonight").text
    assert re.findall(r'<button aria-label="(.*?)">', text) == [
        *("retry contoso/o2", "approve contoso/o1", "cancel contoso/o1", "cancel contoso/o0"),
    ]
    answer = trusted.post("/releases/tonight/approve", data={"offer": "contoso/o1"})
    assert (answer.status_code, answer.headers["location"]) == (303, "/releases/tonight")
    assert fleet.status("tonight").offers[1].state is OfferState.QUEUED
    assert trusted.post("/releases/tonight/retry", data={"offer": "contoso/o2"}).status_code == 303
    assert fleet.status("tonight").offers[2].attempt == 2
    again = trusted.post("/releases/tonight/retry", data={"offer": "contoso/o3"})
    assert (again.status_code, "nothing to retry" in again.text) == (409, True)
    assert trusted.post("/releases/tonight/explode").status_code == 404


def test_a_form_of_another_site_changes_nothing(fleet: Fleet, trusted: Visitor) -> None:
    answer = trusted.post(
        "/releases/tonight/cancel",
        data={"offer": "contoso/o0"},
        headers={"Origin": "https://evil.example"},
    )
    assert answer.status_code == 403
    own = trusted.post(
        "/releases/tonight/cancel",
        data={"offer": "contoso/o0"},
        headers={"Origin": "http://board.example"},
    )
    assert own.status_code == 303
