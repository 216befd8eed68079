"""The emulator behaves as the reference says the service does, seen through plain HTTP."""

from __future__ import annotations

import asyncio
import socket
import subprocess
import sys
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import pytest

from conftest import LOCAL, MIGRATED, NON_MIGRATED, VirtualClock
from golive.emulator import (
    STRANGERS_TOKEN,
    TOKEN,
    Emulator,
    Fault,
    Offer,
    Rule,
    Scenario,
    numbered,
)

OFFER = f"{LOCAL}/api/publishers/contoso/offers"
VERSION = {"api-version": "2017-10-31"}
DAY = 86_400.0
GUID = "56615b67-2185-49fe-80d2-c4ddf77bb2e8"


def http(emulator: Emulator, token: str = TOKEN) -> httpx.Client:
    return httpx.Client(
        transport=emulator.transport(), params=VERSION, headers={"Authorization": f"Bearer {token}"}
    )


def test_no_token_a_wrong_one_and_another_scheme(emulator: Emulator) -> None:
    client = httpx.Client(transport=emulator.transport(), params=VERSION)
    for header in (None, "", "Bearer", "Bearer wrong", f"Basic {TOKEN}", TOKEN, "Bearer émulator"):
        headers = {} if header is None else {"Authorization": header.encode()}
        answer = client.get(f"{OFFER}/{MIGRATED}/status", headers=headers)  # type: ignore[arg-type]
        assert answer.status_code == 401
        assert answer.headers["WWW-Authenticate"].startswith("Bearer")
        assert answer.json()["Message"]
    assert client.get(
        f"{OFFER}/{MIGRATED}/status", headers={"Authorization": f"bearer {TOKEN}"}
    ).is_success


def test_a_token_without_access_to_the_publisher(emulator: Emulator) -> None:
    client = http(emulator, STRANGERS_TOKEN)
    assert client.post(f"{OFFER}/{MIGRATED}/golive").status_code == 403
    http(emulator).post(f"{OFFER}/{NON_MIGRATED}/golive")
    address = f"{LOCAL}/api/operations/contoso$contoso-legacy$2$preview"
    assert client.get(address).status_code == 403
    assert http(emulator).get(address).status_code == 200


@pytest.mark.parametrize("version", [None, "", "2016-08-01-preview", "2017-10-31 "])
def test_the_version_is_checked(emulator: Emulator, version: str | None) -> None:
    client = httpx.Client(
        transport=emulator.transport(),
        params={} if version is None else {"api-version": version},
        headers={"Authorization": f"Bearer {TOKEN}"},
    )
    answer = client.post(f"{OFFER}/{MIGRATED}/golive")
    assert answer.status_code == 400
    assert answer.json()["error"] == {
        "code": "InvalidAPIVersion",
        "message": "Invalid api version. Allowed values are [2017-10-31]",
    }
    assert emulator.accepted("contoso", MIGRATED) == 0


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        ("POST", "/api/publishers/fabrikam/offers/contoso-offer/golive", 404),
        ("POST", "/api/publishers/contoso/offers/unknown/golive", 404),
        ("POST", "/api/publishers/contoso/offers/a$b/golive", 400),
        ("GET", "/api/operations/contoso$contoso-offer$2$preview", 404),
        ("GET", f"/api/publishers/contoso/offers/contoso-offer/operations/{GUID}", 404),
        ("GET", "/api/publishers/contoso/offers/contoso-offer/golive", 405),
        ("DELETE", "/api/operations/x", 405),
        ("GET", "/", 404),
        ("GET", "/api/publishers/fabrikam/offers", 404),
        ("GET", "/api/publishers/contoso/offers/unknown", 404),
        ("GET", "/api/publishers/contoso/offers/contoso-offer/versions/2", 404),
        ("GET", "/api/publishers/contoso/offers/contoso-offer/versions/x", 404),
        ("GET", "/api/publishers/contoso/offers/contoso-offer/slot/production", 404),
        ("GET", "/api/publishers/contoso/offers/contoso-offer/slot/attic", 400),
        ("PUT", "/api/publishers/contoso/offers/unknown", 404),
    ],
)
def test_what_is_not_there(emulator: Emulator, method: str, path: str, status: int) -> None:
    answer = http(emulator).request(method, LOCAL + path)
    assert answer.status_code == status
    if status == 404:
        assert isinstance(answer.json(), str)
        assert "KeyNotFoundException" in answer.json()
    else:
        assert set(answer.json()["error"]) == {"code", "message"}
    assert answer.headers["X-Ms-Correlation-Request-Id"]
    if status == 405:
        assert answer.headers["Allow"]


@pytest.mark.parametrize(
    ("content", "media_type"),
    [
        (b"{", "application/json"),
        (b"null", "application/json"),
        (b"[]", "application/json"),
        (b'{"metadata": null}', "application/json"),
        (b'{"metadata": {"notification-emails": ["a@x"]}}', "application/json"),
        (b"\xff", "application/json"),
        (b"[" * 50_000, "application/json"),
        (b" " * 70_000, "application/json"),
        (b"{}", "text/plain"),
        (b"{}", ""),
    ],
)
@pytest.mark.parametrize("verb", ["golive", "publish", "cancel"])
def test_bad_bodies(emulator: Emulator, verb: str, content: bytes, media_type: str) -> None:
    answer = http(emulator).post(
        f"{OFFER}/{MIGRATED}/{verb}", content=content, headers={"Content-Type": media_type}
    )
    assert answer.status_code == 400
    assert answer.json()["error"]["code"] == "InvalidBody"
    assert not emulator.market.accepted


@pytest.mark.parametrize(
    "body",
    [
        None,
        {},
        {"metadata": {}},
        {"metadata": {"notification-emails": None}},
        {"metadata": {"notification-emails": "a@x"}, "more": 1},
    ],
)
def test_good_bodies(emulator: Emulator, body: Any) -> None:
    assert http(emulator).post(f"{OFFER}/{MIGRATED}/golive", json=body).status_code == 202


