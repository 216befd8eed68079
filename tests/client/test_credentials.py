"""Tokens: every kind of credential, one origin, and no secret anywhere else."""

from __future__ import annotations

import asyncio
import base64
import json
import threading
import traceback
from collections.abc import Iterator
from contextlib import suppress
from types import SimpleNamespace
from typing import Any

import azure.identity
import azure.identity.aio
import httpx
import pytest
from attrs import define, field, frozen

from conftest import LOCAL, MIGRATED, NON_MIGRATED, Side, VirtualClock
from golive import (
    AsyncGoLiveClient,
    CredentialError,
    GoLiveClient,
    GoLiveError,
    InvalidInput,
    NotAuthenticated,
    Origin,
    State,
)
from golive.credentials import SCOPE, BearerAuth, Secret
from golive.emulator import Emulator

SECRET = "eyJ0eXAi.secret-token.sig"


@frozen
class Token:
    token: str = field(repr=False)
    expires_on: int


@define
class Source:
    """Hands out numbered tokens that live for an hour, as azure-identity's credentials do."""

    clock: VirtualClock
    asked: list[tuple[str, ...]] = field(factory=list)

    def _next(self, scopes: tuple[str, ...]) -> Token:
        self.asked.append(scopes)
        return Token(f"{SECRET}{len(self.asked)}", int(self.clock.now()) + 3600)


class TokenSource(Source):
    def get_token(self, *scopes: str, **options: Any) -> Token:
        return self._next(scopes)


class TokenInfoSource(Source):
    def get_token_info(self, *scopes: str, options: Any = None) -> Token:
        return self._next(scopes)

    def get_token(self, *scopes: str, **options: Any) -> Token:
        raise AssertionError("get_token_info comes first")


class AsyncTokenSource(Source):
    async def get_token(self, *scopes: str, **options: Any) -> Token:
        await asyncio.sleep(0)
        return self._next(scopes)


class AsyncTokenInfoSource(Source):
    async def get_token_info(self, *scopes: str, options: Any = None) -> Token:
        return self._next(scopes)


@define
class Recorder(httpx.BaseTransport, httpx.AsyncBaseTransport):
    """Answers everything with an empty list, and keeps what it was sent."""

    requests: list[httpx.Request] = field(factory=list)
    tokens: list[str] = field(factory=list)

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        self.requests.append(request)
        # Kept now: a repeated request is the same object with another token.
        self.tokens.append(request.headers["Authorization"])
        return httpx.Response(200, json=[])

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        return self.handle_request(request)


def ask(side: Side, credential: Any, times: int = 1) -> list[str]:
    recorder = Recorder()
    client = side.client(credential, transport=recorder)
    for _ in range(times):
        side.get(client.submissions("contoso", "contoso-offer"))
    return recorder.tokens


def test_a_token(side: Side) -> None:
    assert ask(side, SECRET, 2) == [f"Bearer {SECRET}"] * 2


def test_a_function_is_called_for_every_request(side: Side) -> None:
    tokens = iter(["one", "two"])
    assert ask(side, lambda: next(tokens), 2) == ["Bearer one", "Bearer two"]


def test_an_async_function(clock: VirtualClock) -> None:
    async def main() -> list[str]:
        async def credential() -> str:
            await asyncio.sleep(0)
            return SECRET

        recorder = Recorder()
        async with AsyncGoLiveClient(credential, endpoint=LOCAL, transport=recorder) as client:
            await client.submissions("contoso", "contoso-offer")
        return recorder.tokens

    assert asyncio.run(main()) == [f"Bearer {SECRET}"]


@pytest.mark.parametrize("kind", [TokenSource, TokenInfoSource])
def test_credentials_as_azure_identity_has_them(side: Side, kind: type[Source]) -> None:
    source = kind(side.clock)
    assert ask(side, source, 3) == [f"Bearer {SECRET}1"] * 3
    assert source.asked == [(SCOPE,)]


def test_a_credential_of_azure_identity_fits_our_types() -> None:
    """That mypy accepts this is the test; nothing is asked."""
    with GoLiveClient(azure.identity.DefaultAzureCredential(), endpoint=LOCAL) as client:
        assert client.endpoint == LOCAL


