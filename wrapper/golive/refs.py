"""The addresses of operations, in parts: what a continuation token is read to, and written from."""

from __future__ import annotations

from enum import StrEnum

from attrs import field, frozen

from golive.origin import Origin

__all__ = ["API_VERSION", "LocationForm", "OperationKind", "OperationRef"]

#: The version of the Cloud Partner Portal API that its contract describes.
API_VERSION = "2017-10-31"


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
