"""Never twice, never lost: what is repeated, what is looked for, and what is survived."""

from __future__ import annotations

import gzip
import logging
import threading
from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any

import httpx
import pytest
from attrs import define, field

from conftest import LOCAL, MIGRATED, NON_MIGRATED, Side, VirtualClock
from golive import (
    CredentialError,
    GoLiveClient,
    InvalidInput,
    PollingPolicy,
    RequestRefused,
    RetryPolicy,
    ServiceFault,
    ServiceUnreachable,
    State,
    SubmissionUncertain,
    Throttled,
    UnexpectedAnswer,
    WaitTimeout,
)
from golive.emulator import TOKEN, Emulator, InProcessTransport

Fault = Callable[[httpx.Request, Callable[[], httpx.Response]], httpx.Response]
SECRET = "eyJ0eXAi.secret-token.sig"


def lost(request: httpx.Request, serve: Callable[[], httpx.Response]) -> httpx.Response:
    """The service acts, and its answer never arrives."""
    serve()
    raise httpx.ReadTimeout("timed out", request=request)


def dropped(request: httpx.Request, serve: Callable[[], httpx.Response]) -> httpx.Response:
    """The request is lost on the way, after the connection was made."""
    raise httpx.ReadError("reset", request=request)


def refused(request: httpx.Request, serve: Callable[[], httpx.Response]) -> httpx.Response:
    """No connection is made."""
    raise httpx.ConnectError("refused", request=request)


def answers(status: int, **headers: str) -> Fault:
    """Something in front of the service answers."""
    return lambda request, serve: httpx.Response(status, headers=headers)


def after(status: int) -> Fault:
    """The service acts, and something in front of it answers."""

    def fault(request: httpx.Request, serve: Callable[[], httpx.Response]) -> httpx.Response:
        serve()
        return httpx.Response(status, html="<h1>Bad gateway</h1>")

    return fault


@define
class Road(httpx.BaseTransport, httpx.AsyncBaseTransport):
    """The way to an emulator, with faults at chosen requests of a kind, counted from 1."""

    emulator: Emulator
    faults: dict[tuple[str, int], Fault] = field(factory=dict)
    #: Faults at every request of a kind.
    always: dict[str, Fault] = field(factory=dict)
    seen: list[str] = field(factory=list)

    @property
    def _inner(self) -> InProcessTransport:
        return self.emulator.transport()

    def kind(self, request: httpx.Request) -> str:
        if "/operations/" in request.url.path:
            return "poll"
        return request.url.path.strip("/").rpartition("/")[2]

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        kind = self.kind(request)
        self.seen.append(kind)
        fault = self.faults.get((kind, self.seen.count(kind)), self.always.get(kind))

        def serve() -> httpx.Response:
            return self._inner.handle_request(request)

        return serve() if fault is None else fault(request, serve)

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        kind = self.kind(request)
        self.seen.append(kind)
        fault = self.faults.get((kind, self.seen.count(kind)), self.always.get(kind))
        if fault is None:
            return await self._inner.handle_async_request(request)
        served = await self._inner.handle_async_request(request) if fault in ACTING else None
        return fault(request, lambda: served or httpx.Response(500))

    def count(self, kind: str) -> int:
        return self.seen.count(kind)


AFTER_502 = after(502)
AFTER_500 = after(500)
#: Before these, the service acts.
ACTING = (lost, AFTER_502, AFTER_500)

BEGIN = {"golive": "begin_go_live", "publish": "begin_publish", "cancel": "begin_cancel"}
OFFERS = pytest.mark.parametrize("offer", [MIGRATED, NON_MIGRATED])


def client_of(side: Side, road: Road, **options: Any) -> Any:
    return side.client(transport=road, **options)


@OFFERS
@pytest.mark.parametrize("fault", ACTING)
def test_a_go_live_whose_answer_was_lost_is_found(
    side: Side, emulator: Emulator, offer: str, fault: Fault
) -> None:
    road = Road(emulator, {("golive", 1): fault})
    operation = side.get(client_of(side, road).begin_go_live("contoso", offer))
    assert operation.adopted
    assert side.get(operation.result()).state is State.SUCCEEDED
    assert road.count("golive") == 1
    assert emulator.accepted("contoso", offer) == 1


