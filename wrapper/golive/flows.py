"""The decisions: start, adopt, follow and cancel, written once, as generators that do no I/O.

A flow yields what it wants done, a `Call` or a `Sleep`, and is sent what came of it (or has the error
thrown into it). A driver of a few lines runs it: `client` with blocking calls, `aio` with async ones,
and anything else that can make an HTTP request could be a third.
"""

from __future__ import annotations

import logging
import random
from collections.abc import Callable, Generator
from datetime import UTC, datetime
from typing import Any, TypeVar, cast

from attrs import define, evolve, frozen

from golive.answers import Answer, Call, Endpoint
from golive.clock import Clock
from golive.durations import Duration, to_seconds
from golive.errors import (
    CredentialError,
    GoLiveError,
    InvalidInput,
    InvalidLocation,
    NotCanceled,
    NothingToCancel,
    OperationCanceled,
    OperationFailed,
    RequestRefused,
    ServiceUnreachable,
    SubmissionUncertain,
    WaitTimeout,
)
from golive.location import (
    LocationForm,
    OperationKind,
    OperationRef,
    Origin,
    check_identifier,
    make_token,
    parse_token,
    read_location,
)
from golive.reading import read_offer_status, read_operation, read_submissions
from golive.retry import RetryPolicy, asked_to_wait, did_not_act, is_lost, is_transient
from golive.schedule import PollingPolicy, read_retry_after
from golive.status import OfferStatus, OperationStatus, Submission, all_messages
from golive.vocabulary import State, same_word
from golive_api.api.progress import (
    get_offer_operation,
    get_offer_status,
    get_operation,
    list_submissions,
)
from golive_api.api.publishing import cancel, go_live, publish
from golive_api.models import Notification, NotificationMetadata

__all__ = ["Call", "Context", "Flow", "Sleep", "Tracker"]

T = TypeVar("T")

logger: logging.Logger = logging.getLogger("golive")


@frozen
class Sleep:
    """A pause that a flow wants made, in seconds."""

    seconds: float


#: The snapshot of an operation before the service was asked.
NOT_ASKED = OperationStatus()

#: A procedure: yields what it wants done, is sent what came of it, returns its result.
Flow = Generator[Call | Sleep, Any, T]


@frozen
class Context:
    """What every flow needs to know."""

    origin: Origin
    polling: PollingPolicy
    retry: RetryPolicy
    clock: Clock
    vary: Callable[[float, float], float] = random.uniform

    @property
    def once(self) -> Context:
        """The same, but for requests that are not repeated by themselves."""
        return evolve(self, retry=evolve(self.retry, attempts=1))

    def repeat_after(self, failed: int, error: GoLiveError) -> float:
        """Return how long to wait after so many failures in a row, the last of them this one."""
        wait = read_retry_after(asked_to_wait(error), self.clock.now())
        return self.retry.pause(failed, retry_after=wait, vary=self.vary)

    def poll_again_after(self, failed: int, error: GoLiveError, elapsed: float) -> float:
        """Return the same for a poll: soon at first, in the end at the pace of the schedule."""
        wait = read_retry_after(asked_to_wait(error), self.clock.now())
        planned = self.polling.pause(elapsed, retry_after=wait, vary=self.vary)
        soon = self.retry.doubled(failed) * self.vary(0.5, 1.0)
        return planned if wait is not None else min(soon, planned)


@define
class Tracker:
    """What is known of one operation, and when to ask about it next.

    Attributes:
        ref: Its address.
        kind: What it was begun for.
        status: The last snapshot.
        adopted: Whether it ran already when it was asked for.
        reached: Whether the service ever answered about it.
        since: When it began to be followed, by the monotonic clock.
        next_poll: When to ask next, by the monotonic clock.
    """

    ref: OperationRef
    kind: OperationKind
    since: float
    next_poll: float
    adopted: bool = False
    reached: bool = False
    status: OperationStatus = NOT_ASKED

    @property
    def token(self) -> str:
        """The continuation token."""
        return make_token(self.ref, self.kind)

    @property
    def done(self) -> bool:
        """Whether following it is over: it ended, or is a publish that waits for its publisher."""
        return self.is_over(self.status)

    def due_in(self, now: float) -> float:
        """Return how many seconds it is from now to the next poll."""
        return max(0.0, self.next_poll - now)

    def is_over(self, status: OperationStatus) -> bool:
        """Whether a snapshot is the last one that matters."""
        if status.state.is_terminal:
            return True
        return self.kind is OperationKind.PUBLISH and (
            status.ready_to_go_live or status.state is State.WAITING_FOR_PUBLISHER
        )


