"""The seconds that pass, also while the machine sleeps."""

from __future__ import annotations

import time

__all__ = ["seconds"]

_MONOTONIC, _WALL = time.monotonic(), time.time()


def seconds() -> float:
    """Return the seconds since the command began, by whichever clock ran further.

    The monotonic clock stands still while the machine is suspended, the wall clock may be set back. So
    differences are right unless both happen.
    """
    return max(time.monotonic() - _MONOTONIC, time.time() - _WALL)
