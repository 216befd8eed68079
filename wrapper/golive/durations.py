"""Lengths of time as callers give them."""

from __future__ import annotations

import math
from datetime import timedelta

from golive.errors import InvalidInput

__all__ = ["Duration", "to_seconds"]

#: A length of time: a `timedelta`, or a number of seconds.
Duration = timedelta | float


def to_seconds(value: Duration, name: str) -> float:
    """Convert a length of time to seconds.

    Args:
        value: The length of time.
        name: What the error calls it.

    Raises:
        InvalidInput: It is not a length of time, or is negative or not finite.
    """
    if isinstance(value, timedelta):
        return _checked(value.total_seconds(), value, name)
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        raise InvalidInput(f"{name} must be a timedelta or a number of seconds, not {value!r}.")
    return _checked(float(value), value, name)


def _checked(seconds: float, value: Duration, name: str) -> float:
    if not math.isfinite(seconds) or seconds < 0:
        raise InvalidInput(f"{name} must be finite and not negative, not {value!r}.")
    return seconds
