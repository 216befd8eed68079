"""A release: the offers that go live together, read from a file and checked as a whole."""

from __future__ import annotations

import csv
import hashlib
import json
import re
import tomllib
from collections.abc import Iterable, Iterator, Mapping
from datetime import UTC, date, datetime
from functools import cache
from graphlib import CycleError, TopologicalSorter
from importlib.resources import files
from pathlib import Path
from typing import Any

from attrs import Factory, field, frozen

from golive.errors import InvalidInput

__all__ = ["Limits", "OfferPlan", "Release", "schema"]

#: The APIs, by the words that a release has for them.
GO_LIVE = "go-live"
PRODUCT_INGESTION = "product-ingestion"

_GROUP = "group:"
_TRUE = {"true", "yes", "1", "x"}
_FALSE = {"false", "no", "0", ""}


@frozen
class Limits:
    """How much may happen at once, over all workers and releases of a database.

    Attributes:
        at_once: Operations at once in all; None for no limit.
        per_publisher: Operations at once of a publisher; None for no limit.
        requests_per_second: Requests to an endpoint, of all workers together; None for no limit.
    """

    at_once: int | None = None
    per_publisher: int | None = None
    requests_per_second: float | None = None


@frozen
class OfferPlan:
    """What is to become of an offer.

    Attributes:
        publisher_id: The publisher; empty where the account implies it (`product-ingestion`).
        offer_id: The offer.
        publish: Whether it is published to its preview first; otherwise it has to be there.
        approval: Whether it goes live only once somebody approved.
        not_before: When it goes live at the earliest, in UTC; None for at once.
        after: What must be live before, as `PUBLISHER/OFFER`.
        group: The group it belongs to, or None.
        endpoint: Where its service is; None for the default.
        api: Which API it is taken live with.
        submission: The number of the submission that alone may go live, as text; None for the one that
            is seen in preview first.
    """

    publisher_id: str
    offer_id: str
    publish: bool = False
    approval: bool = False
    not_before: datetime | None = None
    after: tuple[str, ...] = ()
    group: str | None = None
    endpoint: str | None = None
    api: str = GO_LIVE
    submission: str | None = None

    @property
    def name(self) -> str:
        """`PUBLISHER/OFFER`; `OFFER` where the account implies the publisher."""
        return "/".join(filter(None, (self.publisher_id, self.offer_id)))

    @property
    def account(self) -> str:
        """Whose offer it is, for credentials and limits: the publisher, else the API."""
        return self.publisher_id or self.api

    @property
    def is_pinned_first(self) -> bool:
        """Whether the version that goes live is noted as soon as the release has begun.

        What is published anew, or named by the file, needs no such look.
        """
        return self.api == PRODUCT_INGESTION and self.submission is None and not self.publish

    def to_dict(self) -> dict[str, Any]:
        """Return it as JSON knows it."""
        # What an offer of the first API never has must not change the fingerprints of its releases.
        pinned = {} if self.submission is None else {"submission": self.submission}
        return {
            **pinned,
            "publisher_id": self.publisher_id,
            "offer_id": self.offer_id,
            "publish": self.publish,
            "approval": self.approval,
            "not_before": None if self.not_before is None else self.not_before.isoformat(),
            "after": list(self.after),
            "group": self.group,
            "endpoint": self.endpoint,
            "api": self.api,
        }

    @classmethod
    def from_dict(cls, value: Mapping[str, Any]) -> OfferPlan:
        """Read what `to_dict` gave, also that of earlier and later releases of golive."""
        moment = value.get("not_before")
        return cls(
            publisher_id=value["publisher_id"],
            offer_id=value["offer_id"],
            publish=bool(value.get("publish")),
            approval=bool(value.get("approval")),
            not_before=None if moment is None else datetime.fromisoformat(moment),
            after=tuple(value.get("after", ())),
            group=value.get("group"),
            endpoint=value.get("endpoint"),
            api=value.get("api", GO_LIVE),
            submission=value.get("submission"),
        )


