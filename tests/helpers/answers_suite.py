"""The client-side contract suite: is every lawful answer understood, and what is none refused?

An answer outside the contract is refused only if it does not say what was asked: the word of a status,
or a list. Whatever else is wrong with it is left out, and the rest is understood.

Plain functions, so that the same suite can be run on a client that has been tampered with.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import suppress
from datetime import UTC, datetime
from functools import cache
from typing import Any

import httpx
from attrs import evolve
from hypothesis import HealthCheck, Phase, given, seed, settings
from hypothesis import strategies as st
from jsonschema import Draft202012Validator

from conftest import LOCAL, VirtualClock
from drawn import (
    CASES,
    COUNTS,
    MUST_BE_DRAWN,
    OFFER,
    PUBLISHER,
    VERSION,
    WORDS,
    Drawn,
    answers,
    contract,
    count,
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
    ServiceFault,
    State,
    SubmissionUncertain,
    Throttled,
    UnexpectedAnswer,
    UnsupportedVersion,
)
from golive.portal import reading

GUID = "56615b67-2185-49fe-80d2-c4ddf77bb2e8"
BEGIN = {"goLive": "begin_go_live", "publish": "begin_publish", "cancel": "begin_cancel"}
READS = ("getOperation", "getOfferOperation", "listSubmissions", "getOfferStatus")
OFFERS = ("listOffers", "getOffer", "getOfferSlot")
#: What the clients do not ask, and whose answers golive can read all the same, by what.
READ_ALONE = {
    "getOfferVersion": "read_offer",
    "putOffer": "read_offer",
}
#: What is neither asked nor read.
UNASKED = ("listPublishers", "listOfferTypes")
BY_STATUS = {
    400: RequestRefused,
    401: NotAuthenticated,
    403: NotAllowed,
    404: NotFound,
    409: RequestRefused,
    411: RequestRefused,
    412: PreconditionFailed,
    422: RequestRefused,
    429: Throttled,
    500: ServiceFault,
}
#: An offer that can go live.
READY = {"status": "running", "steps": [{"id": "publisher-signoff", "status": "waitingForApproval"}]}

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
            body = READY if request.url.path.endswith("/status") else []
            return httpx.Response(200, json=body, headers={"X-Ms-Correlation-Request-Id": "1"})
        return response

    with GoLiveClient(
        "token",
        endpoint=LOCAL,
        transport=httpx.MockTransport(answer),
        retry=RetryPolicy(max_attempts=1, answer_within=0, listed_within=0, canceled_within=0),
        clock=VirtualClock(),
    ) as client:
        match operation_id:
            case "getOperation":
                return client.operation("/api/operations/a$b$2$preview").refresh()
            case "getOfferOperation":
                path = f"/api/publishers/{PUBLISHER}/offers/{OFFER}/operations/{GUID}"
                return client.operation(path).refresh()
            case "listSubmissions":
                return client.submissions(PUBLISHER, OFFER)
            case "getOfferStatus":
                return client.offer_status(PUBLISHER, OFFER)
            case "listOffers":
                return client.offers(PUBLISHER)
            case "getOffer":
                return client.offer(PUBLISHER, OFFER)
            case "getOfferSlot":
                return client.offer(PUBLISHER, OFFER, slot="preview")
        return getattr(client, BEGIN[operation_id])(PUBLISHER, OFFER)


def response_of(drawn: Drawn) -> httpx.Response:
    if drawn.body is None:
        return httpx.Response(drawn.status, headers=drawn.headers)
    return httpx.Response(drawn.status, headers=drawn.headers, json=drawn.body)


def every_lawful_answer_is_understood() -> None:
    COUNTS.clear()
    for operation_id, status in CASES:
        if operation_id in UNASKED or (operation_id in READ_ALONE and status != "200"):
            # An error is the same, whatever was asked.
            continue
        understood(lawful(operation_id, status, 40 if status in ("200", "202") else 8))
    for word in WORDS:
        for in_array in (False, True):
            drawn = lawful("getOperation", "200", 3, f"{word} {in_array}")
            understood(with_word(each, word, in_array=in_array) for each in drawn)
    missing = MUST_BE_DRAWN - set(+COUNTS)
    assert not missing, f"never drawn: {missing}"


def understood(drawn: Iterable[Drawn]) -> None:
    for each in drawn:
        count(each)
        check(each)


@cache
def lawful(operation_id: str, status: str, examples: int, name: str = "") -> tuple[Drawn, ...]:
    """Draw answers, which takes most of the time; so a client that is tampered with gets the same.

    Args:
        operation_id: What is answered.
        status: How.
        examples: How many at most.
        name: Makes them others than those of another name.
    """
    drawn: list[Drawn] = []

    # By the function alone, all would be drawn alike.
    @settings(TRIES, max_examples=examples)
    @seed(f"{operation_id} {status} {name}")
    @given(answers(operation_id, status))
    def collect(each: Drawn) -> None:
        drawn.append(each)

    collect()
    return tuple(drawn)


def check(drawn: Drawn) -> None:
    """Compare what a client makes of an answer with the answer."""
    if drawn.operation_id in READ_ALONE:
        read = getattr(reading, READ_ALONE[drawn.operation_id])
        check_documents(read(drawn.body), drawn.body)
        return
    try:
        made = asked(drawn.operation_id, response_of(drawn))
    except NothingToCancel:
        assert (drawn.operation_id, drawn.status) == ("cancel", 200)
        return
    except SubmissionUncertain:
        # Nobody knows what came of a request that was answered 500.
        assert drawn.operation_id in BEGIN
        assert drawn.status == 500
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
            check_steps_and_messages(made, drawn.body, of_an_offer=True)
            assert made.etag == drawn.headers.get("ETag")
        case name if name in OFFERS:
            check_documents(made, drawn.body)
        case _:
            check_address(made, drawn.headers)


def check_error(error: ServiceError, drawn: Drawn) -> None:
    code, message, more = said_by(drawn.body)
    kind = BY_STATUS[drawn.status]
    if drawn.status == 400 and code == "InvalidAPIVersion":
        kind = UnsupportedVersion
    assert type(error) is kind
    assert error.status_code == drawn.status
    assert error.correlation_id == drawn.headers.get("X-Ms-Correlation-Request-Id")
    assert error.retry_after == drawn.headers.get("Retry-After")
    assert (error.code or "") == line(code or "")
    # What the details say may follow.
    assert line(message).rstrip(".") in error.message
    assert error.message
    assert set(more) <= set(error.details or {})


def said_by(body: Any) -> tuple[str | None, str, list[str]]:
    """Return the code and the message of an error, and what else there is to know about it."""
    match body:
        case {"error": error}:
            more = [name for name in ("details", "innererror") if error.get(name)]
            return error["code"], error["message"], more
        case {"Message": str(message)}:
            return None, message, ["ModelState"] if body.get("ModelState") else []
        case {"Variant": {"error": str(message)}}:
            return None, message, []
        case str():
            return None, body, []
    return None, "", []


def line(text: str) -> str:
    """Return a text as golive shows it, on one line and with nothing that could drive a terminal."""
    return " ".join(shown(text).split())


def shown(text: str) -> str:
    """Return a text as golive keeps it: blanks are spaces, and what is not printable is replaced."""
    blanks = re.sub(r"[^\S ]+", " ", text)
    return "".join(c if c.isprintable() else "\N{REPLACEMENT CHARACTER}" for c in blanks)


def shown_of(body: Mapping[str, Any], *keys: str) -> list[Any]:
    """Return values as golive keeps them; None for those that are missing."""
    values = [body.get(key) for key in keys]
    return [shown(value) if isinstance(value, str) else value for value in values]


def check_address(operation: Operation, headers: dict[str, str]) -> None:
    paths = [
        headers[name].removeprefix(LOCAL).partition("?")[0]
        for name in ("Location", "Operation-Location")
        if name in headers
    ]
    # Of two addresses of one operation, either will do.
    assert operation.ref.path in paths
    token = operation.continuation_token().partition("#")[0]
    assert token == f"{LOCAL}{operation.ref.path}{VERSION}"
    assert not operation.adopted


def check_operation(status: Any, body: dict[str, Any]) -> None:
    check_steps_and_messages(status, body)
    assert [
        status.error,
        status.id,
        status.submission_type,
        status.publishing_version,
        status.offer_version,
        status.cancellation_request_state,
    ] == shown_of(
        body,
        *("error", "id", "submissionType", "publishingVersion", "offerVersion"),
        "cancellationRequestState",
    )
    assert status.created == moment(body.get("createdDateTime"))
    assert status.last_action == moment(body.get("lastActionDateTime"))


def check_steps_and_messages(status: Any, body: dict[str, Any], *, of_an_offer: bool = False) -> None:
    assert status.word == shown(body["status"])
    assert status.state is State[state_of(body["status"], of_an_offer=of_an_offer).upper()]
    steps = body.get("steps") or []
    assert len(status.steps) == len(steps)
    for step, given_step in zip(status.steps, steps, strict=True):
        identifier, name, word = shown_of(given_step, "id", "stepName", "status")
        # A step without one of the two is known by the other.
        assert step.id == (name if identifier is None else identifier)
        assert step.name == (identifier if name is None else name)
        assert step.word == word
        assert step.state is State[state_of(step.word).upper()]
        assert step.percent == given_step.get("progressPercentage")
        told = shown_of(given_step, "estimatedTimeFrame", "description")
        assert [step.estimate, step.description] == told
        check_messages(step.messages, given_step.get("messages"))
    check_messages(status.messages, body.get("messages"))
    for links, key in ((status.preview_links, "previewLinks"), (status.live_links, "liveLinks")):
        told_links = [shown_of(link, "DisplayText", "URI") for link in body.get(key) or []]
        assert [[link.text, link.uri] for link in links] == told_links
    assert [status.notification_emails] == shown_of(body, "notificationEmails")


def check_messages(messages: Any, bodies: list[Any] | None) -> None:
    told = [
        (body, "information", None)
        if isinstance(body, str)
        else (
            body["messageHtml"],
            shown(body["level"]) or "information",
            moment(body.get("timestamp")),
        )
        for body in bodies or []
    ]
    assert [(m.html, m.level, m.timestamp) for m in messages] == told


def check_submission(entry: Any, body: dict[str, Any]) -> None:
    assert entry.ref.operation_id == body["id"]
    words = shown_of(body, "submissionType", "submissionState")
    assert [entry.submission_type, entry.word] == words
    assert entry.state is State[state_of(body["submissionState"]).upper()]
    assert [
        entry.publisher_id,
        entry.offer_guid,
        entry.publishing_version,
        entry.offer_version,
        entry.offer_type,
        entry.slot,
        entry.version,
    ] == shown_of(
        body,
        *("publisherId", "offerId", "publishingVersion", "offerVersion", "offerTypeId", "slot"),
        "version",
    )
    emails = body.get("definition", {}).get("metadata", {})
    assert [entry.emails] == shown_of(emails, "emails")
    assert entry.changed == moment(body.get("changedTime"))


def check_documents(made: Any, body: Any) -> None:
    """Compare an offer with its document, or a list of offers with theirs."""
    if isinstance(body, list):
        # What has no id cannot be asked about.
        told = [each for each in body if each["id"]]
        assert len(made) == len(told)
        for each, document in zip(made, told, strict=True):
            check_documents(each, document)
        return
    name = (body.get("definition") or {}).get("displayText")
    assert made.id == shown(body["id"])
    assert (made.name or "") == shown(name or "")
    word = body.get("status") or ""
    assert made.word == shown(word)
    assert made.state is State[state_of(word, of_an_offer=True).upper()]
    assert [made.publisher_id, made.type, made.version] == shown_of(
        body, "publisherId", "offerTypeId", "version"
    )
    assert made.changed == moment(body.get("changedTime"))
    moved = body.get("pcMigrationStatus")
    assert made.migrated == (None if moved is None else moved == "migrated")
    assert made.document == body


def moment(text: str | None) -> datetime | None:
    """Read a timestamp; what is finer than microseconds is cut, and without a zone it is in UTC."""
    if text is None:
        return None
    read = datetime.fromisoformat(text)
    return read.replace(tzinfo=UTC) if read.tzinfo is None else read.astimezone(UTC)


def a_body_is_refused_only_for_lack_of_what_was_asked() -> None:
    def judged(drawn: Drawn, data: st.DataObject) -> None:
        body = spoiled(drawn.body, data)
        try:
            made = asked(drawn.operation_id, response_of(evolve(drawn, body=body)))
        except UnexpectedAnswer as error:
            assert not says_what_was_asked(drawn.operation_id, body), f"{body!r} was refused"
            assert "body" in error.message  # noqa: PT017
            return
        assert says_what_was_asked(drawn.operation_id, body), f"{body!r} was taken for {made!r}"
        check_what_is_lawful(drawn.operation_id, made, body)

    for operation_id in READS:
        lawful_ones = answers(operation_id, "200")
        # What the contract allows was tried already.
        spoiled_ones = given(lawful_ones, st.data())(judged)
        settings(TRIES, max_examples=120)(spoiled_ones)()


def says_what_was_asked(operation_id: str, body: Any) -> bool:
    """Tell whether a body has the word of a status, or is a list, whatever else is wrong with it."""
    if operation_id == "listSubmissions":
        return isinstance(body, list)
    if isinstance(body, list):
        (body,) = body if len(body) == 1 else [None]
    return isinstance(body, dict) and isinstance(body.get("status"), str)


def check_what_is_lawful(operation_id: str, made: Any, body: Any) -> None:
    """Check that what is wrong with a body did not spoil the rest of it."""
    if operation_id == "listSubmissions":
        for entry in body:
            if is_good("Submission", entry):
                alike = [each for each in made if each.ref.operation_id == entry["id"]]
                assert alike, f"{entry!r} was lost"
                if len(alike) == 1:
                    check_submission(alike[0], without_nulls(entry))
        return
    body = body[0] if isinstance(body, list) else body
    assert made.word == shown(body["status"])
    assert made.state is State[state_of(body["status"], of_an_offer=operation_id == READS[-1]).upper()]
    steps = body.get("steps")
    for step in steps if isinstance(steps, list) else []:
        if is_good("Step", step) and any(step.get(name) for name in ("id", "stepName")):
            named = [shown(step[name]) for name in ("id", "stepName") if step.get(name)]
            assert any(each.id in named or each.name in named for each in made.steps)


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
def validator(name: str) -> Draft202012Validator:
    return Draft202012Validator(
        {"$ref": f"#/components/schemas/{name}", "components": contract()["components"]}
    )


def is_good(name: str, body: object) -> bool:
    """Tell whether a body is as a schema of the contract says; null stands for what is left out."""
    return bool(validator(name).is_valid(without_nulls(body)))


def without_nulls(body: Any) -> Any:
    if isinstance(body, dict):
        return {key: without_nulls(value) for key, value in body.items() if value is not None}
    return [without_nulls(value) for value in body] if isinstance(body, list) else body


NAME = f"/api/operations/{PUBLISHER}${OFFER}$2$preview"

#: Addresses that must not be followed.
HOSTILE = (
    "",
    f"https://evil.example{NAME}",
    f"//evil.example{NAME}",
    f"http://127.0.0.1:81{NAME}",
    f"http://me@127.0.0.1{NAME}",
    f"/api/operations/../operations/{PUBLISHER}${OFFER}$2$preview",
    f"{NAME}/..",
    NAME.removesuffix("$preview"),
    f"/api/publishers/{PUBLISHER}/offers/{OFFER}/operations/%2e%2e",
    f"/api/publishers/{PUBLISHER}/offers/{OFFER}%2Fc/operations/1",
    NAME.removeprefix("/api/"),
    # Another publisher's, and another offer's.
    f"/api/operations/fabrikam${OFFER}$2$preview",
    f"/api/operations/{PUBLISHER}$other$2$preview",
    f"/api/publishers/fabrikam/offers/{OFFER}/operations/{GUID}",
    f"/api/publishers/{PUBLISHER}/offers/other/operations/{GUID}",
)


def every_unlawful_address_is_refused() -> None:
    for operation_id in BEGIN:
        for headers in ({}, *({"Location": each} for each in HOSTILE)):
            try:
                made = asked(operation_id, httpx.Response(202, headers=headers))
            except InvalidLocation:
                continue
            raise AssertionError(f"{headers} was taken for {made!r}")


#: What is no address of an operation of the offer, though a header has it.
IDLE = (
    f"/api/publishers/{PUBLISHER}/offers/{OFFER}{VERSION}",
    f"/api/publishers/{PUBLISHER}/offers/{OFFER}/status{VERSION}",
    "nonsense",
)


def of_two_headers_the_address_is_followed() -> None:
    path = f"/api/publishers/{PUBLISHER}/offers/{OFFER}/operations/{GUID}"
    for operation_id in BEGIN:
        for idle in IDLE:
            for names in (("Location", "Operation-Location"), ("Operation-Location", "Location")):
                headers = dict(zip(names, (path + VERSION, idle), strict=True))
                try:
                    made = asked(operation_id, httpx.Response(202, headers=headers))
                except InvalidLocation as error:
                    raise AssertionError(f"{headers} was refused") from error
                assert made.ref.path == path, headers


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
            while taken < 256 * 1024 * 1024:
                taken += 65_536
                yield b"[" * 65_536

        try:
            asked("getOperation", httpx.Response(status, stream=Endless(endless)))
        except GoLiveError:
            # A list of operations can be long, the page of an error is cut.
            most = 17 * 1024 * 1024 if status == 200 else 1024 * 1024
            assert taken <= most, f"{taken} bytes were read"
        else:
            raise AssertionError("a body without an end was taken for an answer")


class Endless(httpx.SyncByteStream):
    def __init__(self, chunks: Callable[[], Iterator[bytes]]) -> None:
        self._chunks = chunks

    def __iter__(self) -> Iterator[bytes]:
        return self._chunks()


SUITE: tuple[Callable[[], None], ...] = (
    every_lawful_answer_is_understood,
    a_body_is_refused_only_for_lack_of_what_was_asked,
    every_unlawful_address_is_refused,
    of_two_headers_the_address_is_followed,
    whatever_comes_only_our_errors_go,
    a_body_without_an_end_is_given_up,
)