def test_one_operation_at_a_time(emulator: Emulator) -> None:
    client = http(emulator)
    assert client.post(f"{OFFER}/{MIGRATED}/golive").status_code == 202
    for verb in ("golive", "publish"):
        answer = client.post(f"{OFFER}/{MIGRATED}/{verb}")
        assert answer.status_code == 409
        assert answer.json()["error"]["code"] == "OperationInProgress"
    document = client.get(f"{OFFER}/{MIGRATED}").json()
    assert client.put(f"{OFFER}/{MIGRATED}", json=document).status_code == 409
    assert client.post(f"{OFFER}/{NON_MIGRATED}/golive").status_code == 202
    assert emulator.accepted("contoso", MIGRATED) == 1


def test_an_offer_that_is_not_in_preview(emulator: Emulator) -> None:
    answer = http(emulator).post(f"{OFFER}/contoso-draft/golive")
    assert (answer.status_code, answer.json()["error"]["code"]) == (400, "OfferNotInPreview")
    assert emulator.accepted("contoso", "contoso-draft") == 0


def test_publishing_again_while_it_runs_is_harmless(emulator: Emulator, clock: VirtualClock) -> None:
    client = http(emulator)
    first = client.post(f"{OFFER}/contoso-draft/publish")
    second = client.post(f"{OFFER}/contoso-draft/publish")
    assert first.headers["Location"] == second.headers["Location"]
    clock.time += 120
    assert len(client.get(f"{OFFER}/contoso-draft/submissions/").json()) == 1


def test_an_offer_that_is_not_valid(clock: VirtualClock) -> None:
    emulator = Emulator(clock=clock.monotonic, scenario=Scenario.INVALID)
    answer = http(emulator).post(f"{OFFER}/contoso-draft/publish")
    assert answer.status_code == 422
    assert "ValidationException" in answer.json()


def steps(client: httpx.Client, offer: str) -> dict[str, str]:
    body = client.get(f"{OFFER}/{offer}/status").json()
    return {step["id"]: step["status"] for step in body["steps"]}


def test_a_publish_goes_through_the_documented_steps(emulator: Emulator, clock: VirtualClock) -> None:
    client = http(emulator)
    client.post(f"{OFFER}/contoso-draft/publish")
    seen: list[str] = []
    while steps(client, "contoso-draft")["displaypackage"] != "complete":
        current = [name for name, word in steps(client, "contoso-draft").items() if word == "inProgress"]
        seen += [name for name in current if name not in seen]
        clock.time += 550
    assert seen == ["displaydummycertify", "displaycertify", "displayprovision", "displaypackage"]
    assert steps(client, "contoso-draft") == {
        "displaydummycertify": "complete",
        "displaycertify": "complete",
        "displayprovision": "complete",
        "displaypackage": "complete",
        "publisher-signoff": "waitingForPublisherReview",
        "live": "notStarted",
    }
    assert client.get(f"{OFFER}/contoso-draft/status").json()["status"] == "running"
    assert client.post(f"{OFFER}/contoso-draft/golive").status_code == 202


def test_a_publish_that_was_signed_off_is_over_but_not_live(emulator: Emulator) -> None:
    client = http(emulator)
    publish = client.get(f"{OFFER}/{MIGRATED}/submissions/").json()[0]["id"]
    client.post(f"{OFFER}/{MIGRATED}/golive")
    body = client.get(f"{OFFER}/{MIGRATED}/operations/{publish}").json()
    assert body["status"] == "succeeded"
    told = {step["id"]: step["status"] for step in body["steps"]}
    assert (told["publisher-signoff"], told["live"]) == ("complete", "notStarted")


def test_submissions_can_be_filtered_in_both_spellings(emulator: Emulator, clock: VirtualClock) -> None:
    client = http(emulator)
    client.post(f"{OFFER}/{MIGRATED}/golive")
    clock.time += 120
    address = f"{OFFER}/{MIGRATED}/submissions/"
    assert len(client.get(address).json()) == 2
    for name in ("status", "submissionState"):
        for word in ("running", "Running"):
            entries = client.get(address, params={**VERSION, name: word}).json()
            assert [entry["submissionType"] for entry in entries] == ["goLive"]


def test_entity_tags(clock: VirtualClock) -> None:
    client = http(Emulator(speed=1, clock=clock.monotonic, habits=["etag-on-status"]))
    etag = client.get(f"{OFFER}/{MIGRATED}/status").headers["ETag"]
    assert client.get(f"{OFFER}/{MIGRATED}").headers["ETag"] == etag
    address = f"{OFFER}/{MIGRATED}/golive"
    assert client.post(address, headers={"If-Match": "bare"}).status_code == 400
    assert client.post(address, headers={"If-Match": etag[2:]}).status_code == 412
    assert client.post(address, headers={"If-Match": etag}).status_code == 202
    assert client.get(f"{OFFER}/{MIGRATED}/status").headers["ETag"] != etag


def test_times_have_seven_fractional_digits(emulator: Emulator) -> None:
    client = http(emulator)
    (entry,) = client.get(f"{OFFER}/{MIGRATED}/submissions/").json()
    assert len(entry["changedTime"].rpartition(".")[2]) == len("5506018")
    operation = client.get(f"{OFFER}/{MIGRATED}/operations/{entry['id']}").json()
    assert len(operation["createdDateTime"].rpartition(".")[2]) == len("5506018Z")


def test_notification_mails_are_not_returned_for_migrated_offers(emulator: Emulator) -> None:
    client = http(emulator)
    assert "notificationEmails" not in client.get(f"{OFFER}/{MIGRATED}/status").json()
    assert "notificationEmails" in client.get(f"{OFFER}/{NON_MIGRATED}/status").json()


