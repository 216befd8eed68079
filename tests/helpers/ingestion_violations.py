"""What an emulator may get wrong of Product Ingestion, each to be caught by the contract suite alone.

As `violations` for the Cloud Partner Portal. `caught_by` names one of Schemathesis's checks, or one of
the rules of `golive.contract.ingestion`.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from typing import Any
from urllib.parse import parse_qsl, urlencode

from attrs import evolve

from golive.contract.ingestion import BASE
from violations import BEARER, DRAWN, SCHEMA, After, Answer, Before, Faulty, Request, Violation

JOB = "accepted-names-a-job"
OWNER = "submission-is-of-the-product"
FOREIGN = "6f0c2f6e-0d7b-4c8a-9a57-2f1f6a3f1c11"


def answers(path: str, status: int, edit: Callable[[Any], Any]) -> After:
    """Edit what is answered to requests for a path, below that of the API, with a status."""

    def after(faulty: Faulty, request: Request, answer: Answer) -> Answer:
        if answer.status == status and re.fullmatch(BASE + path, request.path):
            return answer.content(edit(answer.json))
        return answer

    return after


def becomes(path: str, status: int, other: int) -> After:
    """Answer requests for a path by another status."""

    def after(faulty: Faulty, request: Request, answer: Answer) -> Answer:
        meant = answer.status == status and re.fullmatch(BASE + path, request.path)
        return evolve(answer, status=other) if meant else answer

    return after


def accepted(edit: Callable[[Any], Any]) -> After:
    return answers("/configure", 202, edit)


def told(edit: Callable[[Any], Any]) -> After:
    return answers("/configure/[^/]+/status", 200, edit)


def listed(edit: Callable[[Any], Any]) -> After:
    """Edit each entry of the list of submissions that is none of a draft."""

    def each(body: Any) -> Any:
        entries = [e if e["id"].endswith("/0") else edit(e) for e in body["value"]]
        return {**body, "value": entries}

    return answers("/submission/[^/]+", 200, each)


def query(path: str, name: str, edit: Callable[[list[str]], list[str]]) -> Before:
    """Edit the values of a parameter of the requests for a path."""

    def before(faulty: Faulty, request: Request) -> Request:
        if not re.fullmatch(BASE + path, request.path):
            return request
        pairs = parse_qsl(request.query, keep_blank_values=True)
        others = [pair for pair in pairs if pair[0] != name]
        values = edit([value for key, value in pairs if key == name])
        return evolve(request, query=urlencode([*others, *((name, value) for value in values)]))

    return before


def known_members(faulty: Faulty, request: Request) -> Request:
    """Forget of a body what the contract does not know, a deprecation for example."""
    if request.method != "POST" or not request.path.endswith("/configure"):
        return request
    try:
        body = json.loads(request.body)
        (resource,) = body["resources"]
        kept = {n: v for n, v in resource.items() if n in ("$schema", "id", "product", "target")}
        mended = {"$schema": body["$schema"], "resources": [kept]}
    except (ValueError, KeyError, TypeError, AttributeError):
        return request
    text = json.dumps(mended).encode()
    return evolve(request.header(b"content-length", str(len(text)).encode()), body=text)


def same_job(faulty: Faulty, request: Request, answer: Answer) -> Answer:
    if answer.status != 202:
        return answer
    return answer.content(
        {**answer.json, "jobId": faulty.memory.setdefault("job", answer.json["jobId"])}
    )


def end_undone(faulty: Faulty, request: Request, answer: Answer) -> Answer:
    if not request.path.endswith("/status") or answer.status != 200:
        return answer
    if answer.json["jobStatus"].casefold() == "completed":
        if request.path in faulty.memory:
            return answer.content({**answer.json, "jobStatus": "running", "jobResult": "pending"})
        faulty.memory[request.path] = True
    return answer


def went_nowhere(faulty: Faulty, request: Request, answer: Answer) -> Answer:
    if answer.status != 200 or not re.fullmatch(f"{BASE}/submission/[^/]+", request.path):
        return answer
    value = [e for e in answer.json["value"] if e["target"]["targetType"] != "live"]
    return answer.content({**answer.json, "value": value})


def elsewhere(body: Any) -> Any:
    return {**body, "@nextLink": "https://evil.example/product?continuationToken=x"}


def without(name: str) -> Callable[[Any], Any]:
    return lambda body: {n: v for n, v in body.items() if n != name}


VIOLATIONS = [
    Violation("job-unnamed", "What is accepted names no job", JOB, after=accepted(without("jobId"))),
    Violation("job-given-twice", "Two requests are given one job", JOB, after=same_job),
    Violation(
        "job-dangling",
        "The job leads to a 404",
        JOB,
        after=accepted(lambda body: {**body, "jobId": FOREIGN}),
    ),
    Violation(
        "job-of-another",
        "The status of a job is another's",
        JOB,
        after=told(lambda body: {**body, "jobId": FOREIGN}),
    ),
    Violation(
        "accepted-200",
        "What is accepted is answered 200",
        "status_code_conformance",
        after=becomes("/configure", 202, 200),
    ),
    Violation(
        "refused-422",
        "A body that does not fit is refused by 422",
        "status_code_conformance",
        after=becomes("/configure", 400, 422),
    ),
    Violation(
        "job-without-status",
        "A job has no `jobStatus`",
        SCHEMA,
        after=accepted(without("jobStatus")),
    ),
    Violation(
        "job-start-malformed",
        "A job began yesterday",
        SCHEMA,
        after=accepted(lambda body: {**body, "jobStart": "yesterday"}),
    ),
    Violation(
        "errors-an-object",
        "The errors of a job are an object",
        SCHEMA,
        after=accepted(lambda body: {**body, "errors": {"code": "conflict"}}),
    ),
    Violation(
        "completed-and-pending",
        "A job is completed, and its result pending",
        "completed-has-a-result",
        after=told(lambda body: {**body, "jobStatus": "completed", "jobResult": "pending"}),
    ),
    Violation(
        "failed-for-nothing",
        "A job failed, and has no errors",
        "failed-says-why",
        after=told(lambda body: {**body, "jobStatus": "completed", "jobResult": "failed", "errors": []}),
    ),
    Violation("end-undone", "What has ended runs again", "no-way-back", after=end_undone),
    Violation(
        "live-unlisted",
        "What went live is not listed as live",
        "went-live-is-listed",
        after=went_nowhere,
        phases=DRAWN,
    ),
    Violation(
        "submission-without-number",
        "The id of a submission ends in no number",
        OWNER,
        after=listed(lambda entry: {**entry, "id": entry["id"] + "x"}),
    ),
    Violation(
        "submission-of-another",
        "A submission is of another product",
        OWNER,
        after=listed(lambda entry: {**entry, "product": f"product/{FOREIGN}"}),
    ),
    Violation(
        "draft-with-a-number",
        "A submission to the draft has a number",
        "draft-is-number-0",
        after=listed(lambda entry: {**entry, "target": {"targetType": "draft"}}),
    ),
    Violation(
        "submission-without-status",
        "A submission has no status",
        "submitted-has-a-status",
        after=listed(without("status")),
    ),
    Violation(
        "two-in-progress",
        "Two submissions are in progress",
        "one-submission-in-progress",
        after=answers(
            "/submission/[^/]+",
            200,
            lambda body: {
                **body,
                "value": [
                    {
                        "id": f"submission/{entry['id'].split('/')[1]}/{number}",
                        "target": {"targetType": "preview"},
                        "status": "running",
                        "result": "pending",
                    }
                    for entry in body["value"][:1]
                    for number in (7, 8)
                ],
            },
        ),
    ),
    Violation(
        "submissions-an-array",
        "The list of submissions is an array",
        "went-live-is-listed",
        after=answers("/submission/[^/]+", 200, lambda body: body["value"]),
    ),
    Violation(
        "target-ignored",
        "The target that is asked for is not heeded",
        "filter-is-heeded",
        before=query("/submission/[^/]+", "targetType", lambda values: []),
    ),
    Violation(
        "page-size-ignored",
        "The size of a page is not heeded",
        "page-size-is-heeded",
        before=query("/product", "$maxpagesize", lambda values: []),
    ),
    Violation(
        "page-elsewhere",
        "The next page is at another host",
        "next-page-is-here",
        after=answers("/product", 200, elsewhere),
    ),
    Violation(
        "product-without-guid",
        "The id of a product is none",
        "product-has-a-guid",
        after=answers(
            "/product",
            200,
            lambda body: {**body, "value": [{**e, "id": "product/7"} for e in body["value"]]},
        ),
        phases=("examples", "coverage", "fuzzing"),
    ),
    Violation(
        "product-by-another-name",
        "A product is found by the id of another",
        "filter-is-heeded",
        after=answers(
            "/product",
            200,
            lambda body: {
                **body,
                "value": [
                    {**e, "identity": {"externalId": e["identity"]["externalId"] + "-else"}}
                    for e in body["value"]
                ],
            },
        ),
    ),
    Violation(
        "tree-of-another",
        "The resources are another product's",
        "tree-is-what-was-asked",
        after=answers(
            "/resource-tree/product/[^/]+", 200, lambda body: {**body, "root": f"product/{FOREIGN}"}
        ),
    ),
    Violation(
        "members-unchecked",
        "What a body has beyond the contract is ignored",
        "negative_data_rejection",
        before=known_members,
    ),
    Violation(
        "version-unchecked",
        "Any `$version`, or none",
        "negative_data_rejection",
        before=query(".*", "$version", lambda values: ["2022-07-01"]),
    ),
    Violation(
        "authorization-ignored",
        "No token is needed",
        "ignored_auth",
        before=lambda faulty, request: request.header(b"authorization", BEARER),
    ),
    Violation(
        "error-without-code",
        "A 404 has no code",
        SCHEMA,
        after=answers(".*", 404, lambda body: {"error": {"message": "no"}}),
    ),
    Violation(
        "error-a-text",
        "A 400 explains itself by a text",
        SCHEMA,
        after=answers(".*", 400, lambda body: "no"),
    ),
]