@frozen
class Release:
    """The offers that go live together.

    Attributes:
        name: What it is called. Each offer goes live once per name, however often it is started.
        offers: The offers, in the order of the file.
        credentials: By publisher, or by `product-ingestion`, the name of what authenticates for it.
        limits: How much may happen at once.
    """

    name: str
    offers: tuple[OfferPlan, ...]
    credentials: Mapping[str, str] = field(factory=dict)
    limits: Limits = Factory(Limits)

    @property
    def fingerprint(self) -> str:
        """What two releases of one name must share: the offers and what is to become of them."""
        plans = json.dumps([each.to_dict() for each in self.offers], sort_keys=True)
        return hashlib.sha256(plans.encode()).hexdigest()

    @classmethod
    def read(cls, path: Path) -> Release:
        """Read a release from a file, TOML or CSV.

        Args:
            path: The file. The first line of a CSV file names its columns, of those that an offer has:
                `publisher`, `offer`, `publish`, `approval`, `not-before`, `after` (separated by
                spaces), `group`, `endpoint`, `api` and `submission`.

        Raises:
            InvalidInput: It cannot be read, or holds what it may not hold; all that is wrong is told.
        """
        try:
            if path.suffix.lower() == ".csv":
                with path.open(encoding="utf-8-sig", newline="") as file:
                    rows = _rows(csv.DictReader(file))
                value: Any = {"offers": list(rows.values())}
                lines = {f"offers[{number}]": line for number, line in enumerate(rows)}
            else:
                text = path.read_text("utf-8-sig")
                value, lines = tomllib.loads(text), _lines(text)
        except (OSError, ValueError, csv.Error) as error:
            reason = error.strerror if isinstance(error, OSError) else error
            raise InvalidInput(f"Cannot read the release {path}: {reason}") from None
        value.setdefault("name", path.stem)
        return cls._from(value, str(path), lines)

    @classmethod
    def from_value(cls, value: Mapping[str, Any], source: str = "the release") -> Release:
        """Read a release from what its file holds; `release.schema.json` describes it.

        Args:
            value: The file, as `tomllib` or `json` read it.
            source: What errors call it.

        Raises:
            InvalidInput: It holds what it may not hold; all that is wrong is told.
        """
        return cls._from(value, source, {})

    @classmethod
    def _from(cls, value: Mapping[str, Any], source: str, lines: Mapping[str, int]) -> Release:
        value = _plain(value)
        if problems := _violations(value, lines):
            raise InvalidInput(f"{source}: {'; '.join(problems)}.")
        if not value.get("name"):
            raise InvalidInput(f"{source} has no name.")
        problems = []
        plans: list[OfferPlan] = []
        for number, entry in enumerate(value["offers"]):
            given = {"endpoint": value.get("endpoint"), **value.get("defaults", {})}
            group = entry.get("group")
            after = list(entry.get("after", ()))
            if group is not None:
                if group not in value.get("groups", {}):
                    at = _at(["offers", number, "group"], lines)
                    problems.append(f"{at}: there is no group {group!r}")
                of_group = value.get("groups", {}).get(group, {})
                after = [*of_group.get("after", ()), *after]
                given |= of_group
            given |= entry
            api = given.get("api", GO_LIVE)
            if wrong := [*_wrong(entry, given, api)]:
                problems += [f"{_at(['offers', number, key], lines)}: {why}" for key, why in wrong]
                continue
            plans.append(
                OfferPlan(
                    publisher_id=given["publisher"] if api == GO_LIVE else "",
                    offer_id=given["offer"],
                    publish=given.get("publish", False),
                    approval=given.get("approval", False),
                    not_before=_moment(given.get("not-before")),
                    after=tuple(dict.fromkeys(after)),
                    group=group,
                    endpoint=given.get("endpoint"),
                    api=api,
                    submission=given.get("submission"),
                )
            )
        resolved, unknown = _resolved(plans)
        problems += unknown or _contradictions(resolved)
        if problems:
            raise InvalidInput(f"{source}: {'; '.join(problems)}.")
        limits = value.get("limits", {})
        return cls(
            name=value["name"],
            offers=tuple(resolved),
            credentials=dict(value.get("credentials", {})),
            limits=Limits(
                limits.get("at-once"), limits.get("per-publisher"), limits.get("requests-per-second")
            ),
        )


@cache
def schema() -> dict[str, Any]:
    """Return the JSON Schema of a release, for editors and other tools."""
    text = files("golive.fleet").joinpath("release.schema.json").read_text("utf-8")
    read: dict[str, Any] = json.loads(text)
    return read


def _wrong(
    entry: Mapping[str, Any], given: Mapping[str, Any], api: str
) -> Iterator[tuple[str | None, str]]:
    """Tell what does not go together in an offer: of which of its keys, if of one, and why."""
    offer = entry["offer"]
    if api == GO_LIVE:
        if "publisher" not in given:
            yield None, f"{offer} has no publisher"
        if "submission" in given:
            yield "submission", f"only an offer of api = {PRODUCT_INGESTION!r} has one to be named"
        return
    if "publisher" in entry:
        yield "publisher", f"{offer} must not have one: with {PRODUCT_INGESTION}, the account implies it"
    if "submission" in given and given.get("publish"):
        yield "submission", f"{offer} is to be published, which makes a new one"


def _violations(value: Mapping[str, Any], lines: Mapping[str, int]) -> list[str]:
    from jsonschema import Draft202012Validator

    validator = Draft202012Validator(schema(), format_checker=Draft202012Validator.FORMAT_CHECKER)
    found = sorted(validator.iter_errors(value), key=lambda error: list(map(str, error.absolute_path)))
    return [f"{_at(error.absolute_path, lines)}: {_told(error)}" for error in found]


def _at(path: Iterable[str | int | None], lines: Mapping[str, int]) -> str:
    """Return a place, and in which line of the file it is, as far as that is known."""
    steps = [each for each in path if each is not None]
    places = [_place(steps[:length]) for length in range(len(steps), 0, -1)]
    line = next((lines[each] for each in places if each in lines), None)
    return _place(steps) if line is None else f"line {line}, {_place(steps)}"


