"""Any order of calls, progress and faults: never two go-lives at once, and none that is lost."""

from __future__ import annotations

import contextlib
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from conftest import LOCAL, MIGRATED, NON_MIGRATED, VirtualClock, few_polls
from golive import GoLiveClient, GoLiveError, Operation, State
from golive.emulator import TOKEN, Emulator, Fault, Rule

pytestmark = pytest.mark.unmeasured

#: Faults that need no real time.
INSTANT = sorted(set(Fault) - {Fault.SLOW_HEADERS, Fault.SLOW_BODY})
VERBS = st.sampled_from(["begin_go_live", "begin_publish", "begin_cancel"])
KINDS = st.sampled_from(["golive", "publish", "cancel", "poll", "submissions", "status", "any"])


class Interleavings(RuleBasedStateMachine):
    """Two clients of the same offer, and a network that fails."""

    @initialize(offer=st.sampled_from([MIGRATED, NON_MIGRATED]))
    def open(self, offer: str) -> None:
        self.clock = VirtualClock()
        self.emulator = Emulator(speed=1, clock=self.clock.monotonic)
        self.offer = offer
        self.operations: list[Operation] = []
        options: Any = {
            "endpoint": LOCAL,
            "clock": self.clock,
            "polling": few_polls(),
            "transport": self.emulator.transport(),
        }
        self.clients = [GoLiveClient(TOKEN, **options) for _ in range(2)]

    def teardown(self) -> None:
        for client in getattr(self, "clients", []):
            client.close()

    @rule(kind=KINDS, fault=st.sampled_from(INSTANT), first=st.integers(1, 4), more=st.integers(0, 4))
    def break_something(self, kind: str, fault: Fault, first: int, more: int) -> None:
        layer = self.emulator.app
        begin = layer.counts[kind] + first
        layer.rules = (*layer.rules[-3:], Rule(fault, kind, begin, begin + more))

    @rule()
    def mend_everything(self) -> None:
        self.emulator.app.rules = ()

    @rule(seconds=st.sampled_from([60, 3600, 86_400, 3 * 86_400]))
    def let_time_pass(self, seconds: float) -> None:
        self.clock.time += seconds

    @rule(
        who=st.integers(0, 1), verb=st.sampled_from(["begin_go_live", "begin_publish", "begin_cancel"])
    )
    def call(self, who: int, verb: str) -> None:
        with contextlib.suppress(GoLiveError):
            self.operations.append(getattr(self.clients[who], verb)("contoso", self.offer))

    @precondition(lambda self: self.operations)
    @rule(which=st.integers(0, 100), timeout=st.sampled_from([0, 600, 86_400, 10 * 86_400]))
    def wait(self, which: int, timeout: float) -> None:
        operation = self.operations[which % len(self.operations)]
        before = self.clock.time
        told = operation.continuation_token()
        try:
            operation.result(timeout)
        except GoLiveError as error:
            told = error.continuation_token or ""
        assert told == operation.continuation_token()
        assert self.clock.time - before <= timeout + 1

    @precondition(lambda self: self.operations)
    @rule(which=st.integers(0, 100))
    def come_back_with_the_token(self, which: int) -> None:
        operation = self.operations[which % len(self.operations)]
        again = self.clients[0].operation(operation.continuation_token())
        assert (again.ref, again.kind) == (operation.ref, operation.kind)
        self.operations.append(again)

    @invariant()
    def never_two_at_once(self) -> None:
        if not hasattr(self, "emulator"):
            return
        history = self.emulator.market.offer("contoso", self.offer).operations
        running = [o for o in history if o.runs(self.emulator.market.now)]
        assert len(running) <= 1
        # Each go-live follows a publish of its own: none was begun twice for the same version.
        types = [o.type for o in history]
        assert ("goLive", "goLive") not in set(pairwise(types))

    @precondition(lambda self: hasattr(self, "emulator"))
    @rule(who=st.integers(0, 1))
    def in_the_end_it_goes_live(self, who: int) -> None:
        """Whatever happened: mend the network, and the documented way leads to a live offer."""
        self.mend_everything()
        client = self.clients[who]
        self.clock.time += 4 * 86_400
        if not client.offer_status("contoso", self.offer).ready_to_go_live:
            client.begin_publish("contoso", self.offer).result()
        assert client.begin_go_live("contoso", self.offer).result().state is State.SUCCEEDED


TestInterleavings = Interleavings.TestCase
TestInterleavings.settings = settings(max_examples=25, stateful_step_count=20, deadline=None)
