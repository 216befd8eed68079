"""The rules of the contract's proof, each on exchanges that keep it and on some that break it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from conftest import LOCAL
from golive.contract.rules import (
    BrokenRule,
    Exchange,
    Fetched,
    Rules,
    empty_errors_are_lawful,
    unfollowed,
)

OFFER = "/api/publishers/contoso/offers/contoso-offer"
OTHER = "/api/publishers/contoso/offers/contoso-other"
OPERATION = f"{OFFER}/operations/56615b67-2185-49fe-80d2-c4ddf77bb2e8"
SECOND = f"{OFFER}/operations/66615b67-2185-49fe-80d2-c4ddf77bb2e8"
GUID = "9c1bb4bd-8a4c-4a5d-b8fd-0a4c6d9a5f10"
VERSION = "?api-version=2017-10-31"
RUNNING = Fetched(200, {"status": "running"})
ENDED = Fetched(200, {"status": "succeeded"})
DOCUMENT = {"id": "contoso-offer", "publisherId": "contoso", "definition": {"displayText": "one"}}


def exchange(
    method: str, path: str, status: int, body: object = None, *, tag: str | None = None, **headers: str
) -> Exchange:
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return Exchange(method, f"{LOCAL}{path}{VERSION}", tag, status, named, body)


def rules(answer: Fetched | Callable[[str], Fetched] = RUNNING, looks: int = 3) -> Rules:
    fetch = answer if callable(answer) else lambda url: answer
    return Rules(fetch, lambda looked: looked < looks)


def broken_by(watching: Rules, *exchanges: Exchange) -> str | None:
    """Return the name of the rule that is broken by the last of some exchanges, or None."""
    *before, last = exchanges
    for each in before:
        watching.watch(each)
    try:
        watching.watch(last)
    except BrokenRule as error:
        return error.rule
    return None


def started(**headers: str) -> Exchange:
    return exchange("POST", f"{OFFER}/golive", 202, **headers)


@pytest.mark.parametrize(
    "headers",
    [
        {"location": OPERATION + VERSION},
        {"operation_location": LOCAL + OPERATION},
        {"operation_location": OPERATION},
        {"operation_location": OPERATION + VERSION},
        {"location": OPERATION + VERSION, "operation_location": LOCAL + OPERATION},
        {"location": f"/api/operations/contoso$contoso-offer$2$preview{VERSION}"},
        {"location": f"/api/operations/contoso${GUID}$2$preview{VERSION}"},
        {
            "location": f"/api/operations/contoso$contoso-offer$2$preview{VERSION}",
            "operation_location": f"/api/operations/contoso${GUID}$2$preview",
        },
    ],
)
def test_an_operation_may_be_named_in_any_of_these_ways(headers: dict[str, str]) -> None:
    asked: list[str] = []

    def fetch(url: str) -> Fetched:
        asked.append(url)
        return RUNNING

    assert broken_by(rules(fetch), started(**headers)) is None
    assert len(asked) == len(headers)
    # Whatever the header says of it, the version that is spoken is asked for.
    assert all(url.startswith(LOCAL) and url.endswith(VERSION) for url in asked)


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"location": ""},
        {"location": OTHER},
        {"location": SECOND.replace("contoso-offer", "contoso-other") + VERSION},
        {"operation_location": f"https://evil.example{OPERATION}"},
        {"location": OPERATION + VERSION, "operation_location": f"https://evil.example{OPERATION}"},
        {"location": f"/api/operations/contoso$contoso-other$2$preview{VERSION}"},
        {"location": f"/api/operations/fabrikam${GUID}$2$preview{VERSION}"},
    ],
)
def test_what_names_no_operation_of_the_offer_is_found(headers: dict[str, str]) -> None:
    assert broken_by(rules(), started(**headers)) == "location-names-the-operation"


def test_an_offer_has_one_guid_and_no_two_offers_share_one() -> None:
    named = f"/api/operations/contoso${GUID}$2$preview{VERSION}"
    another = named.replace(GUID, GUID.replace("9", "8"))
    assert broken_by(rules(), started(location=named), started(location=another)) is not None
    theirs = exchange("POST", f"{OTHER}/golive", 202, location=named)
    assert broken_by(rules(), started(location=named), theirs) == "location-names-the-operation"
    assert broken_by(rules(), started(location=named), started(location=named)) is None


def test_two_headers_name_one_operation() -> None:
    both = started(location=OPERATION + VERSION, operation_location=SECOND)
    assert broken_by(rules(), both) == "both-headers-name-one-operation"


def test_two_headers_in_two_forms_are_compared_by_the_ids_of_what_they_lead_to() -> None:
    both = started(
        location=OPERATION + VERSION,
        operation_location="/api/operations/contoso$contoso-offer$2$preview",
    )
    same = Fetched(200, {"status": "running", "id": GUID})
    assert broken_by(rules(same), both) is None

    def differing(url: str) -> Fetched:
        return Fetched(200, {"status": "running", "id": GUID if "$" in url else GUID[::-1]})

    assert broken_by(rules(differing), both) == "both-headers-name-one-operation"


def test_a_conflict_needs_something_that_runs() -> None:
    busy = exchange("POST", f"{OFFER}/golive", 409)
    seen = exchange("GET", f"{OFFER}/status", 200, {"status": "succeeded"})
    assert broken_by(rules(ENDED), seen, busy) == "busy-only-while-something-runs"
    refused = exchange("PUT", OFFER, 409)
    assert broken_by(rules(ENDED), refused) is None
    assert broken_by(rules(ENDED), refused, refused) == "busy-only-while-something-runs"


@pytest.mark.parametrize(
    "since",
    [
        exchange("POST", f"{OFFER}/publish", 202, location=OPERATION + VERSION),
        exchange("POST", f"{OFFER}/publish", 500),
        exchange("GET", f"{OFFER}/status", 200, {"status": "waitingForPublisherReview"}),
    ],
)
def test_a_conflict_may_be_over_by_the_time_that_one_looks(since: Exchange) -> None:
    busy = exchange("POST", f"{OFFER}/golive", 409)
    seen = exchange("GET", f"{OFFER}/status", 200, {"status": "succeeded"})
    assert broken_by(rules(ENDED), seen, since, busy) is None


def test_a_conflict_with_a_publish_in_preview_is_one() -> None:
    seen = exchange("GET", f"{OFFER}/status", 200, {"status": "running"})
    assert broken_by(rules(RUNNING), seen, exchange("PUT", OFFER, 409)) is None


def changed(name: str, etag: str, *, tag: str | None = None, **fields: Any) -> Exchange:
    body = {**DOCUMENT, "definition": {"displayText": name}, **fields}
    return exchange("PUT", OFFER, 200, body, tag=tag, etag=etag)


def keeping() -> Rules:
    """Return rules that watch a server which keeps what it was told last."""
    return rules(lambda url: Fetched(200, latest[-1]))


latest: list[Any] = [DOCUMENT]


@pytest.fixture(autouse=True)
def forgotten() -> None:
    latest[:] = [DOCUMENT]


def watched(watching: Rules, *exchanges: Exchange) -> str | None:
    for each in exchanges:
        latest.append(each.body)
        if (broken := broken_by(watching, each)) is not None:
            return broken
    return None


def test_each_version_of_an_offer_has_a_tag_of_its_own() -> None:
    assert watched(keeping(), changed("a", 'W/"1"'), changed("b", 'W/"2"')) is None
    # The same again is no other version, and what the service notes by itself makes none.
    assert watched(keeping(), changed("a", 'W/"1"'), changed("a", 'W/"1"', status="running")) is None
    broken = watched(keeping(), changed("a", 'W/"1"'), changed("b", 'W/"1"'))
    assert broken == "entity-tag-names-one-version"


def test_a_precondition_names_the_latest_version() -> None:
    first, second = changed("a", 'W/"1"'), changed("b", 'W/"2"', tag='W/"1"')
    assert watched(keeping(), first, second, changed("c", 'W/"3"', tag='W/"2"')) is None
    assert watched(keeping(), first, second, changed("c", 'W/"3"', tag="*")) is None
    broken = watched(keeping(), first, second, changed("c", 'W/"3"', tag='W/"1"'))
    assert broken == "if-match-is-heeded"
    assert watched(keeping(), changed("a", 'W/"1"', tag='"nobody"')) == "if-match-is-heeded"


def test_a_change_is_kept() -> None:
    assert watched(rules(Fetched(200, DOCUMENT)), changed("two", 'W/"1"')) == "change-is-kept"


def test_a_change_may_be_seen_late() -> None:
    said = changed("two", 'W/"1"')
    seen = iter([Fetched(404, None), Fetched(200, DOCUMENT), Fetched(200, said.body)])
    assert broken_by(rules(lambda url: next(seen)), said) is None


@pytest.mark.parametrize("path", [OFFER, f"{OFFER}/slot/draft", f"{OFFER}/versions/3"])
def test_a_document_is_that_of_the_offer(path: str) -> None:
    rule = "document-belongs-to-the-offer"
    assert broken_by(rules(), exchange("GET", path, 200, DOCUMENT)) is None
    assert broken_by(rules(), exchange("GET", path, 200, {**DOCUMENT, "id": GUID})) is None
    for wrong in ({"id": "contoso-other"}, {"publisherId": "fabrikam"}, {"id": None}):
        assert broken_by(rules(), exchange("GET", path, 200, {**DOCUMENT, **wrong})) == rule


def test_a_list_of_offers_is_the_publishers_and_names_each_once() -> None:
    listed = "/api/publishers/contoso/offers"
    rule = "document-belongs-to-the-offer"
    assert broken_by(rules(), exchange("GET", listed, 200, [DOCUMENT])) is None
    assert broken_by(rules(), exchange("GET", listed, 200, [DOCUMENT, DOCUMENT])) == rule
    others = [{**DOCUMENT, "publisherId": "fabrikam"}]
    assert broken_by(rules(), exchange("GET", listed, 200, others)) == rule


@pytest.mark.parametrize("slash", ["", "/"])
def test_the_slash_at_the_end_is_optional(slash: str) -> None:
    watching = rules()
    entries = [{"submissionState": "running"}] * 2
    listed = exchange("GET", f"{OFFER}/submissions{slash}", 200, entries)
    assert broken_by(watching, listed) == "one-operation-at-a-time"
    watching.watch(started(location=OPERATION + VERSION))
    watching.watch(exchange("GET", OPERATION + slash, 200, {"status": "succeeded"}))
    assert ("golive", "migrated") in watching.followed
    undone = exchange("GET", OPERATION, 200, {"status": "running"})
    assert broken_by(watching, undone) == "no-way-back"


def test_steps_without_id_are_told_apart_by_their_names() -> None:
    def poll(*percentages: int) -> Exchange:
        steps = [
            {"stepName": name, "progressPercentage": percentage}
            for name, percentage in zip(("live", "publisher-signoff"), percentages, strict=True)
        ]
        return exchange("GET", OPERATION, 200, {"status": "running", "steps": steps})

    assert broken_by(rules(), poll(80, 0), poll(90, 10)) is None
    assert broken_by(rules(), poll(80, 0), poll(70, 10)) == "no-way-back"


def poll(word: str, kind: str = "publish") -> Exchange:
    return exchange("GET", OPERATION, 200, {"status": word, "submissionType": kind})


def canceled_at(kind: str) -> Rules:
    return rules(Fetched(200, {"status": "succeeded", "submissionType": kind}))


CANCEL = exchange("POST", f"{OFFER}/cancel", 202, location=OPERATION + VERSION)


def test_a_publish_that_ended_in_preview_can_be_canceled_there() -> None:
    assert broken_by(canceled_at("publish"), poll("succeeded"), CANCEL, poll("canceled")) is None
    assert broken_by(canceled_at("publish"), poll("succeeded"), CANCEL, poll("succeeded")) is None
    published = exchange("POST", f"{OFFER}/publish", 202, location=OPERATION + VERSION)
    at_once = exchange("POST", f"{OFFER}/cancel", 200)
    assert broken_by(canceled_at("publish"), published, at_once, poll("canceled")) is None
    others = exchange("POST", f"{OTHER}/cancel", 200)
    assert broken_by(canceled_at("publish"), published, others, poll("canceled")) == "no-way-back"


def test_nothing_else_that_ended_becomes_canceled() -> None:
    assert broken_by(rules(), poll("succeeded"), poll("canceled")) == "no-way-back"
    go_live = (poll("succeeded", "goLive"), CANCEL, poll("canceled", "goLive"))
    assert broken_by(canceled_at("goLive"), *go_live) == "no-way-back"
    undone = (poll("canceled"), poll("running"))
    assert broken_by(canceled_at("publish"), poll("succeeded"), CANCEL, *undone) == "no-way-back"


def reading(*missing: str) -> Rules:
    watching = rules(ENDED)
    for path, body in {
        f"{OFFER}/status": {"status": "succeeded"},
        f"{OFFER}/submissions/": [],
        OFFER: DOCUMENT,
        "/api/publishers/contoso/offers": [DOCUMENT],
    }.items():
        status = 404 if path.rstrip("/").endswith(missing) else 200
        watching.watch(exchange("GET", path, status, body))
    return watching


def test_what_can_be_read_has_to_be_answered() -> None:
    assert unfollowed(reading().followed, ()) == []
    assert unfollowed(reading("status").followed, ()) == ["status (read)"]
    assert unfollowed(reading("/offers").followed, ()) == ["offers (read)"]
    assert unfollowed(reading("contoso-offer").followed, ()) == ["offer (read)"]
    assert unfollowed(set(), ()) == [
        f"{what} (read)" for what in ("status", "submissions", "offer", "offers")
    ]


def test_the_list_of_operations_may_be_missing_of_an_offer_that_exists() -> None:
    assert unfollowed(reading("submissions").followed, ()) == []
    watching = rules(Fetched(404, None))
    watching.watch(exchange("GET", f"{OTHER}/submissions/", 404))
    assert ("submissions", "missing") not in watching.followed


class Response:
    """What the hook sees of an answer."""

    def __init__(self, status: int, content: bytes, **headers: str) -> None:
        self.status_code = status
        self.content = content
        self.headers = {name.replace("_", "-"): [value] for name, value in headers.items()}


def test_an_error_without_a_body_is_taken_for_an_empty_text() -> None:
    empty = Response(404, b"")
    empty_errors_are_lawful(empty)
    assert (empty.content, empty.headers) == (b'""', {"content-type": ["application/json"]})


@pytest.mark.parametrize(
    "response",
    [
        Response(200, b""),
        Response(404, b"", content_type="application/json"),
        Response(404, b"<html>"),
    ],
)
def test_nothing_else_is_taken_for_one(response: Response) -> None:
    content, headers = response.content, dict(response.headers)
    empty_errors_are_lawful(response)
    assert (response.content, response.headers) == (content, headers)
