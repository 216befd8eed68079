"""May this request be sent again, and when? And from when on is it certain that nothing was begun?

A request that only reads may always be repeated. One that begins something may be repeated only if the
service certainly did not act on it: it never left this machine, or the service said so by a 429, or by a
503 with a `Retry-After` that can be read. After anything else the answer may be lost and the deed done.

One rule says when "nothing was begun" may be believed. An answer was seen to take up to five minutes,
and an operation to appear in the service's list up to two minutes after it was accepted (both
*observed* by clients that ran against it). So a request whose answer is missing may have been accepted
until `RetryPolicy.answer_within` after it was sent, and shows in the list `RetryPolicy.listed_within`
later. Until then golive looks for it, and only after that it says that calling again is safe.
"""

from __future__ import annotations

import random
from collections.abc import Callable
from enum import Enum, auto

from attrs import Attribute, field, frozen

from golive.durations import Duration, as_seconds, is_length, to_seconds
from golive.errors import (
    GoLiveError,
    InvalidInput,
    NotAllowed,
    NotAuthenticated,
    NotFound,
    PreconditionFailed,
    ServiceError,
    ServiceFault,
    ServiceUnreachable,
    Throttled,
    UnexpectedAnswer,
    UnsupportedVersion,
)
from golive.schedule import read_retry_after

__all__ = ["Deed", "RetryPolicy", "deed_of", "is_transient", "retry_after_of"]

#: Refusals of a request as it is, beside those with a class of their own: none comes after acting.
_REFUSED_FOR_GOOD = frozenset({405, 406, 411, 413, 414, 415, 416, 422, 431})

#: What a gateway answers when it gave up on a service that may be at work.
_GAVE_UP = frozenset({408, 499})


def _at_least_one(policy: RetryPolicy, attribute: Attribute[int], value: int) -> None:
    if not isinstance(value, int) or isinstance(value, bool) or value < 1:
        raise InvalidInput(f"RetryPolicy.{attribute.name} must be a whole number from 1, not {value!r}.")


@frozen(kw_only=True)
class RetryPolicy:
    """How a request that failed is repeated; how often to poll is `PollingPolicy`'s affair.

    The pause before the n-th repetition is drawn between zero and `base_delay` times two to the n-1
    ("full jitter"), at most `max_delay`. While an operation is followed, a failed poll is repeated after
    about `base_delay`, then twice that, and so on up to the pause that `PollingPolicy` plans anyway: not
    `max_attempts` times, but for as long as `PollingPolicy.outage_limit` says.

    Attributes:
        max_attempts: How often a request is sent at most, 1 for no repetition; default 5. One that
            begins something is repeated only if the service certainly did not act on it.
        base_delay: The longest pause before the first repetition, a `timedelta` or seconds; default 0.5.
        max_delay: The longest pause before any repetition, a `timedelta` or seconds; default 30.
        retry_after_limit: The longest pause that a `Retry-After` of the service can ask for, a
            `timedelta` or seconds; default 2 minutes. Up to there it is obeyed, also beyond `max_delay`.
        answer_within: How long after it was sent the service may still act on a request, a `timedelta`
            or seconds; default 5 minutes, the longest answer that was seen.
        listed_within: How late an accepted operation may appear in the service's list, a `timedelta`
            or seconds; default 3 minutes, half as much again as was seen.
        canceled_within: How long a cancellation takes, whose only sign is that the operation has ended.
            In practice that is one to three minutes (page "cancel-operations"); default 4 minutes.
        begin_within: How long a call that begins something may take as a whole, a `timedelta` or
            seconds; default 30 minutes. Each such call takes a `timeout` of its own instead.

    Raises:
        InvalidInput: A value is out of its range.
    """

    max_attempts: int = field(default=5, validator=_at_least_one)
    base_delay: float = field(default=0.5, converter=as_seconds, validator=is_length)
    max_delay: float = field(default=30.0, converter=as_seconds, validator=is_length)
    retry_after_limit: float = field(default=120.0, converter=as_seconds, validator=is_length)
    answer_within: float = field(default=300.0, converter=as_seconds, validator=is_length)
    listed_within: float = field(default=180.0, converter=as_seconds, validator=is_length)
    canceled_within: float = field(default=240.0, converter=as_seconds, validator=is_length)
    begin_within: float = field(default=1800.0, converter=as_seconds, validator=is_length)

    @property
    def reconcile_for(self) -> float:
        """How long after a request was sent nothing can come of it any more, in seconds."""
        return self.answer_within + self.listed_within

    def longest(self, request_timeout: Duration) -> float:
        """Return how long a call that only reads can take, in seconds: every attempt and every pause.

        Args:
            request_timeout: The bound on each request, a `timedelta` or seconds.
        """
        pause = max(self.max_delay, self.retry_after_limit)
        each = to_seconds(request_timeout, "request_timeout")
        return self.max_attempts * each + (self.max_attempts - 1) * pause

    def unbounded_delay(self, failed: int) -> float:
        """Return `base_delay`, doubled with every failure in a row after the first, in seconds."""
        # Without a bound the power would overflow a float.
        return self.base_delay * 2.0 ** min(failed - 1, 64)

    def backoff(self, failed: int) -> float:
        """Return the longest pause after so many failures in a row, in seconds."""
        return min(self.unbounded_delay(failed), self.max_delay)

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
    return isinstance(error, (ServiceError, ServiceUnreachable)) and error.is_retryable


class Deed(Enum):
    """What became of a request that begins something, by the error that it ended in."""

    #: The service certainly did not act on it, and may the next time.
    NOT_DONE = auto()
    #: The service certainly did not act on it, and will not the next time either.
    REFUSED = auto()
    #: The service refuses, perhaps because it acted already: on this request, or on somebody else's.
    REFUSED_PERHAPS = auto()
    #: The service may have acted on it without our knowing.
    UNKNOWN = auto()


def deed_of(error: GoLiveError) -> Deed:
    """Tell what became of a request that begins something."""
    match error:
        case ServiceUnreachable():
            return Deed.UNKNOWN if error.sent else Deed.NOT_DONE
        case Throttled():
            return Deed.NOT_DONE
        case ServiceFault():
            told = error.status_code == 503 and read_retry_after(error.retry_after, 0.0) is not None
            return Deed.NOT_DONE if told else Deed.UNKNOWN
        case UnexpectedAnswer():
            return Deed.UNKNOWN
        case (
            UnsupportedVersion() | NotAuthenticated() | NotAllowed() | NotFound() | PreconditionFailed()
        ):
            return Deed.REFUSED
        case ServiceError():
            if error.status_code in _GAVE_UP:
                return Deed.UNKNOWN
            if error.status_code in _REFUSED_FOR_GOOD:
                return Deed.REFUSED
            return Deed.REFUSED_PERHAPS
    # It is the credential or an argument: nothing was sent.
    return Deed.REFUSED


def retry_after_of(error: GoLiveError) -> str | None:
    """Return the `Retry-After` that came with an error, as it was sent."""
    return error.retry_after if isinstance(error, ServiceError) else None
