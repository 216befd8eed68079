"""What can go wrong, by name: a layer around the emulator's app that spoils and delays requests.

A rule is written `FAULT[@KIND][/PUBLISHER/OFFER][:FIRST[-LAST]]`: `drop-answer@golive` spoils the
first go-live, `500@poll:2-5` the second to fifth poll, `500@poll:5-*` every poll from the fifth on,
`array-body@poll:*` every poll, `429` the first request of any kind, `500@poll/contoso/my-offer` the
first poll of that offer. Several rules may fit the same request; what they do is combined.

The Product Ingestion API has kinds of its own: `drop-answer@configure`, `404@job`. What a rule does to
an operation, it does to a job or a submission there.
"""

from __future__ import annotations

import asyncio
import base64
import gzip
import json
import re
import time
from collections import Counter
from collections.abc import Awaitable, Callable, Iterable, Mapping, MutableMapping
from datetime import datetime, timedelta
from typing import Any

from attrs import define, field, frozen

from golive.emulator.words import Word

__all__ = ["KINDS", "Abandoned", "Fault", "FaultLayer", "Rule"]

Scope = MutableMapping[str, Any]
Receive = Callable[[], Any]
Send = Callable[[MutableMapping[str, Any]], Any]
Sleep = Callable[[float], Awaitable[None]]

#: Where a hostile Location leads, unless another place is chosen.
HOSTILE = "https://evil.example"

#: Where the Product Ingestion API is served, as by Microsoft Graph.
INGESTION = "/rp/product-ingestion"

#: Keys of a scope: how to pause while it is served, and when it should have been, by the clock.
PAUSE = "golive.pause"
MOMENT = "golive.moment"


class Abandoned(Exception):
    """The client waits no longer for what the service is about to do.

    Args:
        left: How long it would have had to wait on, in seconds.
    """

    def __init__(self, left: float) -> None:
        super().__init__(f"abandoned, {left:g} seconds too early")
        self.left = left


class Fault(Word):
    """The names of what can go wrong."""

    DROP_ANSWER = "drop-answer", "The service acts; the connection breaks before the answer."
    DROP_REQUEST = "drop-request", "The connection breaks before the service acts."
    RESET_BODY = "reset-body", "The service acts; the connection breaks in the middle of the answer."
    SLOW_HEADERS = "slow-headers", "The service acts; its answer comes late."
    SLOW_BODY = "slow-body", "The service acts; the body of its answer comes late."
    TRICKLE = "trickle", "The service acts; the body of its answer comes byte by byte, for very long."
    THROTTLED = "429", "Too many requests."
    THROTTLED_WAIT = "429-retry-after", "Too many requests, with `Retry-After: 3`."
    UNAVAILABLE = "503", "The service is not available."
    UNAVAILABLE_WAIT = "503-retry-after", "The service is not available, with `Retry-After: 3`."
    UNAVAILABLE_BANANA = "503-banana", "The service acts and answers 503, with `Retry-After: banana`."
    INTERNAL_ERROR = "500", "The service has an error, and does not act."
    BAD_GATEWAY = "502", "A gateway answers; the service does not act."
    BAD_GATEWAY_HTML = "502-html", "The same, with a page of HTML."
    BAD_GATEWAY_AFTER = "502-after", "The service acts; a gateway answers."
    GATEWAY_TIMEOUT = "504", "A gateway gives up; the service does not act."
    ECHO_TOKEN = "echo-token", "A gateway answers a page that repeats the `Authorization` header."
    EXPIRED_TOKEN = "expired-token", "The token is refused (401)."
    UNAUTHORIZED = "401", "The token is refused, with the body that the service sends."
    CLAIMS_CHALLENGE = "401-claims", "The token is refused, with a challenge that names claims."
    PROXY_PAGE = "html-403", "A proxy refuses the request by a page of its own (403)."
    NOT_FOUND = "404", "The service denies that the thing is there, and does not act."
    REQUEST_TIMEOUT = "408", "The request is told to have come too late; the service does not act."
    REQUEST_TIMEOUT_AFTER = "408-after", "The service acts; the request is told to have come too late."
    CONFLICT = "409", "The service says that an operation runs, and does not act."
    CONFLICT_AFTER = "409-after", "The service acts, and says that an operation runs."
    BAD_REQUEST_AFTER = "400-after", "The service acts, and says that the request was bad."
    MISDIRECTED = "421", "The wrong server was asked; it does not act."
    LOCKED = "423", "The thing is locked; the service does not act."
    TOO_EARLY = "425", "It is too early; the service does not act."
    CLIENT_GONE = "499", "A gateway believes that the client went away; the service does not act."
    GZIP = "gzip", "The answer is compressed, whatever was asked for."
    SET_COOKIE = "set-cookie", "The answer sets a cookie that is not ASCII."
    UNKNOWN_STATUS = "unknown-status", "The operation's status is a word that nobody knows."
    ARRAY_BODY = "array-body", "The operation stands in an array, as a sample of the reference has it."
    OTHER_ID = "other-id", "The operation has the id of another one."
    OPERATION_LOCATION = "operation-location", "The header has its older name, with an absolute address."
    HOSTILE_LOCATION = "hostile-location", "`Location` leads to another host."
    MAILTO_LOCATION = "mailto-location", "`Location` is a `mailto:`."
    OTHER_OFFER_LOCATION = "other-offer-location", "`Location` leads to an operation of another offer."
    MISSING_LOCATION = "missing-location", "There is no `Location`."
    STATUS_BACKWARDS = "status-backwards", "The operation seems not to have begun yet."
    STEPS_MISSING = "steps-missing", "The operation has no field `steps`."
    STEPS_NULL = "steps-null", "The operation's `steps` are null."
    ODD_FIELDS = "odd-fields", "What surrounds a status word is null or of another type."
    ODD_ENTRY = "odd-entry", "The list of operations begins with entries that nobody can read."
    CLOCK_JUMP = "clock-jump", "The service's clock is a day behind."
    FOREIGN_NEXT_LINK = (
        "foreign-next-link",
        "The list has a next page, even after the last one, and the link to it leads to another host.",
    )
    FOREIGN_RESOURCE_URI = "foreign-resource-uri", "The `resourceUri` of a job leads to another host."


