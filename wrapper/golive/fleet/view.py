"""Where a release stands, for whoever looks: values without anything behind them."""

from __future__ import annotations

from collections import Counter
from datetime import datetime
from enum import StrEnum
from typing import Any

from attrs import asdict, frozen

__all__ = ["Estimate", "Event", "OfferState", "OfferView", "ReleaseView"]


class OfferState(StrEnum):
    """Where an offer of a release stands."""

    #: For another offer, or for a time.
    WAITING = "waiting"
    #: What it waits for will not happen by itself: an offer before it failed or was canceled.
    BLOCKED = "blocked"
    NEEDS_APPROVAL = "needs-approval"
    #: A worker takes it up as soon as the limits allow.
    QUEUED = "queued"
    PUBLISHING = "publishing"
    #: It is in preview, and waits for what is before its go-live.
    IN_PREVIEW = "in-preview"
    GOING_LIVE = "going-live"
    LIVE = "live"
    FAILED = "failed"
    CANCELED = "canceled"

    @property
    def has_ended(self) -> bool:
        """Whether nothing becomes of it any more."""
        return self in (OfferState.LIVE, OfferState.FAILED, OfferState.CANCELED)

    @property
    def is_active(self) -> bool:
        """Whether a worker has it, or is to take it up."""
        return self in (OfferState.QUEUED, OfferState.PUBLISHING, OfferState.GOING_LIVE)


@frozen
class OfferView:
    """Where an offer of a release stands.

    Attributes:
        publisher_id: The publisher; empty where the account implies it (`product-ingestion`).
        offer_id: The offer.
        api: Which API it is taken live with.
        group: Its group, or None.
        state: Where it stands.
        step: The step that its operation is in, or None.
        percent: How far the service says that step is, or None.
        since: Since when it is in this state, in UTC.
        waits_for: What it waits for, in words, or None.
        operation_url: Its latest operation, or None.
        message: Why it failed, or what else is to be known; None if nothing is.
        attempt: Which attempt it is, from 1.
        adopted: Whether somebody else began the operation.
        began: When its first operation began, in UTC, or None.
        ended: When it ended, in UTC, or None.
        submission: The version that alone goes live, where the API has such numbers; or None.
    """

    publisher_id: str
    offer_id: str
    api: str
    group: str | None
    state: OfferState
    step: str | None
    percent: int | None
    since: datetime
    waits_for: str | None
    operation_url: str | None
    message: str | None
    attempt: int
    adopted: bool
    began: datetime | None
    ended: datetime | None
    submission: str | None = None

    @property
    def name(self) -> str:
        """`PUBLISHER/OFFER`; `OFFER` where the account implies the publisher."""
        return "/".join(filter(None, (self.publisher_id, self.offer_id)))

    def to_dict(self) -> dict[str, Any]:
        """Return it as JSON knows it."""
        return asdict(self, value_serializer=_plain)


@frozen
class Estimate:
    """How long a release still takes, by the durations of earlier ones in the same database.

    Attributes:
        seconds: The median, in seconds from now.
        spread: Half of the distance between the quartiles of the durations, in seconds.
        samples: How many go-lives it is made from.
    """

    seconds: float
    spread: float
    samples: int

    def to_dict(self) -> dict[str, Any]:
        """Return it as JSON knows it."""
        return asdict(self)


@frozen
class ReleaseView:
    """Where a release stands.

    Attributes:
        name: What it is called.
        began: When it was started, in UTC.
        offers: Its offers, in the order of its file.
        estimate: How long it still takes; None if nothing is known.
    """

    name: str
    began: datetime
    offers: tuple[OfferView, ...]
    estimate: Estimate | None = None

    @property
    def ended(self) -> bool:
        """Whether nothing becomes of it any more by itself."""
        return all(each.state.has_ended or each.state is OfferState.BLOCKED for each in self.offers)

    @property
    def is_live(self) -> bool:
        """Whether all of it is live."""
        return all(each.state is OfferState.LIVE for each in self.offers)

    @property
    def counts(self) -> dict[OfferState, int]:
        """How many offers are in each state that there is, in the order of the states."""
        counted = Counter(each.state for each in self.offers)
        return {state: counted[state] for state in OfferState if counted[state]}

    @property
    def progress(self) -> float:
        """Which share of the offers has ended, from 0 to 1."""
        return sum(each.state.has_ended for each in self.offers) / len(self.offers)

    def to_dict(self) -> dict[str, Any]:
        """Return it as JSON knows it."""
        return {
            "name": self.name,
            "began": self.began.isoformat(),
            "ended": self.ended,
            "is_live": self.is_live,
            "progress": round(self.progress, 4),
            "counts": {str(state): count for state, count in self.counts.items()},
            "estimate": None if self.estimate is None else self.estimate.to_dict(),
            "offers": [each.to_dict() for each in self.offers],
        }


@frozen
class Event:
    """A change of an offer.

    Attributes:
        id: Its number, which grows.
        release: The release.
        at: When it happened, in UTC.
        before: The state before; None for the first.
        offer: The offer afterwards.
    """

    id: int
    release: str
    at: datetime
    before: OfferState | None
    offer: OfferView

    def to_dict(self) -> dict[str, Any]:
        """Return it as JSON knows it."""
        return {
            "id": self.id,
            "event": "release-offer",
            "release": self.release,
            "at": self.at.isoformat(),
            "before": self.before,
            "offer": self.offer.to_dict(),
        }


def _plain(_: object, __: object, value: Any) -> Any:
    return value.isoformat() if isinstance(value, datetime) else value
