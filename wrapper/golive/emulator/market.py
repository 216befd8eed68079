"""The marketplace behind the emulator: publishers, offers and operations, without any HTTP.

An operation is a function of time: where it stands is computed from when it was accepted, so nothing
runs in the background, and a clock that runs fast, or that a test moves by hand, is all it takes.

Inside, what succeeded is `completed`; which word a reader gets is a matter of the kind of offer and of
the market's habits.
"""

from __future__ import annotations

import itertools
import re
import threading
import uuid
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from datetime import timedelta
from functools import partial
from typing import Any, Self
from urllib.parse import quote

from attrs import define, field, frozen

from golive.emulator.ground import (
    DAY,
    HOUR,
    LIST_DELAY,
    MINUTE,
    STRANGERS_TOKEN,
    TOKEN,
    Refused,
    Timed,
)
from golive.emulator.habits import Habit
from golive.emulator.words import Word

__all__ = [
    "API_VERSION",
    "STRANGERS_TOKEN",
    "TOKEN",
    "Begins",
    "Market",
    "Offer",
    "Operation",
    "Refused",
    "Scenario",
    "Stage",
    "default_offers",
    "numbered",
]

#: The version of the API that is spoken unless another is asked for.
API_VERSION = "2017-10-31"

#: The words for an operation that is over.
ENDED = ("completed", "failed", "canceled")

#: What a publish is once its offer waits for the publisher: over, or not, which is a matter of habit.
IN_PREVIEW = "inPreview"

#: How long a cancellation takes; one to three minutes in practice (page "cancel-operations").
CANCEL_TIME = 2 * MINUTE


class Scenario(Word):
    """How the operations of an offer end."""

    SUCCEED = "succeed", "They succeed."
    FAIL = "fail", "A publish fails in its certification, a go-live in its last step."
    CANCEL = "cancel", "Somebody else cancels them half-way."
    WAIT = "wait", "They wait for a person, for ever."
    HANG = "hang", "They never end."
    INVALID = "invalid", "A publish is refused because the offer is not valid (422)."


class Begins(Word):
    """Where an offer stands at first."""

    DRAFT = "draft", "It was never published."
    PREVIEW = "preview", "It was published, and waits for its publisher."
    LIVE = "live", "It went live."


@frozen
class Stage:
    """A step of every operation (page "retrieve-operations").

    Attributes:
        id: Its stable name.
        name: The name shown to people.
        description: What happens in it.
        estimate: The service's prose about how long it takes, or None.
        seconds: How long it takes here, in seconds of the market's time.
    """

    id: str
    name: str
    description: str
    estimate: str | None
    seconds: float


STAGES = (
    Stage(
        "displaydummycertify",
        "Validate Pre-Requisites",
        "Offer settings are checked for completeness.",
        "< 15 min",
        10 * MINUTE,
    ),
    Stage(
        "displaycertify",
        "Certification",
        "The offer is scanned and certified.",
        "< 5 day",
        2 * DAY,
    ),
    Stage(
        "displayprovision",
        "Provisioning",
        "What the offer consists of is replicated.",
        "< 1 day",
        8 * HOUR,
    ),
    Stage(
        "displaypackage",
        "Packaging and Lead Generation Registration",
        "The offer is packaged and its lead destination registered.",
        "< 1 hour",
        40 * MINUTE,
    ),
    Stage(
        "publisher-signoff",
        "Publisher signoff",
        "The publisher looks at the preview and takes the offer live.",
        None,
        30 * MINUTE,
    ),
    Stage("live", "Live", "The offer is pushed to production.", "~2-5 days", 3 * DAY),
)
SIGN_OFF = 4