_Canned = tuple[int, dict[str, str], bytes]
_JSON = {"Content-Type": "application/json; charset=utf-8"}
_HTML = {"Content-Type": "text/html"}
_CLAIMS = base64.b64encode(b'{"access_token":{"nbf":{"essential":true,"value":"1700000000"}}}').decode()


def _said(status: int, body: object, **headers: str) -> _Canned:
    return status, {**_JSON, **headers}, json.dumps(body).encode()


def _error(status: int, code: str, message: str) -> _Canned:
    return _said(status, {"error": {"code": code, "message": message}})


_CONFLICT = _error(409, "OperationInProgress", "An operation of the offer is running.")
_DENIED = {"Message": "Authorization has been denied for this request."}
_GATEWAY_PAGE: _Canned = (502, _HTML, b"<h1>Bad gateway</h1>")

#: What is answered instead of acting.
_INSTEAD: dict[Fault, _Canned] = {
    Fault.THROTTLED: (429, {}, b""),
    Fault.THROTTLED_WAIT: (429, {"Retry-After": "3"}, b""),
    Fault.UNAVAILABLE: (503, {}, b""),
    Fault.UNAVAILABLE_WAIT: (503, {"Retry-After": "3"}, b""),
    Fault.INTERNAL_ERROR: _said(
        500, {"Variant": {"serviceName": "Variant", "error": "The call failed. Retry is OK.\r\n"}}
    ),
    Fault.BAD_GATEWAY: (502, {}, b""),
    Fault.BAD_GATEWAY_HTML: _GATEWAY_PAGE,
    Fault.ECHO_TOKEN: _GATEWAY_PAGE,
    Fault.GATEWAY_TIMEOUT: (504, {}, b""),
    Fault.EXPIRED_TOKEN: (401, {"WWW-Authenticate": "Bearer"}, b""),
    Fault.UNAUTHORIZED: _said(401, _DENIED, **{"WWW-Authenticate": "Bearer"}),
    Fault.CLAIMS_CHALLENGE: _said(
        401,
        _DENIED,
        **{"WWW-Authenticate": f'Bearer realm="", error="insufficient_claims", claims="{_CLAIMS}"'},
    ),
    Fault.PROXY_PAGE: (
        403,
        {**_HTML, "Server": "proxy.corp.example"},
        b"<title>Access denied</title><h1>Blocked by policy</h1><p>This site is not allowed.</p>",
    ),
    Fault.NOT_FOUND: _said(
        404, "System.Collections.Generic.KeyNotFoundException: It is not there.\r\n   at Find()"
    ),
    Fault.REQUEST_TIMEOUT: (408, {}, b""),
    Fault.CONFLICT: _CONFLICT,
    Fault.MISDIRECTED: (421, {}, b""),
    Fault.LOCKED: (423, {}, b""),
    Fault.TOO_EARLY: (425, {}, b""),
    Fault.CLIENT_GONE: (499, {}, b""),
}
#: What is answered after acting, instead of the answer.
_AFTER: dict[Fault, _Canned] = {
    Fault.BAD_GATEWAY_AFTER: _GATEWAY_PAGE,
    Fault.UNAVAILABLE_BANANA: (503, {"Retry-After": "banana"}, b""),
    Fault.REQUEST_TIMEOUT_AFTER: (408, {}, b""),
    Fault.CONFLICT_AFTER: _CONFLICT,
    Fault.BAD_REQUEST_AFTER: _error(400, "InvalidRequest", "The request is not valid."),
}
_RULE = re.compile(
    r"(?P<fault>[\w-]+)(?:@(?P<kind>[a-z]+))?(?:/(?P<publisher>[^/:]+)/(?P<offer>[^/:]+))?"
    r"(?::(?:(?P<all>\*)|(?P<first>\d+)(?:-(?P<last>\d+|\*))?))?"
)
GRAMMAR = "FAULT[@KIND][/PUBLISHER/OFFER][:FIRST[-LAST]]"
ALWAYS = 2**63

