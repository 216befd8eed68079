"""The service's words become ours: `State`, and frozen snapshots that keep the service's own word.

The reference contradicts itself about the words for a status, and running clients saw still others
(pages "retrieve-operations", "retrieve-offer-status"); hence `State.of`.
"""

from __future__ import annotations

import re
from datetime import UTC, datetime
from enum import StrEnum
from html.parser import HTMLParser
from typing import TypeVar

from attrs import field, frozen

import golive_api.models as api
from golive.location import LocationForm, OperationRef, Origin, check_identifier
from golive_api.types import Unset

__all__ = [
    "Link",
    "Message",
    "OfferStatus",
    "OperationStatus",
    "State",
    "Step",
    "Submission",
    "same_word",
]

T = TypeVar("T")

#: The step in which a publish waits for its publisher (page "retrieve-offer-status").
SIGN_OFF = "publisher-signoff"


class State(StrEnum):
    """What a status word of the service means."""

    NOT_STARTED = "not started"
    RUNNING = "running"
    #: A person must act: the publisher has to sign off, or a step is blocked.
    WAITING_FOR_PUBLISHER = "waiting for publisher"
    SUCCEEDED = "succeeded"
    FAILED = "failed"
    CANCELED = "canceled"
    #: A word that golive does not know, or none yet. It never ends a wait.
    UNKNOWN = "unknown"

    @classmethod
    def of(cls, word: str) -> State:
        """Return what a word of the service means, without regard to case, spaces, `-` and `_`.

        Args:
            word: The word as the service wrote it.

        Returns:
            The state; `UNKNOWN` for a word that is not known.
        """
        return _MEANINGS.get(_normalized(word), cls.UNKNOWN)

    @property
    def is_terminal(self) -> bool:
        """Whether nothing changes any more."""
        return self in (State.SUCCEEDED, State.FAILED, State.CANCELED)


def _normalized(word: str) -> str:
    return re.sub(r"[\s_-]+", "", word).casefold()


def same_word(one: str, other: str) -> bool:
    """Tell whether two words of the service are the same but for case, spaces, `-` and `_`."""
    return _normalized(one) == _normalized(other)


_MEANINGS = {
    word: state
    for state, words in {
        State.NOT_STARTED: ("notstarted", "neverpublished"),
        State.RUNNING: ("running", "inprogress"),
        State.WAITING_FOR_PUBLISHER: (
            "waitingforpublisherreview",
            "waitingforapproval",
            "blocked",
        ),
        State.SUCCEEDED: ("complete", "completed", "succeeded"),
        State.FAILED: ("failed", "rejected"),
        State.CANCELED: ("canceled", "cancelled"),
    }.items()
    for word in words
}


@frozen
class Message:
    """What the service has to say.

    Attributes:
        html: The text as the service wrote it. Escape it before showing it anywhere that reads HTML.
        level: `information`, `warning`, `error`, or a word that is not known yet.
        timestamp: When, with its time zone; None if the service did not say.
    """

    html: str
    level: str
    timestamp: datetime | None = None

    @property
    def text(self) -> str:
        """The text without markup, on one line, safe to print to a terminal."""
        reader = _TextReader()
        reader.feed(self.html)
        reader.close()
        return printable(" ".join("".join(reader.parts).split()))

    @classmethod
    def _of(cls, model: api.Message | str) -> Message:
        if isinstance(model, str):
            # The prose of "retrieve-operations" speaks of strings.
            return cls(html=model, level="information")
        return cls(
            html=_text(model.message_html, "messageHtml"),
            level=_text(model.level, "level"),
            timestamp=_aware(_given(model.timestamp)),
        )


