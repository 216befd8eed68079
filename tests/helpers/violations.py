"""The catalogue of what an emulator may get wrong, each to be caught by the contract suite alone.

A violation edits what reaches the emulator or what leaves it. `caught_by` names the check that must
find it: one of Schemathesis's, or one of `golive.contract.rules`.
"""

from __future__ import annotations

import itertools
import json
import re
from collections.abc import Callable
from typing import Any

from attrs import define, evolve, field, frozen

from golive.emulator import TOKEN, Emulator, Scenario

BEARER = f"Bearer {TOKEN}".encode()

Headers = tuple[tuple[bytes, bytes], ...]


def replaced(headers: Headers, name: bytes, value: bytes | None) -> Headers:
    """Give a header another value, or leave it out."""
    others = [(n, v) for n, v in headers if n.lower() != name]
    return (*others, *([] if value is None else [(name, value)]))


@frozen
class Request:
    """What reaches the emulator."""

    method: str
    path: str
    query: str
    headers: Headers
    body: bytes

    @property
    def verb(self) -> str:
        return self.path.rstrip("/").rpartition("/")[2]

    def header(self, name: bytes, value: bytes | None) -> Request:
        return evolve(self, headers=replaced(self.headers, name, value))


@frozen
class Answer:
    """What leaves it."""

    status: int
    headers: Headers
    body: bytes

    @property
    def json(self) -> Any:
        return json.loads(self.body)

    def header(self, name: bytes, value: bytes | None) -> Answer:
        return evolve(self, headers=replaced(self.headers, name, value))

    def location(self, edit: Callable[[str], str]) -> Answer:
        for name, value in self.headers:
            if name == b"location":
                return self.header(b"location", edit(value.decode()).encode())
        return self

    def content(self, body: object) -> Answer:
        text = json.dumps(body).encode()
        sized = self.header(b"content-length", str(len(text)).encode())
        return evolve(sized.header(b"content-type", b"application/json"), body=text)


@define
class Faulty:
    """An emulator behind a violation, as an ASGI app."""

    violation: Violation | None = None
    #: How the emulator behaves where a service may do either.
    habits: tuple[str, ...] = ()
    emulator: Emulator = field(init=False)
    #: What a violation has to remember.
    memory: dict[str, Any] = field(factory=dict)

    def __attrs_post_init__(self) -> None:
        self.renew()

    def renew(self) -> None:
        # Every look at the clock takes ten hours, so that operations end while the suite goes on.
        clock = itertools.count().__next__
        self.emulator = Emulator(
            speed=36_000, clock=clock, always_ready=True, habits=self.habits, list_delay=0
        )

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        if scope["type"] != "http":
            await self.emulator.app(scope, receive, send)
            return
        body = b""
        while True:
            message = await receive()
            body += message.get("body", b"")
            if not message.get("more_body"):
                break
        request = Request(
            scope["method"],
            scope["path"],
            scope["query_string"].decode("latin-1"),
            tuple((bytes(n), bytes(v)) for n, v in scope["headers"]),
            body,
        )
        violation = self.violation
        if violation is not None and violation.before is not None:
            request = violation.before(self, request)
        answer = await self.serve(request, scope)
        if violation is not None and violation.after is not None:
            answer = violation.after(self, request, answer)
        start = {"status": answer.status, "headers": list(answer.headers)}
        await send({"type": "http.response.start", **start})
        await send({"type": "http.response.body", "body": answer.body})

    async def serve(self, request: Request, scope: Any) -> Answer:
        """Ask the emulator."""
        received: dict[str, Any] = {"body": b""}
        messages = iter([{"type": "http.request", "body": request.body, "more_body": False}])

        async def receive() -> Any:
            return next(messages, {"type": "http.disconnect"})

        async def send(message: Any) -> None:
            if message["type"] == "http.response.start":
                received.update(status=message["status"], headers=tuple(map(tuple, message["headers"])))
            else:
                received["body"] += message.get("body", b"")

        path = request.path
        sent = {**scope, "method": request.method, "path": path, "raw_path": path.encode()}
        sent |= {"query_string": request.query.encode("latin-1"), "headers": list(request.headers)}
        await self.emulator.app(sent, receive, send)
        return Answer(**received)


#: The words of the emulator for an operation that is over.
ENDED = ("succeeded", "complete", "completed", "failed", "canceled")

