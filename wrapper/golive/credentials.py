"""Tokens: whatever the caller has becomes an `httpx.Auth` that is bound to one origin.

A token lives for about an hour and an operation for up to days (page "prerequisites"), so the
credential is asked again ahead of expiry, by one request at a time. A refresh ahead of expiry that fails
is no harm while the old token lives; a token that the service rejects is replaced once, by one with the
claims that the rejection asks for.
"""

from __future__ import annotations

import base64
import inspect
import json
import os
import re
import threading
from collections.abc import AsyncGenerator, Awaitable, Callable, Generator
from typing import Any, Protocol
from urllib.parse import urlsplit

import anyio
import anyio.to_thread
from attrs import field, frozen

from golive.clock import Clock
from golive.errors import CredentialError, GoLiveError, InvalidInput
from golive.http import httpx
from golive.loops import PerLoop
from golive.origin import Origin
from golive.text import printable

__all__ = [
    "SCOPE",
    "AccessToken",
    "AsyncCredential",
    "AsyncTokenCredential",
    "AsyncTokenInfoCredential",
    "BearerAuth",
    "Credential",
    "TokenCredential",
    "TokenInfoCredential",
]

#: What a token is asked for (page "prerequisites").
SCOPE = "https://cloudpartner.azure.com/.default"

#: A token is replaced when it has less than this left, in seconds.
REFRESH_AHEAD = 300.0

#: What a challenge asks the next token for (RFC 9110, section 11.6.1; the parameter is Microsoft's).
_CLAIMS = re.compile(r"""\bclaims\s*=\s*"([A-Za-z0-9+/_=-]{1,8192})\"""", re.IGNORECASE)

#: After a failed refresh the credential is left alone for so long, in seconds, while the token lives.
REFRESH_PAUSE = 30.0


class AccessToken(Protocol):
    """A token and its end of life; azure-identity's `AccessToken` and `AccessTokenInfo` are such."""

    @property
    def token(self) -> str:
        """The token itself."""
        ...

    @property
    def expires_on(self) -> int:
        """When it expires, in seconds since 1970-01-01 UTC."""
        ...


class TokenCredential(Protocol):
    """What azure-identity's credentials are."""

    def get_token(self, *scopes: str) -> AccessToken:
        """Return a token for the scopes."""
        ...


class TokenInfoCredential(Protocol):
    """What azure-identity's newer credentials are."""

    def get_token_info(self, *scopes: str) -> AccessToken:
        """Return a token for the scopes."""
        ...


class AsyncTokenCredential(Protocol):
    """What the credentials of azure-identity's `aio` are."""

    async def get_token(self, *scopes: str) -> AccessToken:
        """Return a token for the scopes."""
        ...


class AsyncTokenInfoCredential(Protocol):
    """What the newer credentials of azure-identity's `aio` are."""

    async def get_token_info(self, *scopes: str) -> AccessToken:
        """Return a token for the scopes."""
        ...


#: What a client takes: a token, a function that returns one, or an azure-identity credential.
Credential = str | Callable[[], str] | TokenCredential | TokenInfoCredential

#: What an async client takes: the same, or their async counterparts.
AsyncCredential = (
    str
    | Callable[[], str | Awaitable[str]]
    | TokenCredential
    | TokenInfoCredential
    | AsyncTokenCredential
    | AsyncTokenInfoCredential
)


@frozen
class Secret:
    """Something secret, as a local variable that may be shown by whatever reports an error."""

    value: Any = field(repr=False)


@frozen
class _Token:
    value: str = field(repr=False)
    expires_on: float

    @classmethod
    def of(cls, answer: Secret) -> _Token:
        """Check what a credential gave, without ever showing it."""
        if isinstance(answer.value, str):
            # A function may return another token each time, so it is asked each time.
            return cls.checked(answer, float("-inf"))
        expires_on = getattr(answer.value, "expires_on", None)
        token = Secret(getattr(answer.value, "token", None))
        if not isinstance(token.value, str) or not isinstance(expires_on, (int, float)):
            raise CredentialError(
                f"The credential gave {type(answer.value).__name__} instead of a str or an access token."
            )
        return cls.checked(token, float(expires_on))

    @classmethod
    def checked(cls, token: Secret, expires_on: float) -> _Token:
        """Return the token, if it can be one."""
        if problem := _problem(token.value):
            raise CredentialError(problem)
        return cls(token.value, expires_on)


def _problem(token: str) -> str | None:
    """Say what is wrong with a token; nothing is raised here, where its value is a local variable."""
    if not token:
        return "The token is empty. Is the variable that it comes from set?"
    if token[0] in "\"'" or token[-1] in "\"'":
        return "The token is in quotes; give it without them. From `az`, ask with `-o tsv`."
    if token[:7].casefold() == "bearer ":
        return "The token begins with 'Bearer '; give the token alone."
    if not all("!" <= character <= "~" for character in token):
        return (
            "The token contains a space, a line end or a character that is not ASCII;"
            " give the token alone."
        )
    return None


class BearerAuth(httpx.Auth):
    """Adds `Authorization: Bearer …` to requests to one origin, and to no other.

    Args:
        source: Where tokens come from, a `Credential` or an `AsyncCredential`. It stays the caller's:
            it is not closed.
        origin: The only origin that gets a token.
        clock: Tells whether a token is about to expire.
        scope: What a token is asked for.

    Raises:
        InvalidInput: The credential is none.
        CredentialError: The credential is a `str` that cannot be a token.
    """

    def __init__(self, source: Secret, *, origin: Origin, clock: Clock, scope: str = SCOPE) -> None:
        self._origin = origin
        self._clock = clock
        self._token: _Token | None = None
        if isinstance(source.value, str):
            self._token = _Token.checked(source, float("inf"))
        self._ask = _Asker.of(source, scope)
        self._quiet_until = float("-inf")
        self._lock = threading.Lock()
        self._process = os.getpid()
        self._async_lock = PerLoop(anyio.Lock)

    def __repr__(self) -> str:
        return f"BearerAuth(origin={str(self._origin)!r})"

    def sync_auth_flow(self, request: httpx.Request) -> Generator[httpx.Request, httpx.Response, None]:
        """Add the token; after a 401, once more with another one (an extension point of httpx)."""
        self._check(request)
        token = self._obtain()
        response = yield _with_token(request, token)
        if response.status_code == 401:
            other = self._obtain(token, _claims(response))
            if other.value != token.value:
                yield _with_token(request, other)

    async def async_auth_flow(
        self, request: httpx.Request
    ) -> AsyncGenerator[httpx.Request, httpx.Response]:
        """Add the token; after a 401, once more with another one (an extension point of httpx)."""
        self._check(request)
        token = await self._obtain_async()
        response = yield _with_token(request, token)
        if response.status_code == 401:
            other = await self._obtain_async(token, _claims(response))
            if other.value != token.value:
                yield _with_token(request, other)

    def _obtain(self, rejected: _Token | None = None, claims: str | None = None) -> _Token:
        if self._process != os.getpid():
            # A thread that is not here after a fork may have held it.
            self._lock, self._process = threading.Lock(), os.getpid()
        with self._lock:
            token = self._held(rejected)
            if token is None:
                try:
                    token = self._token = self._ask_now(claims)
                except CredentialError:
                    token = self._tolerated(rejected)
                    if token is None:
                        raise
            return token

    async def _obtain_async(self, rejected: _Token | None = None, claims: str | None = None) -> _Token:
        async with self._async_lock.get():
            token = self._held(rejected)
            if token is None:
                try:
                    token = self._token = await self._ask_async(claims)
                except CredentialError:
                    token = self._tolerated(rejected)
                    if token is None:
                        raise
            return token

    def _held(self, rejected: _Token | None) -> _Token | None:
        """Return the token at hand, unless it was rejected or should be replaced now."""
        token, now = self._token, self._clock.now()
        # Compared by identity: if it was replaced since, the rejected one is not at hand any more.
        if token is None or token is rejected:
            return None
        if token.expires_on - now >= REFRESH_AHEAD:
            return token
        return token if token.expires_on > now and now < self._quiet_until else None

    def _tolerated(self, rejected: _Token | None) -> _Token | None:
        """Return the token at hand after a failed refresh, if it still lives."""
        token, now = self._token, self._clock.now()
        if token is None or token is rejected or token.expires_on <= now:
            return None
        self._quiet_until = now + REFRESH_PAUSE
        return token

    def _check(self, request: httpx.Request) -> None:
        url = request.url
        if f"{url.scheme}://{url.netloc.decode()}" == str(self._origin) and not url.userinfo:
            return
        asked = Origin.of(urlsplit(str(url)))
        if asked != self._origin:
            raise InvalidInput(f"No token is sent to {asked}, only to {self._origin}.")

    def _ask_now(self, claims: str | None) -> _Token:
        answer = _asked(self._ask, claims)
        if inspect.isawaitable(answer.value):
            _discard(answer.value)
            raise InvalidInput(
                "The credential is async: pass it to AsyncGoLiveClient, or pass a sync one."
            )
        return _Token.of(answer)

    async def _ask_async(self, claims: str | None) -> _Token:
        if self._ask.is_coroutine:
            answer = _asked(self._ask, claims)
        else:
            # A sync credential may take seconds over the network; the event loop goes on meanwhile.
            answer = await anyio.to_thread.run_sync(_asked, self._ask, claims)
        if inspect.isawaitable(answer.value):
            try:
                answer = Secret(await answer.value)
            except Exception as error:
                raise _failed(error) from error
        return _Token.of(answer)