#: The kinds of requests: by the last fixed part of their path; `put` changes an offer, `read` is
#: everything else that is read of offers and publishers.
KINDS = (
    *("golive", "publish", "cancel", "poll", "submissions", "status", "put", "read", "any"),
    # Those of the Product Ingestion API, which has a `cancel`, `submissions` and `read` too.
    *("configure", "job", "detail", "submission", "tree", "product"),
)
_VERBS = frozenset(("golive", "publish", "cancel", "submissions", "status"))
_INGESTION_KINDS: tuple[tuple[re.Pattern[str], str], ...] = tuple(
    (re.compile(rf"{INGESTION}/{pattern}/?"), kind)
    for pattern, kind in (
        ("configure", "configure"),
        ("configure/[^/]+/status", "job"),
        ("configure/[^/]+/cancel", "cancel"),
        ("configure/[^/]+", "detail"),
        ("submission/(?:product/)?[^/]+", "submissions"),
        ("submission/[^/]+/[^/]+", "submission"),
        ("resource-tree/.+", "tree"),
        ("product", "product"),
    )
)
_PRODUCT = re.compile(rf"{INGESTION}/(?:submission|resource-tree)/(?:product/)?([^/]+)")
_OFFER = re.compile(r"/api/(?:publishers/([^/]+)/offers/([^/]+)|operations/([^/$]+)\$([^/$]+)\$)")


@frozen
class Rule:
    """A fault and the requests that it spoils.

    Attributes:
        fault: What goes wrong.
        kind: `golive`, `publish`, `cancel`, `poll`, `submissions`, `status`, `put`, `read` (whatever
            else is read of offers and publishers), or `any`. In the Product Ingestion API `configure`,
            `cancel`, `job`, `detail`, `submissions`, `submission`, `tree`, `product`, or `any`.
        first: The first request of that kind that is spoiled, counted from 1.
        last: The last one.
        offer: The publisher and the offer whose requests alone are counted and spoiled; None for all.
            In the Product Ingestion API `product` and the product's GUID, where the path names it.
    """

    fault: Fault
    kind: str = "any"
    first: int = 1
    last: int = 1
    offer: tuple[str, str] | None = None

    @classmethod
    def parse(cls, text: str) -> Rule:
        """Read a rule as it is written on the command line.

        Raises:
            ValueError: It is not one; the text says why.
        """
        match = _RULE.fullmatch(text)
        if match is None:
            raise ValueError(f"{text!r} is not {GRAMMAR}, like drop-answer@golive:1")
        if match["fault"] not in set(Fault):
            raise ValueError(f"{match['fault']!r} is no fault; there are {', '.join(Fault)}")
        kind = match["kind"] or "any"
        if kind not in KINDS:
            raise ValueError(f"{kind!r} is no kind of request; there are {', '.join(KINDS)}")
        offer = (match["publisher"], match["offer"]) if match["offer"] else None
        if match["all"]:
            return cls(Fault(match["fault"]), kind, 1, ALWAYS, offer)
        first = int(match["first"] or 1)
        last = ALWAYS if match["last"] == "*" else int(match["last"] or first)
        return cls(Fault(match["fault"]), kind, first, last, offer)


