"""Clients that people ran against the service do their whole release against the emulator.

Each is a few lines that send what the client sends and recognise what it recognises: azure-img-utils
1.2.0, mash (until it moved to azure-img-utils), devigned/pub, debian-cloud-images and Garden Linux's
glci. None of them is golive, and none of their code is here. What they sleep, the clock is moved.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from functools import partial
from typing import Any

import httpx
import pytest
from attrs import define

from conftest import MIGRATED, NON_MIGRATED, VirtualClock
from golive.emulator import TOKEN, Emulator, Offer
from golive.testing import assert_went_live_once

HOUR = 3600.0
COREVM = "microsoft-azure-corevm.vmImagesPublicAzure"
CLASSIC = "microsoft-azure-virtualmachines.vmImages"


@define
class Wire:
    """What all of them do: a bearer token and the version, at an address glued from strings."""

    http: httpx.Client
    url: str
    clock: VirtualClock
    offer: str

    def send(self, method: str, path: str, query: str = "", **options: Any) -> httpx.Response:
        headers = {"Authorization": f"Bearer {TOKEN}", **options.pop("headers", {})}
        address = f"{self.url}{path}"
        if "api-version" not in address:
            address += f"?api-version=2017-10-31{query}"
        return self.http.request(method, address, headers=headers, **options)

    @property
    def path(self) -> str:
        return f"/api/publishers/contoso/offers/{self.offer}"

    def sleep(self, seconds: float) -> None:
        self.clock.time += seconds

    def until(self, is_so: Callable[[], bool], pause: float) -> None:
        for _ in range(100):
            if is_so():
                return
            self.sleep(pause)
        raise AssertionError("it waits for ever")


def azure_img_utils(wire: Wire) -> None:
    """Knows the preview by the offer's status and the step's name; asks up to six times."""

    def process(method: str, path: str, **options: Any) -> httpx.Response:
        for _ in range(6):
            answer = wire.send(method, path, **options)
            if answer.status_code in (200, 202):
                return answer
            wire.sleep(2)
        raise AssertionError(answer.text)

    def status() -> str:
        body = process("GET", f"{wire.path}/status").json()
        signed = [s["status"] for s in body["steps"] if s["stepName"] == "publisher-signoff"]
        if body.get("status") == "running" and signed[:1] == ["waitingForPublisherReview"]:
            return "waitingForPublisherReview"
        return str(body.get("status", "unkown"))

    asked = {"Accept": "application/json"}
    document = process("GET", wire.path, headers=asked).json()
    for plan in document["definition"]["plans"]:
        plan.setdefault(COREVM, {})["2026.05.01"] = {"mediaName": "image-20260501", "showInGui": True}
        for generation in plan["diskGenerations"]:
            generation[COREVM]["2026.05.01"] = {"mediaName": "image-20260501-gen2"}
    asked["Content-Type"] = "application/json"
    matching = {**asked, "If-Match": "*"}
    process("PUT", wire.path, headers=matching, content=json.dumps(document))
    mails = json.dumps({"metadata": {"notification-emails": "a@contoso.example"}})
    published = process("POST", f"{wire.path}/publish", headers=asked, content=mails)
    assert process("GET", published.headers["Location"]).json()["status"] == "running"
    wire.until(lambda: status() == "waitingForPublisherReview", HOUR)
    operation = process("POST", f"{wire.path}/golive", headers=asked).headers["Location"]
    wire.until(lambda: process("GET", operation).json()["status"] == "succeeded", HOUR)
    assert status() == "succeeded"


def mash(wire: Wire) -> None:
    """Follows operations, every four hours, until one is `complete`; publishes without a body."""

    def process(method: str, path: str, **options: Any) -> httpx.Response:
        answer = wire.send(method, path, **options)
        assert answer.status_code in (200, 202), answer.text
        return answer

    def finish(operation: str) -> None:
        def is_complete() -> bool:
            body = process("GET", operation).json()
            assert body["status"] not in ("canceled", "failed")
            if body["status"] != "complete":
                assert any(step["status"] == "inProgress" for step in body["steps"])
            return bool(body["status"] == "complete")

        wire.until(is_complete, 4 * HOUR)

    asked = {"Accept": "application/json", "Content-Type": "application/json"}
    document = process("GET", wire.path, headers=asked).json()
    document["definition"]["plans"][0][CLASSIC]["2026.05.01"] = {"osVhdUrl": "https://blob.example/x"}
    process("PUT", wire.path, headers={**asked, "If-Match": "*"}, content=json.dumps(document))
    finish(process("POST", f"{wire.path}/publish", headers=asked).headers["Location"])
    finish(process("POST", f"{wire.path}/golive", headers=asked).headers["Location"])


def pub(wire: Wire) -> None:
    """Reads `Operation-Location` alone; writes back only what it knows of an offer, and slashes."""

    def execute(method: str, path: str, query: str = "", **options: Any) -> httpx.Response:
        headers = {"Content-Type": "application/json", **options.pop("headers", {})}
        answer = wire.send(method, "/" + path.removeprefix("/"), query, headers=headers, **options)
        assert answer.status_code <= 299, answer.text
        return answer

    def begin(verb: str) -> str:
        """Print the operation's address, or what is in the list if the header is not there."""
        body = json.dumps({"metadata": {}}) + "\n"
        answer = execute("POST", f"{wire.path}/{verb}", content=body)
        if address := answer.headers.get("Operation-Location", ""):
            return str(address)
        wire.sleep(120)
        running = execute("GET", f"{wire.path}/submissions/", "&submissionState=running").json()
        assert len(running) == 1
        return f"{wire.path}/operations/{running[0]['id']}/"

    def ended(operation: str) -> bool:
        body = execute("GET", operation).json()
        assert isinstance(body["publishingVersion"], int)
        return body["status"] in ("complete", "succeeded")

    assert any(p["id"] == "contoso" for p in execute("GET", "/api/publishers").json())
    assert any(o["id"] == wire.offer for o in execute("GET", "/api/publishers/contoso/offers").json())
    offer = execute("GET", wire.path).json()
    known = ("id", "version", "offerTypeId", "publisherId", "status", "pcMigrationStatus", "definition")
    offer = {name: offer[name] for name in known}
    key = COREVM if offer["pcMigrationStatus"] == "migrated" else CLASSIC
    offer["definition"]["plans"][0].setdefault(key, {})["1.0.1"] = {"osVhdUrl": "https://blob.example/x"}
    put = execute("PUT", wire.path, headers={"If-Match": "*"}, content=json.dumps(offer) + "\n").json()
    assert "1.0.1" in put["definition"]["plans"][0][key]
    version = execute("GET", f"{wire.path}/versions/{put['version']}").json()
    assert version["definition"] == put["definition"]
    publish = begin("publish")
    wire.until(lambda: ended(publish), HOUR)
    assert execute("GET", f"{wire.path}/slot/preview").json()["definition"] == put["definition"]
    live = begin("golive")
    wire.until(lambda: ended(live), HOUR)
    assert execute("GET", f"{wire.path}/slot/production").json()["definition"] == put["definition"]


