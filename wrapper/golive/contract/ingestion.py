"""What the contract of the Product Ingestion API promises and no schema can say.

As with `rules`, a rule looks at one exchange in the light of those before it: what is accepted names a
job that can be followed, and that no other call was given; a job goes forward, ends once, and says why
it failed; what it did is told when it has ended, and a cancellation ends it; what it took live is listed
as live. A submission is of the product that was asked for, the draft alone is number 0, and one at most
is in progress. Filters and the size of a page are heeded, and the next page is at the server that was
asked.

Of what the sources disagree on, a server may do either: how the id of a job is spelled, in which case
words are written, which host schemas have, whether the preview is listed after a go-live.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from typing import Any
from urllib.parse import parse_qs, quote, urljoin, urlsplit, urlunsplit

from attrs import define, field

from golive.contract.rules import BrokenRule, Exchange, Fetched

__all__ = [
    "BASE",
    "CHANGES",
    "LINKED",
    "NO_BODY",
    "READS",
    "JobRules",
    "about",
    "asking_for",
    "guid_of",
    "job_of",
    "unfollowed",
]

#: Where the API is below its host.
BASE = "/rp/product-ingestion"

#: Of whom the examples of the contract are.
_EXAMPLE = ("contoso-db", "d017bbc2-14c8-5927-a4b5-391de56d3953")

#: What an error without a body is taken for.
NO_BODY = b'{"error": {"code": ""}}'

#: What a run must have seen answered by a 2xx: in any case, and with changes allowed.
READS = ("products", "submissions", "submission", "tree")
CHANGES = ("publish", "go-live", "status", "detail")

#: What has links to jobs, and what they lead to: where a walk goes that is not the first.
LINKED = ("configure", "getJobStatus", "getJobDetail", "cancelJob", "listSubmissions")

_GUID = r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}"
_SUBMISSION = re.compile(rf"submission/({_GUID})/(0|[1-9][0-9]*)")
#: What the contract has for the id of a go-live, which is wider than what a server has.
_LIVE = re.compile(r"submission/[0-9a-f-]{36}/[1-9][0-9]*")
_PATHS = {
    name: re.compile(rf"(.*){pattern}")
    for name, pattern in {
        "configure": "/configure",
        "status": "/configure/([^/]+)/status",
        "cancel": "/configure/([^/]+)/cancel",
        "detail": "/configure/([^/]+)",
        "submissions": "/submission/([^/]+)",
        "submission": "/submission/([^/]+)/([^/]+)",
        "tree": "/resource-tree/product/([^/]+)",
        "products": "/product",
    }.items()
}
_FORWARD = ("notstarted", "running", "completed")


@define
class JobRules:
    """Watches the exchanges of a run.

    Args:
        fetch: Makes a GET of an address of the server, with the run's credential.
        pause: Is called between two looks at something that is to happen; returns whether there is time
            for another look.
    """

    fetch: Callable[[str], Fetched]
    pause: Callable[[int], bool] = lambda looks: looks < 3
    #: What was seen to be answered by a 2xx, of `READS` and `CHANGES`.
    followed: set[tuple[str, str]] = field(factory=set)
    _products: dict[str, str] = field(factory=dict)
    _ready: dict[str, str] = field(factory=dict)
    #: What each was to do: to publish which product, or to take which submission live.
    _jobs: dict[str, tuple[str, str]] = field(factory=dict)
    _last: dict[str, str] = field(factory=dict)
    _words: dict[str, tuple[str, str]] = field(factory=dict)
    _listed: set[str] = field(factory=set)
    _aimed: int = 0

    def watch(self, exchange: Exchange) -> None:
        """Look at an exchange.

        Raises:
            BrokenRule: The server broke a rule.
        """
        if not 200 <= exchange.status < 300:
            return
        for name, pattern in _PATHS.items():
            match = pattern.fullmatch(exchange.path)
            posted = name in ("configure", "cancel")
            if match and exchange.method == ("POST" if posted else "GET"):
                getattr(self, f"_watch_{name}")(exchange, *match.groups()[1:])
                return

    def aim(self, body: object) -> object:
        """Have every second body mean a product that was listed, and what is in preview of one.

        What is drawn from a schema names products and submissions that no server has.

        Args:
            body: What would be sent to `configure`; returned as it is if it does not fit the contract.
        """
        resource = _only(body)
        live, product = _target(resource) == "live", resource.get("product")
        if live and not _LIVE.fullmatch(str(resource.get("id"))):
            return body
        known = self._ready if live else dict.fromkeys(self._products.values(), "")
        if not known or not isinstance(body, dict) or not isinstance(product, str):
            return body
        self._aimed += 1
        if self._aimed % 2 == 0:
            return body
        guid = product.removeprefix("product/")
        guid = guid if guid in known else next(iter(known))
        aimed = {**resource, "product": f"product/{guid}"}
        return {**body, "resources": [{**aimed, "id": known[guid]} if live else aimed]}

    def _watch_configure(self, exchange: Exchange) -> None:
        rule = "accepted-names-a-job"
        job = job_of(exchange.body)
        if job is None:
            raise BrokenRule(rule, f"the {exchange.status} to {exchange.path} names no job, or two")
        if job in self._jobs:
            raise BrokenRule(rule, f"the job {job!r} was given to two requests")
        resource = _only(exchange.sent)
        live = _target(resource) == "live"
        named = _SUBMISSION.fullmatch(str(resource.get("id"))) if live else None
        product = resource.get("product")
        if isinstance(product, dict):
            product = self._products.get(str(product.get("externalId")))
        guid = str(product).removeprefix("product/") if product else ""
        self._jobs[job] = ("go-live", named[0] if named else "") if live else ("publish", guid)
        if named:
            self._last[named[1]] = named[0]
        self._goes_forward(job, exchange.body)
        answer = self._ask(exchange, job)
        if answer.status != 200 or job_of(answer.body) != job:
            raise BrokenRule(rule, f"the job {job!r} leads to a {answer.status} that is not its status")
        self._job(exchange, job, answer.body)

    def _watch_status(self, exchange: Exchange, job: str) -> None:
        if job_of(exchange.body) != job:
            raise BrokenRule("accepted-names-a-job", f"{exchange.path} is {job_of(exchange.body)!r}")
        self.followed.add(("status", "job"))
        self._job(exchange, job, exchange.body)

    def _watch_detail(self, exchange: Exchange, job: str) -> None:
        self.followed.add(("detail", "job"))
        # It was asked for before its status: what has not ended by now had not then.
        status = self._ask(exchange, job)
        if status.status != 200:
            return
        self._goes_forward(job, status.body)
        if self._words[job][0] != "completed":
            raise BrokenRule(
                "detail-comes-with-the-end", f"{exchange.path} was told while the job was running"
            )

    def _watch_cancel(self, exchange: Exchange, job: str) -> None:
        body, looks = exchange.body, 1
        self._goes_forward(job, body)
        while self._words[job][0] != "completed":
            if not self.pause(looks):
                raise BrokenRule("cancel-takes-effect", f"{job} still is {self._words[job][0]!r}")
            self._goes_forward(job, self._ask(exchange, job).body)
            looks += 1

    def _watch_submissions(self, exchange: Exchange, product: str) -> None:
        self.followed.add(("submissions", "read"))
        entries = list(_entries(exchange.body))
        self._are_lawful(exchange.path, product, entries)
        asked = _query(exchange, "targetType")
        if asked and any(_target(entry) != asked for entry in entries):
            raise BrokenRule("filter-is-heeded", f"{exchange.path} lists more than {asked!r}")
        self._pages(exchange, entries)
        self._note_ready(product, entries)

    def _watch_submission(self, exchange: Exchange, product: str, number: str) -> None:
        self.followed.add(("submission", "read"))
        entry = exchange.body if isinstance(exchange.body, dict) else {}
        self._belongs(exchange.path, product, entry)
        if _number(entry) != number:
            raise BrokenRule("submission-is-of-the-product", f"{exchange.path} is {entry.get('id')!r}")

    def _watch_tree(self, exchange: Exchange, product: str) -> None:
        self.followed.add(("tree", "read"))
        tree = exchange.body if isinstance(exchange.body, dict) else {}
        if tree.get("root") != f"product/{product}":
            raise BrokenRule(
                "tree-is-what-was-asked", f"{exchange.path} has the root {tree.get('root')!r}"
            )
        asked, target = _query(exchange, "targetType") or "draft", tree.get("target")
        if isinstance(target, dict) and _target(tree) != asked:
            raise BrokenRule("tree-is-what-was-asked", f"{exchange.path} is {target!r}, not {asked!r}")

    def _watch_products(self, exchange: Exchange) -> None:
        self.followed.add(("products", "read"))
        entries = list(_entries(exchange.body))
        for entry in entries:
            identity = entry.get("identity")
            named = identity.get("externalId") if isinstance(identity, dict) else None
            guid = str(entry.get("id")).removeprefix("product/")
            if not re.fullmatch(_GUID, guid) or guid == entry["id"]:
                raise BrokenRule("product-has-a-guid", f"{exchange.path} lists {entry.get('id')!r}")
            for asked, found in (("externalId", named), ("type", entry.get("type"))):
                wanted = _query(exchange, asked)
                if wanted and found is not None and str(found).casefold() != wanted.casefold():
                    raise BrokenRule(
                        "filter-is-heeded", f"{exchange.path} lists {found!r} for {wanted!r}"
                    )
            if named is not None and self._products.setdefault(named, guid) != guid:
                raise BrokenRule("product-has-a-guid", f"{named!r} has two of them")
        self._pages(exchange, entries)

    def _are_lawful(self, path: str, product: str, entries: Collection[Mapping[str, Any]]) -> None:
        for entry in entries:
            self._belongs(path, product, entry)
        # The same one may be listed for two targets.
        running = {_number(entry) for entry in entries if _words(entry, "")[0] != "completed"} - {"0"}
        if len(running) > 1:
            raise BrokenRule(
                "one-submission-in-progress", f"{path} lists {len(running)} that are in progress"
            )

    def _belongs(self, path: str, product: str, entry: Mapping[str, Any]) -> None:
        match = _SUBMISSION.fullmatch(str(entry.get("id")))
        owner = entry.get("product")
        if match is None or match[1] != product or owner not in (None, f"product/{product}"):
            raise BrokenRule(
                "submission-is-of-the-product", f"{path} has {entry.get('id')!r} of {owner!r}"
            )
        if (match[2] == "0") != (_target(entry) == "draft"):
            raise BrokenRule("draft-is-number-0", f"{match[0]} is said to be {_target(entry)!r}")
        if match[2] != "0" and not (entry.get("status") and entry.get("result")):
            raise BrokenRule("submitted-has-a-status", f"{match[0]} has no status, or no result")

    def _pages(self, exchange: Exchange, entries: list[Any]) -> None:
        size = _query(exchange, "$maxpagesize")
        if size.isdecimal() and len(entries) > int(size):
            raise BrokenRule("page-size-is-heeded", f"{exchange.path} lists {len(entries)}, not {size}")
        link = exchange.body.get("@nextLink") if isinstance(exchange.body, dict) else None
        if link is None:
            return
        here, there = urlsplit(exchange.url), urlsplit(urljoin(exchange.url, str(link)))
        if there[:3] != here[:3] or not parse_qs(there.query).get("continuationToken"):
            raise BrokenRule(
                "next-page-is-here", f"the page after {exchange.path} is said to be {link!r}"
            )

    def _ask(self, exchange: Exchange, job: str) -> Fetched:
        return self.fetch(_beside(exchange, f"/configure/{quote(job, safe='')}/status"))

    def _job(self, exchange: Exchange, job: str, body: object) -> None:
        self._goes_forward(job, body)
        errors = body.get("errors") if isinstance(body, dict) else None
        if self._words[job] == ("completed", "failed") and not errors:
            raise BrokenRule("failed-says-why", f"the job {job!r} failed without any errors")
        if self._words[job] == ("completed", "succeeded") and job in self._jobs:
            self._is_listed(exchange, job)

    def _goes_forward(self, job: str, body: object) -> None:
        words, before = _words(body), self._words.get(job)
        if words == ("completed", "pending"):
            raise BrokenRule("completed-has-a-result", f"the job {job!r} is completed and pending")
        if before is not None:
            back = before[0] in _FORWARD and words[0] in _FORWARD[: _FORWARD.index(before[0])]
            if back or (before[0] == "completed" and words != before):
                raise BrokenRule("no-way-back", f"the job {job!r} was {before!r} and is {words!r}")
        self._words[job] = words

    def _is_listed(self, exchange: Exchange, job: str) -> None:
        kind, what = self._jobs[job]
        self.followed.add((kind, "succeeded"))
        if not what or job in self._listed:
            return
        self._listed.add(job)
        if kind == "publish":
            listed = self.fetch(_beside(exchange, f"/submission/{quote(what, safe='')}"))
            self._note_ready(what, _entries(listed.body))
            return
        product, looks = what.split("/")[1], 1
        if self._ready.get(product) == what:
            del self._ready[product]
        # What another go-live has followed since may not be live any more.
        while self._last[product] == what and not self._is_live(exchange, product, what):
            if not self.pause(looks):
                raise BrokenRule("went-live-is-listed", f"{what} went live, and is not listed so")
            looks += 1

    def _note_ready(self, product: str, entries: Iterable[Mapping[str, Any]]) -> None:
        for entry in entries:
            if _target(entry) == "preview" and _words(entry, "") == ("completed", "succeeded"):
                self._ready[product] = str(entry.get("id"))

    def _is_live(self, exchange: Exchange, product: str, submission: str) -> bool:
        first = url = _beside(exchange, f"/submission/{product}")
        seen: set[str] = set()
        while True:
            page = self.fetch(url)
            entries = list(_entries(page.body))
            self._are_lawful(urlsplit(url).path, product, entries)
            if any(e.get("id") == submission and _target(e) == "live" for e in entries):
                return True
            # As the contract advises: the token of the page, and not the address.
            link = page.body.get("@nextLink") if isinstance(page.body, dict) else None
            token = parse_qs(urlsplit(str(link or "")).query).get("continuationToken", [""])[0]
            if not token or token in seen:
                return False
            seen.add(token)
            url = f"{first}{'&' if '?' in first else '?'}continuationToken={quote(token, safe='')}"


def job_of(body: object) -> str | None:
    """Return the id of a job, in either spelling; None if there is none, or if there are two."""
    read = body if isinstance(body, dict) else {}
    named = {read[name] for name in ("jobId", "jobID") if isinstance(read.get(name), str)}
    return named.pop() or None if len(named) == 1 else None


def unfollowed(followed: set[tuple[str, str]], *, changes: bool) -> list[str]:
    """Name what a run should have seen answered by a 2xx, and did not.

    Args:
        followed: What it saw.
        changes: Whether it was to publish, and to go live.
    """
    seen = {what for what, _ in followed}
    return [what for what in (*READS, *(CHANGES if changes else ())) if what not in seen]


def about(document: str, products: Mapping[str, str]) -> str:
    """Return the contract with examples of a product that a server knows, instead of its own.

    Args:
        document: The contract.
        products: The GUIDs of products, by their external ids; the first is taken.
    """
    for mine, theirs in zip(_EXAMPLE, next(iter(products.items())), strict=True):
        document = document.replace(mine, theirs)
    return document


def asking_for(external: str) -> dict[str, str]:
    """Return the query that finds a product by its external id."""
    return {"externalId": external, "$version": "2022-07-01"}


def guid_of(body: object, external: str) -> str | None:
    """Return the GUID of a product from a list of them; None if it is not there.

    Args:
        body: The list, as JSON.
        external: The external id of the product.
    """
    for entry in _entries(body):
        identity = entry.get("identity")
        named = identity.get("externalId") if isinstance(identity, dict) else external
        match = re.fullmatch(f"product/({_GUID})", str(entry.get("id")))
        if match and named == external:
            return match[1]
    return None


def _beside(exchange: Exchange, path: str) -> str:
    """Return the address of something else of the same API, in the same version."""
    parts = urlsplit(exchange.url)
    base = next(m[1] for p in _PATHS.values() if (m := p.fullmatch(parts.path)))
    version = _query(exchange, "$version")
    query = f"$version={quote(version)}" if version else ""
    return urlunsplit(parts._replace(path=base + path, query=query))


def _query(exchange: Exchange, name: str) -> str:
    return parse_qs(urlsplit(exchange.url).query).get(name, [""])[0]


def _entries(body: object) -> Iterator[Mapping[str, Any]]:
    value = body.get("value") if isinstance(body, dict) else None
    for entry in value if isinstance(value, list) else ():
        if isinstance(entry, dict):
            yield entry


def _only(body: object) -> Mapping[str, Any]:
    resources = body.get("resources") if isinstance(body, dict) else None
    only = resources[0] if isinstance(resources, list) and len(resources) == 1 else None
    return only if isinstance(only, dict) else {}


def _target(of: Mapping[str, Any]) -> str:
    target = of.get("target")
    return str(target.get("targetType")).casefold() if isinstance(target, dict) else ""


def _number(entry: Mapping[str, Any]) -> str:
    return str(entry.get("id")).rpartition("/")[2]


def _words(body: object, prefix: str = "job") -> tuple[str, str]:
    """Return how far something got, and how it ended, in lower case."""
    names = ("jobStatus", "jobResult") if prefix else ("status", "result")
    read = body if isinstance(body, dict) else {}
    status, result = (str(read.get(name)).casefold() for name in names)
    return status, result