def kind_of(path: str, method: str = "GET") -> str:
    """Return the kind of a request by its path and method."""
    if path.startswith(f"{INGESTION}/"):
        return next((kind for pattern, kind in _INGESTION_KINDS if pattern.fullmatch(path)), "read")
    if "/operations/" in path:
        return "poll"
    last = path.rstrip("/").rpartition("/")[2]
    if last in _VERBS:
        return last
    return "put" if method == "PUT" else "read"


def offer_of(path: str) -> tuple[str, str] | None:
    """Return the publisher and the offer that a path is about; None if it is about none.

    An operation's joined name that holds the offer's GUID is about that. In the Product Ingestion API it
    is `product` and the product's GUID, as far as the path names it.
    """
    product = _PRODUCT.match(path)
    if product is not None:
        return ("product", product[1])
    match = _OFFER.match(path)
    return None if match is None else (match[1] or match[3], match[2] or match[4])


@define
class _Answer:
    """An answer that was caught before it is sent."""

    status: int = 500
    headers: dict[str, str] = field(factory=dict)
    body: bytes = b""

    async def send(self, message: MutableMapping[str, Any]) -> None:
        if message["type"] == "http.response.start":
            self.status = message["status"]
            self.headers = {n.decode("latin-1"): v.decode("latin-1") for n, v in message["headers"]}
        else:
            self.body += message.get("body", b"")

    def become(self, canned: _Canned) -> None:
        self.status, headers, self.body = canned
        self.headers = dict(headers)


