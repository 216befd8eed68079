"""What only reads: the operations of an offer, where an offer stands, and what a publisher offers."""

from __future__ import annotations

from golive.answers import Call, Endpoint, understood
from golive.errors import InvalidInput
from golive.flow import Context, Flow, read
from golive.portal.location import offer_of
from golive.portal.reading import Listing, read_offer, read_offer_status, read_offers, read_submissions
from golive.refs import check_identifier
from golive.status import Offer, OfferStatus, Submission, checked_state
from golive.vocabulary import State
from golive_api.api.offers import get_offer, get_offer_slot, list_offers
from golive_api.api.progress import get_offer_status, list_submissions
from golive_api.models.get_offer_slot_slot import GET_OFFER_SLOT_SLOT_VALUES

__all__ = ["listing", "offer", "offer_status", "offers", "submissions"]


def listing(
    context: Context, publisher_id: str, offer_id: str, *, state: State | None = None
) -> Flow[Listing]:
    """Read the list of an offer's operations, with what could not be read of it."""
    arguments = offer_of(publisher_id, offer_id)
    if state is State.RUNNING:
        arguments["status"] = "running"
    answer = yield from read(context, Call(list_submissions, arguments))
    return understood(
        answer, read_submissions, origin=context.origin, publisher_id=publisher_id, offer_id=offer_id
    )


def submissions(
    context: Context, publisher_id: str, offer_id: str, *, state: State | None
) -> Flow[tuple[Submission, ...]]:
    """List the operations of an offer; the filter is applied here too, lest the service ignores it."""
    state = checked_state(state)
    found = yield from listing(context, publisher_id, offer_id, state=state)
    return tuple(entry for entry in found.entries if state is None or entry.state is state)


def offer_status(context: Context, publisher_id: str, offer_id: str) -> Flow[OfferStatus]:
    """Read where an offer stands."""
    answer = yield from read(context, Call(get_offer_status, offer_of(publisher_id, offer_id)))
    return understood(answer, read_offer_status, etag=answer.headers.get("ETag"))


def offers(context: Context, publisher_id: str) -> Flow[tuple[Offer, ...]]:
    """List what a publisher offers."""
    arguments = {"publisher_id": check_identifier(publisher_id, "publisher id")}
    answer = yield from read(context, Call(list_offers, arguments))
    return understood(answer, read_offers)


def offer(context: Context, publisher_id: str, offer_id: str, *, slot: str | None) -> Flow[Offer]:
    """Read an offer's document, or what one of its slots holds."""
    arguments = offer_of(publisher_id, offer_id)
    endpoint: Endpoint = get_offer
    if slot is not None:
        if not isinstance(slot, str) or slot not in GET_OFFER_SLOT_SLOT_VALUES:
            known = ", ".join(sorted(GET_OFFER_SLOT_SLOT_VALUES))
            raise InvalidInput(f"There is no slot {slot!r}; there are {known}.")
        arguments["slot"] = slot
        endpoint = get_offer_slot
    answer = yield from read(context, Call(endpoint, arguments))
    return understood(answer, read_offer, etag=answer.headers.get("ETag"))
