"""What is asked, and what is made of an answer: `Call` becomes a request, `judge` reads the response.

The requests are the generated client's, so they are what the contract says. What comes back is not left
to its parser: an answer may be anything, from the service, from a proxy, or from somebody who means
harm. Nothing here does I/O.
"""

from __future__ import annotations

import json
import logging
import re
import zlib
from collections.abc import Callable, Container, Mapping
from hashlib import blake2b
from typing import Any, Protocol, TypeVar

from attrs import evolve, field, frozen

from golive._version import __version__
from golive.credentials import Secret
from golive.errors import (
    InvalidInput,
    NotAllowed,
    NotAuthenticated,
    NotFound,
    NotFromService,
    PreconditionFailed,
    RequestRefused,
    ServiceError,
    ServiceFault,
    Throttled,
    UnexpectedAnswer,
    UnsupportedVersion,
)
from golive.http import httpx
from golive.origin import Origin
from golive.text import one_line, plain_text, printable

__all__ = [
    "MAX_BODY",
    "MAX_ERROR_BODY",
    "REQUEST_TIMEOUT",
    "Answer",
    "Call",
    "Endpoint",
    "Mask",
    "Received",
    "bare",
    "is_success",
    "judge",
    "understood",
]

T = TypeVar("T")

logger: logging.Logger = logging.getLogger("golive")

#: How long one request may take as a whole, in seconds: answers were seen to take up to five minutes
#: (fact 15, *observed* by a client that had to wait so long).
REQUEST_TIMEOUT = 330.0

#: How much of a good answer is read, in bytes; a list of 2,400 operations has more than a million.
MAX_BODY = 16 * 1024 * 1024

#: How much of any other answer is read, in bytes.
MAX_ERROR_BODY = 64 * 1024

#: What to quote in a support ticket: of the portal's API, and of Microsoft Graph.
CORRELATION_ID = "X-Ms-Correlation-Request-Id"
CORRELATION_IDS = (CORRELATION_ID, "request-id", "client-request-id")

#: The statuses that are successes, where a call does not say otherwise.
SUCCESSES = (200, 202)

HEADERS: Mapping[str, str] = {
    "Accept": "application/json",
    # Small answers gain nothing from compression, and none can then unfold to gigabytes.
    "Accept-Encoding": "identity",
    "User-Agent": f"golive/{__version__} python-httpx/{httpx.__version__}",
}

#: The longest number that is read as one, in digits; the API's have up to 19.
_DIGITS = 40

#: A token that is shorter is hidden only where `Bearer` comes before it, lest words disappear.
_SECRET_LENGTH = 16

HIDDEN = "(hidden)"

#: RFC 9110, section 5.5, without what is not ASCII.
_FIELD_VALUE = re.compile(r"[!-~](?:[\t -~]*[!-~])?")

_BY_STATUS: Mapping[int, type[ServiceError]] = {
    401: NotAuthenticated,
    403: NotAllowed,
    404: NotFound,
    # It comes from a proxy by its definition (RFC 9110, section 15.5.8).
    407: NotFromService,
    412: PreconditionFailed,
    429: Throttled,
}

#: Refusals that tell of trouble, not of the request, whoever gives them.
_TROUBLE = (408, 429, 499)


class Endpoint(Protocol):
    """A module of the generated client: one operation of the contract."""

    @property
    def _get_kwargs(self) -> Callable[..., dict[str, Any]]:
        """Return the request, in parts, for the operation's arguments."""
        ...


