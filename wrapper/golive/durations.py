"""Lengths of time as callers give them."""

from __future__ import annotations

from datetime import timedelta

from attrs import Attribute

from golive.errors import InvalidInput

__all__ = ["LONGEST", "Duration", "as_seconds", "is_length", "spoken", "to_seconds"]

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


def as_seconds(value: Duration) -> float:
    """Convert an attribute that is a length of time; whether it is one, `is_length` checks."""
    return value.total_seconds() if isinstance(value, timedelta) else value


def is_length(owner: object, attribute: Attribute[float], value: Duration) -> None:
    """Check an attribute that is a length of time.

    Raises:
        InvalidInput: It is none; the error names the class and the attribute.
    """
    to_seconds(value, f"{type(owner).__name__}.{attribute.name}")


def spoken(seconds: float) -> str:
    """Write a length of time for people, in its two largest units."""
    left = int(seconds)
    parts: list[str] = []
    for unit, size in (("d", 86_400), ("h", 3_600), ("min", 60), ("s", 1)):
        count, left = divmod(left, size)
        if count or (unit == "s" and not parts):
            parts.append(f"{count} {unit}")
    return " ".join(parts[:2])
