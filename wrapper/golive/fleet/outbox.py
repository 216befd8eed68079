"""What is still to be told to a hook: kept in the database, so that nothing is lost with a worker."""

from __future__ import annotations

import logging
import time
from collections.abc import Sequence
from datetime import timedelta
from hashlib import blake2b
from typing import Any

from golive.errors import GoLiveError
from golive.fleet.store import Store, now
from golive.fleet.view import Event
from golive.hooks import Hook, HookFailed

__all__ = ["Outbox"]

logger: logging.Logger = logging.getLogger("golive")

#: The pauses after which a delivery is tried again, in seconds: from, to.
_PAUSES = (2.0, 300.0)
#: What is older than this is not told any more.
_STALE = timedelta(days=1)


class Outbox:
    """What is still to be told to a hook, from now on.

    Args:
        store: What is known.
        hook: Whom to tell.
    """

    def __init__(self, store: Store, hook: Hook) -> None:
        self._store = store
        self._hook = hook
        # An address may be a secret, and is not kept.
        named = blake2b(repr(sorted(_parts(hook).items())).encode(), digest_size=12).hexdigest()
        self._cursor = f"told:{named}"
        #: What whoever delivers holds.
        self.lock: str = f"hook:{named}"
        self._due = 0.0
        self._pause = _PAUSES[0]
        if store.setting(self._cursor) is None:
            store.set(self._cursor, store.last_event())

    def deliver(self) -> None:
        """Tell what is due, the oldest first; on trouble, stop and go on later from there."""
        if time.monotonic() < self._due:
            return
        events = self._store.events(self._store.setting(self._cursor) or 0, limit=100)
        for event in events:
            if not self._told(event.to_dict() | {"title": _title(event)}, f"evt_{event.id}", event):
                return
            self._store.set(self._cursor, event.id)
        self._tell_of_ends(events)

    def _tell_of_ends(self, events: Sequence[Event]) -> None:
        for name in {event.release: None for event in events}:
            view = self._store.view(name)
            last = [event.id for event in events if event.release == name][-1]
            if view.ended and not self._store.events(last, release=name, limit=1):
                counted = ", ".join(f"{count} {state}" for state, count in view.counts.items())
                ended = {"event": "release", "title": f"{name} is over: {counted}", **view.to_dict()}
                self._told(ended, f"evt_{last}_end", events[-1])

    def _told(self, event: dict[str, Any], identifier: str, of: Event) -> bool:
        try:
            self._hook.deliver(event, identifier)
        except HookFailed as error:
            if now() - of.at < _STALE:
                logger.warning("%s It is tried again.", error)
                self._due = time.monotonic() + self._pause
                self._pause = min(self._pause * 2, _PAUSES[1])
                return False
            logger.warning("%s It is given up.", error)
        except GoLiveError as error:
            logger.warning("%s", error)
        self._pause = _PAUSES[0]
        return True


def _parts(hook: Hook) -> dict[str, Any]:
    return {
        name: str(getattr(hook, name))
        for name in ("words", "url")
        if getattr(hook, name, None) is not None
    } or {"name": hook.name}


def _title(event: Event) -> str:
    offer = event.offer
    about = offer.message or offer.waits_for or offer.step
    return f"{event.release}: {offer.name} is {offer.state}{(about and f' ({about})') or ''}"