def begin_go_live(
    context: Context, publisher_id: str, offer_id: str, *, if_match: str | None
) -> Flow[Tracker]:
    """Adopt the go-live that runs for the offer, or begin one."""
    arguments = _offer(publisher_id, offer_id)
    _check_if_match(if_match, arguments)

    def find(context: Context) -> Flow[Tracker | None]:
        return _running_go_live(context, publisher_id, offer_id)

    running = yield from find(context)
    if running is not None:
        return running
    try:
        return (yield from _submit(context, go_live, arguments, OperationKind.GO_LIVE, find))
    except RequestRefused:
        # Of two callers at the same moment the service refuses one, which then follows the other's.
        running = yield from find(context)
        if running is None:
            raise
        return running


def begin_publish(
    context: Context,
    publisher_id: str,
    offer_id: str,
    *,
    notification_emails: tuple[str, ...],
    if_match: str | None,
) -> Flow[Tracker]:
    """Publish an offer; doing it again while it runs is harmless (page "publish-offer").

    What was there beforehand is looked up, lest a publish of an older version that still waits for its
    publisher is taken for one whose answer was lost.
    """
    arguments = _offer(publisher_id, offer_id)
    _check_if_match(if_match, arguments)
    _add_notification(notification_emails, arguments)
    listed = yield from submissions(context, publisher_id, offer_id, state=None)
    known = {entry.ref for entry in listed}

    def find(context: Context) -> Flow[Tracker | None]:
        for entry in (yield from submissions(context, publisher_id, offer_id, state=None)):
            if entry.ref not in known and same_word(entry.submission_type, "publish"):
                return _adopt(context, entry.ref, OperationKind.PUBLISH)
        return None

    return (yield from _submit(context, publish, arguments, OperationKind.PUBLISH, find))


def begin_cancel(
    context: Context,
    publisher_id: str,
    offer_id: str,
    *,
    notification_emails: tuple[str, ...],
    if_match: str | None,
    ref: OperationRef | None = None,
) -> Flow[Tracker]:
    """Cancel what runs for the offer; doing it again is harmless.

    A 200 names nothing to follow (page "cancel-operations"), so what runs is looked up beforehand.
    """
    arguments = _offer(publisher_id, offer_id)
    _check_if_match(if_match, arguments)
    _add_notification(notification_emails, arguments)
    if ref is None:
        listed = yield from submissions(context, publisher_id, offer_id, state=None)
        ref = next((entry.ref for entry in listed if _runs(entry)), None)

    def find(context: Context) -> Flow[Tracker | None]:
        """Look whether what was to be canceled has come to an end."""
        if ref is None:
            return None
        tracker = _adopt(context, ref, OperationKind.CANCEL)
        status = yield from refresh(context, tracker)
        return tracker if status.state.is_terminal else None

    def at_once() -> Tracker:
        if ref is None:
            raise NothingToCancel(f"Nothing runs for the offer {offer_id!r}.")
        return track(context, ref, OperationKind.CANCEL)

    return (yield from _submit(context, cancel, arguments, OperationKind.CANCEL, find, at_once))


def resume(context: Context, token: str | OperationRef) -> Tracker:
    """Take up an operation by its token or its address; nothing is sent."""
    if isinstance(token, OperationRef):
        token = make_token(token, OperationKind.GO_LIVE)
    ref, kind = parse_token(token, context.origin)
    return track(context, ref, kind)


def track(context: Context, ref: OperationRef, kind: OperationKind) -> Tracker:
    """Return what is known of an operation before the service was asked."""
    now = context.clock.monotonic()
    return Tracker(ref, kind, since=now, next_poll=now)


def latest_operation(context: Context, publisher_id: str, offer_id: str) -> Flow[Tracker | None]:
    """Take up the operation that runs for the offer, else the one that changed last."""
    listed = yield from submissions(context, publisher_id, offer_id, state=None)
    if not listed:
        return None
    long_ago = datetime.min.replace(tzinfo=UTC)
    entry = max(listed, key=lambda entry: (_runs(entry), entry.changed or long_ago))
    goes_live = yield from _is_go_live(context, entry)
    tracker = track(context, entry.ref, OperationKind.GO_LIVE if goes_live else OperationKind.PUBLISH)
    tracker.reached = True
    return tracker