@frozen
class Call:
    """A request that a flow wants made.

    Attributes:
        endpoint: The generated module.
        arguments: Its arguments.
        within: How long the whole of it may take, in seconds, if that is less than the client says.
        seen: The digest of the body that was understood before; the same body is not parsed again.
        base: The path at which the API is served, before the operation's own.
        successes: The statuses that are successes.
    """

    endpoint: Endpoint
    arguments: Mapping[str, Any]
    within: float | None = None
    seen: bytes | None = None
    base: str = ""
    successes: Container[int] = SUCCESSES
    _built: dict[Origin, httpx.Request] = field(factory=dict, eq=False, repr=False, alias="built")

    def request(self, origin: Origin) -> httpx.Request:
        """Return a request to send; it holds no token. It is built once, and copied.

        Raises:
            InvalidInput: An argument cannot be sent.
        """
        built = self._built.get(origin)
        if built is None:
            built = self._built[origin] = self._build(origin)
        # What sends it adds a token and extensions.
        request = httpx.Request(built.method, built.url, headers=built.headers, stream=built.stream)
        request.read()
        return request

    def answer(self, received: Received) -> Answer:
        """Return what was answered.

        Raises:
            ServiceError: It is none that was asked for; see `judge`.
        """
        return judge(received, self.seen, self.successes)

    def _build(self, origin: Origin) -> httpx.Request:
        parts = self.endpoint._get_kwargs(**self.arguments)  # noqa: SLF001 - it has no public builder
        headers = parts.pop("headers", {})
        for name, value in headers.items():
            if not _FIELD_VALUE.fullmatch(value):
                raise InvalidInput(f"The header {name} cannot be {one_line(repr(value), 200)}.")
        try:
            return httpx.Request(
                parts.pop("method").upper(),
                f"{origin}{self.base}{parts.pop('url')}",
                headers={**HEADERS, **headers},
                **parts,
            )
        except (httpx.InvalidURL, TypeError, ValueError) as error:
            raise InvalidInput(f"The request cannot be sent: {one_line(str(error))}.") from error


class Mask:
    """Hides a token wherever an answer repeats it.

    Args:
        token: The token that was sent.
    """

    def __init__(self, token: Secret) -> None:
        self._token = token

    def __repr__(self) -> str:
        return "Mask()"

    def text(self, text: str) -> str:
        """Return a text without the token."""
        token: Secret = self._token
        if token.value not in text:
            return text
        if len(token.value) >= _SECRET_LENGTH:
            return text.replace(token.value, HIDDEN)
        return re.sub(rf"(?i:(bearer)\s+){re.escape(token.value)}", rf"\1 {HIDDEN}", text)

    def content(self, content: bytes) -> bytes:
        """Return bytes without the token."""
        if self._token.value.encode() not in content:
            return content
        return self.text(content.decode("latin-1")).encode("latin-1")

    def headers(self, headers: httpx.Headers) -> httpx.Headers:
        """Return headers without the token."""
        if all(self.content(value) is value for _, value in headers.raw):
            return headers
        return httpx.Headers([(name, self.content(value)) for name, value in headers.raw])

    def value(self, value: Any) -> Any:
        """Return what JSON gave without the token."""
        if isinstance(value, str):
            return self.text(value)
        if isinstance(value, dict):
            return {self.text(name): self.value(one) for name, one in value.items()}
        return [self.value(one) for one in value] if isinstance(value, list) else value


@frozen
class Received:
    """An answer as it came, with as much of its body as is read.

    Attributes:
        status_code: Its status.
        headers: Its headers.
        content: Its body, still encoded; at most one byte longer than is read.
        method: The request's method.
        url: The request's address, without its query.
        mask: Hides the token that was sent.
    """

    status_code: int
    headers: httpx.Headers
    content: bytes
    method: str
    url: str
    mask: Mask = field(factory=lambda: Mask(Secret("\0")))


@frozen
class Answer:
    """A successful answer.

    Attributes:
        status_code: 200, 202, or another one that the call takes for a success.
        headers: The headers, looked up without regard to case.
        body: The JSON of the body; None if it is empty, or was of no use in a 202.
        method: The request's method.
        url: The request's address, without its query.
        digest: The digest of the body as it came.
        is_unchanged: Whether it is the body that was seen before, so that it was not parsed.
    """

    status_code: int
    headers: Mapping[str, str]
    body: Any
    method: str
    url: str
    digest: bytes = b""
    is_unchanged: bool = False

    @property
    def retry_after(self) -> str | None:
        """The value of `Retry-After` as it was sent."""
        return self.headers.get("Retry-After")

    def unexpected(self, problem: str, kind: type[ServiceError] = UnexpectedAnswer) -> ServiceError:
        """Return the error that says that this answer, though a success, is not what was asked for."""
        return kind(
            problem,
            status_code=self.status_code,
            correlation_id=_correlation_id(self.headers),
            method=self.method,
            url=self.url,
            retry_after=_header(self.headers, "Retry-After"),
        )


def understood(answer: Answer, read_body: Callable[..., T], **known: Any) -> T:
    """Return what the body of an answer says.

    Raises:
        UnexpectedAnswer: It says nothing that can be understood.
    """
    try:
        return read_body(answer.body, **known)
    except ValueError as error:
        raise answer.unexpected(f"the body is not what the contract says: {error}") from error


def is_success(status_code: int) -> bool:
    """Tell whether a status is a success of any call."""
    return 200 <= status_code < 300


def bare(url: httpx.URL) -> str:
    """Return an address without query and fragment."""
    return str(url).partition("#")[0].partition("?")[0]


def judge(
    received: Received, seen: bytes | None = None, successes: Container[int] = SUCCESSES
) -> Answer:
    """Read an answer.

    Args:
        received: The answer as it came.
        seen: The digest of a body that need not be parsed again.
        successes: The statuses that are successes.

    Raises:
        UnexpectedAnswer: It is a success that cannot be read, or a status outside the contract.
        ServiceError: It is none; the class follows from the status.
    """
    headers = received.mask.headers(received.headers)
    if headers is not received.headers:
        received = evolve(received, headers=headers)
    if logger.isEnabledFor(logging.DEBUG):
        logger.debug(
            "%s %s: %d, correlation id %s",
            *(received.method, received.url, received.status_code),
            _correlation_id(received.headers) or "none",
        )
    if received.status_code not in successes:
        raise _service_error(received)
    digest = blake2b(received.content, digest_size=16).digest()
    answer = Answer(
        received.status_code,
        received.headers,
        None,
        received.method,
        received.url,
        digest,
        is_unchanged=digest == seen,
    )
    if answer.is_unchanged:
        return answer
    try:
        return evolve(answer, body=_read_body(received))
    except ValueError as error:
        if received.status_code != 200:
            # Accepted is accepted; where the operation is, the headers say, or a later look.
            logger.debug("The body of a 202 is dropped: %s", error)
            return answer
        raise answer.unexpected(str(error)) from None


def _read_body(received: Received) -> Any:
    """Return the JSON of a body, read with forbearance.

    Raises:
        ValueError: It is none.
    """
    packed = received.headers.get("Content-Encoding")
    content = received.mask.content(_unpacked(received.content, packed, MAX_BODY))
    if len(content) > MAX_BODY:
        raise ValueError(f"the body is longer than {MAX_BODY} bytes")
    text = content.decode("utf-8-sig", "replace")
    if not text or text.isspace():
        return None
    try:
        body = json.loads(text, parse_int=_number, parse_constant=lambda name: None)
        # Escapes could bring it back after it was hidden in the bytes.
        return received.mask.value(body) if "\\" in text else body
    except ValueError as error:
        if text.lstrip().startswith("<"):
            shown = one_line(plain_text(text[:10_000]), 100)
            raise ValueError(f"the body is a page instead of JSON: {shown}") from None
        raise ValueError(f"the body cannot be read: {one_line(str(error), 200)}") from None
    except RecursionError:
        raise ValueError("the body cannot be read: it is nested too deep") from None


def _number(digits: str) -> int | None:
    return int(digits) if len(digits) <= _DIGITS else None


