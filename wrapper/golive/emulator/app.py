"""The emulator's HTTP side: the contract as a Starlette app around a `Market`."""

from __future__ import annotations

import json
import re
import uuid
from collections.abc import Awaitable, Callable, Mapping
from typing import Any

from attrs import define, frozen
from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.routing import Route

from golive.emulator.answering import JSON, Answer, App, decoded, known_token, read_body, timed
from golive.emulator.ground import Refused
from golive.emulator.habits import Habit
from golive.emulator.market import Market, Offer, Operation

__all__ = ["make_app"]

CORRELATION_ID = b"x-ms-correlation-request-id"

#: More than any lawful body of a request has: of one that begins something, and of an offer's document.
MAX_BODY = 64 * 1024
MAX_DOCUMENT = 4 * 1024 * 1024

SLOTS = ("draft", "preview", "production")

_OFFERS = "/api/publishers/{publisher_id}/offers"
_OFFER = f"{_OFFERS}/{{offer_id}}"
_IDENTIFIER = re.compile(r"[A-Za-z0-9_-][A-Za-z0-9._-]{0,127}", re.ASCII)
_ETAG = re.compile(r'\*|(?:W/)?"[!#-~]*"', re.ASCII)

#: What every answer of the service carries (*observed*).
_HEADERS = (
    (b"server", b"Microsoft-IIS/10.0"),
    (b"x-powered-by", b"ASP.NET"),
    (b"vary", b"Accept-Encoding"),
)


def make_app(market: Market) -> App:
    """Return the ASGI app that serves a market."""
    service = _Service(market)
    reads: dict[str, Callable[[Request], Awaitable[_Answer]]] = {
        # The slash at the end of these is optional (*observed*).
        f"{_OFFER}/operations/{{operation_id}}": service.offer_operation,
        f"{_OFFER}/operations/{{operation_id}}/": service.offer_operation,
        "/api/operations/{operation_id}": service.operation,
        "/api/operations/{operation_id}/": service.operation,
        f"{_OFFER}/submissions": service.submissions,
        f"{_OFFER}/submissions/": service.submissions,
        f"{_OFFER}/status": service.offer_status,
        _OFFERS: service.offers,
        f"{_OFFER}/slot/{{slot}}": service.slot,
        f"{_OFFER}/versions/{{number}}": service.version,
        "/api/publishers": service.publishers,
        "/api/offerTypes": service.offer_types,
    }
    # Starlette types every handler's error as Exception, and its answer as a Response.
    handlers: dict[Any, Any] = {
        Refused: service.on_refused,
        HTTPException: service.on_http_error,
        Exception: service.on_defect,
    }
    app = Starlette(
        routes=[
            *(Route(path, read, methods=["GET"]) for path, read in reads.items()),
            Route(f"{_OFFER}/golive", service.go_live, methods=["POST"]),
            Route(f"{_OFFER}/publish", service.publish, methods=["POST"]),
            Route(f"{_OFFER}/cancel", service.cancel, methods=["POST"]),
            Route(_OFFER, service.offer, methods=["GET", "PUT"]),
        ],
        exception_handlers=handlers,
    )
    app.router.redirect_slashes = False
    return timed(app, market)


@frozen
class _Answer(Answer):
    """An answer of the service."""

    def common(self) -> tuple[tuple[bytes, bytes], ...]:
        """Return the headers that every answer of the service carries."""
        return (*_HEADERS, (CORRELATION_ID, str(uuid.uuid4()).encode()))


def _json(content: object, *headers: tuple[bytes, bytes], status: int = 200) -> _Answer:
    body = json.dumps(content, separators=(",", ":")).encode()
    # The service sends its answers in chunks (*observed*).
    return _Answer(status, (JSON, *headers), body, sized=False)