def test_progress_never_goes_back(emulator: Emulator, clock: VirtualClock) -> None:
    client = http(emulator)
    location = client.post(f"{OFFER}/{MIGRATED}/golive").headers["Location"]
    before = (-1, -1)
    while (body := client.get(LOCAL + location).json())["status"] == "running":
        done = sum(step["status"] == "complete" for step in body["steps"])
        now = (done, sum(step["progressPercentage"] for step in body["steps"]))
        assert now >= before
        before = now
        clock.time += 3600
    assert body["status"] == "succeeded"
    assert [step["status"] for step in body["steps"]] == ["complete"] * 6


def test_speed(clock: VirtualClock) -> None:
    emulator = Emulator(speed=DAY, clock=clock.monotonic)
    client = http(emulator)
    location = client.post(f"{OFFER}/{MIGRATED}/golive").headers["Location"]
    clock.time += 3.1
    assert client.get(LOCAL + location).json()["status"] == "succeeded"


def test_offers_can_be_added(emulator: Emulator) -> None:
    emulator.market.add(Offer("fabrikam", "widget", migrated=False))
    answer = http(emulator).post(f"{LOCAL}/api/publishers/fabrikam/offers/widget/golive")
    assert (
        answer.headers["Location"] == "/api/operations/fabrikam$widget$2$preview?api-version=2017-10-31"
    )
    assert emulator.accepted("fabrikam", "widget") == 1


def test_it_serves_over_a_socket_and_stops() -> None:
    emulator = Emulator()
    with emulator.serve() as url:
        answer = httpx.post(
            f"{url}/api/publishers/contoso/offers/contoso-offer/golive",
            params=VERSION,
            headers={"Authorization": f"Bearer {TOKEN}"},
        )
        assert answer.status_code == 202
    with pytest.raises(httpx.ConnectError):
        httpx.get(url)


def test_in_process_it_serves_async_clients() -> None:
    async def main() -> int:
        async with httpx.AsyncClient(transport=Emulator().transport()) as client:
            return (await client.get(f"{LOCAL}/api/operations/x")).status_code

    assert asyncio.run(main()) == 401


def test_without_its_extra_it_says_what_to_install() -> None:
    code = "import sys; sys.modules['starlette'] = None; from golive.emulator import Emulator"
    outcome = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert "pip install 'golive[emulator]'" in outcome.stderr


def test_without_its_extra_it_can_be_described() -> None:
    code = "import sys; sys.modules['starlette'] = None; from golive.emulator import Offer, Scenario"
    subprocess.run([sys.executable, "-c", code], check=True)


STATUS = f"{OFFER}/{MIGRATED}/status"
SUBMISSIONS = f"{OFFER}/{MIGRATED}/submissions"


def made(clock: VirtualClock, *habits: str, **options: Any) -> tuple[Emulator, httpx.Client]:
    emulator = Emulator(speed=1, clock=clock.monotonic, habits=habits, **options)
    return emulator, http(emulator)


def gone_live(client: httpx.Client, clock: VirtualClock, offer: str) -> tuple[Any, Any, Any]:
    """Take an offer live; return what its operation, its status and the list's entry say in the end."""
    location = client.post(f"{OFFER}/{offer}/golive").headers["Location"]
    clock.time += 4 * DAY
    entry = client.get(f"{OFFER}/{offer}/submissions").json()[0]
    return client.get(LOCAL + location).json(), client.get(f"{OFFER}/{offer}/status").json(), entry


@pytest.mark.parametrize(
    ("offer", "habits", "words"),
    [
        (MIGRATED, (), ("succeeded", "succeeded", "succeeded", "complete")),
        (NON_MIGRATED, (), ("complete", "succeeded", "completed", "complete")),
        (MIGRATED, ("completed-words",), ("completed",) * 4),
        (NON_MIGRATED, ("completed-words",), ("completed",) * 4),
    ],
)
def test_the_words_for_what_succeeded(
    clock: VirtualClock, offer: str, habits: tuple[str, ...], words: tuple[str, ...]
) -> None:
    _, client = made(clock, *habits)
    operation, status, entry = gone_live(client, clock, offer)
    last = operation["steps"][-1]["status"]
    assert (operation["status"], status["status"], entry["submissionState"], last) == words
    assert [step["status"] for step in status["steps"][:4]] == ["notStarted"] * 4


@pytest.mark.parametrize(
    ("habits", "slots", "types"),
    [
        ((), ["production", "staging"], ["goLive", "publish"]),
        (("slot-staging",), ["staging", "staging"], ["goLive", "publish"]),
        (("all-publish",), ["production", "staging"], ["publish", "publish"]),
    ],
)
def test_what_tells_a_go_live_in_the_list(
    clock: VirtualClock, habits: tuple[str, ...], slots: list[str], types: list[str]
) -> None:
    _, client = made(clock, *habits, list_delay=0)
    location = client.post(f"{OFFER}/{MIGRATED}/golive").headers["Location"]
    entries = client.get(SUBMISSIONS).json()
    assert [entry["slot"] for entry in entries] == slots
    assert [entry["submissionType"] for entry in entries] == types
    assert client.get(LOCAL + location).json()["submissionType"] == types[0]


@pytest.mark.parametrize(
    ("habits", "operation", "offer"),
    [
        ((), "succeeded", "running"),
        (("completed-words",), "completed", "running"),
        (("publish-goes-on",), "running", "running"),
        (("offer-says-waiting",), "succeeded", "waitingForPublisherReview"),
    ],
)
def test_in_preview(clock: VirtualClock, habits: tuple[str, ...], operation: str, offer: str) -> None:
    _, client = made(clock, *habits)
    location = client.post(f"{OFFER}/contoso-draft/publish").headers["Location"]
    clock.time += 3 * DAY
    told = client.get(LOCAL + location).json()
    assert told["status"] == operation
    status = client.get(f"{OFFER}/contoso-draft/status").json()
    assert status["status"] == offer
    for body in (told, status):
        assert {s["id"]: s["status"] for s in body["steps"]}["publisher-signoff"] == (
            "waitingForPublisherReview"
        )
    assert client.get(f"{OFFER}/contoso-draft").json()["status"] == "waitingForPublisherReview"
    assert client.post(f"{OFFER}/contoso-draft/golive").status_code == 202


