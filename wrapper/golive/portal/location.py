"""Where an operation lives: `Location` headers and continuation tokens become an `OperationRef`.

The service answers with a relative `Location` in one of two forms (page "go-live"); older revisions of
that page name `Operation-Location` with an absolute address instead. What follows such an address
carries a token, so nothing is followed that is not exactly one of the known forms on the endpoint's
own origin. Requests are made from the parts, never from the text that was received.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any
from urllib.parse import unquote, urlsplit

from attrs import evolve

from golive.errors import InvalidInput
from golive.origin import Origin, refuse_odd_characters, shown
from golive.refs import (
    IDENTIFIER,
    LocationForm,
    OperationKind,
    OperationRef,
    check_identifier,
    is_guid,
)

__all__ = [
    "ENDPOINT",
    "offer_of",
    "parse_location",
    "parse_token",
    "read_location",
]

#: Where the service is (page "go-live").
ENDPOINT = "https://cloudpartner.azure.com"

# These are the contract's patterns; a test keeps them equal.
_NUMBER = re.compile(r"[0-9]{1,19}", re.ASCII)
_SLOT = re.compile(r"[A-Za-z]{1,32}", re.ASCII)


def offer_of(publisher_id: str, offer_id: str) -> dict[str, Any]:
    """Return the arguments that name an offer.

    Raises:
        InvalidInput: One of them is malformed.
    """
    return {
        "publisher_id": check_identifier(publisher_id, "publisher id"),
        "offer_id": check_identifier(offer_id, "offer id"),
    }


def read_location(
    headers: Mapping[str, str], origin: Origin, publisher_id: str, offer_id: str
) -> OperationRef:
    """Find the address of the operation in the headers of a 202.

    Both headers can come together (*observed*); the one that is the address of an operation counts.

    Args:
        headers: The headers, looked up without regard to case by the mapping itself.
        origin: The origin that the request was sent to.
        publisher_id: The publisher that the request was about.
        offer_id: The offer that the request was about. A joined name may have its GUID instead.

    Raises:
        ValueError: There is none, or it is not acceptable; the text says why.
    """
    problems = []
    for name in ("Location", "Operation-Location"):
        value = headers.get(name)
        if value is None:
            continue
        try:
            return _about(parse_location(value, origin), publisher_id, offer_id)
        except ValueError as error:
            problems.append(f"its {name} {shown(value)} is not acceptable: {error}")
    raise ValueError(
        " and ".join(problems) or "it has neither a Location nor an Operation-Location header"
    )


def _about(ref: OperationRef, publisher_id: str, offer_id: str) -> OperationRef:
    """Return the address if it is one of the offer that was asked about."""
    joined = ref.form is LocationForm.NON_MIGRATED
    same_offer = ref.offer_id.casefold() == offer_id.casefold()
    if ref.publisher_id.casefold() != publisher_id.casefold() or not (
        same_offer or (joined and is_guid(ref.offer_id))
    ):
        raise ValueError(
            f"it is an operation of {ref.publisher_id}/{ref.offer_id}, not of {publisher_id}/{offer_id}"
        )
    return evolve(ref, publisher_id=publisher_id, offer_id=offer_id)


def parse_location(value: str, origin: Origin) -> OperationRef:
    """Read an operation's address, absolute or relative to the origin (RFC 3986, section 5).

    The query and the fragment are not used: the contract fixes the query.

    Args:
        value: The text as it was received.
        origin: The only origin that is accepted.

    Raises:
        ValueError: It is not exactly one of the two known forms at that origin; the text says why.
    """
    refuse_odd_characters(value)
    parts = urlsplit(value)
    if parts.scheme or parts.netloc:
        if "@" in parts.netloc:
            raise ValueError("it contains a user")
        if not parts.scheme:
            raise ValueError("it names a host without a scheme")
        found = Origin.of(parts)
        if found != origin:
            raise ValueError(f"it leads to {found}, but requests go to {origin} only")
    # Some clients were given, and send, a slash at the end (*observed*).
    segments = [_segment(segment) for segment in parts.path.removesuffix("/").split("/")]
    match segments:
        case ["", "api", "publishers", publisher, "offers", offer, "operations", operation]:
            if all(IDENTIFIER.fullmatch(part) for part in (publisher, offer, operation)):
                return OperationRef(origin, publisher, offer, operation, LocationForm.MIGRATED)
        case ["", "api", "operations", operation]:
            match operation.split("$"):
                case [publisher, offer, number, slot] if (
                    IDENTIFIER.fullmatch(publisher)
                    and IDENTIFIER.fullmatch(offer)
                    and _NUMBER.fullmatch(number)
                    and _SLOT.fullmatch(slot)
                ):
                    return OperationRef(origin, publisher, offer, operation, LocationForm.NON_MIGRATED)
    raise ValueError(
        "it has neither of the two known forms,"
        " /api/publishers/…/offers/…/operations/… and /api/operations/…$…$…$…"
    )


def parse_token(token: str, origin: Origin) -> tuple[OperationRef, OperationKind]:
    """Read a continuation token: an operation's address, and what it was begun for in the fragment.

    No fragment means a go-live. The fragment never leaves the client (RFC 3986, section 3.5).

    Args:
        token: What `Operation.continuation_token` gave, or an operation's address from elsewhere.
        origin: The endpoint of the client that is to follow it.

    Raises:
        InvalidInput: It is not such a token, or one for another endpoint.
    """
    if not isinstance(token, str):
        raise InvalidInput(f"A continuation token is a str, not {type(token).__name__}.")
    address, _, fragment = token.strip().partition("#")
    try:
        ref = parse_location(address, origin)
        kind = OperationKind(fragment) if fragment else OperationKind.GO_LIVE
    except ValueError as error:
        hint = ""
        if (
            address.partition("?")[0].rpartition("/")[0].endswith("/api/operations")
            and "$" not in address
        ):
            hint = " If a shell took the $… away, put the token in single quotes."
        raise InvalidInput(f"The token {shown(token)} is not valid: {error}.{hint}") from None
    return ref, kind


def _segment(raw: str) -> str:
    segment = unquote(raw)
    if any(c in "/\\%" or not "!" <= c <= "~" for c in segment):
        raise ValueError(f"its path contains {raw!r}")
    return segment
