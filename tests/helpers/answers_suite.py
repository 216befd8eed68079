"""The client-side contract suite: is every lawful answer understood, and what is none refused?

An answer outside the contract is refused only if it does not say what was asked: the word of a status,
or a list. Whatever else is wrong with it is left out, and the rest is understood.

Its parts are plain methods, so that they can be run on a client that has been tampered with. What is of
one API is in `portal_answers` and `ingestion_answers`.
"""

from __future__ import annotations

import json
import re
from abc import ABC, abstractmethod
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import suppress
from datetime import UTC, datetime
from functools import cache
from typing import Any, ClassVar

import httpx
from hypothesis import HealthCheck, Phase, given, seed, settings
from hypothesis import strategies as st
from jsonschema import Draft202012Validator

from drawn import Drawn, Draws
from golive import (
    GoLiveError,
    NotAllowed,
    NotAuthenticated,
    NotFound,
    PreconditionFailed,
    RequestRefused,
    RetryPolicy,
    ServiceError,
    ServiceFault,
    Throttled,
    UnexpectedAnswer,
)

BY_STATUS = {
    400: RequestRefused,
    401: NotAuthenticated,
    403: NotAllowed,
    404: NotFound,
    409: RequestRefused,
    411: RequestRefused,
    412: PreconditionFailed,
    422: RequestRefused,
    423: RequestRefused,
    429: Throttled,
    500: ServiceFault,
    503: ServiceFault,
}
#: Nothing is sent again, and nothing waited for.
ONCE = RetryPolicy(max_attempts=1, answer_within=0, listed_within=0, canceled_within=0)

#: What is drawn fails as it is: nothing is shrunk, which could take minutes.
TRIES = settings(
    derandomize=True,
    database=None,
    deadline=None,
    suppress_health_check=list(HealthCheck),
    phases=[Phase.generate],
)


#: One value of each type that JSON has.
OTHER: tuple[Any, ...] = (None, True, 7, 0.5, "text", [], {}, [7], {"x": 7}, [[]])


ANYTHING = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=8,
)
BODIES = (
    st.binary(max_size=200)
    | ANYTHING.map(lambda value: json.dumps(value).encode())
    | st.sampled_from([b"<html>" * 50, b"[" * 100_000, b'{"status": "running"', b"\xff\xfe{}"])
)