def _place(path: Iterable[str | int]) -> str:
    told = "".join(f"[{each}]" if isinstance(each, int) else f".{each}" for each in path)
    return told.removeprefix(".") or "the file"


_HEADER = re.compile(r"\s*(\[\[?)\s*([\w.-]+)\s*\]")
_KEY = re.compile(r"\s*[\"']?([\w-]+)[\"']?\s*=")


def _lines(text: str) -> dict[str, int]:
    """Return in which line of a TOML file what stands, by its place: a help to who reads an error."""
    found: dict[str, int] = {}
    table, seen = "", -1
    for number, line in enumerate(text.splitlines(), 1):
        if header := _HEADER.match(line):
            table = header[2]
            if header[1] == "[[":
                seen += 1
                table = f"{table}[{seen}]"
            found.setdefault(table, number)
        elif key := _KEY.match(line):
            found.setdefault(f"{table}.{key[1]}".removeprefix("."), number)
    return found


def _told(error: Any) -> str:
    if error.validator == "additionalProperties" and isinstance(error.schema, dict):
        known = error.schema.get("properties", {})
        unknown = ", ".join(repr(name) for name in error.instance if name not in known)
        return f"{unknown} is not known here; choose from {', '.join(k for k in known if k[0] != '$')}"
    if error.validator in ("pattern", "format"):
        about = error.schema.get("description", "an identifier: letters, digits, '.', '_' and '-'")
        # What stands in place of the name of a credential may be one.
        given = "this" if "credentials" in error.absolute_path else repr(error.instance)
        return f"{given} is not right; wanted: {about.rstrip('.')}"
    if (error.validator, error.validator_value) == ("type", "string") and isinstance(
        error.instance, int
    ):
        return f"{error.instance!r} must be text, in quotes"
    # An instance that is named in full may be a whole offer.
    message: str = error.message
    return message if len(message) <= 200 else f"{message[:200]} ..."


def _plain(value: Any) -> Any:
    """Return what TOML knows as what JSON knows: moments become text."""
    if isinstance(value, Mapping):
        return {key: _plain(each) for key, each in value.items()}
    if isinstance(value, list):
        return [_plain(each) for each in value]
    if isinstance(value, datetime):
        return value.isoformat()
    return str(value) if isinstance(value, date) else value


def _moment(value: str | None) -> datetime | None:
    return None if value is None else datetime.fromisoformat(value).astimezone(UTC)


def _rows(reader: csv.DictReader[str]) -> dict[int, dict[str, Any]]:
    """Return the rows by their lines."""
    rows = {}
    for row in reader:
        if any(row.values()):
            line = reader.line_num
            rows[line] = _row(line, row)
    return rows


def _row(number: int, row: Mapping[str | None, str | None]) -> dict[str, Any]:
    made: dict[str, Any] = {}
    for name, cell in row.items():
        if name is None:
            raise ValueError(f"line {number} has more cells than the first line has columns")
        name, cell = name.strip(), (cell or "").strip()
        if name in ("publish", "approval"):
            if cell.lower() not in _TRUE | _FALSE:
                raise ValueError(f"line {number}: {name} must be true or false, not {cell!r}")
            if cell:
                made[name] = cell.lower() in _TRUE
        elif name == "after":
            made[name] = cell.split()
        elif cell:
            made[name] = cell
    return made


def _resolved(plans: list[OfferPlan]) -> tuple[list[OfferPlan], list[str]]:
    """Name in full what each offer comes after, and tell what there is not."""
    from attrs import evolve

    names = {each.name for each in plans}
    groups: dict[str, list[str]] = {}
    for each in plans:
        if each.group is not None:
            groups.setdefault(each.group, []).append(each.name)
    resolved, unknown = [], []
    for each in plans:
        after: list[str] = []
        for named in each.after:
            if named.startswith(_GROUP):
                members = groups.get(named.removeprefix(_GROUP), [])
                if not members:
                    unknown.append(f"{each.name} comes after {named}, which has no offers")
                after += members
                continue
            # Of the same publisher; else one whose publisher the account implies.
            own = evolve(each, offer_id=named).name
            full = named if "/" in named or (own not in names and named in names) else own
            if full not in names:
                unknown.append(f"{each.name} comes after {full}, which is not in the release")
            after.append(full)
        resolved.append(evolve(each, after=tuple(dict.fromkeys(after))))
    return resolved, unknown


def _contradictions(plans: list[OfferPlan]) -> list[str]:
    problems = []
    seen: set[str] = set()
    for each in plans:
        # The service does not tell names by their case.
        if each.name.lower() in seen:
            problems.append(f"{each.name} is there twice")
        seen.add(each.name.lower())
    try:
        TopologicalSorter({each.name: each.after for each in plans}).prepare()
    except CycleError as error:
        problems.append(f"these wait for each other: {' after '.join(error.args[1])}")
    return problems