def debian(wire: Wire, *, etag: Callable[[httpx.Headers], str]) -> None:
    """Changes what it read if nobody else did; publishes, and leaves the rest to people."""

    def request(method: str, path: str, data: Any = None, **headers: str) -> httpx.Response:
        if data is not None:
            headers["Content-Type"] = "application/json"
        content = None if data is None else json.dumps(data)
        answer = wire.send(method, path, headers=headers, content=content)
        assert answer.is_success, answer.text
        return answer

    answer = request("GET", wire.path)
    document, tag = answer.json(), etag(answer.headers)
    plans = {plan["planId"]: plan for plan in document["definition"]["plans"]}
    assert "0.20260501.1" not in plans["standard"][COREVM]
    plans["standard"][COREVM]["0.20260501.1"] = {"mediaName": "debian-12"}
    request("PUT", wire.path, document, **{"If-Match": tag})
    mails = {"metadata": {"notification-emails": "cloud@contoso.example"}}
    request("POST", f"{wire.path}/publish", mails)
    wire.sleep(60 * HOUR)
    request("POST", f"{wire.path}/golive")
    wire.sleep(80 * HOUR)


def debian_of_2018(wire: Wire) -> None:
    debian(wire, etag=lambda headers: headers["etag"])


def debian_of_2020(wire: Wire) -> None:
    debian(wire, etag=lambda headers: headers.get("etag", "*"))


