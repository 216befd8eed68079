"""Following an operation to its end, through whatever happens on the way."""

from __future__ import annotations

import threading
from abc import ABC, abstractmethod
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

from attrs import define, field

from golive.checkpoint import Checkpoint
from golive.errors import (
    CredentialError,
    GoLiveError,
    InvalidInput,
    NotAuthenticated,
    NotCanceled,
    NotFound,
    OperationCanceled,
    OperationFailed,
    ServiceUnreachable,
    UnexpectedAnswer,
    WaitTimeout,
)
from golive.flow import Context, Deadline, Flow, logger, pause
from golive.origin import Origin
from golive.refs import OperationKind, OperationRef
from golive.retry import is_transient, retry_after_of
from golive.status import OperationStatus, Submission, all_messages
from golive.vocabulary import State, same_word

__all__ = [
    "LAST_LOOK",
    "NOT_ASKED",
    "Tracker",
    "changed",
    "checkpoint",
    "follow",
    "go_on",
    "named",
    "outcome",
    "poll",
    "refresh",
]

#: How long the last request of a wait may take although its time is up, in seconds.
LAST_LOOK = 15.0

#: How soon to see what another thread or task that asks about the same operation got, in seconds.
SHARED_LOOK = 0.25

#: The snapshot of an operation before the service was asked.
NOT_ASKED = OperationStatus()


@define
class Tracker(ABC):
    """What is known of one operation, and when to ask about it next; each API has its own.

    Attributes:
        ref: Its address.
        kind: What it was begun for.
        since: When it began to be followed, by the monotonic clock.
        next_poll: When to ask next, by the monotonic clock.
        adopted: Whether it ran already when it was asked for.
        certain: Whether the service ever said that there is such an operation.
        status: The last snapshot.
        asked: How often the service was asked about it.
        pace: The shortest time between two looks, failed and last ones too, in seconds; 0 for none.
        trouble: What went wrong with looks that were made one by one.
        turn: Held by whoever asks now, so that threads and tasks share what is answered.
    """

    ref: OperationRef
    kind: OperationKind
    since: float
    next_poll: float
    adopted: bool = False
    certain: bool = False
    status: OperationStatus = NOT_ASKED
    asked: int = 0
    pace: float = 0.0
    trouble: _Trouble | None = field(default=None, init=False, repr=False, eq=False)
    turn: threading.Lock = field(factory=threading.Lock, init=False, repr=False, eq=False)

    @property
    def token(self) -> str:
        """The continuation token."""
        return self.ref.token(self.kind)

    @property
    def done(self) -> bool:
        """Whether following it is over: it ended, or is a publish that waits for its publisher."""
        return self.is_over(self.status)

    def due_in(self, now: float) -> float:
        """Return how many seconds it is from now to the next poll."""
        return max(0.0, self.next_poll - now)

    def readdress(self, ref: OperationRef) -> None:
        """Take note that its address is known better now."""
        self.ref = ref

    def is_over(self, status: OperationStatus) -> bool:
        """Whether a snapshot is the last one that matters."""
        return status.state.is_terminal

    def verdict(self, status: OperationStatus) -> OperationStatus:
        """Return the snapshot that ended a wait, or raise if it is no success."""
        state, cancel = status.state, self.kind is OperationKind.CANCEL
        if state is (State.CANCELED if cancel else State.SUCCEEDED):
            return status
        if cancel:
            raise NotCanceled(
                f"The operation {state.value} before it could be canceled.",
                status=status,
                continuation_token=self.token,
            )
        if state is State.CANCELED:
            raise OperationCanceled(
                "The operation was canceled.", status=status, continuation_token=self.token
            )
        raise OperationFailed(_failure(status), status=status, continuation_token=self.token)

    @abstractmethod
    def ask(self, context: Context, at_least: float) -> Flow[tuple[OperationStatus, str | None]]:
        """Ask once, and return the snapshot and how long the service asks to wait.

        Args:
            context: What every flow needs.
            at_least: How long it may take even if the deadline comes first, in seconds.
        """


def named(
    token: str | OperationRef | Submission | Checkpoint,
    origin: Origin,
    parse: Callable[[str, Origin], tuple[OperationRef, OperationKind]],
) -> tuple[OperationRef, OperationKind]:
    """Return which operation is meant, and what it was begun for.

    Args:
        token: Its token, its address, its entry in a list, or how far it was followed.
        origin: The client's endpoint.
        parse: Reads a token.

    Raises:
        InvalidInput: It is none, or one at another endpoint.
    """
    if isinstance(token, Checkpoint):
        token = token.operation_url
    if isinstance(token, Submission):
        ref, kind = token.ref, token.kind
    elif isinstance(token, OperationRef):
        ref, kind = token, OperationKind.GO_LIVE
    else:
        ref, kind = parse(token, origin)
    if ref.origin != origin:
        raise InvalidInput(f"The operation {ref} is not at the client's endpoint, {origin}.")
    return ref, kind