@define
class _Service:
    market: Market

    async def go_live(self, request: Request) -> _Answer:
        offer, _ = await self._before_change(request)
        return self._accepted(self.market.go_live(offer), request)

    async def publish(self, request: Request) -> _Answer:
        offer, emails = await self._before_change(request)
        return self._accepted(self.market.publish(offer, emails), request)

    async def cancel(self, request: Request) -> _Answer:
        offer, _ = await self._before_change(request)
        operation = self.market.cancel(offer)
        return _Answer() if operation is None else self._accepted(operation, request)

    async def offer_operation(self, request: Request) -> _Answer:
        offer = self._offer(request)
        operation = self.market.operation(offer, request.path_params["operation_id"])
        return _json(self.market.describe(operation))

    async def operation(self, request: Request) -> _Answer:
        allowed = self._authorize(request)
        operation = self.market.operation_by_name(request.path_params["operation_id"])
        _allow(allowed, operation.offer.publisher)
        return _json(self.market.describe(operation))

    async def submissions(self, request: Request) -> _Answer:
        offer = self._offer(request)
        wanted = request.query_params.get("status") or request.query_params.get("submissionState")
        entries = self.market.describe_submissions(offer)
        return _json([e for e in entries if wanted is None or _same(e["submissionState"], wanted)])

    async def offer_status(self, request: Request) -> _Answer:
        offer = self._offer(request)
        return _json(self.market.describe_status(offer), *self._read_tag(offer))

    async def publishers(self, request: Request) -> _Answer:
        allowed = self._authorize(request)
        names = sorted(p for p in self.market.publishers if allowed is None or p in allowed)
        return _json(
            [
                {
                    "id": name,
                    "version": 1,
                    "definition": {
                        "displayText": name.replace("-", " ").title(),
                        "offerTypeCategories": ["azure"],
                        "sellerId": 1,
                    },
                }
                for name in names
            ]
        )

    async def offer_types(self, request: Request) -> _Answer:
        self._authorize(request)
        types = {
            "microsoft-azure-corevm": "Virtual Machine",
            "microsoft-azure-virtualmachines": "Virtual Machine (classic)",
        }
        return _json([{"id": name, "definition": {"displayText": t}} for name, t in types.items()])

    async def offers(self, request: Request) -> _Answer:
        publisher = self._publisher(request)
        if publisher not in self.market.publishers:
            raise Refused(404, "NotFound", f"There is no publisher {publisher}.")
        offers = self.market.offers(publisher)
        return _json([self.market.describe_offer(offer, brief=True) for offer in offers])

    async def offer(self, request: Request) -> _Answer:
        if request.method == "PUT":
            return await self._put(request)
        offer = self._offer(request)
        return _json(self.market.describe_offer(offer), *self._read_tag(offer))

    async def slot(self, request: Request) -> _Answer:
        offer = self._offer(request)
        slot = request.path_params["slot"].lower()
        if slot not in SLOTS:
            raise Refused(400, "InvalidSlot", f"The slot is one of {', '.join(SLOTS)}.")
        return _json(self.market.in_slot(offer, slot))

    async def version(self, request: Request) -> _Answer:
        offer = self._offer(request)
        number = request.path_params["number"]
        revision = offer.revision(int(number)) if number.isascii() and number.isdecimal() else None
        if revision is None:
            raise Refused(404, "NotFound", f"There is no version {number} of the offer {offer.id}.")
        return _json(self.market.describe_offer(offer, revision))

    async def _put(self, request: Request) -> _Answer:
        self._sized(request)
        offer = self._offer(request)
        body = await read_body(request, MAX_DOCUMENT)
        document = decoded(request, body)
        if not isinstance(document, dict) or not isinstance(document.get("definition"), Mapping):
            raise Refused(400, "InvalidBody", "The body is no offer: it has no definition.")
        self._match(request, offer)
        self.market.put(offer, document)
        tag = (b"etag", self.market.etag(offer).encode())
        return _json(self.market.describe_offer(offer), tag)

    async def on_refused(self, request: Request, error: Any) -> _Answer:
        challenge = (
            ((b"www-authenticate", b'Bearer realm="golive emulator"'),) if error.status == 401 else ()
        )
        return self._error(error.status, error.code, error.message, *challenge)

    async def on_http_error(self, request: Request, error: Any) -> _Answer:
        code = {404: "NotFound", 405: "MethodNotAllowed"}.get(error.status_code, "BadRequest")
        headers = [(n.lower().encode(), v.encode()) for n, v in dict(error.headers or {}).items()]
        return self._error(error.status_code, code, error.detail, *headers)

    async def on_defect(self, request: Request, error: Exception) -> _Answer:
        return self._error(500, "EmulatorDefect", f"The emulator has a defect: {error!r}")

    def _error(self, status: int, code: str, message: str, *headers: tuple[bytes, bytes]) -> _Answer:
        """Return an error as the service words it: differently by status (*observed*)."""
        habits = self.market.habits
        if Habit.EMPTY_ERRORS in habits:
            return _Answer(status, headers)
        body: object = {"error": {"code": code, "message": message}}
        if Habit.DOCUMENTED_ERRORS not in habits:
            match status:
                case 401:
                    body = {"Message": message}
                case 404:
                    name = "System.Collections.Generic.KeyNotFoundException"
                    body = f"{name}: {message}\r\n   at Market.Find(String id)"
                case 411:
                    # It is the server that asks for a length, before the service is reached.
                    page = f"<h2>Length Required</h2>\r\n<p>{message}</p>".encode()
                    return _Answer(status, ((b"content-type", b"text/html"), *headers), page)
                case 422:
                    name = "System.ComponentModel.DataAnnotations.ValidationException"
                    body = f"{name}: {message}\r\n   at Market.Validate(Offer offer)"
                case 500:
                    body = {"Variant": {"serviceName": "Variant", "error": f"{message}\r\n"}}
        return _json(body, *headers, status=status)

    def _authorize(self, request: Request) -> frozenset[str] | None:
        """Check the token and the version; return the publishers that the token is good for."""
        market = self.market
        token = known_token(request, market.tokens)
        if token is None:
            raise Refused(401, "Unauthorized", "The token is missing, wrong or expired.")
        versions = request.query_params.getlist("api-version")
        if len(versions) != 1 or versions[0] not in market.api_versions:
            allowed = ", ".join(market.api_versions)
            raise Refused(
                400, "InvalidAPIVersion", f"Invalid api version. Allowed values are [{allowed}]"
            )
        return market.tokens[token]

    def _publisher(self, request: Request) -> str:
        allowed = self._authorize(request)
        publisher: str = request.path_params["publisher_id"]
        for value in (publisher, request.path_params.get("offer_id", publisher)):
            if not _IDENTIFIER.fullmatch(value):
                raise Refused(400, "InvalidIdentifier", "The publisher or offer id is malformed.")
        if publisher in self.market.publishers:
            _allow(allowed, publisher)
        return publisher

    def _offer(self, request: Request) -> Offer:
        return self.market.offer(self._publisher(request), request.path_params["offer_id"])

    async def _before_change(self, request: Request) -> tuple[Offer, str]:
        self._sized(request)
        offer = self._offer(request)
        emails = _read_emails(request, await read_body(request, MAX_BODY))
        self._match(request, offer)
        return offer, emails

    def _match(self, request: Request, offer: Offer) -> None:
        tag = request.headers.get("If-Match")
        if tag is None or tag == "*":
            return
        if not _ETAG.fullmatch(tag):
            raise Refused(400, "InvalidHeader", "If-Match is neither an entity tag nor *.")
        current = self.market.etag(offer)
        if tag != current:
            raise Refused(
                412,
                "PreconditionFailed",
                f"The offer was changed since; its current entity tag is {current}.",
            )

    def _sized(self, request: Request) -> None:
        if "content-length" not in request.headers and "transfer-encoding" not in request.headers:
            raise Refused(411, "LengthRequired", "The request must be chunked or have a content length.")

    def _read_tag(self, offer: Offer) -> tuple[tuple[bytes, bytes], ...]:
        if Habit.ETAG_ON_STATUS not in self.market.habits:
            return ()
        return ((b"etag", self.market.etag(offer).encode()),)

    def _accepted(self, operation: Operation, request: Request) -> _Answer:
        habits = self.market.habits
        version = request.query_params["api-version"]
        path = f"{self.market.address(operation)}?api-version={version}"
        relative = Habit.OPERATION_LOCATION_RELATIVE in habits
        headers = []
        if relative or habits & {Habit.OPERATION_LOCATION, Habit.BOTH_HEADERS}:
            origin = "" if relative else f"{request.url.scheme}://{request.url.netloc}"
            headers.append((b"operation-location", f"{origin}{path}".encode()))
        if not headers or Habit.BOTH_HEADERS in habits:
            headers.append((b"location", path.encode()))
        return _Answer(202, tuple(headers))


def _allow(allowed: frozenset[str] | None, publisher: str) -> None:
    if allowed is not None and publisher not in allowed:
        raise Refused(403, "Forbidden", f"The principal has no access to the publisher {publisher}.")


def _read_emails(request: Request, body: bytes) -> str:
    """Check the optional body and return the notification list in it; null is taken (*observed*)."""
    if not body:
        return ""
    content = decoded(request, body)
    metadata = content.get("metadata", {}) if isinstance(content, dict) else None
    emails = metadata.get("notification-emails", "") if isinstance(metadata, dict) else False
    if emails is not None and not isinstance(emails, str):
        raise Refused(
            400, "InvalidBody", 'The body must be like {"metadata": {"notification-emails": "a@x,b@x"}}.'
        )
    return emails or ""


def _same(one: str, other: str) -> bool:
    return re.sub(r"[\s_-]+", "", one).casefold() == re.sub(r"[\s_-]+", "", other).casefold()