@pytest.mark.parametrize("habits", [(), ("publish-goes-on",)])
def test_canceling_a_preview(clock: VirtualClock, habits: tuple[str, ...]) -> None:
    _, client = made(clock, *habits)
    (entry,) = client.get(SUBMISSIONS).json()
    assert client.post(f"{OFFER}/{MIGRATED}/cancel").status_code == 200
    told = client.get(f"{OFFER}/{MIGRATED}/operations/{entry['id']}/").json()
    assert told["status"] == "canceled"
    assert client.get(STATUS).json()["status"] == "canceled"
    assert client.post(f"{OFFER}/{MIGRATED}/golive").status_code == 400
    # Nothing runs any more, and the answer is as if something did.
    again = client.post(f"{OFFER}/{MIGRATED}/cancel")
    assert (again.status_code, entry["id"] in again.headers["Location"]) == (202, True)
    assert client.post(f"{OFFER}/contoso-draft/cancel").status_code == 200


def test_a_publish_that_is_being_canceled_never_reaches_the_preview(clock: VirtualClock) -> None:
    _, client = made(clock)
    location = client.post(f"{OFFER}/contoso-draft/publish").headers["Location"]
    clock.time += 2 * DAY + 8 * 3600 + 50 * 60 - 30
    assert client.post(f"{OFFER}/contoso-draft/cancel").status_code == 202
    clock.time += 60
    assert client.get(LOCAL + location).json()["status"] == "running"
    assert client.post(f"{OFFER}/contoso-draft/golive").status_code == 409
    clock.time += 60
    assert client.get(LOCAL + location).json()["status"] == "canceled"


@pytest.mark.parametrize("offer", [MIGRATED, NON_MIGRATED])
def test_the_name_of_the_sign_off(clock: VirtualClock, offer: str) -> None:
    _, client = made(clock)
    (step,) = (
        s
        for s in client.get(f"{OFFER}/{offer}/status").json()["steps"]
        if s["id"] == "publisher-signoff"
    )
    assert step["stepName"] == ("publisher-signoff" if offer == MIGRATED else "Publisher signoff")
    _, client = made(clock, "bare-steps")
    bare = client.get(f"{OFFER}/{offer}/status").json()["steps"]
    assert all(set(s) == {"stepName", "status"} for s in bare)
    assert bare[4] == {"stepName": "publisher-signoff", "status": "waitingForPublisherReview"}


def test_a_new_operation_is_listed_late(clock: VirtualClock) -> None:
    emulator, client = made(clock)
    location = client.post(f"{OFFER}/{MIGRATED}/golive").headers["Location"]
    assert client.get(LOCAL + location).json()["status"] == "running"
    clock.time += 119
    assert len(client.get(SUBMISSIONS).json()) == 1
    clock.time += 1
    assert [e["submissionState"] for e in client.get(SUBMISSIONS).json()] == ["running", "succeeded"]
    emulator.market.list_delay = 0
    client.post(f"{OFFER}/{NON_MIGRATED}/golive")
    assert len(client.get(f"{OFFER}/{NON_MIGRATED}/submissions/").json()) == 2


@pytest.mark.parametrize(
    ("habits", "relative", "absolute"),
    [
        ((), ["location"], []),
        (("operation-location",), [], ["operation-location"]),
        (("operation-location-relative",), ["operation-location"], []),
        (("both-headers",), ["location"], ["operation-location"]),
        (("both-headers", "operation-location-relative"), ["location", "operation-location"], []),
    ],
)
@pytest.mark.parametrize("guid", [False, True])
def test_the_headers_of_a_202(
    clock: VirtualClock, habits: tuple[str, ...], relative: list[str], absolute: list[str], guid: bool
) -> None:
    _, client = made(clock, *habits, *(["guid-name"] if guid else []))
    for offer in (MIGRATED, NON_MIGRATED):
        answer = client.post(f"{OFFER}/{offer}/golive")
        found = {n: v for n, v in answer.headers.items() if n.endswith("location")}
        assert set(found) == {*relative, *absolute}
        for name, value in found.items():
            assert value.startswith("/api/" if name in relative else f"{LOCAL}/api/")
            address = LOCAL + value if name in relative else value
            assert client.get(address).json()["submissionType"] == "goLive"
            assert ("contoso-legacy" not in value) is (guid or offer == MIGRATED)


def test_errors_have_the_bodies_that_were_seen_or_documented_ones_or_none(clock: VirtualClock) -> None:
    for habits, kinds in (
        ((), {401: dict, 404: str, 422: str, 409: dict}),
        (("documented-errors",), dict.fromkeys((401, 404, 422, 409), dict)),
        (("empty-errors",), dict.fromkeys((401, 404, 422, 409), type(None))),
    ):
        emulator, client = made(clock, *habits)
        emulator.market.add(Offer("contoso", "invalid", scenario=Scenario.INVALID, begins="draft"))
        client.post(f"{OFFER}/{MIGRATED}/golive")
        answers = [
            http(emulator, "wrong").get(STATUS),
            client.get(f"{OFFER}/unknown/status"),
            client.post(f"{OFFER}/invalid/publish"),
            client.post(f"{OFFER}/{MIGRATED}/golive"),
        ]
        seen = {a.status_code: type(a.json()) if a.content else type(None) for a in answers}
        assert seen == kinds
        if habits == ("documented-errors",):
            assert all(set(answer.json()) == {"error"} for answer in answers)


def test_an_offer_is_busy_by_400_if_that_is_the_habit(clock: VirtualClock) -> None:
    _, client = made(clock, "busy-400")
    client.post(f"{OFFER}/{MIGRATED}/golive")
    answer = client.post(f"{OFFER}/{MIGRATED}/publish")
    assert (answer.status_code, answer.json()["error"]["code"]) == (400, "OperationInProgress")


