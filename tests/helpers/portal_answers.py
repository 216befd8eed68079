"""What the answers of the Cloud Partner Portal API are to become, drawn from its contract."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

import httpx
from attrs import evolve, frozen
from hypothesis import strategies as st

from answers_suite import (
    ONCE,
    Answers,
    moment,
    response_of,
    shown,
    shown_of,
    without_nulls,
)
from conftest import LOCAL, VirtualClock
from contracts import contracts
from drawn import SPELLINGS, Drawn, Draws, header_values, timestamps
from golive import (
    GoLiveClient,
    GoLiveError,
    InvalidLocation,
    NothingToCancel,
    Operation,
    ServiceError,
    State,
    SubmissionUncertain,
    UnsupportedVersion,
)
from golive.portal import reading

CONTRACT = contracts()["golive_api"]

#: The offer that is asked about, and a GUID that it may be called by.
PUBLISHER, OFFER = "contoso", "contoso-offer"
OFFER_GUID = "9c1bb4bd-8a4c-4a5d-b8fd-0a4c6d9a5f10"
VERSION = "?api-version=2017-10-31"


GUID = "56615b67-2185-49fe-80d2-c4ddf77bb2e8"
BEGIN = {"goLive": "begin_go_live", "publish": "begin_publish", "cancel": "begin_cancel"}
OFFERS = ("listOffers", "getOffer", "getOfferSlot")
#: What the clients do not ask, and whose answers golive can read all the same, by what.
READ_ALONE = {
    "getOfferVersion": "read_offer",
    "putOffer": "read_offer",
}
#: What is neither asked nor read.
UNASKED = ("listPublishers", "listOfferTypes")
#: An offer that can go live.
READY = {"status": "running", "steps": [{"id": "publisher-signoff", "status": "waitingForApproval"}]}


@frozen(eq=False)
class PortalDraws(Draws):
    """Draws what the contract allows, about the offer that is asked about."""

    def headers(self, response: dict[str, Any]) -> st.SearchStrategy[dict[str, str]]:
        """Draw the headers of an answer, which name one operation."""
        drawn = super().headers(response)
        return drawn.flatmap(addressed) if "Location" in response.get("headers", {}) else drawn


def addressed(headers: dict[str, str]) -> st.SearchStrategy[dict[str, str]]:
    others = {name: each for name, each in headers.items() if not name.endswith("Location")}
    found = addresses(headers.get("Location"), headers.get("Operation-Location"))
    return found.map(lambda named: {**others, **named})


DRAWS = PortalDraws(
    CONTRACT,
    {
        "KnownStatusWord": lambda _, schema: st.builds(
            lambda spell, word: spell(word), SPELLINGS, st.sampled_from(schema["enum"])
        ),
        # Its pattern has a thirty-first of February.
        "ZonelessTime": lambda _, schema: timestamps(offsets=("",)),
    },
)
answers = DRAWS.answers


@st.composite
def addresses(draw: st.DrawFn, location: str | None, older: str | None) -> dict[str, str]:
    """Draw the headers that name an operation: one of the two, or both, and then the same operation.

    Args:
        location: What was drawn for `Location`, of any offer.
        older: The same for `Operation-Location`, on any host.
    """
    if location is None and older is None:
        # That one of them is there is no matter of a schema, but of a rule.
        older = draw(header_values(header("OperationLocation")["schema"]))
    path = draw(own_path(location or older or ""))
    headers = {}
    if location is not None:
        headers["Location"] = path + VERSION
    if older is not None:
        if "/publishers/" not in path and draw(st.booleans()):
            # The second of two headers may call the offer otherwise than the first.
            path = draw(own_path(path))
        host = draw(st.sampled_from([LOCAL, ""]))
        headers["Operation-Location"] = host + path + draw(st.sampled_from([VERSION, ""]))
    return headers


@st.composite
def own_path(draw: st.DrawFn, address: str) -> str:
    """Make a path of the offer that is asked about, out of an address of any."""
    operation = address.partition("?")[0].rpartition("/")[2]
    if "/publishers/" in address:
        return f"/api/publishers/{PUBLISHER}/offers/{OFFER}/operations/{operation}"
    _, _, number, slot = operation.split("$")
    name = draw(st.sampled_from([OFFER, OFFER_GUID]))
    return f"/api/operations/{PUBLISHER}${name}${number}${slot}"


def header(name: str) -> dict[str, Any]:
    found: dict[str, Any] = CONTRACT.components["headers"][name]
    return found


def with_word(drawn: Drawn, word: str, *, in_array: bool) -> Drawn:
    """Say a certain word for the status of an operation, bare or in an array."""
    body = drawn.body[0] if isinstance(drawn.body, list) else drawn.body
    body = {**body, "status": word}
    return evolve(drawn, body=[body] if in_array else body)


WORDS = [*CONTRACT.components["schemas"]["KnownStatusWord"]["enum"], "Nearly There"]
MUST_BE_DRAWN = frozenset(
    {
        *("a bare object", "an array", "an unknown word", "a message as text", "a message as an object"),
        *("no steps", "steps that are null", "an error without a body", "Retry-After in seconds"),
        *("Retry-After as a date", "Location, migrated", "Location, non-migrated"),
        *("Operation-Location, migrated", "Operation-Location, non-migrated"),
        *(
            "Operation-Location, relative",
            "Operation-Location, absolute",
            "Operation-Location, no version",
        ),
        *("both headers", "no Location", "the offer's GUID in Location", "a step without id"),
        *("the offer's GUID in Operation-Location", "a step without stepName", "a time without zone"),
        *("a time that is null", "a number that is null", "a message without timestamp"),
        *("an error in the usual shape", "an error as Message", "an error as Variant"),
        *("an error as a string", "an error with details", "an error with innererror"),
        *("slot production", "slot staging", "another slot", "an offer that is published"),
        *("an offer without status", "an offer with more fields", "an offer with a definition"),
        *("a word for " + state for state in ("not_started", "running", "waiting_for_publisher")),
        *("a word for " + state for state in ("succeeded", "failed", "canceled")),
    }
)


#: What the words mean, read out of the contract's description a second time.
STATES = {
    "not_started": {"notstarted", "neverpublished"},
    "running": {"running", "inprogress"},
    "waiting_for_publisher": {"waitingforpublisherreview", "waitingforapproval", "blocked"},
    "succeeded": {"complete", "completed", "succeeded"},
    "failed": {"failed", "rejected"},
    "canceled": {"canceled", "cancelled"},
}


def state_of(word: str, *, of_an_offer: bool = False) -> str:
    """Say what a word means; one more is known of offers (schema `OfferStatusWord`)."""
    plain = word.casefold()
    for character in " -_":
        plain = plain.replace(character, "")
    if of_an_offer and plain == "published":
        return "succeeded"
    return next((state for state, words in STATES.items() if plain in words), "unknown")


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


#: What is no address of an operation of the offer, though a header has it.
IDLE = (
    f"/api/publishers/{PUBLISHER}/offers/{OFFER}{VERSION}",
    f"/api/publishers/{PUBLISHER}/offers/{OFFER}/status{VERSION}",
    "nonsense",
)


class PortalAnswers(Answers):
    """What a client makes of the answers of the Cloud Partner Portal API."""

    draws = DRAWS
    reads = ("getOperation", "getOfferOperation", "listSubmissions", "getOfferStatus")
    begins = tuple(BEGIN)
    unread = ("listPublishers", "listOfferTypes")
    must_be_drawn = MUST_BE_DRAWN
    endless = "getOperation"
    parts = (
        *Answers.parts,
        "every_unlawful_address_is_refused",
        "of_two_headers_the_address_is_followed",
    )

    def __str__(self) -> str:
        return "portal"

    def asked(self, operation_id: str, response: httpx.Response) -> Any:
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
            retry=ONCE,
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

    def check(self, drawn: Drawn) -> None:
        """Compare what a client makes of an answer with the answer."""
        if drawn.operation_id in READ_ALONE:
            read = getattr(reading, READ_ALONE[drawn.operation_id])
            check_documents(read(drawn.body), drawn.body)
            return
        try:
            made = self.asked(drawn.operation_id, response_of(drawn))
        except NothingToCancel:
            assert (drawn.operation_id, drawn.status) == ("cancel", 200)
            return
        except SubmissionUncertain:
            # Nobody knows what came of a request that was answered 500.
            assert drawn.operation_id in BEGIN
            assert drawn.status == 500
            return
        except ServiceError as error:
            self.check_error(error, drawn)
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

    def count(self, drawn: Drawn) -> None:
        """Count what an answer is an example of."""
        for name in ("Location", "Operation-Location"):
            if name in drawn.headers:
                form = "migrated" if "/publishers/" in drawn.headers[name] else "non-migrated"
                self.counts[f"{name}, {form}"] += 1
                self.counts[f"the offer's GUID in {name}"] += OFFER_GUID in drawn.headers[name]
        if (older := drawn.headers.get("Operation-Location")) is not None:
            self.counts[
                f"Operation-Location, {'relative' if older.startswith('/') else 'absolute'}"
            ] += 1
            self.counts["Operation-Location, no version"] += "?" not in older
            self.counts["both headers" if "Location" in drawn.headers else "no Location"] += 1
        if "Retry-After" in drawn.headers:
            kind = "in seconds" if drawn.headers["Retry-After"].isdigit() else "as a date"
            self.counts[f"Retry-After {kind}"] += 1
        if drawn.status >= 400 and drawn.status != 411:
            self.count_error(drawn.body)
        elif drawn.operation_id == "listSubmissions":
            for entry in drawn.body:
                known = entry.get("slot") in ("production", "staging")
                self.counts[f"slot {entry['slot']}" if known else "another slot"] += 1
                self.count_moment(entry, "changedTime")
                self.counts["a number that is null"] += "version" in entry and entry["version"] is None
        elif drawn.operation_id in ("getOffer", "putOffer"):
            self.count_moment(drawn.body, "changedTime")
            self.counts["an offer that is published"] += drawn.body.get("status") == "published"
            self.counts["an offer without status"] += drawn.body.get("status") is None
            self.counts["an offer with more fields"] += any(key.startswith("x-") for key in drawn.body)
            self.counts["an offer with a definition"] += bool(drawn.body.get("definition"))
        if drawn.operation_id in ("getOperation", "getOfferOperation") and drawn.status == 200:
            self.counts["an array" if isinstance(drawn.body, list) else "a bare object"] += 1
            operation = drawn.body[0] if isinstance(drawn.body, list) else drawn.body
            state = state_of(operation["status"])
            self.counts["an unknown word" if state == "unknown" else f"a word for {state}"] += 1
            self.counts["no steps" if "steps" not in operation else "steps"] += 1
            self.counts["steps that are null"] += "steps" in operation and operation["steps"] is None
            for message in operation.get("messages") or []:
                self.counts[f"a message as {'text' if isinstance(message, str) else 'an object'}"] += 1
                if not isinstance(message, str):
                    self.counts["a message without timestamp"] += message.get("timestamp") is None
            for step in operation.get("steps") or []:
                for key in ("id", "stepName"):
                    self.counts[f"a step without {key}"] += key not in step

    def count_error(self, body: Any) -> None:
        match body:
            case None:
                self.counts["an error without a body"] += 1
            case str():
                self.counts["an error as a string"] += 1
            case {"error": error}:
                self.counts["an error in the usual shape"] += 1
                for name in ("details", "innererror"):
                    self.counts[f"an error with {name}"] += bool(error.get(name))
            case {"Message": _}:
                self.counts["an error as Message"] += 1
            case {"Variant": _}:
                self.counts["an error as Variant"] += 1

    def count_moment(self, body: dict[str, Any], name: str) -> None:
        text = body.get(name)
        if text is None:
            self.counts["a time that is null"] += name in body
        else:
            self.counts["a time without zone"] += not text.endswith("Z") and text[-6] not in "+-"

    def says_what_was_asked(self, operation_id: str, body: Any) -> bool:
        """Tell whether a body has the word of a status, or is a list, whatever else is wrong with it."""
        if operation_id == "listSubmissions":
            return isinstance(body, list)
        if isinstance(body, list):
            (body,) = body if len(body) == 1 else [None]
        return isinstance(body, dict) and isinstance(body.get("status"), str)

    def check_what_is_lawful(self, operation_id: str, made: Any, body: Any) -> None:
        """Check that what is wrong with a body did not spoil the rest of it."""
        if operation_id == "listSubmissions":
            for entry in body:
                if self.fits("Submission", entry):
                    alike = [each for each in made if each.ref.operation_id == entry["id"]]
                    assert alike, f"{entry!r} was lost"
                    if len(alike) == 1:
                        check_submission(alike[0], without_nulls(entry))
            return
        body = body[0] if isinstance(body, list) else body
        assert made.word == shown(body["status"])
        assert (
            made.state
            is State[state_of(body["status"], of_an_offer=operation_id == self.reads[-1]).upper()]
        )
        steps = body.get("steps")
        for step in steps if isinstance(steps, list) else []:
            if self.fits("Step", step) and any(step.get(name) for name in ("id", "stepName")):
                named = [shown(step[name]) for name in ("id", "stepName") if step.get(name)]
                assert any(each.id in named or each.name in named for each in made.steps)

    def is_read(self, operation_id: str, status: str) -> bool:
        """Tell whether a client reads such an answer."""
        # An error is the same, whatever was asked.
        alone = operation_id in READ_ALONE and status != "200"
        return super().is_read(operation_id, status) and not alone

    def more(self) -> Iterator[Iterable[Drawn]]:
        """Yield an operation with each word that is known, bare and in an array."""
        for word in WORDS:
            for in_array in (False, True):
                drawn = self.lawful("getOperation", "200", 3, f"{word} {in_array}")
                yield (with_word(each, word, in_array=in_array) for each in drawn)

    def kind_of_error(self, status: int, code: str | None) -> type[GoLiveError]:
        """Return what an answer that is an error becomes."""
        if status == 400 and code == "InvalidAPIVersion":
            return UnsupportedVersion
        return super().kind_of_error(status, code)

    def every_unlawful_address_is_refused(self) -> None:
        """Answer with addresses that must not be followed."""
        for operation_id in self.begins:
            for headers in ({}, *({"Location": each} for each in HOSTILE)):
                try:
                    made = self.asked(operation_id, httpx.Response(202, headers=headers))
                except InvalidLocation:
                    continue
                raise AssertionError(f"{headers} was taken for {made!r}")

    def of_two_headers_the_address_is_followed(self) -> None:
        """Answer with an address in one header, and something else in the other."""
        path = f"/api/publishers/{PUBLISHER}/offers/{OFFER}/operations/{GUID}"
        for operation_id in self.begins:
            for idle in IDLE:
                for names in (("Location", "Operation-Location"), ("Operation-Location", "Location")):
                    headers = dict(zip(names, (path + VERSION, idle), strict=True))
                    try:
                        made = self.asked(operation_id, httpx.Response(202, headers=headers))
                    except InvalidLocation as error:
                        raise AssertionError(f"{headers} was refused") from error
                    assert made.ref.path == path, headers


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


PORTAL_ANSWERS = PortalAnswers()
