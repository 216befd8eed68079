"""Any order of publishes, go-lives, edits, cancellations and faults: what goes live, goes live once."""

from __future__ import annotations

import contextlib
from datetime import datetime
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from conftest import LOCAL, VirtualClock
from golive import (
    GoLiveError,
    NotReady,
    Operation,
    OperationRef,
    Origin,
    PollingPolicy,
    ProductIngestionClient,
    ProductSubmission,
    State,
    SubmissionRef,
    Undecided,
)
from golive.emulator import TOKEN, Emulator, Fault, Rule
from golive.ingestion.evidence import Listing, decide_go_live, decide_publish, standing
from golive.ingestion.snapshots import Product

pytestmark = pytest.mark.unmeasured

INSTANT = sorted(set(Fault) - {Fault.SLOW_HEADERS, Fault.SLOW_BODY, Fault.TRICKLE})
KINDS = st.sampled_from(["configure", "job", "detail", "submissions", "product", "cancel", "any"])
OFFERS = st.sampled_from(["contoso-db", "contoso-app", "contoso-new", "contoso-gone"])


class Interleavings(RuleBasedStateMachine):
    """Two colleagues, a person in the portal, and a network that fails."""

    @initialize(offer=OFFERS)
    def open(self, offer: str) -> None:
        self.clock = VirtualClock()
        self.emulator = Emulator(speed=1, clock=self.clock.monotonic)
        self.offer = offer
        self.operations: list[Operation] = []
        self.noted: SubmissionRef | None = None
        self.previews: set[str] = set()
        options: Any = {
            "endpoint": LOCAL,
            "clock": self.clock,
            "polling": PollingPolicy(growth=0.1, min_delay=60, max_delay=4 * 3600),
            "transport": self.emulator.transport(clock=self.clock),
        }
        self.clients = [ProductIngestionClient(TOKEN, **options) for _ in range(2)]

    def teardown(self) -> None:
        for client in getattr(self, "clients", []):
            client.close()

    @rule(kind=KINDS, fault=st.sampled_from(INSTANT), first=st.integers(1, 4), more=st.integers(0, 3))
    def break_something(self, kind: str, fault: Fault, first: int, more: int) -> None:
        layer = self.emulator.app
        begin = layer.counts[kind] + first
        layer.rules = (*layer.rules[-3:], Rule(fault, kind, begin, begin + more))

    @rule()
    def mend_everything(self) -> None:
        self.emulator.app.rules = ()

    @rule(seconds=st.sampled_from([60, 3600, 86_400, 4 * 86_400]))
    def let_time_pass(self, seconds: float) -> None:
        self.clock.time += seconds

    @rule()
    def somebody_edits(self) -> None:
        self.emulator.products.edit_draft(self.offer, title=f"A title of {self.clock.time}")

    @rule(verb=st.sampled_from(["portal_publish", "portal_go_live"]))
    def somebody_uses_the_portal(self, verb: str) -> None:
        with contextlib.suppress(ValueError):
            getattr(self.emulator.products, verb)(self.offer)

    @rule(who=st.integers(0, 1))
    def publish(self, who: int) -> None:
        with contextlib.suppress(GoLiveError):
            self.operations.append(self.clients[who].begin_publish(self.offer))

    @rule(who=st.integers(0, 1), restart=st.booleans())
    def go_live(self, who: int, restart: bool) -> None:
        noted = self.noted if restart else None
        sent: datetime | None = None if noted is None else noted.sent
        number = None if noted is None else noted.submission
        with contextlib.suppress(GoLiveError):
            self.operations.append(
                self.clients[who].begin_go_live(self.offer, number, sent=sent, on_sending=self._note)
            )

    def _note(self, ref: OperationRef) -> None:
        assert isinstance(ref, SubmissionRef)
        self.noted = ref
        # What is sent was in preview, and nothing else ever is.
        preview = self.emulator.products.product(self.offer).preview(self.emulator.products.now)
        assert ref.submission is not None
        self.previews.add(ref.submission)
        assert preview is None or ref.submission <= preview.number

    @precondition(lambda self: self.operations)
    @rule(which=st.integers(0, 100))
    def cancel(self, which: int) -> None:
        with contextlib.suppress(GoLiveError):
            self.operations.append(self.operations[which % len(self.operations)].cancel())

    @precondition(lambda self: self.operations)
    @rule(which=st.integers(0, 100), timeout=st.sampled_from([0, 600, 86_400, 10 * 86_400]))
    def wait(self, which: int, timeout: float) -> None:
        operation = self.operations[which % len(self.operations)]
        with contextlib.suppress(GoLiveError):
            operation.result(timeout)
        again = self.clients[0].operation(operation.continuation_token())
        assert (again.ref, again.kind) == (operation.ref, operation.kind)

    @invariant()
    def nothing_is_taken_live_twice_or_by_accident(self) -> None:
        if not hasattr(self, "emulator"):
            return
        products = self.emulator.products
        assert products.deprecated.total() == 0
        accepted = self.emulator.accepted_submissions(self.offer)
        assert set(accepted) <= self.previews

    @precondition(lambda self: hasattr(self, "emulator"))
    @rule(who=st.integers(0, 1))
    def in_the_end_it_goes_live(self, who: int) -> None:
        """Whatever happened: mend the network, and the documented way leads to a live offer."""
        self.mend_everything()
        client = self.clients[who]
        self.clock.time += 5 * 86_400
        published = client.begin_publish(self.offer).result()
        operation = client.begin_go_live(self.offer, published.id, restore=True, on_sending=self._note)
        assert operation.result().state is State.SUCCEEDED
        assert self.emulator.accepted_submissions(self.offer)[published.id or ""] == 1


