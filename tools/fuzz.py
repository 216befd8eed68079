"""Answers that were tampered with, through the public client: `python tools/fuzz.py --cases 100000`.

Valid answers are changed in their JSON, their bytes, their headers and their status, and given to a
poll, a list, the status of an offer and a begin of a go-live. Nothing but our errors may come out, in
bounded time; what comes out must be printable and storable. A case is made from the seed and its number
alone, so that `--only NUMBER` repeats it.
"""

from __future__ import annotations

import argparse
import copy
import json
import logging
import multiprocessing
import os
import random
import sys
import time
import traceback
from collections import Counter
from collections.abc import Iterator
from typing import Any

import httpx
from attrs import define, field, frozen

from golive import (
    GoLiveClient,
    GoLiveError,
    OfferStatus,
    Operation,
    OperationStatus,
    PollingPolicy,
    RetryPolicy,
    Submission,
)
from golive.testing import VirtualClock

LOCAL = "http://127.0.0.1"
GUID = "56615b67-2185-49fe-80d2-c4ddf77bb2e8"
OFFER = "/api/publishers/contoso/offers/contoso-offer"
PATH = f"{OFFER}/operations/{GUID}"
KINDS = ("poll", "list", "offer status", "go-live")

#: How long a case may take, in seconds of this process's CPU.
BOUND = 1.0
#: How many cases a process takes on at once.
CHUNK = 2000

STEPS = [
    {
        "estimatedTimeFrame": "< 5 day",
        "id": name,
        "stepName": name.title(),
        "description": "What happens in it",
        "status": status,
        "messages": [{"messageHtml": "a <b>b</b> &amp; c", "level": "warning", "timestamp": None}],
        "progressPercentage": percent,
    }
    for name, status, percent in (
        ("displaycertify", "complete", 100),
        ("publisher-signoff", "waitingForPublisherReview", 0),
        ("live", "notStarted", 0),
    )
]
STATUS = {
    "status": "running",
    "id": GUID,
    "submissionType": "publish",
    "error": {"code": "ImageRejected", "message": "no swap partition"},
    "messages": [
        {
            "messageHtml": "<p>The size</p>",
            "level": "error",
            "timestamp": "2017-03-28T19:50:39.5506018Z",
        },
        "text alone",
    ],
    "publishingVersion": 2,
    "offerVersion": 1,
    "cancellationRequestState": "canCancel",
    "createdDateTime": "2017-03-28T19:50:36.500052Z",
    "lastActionDateTime": "2017-03-28T19:50:36",
    "steps": STEPS,
    "previewLinks": [{"DisplayText": "preview", "URI": "https://contoso.example"}],
    "liveLinks": ["https://contoso.example"],
    "notificationEmails": "jdoe@contoso.example",
}
ENTRY = {
    "id": GUID,
    "offerId": "9c1bb4bd-8a4c-4a5d-b8fd-0a4c6d9a5f10",
    "offerVersion": 1,
    "offerTypeId": "microsoft-azure-virtualmachines",
    "publisherId": "contoso",
    "submissionType": "publish",
    "submissionState": "succeeded",
    "publishingVersion": 2,
    "slot": "staging",
    "version": 636576975611768314,
    "definition": {"metadata": {"emails": "jdoe@contoso.example"}},
    "changedTime": "2018-03-26T21:46:01.179948",
}
BODIES: dict[str, list[Any]] = {
    "poll": [STATUS, [STATUS], {"status": "failed", "steps": STEPS}],
    "list": [[ENTRY], [ENTRY, {**ENTRY, "submissionState": "running"}], [], {"value": [ENTRY]}],
    "offer status": [STATUS],
    "go-live": [None, STATUS],
}
ERRORS: list[Any] = [
    {"error": {"code": "InvalidInput", "message": "no", "details": [{"code": "A", "message": "b"}]}},
    {"Message": "Authorization has been denied for this request."},
    {"Variant": {"serviceName": "Variant", "error": "Retry is OK.\r\nNow."}},
    {"Message": "The request is invalid.", "ModelState": {"offer": ["The name is required."]}},
    "Microsoft.Cloud.NotFoundException: There is no Staging slot\r\n   at Microsoft.Cloud.Slots()",
    "<html><h1>502 Bad <b>Gateway</b></h1><![CDATA[x]]></html>",
]
WORDS = (
    *(
        "running",
        "complete",
        "Succeeded",
        "failed",
        "canceled",
        "waitingForPublisherReview",
        "published",
    ),
    *(
        "NotStarted",
        "Nearly There",
        " in\tprogress\n",
        "goLive",
        "production",
        "publisher-signoff",
        "live",
    ),
)
#: What stands in place of any value of a body.
ODD: tuple[Any, ...] = (
    *(None, True, False, 0, -1, 2**63, 10**40, 0.5, -0.0, 1e308, float("nan"), float("inf"), "", " "),
    *([], {}, [[]], {"error": {}}, [None], {"code": 7, "message": {"message": ["m"]}}, {"value": []}),
    *(
        "\x1b]52;c;cHduZWQ=\x07",
        "a\r\nb",
        "\u202eb",
        "\ud800",
        "\x00",
        "\u2028",
        "ü" * 300,
        "x" * 70_000,
    ),
    *("0000-01-01T00:00:00Z", "0001-01-01T00:00:00+23:59", "9999-12-31T23:59:59-23:59", "2017-03-28"),
    *(
        "9" * 5000,
        "1e999",
        "40 %",
        "<![ x",
        "<a " * 3000,
        "<!--" * 3000,
        "&#" + "9" * 5000,
        "<" * 20_000,
    ),
    *("../..", "%2e%2e", "a" * 200, "https://evil.example/", "$", "contoso$contoso-offer$2$preview"),
    *WORDS,
)
RETRY_AFTER = (
    *("7", "0", "-1", "banana", "9" * 400, "9" * 5000, "1.5", "", " 7 ", "\xb2", "\x1b[2J", "inf"),
    *("Wed, 21 Oct 2026 07:28:00 GMT", "Sat, 01 Jan 123456789012345678901 00:00:00 GMT"),
    *("Wed, 21 Oct 2026 07:28:00 +123456789012345678901", "Wed, 99 Foo -1 :: GMT", "Mon, 01 Jan 0001"),
)
LOCATIONS = (
    *(PATH, f"{PATH}?api-version=2017-10-31", f"{LOCAL}{PATH}", f"{PATH}/", f"{OFFER}/operations/../x"),
    *(
        "/api/operations/contoso$contoso-offer$2$preview",
        "https://evil.example" + PATH,
        "mailto:a@b",
        "",
    ),
    *(
        "//evil.example" + PATH,
        "http://[::1",
        "http://127.0.0.1:99999/",
        "\x1b[2J",
        "\xff\xfe",
        "a" * 9000,
    ),
    *("/api/publishers/contoso/offers/other/operations/" + GUID, "javascript:1", "http://127.0.0.1:x/"),
)
HEADERS: dict[str, tuple[str, ...]] = {
    "Retry-After": RETRY_AFTER,
    "Location": LOCATIONS,
    "Operation-Location": LOCATIONS,
    "Content-Type": (
        "text/html",
        "application/json; charset=utf-16",
        "text/html; charset=zlib",
        "\xff",
        "",
    ),
    "Content-Encoding": ("gzip", "identity", "br, gzip", "\xff", "", "deflate", "x" * 5000),
    "ETag": ("W/\"datetime'2020-06-03T16%3A21'\"", "\xff\x1b", ""),
    "X-Ms-Correlation-Request-Id": ("abc-123", "\x1b[2J", "\xff" * 500, ""),
    "Set-Cookie": ("a=b", "\xfcber=\xfc; Expires=Wed, 99", "=;=;"),
    "WWW-Authenticate": ('Bearer claims="e30="', 'Bearer claims="\xff"', "Bearer claims=" + "a" * 9000),
    "Transfer-Encoding": ("chunked", "gzip, chunked"),
    "Content-Length": ("0", "-1", "9" * 50, "x"),
    "Date": ("x", ""),
}