class Answers(ABC):
    """What a client makes of the answers of one API.

    Attributes:
        draws: Draws answers from its contract.
        reads: The operations that only read, whose answers are spoiled.
        begins: The operations that begin or cancel something.
        unread: Those whose answers no client reads.
        must_be_drawn: What a run must not go without, of what `count` counts.
        parts: The parts of the suite, by name.
        endless: What is asked where the body has no end.
    """

    draws: Draws
    reads: ClassVar[tuple[str, ...]]
    begins: ClassVar[tuple[str, ...]]
    unread: ClassVar[tuple[str, ...]] = ()
    must_be_drawn: ClassVar[frozenset[str]]
    endless: ClassVar[str]
    parts: ClassVar[tuple[str, ...]] = (
        "every_lawful_answer_is_understood",
        "a_body_is_refused_only_for_lack_of_what_was_asked",
        "whatever_comes_only_our_errors_go",
        "a_body_without_an_end_is_given_up",
    )

    def __init__(self) -> None:
        self.counts: Counter[str] = Counter()

    @abstractmethod
    def asked(self, operation_id: str, response: httpx.Response) -> Any:
        """Let a client ask what an operation of the contract answers, and be answered this."""

    @abstractmethod
    def check(self, drawn: Drawn) -> None:
        """Compare what a client makes of an answer with the answer."""

    @abstractmethod
    def count(self, drawn: Drawn) -> None:
        """Count what an answer is an example of."""

    @abstractmethod
    def says_what_was_asked(self, operation_id: str, body: Any) -> bool:
        """Tell whether a body has the word of a status, or is a list, whatever else is wrong."""

    @abstractmethod
    def check_what_is_lawful(self, operation_id: str, made: Any, body: Any) -> None:
        """Check that what is wrong with a body did not spoil the rest of it."""

    def is_read(self, operation_id: str, status: str) -> bool:
        """Tell whether a client reads such an answer."""
        return operation_id not in self.unread

    def more(self) -> Iterator[Iterable[Drawn]]:
        """Yield lawful answers that are seldom drawn."""
        yield from ()

    def every_lawful_answer_is_understood(self) -> None:
        """Ask everything, and be answered everything."""
        self.counts.clear()
        for operation_id, status, _ in self.draws.contract.responses():
            if self.is_read(operation_id, status):
                self.understood(self.lawful(operation_id, status, 40 if status[0] == "2" else 8))
        for each in self.more():
            self.understood(each)
        missing = self.must_be_drawn - set(+self.counts)
        assert not missing, f"never drawn: {missing}"

    def understood(self, drawn: Iterable[Drawn]) -> None:
        """Check and count answers."""
        for each in drawn:
            self.count(each)
            self.check(each)

    @cache  # noqa: B019 - there is one of each API
    def lawful(self, operation_id: str, status: str, examples: int, name: str = "") -> tuple[Drawn, ...]:
        """Draw answers, which takes most of the time; so a client that is tampered with gets the same.

        Args:
            operation_id: What is answered.
            status: How.
            examples: How many at most.
            name: Makes them others than those of another name.
        """
        drawn: list[Drawn] = []

        # By the function alone, all would be drawn alike.
        @settings(TRIES, max_examples=examples)
        @seed(f"{operation_id} {status} {name}")
        @given(self.draws.answers(operation_id, status))
        def collect(each: Drawn) -> None:
            drawn.append(each)

        collect()
        return tuple(drawn)

    def a_body_is_refused_only_for_lack_of_what_was_asked(self) -> None:
        """Spoil a part of a lawful body."""

        def judged(drawn: Drawn, data: st.DataObject) -> None:
            body = spoiled(drawn.body, data)
            response = httpx.Response(200, headers=drawn.headers, json=body)
            try:
                made = self.asked(drawn.operation_id, response)
            except UnexpectedAnswer as error:
                assert not self.says_what_was_asked(drawn.operation_id, body), f"{body!r} was refused"
                assert "body" in error.message  # noqa: PT017
                return
            assert self.says_what_was_asked(drawn.operation_id, body), f"{body!r} was taken for {made!r}"
            self.check_what_is_lawful(drawn.operation_id, made, body)

        for operation_id in self.reads:
            lawful_ones = self.draws.answers(operation_id, "200")
            # What the contract allows was tried already.
            spoiled_ones = seed(operation_id)(given(lawful_ones, st.data())(judged))
            settings(TRIES, max_examples=160)(spoiled_ones)()

    def whatever_comes_only_our_errors_go(self) -> None:
        """Answer with anything."""

        @settings(TRIES, max_examples=300)
        @given(
            st.sampled_from([*self.reads, *self.begins]),
            st.sampled_from([200, 202, 400, 404, 503]) | st.integers(200, 999),
            BODIES,
            st.sampled_from(["application/json", "text/html", ""]),
        )
        def borne(operation_id: str, status: int, body: bytes, media_type: str) -> None:
            response = httpx.Response(status, content=body, headers={"Content-Type": media_type})
            with suppress(GoLiveError):
                self.asked(operation_id, response)

        borne()

    def a_body_without_an_end_is_given_up(self) -> None:
        """Answer for ever."""
        for status in (200, 404, 502):
            taken = 0

            def endless() -> Iterator[bytes]:
                nonlocal taken
                while taken < 256 * 1024 * 1024:
                    taken += 65_536
                    yield b"[" * 65_536

            try:
                self.asked(self.endless, httpx.Response(status, stream=Endless(endless)))
            except GoLiveError:
                # A list of operations can be long, the page of an error is cut.
                most = 17 * 1024 * 1024 if status == 200 else 1024 * 1024
                assert taken <= most, f"{taken} bytes were read"
            else:
                raise AssertionError("a body without an end was taken for an answer")

    def check_error(self, error: ServiceError, drawn: Drawn) -> None:
        """Compare an error with the answer that it is about."""
        code, message, more = said_by(drawn.body)
        assert type(error) is self.kind_of_error(drawn.status, code)
        assert error.status_code == drawn.status
        assert error.correlation_id == self.correlation_id(drawn.headers)
        assert error.retry_after == drawn.headers.get("Retry-After")
        assert (error.code or "") == line(code or "")
        # What the details say may follow.
        assert line(message).rstrip(".") in error.message
        assert error.message
        assert set(more) <= set(error.details or {})

    def kind_of_error(self, status: int, code: str | None) -> type[GoLiveError]:
        """Return what an answer that is an error becomes."""
        return BY_STATUS[status]

    def correlation_id(self, headers: Mapping[str, str]) -> str | None:
        """Return what to quote in a support ticket."""
        return headers.get("X-Ms-Correlation-Request-Id")

    def fits(self, name: str, body: object) -> bool:
        """Tell whether a body is as a schema of the contract says; null stands for what is left out."""
        return self._validator(name).is_valid(without_nulls(body))

    @cache  # noqa: B019 - there is one of each API
    def _validator(self, name: str) -> Draft202012Validator:
        return Draft202012Validator(
            {
                "$ref": f"#/components/schemas/{name}",
                "components": self.draws.contract.components,
            }
        )


