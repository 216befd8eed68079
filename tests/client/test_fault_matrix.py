"""Every request of every flow x every fault x both clients.

The matrix is generated: a run without faults tells which requests a flow makes; each of them is then
spoiled by each fault in turn. Time is the clock's. What breaks connections does so over real sockets;
the rest happens in this process.
"""

from __future__ import annotations

import socket
import threading
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from attrs import define, field

from apis import INGESTION, PORTAL, Api
from conftest import LOCAL, MIGRATED, NON_MIGRATED, Side, VirtualClock
from golive import GoLiveError, InvalidInput, PollingPolicy, State, SubmissionUncertain
from golive.emulator import Emulator, Fault, Rule

#: A go-live in half a dozen polls.
POLLING = PollingPolicy(growth=1, min_delay=6 * 3600, max_delay=48 * 3600, jitter=0)
#: Longer than a request may take, by the clock that nobody waits for.
SLOW = 400.0

#: What happens to a connection takes one.
NETWORK = {Fault.DROP_ANSWER, Fault.DROP_REQUEST, Fault.RESET_BODY}
SAID_NO = {Fault.THROTTLED, Fault.THROTTLED_WAIT, Fault.UNAVAILABLE_WAIT}


@define
class Bench:
    """A server whose emulator is replaced for every case, and a hostile one beside it."""

    side: Side
    api: Api
    client: Any
    server: Emulator
    elsewhere: str
    hostile: list[bytes] = field(factory=list)
    emulator: Emulator = field(init=False)
    over_sockets: bool = False

    def renew(self, *, over_sockets: bool = False) -> Any:
        """Begin a case: a new market, and the client of it."""
        self.over_sockets = over_sockets
        self.emulator = Emulator(speed=1, clock=self.side.clock.monotonic, slow=SLOW)
        self.emulator.app.hostile = self.elsewhere
        if over_sockets:
            self.server.app.app = self.emulator.app.app
            client = self.client
        else:
            transport = self.emulator.transport(clock=self.side.clock)
            client = self.api.client(self.side, transport=transport, polling=POLLING)
        self.spoil()
        return client

    @property
    def _layer(self) -> Any:
        return (self.server if self.over_sockets else self.emulator).app

    def spoil(self, *rules: Rule) -> None:
        self._layer.rules = rules
        self._layer.counts.clear()

    @property
    def counts(self) -> Counter[str]:
        counts: Counter[str] = self._layer.counts
        return counts


@contextmanager
def listening_for_tokens(heard: list[bytes]) -> Iterator[str]:
    """A server of somebody else, which keeps what it is sent."""
    with socket.create_server(("127.0.0.1", 0)) as listener:

        def serve() -> None:
            while True:
                try:
                    connection, _ = listener.accept()
                except OSError:
                    return
                with connection:
                    heard.append(connection.recv(65_536))

        thread = threading.Thread(target=serve, daemon=True)
        thread.start()
        yield f"http://127.0.0.1:{listener.getsockname()[1]}"
        listener.shutdown(socket.SHUT_RDWR)
        thread.join(10)


@pytest.fixture
def api() -> Api:
    return PORTAL


@pytest.fixture
def bench(side: Side, api: Api) -> Iterator[Bench]:
    server = Emulator()
    heard: list[bytes] = []
    with listening_for_tokens(heard) as elsewhere, server.serve() as url:
        client = api.client(side, endpoint=url, polling=POLLING)
        yield Bench(side, api, client, server, elsewhere, heard)
        side.close()


Flow = Callable[[Bench, Any, Any, str], None]


def nothing(bench: Bench, client: Any, offer: str) -> Any:
    return None


def begun(bench: Bench, client: Any, offer: str) -> Any:
    operation = bench.side.get(bench.api.go_live(client, offer))
    # By now the list shows it.
    bench.side.clock.time += 150
    return operation


def go_live(bench: Bench, client: Any, prepared: Any, offer: str) -> None:
    operation = bench.side.get(bench.api.go_live(client, offer))
    assert bench.side.get(operation.result()).state is State.SUCCEEDED


def follow(bench: Bench, client: Any, prepared: Any, offer: str) -> None:
    operation = client.operation(prepared.continuation_token())
    assert bench.side.get(operation.result()).state is State.SUCCEEDED


def cancel(bench: Bench, client: Any, prepared: Any, offer: str) -> None:
    cancellation = bench.side.get(bench.api.cancel(client, offer, prepared))
    assert bench.side.get(cancellation.result()).state is State.CANCELED


def publish(bench: Bench, client: Any, prepared: Any, offer: str) -> None:
    operation = bench.side.get(bench.api.publish(client, bench.api.unpublished))
    assert bench.side.get(operation.result()).ready_to_go_live


FLOWS: dict[str, tuple[Callable[[Bench, Any, str], Any], Flow]] = {
    "go-live": (nothing, go_live),
    "follow": (begun, follow),
    "adopt": (begun, go_live),
    "cancel": (begun, cancel),
    "publish": (nothing, publish),
}