@OFFERS
@pytest.mark.parametrize("fault", [dropped, answers(500), answers(502), answers(504), answers(503)])
def test_a_go_live_that_may_have_begun_is_not_sent_again(
    side: Side, emulator: Emulator, offer: str, fault: Fault
) -> None:
    road = Road(emulator, {("golive", 1): fault})
    client = client_of(side, road)
    with pytest.raises(SubmissionUncertain, match="again is safe"):
        side.get(client.begin_go_live("contoso", offer))
    assert road.count("golive") == 1
    assert sum(side.clock.slept) == pytest.approx(RetryPolicy().reconcile_for)
    assert 3 <= road.count("submissions") <= 45
    # What the message promises: the same call again.
    assert not side.get(client.begin_go_live("contoso", offer)).adopted
    assert emulator.accepted("contoso", offer) == 1


def test_what_appears_late_is_found(side: Side, emulator: Emulator) -> None:
    """The service is still busy accepting when the client looks for the first times."""

    def late(request: httpx.Request, serve: Callable[[], httpx.Response]) -> httpx.Response:
        began = side.clock.time

        def accept(time: float) -> None:
            if time - began > 60 and not emulator.accepted("contoso", MIGRATED):
                emulator.market.go_live(emulator.market.offer("contoso", MIGRATED))

        side.clock.on_sleep = accept
        raise httpx.ReadTimeout("timed out", request=request)

    road = Road(emulator, {("golive", 1): late})
    assert side.get(client_of(side, road).begin_go_live("contoso", MIGRATED)).adopted
    assert emulator.accepted("contoso", MIGRATED) == 1


@pytest.mark.parametrize("verb", BEGIN)
@pytest.mark.parametrize(
    "fault", [refused, answers(429), answers(503, **{"Retry-After": "7"})], ids=["refused", "429", "503"]
)
def test_what_was_certainly_not_acted_on_is_sent_again(
    side: Side, emulator: Emulator, verb: str, fault: Fault
) -> None:
    road = Road(emulator, {(verb, 1): fault, (verb, 2): fault})
    client = client_of(side, road)
    if verb == "cancel":
        side.get(client.begin_go_live("contoso", MIGRATED))
    side.get(getattr(client, BEGIN[verb])("contoso", MIGRATED))
    assert road.count(verb) == 3


@pytest.mark.parametrize("verb", BEGIN)
@pytest.mark.parametrize(
    ("fault", "error"),
    [
        (refused, ServiceUnreachable),
        (answers(429), Throttled),
        (answers(503, **{"Retry-After": "7"}), ServiceFault),
    ],
    ids=["refused", "429", "503"],
)
@pytest.mark.parametrize("attempts", [1, 5])
def test_the_number_of_requests_is_what_the_policy_says(
    side: Side, emulator: Emulator, verb: str, fault: Fault, error: type[Exception], attempts: int
) -> None:
    road = Road(emulator, always={verb: fault})
    client = client_of(side, road, retry=RetryPolicy(max_attempts=attempts))
    with pytest.raises(error):
        side.get(getattr(client, BEGIN[verb])("contoso", MIGRATED))
    assert road.count(verb) == attempts
    assert not emulator.market.accepted


@pytest.mark.parametrize("attempts", [1, 3, 5])
@pytest.mark.parametrize("fault", [refused, dropped, answers(500), answers(429), answers(599)])
@pytest.mark.parametrize("method", ["submissions", "offer_status", "begin_go_live", "refresh"])
def test_reads_are_repeated_as_often_as_the_policy_says(
    side: Side, emulator: Emulator, method: str, fault: Fault, attempts: int
) -> None:
    road = Road(emulator, always={"submissions": fault, "status": fault, "poll": fault})
    client = client_of(side, road, retry=RetryPolicy(max_attempts=attempts))

    def ask() -> Any:
        if method == "refresh":
            return side.get(client.operation("/api/operations/a$b$2$preview").refresh())
        return side.get(getattr(client, method)("contoso", MIGRATED))

    with pytest.raises((ServiceUnreachable, ServiceFault, Throttled)):
        ask()
    assert len(road.seen) == attempts
    assert len(side.clock.slept) == attempts - 1
    assert emulator.accepted("contoso", MIGRATED) == 0


