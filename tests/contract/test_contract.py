"""The contracts are valid and complete, and each says of everything what it rests on."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import jsonschema
import pytest
from openapi_spec_validator import validate

from conftest import ROOT
from contracts import Contract, contracts

CONTRACTS = contracts()


@pytest.fixture(params=CONTRACTS)
def contract(request: pytest.FixtureRequest) -> Contract:
    return CONTRACTS[request.param]


def in_each(what: str) -> list[Any]:
    """Return each contract with each name of something that it has."""
    found = []
    for package, contract in CONTRACTS.items():
        names: dict[str, Any] = {
            "everything with a schema": contract.with_schema(),
            "links": contract.components["links"],
            "operations": contract.operations,
            "schemas": contract.components["schemas"],
        }[what]
        found += [pytest.param(contract, name, id=f"{package}-{name}") for name in names]
    return found


def test_it_is_valid_openapi(contract: Contract) -> None:
    assert contract.spec["openapi"].startswith("3.1")
    validate(contract.spec)


def test_every_status_says_what_it_rests_on(contract: Contract) -> None:
    for operation, status, answer in contract.responses():
        description = answer["description"].casefold()
        assert re.search(r"\[[a-z-]+\]|inferred|observed", description), (operation, status)
        assert status != "default"


def test_what_it_rests_on_is_introduced(contract: Contract) -> None:
    introduced = set(re.findall(r"\[([a-z-]+)\]", contract.spec["info"]["description"]))
    told = contract.path.read_text("utf-8")
    assert set(re.findall(r"\[([a-z]+(?:-[a-z]+)+)\]", told)) <= introduced


def test_it_wants_a_bearer_token(contract: Contract) -> None:
    scheme = contract.components["securitySchemes"]["bearerAuth"]
    assert (scheme["type"], scheme["scheme"]) == ("http", "bearer")
    assert contract.spec["security"] == [{"bearerAuth": []}]
    assert list(contract.components["securitySchemes"]) == ["bearerAuth"]


@pytest.mark.parametrize(("contract", "where"), in_each("everything with a schema"))
def test_everything_has_examples_that_fit(contract: Contract, where: str) -> None:
    node = contract.with_schema()[where]
    schema = contract.resolve(node["schema"])
    examples = contract.examples(node) or schema.get("examples", [])[:1]
    assert examples
    for example in examples:
        contract.conforms(example, node["schema"])


@pytest.mark.parametrize(("contract", "name"), in_each("schemas"))
def test_every_schema_is_described_and_its_examples_fit(contract: Contract, name: str) -> None:
    schema = contract.components["schemas"][name]
    assert schema["description"]
    for member in schema.get("properties", {}).values():
        assert contract.resolve(member)["description"]
    for example in schema.get("examples", []):
        contract.conforms(example, schema)
    assert schema.get("examples") or "enum" in schema


def test_every_component_is_used(contract: Contract) -> None:
    text = contract.path.read_text("utf-8")
    for kind, components in contract.components.items():
        for name in components if kind != "securitySchemes" else ():
            assert f"'#/components/{kind}/{name}'" in text, (kind, name)


def snake(name: str) -> str:
    return re.sub(r"(?<=[a-z])([A-Z])", r"_\1", name).lower()


def test_every_operation_has_its_module(contract: Contract) -> None:
    api = ROOT / "generated" / contract.package / "api"
    made = {path.relative_to(api) for path in api.rglob("*.py") if path.name != "__init__.py"}
    named = {
        Path(*operation["tags"]) / f"{snake(name)}.py"
        for name, (_, _, operation) in contract.operations.items()
    }
    assert named == made


@pytest.mark.parametrize(("contract", "name"), in_each("operations"))
def test_every_operation_is_told_of(contract: Contract, name: str) -> None:
    path, _, operation = contract.operations[name]
    assert operation["summary"]
    assert operation["description"]
    (tag,) = operation["tags"]
    assert tag in {each["name"] for each in contract.spec["tags"]}
    parameters = contract.parameters(name)
    assert all(each["description"] for each in parameters)
    assert {each["name"] for each in parameters if each["in"] == "path"} == set(
        re.findall(r"{(\w+)}", path)
    )


def test_every_answer_is_open(contract: Contract) -> None:
    for operation, status, answer in contract.responses():
        for media in answer.get("content", {}).values():
            for schema in contract.reachable(media["schema"]):
                assert schema.get("additionalProperties") is not False, (operation, status)


def test_every_error_has_the_shape_of_errors(contract: Contract) -> None:
    for operation, status, answer in contract.responses():
        if status >= "400" and status != "411":
            schema = answer["content"]["application/json"]["schema"]
            assert schema == {"$ref": "#/components/schemas/ErrorAnswer"}, (operation, status)


def uses_of(contract: Contract, name: str) -> Iterator[tuple[str, dict[str, Any]]]:
    """Yield the operations whose answers have a link, and these answers."""
    for operation, _, answer in contract.responses():
        if {"$ref": f"#/components/links/{name}"} in answer.get("links", {}).values():
            yield operation, answer


@pytest.mark.parametrize(("contract", "name"), in_each("links"))
def test_every_link_leads_from_an_answer_to_an_operation(contract: Contract, name: str) -> None:
    link = contract.components["links"][name]
    targets = {each["name"]: each for each in contract.parameters(link["operationId"])}
    uses = list(uses_of(contract, name))
    assert uses
    for operation, answer in uses:
        sources = {each["name"]: each for each in contract.parameters(operation)}
        for parameter, expression in link["parameters"].items():
            target = targets[parameter.removeprefix("header.")]
            where, _, pattern = expression.partition("#regex:")
            match where.split(".", 2):
                case ["$request", "path", source]:
                    values = contract.examples(sources[source])
                case ["$response", "header", header]:
                    values = contract.examples(contract.resolve(answer["headers"][header]))
                case ["$response", body]:
                    values = list(in_bodies(answer, body.removeprefix("body#/")))
                case other:
                    raise AssertionError(other)
            if pattern:
                values = [found[1] for value in values if (found := re.search(pattern, value))]
            assert values, (operation, expression)
            for value in values:
                contract.conforms(value, target["schema"])


def in_bodies(answer: dict[str, Any], pointer: str) -> Iterator[str]:
    """Yield what a pointer finds in those examples of an answer that have it."""
    for example in answer["content"]["application/json"]["examples"].values():
        found = example["value"]
        for key in pointer.split("/"):
            try:
                found = found[int(key)] if isinstance(found, list) else found[key]
            except (IndexError, KeyError):
                break
        else:
            yield found


@pytest.mark.parametrize("value", ["0", "30", "Wed, 21 Oct 2026 07:28:00 GMT"])
def test_retry_after(contract: Contract, value: str) -> None:
    contract.conforms(value, contract.components["headers"]["RetryAfter"]["schema"])


@pytest.mark.parametrize("value", ["", "-1", "1.5", "soon", "inf"])
def test_retry_after_nonsense(contract: Contract, value: str) -> None:
    with pytest.raises(jsonschema.ValidationError):
        contract.conforms(value, contract.components["headers"]["RetryAfter"]["schema"])
