"""What the contract promises and no schema can say, watched over a whole run.

A rule looks at one exchange in the light of those before it: the address of a 202 leads to an operation
of the same offer; of an offer at most one operation runs; nothing that has ended or was done is undone;
a cancellation takes effect; a precondition is heeded. And for every kind of link that the contract
declares, a run must have followed one to a 200; in a run that changes nothing, the offer's status and
its list of operations must have been answered.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from typing import Any
from urllib.parse import unquote, urljoin, urlsplit

import httpx
from attrs import define, field, frozen

__all__ = ["FORMS", "READS", "VERBS", "BrokenRule", "Exchange", "Fetched", "Rules", "unfollowed"]

VERBS = ("golive", "publish", "cancel")
FORMS = ("migrated", "non-migrated")
READS = ("status", "submissions")

#: The known words for what is over (schema `KnownStatusWord`), compared as that says.
_ENDED = {"complete", "completed", "succeeded", "failed", "rejected", "canceled", "cancelled"}
_NOT_BEGUN = {"notstarted", "neverpublished"}

_MIGRATED = re.compile(r"/api/publishers/([^/]+)/offers/([^/]+)/operations/[^/]+")
_NON_MIGRATED = re.compile(r"/api/operations/([^/$]+)\$([^/$]+)\$[^/$]+\$[^/$]+")
_OFFER = re.compile(r"/api/publishers/([^/]+)/offers/([^/]+)/.*")


class BrokenRule(AssertionError):
    """The server broke a rule of the contract.

    Args:
        rule: The name of the rule.
        explanation: What was seen instead.
    """

    def __init__(self, rule: str, explanation: str) -> None:
        super().__init__(f"{rule}: {explanation}")
        self.rule = rule


@frozen
class Exchange:
    """A request and what it was answered.

    Attributes:
        method: The request's method.
        url: Its address.
        if_match: The value of its `If-Match` header, or None.
        status: The status of the answer.
        headers: The headers of the answer, with lower-case names.
        body: The answer's body as JSON; None if it is none.
    """

    method: str
    url: str
    if_match: str | None
    status: int
    headers: Mapping[str, str]
    body: object

    @classmethod
    def of(cls, response: Any, case: Any) -> Exchange:
        """Return what Schemathesis received and sent."""
        request = response.request
        tag = request.headers.get("If-Match")
        return cls(
            case.method,
            str(request.url),
            tag.decode("latin-1") if isinstance(tag, bytes) else tag,
            response.status_code,
            {name.lower(): values[0] for name, values in response.headers.items() if values},
            _json(response),
        )

    @property
    def path(self) -> str:
        """The path of the address, decoded."""
        return unquote(urlsplit(self.url).path)


@frozen
class Fetched:
    """What a GET was answered: the status, and the body as JSON; None if it is none."""

    status: int
    body: object

    @classmethod
    def of(cls, response: httpx.Response) -> Fetched:
        """Return what httpx received."""
        return cls(response.status_code, _json(response))


@define
class Rules:
    """Watches the exchanges of a run.

    Args:
        fetch: Makes a GET of an address of the server, with the run's credential.
        pause: Is called between two looks at an operation that is being canceled; returns whether there
            is time for another look.
    """

    fetch: Callable[[str], Fetched]
    pause: Callable[[int], bool] = lambda looks: looks < 3
    #: What was seen to be answered by a 200: links, by the verb that issued them and their form, and
    #: what can be read of an offer.
    followed: set[tuple[str, str]] = field(factory=set)
    _issued: dict[str, tuple[str, str]] = field(factory=dict)
    _etags: set[str] = field(factory=set)
    _progress: dict[str, dict[str, int]] = field(factory=dict)
    _ended: dict[str, str] = field(factory=dict)

    def watch(self, exchange: Exchange) -> None:
        """Look at an exchange.

        Raises:
            BrokenRule: The server broke a rule.
        """
        path, verb = exchange.path, exchange.path.rpartition("/")[2]
        if "etag" in exchange.headers:
            self._etags.add(exchange.headers["etag"])
        if exchange.method == "POST" and exchange.status in (200, 202) and verb in VERBS:
            self._precondition(exchange)
            if exchange.status == 202:
                self._address(exchange, verb)
        elif exchange.method == "GET" and exchange.status == 200:
            if path in self._issued:
                self.followed.add(self._issued[path])
            if (what := path.rstrip("/").rpartition("/")[2]) in READS:
                self.followed.add((what, "read"))
            if "/operations/" in path:
                self._no_way_back(path, exchange.body)
            elif path.endswith("/submissions/"):
                self._one_at_a_time(exchange)

    def _precondition(self, exchange: Exchange) -> None:
        tag = exchange.if_match
        if tag is not None and tag.strip() != "*" and tag not in self._etags:
            raise BrokenRule(
                "if-match-is-heeded", f"{exchange.path} was accepted for {tag!r}, which no answer named"
            )

    def _address(self, exchange: Exchange, verb: str) -> None:
        name = "location-names-the-operation"
        value = exchange.headers.get("location") or exchange.headers.get("operation-location")
        if not value:
            raise BrokenRule(name, f"the 202 to {exchange.path} has no Location")
        target = urljoin(exchange.url, value)
        if urlsplit(target)[:2] != urlsplit(exchange.url)[:2]:
            raise BrokenRule(name, f"{value!r} leads to another host")
        path = unquote(urlsplit(target).path)
        found = _MIGRATED.fullmatch(path) or _NON_MIGRATED.fullmatch(path)
        asked = _OFFER.fullmatch(exchange.path)
        if found is None or asked is None or found.groups() != asked.groups():
            raise BrokenRule(name, f"{value!r} is no operation of the offer of {exchange.path}")
        form = "migrated" if found.re is _MIGRATED else "non-migrated"
        self._issued[path] = (verb, form)
        answer = self.fetch(target)
        if answer.status != 200:
            raise BrokenRule(name, f"{value!r} leads to a {answer.status}")
        if not isinstance(_operation(answer.body).get("status"), str):
            raise BrokenRule(name, f"{value!r} leads to something that is no operation")
        self._no_way_back(path, answer.body)
        if verb == "cancel":
            self._takes_effect(target, path, answer)

    def _takes_effect(self, target: str, path: str, answer: Fetched) -> None:
        looks = 1
        while _word(answer.body) not in _ENDED:
            if not self.pause(looks):
                raise BrokenRule(
                    "cancel-takes-effect",
                    f"{path} still is {_word(answer.body)!r} after its cancellation",
                )
            answer = self.fetch(target)
            looks += 1
            self._no_way_back(path, answer.body)

    def _no_way_back(self, path: str, body: object) -> None:
        name = "no-way-back"
        operation, word = _operation(body), _word(body)
        ended = self._ended.get(path)
        if ended is not None and word != ended:
            raise BrokenRule(name, f"{path} was {ended!r} and is {word!r}")
        if word in _ENDED:
            self._ended[path] = word
        known = self._progress.setdefault(path, {})
        for step, percentage in _percentages(operation):
            if percentage < known.get(step, 0):
                raise BrokenRule(
                    name, f"the step {step!r} of {path} fell from {known[step]} % to {percentage} %"
                )
            known[step] = percentage

    def _one_at_a_time(self, exchange: Exchange) -> None:
        entries = exchange.body if isinstance(exchange.body, list) else []
        words = [_neutral(e.get("submissionState")) for e in entries if isinstance(e, dict)]
        running = [word for word in words if word not in _ENDED | _NOT_BEGUN]
        if len(running) > 1:
            raise BrokenRule(
                "one-operation-at-a-time", f"{exchange.path} lists {len(running)} operations that run"
            )


def unfollowed(followed: set[tuple[str, str]], forms: tuple[str, ...] = FORMS) -> list[str]:
    """Name what a run should have seen answered by a 200, and did not.

    Args:
        followed: What it saw.
        forms: The forms of links that it should have followed; none for a run that changes nothing.
    """
    wanted = [(verb, form) for verb in VERBS for form in forms] or [(what, "read") for what in READS]
    return [f"{verb} ({form})" for verb, form in wanted if (verb, form) not in followed]


def _json(response: Any) -> object:
    try:
        body: object = response.json()
    except ValueError:
        return None
    return body


def _operation(body: object) -> Mapping[str, Any]:
    if isinstance(body, list) and len(body) == 1:
        body = body[0]
    return body if isinstance(body, dict) else {}


def _word(body: object) -> str:
    return _neutral(_operation(body).get("status"))


def _neutral(word: object) -> str:
    return re.sub(r"[\s_-]+", "", str(word)).casefold()


def _percentages(operation: Mapping[str, Any]) -> Iterator[tuple[str, int]]:
    steps = operation.get("steps")
    for step in steps if isinstance(steps, list) else []:
        if isinstance(step, dict) and isinstance(step.get("progressPercentage"), int):
            yield str(step.get("id")), step["progressPercentage"]
