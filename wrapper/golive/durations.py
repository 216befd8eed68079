"""Lengths of time as callers give them."""

from __future__ import annotations

from datetime import timedelta

from golive.errors import InvalidInput

__all__ = ["Duration", "to_seconds"]

#: The longest that is accepted, 100 years in seconds: what every operating system can sleep.
LONGEST = 100 * 365 * 86_400.0

#: A length of time: a `timedelta`, or a number of seconds.
Duration = timedelta | float


def to_seconds(value: Duration, name: str) -> float:
    """Convert a length of time to seconds.

    Args:
        value: The length of time.
        name: What the error calls it.

    Raises:
        InvalidInput: It is not a length of time, is negative, or is more than 100 years.
    """
    if isinstance(value, timedelta):
        seconds = value.total_seconds()
    elif isinstance(value, (int, float)) and not isinstance(value, bool):
        seconds = value
    else:
        raise InvalidInput(f"{name} must be a timedelta or a number of seconds, not {value!r}.")
    # Written so that NaN is refused, too.
    if not 0 <= seconds <= LONGEST:
        raise InvalidInput(f"{name} must be from 0 to 100 years, not {value!r}.")
    return float(seconds)