def _unpacked(content: bytes, encoding: str | None, limit: int) -> bytes:
    """Undo a compression, which was not asked for, up to one byte more than a limit.

    Raises:
        ValueError: That cannot be done.
    """
    names = [name.strip().lower() for name in (encoding or "").split(",")]
    names = [name for name in names if name not in ("", "identity")]
    if not names:
        return content
    match names:
        case ["gzip" | "x-gzip"]:
            kinds = [16 + zlib.MAX_WBITS]
        case ["deflate"]:
            # With a header as RFC 9110 says (section 8.4.1.2), or without, as some servers do.
            kinds = [zlib.MAX_WBITS, -zlib.MAX_WBITS]
        case _:
            shown = one_line(", ".join(names), 40)
            raise ValueError(f"the body is compressed by {shown!r}, which was not asked for")
    for kind in kinds:
        unpacker = zlib.decompressobj(kind)
        try:
            unpacked = unpacker.decompress(content, limit + 1)
        except zlib.error:
            continue
        if unpacker.eof or len(unpacked) > limit:
            return unpacked
    raise ValueError("the body is compressed and cannot be unpacked")


def _service_error(received: Received) -> ServiceError:
    status, headers = received.status_code, received.headers
    code, message, details = _explanation(received)
    return _kind(received, code)(
        message,
        status_code=status,
        code=code,
        correlation_id=_correlation_id(headers),
        method=received.method,
        url=received.url,
        retry_after=_header(headers, "Retry-After"),
        details=details,
    )


def _kind(received: Received, code: str | None) -> type[ServiceError]:
    status = received.status_code
    if 400 <= status < 500 and status not in _TROUBLE and _is_of_a_gateway(received):
        return NotFromService
    if kind := _BY_STATUS.get(status):
        return kind
    if code == "InvalidAPIVersion":
        return UnsupportedVersion
    if 400 <= status < 500:
        return RequestRefused
    return ServiceFault if 500 <= status < 600 else UnexpectedAnswer


def _is_of_a_gateway(received: Received) -> bool:
    """Tell whether a page comes from something in front of the service, which writes JSON and an id."""
    kind = received.headers.get("Content-Type", "").partition(";")[0].strip().lower()
    return kind in ("text/html", "application/xhtml+xml") and not any(
        name in received.headers for name in CORRELATION_IDS
    )


def _explanation(received: Received) -> tuple[str | None, str, Mapping[str, Any] | None]:
    """Read an error's code, message and details from a body that may be anything.

    The shapes are those of the page "considerations" and those that were *observed*.
    """
    try:
        packed = received.headers.get("Content-Encoding")
        content = received.mask.content(_unpacked(received.content, packed, MAX_ERROR_BODY))
    except ValueError:
        content = b""
    # Whatever charset it claims: error pages are ASCII for the most part, and codecs can do harm.
    text = content[:MAX_ERROR_BODY].decode("utf-8-sig", "replace")
    try:
        body = json.loads(text, parse_int=_number, parse_constant=lambda name: None)
        code, message, rest = _read_error(body)
        details = _Trimmed(received.mask).mapping(rest)
    except (ValueError, RecursionError):
        code, message, details = None, plain_text(text[:10_000]), None
    message = one_line(received.mask.text(message))
    if not message and code is None:
        message = httpx.codes.get_reason_phrase(received.status_code)
    if code is not None:
        code = printable(received.mask.text(code))[:500]
    return code, message or "no explanation was given", details