def _with_token(request: httpx.Request, token: _Token) -> httpx.Request:
    request.headers["Authorization"] = f"Bearer {token.value}"
    return request


def _claims(response: httpx.Response) -> str | None:
    """Return the claims that a rejection asks for, a JSON text, or None; malformed ones are ignored."""
    for challenge in response.headers.get_list("WWW-Authenticate"):
        found = _CLAIMS.search(challenge)
        if found and "bearer" in challenge[: found.start()].casefold():
            encoded = found[1].rstrip("=").translate(str.maketrans("+/", "-_"))
            try:
                decoded = base64.urlsafe_b64decode(encoded + "=" * (-len(encoded) % 4)).decode()
                if isinstance(json.loads(decoded), dict):
                    return decoded
            except (ValueError, RecursionError):
                continue
    return None


@frozen
class _Asker:
    """Asks a credential for a token.

    Attributes:
        source: The credential, or the one method of it that is called.
        scope: What it is asked for, or None if it takes no scope.
        claims: How it is called for certain claims, or None if it takes none.
    """

    source: Secret
    scope: str | None = None
    claims: Callable[[str], dict[str, Any]] | None = None

    @classmethod
    def of(cls, source: Secret, scope: str) -> _Asker:
        """Find out how a credential is asked.

        Raises:
            InvalidInput: It is none.
        """
        if isinstance(source.value, str):
            return cls(source)
        for name, claims in (("get_token_info", _as_options), ("get_token", _as_argument)):
            method = Secret(getattr(source.value, name, None))
            if callable(method.value):
                return cls(method, scope, claims=claims if _takes(method, claims("{}")) else None)
        if callable(source.value):
            return cls(source)
        raise InvalidInput(
            "credential must be a token (str), a function that returns one, or a credential of"
            f" azure-identity, not {type(source.value).__name__}."
        )

    @property
    def is_coroutine(self) -> bool:
        """Whether asking blocks nobody."""
        return inspect.iscoroutinefunction(self.source.value)

    def ask(self, claims: str | None) -> Secret:
        """Ask now."""
        if isinstance(self.source.value, str):
            return self.source
        options = self.claims(claims) if self.claims is not None and claims is not None else {}
        return Secret(self.source.value(*([self.scope] if self.scope else []), **options))


def _as_options(claims: str) -> dict[str, Any]:
    return {"options": {"claims": claims}}


def _as_argument(claims: str) -> dict[str, Any]:
    return {"claims": claims}


def _takes(method: Secret, named: dict[str, Any]) -> bool:
    try:
        inspect.signature(method.value).bind(SCOPE, **named)
    except (TypeError, ValueError):
        return False
    return True


def _asked(asker: _Asker, claims: str | None) -> Secret:
    try:
        return asker.ask(claims)
    except Exception as error:
        raise _failed(error) from error


def _failed(error: Exception) -> GoLiveError:
    if isinstance(error, GoLiveError):
        return error
    # Only the first line: azure-identity reports every credential of its chain, a line each.
    reason = printable(next(iter(str(error).splitlines()), "")).rstrip(". ") + "."
    return CredentialError(
        f"The credential gave no token: {type(error).__name__}: {reason}"
        " Log in, for example with `az login`, or give a token."
    )


def _discard(awaitable: object) -> None:
    close = getattr(awaitable, "close", None)
    if callable(close):
        close()
