"""The catalogue of what a client may get wrong, each to be caught by the client-side suite alone.

A tampering replaces a part of the wrapper by one that is wrong. `caught_by` names the part of the suite
that must find it.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import httpx
import pytest
from attrs import evolve, frozen

from answers_suite import Answers
from golive import ServiceError, State, answers, lenient, sessions
from golive.ingestion import difference
from golive.ingestion import following as tracked
from golive.ingestion import queries as ingestion_queries
from golive.ingestion import reading as ingestion_reading
from golive.ingestion import starting as submitting
from golive.portal import location, queries, reading, starting
from golive.portal.reading import Listing
from ingestion_answers import INGESTION_ANSWERS
from portal_answers import PORTAL_ANSWERS

UNDERSTOOD = "every_lawful_answer_is_understood"
BODY = "a_body_is_refused_only_for_lack_of_what_was_asked"
ADDRESS = "every_unlawful_address_is_refused"
TWO = "of_two_headers_the_address_is_followed"
ENDLESS = "a_body_without_an_end_is_given_up"


@frozen
class Tampering:
    """Something that a client gets wrong.

    Attributes:
        name: Its name.
        what: What the client does, for the table in the documentation.
        caught_by: The part of the suite that must find it.
        apply: Makes the client do so.
        suite: The suite, of one API.
    """

    name: str
    what: str
    caught_by: str
    apply: Callable[[pytest.MonkeyPatch], None]
    suite: Answers = PORTAL_ANSWERS


def replacing(owner: Any, name: str, wrong: Callable[..., Any]) -> Callable[[pytest.MonkeyPatch], None]:
    """Replace a function by one that is given the right one first."""

    def apply(patch: pytest.MonkeyPatch) -> None:
        right = getattr(owner, name)

        def instead(*arguments: Any, **named: Any) -> Any:
            return wrong(right, *arguments, **named)

        patch.setattr(owner, name, instead)

    return apply


def for_class(owner: Any, name: str, wrong: Callable[..., Any]) -> Callable[[pytest.MonkeyPatch], None]:
    """Replace a class method by one that is given the right one first."""

    def apply(patch: pytest.MonkeyPatch) -> None:
        right = getattr(owner, name)

        def instead(cls: Any, *arguments: Any, **named: Any) -> Any:
            return wrong(right, *arguments, **named)

        patch.setattr(owner, name, classmethod(instead))

    return apply


def without(name: str) -> Callable[..., Any]:
    def wrong(right: Any, headers: Any, *others: Any) -> Any:
        return right({k: v for k, v in headers.items() if k.lower() != name}, *others)

    return wrong


def first_header_only(right: Any, headers: Any, *others: Any) -> Any:
    both = "location" in headers and "operation-location" in headers
    return without("operation-location")(right, headers, *others) if both else right(headers, *others)


def bare_only(right: Any, body: Any, what: str) -> Any:
    if isinstance(body, list):
        raise ValueError("an array")
    return right(body, what)


def unknown_as(state: State) -> Callable[..., Any]:
    def wrong(right: Any, word: str) -> State:
        found: State = right(word)
        return state if found is State.UNKNOWN else found

    return wrong


def exact_words(right: Any, word: str) -> Any:
    known = ("running", "completed", "failed", "canceled", "waitingForPublisherReview", "notStarted")
    return right(word) if word in known else State.UNKNOWN


def no_word_needed(right: Any, given: Any, *others: Any) -> Any:
    return right(given, *others) if "status" in given else ("", State.UNKNOWN)


def any_word(right: Any, given: Any, *others: Any) -> Any:
    return str(given.get("status")), State.UNKNOWN


def objects_only(right: Any, value: Any, *others: Any) -> Any:
    return None if isinstance(value, str) else right(value, *others)


def all_or_nothing(right: Any, value: Any, *others: Any) -> Any:
    if not isinstance(value, dict):
        raise ValueError("no object")
    return right(value, *others)


def with_id_only(right: Any, value: Any, *others: Any) -> Any:
    return right(value, *others) if isinstance(value, dict) and "id" in value else None


def without_zone(right: Any, value: Any, *others: Any) -> Any:
    read = right(value, *others)
    return None if read is None else read.replace(tzinfo=None)


def zone_wanted(right: Any, value: Any, *others: Any) -> Any:
    zoned = isinstance(value, str) and (value.endswith("Z") or value[-6:-5] in ("+", "-"))
    return right(value, *others) if zoned else None


def no_nulls(right: Any, value: Any, *others: Any) -> Any:
    if value is None:
        raise ValueError("null")
    return right(value, *others)


def service_error(**lost: Any) -> Callable[..., Any]:
    def wrong(right: Any, received: Any) -> ServiceError:
        error: ServiceError = right(received)
        for name, value in lost.items():
            setattr(error, name, value)
        return error

    return wrong


def usual_shape_only(right: Any, body: Any) -> Any:
    return right(body) if isinstance(body, dict) and "error" in body else (None, "", {})


def anywhere(right: Any, value: str, origin: Any) -> Any:
    path = httpx.URL(value).path if value else value
    return right(path, origin)


def no_etag(right: Any, body: Any, *, etag: Any) -> Any:
    return right(body, etag=None)


def first_entry(right: Any, *arguments: Any, **named: Any) -> Listing:
    return Listing(right(*arguments, **named).entries[:1])


def no_odd_entry(right: Any, body: Any, **named: Any) -> Any:
    if isinstance(body, list) and not all(isinstance(entry, dict) for entry in body):
        raise ValueError("an odd entry")
    return right(body, **named)


def without_document(right: Any, *arguments: Any, **named: Any) -> Any:
    return evolve(right(*arguments, **named), document={})


def lost(name: str, value: Any = None) -> Callable[[pytest.MonkeyPatch], None]:
    return replacing(answers, "_service_error", service_error(**{name: value}))


def nameless(status: int) -> Callable[[pytest.MonkeyPatch], None]:
    def apply(patch: pytest.MonkeyPatch) -> None:
        patch.delitem(answers._BY_STATUS, status)

    return apply


def unbounded(patch: pytest.MonkeyPatch) -> None:
    for module in (answers, sessions):
        patch.setattr(module, "MAX_BODY", 2**62)


def empty(right: Any, *arguments: Any) -> Any:
    return ()


def nothing(right: Any, *arguments: Any) -> Any:
    return None


def one_spelling(right: Any, body: Any) -> Any:
    return right({key: each for key, each in body.items() if key != "jobID"})


def exact_pair(right: Any, status: str, result: str) -> Any:
    exact = status in ("notStarted", "running", "completed")
    return right(status, result) if exact else State.UNKNOWN


def one_l(right: Any, status: str, result: str) -> Any:
    return State.UNKNOWN if "cancelled" in result.lower() else right(status, result)


def first_word(right: Any, status: str, result: str) -> Any:
    return State.of(status)


def second_word(right: Any, status: str, result: str) -> Any:
    return State.of(result)


def any_year(right: Any, value: Any, name: str) -> Any:
    return lenient.moment(value, name)


def rounded(right: Any, value: Any) -> Any:
    guid, number = right(value)
    return guid, str(int(float(number))) if number.isdigit() else number


def of_anybody(right: Any, value: Any) -> Any:
    return None, right(value)[1]


def no_reasons(right: Any, *arguments: Any, **named: Any) -> Any:
    page = right(*arguments, **named)
    return evolve(page, entries=tuple(evolve(each, reasons=None) for each in page.entries))


def no_lifecycle(right: Any, *arguments: Any, **named: Any) -> Any:
    page = right(*arguments, **named)
    return evolve(page, entries=tuple(evolve(each, lifecycle_state=None) for each in page.entries))


def first_product(right: Any, *arguments: Any, **named: Any) -> Any:
    page = right(*arguments, **named)
    return evolve(page, entries=page.entries[:1], next=None)


def by_place(right: Any, resources: list[Any]) -> Any:
    return dict(enumerate(resources))


def no_inner(right: Any, value: Any, depth: int) -> str:
    return ""


def any_of_them(right: Any, body: Any, **named: Any) -> Any:
    found = [each.get("id") for each in body["resources"] if "submission/" in str(each.get("id"))]
    return min(found).rpartition("/")[2] if found else None


def no_job_word_needed(right: Any, body: Any) -> Any:
    given = body[0] if isinstance(body, list) and len(body) == 1 else body
    return right({"jobStatus": "", **given} if isinstance(given, dict) else given)


def no_odd_submission(right: Any, body: Any, **named: Any) -> Any:
    page = right(body, **named)
    if page.unreadable:
        raise ValueError("an odd entry")
    return page


def none_at_all(right: Any, body: Any, what: str) -> Any:
    try:
        return right(body, what)
    except ValueError:
        return []


def whole_link(right: Any, body: Any) -> Any:
    return body.get("@nextLink") if isinstance(body, dict) else None


TAMPERINGS = [
    Tampering(
        "location-ignored",
        "Reads `Operation-Location` only",
        UNDERSTOOD,
        replacing(starting, "read_location", without("location")),
    ),
    Tampering(
        "operation-location-ignored",
        "Reads `Location` only",
        UNDERSTOOD,
        replacing(starting, "read_location", without("operation-location")),
    ),
    Tampering(
        "first-header-only",
        "Reads the first of two headers, whatever it names",
        TWO,
        replacing(starting, "read_location", first_header_only),
    ),
    Tampering(
        "guid-refused",
        "Refuses a name with the offer's GUID",
        UNDERSTOOD,
        replacing(location, "is_guid", lambda right, text: False),
    ),
    Tampering(
        "address-anywhere",
        "Follows an address to any host",
        ADDRESS,
        replacing(location, "parse_location", anywhere),
    ),
    Tampering(
        "address-of-any-offer",
        "Follows an operation of another offer",
        ADDRESS,
        replacing(location, "_about", lambda right, ref, *offer: ref),
    ),
    Tampering(
        "array-not-unwrapped",
        "Refuses a status in an array",
        UNDERSTOOD,
        replacing(lenient, "only", bare_only),
    ),
    Tampering(
        "unknown-word-fails",
        "Takes an unknown word for a failure",
        UNDERSTOOD,
        for_class(State, "of", unknown_as(State.FAILED)),
    ),
    Tampering(
        "unknown-word-succeeds",
        "Takes an unknown word for success",
        UNDERSTOOD,
        for_class(State, "of", unknown_as(State.SUCCEEDED)),
    ),
    Tampering(
        "words-exact", "Knows one spelling of each word", UNDERSTOOD, for_class(State, "of", exact_words)
    ),
    Tampering(
        "published-unknown",
        "Does not know the word of a published offer",
        UNDERSTOOD,
        replacing(reading, "offer_state", lambda right, word: State.of(word)),
    ),
    Tampering("steps-lost", "Loses the steps", UNDERSTOOD, replacing(reading, "_steps", empty)),
    Tampering(
        "bare-steps-lost",
        "Loses the steps without an id",
        UNDERSTOOD,
        replacing(reading, "_step", with_id_only),
    ),
    Tampering("messages-lost", "Loses the messages", UNDERSTOOD, replacing(reading, "_messages", empty)),
    Tampering("links-lost", "Loses the links", UNDERSTOOD, replacing(reading, "_links", empty)),
    Tampering(
        "text-messages-lost",
        "Loses messages that are strings",
        UNDERSTOOD,
        replacing(reading, "_message", objects_only),
    ),
    Tampering(
        "percentage-lost", "Loses the percentages", UNDERSTOOD, replacing(reading, "_percent", nothing)
    ),
    Tampering(
        "zone-lost", "Loses the time zone", UNDERSTOOD, replacing(lenient, "moment", without_zone)
    ),
    Tampering(
        "zone-wanted",
        "Loses a time that has no zone",
        UNDERSTOOD,
        replacing(lenient, "moment", zone_wanted),
    ),
    Tampering(
        "null-refused", "Refuses null for a list", UNDERSTOOD, replacing(lenient, "each", no_nulls)
    ),
    Tampering(
        "etag-lost", "Loses the ETag", UNDERSTOOD, replacing(queries, "read_offer_status", no_etag)
    ),
    Tampering(
        "submissions-cut",
        "Returns the first entry of the list",
        UNDERSTOOD,
        replacing(queries, "read_submissions", first_entry),
    ),
    Tampering(
        "document-lost",
        "Loses the document of an offer",
        UNDERSTOOD,
        replacing(queries, "read_offer", without_document),
    ),
    Tampering("error-code-lost", "Loses the service's error code", UNDERSTOOD, lost("code")),
    Tampering("error-message-lost", "Loses the error's explanation", UNDERSTOOD, lost("message", "?")),
    Tampering("error-details-lost", "Loses what an error says beyond", UNDERSTOOD, lost("details")),
    Tampering(
        "error-shapes-unread",
        "Reads errors of the reference's shape only",
        UNDERSTOOD,
        replacing(answers, "_read_error", usual_shape_only),
    ),
    Tampering("correlation-id-lost", "Loses the correlation id", UNDERSTOOD, lost("correlation_id")),
    Tampering("retry-after-lost", "Loses `Retry-After`", UNDERSTOOD, lost("retry_after")),
    Tampering("forbidden-unknown", "Takes a 403 for any refusal", UNDERSTOOD, nameless(403)),
    Tampering("throttling-unknown", "Takes a 429 for any refusal", UNDERSTOOD, nameless(429)),
    Tampering(
        "word-unneeded",
        "Takes a status without a word for one",
        BODY,
        replacing(reading, "_status", no_word_needed),
    ),
    Tampering(
        "types-unchecked", "Takes any value for a word", BODY, replacing(reading, "_status", any_word)
    ),
    Tampering(
        "decoration-decides",
        "Refuses a status for a step that is none",
        BODY,
        replacing(reading, "_step", all_or_nothing),
    ),
    Tampering(
        "odd-entry-decides",
        "Refuses a list for one odd entry",
        BODY,
        replacing(queries, "read_submissions", no_odd_entry),
    ),
    Tampering("body-unbounded", "Reads a body to its end, if it has one", ENDLESS, unbounded),
    Tampering(
        "one-spelling",
        "Reads `jobId` only, not `jobID`",
        UNDERSTOOD,
        replacing(submitting, "read_job", one_spelling),
        INGESTION_ANSWERS,
    ),
    Tampering(
        "pair-exact",
        "Knows one spelling of each word",
        UNDERSTOOD,
        replacing(ingestion_reading, "_state", exact_pair),
        INGESTION_ANSWERS,
    ),
    Tampering(
        "cancelled-unknown",
        "Does not know `cancelled`",
        UNDERSTOOD,
        replacing(ingestion_reading, "_state", one_l),
        INGESTION_ANSWERS,
    ),
    Tampering(
        "completed-succeeds",
        "Takes `completed` for success, whatever the result",
        UNDERSTOOD,
        replacing(ingestion_reading, "_state", first_word),
        INGESTION_ANSWERS,
    ),
    Tampering(
        "result-decides",
        "Believes the result of what has not ended",
        UNDERSTOOD,
        replacing(ingestion_reading, "_state", second_word),
        INGESTION_ANSWERS,
    ),
    Tampering(
        "year-one",
        "Takes the year 1 for a time",
        UNDERSTOOD,
        replacing(ingestion_reading, "_moment", any_year),
        INGESTION_ANSWERS,
    ),
    Tampering(
        "numbers-rounded",
        "Reads the numbers of submissions as floats",
        UNDERSTOOD,
        replacing(ingestion_reading, "_durable", rounded),
        INGESTION_ANSWERS,
    ),
    Tampering(
        "any-product",
        "Takes submissions of other products for its own",
        UNDERSTOOD,
        replacing(ingestion_reading, "_durable", of_anybody),
        INGESTION_ANSWERS,
    ),
    Tampering(
        "pages-lost",
        "Reads the first page of a list",
        UNDERSTOOD,
        replacing(ingestion_reading, "_next", nothing),
        INGESTION_ANSWERS,
    ),
    Tampering(
        "job-errors-lost",
        "Loses what a job says went wrong",
        UNDERSTOOD,
        replacing(ingestion_reading, "_error", nothing),
        INGESTION_ANSWERS,
    ),
    Tampering(
        "causes-lost",
        "Loses the causes of an error, where the reason is",
        UNDERSTOOD,
        replacing(ingestion_reading, "_inner", no_inner),
        INGESTION_ANSWERS,
    ),
    Tampering(
        "reasons-lost",
        "Loses what the service says of a submission",
        UNDERSTOOD,
        replacing(ingestion_queries, "read_submissions", no_reasons),
        INGESTION_ANSWERS,
    ),
    Tampering(
        "lifecycle-lost",
        "Loses that a product was deprecated",
        UNDERSTOOD,
        replacing(ingestion_queries, "read_submissions", no_lifecycle),
        INGESTION_ANSWERS,
    ),
    Tampering(
        "first-product",
        "Takes the first product that is named",
        UNDERSTOOD,
        replacing(ingestion_queries, "read_products", first_product),
        INGESTION_ANSWERS,
    ),
    Tampering(
        "any-of-a-detail",
        "Takes any submission of a job's detail for its own",
        UNDERSTOOD,
        replacing(tracked, "read_detail", any_of_them),
        INGESTION_ANSWERS,
    ),
    Tampering(
        "resources-by-place",
        "Compares resources by their place",
        UNDERSTOOD,
        replacing(difference, "_by_name", by_place),
        INGESTION_ANSWERS,
    ),
    Tampering(
        "null-for-a-list-refused",
        "Refuses null for a list",
        UNDERSTOOD,
        replacing(lenient, "each", no_nulls),
        INGESTION_ANSWERS,
    ),
    Tampering(
        "body-of-any-length",
        "Reads a body to its end, if it has one",
        ENDLESS,
        unbounded,
        INGESTION_ANSWERS,
    ),
    Tampering(
        "job-word-unneeded",
        "Takes a job without a word for one",
        BODY,
        replacing(tracked, "read_job", no_job_word_needed),
        INGESTION_ANSWERS,
    ),
    Tampering(
        "odd-submission-decides",
        "Refuses a list of submissions for one odd entry",
        BODY,
        replacing(ingestion_queries, "read_submissions", no_odd_submission),
        INGESTION_ANSWERS,
    ),
    Tampering(
        "no-list-is-empty",
        "Takes what is no list for an empty one",
        BODY,
        replacing(lenient, "listed", none_at_all),
        INGESTION_ANSWERS,
    ),
    Tampering(
        "link-as-token",
        "Sends the link of the next page as its token",
        UNDERSTOOD,
        replacing(ingestion_reading, "_next", whole_link),
        INGESTION_ANSWERS,
    ),
]
