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

from attrs import Attribute, evolve, field, frozen
from attrs.converters import optional as optional_converter
from attrs.validators import instance_of

from golive.errors import InvalidInput

__all__ = ["Baseline"]


def _texts(baseline: Baseline, attribute: Attribute[Any], value: tuple[str, ...] | None) -> None:
    if not isinstance(value, tuple | None) or not all(isinstance(each, str) for each in value or ()):
        raise InvalidInput(f"Baseline.{attribute.name} must be a tuple of str, not {value!r}.")


def _aware(value: datetime) -> datetime:
    # Beyond these years, arithmetic with it would overflow.
    if not isinstance(value, datetime) or not 1000 < value.year < 9000:
        raise InvalidInput(f"A moment of a baseline must be a datetime of our times, not {value!r}.")
    return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


@frozen
class Baseline:
    """What was known of an offer at a moment, as `GoLiveClient.baseline` gives it; storable as JSON.

    It stands for one release: take a new one once the offer is published anew.

    Attributes:
        publisher_id: The publisher.
        offer_id: The offer.
        operation_ids: The ids of the operations in the service's list; None if it could not be read.
        open_ids: Those of them that had not ended.
        ready: Whether the offer waited for its publisher; None if that was not looked at.
        etag: The offer's entity tag, or None if the service gave none.
        taken: When it was taken, in UTC.
        sent: When the request that begins was sent last, in UTC; None if none was sent yet.
        accepted: Whether the service certainly accepted it.
    """

    publisher_id: str = field(validator=instance_of(str))
    offer_id: str = field(validator=instance_of(str))
    operation_ids: tuple[str, ...] | None = field(validator=_texts)
    etag: str | None
    taken: datetime = field(converter=_aware)
    sent: datetime | None = field(default=None, converter=optional_converter(_aware))
    open_ids: tuple[str, ...] = field(default=(), validator=_texts)
    ready: bool | None = None
    accepted: bool = False

    def knows(self, operation_id: str) -> bool:
        """Tell whether an operation was there already."""
        return operation_id.lower() in map(str.lower, self.operation_ids or ())

    def knows_end_of(self, operation_id: str) -> bool:
        """Tell whether an operation was there already, and had ended."""
        return self.knows(operation_id) and operation_id.lower() not in map(str.lower, self.open_ids)

    def after_sending(self, moment: datetime) -> Baseline:
        """Return the same, with the moment at which the request that begins was sent."""
        return evolve(self, sent=moment, accepted=False)

    def after_acceptance(self) -> Baseline:
        """Return the same, with the certainty that the request was accepted."""
        return evolve(self, accepted=True)

    def to_dict(self) -> dict[str, Any]:
        """Return it as JSON knows it; `from_dict` of this and later releases reads it."""
        return {
            "publisher_id": self.publisher_id,
            "offer_id": self.offer_id,
            "operation_ids": None if self.operation_ids is None else list(self.operation_ids),
            "open_ids": list(self.open_ids),
            "ready": self.ready,
            "etag": self.etag,
            "taken": self.taken.isoformat(),
            "sent": None if self.sent is None else self.sent.isoformat(),
            "accepted": self.accepted,
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
            ids, sent, ready = value["operation_ids"], value.get("sent"), value.get("ready")
            return cls(
                publisher_id=_text(value["publisher_id"]),
                offer_id=_text(value["offer_id"]),
                operation_ids=None if ids is None else tuple(map(_text, ids)),
                open_ids=tuple(map(_text, value.get("open_ids", ()))),
                ready=None if ready is None else bool(ready),
                etag=None if value.get("etag") is None else _text(value["etag"]),
                taken=datetime.fromisoformat(value["taken"]),
                sent=None if sent is None else datetime.fromisoformat(sent),
                accepted=bool(value.get("accepted")),
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