@frozen
class Case:
    """An answer, and what is asked.

    Attributes:
        kind: What is asked, one of `KINDS`.
        status: The HTTP status of the answer.
        headers: Its headers.
        body: Its body.
    """

    kind: str
    status: int
    headers: list[tuple[bytes, bytes]]
    body: bytes


def make(seed: int, number: int) -> Case:
    """Make a case from the seed and its number."""
    rng = random.Random(f"{seed} {number}")
    kind = KINDS[number % len(KINDS)]
    good = 202 if kind == "go-live" else 200
    status = good
    if rng.random() < 0.25:
        usual = (
            200,
            202,
            204,
            302,
            304,
            400,
            401,
            403,
            404,
            408,
            409,
            412,
            422,
            429,
            499,
            500,
            502,
            503,
        )
        status = rng.choice(usual) if rng.random() < 0.9 else rng.randrange(200, 1000)
    value = rng.choice(BODIES[kind] if status == good else ERRORS)
    body = b"" if value is None else written(tampered(rng, value), rng)
    if rng.random() < 0.2:
        body = battered(rng, body)
    headers = {"Content-Type": "application/json; charset=utf-8", "X-Ms-Correlation-Request-Id": "1"}
    if kind == "go-live":
        headers["Location"] = rng.choice((PATH, LOCATIONS[5]))
    for _ in range(rng.choice((0, 0, 0, 1, 2, 3))):
        name = rng.choice(tuple(HEADERS))
        if rng.random() < 0.1:
            headers.pop(name, None)
        else:
            headers[name] = rng.choice(HEADERS[name])
    raw = [(name.encode(), value.encode("latin-1", "replace")) for name, value in headers.items()]
    if rng.random() < 0.05:
        raw += raw[-1:]
    return Case(kind, status, raw, body)


