"""What the body of `POST /configure` asks for, held against what the service takes."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any, NoReturn

from attrs import frozen

from golive.emulator.ground import Refused

__all__ = ["EXTERNAL_ID", "Wanted", "read_configure"]

_DATED = r"\d{4}-\d{2}-\d{2}(?:-preview\d{0,2})?"
_SCHEMA = re.compile(rf"https://([^/]+)/schema/([a-z-]+)/({_DATED})", re.ASCII)
_HOST = "schema.mp.microsoft.com"
#: The host that was given up, which a request must not name any more (*observed*).
_OLD_HOST = "product-ingestion.azureedge.net"
#: The version of a submission from which on it needs `sources` (*observed*).
_SOURCES = "2022-03-01-preview7"

_GUID = r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}"
_PRODUCT = re.compile(rf"product/({_GUID})", re.ASCII)
_SUBMISSION = re.compile(rf"submission/({_GUID})/(0|[1-9][0-9]{{0,30}})", re.ASCII)
EXTERNAL_ID = re.compile(r"[a-z0-9][a-z0-9_-]{2,49}", re.ASCII)
_RESOURCE_NAME = re.compile(r"[a-zA-Z0-9_-]{1,50}", re.ASCII)

#: What publishing takes, by target.
_CLOSED = {
    "preview": frozenset(("$schema", "product", "target")),
    "live": frozenset(("$schema", "id", "product", "target")),
}
#: What else a submission may have [resource-schemas]; the first three are what the service says of it.
_STRINGS = ("status", "result", "created", "resourceName")
_OPEN = frozenset(
    (
        *_CLOSED["live"],
        *_STRINGS,
        "lifecycleState",
        "deprecationSchedule",
        "validations",
        "sources",
    )
)


@frozen
class Wanted:
    """What is asked for.

    Attributes:
        product: The external id or the GUID of the product.
        target: `preview` or `live`.
        number: The number of the submission that is named, if one is.
        owner: The GUID of the product that the submission belongs to, by its id.
        deprecate: Whether the product is to be deprecated.
    """

    product: str
    target: str
    number: str | None = None
    owner: str | None = None
    deprecate: bool = False


def read_configure(content: object, *, strict: bool) -> Wanted:
    """Read the body.

    Args:
        content: What it says.
        strict: Whether a submission may have only what publishing takes.

    Raises:
        Refused: It is not one that the emulator takes.
    """
    if not isinstance(content, dict):
        _refuse("The body is no object.")
    _check_fields(content, frozenset(("$schema", "resources")), ("$schema", "resources"))
    _check_schema(content["$schema"], "configure")
    resources = content["resources"]
    if not isinstance(resources, list) or not resources:
        _refuse("The resources are no array, or an empty one.")
    if len(resources) > 1 or not isinstance(resources[0], dict):
        _refuse("The emulator takes one resource, a submission.")
    return _read_submission(resources[0], strict=strict)


def _read_submission(resource: Mapping[str, Any], *, strict: bool) -> Wanted:
    _check_fields(resource, _OPEN, ("$schema", "product", "target"))
    version = _check_schema(resource["$schema"], "submission")
    if version == _SOURCES and "sources" not in resource:
        _refuse(
            f"Schema validation failed for schema {resource['$schema']}:"
            ' Required properties ["sources"] were not present'
        )
    target = resource["target"]
    if not isinstance(target, dict) or set(target) != {"targetType"}:
        _refuse("The target is not like {targetType}.")
    word = target["targetType"]
    if word not in ("preview", "live"):
        _refuse(f"The target is one of preview and live, not {word!r:.80}.")
    if strict and (extra := set(resource) - _CLOSED[word]):
        _refuse(f"All values fail against the false schema: {', '.join(sorted(extra))}")
    product = _read_product(resource["product"], strict=strict and word == "live")
    for name in _STRINGS:
        if not isinstance(resource.get(name, ""), str):
            _refuse(f"The value of {name} is no string.")
    if "resourceName" in resource and not _RESOURCE_NAME.fullmatch(resource["resourceName"]):
        _refuse("The resourceName is malformed.")
    lifecycle = resource.get("lifecycleState", "generallyAvailable")
    if lifecycle not in ("generallyAvailable", "deprecated"):
        _refuse(f"The lifecycleState of a submission cannot be {lifecycle!r:.80}.")
    owner, number = _read_id(resource, strict=strict and word == "live")
    if word == "preview" and number not in (None, "0"):
        _refuse("A submission to preview gets its id from the service.")
    deprecate = word == "live" and lifecycle == "deprecated"
    return Wanted(product, word, number, owner, deprecate)


def _read_product(product: object, *, strict: bool) -> str:
    if isinstance(product, str) and (match := _PRODUCT.fullmatch(product)):
        return match[1]
    name = None
    if not strict and isinstance(product, dict) and set(product) == {"externalId"}:
        name = product["externalId"]
    if not isinstance(name, str) or not EXTERNAL_ID.fullmatch(name):
        _refuse("The product is neither its durable id nor {externalId}.")
    return name


def _read_id(resource: Mapping[str, Any], *, strict: bool) -> tuple[str | None, str | None]:
    """Return product and number in an id; null goes through, and the job fails of it (*observed*)."""
    given = resource.get("id")
    if given is None and not strict:
        return None, None
    match = _SUBMISSION.fullmatch(given) if isinstance(given, str) else None
    if match is None or (strict and match[2] == "0"):
        _refuse("The id is no durable id of a submission.", "invalidId")
    return match[1], match[2]


def _check_fields(
    content: Mapping[str, Any], allowed: frozenset[str], required: tuple[str, ...]
) -> None:
    missing = [name for name in required if name not in content]
    if missing:
        names = ", ".join(f'"{name}"' for name in missing)
        _refuse(f"Required properties [{names}] were not present")
    extra = sorted(set(content) - allowed)
    if extra:
        _refuse(f"All values fail against the false schema: {', '.join(extra):.200}")


def _check_schema(address: object, kind: str) -> str:
    match = _SCHEMA.fullmatch(address) if isinstance(address, str) else None
    if match is not None and match[1] == _OLD_HOST:
        raise Refused(400, "badRequest", f"Schema {address} could not be accessed")
    if match is None or match[1] != _HOST or match[2] != kind:
        _refuse(f"The $schema is not like https://{_HOST}/schema/{kind}/2022-03-01-preview2.")
    return match[3]


def _refuse(message: str, code: str = "schemaValidationError") -> NoReturn:
    raise Refused(400, "badRequest", "The request is not valid.", [{"code": code, "message": message}])
