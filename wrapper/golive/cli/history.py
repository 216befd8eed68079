"""What was seen of an operation, and when: the service tells where a step stands, not since when."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime

from attrs import define, evolve, field, frozen

from golive import Operation, OperationStatus, State, Step
from golive.cli import elapsed
from golive.cli.apis import name_of

__all__ = ["History", "Span"]


@frozen
class Span:
    """When a step was seen to begin and to end, in seconds since the operation began to be followed.

    Attributes:
        seen: When the step was first seen to be under way or over.
        began: When it was seen to begin; None if that was before it was followed.
        ended: When it ended; None if it has not, or did so before it was followed.
    """

    seen: float
    began: float | None = None
    ended: float | None = None


@define
class History:
    """The snapshots of one operation in the order in which they were seen.

    Attributes:
        operation: The operation.
        fresh: Whether it was begun just now, so that what is under way has begun since.
        monotonic: Returns the time by which is measured, in seconds; default `elapsed.seconds`.
        status: The last snapshot.
        seen_at: The time of day of the last snapshot.
        spans: What was seen of each step, by the step's id.
        snapshots: How many snapshots were seen.
    """

    operation: Operation
    fresh: bool = False
    monotonic: Callable[[], float] = elapsed.seconds
    status: OperationStatus = field(factory=OperationStatus)
    seen_at: datetime = field(factory=lambda: datetime.now(UTC))
    spans: dict[str, Span] = field(factory=dict)
    snapshots: int = 0
    _since: float = field(init=False)
    _last: float | None = field(init=False, default=None)

    def __attrs_post_init__(self) -> None:
        self._since = self.monotonic()

    @property
    def name(self) -> str:
        """The offer, with its publisher where there is one."""
        return name_of(self.operation.ref)

    @property
    def followed(self) -> float:
        """For how long the operation has been followed, in seconds."""
        return self.monotonic() - self._since

    @property
    def covered(self) -> float:
        """From when the operation began to be followed to the last snapshot, in seconds."""
        return self._last or 0.0

    @property
    def age(self) -> float:
        """Seconds since the operation began, as far as is known."""
        created = self.status.created
        ago = 0.0 if created is None else (datetime.now(UTC) - created).total_seconds()
        return max(self.followed, ago)

    def add(self, status: OperationStatus) -> None:
        """Take note of a snapshot."""
        now = self.followed
        for step in status.steps:
            if step.state is State.NOT_STARTED:
                continue
            over = step.state.is_terminal
            span = self.spans.get(step.id)
            if span is None:
                if self._last is None:
                    began = 0.0 if self.fresh and not over else None
                else:
                    began = self._last if over else now
                span = Span(seen=now, began=began, ended=now if over and began is not None else None)
            elif over and span.ended is None and self._was_under_way(step):
                span = evolve(span, ended=now)
            self.spans[step.id] = span
        self.status = status
        self.snapshots += 1
        self.seen_at = datetime.now(UTC)
        self._last = now

    def spent(self, step: Step, until: float) -> tuple[float, bool] | None:
        """Return for how long a step was under way, in seconds, and whether that is all of it.

        Args:
            step: The step.
            until: Up to when, if it has not ended: `followed` for now, `covered` for the last snapshot.

        Returns:
            None if nothing was seen of it.
        """
        span = self.spans.get(step.id)
        if span is None or (step.state.is_terminal and span.ended is None):
            return None
        began = span.seen if span.began is None else span.began
        ended = until if span.ended is None else span.ended
        return ended - began, span.began is not None

    def _was_under_way(self, step: Step) -> bool:
        return any(s.id == step.id and not s.state.is_terminal for s in self.status.steps)