@define(eq=False)
class Operation:
    """One operation of an offer, a publish or a go-live.

    Attributes:
        offer: The offer.
        type: `publish` or `goLive`.
        guid: Its GUID.
        number: Its version number: how many operations the offer has had.
        accepted: When it was accepted, in the market's seconds.
        scenario: How it ends.
        revision: What it publishes.
        emails: Whom to notify.
        goes_on: Whether it, a publish, goes on while its offer is in preview.
        dated: The date of its acceptance, in seconds since the market was opened.
        signed_off: When the publisher took the offer live, or published it anew; either ends a publish.
        canceled: When its cancellation takes effect.
        ended_at: The date at which somebody ended its wait in preview, which may have been a long one;
            None if nobody did.
    """

    offer: Offer = field(repr=False)
    type: str
    guid: str
    number: int
    accepted: float
    scenario: Scenario
    revision: Revision = field(repr=False)
    emails: str = ""
    goes_on: bool = False
    dated: float = 0.0
    signed_off: float | None = None
    canceled: float | None = None
    ended_at: float | None = None

    @property
    def name(self) -> str:
        """Its name in the form for offers that were not migrated."""
        return f"{self.offer.publisher}${self.offer.id}${self.number}$preview"

    @property
    def path(self) -> str:
        """Its address, in the form that fits the offer."""
        if self.offer.migrated:
            return (
                f"/api/publishers/{self.offer.publisher}/offers/{self.offer.id}/operations/{self.guid}"
            )
        return f"/api/operations/{self.name}"

    def status(self, now: float) -> str:
        """Return its status at a moment, in the market's own words."""
        status = self._stand(now)[0]
        if status == IN_PREVIEW:
            return "running" if self.goes_on else "completed"
        return status

    def runs(self, now: float) -> bool:
        """Tell whether it has not ended at a moment."""
        return self.status(now) not in ENDED

    def waits_for_publisher(self, now: float) -> bool:
        """Tell whether it is a publish whose offer is in preview at a moment and waits for a go-live."""
        return self._stand(now)[0] == IN_PREVIEW

    def steps(self, now: float) -> Iterator[tuple[Stage, str, int]]:
        """Yield each step with its status word and percentage at a moment."""
        status, current, share = self._stand(now)
        for index, stage in enumerate(STAGES):
            if index < current or (status == "completed" and not self._ends_before(index)):
                yield stage, "completed", 100
            elif index > current or status == "completed":
                yield stage, "notStarted", 0
            elif status in ("failed", "canceled"):
                yield stage, "rejected" if status == "failed" else "canceled", int(share * 100)
            elif status == IN_PREVIEW:
                yield stage, "waitingForPublisherReview", 0
            elif status == "waitingForPublisherReview":
                yield stage, "blocked", int(share * 100)
            else:
                yield stage, "inProgress", int(share * 100)

    def last_moved(self, now: float) -> float:
        """Return when it last went from one step to the next, or was signed off or canceled."""
        ends = itertools.accumulate(
            (stage.seconds for stage in STAGES[self._first : self._last]), initial=self.accepted
        )
        moments = [self.canceled, self.signed_off, *ends]
        return max(moment for moment in moments if moment is not None and moment <= now)

    def date(self, moment: float) -> float:
        """Return the date of one of its moments, in seconds since the market was opened."""
        if self.ended_at is not None and moment in (self.signed_off, self.canceled):
            return self.ended_at
        return self.dated + moment - self.accepted

    def _ends_before(self, index: int) -> bool:
        return self.type == "publish" and index > SIGN_OFF

    @property
    def _first(self) -> int:
        return SIGN_OFF if self.type == "goLive" else 0

    @property
    def _last(self) -> int:
        return len(STAGES) if self.type == "goLive" else SIGN_OFF

    def _stand(self, now: float) -> tuple[str, int, float]:
        """Return the status word, the index of the current step and how much of that step is done."""
        if self.signed_off is not None and now >= self.signed_off:
            return "completed", SIGN_OFF, 1.0
        if self.canceled is not None and now >= self.canceled:
            status, index, share = self._progress(self.canceled)
            # What has ended by the time that its cancellation takes effect stays what it is.
            return status if status in ENDED else "canceled", index, share
        stand = self._progress(now)
        if self.canceled is not None and stand[0] == IN_PREVIEW:
            # What is being canceled does not reach the preview any more.
            return "running", SIGN_OFF - 1, 0.99
        return stand

    def _progress(self, now: float) -> tuple[str, int, float]:
        left = max(0.0, now - self.accepted)
        # The scenario turns in the middle of the step that matters most.
        turn = len(STAGES) - 1 if self.type == "goLive" else 1
        for index in range(self._first, self._last):
            seconds = STAGES[index].seconds
            share = left / seconds
            if index == turn and share >= 0.5:
                match self.scenario:
                    case Scenario.FAIL:
                        return "failed", index, 0.5
                    case Scenario.CANCEL:
                        return "canceled", index, 0.5
                    case Scenario.WAIT:
                        return "waitingForPublisherReview", index, 0.5
                    case Scenario.HANG:
                        return "running", index, min(share, 0.99)
            if share < 1:
                return "running", index, share
            left -= seconds
        if self.type == "publish":
            return IN_PREVIEW, SIGN_OFF, 0.0
        return "completed", len(STAGES) - 1, 1.0


