"""The contract of the Product Ingestion API: closed in what is sent, open in what is read."""

from __future__ import annotations

import copy
from collections.abc import Callable
from typing import Any

import jsonschema
import pytest

from contracts import contracts
from product_ingestion_api.models import Configure, JobStatus

INGESTION = contracts()["product_ingestion_api"]
SPEC, COMPONENTS, OPERATIONS = INGESTION.spec, INGESTION.components, INGESTION.operations
SCHEMAS = COMPONENTS["schemas"]
READS = ("getJobStatus", "getJobDetail", "listSubmissions", "getSubmission", "getResourceTree")
HOST = "https://schema.mp.microsoft.com/schema"
PRODUCT = "d017bbc2-14c8-5927-a4b5-391de56d3953"
BODIES = {
    name: each["value"]
    for name, each in COMPONENTS["requestBodies"]["Configure"]["content"]["application/json"][
        "examples"
    ].items()
}


def test_its_paths_are_those_of_the_reference() -> None:
    assert {name: (method, path) for name, (path, method, _) in OPERATIONS.items()} == {
        "configure": ("post", "/configure"),
        "getJobStatus": ("get", "/configure/{jobId}/status"),
        "getJobDetail": ("get", "/configure/{jobId}"),
        "cancelJob": ("post", "/configure/{jobId}/cancel"),
        "listSubmissions": ("get", "/submission/{productId}"),
        "getSubmission": ("get", "/submission/{productId}/{submissionId}"),
        "getResourceTree": ("get", "/resource-tree/product/{productId}"),
        "listProducts": ("get", "/product"),
    }
    assert [each["url"] for each in SPEC["servers"]] == [
        "https://graph.microsoft.com/rp/product-ingestion"
    ]


@pytest.mark.parametrize(
    ("operation", "statuses"),
    [
        ("configure", "202 400 401 403 404 409 423 429 500 503"),
        ("cancelJob", "200 400 401 403 404 429 500 503"),
        ("listProducts", "200 400 401 403 429 500 503"),
        *((name, "200 400 401 403 404 429 500 503") for name in READS),
    ],
)
def test_every_status_is_listed(operation: str, statuses: str) -> None:
    assert " ".join(sorted(OPERATIONS[operation][2]["responses"])) == statuses


@pytest.mark.parametrize(
    ("operation", "names"),
    [
        ("configure", "$version"),
        ("getJobStatus", "$version jobId"),
        ("getJobDetail", "$version jobId"),
        ("cancelJob", "$version jobId"),
        ("listSubmissions", "$maxpagesize $version continuationToken productId targetType"),
        ("getSubmission", "$version productId submissionId"),
        ("getResourceTree", "$version productId targetType"),
        ("listProducts", "$maxpagesize $version continuationToken externalId type"),
    ],
)
def test_every_parameter_is_there(operation: str, names: str) -> None:
    parameters = {each["name"]: each for each in INGESTION.parameters(operation)}
    assert " ".join(sorted(parameters)) == names
    required = {name for name, each in parameters.items() if each["required"]}
    assert required == {"$version"} | {n for n, each in parameters.items() if each["in"] == "path"}


def configure(name: str) -> Any:
    """Return a body that the contract shows, to be changed."""
    return copy.deepcopy(BODIES[name])


@pytest.mark.parametrize("name", BODIES)
def test_what_is_sent_is_one_of_two_things(name: str) -> None:
    body, schema = configure(name), SCHEMAS["Configure"]
    INGESTION.conforms(body, schema)
    (resource,) = body["resources"]
    kinds = [kind for kind in ("PublishPreview", "GoLive") if INGESTION.fits(resource, SCHEMAS[kind])]
    assert kinds == ["GoLive" if name == "goLive" else "PublishPreview"]
    assert Configure.from_dict(body).to_dict() == body


def resource(**changes: Any) -> Callable[[Any], object]:
    return lambda body: body["resources"][0].update(changes)


def without(name: str) -> Callable[[Any], object]:
    return lambda body: body["resources"][0].pop(name)


SUBMISSION = f"submission/{PRODUCT}"
INEXPRESSIBLE: dict[str, tuple[str, Callable[[Any], object]]] = {
    "a deprecation": ("goLive", resource(lifecycleState="deprecated")),
    "its schedule": ("goLive", resource(deprecationSchedule={"reason": "other"})),
    "what was said by default": ("goLive", resource(lifecycleState="generallyAvailable")),
    "a preview that is deprecated": ("preview", resource(lifecycleState="deprecated")),
    "a deletion": ("preview", resource(lifecycleState="deleted")),
    "an echo of what was read": ("goLive", resource(status="completed", result="succeeded")),
    "an echo of when": ("goLive", resource(created="2026-06-01T15:03:07.5512006Z")),
    "a go-live of the draft": ("goLive", resource(id=f"{SUBMISSION}/0")),
    "a go-live of a number that begins with 0": ("goLive", resource(id=f"{SUBMISSION}/042")),
    "a go-live of nothing": ("goLive", resource(id=None)),
    "a go-live without an id": ("goLive", without("id")),
    "a go-live of a bare number": ("goLive", resource(id="1152921505690000042")),
    "a go-live of something else": ("goLive", resource(id=f"plan/{PRODUCT}/42")),
    "a go-live by the external id": ("goLive", resource(product={"externalId": "contoso-db"})),
    "a preview with an id": ("preview", resource(id=f"{SUBMISSION}/42")),
    "a product by two names": (
        "preview",
        resource(product={"externalId": "contoso-db", "resourceName": "offer"}),
    ),
    "a product by the name of a resource": ("preview", resource(product={"resourceName": "offer"})),
    "the draft as a target": ("preview", resource(target={"targetType": "draft"})),
    "a target in another case": ("goLive", resource(target={"targetType": "Live"})),
    "a resource without a schema": ("goLive", without("$schema")),
    "a resource on the old host": (
        "goLive",
        resource(
            **{
                "$schema": "https://product-ingestion.azureedge.net/schema/submission/2022-03-01-preview2"
            }
        ),
    ),
    "a version that requires more": (
        "goLive",
        resource(**{"$schema": f"{HOST}/submission/2022-03-01-preview7"}),
    ),
    "something else than a submission": (
        "preview",
        resource(**{"$schema": f"{HOST}/private-offer/2022-07-01"}),
    ),
    "nothing": ("preview", lambda body: body["resources"].clear()),
    "two at once": (
        "preview",
        lambda body: body["resources"].append(configure("goLive")["resources"][0]),
    ),
    "a body without a schema": ("preview", lambda body: body.pop("$schema")),
    "a body with more": ("preview", lambda body: body.update(force=True)),
}


