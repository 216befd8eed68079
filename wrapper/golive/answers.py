"""Between httpx and the generated parser, which must only ever see answers that it understands.

The generated client raises a bare ValueError for a status that Python has no name for, a JSON error for
a proxy's HTML page, a KeyError or TypeError for a missing field. Here the answer is looked at first, and
what is not a success becomes one of our errors, with everything that is known about it.
"""

from __future__ import annotations

import json
import logging
from collections.abc import AsyncIterator, Callable, Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any, Protocol

import httpx
from attrs import define, evolve, frozen

from golive._version import __version__
from golive.errors import (
    GoLiveError,
    InvalidInput,
    NotAllowed,
    NotAuthenticated,
    NotFound,
    PreconditionFailed,
    RequestRefused,
    ServiceError,
    ServiceFault,
    ServiceUnreachable,
    Throttled,
    UnexpectedAnswer,
    UnsupportedVersion,
)
from golive.location import Origin
from golive.text import one_line, plain_text, printable
from golive_api.types import Response

__all__ = [
    "REQUEST_TIMEOUT",
    "Answer",
    "AsyncSession",
    "Call",
    "Endpoint",
    "Session",
    "exchange",
    "session_options",
]

logger: logging.Logger = logging.getLogger("golive")

#: How much of an answer's body is read, in bytes; lawful ones have a few thousand.
MAX_BODY = 1024 * 1024

#: How long one request may take: seconds to connect, and seconds of silence while sending or receiving.
REQUEST_TIMEOUT = httpx.Timeout(60.0, connect=15.0)

CORRELATION_ID = "X-Ms-Correlation-Request-Id"

_BY_STATUS: Mapping[int, type[ServiceError]] = {
    401: NotAuthenticated,
    403: NotAllowed,
    404: NotFound,
    412: PreconditionFailed,
    429: Throttled,
}


class Endpoint(Protocol):
    """A module of the generated client: one operation of the contract."""

    @property
    def sync_detailed(self) -> Callable[..., Response[Any]]:
        """The blocking function."""
        ...

    @property
    def asyncio_detailed(self) -> Callable[..., Any]:
        """The async function."""
        ...


@frozen
class Call:
    """A request that a flow wants made: a generated endpoint and its arguments."""

    endpoint: Endpoint
    arguments: Mapping[str, Any]


@frozen
class Answer:
    """A successful answer.

    Attributes:
        status_code: 200 or 202.
        headers: The headers, looked up without regard to case.
        body: The decoded JSON; None if it is empty.
        method: The request's method.
        url: The request's address, without its query.
    """

    status_code: int
    headers: Mapping[str, str]
    body: Any
    method: str
    url: str

    @property
    def retry_after(self) -> str | None:
        """The value of `Retry-After` as it was sent."""
        return self.headers.get("Retry-After")

    def unexpected(
        self, problem: str, kind: type[UnexpectedAnswer] = UnexpectedAnswer
    ) -> UnexpectedAnswer:
        """Return the error that says that this answer, though a success, is outside the contract."""
        return kind(
            problem,
            status_code=self.status_code,
            correlation_id=_correlation_id(self.headers),
            method=self.method,
            url=self.url,
        )


@define
class _Exchange:
    """The last answer that was received within an `exchange`."""

    response: httpx.Response | None = None

    def answer(self, _: object) -> Answer:
        """Return the answer, with its body.

        Raises:
            UnexpectedAnswer: The body is no JSON.
        """
        response = self.response
        if response is None:
            raise InvalidInput("The transport of the client must be one of httpx.")
        answer = Answer(
            status_code=response.status_code,
            headers=response.headers,
            body=None,
            method=response.request.method,
            url=_bare(response.request.url),
        )
        try:
            return evolve(answer, body=json.loads(response.content) if response.content else None)
        except (ValueError, RecursionError) as error:
            raise answer.unexpected(f"the body cannot be read: {one_line(str(error))}") from error


_current: ContextVar[_Exchange | None] = ContextVar("golive_exchange", default=None)


@contextmanager
def exchange() -> Iterator[_Exchange]:
    """Make one request inside; whatever goes wrong leaves as one of our errors.

    Yields:
        What was received, to be asked for the `answer` once the generated client has parsed it.

    Raises:
        ServiceUnreachable: There was no answer.
        ServiceError: There was one, but not the one that was asked for.
    """
    seen = _Exchange()
    token = _current.set(seen)
    try:
        yield seen
    except GoLiveError:
        raise
    except httpx.RequestError as error:
        unreachable = _unreachable(error)
        logger.debug("%s", unreachable.summary)
        raise unreachable from error
    finally:
        _current.reset(token)


def session_options(
    auth: httpx.Auth, origin: Origin, request_timeout: float | httpx.Timeout
) -> dict[str, Any]:
    """Return what both kinds of session are made with.

    Redirects are not followed: where an operation is, its `Location` alone says.
    """
    return {
        "auth": auth,
        "base_url": str(origin),
        "follow_redirects": False,
        "headers": {
            "Accept": "application/json",
            # Small answers gain nothing from compression, and none can then unfold to gigabytes.
            "Accept-Encoding": "identity",
            "User-Agent": f"golive/{__version__} python-httpx/{httpx.__version__}",
        },
        "timeout": request_timeout,
        # A proxy of the environment could not reach this machine's own loopback addresses.
        "trust_env": not origin.is_loopback,
    }


class Session(httpx.Client):
    """An httpx client that raises our errors for every answer that is not a success."""

    def __init__(self, **options: Any) -> None:
        super().__init__(event_hooks={"response": [_bound]}, **options)

    def send(self, request: httpx.Request, **kwargs: Any) -> httpx.Response:
        """Send a request; the answer is complete and a success."""
        return _received(super().send(request, **kwargs))


class AsyncSession(httpx.AsyncClient):
    """An async httpx client that raises our errors for every answer that is not a success."""

    def __init__(self, **options: Any) -> None:
        async def bound(response: httpx.Response) -> None:
            _bound(response)

        super().__init__(event_hooks={"response": [bound]}, **options)

    async def send(self, request: httpx.Request, **kwargs: Any) -> httpx.Response:
        """Send a request; the answer is complete and a success."""
        return _received(await super().send(request, **kwargs))


class _BoundedStream(httpx.SyncByteStream, httpx.AsyncByteStream):
    """The body of an answer up to a limit; what is beyond it is not read."""

    def __init__(self, response: httpx.Response, limit: int) -> None:
        self._response = response
        self._stream: Any = response.stream
        self._left = limit

    def __iter__(self) -> Iterator[bytes]:
        for chunk in self._stream:
            yield self._counted(chunk)
            if self._left < 0:
                return

    async def __aiter__(self) -> AsyncIterator[bytes]:
        async for chunk in self._stream:
            yield self._counted(chunk)
            if self._left < 0:
                return

    def close(self) -> None:
        self._stream.close()

    async def aclose(self) -> None:
        await self._stream.aclose()

    def _counted(self, chunk: bytes) -> bytes:
        kept = chunk[: max(self._left, 0)]
        self._left -= len(chunk)
        if self._left < 0 and _is_success(self._response):
            raise _outside(self._response, f"the body is longer than {MAX_BODY} bytes")
        return kept


def _bound(response: httpx.Response) -> None:
    """Let no more of an answer be read than any lawful one has."""
    encoding = response.headers.get("Content-Encoding", "identity").strip().lower()
    if encoding == "identity":
        response.stream = _BoundedStream(response, MAX_BODY)
    elif _is_success(response):
        raise _outside(response, "the body is compressed, which was not asked for")
    else:
        response.stream = _BoundedStream(response, 0)
        del response.headers["Content-Encoding"]


def _is_success(response: httpx.Response) -> bool:
    return response.status_code in (200, 202)


def _outside(response: httpx.Response, problem: str) -> UnexpectedAnswer:
    return UnexpectedAnswer(
        problem,
        status_code=response.status_code,
        correlation_id=_correlation_id(response.headers),
        method=response.request.method,
        url=_bare(response.request.url),
    )


def _received(response: httpx.Response) -> httpx.Response:
    request = response.request
    correlation_id = _correlation_id(response.headers) or "none"
    logger.debug(
        "%s %s: %d, correlation id %s",
        *(request.method, _bare(request.url), response.status_code, correlation_id),
    )
    if not _is_success(response):
        raise _service_error(response)
    seen = _current.get()
    if seen is not None:
        seen.response = response
        # The generated parser is not asked: it knows no leniency.
        return httpx.Response(204, request=request)
    return response


def _service_error(response: httpx.Response) -> ServiceError:
    status = response.status_code
    code, message = _read_error(response)
    kind = _BY_STATUS.get(status)
    if kind is None:
        if code == "InvalidAPIVersion":
            kind = UnsupportedVersion
        elif 400 <= status < 500:
            kind = RequestRefused
        elif 500 <= status < 600:
            kind = ServiceFault
        else:
            kind = UnexpectedAnswer
    return kind(
        message,
        status_code=status,
        code=code,
        correlation_id=_correlation_id(response.headers),
        method=response.request.method,
        url=_bare(response.request.url),
        retry_after=response.headers.get("Retry-After"),
    )


def _read_error(response: httpx.Response) -> tuple[str | None, str]:
    """Read the error's code and message from a body that may be anything (page "considerations")."""
    try:
        body = json.loads(response.content)
    except (ValueError, RecursionError):
        body = None
    match body:
        case {"error": {"code": str(code), "message": str(message)}}:
            return printable(code), one_line(message) or "no explanation was given"
        case (
            {"error": {"message": str(message)}} | {"message": str(message)} | {"Message": str(message)}
        ):
            return None, one_line(message) or "no explanation was given"
    text = one_line(plain_text(response.text[:10_000]))
    return None, text or response.reason_phrase or "no explanation was given"


def _unreachable(error: httpx.RequestError) -> ServiceUnreachable:
    request = error.request
    url = _bare(request.url)
    reason = (str(error) or type(error).__name__).rstrip(".")
    sent = not isinstance(
        error,
        (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout, httpx.UnsupportedProtocol),
    )
    return ServiceUnreachable(
        f"No answer to {request.method} {url}: {reason}.",
        method=request.method,
        url=url,
        sent=sent,
    )


def _correlation_id(headers: Mapping[str, str]) -> str | None:
    value = headers.get(CORRELATION_ID)
    return printable(value) if value else None


def _bare(url: httpx.URL) -> str:
    return str(url.copy_with(query=None, fragment=None))
