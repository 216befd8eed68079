"""Looking before anything is sent: is there a go-live of the offer, and is it ours?

What an entry of the service's list is, is decided by all that is known: its type, its slot, the steps of
the operation itself, the offer's own status. The sources disagree about each of them, so where all of it
decides nothing, nothing is sent.
"""

from __future__ import annotations

from datetime import UTC, datetime
from enum import Enum, auto

from attrs import frozen

from golive.baseline import Baseline
from golive.errors import (
    GoLiveError,
    NotAllowed,
    NotFound,
    ServiceError,
    Undecided,
    UnexpectedAnswer,
)
from golive.flow import Context, Flow, logger
from golive.following import Tracker, adopt, refresh, track
from golive.location import OperationKind, OperationRef
from golive.queries import listing, offer_status
from golive.reading import Listing
from golive.status import OfferStatus, OperationStatus, Submission
from golive.vocabulary import State, same_word

__all__ = [
    "Look",
    "latest_operation",
    "look_for_go_live",
    "look_for_publish",
    "take_baseline",
    "what_runs",
]


@frozen
class Look:
    """What a look at an offer found.

    Attributes:
        found: What was looked for, or None.
        before: What was known of the offer before the first try.
        busy: Whether a publish runs that does not wait for its publisher yet, which explains a refusal.
    """

    found: Tracker | None
    before: Baseline
    busy: bool = False


class _Verdict(Enum):
    GO_LIVE = auto()
    #: A publish that waits for its publisher, or has ended.
    PUBLISHED = auto()
    #: A publish on its way to the preview.
    PUBLISHING = auto()
    UNDECIDED = auto()


def look_for_go_live(
    context: Context, publisher_id: str, offer_id: str, before: Baseline | None
) -> Flow[Look]:
    """Look for a go-live of the offer: one that runs, or one that is new since the baseline.

    Args:
        context: What every flow needs.
        publisher_id: The publisher.
        offer_id: The offer.
        before: What was known before the first try; None if this is the first look.

    Raises:
        Undecided: Something runs that may be a go-live, and nothing tells.
        GoLiveError: Nothing could be seen.
    """
    seen = yield from _list(context, publisher_id, offer_id)
    since = before
    if before is None:
        before = _baseline(context, publisher_id, offer_id, seen, None)
    if seen is None:
        yield from _look_without_list(context, before)
        return Look(None, before)
    doubts = list(seen.unreadable)
    busy = False
    for entry in sorted(seen.entries, key=lambda entry: entry.state.is_terminal):
        ended = entry.state.is_terminal
        if ended and (since is None or since.operation_ids is None or _known(since, entry)):
            continue
        match (yield from _decide(context, entry)):
            case _Verdict.GO_LIVE if not (ended and _superseded(entry, seen, before)):
                return Look(adopt(context, entry.ref, OperationKind.GO_LIVE), before)
            case _Verdict.PUBLISHING:
                busy = True
            case _Verdict.UNDECIDED:
                doubts.append(_told(entry))
    if doubts:
        # One operation of an offer runs at a time, so one that waits for its publisher has no other.
        stands = yield from offer_status(context, publisher_id, offer_id)
        if not stands.ready_to_go_live:
            raise Undecided(
                f"What runs for {publisher_id}/{offer_id} may be a go-live: {'; '.join(doubts)}."
            )
    return Look(None, before, busy)


def look_for_publish(
    context: Context, publisher_id: str, offer_id: str, before: Baseline | None
) -> Flow[Look]:
    """Look for a publish of the offer that is new since the baseline.

    One that was there before may be of an older version, and still wait for its publisher.
    """
    seen = yield from _list(context, publisher_id, offer_id)
    if before is None:
        return Look(None, _baseline(context, publisher_id, offer_id, seen, None))
    if seen is not None and before.operation_ids is not None:
        for entry in seen.entries:
            if entry.kind is OperationKind.PUBLISH and not _known(before, entry):
                return Look(adopt(context, entry.ref, OperationKind.PUBLISH), before)
    return Look(None, before)


def take_baseline(context: Context, publisher_id: str, offer_id: str) -> Flow[Baseline]:
    """Take down what is known of an offer before a first try."""
    seen = yield from _list(context, publisher_id, offer_id)
    stands = yield from offer_status(context, publisher_id, offer_id)
    return _baseline(context, publisher_id, offer_id, seen, stands.etag)


def latest_operation(context: Context, publisher_id: str, offer_id: str) -> Flow[Tracker | None]:
    """Take up the operation that runs for the offer, else the one that changed last."""
    seen = yield from listing(context, publisher_id, offer_id)
    if not seen.entries:
        return None
    long_ago = datetime.min.replace(tzinfo=UTC)

    def rank(entry: Submission) -> tuple[bool, bool, datetime]:
        runs = not entry.state.is_terminal
        odd = entry.state in (State.UNKNOWN, State.NOT_STARTED)
        return runs and not odd, runs, entry.changed or long_ago

    # Of those that are alike the first is the newest: the list is newest first (*observed*).
    entry = max(seen.entries, key=rank)
    kind = entry.kind
    if (yield from _decide(context, entry)) is _Verdict.GO_LIVE:
        kind = OperationKind.GO_LIVE
    tracker = track(context, entry.ref, kind)
    tracker.certain = True
    return tracker


