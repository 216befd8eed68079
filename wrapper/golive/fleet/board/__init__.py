"""One web page for the room: every release and offer, failures first, kept up to date.

The server writes the whole page, so that it shows the state without a script, too. A script, where there
is one, fetches the content again when something changed.
"""

from __future__ import annotations

import asyncio
import hmac
import secrets
import socket
from collections.abc import AsyncIterator, Callable, Sequence
from datetime import UTC, datetime
from importlib.resources import files
from urllib.parse import parse_qs

import jinja2
import uvicorn
from attrs import frozen
from markupsafe import Markup
from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.datastructures import URL
from starlette.requests import Request
from starlette.responses import (
    PlainTextResponse,
    RedirectResponse,
    Response,
    StreamingResponse,
)
from starlette.routing import Route

from golive.durations import spoken
from golive.errors import GoLiveError, InvalidInput
from golive.fleet.fleet import Fleet
from golive.fleet.view import OfferState, OfferView, ReleaseView
from golive.text import printable

__all__ = ["app", "page", "serve"]

#: The order in which states are shown: what needs somebody first.
_URGENT = (
    *(OfferState.FAILED, OfferState.BLOCKED, OfferState.NEEDS_APPROVAL, OfferState.CANCELED),
    *(OfferState.GOING_LIVE, OfferState.PUBLISHING, OfferState.QUEUED, OfferState.IN_PREVIEW),
    *(OfferState.WAITING, OfferState.LIVE),
)
#: The order within a bar: what is done first.
_BAR = tuple(reversed(_URGENT))
_COOKIE = "golive-board"
_HEADERS = {
    "Content-Security-Policy": (
        "default-src 'none'; style-src 'unsafe-inline'; script-src 'self'; connect-src 'self';"
        " form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
    ),
    # With none at all, browsers do not say where a form was.
    "Referrer-Policy": "same-origin",
    "X-Content-Type-Options": "nosniff",
    "Cache-Control": "no-store",
}
#: How often the database is asked for changes, in seconds, for all who look together.
_LOOK = 1.0


def page(release: ReleaseView) -> str:
    """Return a page about a release, which needs no server: one file, without a script.

    Args:
        release: Where it stands.
    """
    return _render("page", title=release.name, release=release, live=False, changes=False)


def app(fleet: Fleet, *, token: str | None = None) -> Starlette:
    """Return the board as an ASGI application.

    Args:
        fleet: The fleet.
        token: What lets somebody approve, retry and cancel; None for nobody.
    """
    board = _Board(fleet, token)
    return Starlette(
        routes=[
            Route("/", board.releases),
            Route("/events", board.events),
            Route("/live.js", board.script),
            Route("/enter", board.enter),
            Route("/releases/{name}", board.release),
            Route("/releases/{name}/{change}", board.change, methods=["POST"]),
        ]
    )


def serve(
    fleet: Fleet,
    host: str,
    port: int,
    *,
    allow_changes: bool,
    announce: Callable[[str, str | None], None] = lambda url, token: None,
) -> None:
    """Serve the board until it is interrupted.

    Args:
        fleet: The fleet.
        host: The address to listen at.
        port: The port; 0 for any that is free.
        allow_changes: Whether whoever has the token may approve, retry and cancel.
        announce: Is told the address and the token.

    Raises:
        OSError: The address cannot be listened at.
    """
    token = secrets.token_urlsafe(24) if allow_changes else None
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.create_server((host, port), family=family) as listener:
        shown = {"0.0.0.0": "127.0.0.1", "::": "[::1]"}.get(host, f"[{host}]" if ":" in host else host)  # noqa: S104
        announce(f"http://{shown}:{listener.getsockname()[1]}", token)
        config = uvicorn.Config(
            app(fleet, token=token),
            log_config=None,
            log_level="critical",
            access_log=False,
            server_header=False,
            lifespan="off",
            timeout_graceful_shutdown=1,
        )
        uvicorn.Server(config).run(sockets=[listener])


