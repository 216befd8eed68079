"""Reading what JSON gave with forbearance: what cannot be read is left out, with a debug line.

The services' references, recordings and running clients disagree about nearly everything. So what
decorates an answer may be missing, null, of another type or nonsense. All text is made printable, and
bounded: one field cannot fill a log.
"""

from __future__ import annotations

import logging
import re
from collections.abc import Callable, Iterable, Mapping
from datetime import UTC, datetime
from typing import Any, TypeVar

from golive.text import REPLACEMENT, explanation, one_line, printable, shortened

__all__ = [
    "MAX_NAME",
    "MAX_TEXT",
    "dropped",
    "each",
    "explained",
    "first",
    "html",
    "identifier",
    "inside",
    "kind",
    "listed",
    "moment",
    "name",
    "number",
    "one_word",
    "only",
    "text",
    "word",
]

T = TypeVar("T")

logger: logging.Logger = logging.getLogger("golive")

#: How many characters of a name or a word are kept, and of a text; lawful ones have some dozens.
MAX_NAME = 500
MAX_TEXT = 64 * 1024

_WHOLE_NUMBER = re.compile(r"\s*([+-]?[0-9]{1,30})\s*%?\s*", re.ASCII)
_SURROGATES = re.compile("[\ud800-\udfff]")


def only(body: object, what: str) -> Mapping[str, Any]:
    """Return an object, or the only one of an array.

    Raises:
        ValueError: It is neither.
    """
    if isinstance(body, list):
        if len(body) != 1:
            raise ValueError(f"it is an array of {len(body)} instead of {what}")
        body = body[0]
    if not isinstance(body, Mapping):
        raise ValueError(f"it is {kind(body)} instead of {what}")
    return body


def listed(body: object, what: str) -> list[Any]:
    """Return a list, or the one that an object wraps in `value`.

    Raises:
        ValueError: It is neither.
    """
    if isinstance(body, Mapping) and isinstance(body.get("value"), list):
        # As OData, and later interfaces of the same service, wrap their lists.
        body = body["value"]
    if not isinstance(body, list):
        raise ValueError(f"it is {kind(body)} instead of {what}")
    return body


def one_word(word: str) -> str:
    """Return a word of the service as it is kept: printable, and not absurdly long."""
    return shortened(printable(word[: MAX_NAME + 1]), MAX_NAME)


def word(value: object) -> str:
    """Return a word as it is, or nothing."""
    return value if isinstance(value, str) else ""


def identifier(value: object) -> str:
    """Return an id, which may be a number; or nothing."""
    if type(value) is int and abs(value) < 10**30:
        return str(value)
    return word(value)


def name(value: object, field: str) -> str | None:
    """Read what is short."""
    found = _scalar(value, field)
    return None if found is None else one_word(found)


def text(value: object, field: str) -> str | None:
    """Read what may be long."""
    found = _scalar(value, field)
    return None if found is None else shortened(printable(found[: MAX_TEXT + 1]), MAX_TEXT)


def explained(value: object, field: str) -> str | None:
    """Read what should be text, but was seen as an object with a message in it."""
    if value is None or isinstance(value, str):
        return text(value, field)
    told = explanation(value)
    if not told:
        dropped(field, value)
    return told or None


def html(value: object, field: str) -> str | None:
    """Read text that may have markup, which it keeps."""
    found = value if isinstance(value, str) else explained(value, field)
    if found is None:
        return None
    # What no encoding can write must not fail whoever stores it.
    return _SURROGATES.sub(REPLACEMENT, shortened(found, MAX_TEXT))


def number(value: object, field: str) -> int | None:
    """Read a whole number, also one that is written as text."""
    match value:
        case None:
            return None
        case bool():
            pass
        case int() if value.bit_length() <= 128:
            return value
        case float() if value.is_integer() and abs(value) < 2**63:
            return int(value)
        case str() if len(value) <= 64 and (found := _WHOLE_NUMBER.fullmatch(value)):
            return int(found[1])
    dropped(field, value)
    return None


def moment(value: object, field: str) -> datetime | None:
    """Read a time, in UTC."""
    if value is None or value == "":
        return None
    if isinstance(value, str) and len(value) <= 64:
        try:
            found = datetime.fromisoformat(value.strip())
            # The reference gives times in UTC; one without an offset is meant so.
            return found.replace(tzinfo=UTC) if found.tzinfo is None else found.astimezone(UTC)
        except (ArithmeticError, ValueError):
            pass
    dropped(field, value)
    return None


def each(value: object, field: str, read: Callable[[object, int], T | None]) -> tuple[T, ...]:
    """Read a list, of which what cannot be read is left out."""
    if value is None:
        return ()
    if isinstance(value, (str, Mapping)) and value:
        # One, where a list was promised.
        value = [value]
    if not isinstance(value, list):
        dropped(field, value)
        return ()
    made = (read(entry, position) for position, entry in enumerate(value, 1))
    return tuple(one for one in made if one is not None)


def first(given: Mapping[str, Any], *names: str) -> object:
    """Return the first value that is there under one of several names, whatever their case."""
    for one in names:
        if given.get(one) is not None:
            return given[one]
    lowered = {str(key).lower(): one for key, one in given.items() if one is not None}
    found: Iterable[object] = (lowered[n.lower()] for n in names if n.lower() in lowered)
    return next(iter(found), None)


def inside(given: Mapping[str, Any], *path: str) -> Mapping[str, Any]:
    """Return an object within objects, empty if there is none."""
    for field in path:
        inner = given.get(field)
        if not isinstance(inner, Mapping):
            dropped(field, inner)
            return {}
        given = inner
    return given


def dropped(field: str, value: object) -> None:
    """Note that something was there and could not be read."""
    if value is not None and logger.isEnabledFor(logging.DEBUG):
        told = f" {one_line(value, 60)!r}" if isinstance(value, str) else ""
        logger.debug("Not read, and left out: %s is %s%s", field, kind(value), told)


def kind(value: object) -> str:
    """Say what a value is, in JSON's words."""
    match value:
        case None:
            return "null"
        case bool():
            return "a boolean"
        case int() | float():
            return "a number"
        case str():
            return "text"
        case list():
            return f"an array of {len(value)}"
    return "an object"


def _scalar(value: object, field: str) -> str | None:
    if value is None or isinstance(value, str):
        return value
    if type(value) is float or (type(value) is int and abs(value) < 10**30):
        return str(value)
    dropped(field, value)
    return None
