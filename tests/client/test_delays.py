"""Slow answers, late lists and lost answers, in every combination: two calls, one go-live."""

from __future__ import annotations

import contextlib
import itertools
from functools import partial
from typing import Any

import pytest

from conftest import LOCAL, MIGRATED, NON_MIGRATED, Side, VirtualClock
from golive import GoLiveClient, GoLiveError, RetryPolicy, SubmissionUncertain
from golive.emulator import Emulator

ANSWERS = (0.0, 70.0, 200.0, 290.0)
LISTS = (0.0, 60.0, 120.0, 150.0)
MATRIX = list(itertools.product(ANSWERS, LISTS, (False, True), ("answer", "act")))
COMBINATIONS = pytest.mark.parametrize(("answer", "listed", "lost", "late"), MATRIX)

#: So fast that a go-live has ended before the list shows it, and that nothing refuses a second one.
QUICK = 20_000.0


def service(
    clock: VirtualClock, answer: float, listed: float, lost: bool, late: str, *, speed: float = 1.0
) -> Emulator:
    """Return a service whose first answer to a go-live is late, and perhaps lost.

    Args:
        clock: The time that passes meanwhile.
        answer: How late the answer is, in seconds.
        listed: How late the list shows what was accepted, in seconds.
        lost: Whether the answer never arrives.
        late: What takes so long: to `answer` after acting, or to `act`.
        speed: How many times faster operations pass.
    """
    delay: dict[str, Any] = {f"{late}_delay": {"golive": answer}}
    return Emulator(
        speed=speed,
        clock=clock.monotonic,
        list_delay=listed * speed,
        always_ready=speed > 1,
        faults=["drop-answer@golive"] if lost else (),
        **delay,
    )


@pytest.mark.parametrize("offer", [MIGRATED, NON_MIGRATED])
@COMBINATIONS
def test_two_calls_of_the_library(
    side: Side, offer: str, answer: float, listed: float, lost: bool, late: str
) -> None:
    emulator = service(side.clock, answer, listed, lost, late)
    operations = []
    for _ in range(2):
        client = side.client(transport=emulator.transport(clock=side.clock))
        operations.append(side.get(client.begin_go_live("contoso", offer)))
    assert emulator.accepted("contoso", offer) == 1
    for operation in operations:
        side.get(operation.refresh())
    assert len({operation.status.id for operation in operations}) == 1


def cut_short_and_again(side: Side, emulator: Emulator, retry: RetryPolicy) -> None:
    """Call with little time, and again with what the first call knew."""
    client = side.client(transport=emulator.transport(clock=side.clock), retry=retry)
    baseline = side.get(client.baseline("contoso", MIGRATED))
    try:
        side.get(client.begin_go_live("contoso", MIGRATED, baseline=baseline, timeout=30))
    except SubmissionUncertain as error:
        baseline = error.baseline
    with contextlib.suppress(GoLiveError):
        side.get(client.begin_go_live("contoso", MIGRATED, baseline=baseline))
    # What was still on its way arrives.
    side.clock.sleep(1000)


@COMBINATIONS
def test_a_call_that_is_cut_short_and_one_that_goes_on(
    side: Side, answer: float, listed: float, lost: bool, late: str
) -> None:
    emulator = service(side.clock, answer, listed, lost, late, speed=QUICK)
    cut_short_and_again(side, emulator, RetryPolicy())
    assert emulator.accepted("contoso", MIGRATED) == 1


def test_without_patience_some_offers_go_live_twice(side: Side) -> None:
    """What the test before would see if golive believed the list at once."""
    blind = RetryPolicy(answer_within=0, listed_within=0)
    accepted = []
    for combination in MATRIX:
        emulator = service(side.clock, *combination, speed=QUICK)
        cut_short_and_again(side, emulator, blind)
        accepted.append(emulator.accepted("contoso", MIGRATED))
    assert accepted.count(2) >= 10


@COMBINATIONS
def test_two_runs_of_the_command(
    golive: Any,
    clock: VirtualClock,
    monkeypatch: pytest.MonkeyPatch,
    answer: float,
    listed: float,
    lost: bool,
    late: str,
) -> None:
    emulator = service(clock, answer, listed, lost, late)
    client = partial(GoLiveClient, transport=emulator.transport(clock=clock), clock=clock)
    monkeypatch.setattr("golive.cli.apis.GoLiveClient", client)
    for _ in range(2):
        run = golive("start", "contoso", MIGRATED, "--endpoint", LOCAL, "--no-wait", "--json")
        assert run.code == 0, run.err
    assert emulator.accepted("contoso", MIGRATED) == 1