Before = Callable[[Faulty, Request], Request]
After = Callable[[Faulty, Request, Answer], Answer]


@frozen
class Violation:
    """Something that a server gets wrong.

    Attributes:
        name: Its name.
        what: What the server does, for the table in the documentation.
        caught_by: The check that must find it.
        before: Edits what reaches the emulator.
        after: Edits what leaves it.
        phases: The phases of the suite that find it; the others are run only if these do not.
    """

    name: str
    what: str
    caught_by: str
    before: Before | None = None
    after: After | None = None
    phases: tuple[str, ...] = ("examples", "coverage")


def is_poll(request: Request, answer: Answer) -> bool:
    return "/operations/" in request.path and answer.status == 200


def located(edit: Callable[[str], str]) -> After:
    return lambda faulty, request, answer: answer.location(edit)


def polled(edit: Callable[[dict[str, Any]], Any], since: int = 1) -> After:
    """Edit the status of an operation, from the n-th poll on."""

    def after(faulty: Faulty, request: Request, answer: Answer) -> Answer:
        if not is_poll(request, answer):
            return answer
        polls = faulty.memory["polls"] = faulty.memory.get("polls", 0) + 1
        return answer.content(edit(answer.json)) if polls >= since else answer

    return after


def answered(verb: str, status: int, edit: Callable[[Answer], Answer]) -> After:
    """Edit the answers of one status to one kind of request."""

    def after(faulty: Faulty, request: Request, answer: Answer) -> Answer:
        return edit(answer) if request.verb == verb and answer.status == status else answer

    return after


def without_body(faulty: Faulty, request: Request) -> Request:
    body = request.header(b"content-length", b"0").header(b"content-type", None)
    return evolve(body, body=b"") if request.method == "POST" else request


def any_version(faulty: Faulty, request: Request) -> Request:
    others = [p for p in request.query.split("&") if p and not p.startswith("api-version=")]
    return evolve(request, query="&".join([*others, "api-version=2017-10-31"]))


def any_id(faulty: Faulty, request: Request) -> Request:
    path = re.sub(r"(/offers/)[^/]*", r"\1contoso-offer", request.path)
    return evolve(request, path=re.sub(r"(/publishers/)[^/]*", r"\1contoso", path))


def forgetful(faulty: Faulty, request: Request) -> Request:
    faulty.renew()
    return request


def two_at_once(faulty: Faulty, request: Request, answer: Answer) -> Answer:
    if request.verb != "submissions" or answer.status != 200:
        return answer
    entry = {"id": "56615b67-2185-49fe-80d2-c4ddf77bb2e8", "submissionType": "goLive"}
    return answer.content([{**entry, "submissionState": "running"}] * 2 + answer.json)


def cancels_nothing(faulty: Faulty, request: Request) -> Request:
    if request.verb == "cancel" and request.method == "POST":
        for offer in faulty.emulator.market.offers():
            if offer.latest is not None:
                # The cancellation is accepted, and never takes effect; nor is there another end.
                offer.latest.canceled = float("inf")
                offer.latest.scenario = Scenario.HANG
    return request


