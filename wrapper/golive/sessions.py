"""Sessions: what a flow wants asked is sent, within a time, and what comes back is judged.

There is no httpx client in between: no cookies are kept, no redirect is looked at, and whatever goes
wrong leaves as one of our errors. A caller's own client is a transport like any other (`transports`).
"""

from __future__ import annotations

import logging
import traceback
from types import ModuleType, TracebackType
from typing import Any

import anyio
from attrs import define, field

from golive import transports
from golive.answers import (
    MAX_BODY,
    MAX_ERROR_BODY,
    Answer,
    Call,
    Mask,
    Received,
    bare,
    is_success,
)
from golive.clock import Clock
from golive.credentials import SCOPE, BearerAuth, Secret
from golive.errors import GoLiveError, InvalidInput, ServiceUnreachable
from golive.http import httpx
from golive.origin import Origin
from golive.text import one_line
from golive.transports import CONNECT_TIMEOUT, JOURNEY, Journey

__all__ = ["AsyncSession", "Session"]

logger: logging.Logger = logging.getLogger("golive")

#: What httpx and httpcore raise before anything of a request leaves this machine, by name: httpcore is
#: not imported for its own sake.
_NOT_SENT = {
    "ConnectError",
    "ConnectTimeout",
    "PoolTimeout",
    "ProxyError",
    "UnsupportedProtocol",
}


class _OutOfTimeError(Exception):
    """The time for one request ran out between two pieces of its answer."""


@define
class _Intake:
    """What has come of an answer."""

    response: httpx.Response
    _chunks: list[bytes] = field(factory=list)
    _left: int = field(init=False)

    def __attrs_post_init__(self) -> None:
        # One more, to tell what is too long.
        self._left = (MAX_BODY if is_success(self.response.status_code) else MAX_ERROR_BODY) + 1

    def takes(self, chunk: bytes) -> bool:
        """Add a piece of the body, and tell whether more of it is wanted."""
        self._chunks.append(chunk[: self._left])
        self._left -= len(chunk)
        return self._left > 0

    @property
    def content(self) -> bytes:
        """The body, as far as it came."""
        return b"".join(self._chunks)

    @property
    def is_enough(self) -> bool:
        """Whether the answer says what it has to say, should the body break off: the status does."""
        return self.response.status_code != 200


class _Exchange:
    """One request on its way, and what came of it; the I/O is left to the session."""

    def __init__(self, call: Call, origin: Origin, request_timeout: float) -> None:
        self.request = call.request(origin)
        self.seconds = request_timeout if call.within is None else min(call.within, request_timeout)
        self._spent = 0.0
        self._journey = Journey(0.0)
        self.intake: _Intake | None = None

    def begin(self, request: httpx.Request) -> Journey:
        """Return the journey of the request that is sent now; of two, the second has what is left."""
        self.request, self.intake = request, None
        self._journey = Journey.of(max(0.0, self.seconds - self._spent))
        left = self._journey.left
        request.extensions = {
            "timeout": {
                "connect": min(CONNECT_TIMEOUT, left),
                "read": left,
                "write": left,
                "pool": left,
            },
            JOURNEY: self._journey,
        }
        if left <= 0:
            self._journey.sent = False
            self.broke_off(None)
        return self._journey

    def ended(self) -> None:
        """Note how much time is left for a second request; asking a credential does not count."""
        self._spent = self.seconds - self._journey.left

    def response(self) -> httpx.Response:
        """Return the response, for the credential's flow."""
        assert self.intake is not None  # noqa: S101 - there is one, or an error was raised
        return self.intake.response

    def received(self) -> Received:
        """Return what was received, to be judged."""
        response, request = self.response(), self.request
        return Received(
            status_code=response.status_code,
            headers=response.headers,
            content=self.intake.content if self.intake is not None else b"",
            method=request.method,
            url=bare(request.url),
            mask=_mask(request),
        )

    def broke_off(self, error: Exception | None) -> None:
        """Say that there is no answer, unless what came of it is enough.

        Args:
            error: What went wrong; None if the time ran out.

        Raises:
            ServiceUnreachable: There is no answer.
        """
        if self.intake is not None and self.intake.is_enough:
            return
        request, out_of_time = self.request, self._journey.left <= 0
        method, url = request.method, bare(request.url)
        if error is None or out_of_time or isinstance(error, _OutOfTimeError):
            reason = f"it was not complete after {self.seconds:g} seconds"
        else:
            told = one_line(_mask(request).text(str(error)), 300).strip().rstrip(".")
            kind = type(error).__name__
            reason = (
                told
                if told and isinstance(error, httpx.HTTPError)
                else f"{kind}: {told}"
                if told
                else kind
            )
        sent = self._journey.sent
        if sent is None:
            sent = error is None or not _was_never_sent(error)
        unreachable = ServiceUnreachable(
            f"No answer to {method} {url}: {reason}.", method=method, url=url, sent=sent
        )
        logger.debug("%s", unreachable.summary)
        raise unreachable from (None if error is None else _without_frames(error))


