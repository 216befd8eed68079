"""The marketplace behind the emulator: publishers, offers and operations, without any HTTP.

An operation is a function of time: where it stands is computed from when it was accepted, so nothing
runs in the background, and a clock that runs fast, or that a test moves by hand, is all it takes.
"""

from __future__ import annotations

import hashlib
import itertools
import uuid
from collections import Counter
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

from attrs import define, field, frozen

from golive.emulator.words import Word

__all__ = ["Market", "Offer", "Operation", "Refused", "Scenario", "Stage"]

MINUTE = 60.0
HOUR = 60 * MINUTE
DAY = 24 * HOUR

#: The words for an operation that is over.
ENDED = ("completed", "failed", "canceled")

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


class Refused(Exception):
    """The market does not do what was asked.

    Args:
        status: The HTTP status.
        code: The error's name for programs.
        message: The error's explanation for people.
    """

    def __init__(self, status: int, code: str, message: str) -> None:
        super().__init__(message)
        self.status = status
        self.code = code
        self.message = message


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
        emails: Whom to notify.
        signed_off: When the publisher took the offer live, which ends a publish.
        canceled: When its cancellation takes effect.
    """

    offer: Offer = field(repr=False)
    type: str
    guid: str
    number: int
    accepted: float
    scenario: Scenario
    emails: str = ""
    signed_off: float | None = None
    canceled: float | None = None

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
        """Return its status word at a moment."""
        return self._stand(now)[0]

    def runs(self, now: float) -> bool:
        """Tell whether it has not ended at a moment."""
        return self.status(now) not in ENDED

    def waits_for_publisher(self, now: float) -> bool:
        """Tell whether it is a publish that waits for its publisher at a moment."""
        status, index, _ = self._stand(now)
        return self.type == "publish" and status == "running" and index == SIGN_OFF

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
            elif self.waits_for_publisher(now):
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
        return self._progress(now)

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
            return "running", SIGN_OFF, 0.0
        return "completed", len(STAGES) - 1, 1.0


@define(eq=False)
class Offer:
    """An offer of a publisher.

    Attributes:
        publisher: The publisher.
        id: The offer.
        migrated: Whether it was migrated to Partner Center, which decides the form of `Location`.
        scenario: How its operations end.
        operations: Its operations, oldest first.
        changes: How often it was changed; its ETag.
        always_ready: Whether it is in preview again as soon as an operation has ended, so that it can go
            live at any time that nothing runs.
    """

    publisher: str
    id: str
    migrated: bool = True
    scenario: Scenario = Scenario.SUCCEED
    operations: list[Operation] = field(factory=list, repr=False)
    changes: int = 1
    always_ready: bool = False

    @property
    def etag(self) -> str:
        """Its current ETag."""
        version = f"{self.publisher}/{self.id}/{self.changes}"
        return f'"{hashlib.sha256(version.encode()).hexdigest()[:16]}"'

    @property
    def latest(self) -> Operation | None:
        """Its latest operation."""
        return self.operations[-1] if self.operations else None


@define(eq=False)
class Market:
    """Publishers with their offers, and who may do what.

    Attributes:
        clock: Returns the time, in seconds from an arbitrary origin.
        speed: How many seconds pass here while one passes on the clock.
        tokens: The tokens that are good, each with the publishers that it may act for; None for all.
        api_versions: The versions of the API that are spoken.
        accepted: How many publishes, go-lives and cancels of each offer were accepted.
    """

    clock: Callable[[], float]
    speed: float = 1.0
    tokens: dict[str, frozenset[str] | None] = field(factory=dict, repr=False)
    api_versions: tuple[str, ...] = ("2017-10-31",)
    accepted: Counter[tuple[str, str, str]] = field(factory=Counter)
    _offers: dict[str, dict[str, Offer]] = field(factory=dict, repr=False)
    _began: float = field(init=False)
    _epoch: datetime = field(init=False, factory=lambda: datetime.now(UTC))

    def __attrs_post_init__(self) -> None:
        self._began = self.clock()

    @property
    def now(self) -> float:
        """The market's time, in seconds since it was opened."""
        return (self.clock() - self._began) * self.speed

    @property
    def publishers(self) -> frozenset[str]:
        """The publishers that exist."""
        return frozenset(self._offers)

    def offers(self) -> Iterator[Offer]:
        """Yield all offers."""
        yield from itertools.chain.from_iterable(o.values() for o in self._offers.values())

    def add(self, offer: Offer, *, in_preview: bool = True) -> Offer:
        """Add an offer.

        Args:
            offer: The offer.
            in_preview: Whether it was published already and waits for its publisher.
        """
        self._offers.setdefault(offer.publisher, {})[offer.id] = offer
        if in_preview:
            self._preview(offer)
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
        for offer in self.offers():
            for operation in offer.operations:
                if operation.name == name and not offer.migrated:
                    return operation
        raise Refused(404, "NotFound", f"There is no operation {name}.")

    def publish(self, offer: Offer, emails: str) -> Operation:
        """Begin a publish, or return the one that runs, which is harmless.

        Raises:
            Refused: The offer is not valid, or is going live.
        """
        if offer.scenario is Scenario.INVALID:
            raise Refused(422, "ValidationFailed", f"The offer {offer.id} has no plan.")
        latest = offer.latest
        if latest is not None and latest.runs(self.now):
            if latest.type != "publish":
                raise self._busy(latest)
        else:
            latest = self._begin(offer, "publish", self.now, offer.scenario, emails)
        self.accepted["publish", offer.publisher, offer.id] += 1
        return latest

    def go_live(self, offer: Offer) -> Operation:
        """Begin a go-live, which ends the publish that waits for it.

        Raises:
            Refused: The offer is not in preview, or an operation runs.
        """
        latest = offer.latest
        if latest is not None and latest.runs(self.now) and not latest.waits_for_publisher(self.now):
            raise self._busy(latest)
        if offer.always_ready and not (latest and latest.runs(self.now)):
            latest = self._preview(offer)
        if latest is None or not latest.waits_for_publisher(self.now):
            raise Refused(
                400,
                "OfferNotInPreview",
                f"The offer {offer.id} is not in preview. Publish it first, and wait until its step"
                " publisher-signoff says waitingForPublisherReview.",
            )
        latest.signed_off = self.now
        self.accepted["goLive", offer.publisher, offer.id] += 1
        return self._begin(offer, "goLive", self.now, offer.scenario, latest.emails)

    def cancel(self, offer: Offer) -> Operation | None:
        """Cancel what runs.

        Returns:
            The operation to follow; None if the offer was canceled at once.
        """
        self.accepted["cancel", offer.publisher, offer.id] += 1
        latest = offer.latest
        if latest is None:
            return None
        if latest.waits_for_publisher(self.now):
            latest.canceled = self.now
            offer.changes += 1
            return None
        if latest.runs(self.now) and latest.canceled is None:
            latest.canceled = self.now + CANCEL_TIME
            offer.changes += 1
        return latest

    def describe(self, operation: Operation) -> dict[str, Any]:
        """Return the body that tells where an operation stands."""
        now = self.now
        status = operation.status(now)
        body: dict[str, Any] = {
            "id": operation.guid,
            "submissionType": operation.type,
            "status": status,
            "messages": self._messages(operation, now),
            "publishingVersion": operation.number,
            "offerVersion": operation.number,
            "cancellationRequestState": "canCancel" if operation.runs(now) else "canNotCancel",
            "createdDateTime": self._timestamp(operation.accepted),
            "lastActionDateTime": self._timestamp(operation.last_moved(now)),
            "steps": self._steps(operation, now),
            "previewLinks": [],
            "liveLinks": [],
        }
        if status == "failed":
            body["error"] = "The offer was rejected."
        if not operation.offer.migrated:
            body["notificationEmails"] = operation.emails
        return body

    def describe_submission(self, operation: Operation) -> dict[str, Any]:
        """Return the entry of an operation in the list of its offer's."""
        offer = operation.offer
        now = self.now
        return {
            "id": operation.guid,
            "offerId": str(uuid.uuid5(uuid.NAMESPACE_URL, f"{offer.publisher}/{offer.id}")),
            "offerVersion": operation.number,
            "offerTypeId": "microsoft-azure-virtualmachines",
            "publisherId": offer.publisher,
            "submissionType": operation.type,
            "submissionState": operation.status(now),
            "publishingVersion": operation.number,
            "slot": "staging",
            "version": 636576975611768314 + operation.number,
            "definition": {"metadata": {"emails": operation.emails}},
            "changedTime": self._timestamp(operation.last_moved(now)),
        }

    def describe_offer(self, offer: Offer) -> dict[str, Any]:
        """Return the body that tells where an offer stands."""
        latest = offer.latest
        now = self.now
        body: dict[str, Any] = {
            "status": "neverPublished" if latest is None else latest.status(now),
            "messages": [] if latest is None else self._messages(latest, now),
            "steps": [] if latest is None else self._steps(latest, now),
            "previewLinks": [],
            "liveLinks": [],
        }
        if not offer.migrated:
            body["notificationEmails"] = "" if latest is None else latest.emails
        return body

    def _preview(self, offer: Offer) -> Operation:
        """Have an offer in preview, by a publish that took place before."""
        begun = self.now - sum(stage.seconds for stage in STAGES[:SIGN_OFF])
        return self._begin(offer, "publish", begun, Scenario.SUCCEED, "")

    def _begin(
        self, offer: Offer, kind: str, accepted: float, scenario: Scenario, emails: str
    ) -> Operation:
        operation = Operation(
            offer, kind, str(uuid.uuid4()), len(offer.operations) + 1, accepted, scenario, emails
        )
        offer.operations.append(operation)
        offer.changes += 1
        return operation

    def _busy(self, operation: Operation) -> Refused:
        return Refused(
            400,
            "OperationInProgress",
            f"An operation of the offer {operation.offer.id} is running: {operation.path}",
        )

    def _known(self) -> str:
        known = ", ".join(f"{offer.publisher}/{offer.id}" for offer in self.offers())
        return f"The emulator has {known}."

    def _timestamp(self, moment: float) -> str:
        # Seven fractional digits, as the service writes them.
        return f"{self._epoch + timedelta(seconds=moment):%Y-%m-%dT%H:%M:%S.%f}0Z"

    def _messages(self, operation: Operation, now: float) -> list[dict[str, str]]:
        verb = "go-live" if operation.type == "goLive" else operation.type
        texts = [("information", f"The {verb} of <b>{operation.offer.id}</b> was accepted.")]
        moment = operation.accepted
        match operation.status(now):
            case "failed":
                texts.append(("error", "The logo is <i>too small</i>: it must be at least 216&nbsp;px."))
            case "waitingForPublisherReview":
                texts.append(("warning", "Somebody has to look at the offer."))
        return [
            {
                "messageHtml": text,
                "level": level,
                "timestamp": self._timestamp(
                    moment if level == "information" else operation.last_moved(now)
                ),
            }
            for level, text in texts
        ]

    def _steps(self, operation: Operation, now: float) -> list[dict[str, Any]]:
        steps = []
        for stage, status, percentage in operation.steps(now):
            step: dict[str, Any] = {
                "id": stage.id,
                "stepName": stage.name,
                "description": stage.description,
                "status": status,
                "messages": [],
                "progressPercentage": percentage,
            }
            if stage.estimate is not None:
                step["estimatedTimeFrame"] = stage.estimate
            steps.append(step)
        return steps