def test_without_a_list(clock: VirtualClock) -> None:
    _, client = made(clock, "no-submissions")
    assert client.get(SUBMISSIONS).status_code == 404
    assert client.get(STATUS).status_code == 200


@pytest.mark.parametrize(
    ("habits", "complaint"),
    [
        (["explode"], "'explode' is no habit; there are completed-words"),
        (["documented-errors", "empty-errors"], "contradict each other"),
        (["operation-location", "operation-location-relative"], "contradict each other"),
    ],
)
def test_habits_that_are_none(habits: list[str], complaint: str) -> None:
    with pytest.raises(ValueError, match=complaint):
        Emulator(habits=habits)


def test_headers_of_answers(clock: VirtualClock) -> None:
    _, client = made(clock)
    for answer in (
        client.get(STATUS),
        client.get(f"{OFFER}/unknown"),
        client.get(f"{OFFER}/{MIGRATED}"),
    ):
        assert answer.headers["Server"] == "Microsoft-IIS/10.0"
        assert answer.headers["X-Powered-By"] == "ASP.NET"
        assert answer.headers["Vary"] == "Accept-Encoding"
        assert answer.headers["X-Ms-Correlation-Request-Id"]
        assert "ETag" not in answer.headers


def test_a_length_is_asked_for_over_the_wire() -> None:
    with Emulator(clock=VirtualClock().monotonic).serve() as url:
        host, _, port = url.removeprefix("http://").rpartition(":")
        path = f"/api/publishers/contoso/offers/{MIGRATED}/golive?api-version=2017-10-31"
        head = f"POST {path} HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {TOKEN}\r\n"
        for more, status in (("", b"411"), ("Transfer-Encoding: chunked\r\n\r\n0\r\n", b"202")):
            with socket.create_connection((host, int(port))) as connection:
                connection.sendall(f"{head}Connection: close\r\n{more}\r\n".encode())
                answer = b"".join(iter(lambda: connection.recv(65_536), b""))
            assert answer.split()[1] == status
            assert answer.lower().count(b"\r\nserver:") == 1


def test_reading_offers(emulator: Emulator) -> None:
    client = http(emulator)
    assert [p["id"] for p in client.get(f"{LOCAL}/api/publishers").json()] == ["contoso"]
    assert http(emulator, STRANGERS_TOKEN).get(f"{LOCAL}/api/publishers").json() == []
    assert client.get(f"{LOCAL}/api/offerTypes").json()
    offers = client.get(OFFER).json()
    assert {o["id"]: o["status"] for o in offers} == {
        MIGRATED: "waitingForPublisherReview",
        NON_MIGRATED: "waitingForPublisherReview",
        "contoso-draft": "neverPublished",
    }
    assert all(set(offer["definition"]) == {"displayText"} for offer in offers)
    assert {o["id"]: o["pcMigrationStatus"] for o in offers}[NON_MIGRATED] == "none"
    document = client.get(f"{OFFER}/{MIGRATED}").json()
    assert (document["pcMigrationStatus"], document["version"]) == ("migrated", 1)
    assert datetime.fromisoformat(document["changedTime"][:26]).tzinfo is None
    assert document["definition"]["plans"]
    missing = client.get(f"{OFFER}/contoso-draft/slot/preview")
    assert missing.status_code == 404
    assert "There is no Staging slot deployed for Offer ID contoso-draft" in missing.json()


def test_an_offer_is_changed_published_and_taken_live(emulator: Emulator, clock: VirtualClock) -> None:
    client = http(emulator)
    address = f"{OFFER}/{MIGRATED}"

    def holds(slot: str) -> object:
        answer = client.get(f"{address}/slot/{slot}")
        return answer.json().get("more") if answer.is_success else answer.status_code

    document = client.get(address).json()
    changed = client.put(address, json={**document, "more": 1, "status": "x"}, headers={"If-Match": "*"})
    assert changed.status_code == 200
    assert changed.headers["ETag"].startswith("W/\"datetime'")
    assert (changed.json()["more"], changed.json()["version"]) == (1, 2)
    assert changed.json()["status"] == "waitingForPublisherReview"
    stale = client.put(address, json=document, headers={"If-Match": "W/\"datetime'2020'\""})
    assert stale.status_code == 412
    tag = {"If-Match": changed.headers["ETag"]}
    assert [holds(slot) for slot in ("draft", "preview", "production")] == [1, None, 404]
    published = client.post(f"{address}/publish", headers=tag)
    assert published.status_code == 202
    assert client.put(address, json=document).status_code == 409
    clock.time += 3 * DAY
    assert [holds(slot) for slot in ("draft", "preview", "production")] == [1, 1, 404]
    assert client.post(f"{address}/golive").status_code == 202
    clock.time += 4 * DAY
    assert holds("production") == 1
    assert client.get(f"{address}/slot/production").json()["status"] == "published"
    assert client.get(address).json()["status"] == "succeeded"
    assert client.get(f"{address}/versions/1").json().get("more") is None
    assert client.get(f"{address}/versions/2").json()["more"] == 1
    assert emulator.market.accepted["put", "contoso", MIGRATED] == 1


@pytest.mark.parametrize(
    "content", [b"", b"[]", b"{}", b'{"definition": 1}', b"{", b'{"definition": {"a": NaN}}']
)
def test_documents_that_are_none(emulator: Emulator, content: bytes) -> None:
    answer = http(emulator).put(
        f"{OFFER}/{MIGRATED}", content=content, headers={"Content-Type": "application/json"}
    )
    assert (answer.status_code, answer.json()["error"]["code"]) == (400, "InvalidBody")


