"""What the answers of the Product Ingestion API are to become, drawn from its contract."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import Any

import httpx
from attrs import evolve
from hypothesis import strategies as st

from answers_suite import (
    ONCE,
    Answers,
    line,
    moment,
    response_of,
    shown,
    shown_of,
    without_nulls,
)
from conftest import LOCAL, VirtualClock
from contracts import contracts
from drawn import SPELLINGS, TEXT, Drawn, Draws, timestamps
from golive import (
    NotFound,
    ProductIngestionClient,
    ServiceError,
    State,
    SubmissionUncertain,
    Undecided,
    UnexpectedAnswer,
)
from ingestion_service import DRAFT, GUID, JOB, LATER, NEW, OLD, READY, job, submission

BASE = "/rp/product-ingestion"
OFFER = "contoso-db"
STRANGER = "6c0b4ea8-46ad-5655-b699-1954629f1d7e"
TOKEN = f"{LOCAL}{BASE}/submission/{GUID}/{NEW}#go-live,offer={OFFER},job={JOB}"
PUBLISH = f"{LOCAL}{BASE}/submission/{GUID}#publish,offer={OFFER},job={JOB}"
USABLE = re.compile(r"[A-Za-z0-9][A-Za-z0-9-]{0,63}", re.ASCII)

#: What the two words mean together, read out of the contract's descriptions a second time.
FIRST = {"notstarted": "not_started", "running": "running"}
SECOND = {
    "pending": "running",
    "running": "running",
    "succeeded": "succeeded",
    "failed": "failed",
    "cancelled": "canceled",
    "canceled": "canceled",
}


def folded(word: str) -> str:
    return re.sub("[ _-]", "", word.casefold())


def state_of(status: str, result: str) -> State:
    """Say what two words mean."""
    if folded(status) != "completed":
        return State[FIRST.get(folded(status), "unknown").upper()]
    return State[SECOND.get(folded(result), "unknown").upper()]


def spelled(*words: str) -> st.SearchStrategy[str]:
    return st.builds(lambda spell, word: spell(word), SPELLINGS, st.sampled_from(words))


def updated(drawn: st.SearchStrategy[Any], **fields: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    """Have fields of what is drawn be drawn otherwise."""
    return st.builds(lambda body, more: {**body, **more}, drawn, st.fixed_dictionaries(fields))


def jobs(draws: Draws, schema: dict[str, Any]) -> st.SearchStrategy[Any]:
    """Draw the status of the job that is asked about, whose id may be no usable one."""

    def named(body: dict[str, Any], name: str, value: str) -> dict[str, Any]:
        rest = {key: each for key, each in body.items() if key.lower() != "jobid"}
        return {**rest, name: value}

    names = st.sampled_from(["jobId", "jobID"])
    ids = st.sampled_from([JOB, JOB, JOB.upper(), "?"])
    either = {**schema, "not": {}, "required": [*schema["required"], "jobId"]}
    del either["not"]
    return st.builds(named, draws.plain(either), names, ids)


def submissions(draws: Draws, schema: dict[str, Any]) -> st.SearchStrategy[Any]:
    """Draw an entry of the product's submissions, or of what may stand between them."""
    own = [f"submission/{GUID}/{number}" for number in (OLD, NEW, LATER, "11529215056999", "0")]
    others = [f"submission/{STRANGER}/{NEW}", f"submission/{GUID.upper()}/{NEW}", "nonsense"]
    targets = st.sampled_from(["live", "preview", "Live", "PREVIEW", "draft", "certification"])
    target = updated(draws.values({"$ref": "#/components/schemas/Target"}), targetType=targets)
    return updated(draws.plain(schema), id=st.sampled_from(own * 2 + others), target=target)