def submissions(
    context: Context, publisher_id: str, offer_id: str, *, state: State | None
) -> Flow[tuple[Submission, ...]]:
    """List the operations of an offer; the filter is applied here too, lest the service ignores it."""
    arguments = _offer(publisher_id, offer_id)
    if state is State.RUNNING:
        arguments["status"] = "running"
    answer = yield from _read(context, list_submissions, arguments)
    try:
        found = read_submissions(
            answer.body, origin=context.origin, publisher_id=publisher_id, offer_id=offer_id
        ).entries
    except ValueError as error:
        raise answer.unexpected(f"the body is not what the contract says: {error}") from error
    return tuple(entry for entry in found if state is None or entry.state is state)


def offer_status(context: Context, publisher_id: str, offer_id: str) -> Flow[OfferStatus]:
    """Read where an offer stands."""
    answer = yield from _read(context, get_offer_status, _offer(publisher_id, offer_id))
    try:
        return read_offer_status(answer.body, etag=answer.headers.get("ETag"))
    except ValueError as error:
        raise answer.unexpected(f"the body is not what the contract says: {error}") from error


def refresh(context: Context, tracker: Tracker) -> Flow[OperationStatus]:
    """Ask for the status of an operation now."""
    ref = tracker.ref
    try:
        if ref.form is LocationForm.MIGRATED:
            arguments = {**_offer(ref.publisher_id, ref.offer_id), "operation_id": ref.operation_id}
            answer = yield from _read(context, get_offer_operation, arguments)
        else:
            answer = yield from _read(context, get_operation, {"operation_id": ref.operation_id})
        try:
            status = read_operation(answer.body)
        except ValueError as error:
            raise answer.unexpected(f"the body is not what the contract says: {error}") from error
    except GoLiveError as error:
        error.continuation_token = tracker.token
        raise
    _schedule(context, tracker, answer.retry_after)
    if (status.state, status.word) != (tracker.status.state, tracker.status.word):
        logger.info("%s is %s (%r)", tracker.token, status.state, status.word)
    tracker.status = status
    tracker.reached = True
    return status


def follow(
    context: Context,
    tracker: Tracker,
    *,
    until: Callable[[OperationStatus], bool],
    deadline: float | None,
) -> Flow[OperationStatus]:
    """Ask for the status, on schedule, until a snapshot is as wanted.

    A poll that fails is repeated, soon at first, then at the pace of the schedule. Once the service was
    reached, an outage is survived for as long as the polling policy says.

    Args:
        context: What every flow needs.
        tracker: The operation.
        until: Tells whether a snapshot is as wanted. One that is there already costs no request.
        deadline: When to give up, by the monotonic clock. There is one last request at that moment.
    """
    clock = context.clock
    failed, out_since = 0, 0.0
    while not until(tracker.status):
        due = tracker.next_poll if deadline is None else min(tracker.next_poll, deadline)
        if (pause := due - clock.monotonic()) > 0:
            yield Sleep(pause)
            # Another thread may have asked in the meantime; then there is nothing to ask yet.
            continue
        try:
            yield from refresh(context.once, tracker)
            failed = 0
        except GoLiveError as error:
            now = clock.monotonic()
            out_since = now if failed == 0 else out_since
            failed += 1
            if not _is_survivable(error, tracker, failed, context):
                raise
            if now - out_since >= context.polling.outage_limit:
                raise _outage(error, now - out_since, tracker) from error
            log = logger.warning if failed == 1 else logger.info
            log("The status could not be read; trying again: %s", error)
            elapsed = now - tracker.since
            tracker.next_poll = now + context.poll_again_after(failed, error, elapsed)
        if deadline is not None and clock.monotonic() >= deadline and not until(tracker.status):
            raise _timed_out(tracker)
    return tracker.status


def changed(shown: OperationStatus | None) -> Callable[[OperationStatus], bool]:
    """Return the `until` of `follow` that waits for news since the snapshot that was shown last."""

    def until(status: OperationStatus) -> bool:
        return status is not NOT_ASKED and status != shown

    return until


def deadline(context: Context, timeout: Duration | None) -> float | None:
    """Convert the caller's timeout to a moment of the monotonic clock."""
    if timeout is None:
        return None
    return context.clock.monotonic() + to_seconds(timeout, "timeout")