def checkpoint(context: Context, tracker: Tracker) -> Checkpoint:
    """Return how far following got."""
    clock, trouble = context.clock, tracker.trouble
    now, monotonic = datetime.fromtimestamp(clock.now(), UTC), clock.monotonic()

    def moment(at: float) -> datetime:
        return now + timedelta(seconds=at - monotonic)

    failing = trouble is not None and trouble.failed > 0
    return Checkpoint(
        tracker.token,
        since=moment(tracker.since),
        due=moment(tracker.next_poll),
        looked=None if trouble is None else moment(trouble.last),
        certain=tracker.certain,
        failed=trouble.failed if trouble else 0,
        failing=trouble.kind if trouble and failing else None,
        failing_for=trouble.spent.get(trouble.kind, 0.0) if trouble and failing else 0.0,
        status=None if tracker.status is NOT_ASKED else tracker.status,
    )


def go_on(context: Context, tracker: Tracker, point: Checkpoint) -> None:
    """Take up an operation where a checkpoint left it; nothing is sent."""
    now, monotonic = datetime.fromtimestamp(context.clock.now(), UTC), context.clock.monotonic()

    def at(moment: datetime) -> float:
        return monotonic + (moment - now).total_seconds()

    tracker.since, tracker.next_poll = min(at(point.since), monotonic), at(point.due)
    tracker.certain = point.certain
    if point.status is not None:
        tracker.status = point.status
    if point.looked is not None:
        tracker.trouble = trouble = _Trouble(context, tracker)
        trouble.last = min(at(point.looked), monotonic)
        trouble.planned = max(0.0, tracker.next_poll - trouble.last)
        if point.failing is not None:
            trouble.failed, trouble.kind = point.failed, point.failing
            trouble.spent = {point.failing: point.failing_for}


def poll(context: Context, tracker: Tracker) -> Flow[OperationStatus | None]:
    """Look once; None if that failed and following goes on.

    Raises:
        GoLiveError: It ends following.
    """
    trouble = tracker.trouble
    if trouble is None:
        tracker.trouble = trouble = _Trouble(context, tracker)
    try:
        status = yield from refresh(context.without_retries, tracker)
    except GoLiveError as error:
        trouble.count(error)
        return None
    trouble.over()
    return status


def outcome(tracker: Tracker) -> OperationStatus:
    """Return what `result` would say of the last snapshot.

    Raises:
        WaitTimeout: The operation is not over.
    """
    if not tracker.done:
        raise _timed_out(tracker, "The operation is not over: it is")
    return tracker.verdict(tracker.status)


def refresh(context: Context, tracker: Tracker, *, at_least: float = 0.0) -> Flow[OperationStatus]:
    """Ask for the status of an operation now.

    Args:
        context: What every flow needs.
        tracker: The operation.
        at_least: How long the request may take even if the deadline comes first, in seconds.
    """
    try:
        status, retry_after = yield from tracker.ask(context, at_least)
    except GoLiveError as error:
        error.continuation_token = tracker.token
        raise
    else:
        now = context.clock.monotonic()
        wait = context.polling.pause(
            now - tracker.since, retry_after=context.wait_asked_for(retry_after), vary=context.vary
        )
        tracker.next_poll = now + max(wait, tracker.pace)
        if (status.state, status.word) != (tracker.status.state, tracker.status.word):
            logger.info("%s is %s (%r)", tracker.token, status.state, status.word)
        tracker.status = status
        tracker.certain = True
        return status
    finally:
        # Last of all: whoever sees it counted sees what came of it, too.
        tracker.asked += 1


def follow(
    context: Context,
    tracker: Tracker,
    *,
    until: Callable[[OperationStatus], bool],
    deadline: Deadline | None,
) -> Flow[OperationStatus]:
    """Ask for the status, on schedule, until a snapshot is as wanted.

    A poll that fails is repeated, soon at first, then at the pace of the schedule, for as long as the
    polling policy says. Whoever follows the same operation at the same time shares the answers.

    Args:
        context: What every flow needs.
        tracker: The operation.
        until: Tells whether a snapshot is as wanted. One that is there already costs no request.
        deadline: When to give up. There is one last request at that moment, of `LAST_LOOK` at most.
    """
    context = context.within(deadline)
    once = context.without_retries
    trouble = _Trouble(context, tracker)
    while True:
        asked, status = tracker.asked, tracker.status
        if until(status):
            return status
        if deadline is not None and deadline.looked:
            raise _timed_out(tracker)
        wait = tracker.due_in(context.clock.monotonic())
        if wait > 0 and (deadline is None or deadline.left > 0):
            yield from pause(context, wait)
        if tracker.pace and tracker.due_in(context.clock.monotonic()) > 0:
            # The time is up, and it is too early for a last look.
            raise _timed_out(tracker)
        if not tracker.turn.acquire(blocking=False):
            yield from pause(context, SHARED_LOOK)
        else:
            try:
                # If somebody else has asked in the meantime, there is nothing to ask yet.
                if tracker.asked == asked:
                    yield from refresh(once, tracker, at_least=LAST_LOOK)
                    trouble.over()
            except GoLiveError as error:
                trouble.count(error)
            finally:
                tracker.turn.release()
        if deadline is not None and deadline.left <= 0:
            deadline.looked = True


