"""Writes the parts of pages that are made from the code.

They stand between `<!-- made: NAME -->` and `<!-- end -->`. So the reference cannot say what the
contract, the schema of --json or the help do not, and it can be read without building anything. With
`--check`, nothing is written, and a difference is an error.
"""

from __future__ import annotations

import json
import re
import sys
from collections.abc import Callable, Iterator, Sequence
from functools import partial
from importlib import resources
from pathlib import Path
from typing import Any

import click
import yaml

from golive import PollingPolicy
from golive.cli.app import cli
from golive.cli.exits import MEANINGS
from golive.cli.settings import VARIABLES
from golive.contract import PORTAL, PRODUCT_INGESTION, document
from golive.emulator import Fault, Habit, IngestionHabit, ProductBegins, ProductScenario, Scenario

PAGES = Path(__file__).parent
PART = re.compile(r"(<!-- made: ([\w -]+) -->\n).*?(<!-- end -->\n)", re.DOTALL)


def main(arguments: Sequence[str]) -> int:
    """Write the pages, or check them; return the exit code."""
    stale = []
    for page in sorted(PAGES.rglob("*.md")):
        text = page.read_text("utf-8")
        made = PART.sub(lambda part: f"{part[1]}\n{_made(part[2])}\n{part[3]}", text)
        if made != text:
            stale.append(str(page.relative_to(PAGES)))
            if "--check" not in arguments:
                page.write_text(made, "utf-8")
    if stale and "--check" in arguments:
        print(f"Run `python docs/make_reference.py`: {', '.join(stale)}", file=sys.stderr)
        return 1
    return 0


def _made(name: str) -> str:
    lines = "\n".join(PARTS[name]())
    return re.sub(r"\n{3,}", "\n\n", re.sub(r"[ \t]+$", "", lines, flags=re.MULTILINE)).strip() + "\n"


def exit_codes() -> Iterator[str]:
    """Yield the table of exit codes."""
    yield from _table("code", "name", "meaning")
    for code, meaning in MEANINGS.items():
        yield f"| {code.value} | `{code.name}` | {meaning} |"


def settings() -> Iterator[str]:
    """Yield the table of settings."""
    yield from _table("flag", "variable", "in the file")
    examples = {"endpoint": '"https://api.example"', "publisher": '"contoso"', "allow_http": "true"}
    examples["database"] = '"fleet.sqlite"'
    for name, variable in VARIABLES.items():
        plain = name.replace("_", "-")
        example = examples.get(name, '"1h30m"')
        yield f"| `--{plain}` | `{variable}` | `{plain} = {example}` |"


def faults() -> Iterator[str]:
    """Yield the table of the emulator's faults."""
    yield from _table("fault", "what happens")
    for fault in Fault:
        yield f"| `{fault.value}` | {_cell(fault.meaning)} |"


def habits() -> Iterator[str]:
    """Yield the table of the emulator's habits."""
    yield from _table("habit", "what the service does otherwise")
    for habit in Habit:
        yield f"| `{habit.value}` | {_cell(habit.meaning)} |"


def ingestion_habits() -> Iterator[str]:
    """Yield the table of the habits of the Product Ingestion API."""
    yield from _table("habit", "what the service does otherwise")
    for habit in IngestionHabit:
        yield f"| `{habit.value}` | {_cell(habit.meaning)} |"


def product_scenarios() -> Iterator[str]:
    """Yield the table of the scenarios of products."""
    yield from _table("scenario", "how submissions end")
    for scenario in ProductScenario:
        yield f"| `{scenario.value}` | {_cell(scenario.meaning)} |"


def product_begins() -> Iterator[str]:
    """Yield the table of where a product can stand at first."""
    yield from _table("begins", "where the product stands")
    for begins in ProductBegins:
        yield f"| `{begins.value}` | {_cell(begins.meaning)} |"


def scenarios() -> Iterator[str]:
    """Yield the table of the emulator's scenarios."""
    yield from _table("scenario", "how operations end")
    for scenario in Scenario:
        yield f"| `{scenario.value}` | {_cell(scenario.meaning)} |"


