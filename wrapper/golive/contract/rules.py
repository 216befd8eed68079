"""What the contract promises and no schema can say, watched over a whole run.

A rule looks at one exchange in the light of those before it: the address of a 202 leads to an operation
of the same offer, and two addresses lead to the same; of an offer at most one operation runs, and a 409
comes only while one does; nothing that has ended or was done is undone; a cancellation takes effect, and
so does a change of an offer; a document is that of the offer it was asked for; a precondition is heeded,
and an entity tag names one version. And for every kind of link that the contract declares, a run must
have followed one to a 200; in a run that changes nothing, what can be read of an offer must have been
answered.

Of what the sources disagree on, a server may do either: whether a publish ends in preview, which of the
two headers names an operation and how, which words and steps there are, whether there is a list.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator, Mapping
from typing import Any
from urllib.parse import unquote, urljoin, urlsplit, urlunsplit

from attrs import define, field, frozen

from golive.http import httpx

__all__ = [
    "FORMS",
    "READS",
    "VERBS",
    "BrokenRule",
    "Exchange",
    "Fetched",
    "Rules",
    "empty_errors_are_lawful",
    "unfollowed",
]

VERBS = ("golive", "publish", "cancel")
FORMS = ("migrated", "non-migrated")
READS = ("status", "submissions", "offer", "offers")

#: The known words for what is over (schema `KnownStatusWord`), compared as that says.
_SUCCEEDED = {"complete", "completed", "succeeded", "published"}
_CANCELED = {"canceled", "cancelled"}
_ENDED = {*_SUCCEEDED, *_CANCELED, "failed", "rejected"}
_NEVER = "neverpublished"
_NOT_BEGUN = {"notstarted", _NEVER}

_MIGRATED = re.compile(r"/api/publishers/([^/]+)/offers/([^/]+)/operations/([^/]+)")
_NON_MIGRATED = re.compile(r"/api/operations/([^/$]+)\$([^/$]+)\$([^/$]+\$[^/$]+)")
_OFFER = re.compile(r"/api/publishers/([^/]+)/offers/([^/]+)(?:/(.+))?")
_OFFERS = re.compile(r"/api/publishers/([^/]+)/offers")
_GUID = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}")

#: Of an offer's document, what the service writes by itself; the rest is the publisher's.
_SERVICES_OWN = {"status", "version", "changedTime", "pcMigrationStatus"}

#: An offer, by its publisher and its id, in lower case.
_Key = tuple[str, str]


#: The rule about the address of a 202, which can be broken in many ways.
RULE = "location-names-the-operation"


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
        sent: The request's body as JSON; None if it is none.
    """

    method: str
    url: str
    if_match: str | None
    status: int
    headers: Mapping[str, str]
    body: object
    sent: object = None

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
            _loaded(request.body),
        )

    @property
    def path(self) -> str:
        """The path of the address, decoded; a slash at its end, which is optional, is left out."""
        return unquote(urlsplit(self.url).path).removesuffix("/")

    @property
    def call(self) -> tuple[_Key, str] | None:
        """The offer that it is about, and what stands behind the offer in the path."""
        match = _OFFER.fullmatch(self.path)
        return match and (_key(match[1], match[2]), match[3] or "")

    def beside(self, what: str) -> str:
        """Return the address of something else of the same offer, with the same query."""
        parts = urlsplit(self.url)
        stem = re.match(r"/api/publishers/[^/]+/offers/[^/]+", parts.path)
        path = f"{stem[0] if stem else parts.path}{what}"
        return urlunsplit(parts._replace(path=path))


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
    _documents: dict[_Key, dict[str, object]] = field(factory=dict)
    _guids: dict[_Key, str] = field(factory=dict)
    _at_rest: set[_Key] = field(factory=set)
    _known: dict[_Key, bool] = field(factory=dict)
    _progress: dict[str, dict[str, int]] = field(factory=dict)
    _ended: dict[str, str] = field(factory=dict)
    _owners: dict[str, _Key] = field(factory=dict)
    _being_canceled: set[str] = field(factory=set)

    def watch(self, exchange: Exchange) -> None:
        """Look at an exchange.

        Raises:
            BrokenRule: The server broke a rule.
        """
        if "etag" in exchange.headers:
            self._etags.add(exchange.headers["etag"])
        if exchange.method == "GET":
            self._watch_read(exchange)
        elif exchange.call is not None:
            offer, what = exchange.call
            if exchange.method == "PUT" and what == "":
                self._watch_change(exchange, offer)
            elif exchange.method == "POST" and what in VERBS:
                self._watch_start(exchange, offer, what)

    def _watch_read(self, exchange: Exchange) -> None:
        path = exchange.path
        offer, what = exchange.call or (None, "")
        if exchange.status == 404 and offer is not None and what == "submissions":
            self._no_list(exchange, offer)
        if exchange.status != 200:
            return
        if path in self._issued:
            self.followed.add(self._issued[path])
        if "/operations/" in path:
            self._no_way_back(path, exchange.body)
        elif _OFFERS.fullmatch(path):
            self.followed.add(("offers", "read"))
            self._belong(exchange)
        elif offer is not None:
            self._known[offer] = True
            name = what or "offer"
            if name in READS:
                self.followed.add((name, "read"))
            if what == "submissions":
                self._one_at_a_time(exchange)
            elif what == "status":
                self._note_rest(offer, exchange.body)
            else:
                self._belongs(exchange, offer)

    def _watch_start(self, exchange: Exchange, offer: _Key, verb: str) -> None:
        if exchange.status == 409:
            self._busy(exchange, offer)
        elif exchange.status in (200, 202):
            self._at_rest.discard(offer)
            self._precondition(exchange)
            if exchange.status == 202:
                self._addresses(exchange, verb)
            elif verb == "cancel":
                # At once, and without a word about which operation.
                self._being_canceled |= {path for path, owner in self._owners.items() if owner == offer}
        elif exchange.status >= 500:
            # Nobody knows whether it was carried out.
            self._at_rest.discard(offer)

    def _watch_change(self, exchange: Exchange, offer: _Key) -> None:
        if exchange.status == 409:
            self._busy(exchange, offer)
        elif exchange.status == 200:
            self._precondition(exchange)
            self._belongs(exchange, offer)
            self._names_one_version(exchange, offer)
            self._is_kept(exchange)

    def _precondition(self, exchange: Exchange) -> None:
        tag = exchange.if_match
        if tag is not None and tag.strip() != "*" and tag not in self._etags:
            raise BrokenRule(
                "if-match-is-heeded", f"{exchange.path} was accepted for {tag!r}, which no answer named"
            )
        if exchange.call is not None and exchange.method == "PUT":
            *older, newest = self._documents.get(exchange.call[0]) or [tag]
            if tag in older and tag != newest:
                raise BrokenRule(
                    "if-match-is-heeded",
                    f"{exchange.path} was changed for {tag!r}, though it was {newest!r} by then",
                )

    def _names_one_version(self, exchange: Exchange, offer: _Key) -> None:
        tag, body = exchange.headers.get("etag"), exchange.body
        if tag is None or not isinstance(body, dict):
            return
        written = {name: value for name, value in body.items() if name not in _SERVICES_OWN}
        versions = self._documents.setdefault(offer, {})
        if versions.setdefault(tag, written) != written:
            raise BrokenRule(
                "entity-tag-names-one-version", f"two versions of {exchange.path} have the tag {tag}"
            )
        # The newest stands last.
        versions[tag] = versions.pop(tag)

    def _is_kept(self, exchange: Exchange) -> None:
        said, looks = _display_text(exchange.body), 1
        while (found := _display_text(self.fetch(exchange.url).body)) != said:
            if not self.pause(looks):
                raise BrokenRule(
                    "change-is-kept", f"{exchange.path} was named {said!r} and is named {found!r}"
                )
            looks += 1

    def _belongs(self, exchange: Exchange, offer: _Key) -> None:
        body = exchange.body if isinstance(exchange.body, dict) else {}
        publisher, named = str(body.get("publisherId")), str(body.get("id"))
        if publisher.casefold() != offer[0] or not self._is_name(offer, named):
            raise BrokenRule(
                "document-belongs-to-the-offer",
                f"{exchange.path} is the offer {named!r} of {publisher!r}",
            )

    def _belong(self, exchange: Exchange) -> None:
        name = "document-belongs-to-the-offer"
        entries = exchange.body if isinstance(exchange.body, list) else []
        owner = exchange.path.split("/")[3].casefold()
        seen = set()
        for entry in entries:
            if not isinstance(entry, dict):
                continue
            if str(entry.get("publisherId")).casefold() != owner:
                raise BrokenRule(name, f"{exchange.path} lists one of {entry.get('publisherId')!r}")
            if (key := str(entry.get("id")).casefold()) in seen:
                raise BrokenRule(name, f"{exchange.path} lists {key!r} twice")
            seen.add(key)

    def _is_name(self, offer: _Key, named: str) -> bool:
        """Tell whether an offer may be called so: by its id, or always by the same GUID of its own."""
        named = named.casefold()
        if named == offer[1]:
            return True
        others = {guid for other, guid in self._guids.items() if other != offer}
        if not _GUID.fullmatch(named) or named in others:
            return False
        return self._guids.setdefault(offer, named) == named

    def _busy(self, exchange: Exchange, offer: _Key) -> None:
        rested = offer in self._at_rest
        self._note_rest(offer, self.fetch(exchange.beside("/status")).body)
        if rested and offer in self._at_rest:
            raise BrokenRule(
                "busy-only-while-something-runs",
                f"{exchange.path} was refused as busy, and nothing runs or was begun",
            )

    def _note_rest(self, offer: _Key, body: object) -> None:
        if _word(body) in _ENDED | {_NEVER}:
            self._at_rest.add(offer)
        else:
            self._at_rest.discard(offer)

    def _no_list(self, exchange: Exchange, offer: _Key) -> None:
        if offer not in self._known:
            self._known[offer] = self.fetch(exchange.beside("/status")).status == 200
        if self._known[offer]:
            self.followed.add(("submissions", "missing"))

    def _addresses(self, exchange: Exchange, verb: str) -> None:
        values = [
            value
            for name in ("location", "operation-location")
            if (value := exchange.headers.get(name, ""))
        ]
        if not values:
            raise BrokenRule(RULE, f"the 202 to {exchange.path} has no Location")
        (first, *others) = (self._address(exchange, verb, value) for value in values)
        for other in others:
            alike = first[0] == other[0] if first[0].form == other[0].form else True
            if not alike or (None not in (first[1], other[1]) and first[1] != other[1]):
                raise BrokenRule(
                    "both-headers-name-one-operation",
                    f"the 202 to {exchange.path} names {values[0]!r} and {values[1]!r}",
                )

    def _address(self, exchange: Exchange, verb: str, value: str) -> tuple[_Name, str | None]:
        target = urljoin(exchange.url, value)
        if urlsplit(target)[:2] != urlsplit(exchange.url)[:2]:
            raise BrokenRule(RULE, f"{value!r} leads to another host")
        path = unquote(urlsplit(target).path)
        found = _MIGRATED.fullmatch(path) or _NON_MIGRATED.fullmatch(path)
        if found is None or exchange.call is None or not self._is_of(found, exchange.call[0]):
            raise BrokenRule(RULE, f"{value!r} is no operation of the offer of {exchange.path}")
        form = FORMS[found.re is _NON_MIGRATED]
        self._issued[path] = (verb, form)
        self._owners[path] = exchange.call[0]
        if not urlsplit(target).query:
            # The older header has no version; who follows it adds the one that is spoken.
            target = urlunsplit(urlsplit(target)._replace(query=urlsplit(exchange.url).query))
        answer = self.fetch(target)
        if answer.status != 200:
            raise BrokenRule(RULE, f"{value!r} leads to a {answer.status}")
        operation = _operation(answer.body)
        if not isinstance(operation.get("status"), str):
            raise BrokenRule(RULE, f"{value!r} leads to something that is no operation")
        if verb == "cancel":
            self._being_canceled.add(path)
        self._no_way_back(path, answer.body)
        if verb == "cancel":
            self._takes_effect(target, path, answer)
        own = operation.get("id")
        return _Name(form, found[3].casefold()), own.casefold() if isinstance(own, str) else None

    def _is_of(self, found: re.Match[str], offer: _Key) -> bool:
        if found.re is _MIGRATED:
            return _key(found[1], found[2]) == offer
        return found[1].casefold() == offer[0] and self._is_name(offer, found[2])

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
        if ended not in (None, word) and not self._left_preview(path, operation, ended, word):
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

    def _left_preview(
        self, path: str, operation: Mapping[str, Any], ended: str | None, word: str
    ) -> bool:
        """Tell whether it is a publish that had ended in preview, and was canceled there."""
        canceled = ended in _SUCCEEDED and word in _CANCELED and path in self._being_canceled
        return canceled and _neutral(operation.get("submissionType")) != "golive"

    def _one_at_a_time(self, exchange: Exchange) -> None:
        entries = exchange.body if isinstance(exchange.body, list) else []
        words = [_neutral(e.get("submissionState")) for e in entries if isinstance(e, dict)]
        running = [word for word in words if word not in _ENDED | _NOT_BEGUN]
        if len(running) > 1:
            raise BrokenRule(
                "one-operation-at-a-time", f"{exchange.path} lists {len(running)} operations that run"
            )


