"""What is said of a state, alike wherever it is shown."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from golive import (
    Offer,
    OfferStatus,
    OperationKind,
    OperationStatus,
    State,
    Step,
    Submission,
    SubmissionRef,
)
from golive.cli.history import History
from golive.durations import spoken
from golive.looking import CLOCK_SKEW
from golive.status import progress

__all__ = [
    "age",
    "began",
    "describe",
    "done",
    "facts",
    "headline",
    "moment",
    "outcome",
    "place",
    "standing",
    "worded",
]


def outcome(history: History) -> str:
    """Say what a success means for the offer."""
    kind, status = history.operation.kind, history.status
    # Some services end the operation there, others let it go on.
    if kind is OperationKind.PUBLISH and (status.ready_to_go_live or not status.state.is_terminal):
        # By this number it can be taken live, and nothing newer with it.
        named = isinstance(history.operation.ref, SubmissionRef) and status.id is not None
        which = f" as submission {status.id}" if named else ""
        return f"is in preview{which} and waits for its publisher"
    return {
        OperationKind.GO_LIVE: "is live",
        OperationKind.PUBLISH: "was published",
        OperationKind.CANCEL: "was canceled",
    }[kind]


def describe(status: OperationStatus | OfferStatus) -> str:
    """Say in a few words where an operation or an offer stands."""
    # The service calls it running then, or its publish succeeded.
    if status.ready_to_go_live:
        return "in preview, ready to go live"
    if status.state is State.UNKNOWN and not status.word:
        return "not asked yet"
    return worded(status)


def worded(thing: Step | Submission | OperationStatus | OfferStatus | Offer) -> str:
    """Return the state of a thing; a word of the service that says more than ours is shown with it."""
    return f"unknown ({thing.word})" if thing.state is State.UNKNOWN else thing.state.value


def standing(status: OperationStatus | OfferStatus) -> State:
    """Return the state that decides what to do; the service says `running` of a preview, too."""
    return State.WAITING_FOR_PUBLISHER if status.ready_to_go_live else status.state


def done(kind: OperationKind, status: OperationStatus) -> int | None:
    """Return how much of its own steps an operation has done, in percent; None without steps.

    The steps of a publish are those up to the sign-off, those of a go-live the ones after it: all that
    came before was done by the publish, days ago perhaps.
    """
    steps = status.steps
    sign_off = status.sign_off_step
    if sign_off is not None and kind is not OperationKind.CANCEL:
        index = steps.index(sign_off)
        own = steps[index + 1 :] if kind is OperationKind.GO_LIVE else steps[:index]
        steps = own or steps
    return sum(map(progress, steps)) // len(steps) if steps else None


def headline(history: History) -> str:
    """Say in one line which operation this is and where it stands."""
    status, kind = history.status, history.operation.kind
    percent = done(kind, status)
    shown = percent is not None and status.state is State.RUNNING and not status.ready_to_go_live
    return f"{history.name}: {describe(status)}{f', {percent} %' if shown else ''} ({kind})"


def facts(history: History) -> list[tuple[str, str]]:
    """Return what is known of an operation whose API has no steps, each by its name."""
    ref, status = history.operation.ref, history.status
    if not isinstance(ref, SubmissionRef):
        return []
    job = "none that is known here" if ref.job is None else ref.job
    shown = [("state", f"{worded(status)} ({status.word})" if status.word else worded(status))]
    if (began_at := began(history)) is not None:
        shown.append(("since", since(began_at, history)))
    shown += [("submission", ref.submission or status.id or "not known yet"), ("job", job)]
    return shown


def moment(time: datetime) -> str:
    """Write a time for people, who may be anywhere."""
    return f"{time.astimezone(UTC):%Y-%m-%d %H:%M:%S} UTC"


def began(history: History) -> datetime | None:
    """Return when an operation began, if that is known."""
    if history.status.created is None and history.fresh:
        return datetime.now(UTC) - timedelta(seconds=history.followed)
    return history.status.created


def age(history: History) -> str | None:
    """Say how long ago an operation began, if that is known."""
    began_at = began(history)
    # The emulator's dates run ahead.
    ahead = began_at is not None and began_at > datetime.now(UTC) + timedelta(seconds=CLOCK_SKEW)
    return None if began_at is None or ahead else f"{spoken(history.age)} ago"


def since(began_at: datetime, history: History) -> str:
    """Say when an operation began, and how long ago that is."""
    return ", ".join(filter(None, (moment(began_at), age(history))))


def place(history: History) -> str | None:
    """Say in which step an operation is, and for how long, as far as that was seen.

    Returns:
        None if it is over, or in no step.
    """
    status = history.status
    step = status.current_step
    if history.operation.done or step is None:
        return None
    where = f"in the step {step.name}"
    spent = history.spent(step, history.followed)
    if spent is not None and (spent[1] or history.snapshots > 1):
        seconds, whole = spent
        return f"{where} for {'' if whole else 'over '}{spoken(seconds)}"
    if status.last_action is not None:
        ago = (datetime.now(UTC) - status.last_action).total_seconds()
        # The emulator's dates run ahead.
        return f"{where}, last moved {spoken(ago)} ago" if ago >= 0 else where
    return where