@define(eq=False)
class FaultLayer:
    """An ASGI app around another that spoils chosen requests, and takes its time.

    Attributes:
        app: The app inside.
        rules: What is spoiled, and when.
        slow: How late what is slow comes, in seconds; what trickles comes a byte in a twentieth of that.
        hostile: Where a hostile Location leads.
        counts: How many requests of each kind came, spoiled or not.
        offer_counts: The same by kind, publisher and offer, as long as there are rules for one offer.
        connections: The transports of the open connections by their remote address, if a server of
            ours fills it in; a connection that is not among them is broken by an exception.
        answer_delay: How long after it has acted the service answers, by kind of request, in seconds of
            the client's clock.
        act_delay: How long before it acts the service does nothing, likewise. It then acts, whether or
            not the client is still there.
        sleep: How delays pass; default `asyncio.sleep`, or what the transport in this process says.
        now: The clock by which delays pass in this process, in seconds.
    """

    app: Any
    rules: tuple[Rule, ...] = ()
    slow: float = 120.0
    hostile: str = HOSTILE
    counts: Counter[str] = field(factory=Counter)
    connections: dict[tuple[str, int], asyncio.Transport] = field(factory=dict)
    offer_counts: Counter[tuple[str, str, str]] = field(factory=Counter)
    answer_delay: Mapping[str, float] = field(factory=dict)
    act_delay: Mapping[str, float] = field(factory=dict)
    sleep: Sleep | None = None
    now: Callable[[], float] = time.monotonic
    #: What clients in this process abandoned before the service acted, and when it does.
    _late: list[tuple[float, Scope, Receive]] = field(factory=list, init=False)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve a request."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        if self._late:
            await self._catch_up()
        kind = kind_of(scope["path"], scope["method"])
        faults = self._faults(kind, scope["path"])
        before, after = self._delay(self.act_delay, kind), self._delay(self.answer_delay, kind)
        if not (faults or before or after):
            await self.app(scope, receive, send)
            return
        if Fault.DROP_REQUEST in faults:
            await self._cut(scope)
            return
        answer = _Answer()
        instead = next((fault for fault in _INSTEAD if fault in faults), None)
        if instead is None:
            await self._before(before, scope, receive)
            await self.app(scope, receive, answer.send)
            self._spoil(answer, faults, kind, scope)
            await self._pause(after, scope)
        else:
            answer.become(_INSTEAD[instead])
            if instead is Fault.ECHO_TOKEN:
                answer.body += dict(scope["headers"]).get(b"authorization", b"")
        await self._deliver(answer, faults, scope, send)

    def _faults(self, kind: str, path: str) -> frozenset[Fault]:
        counts = self.counts
        counts[kind] += 1
        counts["any"] += 1
        if not self.rules:
            return frozenset()
        offer = offer_of(path) if any(rule.offer is not None for rule in self.rules) else None
        if offer is not None:
            self.offer_counts[kind, *offer] += 1
            self.offer_counts["any", *offer] += 1
        return frozenset(
            rule.fault
            for rule in self.rules
            if rule.kind in (kind, "any")
            and rule.offer in (None, offer)
            and rule.first
            <= (counts[rule.kind] if rule.offer is None else self.offer_counts[rule.kind, *rule.offer])
            <= rule.last
        )

    @staticmethod
    def _delay(delays: Mapping[str, float], kind: str) -> float:
        return (delays.get(kind) or delays.get("any", 0.0)) if delays else 0.0

    async def _pause(self, seconds: float, scope: Scope) -> None:
        if seconds:
            pause: Sleep = scope.get(PAUSE) or self.sleep or asyncio.sleep
            await pause(seconds)

    async def _before(self, seconds: float, scope: Scope, receive: Receive) -> None:
        try:
            await self._pause(seconds, scope)
        except Abandoned as error:
            late = {name: value for name, value in scope.items() if name != PAUSE}
            self._late.append((self.now() + error.left, late, receive))
            raise

    async def _catch_up(self) -> None:
        """Do what was asked by clients that went away, as soon as it is time."""
        now = self.now()
        due = sorted((each for each in self._late if each[0] <= now), key=lambda each: each[0])
        self._late = [each for each in self._late if each[0] > now]
        for moment, scope, receive in due:
            await self.app({**scope, MOMENT: moment}, receive, _Answer().send)

    def _spoil(self, answer: _Answer, faults: frozenset[Fault], kind: str, scope: Scope) -> None:
        """Change what the service said."""
        if "location" in answer.headers:
            self._mislead(answer.headers, faults, scope)
        if answer.status in (200, 202) and answer.body:
            if scope["path"].startswith(INGESTION):
                spoiled = self._spoil_ingestion(json.loads(answer.body), faults, kind, scope)
                answer.body = json.dumps(spoiled).encode()
            elif answer.status == 200 and kind in ("poll", "status", "submissions"):
                answer.body = json.dumps(_spoiled(json.loads(answer.body), faults, kind)).encode()
        for fault, canned in _AFTER.items():
            if fault in faults:
                answer.become(canned)
        if Fault.SET_COOKIE in faults:
            answer.headers["set-cookie"] = "session=\xe9\xff; path=/"
        if Fault.GZIP in faults and answer.body:
            answer.headers["content-encoding"] = "gzip"
            answer.body = gzip.compress(answer.body)

    def _spoil_ingestion(
        self, body: dict[str, Any], faults: frozenset[Fault], kind: str, scope: Scope
    ) -> Any:
        """Change what the service said about jobs, submissions and products."""
        if kind in ("configure", "job", "cancel"):
            if Fault.FOREIGN_RESOURCE_URI in faults:
                body["resourceUri"] = f"{self.hostile}/configure/{body.get('jobId', '')}"
            _spoil_job(body, faults)
        elif kind == "submission":
            _spoil_submission(body, faults)
        elif kind in ("submissions", "product") and isinstance(body.get("value"), list):
            query = scope["query_string"].decode("latin-1")
            # Not on what it led to, or nobody who follows the token would ever come to an end.
            if Fault.FOREIGN_NEXT_LINK in faults and "continuationToken" not in query:
                token = base64.urlsafe_b64encode(b"page from 999999").decode()
                following = body.get("@nextLink") or f"?{query}&continuationToken={token}"
                following = following.partition("?")[2]
                body["@nextLink"] = f"{self.hostile}{scope['path']}?{following}"
            if kind == "submissions":
                for entry in body["value"]:
                    if "status" in entry:
                        _spoil_submission(entry, faults - {Fault.OTHER_ID})
            if Fault.ODD_ENTRY in faults:
                body["value"] = [*_ODD_RESOURCES, *body["value"]]
            if Fault.ARRAY_BODY in faults:
                return body["value"]
            return body
        return [body] if Fault.ARRAY_BODY in faults else body

    def _mislead(self, headers: dict[str, str], faults: frozenset[Fault], scope: Scope) -> None:
        location = headers["location"]
        if Fault.OTHER_OFFER_LOCATION in faults:
            location = re.sub(r"(/offers/|/operations/[^$/]+\$)[^$/]+", r"\1another-offer", location)
        if Fault.MAILTO_LOCATION in faults:
            location = "mailto:ops@contoso.example"
        if Fault.HOSTILE_LOCATION in faults:
            location = self.hostile + location
        headers["location"] = location
        if Fault.OPERATION_LOCATION in faults:
            host = dict(scope["headers"]).get(b"host", b"").decode()
            headers["operation-location"] = f"{scope['scheme']}://{host}{location.partition('?')[0]}"
        if faults & {Fault.OPERATION_LOCATION, Fault.MISSING_LOCATION}:
            del headers["location"]
        if Fault.MISSING_LOCATION in faults:
            headers.pop("operation-location", None)

    async def _deliver(
        self, answer: _Answer, faults: frozenset[Fault], scope: Scope, send: Send
    ) -> None:
        """Send the answer, as far as it gets."""
        if Fault.DROP_ANSWER in faults or (Fault.RESET_BODY in faults and not answer.body):
            await self._cut(scope)
            return
        if Fault.SLOW_HEADERS in faults:
            await self._pause(self.slow, scope)
        if Fault.TRICKLE in faults:
            # White space may stand before any JSON, and before nothing too.
            answer.body = b" " * 1000 + answer.body
        headers = {**answer.headers, "content-length": str(len(answer.body))}
        encoded = [(n.lower().encode("latin-1"), v.encode("latin-1")) for n, v in headers.items()]
        await send({"type": "http.response.start", "status": answer.status, "headers": encoded})
        if Fault.TRICKLE in faults and not await self._trickle(answer.body[:-1], scope, send):
            return
        half = len(answer.body) - 1 if Fault.TRICKLE in faults else len(answer.body) // 2
        if Fault.TRICKLE not in faults:
            await send({"type": "http.response.body", "body": answer.body[:half], "more_body": True})
        if Fault.RESET_BODY in faults:
            await self._cut(scope)
            return
        if Fault.SLOW_BODY in faults and answer.body:
            await self._pause(self.slow, scope)
        await send({"type": "http.response.body", "body": answer.body[half:], "more_body": False})

    async def _trickle(self, body: bytes, scope: Scope, send: Send) -> bool:
        """Send a body byte by byte; return whether the client is still there."""
        client = tuple(scope["client"] or ())
        watched = client in self.connections
        for byte in body:
            if watched and client not in self.connections:
                return False
            await send({"type": "http.response.body", "body": bytes([byte]), "more_body": True})
            await self._pause(self.slow / 20, scope)
        return True

    async def _cut(self, scope: Scope) -> None:
        transport = self.connections.get(tuple(scope["client"] or ()))
        if transport is None:
            raise ConnectionResetError("the emulator broke the connection")
        transport.abort()
        # The server must learn of it before we return, or it would answer 500.
        while tuple(scope["client"]) in self.connections:  # noqa: ASYNC110 (it takes one turn of the loop)
            await asyncio.sleep(0)


