"""What the service answers becomes snapshots: words decide, everything else is read as far as it can be.

The reference, recordings and running clients disagree about nearly everything but the status word. So a
body is refused only if it has no such word, or is no list where one was asked for; whatever decorates
may be missing, null, of another type or nonsense, and is dropped then, with a debug line. All text is
made printable, and bounded: one field cannot fill a log.
"""

from __future__ import annotations

import logging
import re
from collections.abc import Callable, Iterable, Mapping
from datetime import UTC, datetime
from typing import Any, TypeVar

from attrs import frozen

from golive.errors import InvalidInput
from golive.origin import Origin
from golive.portal.location import check_identifier
from golive.refs import LocationForm, OperationRef
from golive.status import (
    Link,
    Message,
    Offer,
    OfferStatus,
    OperationStatus,
    Step,
    Submission,
)
from golive.text import REPLACEMENT, explanation, one_line, printable, shortened
from golive.vocabulary import MIGRATED, State, offer_state, same_word

__all__ = [
    "Listing",
    "read_offer",
    "read_offer_status",
    "read_offers",
    "read_operation",
    "read_submissions",
]

T = TypeVar("T")

logger: logging.Logger = logging.getLogger("golive")

#: How many characters of a name or a word are kept, and of a text; lawful ones have some dozens.
MAX_NAME = 500
MAX_TEXT = 64 * 1024

_WHOLE_NUMBER = re.compile(r"\s*([+-]?[0-9]{1,30})\s*%?\s*", re.ASCII)
_SURROGATES = re.compile("[\ud800-\udfff]")


@frozen
class Listing:
    """What a list of operations came to.

    Attributes:
        entries: What could be read, in the order of the list: the newest first.
        unreadable: What could not be read and yet may run, a line each.
    """

    entries: tuple[Submission, ...]
    unreadable: tuple[str, ...] = ()


def read_operation(body: object) -> OperationStatus:
    """Read the status of an operation.

    Args:
        body: What `json.loads` gave: an object, as running clients saw it, or the array with just one
            of the sample (page "retrieve-operations").

    Raises:
        ValueError: It has no status word; the text says what it is instead.
    """
    given = _only(body, "an operation")
    word, state = _status(given, "an operation")
    return OperationStatus(
        state=state,
        word=word,
        steps=_steps(given.get("steps")),
        messages=_messages(given.get("messages")),
        error=_explained(given.get("error"), "error"),
        id=_name(given.get("id"), "id"),
        submission_type=_name(given.get("submissionType"), "submissionType"),
        publishing_version=_number(given.get("publishingVersion"), "publishingVersion"),
        offer_version=_number(given.get("offerVersion"), "offerVersion"),
        cancellation_request_state=_name(
            given.get("cancellationRequestState"), "cancellationRequestState"
        ),
        created=_moment(given.get("createdDateTime"), "createdDateTime"),
        last_action=_moment(given.get("lastActionDateTime"), "lastActionDateTime"),
        preview_links=_links(given.get("previewLinks"), "previewLinks"),
        live_links=_links(given.get("liveLinks"), "liveLinks"),
        notification_emails=_emails(given.get("notificationEmails"), "notificationEmails"),
    )


def read_offer_status(body: object, *, etag: str | None = None) -> OfferStatus:
    """Read where an offer stands (page "retrieve-offer-status").

    Args:
        body: What `json.loads` gave.
        etag: The value of the answer's `ETag`, or None.

    Raises:
        ValueError: It has no status word; the text says what it is instead.
    """
    given = _only(body, "the status of an offer")
    word, state = _status(given, "the status of an offer", offer_state)
    return OfferStatus(
        state=state,
        word=word,
        steps=_steps(given.get("steps")),
        messages=_messages(given.get("messages")),
        preview_links=_links(given.get("previewLinks"), "previewLinks"),
        live_links=_links(given.get("liveLinks"), "liveLinks"),
        notification_emails=_emails(given.get("notificationEmails"), "notificationEmails"),
        etag=etag,
    )


