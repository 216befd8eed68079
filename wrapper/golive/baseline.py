"""What was known of an offer before a first try, so that whatever is new since then is recognised.

A process can die after the service accepted its request, and come back only after the operation has
ended. The list of what runs says nothing then; what was there *before* decides. So take a `Baseline`,
store it, and only then begin: the same call with the same baseline, tomorrow and elsewhere, adopts what
the first one began, running or ended, and begins only if there is nothing new.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from attrs import evolve, field, frozen

from golive.errors import InvalidInput

__all__ = ["Baseline"]


@frozen
class Baseline:
    """What was known of an offer at a moment, as `GoLiveClient.baseline` gives it; storable as JSON.

    It stands for one release: take a new one once the offer is published anew.

    Attributes:
        publisher_id: The publisher.
        offer_id: The offer.
        operation_ids: The ids of the operations in the service's list; None if it could not be read.
        etag: The offer's entity tag, or None if the service gave none.
        taken: When it was taken, in UTC.
        sent: When the request that begins was sent last, in UTC; None if none was sent yet.
    """

    publisher_id: str
    offer_id: str
    operation_ids: tuple[str, ...] | None
    etag: str | None
    taken: datetime
    sent: datetime | None = field(default=None)

    def knows(self, operation_id: str) -> bool:
        """Tell whether an operation was there already."""
        return operation_id.lower() in map(str.lower, self.operation_ids or ())

    def after_sending(self, moment: datetime) -> Baseline:
        """Return the same, with the moment at which the request that begins was sent."""
        return evolve(self, sent=moment)

    def to_dict(self) -> dict[str, Any]:
        """Return it as JSON knows it; `from_dict` of this and later releases reads it."""
        return {
            "publisher_id": self.publisher_id,
            "offer_id": self.offer_id,
            "operation_ids": None if self.operation_ids is None else list(self.operation_ids),
            "etag": self.etag,
            "taken": self.taken.isoformat(),
            "sent": None if self.sent is None else self.sent.isoformat(),
        }

    @classmethod
    def from_dict(cls, value: Mapping[str, Any]) -> Baseline:
        """Read what `to_dict` gave.

        Args:
            value: The mapping, for example from JSON.

        Raises:
            InvalidInput: It is not such a mapping.
        """
        try:
            ids, sent = value["operation_ids"], value.get("sent")
            return cls(
                publisher_id=_text(value["publisher_id"]),
                offer_id=_text(value["offer_id"]),
                operation_ids=None if ids is None else tuple(map(_text, ids)),
                etag=None if value.get("etag") is None else _text(value["etag"]),
                taken=_moment(value["taken"]),
                sent=None if sent is None else _moment(sent),
            )
        except (AttributeError, LookupError, TypeError, ValueError) as error:
            raise InvalidInput(
                f"This is not a baseline ({type(error).__name__}: {error}); take one with the client's"
                " baseline()."
            ) from None


def _text(value: object) -> str:
    if not isinstance(value, str):
        raise TypeError(f"{value!r} is not text")
    return value


def _moment(value: str) -> datetime:
    moment = datetime.fromisoformat(value)
    return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment
