"""A wait outlives what passes, ends when its time is up, and judges what ended it."""

from __future__ import annotations

import threading
from typing import Any

import httpx
import pytest

from conftest import LOCAL, MIGRATED, Side, VirtualClock
from golive import (
    CredentialError,
    GoLiveClient,
    NotAuthenticated,
    NotFound,
    PollingPolicy,
    ServiceUnreachable,
    State,
    UnexpectedAnswer,
    WaitTimeout,
    answers,
)
from golive.emulator import TOKEN, Emulator
from golive_api.api.progress import get_offer_operation
from scripted import LOCATION, Service, body, client_of

RUNNING, COMPLETE = body("running"), body("complete")


@pytest.fixture
def service(clock: VirtualClock) -> Service:
    return Service(clock)


def operation_of(side: Side, service: Service, **options: Any) -> Any:
    client = client_of(side, service, **options)
    return side.get(client.begin_go_live("contoso", "contoso-offer"))


def in_turn(*answers: Any) -> Any:
    """Give one answer after the other; the last one stays."""
    left = list(answers)
    return lambda: left.pop(0) if len(left) > 1 else left[0]


@pytest.mark.parametrize("code", [401, 404, 408, 409, 421, 423, 425, 429, 500, 502, 503, 504, 520])
@pytest.mark.parametrize("times", [1, 3])
def test_a_refusal_of_the_moment_does_not_end_a_wait_that_went_well(
    side: Side, service: Service, code: int, times: int
) -> None:
    service.poll = in_turn(RUNNING, *[httpx.Response(code)] * times, RUNNING, COMPLETE)
    assert side.get(operation_of(side, service).result()).state is State.SUCCEEDED


def test_an_operation_may_be_unknown_right_after_it_was_accepted(side: Side, service: Service) -> None:
    began = side.clock.time
    service.poll = lambda: httpx.Response(404) if side.clock.time - began < 200 else COMPLETE
    assert side.get(operation_of(side, service).result()).state is State.SUCCEEDED


@pytest.mark.parametrize(
    ("code", "error", "limit"), [(404, NotFound, 300), (401, NotAuthenticated, 600)]
)
def test_what_does_not_pass_ends_the_wait_with_its_own_error(
    side: Side, service: Service, code: int, error: type[Exception], limit: float
) -> None:
    service.poll = in_turn(RUNNING, httpx.Response(code))
    operation = operation_of(side, service)
    began = side.clock.time
    with pytest.raises(error) as caught:
        side.get(operation.wait())
    assert limit <= side.clock.time - began < 2 * limit
    assert getattr(caught.value, "continuation_token", None) == operation.continuation_token()


def test_an_address_that_never_was_is_told_at_once(side: Side, service: Service) -> None:
    service.poll = lambda: httpx.Response(404)
    with pytest.raises(NotFound):
        side.get(client_of(side, service).operation(LOCATION).wait())
    assert side.clock.slept == []


def test_kinds_of_failures_are_counted_apart(side: Side, service: Service) -> None:
    """An outage of hours does not use up the patience with a 404."""
    began = side.clock.time

    def poll() -> Any:
        hours = (side.clock.time - began) / 3600
        return httpx.Response(500) if 1 < hours < 4 else RUNNING if hours < 1 else missing()

    missing = in_turn(httpx.Response(404), COMPLETE)
    service.poll = poll
    assert side.get(operation_of(side, service).result()).state is State.SUCCEEDED


def test_the_outage_budget_holds_from_the_address_on(side: Side, service: Service) -> None:
    began = side.clock.time
    service.poll = lambda: httpx.Response(502) if side.clock.time - began < 4 * 3600 else COMPLETE
    operation = client_of(side, service).operation(LOCATION)
    assert side.get(operation.wait()).state is State.SUCCEEDED


def test_an_endpoint_that_is_something_else_is_told_soon(side: Side, service: Service) -> None:
    service.poll = lambda: httpx.Response(200, html="<h1>Welcome</h1>")
    with pytest.raises(UnexpectedAnswer):
        side.get(client_of(side, service).operation(LOCATION).wait())
    assert sum(side.clock.slept) < 60