def read_submissions(body: object, *, origin: Origin, publisher_id: str, offer_id: str) -> Listing:
    """Read the list of an offer's operations (page "retrieve-operations").

    An entry without a usable id cannot be followed; it is told of in `Listing.unreadable`, unless its
    word says that it has ended, or it says nothing at all.

    Args:
        body: What `json.loads` gave.
        origin: Where the service is.
        publisher_id: The publisher whose offer was asked about.
        offer_id: The offer that was asked about; the entries name it by a GUID instead.

    Raises:
        ValueError: It is not a list.
    """
    entries: list[Submission] = []
    unreadable: list[str] = []
    for number, entry in enumerate(_listed(body, "a list of operations"), 1):
        if not isinstance(entry, Mapping):
            if isinstance(entry, (str, list)) and entry:
                unreadable.append(f"entry {number} is {_kind(entry)}")
            else:
                _dropped(f"entry {number} of the list", entry)
            continue
        try:
            operation_id = check_identifier(_identifier(entry.get("id")), "operation id")
        except InvalidInput:
            if not entry or State.of(_word(entry.get("submissionState"))).is_terminal:
                _dropped(f"the id of entry {number} of the list", entry.get("id"))
            else:
                unreadable.append(_unreadable(number, entry))
            continue
        ref = OperationRef(origin, publisher_id, offer_id, operation_id, LocationForm.MIGRATED)
        entries.append(_submission(ref, entry))
    return Listing(tuple(entries), tuple(unreadable))


def _submission(ref: OperationRef, entry: Mapping[str, Any]) -> Submission:
    word = _word(entry.get("submissionState"))
    if not word:
        _dropped("submissionState", entry.get("submissionState"))
    metadata = _inside(entry, "definition", "metadata")
    return Submission(
        ref=ref,
        submission_type=_name(entry.get("submissionType"), "submissionType") or "",
        state=State.of(word),
        word=one_word(word),
        publisher_id=_name(entry.get("publisherId"), "publisherId"),
        offer_guid=_name(entry.get("offerId"), "offerId"),
        publishing_version=_number(entry.get("publishingVersion"), "publishingVersion"),
        offer_version=_number(entry.get("offerVersion"), "offerVersion"),
        offer_type=_name(entry.get("offerTypeId"), "offerTypeId"),
        slot=_name(entry.get("slot"), "slot"),
        version=_number(entry.get("version"), "version"),
        emails=_emails(metadata.get("emails"), "emails"),
        changed=_moment(entry.get("changedTime"), "changedTime"),
    )


def _unreadable(number: int, entry: Mapping[str, Any]) -> str:
    said = (
        f"{name} {one_line(word, 60)!r}"
        for name in ("id", "submissionType", "submissionState")
        if (word := _identifier(entry.get(name)))
    )
    return f"entry {number} has no usable id: {', '.join(said) or 'it says nothing'}"


def read_offers(body: object) -> tuple[Offer, ...]:
    """Read the list of a publisher's offers (page "retrieve-offers"); what is no offer is left out.

    Args:
        body: What `json.loads` gave: an array, or an object with one in `value`.

    Raises:
        ValueError: It is neither.
    """
    found: list[Offer] = []
    for number, entry in enumerate(_listed(body, "a list of offers"), 1):
        made = read_offer(entry) if isinstance(entry, Mapping) else None
        if made is None or not made.id:
            _dropped(f"entry {number} of a list of offers", entry)
        else:
            found.append(made)
    return tuple(found)


def read_offer(body: object, *, etag: str | None = None) -> Offer:
    """Read an offer, or one of its slots or versions (page "retrieve-specific-offer").

    Args:
        body: What `json.loads` gave.
        etag: The value of the answer's `ETag`, or None.

    Raises:
        ValueError: It is not an object.
    """
    if not isinstance(body, Mapping):
        raise ValueError(f"it is {_kind(body)} instead of an offer")
    word = _word(body.get("status"))
    shown = _inside(body, "definition").get("displayText") or body.get("displayText")
    moved = _name(body.get("pcMigrationStatus"), "pcMigrationStatus")
    return Offer(
        publisher_id=_name(body.get("publisherId"), "publisherId") or "",
        id=_name(body.get("id"), "id") or "",
        type=_name(body.get("offerTypeId"), "offerTypeId"),
        name=_name(shown, "displayText"),
        state=offer_state(word),
        word=one_word(word),
        version=_number(body.get("version"), "version"),
        changed=_moment(body.get("changedTime"), "changedTime"),
        migrated=None if moved is None else same_word(moved, MIGRATED),
        etag=etag,
        document=dict(body),
    )


