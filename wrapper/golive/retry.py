"""May this request be sent again, and when?

A request that only reads may always be repeated. One that starts something may be repeated only if the
service certainly did not act on it: there was no connection, or it said so by a 429, or a 503 with
`Retry-After`. After anything else the answer may be lost and the deed done.
"""

from __future__ import annotations

import random
from collections.abc import Callable

from attrs import Attribute, field, frozen

from golive.durations import Duration, to_seconds
from golive.errors import (
    GoLiveError,
    InvalidInput,
    InvalidLocation,
    ServiceError,
    ServiceFault,
    ServiceUnreachable,
    Throttled,
    UnexpectedAnswer,
)

__all__ = ["RetryPolicy", "asked_to_wait", "did_not_act", "is_lost", "is_transient"]


def _seconds(value: Duration) -> float:
    return to_seconds(value, "A pause of RetryPolicy")


def _at_least_one(policy: RetryPolicy, attribute: Attribute[int], value: int) -> None:
    if not isinstance(value, int) or isinstance(value, bool) or value < 1:
        raise InvalidInput(f"RetryPolicy.{attribute.name} must be a whole number from 1, not {value!r}.")


@frozen(kw_only=True)
class RetryPolicy:
    """How a request that failed is repeated; how often to poll is `PollingPolicy`'s affair.

    The pause before the n-th repetition is drawn between zero and `base` times two to the n-1 ("full
    jitter"), at most `ceiling`. While an operation is followed, a failed poll is repeated after about
    `base`, twice `base` and so on up to the pause that `PollingPolicy` plans anyway; once the service
    was reached, not `attempts` times but for as long as `PollingPolicy.outage_limit` says.

    Attributes:
        attempts: How often a request is sent at most, 1 for no repetition; default 5. One that starts
            something is repeated only if the service certainly did not act on it.
        base: The longest pause before the first repetition, a `timedelta` or seconds; default 0.5.
        ceiling: The longest pause before any repetition, a `timedelta` or seconds; default 30.
        retry_after_limit: The longest pause that a `Retry-After` of the service can ask for, a
            `timedelta` or seconds; default 2 minutes. Up to there it is obeyed, also beyond `ceiling`.
        settle: For how long to look for what a request with a lost answer may have begun, a `timedelta`
            or seconds; default 90. Longer than a request can take, or what begins late is missed.
        settle_cancel: The same for a cancellation, whose only sign is that the operation has ended. In
            practice that takes one to three minutes (page "cancel-operations"); default 4 minutes.

    Raises:
        InvalidInput: A value is out of its range.
    """

    attempts: int = field(default=5, validator=_at_least_one)
    base: float = field(default=0.5, converter=_seconds)
    ceiling: float = field(default=30.0, converter=_seconds)
    retry_after_limit: float = field(default=120.0, converter=_seconds)
    settle: float = field(default=90.0, converter=_seconds)
    settle_cancel: float = field(default=240.0, converter=_seconds)

    def doubled(self, failed: int) -> float:
        """Return `base`, doubled with every failure in a row after the first, in seconds."""
        # Without a bound the power would overflow a float.
        return self.base * 2.0 ** min(failed - 1, 64)

    def backoff(self, failed: int) -> float:
        """Return the longest pause after so many failures in a row, in seconds."""
        return min(self.doubled(failed), self.ceiling)

    def pause(
        self,
        failed: int,
        *,
        retry_after: float | None = None,
        vary: Callable[[float, float], float] = random.uniform,
    ) -> float:
        """Return how long to wait before the next attempt.

        Args:
            failed: How many attempts failed in a row, from 1.
            retry_after: What the service asked for, in seconds: a least time.
            vary: Draws a number between two others; the default is `random.uniform`.

        Returns:
            The pause in seconds.
        """
        pause = vary(0.0, self.backoff(failed))
        if retry_after is not None:
            pause = max(pause, min(retry_after, self.retry_after_limit))
        return pause


def is_transient(error: GoLiveError) -> bool:
    """Tell whether the same question may well be answered the next time.

    An answer outside the contract counts too: it may be a gateway's or a captive portal's.
    """
    return isinstance(error, (ServiceUnreachable, Throttled, ServiceFault, UnexpectedAnswer))


def did_not_act(error: GoLiveError) -> bool:
    """Tell whether the service certainly did not act on a request that ended so."""
    match error:
        case ServiceUnreachable():
            return not error.sent
        case Throttled():
            return True
        case ServiceFault():
            return error.status_code == 503 and error.retry_after is not None
    return False


def is_lost(error: GoLiveError) -> bool:
    """Tell whether the service may have acted on a request that ended so, without our knowing."""
    if isinstance(error, InvalidLocation):
        return False
    return is_transient(error) and not did_not_act(error)


def asked_to_wait(error: GoLiveError) -> str | None:
    """Return the `Retry-After` that came with an error, as it was sent."""
    return error.retry_after if isinstance(error, ServiceError) else None