@pytest.mark.parametrize("status", [400, 401, 403, 404, 412, 422])
def test_what_is_refused_is_not_repeated(side: Side, emulator: Emulator, status: int) -> None:
    road = Road(emulator, always={"status": answers(status)})
    with pytest.raises(Exception, match=str(status)):
        side.get(client_of(side, road).offer_status("contoso", MIGRATED))
    assert len(road.seen) == 1


def test_retry_after_is_obeyed_within_its_bound(side: Side, emulator: Emulator) -> None:
    road = Road(
        emulator,
        {
            ("status", 1): answers(429, **{"Retry-After": "40"}),
            ("status", 2): answers(503, **{"Retry-After": "99999"}),
        },
    )
    side.get(client_of(side, road).offer_status("contoso", MIGRATED))
    assert side.clock.slept == [40, 120]


@pytest.mark.parametrize("verb", ["golive", "publish"])
def test_retry_after_is_obeyed_before_a_beginning_is_repeated(
    side: Side, emulator: Emulator, verb: str
) -> None:
    road = Road(emulator, {(verb, 1): answers(503, **{"Retry-After": "40"})})
    side.get(getattr(client_of(side, road), BEGIN[verb])("contoso", MIGRATED))
    assert side.clock.slept == [40]


def test_a_lost_answer_is_logged(
    side: Side, emulator: Emulator, caplog: pytest.LogCaptureFixture
) -> None:
    road = Road(emulator, {("golive", 1): lost})
    side.get(client_of(side, road).begin_go_live("contoso", MIGRATED))
    (warning,) = [record.getMessage() for record in caplog.records if record.levelno == logging.WARNING]
    assert warning.startswith(
        "Response lost; checking for up to 8 min whether the operation was started: No answer to POST"
    )


def test_retry_after_as_a_date_is_obeyed(side: Side, emulator: Emulator) -> None:
    side.clock.time = 1_792_567_680.0 - 45
    date = answers(429, **{"Retry-After": "Wed, 21 Oct 2026 07:28:00 GMT"})
    road = Road(emulator, {("status", 1): date, ("poll", 1): date})
    client = client_of(side, road)
    side.get(client.offer_status("contoso", MIGRATED))
    assert side.clock.slept == [45]
    operation = side.get(client.begin_go_live("contoso", MIGRATED))
    side.clock.time -= 45
    side.get(operation.wait())
    assert side.clock.slept[1] == 45


def test_repetitions_are_spread_over_the_whole_pause(side: Side, emulator: Emulator) -> None:
    road = Road(emulator, always={"status": dropped})
    client = client_of(side, road, retry=RetryPolicy(max_attempts=60))
    with pytest.raises(ServiceUnreachable):
        side.get(client.offer_status("contoso", MIGRATED))
    for failed, pause in enumerate(side.clock.slept, start=1):
        assert 0 <= pause <= min(0.5 * 2 ** (failed - 1), 30)
    late = side.clock.slept[10:]
    assert min(late) < 5
    assert max(late) > 25


def test_failed_polls_are_repeated_soon_at_first(side: Side, emulator: Emulator) -> None:
    road = Road(emulator)
    operation = side.get(client_of(side, road).begin_go_live("contoso", MIGRATED))
    side.get(operation.refresh())
    side.clock.sleep(3600)
    began = len(side.clock.slept)
    road.always = {"poll": dropped}
    with pytest.raises(ServiceUnreachable):
        side.get(operation.wait())
    pauses = side.clock.slept[began : began + 9]
    for failed, pause in enumerate(pauses, start=1):
        assert 0.5 * 0.5 * 2 ** (failed - 1) <= pause <= 0.5 * 2 ** (failed - 1)


