"""Answers drawn from a contract: every status, header and body that it allows, by Hypothesis."""

from __future__ import annotations

import string
from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

from attrs import frozen
from hypothesis import assume
from hypothesis import strategies as st
from jsonschema import Draft202012Validator

from contracts import Contract

#: Some of what people write, and markup that must come through untouched.
TEXT = st.text(st.characters(exclude_categories=["Cs"]), max_size=12) | st.sampled_from(
    ["", "running", "<b>no</b> &amp; <script>alert(1)</script>", "\N{ESCAPE}[2J", "ü" * 40]
)
#: The services write a word in several ways.
SPELLINGS: st.SearchStrategy[Callable[[str], str]] = st.sampled_from(
    [
        str,
        str.upper,
        str.lower,
        str.capitalize,
        lambda word: spaced(word, " "),
        lambda word: spaced(word, "_"),
    ]
)


def spaced(word: str, by: str) -> str:
    return "".join(by + c.lower() if c.isupper() else c for c in word)


@st.composite
def timestamps(draw: st.DrawFn, offsets: tuple[str, ...] = ("Z", "+00:00", "-07:00")) -> str:
    """Draw a moment as services write it."""
    moment = draw(st.datetimes(min_value=datetime(1970, 1, 1), max_value=datetime(2999, 1, 1)))
    fraction = draw(st.sampled_from(["", ".5", ".0500520", ".123456"]))
    offset = draw(st.sampled_from(offsets))
    return f"{moment:%Y-%m-%dT%H:%M:%S}{fraction}{offset}"


@frozen
class Drawn:
    """An answer that the contract allows.

    Attributes:
        operation_id: To which of the contract's operations.
        status: The HTTP status.
        headers: The headers.
        body: The body as JSON; None for no body.
    """

    operation_id: str
    status: int
    headers: dict[str, str]
    body: Any = None


#: Draws for a schema by its name; is given what draws, and the schema.
Special = Callable[["Draws", dict[str, Any]], st.SearchStrategy[Any]]

#: How deep what consists of its own kind is drawn.
DEEP = 4


@frozen(eq=False)
class Draws:
    """Draws what a contract allows.

    Attributes:
        contract: The contract.
        special: What says more than a schema does, by the name of the schema.
    """

    contract: Contract
    special: Mapping[str, Special]

    def values(self, schema: dict[str, Any]) -> st.SearchStrategy[Any]:
        """Draw what a schema of the contract allows."""
        return _values(self, schema, 0)

    def plain(self, schema: dict[str, Any]) -> st.SearchStrategy[Any]:
        """Draw what a schema allows, whatever else is to be said about it."""
        return _plain(self, schema, 0)

    def headers(self, response: dict[str, Any]) -> st.SearchStrategy[dict[str, str]]:
        """Draw the headers of an answer."""
        return _headers(self, response)

    def answers(self, operation_id: str, status: str) -> st.SearchStrategy[Drawn]:
        """Draw an answer to an operation with a status of the contract."""
        return _answers(self, operation_id, status)


@st.composite
def _values(draw: st.DrawFn, draws: Draws, schema: dict[str, Any], depth: int) -> Any:
    name = schema.get("$ref", "").rpartition("/")[2]
    if name in draws.special:
        return draw(draws.special[name](draws, draws.contract.resolve(schema)))
    return draw(_plain(draws, draws.contract.resolve(schema), depth))


@st.composite
def _plain(draw: st.DrawFn, draws: Draws, schema: dict[str, Any], depth: int) -> Any:
    for choice in ("anyOf", "oneOf"):
        if choice in schema:
            return draw(_values(draws, draw(st.sampled_from(schema[choice])), depth))
    if "const" in schema:
        return schema["const"]
    if "enum" in schema:
        return draw(st.sampled_from(schema["enum"]))
    kind = schema["type"]
    if isinstance(kind, list):
        kind = draw(st.sampled_from(kind))
    match kind:
        case "null":
            return None
        case "integer":
            return draw(st.integers(schema.get("minimum", -(2**63)), schema.get("maximum", 2**63 - 1)))
        case "string" if schema.get("format") == "date-time":
            return draw(timestamps())
        case "string" if "pattern" in schema:
            return draw(matching(schema["pattern"]))
        case "string":
            return draw(TEXT.filter(lambda text: len(text) >= schema.get("minLength", 0)))
        case "array":
            most = schema.get("maxItems", 3) if depth < DEEP else 0
            bounds = {"min_size": schema.get("minItems", 0), "max_size": most}
            return draw(st.lists(_values(draws, schema["items"], depth + 1), **bounds))
        case "object":
            required = set(schema.get("required", []))
            body = {
                key: draw(_values(draws, each, depth + 1))
                for key, each in schema.get("properties", {}).items()
                if key in required or draw(st.integers(0, 3))
            }
            if draw(st.booleans()):
                # What the contract does not name may be there, too.
                body["x-" + draw(st.text(string.ascii_lowercase, max_size=3))] = draw(TEXT)
            if "not" in schema:
                assume(not Draft202012Validator(schema["not"]).is_valid(body))
            return body
    raise AssertionError(f"the contract has a schema that is not drawn: {schema}")


@st.composite
def _headers(draw: st.DrawFn, draws: Draws, response: dict[str, Any]) -> dict[str, str]:
    headers = {}
    for name, header in response.get("headers", {}).items():
        each = draws.contract.resolve(header)
        if each.get("required") or draw(st.booleans()):
            headers[name] = draw(header_values(draws.contract.resolve(each["schema"])))
    return headers


@st.composite
def _answers(draw: st.DrawFn, draws: Draws, operation_id: str, status: str) -> Drawn:
    response = draws.contract.response(operation_id, status)
    headers = draw(draws.headers(response))
    body = None
    content = response.get("content", {}).get("application/json")
    if content is not None and (status.startswith("2") or draw(st.integers(0, 4))):
        body = draw(draws.values(content["schema"]))
    return Drawn(operation_id, int(status), headers, body)


def header_values(schema: dict[str, Any]) -> st.SearchStrategy[str]:
    """Draw a header by its schema."""
    if "pattern" in schema:
        return matching(schema["pattern"])
    return st.text(string.ascii_letters + string.digits + '-"', min_size=1, max_size=20)


def matching(pattern: str) -> st.SearchStrategy[str]:
    """Draw a text by its pattern."""
    # ECMA-262's `$` is the very end; Python's also matches before a line feed.
    return st.from_regex(pattern.removesuffix("$") + r"\Z", alphabet=st.characters(codec="ascii"))