def _spoiled(body: Any, faults: frozenset[Fault], kind: str) -> Any:
    """Change what the service said about operations and offers."""
    if kind == "submissions":
        if Fault.ODD_FIELDS in faults:
            odd: dict[str, Any] = {"offerId": None, "version": "x", "definition": [], "changedTime": 7}
            body = [{**entry, **odd, "publishingVersion": None} for entry in body]
        return [*_ODD_ENTRIES, *body] if Fault.ODD_ENTRY in faults else body
    if Fault.ODD_FIELDS in faults:
        body.update(_ODD_FIELDS)
    if kind == "status":
        return body
    if Fault.OTHER_ID in faults:
        body["id"] = "0f0f0f0f-2185-49fe-80d2-c4ddf77bb2e8"
    if Fault.STATUS_BACKWARDS in faults:
        body["status"] = "notStarted"
        for step in body["steps"]:
            if isinstance(step, dict):
                step.update(status="notStarted", progressPercentage=0)
    if Fault.UNKNOWN_STATUS in faults:
        body["status"] = "Quiescent"
    if Fault.CLOCK_JUMP in faults and Fault.ODD_FIELDS not in faults:
        for name in ("createdDateTime", "lastActionDateTime"):
            moment = datetime.fromisoformat(body[name]) - timedelta(days=1)
            body[name] = moment.isoformat()
    if Fault.STEPS_NULL in faults:
        body["steps"] = None
    if Fault.STEPS_MISSING in faults:
        body.pop("steps", None)
    return [body] if Fault.ARRAY_BODY in faults else body