def an_async_credential_of_azure_identity_fits_our_types() -> AsyncGoLiveClient:
    """Not run, since azure-identity's async credentials need aiohttp; mypy reads it."""
    return AsyncGoLiveClient(azure.identity.aio.DefaultAzureCredential())


@pytest.mark.parametrize("kind", [AsyncTokenSource, AsyncTokenInfoSource])
def test_async_credentials_as_azure_identity_has_them(clock: VirtualClock, kind: type[Source]) -> None:
    source = kind(clock)

    async def main() -> list[str]:
        recorder = Recorder()
        async with AsyncGoLiveClient(
            source,  # type: ignore[arg-type]
            endpoint=LOCAL,
            transport=recorder,
            clock=clock,
        ) as client:
            for _ in range(3):
                await client.submissions("contoso", "contoso-offer")
        return recorder.tokens

    assert asyncio.run(main()) == [f"Bearer {SECRET}1"] * 3
    assert source.asked == [(SCOPE,)]


def test_the_scope_is_the_documented_one() -> None:
    assert SCOPE == "https://cloudpartner.azure.com/.default"


def test_a_token_is_replaced_ahead_of_its_end(side: Side) -> None:
    source = TokenSource(side.clock)
    recorder = Recorder()
    client = side.client(source, transport=recorder)
    for pause in (0, 3299, 2, 3299, 2):
        side.clock.sleep(pause)
        side.get(client.submissions("contoso", "contoso-offer"))
    assert [token[-1] for token in recorder.tokens] == ["1", "1", "2", "2", "3"]


@define
class Choosy(Recorder):
    """Answers 401 to every token that is not good (any more)."""

    good: set[str] = field(factory=set)

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        super().handle_request(request)
        token = request.headers["Authorization"].removeprefix("Bearer ")
        return httpx.Response(200, json=[]) if token in self.good else httpx.Response(401)


def test_after_a_401_the_credential_is_asked_once_more(side: Side) -> None:
    source = TokenSource(side.clock)
    choosy = Choosy(good={f"{SECRET}2"})
    client = side.client(source, transport=choosy)
    assert side.get(client.submissions("contoso", "contoso-offer")) == ()
    assert [token[-1] for token in choosy.tokens] == ["1", "2"]
    choosy.good.clear()
    with pytest.raises(NotAuthenticated):
        side.get(client.submissions("contoso", "contoso-offer"))
    assert [token[-1] for token in choosy.tokens] == ["1", "2", "2", "3"]


@pytest.mark.parametrize("credential", [SECRET, lambda: SECRET])
def test_after_a_401_the_same_token_is_not_sent_again(side: Side, credential: Any) -> None:
    choosy = Choosy()
    with pytest.raises(NotAuthenticated):
        side.get(side.client(credential, transport=choosy).submissions("contoso", "contoso-offer"))
    assert len(choosy.requests) == 1


def test_a_go_live_is_sent_once_more_after_a_401_with_its_body(side: Side) -> None:
    bodies: list[bytes] = []

    def answer(request: httpx.Request) -> httpx.Response:
        if request.method == "GET":
            return httpx.Response(200, json=[])
        bodies.append(request.read())
        if request.headers["Authorization"].endswith("1"):
            return httpx.Response(401)
        location = "/api/operations/contoso$contoso-offer$2$preview"
        return httpx.Response(202, headers={"Location": location})

    client = side.client(TokenSource(side.clock), transport=httpx.MockTransport(answer))
    side.get(client.begin_publish("contoso", "contoso-offer", notification_emails=["a@x"]))
    assert [json.loads(body) for body in bodies] == [{"metadata": {"notification-emails": "a@x"}}] * 2


CLAIMS = '{"access_token": {"nbf": {"essential": true, "value": "1604106651"}}}'


def challenge(claims: str) -> str:
    return f'Bearer realm="", error="insufficient_claims", claims="{claims}"'


def encoded(text: str) -> str:
    return base64.urlsafe_b64encode(text.encode()).decode()


class Claimed(Source):
    """Keeps what it was asked for; each kind is asked in a way of its own."""

    claims: list[Any]

    def get_token(self, *scopes: str, claims: str | None = None, **options: Any) -> Token:
        self.__dict__.setdefault("claims", []).append(claims)
        return self._next(scopes)


