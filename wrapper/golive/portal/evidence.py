"""Looking before anything is sent: is there a go-live of the offer, and is it ours?

What an entry of the service's list is, is decided by all that is known: its type, its slot, the steps of
the operation itself, the offer's own status. The sources disagree about each of them, so where all of it
decides nothing, nothing is sent.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from enum import Enum, auto

from attrs import evolve, frozen

from golive.errors import (
    GoLiveError,
    NotAllowed,
    NotFound,
    ServiceError,
    Undecided,
    UnexpectedAnswer,
)
from golive.flow import Context, Deadline, Flow, logger, pause_before_look
from golive.following import Tracker, refresh
from golive.portal.baseline import Baseline
from golive.portal.following import adopt, track
from golive.portal.queries import listing, offer_status
from golive.portal.reading import Listing
from golive.refs import OperationKind, OperationRef
from golive.status import OfferStatus, OperationStatus, Submission
from golive.vocabulary import GO_LIVE, State, same_word

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


#: For so long after a request was sent, no publish that began later can have come to its sign-off.
_FRESH = timedelta(hours=1)


def look_for_go_live(
    context: Context, publisher_id: str, offer_id: str, before: Baseline | None
) -> Flow[Look]:
    """Look for a go-live of the offer: one that runs, or one that ended since the baseline.

    Args:
        context: What every flow needs.
        publisher_id: The publisher.
        offer_id: The offer.
        before: What was known before the first try; None if this is the first look.

    Raises:
        Undecided: Something runs or ended that may be the go-live, and nothing tells.
        GoLiveError: Nothing could be seen.
    """
    seen, stands = yield from _list(context, publisher_id, offer_id)
    since = before
    if before is None:
        before = _baseline(context, publisher_id, offer_id, seen, None)
    if stands is not None:
        ready = _is_ready_by_status(stands, publisher_id, offer_id, since)
        return Look(None, before if since is not None else evolve(before, ready=ready))
    assert seen is not None  # noqa: S101 - one of both there is
    doubts = list(seen.unreadable)
    superseded: list[Submission] = []
    busy = False
    for entry in sorted(seen.entries, key=lambda entry: entry.state.is_terminal):
        if entry.state.is_terminal and not _is_new(since, entry):
            continue
        verdict, ended = yield from _decide(context, entry, since)
        if ended and not _is_new(since, entry):
            continue
        match verdict:
            case _Verdict.GO_LIVE if ended and _is_superseded(entry, seen, before):
                superseded.append(entry)
            case _Verdict.GO_LIVE:
                return Look(adopt(context, entry.ref, OperationKind.GO_LIVE), before)
            case _Verdict.PUBLISHING:
                busy = True
            case _Verdict.UNDECIDED if entry.state not in (State.FAILED, State.CANCELED):
                doubts.append(_told(entry))
    if superseded:
        raise Undecided(
            f"A go-live of {publisher_id}/{offer_id} that is new since the baseline has ended, and the"
            " offer was published anew since. Take a new baseline to take that version live. It was:"
            f" {_told(superseded[0])}."
        )
    if doubts:
        # One operation of an offer runs at a time, so one that waits for its publisher has no other.
        stands = yield from offer_status(context, publisher_id, offer_id)
        if not stands.ready_to_go_live:
            raise Undecided(
                f"There is something of {publisher_id}/{offer_id} that may be a go-live or not:"
                f" {'; '.join(doubts)}. Wait until it has ended, or cancel it if it is not meant; then"
                " call again."
            )
    return Look(None, before, busy)


def look_for_publish(
    context: Context, publisher_id: str, offer_id: str, before: Baseline | None
) -> Flow[Look]:
    """Look for a publish of the offer that is new since the baseline.

    One that was there before may be of an older version, and still wait for its publisher.
    """
    seen, _ = yield from _list(context, publisher_id, offer_id)
    if before is None:
        return Look(None, _baseline(context, publisher_id, offer_id, seen, None))
    if seen is not None and before.operation_ids is not None:
        for entry in seen.entries:
            if entry.kind is OperationKind.PUBLISH and not before.knows(entry.ref.operation_id):
                return Look(adopt(context, entry.ref, OperationKind.PUBLISH), before)
    return Look(None, before)


def take_baseline(context: Context, publisher_id: str, offer_id: str) -> Flow[Baseline]:
    """Take down what is known of an offer before a first try."""
    seen, stands = yield from _list(context, publisher_id, offer_id)
    if stands is None:
        stands = yield from offer_status(context, publisher_id, offer_id)
    return _baseline(context, publisher_id, offer_id, seen, stands)


def latest_operation(context: Context, publisher_id: str, offer_id: str) -> Flow[Tracker | None]:
    """Take up the operation that runs for the offer, else the one that changed last.

    What the offer's status shows to run may be missing in the list: as long as that lags, it is awaited.

    Raises:
        Undecided: It is still missing then.
    """
    patience = Deadline.patience(context.clock, context.retry.listed_within)
    looks = 0
    while True:
        looks += 1
        tracker, hidden = yield from _latest(context, publisher_id, offer_id)
        if not hidden:
            return tracker
        told = (
            f"Something of {publisher_id}/{offer_id} runs by the offer's status, and is not in the list"
            " of its operations yet, which lags behind by minutes"
        )
        if patience.left <= 0:
            raise Undecided(f"{told}: ask again later, or give the URL of the operation.")
        if looks == 1:
            logger.warning("%s: looking again.", told)
        yield from pause_before_look(context, looks, patience)


def _latest(context: Context, publisher_id: str, offer_id: str) -> Flow[tuple[Tracker | None, bool]]:
    """Return the latest operation of the list, and whether a later one is missing in it."""
    seen = yield from listing(context, publisher_id, offer_id)
    if not seen.entries:
        return None, False
    long_ago = datetime.min.replace(tzinfo=UTC)

    def rank(entry: Submission) -> tuple[bool, bool, datetime]:
        runs = not entry.state.is_terminal
        odd = entry.state in (State.UNKNOWN, State.NOT_STARTED)
        return runs and not odd, runs, entry.changed or long_ago

    # Of those that are alike the first is the newest: the list is newest first (*observed*).
    entry = max(seen.entries, key=rank)
    kind = entry.kind
    verdict, ended = yield from _decide(context, entry, None)
    hidden = False
    if verdict is _Verdict.GO_LIVE:
        kind = OperationKind.GO_LIVE
    elif ended:
        stands = yield from offer_status(context, publisher_id, offer_id)
        runs = stands.state is State.RUNNING and bool(stands.steps)
        hidden = runs and not stands.ready_to_go_live
    tracker = track(context, entry.ref, kind)
    tracker.certain = True
    return tracker, hidden


def what_runs(context: Context, publisher_id: str, offer_id: str) -> Flow[OperationRef | None]:
    """Return what a cancellation would cancel: what runs, else the publish that is in preview."""
    seen, _ = yield from _list(context, publisher_id, offer_id)
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


def _list(
    context: Context, publisher_id: str, offer_id: str
) -> Flow[tuple[Listing, None] | tuple[None, OfferStatus]]:
    """Read the list, or where the offer stands if there is no list to be had.

    Newer copies of the reference do not have it any more.
    """
    try:
        return (yield from listing(context, publisher_id, offer_id)), None
    except ServiceError as error:
        if not (isinstance(error, (NotFound, NotAllowed)) or error.status_code in (405, 410, 501)):
            raise
        # If it is the offer that does not exist, or the access that is missing, this says so.
        stands = yield from offer_status(context, publisher_id, offer_id)
        logger.warning("Could not read the offer's list of operations: %s", error)
        return None, stands


def _is_ready_by_status(
    stands: OfferStatus, publisher_id: str, offer_id: str, since: Baseline | None
) -> bool:
    """See by the offer's own status that no go-live runs, or ran since the baseline.

    Returns:
        Whether the offer waits for its publisher.

    Raises:
        Undecided: One may, and without the list its address is not known.
    """
    if stands.ready_to_go_live:
        return True
    ended = stands.state.is_terminal or stands.state is State.NOT_STARTED
    changed = since is not None and (since.ready or since.etag not in (None, stands.etag))
    if not ended or changed:
        what = "one ran since the baseline" if ended else f"one runs ({stands.word!r})"
        otherwise = "" if since is None else ", or without the baseline"
        raise Undecided(
            f"The service shows no list of the operations of {publisher_id}/{offer_id}, and by the"
            f" offer's status {what}. Check the offer, then call again{otherwise}."
        )
    return False


def _baseline(
    context: Context,
    publisher_id: str,
    offer_id: str,
    seen: Listing | None,
    stands: OfferStatus | None,
) -> Baseline:
    entries = () if seen is None else seen.entries
    return Baseline(
        publisher_id,
        offer_id,
        None if seen is None else tuple(entry.ref.operation_id for entry in entries),
        None if stands is None else stands.etag,
        datetime.fromtimestamp(context.clock.now(), UTC),
        # A word that is not known is mostly an old entry's.
        open_ids=tuple(
            each.ref.operation_id
            for each in entries
            if not (each.state.is_terminal or each.state is State.UNKNOWN)
        ),
        ready=None if stands is None else stands.ready_to_go_live,
    )


def _is_new(since: Baseline | None, entry: Submission) -> bool:
    """Whether an operation that has ended did so since the baseline."""
    if since is None:
        return False
    if since.operation_ids is not None:
        return not since.knows_end_of(entry.ref.operation_id)
    # The list could not be read then, so its dates have to do.
    return entry.changed is not None and entry.changed > since.taken


def _is_superseded(entry: Submission, seen: Listing, before: Baseline) -> bool:
    """Whether the offer was published anew after this go-live, which then is of an older version."""
    newer = seen.entries[: seen.entries.index(entry)]
    return any(
        each.kind is OperationKind.PUBLISH
        and each.state not in (State.FAILED, State.CANCELED)
        and not before.knows(each.ref.operation_id)
        for each in newer
    )


def _decide(context: Context, entry: Submission, since: Baseline | None) -> Flow[tuple[_Verdict, bool]]:
    """Decide what an entry is by what it says, then by the operation itself, then by its offer.

    Returns:
        What it is, and whether it has ended.
    """
    ended = entry.state.is_terminal
    named = entry.kind is OperationKind.GO_LIVE
    if named and entry.state is not State.UNKNOWN:
        return _Verdict.GO_LIVE, ended
    verdict = _Verdict.UNDECIDED
    # The sample of "retrieve-operations" calls every operation `publish`.
    try:
        status = yield from refresh(context, track(context, entry.ref, entry.kind))
        # The list may lag behind in its words, too.
        ended = ended or status.state.is_terminal
        if named or _is_called_go_live(status):
            return _Verdict.GO_LIVE, ended
        verdict = _by_steps(status)
        if verdict is _Verdict.UNDECIDED and _is_signing_off(context, entry, status, since):
            return _Verdict.GO_LIVE, ended
    except (NotFound, UnexpectedAnswer) as error:
        logger.debug("Could not read an operation of the list: %s", error)
    if verdict is _Verdict.UNDECIDED and not ended and not named:
        # What runs is what the offer's status tells of.
        try:
            stands = yield from offer_status(context, entry.ref.publisher_id, entry.ref.offer_id)
        except GoLiveError as error:
            logger.debug("Could not read the status of the offer: %s", error)
        else:
            verdict = _by_steps(stands)
    return verdict, ended


def _is_called_go_live(status: OperationStatus) -> bool:
    return status.submission_type is not None and same_word(status.submission_type, GO_LIVE)


def _is_signing_off(
    context: Context, entry: Submission, status: OperationStatus, since: Baseline | None
) -> bool:
    """Whether it began after a request of ours, and is at the sign-off already, as no publish can be."""
    if since is None or since.sent is None or since.knows(entry.ref.operation_id):
        return False
    step = status.sign_off_step
    fresh = datetime.fromtimestamp(context.clock.now(), UTC) - since.sent < _FRESH
    return fresh and step is not None and step.state is State.RUNNING


def _by_steps(status: OperationStatus | OfferStatus) -> _Verdict:
    ended = status.state.is_terminal
    if status.signed_off and any(step.is_live and step.has_begun for step in status.steps):
        return _Verdict.GO_LIVE
    if status.ready_to_go_live and (status.steps or not ended):
        return _Verdict.PUBLISHED
    match status.signed_off:
        case True if ended and any(step.is_live for step in status.steps):
            # A publish whose offer was signed off, and is going live by another operation.
            return _Verdict.PUBLISHED
        case False:
            return _Verdict.PUBLISHED if ended else _Verdict.PUBLISHING
    return _Verdict.UNDECIDED


def _told(entry: Submission) -> str:
    changed = f", changed {entry.changed:%Y-%m-%d %H:%M} UTC" if entry.changed else ""
    slot = f" in the slot {entry.slot!r}" if entry.slot else ""
    return f"{entry.submission_type or 'an operation'}{slot}, {entry.word!r}{changed}, {entry.ref.url}"