def backwards(faulty: Faulty, request: Request, answer: Answer) -> Answer:
    if not is_poll(request, answer):
        return answer
    polls = faulty.memory[request.path] = faulty.memory.get(request.path, 0) + 1
    steps = [{"id": "live", "stepName": "Live", "status": "running", "progressPercentage": 100 // polls}]
    return answer.content({**answer.json, "steps": steps})


def undone(faulty: Faulty, request: Request, answer: Answer) -> Answer:
    if is_poll(request, answer) and answer.json["status"] in ENDED:
        if request.path in faulty.memory:
            return answer.content({**answer.json, "status": "running"})
        faulty.memory[request.path] = True
    return answer


def sporadic(faulty: Faulty, request: Request, answer: Answer) -> Answer:
    faulty.memory["requests"] = faulty.memory.get("requests", 0) + 1
    return evolve(answer, status=500) if faulty.memory["requests"] % 40 == 0 else answer


def sporadic_and_documented(faulty: Faulty, request: Request, answer: Answer) -> Answer:
    said = {"Variant": {"serviceName": "Variant", "error": "An error has occurred. Retry is OK."}}
    failed = sporadic(faulty, request, answer)
    return failed.content(said) if failed.status == 500 else answer


def counted(faulty: Faulty, request: Request) -> Request:
    faulty.memory["operations"] = [
        (offer, len(offer.operations)) for offer in faulty.emulator.market.offers()
    ]
    return request


def never_at_rest(faulty: Faulty, request: Request, answer: Answer) -> Answer:
    if request.verb != "publish" or answer.status != 202:
        return answer
    for offer, count in faulty.memory["operations"]:
        del offer.operations[count:]
    busy = {"error": {"code": "Conflict", "message": "Another operation runs."}}
    return evolve(answer.header(b"location", None).content(busy), status=409)


def two_operations(faulty: Faulty, request: Request, answer: Answer) -> Answer:
    """Name the operation before in the older header."""
    location = dict(answer.headers).get(b"location")
    if location is None:
        return answer
    offer = request.path.rpartition("/")[0]
    before = faulty.memory.get(offer, location)
    faulty.memory[offer] = location
    return answer.header(b"operation-location", before)


def older_name(edit: Callable[[str], str]) -> After:
    """Give the address of a 202 in the older header alone, and edit it."""

    def after(faulty: Faulty, request: Request, answer: Answer) -> Answer:
        location = dict(answer.headers).get(b"location")
        if location is None:
            return answer
        plain = answer.header(b"location", None)
        return plain.header(b"operation-location", edit(location.decode()).encode())

    return after


OFFER = re.compile(r"/api/publishers/[^/]+/offers/[^/]+")


def is_offer(request: Request, method: str) -> bool:
    return request.method == method and OFFER.fullmatch(request.path) is not None


def changed(edit: Callable[[Answer], Answer]) -> After:
    """Edit the answer to a change of an offer."""

    def after(faulty: Faulty, request: Request, answer: Answer) -> Answer:
        return edit(answer) if is_offer(request, "PUT") and answer.status == 200 else answer

    return after


def change_forgotten(faulty: Faulty, request: Request, answer: Answer) -> Answer:
    if is_offer(request, "GET") and answer.status == 200:
        return answer.content(faulty.memory.setdefault(request.path, answer.json))
    return answer


def documents(pattern: str, edit: Callable[[Any], Any]) -> After:
    """Edit what is answered to requests whose path ends so."""

    def after(faulty: Faulty, request: Request, answer: Answer) -> Answer:
        if answer.status == 200 and re.search(pattern, request.path):
            return answer.content(edit(answer.json))
        return answer

    return after


def path_replaced(pattern: str, by: str) -> Before:
    return lambda faulty, request: evolve(request, path=re.sub(pattern, by, request.path))


def error_cut(faulty: Faulty, request: Request, answer: Answer) -> Answer:
    """Promise JSON, and send nothing."""
    if answer.status != 404:
        return answer
    return evolve(answer.content(None), body=b"").header(b"content-length", b"0")


def no_bearer(faulty: Faulty, request: Request) -> Request:
    return request.header(b"authorization", BEARER)


def no_precondition(faulty: Faulty, request: Request) -> Request:
    return request.header(b"if-match", None)


def no_allow(faulty: Faulty, request: Request, answer: Answer) -> Answer:
    return answer.header(b"allow", None)


def html(faulty: Faulty, request: Request, answer: Answer) -> Answer:
    return answer.header(b"content-type", b"text/html") if is_poll(request, answer) else answer


def uncorrelated(faulty: Faulty, request: Request, answer: Answer) -> Answer:
    return answer.header(b"x-ms-correlation-request-id", None)


def bare_error(faulty: Faulty, request: Request, answer: Answer) -> Answer:
    return answer.content(["no"]) if answer.status == 404 else answer


def known(faulty: Faulty, request: Request, answer: Answer) -> Answer:
    if request.verb == "status" and answer.status == 404:
        return evolve(answer.content({"status": 7}), status=200)
    return answer


def guid(text: str) -> str:
    return re.sub(
        r"[0-9a-f]{12}(?=\?)|\$\d+\$", lambda m: m[0].translate({49: 57, 97: 98, 50: 56}), text
    )


def another_offer(text: str) -> str:
    return text.replace("contoso-offer", "contoso-draft").replace("contoso-legacy", "contoso-offer")


def step(**fields: Any) -> dict[str, Any]:
    return {"id": "live", "stepName": "Live", "status": "running", **fields}


RULE = "location-names-the-operation"
SCHEMA = "response_schema_conformance"
HEADERS = "response_headers_conformance"

#: What shows only along the links, and what only by values that are drawn.
WALKS, DRAWN = ("stateful",), ("fuzzing",)

VIOLATIONS = [
    Violation(
        "location-dropped",
        "The 202 to a go-live has no `Location`",
        RULE,
        after=answered("golive", 202, lambda a: a.header(b"location", None)),
    ),
    Violation(
        "location-malformed",
        "`Location` has neither of the two forms",
        RULE,
        after=located(lambda text: text.replace("/api/", "/apis/")),
    ),
    Violation(
        "location-without-version",
        "`Location` asks for another version of the API",
        RULE,
        after=located(lambda text: text.replace("2017-10-31", "2016")),
    ),
    Violation("location-dangling", "`Location` leads to a 404", RULE, after=located(guid)),
    Violation(
        "location-other-host",
        "`Location` leads to another host",
        RULE,
        after=located(lambda text: f"https://evil.example{text}"),
    ),
    Violation(
        "location-other-offer", "`Location` names another offer", RULE, after=located(another_offer)
    ),
    Violation(
        "status-200-for-202",
        "A go-live is answered 200",
        "status_code_conformance",
        after=answered("golive", 202, lambda a: evolve(a, status=200)),
    ),
    Violation(
        "status-undocumented",
        "A publish is answered 201",
        "status_code_conformance",
        after=answered("publish", 202, lambda a: evolve(a, status=201)),
    ),
    Violation("allow-missing", "A 405 has no `Allow`", "unsupported_method", after=no_allow),
    Violation("server-error", "Now and then a 500", "not_a_server_error", after=sporadic),
    Violation(
        "type-at-first-poll",
        "`status` of an operation is a number",
        RULE,
        after=polled(lambda body: {**body, "status": 7}),
    ),
    Violation(
        "type-at-third-poll",
        "`steps` is an object, from the third poll on",
        SCHEMA,
        after=polled(lambda body: {**body, "steps": {}}, since=3),
        phases=WALKS,
    ),
    Violation(
        "status-missing",
        "An operation has no `status`",
        RULE,
        after=polled(lambda body: {k: v for k, v in body.items() if k != "status"}),
    ),
    Violation(
        "array-of-two", "A status is an array of two", RULE, after=polled(lambda body: [body] * 2)
    ),
    Violation(
        "timestamp-malformed",
        "A message's timestamp is none",
        SCHEMA,
        after=polled(
            lambda body: {
                **body,
                "messages": [{"messageHtml": "m", "level": "error", "timestamp": "yesterday"}],
            }
        ),
        phases=WALKS,
    ),
    Violation(
        "percentage-out-of-range",
        "A step is done to 101 %",
        SCHEMA,
        after=polled(lambda body: {**body, "steps": [step(progressPercentage=101)]}),
        phases=WALKS,
    ),
    Violation(
        "step-without-name",
        "A step has neither an id nor a name",
        SCHEMA,
        after=polled(lambda body: {**body, "steps": [{"description": "?", "status": "running"}]}),
        phases=WALKS,
    ),
    Violation(
        "older-header-malformed",
        "`Operation-Location` alone, in neither of the two forms",
        RULE,
        after=older_name(lambda text: text.replace("/operations/", "/operation/")),
    ),
    Violation(
        "older-header-other-host",
        "`Operation-Location` alone, and to another host",
        RULE,
        after=older_name(lambda text: f"https://evil.example{text}"),
    ),
    Violation(
        "two-headers-two-operations",
        "The two headers of a 202 name two operations",
        "both-headers-name-one-operation",
        after=two_operations,
    ),
    Violation(
        "busy-for-nothing",
        "A publish is refused by 409 though nothing runs",
        "busy-only-while-something-runs",
        before=counted,
        after=never_at_rest,
    ),
    Violation(
        "busy-undocumented",
        "A second operation is refused by 423",
        "status_code_conformance",
        after=lambda f, r, a: evolve(a, status=423) if a.status == 409 else a,
    ),
    Violation(
        "server-error-documented",
        "Now and then a 500 with `Variant`, as documented",
        "not_a_server_error",
        after=sporadic_and_documented,
    ),
    Violation(
        "changed-time-malformed",
        "An operation in the list changed yesterday",
        SCHEMA,
        after=documents(
            "/submissions/?$", lambda body: [{**each, "changedTime": "yesterday"} for each in body]
        ),
        phases=WALKS,
    ),
    Violation(
        "offer-version-malformed",
        "The version of an offer is a text",
        SCHEMA,
        after=documents("/offers/[^/]+$", lambda body: {**body, "version": "seven"}),
    ),
    Violation(
        "slot-of-another-offer",
        "A slot holds another offer",
        "document-belongs-to-the-offer",
        after=documents("/slot/[a-z]+$", lambda body: {**body, "id": "contoso-other"}),
    ),
    Violation(
        "offers-of-others",
        "The offers of a publisher are another's",
        "document-belongs-to-the-offer",
        after=documents("/offers$", lambda body: [{**each, "publisherId": "fabrikam"} for each in body]),
    ),
    Violation(
        "slot-unchecked",
        "Any slot",
        "negative_data_rejection",
        before=path_replaced("/slot/[^/]*", "/slot/draft"),
    ),
    Violation(
        "change-forgotten",
        "A change of an offer is accepted and not made",
        "change-is-kept",
        after=change_forgotten,
        phases=DRAWN,
    ),
    Violation(
        "change-undocumented",
        "A change of an offer is answered 201",
        "status_code_conformance",
        after=changed(lambda a: evolve(a, status=201)),
    ),
    Violation(
        "etag-missing",
        "A change of an offer has no `ETag`",
        HEADERS,
        after=changed(lambda a: a.header(b"etag", None)),
    ),
    Violation(
        "etag-for-ever",
        "The `ETag` of an offer never changes",
        "entity-tag-names-one-version",
        after=changed(lambda a: a.header(b"etag", b'W/"1"')),
        phases=DRAWN,
    ),
    Violation("error-body-cut", "A 404 says that it is JSON, and is empty", SCHEMA, after=error_cut),
    Violation(
        "submissions-an-object",
        "The list of operations is an object",
        SCHEMA,
        after=answered("submissions", 200, lambda a: a.content({"value": a.json})),
    ),
    Violation(
        "submission-id-malformed",
        "The id of an operation in the list is no GUID",
        SCHEMA,
        after=answered("submissions", 200, lambda a: a.content([{**e, "id": "1"} for e in a.json])),
        phases=WALKS,
    ),
    Violation(
        "html", "A status comes as `text/html`", "content_type_conformance", after=html, phases=WALKS
    ),
    Violation("correlation-id-missing", "No correlation id", HEADERS, after=uncorrelated),
    Violation(
        "retry-after-malformed",
        "`Retry-After: soon`",
        HEADERS,
        after=lambda f, r, a: a.header(b"retry-after", b"soon") if is_poll(r, a) else a,
        phases=WALKS,
    ),
    Violation("error-body-malformed", "A 404 explains itself by an array", SCHEMA, after=bare_error),
    Violation("authorization-ignored", "No token is needed", "ignored_auth", before=no_bearer),
    Violation("version-unchecked", "Any api-version", "negative_data_rejection", before=any_version),
    Violation(
        "ids-unchecked", "Any publisher and offer", "document-belongs-to-the-offer", before=any_id
    ),
    Violation(
        "body-unchecked", "Any body", "negative_data_rejection", before=without_body, phases=WALKS
    ),
    Violation("unknown-offer-known", "The status of an offer that is none", SCHEMA, after=known),
    Violation(
        "precondition-ignored",
        "`If-Match` is not looked at",
        "if-match-is-heeded",
        before=no_precondition,
    ),
    Violation("forgetful", "Nothing is remembered between two calls", RULE, before=forgetful),
    Violation(
        "two-at-once", "Two operations of an offer run", "one-operation-at-a-time", after=two_at_once
    ),
    Violation(
        "cancel-ineffective",
        "A cancellation cancels nothing",
        "cancel-takes-effect",
        before=cancels_nothing,
    ),
    Violation("progress-backwards", "A step's percentage falls", "no-way-back", after=backwards),
    Violation("end-undone", "What has ended runs again", "no-way-back", after=undone, phases=DRAWN),
]