def test_a_poll_is_repeated_no_sooner_than_the_service_asks(side: Side, emulator: Emulator) -> None:
    road = Road(emulator)
    operation = side.get(client_of(side, road).begin_go_live("contoso", MIGRATED))
    side.get(operation.refresh())
    began = len(side.clock.slept)
    road.always = {"poll": answers(429, **{"Retry-After": "3000"})}
    with pytest.raises(WaitTimeout):
        side.get(operation.wait(3 * 3600))
    # The first is the ordinary one; the last is cut short by the deadline.
    assert side.clock.slept[began + 1 : -1] == [3000] * 3


def test_a_lost_answer_is_looked_for_soon_at_first(side: Side, emulator: Emulator) -> None:
    road = Road(emulator, {("golive", 1): dropped})
    with pytest.raises(SubmissionUncertain):
        side.get(client_of(side, road).begin_go_live("contoso", MIGRATED))
    *pauses, last = side.clock.slept
    for looks, pause in enumerate(pauses, start=1):
        bound = min(0.5 * 2 ** (looks - 1), 30)
        assert bound / 2 <= pause <= bound
    assert 0 < last <= 30
    assert sum(side.clock.slept) == pytest.approx(RetryPolicy().reconcile_for)


def test_an_outage_right_after_the_beginning_is_survived(side: Side, emulator: Emulator) -> None:
    road = Road(emulator, {("poll", n): dropped for n in range(1, 20)})
    operation = side.get(client_of(side, road).begin_go_live("contoso", MIGRATED))
    assert side.get(operation.result()).state is State.SUCCEEDED


def test_a_thread_that_woke_up_late_does_not_ask_again(clock: VirtualClock, emulator: Emulator) -> None:
    road = Road(emulator)
    policy = PollingPolicy(min_delay=1000, max_delay=1000, jitter=0)
    with GoLiveClient(TOKEN, endpoint=LOCAL, transport=road, clock=clock, polling=policy) as client:
        operation = client.begin_go_live("contoso", MIGRATED)
        operation.refresh()
        asked: list[float] = []

        def another(time: float) -> None:
            # While this thread slept, another one asked.
            if not asked:
                asked.append(time)
                operation.refresh()

        clock.on_sleep = another
        with pytest.raises(WaitTimeout):
            operation.wait(1500)
    assert road.count("poll") == 3, "one before, one by the other thread, one at the deadline"


def test_of_two_callers_at_once_the_loser_adopts(side: Side, emulator: Emulator) -> None:
    def overtaken(request: httpx.Request, serve: Callable[[], httpx.Response]) -> httpx.Response:
        emulator.market.go_live(emulator.market.offer("contoso", MIGRATED))
        return httpx.Response(400, json={"error": {"code": "OperationInProgress", "message": "m"}})

    road = Road(emulator, {("golive", 1): overtaken})
    operation = side.get(client_of(side, road).begin_go_live("contoso", MIGRATED))
    assert operation.adopted
    assert emulator.accepted("contoso", MIGRATED) == 1


@OFFERS
def test_what_runs_is_adopted_without_asking_to_begin(side: Side, offer: str) -> None:
    emulator = Emulator(speed=1, clock=side.clock.monotonic, list_delay=0)
    road = Road(emulator)
    client = client_of(side, road)
    side.get(client.begin_go_live("contoso", offer))
    assert side.get(client.begin_go_live("contoso", offer)).adopted
    assert road.count("golive") == 1


def test_a_refusal_with_nothing_to_adopt_stays_a_refusal(side: Side, emulator: Emulator) -> None:
    road = Road(emulator)
    with pytest.raises(RequestRefused, match="OfferNotInPreview"):
        side.get(client_of(side, road).begin_go_live("contoso", "contoso-draft"))
    assert road.count("golive") == 1


@pytest.mark.parametrize("fault", ACTING)
def test_a_publish_whose_answer_was_lost_is_found(side: Side, emulator: Emulator, fault: Fault) -> None:
    road = Road(emulator, {("publish", 1): fault})
    operation = side.get(client_of(side, road).begin_publish("contoso", "contoso-draft"))
    assert side.get(operation.result()).ready_to_go_live
    assert road.count("publish") == 1