@frozen
class Revision:
    """A version of an offer's document.

    Attributes:
        number: Its number, from 1.
        content: What is in it; the market itself looks at `definition.displayText` alone.
        dated: When it was written, in seconds since the market was opened.
    """

    number: int
    content: Mapping[str, Any]
    dated: float = 0.0


_PLAN = re.compile(r"[A-Za-z0-9_-][A-Za-z0-9._-]{0,127}", re.ASCII)


@define(eq=False)
class Offer:
    """An offer of a publisher.

    Attributes:
        publisher: The publisher.
        id: The offer.
        migrated: Whether it was migrated to Partner Center, which decides the form of `Location` and
            some of the words.
        scenario: How its operations end.
        operations: Its operations, oldest first.
        changes: How often it was changed.
        always_ready: Whether it is in preview again as soon as an operation has ended, so that it can go
            live at any time that nothing runs.
        begins: Where it stands at first; default in preview.
        definition: What its document says of it, which the emulator keeps and does not understand;
            default one plan that images can be added to.
        last_changed: When it was changed last, in seconds since the market was opened.
    """

    publisher: str
    id: str
    migrated: bool = True
    scenario: Scenario = Scenario.SUCCEED
    operations: list[Operation] = field(factory=list, repr=False)
    changes: int = 1
    always_ready: bool = False
    begins: Begins = field(default=Begins.PREVIEW, converter=Begins)
    definition: Mapping[str, Any] | None = field(default=None, repr=False)
    _revisions: list[Revision] = field(factory=list, repr=False, init=False)
    last_changed: float = field(default=0.0, repr=False, init=False)

    @classmethod
    def parse(
        cls, text: str, *, scenario: Scenario = Scenario.SUCCEED, always_ready: bool = False
    ) -> Self:
        """Read an offer as it is written on the command line.

        Args:
            text: `PUBLISHER/OFFER[,legacy][,draft][,live][,scenario=NAME]`.
            scenario: How its operations end, where the text does not say.
            always_ready: See the attribute.

        Raises:
            ValueError: It is not one; the text says why.
        """
        name, *options = text.split(",")
        publisher, _, offer = name.partition("/")
        if not (_PLAN.fullmatch(publisher) and _PLAN.fullmatch(offer)):
            raise ValueError(f"{text!r} is not PUBLISHER/OFFER, like contoso/my-offer,legacy")
        migrated, begins = True, list[Begins]()
        for option in options:
            word, _, value = option.partition("=")
            if option == "legacy":
                migrated = False
            elif option in set(Begins):
                begins.append(Begins(option))
            elif word == "scenario" and value in set(Scenario):
                scenario = Scenario(value)
            else:
                raise ValueError(
                    f"{option!r} in {text!r} is none of legacy, draft, live and scenario=NAME,"
                    f" where NAME is one of {', '.join(Scenario)}"
                )
        if len(begins) > 1:
            raise ValueError(f"{text!r} is {' and '.join(begins)} at once")
        return cls(
            publisher,
            offer,
            migrated=migrated,
            scenario=scenario,
            always_ready=always_ready,
            begins=begins[0] if begins else Begins.PREVIEW,
        )

    @property
    def latest(self) -> Operation | None:
        """Its latest operation."""
        return self.operations[-1] if self.operations else None

    @property
    def guid(self) -> str:
        """The GUID that the service knows it by."""
        return str(uuid.uuid5(uuid.NAMESPACE_URL, f"{self.publisher}/{self.id}"))

    @property
    def type(self) -> str:
        """Its type."""
        return "microsoft-azure-corevm" if self.migrated else "microsoft-azure-virtualmachines"

    @property
    def draft(self) -> Revision:
        """The version that is edited."""
        return self._revisions[-1]

    def revision(self, number: int) -> Revision | None:
        """Return a version by its number; None if there is none of it."""
        return self._revisions[number - 1] if 0 < number <= len(self._revisions) else None

    def slot(self, name: str, now: float) -> Revision | None:
        """Return what is in a slot (`draft`, `preview` or `production`) at a moment, or None."""
        if name == "draft":
            return self.draft
        kind = "publish" if name == "preview" else "goLive"
        for operation in reversed(self.operations):
            if operation.type == kind and (
                operation.waits_for_publisher(now) or operation.status(now) == "completed"
            ):
                return operation.revision
        return None

    def last_dated(self, now: float) -> float:
        """Return the date of the last thing that happened to it, in seconds since the opening."""
        latest = self.latest
        moved = self.last_changed if latest is None else latest.date(latest.last_moved(now))
        return max(self.last_changed, moved)

    def written(self, content: Mapping[str, Any], dated: float) -> Revision:
        """Give it another version."""
        revision = Revision(len(self._revisions) + 1, content, dated)
        self._revisions.append(revision)
        self.changed(dated)
        return revision

    def changed(self, dated: float) -> None:
        """Note when it was changed, so that it has another ETag."""
        self.changes += 1
        self.last_changed = dated


