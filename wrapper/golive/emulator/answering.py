"""What the HTTP sides of both APIs have in common: reading a request, sending an answer."""

from __future__ import annotations

import hmac
import json
from collections.abc import Awaitable, Callable, Iterable, MutableMapping
from typing import Any

from attrs import frozen
from starlette.requests import Request

from golive.emulator.faults import MOMENT
from golive.emulator.ground import Refused, Timed

__all__ = ["JSON", "Answer", "App", "decoded", "known_token", "read_body", "timed"]

JSON = (b"content-type", b"application/json; charset=utf-8")

App = Callable[[MutableMapping[str, Any], Callable[[], Any], Callable[[Any], Any]], Awaitable[None]]


@frozen
class Answer:
    """An answer of a service.

    Attributes:
        status: The status.
        headers: Headers of its own.
        body: The body.
        sized: Whether the length is sent ahead; if not, HTTP/1.1 sends it in chunks.
    """

    status: int = 200
    headers: tuple[tuple[bytes, bytes], ...] = ()
    body: bytes = b""
    sized: bool = True

    def common(self) -> tuple[tuple[bytes, bytes], ...]:
        """Return the headers that every answer of the service carries."""
        return ()

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        """Send it."""
        sized = ((b"content-length", str(len(self.body)).encode()),) if self.sized else ()
        await send(
            {
                "type": "http.response.start",
                "status": self.status,
                "headers": [*self.headers, *sized, *self.common()],
            }
        )
        await send({"type": "http.response.body", "body": self.body})


def timed(app: App, market: Timed) -> App:
    """Return an app that has its market do at the right time what is done late."""

    async def serve(
        scope: MutableMapping[str, Any], receive: Callable[[], Any], send: Callable[[Any], Any]
    ) -> None:
        moment = scope.get(MOMENT)
        if moment is None:
            await app(scope, receive, send)
            return
        with market.at(moment):
            await app(scope, receive, send)

    return serve


def known_token(request: Request, tokens: Iterable[str]) -> str | None:
    """Return which of the tokens a request bears, or None."""
    scheme, _, token = request.headers.get("Authorization", "").partition(" ")
    given = token.strip().encode()
    known = [each for each in tokens if hmac.compare_digest(each.encode(), given)]
    return known[0] if scheme.lower() == "bearer" and known else None


async def read_body(request: Request, limit: int, code: str = "InvalidBody") -> bytes:
    """Read the body of a request.

    Raises:
        Refused: It is too long.
    """
    body = b""
    async for chunk in request.stream():
        body += chunk
        if len(body) > limit:
            raise Refused(400, code, f"The body is longer than {limit} bytes.")
    return body


def decoded(request: Request, body: bytes, code: str = "InvalidBody") -> object:
    """Return what the body of a request says in JSON.

    Raises:
        Refused: It is no JSON, or does not say that it is.
    """
    media_type = request.headers.get("Content-Type", "").partition(";")[0].strip().lower()
    if media_type != "application/json":
        raise Refused(400, code, "The body must be sent as application/json.")
    try:
        content: object = json.loads(body, parse_constant=_refuse_constant)
    except (ValueError, RecursionError):
        raise Refused(400, code, "The body is not JSON.") from None
    return content


def _refuse_constant(name: str) -> object:
    raise ValueError(f"{name} is no JSON")
