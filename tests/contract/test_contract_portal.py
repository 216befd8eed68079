"""The contract of the Cloud Partner Portal says what the original pages say."""

from __future__ import annotations

import re
from typing import Any

import jsonschema
import pytest

from contracts import contracts
from golive import ENDPOINT, State
from golive.refs import API_VERSION

PORTAL = contracts()["golive_api"]
SPEC, COMPONENTS, OPERATIONS = PORTAL.spec, PORTAL.components, PORTAL.operations
resolve, response, conforms = PORTAL.resolve, PORTAL.response, PORTAL.conforms
READS = (
    *("getOfferOperation", "getOperation", "listSubmissions", "getOfferStatus"),
    *("listOffers", "getOffer", "getOfferSlot", "getOfferVersion"),
)
STARTS = ("goLive", "cancel", "publish")


def test_its_paths_are_those_of_the_reference() -> None:
    offer = "/api/publishers/{publisherId}/offers/{offerId}"
    assert {name: (method, path) for name, (path, method, _) in OPERATIONS.items()} == {
        "goLive": ("post", f"{offer}/golive"),
        "getOfferOperation": ("get", f"{offer}/operations/{{operationId}}"),
        "getOperation": ("get", "/api/operations/{operationId}"),
        "listSubmissions": ("get", f"{offer}/submissions/"),
        "getOfferStatus": ("get", f"{offer}/status"),
        "cancel": ("post", f"{offer}/cancel"),
        "publish": ("post", f"{offer}/publish"),
        "listPublishers": ("get", "/api/publishers"),
        "listOfferTypes": ("get", "/api/offerTypes"),
        "listOffers": ("get", "/api/publishers/{publisherId}/offers"),
        "getOffer": ("get", offer),
        "putOffer": ("put", offer),
        "getOfferSlot": ("get", f"{offer}/slot/{{slot}}"),
        "getOfferVersion": ("get", f"{offer}/versions/{{version}}"),
    }
    assert [server["url"] for server in SPEC["servers"]] == [ENDPOINT]


@pytest.mark.parametrize(
    ("operation", "statuses"),
    [
        ("goLive", "202 400 401 403 404 409 411 412 429 500"),
        ("publish", "202 400 401 403 404 409 411 412 422 429 500"),
        ("cancel", "200 202 400 401 403 404 411 412 429 500"),
        ("putOffer", "200 400 401 403 404 409 412 422 429 500"),
        ("listPublishers", "200 400 401 403 429 500"),
        ("listOfferTypes", "200 400 401 403 429 500"),
        *((name, "200 400 401 403 404 429 500") for name in READS),
    ],
)
def test_every_status_is_listed(operation: str, statuses: str) -> None:
    assert " ".join(sorted(OPERATIONS[operation][2]["responses"])) == statuses


def test_the_go_live_examples_are_those_of_the_original_page() -> None:
    examples = COMPONENTS["headers"]["Location"]["examples"]
    assert examples["migrated"]["value"] == (
        "/api/publishers/contoso/offers/contoso-offer/operations/"
        "56615b67-2185-49fe-80d2-c4ddf77bb2e8?api-version=2017-10-31"
    )
    assert examples["nonMigrated"]["value"] == (
        "/api/operations/contoso$contoso-offer$2$preview?api-version=2017-10-31"
    )
    assert COMPONENTS["parameters"]["PublisherId"]["example"] == "contoso"
    assert COMPONENTS["parameters"]["OfferId"]["example"] == "contoso-offer"
    assert resolve(OPERATIONS["goLive"][2]["responses"]["202"]["headers"]["Location"])["examples"]


@pytest.mark.parametrize("operation", STARTS)
def test_every_202_names_the_operation_in_both_headers_and_links_both_forms(operation: str) -> None:
    answer = response(operation, "202")
    assert set(answer["headers"]) == {
        "Location",
        "Operation-Location",
        "Retry-After",
        "X-Ms-Correlation-Request-Id",
    }
    # Either may be missing; that one of them is there is a rule of the proof.
    assert not resolve(answer["headers"]["Location"])["required"]
    assert not resolve(answer["headers"]["Operation-Location"])["required"]
    links = [resolve(link) for link in answer["links"].values()]
    targets = [(link["operationId"], link["parameters"]["operationId"]) for link in links]
    assert [(name, expression.partition("#")[0]) for name, expression in targets] == [
        (name, f"$response.header.{header}")
        for header in ("Location", "Operation-Location")
        for name in ("getOfferOperation", "getOperation")
    ]


@pytest.mark.parametrize("operation", OPERATIONS)
def test_every_request_header_is_there(operation: str) -> None:
    path, method, declared = OPERATIONS[operation]
    parameters = [resolve(p) for p in SPEC["paths"][path]["parameters"] + declared.get("parameters", [])]
    names = {(p["in"], p["name"]): p for p in parameters}
    version = names["query", "api-version"]
    assert version["required"] is True
    assert version["schema"]["const"] == version["schema"]["default"] == API_VERSION
    assert (("header", "If-Match") in names) is (method != "get")
    if method != "get":
        assert names["header", "If-Match"]["required"] is False
        body = resolve(declared["requestBody"])
        assert list(body["content"]) == ["application/json"]
        assert body["required"] is (method == "put")


def links() -> list[tuple[str, str, str]]:
    found = []
    for link in COMPONENTS["links"].values():
        expression = link["parameters"].get("operationId", "")
        header, _, pattern = expression.removeprefix("$response.header.").partition("#regex:")
        if pattern:
            found.append((link["operationId"], header, pattern))
    assert len(found) == 4
    return found


