"""What a client of the Product Ingestion API may get wrong, each caught by the test that is about it."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import httpx
import pytest
from attrs import frozen

import ingestion_service
import test_ingestion_client as suite
from apis import INGESTION
from conftest import Side, VirtualClock
from golive import ProductSubmission, State, lenient
from golive.ingestion import following, reading, starting
from golive.ingestion.evidence import Listing, decide_go_live
from golive.retry import Deed

READ_STATE, READ_ID, MAKE_BODY = reading._state, reading._durable, starting._Start.body


@frozen
class Tampering:
    """Something that a client gets wrong.

    Attributes:
        name: What.
        where: The object whose part is replaced.
        part: The name of the part.
        wrong: What stands in its place.
        caught_by: The test that must fail.
        arguments: Its arguments beyond the fixtures.
    """

    name: str
    where: Any
    part: str
    wrong: Any
    caught_by: Callable[..., None]
    arguments: tuple[Any, ...] = ()

    def __str__(self) -> str:
        return self.name


def as_float(value: object) -> tuple[str | None, str]:
    guid, number = READ_ID(value)
    return guid, str(int(float(number))) if number.isdigit() else number


def echoing(start: Any, number: str | None) -> Any:
    body = MAKE_BODY(start, number)
    plain = body.to_dict()
    plain["resources"][0]["lifecycleState"] = "generallyAvailable"
    return type("Echo", (), {"to_dict": lambda self: plain})()


def only_lower(status: str, result: str) -> State:
    return State.UNKNOWN if status[:1].isupper() else READ_STATE(status, result)


def without_cancelled(status: str, result: str) -> State:
    state = READ_STATE(status, result)
    return State.UNKNOWN if state is State.CANCELED else state


def by_spelling(given: Any, *names: str) -> object:
    return next((given[name] for name in names if name in given), None)


class Spelled:
    """`lenient`, but for the case of names."""

    first = staticmethod(by_spelling)

    def __getattr__(self, name: str) -> Any:
        return getattr(lenient, name)


TAMPERINGS = (
    Tampering("number-as-float", reading, "_durable", as_float, suite.test_what_is_sent_says_one_thing),
    Tampering(
        "product-unchecked",
        reading,
        "_durable",
        lambda value: (None, READ_ID(value)[1]),
        suite.test_entries_of_another_product_are_none_of_ours,
    ),
    Tampering(
        "echoes-resource", starting._Start, "body", echoing, suite.test_what_is_sent_says_one_thing
    ),
    Tampering("one-spelling", reading, "lenient", Spelled(), suite.test_the_other_spelling_of_a_job),
    Tampering(
        "year-1-kept",
        reading,
        "_moment",
        lenient.moment,
        suite.test_a_year_1_is_no_date,
    ),
    Tampering(
        "first-word-alone",
        reading,
        "_state",
        lambda status, result: State.of(status),
        suite.test_why_a_job_failed_is_told_to_the_innermost,
    ),
    Tampering(
        "cancelled-unknown",
        reading,
        "_state",
        without_cancelled,
        suite.test_two_words_mean_one_thing,
        ("Completed/Cancelled", State.CANCELED),
    ),
    Tampering(
        "case-matters",
        reading,
        "_state",
        only_lower,
        suite.test_two_words_mean_one_thing,
        ("Running/Running", State.RUNNING),
    ),
    Tampering(
        "one-page", reading, "_next", lambda body: None, suite.test_pages_are_read_by_their_token_alone
    ),
    Tampering(
        "reason-lost",
        reading,
        "_inner",
        lambda value, depth: "",
        suite.test_why_a_job_failed_is_told_to_the_innermost,
    ),
    Tampering(
        "in-progress-unknown",
        reading,
        "_IN_PROGRESS",
        re.compile("never (said)"),
        suite.test_in_progress_with_our_number_is_adopted,
    ),
    Tampering(
        "doubt-ignored",
        Listing,
        "doubt",
        None,
        suite.test_what_cannot_be_understood_may_run,
        (ingestion_service.submission(ingestion_service.LATER, "live", "paused/pending"),),
    ),
    Tampering(
        "sent-again",
        starting,
        "deed_of",
        lambda error: Deed.NOT_DONE,
        suite.test_a_lost_answer_is_looked_for_and_nothing_is_sent_again,
        (300,),
    ),
    Tampering(
        "deprecation-ignored",
        ProductSubmission,
        "is_deprecated",
        False,
        suite.test_what_was_deprecated_comes_back_only_when_asked,
    ),
    Tampering(
        "pin-ignored",
        starting,
        "decide_go_live",
        lambda found, wanted, **more: decide_go_live(found, None, **more),
        suite.test_what_cannot_go_live_is_refused_before_anything_is_sent,
        (ingestion_service.READY, ingestion_service.LATER, "is in preview"),
    ),
    Tampering(
        "unconfirmed",
        following.SubmissionTracker,
        "_confirmed",
        lambda self, context, found, told: told,
        suite.test_success_is_confirmed_by_the_submission,
    ),
)


@pytest.mark.parametrize("tampering", TAMPERINGS, ids=str)
def test_a_violation_of_the_client_is_caught(
    side: Side, clock: VirtualClock, monkeypatch: pytest.MonkeyPatch, tampering: Tampering
) -> None:
    def run() -> None:
        service = ingestion_service.Scripted(clock)
        client = INGESTION.client(side, transport=httpx.MockTransport(service))
        tampering.caught_by(side, service, client, *tampering.arguments)

    run()
    monkeypatch.setattr(tampering.where, tampering.part, tampering.wrong)
    with pytest.raises((Exception, pytest.fail.Exception)):
        run()


def test_there_are_enough() -> None:
    assert len({each.name for each in TAMPERINGS}) == len(TAMPERINGS) >= 12