class ClaimedInfo(Source):
    claims: list[Any]

    def get_token_info(self, *scopes: str, options: Any = None) -> Token:
        self.__dict__.setdefault("claims", []).append(options and options["claims"])
        return self._next(scopes)


class Claimless(Source):
    claims: list[Any]

    def get_token(self, *scopes: str) -> Token:
        self.__dict__.setdefault("claims", []).append(None)
        return self._next(scopes)


@define
class Challenging(Recorder):
    """Answers 401 to the first token, with a challenge."""

    challenges: list[str] = field(factory=list)

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        super().handle_request(request)
        if not self.tokens[-1].endswith("1"):
            return httpx.Response(200, json=[])
        return httpx.Response(401, headers=[("WWW-Authenticate", value) for value in self.challenges])


@pytest.mark.parametrize("kind", [Claimed, ClaimedInfo, Claimless])
@pytest.mark.parametrize(
    "challenges",
    [
        [challenge(encoded(CLAIMS))],
        [challenge(encoded(CLAIMS).rstrip("="))],
        [challenge(base64.b64encode(CLAIMS.encode()).decode())],
        ["Negotiate", challenge(encoded(CLAIMS))],
    ],
)
def test_a_challenge_asks_the_credential_with_its_claims(
    side: Side, kind: Any, challenges: list[str]
) -> None:
    source = kind(side.clock)
    client = side.client(source, transport=Challenging(challenges=challenges))
    assert side.get(client.submissions("contoso", "contoso-offer")) == ()
    assert source.claims == [None, None if kind is Claimless else CLAIMS]


@pytest.mark.parametrize(
    "challenges",
    [
        [],
        ["Bearer"],
        [challenge("?")],
        [challenge("AAAA")],
        [challenge(encoded("[1]"))],
        [challenge(encoded("[" * 5000))],
        [challenge("A" * 9000)],
        [challenge(encoded(CLAIMS)).replace("Bearer", "Basic")],
    ],
)
def test_a_challenge_that_is_malformed_is_ignored(side: Side, challenges: list[str]) -> None:
    source = Claimed(side.clock)
    client = side.client(source, transport=Challenging(challenges=challenges))
    assert side.get(client.submissions("contoso", "contoso-offer")) == ()
    assert source.claims == [None, None]


def test_an_async_credential_is_asked_with_claims(clock: VirtualClock) -> None:
    class AsyncClaimed(Claimed):
        async def get_token(self, *scopes: str, **options: Any) -> Token:  # type: ignore[override]
            return super().get_token(*scopes, **options)

    source = AsyncClaimed(clock)

    async def main() -> None:
        transport = Challenging(challenges=[challenge(encoded(CLAIMS))])
        async with AsyncGoLiveClient(source, endpoint=LOCAL, transport=transport, clock=clock) as client:
            await client.submissions("contoso", "contoso-offer")

    asyncio.run(main())
    assert source.claims == [None, CLAIMS]


