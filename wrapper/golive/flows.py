"""The decisions: start, adopt, follow and cancel, written once, as generators that do no I/O.

A flow yields what it wants done, a `Call` or a `Sleep`, and is sent what came of it (or has the error
thrown into it). A driver of a few lines runs it: `client` with blocking calls, `aio` with async ones,
and anything else that can make an HTTP request could be a third.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Generator
from typing import Any, TypeVar, cast

from attrs import define, frozen

from golive.answers import Answer, Call, Endpoint
from golive.clock import Clock
from golive.durations import Duration, to_seconds
from golive.errors import (
    GoLiveError,
    InvalidInput,
    InvalidLocation,
    NotCanceled,
    OperationCanceled,
    OperationFailed,
    ServiceFault,
    ServiceUnreachable,
    SubmissionUncertain,
    UnexpectedAnswer,
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
from golive.schedule import PollingPolicy, read_retry_after
from golive.status import (
    SIGN_OFF,
    OfferStatus,
    OperationStatus,
    State,
    Submission,
    same_word,
)
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
    clock: Clock
    vary: Callable[[float, float], float] = random.uniform


@define
class Tracker:
    """What is known of one operation, and when to ask about it next.

    Attributes:
        ref: Its address.
        kind: What it was begun for.
        status: The last snapshot.
        adopted: Whether it ran already when it was asked for.
        since: When it began to be followed, by the monotonic clock.
        next_poll: When to ask next, by the monotonic clock.
    """

    ref: OperationRef
    kind: OperationKind
    since: float
    next_poll: float
    adopted: bool = False
    status: OperationStatus = NOT_ASKED

    @property
    def token(self) -> str:
        """The continuation token."""
        return make_token(self.ref, self.kind)

    @property
    def done(self) -> bool:
        """Whether following it is over: it ended, or is a publish that waits for its publisher."""
        return self.is_over(self.status)

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
    """Adopt the go-live that runs for the offer, or begin one with a single POST."""
    arguments = _offer(publisher_id, offer_id)
    running = yield from _running_go_live(context, publisher_id, offer_id)
    if running is not None:
        return running
    answer = yield from _submit(go_live, arguments, if_match=if_match)
    return _accepted(context, answer, OperationKind.GO_LIVE)


def begin_publish(
    context: Context,
    publisher_id: str,
    offer_id: str,
    *,
    notification_emails: tuple[str, ...],
    if_match: str | None,
) -> Flow[Tracker]:
    """Publish an offer with a single POST; doing it again is harmless (page "publish-offer")."""
    arguments = _offer(publisher_id, offer_id)
    answer = yield from _submit(
        publish, arguments, if_match=if_match, body=_notification(notification_emails)
    )
    return _accepted(context, answer, OperationKind.PUBLISH)


def begin_cancel(
    context: Context,
    publisher_id: str,
    offer_id: str,
    *,
    notification_emails: tuple[str, ...],
    if_match: str | None,
    ref: OperationRef | None = None,
) -> Flow[Tracker]:
    """Cancel what runs for the offer, with a single POST.

    A 200 names nothing to follow (page "cancel-operations"), so what runs is looked up beforehand.
    """
    arguments = _offer(publisher_id, offer_id)
    if ref is None:
        running = yield from submissions(context, publisher_id, offer_id, state=State.RUNNING)
        ref = running[0].ref if running else None
    answer = yield from _submit(
        cancel,
        arguments,
        if_match=if_match,
        body=_notification(notification_emails),
        statuses=(200, 202),
    )
    if answer.status_code == 202:
        return _accepted(context, answer, OperationKind.CANCEL)
    if ref is None:
        raise InvalidInput(f"Nothing runs for the offer {offer_id!r}: there is nothing to cancel.")
    return track(context, ref, OperationKind.CANCEL)


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


def submissions(
    context: Context, publisher_id: str, offer_id: str, *, state: State | None
) -> Flow[tuple[Submission, ...]]:
    """List the operations of an offer; the filter is applied here too, lest the service ignores it."""
    arguments = _offer(publisher_id, offer_id)
    if state is State.RUNNING:
        arguments["status"] = "running"
    answer = yield from _call(list_submissions, arguments)
    if not answer.is_array or not isinstance(answer.parsed, list):
        raise answer.unexpected("the body is not a list of operations")
    try:
        found = tuple(
            Submission.from_api(
                entry, origin=context.origin, publisher_id=publisher_id, offer_id=offer_id
            )
            for entry in answer.parsed
        )
    except ValueError as error:
        raise answer.unexpected(f"the body is not what the contract says: {error}") from error
    return tuple(entry for entry in found if state is None or entry.state is state)


def offer_status(context: Context, publisher_id: str, offer_id: str) -> Flow[OfferStatus]:
    """Read where an offer stands."""
    answer = yield from _call(get_offer_status, _offer(publisher_id, offer_id))
    try:
        return OfferStatus.from_api(answer.parsed, etag=answer.headers.get("ETag"))
    except ValueError as error:
        raise answer.unexpected(f"the body is not what the contract says: {error}") from error


def refresh(context: Context, tracker: Tracker) -> Flow[OperationStatus]:
    """Ask once for the status of an operation."""
    ref = tracker.ref
    try:
        if ref.form is LocationForm.MIGRATED:
            answer = yield from _call(
                get_offer_operation,
                {**_offer(ref.publisher_id, ref.offer_id), "operation_id": ref.operation_id},
            )
        else:
            answer = yield from _call(get_operation, {"operation_id": ref.operation_id})
        try:
            status = OperationStatus.from_api(answer.parsed)
        except ValueError as error:
            raise answer.unexpected(f"the body is not what the contract says: {error}") from error
    except GoLiveError as error:
        error.continuation_token = tracker.token
        raise
    _schedule(context, tracker, answer.retry_after)
    tracker.status = status
    return status


def follow(
    context: Context,
    tracker: Tracker,
    *,
    until: Callable[[OperationStatus], bool],
    deadline: float | None,
) -> Flow[OperationStatus]:
    """Ask for the status, on schedule, until a snapshot is as wanted.

    Args:
        context: What every flow needs.
        tracker: The operation.
        until: Tells whether a snapshot is as wanted. One that is there already costs no request.
        deadline: When to give up, by the monotonic clock. There is one last request at that moment.
    """
    clock = context.clock
    while not until(tracker.status):
        now = clock.monotonic()
        pause = (tracker.next_poll if deadline is None else min(tracker.next_poll, deadline)) - now
        if pause > 0:
            yield Sleep(pause)
        status = yield from refresh(context, tracker)
        if deadline is not None and clock.monotonic() >= deadline and not until(status):
            said = "" if same_word(status.word, status.state) else f" ({status.word!r})"
            raise WaitTimeout(
                f"The operation was still {status.state}{said} when the time was up.",
                status=status,
                continuation_token=tracker.token,
            )
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
        if entry.state.is_terminal or entry.state is State.NOT_STARTED:
            continue
        tracker = track(context, entry.ref, OperationKind.GO_LIVE)
        tracker.adopted = True
        if same_word(entry.submission_type, "golive"):
            return tracker
        # The sample of "retrieve-operations" calls every operation `publish`. One that waits for its
        # publisher is the precondition of a go-live; one that is signed off is a go-live.
        offer = yield from offer_status(context, publisher_id, offer_id)
        signed_off = (State.RUNNING, State.SUCCEEDED)
        if any(same_word(s.id, SIGN_OFF) and s.state in signed_off for s in offer.steps):
            return tracker
    return None


def _submit(
    endpoint: object,
    arguments: dict[str, Any],
    *,
    if_match: str | None,
    body: Notification | None = None,
    statuses: tuple[int, ...] = (202,),
) -> Flow[Answer]:
    """Send a request that starts something, once.

    A 503 with `Retry-After` says that the service did not act; any other 5xx, or an answer that is
    outside the contract, may come from a proxy in front of a service that did.
    """
    if if_match is not None:
        if not if_match or not all(" " <= character <= "~" for character in if_match):
            raise InvalidInput(f"if_match must be '*' or an ETag, not {if_match!r}.")
        arguments["if_match"] = if_match
    if body is not None:
        arguments["body"] = body
    try:
        answer = yield from _call(endpoint, arguments)
        if answer.status_code not in statuses:
            raise answer.unexpected("this status is outside the contract")
    except ServiceUnreachable as error:
        if not error.connected:
            raise
        raise SubmissionUncertain(*error.args) from error
    except (ServiceFault, UnexpectedAnswer) as error:
        if error.status_code == 503 and error.retry_after:
            raise
        raise SubmissionUncertain(*error.args) from error
    return answer


def _accepted(context: Context, answer: Answer, kind: OperationKind) -> Tracker:
    try:
        ref = read_location(answer.headers, context.origin)
    except ValueError as error:
        raise answer.unexpected(str(error), InvalidLocation) from None
    tracker = track(context, ref, kind)
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


def _call(endpoint: object, arguments: dict[str, Any]) -> Flow[Answer]:
    # A module is not known to be an Endpoint before its functions are looked at.
    answer: Answer = yield Call(cast("Endpoint", endpoint), arguments)
    return answer


def _offer(publisher_id: str, offer_id: str) -> dict[str, Any]:
    return {
        "publisher_id": check_identifier(publisher_id, "publisher id"),
        "offer_id": check_identifier(offer_id, "offer id"),
    }


def _notification(addresses: tuple[str, ...]) -> Notification | None:
    if not addresses:
        return None
    return Notification(metadata=NotificationMetadata(notification_emails=",".join(addresses)))


def _failure(status: OperationStatus) -> str:
    step = status.current_step
    from_steps = [message for each in status.steps for message in each.messages]
    errors = [m.text for m in (*status.messages, *from_steps) if same_word(m.level, "error")]
    reasons = [reason.rstrip(". ") for reason in (status.error or "", *errors)]
    told = "; ".join(dict.fromkeys(filter(None, reasons))) or "the service gave no reason"
    where = f" in the step {step.name!r}" if step else ""
    return f"The operation failed{where}: {told}."