@pytest.mark.parametrize(
    ("api", "name", "offer"),
    [
        (PORTAL, "go-live", MIGRATED),
        (INGESTION, "go-live", "contoso-app"),
        pytest.param(PORTAL, "go-live", NON_MIGRATED, marks=pytest.mark.unmeasured),
        *(
            pytest.param(api, name, offer, marks=pytest.mark.unmeasured)
            for api, offer in ((PORTAL, MIGRATED), (INGESTION, "contoso-app"))
            for name in FLOWS
            if name != "go-live"
        ),
    ],
    ids=str,
)
def test_the_matrix(bench: Bench, name: str, offer: str) -> None:
    prepare, run = FLOWS[name]
    client = bench.renew()
    prepared = prepare(bench, client, offer)
    bench.spoil()
    run(bench, client, prepared, offer)
    clean = Counter({kind: n for kind, n in bench.counts.items() if kind != "any"})
    assert clean.total() >= 2, "a flow of fewer requests than it should make"

    for kind, requests in clean.items():
        for nth in range(1, requests + 1):
            for fault in Fault:
                try_out(bench, name, offer, clean, Rule(fault, kind, nth, nth))
    assert bench.hostile == [], "a token may have reached somebody else"


def try_out(bench: Bench, name: str, offer: str, clean: Counter[str], rule: Rule) -> None:
    prepare, run = FLOWS[name]
    client = bench.renew(over_sockets=rule.fault in NETWORK)
    prepared = prepare(bench, client, offer)
    bench.spoil(rule)
    case = f"{name} of {offer}, {rule.fault} at {rule.kind} {rule.first}"
    failure: GoLiveError | None = None
    try:
        run(bench, client, prepared, offer)
    except GoLiveError as error:
        failure = error
    assert (failure and type(failure)) is bench.api.expected(name, rule), f"{case}: {failure!r}"
    assert bench.api.accepted(bench.emulator, offer) <= 1, case

    sent = bench.counts[rule.kind]
    starts = bench.api.starts
    if rule.kind in starts:
        assert sent == (2 if rule.fault in SAID_NO else 1), case
    total = bench.counts["any"]
    # What may have begun is looked for in a bounded number of looks; the rest costs a few requests.
    looked = rule.kind in starts and rule.fault not in SAID_NO
    assert total <= clean.total() + (60 if looked else 4), case

    if failure is not None and name in ("go-live", "adopt", "follow"):
        bench.spoil()
        if failure.continuation_token and not isinstance(failure, SubmissionUncertain):
            follow(bench, client, client.operation(failure.continuation_token), offer)
        else:
            run(bench, client, prepared, offer)
    if name in ("go-live", "adopt", "follow"):
        assert bench.api.accepted(bench.emulator, offer) == 1, case


@pytest.mark.parametrize("burst", ["500", "502", "504", "429", "503", "drop-answer", "reset-body"])
def test_bursts(bench: Bench, burst: str) -> None:
    client = bench.renew(over_sockets=True)
    bench.spoil(Rule.parse(f"{burst}@poll:2-9"), Rule.parse(f"{burst}@submissions:1-3"))
    go_live(bench, client, None, MIGRATED)
    assert bench.emulator.accepted("contoso", MIGRATED) == 1


def test_faults_combine(bench: Bench) -> None:
    rules = ["array-body@poll:*", "unknown-status@poll:1-2", "operation-location@golive", "429@poll:3"]
    client = bench.renew(over_sockets=True)
    bench.spoil(*map(Rule.parse, rules), Rule.parse("drop-answer@golive"))
    go_live(bench, client, None, NON_MIGRATED)
    assert bench.emulator.accepted("contoso", NON_MIGRATED) == 1
    assert bench.counts["golive"] == 1


@pytest.mark.parametrize(
    ("text", "rule"),
    [
        ("429", Rule(Fault.THROTTLED)),
        ("drop-answer@golive", Rule(Fault.DROP_ANSWER, "golive")),
        ("502-html@poll:3", Rule(Fault.BAD_GATEWAY_HTML, "poll", 3, 3)),
        ("500@poll:2-5", Rule(Fault.INTERNAL_ERROR, "poll", 2, 5)),
        ("array-body@poll:*", Rule(Fault.ARRAY_BODY, "poll", 1, 2**63)),
    ],
)
def test_rules_are_read(text: str, rule: Rule) -> None:
    assert Rule.parse(text) == rule


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        ("", "is not FAULT"),
        ("drop-answer@golive:x", "is not FAULT"),
        ("explode", "'explode' is no fault; there are drop-answer"),
        ("429@offers", "'offers' is no kind of request; there are golive"),
    ],
)
def test_rules_that_are_none(text: str, complaint: str) -> None:
    with pytest.raises(ValueError, match=complaint):
        Emulator(faults=[text])


def test_faults_work_in_process_too(side: Side, clock: VirtualClock) -> None:
    emulator = Emulator(speed=1, clock=clock.monotonic, faults=["drop-answer@golive"])
    operation = side.get(side.of(emulator).begin_go_live("contoso", MIGRATED))
    assert operation.adopted
    with pytest.raises(InvalidInput):
        side.client(endpoint=LOCAL).operation("nonsense")
