"""What clients of the Product Ingestion API do to a product, seen from the emulator's side.

They are cloudpub 1.7.6 and azure-img-utils 2.7.0: each is a few lines that send what the client sends,
and again when the client does. Neither is golive, and none of their code is here. What they sleep, the
clock is moved.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import httpx
import pytest
from attrs import define

from conftest import LOCAL, VirtualClock
from golive.emulator import TOKEN, Emulator, ProductScenario

BASE = f"{LOCAL}/rp/product-ingestion"
SCHEMAS = "https://schema.mp.microsoft.com/schema"
HOUR = 3600.0


class GivenUp(Exception):
    """The client tells its user that it did not work."""


class NotCertified(GivenUp):
    """The one failure that cloudpub does not try again after."""


@define
class Wire:
    """What both do: a bearer token, at an address glued from strings."""

    emulator: Emulator
    clock: VirtualClock

    def send(
        self, method: str, path: str, query: dict[str, str], *, timeout: float | None, body: Any = None
    ) -> httpx.Response:
        headers = {"Authorization": f"Bearer {TOKEN}", "Accept": "application/json"}
        transport = self.emulator.transport(clock=self.clock)
        with httpx.Client(transport=transport, timeout=timeout) as client:
            return client.request(method, BASE + path, params=query, headers=headers, json=body)

    @property
    def sent(self) -> int:
        """How often something was asked for that changes a product."""
        return self.emulator.app.counts["configure"]

    def messages(self) -> list[str]:
        """What the jobs failed of."""
        products = self.emulator.products
        return [e["message"] for j in products.jobs.values() for e in j.errors]

    def accepted(self, name: str) -> int:
        return sum(self.emulator.accepted_submissions(name).values())

    def is_live(self, name: str) -> bool:
        product = self.emulator.products.product(name)
        newest = [run for run in product.runs if run.target == "preview"][-1]
        live = product.live(self.emulator.products.now)
        return live is not None and live.number == newest.number


@define
class CloudPub:
    """Echoes the submission that it read; tries three times, a minute apart, whatever went wrong."""

    wire: Wire

    def ask(self, method: str, path: str, body: Any = None, **query: str) -> Any:
        query["$version"] = "2022-07-01"
        for attempt in range(6):
            try:
                answer = self.wire.send(method, path, query, timeout=20, body=body)
            except httpx.TransportError:
                if method == "POST" or attempt == 5:
                    raise
                continue
            if method == "POST" or answer.status_code < 500:
                answer.raise_for_status()
                return answer.json()
            self.wire.clock.time += 2**attempt
        raise GivenUp(answer.text)

    def submissions(self, name: str) -> list[dict[str, Any]]:
        (product,) = self.ask("GET", "/product", externalId=name)["value"]
        guid = product["id"].rpartition("/")[2]
        found: list[dict[str, Any]] = self.ask("GET", f"/submission/{guid}")["value"]
        return found

    def configure(self, resource: dict[str, Any]) -> None:
        body = {"$schema": f"{SCHEMAS}/configure/2022-07-01", "resources": [resource]}
        job = self.ask("POST", "/configure", body)["jobId"]
        for _ in range(7 * 24 * 12):
            try:
                told = self.ask("GET", f"/configure/{job}/status")
            except GivenUp:
                told = {"jobStatus": "running"}
            if told["jobStatus"] == "completed":
                if told["jobResult"] != "succeeded":
                    certification = "Certification" in str(told["errors"])
                    raise (NotCertified if certification else GivenUp)(str(told["errors"]))
                return
            self.wire.clock.time += 300
        raise GivenUp("a week has passed")

    def thrice(self, act: Callable[[str], None], name: str) -> None:
        for attempt in range(3):
            try:
                return act(name)
            except NotCertified:
                raise
            except (GivenUp, httpx.HTTPError) as error:
                if attempt == 2:
                    raise GivenUp(str(error)) from error
            self.wire.clock.time += 60
        raise AssertionError

    def to_preview(self, name: str) -> None:
        (draft,) = [s for s in self.submissions(name) if s["target"]["targetType"] == "draft"]
        self.configure({**draft, "target": {"targetType": "preview"}})

    def to_live(self, name: str) -> None:
        ready = [s for s in self.submissions(name) if s["target"]["targetType"] == "preview"]
        if not ready:
            raise GivenUp("nothing is in preview")
        self.configure({**ready[0], "target": {"targetType": "live"}})

    def check(self, name: str) -> None:
        if any(s.get("status", "completed") != "completed" for s in self.submissions(name)):
            raise GivenUp("something is being published")

    def publish(self, name: str) -> None:
        self.check(name)
        self.thrice(self.to_preview, name)

    def go_live(self, name: str) -> None:
        self.check(name)
        self.thrice(self.to_live, name)
        assert any(s["target"]["targetType"] == "live" for s in self.submissions(name))


@define
class AzureImgUtils:
    """Asks six times whatever the answer is; takes the first preview, or null, and does not wait."""

    wire: Wire

    def ask(self, method: str, path: str, body: Any = None, **query: str) -> Any:
        pause = 1.0
        for _ in range(6):
            try:
                answer = self.wire.send(method, path, query, timeout=None, body=body)
            except httpx.TransportError:
                continue
            if answer.status_code in (200, 202):
                return answer.json()
            self.wire.clock.time += pause
            pause *= 2
        raise GivenUp(f"{method} {path}")

    def product(self, name: str) -> str:
        found: str = self.ask("GET", "/product", externalId=name)["value"][0]["id"]
        return found

    def submissions(self, name: str) -> list[dict[str, Any]]:
        guid = self.product(name).rpartition("/")[2]
        found: list[dict[str, Any]] = self.ask("GET", f"/submission/{guid}")["value"]
        return found

    def configure(self, **fields: Any) -> str:
        resource = {"$schema": f"{SCHEMAS}/submission/2022-03-01-preview2", **fields}
        body = {"$schema": f"{SCHEMAS}/configure/2022-03-01-preview2", "resources": [resource]}
        job: str = self.ask("POST", "/configure", body)["jobId"]
        return job

    def publish(self, name: str) -> str:
        return self.configure(product=self.product(name), target={"targetType": "preview"})

    def go_live(self, name: str) -> str:
        previews = [s["id"] for s in self.submissions(name) if s["target"]["targetType"] == "preview"]
        return self.configure(
            id=previews[0] if previews else None,
            product=self.product(name),
            target={"targetType": "live"},
        )

    def result(self, job: str) -> str:
        found: str = self.ask("GET", f"/configure/{job}/status")["jobResult"]
        return found

    def status(self, name: str) -> str:
        found = {s["target"]["targetType"]: s for s in self.submissions(name)}
        states = {s.get("status") for s in self.submissions(name)}
        if "running" in states or "notStarted" in states:
            return "running"
        if any(s.get("result") == "failed" for s in found.values()):
            return "failed"
        return "waitingForPublisherReview" if "preview" in found else "succeeded"


@pytest.fixture
def made(clock: VirtualClock) -> Callable[..., Wire]:
    def make(**options: Any) -> Wire:
        return Wire(Emulator(speed=1, clock=clock.monotonic, **options), clock)

    return make


Made = Callable[..., Wire]


def test_cloudpub_releases_a_product(made: Made) -> None:
    wire = made()
    client = CloudPub(wire)
    for name in ("contoso-db", "contoso-draft"):
        client.publish(name)
        client.go_live(name)
        assert wire.is_live(name)
        assert wire.accepted(name) == 1
    assert wire.sent == 4


def test_azure_img_utils_releases_a_product(made: Made) -> None:
    wire = made()
    client = AzureImgUtils(wire)
    for name in ("contoso-db", "contoso-draft"):
        client.publish(name)
        wire.clock.time += HOUR
        assert client.status(name) == "running"
        wire.clock.time += 24 * HOUR
        assert client.status(name) == "waitingForPublisherReview"
        job = client.go_live(name)
        wire.clock.time += HOUR
        assert client.status(name) == "running"
        wire.clock.time += 72 * HOUR
        assert (client.result(job), client.status(name)) == ("succeeded", "succeeded")
        assert wire.is_live(name)
        assert wire.accepted(name) == 1


@pytest.mark.parametrize("fault", ["drop-answer", "502-after", "slow-headers"])
def test_cloudpub_sends_again_after_a_lost_answer_and_reports_a_failure(made: Made, fault: str) -> None:
    wire = made(faults=[f"{fault}@configure"])
    with pytest.raises(GivenUp):
        CloudPub(wire).go_live("contoso-app")
    assert wire.sent == 2
    # The number is that of the go-live which it began itself.
    ((number, times),) = wire.emulator.accepted_submissions("contoso-app").items()
    assert wire.messages() == [f"An In Progress submission {number} already exists."]
    assert times == 1
    wire.clock.time += 80 * HOUR
    assert wire.is_live("contoso-app")


def test_azure_img_utils_sends_again_after_a_lost_answer_and_follows_the_wrong_job(made: Made) -> None:
    wire = made(faults=["drop-answer@configure"])
    client = AzureImgUtils(wire)
    job = client.go_live("contoso-app")
    assert wire.sent == 2
    wire.clock.time += 80 * HOUR
    assert (client.result(job), client.status("contoso-app")) == ("failed", "succeeded")
    assert wire.accepted("contoso-app") == 1
    assert "In Progress" in wire.messages()[0]


def test_azure_img_utils_sends_six_times(made: Made) -> None:
    wire = made(faults=["502-after@configure:*"])
    with pytest.raises(GivenUp):
        AzureImgUtils(wire).go_live("contoso-app")
    assert (wire.sent, len(wire.messages())) == (6, 5)
    assert wire.accepted("contoso-app") == 1


def test_what_is_refused_at_once_azure_img_utils_sends_six_times(made: Made) -> None:
    wire = made(habits=["sync-conflict"])
    wire.emulator.products.portal_go_live("contoso-app")
    with pytest.raises(GivenUp):
        AzureImgUtils(wire).publish("contoso-app")
    assert wire.sent == 6


def test_a_go_live_that_somebody_canceled_is_begun_again_by_cloudpub(made: Made) -> None:
    wire = made(habits=["cancelled-returns-to-preview"])
    wire.emulator.products.product("contoso-app").scenario = ProductScenario.CANCEL
    with pytest.raises(GivenUp):
        CloudPub(wire).go_live("contoso-app")
    assert wire.sent == wire.accepted("contoso-app") == 3


def test_cloudpub_stops_where_certification_failed(made: Made) -> None:
    wire = made()
    wire.emulator.products.product("contoso-app").scenario = ProductScenario.FAIL
    with pytest.raises(NotCertified):
        CloudPub(wire).go_live("contoso-app")
    assert wire.sent == 1


def test_without_a_preview_azure_img_utils_is_saved_by_a_null(made: Made) -> None:
    wire = made()
    client = AzureImgUtils(wire)
    job = client.go_live("contoso-db")
    wire.clock.time += HOUR
    assert client.result(job) == "failed"
    assert "isn't null or 0" in wire.messages()[0]
    assert wire.accepted("contoso-db") == 0


@pytest.mark.parametrize(
    ("habit", "accepted"), [("repeat-runs", 2), ("repeat-fails", 1), ("draft-status", 1)]
)
def test_what_is_live_goes_live_again_where_its_preview_stays(
    made: Made, habit: str, accepted: int
) -> None:
    wire = made(habits=["preview-stays", habit])
    client = AzureImgUtils(wire)
    for _ in range(2):
        client.go_live("contoso-app")
        wire.clock.time += 80 * HOUR
    assert wire.accepted("contoso-app") == accepted


def test_an_echo_of_what_was_deprecated_deprecates(made: Made) -> None:
    wire = made(habits=["preview-stays"])
    client = CloudPub(wire)
    (live,) = [s for s in client.submissions("contoso-gone") if s["target"]["targetType"] == "live"]
    client.configure(live)
    assert wire.emulator.products.deprecated == {"contoso-gone": 1}
    assert wire.accepted("contoso-gone") == 0


def test_an_echo_of_an_old_schema_is_refused(made: Made) -> None:
    wire = made(habits=["old-schema-host"])
    with pytest.raises(GivenUp):
        CloudPub(wire).go_live("contoso-app")
    assert (wire.sent, wire.accepted("contoso-app")) == (3, 0)
    # Who writes the address of the schema is not.
    AzureImgUtils(wire).go_live("contoso-app")
    assert wire.accepted("contoso-app") == 1


def test_cloudpub_does_not_begin_while_something_runs(made: Made) -> None:
    wire = made()
    wire.emulator.products.portal_publish("contoso-app")
    wire.clock.time += HOUR
    with pytest.raises(GivenUp, match="being published"):
        CloudPub(wire).go_live("contoso-app")
    assert wire.sent == 0
