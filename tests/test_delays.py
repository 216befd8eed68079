"""Slow answers, late lists and lost answers, in every combination: two calls, one go-live."""

from __future__ import annotations

import itertools
from collections.abc import Callable
from functools import partial
from typing import Any

import httpx
import pytest
from attrs import define, field

from conftest import MIGRATED, NON_MIGRATED, Side, VirtualClock
from golive import GoLiveClient, SubmissionUncertain
from golive.emulator import Emulator

ANSWERS = (0.0, 70.0, 200.0, 290.0)
LISTS = (0.0, 60.0, 120.0, 150.0)
MATRIX = list(itertools.product(ANSWERS, LISTS, (False, True), ("at once", "in the end")))


@define
class SlowRoad(httpx.BaseTransport, httpx.AsyncBaseTransport):
    """The way to an emulator whose first answer to a go-live is late, and perhaps lost.

    Attributes:
        emulator: The service.
        clock: The time that passes meanwhile.
        seconds: How late the answer is.
        lost: Whether it never arrives.
        acts: When the service accepts: `at once`, or `in the end`.
        posts: How many go-lives were sent.
    """

    emulator: Emulator
    clock: VirtualClock
    seconds: float
    lost: bool
    acts: str
    posts: int = 0
    _accepting: Callable[[float], None] | None = field(default=None)

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        if not self._is_first(request):
            return self.emulator.transport().handle_request(request)
        return self._late(request, partial(self.emulator.transport().handle_request, request))

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        if not self._is_first(request):
            return await self.emulator.transport().handle_async_request(request)
        if self.acts == "at once":
            response = await self.emulator.transport().handle_async_request(request)
            return self._late(request, lambda: response)
        self.clock.time += self.seconds
        response = await self.emulator.transport().handle_async_request(request)
        return self._arrived(request, response)

    def _is_first(self, request: httpx.Request) -> bool:
        if not request.url.path.endswith("/golive"):
            return False
        self.posts += 1
        return self.posts == 1

    def _late(self, request: httpx.Request, serve: Callable[[], httpx.Response]) -> httpx.Response:
        if self.acts == "at once":
            response = serve()
            self.clock.time += self.seconds
        else:
            self.clock.time += self.seconds
            response = serve()
        return self._arrived(request, response)

    def _arrived(self, request: httpx.Request, response: httpx.Response) -> httpx.Response:
        if self.lost:
            raise httpx.ReadError("reset", request=request)
        return response


@pytest.mark.parametrize("offer", [MIGRATED, NON_MIGRATED])
@pytest.mark.parametrize(("answer", "listed", "lost", "acts"), MATRIX)
def test_two_calls_of_the_library(
    side: Side, offer: str, answer: float, listed: float, lost: bool, acts: str
) -> None:
    emulator = Emulator(speed=1, clock=side.clock.monotonic, list_delay=listed)
    road = SlowRoad(emulator, side.clock, answer, lost, acts)
    refs = []
    for _ in range(2):
        client = side.client(transport=road)
        refs.append(side.get(client.begin_go_live("contoso", offer)).status)
    assert emulator.accepted("contoso", offer) == 1


@pytest.mark.parametrize(("answer", "listed", "lost", "acts"), MATRIX)
def test_a_call_that_is_cut_short_and_one_that_goes_on(
    side: Side, answer: float, listed: float, lost: bool, acts: str
) -> None:
    """The first call gives up early; what it knew goes with the second."""
    emulator = Emulator(speed=1, clock=side.clock.monotonic, list_delay=listed)
    road = SlowRoad(emulator, side.clock, answer, lost, acts)
    client = side.client(transport=road)
    baseline = side.get(client.baseline("contoso", MIGRATED))
    try:
        side.get(client.begin_go_live("contoso", MIGRATED, baseline=baseline, timeout=30))
    except SubmissionUncertain as error:
        baseline = error.baseline
    side.get(side.client(transport=road).begin_go_live("contoso", MIGRATED, baseline=baseline))
    assert emulator.accepted("contoso", MIGRATED) == 1


@pytest.mark.parametrize(("answer", "listed", "lost", "acts"), MATRIX)
def test_two_runs_of_the_command(
    golive: Any,
    clock: VirtualClock,
    monkeypatch: pytest.MonkeyPatch,
    answer: float,
    listed: float,
    lost: bool,
    acts: str,
) -> None:
    emulator = Emulator(speed=1, clock=clock.monotonic, list_delay=listed)
    road = SlowRoad(emulator, clock, answer, lost, acts)
    client = partial(GoLiveClient, transport=road, clock=clock)
    monkeypatch.setattr("golive.cli.frame.GoLiveClient", client)
    for _ in range(2):
        run = golive(
            "start", "contoso", MIGRATED, "--endpoint", "http://127.0.0.1", "--no-wait", "--json"
        )
        assert run.code == 0, run.err
    assert emulator.accepted("contoso", MIGRATED) == 1