def _spoil_job(body: dict[str, Any], faults: frozenset[Fault]) -> None:
    if Fault.ODD_FIELDS in faults:
        body.update(_ODD_JOB)
    if Fault.OTHER_ID in faults:
        body["jobID" if "jobID" in body else "jobId"] = "0f0f0f0f-2185-49fe-80d2-c4ddf77bb2e8"
    if Fault.STATUS_BACKWARDS in faults:
        body["jobStatus"], body["jobResult"] = "notStarted", "pending"
    if Fault.UNKNOWN_STATUS in faults:
        body["jobStatus"] = "Quiescent"
    if Fault.CLOCK_JUMP in faults:
        _set_back(body, "jobStart", "jobEnd")


def _spoil_submission(body: dict[str, Any], faults: frozenset[Fault]) -> None:
    if Fault.ODD_FIELDS in faults:
        body.update(_ODD_SUBMISSION)
    if Fault.OTHER_ID in faults:
        body["id"] = "submission/0f0f0f0f-2185-49fe-80d2-c4ddf77bb2e8/1152921505699999999"
    if "status" in body:
        if Fault.STATUS_BACKWARDS in faults:
            body["status"], body["result"] = "notStarted", "pending"
        if Fault.UNKNOWN_STATUS in faults:
            body["status"] = "Quiescent"
    if Fault.CLOCK_JUMP in faults:
        _set_back(body, "created")


def _set_back(body: dict[str, Any], *names: str) -> None:
    """Set dates a day back, as far as they are dates."""
    for name in names:
        value = body.get(name)
        if isinstance(value, str) and value[:1] == "2":
            moment = datetime.fromisoformat(value) - timedelta(days=1)
            body[name] = moment.isoformat()


_ODD_JOB: dict[str, Any] = {
    "$schema": None,
    "jobStart": 0,
    "jobEnd": "yesterday",
    "resourceUri": 7,
    "errors": "none",
}
_ODD_SUBMISSION: dict[str, Any] = {
    "$schema": 7,
    "product": None,
    "lifecycleState": [],
    "created": "yesterday",
    "validations": "none",
}
#: Nonsense, and what is over: neither can be what a go-live has to mind.
_ODD_RESOURCES: list[Any] = [None, {"id": None, "target": 3, "status": "completed"}]
_ODD_FIELDS: dict[str, Any] = {
    "messages": "none",
    "steps": [None, 7, {"stepName": 5, "status": None, "progressPercentage": "half", "messages": {}}],
    "previewLinks": {"URI": None},
    "liveLinks": None,
    "publishingVersion": "two",
    "offerVersion": None,
    "cancellationRequestState": [],
    "createdDateTime": 0,
    "lastActionDateTime": "yesterday",
    "notificationEmails": ["a@contoso.example"],
    "error": {"code": 7, "message": "The offer was rejected."},
}
#: What is over, and nonsense: neither can be what a go-live has to mind.
_ODD_ENTRIES: list[Any] = [None, {"id": None, "submissionType": 3, "submissionState": "completed"}]


def read_rules(rules: Iterable[Rule | str]) -> tuple[Rule, ...]:
    """Return rules, some of which may be written as on the command line.

    Raises:
        ValueError: One is not a rule; the text says why.
    """
    return tuple(rule if isinstance(rule, Rule) else Rule.parse(rule) for rule in rules)


def read_delays(delays: Mapping[str, float], name: str) -> dict[str, float]:
    """Return delays by kind of request.

    Raises:
        ValueError: A kind is none, or a delay is negative.
    """
    for kind, seconds in delays.items():
        if kind not in KINDS:
            raise ValueError(f"{name}: {kind!r} is no kind of request; there are {', '.join(KINDS)}")
        if not seconds >= 0:
            raise ValueError(f"{name} of {kind} must not be negative, not {seconds!r}")
    return dict(delays)