def _was_never_sent(error: Exception) -> bool:
    if isinstance(error, ConnectionRefusedError):
        return True
    return any(
        kind.__name__ in _NOT_SENT and kind.__module__.partition(".")[0] in ("httpx", "httpcore")
        for kind in type(error).__mro__
    )


def _mask(request: httpx.Request) -> Mask:
    return Mask(Secret(request.headers.get("Authorization", "").removeprefix("Bearer ") or "\0"))


def _without_frames(error: BaseException) -> BaseException:
    """Drop the frames of httpcore and h11, whose local variables hold the request's headers."""
    parts: list[BaseException | None] = [error]
    seen: set[int] = set()
    while parts:
        part = parts.pop()
        if part is None or id(part) in seen:
            continue
        seen.add(id(part))
        kept = None
        frames = list(traceback.walk_tb(part.__traceback__))
        for frame, line in reversed(frames):
            if str(frame.f_globals.get("__name__")).partition(".")[0] not in ("httpcore", "h11"):
                kept = TracebackType(kept, frame, frame.f_lasti, line)
        part.__traceback__ = kept
        parts += [part.__cause__, part.__context__]
    return error


def _connections() -> ModuleType:
    """Import what needs httpcore, which takes as long as all the rest, where it is needed."""
    from golive import connections

    return connections


def _check(origin: Origin, request_timeout: float) -> None:
    if not request_timeout > 0:
        raise InvalidInput("request_timeout must be more than 0.")
    try:
        httpx.URL(str(origin))
    except (httpx.InvalidURL, ValueError) as error:
        raise InvalidInput(
            f"Invalid endpoint {one_line(str(origin), 200)!r}: {one_line(str(error))}."
        ) from None


