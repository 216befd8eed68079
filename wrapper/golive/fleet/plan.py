"""What is to happen next in a release, decided from nothing but what its offers say."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from enum import StrEnum

from attrs import frozen

from golive.fleet.store import Record
from golive.fleet.view import OfferState

__all__ = ["Move", "Verb", "next_moves"]


class Verb(StrEnum):
    """What a worker does for an offer."""

    #: Note which version it is that goes live.
    PIN = "pin"
    PUBLISH = "publish"
    GO_LIVE = "go-live"


@frozen
class Move:
    """What becomes of an offer now.

    Attributes:
        record: The offer.
        state: Its state from now on.
        waits_for: What it waits for, in words, or None.
        verb: What a worker is to do, or None.
        until: When to look at the release again because of it, or None.
    """

    record: Record
    state: OfferState
    waits_for: str | None = None
    verb: Verb | None = None
    until: datetime | None = None

    @property
    def changes(self) -> bool:
        """Whether the offer is not there already."""
        was = (self.record.state, self.record.waits_for)
        return self.verb is not None or was != (self.state, self.waits_for)


def next_moves(records: Sequence[Record], now: datetime) -> Iterator[Move]:
    """Tell what becomes of each offer that no worker has.

    Nothing happens twice for having been decided twice: what is queued is not decided about again.

    Args:
        records: The offers of a release.
        now: The time, in UTC.
    """
    states: dict[str, OfferState] = {each.plan.name: each.state for each in records}
    moves: dict[str, Move] = {}
    # Whether what stands before it can still happen is known of an offer before those that wait for it.
    pending = [each for each in records if not (each.state.has_ended or each.state.is_active)]
    while pending:
        ready = [each for each in pending if not any(p.plan.name in each.plan.after for p in pending)]
        for record in ready or pending:
            move = _move(record, states, now)
            moves[record.plan.name] = move
            states[record.plan.name] = move.state
        decided = {each.plan.name for each in ready or pending}
        pending = [each for each in pending if each.plan.name not in decided]
    yield from moves.values()


def _move(record: Record, states: Mapping[str, OfferState], now: datetime) -> Move:
    plan = record.plan
    if record.canceling:
        return Move(record, OfferState.CANCELED)
    if plan.publish and not record.published:
        # In preview nothing is visible to customers, so it waits for nothing.
        return Move(record, OfferState.QUEUED, verb=Verb.PUBLISH)
    if plan.is_pinned_first and record.submission is None and not record.seen:
        # What comes to preview while it waits is not what was to go live.
        return Move(record, OfferState.QUEUED, verb=Verb.PIN)
    here = OfferState.IN_PREVIEW if record.published else OfferState.WAITING
    before = {name: states.get(name, OfferState.LIVE) for name in plan.after}
    for name, state in before.items():
        if state in (OfferState.FAILED, OfferState.CANCELED, OfferState.BLOCKED):
            return Move(record, OfferState.BLOCKED, f"{name}, which is {state}")
    if waiting := [name for name, state in before.items() if state is not OfferState.LIVE]:
        more = f" and {len(waiting) - 1} more" if len(waiting) > 1 else ""
        return Move(record, here, f"{waiting[0]}{more}")
    if plan.approval and record.approved is None:
        return Move(record, OfferState.NEEDS_APPROVAL, "an approval")
    if plan.not_before is not None and plan.not_before > now:
        return Move(record, here, f"{plan.not_before:%Y-%m-%d %H:%M} UTC", until=plan.not_before)
    return Move(record, OfferState.QUEUED, verb=Verb.GO_LIVE)
