"""What the service answers becomes snapshots: two words decide, the rest is read as far as it can be.

Sources spell and capitalise differently ([product-ingestion-api], *observed*): `jobId` and `jobID`,
`Running`, `cancelled` beside an enumeration without it, a year 1 where there is no end yet. Numbers of
submissions are text: they have 19 digits.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import datetime
from html import escape
from typing import Any
from urllib.parse import parse_qsl, urlsplit

from attrs import field, frozen

from golive import lenient
from golive.ingestion.location import SubmissionRef, is_job, is_number
from golive.ingestion.snapshots import LIVE, Product, ProductSubmission
from golive.origin import Origin
from golive.refs import is_guid
from golive.status import Message, OperationStatus
from golive.text import explanation, one_line
from golive.vocabulary import GO_LIVE, PUBLISH, State, same_word

__all__ = [
    "Job",
    "Page",
    "read_detail",
    "read_job",
    "read_products",
    "read_submissions",
    "status_of",
]

#: In a job's errors, whatever their code, which was seen to be `internalServerError` (*observed*).
_IN_PROGRESS = re.compile(r"in progress submission\s+([0-9]+)\s+already exists", re.IGNORECASE)
_NOT_LATEST = re.compile(r"not the latest", re.IGNORECASE)
_NO_NUMBER = re.compile(r"submission id that isn't null or 0", re.IGNORECASE)

_CUT = "there are further pages, and no continuation token to them"

_HINTS = (
    (_IN_PROGRESS, "Another submission of the product runs; wait for it, or follow it."),
    (_NOT_LATEST, "A later version took its place; look at what is in preview."),
    (_NO_NUMBER, "Nothing was in preview; publish the offer first."),
)


@frozen
class Job:
    """A configure job, as it stands.

    Attributes:
        id: Its id; None if the answer does not say.
        state: What its two words mean together.
        word: The two words as the service wrote them.
        started: When it began, or None.
        ended: When it ended, or None.
        errors: What it says went wrong, a line each.
        in_progress: The number of the submission that runs instead, if that is what went wrong.
    """

    id: str | None
    state: State
    word: str
    started: datetime | None
    ended: datetime | None
    errors: tuple[str, ...]
    in_progress: str | None

    def status(self, *, number: str | None, live: bool) -> OperationStatus:
        """Return it as the snapshot of an operation."""
        failed = self.state is State.FAILED
        return OperationStatus(
            state=self.state,
            word=self.word,
            messages=tuple(Message(escape(line, quote=False), "error") for line in self.errors),
            error=_why(self.errors) if failed else None,
            id=number,
            submission_type=GO_LIVE if live else PUBLISH,
            created=self.started,
            last_action=self.ended or self.started,
        )


@frozen
class Page:
    """A page of a list.

    Attributes:
        entries: What is on it.
        unreadable: What could not be read of it and yet may run, a line each.
        next: The continuation token of the next page; None if this is the last.
    """

    entries: tuple[Any, ...]
    next: str | None = None
    unreadable: tuple[str, ...] = field(default=())


def read_job(body: object) -> Job:
    """Read the status of a job.

    Raises:
        ValueError: It has no status word; the text says what it is instead.
    """
    given = lenient.only(body, "the status of a job")
    word = lenient.first(given, "jobStatus")
    if not isinstance(word, str):
        raise ValueError(f"its jobStatus is {lenient.kind(word)} instead of a word")
    result = lenient.word(lenient.first(given, "jobResult"))
    found = lenient.identifier(lenient.first(given, "jobId"))
    errors = lenient.each(given.get("errors"), "errors", _error)
    running = (match[1] for line in errors if (match := _IN_PROGRESS.search(line)))
    return Job(
        id=found if is_job(found) else None,
        state=_state(word, result),
        word=_words(word, result),
        started=_moment(given.get("jobStart"), "jobStart"),
        ended=_moment(given.get("jobEnd"), "jobEnd"),
        errors=errors,
        in_progress=next(running, None),
    )


def read_detail(body: object, *, product: Product) -> str | None:
    """Read the detail of a job that succeeded: the number of the submission that it made.

    Args:
        body: What `json.loads` gave.
        product: The product that the job is about.

    Returns:
        The number; None if it names none, or several.

    Raises:
        ValueError: It is no object.
    """
    given = lenient.only(body, "the detail of a job")
    named = lenient.each(given.get("resources"), "resources", _submission_id)
    numbers = {number for guid, number in named if guid in (None, product.guid) and is_number(number)}
    return numbers.pop() if len(numbers) == 1 else None


def read_submissions(body: object, *, origin: Origin, product: Product) -> Page:
    """Read a page of a product's submissions; the draft's entry, which never runs, is left out.

    Args:
        body: What `json.loads` gave.
        origin: Where the service is.
        product: The product that was asked about.

    Raises:
        ValueError: It is no list.
    """
    entries: list[ProductSubmission] = []
    unreadable: list[str] = []
    for number, entry in enumerate(lenient.listed(body, "a list of submissions"), 1):
        if not isinstance(entry, Mapping):
            unreadable.append(f"entry {number} is {lenient.kind(entry)}")
            continue
        target = lenient.word(lenient.first(lenient.inside(entry, "target"), "targetType"))
        guid, named = _durable(lenient.first(entry, "id"))
        if same_word(target, "draft") or (named == "0" and not lenient.first(entry, "status")):
            continue
        if guid is not None and guid != product.guid:
            # What is of another product is none of ours, whatever it is doing here.
            lenient.dropped(f"entry {number}, of another product,", lenient.first(entry, "id"))
            continue
        if not is_number(named) or not target:
            unreadable.append(f"entry {number} has no usable id and target: {explanation(entry, 80)}")
            continue
        status = lenient.word(lenient.first(entry, "status"))
        result = lenient.word(lenient.first(entry, "result"))
        entries.append(
            ProductSubmission(
                SubmissionRef.of(origin, product.offer_id, product.guid, submission=named),
                submission_type=lenient.one_word(target),
                state=_state(status, result),
                word=_words(status, result),
                offer_guid=product.guid,
                offer_type=product.type,
                slot=lenient.one_word(target),
                changed=_moment(entry.get("created"), "created"),
                number=named,
                target=lenient.one_word(target),
                lifecycle_state=lenient.name(lenient.first(entry, "lifecycleState"), "lifecycleState"),
                reasons="; ".join(lenient.each(entry.get("validations"), "validations", _error)) or None,
            )
        )
    following = _next(body)
    if following is None and _goes_on(body):
        unreadable.append(_CUT)
    return Page(tuple(entries), following, tuple(unreadable))


def status_of(entry: ProductSubmission) -> OperationStatus:
    """Return where a submission stands, as the snapshot of an operation."""
    failed = entry.state is State.FAILED
    reason = entry.reasons or "the service lists it as failed, and says no more without its job"
    return OperationStatus(
        state=entry.state,
        word=entry.word,
        error=reason if failed else None,
        id=entry.number,
        submission_type=GO_LIVE if entry.is_for(LIVE) else PUBLISH,
        created=entry.changed,
    )


def read_products(body: object, *, offer: str) -> Page:
    """Read a page of products, of which those with the offer id count.

    Args:
        body: What `json.loads` gave: a list in `value`, or one product (*observed* to be read so).
        offer: The offer id that was asked for.

    Raises:
        ValueError: It is neither, or the product may be on a page that cannot be asked for.
    """
    if isinstance(body, Mapping) and "value" not in body and "id" in body:
        body = [body]
    found = []
    for number, entry in enumerate(lenient.listed(body, "a list of products"), 1):
        given: Mapping[str, Any] = entry if isinstance(entry, Mapping) else {}
        guid = lenient.word(lenient.first(given, "id")).rpartition("/")[2]
        named = lenient.word(lenient.first(lenient.inside(given, "identity"), "externalId"))
        if not is_guid(guid):
            lenient.dropped(f"entry {number} of a list of products", entry)
        elif named.casefold() == offer.casefold():
            kind = lenient.name(lenient.first(given, "type"), "type")
            found.append(Product(guid.lower(), offer, kind))
    following = _next(body)
    if following is None and not found and _goes_on(body):
        raise ValueError(_CUT)
    return Page(tuple(found), following)


def _state(status: str, result: str) -> State:
    """Return what two words mean: the first says whether it ended, the second how.

    Pairs that contradict each other, such as `completed` with `pending`, have not ended.
    """
    state = State.of(status)
    if state is not State.SUCCEEDED:
        # `failed` or `cancelled` in the place of the first word is none of its words.
        return state if state in (State.NOT_STARTED, State.RUNNING) else State.UNKNOWN
    ended = State.of(result)
    if ended.is_terminal:
        return ended
    pending = same_word(result, "pending") or ended is not State.UNKNOWN
    return State.RUNNING if pending else State.UNKNOWN


def _words(status: str, result: str) -> str:
    return lenient.one_word("/".join(filter(None, (status, result))))


def _error(value: object, _: int) -> str | None:
    """Return what an error says, with what its details say, on one line."""
    if isinstance(value, str):
        return one_line(value, 2000) or None
    if not isinstance(value, Mapping):
        lenient.dropped("an error", value)
        return None
    code = lenient.word(lenient.first(value, "code"))
    message = lenient.word(lenient.first(value, "message"))
    said = ": ".join(filter(None, (code, message.strip())))
    details = value.get("details")
    inner = [one for each in details if (one := _inner(each, 8))] if isinstance(details, list) else []
    told = [said, *dict.fromkeys(inner)]
    about = value.get("resourceId")
    where = f" ({about})" if isinstance(about, str) and about else ""
    return one_line("; ".join(filter(None, told)) + where, 2000) or None


def _inner(value: object, depth: int) -> str:
    """Return what the innermost of nested errors say, where the reason is."""
    if not isinstance(value, Mapping) or depth == 0:
        return ""
    details = value.get("details")
    deeper = [_inner(each, depth - 1) for each in details] if isinstance(details, list) else []
    code = lenient.word(lenient.first(value, "code"))
    message = lenient.word(lenient.first(value, "message")).strip()
    return "; ".join(filter(None, [": ".join(filter(None, (code, message))), *deeper]))


def _why(errors: tuple[str, ...]) -> str | None:
    """Return why a job failed, and what that means where it is known."""
    told = "; ".join(line.rstrip(". ") for line in errors) or None
    for pattern, hint in _HINTS:
        if told is not None and pattern.search(told):
            return f"{told}. {hint}"
    return told


def _submission_id(value: object, _: int) -> tuple[str | None, str] | None:
    """Return product and number of a resource that is a submission."""
    if not isinstance(value, Mapping):
        return None
    durable = lenient.word(lenient.first(value, "id"))
    return _durable(durable) if durable.startswith("submission/") else None


def _durable(value: object) -> tuple[str | None, str]:
    """Return the product and the number of a durable id, `submission/<guid>/<number>`."""
    parts = lenient.identifier(value).split("/")
    guid = parts[-2].lower() if len(parts) > 1 and is_guid(parts[-2]) else None
    return guid, parts[-1]


def _moment(value: object, name: str) -> datetime | None:
    """Read a time; the year 1 stands for none."""
    found = lenient.moment(value, name)
    return None if found is None or found.year < 1970 else found


def _link(body: object) -> object:
    return lenient.first(body, "@nextLink", "@odata.nextLink") if isinstance(body, Mapping) else None


def _goes_on(body: object) -> bool:
    return _link(body) not in (None, "")


def _next(body: object) -> str | None:
    """Return the continuation token of the next page: the link itself leads anywhere."""
    link = _link(body)
    if not isinstance(link, str):
        return None
    try:
        query = parse_qsl(urlsplit(link).query)
    except ValueError:
        return None
    return next((value for name, value in query if name.lower() == "continuationtoken"), None)