def test_publishing_a_changed_offer_ends_the_publish_that_waits(clock: VirtualClock) -> None:
    for habits, old in (((), "succeeded"), (("publish-goes-on",), "canceled")):
        _, client = made(clock, *habits)
        (waits,) = client.get(SUBMISSIONS).json()
        document = client.get(f"{OFFER}/{MIGRATED}").json()
        client.put(f"{OFFER}/{MIGRATED}", json=document)
        new = client.post(f"{OFFER}/{MIGRATED}/publish").headers["Location"]
        assert waits["id"] not in new
        told = client.get(f"{OFFER}/{MIGRATED}/operations/{waits['id']}").json()
        assert told["status"] == old
        assert client.post(f"{OFFER}/{MIGRATED}/golive").status_code == 409


def test_a_publish_that_goes_on_is_returned_again(clock: VirtualClock) -> None:
    _, client = made(clock, "publish-goes-on")
    (waits,) = client.get(SUBMISSIONS).json()
    again = client.post(f"{OFFER}/{MIGRATED}/publish")
    assert waits["id"] in again.headers["Location"]


def test_offers_of_ones_own(clock: VirtualClock) -> None:
    offers = [
        Offer.parse("fabrikam/widget,legacy,scenario=fail"),
        Offer.parse("fabrikam/live,live"),
        Offer("tailwind", "own", begins="draft", definition={"displayText": "Own", "x": 1}),
        *numbered(3, 2),
    ]
    _, client = made(clock, offers=offers)
    assert [p["id"] for p in client.get(f"{LOCAL}/api/publishers").json()] == [
        *("contoso", "contoso-2", "fabrikam", "tailwind")
    ]
    base = f"{LOCAL}/api/publishers"
    assert client.get(f"{base}/fabrikam/offers/live/status").json()["status"] == "succeeded"
    assert client.get(f"{base}/fabrikam/offers/live/slot/production").status_code == 200
    assert len(client.get(f"{base}/fabrikam/offers/live/submissions").json()) == 2
    own = client.get(f"{base}/tailwind/offers/own").json()
    assert own["definition"] == {"displayText": "Own", "x": 1}
    location = client.post(f"{base}/fabrikam/offers/widget/golive").headers["Location"]
    assert location.startswith("/api/operations/fabrikam$widget$2$preview")
    assert client.post(f"{base}/contoso-2/offers/offer-2/golive").status_code == 202
    clock.time += 4 * DAY
    assert client.get(LOCAL + location).json()["status"] == "failed"


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        ("contoso", "is not PUBLISHER/OFFER"),
        ("contoso/a$b", "is not PUBLISHER/OFFER"),
        ("contoso/a,explode", "'explode' in .* is none of legacy"),
        ("contoso/a,scenario=explode", "is none of legacy"),
        ("contoso/a,draft,live", "is draft and live at once"),
    ],
)
def test_offers_that_are_none(text: str, complaint: str) -> None:
    with pytest.raises(ValueError, match=complaint):
        Offer.parse(text)


def test_two_offers_of_one_name() -> None:
    with pytest.raises(ValueError, match="two offers a/b"):
        Emulator(offers=[Offer("a", "b"), Offer("a", "b")])


@pytest.mark.parametrize(
    "options", [{"list_delay": -1}, {"answer_delay": {"golive": -1}}, {"act_delay": {"explode": 1}}]
)
def test_delays_that_are_none(options: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match="delay"):
        Emulator(**options)


def timed(emulator: Emulator, clock: VirtualClock, bound: float) -> httpx.Client:
    client = http(emulator)
    client.timeout = httpx.Timeout(bound)
    client._transport = emulator.transport(clock=clock)
    return client


@pytest.mark.parametrize("seconds", [0, 70, 200, 290])
def test_a_slow_answer_takes_the_clients_time_alone(clock: VirtualClock, seconds: float) -> None:
    emulator, _ = made(clock, answer_delay={"golive": seconds})
    client, before = timed(emulator, clock, 330), clock.time
    assert client.post(f"{OFFER}/{MIGRATED}/golive").status_code == 202
    assert clock.time - before == seconds
    assert client.get(STATUS).is_success
    assert clock.time - before == seconds


def test_a_client_gives_up_on_an_answer_and_the_service_has_acted(clock: VirtualClock) -> None:
    emulator, _ = made(clock, answer_delay={"golive": 290})
    before = clock.time
    with pytest.raises(httpx.ReadTimeout, match="within 60 s"):
        timed(emulator, clock, 60).post(f"{OFFER}/{MIGRATED}/golive")
    assert clock.time - before == 60
    assert emulator.accepted("contoso", MIGRATED) == 1


def test_a_client_gives_up_and_the_service_acts_when_it_is_time(clock: VirtualClock) -> None:
    emulator, _ = made(clock, act_delay={"golive": 290}, list_delay=60)
    client = timed(emulator, clock, 100)
    with pytest.raises(httpx.ReadTimeout):
        client.post(f"{OFFER}/{MIGRATED}/golive")
    clock.time += 189
    client.get(STATUS)
    assert emulator.accepted("contoso", MIGRATED) == 0
    # It acts after 290 seconds, though nobody asks before 349; its list is a minute late from then on.
    clock.time += 60
    assert len(client.get(SUBMISSIONS).json()) == 1
    assert emulator.accepted("contoso", MIGRATED) == 1
    clock.time += 1
    assert len(client.get(SUBMISSIONS).json()) == 2


def test_a_delay_before_acting_that_a_client_sits_out(clock: VirtualClock) -> None:
    emulator, _ = made(clock, act_delay={"golive": 20}, answer_delay={"golive": 30})
    client, before = timed(emulator, clock, 60), clock.time
    location = client.post(f"{OFFER}/{MIGRATED}/golive").headers["Location"]
    assert clock.time - before == 50
    created = client.get(LOCAL + location).json()["createdDateTime"]
    assert datetime.fromisoformat(created[:26]) - emulator.market.epoch.replace(tzinfo=None) == (
        timedelta(seconds=20)
    )


