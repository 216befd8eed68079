"""The catalogue of what a client may get wrong, each to be caught by the client-side suite alone.

A tampering replaces a part of the wrapper by one that is wrong. `caught_by` names the part of the suite
that must find it.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import httpx
import pytest
from attrs import frozen

from golive import ServiceError, State, answers, following, location, queries, reading, starting

UNDERSTOOD = "every_lawful_answer_is_understood"
BODY = "every_unlawful_body_is_refused"
ADDRESS = "every_unlawful_address_is_refused"
WHATEVER = "whatever_comes_only_our_errors_go"
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
    def wrong(right: Any, headers: Any, *where: Any) -> Any:
        return right({k: v for k, v in headers.multi_items() if k.lower() != name}, *where)

    return wrong


def bare_only(right: Any, body: Any) -> Any:
    if isinstance(body, list):
        raise ValueError("an array")
    return right(body)


def unknown_as(state: State) -> Callable[..., Any]:
    def wrong(right: Any, word: str) -> State:
        found: State = right(word)
        return state if found is State.UNKNOWN else found

    return wrong


def exact_words(right: Any, word: str) -> Any:
    known = ("running", "completed", "failed", "canceled", "waitingForPublisherReview", "notStarted")
    return right(word) if word in known else State.UNKNOWN


def objects_only(right: Any, value: Any, number: int) -> Any:
    if isinstance(value, str):
        raise ValueError("a string")
    return right(value, number)


def without_zone(right: Any, *arguments: Any) -> Any:
    moment = right(*arguments)
    return None if moment is None else moment.replace(tzinfo=None)


def no_nulls(right: Any, value: Any, *others: Any) -> Any:
    if value is None:
        raise ValueError("null")
    return right(value, *others)


def service_error(**lost: Any) -> Callable[..., Any]:
    def wrong(right: Any, response: Any) -> ServiceError:
        error: ServiceError = right(response)
        for name, value in lost.items():
            setattr(error, name, value)
        return error

    return wrong


def anywhere(right: Any, value: str, origin: Any) -> Any:
    path = httpx.URL(value).path if value else value
    return right(path, origin)


def no_etag(right: Any, body: Any, *, etag: Any) -> Any:
    return right(body, etag=None)


def first_entry(right: Any, context: Any, *arguments: Any, **named: Any) -> Any:
    found = yield from right(context, *arguments, **named)
    return found[:1]


def lost(name: str, value: Any = None) -> Callable[[pytest.MonkeyPatch], None]:
    return replacing(answers, "_service_error", service_error(**{name: value}))


def nameless(status: int) -> Callable[[pytest.MonkeyPatch], None]:
    def apply(patch: pytest.MonkeyPatch) -> None:
        patch.delitem(answers._BY_STATUS, status)

    return apply


def unbounded(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(answers, "MAX_BODY", 2**62)


def empty(right: Any, *arguments: Any) -> Any:
    return ()


def any_status(right: Any, given: Any, *arguments: Any) -> Any:
    return str(given.get("status")), State.UNKNOWN


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
        "address-anywhere",
        "Follows an address to any host",
        ADDRESS,
        replacing(location, "parse_location", anywhere),
    ),
    Tampering(
        "array-not-unwrapped",
        "Refuses a status in an array",
        UNDERSTOOD,
        replacing(following, "read_operation", bare_only),
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
    Tampering("steps-lost", "Loses the steps", UNDERSTOOD, replacing(reading, "_steps", empty)),
    Tampering("messages-lost", "Loses the messages", UNDERSTOOD, replacing(reading, "_messages", empty)),
    Tampering("links-lost", "Loses the links", UNDERSTOOD, replacing(reading, "_links", empty)),
    Tampering(
        "text-messages-refused",
        "Refuses messages that are strings",
        UNDERSTOOD,
        replacing(reading, "_message", objects_only),
    ),
    Tampering(
        "percentage-lost",
        "Loses the percentages",
        UNDERSTOOD,
        replacing(reading, "_percent", lambda right, value: None),
    ),
    Tampering("zone-lost", "Loses the zone", UNDERSTOOD, replacing(reading, "_moment", without_zone)),
    Tampering(
        "null-refused", "Refuses null for a list", UNDERSTOOD, replacing(reading, "_each", no_nulls)
    ),
    Tampering("etag-lost", "Loses the ETag", UNDERSTOOD, replacing(queries, "read_offer_status", no_etag)),
    Tampering(
        "submissions-cut",
        "Returns the first entry of the list",
        UNDERSTOOD,
        replacing(queries, "submissions", first_entry),
    ),
    Tampering("error-code-lost", "Loses the service's error code", UNDERSTOOD, lost("code")),
    Tampering("correlation-id-lost", "Loses the correlation id", UNDERSTOOD, lost("correlation_id")),
    Tampering("retry-after-lost", "Loses `Retry-After`", UNDERSTOOD, lost("retry_after")),
    Tampering("forbidden-unknown", "Takes a 403 for any refusal", UNDERSTOOD, nameless(403)),
    Tampering("throttling-unknown", "Takes a 429 for any refusal", UNDERSTOOD, nameless(429)),
    Tampering(
        "types-unchecked",
        "Takes any value for a word",
        BODY,
        replacing(reading, "_status", any_status),
    ),
    Tampering("body-unbounded", "Reads a body to its end, if it has one", ENDLESS, unbounded),
]
