"""Telling hooks of what is followed: in a thread of its own, so that a slow one holds nothing up."""

from __future__ import annotations

import queue
import threading
import uuid
from collections.abc import Callable, Sequence
from types import TracebackType
from typing import Any, Self

from golive import GoLiveError
from golive.cli.history import History
from golive.cli.reports.words import done
from golive.hooks import Hook, HookFailed

__all__ = ["Teller"]

#: After which pauses a delivery that failed is tried again, in seconds.
_PAUSES = (1.0, 5.0, 20.0)
#: How long the command waits in the end for what is still to be delivered, in seconds.
_PATIENCE = 60.0


class Teller:
    """Tells hooks of the changes of an operation. What cannot be told is warned of, and ends nothing.

    Args:
        hooks: Whom to tell.
        warn: Is told of what could not be delivered.
    """

    def __init__(self, hooks: Sequence[Hook], warn: Callable[[str], None]) -> None:
        self._hooks = hooks
        self._warn = warn
        self._told: object = None
        self._queue: queue.Queue[tuple[Hook, dict[str, Any], str] | None] = queue.Queue()
        self._ending = threading.Event()
        self._thread = threading.Thread(target=self._deliver_all, name="golive-hooks", daemon=True)

    def __enter__(self) -> Self:
        if self._hooks:
            self._thread.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        if not self._hooks:
            return
        self._queue.put(None)
        if isinstance(error, KeyboardInterrupt):
            self._ending.set()
        self._thread.join(_PATIENCE)
        if self._thread.is_alive():
            self._warn("not everything could be delivered to the hooks in time.")

    def tell(self, history: History) -> None:
        """Tell of an operation, if what is told of it has changed."""
        if not self._hooks:
            return
        operation, status = history.operation, history.status
        step = status.current_step
        shown = (status.state, status.word, None if step is None else (step.id, step.state))
        if shown == self._told:
            return
        self._told = shown
        percent = done(operation.kind, status)
        where = "" if step is None else f", {step.name}"
        event = {
            "event": "operation",
            "title": f"{history.name}: {status.state}{where}",
            "publisher": operation.ref.publisher_id,
            "offer": operation.ref.offer_id,
            "kind": operation.kind,
            "operation_url": operation.continuation_token(),
            "state": status.state,
            "word": status.word,
            "step": None if step is None else step.name,
            "percent": percent,
            "error": status.error,
            "done": operation.done,
        }
        identifier = f"evt_{uuid.uuid4().hex}"
        for hook in self._hooks:
            self._queue.put((hook, event, identifier))

    def _deliver_all(self) -> None:
        while (entry := self._queue.get()) is not None:
            self._deliver(*entry)

    def _deliver(self, hook: Hook, event: dict[str, Any], identifier: str) -> None:
        for pause in (*_PAUSES, None):
            try:
                hook.deliver(event, identifier)
            except HookFailed as error:
                if pause is None or self._ending.is_set():
                    self._warn(f"{error} {event['title']!r} was not told there.")
                    return
                self._ending.wait(pause)
            except GoLiveError as error:
                self._warn(str(error))
                return
            else:
                return
