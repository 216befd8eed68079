"""How far the following of an operation got, for another process to go on from."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from attrs import frozen

from golive.errors import InvalidInput
from golive.status import OperationStatus

__all__ = ["Checkpoint"]


@frozen
class Checkpoint:
    """How far the following of an operation got; storable as JSON, and readable by later releases.

    With it the schedule goes on where it was, in another process or on another machine: the pauses grow
    with the operation's age, a `Retry-After` holds, and an outage counts from its beginning.

    Attributes:
        operation_url: The operation, as `continuation_token` gives it.
        since: When following began, in UTC.
        due: When to look next, in UTC.
        looked: When the last look was, in UTC; None if there was none.
        certain: Whether the service ever said that there is such an operation.
        failed: How many looks failed in a row.
        failing: What kind of failure that is; None if the last look went well.
        failing_for: For how long it has been that kind, in seconds.
        status: The last snapshot; None if there is none.
    """

    operation_url: str
    since: datetime
    due: datetime
    looked: datetime | None = None
    certain: bool = False
    failed: int = 0
    failing: str | None = None
    failing_for: float = 0.0
    status: OperationStatus | None = None

    def to_dict(self) -> dict[str, Any]:
        """Return it as JSON knows it, times in ISO 8601."""
        return {
            "operation_url": self.operation_url,
            "since": self.since.isoformat(),
            "due": self.due.isoformat(),
            "looked": None if self.looked is None else self.looked.isoformat(),
            "certain": self.certain,
            "failed": self.failed,
            "failing": self.failing,
            "failing_for": self.failing_for,
            "status": None if self.status is None else self.status.to_dict(),
        }

    @classmethod
    def from_dict(cls, value: Mapping[str, Any]) -> Checkpoint:
        """Read what `to_dict` gave.

        Args:
            value: The mapping, for example from JSON.

        Raises:
            InvalidInput: It is not such a mapping.
        """
        try:
            looked, failing, status = value.get("looked"), value.get("failing"), value.get("status")
            return cls(
                operation_url=_text(value["operation_url"]),
                since=_moment(value["since"]),
                due=_moment(value["due"]),
                looked=None if looked is None else _moment(looked),
                certain=bool(value.get("certain")),
                failed=int(value.get("failed", 0)),
                failing=None if failing is None else _text(failing),
                failing_for=float(value.get("failing_for", 0.0)),
                status=None if status is None else OperationStatus.from_dict(status),
            )
        except (ArithmeticError, AttributeError, LookupError, TypeError, ValueError) as error:
            raise InvalidInput(
                f"This is not a checkpoint ({type(error).__name__}: {error}); take one with the"
                " operation's checkpoint()."
            ) from None


def _text(value: object) -> str:
    if not isinstance(value, str):
        raise TypeError(f"{value!r} is not text")
    return value


def _moment(value: object) -> datetime:
    moment = datetime.fromisoformat(_text(value))
    return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)