def test_a_credential_that_fails_for_good_is_named(side: Side, service: Service) -> None:
    began = side.clock.time

    def credential() -> str:
        if side.clock.time - began > 600:
            raise RuntimeError("the certificate has expired")
        return TOKEN

    service.poll = lambda: RUNNING
    client = side.client(credential, transport=httpx.MockTransport(service))
    operation = side.get(client.begin_go_live("contoso", "contoso-offer"))
    with pytest.raises(CredentialError, match="the certificate has expired") as caught:
        side.get(operation.wait())
    assert caught.value.continuation_token == operation.continuation_token()
    assert side.clock.time - began >= 6 * 3600


class Stopped(VirtualClock):
    """A clock that stands still, however long one sleeps."""

    def monotonic(self) -> float:
        return 1000.0

    def now(self) -> float:
        return 1_700_000_000.0


def test_with_a_clock_that_stands_still_a_wait_polls_after_its_pauses(side: Side) -> None:
    side.clock = Stopped()
    service = Service(side.clock, poll=in_turn(RUNNING, RUNNING, COMPLETE))
    assert side.get(operation_of(side, service).wait()).state is State.SUCCEEDED
    service.poll = lambda: RUNNING
    with pytest.raises(WaitTimeout):
        side.get(operation_of(side, service).wait(600))
    assert sum(side.clock.slept[-100:]) <= 700


class Sleeper(VirtualClock):
    """A monotonic clock that stands still while the machine sleeps, as on Linux."""

    suspended: float = 0.0

    def now(self) -> float:
        return self.time + self.suspended


def test_a_timeout_ends_by_the_time_of_day_too(side: Side) -> None:
    clock = Sleeper()
    side.clock = clock
    service = Service(clock, poll=lambda: RUNNING)
    operation = operation_of(side, service)

    def suspend(time: float) -> None:
        clock.suspended = 8 * 3600

    clock.on_sleep = suspend
    began = clock.time
    with pytest.raises(WaitTimeout):
        side.get(operation.wait(4 * 3600))
    assert clock.time - began < 3600


def test_a_machine_that_slept_is_not_an_outage(side: Side, service: Service) -> None:
    polls, failed = 0, httpx.Response(503)

    def poll() -> Any:
        nonlocal polls
        polls += 1
        if polls == 5:
            # The lid is closed over night, by a clock that counts that.
            side.clock.on_sleep = close_the_lid
        return failed if polls in (5, 6) else COMPLETE if polls > 8 else RUNNING

    def close_the_lid(time: float) -> None:
        side.clock.on_sleep = lambda time: None
        side.clock.time += 10 * 3600

    service.poll = poll
    assert side.get(operation_of(side, service).wait()).state is State.SUCCEEDED


def test_the_result_is_the_snapshot_that_ended_the_wait(side: Side, service: Service) -> None:
    service.poll = in_turn(COMPLETE, RUNNING)
    operation = operation_of(side, service)
    waited = operation.wait

    async def wait_async(timeout: Any = None) -> Any:
        status = await waited(timeout)
        await operation.refresh()
        return status

    def wait(timeout: Any = None) -> Any:
        status = waited(timeout)
        operation.refresh()
        return status

    # What another thread or task does at the worst moment.
    operation.wait = wait_async if side.is_async else wait
    assert side.get(operation.result()).state is State.SUCCEEDED
    assert operation.status.state is State.RUNNING


def test_whoever_follows_the_same_operation_shares_its_polls(clock: VirtualClock) -> None:
    """While one thread's poll is under way, the others wait for what it gets."""
    all_there = threading.Barrier(8)
    under_way = threading.Event()
    service = Service(clock)

    def poll() -> Any:
        if under_way.is_set():
            return COMPLETE
        under_way.set()
        all_there.wait(600)
        return RUNNING

    service.poll = poll
    policy = PollingPolicy(min_delay=1000, max_delay=1000, jitter=0)
    transport = httpx.MockTransport(service)
    outcomes: list[State] = []
    with GoLiveClient(TOKEN, endpoint=LOCAL, transport=transport, clock=clock, polling=policy) as client:
        operation = client.begin_go_live("contoso", "contoso-offer")

        def follow() -> None:
            if under_way.is_set():
                all_there.wait(600)
            outcomes.append(operation.wait().state)

        first = threading.Thread(target=follow)
        first.start()
        assert under_way.wait(600)
        others = [threading.Thread(target=follow) for _ in range(7)]
        for thread in others:
            thread.start()
        for thread in (first, *others):
            thread.join(60)
    assert outcomes == [State.SUCCEEDED] * 8
    assert service.seen.count("poll") == 2