def products(draws: Draws, schema: dict[str, Any]) -> st.SearchStrategy[Any]:
    """Draw a product: the one that is asked about, or another."""
    own = [f"product/{GUID}", f"product/{GUID.upper()}"]
    ids = st.sampled_from([*own, *[f"product/{STRANGER}"] * 2, "x"])
    names = [OFFER, OFFER.upper(), OFFER.title(), "contoso-app"]
    identity = st.sampled_from([None, *({"externalId": name} for name in names)])
    return updated(draws.plain(schema), id=ids, identity=identity)


LINKS = (
    "https://evil.example/rp/product-ingestion/x?continuationToken=cGFnZS0y",
    "https://graph.microsoft.com/rp/product-ingestion/x?$version=2022-07-01&ContinuationToken=a%2Bb",
    "https://graph.microsoft.com/rp/product-ingestion/x?$skip=100",
)
NAMES = (
    *(f"plan/{GUID}/{number}" for number in range(4)),
    *(f"submission/{GUID}/{number}" for number in (NEW, LATER)),
)

DRAWS = Draws(
    contracts()["product_ingestion_api"],
    {
        "JobStatusWord": lambda *_: spelled("notStarted", "running", *["completed"] * 3, "paused"),
        "JobResultWord": lambda *_: spelled(*SECOND, "partly"),
        "JobTime": lambda draws, schema: (
            draws.plain(schema) | st.sampled_from(["0001-01-01T00:00:00", "0001-01-01"])
        ),
        # Its pattern has a thirty-first of February.
        "ZonelessTime": lambda *_: timestamps(offsets=("",)),
        "JobStatus": jobs,
        "Submission": submissions,
        "Product": products,
        "Resource": lambda draws, schema: updated(draws.plain(schema), id=st.sampled_from(NAMES)),
        "NextLink": lambda *_: st.none() | st.sampled_from(LINKS),
        "SchemaUri": lambda *_: st.sampled_from(
            [
                None,
                "https://schema.mp.microsoft.com/schema/a/2022-07-01",
                "https://product-ingestion.azureedge.net/schema/a/2022-03-01-preview2",
            ]
        ),
        "Reference": lambda draws, schema: (
            draws.plain(schema) | st.just(f"submission/{GUID}/{NEW}") | TEXT
        ),
    },
)

#: What the second page of a list holds.
SECOND_PAGE = {
    "listSubmissions": submission(LATER, "preview", "running/pending"),
    "listProducts": {"id": f"product/{GUID}", "identity": {"externalId": OFFER}},
}