@frozen
class _Name:
    """What tells an operation from the others of its offer, in one of the two forms of an address."""

    form: str
    own: str


def empty_errors_are_lawful(response: Any, instead: bytes = b'""') -> None:
    """Have Schemathesis take an error without a body for one that is as lawful.

    OpenAPI can say what a body is, not that there may be none.

    Args:
        response: What Schemathesis received; changed in place.
        instead: What to take it for; an empty text.
    """
    if response.status_code >= 400 and not response.content and "content-type" not in response.headers:
        response.headers["content-type"] = ["application/json"]
        response.content = instead


def unfollowed(followed: set[tuple[str, str]], forms: tuple[str, ...] = FORMS) -> list[str]:
    """Name what a run should have seen answered by a 200, and did not.

    Args:
        followed: What it saw.
        forms: The forms of links that it should have followed; none for a run that changes nothing.
    """
    wanted = [(verb, form) for verb in VERBS for form in forms] or [(what, "read") for what in READS]
    if ("submissions", "missing") in followed:
        # Newer copies of the reference do not name the list.
        wanted = [each for each in wanted if each != ("submissions", "read")]
    return [f"{verb} ({form})" for verb, form in wanted if (verb, form) not in followed]


def _key(publisher: str, offer: str) -> _Key:
    return publisher.casefold(), offer.casefold()


def _display_text(document: object) -> object:
    definition = document.get("definition") if isinstance(document, dict) else None
    return definition.get("displayText") if isinstance(definition, dict) else None


def _json(response: Any) -> object:
    try:
        body: object = response.json()
    except ValueError:
        return None
    return body


def _loaded(body: object) -> object:
    try:
        loaded: object = json.loads(body) if isinstance(body, str | bytes) else None
    except ValueError:
        return None
    return loaded


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
            yield str(step.get("id") or step.get("stepName")), step["progressPercentage"]
