"""What only reads: a product by its offer id, its submissions, where it stands, and what it holds."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

from golive.answers import Answer, Call, Endpoint, understood
from golive.errors import NotFound, Undecided
from golive.flow import Context, Flow, read
from golive.ingestion.evidence import Listing, standing
from golive.ingestion.location import BASE
from golive.ingestion.reading import Page, read_products, read_submissions
from golive.ingestion.snapshots import Product, ProductStatus, ProductSubmission
from golive.refs import check_identifier, is_guid
from golive.status import checked_state
from golive.vocabulary import State
from product_ingestion_api.api.offers import get_resource_tree, list_products
from product_ingestion_api.api.progress import list_submissions

__all__ = [
    "call",
    "find_product",
    "listing",
    "offer_status",
    "resources",
    "submissions",
]


#: More pages than any product has submissions.
_PAGES = 200


def call(endpoint: Endpoint, **arguments: Any) -> Call:
    """Return a request of this API; any 2xx is a success, as its clients hold it."""
    return Call(endpoint, arguments, base=BASE, successes=range(200, 300))


def find_product(context: Context, offer: str) -> Flow[Product]:
    """Find a product by its offer id; a GUID is one already, and costs no request.

    Raises:
        NotFound: There is none.
        Undecided: There are several.
    """
    check_identifier(offer, "offer id")
    if is_guid(offer):
        return Product(offer.lower(), offer.lower())
    pages, answer = yield from _pages(
        context, list_products, partial(read_products, offer=offer), external_id=offer
    )
    found: dict[str, Product] = {each.guid: each for page in pages for each in page.entries}
    match list(found.values()):
        case [product]:
            return product
        case []:
            raise answer.unexpected(f"there is no product with the offer id {offer!r}", NotFound)
    raise Undecided(
        f"There are several products with the offer id {offer!r}: {', '.join(found)}. Give one's GUID."
    )


def listing(context: Context, product: Product, *, at_least: float = 0.0) -> Flow[Listing]:
    """Read all pages of a product's submissions, with what could not be read of them."""
    pages, _ = yield from _pages(
        context,
        list_submissions,
        partial(read_submissions, origin=context.origin, product=product),
        at_least,
        product_id=product.guid,
    )
    return Listing(
        tuple(entry for page in pages for entry in page.entries),
        tuple(line for page in pages for line in page.unreadable),
    )


def submissions(
    context: Context, offer: str, *, state: State | None
) -> Flow[tuple[ProductSubmission, ...]]:
    """List what of an offer is in preview, live, or on its way there."""
    state = checked_state(state)
    product = yield from find_product(context, offer)
    found = yield from listing(context, product)
    return tuple(entry for entry in found.entries if state is None or entry.state is state)


def offer_status(context: Context, offer: str) -> Flow[ProductStatus]:
    """Read where an offer stands."""
    product = yield from find_product(context, offer)
    found = yield from listing(context, product)
    return standing(product, found)


def resources(context: Context, product: Product, target: str) -> Flow[list[Any] | None]:
    """Read what a product holds in draft, preview or live, as the service writes it.

    Returns:
        The resources; None if there is no such target.
    """
    wanted = call(get_resource_tree, product_id=product.guid, target_type=target)
    try:
        answer = yield from read(context, wanted)
    except NotFound:
        return None
    return understood(answer, _resources)


def _resources(body: object) -> list[Any]:
    if not isinstance(body, dict) or not isinstance(body.get("resources"), list):
        raise ValueError("it has no list of resources")
    return list(body["resources"])


def _pages(
    context: Context,
    endpoint: Endpoint,
    read_page: Callable[[object], Page],
    at_least: float = 0.0,
    **arguments: Any,
) -> Flow[tuple[list[Page], Answer]]:
    """Read all pages of a list, by their continuation tokens alone: their links may lead anywhere.

    Returns:
        The pages, and the last answer.

    Raises:
        UnexpectedAnswer: The list has no end.
    """
    pages: list[Page] = []
    seen: set[str] = set()
    while True:
        answer = yield from read(context, call(endpoint, **arguments), at_least=at_least)
        pages.append(understood(answer, read_page))
        token = pages[-1].next
        if token is None:
            return pages, answer
        if len(pages) == _PAGES:
            raise answer.unexpected(f"the list has no end: it has more than {_PAGES} pages")
        if token in seen:
            raise answer.unexpected("the list leads in a circle: a page was there before")
        seen.add(token)
        arguments["continuation_token"] = token
