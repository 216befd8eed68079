"""What the markets behind both APIs stand on: their time, their tokens, and how they say no."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from typing import Any

from attrs import define, field

__all__ = ["DAY", "HOUR", "LIST_DELAY", "MINUTE", "STRANGERS_TOKEN", "TOKEN", "Refused", "Timed"]

#: The token that every emulator accepts, for all publishers.
TOKEN = "emulator"  # noqa: S105

#: A token that is good, but has no access to any publisher.
STRANGERS_TOKEN = "stranger"  # noqa: S105

MINUTE = 60.0
HOUR = 60 * MINUTE
DAY = 24 * HOUR

#: How late what was begun appears in the list of its offer (*observed* of the first API: up to about
#: two minutes).
LIST_DELAY = 2 * MINUTE


class Refused(Exception):
    """The market does not do what was asked.

    Args:
        status: The HTTP status.
        code: The error's name for programs.
        message: The error's explanation for people.
        details: What else there is to say, where the API has a place for it.
    """

    def __init__(
        self, status: int, code: str, message: str, details: Sequence[Mapping[str, Any]] = ()
    ) -> None:
        super().__init__(message)
        self.status = status
        self.code = code
        self.message = message
        self.details: list[Mapping[str, Any]] = list(details)


@define(eq=False)
class Timed:
    """A market that has a time of its own.

    Attributes:
        clock: Returns the time, in seconds from an arbitrary origin.
        speed: How many seconds pass here while one passes on the clock.
        epoch: The date at which it was opened. What is accepted is dated by the clock; what follows from
            it is dated by the market's time, so with a high speed dates run ahead.
    """

    clock: Callable[[], float]
    speed: float = 1.0
    epoch: datetime = field(factory=lambda: datetime.now(UTC))
    _began: float = field(init=False)
    _moment: float | None = field(init=False, default=None)

    def __attrs_post_init__(self) -> None:
        self._began = self.clock()

    @property
    def now(self) -> float:
        """The market's time, in seconds since it was opened."""
        moment = self.clock() if self._moment is None else self._moment
        return (moment - self._began) * self.speed

    @contextmanager
    def at(self, moment: float) -> Iterator[None]:
        """Have it a certain time by the clock, for what was asked before and is done late."""
        self._moment = moment
        try:
            yield
        finally:
            self._moment = None

    def _timestamp(self, dated: float, zone: str = "Z") -> str:
        # Seven fractional digits, as the service writes them.
        return f"{self.epoch + timedelta(seconds=dated):%Y-%m-%dT%H:%M:%S.%f}0{zone}"
