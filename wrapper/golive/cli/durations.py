"""Lengths of time as people type them: `2d`, `90m`, `1h30m`, `45s`."""

from __future__ import annotations

import re

import click

from golive.durations import LONGEST

__all__ = ["duration"]

_UNITS = {"d": 86_400.0, "h": 3_600.0, "m": 60.0, "s": 1.0}
_PART = re.compile(r"(\d+(?:\.\d+)?)\s*([dhms])", re.ASCII)


def duration(text: str) -> float:
    """Read a length of time, as the type of an option.

    Args:
        text: Numbers with the units d, h, m and s.

    Returns:
        Seconds, more than zero.

    Raises:
        click.BadParameter: It is not such a text.
    """
    bare = text.strip().lower()
    parts: list[tuple[str, str]] = _PART.findall(bare)
    seconds = sum(float(number) * _UNITS[unit] for number, unit in parts)
    if _PART.sub("", bare).strip() or not 0 < seconds <= LONGEST:
        raise click.BadParameter(
            f"{text!r} is not a length of time; write something like 2d, 90m or 1h30m."
        )
    return seconds
