"""The tests tested: each mistake that is made on purpose is found by the suite that is to find it."""

from __future__ import annotations

import itertools

import pytest

from contract_suite import PHASES, Suite
from golive.emulator import Habit
from ingestion_answers import INGESTION_ANSWERS
from portal_answers import PORTAL_ANSWERS
from seeded_table import TABLE, table
from tampering import TAMPERINGS, Tampering
from violations import VIOLATIONS, Faulty, Violation


def test_the_emulator_keeps_the_contract() -> None:
    suite = Suite(Faulty(), examples=10)
    assert list(suite.failures(walks=20)) == []
    assert suite.unfollowed == []


#: Sets of habits that go together; there are too many to run the suite for each.
HABITS = (
    (
        *("completed-words", "publish-goes-on", "slot-staging", "operation-location"),
        *("documented-errors", "etag-on-status"),
    ),
    (
        *("bare-steps", "all-publish", "operation-location-relative", "guid-name", "empty-errors"),
        "busy-400",
    ),
    ("offer-says-waiting", "both-headers", "guid-name", "no-submissions"),
)


@pytest.mark.unmeasured
@pytest.mark.parametrize("habits", HABITS, ids=lambda habits: habits[0])
def test_the_emulator_keeps_the_contract_with_any_of_its_habits(habits: tuple[str, ...]) -> None:
    suite = Suite(Faulty(habits=habits), examples=5)
    assert list(suite.failures()) == []


def test_no_habit_is_left_out() -> None:
    assert set(itertools.chain(*HABITS)) == set(Habit)


@pytest.mark.parametrize("violation", VIOLATIONS, ids=lambda violation: violation.name)
def test_a_violation_of_the_server_is_caught(violation: Violation) -> None:
    # What Schemathesis happens to draw varies a little, its seed notwithstanding; so it may try again.
    few = violation.phases
    tries = ((1, 20, few), (2, 60, few), (3, 60, PHASES), (4, 60, PHASES))
    runs = (Suite(Faulty(violation), *each).failures(at_most=1) for each in tries)
    assert next(itertools.chain.from_iterable(runs), None) == violation.caught_by


@pytest.mark.unmeasured
# In one process, so that the answers are drawn once.
@pytest.mark.xdist_group("answers")
@pytest.mark.parametrize("tampering", TAMPERINGS, ids=lambda tampering: tampering.name)
def test_a_violation_of_the_client_is_caught(
    tampering: Tampering, monkeypatch: pytest.MonkeyPatch
) -> None:
    tampering.apply(monkeypatch)
    part = getattr(tampering.suite, tampering.caught_by)
    with pytest.raises((AssertionError, AttributeError, KeyError, TypeError, ValueError)):
        part()


def test_the_catalogue_is_as_large_as_promised() -> None:
    assert len({violation.name for violation in VIOLATIONS}) >= 25
    for suite in (PORTAL_ANSWERS, INGESTION_ANSWERS):
        assert len({each.name for each in TAMPERINGS if each.suite is suite}) >= 15


def test_the_table_in_the_documentation_is_true() -> None:
    assert TABLE.read_text("utf-8") == table(), "run: python tools/seeded_table.py"