class _TextReader(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.parts: list[str] = []
        self._hidden = False

    def handle_starttag(self, tag: str, attrs: object) -> None:
        # The parser takes all that follows these two for data, up to their end tag.
        self._hidden = tag in ("script", "style")
        if tag in ("br", "p", "li", "div", "tr", "td"):
            self.parts.append(" ")

    def handle_endtag(self, tag: str) -> None:
        self._hidden = False

    def handle_data(self, data: str) -> None:
        if not self._hidden:
            self.parts.append(data)


@frozen
class Link:
    """A link to the offer; "not currently implemented" by the service (page "retrieve-operations").

    Attributes:
        text: What it says, or None.
        uri: Where it leads, or None.
    """

    text: str | None
    uri: str | None

    @classmethod
    def _of(cls, model: api.OfferLink) -> Link:
        return cls(text=_optional_text(model.display_text), uri=_optional_text(model.uri))


@frozen
class Step:
    """One step of an operation.

    Attributes:
        id: A stable name, for example `displaycertify`.
        name: The name shown to people, for example `Certification`.
        state: What its status word means.
        word: Its status word as the service wrote it.
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

    @classmethod
    def _of(cls, model: api.Step) -> Step:
        word = _text(model.status, "status")
        return cls(
            id=_text(model.id, "id"),
            name=_text(model.step_name, "stepName"),
            state=State.of(word),
            word=word,
            percent=_percent(_given(model.progress_percentage)),
            estimate=_optional_text(model.estimated_time_frame),
            description=_optional_text(model.description),
            messages=_messages(model.messages),
        )


class _HasSteps:
    """What an operation and an offer have in common."""

    __slots__ = ()

    steps: tuple[Step, ...]
    state: State

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
    def ready_to_go_live(self) -> bool:
        """Whether a publish waits for its publisher: the moment at which go-live is possible."""
        return not self.state.is_terminal and any(
            same_word(step.id, SIGN_OFF) and step.state is State.WAITING_FOR_PUBLISHER
            for step in self.steps
        )


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

    @classmethod
    def from_api(cls, model: object) -> OperationStatus:
        """Convert what the generated client read: an operation, or a list with just one.

        Raises:
            ValueError: It is neither, or a field has the wrong type.
        """
        if isinstance(model, list):
            if len(model) != 1:
                raise ValueError(f"it is an array of {len(model)} operations instead of one")
            model = model[0]
        if not isinstance(model, api.Operation):
            raise ValueError("it is not an operation")
        word = _text(model.status, "status")
        return cls(
            state=State.of(word),
            word=word,
            steps=_steps(model.steps),
            messages=_messages(model.messages),
            error=_optional_text(model.error),
            id=_optional_text(model.id),
            submission_type=_optional_text(model.submission_type),
            publishing_version=_number(model.publishing_version),
            offer_version=_number(model.offer_version),
            cancellation_request_state=_optional_text(model.cancellation_request_state),
            created=_aware(_given(model.created_date_time)),
            last_action=_aware(_given(model.last_action_date_time)),
            preview_links=_links(model.preview_links),
            live_links=_links(model.live_links),
            notification_emails=_optional_text(model.notification_emails),
        )


@frozen
class OfferStatus(_HasSteps):
    """A snapshot of an offer.

    Attributes:
        state: What its status word means. While `ready_to_go_live`, this still is `RUNNING`.
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

    @classmethod
    def from_api(cls, model: object, *, etag: str | None = None) -> OfferStatus:
        """Convert what the generated client read.

        Raises:
            ValueError: It is not the status of an offer, or a field has the wrong type.
        """
        if not isinstance(model, api.OfferStatus):
            raise ValueError("it is not the status of an offer")
        word = _text(model.status, "status")
        return cls(
            state=State.of(word),
            word=word,
            steps=_steps(model.steps),
            messages=_messages(model.messages),
            preview_links=_links(model.preview_links),
            live_links=_links(model.live_links),
            notification_emails=_optional_text(model.notification_emails),
            etag=etag,
        )


@frozen
class Submission:
    """An entry of the list of an offer's operations.

    Attributes:
        ref: The address of the operation; give it to `GoLiveClient.operation`.
        submission_type: `publish` or `goLive` in the service's spelling, or a word not known yet.
        state: What its status word means.
        word: Its status word as the service wrote it.
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

    @classmethod
    def from_api(cls, model: object, *, origin: Origin, publisher_id: str, offer_id: str) -> Submission:
        """Convert what the generated client read.

        Args:
            model: The entry.
            origin: Where the service is.
            publisher_id: The publisher whose offer was asked about.
            offer_id: The offer that was asked about; the entry names it by a GUID instead.

        Raises:
            ValueError: It is not such an entry, or a field has the wrong type.
        """
        if not isinstance(model, api.Submission):
            raise ValueError("it is not a list of operations")
        word = _text(model.submission_state, "submissionState")
        operation_id = check_identifier(_text(model.id, "id"), "operation id")
        definition = _given(model.definition)
        metadata = _given(definition.metadata) if definition else None
        return cls(
            ref=OperationRef(origin, publisher_id, offer_id, operation_id, LocationForm.MIGRATED),
            submission_type=_text(model.submission_type, "submissionType"),
            state=State.of(word),
            word=word,
            publisher_id=_optional_text(model.publisher_id),
            offer_guid=_optional_text(model.offer_id),
            publishing_version=_number(model.publishing_version),
            offer_version=_number(model.offer_version),
            offer_type=_optional_text(model.offer_type_id),
            slot=_optional_text(model.slot),
            version=_number(model.version),
            emails=_optional_text(metadata.emails) if metadata else None,
            changed=_aware(_given(model.changed_time)),
        )


def progress(step: Step) -> int:
    """Return how much of a step is done, 0 to 100, whatever the service leaves unsaid."""
    return 100 if step.state is State.SUCCEEDED else step.percent or 0


def all_messages(status: OperationStatus) -> list[Message]:
    """Return the messages about an operation, and those about its steps."""
    return [*status.messages, *(message for step in status.steps for message in step.messages)]


def printable(text: str) -> str:
    """Replace what could drive a terminal (control characters) in text that came from outside."""
    return "".join(c if c.isprintable() else "\N{REPLACEMENT CHARACTER}" for c in text)


# The generated parser accepts wrong types without a word; these do not.


def _given(value: T | Unset | None) -> T | None:
    return None if isinstance(value, Unset) else value


def _text(value: object, name: str) -> str:
    if not isinstance(value, str):
        raise ValueError(f"its {name} is {type(value).__name__} instead of a string")
    return value


def _optional_text(value: str | Unset | None) -> str | None:
    given = _given(value)
    return None if given is None else _text(given, "text")


def _number(value: int | Unset | None) -> int | None:
    given = _given(value)
    if given is not None and type(given) is not int:
        raise ValueError(f"a number is {type(given).__name__} instead of an integer")
    return given


def _percent(value: int | None) -> int | None:
    number = _number(value)
    return None if number is None else min(max(number, 0), 100)


def _aware(value: datetime | None) -> datetime | None:
    # The reference gives times in UTC; one without an offset is meant so.
    if value is not None and value.tzinfo is None:
        return value.replace(tzinfo=UTC)
    return value


def _messages(values: list[api.Message | str] | Unset | None) -> tuple[Message, ...]:
    return tuple(map(Message._of, _listed(values, "messages", (api.Message, str))))  # noqa: SLF001


def _steps(values: list[api.Step] | Unset | None) -> tuple[Step, ...]:
    return tuple(map(Step._of, _listed(values, "steps", api.Step)))  # noqa: SLF001


def _links(values: list[api.OfferLink] | Unset | None) -> tuple[Link, ...]:
    return tuple(map(Link._of, _listed(values, "links", api.OfferLink)))  # noqa: SLF001


def _listed(values: list[T] | Unset | None, name: str, kinds: type | tuple[type, ...]) -> list[T]:
    given = _given(values)
    if given is None:
        return []
    # Of an array that may be null, the generated parser passes on what it could not read.
    if not isinstance(given, list) or not all(isinstance(value, kinds) for value in given):
        raise ValueError(f"its {name} are not what the contract says")
    return given