class IngestionAnswers(Answers):
    """What a client makes of the answers of the Product Ingestion API."""

    draws = DRAWS
    reads = ("getJobStatus", "getJobDetail", "listSubmissions", "getResourceTree")
    begins = ("configure", "cancelJob")
    unread = ("getSubmission",)
    must_be_drawn = frozenset(
        {
            *("jobId", "jobID", "no usable id", "a time in the year 1", "a time without zone"),
            *("a time that is null", "the old host", "a resourceUri", "an error in a job"),
            *("a job with the causes of an error", "completed and pending", "a running result"),
            *("an entry of another product", "the draft", "an entry that is nonsense"),
            *("an entry for something else", "what the service has to say", "a deprecated one"),
            *("a next page", "a next page that cannot be asked for", "a product", "no product"),
            *("several products", "an error without a body", "an error with details"),
            *("an error with innerError", "Retry-After in seconds", "Retry-After as a date"),
            *("one submission in a detail", "several submissions in a detail", "a resource"),
            *(f"a job that is {state}" for state in State if state is not State.WAITING_FOR_PUBLISHER),
        }
    )
    endless = "listSubmissions"

    def __str__(self) -> str:
        return "ingestion"

    def asked(self, operation_id: str, response: httpx.Response) -> Any:
        """Let a client ask what an operation of the contract answers, and be answered this."""
        posts = 0

        def answer(request: httpx.Request) -> httpx.Response:
            nonlocal posts
            # Nothing leads elsewhere, whatever an answer names.
            assert request.url.host == "127.0.0.1"
            asks = kind_of(request)
            posts += asks == "configure"
            assert posts <= 1
            if "continuationToken" in request.url.params:
                assert request.url.params["continuationToken"] in ("cGFnZS0y", "a+b")
                return httpx.Response(200, json={"value": [SECOND_PAGE[asks]]})
            if asks != operation_id:
                return httpx.Response(200, json=usual(asks, operation_id, response))
            target = request.url.params.get("targetType")
            return turned(response) if target == "preview" else copied(response)

        with ProductIngestionClient(
            "token",
            endpoint=LOCAL,
            transport=httpx.MockTransport(answer),
            retry=ONCE,
            clock=VirtualClock(),
        ) as client:
            match operation_id:
                case "configure":
                    return client.begin_go_live(GUID)
                case "getJobStatus":
                    return client.operation(TOKEN).refresh()
                case "getJobDetail":
                    return client.operation(PUBLISH).refresh()
                case "cancelJob":
                    return client.operation(TOKEN).cancel()
                case "listSubmissions":
                    return client.submissions(GUID)
                case "getResourceTree":
                    return client.differences(GUID)
            return client.offer_status(OFFER)

    def check(self, drawn: Drawn) -> None:
        """Compare what a client makes of an answer with the answer."""
        named = {product_of(each) for each in entries_of(drawn) if is_asked_for(each)} - {None}
        cut = drawn.operation_id == "listProducts" and is_cut(drawn.body)
        try:
            made = self.asked(drawn.operation_id, response_of(drawn))
        except SubmissionUncertain:
            # Nobody knows what came of a request that was answered so.
            assert drawn.operation_id in self.begins
            assert drawn.status >= 500
            return
        except Undecided:
            assert len(named) > 1
            return
        except NotFound as error:
            if drawn.status == 200:
                assert (drawn.operation_id, named, cut) == ("listProducts", set(), False)
            else:
                self.check_error(error, drawn)
            return
        except UnexpectedAnswer:
            assert (named, cut) == (set(), True)
            return
        except ServiceError as error:
            self.check_error(error, drawn)
            return
        match drawn.operation_id:
            case "configure":
                check_begun(made, drawn.body)
            case "getJobStatus":
                check_job(made, drawn.body)
            case "cancelJob":
                check_job(made.status, drawn.body)
            case "getJobDetail":
                check_detail(made, drawn)
            case "listSubmissions":
                check_submissions(made, drawn.body)
            case "getResourceTree":
                # All stages are the same but for the order.
                assert [each.changes for each in made] == [(), ()]
                assert {each.is_missing for each in made} == {drawn.status == 404}
            case _:
                assert named == {made.product}
                assert drawn.status == 200

    def says_what_was_asked(self, operation_id: str, body: Any) -> bool:
        """Tell whether a body has the word of a status, or is a list, whatever else is wrong."""
        if operation_id == "listSubmissions":
            wrapped = isinstance(body, dict) and isinstance(body.get("value"), list)
            return wrapped or isinstance(body, list)
        if isinstance(body, list) and operation_id != "getResourceTree":
            (body,) = body if len(body) == 1 else [None]
        if not isinstance(body, dict):
            return False
        if operation_id == "getResourceTree":
            return isinstance(body.get("resources"), list)
        if operation_id == "getJobDetail":
            return True
        named = id_of(body)
        return isinstance(body.get("jobStatus"), str) and named in (None, JOB)

    def check_what_is_lawful(self, operation_id: str, made: Any, body: Any) -> None:
        """Check that what is wrong with a body did not spoil the rest of it."""
        if operation_id == "listSubmissions":
            entries = body["value"] if isinstance(body, dict) else body
            for entry in filter(is_ours, entries):
                if self.fits("Submission", entry):
                    alike = [each for each in made if each.number == number_of(entry)]
                    assert alike, f"{entry!r} was lost"
                    if len(alike) == 1:
                        check_submission(alike[0], without_nulls(entry))
        elif operation_id == "getJobStatus":
            body = body[0] if isinstance(body, list) else body
            assert made.word.startswith(shown(body["jobStatus"]))
            result = body.get("jobResult")
            assert made.state is state_of(body["jobStatus"], result if isinstance(result, str) else "")

    def more(self) -> Iterator[Iterable[Drawn]]:
        """Yield a job with each pair of words, those that contradict each other included."""
        for status in (*FIRST, "completed", "paused"):
            for result in (*SECOND, "partly"):
                drawn = self.lawful("getJobStatus", "200", 2, f"{status} {result}")
                words = {"jobStatus": status, "jobResult": result}
                yield (evolve(each, body={**each.body, **words}) for each in drawn)

    def correlation_id(self, headers: dict[str, str]) -> str | None:  # type: ignore[override]
        """Return what to quote in a support ticket."""
        return headers.get("request-id")

    def count(self, drawn: Drawn) -> None:
        """Count what an answer is an example of."""
        if "Retry-After" in drawn.headers:
            kind = "in seconds" if drawn.headers["Retry-After"].isdigit() else "as a date"
            self.counts[f"Retry-After {kind}"] += 1
        if drawn.status >= 400:
            error = (drawn.body or {}).get("error", {})
            self.counts["an error without a body"] += drawn.body is None
            self.counts["an error with details"] += bool(error.get("details"))
            self.counts["an error with innerError"] += bool(error.get("innerError"))
            return
        body = drawn.body
        old_host = "azureedge" in str(body.get("$schema"))
        self.counts["the old host"] += old_host
        match drawn.operation_id:
            case "configure" | "getJobStatus" | "cancelJob":
                self._count_job(body)
            case "listSubmissions":
                self.counts["a next page"] += bool(body.get("@nextLink")) and not is_cut(body)
                self.counts["a next page that cannot be asked for"] += is_cut(body)
                for entry in body["value"]:
                    self._count_submission(entry)
            case "listProducts":
                named = {product_of(each) for each in body["value"] if is_asked_for(each)}
                kind = ("no product", "a product", "several products")[min(len(named - {None}), 2)]
                self.counts[kind] += 1
            case "getJobDetail":
                found = len(numbers_in(body))
                self.counts["one submission in a detail"] += found == 1
                self.counts["several submissions in a detail"] += found > 1
            case "getResourceTree":
                self.counts["a resource"] += bool(body["resources"])

    def _count_job(self, body: dict[str, Any]) -> None:
        status, result = folded(body["jobStatus"]), folded(body["jobResult"])
        self.counts[f"a job that is {state_of(status, result)}"] += 1
        self.counts["completed and pending"] += (status, result) == ("completed", "pending")
        self.counts["a running result"] += result == "running"
        self.counts["jobID" if "jobID" in body else "jobId"] += 1
        self.counts["no usable id"] += id_of(body) is None
        self.counts["a resourceUri"] += bool(body.get("resourceUri"))
        for name in ("jobStart", "jobEnd"):
            text = body.get(name)
            self.counts["a time that is null"] += name in body and text is None
            if text is not None:
                self.counts["a time in the year 1"] += text.startswith("0001")
                self.counts["a time without zone"] += not text.endswith("Z") and text[-6] not in "+-"
        for error in body.get("errors") or []:
            self.counts["an error in a job"] += 1
            self.counts["a job with the causes of an error"] += bool(error.get("details"))

    def _count_submission(self, entry: dict[str, Any]) -> None:
        self.counts["an entry of another product"] += STRANGER in entry["id"]
        self.counts["an entry that is nonsense"] += entry["id"] == "nonsense"
        self.counts["the draft"] += entry["id"].endswith("/0")
        self.counts["an entry for something else"] += entry["target"]["targetType"] == "certification"
        self.counts["what the service has to say"] += bool(entry.get("validations"))
        self.counts["a deprecated one"] += bool(entry.get("lifecycleState"))


