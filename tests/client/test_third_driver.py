"""Anything that can make an HTTP request can drive a flow: here urllib3, in thirty lines."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, TypeVar

import httpx
import pytest
import urllib3

from conftest import MIGRATED, NON_MIGRATED, few_polls
from golive import (
    OperationStatus,
    RetryPolicy,
    ServiceUnreachable,
    State,
    SubmissionUncertain,
    following,
)
from golive.answers import Answer, Call, Received
from golive.emulator import TOKEN, Emulator, Fault
from golive.errors import GoLiveError
from golive.flow import Context, Flow, Sleep
from golive.following import Tracker
from golive.origin import Origin
from golive.portal import evidence, queries, starting
from golive.testing import VirtualClock

T = TypeVar("T")


class Driver:
    """Runs flows with urllib3."""

    def __init__(self, url: str, clock: VirtualClock) -> None:
        self.context = Context(Origin.parse(url), few_polls(), RetryPolicy(), clock, 330.0)
        self.http = urllib3.PoolManager(retries=False, timeout=60)

    def run(self, flow: Flow[T]) -> T:
        try:
            wanted = next(flow)
            while True:
                try:
                    outcome = self.perform(wanted)
                except GoLiveError as error:
                    wanted = flow.throw(error)
                else:
                    wanted = flow.send(outcome)
        except StopIteration as stop:
            result: T = stop.value
            return result

    def perform(self, wanted: Call | Sleep) -> Answer | None:
        if isinstance(wanted, Sleep):
            self.context.clock.sleep(wanted.seconds)
            return None
        request = wanted.request(self.context.origin)
        method, url = request.method, str(request.url)
        headers = {**request.headers, "Authorization": f"Bearer {TOKEN}"}
        try:
            got = self.http.request(method, url, headers=headers, body=request.content, redirect=False)
        except urllib3.exceptions.HTTPError as error:
            raise ServiceUnreachable("No answer.", method=method, url=url, sent=True) from error
        return wanted.answer(
            Received(got.status, httpx.Headers(list(got.headers.items())), got.data, method, url)
        )

    def begin(self, offer: str = MIGRATED, **options: Any) -> Tracker:
        given = {"if_match": None, "baseline": None, "timeout": None, "on_sending": None, **options}
        return self.run(starting.begin_go_live(self.context, "contoso", offer, **given))

    def follow(self, tracker: Tracker) -> OperationStatus:
        until = tracker.is_over
        return self.run(following.follow(self.context, tracker, until=until, deadline=None))


@pytest.fixture
def emulator(clock: VirtualClock) -> Emulator:
    return Emulator(speed=1, clock=clock.monotonic)


@pytest.fixture
def driver(emulator: Emulator, clock: VirtualClock) -> Iterator[Driver]:
    with emulator.serve() as url:
        driver = Driver(url, clock)
        yield driver
        driver.http.clear()


@pytest.mark.parametrize("offer", [MIGRATED, NON_MIGRATED])
def test_a_go_live_from_beginning_to_end(driver: Driver, emulator: Emulator, offer: str) -> None:
    tracker = driver.begin(offer)
    status = driver.follow(tracker)
    assert tracker.verdict(status).state is State.SUCCEEDED
    assert emulator.accepted("contoso", offer) == 1


def test_a_publish_and_its_cancellation(driver: Driver) -> None:
    options: dict[str, Any] = {"if_match": None, "baseline": None, "timeout": None, "on_sending": None}
    flow = starting.begin_publish(
        driver.context, "contoso", "contoso-draft", notification_emails=(), **options
    )
    driver.run(flow)
    cancellation = driver.run(
        starting.begin_cancel(
            driver.context,
            "contoso",
            "contoso-draft",
            notification_emails=(),
            if_match=None,
            timeout=None,
        )
    )
    assert driver.follow(cancellation).state is State.CANCELED


def test_what_runs_is_adopted(driver: Driver, emulator: Emulator) -> None:
    first, second = driver.begin(), driver.begin()
    assert (first.adopted, second.adopted) == (False, True)
    assert emulator.accepted("contoso", MIGRATED) == 1


@pytest.mark.parametrize("fault", [Fault.DROP_ANSWER, Fault.RESET_BODY, Fault.BAD_GATEWAY_AFTER])
def test_a_lost_answer_is_found(clock: VirtualClock, fault: Fault) -> None:
    emulator = Emulator(speed=1, clock=clock.monotonic, faults=[f"{fault.value}@golive:1"])
    with emulator.serve() as url:
        tracker = Driver(url, clock).begin()
    assert tracker.adopted
    assert emulator.accepted("contoso", MIGRATED) == 1


def test_what_was_known_before_says_what_is_ours(
    driver: Driver, emulator: Emulator, clock: VirtualClock
) -> None:
    baseline = driver.run(evidence.take_baseline(driver.context, "contoso", MIGRATED))
    driver.follow(driver.begin(baseline=baseline))
    clock.sleep(86_400)
    assert driver.begin(baseline=baseline).adopted
    assert emulator.accepted("contoso", MIGRATED) == 1


def test_a_refusal_is_thrown_into_the_flow(driver: Driver) -> None:
    with pytest.raises(GoLiveError, match="404"):
        driver.run(queries.offer_status(driver.context, "contoso", "nowhere"))


def test_where_nothing_is_found_it_is_uncertain(driver: Driver, clock: VirtualClock) -> None:
    def lost(wanted: Call | Sleep) -> Answer | None:
        if isinstance(wanted, Call) and wanted.request(driver.context.origin).method == "POST":
            raise ServiceUnreachable("No answer.", method="POST", url="", sent=True)
        return perform(wanted)

    perform, driver.perform = driver.perform, lost  # type: ignore[method-assign]
    with pytest.raises(SubmissionUncertain):
        driver.begin()
    assert sum(clock.slept) == pytest.approx(driver.context.retry.reconcile_for)
