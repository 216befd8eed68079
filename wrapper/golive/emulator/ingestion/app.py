"""The HTTP side of the emulated Product Ingestion API: a Starlette app around a `ProductMarket`."""

from __future__ import annotations

import base64
import json
import re
import uuid
from collections.abc import Awaitable, Callable, Sequence
from datetime import UTC, datetime
from typing import Any
from urllib.parse import quote, urlencode

from attrs import define, frozen
from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.routing import Route

from golive.emulator.answering import JSON, Answer, App, decoded, known_token, read_body, timed
from golive.emulator.faults import INGESTION
from golive.emulator.ground import Refused
from golive.emulator.ingestion.bodies import EXTERNAL_ID, read_configure
from golive.emulator.ingestion.habits import IngestionHabit
from golive.emulator.ingestion.products import RESOURCES, Job, Product, ProductMarket

__all__ = ["make_app"]

#: More than any lawful body has.
MAX_BODY = 64 * 1024

#: How many entries a page has, unless fewer are asked for, and at most.
PAGE_SIZE = 100
MAX_PAGE_SIZE = 1000

TARGETS = ("draft", "preview", "live")
#: Targets that the schemas name, too; nothing is ever there.
OTHER_TARGETS = ("flight", "sandbox", "certification", "retail")

_VERSION = re.compile(r"\d{4}-\d{2}-\d{2}(?:-preview\d{0,2})?", re.ASCII)
#: A version that is refused by now (*observed*).
_RETIRED = "2022-03-01-preview3"
_JOB_ID = re.compile(r"[A-Za-z0-9-]{1,64}", re.ASCII)
_GUID = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}", re.ASCII)
_NUMBER = re.compile(r"0|[1-9][0-9]{0,30}", re.ASCII)
_TYPE = re.compile(r"[A-Za-z0-9]{1,64}", re.ASCII)


def make_app(market: ProductMarket) -> App:
    """Return the ASGI app that serves a market of products."""
    service = _Service(market)
    reads: dict[str, Callable[[Request], Awaitable[Answer]]] = {
        "/configure/{job_id}/status": service.job,
        "/configure/{job_id}": service.detail,
        # The text of the page has a durable id here, its sample the GUID.
        "/submission/product/{product_id}": service.submissions,
        "/submission/{product_id}": service.submissions,
        "/submission/{product_id}/{number}": service.submission,
        "/resource-tree/product/{product_id}": service.tree,
        "/product": service.products,
    }
    # Starlette types every handler's error as Exception, and its answer as a Response.
    handlers: dict[Any, Any] = {
        Refused: service.on_refused,
        HTTPException: service.on_http_error,
        Exception: service.on_defect,
    }
    app = Starlette(
        routes=[
            *(Route(INGESTION + path, read, methods=["GET"]) for path, read in reads.items()),
            Route(f"{INGESTION}/configure", service.configure, methods=["POST"]),
            Route(f"{INGESTION}/configure/{{job_id}}/cancel", service.cancel, methods=["POST"]),
        ],
        exception_handlers=handlers,
    )
    app.router.redirect_slashes = False
    return timed(app, market)


@frozen
class _Answer(Answer):
    """An answer of the service."""

    def common(self) -> tuple[tuple[bytes, bytes], ...]:
        """Return the headers of Microsoft Graph, which the service is behind (*inferred*)."""
        return ((b"request-id", str(uuid.uuid4()).encode()),)


def _json(request: Request, content: object, *headers: tuple[bytes, bytes], status: int = 200) -> Answer:
    body = json.dumps(content, separators=(",", ":")).encode()
    asked = request.headers.get("client-request-id", "")
    echoed = ((b"client-request-id", asked.encode("latin-1")),) if asked else ()
    return _Answer(status, (JSON, *echoed, *headers), body)


