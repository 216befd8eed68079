"""The Product Ingestion API is emulated as its pages and its clients say, seen through plain HTTP."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import httpx
import pytest
from attrs import define

from conftest import LOCAL, MIGRATED, VirtualClock
from golive.emulator import (
    STRANGERS_TOKEN,
    TOKEN,
    Emulator,
    Fault,
    IngestionHabit,
    Product,
    ProductScenario,
    Rule,
    Scenario,
)
from golive.emulator.faults import HOSTILE, KINDS, kind_of, offer_of

BASE = f"{LOCAL}/rp/product-ingestion"
SCHEMAS = "https://schema.mp.microsoft.com/schema"
OLD_SCHEMAS = "https://product-ingestion.azureedge.net/schema"
HOUR = 3600.0
DAY = 24 * HOUR
OTHER = "0c7b1d1e-8a57-4d0f-9f0e-6f5d2f3b7a10"


def body(resource: Mapping[str, Any], **fields: Any) -> dict[str, Any]:
    return {
        "$schema": f"{SCHEMAS}/configure/2022-03-01-preview2",
        "resources": [
            {"$schema": f"{SCHEMAS}/submission/2022-03-01-preview2", **resource},
        ],
        **fields,
    }


@define
class Wire:
    """Plain requests, and what they tell in few words."""

    emulator: Emulator
    clock: VirtualClock
    token: str = TOKEN

    def send(self, method: str, path: str, **options: Any) -> httpx.Response:
        headers = {"Authorization": f"Bearer {self.token}", **options.pop("headers", {})}
        query = {"$version": "2022-07-01", **options.pop("params", {})}
        with httpx.Client(transport=self.emulator.transport(clock=self.clock)) as client:
            address = path if path.startswith("http") else BASE + path
            return client.request(method, address, headers=headers, params=query, **options)

    def get(self, path: str, **query: str) -> Any:
        answer = self.send("GET", path, params=query)
        assert answer.status_code == 200, answer.text
        return answer.json()

    def product(self, name: str) -> Product:
        return self.emulator.products.product(name)

    def configure(self, resource: Mapping[str, Any]) -> httpx.Response:
        return self.send("POST", "/configure", json=body(resource))

    def begin(self, resource: Mapping[str, Any]) -> str:
        answer = self.configure(resource)
        assert answer.status_code == 202, answer.text
        told = answer.json()
        assert (told["jobStatus"], told["jobResult"]) == ("notStarted", "pending")
        assert told["jobEnd"] == "0001-01-01T00:00:00"
        return str(told["jobId"])

    def publish(self, name: str) -> str:
        return self.begin({"product": {"externalId": name}, "target": {"targetType": "preview"}})

    def resource(self, name: str, number: str | None) -> dict[str, Any]:
        product = self.product(name)
        given = None if number is None else f"submission/{product.guid}/{number}"
        return {"id": given, "product": product.durable_id, "target": {"targetType": "live"}}

    def go_live(self, name: str, number: str | None = None) -> str:
        return self.begin(self.resource(name, number or self.number(name)))

    def number(self, name: str, target: str = "preview") -> str:
        run = {"preview": self.product(name).preview, "live": self.product(name).live}[target](
            self.emulator.products.now
        )
        assert run is not None
        return run.number

    def job(self, job: str) -> tuple[str, str]:
        told = self.get(f"/configure/{job}/status")
        return told["jobStatus"], told["jobResult"]

    def error(self, job: str) -> dict[str, Any]:
        """Wait until a job has failed at once, and return why."""
        self.clock.time += 120
        told = self.get(f"/configure/{job}/status")
        assert (told["jobStatus"], told["jobResult"]) == ("completed", "failed")
        assert not told["jobEnd"].startswith("0001")
        (error,) = told["errors"]
        assert isinstance(error, dict)
        return error

    def entries(self, name: str, **query: str) -> list[Any]:
        entries: list[Any] = self.get(f"/submission/{self.product(name).guid}", **query)["value"]
        return entries

    def listed(self, name: str) -> set[tuple[str, ...]]:
        """What is listed besides the draft: target, status, result and the last digits of the id."""
        return {
            (e["target"]["targetType"], e["status"], e["result"], e["id"][-2:])
            for e in self.entries(name)
            if not e["id"].endswith("/0")
        }

    def tree(self, name: str, target: str) -> dict[str, Any]:
        found: dict[str, Any] = self.get(
            f"/resource-tree/product/{self.product(name).guid}", targetType=target
        )
        return found


def wire(clock: VirtualClock, *habits: str, **options: Any) -> Wire:
    return Wire(Emulator(speed=1, clock=clock.monotonic, habits=habits, **options), clock)


LIVE_OLD = ("live", "completed", "succeeded", "17")
READY = ("preview", "completed", "succeeded", "42")
GOING = ("live", "running", "pending", "42")
WENT = ("live", "completed", "succeeded", "42")
FELL = ("live", "completed", "failed", "42")


# Who may, and what is there.


def test_tokens(clock: VirtualClock) -> None:
    emulator = wire(clock).emulator
    for token in ("wrong", ""):
        answer = Wire(emulator, clock, token).send(
            "GET", "/product", headers={"client-request-id": "mine"}
        )
        assert answer.status_code == 401
        error = answer.json()["error"]
        assert error["code"] == "InvalidAuthenticationToken"
        assert error["innerError"]["client-request-id"] == "mine"
        assert answer.headers["WWW-Authenticate"].startswith("Bearer")
        assert (answer.headers["client-request-id"], bool(answer.headers["request-id"])) == (
            "mine",
            True,
        )
    stranger = Wire(emulator, clock, STRANGERS_TOKEN)
    for method, path in (("GET", "/product"), ("POST", "/configure"), ("GET", f"/configure/{OTHER}")):
        answer = stranger.send(method, path)
        assert (answer.status_code, answer.json()["error"]["code"]) == (403, "forbidden")
    with httpx.Client(transport=emulator.transport()) as client:
        assert client.get(f"{BASE}/product").json()["error"]["message"] == "Access token is empty."


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        ("GET", "", 404),
        ("GET", "/nothing", 404),
        ("GET", "/configure", 405),
        ("DELETE", "/product", 405),
        ("GET", f"/configure/{OTHER}", 404),
        ("GET", f"/configure/{OTHER}/status", 404),
        ("POST", f"/configure/{OTHER}/cancel", 404),
        ("GET", "/configure/a_b/status", 400),
        ("GET", f"/submission/{OTHER}", 404),
        ("GET", "/submission/contoso-app", 400),
        ("GET", "/submission/{guid}/1", 404),
        ("GET", "/submission/{guid}/01", 400),
        ("GET", "/submission/{guid}?targetType=attic", 400),
        ("GET", "/submission/{guid}?$maxpagesize=0", 400),
        ("GET", "/submission/{guid}?$maxpagesize=x", 400),
        ("GET", "/submission/{guid}?continuationToken=x", 400),
        ("GET", "/submission/{guid}?continuationToken=%20", 400),
        ("GET", "/product?externalId=A", 400),
        ("GET", "/product?type=a-b", 400),
        ("GET", "/product?$version=new", 400),
        ("GET", f"/resource-tree/product/{OTHER}", 404),
    ],
)
def test_what_is_not_there(clock: VirtualClock, method: str, path: str, status: int) -> None:
    service = wire(clock)
    path, _, query = path.replace("{guid}", service.product("contoso-app").guid).partition("?")
    answer = service.send(method, path, params=dict(httpx.QueryParams(query)))
    assert answer.status_code == status, answer.text
    error = answer.json()["error"]
    assert {*error} == {"code", "message", "details"}
    assert error["code"] == {400: "badRequest", 404: "notFound", 405: "methodNotAllowed"}[status]


def test_the_first_api_is_there_as_before(clock: VirtualClock) -> None:
    service = wire(clock)
    path = f"{LOCAL}/api/publishers/contoso/offers/{MIGRATED}/status"
    assert service.send("GET", path, params={"api-version": "2017-10-31"}).status_code == 200
    assert service.send("GET", f"{BASE}x/product").status_code == 404


def test_the_products_that_there_are(clock: VirtualClock) -> None:
    service = wire(clock)
    found = service.get("/product")["value"]
    assert [p["identity"]["externalId"] for p in found] == [
        *("contoso-db", "contoso-app", "contoso-new", "contoso-draft", "contoso-gone")
    ]
    assert [p["lifecycleState"] == "deprecated" for p in found] == [False] * 4 + [True]
    assert found[0]["id"] == "product/d017bbc2-14c8-5927-a4b5-391de56d3953"
    for spelling in ("externalId", "externalID", "externalid"):
        assert service.get("/product", **{spelling: "contoso-app"})["value"] == [found[1]]
    assert service.get("/product", externalId="unknown")["value"] == []
    assert service.get("/product", type="softwareAsAService")["value"] == []
    assert len(service.get("/product", type="AzureVirtualMachine")["value"]) == 5


def test_where_the_products_stand(clock: VirtualClock) -> None:
    service = wire(clock)
    assert service.listed("contoso-db") == {LIVE_OLD}
    assert service.listed("contoso-app") == {LIVE_OLD, READY}
    assert service.listed("contoso-new") == {("preview", "completed", "succeeded", "17")}
    assert service.listed("contoso-draft") == set()
    assert service.listed("contoso-gone") == {LIVE_OLD, READY}
    gone = service.entries("contoso-gone")
    assert {e["target"]["targetType"]: e["lifecycleState"] for e in gone} == {
        "draft": "generallyAvailable",
        "live": "deprecated",
        "preview": "generallyAvailable",
    }
    for entry in service.entries("contoso-app"):
        number = entry["id"].rpartition("/")[2]
        assert number == "0" or (len(number) == 19 and number.isdecimal())
        assert ("status" in entry) is (number != "0")
        assert service.get("/" + entry["id"]) == entry
    # The text of the page names the durable id, not the GUID.
    path = f"/submission/{service.product('contoso-app').durable_id}"
    assert service.get(path)["value"] == service.entries("contoso-app")


def test_submissions_of_a_target(clock: VirtualClock) -> None:
    service = wire(clock)
    for target in ("draft", "preview", "live", '"preview"'):
        (entry,) = service.entries("contoso-app", targetType=target)
        assert entry["target"]["targetType"] == target.strip('"')
    assert service.entries("contoso-app", targetType="flight") == []


def test_products_of_ones_own(clock: VirtualClock) -> None:
    mine = Product("mine", guid=OTHER, scenario="fail", begins="preview")
    service = wire(clock, products=[mine])
    assert [p["id"] for p in service.get("/product")["value"]] == [f"product/{OTHER}"]
    assert service.listed("mine") == {("preview", "completed", "succeeded", "17")}
    with pytest.raises(ValueError, match="two products mine"):
        wire(clock, products=[Product("mine"), Product("mine")])
    with pytest.raises(ValueError, match="two products other"):
        wire(clock, products=[mine, Product("other", guid=OTHER)])


@pytest.mark.parametrize(
    ("scenario", "becomes"),
    [("succeed", "succeed"), ("fail", "fail"), ("wait", "hang"), ("invalid", "fail"), ("hang", "hang")],
)
def test_scenarios_of_offers_are_those_of_products_too(
    clock: VirtualClock, scenario: str, becomes: str
) -> None:
    emulator = wire(clock, scenario=Scenario(scenario)).emulator
    assert {product.scenario for product in emulator.products} == {becomes}


# The body.


@pytest.mark.parametrize(
    ("content", "complaint"),
    [
        (b"{", "is not JSON"),
        (b"[]", "no object"),
        (b"{}", 'Required properties ["$schema", "resources"]'),
        (b" " * 70_000, "longer than"),
    ],
)
def test_bodies_that_are_none(clock: VirtualClock, content: bytes, complaint: str) -> None:
    service = wire(clock)
    answer = service.send(
        "POST", "/configure", content=content, headers={"Content-Type": "application/json"}
    )
    assert answer.status_code == 400
    assert complaint in answer.json()["error"]["message"] + json.dumps(
        answer.json()["error"]["details"]
    ).replace("\\", "")
    assert service.send("POST", "/configure", content=content).status_code == 400
    assert not service.emulator.products.jobs


PREVIEW = {"product": {"externalId": "contoso-app"}, "target": {"targetType": "preview"}}


@pytest.mark.parametrize(
    "change",
    [
        {"more": 1},
        {"product": "contoso-app"},
        {"product": {"externalId": "contoso-app", "x": 1}},
        {"product": {"externalId": "C"}},
        {"product": {"externalId": None}},
        {"target": "preview"},
        {"target": {"targetType": "Preview"}},
        {"target": {"targetType": "draft"}},
        {"target": {"targetType": "live", "x": 1}},
        {"target": {"targetType": "live"}, "id": "submission/x/0"},
        {"target": {"targetType": "live"}, "id": 7},
        {
            "target": {"targetType": "live"},
            "product": f"product/{OTHER}",
            "id": f"submission/{OTHER[::-1]}/1",
        },
        {"id": f"submission/{OTHER}/1152921505690000042"},
        {"status": None},
        {"resourceName": "a b"},
        {"lifecycleState": "deleted"},
        {"$schema": f"{SCHEMAS}/product/2022-03-01-preview2"},
        {"$schema": f"{SCHEMAS}/submission/latest"},
        {"$schema": "https://evil.example/schema/submission/2022-03-01-preview2"},
        {"$schema": None},
    ],
)
def test_submissions_that_do_not_fit(clock: VirtualClock, change: dict[str, Any]) -> None:
    service = wire(clock)
    answer = service.configure({**PREVIEW, **change})
    assert answer.status_code == 400, answer.text
    error = answer.json()["error"]
    assert error["code"] == "badRequest"
    assert error["details"][0]["code"] in ("schemaValidationError", "invalidId")
    assert not service.emulator.products.jobs


def test_bodies_around_a_submission(clock: VirtualClock) -> None:
    service = wire(clock)
    changes: Iterable[dict[str, Any]] = (
        *({"x": 1}, {"resources": []}),
        *({"resources": {}}, {"resources": [PREVIEW, PREVIEW]}),
    )
    for fields in changes:
        assert service.send("POST", "/configure", json=body(PREVIEW, **fields)).status_code == 400
    for version in ("2022-03-01-preview2", "2022-07-01"):
        schema = f"{SCHEMAS}/configure/{version}"
        answer = service.send("POST", "/configure", json=body(PREVIEW, **{"$schema": schema}))
        assert answer.status_code == 202


def test_schemas_that_are_refused_in_the_words_that_were_seen(clock: VirtualClock) -> None:
    service = wire(clock)
    old = f"{OLD_SCHEMAS}/configure/2022-03-01-preview2"
    answer = service.send("POST", "/configure", json=body(PREVIEW, **{"$schema": old}))
    assert (answer.status_code, answer.json()["error"]) == (
        400,
        {"code": "badRequest", "message": f"Schema {old} could not be accessed", "details": []},
    )
    schema = f"{SCHEMAS}/submission/2022-03-01-preview7"
    told = service.configure({**PREVIEW, "$schema": schema}).json()["error"]["details"][0]["message"]
    assert told == (
        f'Schema validation failed for schema {schema}: Required properties ["sources"] were not present'
    )
    sources = [{"module": "plans", "branch": "main"}]
    assert service.configure({**PREVIEW, "$schema": schema, "sources": sources}).status_code == 202


def test_a_submission_of_another_product(clock: VirtualClock) -> None:
    service = wire(clock)
    for product in ("product/" + service.product("contoso-app").guid, {"externalId": "contoso-app"}):
        go_live = service.resource("contoso-new", service.number("contoso-new"))
        answer = service.configure({**go_live, "product": product})
        assert (answer.status_code, answer.json()["error"]["details"][0]["code"]) == (400, "invalidId")


def test_a_submission_that_is_not_listed_any_more_can_be_read(clock: VirtualClock) -> None:
    service = wire(clock)
    path = f"/submission/{service.product('contoso-app').guid}/{service.number('contoso-app', 'live')}"
    service.go_live("contoso-app")
    clock.time += 3 * DAY
    assert service.listed("contoso-app") == {WENT}
    assert service.get(path)["result"] == "succeeded"


def test_a_defect_of_the_emulator_says_so(clock: VirtualClock, monkeypatch: pytest.MonkeyPatch) -> None:
    service = wire(clock)
    monkeypatch.setattr(service.emulator.products, "_products", None)
    with pytest.raises(AttributeError), httpx.Client(transport=service.emulator.transport()) as client:
        client.get(f"{BASE}/product", headers={"Authorization": f"Bearer {TOKEN}"})


def test_a_product_that_is_unknown(clock: VirtualClock) -> None:
    service = wire(clock)
    for product in ({"externalId": "unknown"}, f"product/{OTHER}"):
        answer = service.configure({**PREVIEW, "product": product})
        assert (answer.status_code, answer.json()["error"]["code"]) == (404, "notFound")


# How it goes.


def test_a_product_goes_live(clock: VirtualClock) -> None:
    service = wire(clock)
    job = service.go_live("contoso-app")
    assert service.listed("contoso-app") == {LIVE_OLD, READY}, "it is listed late"
    number = service.number("contoso-app")
    guid = service.product("contoso-app").guid
    assert service.get(f"/submission/{guid}/{number}")["target"] == {"targetType": "live"}
    clock.time += 60
    assert service.job(job) == ("running", "pending")
    clock.time += 60
    assert service.listed("contoso-app") == {LIVE_OLD, GOING}
    assert service.send("GET", f"/configure/{job}").status_code == 404
    clock.time += 3 * DAY
    assert service.job(job) == ("completed", "succeeded")
    assert service.listed("contoso-app") == {WENT}
    (done,) = service.get(f"/configure/{job}")["resources"]
    assert done["id"].endswith(number)
    assert service.emulator.accepted_submissions("contoso-app") == {number: 1}
    assert service.emulator.accepted_submissions("contoso-db") == {}
    told = service.get(f"/configure/{job}/status")
    assert told["errors"] == []
    assert told["resourceUri"] == f"https://product-ingestion.mp.microsoft.com/configure/{job}"
    assert told["jobStart"] < told["jobEnd"]


def test_a_draft_is_published_and_goes_live(clock: VirtualClock) -> None:
    service = wire(clock)
    for name in ("contoso-db", "contoso-draft"):
        job = service.publish(name)
        clock.time += 130
        assert ("preview", "running", "pending") in {entry[:3] for entry in service.listed(name)}
        clock.time += DAY
        assert service.job(job) == ("completed", "succeeded")
        (published,) = service.get(f"/configure/{job}")["resources"]
        (ready,) = service.entries(name, targetType="preview")
        assert published == ready
        job = service.go_live(name, ready["id"].rpartition("/")[2])
        clock.time += 130
        lives = service.entries(name, targetType="live")
        assert len(lives) == (2 if name == "contoso-db" else 1)
        clock.time += 3 * DAY
        assert service.job(job) == ("completed", "succeeded")
        (live,) = service.entries(name, targetType="live")
        assert (live["id"], service.entries(name, targetType="preview")) == (ready["id"], [])
    assert service.emulator.products.published == {"contoso-db": 1, "contoso-draft": 1}


def test_one_submission_at_a_time(clock: VirtualClock) -> None:
    service = wire(clock)
    number = service.number("contoso-app")
    first = service.go_live("contoso-app")
    again, preview = service.go_live("contoso-app", number), service.publish("contoso-app")
    assert service.job(again) == ("notStarted", "pending")
    for job in (again, preview):
        error = service.error(job)
        text = f"An In Progress submission {number} already exists."
        assert (error["code"], error["message"]) == ("internalServerError", text)
        assert error["resourceId"].endswith(number)
        assert error["details"] == [{"code": "invalidResource", "message": text}]
        assert service.send("GET", f"/configure/{job}").status_code == 404
    assert service.job(first) == ("running", "pending")
    assert service.emulator.accepted_submissions("contoso-app") == {number: 1}
    assert service.emulator.products.published == {}


def test_only_the_latest_goes_live(clock: VirtualClock) -> None:
    service = wire(clock)
    number = service.number("contoso-app")
    service.emulator.products.portal_publish("contoso-app")
    clock.time += DAY
    error = service.error(service.go_live("contoso-app", number))
    assert error["code"] == "conflict"
    assert error["message"].startswith("The submission cannot be pushed to live as its not the latest")
    assert service.emulator.accepted_submissions("contoso-app") == {}


def test_without_an_id_nothing_goes_live(clock: VirtualClock) -> None:
    service = wire(clock)
    for given in (service.resource("contoso-app", None), service.resource("contoso-app", "0")):
        error = service.error(service.begin(given))
        text = "Expected a submission id that isn't null or 0 since target type is Live"
        assert error["message"] == text
    bare = service.resource("contoso-app", None)
    del bare["id"]
    assert service.error(service.begin(bare))
    error = service.error(service.begin(service.resource("contoso-app", "12")))
    assert (error["code"], error["details"][0]["code"]) == ("notFound", "resourceNotFound")


def test_what_is_live_goes_live_again_without_an_effect(clock: VirtualClock) -> None:
    service = wire(clock)
    job = service.go_live("contoso-db", service.number("contoso-db", "live"))
    clock.time += 120
    assert service.job(job) == ("completed", "succeeded")
    assert service.get(f"/configure/{job}")["resources"][0]["target"] == {"targetType": "live"}
    assert service.emulator.accepted_submissions("contoso-db") == {}


def test_an_echo_is_taken_and_can_deprecate(clock: VirtualClock) -> None:
    service = wire(clock)
    (ready,) = service.entries("contoso-app", targetType="preview")
    job = service.begin({**ready, "target": {"targetType": "live"}})
    clock.time += 3 * DAY
    assert service.job(job) == ("completed", "succeeded")
    (live,) = service.entries("contoso-app", targetType="live")
    job = service.begin({**live, "lifecycleState": "deprecated"})
    clock.time += 130
    assert service.listed("contoso-app") == {GOING}
    clock.time += 3 * DAY
    (live,) = service.entries("contoso-app", targetType="live")
    assert (live["lifecycleState"], live["result"]) == ("deprecated", "succeeded")
    assert service.emulator.products.deprecated == {"contoso-app": 1}
    assert sum(service.emulator.accepted_submissions("contoso-app").values()) == 1
    (ready,) = service.entries("contoso-new", targetType="preview")
    echo = {**ready, "target": {"targetType": "live"}, "lifecycleState": "deprecated"}
    assert service.error(service.begin(echo))["details"][0]["code"] == "invalidState"


def test_going_live_restores_what_was_deprecated(clock: VirtualClock) -> None:
    service = wire(clock)
    service.go_live("contoso-gone")
    clock.time += 3 * DAY
    (live,) = service.entries("contoso-gone", targetType="live")
    assert live["lifecycleState"] == "generallyAvailable"
    assert service.get("/product", externalId="contoso-gone")["value"][0]["lifecycleState"] == (
        "generallyAvailable"
    )


def test_certification_fails(clock: VirtualClock) -> None:
    service = wire(clock, scenario=Scenario.FAIL)
    job = service.go_live("contoso-app")
    clock.time += 2 * DAY
    (error,) = service.get(f"/configure/{job}/status")["errors"]
    assert (error["code"], error["message"]) == ("internalServerError", "Operation failed")
    inner = error["details"][0]
    assert (inner["code"], inner["message"]) == ("invalidState", "Certification")
    assert inner["details"][0]["message"] == "Issues found during Certification."
    assert error["resourceId"].endswith(service.number("contoso-app"))
    assert service.send("GET", f"/configure/{job}").status_code == 404
    assert service.listed("contoso-app") == {LIVE_OLD, FELL}
    # It may be tried again.
    service.go_live("contoso-app")
    clock.time += 130
    assert service.listed("contoso-app") == {LIVE_OLD, GOING}

    job = service.publish("contoso-new")
    clock.time += DAY
    assert service.job(job) == ("completed", "failed")
    assert service.listed("contoso-new") == {("preview", "completed", "failed", "42")}
    failed = service.go_live("contoso-new", service.product("contoso-new").runs[-1].number)
    assert service.error(failed)["details"][0]["code"] == "invalidState"


def test_a_cancel(clock: VirtualClock) -> None:
    service = wire(clock)
    job = service.go_live("contoso-app")
    clock.time += DAY
    answer = service.send("POST", f"/configure/{job}/cancel")
    told = answer.json()
    assert (answer.status_code, told["jobStatus"], told["jobResult"]) == (200, "completed", "cancelled")
    assert told["errors"] == []
    assert service.get(f"/configure/{job}")["resources"] == []
    assert service.listed("contoso-app") == {LIVE_OLD, FELL}
    answer = service.send("POST", f"/configure/{job}/cancel")
    text = "Cannot cancel job, job has already completed."
    assert (answer.status_code, answer.json()["error"]["message"]) == (400, text)
    # Nothing is in progress any more.
    clock.time += 130
    assert service.job(service.publish("contoso-app")) == ("notStarted", "pending")


def test_scenarios_of_cancels(clock: VirtualClock) -> None:
    products = [
        Product("too-late", scenario=ProductScenario.TOO_LATE),
        Product("canceled", scenario=ProductScenario.CANCEL),
        Product("hanging", scenario=ProductScenario.HANG),
    ]
    service = wire(clock, products=products)
    jobs = {product.id: service.go_live(product.id) for product in products}
    clock.time += 60
    answer = service.send("POST", f"/configure/{jobs['too-late']}/cancel")
    assert (answer.status_code, answer.json()["error"]["code"]) == (400, "badRequest")
    clock.time += 30 * DAY
    assert {name: service.job(job) for name, job in jobs.items()} == {
        "too-late": ("completed", "succeeded"),
        "canceled": ("completed", "cancelled"),
        "hanging": ("running", "pending"),
    }
    service.send("POST", f"/configure/{jobs['hanging']}/cancel")
    assert service.job(jobs["hanging"]) == ("completed", "cancelled")


def test_what_people_do_in_partner_center(clock: VirtualClock) -> None:
    service = wire(clock)
    products = service.emulator.products
    number = service.number("contoso-app")
    run = products.portal_go_live("contoso-app")
    assert run.number == number
    clock.time += 130
    assert service.listed("contoso-app") == {LIVE_OLD, GOING}
    assert not products.jobs
    for act in (products.portal_publish, products.portal_go_live):
        with pytest.raises(ValueError, match="in progress"):
            act("contoso-app")
    assert "In Progress" in service.error(service.go_live("contoso-app", number))["message"]
    assert service.emulator.accepted_submissions("contoso-app") == {}
    with pytest.raises(ValueError, match="nothing in preview"):
        products.portal_go_live("contoso-draft")
    clock.time += 3 * DAY
    products.portal_publish("contoso-app")
    clock.time += DAY
    assert service.listed("contoso-app") == {WENT, ("preview", "completed", "succeeded", "67")}


def unsigned(tree: Mapping[str, Any]) -> list[str]:
    """What a tree says without its submission and its signatures, in an order."""
    return sorted(
        json.dumps({**each, "url": each.get("url", "").partition("?")[0]}, sort_keys=True)
        for each in tree["resources"]
        if "/submission/" not in each["$schema"]
    )


def test_resource_trees(clock: VirtualClock) -> None:
    service = wire(clock)
    one, other = service.tree("contoso-app", "preview"), service.tree("contoso-app", "preview")
    assert {*one} == {"$schema", "root", "target", "resources"}
    assert one["root"] == service.product("contoso-app").durable_id
    assert one != other
    assert [r["$schema"] for r in one["resources"]] != [r["$schema"] for r in other["resources"]]
    assert unsigned(one) == unsigned(other)
    links = {r["url"] for t in (one, other) for r in t["resources"] if "url" in r}
    assert len(links) == 2
    (submission,) = (r for r in one["resources"] if "/submission/" in r["$schema"])
    assert submission == service.entries("contoso-app", targetType="preview")[0]
    kinds = {r["$schema"].split("/")[-2] for r in one["resources"]}
    assert {"product", "plan", "property", "listing", "listing-asset", "submission"} <= kinds

    bare = service.send("GET", f"/resource-tree/product/{service.product('contoso-app').guid}").json()
    assert bare["target"] == {"targetType": "draft"}
    draft, live = service.tree("contoso-app", "draft"), service.tree("contoso-app", "live")
    assert unsigned(draft) == unsigned(one) != unsigned(live)
    changes: Iterable[dict[str, Any]] = (
        {},
        {"title": "New"},
        {"summary": "Newer"},
        {"images": {"free": "1.0.0"}},
    )
    for change in changes:
        service.emulator.products.edit_draft("contoso-app", **change)
        changed = service.tree("contoso-app", "draft")
        assert unsigned(changed) != unsigned(draft)
        draft = changed
    assert unsigned(service.tree("contoso-app", "preview")) == unsigned(one)
    service.publish("contoso-app")
    clock.time += HOUR
    assert unsigned(service.tree("contoso-app", "preview")) == unsigned(one)
    clock.time += DAY
    assert unsigned(service.tree("contoso-app", "preview")) == unsigned(draft)


def test_trees_of_targets_that_hold_nothing_and_of_one_that_went_live(clock: VirtualClock) -> None:
    service = wire(clock)
    for name, target in (
        ("contoso-new", "live"),
        ("contoso-draft", "preview"),
        ("contoso-app", "flight"),
    ):
        path = f"/resource-tree/product/{service.product(name).guid}"
        answer = service.send("GET", path, params={"targetType": target})
        assert (answer.status_code, answer.json()["error"]["code"]) == (404, "notFound")
    # It stands for both until something else is published.
    ids = {
        resource["id"]
        for target in ("preview", "live")
        for resource in service.tree("contoso-db", target)["resources"]
        if "/submission/" in resource["$schema"]
    }
    assert len(ids) == 1


def test_pages(clock: VirtualClock) -> None:
    service = wire(clock)
    for path, count in (("/product", 5), (f"/submission/{service.product('contoso-app').guid}", 3)):
        everything = service.get(path)
        assert "@nextLink" not in everything
        page = service.get(path, **{"$maxpagesize": "2"})
        found = list(page["value"])
        while "@nextLink" in page:
            link = httpx.URL(page["@nextLink"])
            assert str(link).startswith(BASE + path)
            page = service.get(path, **dict(link.params))
            assert len(page["value"]) <= 2
            found += page["value"]
        assert found == everything["value"]
        assert len(found) == count


def test_the_list_can_be_late_and_not(clock: VirtualClock) -> None:
    service = wire(clock, list_delay=HOUR)
    service.go_live("contoso-app")
    clock.time += HOUR - 1
    assert service.listed("contoso-app") == {LIVE_OLD, READY}
    clock.time += 1
    assert service.listed("contoso-app") == {LIVE_OLD, GOING}
    service = wire(clock, list_delay=0)
    service.go_live("contoso-app")
    assert service.listed("contoso-app") == {LIVE_OLD, ("live", "notStarted", "pending", "42")}


def test_what_was_abandoned_is_done_when_it_is_time(clock: VirtualClock) -> None:
    service = wire(clock, act_delay={"configure": 60})
    number = service.number("contoso-app")
    with (
        httpx.Client(transport=service.emulator.transport(clock=clock), timeout=20) as client,
        pytest.raises(httpx.ReadTimeout),
    ):
        client.post(
            f"{BASE}/configure",
            json=body(service.resource("contoso-app", number)),
            headers={"Authorization": f"Bearer {TOKEN}"},
        )
    assert service.emulator.accepted_submissions("contoso-app") == {}
    clock.time += 3 * DAY
    service.get("/product")
    assert service.emulator.accepted_submissions("contoso-app") == {number: 1}
    clock.time -= 3 * DAY - 50
    assert service.product("contoso-app").live(service.emulator.products.now) is not None
    assert service.product("contoso-app").runs[-1].accepted == 60


# Habits: each has its effect.


def test_strict_version(clock: VirtualClock) -> None:
    service = wire(clock, "strict-version")
    for version in ("", "2022-03-01-preview3", "x"):
        assert service.send("GET", "/product", params={"$version": version}).status_code == 400
    told = service.send("GET", "/product", params={"$version": "2022-03-01-preview3"}).json()
    assert told["error"]["message"] == '"2022-03-01-preview3 is a deprecated schema"'
    assert service.get("/product", **{"$version": "2022-03-01-preview2"})
    lax = wire(clock)
    for version in ("", "2022-03-01-preview3"):
        assert lax.get("/product", **{"$version": version})


def test_strict_body(clock: VirtualClock) -> None:
    service = wire(clock, "strict-body")
    (ready,) = service.entries("contoso-app", targetType="preview")
    assert service.configure({**ready, "target": {"targetType": "live"}}).status_code == 400
    assert service.configure(service.resource("contoso-app", None)).status_code == 400
    assert service.configure(service.resource("contoso-app", "0")).status_code == 400
    named = {**service.resource("contoso-app", service.number("contoso-app"))}
    named["product"] = {"externalId": "contoso-app"}
    assert service.configure(named).status_code == 400
    assert service.configure({**PREVIEW, "resourceName": "x"}).status_code == 400
    service.go_live("contoso-app")
    service.publish("contoso-new")


def test_configure_200_and_running_at_once(clock: VirtualClock) -> None:
    answer = wire(clock, "configure-200", "running-at-once").configure(PREVIEW)
    assert (answer.status_code, answer.json()["jobStatus"]) == (200, "running")


def test_words_and_fields_of_jobs(clock: VirtualClock) -> None:
    told = wire(clock, "job-id-upper", "no-errors-field", "no-resource-uri").configure(PREVIEW).json()
    assert {*told} == {"$schema", "jobID", "jobStatus", "jobResult", "jobStart", "jobEnd"}
    service = wire(clock, "capital-words", "running-result", "real-job-end")
    told = service.configure(PREVIEW).json()
    assert (told["jobStatus"], told["jobResult"]) == ("NotStarted", "Pending")
    clock.time += 130
    told = service.get(f"/configure/{told['jobId']}/status")
    assert (told["jobStatus"], told["jobResult"]) == ("Running", "Running")
    assert told["jobStart"] < told["jobEnd"]
    assert ("preview", "Running", "Pending", "67") in service.listed("contoso-app")
    clock.time += DAY
    assert service.job(told["jobId"]) == ("Completed", "Succeeded")


def test_contradictory_pairs(clock: VirtualClock) -> None:
    products = [Product("good"), Product("bad", scenario=ProductScenario.FAIL)]
    service = wire(clock, "contradictory-pairs", products=products)
    good, bad = service.go_live("good"), service.go_live("bad")
    clock.time += 1.5 * DAY
    assert service.job(bad) == ("running", "failed")
    assert ("live", "running", "failed", "42") in service.listed("bad")
    clock.time += 301
    assert service.job(bad) == ("completed", "failed")
    clock.time += 1.5 * DAY - 300
    assert service.job(good) == ("completed", "pending")
    clock.time += 300
    assert service.job(good) == ("completed", "succeeded")


def test_old_schema_host_and_short_ids(clock: VirtualClock) -> None:
    service = wire(clock, "old-schema-host", "short-ids")
    for path in ("/product", f"/submission/{service.product('contoso-app').guid}"):
        for entry in service.get(path)["value"]:
            assert entry["$schema"].startswith(OLD_SCHEMAS)
    assert len(service.number("contoso-app")) == 14
    # Who sends back what was read is refused.
    (ready,) = service.entries("contoso-app", targetType="preview")
    answer = service.configure({**ready, "target": {"targetType": "live"}})
    assert "could not be accessed" in answer.json()["error"]["message"]


def test_preview_stays(clock: VirtualClock) -> None:
    service = wire(clock, "preview-stays")
    service.go_live("contoso-app")
    clock.time += 130
    assert service.listed("contoso-app") == {LIVE_OLD, GOING, READY}
    clock.time += 3 * DAY
    assert service.listed("contoso-app") == {WENT, READY}


def test_created_at_preview(clock: VirtualClock) -> None:
    dates = []
    for habits in ((), ("created-at-preview",)):
        service = wire(clock, *habits)
        (ready,) = service.entries("contoso-app", targetType="preview")
        service.go_live("contoso-app")
        clock.time += 3 * DAY
        (live,) = service.entries("contoso-app", targetType="live")
        dates.append(live["created"] == ready["created"])
    assert dates == [False, True]


def test_lists(clock: VirtualClock) -> None:
    plain, reversed_ = wire(clock), wire(clock, "reversed-lists", "draft-status")
    assert [e["id"] for e in plain.entries("contoso-app")] == [
        e["id"] for e in reversed(reversed_.entries("contoso-app"))
    ]
    assert plain.get("/product")["value"] == reversed_.get("/product")["value"][::-1]
    (draft,) = reversed_.entries("contoso-app", targetType="draft")
    assert (draft["status"], draft["result"]) == ("completed", "succeeded")
    small = wire(clock, "small-pages", "foreign-next-link")
    page = small.get("/product", **{"$maxpagesize": "3"})
    assert len(page["value"]) == 1
    assert page["@nextLink"].startswith("https://product-ingestion.mp.microsoft.com/rp/product-")
    bare = wire(clock, "bare-product").get("/product", externalId="contoso-db")
    assert bare["identity"] == {"externalId": "contoso-db"}


@pytest.mark.parametrize(("habit", "status"), [("sync-conflict", 409), ("sync-locked", 423)])
def test_what_runs_is_in_the_way_at_once(clock: VirtualClock, habit: str, status: int) -> None:
    service = wire(clock, habit)
    service.publish("contoso-app")
    for again in (PREVIEW, service.resource("contoso-app", service.number("contoso-app"))):
        answer = service.configure(again)
        assert answer.status_code == status
        assert "In Progress submission" in answer.json()["error"]["message"]
        assert answer.json()["error"]["code"] == {409: "conflict", 423: "locked"}[status]
    assert len(service.emulator.products.jobs) == 1


def test_repeats(clock: VirtualClock) -> None:
    service = wire(clock, "repeat-fails")
    job = service.go_live("contoso-db", service.number("contoso-db", "live"))
    assert "already live" in service.error(job)["message"]
    assert service.emulator.accepted_submissions("contoso-db") == {}
    service = wire(clock, "repeat-runs")
    number = service.number("contoso-db", "live")
    job = service.go_live("contoso-db", number)
    clock.time += 130
    assert service.listed("contoso-db") == {("live", "running", "pending", "17")}
    clock.time += 3 * DAY
    assert service.job(job) == ("completed", "succeeded")
    assert service.listed("contoso-db") == {LIVE_OLD}
    assert service.emulator.accepted_submissions("contoso-db") == {number: 1}


@pytest.mark.parametrize(
    ("habit", "after"),
    [
        ("failed-gone", {LIVE_OLD, READY}),
        ("failed-returns-to-preview", {LIVE_OLD, READY, FELL}),
        ("cancelled-says-cancelled", {LIVE_OLD, FELL}),
    ],
)
def test_what_failed(clock: VirtualClock, habit: str, after: set[tuple[str, ...]]) -> None:
    service = wire(clock, habit, scenario=Scenario.FAIL)
    service.go_live("contoso-app")
    clock.time += 2 * DAY
    assert service.listed("contoso-app") == after
    number = service.number("contoso-app")
    answer = service.send("GET", f"/submission/{service.product('contoso-app').guid}/{number}")
    assert answer.json()["result"] == ("succeeded" if habit == "failed-gone" else "failed")
    service.publish("contoso-app")
    clock.time += DAY
    shown = {entry for entry in service.listed("contoso-app") if entry[0] == "preview"}
    assert shown == ({READY} if habit == "failed-gone" else {("preview", "completed", "failed", "67")})


@pytest.mark.parametrize(
    ("habit", "after"),
    [
        ("cancelled-returns-to-preview", {LIVE_OLD, READY}),
        ("cancelled-gone", {LIVE_OLD}),
        ("cancelled-says-cancelled", {LIVE_OLD, ("live", "completed", "cancelled", "42")}),
        ("failed-gone", {LIVE_OLD, FELL}),
    ],
)
def test_what_was_canceled(clock: VirtualClock, habit: str, after: set[tuple[str, ...]]) -> None:
    service = wire(clock, habit)
    job = service.go_live("contoso-app")
    clock.time += DAY
    service.send("POST", f"/configure/{job}/cancel")
    assert service.job(job) == ("completed", "cancelled")
    assert service.listed("contoso-app") == after


def test_no_durable_cancel(clock: VirtualClock) -> None:
    service = wire(clock, "no-durable-cancel")
    job = service.go_live("contoso-app")
    clock.time += DAY
    service.send("POST", f"/configure/{job}/cancel")
    assert service.job(job) == ("completed", "cancelled")
    assert service.listed("contoso-app") == {LIVE_OLD, GOING}
    clock.time += 2 * DAY
    assert service.listed("contoso-app") == {WENT}


def test_jobs_that_are_gone(clock: VirtualClock) -> None:
    service = wire(clock, "jobs-forgotten")
    job = service.publish("contoso-app")
    assert service.job(job) == ("notStarted", "pending")
    clock.time += DAY
    for method, path in (("GET", "/status"), ("GET", ""), ("POST", "/cancel")):
        assert service.send(method, f"/configure/{job}{path}").status_code == 404
    service = wire(clock, "jobs-unknown")
    job = service.publish("contoso-app")
    assert service.send("GET", f"/configure/{job}/status").status_code == 404


def test_every_habit_is_tried_here() -> None:
    text = Path(__file__).read_text(encoding="utf-8")
    assert [habit for habit in IngestionHabit if f'"{habit}"' not in text] == []


def test_habits_of_both_apis_are_given_together(clock: VirtualClock) -> None:
    emulator = wire(clock, "bare-steps", "repeat-fails", IngestionHabit.SHORT_IDS).emulator
    assert emulator.market.habits == {"bare-steps"}
    assert emulator.products.habits == {"repeat-fails", "short-ids"}
    with pytest.raises(ValueError, match="repeat-fails and repeat-runs contradict"):
        wire(clock, "repeat-fails", "repeat-runs")
    with pytest.raises(ValueError, match=r"there are completed-words.*repeat-fails"):
        wire(clock, "explode")


# Faults.


@pytest.mark.parametrize(
    ("method", "path", "kind"),
    [
        ("POST", "/configure", "configure"),
        ("GET", f"/configure/{OTHER}/status", "job"),
        ("GET", f"/configure/{OTHER}", "detail"),
        ("POST", f"/configure/{OTHER}/cancel", "cancel"),
        ("GET", f"/submission/{OTHER}", "submissions"),
        ("GET", f"/submission/product/{OTHER}", "submissions"),
        ("GET", f"/submission/{OTHER}/1", "submission"),
        ("GET", f"/resource-tree/product/{OTHER}", "tree"),
        ("GET", "/product", "product"),
        ("GET", "/price/x", "read"),
    ],
)
def test_kinds_of_requests(method: str, path: str, kind: str) -> None:
    assert kind_of(f"/rp/product-ingestion{path}", method) == kind
    assert kind in KINDS
    about = offer_of(f"/rp/product-ingestion{path}")
    named = kind in ("submissions", "submission", "tree")
    assert about == (("product", OTHER) if named else None)


@pytest.mark.parametrize(
    ("fault", "status", "acted"),
    [
        ("drop-answer", None, True),
        ("reset-body", None, True),
        ("drop-request", None, False),
        ("slow-headers", 202, True),
        ("gzip", 202, True),
        ("502-after", 502, True),
        ("400-after", 400, True),
        ("429-retry-after", 429, False),
        ("503", 503, False),
        ("expired-token", 401, False),
        ("409", 409, False),
    ],
)
def test_faults_of_a_go_live(
    clock: VirtualClock, fault: str, status: int | None, *, acted: bool
) -> None:
    service = wire(clock, faults=[f"{fault}@configure"], slow=1)
    go_live = service.resource("contoso-app", service.number("contoso-app"))
    if status is None:
        with pytest.raises(httpx.ReadError):
            service.configure(go_live)
    else:
        assert service.configure(go_live).status_code == status
    assert bool(service.emulator.accepted_submissions("contoso-app")) is acted


def test_faults_of_other_requests(clock: VirtualClock) -> None:
    service = wire(clock)
    guid = service.product("contoso-app").guid
    service.emulator.app.rules = tuple(
        map(Rule.parse, ["404@job", "429-retry-after@job:2", f"500@tree/product/{guid}"])
    )
    job = service.publish("contoso-app")
    path = f"/configure/{job}/status"
    answers = [service.send("GET", path) for _ in range(3)]
    assert [answer.status_code for answer in answers] == [404, 429, 200]
    assert answers[1].headers["Retry-After"] == "3"
    other = f"/resource-tree/product/{service.product('contoso-db').guid}"
    assert service.send("GET", other).status_code == 200
    assert service.send("GET", f"/resource-tree/product/{guid}").status_code == 500


def spoiled(service: Wire, fault: str, kind: str, path: str) -> Any:
    service.emulator.app.rules = (Rule.parse(f"{fault}@{kind}:*"),)
    try:
        return service.get(path)
    finally:
        service.emulator.app.rules = ()


def test_faults_in_bodies(clock: VirtualClock) -> None:
    service = wire(clock)
    path = f"/configure/{service.go_live('contoso-app')}/status"
    clock.time += 4 * DAY
    plain = service.get(path)

    def job(fault: str) -> Any:
        return spoiled(service, fault, "job", path)

    assert job("unknown-status")["jobStatus"] == "Quiescent"
    assert job("status-backwards") == {**plain, "jobStatus": "notStarted", "jobResult": "pending"}
    assert job("array-body") == [plain]
    assert job("other-id")["jobId"] != plain["jobId"]
    assert job("odd-fields")["errors"] == "none"
    assert job("clock-jump")["jobStart"] < plain["jobStart"]
    assert job("foreign-resource-uri")["resourceUri"].startswith(HOSTILE)

    path = f"/submission/{service.product('contoso-app').guid}"
    entries = service.get(path)["value"]
    number = service.number("contoso-app")

    def submission(fault: str) -> Any:
        return spoiled(service, fault, "submission", f"{path}/{number}")

    assert submission("unknown-status")["status"] == "Quiescent"
    assert submission("status-backwards")["status"] == "notStarted"
    assert submission("other-id")["id"] != entries[-1]["id"]
    assert submission("odd-fields")["product"] is None
    assert submission("clock-jump")["created"] < entries[-1]["created"]
    assert submission("array-body") == [entries[-1]]

    def submissions(fault: str) -> Any:
        return spoiled(service, fault, "submissions", path)

    assert submissions("array-body") == entries
    assert submissions("odd-entry")["value"][0] is None
    assert submissions("odd-entry")["value"][2:] == entries
    assert [e.get("status") for e in submissions("unknown-status")["value"]] == [None, "Quiescent"]
    assert [e["id"] for e in submissions("odd-fields")["value"]] == [e["id"] for e in entries]
    page = submissions("foreign-next-link")
    link = httpx.URL(page["@nextLink"])
    assert str(link).startswith(f"{HOSTILE}/rp/product-ingestion{path}?")
    # Who takes the token alone finds nothing more, and comes to an end.
    service.emulator.app.rules = (Rule.parse("foreign-next-link@submissions:*"),)
    assert service.get(path, **dict(link.params)) == {"value": []}


@pytest.mark.parametrize(
    "fault", [f for f in Fault if f not in {"drop-answer", "drop-request", "reset-body", "trickle"}]
)
def test_every_fault_leaves_something_that_can_be_answered(clock: VirtualClock, fault: str) -> None:
    service = wire(clock, faults=[f"{fault}@any:*"], slow=1)
    guid = service.product("contoso-app").guid
    service.configure(PREVIEW)
    job = next(iter(service.emulator.products.jobs), OTHER)
    for path in (
        *("/product", f"/submission/{guid}", f"/submission/{guid}/0", f"/resource-tree/product/{guid}"),
        *(f"/configure/{job}", f"/configure/{job}/status"),
    ):
        assert service.send("GET", path).status_code < 505


def test_it_is_served_over_sockets(clock: VirtualClock) -> None:
    emulator = Emulator(faults=["drop-answer@configure"])
    product = emulator.products.product("contoso-app")
    number = product.runs[-1].number
    go_live = {"id": f"submission/{product.guid}/{number}", "product": product.durable_id}
    with (
        emulator.serve() as url,
        httpx.Client(
            base_url=f"{url}/rp/product-ingestion", headers={"Authorization": f"Bearer {TOKEN}"}
        ) as client,
    ):
        assert len(client.get("/product").json()["value"]) == 5
        page = client.get("/product", params={"$maxpagesize": "3"}).json()
        assert len(client.get(page["@nextLink"]).json()["value"]) == 2
        with pytest.raises(httpx.RemoteProtocolError):
            client.post("/configure", json=body({**go_live, "target": {"targetType": "live"}}))
    assert emulator.accepted_submissions("contoso-app") == {number: 1}
