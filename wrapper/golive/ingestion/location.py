"""Where the API is served, and the address of an operation, which says all that resuming takes.

The service names a job in a body, and no address; what it does give as one (`resourceUri`, `@nextLink`)
leads to other hosts and is never followed. So the address is golive's own: that of the submission, which
is real, and in its fragment, which never leaves the client (RFC 3986, section 3.5), what was begun, the
job, and when the request was sent.
"""

from __future__ import annotations

import re
from datetime import UTC, datetime
from typing import Self
from urllib.parse import urlsplit

from attrs import evolve, frozen

from golive.errors import InvalidInput
from golive.origin import Origin, refuse_odd_characters, shown
from golive.refs import LocationForm, OperationKind, OperationRef, check_identifier, is_guid

__all__ = [
    "BASE",
    "ENDPOINT",
    "SCOPE",
    "SubmissionRef",
    "is_number",
    "origin_of",
    "parse_submission",
    "parse_token",
]

#: The path at which the API is served, and where ([product-ingestion-api], section "Base URL").
BASE = "/rp/product-ingestion"
ENDPOINT = f"https://graph.microsoft.com{BASE}"

#: What a token is asked for: a token of another audience is refused (*observed*).
SCOPE = "https://graph.microsoft.com/.default"

# Numbers have 19 digits, more than a float holds, and one sample has 14: text, always.
_NUMBER = re.compile(r"[1-9][0-9]{0,31}", re.ASCII)
_JOB = re.compile(r"[A-Za-z0-9][A-Za-z0-9-]{0,63}", re.ASCII)


@frozen
class SubmissionRef(OperationRef):
    """The address of an operation: a submission's on its way to preview or to live.

    Attributes:
        origin: Where the service is.
        publisher_id: Empty: the account implies the publisher.
        offer_id: The offer id (`externalId`), or the product's GUID where only that is known.
        operation_id: The job, or where none is known the submission's number, or the product.
        form: `LocationForm.SUBMISSION`.
        product: The product's GUID.
        submission: The submission's number, as text; None where it is not known yet.
        job: The job that the service began for it; None for one that was adopted.
        sent: When the request was sent, in UTC; None if that was not here.
    """

    product: str = ""
    submission: str | None = None
    job: str | None = None
    sent: datetime | None = None

    @classmethod
    def of(
        cls,
        origin: Origin,
        offer: str,
        product: str,
        *,
        submission: str | None = None,
        job: str | None = None,
        sent: datetime | None = None,
    ) -> Self:
        """Return the address of what is done with a submission of a product."""
        return cls(
            origin,
            "",
            offer,
            job or submission or product,
            LocationForm.SUBMISSION,
            product,
            submission,
            job,
            None if sent is None else sent.replace(microsecond=0),
        )

    def with_(self, *, submission: str | None, job: str | None) -> Self:
        """Return the same for another submission or job."""
        named = job or submission or self.product
        return evolve(self, submission=submission, job=job, operation_id=named)

    @property
    def path(self) -> str:
        """The path of the submission; of a product's submissions where the number is not known."""
        number = "" if self.submission is None else f"/{self.submission}"
        return f"{BASE}/submission/{self.product}{number}"

    @property
    def url(self) -> str:
        """The absolute address of the submission."""
        return f"{self.origin}{self.path}"

    def token(self, kind: OperationKind) -> str:
        """Return the continuation token: the address, and in its fragment what else there is to know."""
        known = [kind.value]
        if self.offer_id != self.product:
            known.append(f"offer={self.offer_id}")
        if self.job is not None:
            known.append(f"job={self.job}")
        if self.sent is not None:
            known.append(f"sent={self.sent:%Y-%m-%dT%H:%M:%SZ}")
        return f"{self.url}#{','.join(known)}"


def is_number(text: str) -> bool:
    """Tell whether a text is the number of a submission; the draft's `0` is none."""
    return _NUMBER.fullmatch(text) is not None


def is_job(text: str) -> bool:
    """Tell whether a text can be the id of a job."""
    return _JOB.fullmatch(text) is not None


def origin_of(endpoint: str, *, allow_http: bool = False) -> Origin:
    """Read the endpoint that the caller gives, with or without the path of the API.

    Args:
        endpoint: For example `https://graph.microsoft.com/rp/product-ingestion`.
        allow_http: Also accept plain `http` to a host other than this machine.

    Raises:
        InvalidInput: It is not such an address.
    """
    if isinstance(endpoint, str):
        endpoint = endpoint.removesuffix("/").removesuffix(BASE)
    return Origin.parse(endpoint, allow_http=allow_http)


def parse_submission(value: str, origin: Origin) -> SubmissionRef:
    """Read the address of a submission, or of a product's submissions, without its fragment.

    Args:
        value: The address.
        origin: The only origin that is accepted.

    Raises:
        ValueError: It is none at that origin; the text says why.
    """
    refuse_odd_characters(value)
    parts = urlsplit(value)
    if parts.scheme or parts.netloc:
        if "@" in parts.netloc:
            raise ValueError("it contains a user")
        found = Origin.of(parts)
        if found != origin:
            raise ValueError(f"it leads to {found}, but requests go to {origin} only")
    match parts.path.removesuffix("/").removeprefix(BASE).split("/"):
        case ["", "submission", product] if is_guid(product):
            return SubmissionRef.of(origin, product.lower(), product.lower())
        case ["", "submission", product, number] if is_guid(product) and is_number(number):
            return SubmissionRef.of(origin, product.lower(), product.lower(), submission=number)
    raise ValueError(f"it is not {BASE}/submission/… with a product's GUID and a submission's number")


def parse_token(token: str, origin: Origin) -> tuple[SubmissionRef, OperationKind]:
    """Read a continuation token; without a fragment, it is that of an adopted go-live.

    Args:
        token: What `Operation.continuation_token` gave.
        origin: The endpoint of the client that is to follow it.

    Raises:
        InvalidInput: It is not such a token, or one for another endpoint.
    """
    if not isinstance(token, str):
        raise InvalidInput(f"A continuation token is a str, not {type(token).__name__}.")
    address, _, fragment = token.strip().partition("#")
    try:
        ref = parse_submission(address, origin)
        kind = OperationKind.GO_LIVE
        for number, part in enumerate(fragment.split(",") if fragment else ()):
            name, _, value = part.partition("=")
            if number == 0:
                kind = OperationKind(part)
            elif name == "offer":
                ref = evolve(ref, offer_id=check_identifier(value, "offer id"))
            elif name == "job" and is_job(value):
                ref = ref.with_(submission=ref.submission, job=value)
            elif name == "sent":
                ref = evolve(ref, sent=datetime.fromisoformat(value).astimezone(UTC))
            else:
                raise ValueError(f"its fragment contains {part!r}")
        if kind is OperationKind.CANCEL and ref.job is None:
            raise ValueError("a cancellation is one of a job, which it does not name")
        if kind is OperationKind.GO_LIVE and ref.submission is None:
            raise ValueError("it does not say which submission goes live")
    except (OverflowError, ValueError) as error:
        raise InvalidInput(f"The token {shown(token)} is not valid: {error}.") from None
    return ref, kind
