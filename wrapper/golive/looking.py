"""Looking for what a request may have begun: how long, and what it comes to."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Protocol

from attrs import frozen

from golive.durations import Duration
from golive.errors import GoLiveError, Undecided
from golive.flow import Context, Deadline, Flow, pause_before_look
from golive.following import Tracker
from golive.retry import is_transient

__all__ = ["CLOCK_SKEW", "Found", "Look", "bounded", "look_on", "now"]

#: How far the clocks of machines that share what is known may differ, in seconds.
CLOCK_SKEW = 60.0


class Look(Protocol):
    """What one look came to."""

    @property
    def found(self) -> Tracker | None:
        """What was looked for, if it is there."""
        ...

    @property
    def busy(self) -> bool:
        """Whether something else runs that explains a refusal."""
        ...


@frozen
class Found:
    """What looking for a while came to.

    Attributes:
        tracker: What was found, or None.
        settled: Whether it was looked for as long as it takes to be certain that there is nothing.
        doubt: What could not be decided, if anything.
        busy: Whether a publish runs that does not wait for its publisher yet.
    """

    tracker: Tracker | None
    settled: bool
    doubt: str = ""
    busy: bool = False


def look_on(context: Context, look: Callable[[Context], Flow[Look]], seconds: float) -> Flow[Found]:
    """Look again and again for so many seconds, and on until a look succeeds, up to the deadline.

    That there is nothing is certain only if the last look, at the end of that time, could see.
    """
    patience = Deadline.patience(context.clock, seconds)
    once = context.without_retries
    looks = 0
    while True:
        looks += 1
        due = patience.left <= 0
        doubt, busy, blind = "", False, False
        try:
            seen = yield from look(once)
            if seen.found is not None:
                return Found(seen.found, settled=True)
            busy = seen.busy
        except Undecided as error:
            doubt = error.summary
        except GoLiveError as error:
            doubt, blind = error.summary, True
            if not is_transient(error):
                # It would hide that something may have begun, which is what the caller must know.
                return Found(None, settled=False, doubt=doubt)
        if due and not blind:
            return Found(None, settled=not doubt, doubt=doubt, busy=busy)
        if context.deadline is not None and context.deadline.left <= 0:
            return Found(None, settled=False, doubt=doubt)
        yield from pause_before_look(context, looks, None if due else patience)


def bounded(context: Context, timeout: Duration | None) -> Context:
    """Return the context, bounded by the caller's timeout or by what the policy says."""
    bound = context.retry.begin_within if timeout is None else timeout
    return context.within(Deadline.after(context.clock, bound))


def now(context: Context) -> datetime:
    """Return the moment, by the client's clock."""
    return datetime.fromtimestamp(context.clock.now(), UTC)
