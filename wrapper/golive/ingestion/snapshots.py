"""Snapshots of what only this API has; the others are those of every operation."""

from __future__ import annotations

from attrs import frozen

from golive.refs import OperationKind
from golive.status import OfferStatus, Submission
from golive.vocabulary import State, same_word

__all__ = ["DEPRECATED", "LIVE", "PREVIEW", "Product", "ProductStatus", "ProductSubmission"]

#: The targets that are documented and used ([resource-schemas], submission).
PREVIEW = "preview"
LIVE = "live"

#: The life cycle of a product that was taken off the market.
DEPRECATED = "deprecated"


@frozen
class Product:
    """A product, found by its offer id.

    Attributes:
        guid: Its GUID, in lower case.
        offer_id: Its offer id (`externalId`); the GUID where that is not known.
        type: What it is, for example `azureVirtualMachine`, or None.
    """

    guid: str
    offer_id: str
    type: str | None = None


@frozen
class ProductSubmission(Submission):
    """A submission of a product: what is in preview, what is live, and what is on its way there.

    Beside what any `Submission` says, `submission_type` and `slot` are the target.

    Attributes:
        number: Its number, as text: it has more digits than a float holds.
        target: `preview`, `live`, or another word of the service.
        lifecycle_state: `generallyAvailable`, `deprecated` or another word; None if there is none.
        reasons: What the service has to say about it (`validations`), in lines.
    """

    number: str = ""
    target: str = ""
    lifecycle_state: str | None = None
    reasons: str | None = None

    @property
    def kind(self) -> OperationKind:
        """What the operation is that brings it where it goes."""
        return OperationKind.GO_LIVE if self.is_for(LIVE) else OperationKind.PUBLISH

    @property
    def order(self) -> tuple[int, str]:
        """What later submissions have more of: numbers grow."""
        return len(self.number), self.number

    @property
    def is_deprecated(self) -> bool:
        """Whether it takes its product off the market."""
        return same_word(self.lifecycle_state or "", DEPRECATED)

    def is_for(self, target: str) -> bool:
        """Tell whether it goes to a target, or is there."""
        return same_word(self.target, target)


@frozen
class ProductStatus(OfferStatus):
    """Where a product stands: what is in preview and live, and what would go live.

    Beside what any `OfferStatus` says:

    Attributes:
        product: The product's GUID.
        offer_id: The offer id, or the GUID where only that is known.
        preview: The submission that is in preview and not live, or on its way there; or None.
        live: The submission that is live; or None.
        running: What runs; or None.
        obstacle: Why the offer cannot go live now, in one line; None if it can.
    """

    product: str = ""
    offer_id: str = ""
    preview: ProductSubmission | None = None
    live: ProductSubmission | None = None
    running: ProductSubmission | None = None
    obstacle: str | None = None

    @property
    def ready_to_go_live(self) -> bool:
        """Whether the submission in preview could go live now."""
        return self.state is State.WAITING_FOR_PUBLISHER
