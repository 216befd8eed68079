"""What can go wrong, by name: a layer around the emulator's app that spoils chosen requests.

A rule is written `FAULT[@KIND][:FIRST[-LAST]]`: `drop-answer@golive` spoils the first go-live,
`500@poll:2-5` the second to fifth poll, `array-body@poll:*` every poll, `429` the first request of any
kind. Several rules may fit the same request; what they do is combined.
"""

from __future__ import annotations

import asyncio
import json
import re
from collections import Counter
from collections.abc import Callable, Iterable, MutableMapping
from datetime import datetime, timedelta
from typing import Any

from attrs import define, field, frozen

from golive.emulator.words import Word

__all__ = ["Fault", "FaultLayer", "Rule"]

Scope = MutableMapping[str, Any]
Receive = Callable[[], Any]
Send = Callable[[MutableMapping[str, Any]], Any]

#: Where a hostile Location leads, unless another place is chosen.
HOSTILE = "https://evil.example"


class Fault(Word):
    """The names of what can go wrong."""

    DROP_ANSWER = "drop-answer", "The service acts; the connection breaks before the answer."
    DROP_REQUEST = "drop-request", "The connection breaks before the service acts."
    RESET_BODY = "reset-body", "The service acts; the connection breaks in the middle of the answer."
    SLOW_HEADERS = "slow-headers", "The service acts; its answer comes late."
    SLOW_BODY = "slow-body", "The service acts; the body of its answer comes late."
    THROTTLED = "429", "Too many requests."
    THROTTLED_WAIT = "429-retry-after", "Too many requests, with `Retry-After: 3`."
    UNAVAILABLE = "503", "The service is not available."
    UNAVAILABLE_WAIT = "503-retry-after", "The service is not available, with `Retry-After: 3`."
    INTERNAL_ERROR = "500", "The service has an error, and does not act."
    BAD_GATEWAY = "502", "A gateway answers; the service does not act."
    BAD_GATEWAY_HTML = "502-html", "The same, with a page of HTML."
    BAD_GATEWAY_AFTER = "502-after", "The service acts; a gateway answers."
    GATEWAY_TIMEOUT = "504", "A gateway gives up; the service does not act."
    EXPIRED_TOKEN = "expired-token", "The token is refused (401)."
    UNKNOWN_STATUS = "unknown-status", "The operation's status is a word that nobody knows."
    ARRAY_BODY = "array-body", "The operation stands in an array, as a sample of the reference has it."
    OPERATION_LOCATION = "operation-location", "The header has its older name, with an absolute address."
    HOSTILE_LOCATION = "hostile-location", "`Location` leads to another host."
    MISSING_LOCATION = "missing-location", "There is no `Location`."
    STATUS_BACKWARDS = "status-backwards", "The operation seems not to have begun yet."
    STEPS_MISSING = "steps-missing", "The operation has no field `steps`."
    STEPS_NULL = "steps-null", "The operation's `steps` are null."
    CLOCK_JUMP = "clock-jump", "The service's clock is a day behind."


#: What is answered instead of acting.
_INSTEAD: dict[Fault, tuple[int, dict[str, str], bytes]] = {
    Fault.THROTTLED: (429, {}, b""),
    Fault.THROTTLED_WAIT: (429, {"Retry-After": "3"}, b""),
    Fault.UNAVAILABLE: (503, {}, b""),
    Fault.UNAVAILABLE_WAIT: (503, {"Retry-After": "3"}, b""),
    Fault.INTERNAL_ERROR: (500, {}, b""),
    Fault.BAD_GATEWAY: (502, {}, b""),
    Fault.BAD_GATEWAY_HTML: (502, {"Content-Type": "text/html"}, b"<h1>Bad gateway</h1>"),
    Fault.GATEWAY_TIMEOUT: (504, {}, b""),
    Fault.EXPIRED_TOKEN: (401, {"WWW-Authenticate": "Bearer"}, b""),
}
_RULE = re.compile(r"(?P<fault>[\w-]+)(?:@(?P<kind>[a-z]+))?(?::(?P<first>\d+|\*)(?:-(?P<last>\d+))?)?")

#: The kinds of requests, by the last fixed part of their path.
KINDS = ("golive", "publish", "cancel", "poll", "submissions", "status", "any")


@frozen
class Rule:
    """A fault and the requests that it spoils.

    Attributes:
        fault: What goes wrong.
        kind: `golive`, `publish`, `cancel`, `poll`, `submissions`, `status`, or `any`.
        first: The first request of that kind that is spoiled, counted from 1.
        last: The last one.
    """

    fault: Fault
    kind: str = "any"
    first: int = 1
    last: int = 1

    @classmethod
    def parse(cls, text: str) -> Rule:
        """Read a rule as it is written on the command line.

        Raises:
            ValueError: It is not one; the text says why.
        """
        match = _RULE.fullmatch(text)
        if match is None:
            raise ValueError(f"{text!r} is not FAULT[@KIND][:FIRST[-LAST]], like drop-answer@golive:1")
        if match["fault"] not in set(Fault):
            raise ValueError(f"{match['fault']!r} is no fault; there are {', '.join(Fault)}")
        kind = match["kind"] or "any"
        if kind not in KINDS:
            raise ValueError(f"{kind!r} is no kind of request; there are {', '.join(KINDS)}")
        if match["first"] == "*":
            return cls(Fault(match["fault"]), kind, 1, 2**63)
        first = int(match["first"] or 1)
        return cls(Fault(match["fault"]), kind, first, int(match["last"] or first))


def kind_of(path: str) -> str:
    """Return the kind of a request by its path."""
    if "/operations/" in path:
        return "poll"
    return path.strip("/").rpartition("/")[2]