def _read_error(body: Any) -> tuple[str | None, str, Mapping[str, Any]]:
    """Return code and message of an error body, and what else it says."""
    match body:
        case {"error": {} as error}:
            others = {name: value for name, value in body.items() if name != "error"}
        case {"Variant": {"error": str(message)} as error}:
            return None, message, {**error, **_others(body, "Variant")}
        case {"error": str(message)}:
            said = _text(body, "error_description", "message", "Message")
            return None, f"{message}: {said}" if said else message, _others(body, "error")
        case {}:
            error, others = body, {}
        case str():
            # A .NET exception, with its stack trace on the following lines.
            first = re.split(r"[\r\n]+\s*at\s", body, maxsplit=1)[0]
            return None, first, {} if first == body else {"exception": body}
        case _:
            return None, json.dumps(body, ensure_ascii=False), {}
    code = error.get("code", error.get("Code"))
    message = _text(error, "message", "Message", "title", "detail")
    parts = [message, *_reasons(error)]
    told = ": ".join(dict.fromkeys(part.strip().rstrip(".") for part in parts if part.strip()))
    if message and len(parts) == 1:
        told = message
    if not told and not isinstance(code, str):
        told = json.dumps(body, ensure_ascii=False)
    rest = {n: v for n, v in error.items() if n not in ("code", "Code", "message", "Message")}
    if isinstance(error.get("code"), (dict, list)):
        rest["code"] = error["code"]
    return code if isinstance(code, str) else None, told, {**rest, **others}


def _reasons(error: Mapping[str, Any]) -> list[str]:
    """Return what an error says beyond its message, the essential of it, each in a few words."""
    found = []
    details = error.get("details")
    for detail in details if isinstance(details, list) else []:
        if isinstance(detail, dict):
            target, said = _text(detail, "target"), _text(detail, "message", "Message", "code")
            found.append(f"{target}: {said}" if target and said else said)
        elif isinstance(detail, str):
            found.append(detail)
    states = error.get("ModelState", error.get("modelState"))
    for name, said in states.items() if isinstance(states, dict) else []:
        told = "; ".join(one for one in said if isinstance(one, str)) if isinstance(said, list) else said
        found.append(f"{name}: {told}" if name else f"{told}")
    found += [_text(error, "MessageDetail"), _text(error, "ExceptionMessage")]
    inner = error.get("innererror", error.get("innerError"))
    if isinstance(inner, dict):
        found.append(_text(inner, "message", "Message", "code"))
    return ["; ".join(said for said in found[:10] if said)] if any(found) else []


def _text(values: Mapping[str, Any], *names: str) -> str:
    """Return the first of some entries that is a text with something in it, or ""."""
    for name in names:
        value = values.get(name)
        if isinstance(value, str) and value.strip():
            return value
    return ""


def _others(body: Mapping[str, Any], name: str) -> dict[str, Any]:
    return {other: value for other, value in body.items() if other != name}


class _Trimmed:
    """Copies what JSON gave, harmless and within bounds."""

    def __init__(self, mask: Mask) -> None:
        self._mask = mask
        self._left = 500

    def mapping(self, value: Mapping[str, Any]) -> Mapping[str, Any] | None:
        """Return the copy, or None if there is nothing to copy."""
        return self._copy(value, 0) or None

    def _copy(self, value: Any, depth: int) -> Any:
        self._left -= 1
        if isinstance(value, str):
            return one_line(self._mask.text(value), 4000)
        if isinstance(value, (dict, list)) and (depth > 8 or self._left < 0):
            return "…"
        if isinstance(value, dict):
            return {
                one_line(self._mask.text(name), 200): self._copy(one, depth + 1)
                for name, one in value.items()
                if self._left > 0
            }
        if isinstance(value, list):
            return [self._copy(one, depth + 1) for one in value if self._left > 0]
        # Infinity is none of JSON's, though Python reads 1e999 as that.
        return None if value in (float("inf"), float("-inf")) else value


def _correlation_id(headers: Mapping[str, str]) -> str | None:
    found = (_header(headers, name) for name in CORRELATION_IDS)
    return next(filter(None, found), None)


def _header(headers: Mapping[str, str], name: str) -> str | None:
    value = headers.get(name)
    return one_line(value, 200) if value else None