@pytest.mark.parametrize("fault", [dropped, lost])
def test_an_older_publish_is_not_taken_for_one_whose_answer_was_lost(side: Side, fault: Fault) -> None:
    emulator = Emulator(speed=1, clock=side.clock.monotonic, habits=["publish-goes-on"])
    road = Road(emulator, {("publish", 1): fault})
    with pytest.raises(SubmissionUncertain):
        side.get(client_of(side, road).begin_publish("contoso", MIGRATED))
    assert road.count("publish") == 1


def test_a_cancellation_whose_answer_was_lost_is_seen_when_it_took_effect(
    side: Side, emulator: Emulator
) -> None:
    road = Road(emulator, {("cancel", 1): lost})
    client = client_of(side, road)
    operation = side.get(client.begin_go_live("contoso", MIGRATED))
    assert side.get(side.get(operation.cancel()).result()).state is State.CANCELED
    assert road.count("cancel") == 1


def test_a_cancellation_that_is_not_seen_is_uncertain(side: Side, emulator: Emulator) -> None:
    road = Road(emulator, {("cancel", 1): dropped, ("cancel", 2): dropped})
    client = client_of(side, road)
    with pytest.raises(SubmissionUncertain):
        side.get(client.begin_cancel("contoso", "contoso-draft"))
    operation = side.get(client.begin_go_live("contoso", MIGRATED))
    with pytest.raises(SubmissionUncertain):
        side.get(operation.cancel())


def test_looking_for_a_lost_answer_survives_an_outage(side: Side, emulator: Emulator) -> None:
    faults: dict[tuple[str, int], Fault] = {("submissions", n): dropped for n in range(2, 6)}
    road = Road(emulator, {("golive", 1): lost, **faults})
    assert side.get(client_of(side, road).begin_go_live("contoso", MIGRATED)).adopted
    assert emulator.accepted("contoso", MIGRATED) == 1


def test_an_error_while_looking_does_not_hide_that_something_may_have_begun(
    side: Side, emulator: Emulator
) -> None:
    road = Road(emulator, {("golive", 1): lost, ("submissions", 2): answers(401)})
    with pytest.raises(SubmissionUncertain, match="safe after") as caught:
        side.get(client_of(side, road).begin_go_live("contoso", MIGRATED))
    assert road.count("submissions") == 2, "what will not pass is not asked again and again"
    baseline = caught.value.baseline
    assert baseline is not None
    assert side.get(client_of(side, road).begin_go_live("contoso", MIGRATED, baseline=baseline)).adopted
    assert road.count("golive") == 1


FAILED_POLLS = [refused, dropped, answers(500), answers(429), answers(502), answers(599)]


@OFFERS
@pytest.mark.parametrize("fault", FAILED_POLLS)
def test_an_outage_during_the_wait_is_survived(
    side: Side, emulator: Emulator, offer: str, fault: Fault
) -> None:
    road = Road(emulator)
    operation = side.get(client_of(side, road).begin_go_live("contoso", offer))
    began = side.clock.time

    def outage(time: float) -> None:
        road.always = {"poll": fault} if 3600 < time - began < 5 * 3600 else {}

    side.clock.on_sleep = outage
    assert side.get(operation.result()).state is State.SUCCEEDED
    assert road.count("golive") == 1


@pytest.mark.parametrize("fault", FAILED_POLLS)
@pytest.mark.parametrize("method", ["wait", "result", "updates"])
def test_an_outage_beyond_the_limit_ends_the_wait(
    side: Side, emulator: Emulator, fault: Fault, method: str
) -> None:
    road = Road(emulator)
    client = client_of(side, road, polling=PollingPolicy(outage_limit=timedelta(hours=2)))
    operation = side.get(client.begin_go_live("contoso", MIGRATED))
    side.get(operation.refresh())
    road.always = {"poll": fault}
    began, polls = side.clock.time, road.count("poll")

    def follow() -> Any:
        return side.updates(operation) if method == "updates" else side.get(getattr(operation, method)())

    with pytest.raises(
        ServiceUnreachable, match=r"No usable response from the service for 2\.\d hours"
    ) as caught:
        follow()
    assert caught.value.continuation_token == operation.continuation_token()
    assert (caught.value.method, caught.value.url) == ("GET", LOCAL + operation.ref.path)
    assert caught.value.sent
    hours = (side.clock.time - began) / 3600
    assert f"for {hours:.1f} hours" in str(caught.value)
    assert 2 * 3600 <= side.clock.time - began <= 2.2 * 3600
    # Some polls in quick succession, then the pace of the schedule: no storm.
    assert 10 < road.count("poll") - polls < 400
    assert operation.status.state is State.RUNNING