def result(tracker: Tracker) -> OperationStatus:
    """Return the last snapshot of an operation that is over, or raise if it is no success."""
    status = tracker.status
    state, wanted = status.state, State.SUCCEEDED
    if tracker.kind is OperationKind.CANCEL:
        wanted = State.CANCELED
    elif tracker.kind is OperationKind.PUBLISH and not state.is_terminal:
        # It waits for its publisher: as far as a publish gets by itself.
        wanted = state
    if state is wanted:
        return status
    if tracker.kind is OperationKind.CANCEL:
        raise NotCanceled(
            f"The operation {state.value} before it could be canceled.",
            status=status,
            continuation_token=tracker.token,
        )
    if state is State.CANCELED:
        raise OperationCanceled(
            "The operation was canceled.", status=status, continuation_token=tracker.token
        )
    raise OperationFailed(_failure(status), status=status, continuation_token=tracker.token)


def emails(value: object) -> tuple[str, ...]:
    """Check the notification list that the caller gives.

    Raises:
        InvalidInput: It is not a list of addresses.
    """
    if isinstance(value, str) or not hasattr(value, "__iter__"):
        raise InvalidInput("notification_emails must be a list of addresses, not one string.")
    addresses = tuple(cast("list[str]", value))
    for address in addresses:
        if (
            not isinstance(address, str)
            or "@" not in address
            or "," in address
            or not address.isprintable()
        ):
            raise InvalidInput(f"The notification address {address!r} is malformed.")
    return addresses


def _running_go_live(context: Context, publisher_id: str, offer_id: str) -> Flow[Tracker | None]:
    for entry in (yield from submissions(context, publisher_id, offer_id, state=None)):
        if _runs(entry) and (yield from _is_go_live(context, entry)):
            return _adopt(context, entry.ref, OperationKind.GO_LIVE)
    return None


def _is_go_live(context: Context, entry: Submission) -> Flow[bool]:
    """Tell whether the latest operation of an offer is a go-live."""
    if same_word(entry.submission_type, "golive"):
        return True
    # The sample of "retrieve-operations" calls every operation `publish`. One that waits for its
    # publisher is the precondition of a go-live; one that is signed off is a go-live.
    offer = yield from offer_status(context, entry.ref.publisher_id, entry.ref.offer_id)
    signed_off = (State.RUNNING, State.SUCCEEDED)
    return any(s.is_sign_off and s.state in signed_off for s in offer.steps)


def _runs(entry: Submission) -> bool:
    # A word that is not known may mean anything but the end.
    return not entry.state.is_terminal and entry.state is not State.NOT_STARTED


def _adopt(context: Context, ref: OperationRef, kind: OperationKind) -> Tracker:
    tracker = track(context, ref, kind)
    tracker.adopted = tracker.reached = True
    return tracker


def _submit(
    context: Context,
    endpoint: object,
    arguments: dict[str, Any],
    kind: OperationKind,
    find: Callable[[Context], Flow[Tracker | None]],
    at_once: Callable[[], Tracker] | None = None,
) -> Flow[Tracker]:
    """Send a request that starts something: again only if the service certainly did not act on it.

    Args:
        context: What every flow needs.
        endpoint: The request.
        arguments: Its arguments.
        kind: What it begins.
        find: Looks for what it began after its answer was lost.
        at_once: Says what to follow after a 200, where the contract knows one.
    """
    failed = 0
    while True:
        try:
            answer = yield from _call(endpoint, arguments)
            if answer.status_code == 202:
                return _accepted(context, answer, kind)
            if at_once is not None:
                return at_once()
            raise answer.unexpected("this status is outside the contract")
        except GoLiveError as error:
            failed += 1
            if is_lost(error):
                lost = error
                break
            if not did_not_act(error) or failed >= context.retry.attempts:
                raise
            pause = context.repeat_after(failed, error)
        yield Sleep(pause)
    logger.warning("The answer was lost; looking for what it began: %s", lost)
    policy = context.retry
    settle = policy.settle_cancel if kind is OperationKind.CANCEL else policy.settle
    found = yield from _reconcile(context, find, settle)
    if found is None:
        raise SubmissionUncertain(lost.summary) from lost
    return found