class _Trouble:
    """The polls that failed in a row: how long each kind of failure is outlived."""

    def __init__(self, context: Context, tracker: Tracker) -> None:
        self._context = context
        self._tracker = tracker
        self.over()

    def over(self) -> None:
        """Begin anew: a poll went well."""
        self.failed: int = 0
        self.kind: str = ""
        self.spent: dict[str, float] = {}
        self.planned: float = 0.0
        self.last: float = self._context.clock.monotonic()

    def count(self, error: GoLiveError) -> None:
        """Take note of a failure, and plan when to ask again.

        Raises:
            GoLiveError: It, or what has gone on for too long.
        """
        context, tracker = self._context, self._tracker
        now = context.clock.monotonic()
        self.failed += 1
        kind, limit = self._budget(error)
        # What the clock shows beyond the pause and a request is time in which the machine slept.
        spent = min(now - self.last, self.planned + context.retry.answer_within)
        self.last = now
        if kind == self.kind:
            self.spent[kind] = self.spent.get(kind, 0.0) + spent
        self.kind = kind
        out = self.spent.get(kind, 0.0)
        if limit is None:
            raise error
        if out >= limit:
            raise _outage(error, out, tracker) if kind == "outage" else error
        log = logger.warning if self.failed == 1 else logger.info
        log("Could not read the status; trying again: %s", error)
        wait = context.wait_asked_for(retry_after_of(error))
        self.planned = context.polling.pause(
            max(0.0, now - tracker.since), retry_after=wait, vary=context.vary
        )
        if wait is None:
            soon = context.retry.unbounded_delay(self.failed) * context.vary(0.5, 1.0)
            self.planned = min(soon, self.planned)
        self.planned = max(self.planned, tracker.pace)
        tracker.next_poll = now + self.planned

    def _budget(self, error: GoLiveError) -> tuple[str, float | None]:
        """Return what kind of failure it is, and for how long it is outlived; None for not at all."""
        polling, tracker = self._context.polling, self._tracker
        match error:
            case NotFound():
                return "missing", polling.missing_limit if tracker.certain else None
            case NotAuthenticated():
                return "unauthorized", polling.unauthorized_limit if tracker.certain else None
            case CredentialError():
                return "credential", polling.outage_limit if tracker.certain else None
            case UnexpectedAnswer() if not tracker.certain:
                # It may be the endpoint that is wrong from the beginning.
                few = self.failed < self._context.retry.max_attempts
                return "outage", polling.outage_limit if few else None
        return "outage", polling.outage_limit if is_transient(error) else None


def changed(shown: OperationStatus | None) -> Callable[[OperationStatus], bool]:
    """Return the `until` of `follow` that waits for news since the snapshot that was shown last."""

    def until(status: OperationStatus) -> bool:
        return status is not NOT_ASKED and status != shown

    return until


def _outage(error: GoLiveError, seconds: float, tracker: Tracker) -> ServiceUnreachable:
    unreachable = ServiceUnreachable(
        f"No usable response from the service for {seconds / 3600:.1f} hours. Last error: {error}",
        method="GET",
        url=f"{tracker.ref.origin}{tracker.ref.path}",
        sent=True,
    )
    unreachable.continuation_token = tracker.token
    unreachable.__cause__ = error
    return unreachable


def _timed_out(tracker: Tracker, what: str = "Timed out waiting: the operation is still") -> WaitTimeout:
    status = tracker.status
    said = "" if same_word(status.word, status.state) else f" ({status.word!r})"
    return WaitTimeout(
        f"{what} {status.state}{said}.",
        status=status,
        continuation_token=tracker.token,
    )


def _failure(status: OperationStatus) -> str:
    step = status.current_step
    errors = [m.text for m in all_messages(status) if same_word(m.level, "error")]
    reasons = [reason.rstrip(". ") for reason in (status.error or "", *errors)]
    told = "; ".join(dict.fromkeys(filter(None, reasons))) or "the service gave no reason"
    where = f" in the step {step.name!r}" if step else ""
    return f"The operation failed{where}: {told}."
