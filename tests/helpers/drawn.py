"""Answers drawn from the contract: every status, header and body that it allows, by Hypothesis."""

from __future__ import annotations

import string
from collections import Counter
from collections.abc import Callable
from datetime import datetime
from functools import cache
from typing import Any

import yaml
from attrs import evolve, frozen
from hypothesis import assume
from hypothesis import strategies as st
from jsonschema import Draft202012Validator

from conftest import CONTRACT, LOCAL


@cache
def contract() -> dict[str, Any]:
    loaded: dict[str, Any] = yaml.safe_load(CONTRACT.read_text("utf-8"))
    return loaded


def resolved(node: dict[str, Any]) -> dict[str, Any]:
    """Follow a `$ref`."""
    while "$ref" in node:
        target: Any = contract()
        for part in node["$ref"].removeprefix("#/").split("/"):
            target = target[part]
        node = target
    return node


#: Some of what people write, and markup that must come through untouched.
TEXT = st.text(st.characters(exclude_categories=["Cs"]), max_size=12) | st.sampled_from(
    ["", "running", "<b>no</b> &amp; <script>alert(1)</script>", "\N{ESCAPE}[2J", "ü" * 40]
)
#: The service writes a word in several ways (schema `KnownStatusWord`).
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
    moment = draw(st.datetimes(min_value=datetime(1970, 1, 1), max_value=datetime(2999, 1, 1)))
    fraction = draw(st.sampled_from(["", ".5", ".0500520", ".123456"]))
    offset = draw(st.sampled_from(offsets))
    return f"{moment:%Y-%m-%dT%H:%M:%S}{fraction}{offset}"