def test_async_clients_wait_by_their_clock_too(clock: VirtualClock) -> None:
    emulator, _ = made(clock, answer_delay={"any": 40}, faults=["slow-headers@status"], slow=10)

    async def main() -> None:
        transport = emulator.transport(clock=clock)
        async with httpx.AsyncClient(transport=transport, params=VERSION, timeout=60) as client:
            client.headers["Authorization"] = f"Bearer {TOKEN}"
            await client.get(STATUS)

    before = clock.time
    asyncio.run(main())
    assert clock.time - before == 50


def test_delays_pass_by_a_sleep_of_ones_own() -> None:
    slept: list[float] = []

    async def sleep(seconds: float) -> None:
        slept.append(seconds)

    emulator = Emulator(answer_delay={"status": 3}, sleep=sleep)
    assert http(emulator).get(STATUS).is_success
    with emulator.serve() as url:
        headers = {"Authorization": f"Bearer {TOKEN}"}
        assert httpx.get(STATUS.replace(LOCAL, url), params=VERSION, headers=headers).is_success
    assert slept == [3, 3]


def test_without_a_loop_a_sleep_that_needs_one_is_refused() -> None:
    emulator = Emulator(answer_delay={"status": 7}, sleep=lambda seconds: asyncio.sleep(0))
    with pytest.raises(RuntimeError, match="must not need an event loop"):
        http(emulator).get(STATUS)


def test_what_was_accepted_now_is_dated_now_and_a_later_one_never_before(clock: VirtualClock) -> None:
    epoch = datetime(2026, 5, 1, tzinfo=UTC)
    emulator = Emulator(speed=20_000, clock=clock.monotonic, epoch=epoch)
    client = http(emulator)
    clock.time += 3600
    first = client.post(f"{OFFER}/contoso-draft/publish").headers["Location"]
    told = client.get(LOCAL + first).json()
    assert datetime.fromisoformat(told["createdDateTime"]) == epoch + timedelta(hours=1)
    clock.time += 20
    preview = client.get(LOCAL + first).json()["lastActionDateTime"]
    second = client.post(f"{OFFER}/contoso-draft/golive").headers["Location"]
    assert client.get(LOCAL + second).json()["createdDateTime"] >= preview


@pytest.mark.parametrize("offer", [MIGRATED, NON_MIGRATED])
def test_a_wait_in_preview_does_not_run_ahead(clock: VirtualClock, offer: str) -> None:
    """An emulator that was left alone for hours begins nothing in another year."""
    epoch = datetime(2026, 5, 1, tzinfo=UTC)
    client = http(Emulator(speed=20_000, clock=clock.monotonic, epoch=epoch))
    clock.time += 2 * 3600
    begun = client.post(f"{OFFER}/{offer}/golive").headers["Location"]
    told = client.get(LOCAL + begun).json()
    assert datetime.fromisoformat(told["createdDateTime"]) == epoch + timedelta(hours=2)
    clock.time += 3600
    told = client.get(LOCAL + begun).json()
    assert datetime.fromisoformat(told["lastActionDateTime"]) < epoch + timedelta(days=5)


@pytest.mark.parametrize(
    ("text", "rule"),
    [
        ("500@poll:5-*", Rule(Fault.INTERNAL_ERROR, "poll", 5, 2**63)),
        ("500/contoso/my-offer", Rule(Fault.INTERNAL_ERROR, offer=("contoso", "my-offer"))),
        (
            "drop-answer@golive/contoso/my.offer:2-3",
            Rule(Fault.DROP_ANSWER, "golive", 2, 3, ("contoso", "my.offer")),
        ),
        ("429@put:*", Rule(Fault.THROTTLED, "put", 1, 2**63)),
    ],
)
def test_rules_of_faults(text: str, rule: Rule) -> None:
    assert Rule.parse(text) == rule


@pytest.mark.parametrize("text", ["500@poll:*-5", "500/contoso", "500//x", "500@poll:5-"])
def test_rules_that_are_none(text: str) -> None:
    with pytest.raises(ValueError, match="is not FAULT"):
        Rule.parse(text)


def test_a_fault_of_one_offer(clock: VirtualClock) -> None:
    rules = ["500@status/contoso/contoso-legacy:2", "503@poll/contoso/contoso-legacy"]
    emulator, client = made(clock, faults=rules)
    answers = [
        client.get(f"{OFFER}/{offer}/status").status_code
        for offer in (MIGRATED, NON_MIGRATED, MIGRATED, NON_MIGRATED, NON_MIGRATED)
    ]
    assert answers == [200, 200, 200, 500, 200]
    assert client.get(f"{LOCAL}/api/operations/contoso$contoso-legacy$1$preview").status_code == 503
    assert emulator.app.offer_counts["status", "contoso", NON_MIGRATED] == 3


ACTED = {
    "drop-answer": None,
    "reset-body": None,
    "502-after": 502,
    "503-banana": 503,
    "408-after": 408,
    "409-after": 409,
    "400-after": 400,
    "set-cookie": 202,
    "gzip": 202,
    "trickle": 202,
    "slow-headers": 202,
    "slow-body": 202,
    "mailto-location": 202,
    "other-offer-location": 202,
    "missing-location": 202,
    "hostile-location": 202,
    "operation-location": 202,
}
REFUSED = {
    "drop-request": None,
    "echo-token": 502,
    "html-403": 403,
    "expired-token": 401,
    "401-claims": 401,
    "502-html": 502,
    "503-retry-after": 503,
    "429-retry-after": 429,
    **{word: int(word) for word in ("401", "404", "408", "409", "421", "423", "425", "429", "499")},
    **{word: int(word) for word in ("500", "502", "503", "504")},
}
IN_BODIES = {
    *("unknown-status", "array-body", "other-id", "status-backwards", "steps-missing", "steps-null"),
    *("odd-fields", "odd-entry", "clock-jump", "foreign-next-link", "foreign-resource-uri"),
}


def test_every_fault_says_whether_the_service_acts() -> None:
    assert {*ACTED, *REFUSED, *IN_BODIES} == set(Fault)
    for name in ACTED.keys() - {"408-after"}:
        assert "does not act" not in Fault(name).meaning


