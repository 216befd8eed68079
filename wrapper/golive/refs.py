"""The addresses of operations, in parts: what a continuation token is read to, and written from."""

from __future__ import annotations

import re
from enum import StrEnum

from attrs import field, frozen

from golive.errors import InvalidInput
from golive.origin import Origin, shown

__all__ = [
    "API_VERSION",
    "IDENTIFIER",
    "LocationForm",
    "OperationKind",
    "OperationRef",
    "check_identifier",
    "is_guid",
]

#: The version of the Cloud Partner Portal API that its contract describes.
API_VERSION = "2017-10-31"

#: What a publisher or an offer is called in an address: the contract's pattern, kept equal by a test.
IDENTIFIER = re.compile(r"[A-Za-z0-9_-][A-Za-z0-9._-]{0,127}", re.ASCII)
_GUID = re.compile(r"[0-9A-Fa-f]{8}(?:-[0-9A-Fa-f]{4}){3}-[0-9A-Fa-f]{12}", re.ASCII)


class LocationForm(StrEnum):
    """The forms of an operation's address: two of the first API (page "go-live"), one of the second."""

    #: `/api/publishers/{publisher}/offers/{offer}/operations/{guid}`
    MIGRATED = "migrated"
    #: `/api/operations/{publisher}${offer}${number}${slot}`
    NON_MIGRATED = "non-migrated"
    #: `/rp/product-ingestion/submission/{product}/{number}`
    SUBMISSION = "submission"


class OperationKind(StrEnum):
    """What an operation was begun for, which decides when following it is over."""

    GO_LIVE = "go-live"
    PUBLISH = "publish"
    CANCEL = "cancel"


@frozen
class OperationRef:
    """The address of an operation, in parts.

    Attributes:
        origin: Where the service is.
        publisher_id: The publisher; empty where the account implies it (Product Ingestion).
        offer_id: The offer.
        operation_id: A GUID, or publisher, offer, number and slot joined by `$`.
        form: Which of the forms the address has.
    """

    origin: Origin = field(repr=str)
    publisher_id: str
    offer_id: str
    operation_id: str
    form: LocationForm

    @property
    def path(self) -> str:
        """The path of the operation, in the form that the service uses."""
        if self.form is LocationForm.NON_MIGRATED:
            return f"/api/operations/{self.operation_id}"
        return (
            f"/api/publishers/{self.publisher_id}/offers/{self.offer_id}/operations/{self.operation_id}"
        )

    @property
    def url(self) -> str:
        """The absolute address of the operation."""
        return f"{self.origin}{self.path}?api-version={API_VERSION}"

    def __str__(self) -> str:
        return self.url

    def token(self, kind: OperationKind) -> str:
        """Return the continuation token of an operation that was begun for something."""
        return self.url if kind is OperationKind.GO_LIVE else f"{self.url}#{kind.value}"


def check_identifier(value: str, name: str) -> str:
    """Return a publisher or offer id if it is one.

    Args:
        value: The id: 1 to 128 ASCII letters, digits, `-`, `_` and `.`, not beginning with a dot.
        name: What the error calls it.

    Raises:
        InvalidInput: It is not; sent as it is, it would name another address.
    """
    if isinstance(value, str) and IDENTIFIER.fullmatch(value):
        return value
    raise InvalidInput(
        f"The {name} {shown(value)} is malformed: expected 1 to 128 letters, digits, '-', '_' or '.',"
        " not beginning with a dot."
    )


def is_guid(text: str) -> bool:
    """Tell whether a text has the form of a GUID."""
    return _GUID.fullmatch(text) is not None
