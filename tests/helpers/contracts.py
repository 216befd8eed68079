"""The contracts, to be looked into: what each operation, answer, schema and link of them says."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import yaml
from attrs import define, field
from jsonschema.validators import Draft202012Validator

from conftest import CONTRACT, INGESTION_CONTRACT

METHODS = ("get", "post", "put", "delete", "patch")


@define(eq=False)
class Contract:
    """A contract, read.

    Attributes:
        path: Where it is.
        package: The generated package that it makes.
        spec: The document.
        operations: Path, method and declaration, by the operation's id.
    """

    path: Path
    package: str
    spec: dict[str, Any] = field(init=False)
    operations: dict[str, tuple[str, str, dict[str, Any]]] = field(init=False)

    def __attrs_post_init__(self) -> None:
        self.spec = yaml.safe_load(self.path.read_text("utf-8"))
        self.operations = {
            operation["operationId"]: (path, method, operation)
            for path, item in self.spec["paths"].items()
            for method, operation in item.items()
            if method in METHODS
        }

    @property
    def components(self) -> dict[str, Any]:
        """What the document shares."""
        components: dict[str, Any] = self.spec["components"]
        return components

    def resolve(self, node: Any) -> Any:
        """Follow a local `$ref`."""
        while isinstance(node, dict) and "$ref" in node:
            target: Any = self.spec
            for key in node["$ref"].removeprefix("#/").split("/"):
                target = target[key]
            node = target
        return node

    def parameters(self, operation: str) -> list[dict[str, Any]]:
        """Return the parameters of an operation, those of its path included."""
        path, _, declared = self.operations[operation]
        shared = self.spec["paths"][path].get("parameters", [])
        return [self.resolve(each) for each in shared + declared.get("parameters", [])]

    def response(self, operation: str, status: str) -> Any:
        """Return an answer of an operation."""
        return self.resolve(self.operations[operation][2]["responses"][status])

    def responses(self) -> Iterator[tuple[str, str, dict[str, Any]]]:
        """Yield each operation, each status of it, and the answer."""
        for operation, (_, _, declared) in self.operations.items():
            for status in declared["responses"]:
                yield operation, status, self.response(operation, status)

    def conforms(self, value: object, schema: Any) -> None:
        """Check a value against a schema of the contract, formats included.

        Raises:
            jsonschema.ValidationError: It does not fit.
        """
        Draft202012Validator(
            {**schema, "components": self.components},
            format_checker=Draft202012Validator.FORMAT_CHECKER,
        ).validate(value)

    def fits(self, value: object, schema: Any) -> bool:
        """Tell whether a value fits a schema of the contract, formats included."""
        validator = Draft202012Validator(
            {**schema, "components": self.components},
            format_checker=Draft202012Validator.FORMAT_CHECKER,
        )
        return validator.is_valid(value)

    def examples(self, node: Any) -> list[Any]:
        """Return the examples that stand beside a schema."""
        named = [self.resolve(each)["value"] for each in node.get("examples", {}).values()]
        return named + ([node["example"]] if "example" in node else [])

    def with_schema(self) -> dict[str, Any]:
        """Find everything that has a schema and must have an example: headers, parameters, contents."""
        found: dict[str, Any] = {}

        def visit(node: Any, where: str) -> None:
            if isinstance(node, dict):
                if "schema" in node:
                    found[where] = node
                for key, value in node.items():
                    if key not in {"example", "examples", "schema", "schemas"}:
                        visit(value, f"{where}/{key}")
            elif isinstance(node, list):
                for index, value in enumerate(node):
                    visit(value, f"{where}/{index}")

        visit(self.spec["paths"], "paths")
        visit(self.components, "components")
        return found

    def reachable(self, node: Any) -> Iterator[dict[str, Any]]:
        """Yield every schema that a schema consists of, itself included, each once."""
        seen: set[int] = set()
        waiting = [node]
        while waiting:
            schema = self.resolve(waiting.pop())
            if not isinstance(schema, dict) or id(schema) in seen:
                continue
            seen.add(id(schema))
            yield schema
            waiting += [schema.get("items"), schema.get("additionalProperties")]
            for key in ("anyOf", "oneOf", "allOf"):
                waiting += schema.get(key, [])
            for key in ("properties", "patternProperties"):
                waiting += schema.get(key, {}).values()


@cache
def contracts() -> dict[str, Contract]:
    """Return the contracts, by the packages that they make."""
    paths = {"golive_api": CONTRACT, "product_ingestion_api": INGESTION_CONTRACT}
    return {package: Contract(path, package) for package, path in paths.items()}