def _only(body: object, what: str) -> Mapping[str, Any]:
    if isinstance(body, list):
        if len(body) != 1:
            raise ValueError(f"it is an array of {len(body)} instead of {what}")
        body = body[0]
    if not isinstance(body, Mapping):
        raise ValueError(f"it is {_kind(body)} instead of {what}")
    return body


def _status(
    given: Mapping[str, Any], what: str, mean: Callable[[str], State] = State.of
) -> tuple[str, State]:
    word = given.get("status")
    if not isinstance(word, str):
        raise ValueError(
            f"its status is {_kind(word)} instead of a word"
            if "status" in given
            else f"it has no status, so it is not {what}"
        )
    return one_word(word), mean(word)


def _listed(body: object, what: str) -> list[Any]:
    if isinstance(body, Mapping) and isinstance(body.get("value"), list):
        # As OData, and later interfaces of the same service, wrap their lists.
        body = body["value"]
    if not isinstance(body, list):
        raise ValueError(f"it is {_kind(body)} instead of {what}")
    return body


def one_word(word: str) -> str:
    """Return a word of the service as it is kept: printable, and not absurdly long."""
    return shortened(printable(word[: MAX_NAME + 1]), MAX_NAME)


def _word(value: object) -> str:
    return value if isinstance(value, str) else ""


def _identifier(value: object) -> str:
    if type(value) is int and abs(value) < 10**30:
        return str(value)
    return _word(value)


def _name(value: object, name: str) -> str | None:
    """Read what is short."""
    text = _scalar(value, name)
    return None if text is None else one_word(text)


def _text(value: object, name: str) -> str | None:
    """Read what may be long."""
    text = _scalar(value, name)
    return None if text is None else shortened(printable(text[: MAX_TEXT + 1]), MAX_TEXT)


def _scalar(value: object, name: str) -> str | None:
    if value is None or isinstance(value, str):
        return value
    if type(value) is float or (type(value) is int and abs(value) < 10**30):
        return str(value)
    _dropped(name, value)
    return None


def _explained(value: object, name: str) -> str | None:
    """Read what should be text, but was seen as an object with a message in it."""
    if value is None or isinstance(value, str):
        return _text(value, name)
    told = explanation(value)
    if not told:
        _dropped(name, value)
    return told or None


def _html(value: object, name: str) -> str | None:
    text = value if isinstance(value, str) else _explained(value, name)
    if text is None:
        return None
    # What no encoding can write must not fail whoever stores it.
    return _SURROGATES.sub(REPLACEMENT, shortened(text, MAX_TEXT))


def _number(value: object, name: str) -> int | None:
    match value:
        case None:
            return None
        case bool():
            pass
        case int() if value.bit_length() <= 128:
            return value
        case float() if value.is_integer() and abs(value) < 2**63:
            return int(value)
        case str() if len(value) <= 64 and (found := _WHOLE_NUMBER.fullmatch(value)):
            return int(found[1])
    _dropped(name, value)
    return None


def _percent(value: object) -> int | None:
    if isinstance(value, float) and abs(value) < 2**63:
        value = int(value)
    number = _number(value, "progressPercentage")
    return None if number is None else min(max(number, 0), 100)


def _moment(value: object, name: str) -> datetime | None:
    if value is None or value == "":
        return None
    if isinstance(value, str) and len(value) <= 64:
        try:
            moment = datetime.fromisoformat(value.strip())
            # The reference gives times in UTC; one without an offset is meant so.
            return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)
        except (ArithmeticError, ValueError):
            pass
    _dropped(name, value)
    return None