@define
class _Answer:
    """An answer that was caught before it is sent."""

    status: int = 500
    headers: dict[str, str] = field(factory=dict)
    body: bytes = b""

    async def send(self, message: MutableMapping[str, Any]) -> None:
        if message["type"] == "http.response.start":
            self.status = message["status"]
            self.headers = {name.decode(): value.decode() for name, value in message["headers"]}
        else:
            self.body += message.get("body", b"")


@define(eq=False)
class FaultLayer:
    """An ASGI app around another that spoils chosen requests.

    Attributes:
        app: The app inside.
        rules: What is spoiled, and when.
        slow: How late what is slow comes, in seconds.
        hostile: Where a hostile Location leads.
        counts: How many requests of each kind came, spoiled or not.
        connections: The transports of the open connections by their remote address, if a server of
            ours fills it in; a connection that is not among them is broken by an exception.
    """

    app: Any
    rules: tuple[Rule, ...] = ()
    slow: float = 120.0
    hostile: str = HOSTILE
    counts: Counter[str] = field(factory=Counter)
    connections: dict[tuple[str, int], asyncio.Transport] = field(factory=dict)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve a request."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        faults = self._faults(kind_of(scope["path"]))
        if not faults:
            await self.app(scope, receive, send)
            return
        if Fault.DROP_REQUEST in faults:
            await self._cut(scope)
            return
        answer = _Answer()
        instead = next((fault for fault in _INSTEAD if fault in faults), None)
        if instead is None:
            await self.app(scope, receive, answer.send)
            self._spoil(answer, faults, scope)
        else:
            answer.status, answer.headers, answer.body = _INSTEAD[instead]
        await self._deliver(answer, faults, scope, send)

    def _faults(self, kind: str) -> frozenset[Fault]:
        self.counts[kind] += 1
        self.counts["any"] += 1
        return frozenset(
            rule.fault
            for rule in self.rules
            if rule.kind in (kind, "any") and rule.first <= self.counts[rule.kind] <= rule.last
        )

    def _spoil(self, answer: _Answer, faults: frozenset[Fault], scope: Scope) -> None:
        """Change what the service said."""
        location = answer.headers.get("location")
        if location is not None:
            if Fault.HOSTILE_LOCATION in faults:
                answer.headers["location"] = self.hostile + location
            if Fault.OPERATION_LOCATION in faults:
                host = dict(scope["headers"]).get(b"host", b"").decode()
                address = f"{scope['scheme']}://{host}{location.partition('?')[0]}"
                answer.headers["operation-location"] = address
            if faults & {Fault.OPERATION_LOCATION, Fault.MISSING_LOCATION}:
                del answer.headers["location"]
        if answer.status == 200 and kind_of(scope["path"]) == "poll":
            answer.body = json.dumps(_spoiled(json.loads(answer.body), faults)).encode()
        if Fault.BAD_GATEWAY_AFTER in faults:
            answer.status, answer.headers, answer.body = _INSTEAD[Fault.BAD_GATEWAY_HTML]

    async def _deliver(
        self, answer: _Answer, faults: frozenset[Fault], scope: Scope, send: Send
    ) -> None:
        """Send the answer, as far as it gets."""
        if Fault.DROP_ANSWER in faults or (Fault.RESET_BODY in faults and not answer.body):
            await self._cut(scope)
            return
        if Fault.SLOW_HEADERS in faults:
            await asyncio.sleep(self.slow)
        headers = {**answer.headers, "content-length": str(len(answer.body))}
        encoded = [(name.lower().encode(), value.encode()) for name, value in headers.items()]
        await send({"type": "http.response.start", "status": answer.status, "headers": encoded})
        half = len(answer.body) // 2
        await send({"type": "http.response.body", "body": answer.body[:half], "more_body": True})
        if Fault.RESET_BODY in faults:
            await self._cut(scope)
            return
        if Fault.SLOW_BODY in faults and answer.body:
            await asyncio.sleep(self.slow)
        await send({"type": "http.response.body", "body": answer.body[half:], "more_body": False})

    async def _cut(self, scope: Scope) -> None:
        transport = self.connections.get(tuple(scope["client"] or ()))
        if transport is None:
            raise ConnectionResetError("the emulator broke the connection")
        transport.abort()
        # The server must learn of it before we return, or it would answer 500.
        while tuple(scope["client"]) in self.connections:  # noqa: ASYNC110 (it takes one turn of the loop)
            await asyncio.sleep(0)


def _spoiled(body: Any, faults: frozenset[Fault]) -> Any:
    """Change what the service said about an operation."""
    if Fault.STATUS_BACKWARDS in faults:
        body["status"] = "notStarted"
        for step in body["steps"]:
            step.update(status="notStarted", progressPercentage=0)
    if Fault.UNKNOWN_STATUS in faults:
        body["status"] = "Quiescent"
    if Fault.CLOCK_JUMP in faults:
        for name in ("createdDateTime", "lastActionDateTime"):
            moment = datetime.fromisoformat(body[name]) - timedelta(days=1)
            body[name] = moment.isoformat()
    if Fault.STEPS_NULL in faults:
        body["steps"] = None
    if Fault.STEPS_MISSING in faults:
        body.pop("steps", None)
    return [body] if Fault.ARRAY_BODY in faults else body


def read_rules(rules: Iterable[Rule | str]) -> tuple[Rule, ...]:
    """Return rules, some of which may be written as on the command line.

    Raises:
        ValueError: One is not a rule; the text says why.
    """
    return tuple(rule if isinstance(rule, Rule) else Rule.parse(rule) for rule in rules)