class Session:
    """Sends what flows want asked.

    Args:
        source: Where tokens come from.
        origin: Where requests go, and the only place a token is sent to.
        clock: Tells whether a token is about to expire.
        request_timeout: How long one request may take as a whole, in seconds of real time: connecting,
            sending, and receiving all of the answer. Connecting has at most 15 of them. With a
            transport or client of the caller's, one read may add its own time at the end.
        scope: What a token is asked for.
        transport: What to send requests through instead of connections of its own.
        http_client: The same, a whole client.

    Raises:
        InvalidInput: The credential, the origin, the transport or the environment is of no use.
        CredentialError: The credential is a `str` that cannot be a token.
    """

    def __init__(
        self,
        source: Secret,
        *,
        origin: Origin,
        clock: Clock,
        request_timeout: float,
        scope: str = SCOPE,
        transport: httpx.BaseTransport | None = None,
        http_client: httpx.Client | None = None,
    ) -> None:
        _check(origin, request_timeout)
        self._origin, self._request_timeout = origin, request_timeout
        self._auth = BearerAuth(source, origin=origin, clock=clock, scope=scope)
        given = transports.transport(transport, http_client)
        self._transport = _connections().Connections(origin) if given is None else given
        self.is_closed: bool = False

    def perform(self, call: Call) -> Answer:
        """Ask, with a token, and once more with another one if the first is rejected.

        Raises:
            InvalidInput: The session is closed, or the request cannot be sent.
            CredentialError: There is no token.
            ServiceUnreachable: There was no answer.
            ServiceError: There was one, but not the one that was asked for.
        """
        if self.is_closed:
            raise InvalidInput("The client is closed.")
        exchange = _Exchange(call, self._origin, self._request_timeout)
        flow = self._auth.sync_auth_flow(exchange.request)
        try:
            self._send(exchange, next(flow))
            while True:
                try:
                    request = flow.send(exchange.response())
                except StopIteration:
                    break
                self._send(exchange, request)
        finally:
            flow.close()
        return call.answer(exchange.received())

    def close(self) -> None:
        """Close the connections that the session opened."""
        self.is_closed = True
        self._transport.close()

    def _send(self, exchange: _Exchange, request: httpx.Request) -> None:
        journey = exchange.begin(request)
        try:
            response = self._transport.handle_request(request)
            try:
                exchange.intake = intake = _Intake(response)
                stream: Any = response.stream
                for chunk in stream:
                    if not intake.takes(chunk):
                        break
                    if journey.left <= 0:
                        raise _OutOfTimeError
            finally:
                response.close()
        except (GoLiveError, AssertionError):
            # What a test asserts within its transport is its own affair.
            raise
        except Exception as error:  # noqa: BLE001 - whatever it is, there is no answer
            exchange.broke_off(error)
        finally:
            exchange.ended()


class AsyncSession:
    """Sends what async flows want asked; see `Session`.

    It can be used in several event loops; each has connections of its own.
    """

    def __init__(
        self,
        source: Secret,
        *,
        origin: Origin,
        clock: Clock,
        request_timeout: float,
        scope: str = SCOPE,
        transport: httpx.AsyncBaseTransport | None = None,
        http_client: httpx.AsyncClient | None = None,
    ) -> None:
        _check(origin, request_timeout)
        self._origin, self._request_timeout = origin, request_timeout
        self._auth = BearerAuth(source, origin=origin, clock=clock, scope=scope)
        given = transports.async_transport(transport, http_client)
        self._transport = _connections().AsyncConnections(origin) if given is None else given
        self.is_closed: bool = False

    async def perform(self, call: Call) -> Answer:
        """Ask, with a token, and once more with another one if the first is rejected.

        Raises:
            InvalidInput: The session is closed, or the request cannot be sent.
            CredentialError: There is no token.
            ServiceUnreachable: There was no answer.
            ServiceError: There was one, but not the one that was asked for.
        """
        if self.is_closed:
            raise InvalidInput("The client is closed.")
        exchange = _Exchange(call, self._origin, self._request_timeout)
        flow = self._auth.async_auth_flow(exchange.request)
        try:
            await self._send(exchange, await anext(flow))
            while True:
                try:
                    request = await flow.asend(exchange.response())
                except StopAsyncIteration:
                    break
                await self._send(exchange, request)
        finally:
            await flow.aclose()
        return call.answer(exchange.received())

    async def aclose(self) -> None:
        """Close the connections that the session opened."""
        self.is_closed = True
        await self._transport.aclose()

    async def _send(self, exchange: _Exchange, request: httpx.Request) -> None:
        journey = exchange.begin(request)
        try:
            with anyio.move_on_after(journey.left) as scope:
                response = await self._transport.handle_async_request(request)
                try:
                    exchange.intake = intake = _Intake(response)
                    stream: Any = response.stream
                    async for chunk in stream:
                        if not intake.takes(chunk):
                            break
                finally:
                    with anyio.CancelScope(shield=True):
                        await response.aclose()
            if scope.cancelled_caught:
                exchange.broke_off(None)
        except (GoLiveError, AssertionError):
            # What a test asserts within its transport is its own affair.
            raise
        except Exception as error:  # noqa: BLE001 - whatever it is, there is no answer
            exchange.broke_off(error)
        finally:
            exchange.ended()