def kind_of(request: httpx.Request) -> str:
    """Return which operation of the contract a request asks for."""
    parts = request.url.path.removeprefix(BASE).strip("/").split("/")
    match parts:
        case ["configure"]:
            return "configure"
        case ["configure", _, last]:
            return "cancelJob" if last == "cancel" else "getJobStatus"
        case ["configure", _]:
            return "getJobDetail"
        case ["submission", _]:
            return "listSubmissions"
        case ["resource-tree", "product", _]:
            return "getResourceTree"
        case ["product"]:
            return "listProducts"
    raise AssertionError(f"{request.url} is no address of the contract")


def usual(asks: str, about: str, response: httpx.Response) -> Any:
    """Answer what is asked beside: as the service would, of which the other answer is one."""
    match asks:
        case "listSubmissions" if about == "getJobDetail":
            previews = [submission(number, "preview") for number in (NEW, LATER)]
            return {"value": [DRAFT, submission(OLD, "live"), *previews]}
        case "listSubmissions":
            live = about == "getJobStatus" and says_success(response)
            return {"value": [DRAFT, submission(NEW, "live")] if live else READY}
        case "getJobStatus":
            return job("running/pending" if about == "cancelJob" else "completed/succeeded")
        case "listProducts":
            return {"value": [{"id": f"product/{GUID}", "identity": {"externalId": OFFER}}]}
    raise AssertionError(f"{asks} is not to be asked for the sake of {about}")