def tampered(rng: random.Random, value: Any) -> Any:
    """Change up to four places of a JSON value."""
    value = copy.deepcopy(value)
    for _ in range(rng.choice((0, 1, 1, 1, 2, 4))):
        found = list(places(value))
        if not found:
            return odd(rng)
        container, key = rng.choice(found)
        match rng.randrange(8):
            case 0 if isinstance(container, dict):
                del container[key]
            case 1:
                container[key] = [container[key]]
            case 2:
                container[key] = {"value": container[key], "message": container[key]}
            case 3:
                other, name = rng.choice(found)
                container[key] = copy.deepcopy(other[name])
            case _:
                container[key] = odd(rng)
    return odd(rng) if rng.random() < 0.02 else value


def odd(rng: random.Random) -> Any:
    """Return an odd value that can be changed without changing the next case."""
    return copy.deepcopy(rng.choice(ODD))


def places(value: Any) -> Iterator[tuple[Any, Any]]:
    """Yield all places of a JSON value."""
    items = (
        value.items() if isinstance(value, dict) else enumerate(value if isinstance(value, list) else ())
    )
    for key, inner in items:
        yield value, key
        yield from places(inner)


def written(value: Any, rng: random.Random) -> bytes:
    """Write a JSON value as bytes, in one of several ways."""
    if rng.random() < 0.1:
        return json.dumps(value, ensure_ascii=False).encode("utf-8", "surrogatepass")
    return (b"\xef\xbb\xbf" if rng.random() < 0.02 else b"") + json.dumps(value).encode()


def battered(rng: random.Random, body: bytes) -> bytes:
    """Change bytes, without regard to what they mean."""
    changed = bytearray(body)
    for _ in range(rng.choice((1, 2, 8))):
        at = rng.randrange(len(changed) + 1)
        match rng.randrange(6):
            case 0:
                del changed[at:]
            case 1:
                changed[at : at + 1] = bytes([rng.randrange(256)])
            case 2:
                del changed[at : at + rng.randrange(1, 30)]
            case 3:
                changed[at:at] = changed[at : at + rng.randrange(1, 100)] * rng.choice((1, 50))
            case 4:
                changed[at:at] = rng.choice(
                    (b"[" * 5000, b'{"a":' * 3000, b"9" * 6000, b"\\ud800", b"null")
                )
            case _:
                changed[at:at] = rng.choice(
                    (b"\x00", b"\xff\xfe", b"<html>", b'"', b"}", b"]", b"-", b"\\u0000")
                )
    return bytes(changed)


class Body(httpx.SyncByteStream):
    """A body as it comes from a connection."""

    def __init__(self, content: bytes) -> None:
        self._content = content

    def __iter__(self) -> Iterator[bytes]:
        yield self._content


READY = json.dumps({"status": "running", "steps": STEPS}).encode()
PLAIN = [(b"Content-Type", b"application/json")]


@define
class Bench:
    """A client, and the answer that it gets to what the case is about."""

    case: Case = field(init=False)
    lines: list[str] = field(factory=list)
    client: GoLiveClient = field(init=False)

    def __attrs_post_init__(self) -> None:
        self.client = GoLiveClient(
            "token",
            endpoint=LOCAL,
            transport=httpx.MockTransport(self.answer),
            clock=VirtualClock(),
            polling=PollingPolicy(min_delay=3600, max_delay=3600, outage_limit=3600),
            retry=RetryPolicy(max_attempts=1),
        )

    def answer(self, request: httpx.Request) -> httpx.Response:
        """Give the answer of the case, or what else a begin needs to come to its request."""
        case = self.case
        if case.kind == "go-live" and request.method == "GET":
            status = request.url.path.endswith("/status")
            return httpx.Response(200, headers=PLAIN, stream=Body(READY if status else b"[]"))
        return httpx.Response(case.status, headers=case.headers, stream=Body(case.body))

    def ask(self) -> object:
        """Ask what the case is about."""
        client = self.client
        match self.case.kind:
            case "poll":
                return client.operation(PATH).refresh()
            case "list":
                return client.submissions("contoso", "contoso-offer")
            case "offer status":
                return client.offer_status("contoso", "contoso-offer")
        return client.begin_go_live("contoso", "contoso-offer")


class Listener(logging.Handler):
    """Collects what is logged."""

    def __init__(self, lines: list[str]) -> None:
        super().__init__()
        self._lines = lines

    def emit(self, record: logging.LogRecord) -> None:
        self._lines.append(record.getMessage())