def test_what_never_answered_is_waited_for_as_long_as_an_outage(side: Side, emulator: Emulator) -> None:
    road = Road(emulator, always={"poll": refused})
    client = client_of(side, road, polling=PollingPolicy(outage_limit=3600))
    operation = client.operation("/api/operations/a$b$2$preview")
    with pytest.raises(
        ServiceUnreachable, match=r"No usable response from the service for 1\.\d hours"
    ) as caught:
        side.get(operation.wait())
    assert caught.value.continuation_token == operation.continuation_token()


def test_a_single_refusal_ends_the_wait(side: Side, emulator: Emulator) -> None:
    road = Road(emulator, {("poll", 3): answers(403)})
    operation = side.get(client_of(side, road).begin_go_live("contoso", MIGRATED))
    with pytest.raises(Exception, match="403") as caught:
        side.get(operation.wait())
    assert getattr(caught.value, "continuation_token", None) == operation.continuation_token()


def test_a_timeout_within_an_outage(side: Side, emulator: Emulator) -> None:
    road = Road(emulator)
    operation = side.get(client_of(side, road).begin_go_live("contoso", MIGRATED))
    side.get(operation.refresh())
    road.always = {"poll": dropped}
    with pytest.raises(WaitTimeout):
        side.get(operation.wait(600))
    assert sum(side.clock.slept) == pytest.approx(600)


def test_an_answer_that_is_garbage_for_a_while_is_survived(side: Side, emulator: Emulator) -> None:
    def portal(request: httpx.Request, serve: Callable[[], httpx.Response]) -> httpx.Response:
        return httpx.Response(200, html="<html>Please sign in</html>")

    road = Road(emulator, {("poll", 2): portal, ("poll", 3): portal})
    operation = side.get(client_of(side, road).begin_go_live("contoso", MIGRATED))
    assert side.get(operation.result()).state is State.SUCCEEDED


def test_a_credential_that_fails_during_the_wait_is_survived(side: Side, emulator: Emulator) -> None:
    broken = False

    def credential() -> str:
        if broken:
            raise RuntimeError("the directory is down")
        return TOKEN

    road = Road(emulator)
    operation = side.get(side.client(credential, transport=road).begin_go_live("contoso", MIGRATED))
    began = side.clock.time

    def moods(time: float) -> None:
        nonlocal broken
        broken = 3600 < time - began < 2 * 3600

    side.clock.on_sleep = moods
    assert side.get(operation.result()).state is State.SUCCEEDED


def test_a_credential_that_never_worked_is_not(side: Side, emulator: Emulator) -> None:
    def credential() -> str:
        raise RuntimeError("not logged in")

    operation = side.of(emulator, credential).operation("/api/operations/a$b$2$preview")
    with pytest.raises(CredentialError):
        side.get(operation.wait())
    assert side.clock.slept == []


def test_threads_may_wait_for_the_same_operation(clock: VirtualClock, emulator: Emulator) -> None:
    road = Road(emulator)
    with GoLiveClient(TOKEN, endpoint=LOCAL, transport=road, clock=clock) as client:
        operation = client.begin_go_live("contoso", MIGRATED)
        outcomes: list[State] = []
        threads = [
            threading.Thread(target=lambda: outcomes.append(operation.wait().state)) for _ in range(4)
        ]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(60)
    assert outcomes == [State.SUCCEEDED] * 4


BOMB = gzip.compress(b"\0" * 50_000_000)


def endless() -> Iterator[bytes]:
    while True:
        yield b" " * 65_536