@pytest.mark.parametrize("fault", [*ACTED, *REFUSED])
def test_faults_of_a_go_live(clock: VirtualClock, fault: str) -> None:
    emulator, _ = made(clock, faults=[f"{fault}@golive"])
    client = timed(emulator, clock, 1e9)
    status = {**ACTED, **REFUSED}[fault]
    if status is None:
        with pytest.raises(httpx.ReadError):
            client.post(f"{OFFER}/{MIGRATED}/golive")
    else:
        answer = client.post(f"{OFFER}/{MIGRATED}/golive")
        assert answer.status_code == status
        assert (TOKEN in answer.text) is (fault == "echo-token")
    assert emulator.accepted("contoso", MIGRATED) == (fault in ACTED)


def test_faults_in_bodies(clock: VirtualClock) -> None:
    emulator, client = made(clock, faults=["odd-fields", "odd-entry"])
    (entry,) = made(clock)[1].get(SUBMISSIONS).json()
    emulator.app.rules = tuple(map(Rule.parse, ["odd-fields@any:*", "odd-entry@submissions:*"]))
    entries = client.get(SUBMISSIONS).json()
    assert entries[:2] == [None, {"id": None, "submissionType": 3, "submissionState": "completed"}]
    assert (entries[2]["submissionState"], entries[2]["slot"]) == ("succeeded", entry["slot"])
    assert client.get(STATUS).json()["messages"] == "none"
    poll = f"{OFFER}/{MIGRATED}/operations/{entries[2]['id']}"
    told = client.get(poll).json()
    assert (told["status"], told["liveLinks"]) == ("succeeded", None)
    emulator.app.rules = (Rule.parse("other-id@poll:*"), Rule.parse("gzip@poll:*"))
    answer = client.get(poll)
    assert answer.headers["Content-Encoding"] == "gzip"
    assert answer.json()["id"] != entries[2]["id"]


def test_what_trickles_ends_with_the_clients_patience(clock: VirtualClock) -> None:
    emulator, _ = made(clock, faults=["trickle@status"])
    before = clock.time
    with pytest.raises(httpx.ReadTimeout):
        timed(emulator, clock, 30).get(STATUS)
    assert clock.time - before == 30


def test_it_listens_everywhere_and_says_where_to_connect() -> None:
    with Emulator().serve("0.0.0.0") as url:
        assert url.startswith("http://127.0.0.1:")
        assert httpx.get(f"{url}/api/publishers").status_code == 401


@pytest.fixture
def announced(golive: Any, monkeypatch: pytest.MonkeyPatch) -> Any:
    """Run `golive emulator`, which announces itself and serves nobody; return the result and it."""
    served: list[Emulator] = []

    def serve_forever(
        self: Emulator, host: str, port: int, announce: Callable[[str], None] = lambda url: None
    ) -> None:
        served.append(self)
        announce(f"http://127.0.0.1:{port}")

    monkeypatch.setattr(Emulator, "serve_forever", serve_forever)

    def call(*arguments: str) -> tuple[Any, Emulator | None]:
        served.clear()
        return golive("emulator", *arguments), served[0] if served else None

    return call


def test_the_command_takes_offers_of_ones_own(announced: Any) -> None:
    result, emulator = announced(
        *("--offer", "fabrikam/new,draft", "--offer", "fabrikam/old,legacy", "--offer", "a/b,live")
    )
    assert "fabrikam/new: migrated, never published\n" in result.out
    assert "fabrikam/old: not migrated, in preview\n" in result.out
    assert "a/b: migrated, live\n" in result.out
    # What it says to try works: an offer in preview goes live.
    assert "golive start fabrikam old --endpoint http://127.0.0.1:8080" in result.out
    assert {f"{o.publisher}/{o.id}" for o in emulator.market.offers()} == {
        *("fabrikam/new", "fabrikam/old", "a/b")
    }
    result, _ = announced("--offer", "fabrikam/new,draft")
    assert "golive publish fabrikam new --endpoint" in result.out


def test_the_command_takes_many_offers_and_shows_few(announced: Any) -> None:
    result, emulator = announced("--offers", "50", "--publishers", "5", "--scenario", "fail")
    offers = list(emulator.market.offers())
    assert len(offers) == 53
    assert emulator.market.publishers == {"contoso", *(f"contoso-{n}" for n in range(2, 6))}
    assert {offer.scenario for offer in offers} == {Scenario.FAIL}
    assert "and 48 more: 53 offers in all" in result.out
    assert len(result.out.splitlines()) == 8 + 6
    result, _ = announced("--offers", "50", "--json")
    assert len(result.events[0]["offers"]) == 53


def test_the_command_takes_habits_and_a_delay(announced: Any) -> None:
    _, emulator = announced("--habit", "bare-steps", "--habit", "busy-400", "--list-delay", "90s")
    assert emulator.market.habits == {"bare-steps", "busy-400"}
    assert emulator.market.list_delay == 90


def test_the_command_says_where_to_connect_when_it_listens_everywhere(announced: Any) -> None:
    for host in ("0.0.0.0", "::"):
        result, _ = announced("--host", host)
        assert "listens at http://127.0.0.1:8080 and all other addresses" in result.out
        assert "--endpoint http://127.0.0.1:8080 " in result.out


@pytest.mark.parametrize(
    ("arguments", "complaint"),
    [
        (("--habit", "explode"), "'explode' is no habit"),
        (("--offer", "explode"), "'explode' is not PUBLISHER/OFFER"),
        (("--offer", "a/b", "--offer", "a/b"), "two offers a/b"),
        (("--fault", "explode"), "'explode' is no fault"),
    ],
)
def test_the_command_says_what_is_wrong(
    announced: Any, arguments: tuple[str, ...], complaint: str
) -> None:
    result, emulator = announced(*arguments)
    assert (result.code, emulator) == (2, None)
    assert complaint in result.err
