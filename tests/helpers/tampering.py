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

from golive import ServiceError, State, answers, lenient, sessions
from golive.portal import location, queries, reading, starting
from golive.portal.reading import Listing

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
    """

    name: str
    what: str
    caught_by: str
    apply: Callable[[pytest.MonkeyPatch], None]


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
]
