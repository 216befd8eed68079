"""Following in steps: each look a call of its own, in any process, as if it were one wait."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from conftest import MIGRATED, NON_MIGRATED, Side, VirtualClock
from golive import (
    Checkpoint,
    InvalidInput,
    NotFound,
    OperationCanceled,
    OperationFailed,
    PollingPolicy,
    ServiceUnreachable,
    State,
    WaitTimeout,
)
from golive.emulator import Emulator, Scenario
from scripted import LOCATION, Service, body, client_of

SLOWLY = PollingPolicy(min_delay=100, max_delay=100, jitter=0, outage_limit=1000, missing_limit=500)


@pytest.fixture
def service(clock: VirtualClock) -> Service:
    return Service(clock)


def stored(operation: Any) -> Checkpoint:
    """What another process reads of it."""
    return Checkpoint.from_dict(json.loads(json.dumps(operation.checkpoint().to_dict())))


def until_due(side: Side, operation: Any) -> None:
    due = (operation.next_poll_at - datetime.fromtimestamp(side.clock.time, UTC)).total_seconds()
    side.clock.sleep(max(0.0, due))


def in_steps(side: Side, client: Any, operation: Any) -> tuple[Any, int]:
    """Follow it with a new process for each look; return the last handle, and the number of looks."""
    looks = 0
    while not operation.done:
        until_due(side, operation)
        operation = client().operation(stored(operation))
        side.get(operation.poll())
        looks += 1
        assert looks < 1000
    return operation, looks


@pytest.mark.parametrize("offer", [MIGRATED, NON_MIGRATED])
def test_in_steps_it_takes_as_many_looks_as_in_one_wait(
    side: Side, emulator: Emulator, clock: VirtualClock, offer: str
) -> None:
    operation = side.get(side.of(emulator).begin_go_live("contoso", offer))
    began = operation.since
    last, looks = in_steps(side, lambda: side.of(emulator), operation)
    assert last.outcome().state is State.SUCCEEDED
    assert last.since == pytest.approx(began, abs=timedelta(milliseconds=1))
    assert emulator.accepted("contoso", offer) == 1
    other = Emulator(speed=1, clock=clock.monotonic)
    side.get(side.get(side.of(other).begin_go_live("contoso", offer)).result())
    assert looks == pytest.approx(other.app.counts["poll"], rel=0.3)


@pytest.mark.parametrize(
    ("scenario", "error"),
    [(Scenario.FAIL, OperationFailed), (Scenario.CANCEL, OperationCanceled)],
)
def test_the_outcome_is_that_of_result(
    side: Side, clock: VirtualClock, scenario: Scenario, error: type[Exception]
) -> None:
    emulator = Emulator(speed=1, clock=clock.monotonic, scenario=scenario)
    operation = side.get(side.of(emulator).begin_go_live("contoso", MIGRATED))
    last, _ = in_steps(side, lambda: side.of(emulator), operation)
    with pytest.raises(error) as caught:
        last.outcome()
    with pytest.raises(error) as waited:
        side.get(last.result())
    assert str(caught.value) == str(waited.value)


def test_before_the_end_there_is_no_outcome(side: Side, service: Service) -> None:
    service.poll = lambda: body("running")
    operation = client_of(side, service).operation(LOCATION)
    side.get(operation.poll())
    with pytest.raises(WaitTimeout, match=r"^The operation is not over: it is running\."):
        operation.outcome()


def test_what_the_service_asks_for_holds_in_another_process(side: Side, service: Service) -> None:
    service.poll = lambda: httpx.Response(200, json=body("running"), headers={"Retry-After": "777"})
    operation = client_of(side, service).operation(LOCATION)
    side.get(operation.poll())
    side.clock.sleep(100)
    taken_up = client_of(side, service).operation(stored(operation))
    assert taken_up.next_poll_in == pytest.approx(677)
    assert taken_up.status == operation.status


@pytest.mark.parametrize(
    ("status", "error", "limit"), [(500, ServiceUnreachable, 1000), (404, NotFound, 500)]
)
def test_an_outage_counts_across_processes(
    side: Side, service: Service, status: int, error: type[Exception], limit: float
) -> None:
    answers: list[Any] = [body("running")]

    def answer() -> Any:
        return answers.pop() if answers else httpx.Response(status, headers={"Retry-After": "100"})

    service.poll = answer
    operation = client_of(side, service, polling=SLOWLY).operation(LOCATION)
    side.get(operation.poll())
    began = side.clock.time

    def look_on(operation: Any) -> None:
        for _ in range(100):
            until_due(side, operation)
            operation = client_of(side, service, polling=SLOWLY).operation(stored(operation))
            assert side.get(operation.poll()) is None

    with pytest.raises(error):
        look_on(operation)
    # The first failure begins the count, and the one at the end of the time is the last.
    assert side.clock.time - began == pytest.approx(100 + limit, abs=1)


def test_a_look_that_goes_well_ends_an_outage(side: Side, service: Service) -> None:
    answers: list[Any] = [body("running"), *[httpx.Response(500)] * 3, body("running")]
    service.poll = lambda: answers.pop(0)
    operation = client_of(side, service, polling=SLOWLY).operation(LOCATION)
    counts = []
    for _ in range(5):
        until_due(side, operation)
        operation = client_of(side, service, polling=SLOWLY).operation(stored(operation))
        side.get(operation.poll())
        counts.append((operation.checkpoint().failed, operation.checkpoint().failing))
    assert counts == [(0, None), (1, "outage"), (2, "outage"), (3, "outage"), (0, None)]


def test_what_ends_following_is_raised(side: Side, service: Service) -> None:
    service.poll = lambda: httpx.Response(403)
    with pytest.raises(Exception, match="403"):
        side.get(client_of(side, service).operation(LOCATION).poll())


moments = st.datetimes(datetime(2000, 1, 1), datetime(2100, 1, 1), timezones=st.just(UTC))


@given(
    st.builds(
        Checkpoint,
        operation_url=st.text(),
        since=moments,
        due=moments,
        looked=st.none() | moments,
        certain=st.booleans(),
        failed=st.integers(0, 1000),
        failing=st.none() | st.text(),
        failing_for=st.floats(0, 1e9),
    )
)
def test_a_checkpoint_survives_json(point: Checkpoint) -> None:
    assert Checkpoint.from_dict(json.loads(json.dumps(point.to_dict()))) == point


@pytest.mark.parametrize(
    ("value", "reason"),
    [
        ({}, "KeyError: 'operation_url'"),
        ({"operation_url": 7, "since": "x", "due": "x"}, "TypeError: 7 is not text"),
        ({"operation_url": "u", "since": "x", "due": "x"}, "ValueError: Invalid isoformat string: 'x'"),
    ],
)
def test_what_is_no_checkpoint(value: Any, reason: str) -> None:
    with pytest.raises(InvalidInput) as caught:
        Checkpoint.from_dict(value)
    message = f"This is not a checkpoint ({reason}); take one with the operation's checkpoint()."
    assert caught.value.args == (message,)


def test_the_schedule_is_a_function_of_the_beginning() -> None:
    policy = PollingPolicy(growth=0.1, min_delay=10, max_delay=100, jitter=0)
    since = datetime(2026, 11, 26, tzinfo=UTC)
    for passed, pause in ((0, 10), (200, 20), (5000, 100), (-50, 10)):
        now = since + timedelta(seconds=passed)
        assert policy.due(since, now) == now + timedelta(seconds=pause)
    assert policy.due(since, since, retry_after=33) == since + timedelta(seconds=33)