def use(outcome: object) -> str:
    """Look at everything that came out, and say what it is."""
    shown: list[str] = []
    match outcome:
        case GoLiveError():
            shown.append(str(outcome))
            assert str(type(outcome)(*outcome.args)) == str(outcome)
            json.dumps(outcome.to_dict())
        case OperationStatus() | OfferStatus():
            assert outcome.ready_to_go_live in (True, False)
            assert outcome.signed_off in (True, False, None)
            assert outcome.percent is None or 0 <= outcome.percent <= 100
            shown.append(outcome.word)
            for step in outcome.steps:
                shown += [step.id, step.name, step.word, *(m.text for m in step.messages)]
            shown += [m.text for m in outcome.messages]
            json.dumps(outcome.to_dict()).encode()
        case tuple():
            for entry in outcome:
                assert isinstance(entry, Submission)
                shown += [entry.word, entry.submission_type, entry.continuation_token]
                json.dumps(entry.to_dict()).encode()
        case Operation():
            shown.append(outcome.continuation_token())
        case _:
            raise AssertionError(f"a {type(outcome).__name__} came out")
    assert all(map(str.isprintable, shown)), f"not printable: {shown!r}"
    return type(outcome).__name__


@define
class Figures:
    """What some cases came to.

    Attributes:
        outcomes: How often what came out, by kind.
        foreign: What came out that must not, with the number of its case.
        slowest: The seconds of the slowest case, and its number.
    """

    outcomes: Counter[str] = field(factory=Counter)
    foreign: list[tuple[int, str]] = field(factory=list)
    slowest: tuple[float, int] = (0.0, -1)

    def add(self, other: Figures) -> None:
        """Add those of other cases."""
        self.outcomes += other.outcomes
        self.foreign += other.foreign
        self.slowest = max(self.slowest, other.slowest)


def run(seed: int, numbers: range) -> Figures:
    """Try some cases."""
    bench, figures = Bench(), Figures()
    logger = logging.getLogger("golive")
    logger.addHandler(listener := Listener(bench.lines))
    logger.propagate = False
    with bench.client:
        for number in numbers:
            bench.case = make(seed, number)
            bench.lines.clear()
            logger.setLevel(logging.WARNING if number % 8 else logging.DEBUG)
            begun = time.process_time()
            try:
                try:
                    outcome = bench.ask()
                except GoLiveError as error:
                    outcome = error
                made = use(outcome)
                assert all(map(str.isprintable, bench.lines)), f"logged: {bench.lines!r}"
            except Exception:  # noqa: BLE001 - that is what is looked for
                made = "foreign"
                figures.foreign.append((number, traceback.format_exc(limit=-4)))
            figures.slowest = max(figures.slowest, (time.process_time() - begun, number))
            figures.outcomes[f"{bench.case.kind}: {made}"] += 1
    logger.removeHandler(listener)
    return figures


def _run(arguments: tuple[int, range]) -> Figures:
    return run(*arguments)


def main() -> int:
    """Run the cases, print what they came to, and return 1 if it is not as it must be."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--cases", type=int, default=100_000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--processes", type=int, default=os.cpu_count() or 1)
    parser.add_argument("--only", type=int, metavar="NUMBER", help="repeat one case, and show it")
    options = parser.parse_args()
    if options.only is not None:
        print(make(options.seed, options.only))
        chunks = [range(options.only, options.only + 1)]
        options.processes = 1
    else:
        chunks = [
            range(first, min(first + CHUNK, options.cases)) for first in range(0, options.cases, CHUNK)
        ]
    figures, begun = Figures(), time.perf_counter()
    with multiprocessing.Pool(options.processes) as pool:
        for each in pool.imap_unordered(_run, [(options.seed, chunk) for chunk in chunks]):
            figures.add(each)
    seconds = time.perf_counter() - begun
    total = figures.outcomes.total()
    for outcome, count in sorted(figures.outcomes.items()):
        print(f"{count:>9}  {outcome}")
    # Each kind once: where it was raised, and what it was.
    kinds = {"".join(text.splitlines()[-4:]): (number, text) for number, text in figures.foreign}
    for number, text in list(kinds.values())[:10]:
        print(f"\ncase {number}:\n{text[-2000:]}", file=sys.stderr)
    slowest, at = figures.slowest
    print(
        f"{total} cases (seed {options.seed}) in {seconds:.0f} s, {total / seconds:.0f} a second;"
        f" {len(figures.foreign)} foreign exceptions; the slowest, {at}, took {slowest:.3f} s of CPU"
    )
    return 1 if figures.foreign or slowest > BOUND else 0


if __name__ == "__main__":
    sys.exit(main())
