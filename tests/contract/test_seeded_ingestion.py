"""The tests of Product Ingestion tested: each mistake that is made on purpose is found by the suite."""

from __future__ import annotations

import itertools

import pytest

from contract_suite import PHASES, Suite
from golive.contract import PRODUCT_INGESTION
from golive.emulator.ingestion.habits import IngestionHabit
from ingestion_violations import VIOLATIONS
from violations import Faulty, Violation

#: The service is laxer than its contract: nobody who keeps that is to notice.
STRICT = ("strict-body", "strict-version")


def test_the_emulator_keeps_the_contract() -> None:
    suite = Suite(Faulty(habits=STRICT), examples=10, api=PRODUCT_INGESTION)
    assert list(suite.failures(walks=20)) == []
    assert suite.unfollowed == []


#: Sets of habits that go together.
HABITS = (
    (
        *("job-id-upper", "capital-words", "running-result", "real-job-end", "old-schema-host"),
        *("short-ids", "created-at-preview", "sync-conflict", "repeat-fails", "failed-gone"),
        "cancelled-returns-to-preview",
    ),
    (
        *("running-at-once", "no-errors-field", "no-resource-uri", "preview-stays", "draft-status"),
        *("reversed-lists", "sync-locked", "repeat-runs", "failed-returns-to-preview", "small-pages"),
        "cancelled-gone",
    ),
    # The last lasts for minutes, which nobody sees while time flies.
    ("cancelled-says-cancelled", "no-durable-cancel", "contradictory-pairs"),
)

#: What clients are to bear with, and no server does that keeps the contract; and what it does.
UNLAWFUL = {
    "configure-200": "status_code_conformance",
    "jobs-forgotten": "accepted-names-a-job",
    "jobs-unknown": "accepted-names-a-job",
    "foreign-next-link": "next-page-is-here",
    "bare-product": "response_schema_conformance",
}


@pytest.mark.unmeasured
@pytest.mark.parametrize("habits", HABITS, ids=lambda habits: habits[0])
def test_the_emulator_keeps_the_contract_with_any_of_its_habits(habits: tuple[str, ...]) -> None:
    suite = Suite(Faulty(habits=(*STRICT, *habits)), examples=5, api=PRODUCT_INGESTION)
    assert list(suite.failures()) == []


@pytest.mark.parametrize("habit", UNLAWFUL)
def test_a_habit_that_is_against_the_contract_is_found(habit: str) -> None:
    suite = Suite(Faulty(habits=(*STRICT, habit)), examples=20, api=PRODUCT_INGESTION)
    assert next(suite.failures(at_most=1), None) == UNLAWFUL[habit]


def test_no_habit_is_left_out() -> None:
    assert {*STRICT, *itertools.chain(*HABITS), *UNLAWFUL} == set(IngestionHabit)


@pytest.mark.parametrize("violation", VIOLATIONS, ids=lambda violation: violation.name)
def test_a_violation_of_the_server_is_caught(violation: Violation) -> None:
    few = violation.phases
    tries = ((1, 20, few), (2, 60, few), (3, 60, PHASES), (4, 60, PHASES))
    runs = (
        Suite(Faulty(violation, STRICT), *each, PRODUCT_INGESTION).failures(at_most=1) for each in tries
    )
    assert next(itertools.chain.from_iterable(runs), None) == violation.caught_by


def test_the_catalogue_is_as_large_as_promised() -> None:
    assert len({violation.name for violation in VIOLATIONS}) == len(VIOLATIONS) >= 25
