"""What a flow is: a procedure that decides and does no I/O, written once for both clients.

A flow yields what it wants done, a `Call` or a `Sleep`, and is sent what came of it (or has the error
thrown into it). A driver of a few lines runs it: `client` with blocking calls, `aio` with async ones,
and anything else that can make an HTTP request could be a third.
"""

from __future__ import annotations

import logging
import random
from collections.abc import Callable, Generator
from typing import Any, Self, TypeVar

from attrs import define, evolve, frozen

from golive.answers import Answer, Call
from golive.clock import Clock
from golive.durations import Duration, to_seconds
from golive.errors import GoLiveError, ServiceUnreachable
from golive.origin import Origin
from golive.retry import RetryPolicy, is_transient, retry_after_of
from golive.schedule import PollingPolicy, read_retry_after

__all__ = [
    "Call",
    "Context",
    "Deadline",
    "Flow",
    "Sleep",
    "ask",
    "logger",
    "pause",
    "pause_before_look",
    "read",
]

T = TypeVar("T")

logger: logging.Logger = logging.getLogger("golive")


@frozen
class Sleep:
    """A pause that a flow wants made, in seconds."""

    seconds: float


#: A procedure: yields what it wants done, is sent what came of it, returns its result.
Flow = Generator[Call | Sleep, Any, T]


@define
class Deadline:
    """When the caller's patience ends, by whichever clock is furthest.

    The monotonic clock stands still while some machines sleep, the time of day is set now and then, and
    either may be a test's that does not move: so what was slept counts, too.

    Attributes:
        seconds: How long the patience is.
        at_least: Whether it is a least time, for which the time of day does not count: it may be set.
        looked: Whether the last look, at the end of the time, was made.
    """

    _clock: Clock
    seconds: float
    _monotonic: float
    _time_of_day: float
    _slept: float = 0.0
    at_least: bool = False
    looked: bool = False

    @classmethod
    def patience(cls, clock: Clock, seconds: float) -> Self:
        """Begin to count a least time."""
        return cls(clock, seconds, clock.monotonic(), clock.now(), at_least=True)

    @classmethod
    def after(cls, clock: Clock, timeout: Duration | None) -> Self | None:
        """Begin to count the caller's timeout; None if there is none.

        Raises:
            InvalidInput: It is not a length of time.
        """
        if timeout is None:
            return None
        return cls(clock, to_seconds(timeout, "timeout"), clock.monotonic(), clock.now())

    @property
    def left(self) -> float:
        """How much time is left, in seconds, not negative."""
        monotonic = self._clock.monotonic() - self._monotonic
        time_of_day = 0.0 if self.at_least else self._clock.now() - self._time_of_day
        return max(0.0, self.seconds - max(monotonic, time_of_day, self._slept))

    def slept(self, seconds: float) -> None:
        """Take note of a pause that was made."""
        self._slept += seconds


@frozen
class Context:
    """What every flow needs to know."""

    origin: Origin
    polling: PollingPolicy
    retry: RetryPolicy
    clock: Clock
    #: How long one request may take, in seconds.
    request_timeout: float
    vary: Callable[[float, float], float] = random.uniform
    #: The bound on all that is done in this context; None for none beyond that of each request.
    deadline: Deadline | None = None

    @property
    def without_retries(self) -> Context:
        """The same, but for requests that are not repeated by themselves."""
        return evolve(self, retry=evolve(self.retry, max_attempts=1))

    def within(self, deadline: Deadline | None) -> Context:
        """The same, but bounded."""
        return evolve(self, deadline=deadline)

    def wait_asked_for(self, retry_after: str | None) -> float | None:
        """Return how long the service asks to wait, in seconds; None if it does not say."""
        return read_retry_after(retry_after, self.clock.now())

    def repeat_after(self, failed: int, error: GoLiveError) -> float:
        """Return how long to wait after so many failures in a row, the last of them this one."""
        wait = self.wait_asked_for(retry_after_of(error))
        return self.retry.pause(failed, retry_after=wait, vary=self.vary)


def pause(context: Context, seconds: float) -> Flow[None]:
    """Pause, but not beyond the deadline."""
    deadline = context.deadline
    if deadline is not None:
        seconds = min(seconds, deadline.left)
    yield Sleep(seconds)
    if deadline is not None:
        deadline.slept(seconds)


def pause_before_look(context: Context, looks: int, patience: Deadline | None) -> Flow[None]:
    """Pause before something is looked for again, but not beyond the patience.

    Args:
        context: What every flow needs.
        looks: How many looks there were.
        patience: For how long to look; None if that is over, and looking goes on all the same.
    """
    # Not jittered down to nothing: the number of looks stays small.
    wait = context.retry.backoff(looks) * context.vary(0.5, 1.0)
    if patience is None:
        yield from pause(context, wait)
    else:
        wait = min(wait, patience.left)
        yield from pause(context, wait)
        patience.slept(wait)


def ask(context: Context, call: Call, *, at_least: float = 0.0) -> Flow[Answer]:
    """Make a request, once.

    Args:
        context: What every flow needs.
        call: The request.
        at_least: How long it may take even if the deadline comes first, in seconds.

    Raises:
        ServiceUnreachable: The time is up, and nothing was sent.
        GoLiveError: What came of it.
    """
    if context.deadline is not None:
        within = max(context.deadline.left, at_least)
        if within <= 0:
            raise ServiceUnreachable(
                "The time for the call was up before the request was sent.",
                method="",
                url=str(context.origin),
                sent=False,
            )
        call = evolve(call, within=within)
    answer: Answer = yield call
    return answer


def read(context: Context, call: Call, *, at_least: float = 0.0) -> Flow[Answer]:
    """Ask something that changes nothing, again if it fails; the arguments are those of `ask`."""
    failed = 0
    while True:
        try:
            return (yield from ask(context, call, at_least=at_least))
        except GoLiveError as error:
            failed += 1
            wait = context.repeat_after(failed, error)
            late = context.deadline is not None and context.deadline.left <= wait
            if not is_transient(error) or failed >= context.retry.max_attempts or late:
                raise
        yield from pause(context, wait)