def _emails(value: object, name: str) -> str | None:
    if isinstance(value, list):
        value = ",".join(filter(None, (_word(each).strip() for each in value))) or None
    return _text(value, name)


def _steps(value: object) -> tuple[Step, ...]:
    return _each(value, "steps", _step)


def _step(value: object, number: int) -> Step | None:
    given = {"id": value} if isinstance(value, str) else value
    if not isinstance(given, Mapping):
        _dropped("a step", value)
        return None
    word = _word(given.get("status"))
    identifier = _name(given.get("id"), "id")
    name = _name(given.get("stepName"), "stepName")
    if identifier is None and name is None:
        if not word:
            _dropped("a step", value)
            return None
        identifier = f"step-{number}"
    return Step(
        id=_either(identifier, name),
        name=_either(name, identifier),
        state=State.of(word),
        word=one_word(word),
        percent=_percent(given.get("progressPercentage")),
        estimate=_name(given.get("estimatedTimeFrame"), "estimatedTimeFrame"),
        description=_text(given.get("description"), "description"),
        messages=_messages(given.get("messages")),
    )


def _either(one: str | None, other: str | None) -> str:
    return (other or "") if one is None else one


def _messages(value: object) -> tuple[Message, ...]:
    return _each(value, "messages", _message)


def _message(value: object, _: int) -> Message | None:
    if isinstance(value, str):
        # The prose of "retrieve-operations" speaks of strings.
        return Message(_html(value, "message") or "", "information")
    if not isinstance(value, Mapping):
        _dropped("a message", value)
        return None
    html = _html(_first(value, "messageHtml", "message", "text"), "messageHtml")
    if html is None:
        _dropped("a message", value)
        return None
    level = _name(value.get("level"), "level")
    return Message(html, level or "information", _moment(value.get("timestamp"), "timestamp"))


def _links(value: object, name: str) -> tuple[Link, ...]:
    return _each(value, name, _link)


def _link(value: object, _: int) -> Link | None:
    if isinstance(value, str):
        return Link(text=None, uri=_text(value, "URI"))
    if not isinstance(value, Mapping):
        _dropped("a link", value)
        return None
    return Link(
        text=_text(_first(value, "DisplayText", "text"), "DisplayText"),
        uri=_text(_first(value, "URI", "url", "href"), "URI"),
    )


def _each(value: object, name: str, read: Callable[[object, int], T | None]) -> tuple[T, ...]:
    if value is None:
        return ()
    if isinstance(value, (str, Mapping)) and value:
        # One, where a list was promised.
        value = [value]
    if not isinstance(value, list):
        _dropped(name, value)
        return ()
    made = (read(entry, number) for number, entry in enumerate(value, 1))
    return tuple(each for each in made if each is not None)


def _first(given: Mapping[str, Any], *names: str) -> object:
    """Return the first value that is there under one of several names, whatever their case."""
    for name in names:
        if given.get(name) is not None:
            return given[name]
    lowered = {str(key).lower(): each for key, each in given.items() if each is not None}
    found: Iterable[object] = (lowered[n.lower()] for n in names if n.lower() in lowered)
    return next(iter(found), None)


def _inside(given: Mapping[str, Any], *path: str) -> Mapping[str, Any]:
    """Return an object within objects, empty if there is none."""
    for name in path:
        inner = given.get(name)
        if not isinstance(inner, Mapping):
            _dropped(name, inner)
            return {}
        given = inner
    return given


def _dropped(name: str, value: object) -> None:
    """Note that something was there and could not be read."""
    if value is not None and logger.isEnabledFor(logging.DEBUG):
        told = f" {one_line(value, 60)!r}" if isinstance(value, str) else ""
        logger.debug("Not read, and left out: %s is %s%s", name, _kind(value), told)


def _kind(value: object) -> str:
    match value:
        case None:
            return "null"
        case bool():
            return "a boolean"
        case int() | float():
            return "a number"
        case str():
            return "text"
        case list():
            return f"an array of {len(value)}"
    return "an object"
