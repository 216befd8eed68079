"""What the service answers becomes snapshots: words decide, everything else is read as far as it can be.

The reference, recordings and running clients disagree about nearly everything but the status word. So a
body is refused only if it has no such word, or is no list where one was asked for; whatever decorates
may be missing, null, of another type or nonsense, and is dropped then, with a debug line. All text is
made printable, and bounded: one field cannot fill a log.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from attrs import frozen

from golive import lenient
from golive.errors import InvalidInput
from golive.origin import Origin
from golive.refs import LocationForm, OperationRef, check_identifier
from golive.status import (
    Link,
    Message,
    Offer,
    OfferStatus,
    OperationStatus,
    Step,
    Submission,
)
from golive.text import one_line
from golive.vocabulary import MIGRATED, State, offer_state, same_word

__all__ = [
    "Listing",
    "read_offer",
    "read_offer_status",
    "read_offers",
    "read_operation",
    "read_submissions",
]


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
    given = lenient.only(body, "an operation")
    word, state = _status(given, "an operation")
    return OperationStatus(
        state=state,
        word=word,
        steps=_steps(given.get("steps")),
        messages=_messages(given.get("messages")),
        error=lenient.explained(given.get("error"), "error"),
        id=lenient.name(given.get("id"), "id"),
        submission_type=lenient.name(given.get("submissionType"), "submissionType"),
        publishing_version=lenient.number(given.get("publishingVersion"), "publishingVersion"),
        offer_version=lenient.number(given.get("offerVersion"), "offerVersion"),
        cancellation_request_state=lenient.name(
            given.get("cancellationRequestState"), "cancellationRequestState"
        ),
        created=lenient.moment(given.get("createdDateTime"), "createdDateTime"),
        last_action=lenient.moment(given.get("lastActionDateTime"), "lastActionDateTime"),
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
    given = lenient.only(body, "the status of an offer")
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
    for number, entry in enumerate(lenient.listed(body, "a list of operations"), 1):
        if not isinstance(entry, Mapping):
            if isinstance(entry, (str, list)) and entry:
                unreadable.append(f"entry {number} is {lenient.kind(entry)}")
            else:
                lenient.dropped(f"entry {number} of the list", entry)
            continue
        try:
            operation_id = check_identifier(lenient.identifier(entry.get("id")), "operation id")
        except InvalidInput:
            if not entry or State.of(lenient.word(entry.get("submissionState"))).is_terminal:
                lenient.dropped(f"the id of entry {number} of the list", entry.get("id"))
            else:
                unreadable.append(_unreadable(number, entry))
            continue
        ref = OperationRef(origin, publisher_id, offer_id, operation_id, LocationForm.MIGRATED)
        entries.append(_submission(ref, entry))
    return Listing(tuple(entries), tuple(unreadable))


def _submission(ref: OperationRef, entry: Mapping[str, Any]) -> Submission:
    word = lenient.word(entry.get("submissionState"))
    if not word:
        lenient.dropped("submissionState", entry.get("submissionState"))
    metadata = lenient.inside(entry, "definition", "metadata")
    return Submission(
        ref=ref,
        submission_type=lenient.name(entry.get("submissionType"), "submissionType") or "",
        state=State.of(word),
        word=lenient.one_word(word),
        publisher_id=lenient.name(entry.get("publisherId"), "publisherId"),
        offer_guid=lenient.name(entry.get("offerId"), "offerId"),
        publishing_version=lenient.number(entry.get("publishingVersion"), "publishingVersion"),
        offer_version=lenient.number(entry.get("offerVersion"), "offerVersion"),
        offer_type=lenient.name(entry.get("offerTypeId"), "offerTypeId"),
        slot=lenient.name(entry.get("slot"), "slot"),
        version=lenient.number(entry.get("version"), "version"),
        emails=_emails(metadata.get("emails"), "emails"),
        changed=lenient.moment(entry.get("changedTime"), "changedTime"),
    )


def _unreadable(number: int, entry: Mapping[str, Any]) -> str:
    said = (
        f"{name} {one_line(word, 60)!r}"
        for name in ("id", "submissionType", "submissionState")
        if (word := lenient.identifier(entry.get(name)))
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
    for number, entry in enumerate(lenient.listed(body, "a list of offers"), 1):
        made = read_offer(entry) if isinstance(entry, Mapping) else None
        if made is None or not made.id:
            lenient.dropped(f"entry {number} of a list of offers", entry)
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
        raise ValueError(f"it is {lenient.kind(body)} instead of an offer")
    word = lenient.word(body.get("status"))
    shown = lenient.inside(body, "definition").get("displayText") or body.get("displayText")
    moved = lenient.name(body.get("pcMigrationStatus"), "pcMigrationStatus")
    return Offer(
        publisher_id=lenient.name(body.get("publisherId"), "publisherId") or "",
        id=lenient.name(body.get("id"), "id") or "",
        type=lenient.name(body.get("offerTypeId"), "offerTypeId"),
        name=lenient.name(shown, "displayText"),
        state=offer_state(word),
        word=lenient.one_word(word),
        version=lenient.number(body.get("version"), "version"),
        changed=lenient.moment(body.get("changedTime"), "changedTime"),
        migrated=None if moved is None else same_word(moved, MIGRATED),
        etag=etag,
        document=dict(body),
    )


def _status(
    given: Mapping[str, Any], what: str, mean: Callable[[str], State] = State.of
) -> tuple[str, State]:
    word = given.get("status")
    if not isinstance(word, str):
        raise ValueError(
            f"its status is {lenient.kind(word)} instead of a word"
            if "status" in given
            else f"it has no status, so it is not {what}"
        )
    return lenient.one_word(word), mean(word)


def _percent(value: object) -> int | None:
    if isinstance(value, float) and abs(value) < 2**63:
        value = int(value)
    number = lenient.number(value, "progressPercentage")
    return None if number is None else min(max(number, 0), 100)


def _emails(value: object, name: str) -> str | None:
    if isinstance(value, list):
        value = ",".join(filter(None, (lenient.word(each).strip() for each in value))) or None
    return lenient.text(value, name)


def _steps(value: object) -> tuple[Step, ...]:
    return lenient.each(value, "steps", _step)


def _step(value: object, number: int) -> Step | None:
    given = {"id": value} if isinstance(value, str) else value
    if not isinstance(given, Mapping):
        lenient.dropped("a step", value)
        return None
    word = lenient.word(given.get("status"))
    identifier = lenient.name(given.get("id"), "id")
    name = lenient.name(given.get("stepName"), "stepName")
    if identifier is None and name is None:
        if not word:
            lenient.dropped("a step", value)
            return None
        identifier = f"step-{number}"
    return Step(
        id=_either(identifier, name),
        name=_either(name, identifier),
        state=State.of(word),
        word=lenient.one_word(word),
        percent=_percent(given.get("progressPercentage")),
        estimate=lenient.name(given.get("estimatedTimeFrame"), "estimatedTimeFrame"),
        description=lenient.text(given.get("description"), "description"),
        messages=_messages(given.get("messages")),
    )


def _either(one: str | None, other: str | None) -> str:
    return (other or "") if one is None else one


def _messages(value: object) -> tuple[Message, ...]:
    return lenient.each(value, "messages", _message)


def _message(value: object, _: int) -> Message | None:
    if isinstance(value, str):
        # The prose of "retrieve-operations" speaks of strings.
        return Message(lenient.html(value, "message") or "", "information")
    if not isinstance(value, Mapping):
        lenient.dropped("a message", value)
        return None
    html = lenient.html(lenient.first(value, "messageHtml", "message", "text"), "messageHtml")
    if html is None:
        lenient.dropped("a message", value)
        return None
    level = lenient.name(value.get("level"), "level")
    return Message(html, level or "information", lenient.moment(value.get("timestamp"), "timestamp"))


def _links(value: object, name: str) -> tuple[Link, ...]:
    return lenient.each(value, name, _link)


def _link(value: object, _: int) -> Link | None:
    if isinstance(value, str):
        return Link(text=None, uri=lenient.text(value, "URI"))
    if not isinstance(value, Mapping):
        lenient.dropped("a link", value)
        return None
    return Link(
        text=lenient.text(lenient.first(value, "DisplayText", "text"), "DisplayText"),
        uri=lenient.text(lenient.first(value, "URI", "url", "href"), "URI"),
    )