@pytest.mark.parametrize(("name", "change"), INEXPRESSIBLE.values(), ids=INEXPRESSIBLE)
def test_nothing_else_can_be_said(name: str, change: Callable[[Any], object]) -> None:
    body = configure(name)
    change(body)
    with pytest.raises(jsonschema.ValidationError):
        INGESTION.conforms(body, SCHEMAS["Configure"])


def test_every_body_is_closed() -> None:
    content = INGESTION.resolve(OPERATIONS["configure"][2]["requestBody"])["content"]
    for schema in INGESTION.reachable(content["application/json"]["schema"]):
        if schema.get("type") == "object":
            assert schema["additionalProperties"] is False
            assert set(schema["required"]) == set(schema["properties"])
    assert not {name for name, (_, _, each) in OPERATIONS.items() if "requestBody" in each} - {
        "configure"
    }


def test_every_word_of_an_answer_is_open() -> None:
    for operation, status, answer in INGESTION.responses():
        for schema in INGESTION.reachable(answer["content"]["application/json"]["schema"]):
            assert not {"enum", "const"} & set(schema), (operation, status)


@pytest.mark.parametrize(
    "change",
    [
        {},
        {"jobStatus": "Running", "jobResult": "Running"},
        {"jobStatus": "aWordFromTomorrow", "somethingNew": {"x": 7}},
        {"jobEnd": "0001-01-01"},
        {"jobEnd": "0001-01-01T00:00:00", "jobStart": None},
        {"$schema": None, "errors": None, "resourceUri": None},
        {"errors": [{"code": "Conflict", "resourceId": {"resourceName": "offer"}, "new": 1}]},
        {"jobID": "another"},
    ],
)
def test_a_job_can_say_so(change: dict[str, Any]) -> None:
    job = {"jobId": "j", "jobStatus": "running", "jobResult": "pending", **change}
    INGESTION.conforms(job, SCHEMAS["JobStatus"])
    assert JobStatus.from_dict(job).job_id == "j"


def test_a_job_is_named_in_either_spelling_and_not_without() -> None:
    job = {"jobStatus": "running", "jobResult": "pending"}
    assert INGESTION.fits(job | {"jobID": "j"}, SCHEMAS["JobStatus"])
    assert JobStatus.from_dict(job | {"jobID": "j"})["jobID"] == "j"
    for unfit in (job, job | {"jobID": 7}, job | {"jobId": ""}, {"jobId": "j"}):
        assert not INGESTION.fits(unfit, SCHEMAS["JobStatus"])


@pytest.mark.parametrize(
    "body",
    [
        {"error": {"code": "notFound", "message": "no", "details": []}},
        {"error": {"code": "badRequest", "details": [{"code": "a", "details": [{"code": "b"}]}]}},
        {"error": {"code": "InvalidAuthenticationToken", "message": "m", "innerError": {"date": "d"}}},
        {"error": {"code": "UnknownError", "message": "", "innerError": None}, "new": 1},
    ],
)
def test_each_shape_of_an_error_fits(body: object) -> None:
    INGESTION.conforms(body, SCHEMAS["ErrorAnswer"])


@pytest.mark.parametrize(
    "body", [{}, [], None, 7, "no", {"error": "no"}, {"message": "no"}, {"error": {}}]
)
def test_no_other_shape_of_an_error_fits(body: object) -> None:
    with pytest.raises(jsonschema.ValidationError):
        INGESTION.conforms(body, SCHEMAS["ErrorAnswer"])


def test_what_was_begun_and_what_was_found_lead_on() -> None:
    def targets(operation: str, status: str) -> set[str]:
        links = INGESTION.response(operation, status).get("links", {}).values()
        return {INGESTION.resolve(link)["operationId"] for link in links}

    assert targets("configure", "202") == {"getJobStatus", "getJobDetail", "cancelJob"}
    assert targets("listProducts", "200") == {"listSubmissions", "getResourceTree"}
    assert targets("listSubmissions", "200") == {"getSubmission"}


def test_numbers_of_submissions_are_never_numbers() -> None:
    schema = COMPONENTS["parameters"]["SubmissionId"]["schema"]
    for number in ("0", "1152921505690000042", str(2**64)):
        INGESTION.conforms(number, schema)
    for unfit in (1152921505690000042, "", "-1", "01", "1.0", f"{SUBMISSION}/1"):
        assert not INGESTION.fits(unfit, schema)