def what_runs(context: Context, publisher_id: str, offer_id: str) -> Flow[OperationRef | None]:
    """Return what a cancellation would cancel: what runs, else the publish that is in preview."""
    seen = yield from _list(context, publisher_id, offer_id)
    entries = () if seen is None else seen.entries
    for entry in entries:
        if not entry.state.is_terminal:
            return entry.ref
    published = [entry.ref for entry in entries if entry.kind is OperationKind.PUBLISH]
    if not published:
        return None
    # A publish can end when the offer is in preview; that the offer waits is told by its own status.
    stands = yield from offer_status(context, publisher_id, offer_id)
    return published[0] if stands.ready_to_go_live else None


def _list(context: Context, publisher_id: str, offer_id: str) -> Flow[Listing | None]:
    """Read the list; None if there is none to be had, which newer copies of the reference suggest."""
    try:
        return (yield from listing(context, publisher_id, offer_id))
    except ServiceError as error:
        if not (isinstance(error, (NotFound, NotAllowed)) or error.status_code in (405, 410, 501)):
            raise
        # If it is the offer that does not exist, or the access that is missing, this says so.
        yield from offer_status(context, publisher_id, offer_id)
        logger.warning("The offer's list of operations cannot be looked at: %s", error)
        return None


def _look_without_list(context: Context, before: Baseline) -> Flow[None]:
    """See by the offer's own status that no go-live runs, or ran since the baseline.

    Raises:
        Undecided: One may, and without the list its address is not known.
    """
    stands = yield from offer_status(context, before.publisher_id, before.offer_id)
    if stands.ready_to_go_live:
        return
    ended = stands.state.is_terminal or stands.state is State.NOT_STARTED
    changed = before.etag is not None and before.etag != stands.etag
    if not ended or changed:
        what = "one ran since the baseline" if ended else f"one runs ({stands.word!r})"
        raise Undecided(
            "The service shows no list of the operations of"
            f" {before.publisher_id}/{before.offer_id}, and by the offer's status {what}."
        )


def _baseline(
    context: Context, publisher_id: str, offer_id: str, seen: Listing | None, etag: str | None
) -> Baseline:
    ids = None if seen is None else tuple(entry.ref.operation_id for entry in seen.entries)
    taken = datetime.fromtimestamp(context.clock.now(), UTC)
    return Baseline(publisher_id, offer_id, ids, etag, taken)


def _known(before: Baseline, entry: Submission) -> bool:
    return before.knows(entry.ref.operation_id)


def _superseded(entry: Submission, seen: Listing, before: Baseline) -> bool:
    """Whether the offer was published anew after this go-live, which then is of an older version."""
    newer = seen.entries[: seen.entries.index(entry)]
    return any(each.kind is OperationKind.PUBLISH and not _known(before, each) for each in newer)


def _decide(context: Context, entry: Submission) -> Flow[_Verdict]:
    """Decide what an entry is by what it says, then by the operation itself, then by its offer."""
    if entry.kind is OperationKind.GO_LIVE:
        return _Verdict.GO_LIVE
    # The sample of "retrieve-operations" calls every operation `publish`.
    try:
        status = yield from refresh(context, track(context, entry.ref, entry.kind))
        if status.submission_type and same_word(status.submission_type, "golive"):
            return _Verdict.GO_LIVE
        verdict = _by_steps(status)
    except (NotFound, UnexpectedAnswer) as error:
        logger.debug("An operation of the list cannot be read: %s", error)
        verdict = _Verdict.UNDECIDED
    if verdict is _Verdict.UNDECIDED and not entry.state.is_terminal:
        # What runs is what the offer's status tells of.
        try:
            stands = yield from offer_status(context, entry.ref.publisher_id, entry.ref.offer_id)
        except GoLiveError as error:
            logger.debug("The status of the offer cannot be read: %s", error)
        else:
            verdict = _by_steps(stands)
    return verdict


def _by_steps(status: OperationStatus | OfferStatus) -> _Verdict:
    if status.ready_to_go_live:
        return _Verdict.PUBLISHED
    match status.signed_off:
        case True:
            return _Verdict.GO_LIVE
        case False:
            return _Verdict.PUBLISHED if status.state.is_terminal else _Verdict.PUBLISHING
    return _Verdict.UNDECIDED


def _told(entry: Submission) -> str:
    changed = f", changed {entry.changed:%Y-%m-%d %H:%M} UTC" if entry.changed else ""
    slot = f" in the slot {entry.slot!r}" if entry.slot else ""
    return f"{entry.submission_type or 'an operation'}{slot}, {entry.word!r}{changed}, {entry.ref.url}"
