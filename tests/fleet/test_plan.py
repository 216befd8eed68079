"""What happens next in a release is decided from what its offers say."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from attrs import evolve
from hypothesis import given
from hypothesis import strategies as st

from golive.fleet import OfferPlan, OfferState
from golive.fleet.plan import Move, Verb, next_moves
from golive.fleet.store import Record

NOW = datetime(2026, 11, 26, 20, tzinfo=UTC)
IDLE = [
    *(OfferState.WAITING, OfferState.BLOCKED, OfferState.NEEDS_APPROVAL, OfferState.IN_PREVIEW),
]


def record(name: str = "a", state: OfferState = OfferState.WAITING, **values: Any) -> Record:
    plan = {
        key: values.pop(key) for key in ("publish", "approval", "not_before", "after") if key in values
    }
    return Record("r", OfferPlan("p", name, **plan), state, NOW, **values)


def moves(*records: Record) -> dict[str, Move]:
    return {each.record.plan.offer_id: each for each in next_moves(records, NOW)}


def test_what_waits_for_nothing_goes_live() -> None:
    move = moves(record())["a"]
    assert (move.state, move.verb) == (OfferState.QUEUED, Verb.GO_LIVE)


def test_what_is_to_be_published_is_published_at_once_and_waits_in_preview() -> None:
    plan: dict[str, Any] = {"publish": True, "approval": True, "after": ("p/b",), "not_before": NOW}
    move = moves(record(**plan), record("b", OfferState.GOING_LIVE))["a"]
    assert (move.state, move.verb) == (OfferState.QUEUED, Verb.PUBLISH)
    after = moves(record(**plan, published=True), record("b", OfferState.GOING_LIVE))["a"]
    assert (after.state, after.verb, after.waits_for) == (OfferState.IN_PREVIEW, None, "p/b")


@pytest.mark.parametrize(
    ("before", "state", "told"),
    [
        (OfferState.LIVE, OfferState.QUEUED, None),
        (OfferState.GOING_LIVE, OfferState.WAITING, "p/b"),
        (OfferState.QUEUED, OfferState.WAITING, "p/b"),
        (OfferState.FAILED, OfferState.BLOCKED, "p/b, which is failed"),
        (OfferState.CANCELED, OfferState.BLOCKED, "p/b, which is canceled"),
    ],
)
def test_what_stands_before_it_decides(before: OfferState, state: OfferState, told: str | None) -> None:
    move = moves(record(after=("p/b",)), record("b", before))["a"]
    assert (move.state, move.waits_for) == (state, told)


def test_what_is_blocked_blocks_what_comes_after_it_and_is_free_again() -> None:
    chain = [record("a", after=("p/b",)), record("b", after=("p/c",)), record("c", OfferState.FAILED)]
    assert [moves(*chain)[name].state for name in "ab"] == [OfferState.BLOCKED] * 2
    chain[2] = evolve(chain[2], state=OfferState.QUEUED)
    chain[:2] = [evolve(each, state=OfferState.BLOCKED) for each in chain[:2]]
    assert [moves(*chain)[name].state for name in "ab"] == [OfferState.WAITING] * 2


def test_an_approval_is_asked_for_when_nothing_else_is_in_its_way() -> None:
    waiting = moves(record(approval=True, after=("p/b",)), record("b", OfferState.GOING_LIVE))["a"]
    assert waiting.state is OfferState.WAITING
    asked = moves(record(approval=True))["a"]
    assert (asked.state, asked.waits_for) == (OfferState.NEEDS_APPROVAL, "an approval")
    assert moves(record(approval=True, approved=NOW))["a"].verb is Verb.GO_LIVE


def test_a_time_is_waited_for() -> None:
    later = NOW + timedelta(hours=1)
    move = moves(record(not_before=later))["a"]
    assert (move.state, move.until, move.waits_for) == (
        OfferState.WAITING,
        later,
        "2026-11-26 21:00 UTC",
    )
    assert moves(record(not_before=NOW))["a"].verb is Verb.GO_LIVE


@pytest.mark.parametrize("state", IDLE)
def test_what_is_to_be_canceled_does_not_begin(state: OfferState) -> None:
    move = moves(record(state=state, canceling=True, publish=True))["a"]
    assert (move.state, move.verb) == (OfferState.CANCELED, None)


@pytest.mark.parametrize("state", [each for each in OfferState if each not in IDLE])
def test_what_a_worker_has_or_is_over_is_not_decided_about(state: OfferState) -> None:
    assert moves(record(state=state, canceling=True)) == {}


def test_the_same_is_no_change() -> None:
    known = record(state=OfferState.NEEDS_APPROVAL, waits_for="an approval", approval=True)
    assert not moves(known)["a"].changes
    assert moves(evolve(known, waits_for=None))["a"].changes


@given(st.data())
def test_nothing_goes_live_before_what_it_comes_after(data: st.DataObject) -> None:
    names = [f"o{number}" for number in range(data.draw(st.integers(1, 8)))]
    records = []
    for number, name in enumerate(names):
        before = data.draw(st.lists(st.sampled_from(names[:number]), unique=True)) if number else []
        records.append(
            record(
                name,
                data.draw(st.sampled_from(OfferState)),
                after=tuple(f"p/{each}" for each in before),
                publish=data.draw(st.booleans()),
                published=data.draw(st.booleans()),
                canceling=data.draw(st.booleans()),
            )
        )
    states = {each.plan.name: each.state for each in records}
    made = list(next_moves(records, NOW))
    assert len(made) == len({each.record.plan.name for each in made})
    for move in made:
        if move.verb is Verb.GO_LIVE:
            assert all(states[name] is OfferState.LIVE for name in move.record.plan.after)
        assert not (move.verb and move.record.canceling)


@pytest.mark.parametrize(
    ("plan", "values", "verb"),
    [
        ({}, {}, Verb.PIN),
        ({"approval": True}, {}, Verb.PIN),
        ({}, {"submission": "7"}, Verb.GO_LIVE),
        ({}, {"seen": True}, Verb.GO_LIVE),
        ({"approval": True}, {"seen": True}, None),
        ({"submission": "7"}, {"submission": "7"}, Verb.GO_LIVE),
        ({"publish": True}, {}, Verb.PUBLISH),
        ({"publish": True}, {"published": True}, Verb.GO_LIVE),
    ],
)
def test_the_version_is_noted_before_anything_is_waited_for(
    plan: dict[str, Any], values: dict[str, Any], verb: Verb | None
) -> None:
    pinned = OfferPlan("", "a", api="product-ingestion", **plan)
    move = moves(Record("r", pinned, OfferState.WAITING, NOW, **values))["a"]
    assert move.verb is verb