@frozen
class _Board:
    fleet: Fleet
    token: str | None

    async def releases(self, request: Request) -> Response:
        """Show all releases."""
        views = await run_in_threadpool(self.fleet.releases)
        return await self._shown(request, "releases", title="Releases", release=None, releases=views)

    async def release(self, request: Request) -> Response:
        """Show a release."""
        try:
            view = await run_in_threadpool(self.fleet.status, request.path_params["name"])
        except InvalidInput as error:
            return PlainTextResponse(str(error), 404, headers=_HEADERS)
        counts = view.counts
        failed = counts.get(OfferState.FAILED, 0)
        title = f"{view.name}: {counts.get(OfferState.LIVE, 0)} of {len(view.offers)} live"
        title = f"{title}, {failed} failed" if failed else title
        return await self._shown(request, "release", title=title, release=view)

    async def _shown(self, request: Request, part: str, **values: object) -> Response:
        whole = request.headers.get("X-Part") != "content"
        after = await run_in_threadpool(self.fleet.store.last_event) if whole else 0
        text = _render(
            "page" if whole else part,
            live=True,
            changes=self._may_change(request),
            path=request.url.path,
            after=after,
            **values,
        )
        return Response(text, media_type="text/html", headers=_HEADERS)

    async def events(self, request: Request) -> Response:
        """Tell of each change, as server-sent events."""
        given = request.headers.get("Last-Event-ID") or request.query_params.get("after", "")
        after = int(given) if given.isascii() and given.isdigit() else 0

        async def told() -> AsyncIterator[str]:
            seen = after
            yield "retry: 3000\n\n"
            while not await request.is_disconnected():
                try:
                    events = await run_in_threadpool(self.fleet.events, seen)
                except GoLiveError:
                    events = []
                if events:
                    seen = events[-1].id
                    yield f"id: {seen}\nevent: change\ndata: {len(events)}\n\n"
                else:
                    # A proxy, and whoever went away without saying so, is noticed by writing.
                    yield ": \n\n"
                await asyncio.sleep(_LOOK)

        return StreamingResponse(told(), media_type="text/event-stream", headers=_HEADERS)

    async def script(self, request: Request) -> Response:
        """Return the script."""
        return Response(_read("live.js"), media_type="text/javascript", headers=_HEADERS)

    async def enter(self, request: Request) -> Response:
        """Take the token, once, from the address that the command printed."""
        if self.token is None or not _same(request.query_params.get("token", ""), self.token):
            return PlainTextResponse("This token is not, or no more, the right one.", 403)
        response = RedirectResponse("/", 303, headers=_HEADERS)
        response.set_cookie(_COOKIE, self.token, httponly=True, samesite="strict")
        return response

    async def change(self, request: Request) -> Response:
        """Approve, retry or cancel an offer."""
        name, change = request.path_params["name"], request.path_params["change"]
        if change not in ("approve", "retry", "cancel"):
            return PlainTextResponse("There is no such change.", 404)
        if not self._may_change(request) or not _is_own(request):
            return PlainTextResponse("Changes need the token that `golive fleet board` printed.", 403)
        # A form of one short field; to read others, Starlette would need another package.
        (offer,) = parse_qs((await request.body()).decode("ascii", "replace")).get("offer", [None])
        arguments = {"by": "the board"} if change == "approve" else {}
        try:
            done = getattr(self.fleet, change)
            await run_in_threadpool(done, name, None if offer is None else [offer], **arguments)
        except GoLiveError as error:
            return PlainTextResponse(str(error), 409)
        return RedirectResponse(f"/releases/{name}", 303)

    def _may_change(self, request: Request) -> bool:
        return self.token is not None and _same(request.cookies.get(_COOKIE, ""), self.token)


def _same(given: str, token: str) -> bool:
    return hmac.compare_digest(given.encode(), token.encode())


def _is_own(request: Request) -> bool:
    """Whether a form is one of ours: browsers say where a form was."""
    origin = request.headers.get("Origin")
    return origin is None or URL(origin).netloc == request.headers.get("Host")


def _read(name: str) -> str:
    return files(__name__).joinpath(name).read_text("utf-8")


def _render(template: str, **values: object) -> str:
    # It is ours, and would be spoiled by being escaped.
    style = Markup(_read("board.css"))  # noqa: S704
    named = {"releases": (), "order": _BAR, "now": datetime.now(UTC), "style": style}
    return _TEMPLATES.get_template(f"{template}.html.jinja").render(**{**named, **values})


def _urgent(offers: Sequence[OfferView]) -> list[OfferView]:
    return sorted(offers, key=lambda each: _URGENT.index(each.state))


def _changes(offer: OfferView) -> list[str]:
    if offer.state is OfferState.NEEDS_APPROVAL:
        return ["approve", "cancel"]
    if offer.state in (OfferState.FAILED, OfferState.CANCELED):
        return ["retry"]
    return [] if offer.state is OfferState.LIVE else ["cancel"]


_TEMPLATES = jinja2.Environment(
    loader=jinja2.FunctionLoader(_read),
    autoescape=True,
    undefined=jinja2.StrictUndefined,
    # Whatever the service says is text, and harmless wherever it is copied to.
    finalize=lambda value: printable(value) if type(value) is str else value,
)
_TEMPLATES.filters.update(
    age=lambda since: spoken((datetime.now(UTC) - since).total_seconds()),
    changes=_changes,
    moment=lambda moment: f"{moment:%Y-%m-%d %H:%M} UTC",
    spoken=spoken,
    urgent=_urgent,
)
