"""Things that belong to one event loop: locks, queues, connections."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Generic, TypeVar
from weakref import WeakKeyDictionary

from anyio.lowlevel import RunVar

__all__ = ["PerLoop"]

T = TypeVar("T")


class PerLoop(Generic[T]):
    """One value for each event loop, made where it is first asked for.

    So an async client can be used by one `asyncio.run` after another, or by two threads' loops.

    Args:
        make: Makes the value. It must not hold its `PerLoop`, or neither is freed before the loop is.
    """

    def __init__(self, make: Callable[[], T]) -> None:
        self._make = make

    def get(self) -> T:
        """Return the value of the running event loop."""
        try:
            held = _held.get()
        except LookupError:
            held = WeakKeyDictionary()
            _held.set(held)
        try:
            value: T = held[self]
        except KeyError:
            value = held[self] = self._make()
        return value


#: For the running loop, what each `PerLoop` that is still used holds.
_held: RunVar[WeakKeyDictionary[PerLoop[Any], Any]] = RunVar("golive")
