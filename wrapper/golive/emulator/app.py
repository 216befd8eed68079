"""The emulator's HTTP side: the contract as a Starlette app around a `Market`."""

from __future__ import annotations

import hmac
import json
import re
import uuid
from typing import Any

from attrs import define
from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from golive.emulator.market import Market, Offer, Operation, Refused

__all__ = ["make_app"]

CORRELATION_ID = "X-Ms-Correlation-Request-Id"

#: More than any lawful body of a request has.
MAX_BODY = 64 * 1024

_OFFER = "/api/publishers/{publisher_id}/offers/{offer_id}"
_IDENTIFIER = re.compile(r"[A-Za-z0-9_-][A-Za-z0-9._-]{0,127}", re.ASCII)
_ETAG = re.compile(r'\*|(?:W/)?"[!#-~]*"', re.ASCII)


def make_app(market: Market) -> Starlette:
    """Return the app that serves a market."""
    service = _Service(market)
    app = Starlette(
        routes=[
            Route(f"{_OFFER}/golive", service.go_live, methods=["POST"]),
            Route(f"{_OFFER}/publish", service.publish, methods=["POST"]),
            Route(f"{_OFFER}/cancel", service.cancel, methods=["POST"]),
            Route(f"{_OFFER}/operations/{{operation_id}}", service.offer_operation, methods=["GET"]),
            Route("/api/operations/{operation_id}", service.operation, methods=["GET"]),
            Route(f"{_OFFER}/submissions/", service.submissions, methods=["GET"]),
            Route(f"{_OFFER}/status", service.offer_status, methods=["GET"]),
        ],
        exception_handlers={
            Refused: _on_refused,
            HTTPException: _on_http_error,
            Exception: _on_defect,
        },
    )
    # The service has one address for a thing: the slash at the end counts.
    app.router.redirect_slashes = False
    return app


@define
class _Service:
    market: Market

    async def go_live(self, request: Request) -> Response:
        offer, _ = await self._before_change(request)
        return _accepted(self.market.go_live(offer))

    async def publish(self, request: Request) -> Response:
        offer, emails = await self._before_change(request)
        return _accepted(self.market.publish(offer, emails))

    async def cancel(self, request: Request) -> Response:
        offer, _ = await self._before_change(request)
        operation = self.market.cancel(offer)
        return _answer(Response()) if operation is None else _accepted(operation)

    async def offer_operation(self, request: Request) -> Response:
        offer = self._offer(request)
        operation = self.market.operation(offer, request.path_params["operation_id"])
        return _answer(JSONResponse(self.market.describe(operation)))

    async def operation(self, request: Request) -> Response:
        allowed = self._authorize(request)
        operation = self.market.operation_by_name(request.path_params["operation_id"])
        _allow(allowed, operation.offer.publisher)
        return _answer(JSONResponse(self.market.describe(operation)))

    async def submissions(self, request: Request) -> Response:
        offer = self._offer(request)
        wanted = request.query_params.get("status") or request.query_params.get("submissionState")
        entries = map(self.market.describe_submission, reversed(offer.operations))
        return _answer(
            JSONResponse([e for e in entries if wanted is None or _same(e["submissionState"], wanted)])
        )

    async def offer_status(self, request: Request) -> Response:
        offer = self._offer(request)
        return _answer(JSONResponse(self.market.describe_offer(offer), headers={"ETag": offer.etag}))

    def _authorize(self, request: Request) -> frozenset[str] | None:
        """Check the token and the version; return the publishers that the token is good for."""
        scheme, _, token = request.headers.get("Authorization", "").partition(" ")
        known = [
            t for t in self.market.tokens if hmac.compare_digest(t.encode(), token.strip().encode())
        ]
        if scheme.lower() != "bearer" or not known:
            raise Refused(401, "Unauthorized", "The token is missing, wrong or expired.")
        versions = request.query_params.getlist("api-version")
        if len(versions) != 1 or versions[0] not in self.market.api_versions:
            allowed = ", ".join(self.market.api_versions)
            raise Refused(
                400, "InvalidAPIVersion", f"Invalid api version. Allowed values are [{allowed}]"
            )
        return self.market.tokens[known[0]]

    def _offer(self, request: Request) -> Offer:
        allowed = self._authorize(request)
        publisher, offer = request.path_params["publisher_id"], request.path_params["offer_id"]
        for value in (publisher, offer):
            if not _IDENTIFIER.fullmatch(value):
                raise Refused(400, "InvalidIdentifier", "The publisher or offer id is malformed.")
        if publisher in self.market.publishers:
            _allow(allowed, publisher)
        return self.market.offer(publisher, offer)

    async def _before_change(self, request: Request) -> tuple[Offer, str]:
        offer = self._offer(request)
        emails = await _read_emails(request)
        tag = request.headers.get("If-Match")
        if tag is not None and not _ETAG.fullmatch(tag):
            raise Refused(400, "InvalidHeader", "If-Match is neither an entity tag nor *.")
        if tag not in (None, "*", offer.etag):
            raise Refused(
                412,
                "PreconditionFailed",
                f"The offer was changed since; its current entity tag is {offer.etag}.",
            )
        return offer, emails