def test_an_outage_is_told_with_its_last_cause(side: Side, service: Service) -> None:
    service.poll = in_turn(RUNNING, httpx.Response(500, text="the disk is full"))
    with pytest.raises(ServiceUnreachable, match="the disk is full"):
        side.get(operation_of(side, service, polling=PollingPolicy(outage_limit=3600)).wait())


@pytest.mark.parametrize("timeout", [0, 600])
def test_updates_end_in_time_though_every_look_brings_news(
    side: Side, service: Service, timeout: float
) -> None:
    polls = 0

    def poll() -> Any:
        nonlocal polls
        polls += 1
        return body(
            "running",
            {"id": "live", "stepName": "Live", "status": "inProgress"},
            id=None,
            x=polls,
            messages=[f"message {polls}"],
        )

    service.poll = poll
    operation = operation_of(side, service)
    began = side.clock.time
    with pytest.raises(WaitTimeout):
        side.updates(operation, timeout=timeout)
    assert side.clock.time - began <= timeout
    assert polls <= 1 + timeout / 4


# What is the same is not done twice

FIRST_GUID = "5a63deb5-925b-4ee0-938b-7c86fbf287c5"
OTHER_GUID = "00000000-925b-4ee0-938b-7c86fbf287c5"


def counted(monkeypatch: pytest.MonkeyPatch, owner: Any, name: str) -> list[int]:
    """Count how often a function is called."""
    calls: list[int] = []
    function = getattr(owner, name)

    def counting(*arguments: Any, **named: Any) -> Any:
        calls.append(1)
        return function(*arguments, **named)

    monkeypatch.setattr(owner, name, counting)
    return calls


def test_the_request_of_a_poll_is_built_once(
    side: Side, emulator: Emulator, monkeypatch: pytest.MonkeyPatch
) -> None:
    built = counted(monkeypatch, get_offer_operation, "_get_kwargs")
    operation = side.get(side.of(emulator).begin_go_live("contoso", MIGRATED))
    for _ in range(3):
        side.get(operation.refresh())
    side.get(operation.result())
    assert len(built) == 1


def test_a_body_with_the_same_bytes_is_not_parsed_again(
    side: Side, monkeypatch: pytest.MonkeyPatch
) -> None:
    parsed = counted(monkeypatch, answers, "_read_body")
    bodies = [{"status": "running"}] * 3 + [{"status": "running", "steps": [{"stepName": "Live"}]}] * 2
    retry_after = iter(["7", "8", "9", "10", "11"])
    told = iter(bodies)

    def answer(request: httpx.Request) -> httpx.Response:
        return httpx.Response(200, json=next(told), headers={"Retry-After": next(retry_after)})

    client = side.client(transport=httpx.MockTransport(answer))
    operation = client.operation("/api/operations/a$b$2$preview")
    seen = [side.get(operation.refresh()) for _ in bodies]
    assert [len(status.steps) for status in seen] == [0, 0, 0, 1, 1]
    assert len(parsed) == 2
    # What the headers say is read all the same.
    assert operation.next_poll_in >= 11


def test_the_same_bytes_of_another_operation_are_parsed(side: Side) -> None:
    def answer(request: httpx.Request) -> httpx.Response:
        return httpx.Response(200, json={"id": FIRST_GUID, "status": "running"})

    client = side.client(transport=httpx.MockTransport(answer))
    first = client.operation(f"/api/publishers/a/offers/b/operations/{FIRST_GUID}")
    other = client.operation(f"/api/publishers/a/offers/b/operations/{OTHER_GUID}")
    side.get(first.refresh())
    with pytest.raises(UnexpectedAnswer, match="it tells of the operation"):
        side.get(other.refresh())