def glci(wire: Wire, patience: float = 0) -> None:
    """Finds its operations in the list, by slot and state; takes no word that it does not know."""
    states = ("notStarted", "running", "completed", "succeeded", "canceled", "failed")

    def request(method: str, path: str, **options: Any) -> httpx.Response:
        headers = {"Content-Type": "application/json", **options.pop("headers", {})}
        answer = wire.send(method, path, headers=headers, **options)
        # A conflict is a warning.
        assert answer.is_success or answer.status_code == 409, answer.text
        return answer

    def ongoing(slot: str) -> str:
        wire.sleep(patience)
        for operation in request("GET", f"{wire.path}/submissions").json():
            assert operation["slot"] in ("staging", "production")
            assert operation["submissionState"] in states
            if (operation["slot"], operation["submissionState"]) == (slot, "running"):
                return str(operation["id"])
        return "undefined"

    def succeeded(operation: str) -> bool:
        status = request("GET", f"{wire.path}/operations/{operation}").json()["status"]
        assert status in states
        return bool(status == "succeeded")

    document = request("GET", wire.path).json()
    document["definition"]["plans"][0][CLASSIC]["1.0.1"] = {"osVhdUrl": "https://x", "lunVhdDetails": []}
    request("PUT", wire.path, headers={"If-Match": "*"}, json=document)
    request("POST", f"{wire.path}/publish", json={"metadata": {"notification-emails": "a@x,b@x"}})
    publish = ongoing("staging")
    wire.until(lambda: succeeded(publish), HOUR)
    request("POST", f"{wire.path}/golive")
    live = ongoing("production")
    wire.until(lambda: succeeded(live), HOUR)


def patient_glci(wire: Wire) -> None:
    glci(wire, patience=120)


@pytest.fixture
def wire(clock: VirtualClock) -> Iterator[Callable[..., tuple[Emulator, Wire]]]:
    """Serve an emulator; return it and the way to one of its offers."""
    with ExitStack() as stack:
        yield partial(_wire, stack, clock)


def _wire(stack: ExitStack, clock: VirtualClock, offer: str, **options: Any) -> tuple[Emulator, Wire]:
    definition = {"displayText": "Garden", "plans": [{"planId": "standard", CLASSIC: {}}]}
    offers = [
        Offer("contoso", MIGRATED, begins="draft"),
        Offer("contoso", NON_MIGRATED, migrated=False, begins="draft"),
        Offer("contoso", "garden", definition=definition, begins="live"),
    ]
    emulator = Emulator(speed=1, clock=clock.monotonic, offers=offers, **options)
    http = stack.enter_context(httpx.Client(timeout=60))
    return emulator, Wire(http, stack.enter_context(emulator.serve()), clock, offer)


@pytest.mark.parametrize(
    ("release", "offer", "options"),
    [
        (azure_img_utils, MIGRATED, {}),
        (azure_img_utils, MIGRATED, {"habits": ["publish-goes-on", "bare-steps"]}),
        (azure_img_utils, MIGRATED, {"habits": ["both-headers", "slot-staging", "all-publish"]}),
        (mash, NON_MIGRATED, {}),
        (mash, NON_MIGRATED, {"habits": ["guid-name", "both-headers"], "list_delay": 0}),
        (pub, NON_MIGRATED, {}),
        (pub, MIGRATED, {}),
        (pub, NON_MIGRATED, {"habits": ["operation-location-relative"]}),
        (pub, MIGRATED, {"habits": ["operation-location-relative"]}),
        (pub, NON_MIGRATED, {"habits": ["operation-location-relative", "both-headers", "guid-name"]}),
        (debian_of_2018, MIGRATED, {"habits": ["etag-on-status"]}),
        (debian_of_2020, MIGRATED, {}),
        (debian_of_2020, MIGRATED, {"habits": ["etag-on-status", "documented-errors"]}),
        (patient_glci, "garden", {}),
        (glci, "garden", {"list_delay": 0}),
    ],
)
def test_a_whole_release(
    wire: Callable[..., tuple[Emulator, Wire]],
    release: Callable[[Wire], None],
    offer: str,
    options: dict[str, Any],
) -> None:
    emulator, way = wire(offer, **options)
    release(way)
    assert_went_live_once(emulator, "contoso", offer)
    assert emulator.market.accepted["put", "contoso", offer] == 1
    assert emulator.market.accepted["publish", "contoso", offer] == 1


@pytest.mark.parametrize(
    ("release", "offer", "options", "complaint"),
    [
        # What these clients are known to stumble over, they stumble over here too.
        (mash, MIGRATED, {}, CLASSIC),
        (mash, NON_MIGRATED, {"habits": ["completed-words"]}, "inProgress|for ever|assert"),
        (azure_img_utils, MIGRATED, {"habits": ["completed-words"]}, "for ever"),
        (azure_img_utils, MIGRATED, {"habits": ["operation-location"]}, "Location"),
        (glci, "garden", {}, "undefined"),
        (patient_glci, "garden", {"habits": ["slot-staging"]}, "undefined"),
        (debian_of_2018, MIGRATED, {}, "etag"),
    ],
)
def test_where_a_client_is_stuck(
    wire: Callable[..., tuple[Emulator, Wire]],
    release: Callable[[Wire], None],
    offer: str,
    options: dict[str, Any],
    complaint: str,
) -> None:
    _, way = wire(offer, **options)
    with pytest.raises((AssertionError, KeyError), match=complaint):
        release(way)