def default_offers(*, scenario: Scenario = Scenario.SUCCEED, always_ready: bool = False) -> list[Offer]:
    """Return the offers that an emulator begins with."""
    offer = partial(Offer, "contoso", scenario=scenario, always_ready=always_ready)
    return [
        offer("contoso-offer"),
        offer("contoso-legacy", migrated=False),
        offer("contoso-draft", begins=Begins.DRAFT),
    ]


def numbered(
    count: int, publishers: int = 1, *, beside: Iterable[Offer] = (), **options: Any
) -> list[Offer]:
    """Return so many offers, spread over so many publishers.

    They are called `offer-1`, `offer-2` and so on, the publishers `contoso`, `contoso-2` and so on.

    Args:
        count: How many offers.
        publishers: How many publishers.
        beside: Offers that there are already, whose names are not used again.
        **options: What the offers have in common; see `Offer`.
    """
    taken = {(offer.publisher, offer.id) for offer in beside}
    width = len(str(count))
    names = (
        (
            f"contoso-{index % publishers + 1}" if index % publishers else "contoso",
            f"offer-{index + 1:0{width}}",
        )
        for index in itertools.count()
    )
    return [
        Offer(*name, **options) for name in itertools.islice((n for n in names if n not in taken), count)
    ]


def _first_definition(offer: Offer) -> dict[str, Any]:
    """Return what the document of an offer says at first (*observed*, in what clients change there)."""
    title = offer.id.replace("-", " ").title()
    plan: dict[str, Any] = {"planId": "standard", "regions": ["DE", "US"]}
    if offer.migrated:
        images = "microsoft-azure-corevm.vmImagesPublicAzure"
        plan[images] = {}
        plan["diskGenerations"] = [{"planId": "standard-gen2", images: {}}]
    else:
        plan["microsoft-azure-virtualmachines.vmImages"] = {}
    return {"displayText": title, "offer": {f"{offer.type}.title": title}, "plans": [plan]}