@pytest.mark.parametrize(("operation", "header", "expression"), links())
def test_each_link_takes_the_operation_out_of_its_form_alone(
    operation: str, header: str, expression: str
) -> None:
    # What the older header says is what `Location` says, with or without a host in front of it.
    values = {
        name: example["value"] for name, example in COMPONENTS["headers"]["Location"]["examples"].items()
    }
    if header == "Operation-Location":
        values |= {f"{name}, absolute": ENDPOINT + value for name, value in values.items()}
    for name, value in values.items():
        match = re.search(expression, value)
        if name.startswith("migrated") is (operation == "getOfferOperation"):
            assert match is not None
            assert match[1] in (
                "56615b67-2185-49fe-80d2-c4ddf77bb2e8",
                "contoso$contoso-offer$2$preview",
            )
        else:
            assert match is None


def test_the_older_header_is_absolute_or_relative() -> None:
    schema = COMPONENTS["headers"]["OperationLocation"]["schema"]
    path = "/api/operations/contoso$9c1bb4bd-8a4c-4a5d-b8fd-0a4c6d9a5f10$2$preview"
    for value in (path, ENDPOINT + path, f"{path}?api-version={API_VERSION}"):
        conforms(value, schema)
    for bad in (path.removeprefix("/"), f"{path}?api-version=2016", f"ftp://host{path}"):
        with pytest.raises(jsonschema.ValidationError):
            conforms(bad, schema)


def test_the_slash_at_the_end_of_a_path_is_the_submissions_alone() -> None:
    slashed = [path for path, _, _ in OPERATIONS.values() if path.endswith("/")]
    assert [path.rpartition("/submissions/")[1] for path in slashed] == ["/submissions/"]


def test_a_change_of_an_offer_links_to_the_next_one_by_its_entity_tag() -> None:
    answer = response("putOffer", "200")
    assert resolve(answer["headers"]["ETag"])["required"] is True
    (link,) = map(resolve, answer["links"].values())
    assert link["operationId"] == "putOffer"
    assert link["parameters"]["header.If-Match"] == "$response.header.ETag"
    if_match = COMPONENTS["parameters"]["IfMatch"]["schema"]
    conforms(resolve(answer["headers"]["ETag"])["example"], if_match)


def test_the_status_words_are_open_and_each_known_one_has_a_meaning() -> None:
    schema = COMPONENTS["schemas"]["StatusWord"]
    conforms("a word from tomorrow", schema)
    with pytest.raises(jsonschema.ValidationError):
        conforms(7, schema)
    known = COMPONENTS["schemas"]["KnownStatusWord"]["enum"]
    assert all(State.of(word) is not State.UNKNOWN for word in known)
    assert {State.of(word) for word in known} == set(State) - {State.UNKNOWN}


def test_both_shapes_of_an_operation_fit_and_no_third() -> None:
    schema = response("getOperation", "200")["content"]["application/json"]["schema"]
    one = {"status": "running"}
    conforms(one, schema)
    conforms([one], schema)
    unfit: list[Any] = [[], [one, one], {}, None, "running"]
    for bad in unfit:
        with pytest.raises(jsonschema.ValidationError):
            conforms(bad, schema)


@pytest.mark.parametrize(
    "step",
    [
        {"stepName": "publisher-signoff", "status": "waitingForPublisherReview"},
        {"id": "live", "status": "notStarted"},
        {"id": "live", "stepName": "Live", "status": "notStarted", "progressPercentage": None},
    ],
)
def test_a_step_is_known_by_its_id_or_by_its_name(step: dict[str, Any]) -> None:
    conforms(step, COMPONENTS["schemas"]["Step"])


def test_a_step_that_has_neither_is_none() -> None:
    with pytest.raises(jsonschema.ValidationError):
        conforms({"status": "notStarted", "description": "?"}, COMPONENTS["schemas"]["Step"])


@pytest.mark.parametrize(
    "value", [None, "2017-05-23T23:33:47.8802283", "2017-05-23T23:33:47", "2017-05-23T23:33:47.88Z"]
)
def test_a_changed_time_may_have_no_zone(value: str | None) -> None:
    conforms(value, COMPONENTS["schemas"]["ChangedTime"])


@pytest.mark.parametrize("value", ["yesterday", "2017-05-23", "2017-13-23T23:33:47", 7])
def test_a_changed_time_is_a_moment(value: object) -> None:
    with pytest.raises(jsonschema.ValidationError):
        conforms(value, COMPONENTS["schemas"]["ChangedTime"])


@pytest.mark.parametrize(
    "body",
    [
        {"error": {"code": "NotFound", "message": "no"}},
        {"error": {"code": "C", "message": "m", "details": [{"code": "D"}], "innererror": {"x": 7}}},
        {"Message": "Authorization has been denied for this request."},
        {"Message": "no", "ModelState": {"offer": ["no plan"]}},
        {"Variant": {"serviceName": "Variant", "error": "Retry is OK.\r\n"}},
        "There is no Staging slot deployed for Offer ID contoso-offer.",
    ],
)
def test_each_shape_of_an_error_fits(body: object) -> None:
    conforms(body, COMPONENTS["schemas"]["ErrorAnswer"])


@pytest.mark.parametrize("body", [{}, [], None, 7, {"error": "no"}, {"message": "no"}, {"Variant": {}}])
def test_no_other_shape_of_an_error_fits(body: object) -> None:
    with pytest.raises(jsonschema.ValidationError):
        conforms(body, COMPONENTS["schemas"]["ErrorAnswer"])


def test_the_host_answers_without_a_shape() -> None:
    assert "content" not in COMPONENTS["responses"]["LengthRequired"]
