"""The emulator behaves as the reference says the service does, seen through plain HTTP."""

from __future__ import annotations

import asyncio
import subprocess
import sys
from typing import Any

import httpx
import pytest

from conftest import LOCAL, MIGRATED, NON_MIGRATED, VirtualClock
from golive.emulator import STRANGERS_TOKEN, TOKEN, Emulator, Offer, Scenario

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
    code = "import sys; sys.modules['starlette'] = None; import golive; import golive.emulator"
    outcome = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert "pip install 'golive[emulator]'" in outcome.stderr