def says_success(response: httpx.Response) -> bool:
    try:
        body = response.json()
        body = body[0] if isinstance(body, list) else body
        return state_of(body["jobStatus"], body["jobResult"]) is State.SUCCEEDED
    except Exception:  # noqa: BLE001 - it may be anything
        return False


def copied(response: httpx.Response) -> httpx.Response:
    """Return an answer that can be read once more."""
    try:
        content = response.content
    except httpx.ResponseNotRead:
        return response
    return httpx.Response(response.status_code, headers=response.headers, content=content)


def turned(response: httpx.Response) -> httpx.Response:
    """Return the same with its resources in another order."""
    try:
        body = response.json()
        body["resources"].reverse()
    except Exception:  # noqa: BLE001 - it may be anything
        return copied(response)
    return httpx.Response(response.status_code, json=body)


def entries_of(drawn: Drawn) -> list[Any]:
    """Return what a list of products names, its second page included."""
    if drawn.operation_id != "listProducts" or drawn.status != 200:
        return []
    link = drawn.body.get("@nextLink")
    more = [SECOND_PAGE["listProducts"]] if link and not is_cut(drawn.body) else []
    return [*drawn.body["value"], *more]


def is_cut(body: Any) -> bool:
    link = body.get("@nextLink") if isinstance(body, dict) else None
    return isinstance(link, str) and "continuationtoken" not in link.lower()


def is_asked_for(product: Any) -> bool:
    return ((product.get("identity") or {}).get("externalId") or "").casefold() == OFFER


def product_of(product: Any) -> str | None:
    match = re.fullmatch("product/([0-9a-f-]{36})", product["id"], re.IGNORECASE)
    return match[1].lower() if match else None


def id_of(body: dict[str, Any]) -> str | None:
    """Return the id of a job; None if it has none that can be used."""
    found = body.get("jobId") if body.get("jobId") is not None else body.get("jobID")
    found = str(found) if type(found) is int else found
    return found.lower() if isinstance(found, str) and USABLE.fullmatch(found) else None


def number_of(entry: Any) -> str:
    return str(entry["id"].rpartition("/")[2])