@st.composite
def values(draw: st.DrawFn, schema: dict[str, Any]) -> Any:
    """Draw what a schema of the contract allows."""
    name = schema.get("$ref", "").rpartition("/")[2]
    schema = resolved(schema)
    if name == "KnownStatusWord":
        return draw(SPELLINGS)(draw(st.sampled_from(schema["enum"])))
    if name == "ZonelessTime":
        # Its pattern has a thirty-first of February.
        return draw(timestamps(offsets=("",)))
    for choice in ("anyOf", "oneOf"):
        if choice in schema:
            return draw(values(draw(st.sampled_from(schema[choice]))))
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
            bounds = {"min_size": schema.get("minItems", 0), "max_size": schema.get("maxItems", 3)}
            return draw(st.lists(values(schema["items"]), **bounds))
        case "object":
            required = set(schema.get("required", []))
            body = {
                key: draw(values(each))
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


OPERATIONS: dict[str, dict[str, Any]] = {
    operation["operationId"]: operation
    for path in contract()["paths"].values()
    for method, operation in path.items()
    if method in ("get", "post", "put")
}
CASES = [
    (operation_id, status)
    for operation_id, operation in OPERATIONS.items()
    for status in operation["responses"]
]


@st.composite
def answers(draw: st.DrawFn, operation_id: str, status: str) -> Drawn:
    """Draw an answer to an operation with a status of the contract."""
    response = resolved(OPERATIONS[operation_id]["responses"][status])
    headers = {}
    for name, header in response.get("headers", {}).items():
        each = resolved(header)
        if each.get("required") or draw(st.booleans()):
            headers[name] = draw(header_values(each["schema"]))
    if "Location" in response.get("headers", {}):
        location, older = headers.pop("Location", None), headers.pop("Operation-Location", None)
        headers |= draw(addresses(location, older))
    body = None
    content = response.get("content", {}).get("application/json")
    if content is not None and (status == "200" or draw(st.integers(0, 4))):
        body = draw(values(content["schema"]))
    return Drawn(operation_id, int(status), headers, body)


#: The offer that is asked about, and a GUID that it may be called by.
PUBLISHER, OFFER = "contoso", "contoso-offer"
OFFER_GUID = "9c1bb4bd-8a4c-4a5d-b8fd-0a4c6d9a5f10"
VERSION = "?api-version=2017-10-31"


@st.composite
def addresses(draw: st.DrawFn, location: str | None, older: str | None) -> dict[str, str]:
    """Draw the headers that name an operation: one of the two, or both, and then the same operation.

    Args:
        location: What was drawn for `Location`, of any offer.
        older: The same for `Operation-Location`, on any host.
    """
    if location is None and older is None:
        # That one of them is there is no matter of a schema, but of a rule.
        older = draw(header_values(header("OperationLocation")["schema"]))
    path = draw(own_path(location or older or ""))
    headers = {}
    if location is not None:
        headers["Location"] = path + VERSION
    if older is not None:
        if "/publishers/" not in path and draw(st.booleans()):
            # The second of two headers may call the offer otherwise than the first.
            path = draw(own_path(path))
        host = draw(st.sampled_from([LOCAL, ""]))
        headers["Operation-Location"] = host + path + draw(st.sampled_from([VERSION, ""]))
    return headers


@st.composite
def own_path(draw: st.DrawFn, address: str) -> str:
    """Make a path of the offer that is asked about, out of an address of any."""
    operation = address.partition("?")[0].rpartition("/")[2]
    if "/publishers/" in address:
        return f"/api/publishers/{PUBLISHER}/offers/{OFFER}/operations/{operation}"
    _, _, number, slot = operation.split("$")
    name = draw(st.sampled_from([OFFER, OFFER_GUID]))
    return f"/api/operations/{PUBLISHER}${name}${number}${slot}"


def header(name: str) -> dict[str, Any]:
    return resolved({"$ref": f"#/components/headers/{name}"})


def with_word(drawn: Drawn, word: str, *, in_array: bool) -> Drawn:
    """Say a certain word for the status of an operation, bare or in an array."""
    body = drawn.body[0] if isinstance(drawn.body, list) else drawn.body
    body = {**body, "status": word}
    return evolve(drawn, body=[body] if in_array else body)


def header_values(schema: dict[str, Any]) -> st.SearchStrategy[str]:
    schema = resolved(schema)
    if "pattern" in schema:
        return matching(schema["pattern"])
    return st.text(string.ascii_letters + string.digits + '-"', min_size=1, max_size=20)


def matching(pattern: str) -> st.SearchStrategy[str]:
    # ECMA-262's `$` is the very end; Python's also matches before a line feed.
    return st.from_regex(pattern.removesuffix("$") + r"\Z", alphabet=st.characters(codec="ascii"))


#: How often each thing was drawn that a run must not go without.
COUNTS: Counter[str] = Counter()
WORDS = [*contract()["components"]["schemas"]["KnownStatusWord"]["enum"], "Nearly There"]
MUST_BE_DRAWN = {
    *("a bare object", "an array", "an unknown word", "a message as text", "a message as an object"),
    *("no steps", "steps that are null", "an error without a body", "Retry-After in seconds"),
    *("Retry-After as a date", "Location, migrated", "Location, non-migrated"),
    *("Operation-Location, migrated", "Operation-Location, non-migrated"),
    *("Operation-Location, relative", "Operation-Location, absolute", "Operation-Location, no version"),
    *("both headers", "no Location", "the offer's GUID in Location", "a step without id"),
    *("the offer's GUID in Operation-Location", "a step without stepName", "a time without zone"),
    *("a time that is null", "a number that is null", "a message without timestamp"),
    *("an error in the usual shape", "an error as Message", "an error as Variant"),
    *("an error as a string", "an error with details", "an error with innererror"),
    *("slot production", "slot staging", "another slot", "an offer that is published"),
    *("an offer without status", "an offer with more fields", "an offer with a definition"),
    *("a word for " + state for state in ("not_started", "running", "waiting_for_publisher")),
    *("a word for " + state for state in ("succeeded", "failed", "canceled")),
}


def count(drawn: Drawn) -> None:
    """Count what an answer is an example of."""
    for name in ("Location", "Operation-Location"):
        if name in drawn.headers:
            form = "migrated" if "/publishers/" in drawn.headers[name] else "non-migrated"
            COUNTS[f"{name}, {form}"] += 1
            COUNTS[f"the offer's GUID in {name}"] += OFFER_GUID in drawn.headers[name]
    if (older := drawn.headers.get("Operation-Location")) is not None:
        COUNTS[f"Operation-Location, {'relative' if older.startswith('/') else 'absolute'}"] += 1
        COUNTS["Operation-Location, no version"] += "?" not in older
        COUNTS["both headers" if "Location" in drawn.headers else "no Location"] += 1
    if "Retry-After" in drawn.headers:
        kind = "in seconds" if drawn.headers["Retry-After"].isdigit() else "as a date"
        COUNTS[f"Retry-After {kind}"] += 1
    if drawn.status >= 400 and drawn.status != 411:
        count_error(drawn.body)
    elif drawn.operation_id == "listSubmissions":
        for entry in drawn.body:
            known = entry.get("slot") in ("production", "staging")
            COUNTS[f"slot {entry['slot']}" if known else "another slot"] += 1
            count_moment(entry, "changedTime")
            COUNTS["a number that is null"] += "version" in entry and entry["version"] is None
    elif drawn.operation_id in ("getOffer", "putOffer"):
        count_moment(drawn.body, "changedTime")
        COUNTS["an offer that is published"] += drawn.body.get("status") == "published"
        COUNTS["an offer without status"] += drawn.body.get("status") is None
        COUNTS["an offer with more fields"] += any(key.startswith("x-") for key in drawn.body)
        COUNTS["an offer with a definition"] += bool(drawn.body.get("definition"))
    if drawn.operation_id in ("getOperation", "getOfferOperation") and drawn.status == 200:
        COUNTS["an array" if isinstance(drawn.body, list) else "a bare object"] += 1
        operation = drawn.body[0] if isinstance(drawn.body, list) else drawn.body
        state = state_of(operation["status"])
        COUNTS["an unknown word" if state == "unknown" else f"a word for {state}"] += 1
        COUNTS["no steps" if "steps" not in operation else "steps"] += 1
        COUNTS["steps that are null"] += "steps" in operation and operation["steps"] is None
        for message in operation.get("messages") or []:
            COUNTS[f"a message as {'text' if isinstance(message, str) else 'an object'}"] += 1
            if not isinstance(message, str):
                COUNTS["a message without timestamp"] += message.get("timestamp") is None
        for step in operation.get("steps") or []:
            for key in ("id", "stepName"):
                COUNTS[f"a step without {key}"] += key not in step


def count_error(body: Any) -> None:
    match body:
        case None:
            COUNTS["an error without a body"] += 1
        case str():
            COUNTS["an error as a string"] += 1
        case {"error": error}:
            COUNTS["an error in the usual shape"] += 1
            for name in ("details", "innererror"):
                COUNTS[f"an error with {name}"] += bool(error.get(name))
        case {"Message": _}:
            COUNTS["an error as Message"] += 1
        case {"Variant": _}:
            COUNTS["an error as Variant"] += 1


def count_moment(body: dict[str, Any], name: str) -> None:
    text = body.get(name)
    if text is None:
        COUNTS["a time that is null"] += name in body
    else:
        COUNTS["a time without zone"] += not text.endswith("Z") and text[-6] not in "+-"


#: What the words mean, read out of the contract's description a second time.
STATES = {
    "not_started": {"notstarted", "neverpublished"},
    "running": {"running", "inprogress"},
    "waiting_for_publisher": {"waitingforpublisherreview", "waitingforapproval", "blocked"},
    "succeeded": {"complete", "completed", "succeeded"},
    "failed": {"failed", "rejected"},
    "canceled": {"canceled", "cancelled"},
}


def state_of(word: str, *, of_an_offer: bool = False) -> str:
    """Say what a word means; one more is known of offers (schema `OfferStatusWord`)."""
    plain = word.casefold()
    for character in " -_":
        plain = plain.replace(character, "")
    if of_an_offer and plain == "published":
        return "succeeded"
    return next((state for state, words in STATES.items() if plain in words), "unknown")