@define
class _Service:
    market: ProductMarket

    async def configure(self, request: Request) -> Answer:
        self._authorize(request)
        habits = self.market.habits
        content = decoded(request, await read_body(request, MAX_BODY, "badRequest"), "badRequest")
        wanted = read_configure(content, strict=IngestionHabit.STRICT_BODY in habits)
        product = self.market.product(wanted.product)
        if wanted.owner not in (None, product.guid):
            message = "The submission is of another product."
            inner = {"code": "invalidId", "message": message}
            raise Refused(400, "badRequest", "The request is not valid.", [inner])
        if wanted.target == "preview":
            job = self.market.publish(product)
        else:
            job = self.market.go_live(product, wanted.number, deprecate=wanted.deprecate)
        status = 200 if IngestionHabit.CONFIGURE_200 in habits else 202
        return _json(request, self.market.describe_job(job), status=status)

    async def job(self, request: Request) -> Answer:
        return _json(request, self.market.describe_job(self._job(request)))

    async def detail(self, request: Request) -> Answer:
        return _json(request, self.market.describe_detail(self._job(request)))

    async def cancel(self, request: Request) -> Answer:
        job = self._job(request)
        self.market.cancel(job)
        return _json(request, self.market.describe_job(job))

    async def submissions(self, request: Request) -> Answer:
        product = self._product(request)
        entries = self.market.submissions(product, _target(request))
        return self._page(request, entries)

    async def submission(self, request: Request) -> Answer:
        product = self._product(request)
        number = request.path_params["number"]
        if not _NUMBER.fullmatch(number):
            raise _bad("The id of the submission is malformed.")
        return _json(request, self.market.submission(product, number))

    async def tree(self, request: Request) -> Answer:
        product = self._product(request)
        return _json(request, self.market.tree(product, _target(request) or "draft"))

    async def products(self, request: Request) -> Answer:
        self._authorize(request)
        query = {name.lower(): value for name, value in request.query_params.items()}
        wanted, kind = query.get("externalid"), query.get("type")
        if wanted is not None and not EXTERNAL_ID.fullmatch(wanted):
            raise _bad("The externalId is malformed.")
        if kind is not None and not _TYPE.fullmatch(kind):
            raise _bad("The type is malformed.")
        found = [
            self.market.describe_product(product)
            for product in self.market
            if wanted in (None, product.id) and (kind is None or kind.lower() == product.type.lower())
        ]
        if wanted is not None and len(found) == 1 and IngestionHabit.BARE_PRODUCT in self.market.habits:
            return _json(request, found[0])
        if IngestionHabit.REVERSED_LISTS in self.market.habits:
            found.reverse()
        return self._page(request, found)

    async def on_refused(self, request: Request, error: Any) -> Answer:
        if error.status == 401:
            moment = f"{datetime.now(UTC):%Y-%m-%dT%H:%M:%S}"
            named = {
                "date": moment,
                "request-id": str(uuid.uuid4()),
                "client-request-id": request.headers.get("client-request-id", str(uuid.uuid4())),
            }
            body = {"error": {"code": error.code, "message": error.message, "innerError": named}}
            challenge = (b"www-authenticate", b'Bearer realm="golive emulator"')
            return _json(request, body, challenge, status=401)
        return self._error(request, error.status, error.code, error.message, error.details)

    async def on_http_error(self, request: Request, error: Any) -> Answer:
        code = {404: "notFound", 405: "methodNotAllowed"}.get(error.status_code, "badRequest")
        headers = [(n.lower().encode(), v.encode()) for n, v in dict(error.headers or {}).items()]
        return self._error(request, error.status_code, code, error.detail, [], *headers)

    async def on_defect(self, request: Request, error: Exception) -> Answer:
        return self._error(
            request, 500, "internalServerError", f"The emulator has a defect: {error!r}", []
        )

    @staticmethod
    def _error(
        request: Request,
        status: int,
        code: str,
        message: str,
        details: Sequence[object],
        *headers: tuple[bytes, bytes],
    ) -> Answer:
        body = {"error": {"code": code, "message": message, "details": details}}
        return _json(request, body, *headers, status=status)

    def _authorize(self, request: Request) -> None:
        """Check the token and the version."""
        token = known_token(request, self.market.tokens)
        if token is None:
            given = "Authorization" in request.headers
            text = "CompactToken parsing failed." if given else "Access token is empty."
            raise Refused(401, "InvalidAuthenticationToken", text)
        if not self.market.tokens[token]:
            raise Refused(403, "forbidden", "The application has no access to the account.")
        strict = IngestionHabit.STRICT_VERSION in self.market.habits
        version = request.query_params.get("$version", "")
        if not version and strict:
            raise _bad("The query parameter $version is required.")
        if version and not _VERSION.fullmatch(version):
            raise _bad("The query parameter $version is malformed.")
        if version == _RETIRED and strict:
            raise _bad(f'"{version} is a deprecated schema"')

    def _job(self, request: Request) -> Job:
        self._authorize(request)
        name = request.path_params["job_id"]
        if not _JOB_ID.fullmatch(name):
            raise _bad("The id of the job is malformed.")
        return self.market.job(name)

    def _product(self, request: Request) -> Product:
        self._authorize(request)
        name = request.path_params["product_id"]
        if not _GUID.fullmatch(name):
            raise _bad("The id of the product is no GUID.")
        return self.market.product(name)

    def _page(self, request: Request, entries: Sequence[object]) -> Answer:
        """Return a page of a list, with an absolute link to the next one."""
        query = request.query_params
        size = query.get("$maxpagesize", str(PAGE_SIZE))
        if not (size.isascii() and size.isdecimal() and 1 <= int(size[:9]) <= MAX_PAGE_SIZE):
            raise _bad(f"$maxpagesize is a number from 1 to {MAX_PAGE_SIZE}.")
        habits = self.market.habits
        count = 1 if IngestionHabit.SMALL_PAGES in habits else int(size)
        first = _place(query["continuationToken"]) if "continuationToken" in query else 0
        body: dict[str, object] = {"value": entries[first : first + count]}
        if first + count < len(entries):
            host = f"{request.url.scheme}://{request.url.netloc}"
            if IngestionHabit.FOREIGN_NEXT_LINK in habits:
                host = RESOURCES
            others = {name: value for name, value in query.items() if name != "continuationToken"}
            following = urlencode({**others, "continuationToken": _token(first + count)}, safe="$")
            body["@nextLink"] = f"{host}{quote(request.url.path)}?{following}"
        return _json(request, body)


def _bad(message: str) -> Refused:
    return Refused(400, "badRequest", message)


def _target(request: Request) -> str | None:
    """Return the target that is asked for; the page once has it in quotation marks."""
    given = request.query_params.get("targetType")
    if given is None:
        return None
    word = given.strip('"')
    if word not in (*TARGETS, *OTHER_TARGETS):
        raise _bad(f"The targetType is one of {', '.join(TARGETS)}.")
    return word


def _token(place: int) -> str:
    return base64.urlsafe_b64encode(f"page from {place:06}".encode()).decode()


def _place(token: str) -> int:
    try:
        text = base64.b64decode(token, altchars=b"-_", validate=True).decode("ascii")
    except ValueError:
        text = ""
    match = re.fullmatch(r"page from ([0-9]{6})", text)
    if match is None:
        raise _bad("The continuationToken is none of this list.")
    return int(match[1])