@define
class Oversized(httpx.SyncByteStream, httpx.AsyncByteStream):
    """A body without an end, which counts how much of it was taken."""

    taken: int = 0
    closed: bool = False

    def __iter__(self) -> Iterator[bytes]:
        for chunk in endless():
            self.taken += len(chunk)
            yield chunk

    async def __aiter__(self) -> Any:
        for chunk in endless():
            self.taken += len(chunk)
            yield chunk

    def close(self) -> None:
        self.closed = True

    async def aclose(self) -> None:
        self.closed = True


@pytest.mark.parametrize(("status", "kind"), [(200, UnexpectedAnswer), (502, ServiceFault)])
def test_a_body_without_an_end_is_read_up_to_a_bound(
    side: Side, status: int, kind: type[Exception]
) -> None:
    bodies: list[Oversized] = []

    def answer(request: httpx.Request) -> httpx.Response:
        bodies.append(Oversized())
        return httpx.Response(status, stream=bodies[-1])

    client = side.client(transport=httpx.MockTransport(answer), retry=RetryPolicy(max_attempts=1))
    with pytest.raises(kind):
        side.get(client.offer_status("contoso", MIGRATED))
    (body,) = bodies
    assert body.taken <= 17 * 1024 * 1024
    assert body.closed


@pytest.mark.parametrize(("status", "kind"), [(200, UnexpectedAnswer), (502, ServiceFault)])
def test_a_compressed_bomb_is_not_unfolded(side: Side, status: int, kind: type[Exception]) -> None:
    def answer(request: httpx.Request) -> httpx.Response:
        assert request.headers["Accept-Encoding"] == "identity"
        stream = httpx.ByteStream(BOMB)
        return httpx.Response(status, headers={"Content-Encoding": "gzip"}, stream=stream)

    client = side.client(transport=httpx.MockTransport(answer))
    with pytest.raises(kind) as caught:
        side.get(client.offer_status("contoso", MIGRATED))
    assert len(str(caught.value)) < 1000


def test_what_is_logged(side: Side, emulator: Emulator, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG, "golive")
    emulator.market.tokens[SECRET] = None
    road = Road(emulator, {("poll", 2): dropped})
    operation = side.get(side.client(SECRET, transport=road).begin_go_live("contoso", MIGRATED))
    side.get(operation.result())
    ours = [record for record in caplog.records if record.name == "golive"]
    requests = [record for record in ours if record.levelno == logging.DEBUG]
    assert len(requests) == len(road.seen)
    assert sum("/golive: 202, correlation id " in record.getMessage() for record in requests) == 1
    told = [record.getMessage() for record in ours if record.levelno == logging.INFO]
    assert [text.rpartition(" is ")[2] for text in told] == [
        "running ('running')",
        "succeeded ('succeeded')",
    ]
    (warning,) = [record.getMessage() for record in ours if record.levelno == logging.WARNING]
    assert warning.startswith("Could not read the status; trying again: No answer to GET")
    assert SECRET not in caplog.text


@pytest.mark.parametrize(
    ("arguments", "complaint"),
    [
        ({"max_attempts": 0}, "max_attempts must be a whole number from 1"),
        ({"max_attempts": 1.5}, "max_attempts must be a whole number from 1"),
        ({"max_attempts": True}, "max_attempts must be a whole number from 1"),
        ({"base_delay": -1}, r"^RetryPolicy\.base_delay must be from 0 to 100 years"),
        ({"listed_within": "1h"}, r"^RetryPolicy\.\w+ must be a timedelta or a number"),
    ],
)
def test_nonsensical_policies(arguments: dict[str, Any], complaint: str) -> None:
    with pytest.raises(InvalidInput, match=complaint):
        RetryPolicy(**arguments)


@pytest.mark.parametrize(
    ("failed", "bound"), [(1, 0.5), (2, 1), (3, 2), (7, 30), (60, 30), (10_000, 30)]
)
def test_backoff_doubles_up_to_its_ceiling(failed: int, bound: float) -> None:
    policy = RetryPolicy()
    assert policy.pause(failed, vary=lambda low, high: high) == bound
    assert policy.pause(failed, vary=lambda low, high: low) == 0
    assert 0 <= policy.pause(failed) <= bound
    assert policy.pause(failed, retry_after=45) == 45
    assert policy.pause(failed, retry_after=1e9) == 120