def schedule() -> Iterator[str]:
    """Yield the table of the pauses that the default polling policy makes."""
    policy = PollingPolicy(jitter=0)
    yield from _table("followed for", "pause before the next request")
    for text, seconds in (
        ("0 to 5 minutes", 300),
        ("15 minutes", 900),
        ("1 hour", 3_600),
        ("6 hours", 21_600),
        ("11 hours and more", 40_000),
    ):
        pause = policy.pause(seconds)
        yield f"| {text} | {pause / 60:.1f} min |" if pause >= 60 else f"| {text} | {pause:.1f} s |"


def commands() -> Iterator[str]:
    """Yield the help of the command and of each verb."""
    context = click.Context(cli, info_name="golive", terminal_width=100, **cli.context_settings)
    yield from ("## `golive`", "", "```text", cli.get_help(context), "```", "")
    for name, command in cli.commands.items():
        own = click.Context(command, info_name=name, parent=context)
        yield from (f"## `golive {name}`", "", "```text", command.get_help(own), "```", "")
        for below, each in command.commands.items() if isinstance(command, click.Group) else ():
            help_ = each.get_help(click.Context(each, info_name=below, parent=own))
            yield from (f"### `golive {name} {below}`", "", "```text", help_, "```", "")


def events() -> Iterator[str]:
    """Yield what the schema of --json says of each event."""
    schema = json.loads(resources.files("golive.cli").joinpath("events.schema.json").read_text("utf-8"))
    definitions = schema["$defs"]
    names = [each["$ref"].rpartition("/")[2] for each in schema["oneOf"]]
    for name in [*names, *(name for name in definitions if name not in names)]:
        definition = definitions[name]
        yield from ("", f"### `{name}`", "", definition["description"], "")
        if "properties" in definition:
            yield from _table("field", "type", "meaning")
            for field, about in definition["properties"].items():
                optional = "" if field in definition["required"] else " (may be missing)"
                yield f"| `{field}` | {_type(about)}{optional} | {_cell(about.get('description', ''))} |"
        elif "enum" in definition:
            yield "One of " + ", ".join(f"`{word}`" for word in definition["enum"]) + "."


def contract(api: str) -> Iterator[str]:
    """Yield a contract: its introduction, its operations and its schemas."""
    read = _Contract(yaml.safe_load(document(api)))
    yield from read.introduction()
    yield from ("", "## Operations", "")
    for path, methods in read.root["paths"].items():
        for method in ("get", "post", "put"):
            if method in methods:
                yield from read.operation(path, method, methods)
    yield from ("", "## Answers", "")
    for name, response in read.root["components"]["responses"].items():
        yield from ("", f"### {name}", "")
        yield from read.response(response)
    yield from ("", "## Schemas", "")
    for name, schema in read.root["components"]["schemas"].items():
        yield from read.schema(name, schema)


