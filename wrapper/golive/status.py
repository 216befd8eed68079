"""Frozen snapshots of what the service says; they keep its own words beside what those mean.

Text in them is printable, whatever the service wrote; only `Message.html` keeps its markup. Each can be
stored as JSON: `to_dict`, and `from_dict` of this and later releases.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import Any, Self
from urllib.parse import urlsplit

from attrs import field, fields, frozen

from golive.errors import InvalidInput
from golive.origin import Origin
from golive.refs import OperationKind, OperationRef
from golive.text import plain_text
from golive.vocabulary import (
    GO_LIVE,
    LIVE,
    PRODUCTION,
    PUBLISH,
    SIGN_OFF,
    State,
    awaits_publisher,
    same_word,
)

__all__ = [
    "Link",
    "Message",
    "Offer",
    "OfferStatus",
    "OperationStatus",
    "Step",
    "Submission",
    "all_messages",
    "checked_state",
    "progress",
]


@frozen
class _Storable:
    """What every snapshot can do: become JSON, and be made from it."""

    def to_dict(self) -> dict[str, Any]:
        """Return it as JSON knows it, times in ISO 8601."""
        return {each.name: _plain(getattr(self, each.name)) for each in fields(type(self))}

    @classmethod
    def from_dict(cls, value: Mapping[str, Any]) -> Self:
        """Read what `to_dict` gave, also that of another release: names that are not known are ignored.

        Args:
            value: The mapping, for example from JSON.

        Raises:
            InvalidInput: It is not such a mapping.
        """
        try:
            given = value.keys()
            return cls(
                **{
                    each.name: _READERS[str(each.type)](value[each.name])
                    for each in fields(cls)
                    if each.name in given
                }
            )
        except (ArithmeticError, AttributeError, LookupError, TypeError, ValueError) as error:
            raise InvalidInput(
                f"This is not what {cls.__name__}.to_dict gave ({type(error).__name__}: {error})."
            ) from None


@frozen
class Message(_Storable):
    """What the service has to say.

    Attributes:
        html: The text as the service wrote it. Escape it before showing it anywhere that reads HTML.
        level: `information`, `warning`, `error`, or a word that is not known yet.
        timestamp: When, in UTC; None if the service did not say.
    """

    html: str
    level: str
    timestamp: datetime | None = None

    @property
    def text(self) -> str:
        """The text without markup, on one line, safe to print to a terminal."""
        return plain_text(self.html)


@frozen
class Link(_Storable):
    """A link to the offer; "not currently implemented" by the service (page "retrieve-operations").

    Attributes:
        text: What it says, or None.
        uri: Where it leads, or None.
    """

    text: str | None
    uri: str | None


@frozen
class Step(_Storable):
    """One step of an operation.

    Attributes:
        id: A stable name, for example `displaycertify`; the `name` if the service gave only that.
        name: The name shown to people, for example `Certification`.
        state: What its status word means.
        word: Its status word as the service wrote it; empty if it wrote none.
        percent: How much of it is done, 0 to 100; None if the service did not say.
        estimate: The service's own estimate of how long it takes, as prose (`< 5 day`), or None.
        description: What happens in it, or None.
        messages: What the service has to say about it.
    """

    id: str
    name: str
    state: State
    word: str
    percent: int | None = None
    estimate: str | None = None
    description: str | None = None
    messages: tuple[Message, ...] = ()

    @property
    def is_sign_off(self) -> bool:
        """Whether it is the step in which a publish waits for its publisher.

        It is known by its id or by its name: for migrated offers running clients know it by the latter.
        """
        return self._is(SIGN_OFF)

    @property
    def is_live(self) -> bool:
        """Whether it is the step after the sign-off, in which the offer goes live."""
        return self._is(LIVE)

    @property
    def has_begun(self) -> bool:
        """Whether something happened in it already, as far as its word tells."""
        return self.state not in (State.NOT_STARTED, State.UNKNOWN)

    def _is(self, name: str) -> bool:
        return same_word(self.id, name) or same_word(self.name, name)


class _HasSteps(_Storable):
    """What an operation and an offer have in common."""

    __slots__ = ()

    steps: tuple[Step, ...]
    state: State
    word: str

    @property
    def current_step(self) -> Step | None:
        """The step that everything waits for: the first that has not succeeded, or None."""
        return next((step for step in self.steps if step.state is not State.SUCCEEDED), None)

    @property
    def percent(self) -> int | None:
        """How much of all steps is done, 0 to 100, each step counted alike; None without steps."""
        if not self.steps:
            return None
        return sum(map(progress, self.steps)) // len(self.steps)

    @property
    def sign_off_step(self) -> Step | None:
        """The step in which a publish waits for its publisher, or None if there is none."""
        return next((step for step in self.steps if step.is_sign_off), None)

    @property
    def signed_off(self) -> bool | None:
        """Whether the publisher has signed off, which tells a go-live from a publish.

        True once the sign-off has succeeded or the step `live` has begun, False while the sign-off
        waits or has not started. None if it cannot be told: there is no such step, it is in progress,
        it failed, or it waits although the step `live` has begun.
        """
        step = self.sign_off_step
        live = any(each.is_live and each.has_begun for each in self.steps)
        if step is not None and step.state is State.WAITING_FOR_PUBLISHER:
            return None if live else False
        if live or (step is not None and step.state is State.SUCCEEDED):
            return True
        return False if step is not None and step.state is State.NOT_STARTED else None

    @property
    def _waits_for_publisher(self) -> bool:
        """Whether it says so, by its own word or by its sign-off."""
        step = self.sign_off_step
        waits = step is not None and step.state is State.WAITING_FOR_PUBLISHER
        return waits or awaits_publisher(self.word)


@frozen
class OperationStatus(_HasSteps):
    """A snapshot of an operation.

    Attributes:
        state: What its status word means.
        word: Its status word as the service wrote it; empty if the service was not asked yet.
        steps: Its steps, in order.
        messages: What the service has to say about it as a whole.
        error: Why it failed, or None.
        id: Its GUID, or None.
        submission_type: What kind of operation the service says it is, or None.
        publishing_version: The version of the publication, or None.
        offer_version: The version of the offer, or None.
        cancellation_request_state: Whether it can be canceled, in the service's word, or None.
        created: When it was accepted, or None.
        last_action: When it last moved, or None.
        preview_links: Links to the preview.
        live_links: Links to the live offer.
        notification_emails: Who is notified; None for migrated offers.
    """

    state: State = State.UNKNOWN
    word: str = ""
    steps: tuple[Step, ...] = ()
    messages: tuple[Message, ...] = ()
    error: str | None = None
    id: str | None = None
    submission_type: str | None = None
    publishing_version: int | None = None
    offer_version: int | None = None
    cancellation_request_state: str | None = None
    created: datetime | None = None
    last_action: datetime | None = None
    preview_links: tuple[Link, ...] = ()
    live_links: tuple[Link, ...] = ()
    notification_emails: str | None = field(default=None)

    @property
    def ready_to_go_live(self) -> bool:
        """Whether a publish waits for its publisher: the moment at which go-live is possible.

        That is while it runs and its sign-off, or its own word, says that it waits, or once it has
        succeeded without being signed off: a publish may go on until then, or end in preview (seen both
        ways). An operation that succeeded is taken for a publish if it is called one, or has a sign-off
        and is not called a go-live.
        """
        if self.state is not State.SUCCEEDED:
            return not self.state.is_terminal and self._waits_for_publisher
        called, step = self.submission_type or "", self.sign_off_step
        if same_word(called, GO_LIVE):
            return False
        if step is None:
            return same_word(called, PUBLISH) and self.signed_off is None
        later = self.steps[self.steps.index(step) + 1 :]
        return step.state is not State.SUCCEEDED and not any(each.has_begun for each in later)


@frozen
class OfferStatus(_HasSteps):
    """A snapshot of an offer.

    Attributes:
        state: What its status word means. While `ready_to_go_live`, this mostly still is `RUNNING`.
        word: Its status word as the service wrote it.
        steps: The steps of its latest operation, in order.
        messages: What the service has to say about it.
        preview_links: Links to the preview.
        live_links: Links to the live offer.
        notification_emails: Who is notified; None for migrated offers.
        etag: What to give as `if_match` to act only on this version of the offer, or None.
    """

    state: State
    word: str
    steps: tuple[Step, ...] = ()
    messages: tuple[Message, ...] = ()
    preview_links: tuple[Link, ...] = ()
    live_links: tuple[Link, ...] = ()
    notification_emails: str | None = None
    etag: str | None = None

    @property
    def ready_to_go_live(self) -> bool:
        """Whether it waits for its publisher: the moment at which go-live is possible.

        Its sign-off says so, or its own word. An offer whose own word is the end of something does not
        wait, whatever its steps say: the service calls it running while it waits, and was seen to keep
        old steps beside a final word.
        """
        return not self.state.is_terminal and self._waits_for_publisher


@frozen
class Submission(_Storable):
    """An entry of the list of an offer's operations.

    Attributes:
        ref: The address of the operation; give it to `GoLiveClient.operation`.
        submission_type: `publish` or `goLive` in the service's spelling, or a word not known yet; empty
            if the entry has none.
        state: What its status word means; `UNKNOWN` if the entry has none, so that it may run.
        word: Its status word as the service wrote it; empty if the entry has none.
        publisher_id: The publisher as the entry names it, or None; `ref` has the one asked about.
        offer_guid: The GUID of the offer, another name than in the path, or None.
        publishing_version: The version of the publication, or None.
        offer_version: The version of the offer, or None.
        offer_type: The type of the offer, for example `microsoft-azure-virtualmachines`, or None.
        slot: The slot it works on, for example `staging`, or None.
        version: A 64-bit number, or None.
        emails: Who is notified, or None.
        changed: When it last changed, or None.
    """

    ref: OperationRef
    submission_type: str
    state: State
    word: str
    publisher_id: str | None = None
    offer_guid: str | None = None
    publishing_version: int | None = None
    offer_version: int | None = None
    offer_type: str | None = None
    slot: str | None = None
    version: int | None = None
    emails: str | None = None
    changed: datetime | None = None

    @property
    def kind(self) -> OperationKind:
        """What the entry alone says that the operation is, a go-live or a publish.

        It is a go-live if it is called one or works on the slot `production`. The service may call a
        go-live `publish`, with the slot `staging`: then only its steps tell (`signed_off`).
        """
        called = same_word(self.submission_type, GO_LIVE)
        if called or (self.slot is not None and same_word(self.slot, PRODUCTION)):
            return OperationKind.GO_LIVE
        return OperationKind.PUBLISH

    @property
    def continuation_token(self) -> str:
        """What to give to `GoLiveClient.operation` to follow it, as what it is."""
        return self.ref.token(self.kind)


@frozen
class Offer:
    """An offer, or one of its slots or versions (pages "retrieve-offers", "retrieve-specific-offer").

    Attributes:
        publisher_id: The publisher; empty if the document does not say.
        id: Its id, as it stands in addresses; empty if the document does not say.
        type: What it is, for example `microsoft-azure-virtualmachines`, or None.
        name: The name shown to people, or None.
        state: What its status word means.
        word: Its status word as the service wrote it; empty if there is none.
        version: A number that grows with each change, or None.
        changed: When it last changed, or None.
        migrated: Whether it was moved to Partner Center; None if the document does not say.
        etag: What to give as `if_match` to change only this version of it, or None.
        document: All of it, as the service wrote it: what a change sends back.
    """

    publisher_id: str
    id: str
    type: str | None
    name: str | None
    state: State
    word: str
    version: int | None
    changed: datetime | None
    migrated: bool | None
    etag: str | None = None
    document: Mapping[str, Any] = field(factory=dict, repr=False, hash=False)


def checked_state(state: str | None) -> State | None:
    """Return the state that a caller names, which may be a word; None for any.

    Raises:
        InvalidInput: There is no such state.
    """
    if state is None:
        return None
    try:
        return State(state)
    except ValueError:
        known = ", ".join(map(repr, map(str, State)))
        raise InvalidInput(f"There is no state {state!r}; there are {known}.") from None


def progress(step: Step) -> int:
    """Return how much of a step is done, 0 to 100, whatever the service leaves unsaid."""
    return 100 if step.state is State.SUCCEEDED else step.percent or 0


def all_messages(status: OperationStatus) -> list[Message]:
    """Return the messages about an operation, and those about its steps."""
    return [*status.messages, *(message for step in status.steps for message in step.messages)]


def _plain(value: object) -> Any:
    match value:
        case _Storable():
            return value.to_dict()
        case tuple():
            return [_plain(each) for each in value]
        case datetime():
            return value.isoformat()
        case State():
            return value.value
        case OperationRef():
            # With all that it says; of the first API that is its address.
            return value.token(OperationKind.GO_LIVE)
    return value


def _text(value: object) -> str:
    if not isinstance(value, str):
        raise TypeError(f"{type(value).__name__} stands for text")
    return value


def _number(value: object) -> int:
    if type(value) is not int:
        raise TypeError(f"{type(value).__name__} stands for a number")
    return value


def _moment(value: object) -> datetime:
    moment = datetime.fromisoformat(_text(value))
    return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment


def _state(value: object) -> State:
    try:
        return State(_text(value))
    except ValueError:
        # Of a later release.
        return State.UNKNOWN


def _ref(value: object) -> OperationRef:
    from golive.ingestion.location import BASE, parse_token
    from golive.portal.location import parse_location

    url = _text(value)
    parts = urlsplit(url)
    origin = Origin.of(parts)
    if parts.path.startswith(f"{BASE}/"):
        return parse_token(url, origin)[0]
    return parse_location(url, origin)


def _optional(read: Callable[[Any], Any]) -> Callable[[Any], Any]:
    return lambda value: None if value is None else read(value)


def _product_submission(value: Any) -> Submission:
    from golive.ingestion.snapshots import ProductSubmission

    return ProductSubmission.from_dict(value)


def _each(kind: type[_Storable]) -> Callable[[Any], Any]:
    def read(value: object) -> tuple[_Storable, ...]:
        if not isinstance(value, (list, tuple)):
            raise TypeError(f"{type(value).__name__} stands for an array")
        return tuple(map(kind.from_dict, value))

    return read


#: How a field is read, by its type.
_READERS: Mapping[str, Callable[[Any], Any]] = {
    "str": _text,
    "str | None": _optional(_text),
    "int | None": _optional(_number),
    "datetime | None": _optional(_moment),
    "State": _state,
    "OperationRef": _ref,
    "tuple[Message, ...]": _each(Message),
    "tuple[Step, ...]": _each(Step),
    "tuple[Link, ...]": _each(Link),
    "ProductSubmission | None": _optional(_product_submission),
}