def response_of(drawn: Drawn) -> httpx.Response:
    if drawn.body is None:
        return httpx.Response(drawn.status, headers=drawn.headers)
    return httpx.Response(drawn.status, headers=drawn.headers, json=drawn.body)


def said_by(body: Any) -> tuple[str | None, str, list[str]]:
    """Return the code and the message of an error, and what else there is to know about it."""
    match body:
        case {"error": error}:
            more = [name for name in ("details", "innererror", "innerError") if error.get(name)]
            return error["code"], error.get("message") or "", more
        case {"Message": str(message)}:
            return None, message, ["ModelState"] if body.get("ModelState") else []
        case {"Variant": {"error": str(message)}}:
            return None, message, []
        case str():
            return None, body, []
    return None, "", []


def line(text: str) -> str:
    """Return a text as golive shows it, on one line and with nothing that could drive a terminal."""
    return " ".join(shown(text).split())


def shown(text: str) -> str:
    """Return a text as golive keeps it: blanks are spaces, and what is not printable is replaced."""
    blanks = re.sub(r"[^\S ]+", " ", text)
    return "".join(c if c.isprintable() else "\N{REPLACEMENT CHARACTER}" for c in blanks)


def shown_of(body: Mapping[str, Any], *keys: str) -> list[Any]:
    """Return values as golive keeps them; None for those that are missing."""
    values = [body.get(key) for key in keys]
    return [shown(value) if isinstance(value, str) else value for value in values]


def moment(text: str | None) -> datetime | None:
    """Read a timestamp; what is finer than microseconds is cut, and without a zone it is in UTC."""
    if text is None:
        return None
    read = datetime.fromisoformat(text)
    return read.replace(tzinfo=UTC) if read.tzinfo is None else read.astimezone(UTC)


def spoiled(body: Any, data: st.DataObject) -> Any:
    """Give one part of a body another type, or leave it out."""
    body = json.loads(json.dumps(body))
    places = list(containers(body))
    container, key = data.draw(st.sampled_from([(None, None), *places]))
    if container is None:
        return data.draw(st.sampled_from(OTHER))
    if isinstance(container, dict) and data.draw(st.booleans()):
        del container[key]
    else:
        container[key] = data.draw(st.sampled_from(OTHER))
    return body


def containers(body: Any) -> Iterator[tuple[Any, Any]]:
    """Yield all places in a body that hold a value."""
    items = body.items() if isinstance(body, dict) else enumerate(body if isinstance(body, list) else ())
    for key, value in items:
        yield body, key
        yield from containers(value)


def without_nulls(body: Any) -> Any:
    if isinstance(body, dict):
        return {key: without_nulls(value) for key, value in body.items() if value is not None}
    return [without_nulls(value) for value in body] if isinstance(body, list) else body


class Endless(httpx.SyncByteStream):
    def __init__(self, chunks: Callable[[], Iterator[bytes]]) -> None:
        self._chunks = chunks

    def __iter__(self) -> Iterator[bytes]:
        return self._chunks()
