"""The client-side contract suite: is every lawful answer understood, and every unlawful one refused?

Plain functions, so that the same suite can be run on a client that has been tampered with.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from contextlib import suppress
from datetime import UTC, datetime
from functools import cache, partial
from typing import Any

import httpx
from attrs import evolve
from hypothesis import HealthCheck, Phase, assume, given, seed, settings
from hypothesis import strategies as st
from jsonschema import Draft202012Validator

from conftest import LOCAL, VirtualClock
from drawn import (
    CASES,
    COUNTS,
    MUST_BE_DRAWN,
    OPERATIONS,
    WORDS,
    Drawn,
    answers,
    contract,
    count,
    resolved,
    state_of,
    with_word,
)
from golive import (
    GoLiveClient,
    GoLiveError,
    InvalidLocation,
    NotAllowed,
    NotAuthenticated,
    NotFound,
    NothingToCancel,
    Operation,
    PreconditionFailed,
    RequestRefused,
    RetryPolicy,
    ServiceError,
    State,
    Throttled,
    UnexpectedAnswer,
    UnsupportedVersion,
)

GUID = "56615b67-2185-49fe-80d2-c4ddf77bb2e8"
BEGIN = {"goLive": "begin_go_live", "publish": "begin_publish", "cancel": "begin_cancel"}
READS = ("getOperation", "getOfferOperation", "listSubmissions", "getOfferStatus")
BY_STATUS = {
    400: RequestRefused,
    401: NotAuthenticated,
    403: NotAllowed,
    404: NotFound,
    412: PreconditionFailed,
    422: RequestRefused,
    429: Throttled,
}
#: What is drawn fails as it is: nothing is shrunk, which could take minutes.
TRIES = settings(
    derandomize=True,
    database=None,
    deadline=None,
    suppress_health_check=list(HealthCheck),
    phases=[Phase.generate],
)


def asked(operation_id: str, response: httpx.Response) -> Any:
    """Let a client ask what an operation of the contract answers, and be answered this."""

    def answer(request: httpx.Request) -> httpx.Response:
        if operation_id in BEGIN and request.method == "GET":
            return httpx.Response(200, json=[], headers={"X-Ms-Correlation-Request-Id": "1"})
        return response

    with GoLiveClient(
        "token",
        endpoint=LOCAL,
        transport=httpx.MockTransport(answer),
        retry=RetryPolicy(attempts=1, settle=0, settle_cancel=0),
        clock=VirtualClock(),
    ) as client:
        match operation_id:
            case "getOperation":
                return client.operation("/api/operations/a$b$2$preview").refresh()
            case "getOfferOperation":
                path = f"/api/publishers/contoso/offers/contoso-offer/operations/{GUID}"
                return client.operation(path).refresh()
            case "listSubmissions":
                return client.submissions("contoso", "contoso-offer")
            case "getOfferStatus":
                return client.offer_status("contoso", "contoso-offer")
        return getattr(client, BEGIN[operation_id])("contoso", "contoso-offer")


def response_of(drawn: Drawn) -> httpx.Response:
    if drawn.body is None:
        return httpx.Response(drawn.status, headers=drawn.headers)
    return httpx.Response(drawn.status, headers=drawn.headers, json=drawn.body)


def every_lawful_answer_is_understood() -> None:
    COUNTS.clear()

    def understood(drawn: Drawn) -> None:
        count(drawn)
        check(drawn)

    for operation_id, status in CASES:
        examples = 60 if status in ("200", "202") else 12
        try_(f"{operation_id} {status}", examples, answers(operation_id, status), understood)
    for word in WORDS:
        for in_array in (False, True):
            say = partial(with_word, word=word, in_array=in_array)
            drawn = answers("getOperation", "200").map(say)
            try_(f"{word} {in_array}", 3, drawn, understood)
    missing = MUST_BE_DRAWN - set(+COUNTS)
    assert not missing, f"never drawn: {missing}"


def try_(
    name: str, examples: int, answers: st.SearchStrategy[Drawn], check: Callable[[Drawn], None]
) -> None:
    """Try a check with answers of its own; by the function alone, all would be drawn alike."""
    settings(TRIES, max_examples=examples)(seed(name)(given(answers)(check)))()


def check(drawn: Drawn) -> None:
    """Compare what a client makes of an answer with the answer."""
    try:
        made = asked(drawn.operation_id, response_of(drawn))
    except NothingToCancel:
        assert (drawn.operation_id, drawn.status) == ("cancel", 200)
        return
    except ServiceError as error:
        check_error(error, drawn)
        return
    match drawn.operation_id:
        case "getOperation" | "getOfferOperation":
            check_operation(made, drawn.body[0] if isinstance(drawn.body, list) else drawn.body)
        case "listSubmissions":
            assert len(made) == len(drawn.body)
            for entry, body in zip(made, drawn.body, strict=True):
                check_submission(entry, body)
        case "getOfferStatus":
            check_steps_and_messages(made, drawn.body)
            assert made.etag == drawn.headers.get("ETag")
        case _:
            check_address(made, drawn.headers)


def check_error(error: ServiceError, drawn: Drawn) -> None:
    detail = (drawn.body or {}).get("error", {})
    kind = BY_STATUS[drawn.status]
    if drawn.status == 400 and detail.get("code") == "InvalidAPIVersion":
        kind = UnsupportedVersion
    assert type(error) is kind
    assert error.status_code == drawn.status
    assert error.correlation_id == drawn.headers["X-Ms-Correlation-Request-Id"]
    assert error.retry_after == drawn.headers.get("Retry-After")
    if detail:
        assert error.code == printable(detail["code"])
        told = printable(" ".join(detail["message"].split()))
        assert error.message == (told or "no explanation was given")


def printable(text: str) -> str:
    return "".join(c if c.isprintable() else "\N{REPLACEMENT CHARACTER}" for c in text)


def check_address(operation: Operation, headers: dict[str, str]) -> None:
    address = headers.get("Location") or headers["Operation-Location"]
    path = address.removeprefix(LOCAL).partition("?")[0]
    assert operation.ref.path == path
    assert operation.continuation_token().partition("#")[0] == f"{LOCAL}{path}?api-version=2017-10-31"
    assert not operation.adopted


def check_operation(status: Any, body: dict[str, Any]) -> None:
    check_steps_and_messages(status, body)
    for name, key in (
        ("error", "error"),
        ("id", "id"),
        ("submission_type", "submissionType"),
        ("publishing_version", "publishingVersion"),
        ("offer_version", "offerVersion"),
        ("cancellation_request_state", "cancellationRequestState"),
    ):
        assert getattr(status, name) == body.get(key)
    assert status.created == moment(body.get("createdDateTime"))
    assert status.last_action == moment(body.get("lastActionDateTime"))


def check_steps_and_messages(status: Any, body: dict[str, Any]) -> None:
    assert status.word == body["status"]
    assert status.state is State[state_of(body["status"]).upper()]
    steps = body.get("steps") or []
    assert len(status.steps) == len(steps)
    for step, given_step in zip(status.steps, steps, strict=True):
        assert (step.id, step.name, step.word) == tuple(
            given_step[key] for key in ("id", "stepName", "status")
        )
        assert step.state is State[state_of(step.word).upper()]
        assert step.percent == given_step.get("progressPercentage")
        assert step.estimate == given_step.get("estimatedTimeFrame")
        assert step.description == given_step.get("description")
        check_messages(step.messages, given_step.get("messages"))
    check_messages(status.messages, body.get("messages"))
    for links, key in ((status.preview_links, "previewLinks"), (status.live_links, "liveLinks")):
        told = [(link.get("DisplayText"), link.get("URI")) for link in body.get(key) or []]
        assert [(link.text, link.uri) for link in links] == told
    assert status.notification_emails == body.get("notificationEmails")


def check_messages(messages: Any, bodies: list[Any] | None) -> None:
    told = [
        (body, "information", None)
        if isinstance(body, str)
        else (body["messageHtml"], body["level"], moment(body.get("timestamp")))
        for body in bodies or []
    ]
    assert [(m.html, m.level, m.timestamp) for m in messages] == told


def check_submission(entry: Any, body: dict[str, Any]) -> None:
    assert entry.ref.operation_id == body["id"]
    assert (entry.submission_type, entry.word) == (body["submissionType"], body["submissionState"])
    assert entry.state is State[state_of(entry.word).upper()]
    for name, key in (
        ("publisher_id", "publisherId"),
        ("offer_guid", "offerId"),
        ("publishing_version", "publishingVersion"),
        ("offer_version", "offerVersion"),
        ("offer_type", "offerTypeId"),
        ("slot", "slot"),
        ("version", "version"),
    ):
        assert getattr(entry, name) == body.get(key)
    assert entry.emails == body.get("definition", {}).get("metadata", {}).get("emails")
    assert entry.changed == moment(body.get("changedTime"))


def moment(text: str | None) -> datetime | None:
    """Read a timestamp; what is finer than microseconds is cut."""
    if text is None:
        return None
    read = datetime.fromisoformat(text)
    assert read.tzinfo is not None
    return read.astimezone(UTC)


def every_unlawful_body_is_refused() -> None:
    def refused(drawn: Drawn, data: st.DataObject) -> None:
        body = spoiled(drawn.body, data)
        assume(not lawful(drawn.operation_id, body))
        try:
            made = asked(drawn.operation_id, response_of(evolve(drawn, body=body)))
        except UnexpectedAnswer as error:
            assert "body" in error.message  # noqa: PT017
        else:
            raise AssertionError(f"{body!r} was taken for {made!r}")

    for operation_id in READS:
        lawful_ones = answers(operation_id, "200")
        settings(TRIES, max_examples=120)(given(lawful_ones, st.data())(refused))()


#: One value of each type that JSON has.
OTHER: tuple[Any, ...] = (None, True, 7, 0.5, "text", [], {}, [7], {"x": 7}, [[]])


def spoiled(body: Any, data: st.DataObject) -> Any:
    """Give one part of a body another type, or leave it out."""
    body = json.loads(json.dumps(body))
    places = list(containers(body))
    container, key = data.draw(st.sampled_from([(None, None), *places]))
    if container is None:
        return data.draw(st.sampled_from(OTHER))
    if isinstance(container, dict) and data.draw(st.booleans()):
        del container[key]
    else:
        container[key] = data.draw(st.sampled_from(OTHER))
    return body


def containers(body: Any) -> Iterator[tuple[Any, Any]]:
    """Yield all places in a body that hold a value."""
    items = body.items() if isinstance(body, dict) else enumerate(body if isinstance(body, list) else ())
    for key, value in items:
        yield body, key
        yield from containers(value)


@cache
def validator(operation_id: str) -> Draft202012Validator:
    response = resolved(OPERATIONS[operation_id]["responses"]["200"])
    schema = response["content"]["application/json"]["schema"]
    return Draft202012Validator(types_only({**schema, "components": contract()["components"]}))


def types_only(schema: Any) -> Any:
    """Leave out what bounds a value of the right type."""
    if isinstance(schema, dict):
        bounds = ("pattern", "minimum", "maximum")
        return {key: types_only(value) for key, value in schema.items() if key not in bounds}
    return [types_only(each) for each in schema] if isinstance(schema, list) else schema


def lawful(operation_id: str, body: object) -> bool:
    """Tell whether a body is as the contract says, or differs in what a client may well bear.

    That is null where a value may be left out, which means the same, a step done to 101 %, which is
    shown as 100, and an id of another make, as long as it is one path segment.
    """
    return bool(validator(operation_id).is_valid(without_nulls(body)))


def without_nulls(body: object) -> object:
    if isinstance(body, dict):
        return {key: without_nulls(value) for key, value in body.items() if value is not None}
    return [without_nulls(value) for value in body] if isinstance(body, list) else body


#: Addresses that must not be followed.
HOSTILE = (
    "",
    "https://evil.example/api/operations/a$b$2$preview",
    "//evil.example/api/operations/a$b$2$preview",
    "http://127.0.0.1:81/api/operations/a$b$2$preview",
    "http://me@127.0.0.1/api/operations/a$b$2$preview",
    "/api/operations/../operations/a$b$2$preview",
    "/api/operations/a$b$2$preview/..",
    "/api/operations/a$b$2",
    "/api/publishers/a/offers/b/operations/%2e%2e",
    "/api/publishers/a/offers/b%2Fc/operations/1",
    "operations/a$b$2$preview",
)


def every_unlawful_address_is_refused() -> None:
    for operation_id in BEGIN:
        for headers in ({}, *({"Location": each} for each in HOSTILE)):
            try:
                made = asked(operation_id, httpx.Response(202, headers=headers))
            except InvalidLocation:
                continue
            raise AssertionError(f"{headers} was taken for {made!r}")


ANYTHING = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=8,
)
BODIES = (
    st.binary(max_size=200)
    | ANYTHING.map(lambda value: json.dumps(value).encode())
    | st.sampled_from([b"<html>" * 50, b"[" * 100_000, b'{"status": "running"', b"\xff\xfe{}"])
)


def whatever_comes_only_our_errors_go() -> None:
    @settings(TRIES, max_examples=300)
    @given(
        st.sampled_from([*READS, *BEGIN]),
        st.sampled_from([200, 202, 400, 404, 503]) | st.integers(200, 999),
        BODIES,
        st.sampled_from(["application/json", "text/html", ""]),
    )
    def borne(operation_id: str, status: int, body: bytes, media_type: str) -> None:
        response = httpx.Response(status, content=body, headers={"Content-Type": media_type})
        with suppress(GoLiveError):
            asked(operation_id, response)

    borne()


def a_body_without_an_end_is_given_up() -> None:
    for status in (200, 404, 502):
        taken = 0

        def endless() -> Iterator[bytes]:
            nonlocal taken
            while taken < 64 * 1024 * 1024:
                taken += 65_536
                yield b"[" * 65_536

        try:
            asked("getOperation", httpx.Response(status, stream=Endless(endless)))
        except GoLiveError:
            assert taken <= 17 * 1024 * 1024, f"{taken} bytes were read"
        else:
            raise AssertionError("a body without an end was taken for an answer")


class Endless(httpx.SyncByteStream):
    def __init__(self, chunks: Callable[[], Iterator[bytes]]) -> None:
        self._chunks = chunks

    def __iter__(self) -> Iterator[bytes]:
        return self._chunks()


SUITE: tuple[Callable[[], None], ...] = (
    every_lawful_answer_is_understood,
    every_unlawful_body_is_refused,
    every_unlawful_address_is_refused,
    whatever_comes_only_our_errors_go,
    a_body_without_an_end_is_given_up,
)
