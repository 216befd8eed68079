"""Time as a parameter, so that a wait of days can be tested in no time."""

from __future__ import annotations

import time
from typing import Protocol

import anyio

__all__ = ["Clock", "SystemClock"]


class Clock(Protocol):
    """What golive needs to know about time, and how it waits."""

    def now(self) -> float:
        """Return the time of day, in seconds since 1970-01-01 UTC."""
        ...

    def monotonic(self) -> float:
        """Return seconds that never run backwards, from an arbitrary origin."""
        ...

    def sleep(self, seconds: float) -> None:
        """Block this thread for so many seconds."""
        ...

    async def sleep_async(self, seconds: float) -> None:
        """Suspend this task for so many seconds."""
        ...


class SystemClock:
    """The clock of the machine."""

    def now(self) -> float:
        """Return the time of day, in seconds since 1970-01-01 UTC."""
        return time.time()

    def monotonic(self) -> float:
        """Return seconds that never run backwards, from an arbitrary origin."""
        return time.monotonic()

    def sleep(self, seconds: float) -> None:
        """Block this thread for so many seconds."""
        time.sleep(seconds)

    async def sleep_async(self, seconds: float) -> None:
        """Suspend this task for so many seconds."""
        await anyio.sleep(seconds)