def _allow(allowed: frozenset[str] | None, publisher: str) -> None:
    if allowed is not None and publisher not in allowed:
        raise Refused(403, "Forbidden", f"The principal has no access to the publisher {publisher}.")


async def _read_emails(request: Request) -> str:
    """Check the optional body and return the notification list in it."""
    body = b""
    async for chunk in request.stream():
        body += chunk
        if len(body) > MAX_BODY:
            raise Refused(400, "InvalidBody", f"The body is longer than {MAX_BODY} bytes.")
    if not body:
        return ""
    media_type = request.headers.get("Content-Type", "").partition(";")[0].strip().lower()
    if media_type != "application/json":
        raise Refused(400, "InvalidBody", "The body must be sent as application/json.")
    try:
        content = json.loads(body)
    except (ValueError, RecursionError):
        raise Refused(400, "InvalidBody", "The body is not JSON.") from None
    metadata = content.get("metadata", {}) if isinstance(content, dict) else None
    emails = metadata.get("notification-emails", "") if isinstance(metadata, dict) else None
    if not isinstance(emails, str):
        raise Refused(
            400, "InvalidBody", 'The body must be like {"metadata": {"notification-emails": "a@x,b@x"}}.'
        )
    return emails


def _same(one: str, other: str) -> bool:
    return re.sub(r"[\s_-]+", "", one).casefold() == re.sub(r"[\s_-]+", "", other).casefold()


def _accepted(operation: Operation) -> Response:
    location = f"{operation.path}?api-version=2017-10-31"
    return _answer(Response(status_code=202, headers={"Location": location}))


def _answer(response: Response) -> Response:
    response.headers[CORRELATION_ID] = str(uuid.uuid4())
    return response


def _error(status: int, code: str, message: str, **headers: str) -> Response:
    body = {"error": {"code": code, "message": message}}
    return _answer(JSONResponse(body, status_code=status, headers=headers))


# Starlette types every handler's error as Exception.


async def _on_refused(request: Request, error: Any) -> Response:
    challenge = {"WWW-Authenticate": 'Bearer realm="golive emulator"'} if error.status == 401 else {}
    return _error(error.status, error.code, error.message, **challenge)


async def _on_http_error(request: Request, error: Any) -> Response:
    code = {404: "NotFound", 405: "MethodNotAllowed"}.get(error.status_code, "BadRequest")
    return _error(error.status_code, code, error.detail, **dict(error.headers or {}))


async def _on_defect(request: Request, error: Exception) -> Response:
    return _error(500, "EmulatorDefect", f"The emulator has a defect: {error!r}")
