"""The blocking and the async surface are one surface."""

from __future__ import annotations

import inspect
import re
from typing import Any

import pytest

from golive import (
    AsyncGoLiveClient,
    AsyncOperation,
    AsyncProductIngestionClient,
    GoLiveClient,
    Operation,
    ProductIngestionClient,
)

#: What differs by the language's own rules.
RENAMED = {
    "aclose": "close",
    "__aenter__": "__enter__",
    "__aexit__": "__exit__",
    "__aiter__": "__iter__",
}
#: What awaits nothing, in either client.
INSTANT = {"checkpoint", "continuation_token", "operation", "outcome", "updates"}

PAIRS = [
    (GoLiveClient, AsyncGoLiveClient),
    (ProductIngestionClient, AsyncProductIngestionClient),
    (Operation, AsyncOperation),
]


def public(kind: type) -> dict[str, Any]:
    members = {
        RENAMED.get(name, name): member
        for name, member in vars(kind).items()
        if not name.startswith("_") or name in RENAMED or name in RENAMED.values() or name == "__init__"
    }
    return dict(sorted(members.items()))


def neutral(text: object) -> str:
    """Take out of a text what must differ."""
    text = re.sub(
        r"\bAsync(?=[A-Z])|\basync |\bawait |, sync or async|; the latter two sync or async",
        "",
        str(text),
    )
    text = text.replace("aclose", "close").replace("AsyncIterator", "Iterator")
    return re.sub(r"\s+", " ", text)


@pytest.mark.parametrize(("sync", "other"), PAIRS)
def test_names(sync: type, other: type) -> None:
    assert list(public(sync)) == list(public(other))


@pytest.mark.parametrize(("sync", "other"), PAIRS)
def test_parameters_defaults_and_types(sync: type, other: type) -> None:
    for name, member in public(sync).items():
        twin = public(other)[name]
        if isinstance(member, property):
            member, twin = member.fget, twin.fget
        assert neutral(inspect.signature(member)) == neutral(inspect.signature(twin)), name


@pytest.mark.parametrize(("sync", "other"), PAIRS)
def test_what_asks_the_service_is_awaited_and_nothing_else(sync: type, other: type) -> None:
    for name, member in public(other).items():
        if inspect.isfunction(member) and not name.startswith("__"):
            assert inspect.iscoroutinefunction(member) is (name not in INSTANT), name
        assert not inspect.iscoroutinefunction(public(sync)[name]), name


@pytest.mark.parametrize(("sync", "other"), PAIRS)
def test_docstrings(sync: type, other: type) -> None:
    for name, member in public(sync).items():
        if name != "__init__":
            assert neutral(inspect.getdoc(member)) == neutral(inspect.getdoc(public(other)[name])), name
    ours, twins = neutral(inspect.getdoc(sync)), neutral(inspect.getdoc(other))
    for text in ("shared by threads", "shared by the tasks of one event loop", "Threads", "Tasks"):
        ours, twins = ours.replace(text, "…"), twins.replace(text, "…")
    assert ours == twins.replace("as an context", "as a context")