def is_ours(entry: Any) -> bool:
    """Tell whether an entry is one of the product's submissions, and not its draft."""
    match entry:
        case {"id": str(named), "target": {"targetType": str(target)}}:
            own = re.fullmatch(f"submission/{GUID}/[1-9][0-9]*", named, re.IGNORECASE)
            return bool(own and target.strip() and target.casefold() != "draft")
    return False


def numbers_in(body: Any) -> set[str]:
    """Return the numbers of the product's submissions that a detail names."""
    ids = [each.get("id") for each in body["resources"] if isinstance(each.get("id"), str)]
    return {each.rpartition("/")[2] for each in ids if is_ours_by_id(each)}


def is_ours_by_id(named: str) -> bool:
    return re.fullmatch(f"submission/{GUID}/[1-9][0-9]*", named, re.IGNORECASE) is not None


def check_begun(operation: Any, body: dict[str, Any]) -> None:
    assert operation.ref.submission == NEW
    named = id_of(body)
    assert (operation.ref.job or "").lower() == (named or "")
    assert not operation.adopted
    assert not operation.done
    state = state_of(body["jobStatus"], body["jobResult"])
    if named is not None and state in (State.NOT_STARTED, State.RUNNING):
        check_job(operation.status, body)


def check_job(status: Any, body: dict[str, Any]) -> None:
    words = [body["jobStatus"], body["jobResult"]]
    assert status.state is state_of(*words)
    assert status.word == "/".join(line(word) for word in words if word)
    assert status.id == NEW
    started, ended = (time_of(body.get(name)) for name in ("jobStart", "jobEnd"))
    assert status.created == started
    assert status.last_action == (ended or started)
    errors = [error for error in body.get("errors") or [] if says_anything(error)]
    assert len(status.messages) == len(errors)
    for message, error in zip(status.messages, errors, strict=True):
        assert message.level == "error"
        for said in texts_in(error):
            assert said in message.text
    if status.state is State.FAILED and errors:
        assert line(errors[0]["code"]).rstrip(". ") in (status.error or "")


def time_of(text: str | None) -> Any:
    """Read a time; the first year of all stands for none."""
    read = moment(text)
    return None if read is None or read.year < 1970 else read


def says_anything(error: dict[str, Any]) -> bool:
    about = error.get("resourceId")
    return bool(texts_in(error) or (isinstance(about, str) and about))


def texts_in(error: dict[str, Any]) -> list[str]:
    """Return the texts of an error and of its causes."""
    inner = [text for each in error.get("details") or [] for text in texts_in(each)]
    return [line(text) for text in (error["code"], error.get("message") or "") if line(text)] + inner


def check_detail(status: Any, drawn: Drawn) -> None:
    """A detail names the version, if it names one; else the submissions do."""
    assert status.state is State.SUCCEEDED
    numbers = numbers_in(drawn.body) if drawn.status == 200 else set()
    assert status.id == (numbers.pop() if len(numbers) == 1 else LATER)


def check_submissions(made: Any, body: dict[str, Any]) -> None:
    told = [each for each in body["value"] if is_ours(each)]
    if body.get("@nextLink") and not is_cut(body):
        told.append(SECOND_PAGE["listSubmissions"])
    assert len(made) == len(told)
    for entry, each in zip(made, told, strict=True):
        check_submission(entry, each)


def check_submission(entry: Any, body: dict[str, Any]) -> None:
    assert entry.number == number_of(body)
    target = line(body["target"]["targetType"])
    assert [entry.target, entry.slot, entry.submission_type] == [target] * 3
    words = [body.get("status") or "", body.get("result") or ""]
    assert entry.word == "/".join(line(word) for word in words if word)
    assert entry.state is state_of(*words)
    assert [entry.lifecycle_state] == shown_of(body, "lifecycleState")
    assert entry.changed == time_of(body.get("created"))
    for error in body.get("validations") or []:
        for said in texts_in(error):
            assert said in (entry.reasons or "")


INGESTION_ANSWERS = IngestionAnswers()