def _reconcile(
    context: Context, find: Callable[[Context], Flow[Tracker | None]], settle: float
) -> Flow[Tracker | None]:
    """Look for what a request with a lost answer began, for longer than it can take to begin."""
    clock = context.clock
    settled = clock.monotonic() + settle
    looks = 0
    while True:
        looks += 1
        try:
            found = yield from find(context.once)
        except GoLiveError as error:
            if not is_transient(error):
                # It would hide that something may have begun, which is what the caller must know.
                return None
            found = None
        left = settled - clock.monotonic()
        if found is not None or left <= 0:
            return found
        # Not jittered down to nothing: the number of looks stays small.
        yield Sleep(min(context.retry.backoff(looks) * context.vary(0.5, 1.0), left))


def _outage(error: GoLiveError, seconds: float, tracker: Tracker) -> ServiceUnreachable:
    unreachable = ServiceUnreachable(
        f"The service gave no good answer for {seconds / 3600:.1f} hours; the last one was: {error}",
        method="GET",
        url=f"{tracker.ref.origin}{tracker.ref.path}",
        sent=True,
    )
    unreachable.continuation_token = tracker.token
    return unreachable


def _timed_out(tracker: Tracker) -> WaitTimeout:
    status = tracker.status
    said = "" if same_word(status.word, status.state) else f" ({status.word!r})"
    return WaitTimeout(
        f"The operation was still {status.state}{said} when the time was up.",
        status=status,
        continuation_token=tracker.token,
    )


def _is_survivable(error: GoLiveError, tracker: Tracker, failed: int, context: Context) -> bool:
    """Tell whether a wait goes on after a poll that ended so."""
    if not tracker.reached:
        # It may be the endpoint, the network or the credential that is wrong from the beginning.
        return is_transient(error) and failed < context.retry.attempts
    return is_transient(error) or isinstance(error, CredentialError)


def _accepted(context: Context, answer: Answer, kind: OperationKind) -> Tracker:
    try:
        ref = read_location(answer.headers, context.origin)
    except ValueError as error:
        raise answer.unexpected(str(error), InvalidLocation) from None
    tracker = track(context, ref, kind)
    tracker.reached = True
    wait = read_retry_after(answer.retry_after, context.clock.now())
    if wait is not None:
        tracker.next_poll += min(wait, context.polling.retry_after_limit)
    return tracker


def _schedule(context: Context, tracker: Tracker, retry_after: str | None) -> None:
    now = context.clock.monotonic()
    tracker.next_poll = now + context.polling.pause(
        now - tracker.since,
        retry_after=read_retry_after(retry_after, context.clock.now()),
        vary=context.vary,
    )


def _read(context: Context, endpoint: object, arguments: dict[str, Any]) -> Flow[Answer]:
    """Ask something that changes nothing, again if it fails."""
    failed = 0
    while True:
        try:
            return (yield from _call(endpoint, arguments))
        except GoLiveError as error:
            failed += 1
            if not is_transient(error) or failed >= context.retry.attempts:
                raise
            pause = context.repeat_after(failed, error)
        yield Sleep(pause)


def _call(endpoint: object, arguments: dict[str, Any]) -> Flow[Answer]:
    # A module is not known to be an Endpoint before its functions are looked at.
    answer: Answer = yield Call(cast("Endpoint", endpoint), arguments)
    return answer


def _offer(publisher_id: str, offer_id: str) -> dict[str, Any]:
    return {
        "publisher_id": check_identifier(publisher_id, "publisher id"),
        "offer_id": check_identifier(offer_id, "offer id"),
    }


def _check_if_match(if_match: str | None, arguments: dict[str, Any]) -> None:
    if if_match is None:
        return
    if not if_match or not all(" " <= character <= "~" for character in if_match):
        raise InvalidInput(f"if_match must be '*' or an ETag, not {if_match!r}.")
    arguments["if_match"] = if_match


def _add_notification(addresses: tuple[str, ...], arguments: dict[str, Any]) -> None:
    if addresses:
        metadata = NotificationMetadata(notification_emails=",".join(addresses))
        arguments["body"] = Notification(metadata=metadata)


def _failure(status: OperationStatus) -> str:
    step = status.current_step
    errors = [m.text for m in all_messages(status) if same_word(m.level, "error")]
    reasons = [reason.rstrip(". ") for reason in (status.error or "", *errors)]
    told = "; ".join(dict.fromkeys(filter(None, reasons))) or "the service gave no reason"
    where = f" in the step {step.name!r}" if step else ""
    return f"The operation failed{where}: {told}."
