"""The tests of Product Ingestion tested: each mistake that is made on purpose is found by the suite."""

from __future__ import annotations

import itertools

import pytest

from contract_suite import PHASES, Suite
from golive.contract import PRODUCT_INGESTION
from ingestion_violations import VIOLATIONS
from violations import Faulty, Violation

#: The service is laxer than its contract: nobody who keeps that is to notice.
STRICT = ("strict-body", "strict-version")


def test_the_emulator_keeps_the_contract() -> None:
    suite = Suite(Faulty(habits=STRICT), examples=10, api=PRODUCT_INGESTION)
    assert list(suite.failures(walks=20)) == []
    assert suite.unfollowed == []


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
