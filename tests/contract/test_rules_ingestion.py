"""The rules of the proof of Product Ingestion, on exchanges that keep them and on some that do not."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from urllib.parse import urlsplit

import pytest

from conftest import LOCAL
from golive.contract.ingestion import CHANGES, READS, JobRules, guid_of, job_of, unfollowed
from golive.contract.rules import BrokenRule, Exchange, Fetched

BASE = f"{LOCAL}/rp/product-ingestion"
VERSION = "$version=2022-07-01"
PRODUCT = "d017bbc2-14c8-5927-a4b5-391de56d3953"
OTHER = "6f0c2f6e-0d7b-4c8a-9a57-2f1f6a3f1c11"
JOB = "0c7b1d1e-8a57-4d0f-9f0e-6f5d2f3b7a10"
P = f"submission/{PRODUCT}/1152921505690000042"
PUBLISH = {"resources": [{"product": {"externalId": "contoso-db"}, "target": {"targetType": "preview"}}]}
GO_LIVE = {"resources": [{"id": P, "product": f"product/{PRODUCT}", "target": {"targetType": "live"}}]}


def exchange(
    method: str, path: str, status: int, body: object = None, *, query: str = "", sent: object = None
) -> Exchange:
    url = f"{BASE}{path}?{VERSION}{query}"
    return Exchange(method, url, None, status, {}, body, sent)


def job(status: str, result: str, /, **more: Any) -> dict[str, Any]:
    return {"jobId": JOB, "jobStatus": status, "jobResult": result, "errors": [], **more}


def entry(number: int, target: str, status: str = "completed", result: str = "succeeded") -> Any:
    named: dict[str, Any] = {
        "id": f"submission/{PRODUCT}/{number}",
        "product": f"product/{PRODUCT}",
        "target": {"targetType": target},
    }
    return named if number == 0 else {**named, "status": status, "result": result}


RUNNING, SUCCEEDED = job("running", "pending"), job("completed", "succeeded")
NUMBER = 1152921505690000042


def server(status: object = RUNNING, *entries: Any, code: int = 200) -> Callable[[str], Fetched]:
    def fetch(url: str) -> Fetched:
        assert url.startswith(BASE)
        assert "version=2022-07-01" in url
        if urlsplit(url).path.endswith("/status"):
            return Fetched(code, status)
        return Fetched(200, {"value": list(entries)})

    return fetch


def broken_by(fetch: Callable[[str], Fetched], *exchanges: Exchange) -> str | None:
    """Return the name of the rule that is broken by the last of some exchanges, or None."""
    *before, last = exchanges
    watching = JobRules(fetch)
    for each in before:
        watching.watch(each)
    try:
        watching.watch(last)
    except BrokenRule as error:
        return error.rule
    return None


def accepted(body: object = RUNNING, sent: object = PUBLISH) -> Exchange:
    return exchange("POST", "/configure", 202, body, sent=sent)


def status(body: object) -> Exchange:
    return exchange("GET", f"/configure/{JOB}/status", 200, body)


def submissions(*entries: Any, query: str = "", **more: Any) -> Exchange:
    body = {"value": list(entries), **more}
    return exchange("GET", f"/submission/{PRODUCT}", 200, body, query=query)


def products(*values: Any, query: str = "", **more: Any) -> Exchange:
    return exchange("GET", "/product", 200, {"value": list(values), **more}, query=query)


NAMED = {"id": f"product/{PRODUCT}", "identity": {"externalId": "contoso-db"}, "type": "container"}
NEXT = f"{BASE}/submission/{PRODUCT}?continuationToken=x"
OLD = {**job("running", "pending"), "jobID": JOB}
OLD.pop("jobId")

KEPT: dict[str, tuple[Callable[[str], Fetched], tuple[Exchange, ...]]] = {
    "a job": (server(), (accepted(),)),
    "a job in the other spelling": (server(), (accepted(OLD),)),
    "a job in both": (server(), (accepted({**RUNNING, "jobID": JOB}),)),
    "words with a capital": (server(), (accepted(), status(job("Running", "Pending")))),
    "forward": (
        server(SUCCEEDED),
        (accepted(job("notStarted", "pending")), status(SUCCEEDED), status(SUCCEEDED)),
    ),
    "a failure that says why": (
        server(job("completed", "failed", errors=[{"code": "conflict"}])),
        (accepted(), status(job("completed", "failed", errors=[{"code": "conflict"}]))),
    ),
    "a go-live that is listed": (
        server(SUCCEEDED, entry(NUMBER, "live"), entry(NUMBER, "preview")),
        (accepted(sent=GO_LIVE), status(SUCCEEDED)),
    ),
    "detail after the end": (
        server(SUCCEEDED),
        (exchange("GET", f"/configure/{JOB}", 200, {"resources": []}),),
    ),
    "a cancellation": (
        server(job("completed", "cancelled")),
        (exchange("POST", f"/configure/{JOB}/cancel", 200, RUNNING),),
    ),
    "a refusal": (server(), (exchange("POST", "/configure", 400, {"error": {"code": "badRequest"}}),)),
    "a list": (server(), (submissions(entry(0, "draft"), entry(7, "live"), entry(9, "preview")),)),
    "one in progress, for two targets": (
        server(),
        (
            submissions(
                entry(9, "live", "running", "pending"), entry(9, "preview", "running", "pending")
            ),
        ),
    ),
    "a filter": (server(), (submissions(entry(9, "preview"), query="&targetType=preview"),)),
    "a page": (
        server(),
        (submissions(entry(9, "live"), query="&$maxpagesize=1", **{"@nextLink": NEXT}),),
    ),
    "a submission": (server(), (exchange("GET", f"/submission/{PRODUCT}/9", 200, entry(9, "live")),)),
    "a product": (server(), (products(NAMED, query="&externalId=contoso-db"),)),
    "a tree": (
        server(),
        (exchange("GET", f"/resource-tree/product/{PRODUCT}", 200, {"root": f"product/{PRODUCT}"}),),
    ),
    "something else": (server(), (exchange("GET", "/elsewhere", 200, {}),)),
}


@pytest.mark.parametrize(("fetch", "exchanges"), KEPT.values(), ids=KEPT)
def test_what_keeps_the_rules(fetch: Callable[[str], Fetched], exchanges: tuple[Exchange, ...]) -> None:
    assert broken_by(fetch, *exchanges) is None


BROKEN: dict[str, tuple[str, Callable[[str], Fetched], tuple[Exchange, ...]]] = {
    "no id": ("accepted-names-a-job", server(), (accepted({"jobStatus": "running"}),)),
    "two ids": ("accepted-names-a-job", server(), (accepted({**RUNNING, "jobID": "another"}),)),
    "an id that was given": ("accepted-names-a-job", server(), (accepted(), accepted())),
    "an id of nothing": ("accepted-names-a-job", server(None, code=404), (accepted(),)),
    "the status of another": (
        "accepted-names-a-job",
        server(),
        (status({**RUNNING, "jobId": "another"}),),
    ),
    "back": ("no-way-back", server(), (status(RUNNING), status(job("notStarted", "pending")))),
    "again": ("no-way-back", server(), (status(SUCCEEDED), status(RUNNING))),
    "another end": (
        "no-way-back",
        server(),
        (status(SUCCEEDED), status(job("completed", "cancelled"))),
    ),
    "an end without a result": (
        "completed-has-a-result",
        server(),
        (status(job("completed", "pending")),),
    ),
    "a failure without a reason": (
        "failed-says-why",
        server(),
        (status(job("completed", "failed")),),
    ),
    "a go-live that is not listed": (
        "went-live-is-listed",
        server(SUCCEEDED, entry(7, "live"), entry(NUMBER, "preview")),
        (accepted(sent=GO_LIVE),),
    ),
    "detail before the end": (
        "detail-comes-with-the-end",
        server(RUNNING),
        (exchange("GET", f"/configure/{JOB}", 200, {"resources": []}),),
    ),
    "a cancellation without effect": (
        "cancel-takes-effect",
        server(RUNNING),
        (accepted(), exchange("POST", f"/configure/{JOB}/cancel", 200, RUNNING)),
    ),
    "a submission of another product": (
        "submission-is-of-the-product",
        server(),
        (submissions({**entry(7, "live"), "id": f"submission/{OTHER}/7"}),),
    ),
    "a submission without a number": (
        "submission-is-of-the-product",
        server(),
        (submissions({**entry(7, "live"), "id": f"submission/{PRODUCT}/seven"}),),
    ),
    "another submission": (
        "submission-is-of-the-product",
        server(),
        (exchange("GET", f"/submission/{PRODUCT}/9", 200, entry(7, "live")),),
    ),
    "a draft with a number": ("draft-is-number-0", server(), (submissions(entry(7, "draft")),)),
    "a live draft": ("draft-is-number-0", server(), (submissions(entry(0, "live")),)),
    "no status": (
        "submitted-has-a-status",
        server(),
        (submissions({**entry(7, "live"), "status": None}),),
    ),
    "two in progress": (
        "one-submission-in-progress",
        server(),
        (
            submissions(
                entry(7, "live", "running", "pending"), entry(9, "preview", "running", "pending")
            ),
        ),
    ),
    "a filter that is not heeded": (
        "filter-is-heeded",
        server(),
        (submissions(entry(9, "live"), query="&targetType=preview"),),
    ),
    "a page that is too long": (
        "page-size-is-heeded",
        server(),
        (submissions(entry(7, "live"), entry(9, "preview"), query="&$maxpagesize=1"),),
    ),
    "a page elsewhere": (
        "next-page-is-here",
        server(),
        (submissions(**{"@nextLink": "https://evil.example/?continuationToken=x"}),),
    ),
    "a page without a token": (
        "next-page-is-here",
        server(),
        (products(**{"@nextLink": f"{BASE}/product?page=2"}),),
    ),
    "another product": (
        "filter-is-heeded",
        server(),
        (products(NAMED, query="&externalId=contoso-other"),),
    ),
    "a product without a GUID": ("product-has-a-guid", server(), (products({"id": "product/7"}),)),
    "a product with two": (
        "product-has-a-guid",
        server(),
        (products(NAMED), products({**NAMED, "id": f"product/{OTHER}"})),
    ),
    "another tree": (
        "tree-is-what-was-asked",
        server(),
        (exchange("GET", f"/resource-tree/product/{PRODUCT}", 200, {"root": f"product/{OTHER}"}),),
    ),
    "another target": (
        "tree-is-what-was-asked",
        server(),
        (
            exchange(
                "GET",
                f"/resource-tree/product/{PRODUCT}",
                200,
                {"root": f"product/{PRODUCT}", "target": {"targetType": "draft"}},
                query="&targetType=live",
            ),
        ),
    ),
}


@pytest.mark.parametrize(("rule", "fetch", "exchanges"), BROKEN.values(), ids=BROKEN)
def test_what_breaks_a_rule(
    rule: str, fetch: Callable[[str], Fetched], exchanges: tuple[Exchange, ...]
) -> None:
    assert broken_by(fetch, *exchanges) == rule


def test_a_go_live_that_is_listed_late_is_waited_for() -> None:
    looks: list[int] = []

    def pause(look: int) -> bool:
        looks.append(look)
        return look < 5

    rules = JobRules(server(SUCCEEDED), pause)
    with pytest.raises(BrokenRule):
        rules.watch(accepted(sent=GO_LIVE))
    assert looks == [1, 2, 3, 4, 5]
    # It is looked for once.
    rules.watch(status(SUCCEEDED))


def test_a_list_is_read_to_its_end() -> None:
    def fetch(url: str) -> Fetched:
        if "/status" in url:
            return Fetched(200, SUCCEEDED)
        if "continuationToken" in url:
            return Fetched(200, {"value": [entry(NUMBER, "live")]})
        return Fetched(200, {"value": [], "@nextLink": NEXT})

    JobRules(fetch).watch(accepted(sent=GO_LIVE))


def test_every_second_go_live_is_of_what_is_in_preview() -> None:
    rules = JobRules(server())
    drawn = {"resources": [{**GO_LIVE["resources"][0], "id": f"submission/{PRODUCT}/8"}]}
    assert rules.aim(drawn) is drawn
    rules.watch(submissions(entry(7, "live"), entry(9, "preview")))
    aimed: Any = [rules.aim(drawn) for _ in range(4)]
    ids = [each["resources"][0]["id"].rpartition("/")[2] for each in aimed]
    assert sorted(ids) == ["8", "8", "9", "9"]
    for other in (PUBLISH, {}, None, {"resources": [{**GO_LIVE["resources"][0], "id": "draft"}]}):
        assert rules.aim(other) is rules.aim(other) is other


def test_every_second_publish_is_of_a_product_that_is_there() -> None:
    rules = JobRules(server())
    drawn = {"resources": [{"product": f"product/{OTHER}", "target": {"targetType": "preview"}}]}
    assert rules.aim(drawn) is drawn
    rules.watch(products(NAMED))
    aimed: Any = [rules.aim(drawn)["resources"][0] for _ in range(2)]  # type: ignore[index]
    assert [each["product"] for each in aimed] == [f"product/{PRODUCT}", f"product/{OTHER}"]
    assert "id" not in aimed[0]


def test_what_was_published_is_looked_up() -> None:
    rules = JobRules(server(SUCCEEDED, entry(9, "preview")))
    rules.watch(products(NAMED))
    rules.watch(accepted())
    aimed: Any = rules.aim(GO_LIVE)
    assert aimed["resources"][0]["id"] == f"submission/{PRODUCT}/9"


def test_what_went_live_is_taken_for_ready_no_more() -> None:
    rules = JobRules(server(SUCCEEDED, entry(NUMBER, "live")))
    rules.watch(submissions(entry(NUMBER, "preview")))
    rules.watch(accepted(sent=GO_LIVE))
    drawn = {"resources": [{**GO_LIVE["resources"][0], "id": f"submission/{PRODUCT}/8"}]}
    assert rules.aim(drawn) is rules.aim(drawn) is drawn


def test_what_a_run_must_have_seen() -> None:
    rules = JobRules(server(SUCCEEDED, entry(NUMBER, "live")))
    assert unfollowed(rules.followed, changes=False) == list(READS)
    assert unfollowed(rules.followed, changes=True) == [*READS, *CHANGES]
    rules.watch(accepted())
    rules.watch(status(SUCCEEDED))
    rules.watch(exchange("GET", f"/configure/{JOB}", 200, {"resources": []}))
    rules.watch(products())
    rules.watch(submissions())
    rules.watch(exchange("GET", f"/submission/{PRODUCT}/9", 200, entry(9, "live")))
    rules.watch(
        exchange("GET", f"/resource-tree/product/{PRODUCT}", 200, {"root": f"product/{PRODUCT}"})
    )
    assert unfollowed(rules.followed, changes=False) == []
    assert unfollowed(rules.followed, changes=True) == ["go-live"]


@pytest.mark.parametrize(
    ("body", "found"),
    [
        ({"value": [NAMED]}, PRODUCT),
        ({"value": [{"id": f"product/{PRODUCT}"}]}, PRODUCT),
        ({"value": [{**NAMED, "identity": {"externalId": "contoso-other"}}]}, None),
        ({"value": [{**NAMED, "id": "product/7"}]}, None),
        ({"value": []}, None),
        ({"value": None}, None),
        ([], None),
    ],
)
def test_a_product_is_found_by_its_external_id(body: object, found: str | None) -> None:
    assert guid_of(body, "contoso-db") == found


@pytest.mark.parametrize(
    "body", [None, [], {}, {"jobId": 7}, {"jobId": ""}, {"jobId": "a", "jobID": "b"}]
)
def test_what_names_no_job(body: object) -> None:
    assert job_of(body) is None
