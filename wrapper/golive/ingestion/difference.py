"""What differs between draft, preview and live: resources compared by their names, field by field.

Their order is not stable, and the addresses of files carry signatures that differ in every answer (both
*observed*); neither counts.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any
from urllib.parse import urlsplit

from attrs import frozen

from golive.flow import Context, Flow
from golive.ingestion.queries import find_product, resources
from golive.text import one_line

__all__ = ["Change", "Difference", "compare", "differences"]

#: The stages that are compared, each with the next.
_STAGES = (("draft", "preview"), ("preview", "live"))

#: Fields that say what a resource is, or where it stands, not what it holds.
_NOT_CONTENT = frozenset({"$schema", "id", "validations"})


@frozen
class Change:
    """One value that differs.

    Attributes:
        resource: The resource, by its durable id or name.
        field: Where in it, names joined by dots; empty for the whole resource.
        before: What stands in the later stage as JSON; None if it is not there.
        after: What stands in the earlier stage as JSON; None if it is not there.
    """

    resource: str
    field: str
    before: str | None
    after: str | None


@frozen
class Difference:
    """What one stage holds that the next does not.

    Attributes:
        stage: `draft` or `preview`.
        next_stage: `preview` or `live`.
        changes: What differs, in order; empty if both hold the same.
        is_missing: Whether there is nothing at the next stage at all.
    """

    stage: str
    next_stage: str
    changes: tuple[Change, ...]
    is_missing: bool = False


def differences(context: Context, offer: str) -> Flow[tuple[Difference, ...]]:
    """Compare draft with preview, and preview with live; what was taken live may be in no preview."""
    product = yield from find_product(context, offer)
    trees: dict[str, list[Any] | None] = {}
    for target in ("draft", "preview", "live"):
        trees[target] = yield from resources(context, product, target)
    if trees["preview"] is None:
        # The version that went live stands for both until the next preview.
        trees["preview"] = trees["live"]
    found = []
    for stage, after in _STAGES:
        here, there = trees[stage], trees[after]
        found.append(
            Difference(stage, after, tuple(compare(here or [], there or [])), is_missing=there is None)
        )
    return tuple(found)


def compare(here: list[Any], there: list[Any]) -> Iterator[Change]:
    """Yield what one list of resources holds that another does not, and the other way round."""
    ours, theirs = _by_name(here), _by_name(there)
    for name in sorted(ours.keys() | theirs.keys()):
        if name not in theirs or name not in ours:
            yield Change(name, "", _shown(theirs.get(name)), _shown(ours.get(name)))
            continue
        before, after = _flat(theirs[name]), _flat(ours[name])
        for field in sorted(before.keys() | after.keys()):
            if before.get(field) != after.get(field):
                yield Change(name, field, before.get(field), after.get(field))


def _by_name(resources: list[Any]) -> dict[str, Any]:
    """Return resources by their names; submissions, which say where content stands, are left out.

    Several of one name are a list, which counts as a set.
    """
    found: dict[str, list[Any]] = {}
    for number, resource in enumerate(resources, 1):
        if not isinstance(resource, Mapping):
            continue
        named = resource.get("id") or resource.get("resourceName") or f"resource {number}"
        name = one_line(str(named), 300)
        if not name.startswith("submission/"):
            content = {key: each for key, each in resource.items() if key not in _NOT_CONTENT}
            found.setdefault(name, []).append(content)
    return {name: each[0] if len(each) == 1 else each for name, each in found.items()}


def _flat(value: Any, path: str = "") -> dict[str, str]:
    """Return the values within a value, each by its path; lists count as sets."""
    if isinstance(value, Mapping) and value:
        return {
            where: each
            for key, inner in value.items()
            for where, each in _flat(inner, f"{path}.{key}" if path else str(key)).items()
        }
    return {path: _shown(value) or "null"}


def _shown(value: Any) -> str | None:
    """Return a value as JSON that is the same for what is the same."""
    return None if value is None else json.dumps(_settled(value), sort_keys=True, ensure_ascii=False)


def _settled(value: Any) -> Any:
    """Return a value without order and signatures."""
    if isinstance(value, Mapping):
        return {str(key): _settled(each) for key, each in value.items()}
    if isinstance(value, list):
        settled = [_settled(each) for each in value]
        return sorted(settled, key=lambda each: json.dumps(each, sort_keys=True))
    if isinstance(value, str) and value.startswith(("http://", "https://")):
        return _unsigned(value)
    return value


def _unsigned(link: str) -> str:
    """Return a link without its query if that holds a signature."""
    try:
        parts = urlsplit(link)
    except ValueError:
        return link
    return parts._replace(query="", fragment="").geturl() if "sig=" in parts.query else link