class _Contract:
    """Writes parts of an OpenAPI document as Markdown."""

    def __init__(self, root: dict[str, Any]) -> None:
        self.root = root

    def introduction(self) -> Iterator[str]:
        info = self.root["info"]
        yield info["summary"]
        yield ""
        # Its headings are one level above those of the operations.
        yield info["description"].replace("### ", "## ")

    def operation(self, path: str, method: str, methods: dict[str, Any]) -> Iterator[str]:
        operation = methods[method]
        yield from ("", f"### {operation['summary']}", "")
        yield from ("```text", f"{method.upper()} {path}", "```", "", operation["description"], "")
        parameters = [*methods.get("parameters", ()), *operation.get("parameters", ())]
        yield from _table("parameter", "in", "type", "meaning")
        for parameter in map(self.resolve, parameters):
            name = f"`{parameter['name']}`" + ("" if parameter.get("required") else " (optional)")
            yield (
                f"| {name} | {parameter['in']} | {_type(parameter['schema'])} |"
                f" {_cell(parameter.get('description', ''))} |"
            )
        if "requestBody" in operation:
            body = self.resolve(operation["requestBody"])
            schema = body["content"]["application/json"]["schema"]
            mark = "" if body.get("required") else " (optional)"
            yield from ("", f"**Body**{mark}, {_type(schema)}: {_cell(body['description'])}")
        for status, response in operation["responses"].items():
            if "$ref" in response:
                name = response["$ref"].rpartition("/")[2]
                yield from ("", f"**{status}**: [{name}](#{name.lower()})", "")
            else:
                yield from ("", f"**{status}**:")
                yield from self.response(response)

    def response(self, response: dict[str, Any]) -> Iterator[str]:
        yield from (_cell(response["description"]), "")
        for media in response.get("content", {}).values():
            yield f"- body: {_type(media['schema'])}"
        for name, header in response.get("headers", {}).items():
            about = self.resolve(header)
            yield f"- `{name}`: {_cell(about['description'])}"
            yield from (f"  - `{each['value']}`" for each in about.get("examples", {}).values())
        for name, link in response.get("links", {}).items():
            leads = self.resolve(link)
            target = leads["operationId"]
            yield f"- link `{name}` to [{target}](#{self.anchor(target)}): {_cell(leads['description'])}"
        for media in response.get("content", {}).values():
            for each in media.get("examples", {}).values():
                value = self.resolve(each)["value"]
                yield from ("", f"{each['summary']}:", "", "```json", json.dumps(value, indent=2), "```")

    def schema(self, name: str, schema: dict[str, Any]) -> Iterator[str]:
        yield from ("", f"### {name}", "", schema.get("description", ""), "")
        if "properties" in schema:
            yield from _table("field", "type", "meaning")
            for field, about in schema["properties"].items():
                mark = "" if field in schema.get("required", ()) else " (optional)"
                said = _cell(about.get("description", ""))
                yield f"| `{field}`{mark} | {_type(about)} | {said} |"
        else:
            yield f"It is {_type(schema)}."
        yield ""

    def anchor(self, target: str) -> str:
        """Return the anchor of the heading of an operation."""
        operations = [each for methods in self.root["paths"].values() for each in methods.values()]
        found = next(o for o in operations if isinstance(o, dict) and o.get("operationId") == target)
        return re.sub(r"[^\w -]", "", found["summary"].lower()).replace(" ", "-")

    def resolve(self, node: dict[str, Any]) -> dict[str, Any]:
        if "$ref" not in node:
            return node
        found: Any = self.root
        for part in node["$ref"].removeprefix("#/").split("/"):
            found = found[part]
        return {**found, **{key: value for key, value in node.items() if key != "$ref"}}


def _type(schema: dict[str, Any]) -> str:
    if "$ref" in schema:
        name = schema["$ref"].rpartition("/")[2]
        return f"[{name}](#{name.lower()})"
    for keyword in ("anyOf", "oneOf"):
        if keyword in schema:
            return " or ".join(map(_type, schema[keyword]))
    if "const" in schema:
        return f"`{schema['const']}`"
    if "enum" in schema:
        return " or ".join(f"`{word}`" for word in schema["enum"])
    kinds = schema.get("type", "anything")
    told = " or ".join([kinds] if isinstance(kinds, str) else kinds)
    if kinds == "array":
        told += f" of {_type(schema['items'])}"
    if "format" in schema:
        told += f" ({schema['format']})"
    if "pattern" in schema:
        told += f", `{schema['pattern'].replace('|', chr(92) + '|')}`"
    return told


def _table(*columns: str) -> Iterator[str]:
    yield f"| {' | '.join(columns)} |"
    yield f"|{'---|' * len(columns)}"


def _cell(text: str) -> str:
    return " ".join(text.split()).replace("|", "\\|")


PARTS: dict[str, Callable[[], Iterator[str]]] = {
    "contract": partial(contract, PORTAL),
    "contract of product ingestion": partial(contract, PRODUCT_INGESTION),
    "events": events,
    "exit codes": exit_codes,
    "faults": faults,
    "habits": habits,
    "help": commands,
    "ingestion habits": ingestion_habits,
    "product begins": product_begins,
    "product scenarios": product_scenarios,
    "scenarios": scenarios,
    "schedule": schedule,
    "settings": settings,
}


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