TestInterleavings = Interleavings.TestCase
TestInterleavings.settings = settings(max_examples=20, stateful_step_count=20, deadline=None)

GUID = "5f0c2f6e-0d7b-4c8a-9a57-2f1f6a3f1c11"
PRODUCT = Product(GUID, "contoso-db")
ENTRIES = st.builds(
    lambda number, target, state: ProductSubmission(
        SubmissionRef.of(Origin.parse(LOCAL), "contoso-db", GUID, submission=number),
        submission_type=target,
        state=state,
        word=state.value,
        number=number,
        target=target,
    ),
    st.sampled_from(["17", "42", "67", "1152921505690000042"]),
    st.sampled_from(["preview", "live", "Live", "certification"]),
    # What two words of this API can mean.
    st.sampled_from(sorted(set(State) - {State.WAITING_FOR_PUBLISHER})),
)
LISTINGS = st.lists(ENTRIES, max_size=5).map(tuple)


@given(LISTINGS, st.sampled_from([None, "17", "42", "67"]), st.randoms(use_true_random=False))
def test_the_order_of_a_list_decides_nothing(entries: Any, wanted: str | None, random: Any) -> None:
    shuffled = list({(e.number, e.target.lower()): e for e in entries}.values())
    found = Listing(tuple(shuffled))
    random.shuffle(shuffled)
    outcomes: list[Any] = []
    for listing in (found, Listing(tuple(shuffled))):
        try:
            decision = decide_go_live(listing, wanted)
            outcomes.append((decision.send, decision.entry and decision.entry.number))
        except (NotReady, Undecided) as error:
            outcomes.append((type(error), None))
    assert outcomes[0] == outcomes[1]


@given(LISTINGS, st.sampled_from([None, "17", "42", "67"]))
def test_nothing_is_sent_while_anything_runs_or_for_what_is_live(
    entries: Any, wanted: str | None
) -> None:
    found = Listing(entries)
    try:
        decision = decide_go_live(found, wanted)
    except (NotReady, Undecided):
        return
    assert decision.entry is not None
    assert wanted in (None, decision.entry.number)
    if decision.send:
        assert decision.entry.is_for("preview")
        assert decision.entry.state is State.SUCCEEDED
        lives = [e for e in entries if e.is_for("live")]
        assert all(e.state.is_terminal for e in lives)
        assert decision.entry.number not in [e.number for e in lives if e.state is State.SUCCEEDED]
        assert State.UNKNOWN not in [e.state for e in entries]


@given(LISTINGS)
def test_a_publish_is_sent_only_while_nothing_runs(entries: Any) -> None:
    found = Listing(entries)
    with contextlib.suppress(NotReady, Undecided):
        if decide_publish(found, None, None).send:
            assert found.running is None
            assert State.UNKNOWN not in [e.state for e in entries]


@given(LISTINGS)
def test_where_it_stands_agrees_with_what_would_be_done(entries: Any) -> None:
    status = standing(PRODUCT, Listing(entries))
    sends = False
    with contextlib.suppress(NotReady, Undecided):
        sends = decide_go_live(Listing(entries), None).send
    assert status.ready_to_go_live is sends
    assert (status.obstacle is None) is sends


def test_an_unreadable_entry_stops_everything() -> None:
    with pytest.raises(Undecided, match="entry 3"):
        decide_go_live(Listing((), ("entry 3 has no usable id",)), None)