@define(eq=False)
class Market(Timed):
    """Publishers with their offers, and who may do what.

    Attributes:
        tokens: The tokens that are good, each with the publishers that it may act for; None for all.
        api_versions: The versions of the API that are spoken.
        habits: What it does otherwise than by default.
        list_delay: How late a new operation appears in the list of its offer, in the market's seconds.
        accepted: How many publishes, go-lives, cancels and changes (`put`) of each offer were accepted.
    """

    tokens: dict[str, frozenset[str] | None] = field(factory=dict, repr=False)
    api_versions: tuple[str, ...] = (API_VERSION,)
    habits: frozenset[Habit] = frozenset()
    list_delay: float = LIST_DELAY
    accepted: Counter[tuple[str, str, str]] = field(factory=Counter)
    _offers: dict[str, dict[str, Offer]] = field(init=False, factory=dict, repr=False)
    _guids: dict[str, Offer] = field(init=False, factory=dict, repr=False)
    # Clients in this process may be many threads.
    _lock: threading.RLock = field(init=False, factory=threading.RLock, repr=False)

    @property
    def publishers(self) -> frozenset[str]:
        """The publishers that exist."""
        return frozenset(self._offers)

    def offers(self, publisher: str | None = None) -> Iterator[Offer]:
        """Yield all offers, or those of a publisher."""
        if publisher is None:
            yield from itertools.chain.from_iterable(o.values() for o in self._offers.values())
        else:
            yield from self._offers.get(publisher, {}).values()

    def add(self, offer: Offer, *, in_preview: bool | None = None) -> Offer:
        """Add an offer.

        Args:
            offer: The offer.
            in_preview: Whether it was published already and waits for its publisher; by default, its
                attribute `begins` says where it stands.
        """
        now = self.now
        begins = offer.begins
        if in_preview is not None:
            begins = Begins.PREVIEW if in_preview else Begins.DRAFT
        definition = _first_definition(offer) if offer.definition is None else offer.definition
        took = sum(stage.seconds for stage in STAGES)
        offer.written({"definition": definition}, now / self.speed - took)
        self._offers.setdefault(offer.publisher, {})[offer.id] = offer
        self._guids[offer.guid] = offer
        if begins is Begins.LIVE:
            live = sum(stage.seconds for stage in STAGES[SIGN_OFF:])
            dated = now / self.speed - live
            self._preview(offer, now - live, dated).signed_off = now - live
            self._begin(offer, "goLive", now - live, Scenario.SUCCEED, "", dated)
        elif begins is Begins.PREVIEW:
            self._preview(offer, now, now / self.speed)
        return offer

    def offer(self, publisher: str, offer: str) -> Offer:
        """Return an offer.

        Raises:
            Refused: It does not exist.
        """
        if publisher not in self._offers:
            raise Refused(404, "NotFound", f"There is no publisher {publisher}. {self._known()}")
        if offer not in self._offers[publisher]:
            raise Refused(
                404,
                "NotFound",
                f"There is no offer {offer} of the publisher {publisher}. {self._known()}",
            )
        return self._offers[publisher][offer]

    def operation(self, offer: Offer, guid: str) -> Operation:
        """Return an operation of an offer by its GUID.

        Raises:
            Refused: It does not exist.
        """
        for operation in offer.operations:
            if operation.guid == guid.lower():
                return operation
        raise Refused(404, "NotFound", f"There is no operation {guid} of the offer {offer.id}.")

    def operation_by_name(self, name: str) -> Operation:
        """Return an operation of an offer that was not migrated, by its joined name.

        Raises:
            Refused: It does not exist.
        """
        publisher, _, rest = name.partition("$")
        known, _, rest = rest.partition("$")
        offer = self._offers.get(publisher, {}).get(known) or self._guids.get(known)
        if offer is not None and offer.publisher == publisher and not offer.migrated:
            number = rest.removesuffix("$preview")
            for operation in offer.operations:
                if rest != number and str(operation.number) == number:
                    return operation
        raise Refused(404, "NotFound", f"There is no operation {name}.")

    def address(self, operation: Operation) -> str:
        """Return the path of an operation, as a 202 names it."""
        if Habit.GUID_NAME in self.habits and not operation.offer.migrated:
            offer = operation.offer
            return f"/api/operations/{offer.publisher}${offer.guid}${operation.number}$preview"
        return operation.path

    def etag(self, offer: Offer) -> str:
        """Return the current ETag of an offer, in the service's form (*observed*)."""
        # Two changes at one moment differ too.
        moment = self.epoch + timedelta(seconds=offer.last_changed, microseconds=offer.changes)
        return f"W/\"datetime'{quote(f'{moment:%Y-%m-%dT%H:%M:%S.%f}0Z')}'\""

    def publish(self, offer: Offer, emails: str) -> Operation:
        """Begin a publish, or return the one that runs, which is harmless.

        A publish that goes on in preview is returned too, unless the offer was changed since; then it
        is canceled by the new one.

        Raises:
            Refused: The offer is not valid, or is going live.
        """
        if offer.scenario is Scenario.INVALID:
            raise Refused(422, "ValidationFailed", f"The offer {offer.id} has no plan.")
        with self._lock:
            now = self.now
            latest = offer.latest
            if latest is not None and latest.runs(now) and latest.type != "publish":
                raise self._busy(latest)
            waits = latest is not None and latest.waits_for_publisher(now)
            self.accepted["publish", offer.publisher, offer.id] += 1
            if latest is not None and latest.runs(now):
                if not waits or latest.revision is offer.draft:
                    return latest
                latest.ended_at = max(now / self.speed, offer.last_dated(now))
                latest.canceled = now
            elif latest is not None and waits:
                latest.ended_at = max(now / self.speed, offer.last_dated(now))
                latest.signed_off = now
            return self._begin(offer, "publish", now, offer.scenario, emails)

    def go_live(self, offer: Offer) -> Operation:
        """Begin a go-live, which ends the publish that waits for it.

        Raises:
            Refused: The offer is not in preview, or an operation runs.
        """
        with self._lock:
            now = self.now
            latest = offer.latest
            waits = latest is not None and latest.waits_for_publisher(now)
            if latest is not None and not waits and latest.runs(now):
                raise self._busy(latest)
            if offer.always_ready and not waits:
                dated = max(now / self.speed, offer.last_dated(now))
                latest, waits = self._preview(offer, now, dated), True
            if latest is None or not waits:
                raise Refused(
                    400,
                    "OfferNotInPreview",
                    f"The offer {offer.id} is not in preview. Publish it first, and wait until its step"
                    " publisher-signoff says waitingForPublisherReview.",
                )
            latest.ended_at = max(now / self.speed, offer.last_dated(now))
            latest.signed_off = now
            self.accepted["goLive", offer.publisher, offer.id] += 1
            operation = self._begin(offer, "goLive", now, offer.scenario, latest.emails)
            operation.revision = latest.revision
            return operation

    def cancel(self, offer: Offer) -> Operation | None:
        """Cancel what runs.

        An offer in preview is canceled at once, and the publish that brought it there then reads
        `canceled`, even where it had ended. What runs takes two minutes to cancel. Where nothing runs,
        the service answers as if something did (*observed*), and so does this: with the latest
        operation, which stays what it is; with nothing, if there never was an operation.

        Returns:
            The operation to follow; None if there is nothing to follow.
        """
        with self._lock:
            now = self.now
            self.accepted["cancel", offer.publisher, offer.id] += 1
            latest = offer.latest
            if latest is None:
                return None
            if latest.waits_for_publisher(now):
                latest.ended_at = max(now / self.speed, offer.last_dated(now))
                latest.canceled = now
                self._touch(offer, now)
                return None
            if latest.runs(now) and latest.canceled is None:
                latest.canceled = now + CANCEL_TIME
                self._touch(offer, now)
            return latest

    def put(self, offer: Offer, document: Mapping[str, Any]) -> Revision:
        """Give an offer another document, of which the service keeps what is its own.

        Raises:
            Refused: An operation runs.
        """
        with self._lock:
            now = self.now
            latest = offer.latest
            if latest is not None and latest.runs(now) and not latest.waits_for_publisher(now):
                raise self._busy(latest)
            self.accepted["put", offer.publisher, offer.id] += 1
            content = {name: value for name, value in document.items() if name not in _OWN}
            return offer.written(content, max(now / self.speed, offer.last_dated(now)))

    def describe(self, operation: Operation) -> dict[str, Any]:
        """Return the body that tells where an operation stands."""
        now = self.now
        status = operation.status(now)
        stoppable = operation.runs(now) or operation.waits_for_publisher(now)
        body: dict[str, Any] = {
            "id": operation.guid,
            "submissionType": self._type(operation),
            "status": self._word(status, operation.offer),
            "messages": self._messages(operation, now),
            "publishingVersion": operation.number,
            "offerVersion": operation.revision.number,
            "cancellationRequestState": "canCancel" if stoppable else "canNotCancel",
            "createdDateTime": self._timestamp(operation.dated),
            "lastActionDateTime": self._timestamp(operation.date(operation.last_moved(now))),
            "steps": self._steps(operation, now),
            "previewLinks": [],
            "liveLinks": [],
        }
        if status == "failed":
            body["error"] = "The offer was rejected."
        if not operation.offer.migrated:
            body["notificationEmails"] = operation.emails
        return body

    def describe_submissions(self, offer: Offer) -> list[dict[str, Any]]:
        """Return the list of an offer's operations, newest first, as far as they are listed yet.

        Raises:
            Refused: There is no such list.
        """
        if Habit.NO_SUBMISSIONS in self.habits:
            raise Refused(404, "NotFound", f"There are no submissions of the offer {offer.id}.")
        now = self.now
        return [
            self._submission(operation, now)
            for operation in reversed(offer.operations)
            if operation.accepted + self.list_delay <= now
        ]

    def describe_status(self, offer: Offer) -> dict[str, Any]:
        """Return the body that tells where an offer stands."""
        latest = offer.latest
        now = self.now
        body: dict[str, Any] = {
            "status": self._status(offer, now, "running"),
            "messages": [] if latest is None else self._messages(latest, now),
            "steps": [] if latest is None else self._steps(latest, now),
            "previewLinks": [],
            "liveLinks": [],
        }
        if latest is not None and latest.type == "goLive" and latest.status(now) == "completed":
            # The steps of an offer that has succeeded prove nothing about it (*observed*).
            for step in body["steps"][:SIGN_OFF]:
                step["status"] = "notStarted"
                if "progressPercentage" in step:
                    step["progressPercentage"] = 0
        if not offer.migrated:
            body["notificationEmails"] = "" if latest is None else latest.emails
        return body

    def describe_offer(
        self,
        offer: Offer,
        revision: Revision | None = None,
        *,
        slot: str | None = None,
        brief: bool = False,
    ) -> dict[str, Any]:
        """Return the document of an offer.

        Args:
            offer: The offer.
            revision: The version that is meant; default the draft.
            slot: The slot that it stands in, if one was asked for.
            brief: Whether it is an entry of the list of offers.
        """
        now = self.now
        shown = revision or offer.draft
        definition = shown.content.get("definition", {})
        if brief:
            text = definition.get("displayText", "") if isinstance(definition, Mapping) else ""
            definition = {"displayText": text}
        dated = offer.last_dated(now) if revision is None else shown.dated
        return {
            **({} if brief else shown.content),
            "id": offer.id,
            "offerTypeId": offer.type,
            "publisherId": offer.publisher,
            "status": (
                "published"
                if slot == "production"
                else self._status(offer, now, "waitingForPublisherReview")
            ),
            "pcMigrationStatus": "migrated" if offer.migrated else "none",
            "version": shown.number,
            "definition": definition,
            "changedTime": self._timestamp(dated, zone=""),
        }

    def in_slot(self, offer: Offer, slot: str) -> dict[str, Any]:
        """Return the document of an offer that stands in a slot.

        Raises:
            Refused: Nothing does.
        """
        revision = offer.slot(slot, self.now)
        if revision is None:
            name = "Staging" if slot == "preview" else "Production"
            raise Refused(404, "NotFound", f"There is no {name} slot deployed for Offer ID {offer.id}.")
        return self.describe_offer(offer, revision, slot=slot)

    def _submission(self, operation: Operation, now: float) -> dict[str, Any]:
        offer = operation.offer
        status = operation.status(now)
        staging = operation.type == "publish" or Habit.SLOT_STAGING in self.habits
        # The list has a vocabulary of its own, in which `complete` does not occur (*observed*).
        completed = "succeeded" if offer.migrated and not self._completed else "completed"
        return {
            "id": operation.guid,
            "offerId": offer.guid,
            "offerVersion": operation.revision.number,
            "offerTypeId": offer.type,
            "publisherId": offer.publisher,
            "submissionType": self._type(operation),
            "submissionState": completed if status == "completed" else status,
            "publishingVersion": operation.number,
            "slot": "staging" if staging else "production",
            "version": 636576975611768314 + operation.number,
            "definition": {"metadata": {"emails": operation.emails}},
            "changedTime": self._timestamp(operation.date(operation.last_moved(now)), zone=""),
        }

    def _status(self, offer: Offer, now: float, waiting: str) -> str:
        """Return the word for where an offer stands, which is another one while it waits."""
        latest = offer.latest
        if latest is None:
            return "neverPublished"
        if latest.waits_for_publisher(now):
            says = Habit.OFFER_SAYS_WAITING in self.habits
            return "waitingForPublisherReview" if says else waiting
        status = latest.status(now)
        return "succeeded" if status == "completed" and not self._completed else status

    @property
    def _completed(self) -> bool:
        return Habit.COMPLETED_WORDS in self.habits

    def _word(self, status: str, offer: Offer) -> str:
        if status == "completed" and not self._completed:
            return "succeeded" if offer.migrated else "complete"
        return status

    def _type(self, operation: Operation) -> str:
        return "publish" if Habit.ALL_PUBLISH in self.habits else operation.type

    def _preview(self, offer: Offer, now: float, dated: float) -> Operation:
        """Have an offer in preview since a moment and its date, by a publish that took place before."""
        took = sum(stage.seconds for stage in STAGES[:SIGN_OFF])
        return self._begin(offer, "publish", now - took, Scenario.SUCCEED, "", dated - took)

    def _begin(
        self,
        offer: Offer,
        kind: str,
        accepted: float,
        scenario: Scenario,
        emails: str,
        dated: float | None = None,
    ) -> Operation:
        if dated is None:
            dated = max(accepted / self.speed, offer.last_dated(accepted))
        operation = Operation(
            offer,
            kind,
            str(uuid.uuid4()),
            len(offer.operations) + 1,
            accepted,
            scenario,
            offer.draft,
            emails,
            goes_on=kind == "publish" and Habit.PUBLISH_GOES_ON in self.habits,
            dated=dated,
        )
        offer.operations.append(operation)
        offer.changed(dated)
        return operation

    def _touch(self, offer: Offer, now: float) -> None:
        offer.changed(max(now / self.speed, offer.last_dated(now)))

    def _busy(self, operation: Operation) -> Refused:
        return Refused(
            400 if Habit.BUSY_400 in self.habits else 409,
            "OperationInProgress",
            f"An operation of the offer {operation.offer.id} is running: {operation.path}",
        )

    def _known(self) -> str:
        first = [f"{o.publisher}/{o.id}" for o in itertools.islice(self.offers(), 6)]
        known = ", ".join(first[:5]) + (" and others" if len(first) > 5 else "")
        return f"The emulator has {known}."

    def _messages(self, operation: Operation, now: float) -> list[dict[str, str]]:
        verb = "go-live" if operation.type == "goLive" else operation.type
        texts = [("information", f"The {verb} of <b>{operation.offer.id}</b> was accepted.")]
        match operation.status(now):
            case "failed":
                texts.append(("error", "The logo is <i>too small</i>: it must be at least 216&nbsp;px."))
            case "waitingForPublisherReview":
                texts.append(("warning", "Somebody has to look at the offer."))
        moved = operation.last_moved(now)
        return [
            {
                "messageHtml": text,
                "level": level,
                "timestamp": self._timestamp(
                    operation.dated if level == "information" else operation.date(moved)
                ),
            }
            for level, text in texts
        ]

    def _steps(self, operation: Operation, now: float) -> list[dict[str, Any]]:
        bare = Habit.BARE_STEPS in self.habits
        named = bare or operation.offer.migrated
        steps = []
        for stage, status, percentage in operation.steps(now):
            word = "complete" if status == "completed" and not self._completed else status
            name = stage.id if named and stage.id == "publisher-signoff" else stage.name
            if bare:
                steps.append({"stepName": name, "status": word})
                continue
            step: dict[str, Any] = {
                "id": stage.id,
                "stepName": name,
                "description": stage.description,
                "status": word,
                "messages": [],
                "progressPercentage": percentage,
            }
            if stage.estimate is not None:
                step["estimatedTimeFrame"] = stage.estimate
            steps.append(step)
        return steps


#: What of an offer's document is the service's own, whatever a client writes there.
_OWN = frozenset(
    ("id", "offerTypeId", "publisherId", "status", "pcMigrationStatus", "version", "changedTime")
)