def test_a_lock_that_was_held_at_a_fork_is_no_harm(
    clock: VirtualClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    auth = BearerAuth(Secret(TokenSource(clock)), origin=Origin.parse(LOCAL), clock=clock)
    with auth._lock:
        monkeypatch.setattr("golive.credentials.os.getpid", lambda: -1)
        request = next(auth.sync_auth_flow(httpx.Request("GET", LOCAL)))
    assert request.headers["Authorization"] == f"Bearer {SECRET}1"


class Moody(TokenSource):
    """Fails when it is told to."""

    broken = False

    def get_token(self, *scopes: str, **options: Any) -> Token:
        if self.broken:
            self.asked.append(scopes)
            raise RuntimeError("the directory is down")
        return super().get_token(*scopes)


def test_a_refresh_that_fails_early_is_no_harm_while_the_old_token_lives(side: Side) -> None:
    source = Moody(side.clock)
    recorder = Recorder()
    client = side.client(source, transport=recorder)

    def ask() -> None:
        side.get(client.submissions("contoso", "contoso-offer"))

    ask()
    source.broken = True
    side.clock.sleep(3400)
    ask()
    ask()
    assert len(source.asked) == 2, "the credential is left alone for a while"
    side.clock.sleep(31)
    ask()
    assert len(source.asked) == 3
    side.clock.sleep(169)
    with pytest.raises(CredentialError, match="the directory is down"):
        ask()
    source.broken = False
    ask()
    assert [token[-1] for token in recorder.tokens] == ["1", "1", "1", "1", "5"]


def test_a_rejected_token_is_not_tolerated(side: Side) -> None:
    source = Moody(side.clock)
    choosy = Choosy(good={f"{SECRET}1"})
    client = side.client(source, transport=choosy)
    side.get(client.submissions("contoso", "contoso-offer"))
    choosy.good.clear()
    source.broken = True
    with pytest.raises(CredentialError):
        side.get(client.submissions("contoso", "contoso-offer"))


@pytest.mark.parametrize("offer", [MIGRATED, NON_MIGRATED])
def test_a_wait_of_ten_days_outlives_its_tokens(side: Side, offer: str) -> None:
    """Ten days with tokens of one hour, a directory that is down at times, and no time at all."""
    clock = side.clock
    source = Moody(clock)
    emulator = Emulator(speed=0.3, clock=clock.monotonic)

    def moods(time: float) -> None:
        source.broken = int(time) % 86_400 < 1200

    clock.on_sleep = moods
    tokens = emulator.market.tokens
    # Good are those of the last hour.
    emulator.market.tokens = Ageing(source, tokens)
    client = side.of(emulator, source)
    operation = side.get(client.begin_go_live("contoso", offer))
    assert side.get(operation.result()).state is State.SUCCEEDED
    assert sum(clock.slept) > 10 * 86_400
    assert emulator.accepted("contoso", offer) == 1
    assert len(source.asked) > 10


class Ageing(dict[str, frozenset[str] | None]):
    """The tokens that a source handed out, until they expire."""

    def __init__(self, source: Source, tokens: dict[str, frozenset[str] | None]) -> None:
        super().__init__(tokens)
        self.source = source
        self.born: dict[str, float] = {}

    def __iter__(self) -> Iterator[str]:
        newest = f"{SECRET}{len(self.source.asked)}"
        if not getattr(self.source, "broken", False):
            self.born.setdefault(newest, self.source.clock.now())
        return iter([t for t, born in self.born.items() if self.source.clock.now() - born < 3600])

    def __getitem__(self, token: str) -> None:
        return None


def test_a_sync_credential_does_not_block_the_event_loop(clock: VirtualClock) -> None:
    async def main() -> None:
        loop_went_on = threading.Event()

        def credential() -> str:
            assert loop_went_on.wait(600), "the event loop stood still"
            return SECRET

        async with AsyncGoLiveClient(credential, endpoint=LOCAL, transport=Recorder()) as client:
            asyncio.get_running_loop().call_later(0.01, loop_went_on.set)
            await client.submissions("contoso", "contoso-offer")

    asyncio.run(main())


def test_many_threads_ask_the_credential_once(clock: VirtualClock) -> None:
    source = TokenSource(clock)
    recorder = Recorder()
    with GoLiveClient(source, endpoint=LOCAL, transport=recorder, clock=clock) as client:
        threads = [
            threading.Thread(target=client.submissions, args=("contoso", "contoso-offer"))
            for _ in range(8)
        ]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    assert len(recorder.requests) == 8
    assert len(source.asked) == 1


def test_many_tasks_ask_the_credential_once(clock: VirtualClock) -> None:
    source = AsyncTokenSource(clock)

    async def main() -> None:
        async with AsyncGoLiveClient(
            source, endpoint=LOCAL, transport=Recorder(), clock=clock
        ) as client:
            await asyncio.gather(*(client.submissions("contoso", "contoso-offer") for _ in range(8)))

    asyncio.run(main())
    assert len(source.asked) == 1


EMPTY = "The token is empty. Is the variable that it comes from set?"
BEARER = "The token begins with 'Bearer '; give the token alone."
QUOTES = "The token is in quotes; give it without them. From `az`, ask with `-o tsv`."
ODD = "The token contains a space, a line end or a character that is not ASCII; give the token alone."


@pytest.mark.parametrize(
    ("token", "complaint"),
    [
        ("", EMPTY),
        (f"Bearer {SECRET}", BEARER),
        (f"bearer {SECRET}", BEARER),
        (f'"{SECRET}"', QUOTES),
        (f"'{SECRET}'", QUOTES),
        (f'"{SECRET}', QUOTES),
        (f'"{SECRET}"\n', QUOTES),
        ('"', QUOTES),
        (f"{SECRET}\n", ODD),
        (f"{SECRET}\r\nX-Injected: 1", ODD),
        (f"{SECRET} {SECRET}", ODD),
        (f"{SECRET}ü", ODD),
    ],
)
def test_what_cannot_be_a_token_is_refused_and_not_shown(side: Side, token: str, complaint: str) -> None:
    with pytest.raises(CredentialError) as caught:
        side.client(token)
    assert caught.value.args == (complaint,)
    with pytest.raises(CredentialError) as caught:
        ask(side, lambda: token)
    assert caught.value.args == (complaint,)


def test_every_visible_character_may_be_in_a_token(side: Side) -> None:
    token = "".join(map(chr, range(33, 127)))
    assert ask(side, token) == [f"Bearer {token}"]


def test_the_token_goes_to_the_endpoint_on_its_default_port(side: Side) -> None:
    sent: list[httpx.Request] = []

    def answer(request: httpx.Request) -> httpx.Response:
        sent.append(request)
        return httpx.Response(200, json=[], headers={"X-Ms-Correlation-Request-Id": "1"})

    client = side.client(
        SECRET, endpoint="https://cloudpartner.azure.com", transport=httpx.MockTransport(answer)
    )
    side.get(client.submissions("contoso", "contoso-offer"))
    assert [request.headers["Authorization"] for request in sent] == [f"Bearer {SECRET}"]


@pytest.mark.parametrize("credential", [None, 7, b"token", object(), ["token"]])
def test_what_is_no_credential_is_refused(side: Side, credential: Any) -> None:
    with pytest.raises(InvalidInput) as caught:
        side.client(credential)
    assert caught.value.args == (
        (
            "credential must be a token (str), a function that returns one, or a credential of"
            f" azure-identity, not {type(credential).__name__}."
        ),
    )


@pytest.mark.parametrize("answer", [None, 7, b"token", object(), Token("x", "soon")])  # type: ignore[arg-type]
def test_a_credential_that_gives_something_else(side: Side, answer: Any) -> None:
    complaint = f"gave {type(answer).__name__} instead of a str or an access token"
    with pytest.raises(CredentialError, match=complaint):
        ask(side, lambda: answer)


def test_a_credential_that_fails(side: Side) -> None:
    def credential() -> str:
        raise RuntimeError("no login\nof any kind")

    with pytest.raises(CredentialError, match=r"RuntimeError: no login\. Log in") as caught:
        ask(side, credential)
    assert isinstance(caught.value.__cause__, RuntimeError)


@pytest.mark.parametrize(
    ("said", "told"), [("", "RuntimeError: . Log"), (".well... ", "RuntimeError: .well. Log")]
)
def test_a_credential_that_fails_without_much_of_a_reason(side: Side, said: str, told: str) -> None:
    def credential() -> str:
        raise RuntimeError(said)

    with pytest.raises(CredentialError) as caught:
        ask(side, credential)
    assert told in str(caught.value)


def test_an_async_credential_that_fails(clock: VirtualClock) -> None:
    async def main() -> None:
        async def credential() -> str:
            raise RuntimeError("no login")

        async with AsyncGoLiveClient(credential, endpoint=LOCAL, transport=Recorder()) as client:
            await client.submissions("contoso", "contoso-offer")

    with pytest.raises(CredentialError, match="no login"):
        asyncio.run(main())


@pytest.mark.filterwarnings("error::RuntimeWarning")
def test_the_blocking_client_refuses_an_async_credential(clock: VirtualClock) -> None:
    source: Any = AsyncTokenSource(clock)
    recorder = Recorder()
    with (
        GoLiveClient(source, endpoint=LOCAL, transport=recorder) as client,
        pytest.raises(InvalidInput, match=r"^The credential is async: pass it to AsyncGoLiveClient"),
    ):
        client.submissions("contoso", "contoso-offer")
    assert recorder.requests == []


@pytest.mark.parametrize(
    "url",
    [
        "https://evil.example/api/operations/x",
        "http://cloudpartner.azure.com/api/operations/x",
        "https://cloudpartner.azure.com:8443/api/operations/x",
    ],
)
def test_no_token_goes_to_another_origin(url: str, clock: VirtualClock) -> None:
    auth = BearerAuth(Secret(SECRET), origin=Origin.parse("https://cloudpartner.azure.com"), clock=clock)
    sent: list[httpx.Request] = []
    transport = httpx.MockTransport(lambda request: sent.append(request) or httpx.Response(200))  # type: ignore[func-returns-value]
    with (
        httpx.Client(auth=auth, transport=transport) as client,
        pytest.raises(InvalidInput, match="No token is sent"),
    ):
        client.get(url)
    assert sent == []


def test_a_redirect_is_not_followed(side: Side) -> None:
    sent: list[str] = []

    def answer(request: httpx.Request) -> httpx.Response:
        sent.append(request.url.host)
        return httpx.Response(302, headers={"Location": "https://evil.example/"})

    client = side.client(SECRET, transport=httpx.MockTransport(answer))
    with pytest.raises(Exception, match="302"):
        side.get(client.submissions("contoso", "contoso-offer"))
    assert set(sent) == {"127.0.0.1"}


def test_no_repr_shows_the_token(side: Side) -> None:
    client = side.client(SECRET, transport=Recorder())
    auth = BearerAuth(Secret(SECRET), origin=Origin.parse(LOCAL), clock=side.clock)
    for thing in (client, client._driver, client._driver.session, client._driver.context, auth):
        assert SECRET not in repr(thing)
        assert SECRET not in str(thing)
    assert SECRET not in repr(vars(auth))
    assert repr(auth) == f"BearerAuth(origin='{LOCAL}')"


def shown(error: BaseException | None) -> str:
    """What a reporter of errors may show: the whole chain, with the local variables of our frames."""
    text = ""
    while error is not None:
        text += f"{error!r} {error} {vars(error)}\n"
        for frame, _ in traceback.walk_tb(error.__traceback__):
            module = str(frame.f_globals.get("__name__"))
            if module.split(".")[0] in ("golive", "golive_api", "httpx"):
                for name, value in frame.f_locals.items():
                    # A client that could not be made has no repr yet.
                    with suppress(AttributeError):
                        text += f"{module}.{frame.f_code.co_name} {name}={value!r}\n"
        error = error.__cause__ or error.__context__
    return text


class Leaky:
    """A credential whose every answer is a token, in a wrapping that shows it."""

    def __init__(self, expires_on: object) -> None:
        self.expires_on = expires_on

    def get_token(self, *scopes: str) -> Any:
        return SimpleNamespace(token=SECRET, expires_on=self.expires_on)


async def a_bad_token() -> str:
    return f"Bearer {SECRET}"


@pytest.mark.parametrize(
    ("credential", "options"),
    [
        (f"Bearer {SECRET}", {}),
        (SECRET, {"endpoint": "ftp://nonsense"}),
        (SECRET, {"polling": "nonsense"}),
        (lambda: f"Bearer {SECRET}", {}),
        (lambda: (SECRET,), {}),
        (a_bad_token, {}),
        (SECRET.encode(), {}),
        (bytearray(SECRET.encode()), {}),
        (lambda: SECRET.encode(), {}),
        (Leaky("soon"), {}),
        (Leaky(2**40), {}),
        (SECRET, {}),
    ],
)
def test_no_traceback_shows_the_token_in_a_local_variable(
    side: Side, credential: Any, options: dict[str, Any]
) -> None:
    def answer(request: httpx.Request) -> httpx.Response:
        raise httpx.ReadError("reset", request=request)

    def attempt() -> None:
        client = side.client(credential, transport=httpx.MockTransport(answer), **options)
        side.get(client.begin_go_live("contoso", "contoso-offer"))

    with pytest.raises((GoLiveError, AttributeError)) as caught:
        attempt()
    told = shown(caught.value)
    assert "golive" in told
    assert SECRET not in told
