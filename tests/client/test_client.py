"""The two clients against the emulator: the whole path, and each turn that it can take."""

from __future__ import annotations

import asyncio
import inspect
import json
from collections.abc import Callable
from datetime import timedelta
from itertools import pairwise
from typing import Any

import anyio
import httpx
import pytest
from httpx_aiohttp import AiohttpTransport

from conftest import LOCAL, MIGRATED, NON_MIGRATED, Side, VirtualClock
from golive import (
    AsyncGoLiveClient,
    GoLiveClient,
    InvalidInput,
    InvalidLocation,
    LocationForm,
    NotCanceled,
    NotFound,
    NothingToCancel,
    OperationCanceled,
    OperationFailed,
    OperationKind,
    PollingPolicy,
    RequestRefused,
    RetryPolicy,
    ServiceFault,
    ServiceUnreachable,
    State,
    SubmissionUncertain,
    UnexpectedAnswer,
    WaitTimeout,
)
from golive.emulator import TOKEN, Emulator, Scenario
from golive.emulator.market import SIGN_OFF, STAGES

DAY = 86_400.0
OPERATION = "/api/operations/contoso$contoso-offer$2$preview"
DATE, DATE_LESS_45 = "Wed, 21 Oct 2026 07:28:00 GMT", 1_792_567_680.0 - 45


def begin(side: Side, emulator: Emulator, offer: str = MIGRATED) -> Any:
    return side.get(side.of(emulator).begin_go_live("contoso", offer))


def listed(side: Side) -> None:
    """Let the time pass after which the list shows what was accepted."""
    side.clock.time += 150


@pytest.mark.parametrize(
    ("offer", "form"), [(MIGRATED, LocationForm.MIGRATED), (NON_MIGRATED, LocationForm.NON_MIGRATED)]
)
def test_a_go_live_from_beginning_to_end(
    side: Side, emulator: Emulator, offer: str, form: LocationForm
) -> None:
    client = side.of(emulator, polling=PollingPolicy())
    operation = side.get(client.begin_go_live("contoso", offer))
    assert operation.ref.form is form
    assert operation.kind is OperationKind.GO_LIVE
    assert not operation.adopted
    assert operation.status.state is State.UNKNOWN
    assert not operation.done

    updates = side.updates(operation)

    assert [status.state for status in updates[:-1]] == [State.RUNNING] * (len(updates) - 1)
    assert updates[-1].state is State.SUCCEEDED
    assert all(one != other for one, other in pairwise(updates))
    assert {status.current_step.id for status in updates if status.current_step} == {
        "publisher-signoff",
        "live",
    }
    assert operation.done
    assert side.get(operation.result()) == operation.status == updates[-1]
    assert emulator.accepted("contoso", offer) == 1
    assert 3 * DAY < sum(side.clock.slept) < 3.1 * DAY


def test_the_addresses_have_the_two_documented_forms(side: Side, emulator: Emulator) -> None:
    migrated = begin(side, emulator, MIGRATED).continuation_token()
    other = begin(side, emulator, NON_MIGRATED).continuation_token()
    head, _, guid = migrated.removesuffix("?api-version=2017-10-31").rpartition("/")
    assert head == f"{LOCAL}/api/publishers/contoso/offers/contoso-offer/operations"
    assert [len(part) for part in guid.split("-")] == [8, 4, 4, 4, 12]
    assert other == (f"{LOCAL}/api/operations/contoso$contoso-legacy$2$preview?api-version=2017-10-31")


@pytest.mark.parametrize("offer", [MIGRATED, NON_MIGRATED])
def test_another_process_goes_on_with_the_token(side: Side, emulator: Emulator, offer: str) -> None:
    token = begin(side, emulator, offer).continuation_token()
    operation = side.of(emulator).operation(token)
    assert operation.continuation_token() == token
    assert side.get(operation.wait()).state is State.SUCCEEDED
    assert emulator.accepted("contoso", offer) == 1


@pytest.mark.parametrize("offer", [MIGRATED, NON_MIGRATED])
def test_a_go_live_that_runs_is_adopted(side: Side, emulator: Emulator, offer: str) -> None:
    begin(side, emulator, offer)
    again = begin(side, emulator, offer)
    assert again.adopted
    running = side.get(side.of(emulator).submissions("contoso", offer, state=State.RUNNING))
    assert [(entry.submission_type, entry.ref) for entry in running] == [("goLive", again.ref)]
    assert side.get(again.result()).state is State.SUCCEEDED
    assert emulator.accepted("contoso", offer) == 1


def test_a_go_live_that_is_over_is_not_adopted(side: Side, emulator: Emulator) -> None:
    side.get(begin(side, emulator).wait())
    with pytest.raises(RequestRefused, match="not in preview"):
        begin(side, emulator)


def test_a_go_live_that_was_accepted_and_has_not_begun_is_adopted(
    side: Side, emulator: Emulator
) -> None:
    first = begin(side, emulator)
    listed(side)

    def edit(request: httpx.Request, body: Any) -> Any:
        if "/submissions/" in request.url.path:
            return [{**entry, "submissionState": "notStarted"} for entry in body]
        return body

    client = side.client(transport=rewriting(emulator, edit))
    again = side.get(client.begin_go_live("contoso", MIGRATED))
    assert again.adopted
    assert again.continuation_token() == first.continuation_token()
    assert emulator.app.counts["golive"] == 1


def rewriting(emulator: Emulator, edit: Callable[[httpx.Request, Any], Any]) -> Any:
    """Return a transport into the emulator that changes the JSON of its answers."""

    class Rewriting(httpx.BaseTransport, httpx.AsyncBaseTransport):
        def __init__(self) -> None:
            self._inner = emulator.transport()

        def handle_request(self, request: httpx.Request) -> httpx.Response:
            response = self._inner.handle_request(request)
            response.read()
            return self._edit(request, response)

        async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
            response = await self._inner.handle_async_request(request)
            await response.aread()
            return self._edit(request, response)

        def _edit(self, request: httpx.Request, response: httpx.Response) -> httpx.Response:
            if request.method == "GET" and response.status_code == 200:
                return httpx.Response(200, json=edit(request, response.json()))
            return response

    return Rewriting()


def test_a_go_live_is_adopted_even_if_the_service_calls_it_publish(
    side: Side, emulator: Emulator
) -> None:
    first = begin(side, emulator)

    def edit(request: httpx.Request, body: Any) -> Any:
        if "/submissions/" in request.url.path:
            # The ended publish comes first.
            return [{**entry, "submissionType": "publish"} for entry in reversed(body)]
        return body

    client = side.client(transport=rewriting(emulator, edit))
    again = side.get(client.begin_go_live("contoso", MIGRATED))
    assert again.adopted
    assert again.continuation_token() == first.continuation_token()
    assert emulator.accepted("contoso", MIGRATED) == 1


def test_an_operation_inside_an_array_and_new_words_are_understood(
    side: Side, emulator: Emulator
) -> None:
    def edit(request: httpx.Request, body: Any) -> Any:
        if "/operations/" in request.url.path:
            if body["status"] == "running":
                body["status"] = "Nearly There"
            return [body]
        return body

    client = side.client(transport=rewriting(emulator, edit))
    operation = side.get(client.begin_go_live("contoso", MIGRATED))
    updates = side.updates(operation)
    assert {(status.state, status.word) for status in updates[:-1]} == {(State.UNKNOWN, "Nearly There")}
    assert updates[-1].state is State.SUCCEEDED


def test_a_waiting_publish_is_no_obstacle_and_a_running_one_is(side: Side, emulator: Emulator) -> None:
    client = side.of(emulator)
    publish = side.get(client.begin_publish("contoso", "contoso-draft"))
    with pytest.raises(RequestRefused, match="OperationInProgress"):
        side.get(client.begin_go_live("contoso", "contoso-draft"))
    side.get(publish.result())
    assert not side.get(client.begin_go_live("contoso", "contoso-draft")).adopted


@pytest.mark.parametrize("offer", ["contoso-draft", MIGRATED])
@pytest.mark.parametrize(
    ("habits", "state"), [((), State.SUCCEEDED), (["publish-goes-on"], State.RUNNING)], ids=str
)
def test_a_publish_is_over_when_it_waits_for_its_publisher(
    side: Side, offer: str, habits: list[str], state: State
) -> None:
    emulator = Emulator(speed=1, clock=side.clock.monotonic, habits=habits)
    client = side.of(emulator)
    operation = side.get(
        client.begin_publish("contoso", offer, notification_emails=["a@x.example", "b@x.example"])
    )
    assert operation.kind is OperationKind.PUBLISH
    status = side.get(operation.result())
    assert status.state is state
    assert status.ready_to_go_live
    assert operation.done
    assert side.get(client.offer_status("contoso", offer)).ready_to_go_live


def test_a_publish_that_fails(side: Side, clock: VirtualClock) -> None:
    client = side.of(Emulator(speed=1, clock=clock.monotonic, scenario=Scenario.FAIL))
    operation = side.get(client.begin_publish("contoso", "contoso-draft"))
    with pytest.raises(OperationFailed, match="The operation failed"):
        side.get(operation.result())


def test_what_a_publish_waits_for_survives_in_the_token(side: Side, emulator: Emulator) -> None:
    client = side.of(emulator)
    token = side.get(client.begin_publish("contoso", "contoso-draft")).continuation_token()
    assert token.endswith("#publish")
    assert side.get(client.operation(token).result()).ready_to_go_live


def test_the_latest_operation_of_an_offer(side: Side, emulator: Emulator) -> None:
    client = side.of(emulator)

    def latest() -> Any:
        return side.get(client.latest_operation("contoso", "contoso-draft"))

    assert latest() is None
    published = side.get(client.begin_publish("contoso", "contoso-draft"))
    listed(side)
    assert latest().continuation_token() == published.continuation_token()
    side.get(latest().result())
    assert latest().kind is OperationKind.PUBLISH
    gone_live = side.get(client.begin_go_live("contoso", "contoso-draft"))
    listed(side)
    # The service runs one operation of an offer at a time; the list holds the older ones, too.
    assert latest().continuation_token() == gone_live.continuation_token()
    side.get(gone_live.result())
    assert (latest().kind, latest().adopted) == (OperationKind.GO_LIVE, False)
    assert side.get(latest().result()).state is State.SUCCEEDED
    assert emulator.accepted("contoso", "contoso-draft") == 1


def test_what_runs_comes_before_what_changed_last(side: Side) -> None:
    def entry(number: int, state: str, changed: str | None) -> dict[str, Any]:
        more = {} if changed is None else {"changedTime": changed}
        return {"id": f"{number:08}-0000-0000-0000-000000000000", "submissionType": "goLive"} | {
            "submissionState": state,
            **more,
        }

    def latest(*entries: dict[str, Any]) -> str:
        transport = httpx.MockTransport(lambda request: httpx.Response(200, json=list(entries)))
        client = side.client(transport=transport)
        operation: str = side.get(client.latest_operation("contoso", MIGRATED)).ref.operation_id
        return operation[:8].lstrip("0")

    old, new, running = (
        entry(1, "completed", "2026-01-01T00:00:00Z"),
        entry(2, "failed", "2026-02-01T00:00:00Z"),
        entry(3, "inProgress", None),
    )
    assert latest(old, new) == latest(new, old) == "2"
    unknown = entry(4, "completed", None)
    assert latest(unknown, old) == latest(old, unknown) == "1"
    assert latest(old, running, new) == "3"


def test_the_latest_operation_is_found_and_followed_through_trouble(
    side: Side, clock: VirtualClock
) -> None:
    # To find it takes a look at it, which is repeated a few times; to follow it bears any outage.
    faults = ["500@submissions:1", "500@status:1", "500@poll:1-4", "500@poll:6-14"]
    emulator = Emulator(speed=1, clock=clock.monotonic, faults=faults)
    operation = side.get(side.of(emulator).latest_operation("contoso", MIGRATED))
    assert operation.kind is OperationKind.PUBLISH
    assert side.get(operation.result()).ready_to_go_live


def test_when_the_service_is_asked_next(side: Side, emulator: Emulator) -> None:
    operation = begin(side, emulator)
    assert operation.next_poll_in == 0
    side.get(operation.refresh())
    assert 27 <= operation.next_poll_in <= 33
    side.clock.sleep(20)
    assert 7 <= operation.next_poll_in <= 13
    side.clock.sleep(20)
    assert operation.next_poll_in == 0


def test_notification_mails_are_sent_as_documented(side: Side, emulator: Emulator) -> None:
    client = side.of(emulator)
    side.get(client.begin_cancel("contoso", NON_MIGRATED))
    publish = client.begin_publish(
        "contoso", NON_MIGRATED, notification_emails=("a@x.example", "b@x.example")
    )
    operation = side.get(publish)
    assert side.get(operation.refresh()).notification_emails == "a@x.example,b@x.example"
    listed(side)
    entry = side.get(client.submissions("contoso", NON_MIGRATED))[0]
    assert entry.emails == "a@x.example,b@x.example"


def test_notification_mails_of_a_cancellation(side: Side, emulator: Emulator) -> None:
    sent: list[bytes] = []

    def edit(request: httpx.Request, body: Any) -> Any:
        return body

    class Listening(type(rewriting(emulator, edit))):  # type: ignore[misc]
        def handle_request(self, request: httpx.Request) -> Any:
            sent.append(request.read())
            return super().handle_request(request)

        async def handle_async_request(self, request: httpx.Request) -> Any:
            sent.append(await request.aread())
            return await super().handle_async_request(request)

    client = side.client(transport=Listening())
    side.get(client.begin_cancel("contoso", MIGRATED, notification_emails=["a@x.example"]))
    assert json.loads(sent[-1]) == {"metadata": {"notification-emails": "a@x.example"}}


@pytest.mark.parametrize("addresses", ["a@x.example", [""], ["nobody"], ["a@x,b@x"], [7], 7, ["a@x\n"]])
def test_malformed_notification_lists(side: Side, emulator: Emulator, addresses: Any) -> None:
    with pytest.raises(InvalidInput, match="notification"):
        side.get(side.of(emulator).begin_publish("contoso", MIGRATED, notification_emails=addresses))


@pytest.mark.parametrize(
    ("scenario", "error"),
    [(Scenario.FAIL, OperationFailed), (Scenario.CANCEL, OperationCanceled)],
)
def test_an_operation_without_success(
    side: Side, clock: VirtualClock, scenario: Scenario, error: type[OperationFailed]
) -> None:
    operation = begin(side, Emulator(speed=1, clock=clock.monotonic, scenario=scenario))
    status = side.get(operation.wait())
    assert status.state.is_terminal
    with pytest.raises(error) as caught:
        side.get(operation.result())
    assert caught.value.status == status
    assert caught.value.continuation_token == operation.continuation_token()


def test_a_failure_says_why_and_where(side: Side, clock: VirtualClock) -> None:
    operation = begin(side, Emulator(speed=1, clock=clock.monotonic, scenario=Scenario.FAIL))
    with pytest.raises(OperationFailed) as caught:
        side.get(operation.result())
    assert str(caught.value) == (
        "The operation failed in the step 'Live': The offer was rejected; The logo is too small: it"
        " must be at least 216 px. Fix the offer, publish it again, then go live."
    )


@pytest.mark.parametrize(
    ("body", "told"),
    [
        ({"status": "failed"}, "The operation failed: the service gave no reason. "),
        (
            {"status": "failed", "messages": [{"messageHtml": "no logo...", "level": "Error"}, "fyi"]},
            "The operation failed: no logo. ",
        ),
        ({"status": "canceled"}, "The operation was canceled. "),
    ],
)
def test_an_outcome_is_told_in_one_sentence(side: Side, body: dict[str, Any], told: str) -> None:
    transport = httpx.MockTransport(lambda request: httpx.Response(200, json=body))
    operation = side.client(transport=transport).operation("/api/operations/a$b$2$preview")
    with pytest.raises((OperationFailed, OperationCanceled)) as caught:
        side.get(operation.result())
    assert str(caught.value).startswith(told)


@pytest.mark.parametrize("scenario", [Scenario.WAIT, Scenario.HANG])
@pytest.mark.parametrize("method", ["wait", "result", "updates"])
def test_a_timeout_ends_the_wait_and_not_the_operation(
    side: Side, clock: VirtualClock, scenario: Scenario, method: str
) -> None:
    operation = begin(side, Emulator(speed=1, clock=clock.monotonic, scenario=scenario))
    began = clock.time

    def follow(timeout: timedelta) -> Any:
        if method == "updates":
            return side.updates(operation, timeout=timeout)
        return side.get(getattr(operation, method)(timeout=timeout))

    with pytest.raises(WaitTimeout) as caught:
        follow(timedelta(days=10))
    assert clock.time - began == pytest.approx(10 * DAY)
    assert isinstance(caught.value, TimeoutError)
    assert caught.value.status == operation.status
    assert caught.value.continuation_token == operation.continuation_token()
    assert not operation.done


def test_a_timeout_of_zero_asks_once(side: Side, emulator: Emulator) -> None:
    operation = begin(side, emulator)
    with pytest.raises(WaitTimeout, match=r"^Timed out waiting: the operation is still running\."):
        side.get(operation.wait(0))
    assert operation.status.state is State.RUNNING
    assert side.clock.slept == []


def test_at_the_deadline_there_is_a_last_look(side: Side, emulator: Emulator) -> None:
    """An operation that ends between two polls is not missed because the time is up."""
    operation = begin(side, emulator)
    duration = 3 * DAY + 1800
    assert side.get(operation.wait(duration)).state is State.SUCCEEDED
    assert sum(side.clock.slept) == pytest.approx(duration)


def test_a_timeout_tells_the_services_own_word(side: Side) -> None:
    transport = httpx.MockTransport(lambda request: httpx.Response(200, json={"status": "Odd"}))
    operation = side.client(transport=transport).operation("/api/operations/a$b$2$preview")
    with pytest.raises(WaitTimeout, match=r"still unknown \('Odd'\)\."):
        side.get(operation.wait(0))


@pytest.mark.parametrize("timeout", [-1, float("nan"), float("inf"), "1h", True, timedelta(-1)])
def test_malformed_timeouts(side: Side, emulator: Emulator, timeout: Any) -> None:
    operation = begin(side, emulator)
    with pytest.raises(InvalidInput, match="timeout"):
        side.get(operation.wait(timeout))


def test_what_is_known_to_be_over_costs_no_request(side: Side, emulator: Emulator) -> None:
    operation = begin(side, emulator)
    outcome = side.get(operation.wait())
    slept = list(side.clock.slept)
    assert side.get(operation.wait()) is outcome
    assert side.updates(operation) == [outcome]
    assert side.clock.slept == slept


def test_refresh_asks_at_once(side: Side, emulator: Emulator) -> None:
    operation = begin(side, emulator)
    side.clock.time += 2 * DAY
    status = side.get(operation.refresh())
    assert status is operation.status
    assert status.current_step is not None
    assert status.current_step.percent == 65
    assert side.clock.slept == []


def test_plain_iteration(clock: VirtualClock, emulator: Emulator) -> None:
    with GoLiveClient(TOKEN, endpoint=LOCAL, transport=emulator.transport(), clock=clock) as client:
        *_, last = client.begin_go_live("contoso", MIGRATED)
    assert last.state is State.SUCCEEDED

    async def main() -> State:
        async with AsyncGoLiveClient(
            TOKEN, endpoint=LOCAL, transport=emulator.transport(), clock=clock
        ) as client:
            async for status in await client.begin_go_live("contoso", NON_MIGRATED):
                state = status.state
        return state

    assert asyncio.run(main()) is State.SUCCEEDED


def test_the_async_client_runs_on_trio(clock: VirtualClock, emulator: Emulator) -> None:
    async def main() -> State:
        async with AsyncGoLiveClient(
            lambda: TOKEN, endpoint=LOCAL, transport=emulator.transport(), clock=clock
        ) as client:
            operation = await client.begin_go_live("contoso", MIGRATED)
            return (await operation.result()).state

    assert anyio.run(main, backend="trio") is State.SUCCEEDED


def test_a_proxy_of_the_environment_is_not_asked_for_this_machine(
    side: Side, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("http_proxy", "HTTP_PROXY", "ALL_PROXY"):
        monkeypatch.setenv(name, "http://192.0.2.1:3128")
    monkeypatch.delenv("NO_PROXY", raising=False)
    with Emulator().serve() as url:
        client = side.client(endpoint=url)
        assert side.get(client.offer_status("contoso", MIGRATED)).ready_to_go_live


@pytest.mark.parametrize("offer", [MIGRATED, NON_MIGRATED])
def test_cancel(side: Side, emulator: Emulator, offer: str) -> None:
    operation = begin(side, emulator, offer)
    cancellation = side.get(operation.cancel())
    assert cancellation.kind is OperationKind.CANCEL
    assert cancellation.continuation_token() == operation.continuation_token() + "#cancel"
    began = side.clock.time
    assert side.get(cancellation.result()).state is State.CANCELED
    assert 60 <= side.clock.time - began <= 200
    with pytest.raises(OperationCanceled):
        side.get(operation.result())


def test_a_waiting_publish_is_canceled_at_once(side: Side, emulator: Emulator) -> None:
    client = side.of(emulator)
    cancellation = side.get(client.begin_cancel("contoso", MIGRATED))
    assert side.get(cancellation.result()).state is State.CANCELED
    assert side.clock.slept == []
    with pytest.raises(RequestRefused, match="not in preview"):
        side.get(client.begin_go_live("contoso", MIGRATED))


def test_nothing_to_cancel(side: Side, emulator: Emulator) -> None:
    with pytest.raises(NothingToCancel):
        side.get(side.of(emulator).begin_cancel("contoso", "contoso-draft"))


def test_a_cancellation_that_comes_too_late(side: Side, emulator: Emulator) -> None:
    operation = begin(side, emulator)
    side.get(operation.wait())
    cancellation = side.get(operation.cancel())
    with pytest.raises(NotCanceled, match="succeeded before it could be canceled") as caught:
        side.get(cancellation.result())
    assert caught.value.status.state is State.SUCCEEDED


def test_canceling_twice_is_harmless(side: Side, emulator: Emulator) -> None:
    operation = begin(side, emulator)
    both = [side.get(operation.cancel()), side.get(side.of(emulator).begin_cancel("contoso", MIGRATED))]
    assert [side.get(each.result()).state for each in both] == [State.CANCELED] * 2


def test_a_go_live_that_finishes_while_being_canceled(side: Side, emulator: Emulator) -> None:
    operation = begin(side, emulator)
    side.clock.sleep(sum(stage.seconds for stage in STAGES[SIGN_OFF:]) - 30)
    cancellation = side.get(operation.cancel())
    assert side.get(operation.refresh()).state is State.RUNNING
    with pytest.raises(NotCanceled, match="succeeded before") as caught:
        side.get(cancellation.result())
    assert caught.value.continuation_token == cancellation.continuation_token()


def test_canceling_an_offer_whose_go_live_is_over(side: Side, emulator: Emulator) -> None:
    operation = begin(side, emulator)
    side.get(operation.wait())
    # Whether or not there was anything to cancel, the service may answer 202.
    cancellation = side.get(side.of(emulator).begin_cancel("contoso", MIGRATED))
    with pytest.raises(NotCanceled, match="succeeded before"):
        side.get(cancellation.result())


def test_submissions(side: Side, emulator: Emulator) -> None:
    client = side.of(emulator)
    operation = side.get(client.begin_go_live("contoso", MIGRATED))
    listed(side)
    both = side.get(client.submissions("contoso", MIGRATED))
    assert [(entry.submission_type, entry.state) for entry in both] == [
        ("goLive", State.RUNNING),
        ("publish", State.SUCCEEDED),
    ]
    (running,) = side.get(client.submissions("contoso", MIGRATED, state=State.RUNNING))
    assert running.ref == operation.ref
    assert side.get(client.submissions("contoso", MIGRATED, state=State.FAILED)) == ()
    assert side.get(client.operation(running.ref).refresh()).state is State.RUNNING


def test_the_filter_is_sent_as_documented(side: Side) -> None:
    asked: list[str] = []

    def answer(request: httpx.Request) -> httpx.Response:
        asked.append(request.url.query.decode())
        return httpx.Response(200, json=[])

    client = side.client(transport=httpx.MockTransport(answer))
    side.get(client.submissions("contoso", MIGRATED, state=State.RUNNING))
    side.get(client.submissions("contoso", MIGRATED))
    side.get(client.submissions("contoso", MIGRATED, state=State.FAILED))
    # No documented word is known for the others, so these are filtered here alone.
    assert [query.count("status=running") for query in asked] == [1, 0, 0]


@pytest.mark.parametrize(
    ("method", "body", "told"),
    [
        ("submissions", {}, "the body is not what the contract says"),
        ("submissions", "text", "it is text instead of a list of operations"),
        ("offer_status", {"status": 7}, "its status is a number instead of a word"),
    ],
)
def test_what_is_unexpected_is_said(side: Side, method: str, body: Any, told: str) -> None:
    client = side.client(
        transport=httpx.MockTransport(lambda request: httpx.Response(200, json=body)),
        retry=RetryPolicy(max_attempts=1),
    )
    with pytest.raises(UnexpectedAnswer, match=told):
        side.get(getattr(client, method)("contoso", MIGRATED))


def test_ids_are_called_by_their_names(side: Side, emulator: Emulator) -> None:
    with pytest.raises(InvalidInput, match=r"^The publisher id '\.' is malformed"):
        side.get(side.of(emulator).offer_status(".", MIGRATED))
    with pytest.raises(InvalidInput, match=r"^The offer id '\.' is malformed"):
        side.get(side.of(emulator).offer_status("contoso", "."))


def test_a_service_that_ignores_the_filter(side: Side, emulator: Emulator) -> None:
    begin(side, emulator)
    listed(side)

    class Deaf(httpx.BaseTransport, httpx.AsyncBaseTransport):
        inner = emulator.transport()

        def handle_request(self, request: httpx.Request) -> httpx.Response:
            request.url = request.url.copy_remove_param("status")
            return self.inner.handle_request(request)

        async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
            request.url = request.url.copy_remove_param("status")
            return await self.inner.handle_async_request(request)

    client = side.client(transport=Deaf())
    assert len(side.get(client.submissions("contoso", MIGRATED, state=State.RUNNING))) == 1


def test_offer_status(side: Side, emulator: Emulator) -> None:
    client = side.of(emulator)
    fresh = side.get(client.offer_status("contoso", "contoso-draft"))
    assert (fresh.state, fresh.steps, fresh.ready_to_go_live) == (State.NOT_STARTED, (), False)
    waiting = side.get(client.offer_status("contoso", MIGRATED))
    assert (waiting.state, waiting.ready_to_go_live) == (State.RUNNING, True)


@pytest.mark.parametrize("method", ["begin_go_live", "begin_publish", "begin_cancel"])
def test_if_match(side: Side, emulator: Emulator, method: str) -> None:
    client = side.of(emulator)
    etag = side.get(client.offer_status("contoso", MIGRATED)).etag
    call = getattr(client, method)
    with pytest.raises(Exception, match="412 PreconditionFailed"):
        side.get(call("contoso", MIGRATED, if_match='"other"'))
    assert side.get(call("contoso", MIGRATED, if_match=etag)).ref.offer_id == MIGRATED
    assert side.get(call("contoso", NON_MIGRATED, if_match="*")).ref.offer_id == NON_MIGRATED


@pytest.mark.parametrize("tag", ["", "a\r\nX: y", "ü"])
def test_malformed_if_match(side: Side, emulator: Emulator, tag: str) -> None:
    with pytest.raises(InvalidInput, match="if_match"):
        side.get(side.of(emulator).begin_go_live("contoso", MIGRATED, if_match=tag))


@pytest.mark.parametrize("bad", ["", "..", ".", "a/b", "a$b", "ä", "a b", "%2e%2e"])
def test_malformed_ids_are_refused_before_anything_is_sent(side: Side, bad: str) -> None:
    def never(request: httpx.Request) -> httpx.Response:
        raise AssertionError(f"sent {request.url}")

    client = side.client(transport=httpx.MockTransport(never))
    for method in ("begin_go_live", "begin_publish", "begin_cancel", "submissions", "offer_status"):
        for ids in ((bad, MIGRATED), ("contoso", bad)):
            with pytest.raises(InvalidInput, match="malformed"):
                side.get(getattr(client, method)(*ids))


def test_a_token_of_another_endpoint_is_refused(side: Side) -> None:
    token = "https://cloudpartner.azure.com/api/operations/contoso$contoso-offer$2$preview"
    with pytest.raises(InvalidInput, match=r"requests go to http://127\.0\.0\.1 only"):
        side.client().operation(token)


def answering(
    side: Side, post: Callable[[httpx.Request], httpx.Response]
) -> tuple[Any, list[httpx.Request]]:
    """Return a client for which nothing runs and a POST is answered as given, and the POSTs."""
    posts: list[httpx.Request] = []

    def answer(request: httpx.Request) -> httpx.Response:
        if request.method == "GET":
            return httpx.Response(200, json=[])
        posts.append(request)
        return post(request)

    return side.client(transport=httpx.MockTransport(answer)), posts


METHODS = pytest.mark.parametrize("method", ["begin_go_live", "begin_publish", "begin_cancel"])


@METHODS
@pytest.mark.parametrize("header", ["Location", "Operation-Location"])
@pytest.mark.parametrize("origin", ["", LOCAL])
def test_both_header_names(side: Side, method: str, header: str, origin: str) -> None:
    address = f"{origin}/api/operations/contoso$contoso-offer$2$preview"
    client, _ = answering(side, lambda request: httpx.Response(202, headers={header: address}))
    operation = side.get(getattr(client, method)("contoso", MIGRATED))
    assert operation.ref.operation_id == "contoso$contoso-offer$2$preview"


@METHODS
@pytest.mark.parametrize(
    "headers", [{}, {"Location": ""}, {"Location": "https://evil.example/api/operations/a$b$2$c"}]
)
def test_an_address_that_is_none(side: Side, method: str, headers: dict[str, str]) -> None:
    client, posts = answering(side, lambda request: httpx.Response(202, headers=headers))
    with pytest.raises(InvalidLocation, match="The operation was started") as caught:
        side.get(getattr(client, method)("contoso", MIGRATED))
    assert caught.value.status_code == 202
    assert headers.get("Location", "it has neither a Location nor") in str(caught.value)
    assert len(posts) == 1


def raising(error: type[httpx.RequestError]) -> Callable[[httpx.Request], httpx.Response]:
    def post(request: httpx.Request) -> httpx.Response:
        raise error("gone", request=request)

    return post


@METHODS
@pytest.mark.parametrize(
    "post",
    [
        raising(httpx.ReadTimeout),
        raising(httpx.WriteError),
        raising(httpx.RemoteProtocolError),
        lambda request: httpx.Response(500),
        lambda request: httpx.Response(502, html="<h1>Bad gateway</h1>"),
        lambda request: httpx.Response(503),
        lambda request: httpx.Response(504),
        lambda request: httpx.Response(200 if "cancel" not in request.url.path else 599),
        lambda request: httpx.Response(302),
    ],
)
def test_a_lost_answer_is_not_sent_again(
    side: Side, method: str, post: Callable[[httpx.Request], httpx.Response]
) -> None:
    client, posts = answering(side, post)
    with pytest.raises(SubmissionUncertain, match="running the same call again is safe"):
        side.get(getattr(client, method)("contoso", MIGRATED))
    assert len(posts) == 1


@METHODS
def test_a_request_that_never_left_is_not_uncertain(side: Side, method: str) -> None:
    client, _ = answering(side, raising(httpx.ConnectError))
    with pytest.raises(ServiceUnreachable) as caught:
        side.get(getattr(client, method)("contoso", MIGRATED))
    assert not caught.value.sent


@METHODS
def test_a_503_with_retry_after_is_not_uncertain(side: Side, method: str) -> None:
    client, _ = answering(side, lambda request: httpx.Response(503, headers={"Retry-After": "5"}))
    with pytest.raises(ServiceFault):
        side.get(getattr(client, method)("contoso", MIGRATED))


def test_a_go_live_is_sent_as_documented(side: Side) -> None:
    client, posts = answering(
        side,
        lambda request: httpx.Response(202, headers={"Location": OPERATION}),
    )
    side.get(client.begin_go_live("contoso", "contoso-offer"))
    (request,) = posts
    assert request.url == (
        f"{LOCAL}/api/publishers/contoso/offers/contoso-offer/golive?api-version=2017-10-31"
    )
    assert request.headers["Content-Type"] == "application/json"
    assert request.headers["Content-Length"] == "0"
    assert request.headers["Authorization"] == f"Bearer {TOKEN}"
    assert request.headers["User-Agent"].startswith("golive/")
    assert "If-Match" not in request.headers
    assert request.read() == b""


@pytest.mark.parametrize(
    ("retry_after", "waited"), [("30", 30), ("99999", 3600), ("soon", 0), (DATE, 45)]
)
def test_retry_after_of_the_202_is_obeyed_within_its_bound(
    side: Side, retry_after: str, waited: float
) -> None:
    def answer(request: httpx.Request) -> httpx.Response:
        if request.method == "POST":
            return httpx.Response(202, headers={"Location": OPERATION, "Retry-After": retry_after})
        if "/submissions/" in request.url.path:
            return httpx.Response(200, json=[])
        return httpx.Response(200, json={"status": "completed"})

    side.clock.time = DATE_LESS_45
    client = side.client(transport=httpx.MockTransport(answer))
    side.get(side.get(client.begin_go_live("contoso", MIGRATED)).wait())
    assert sum(side.clock.slept) == waited


def test_retry_after_of_a_poll_may_be_a_date(side: Side) -> None:
    states = iter(["running", "completed"])

    def answer(request: httpx.Request) -> httpx.Response:
        return httpx.Response(200, json={"status": next(states)}, headers={"Retry-After": DATE})

    side.clock.time = DATE_LESS_45
    client = side.client(
        transport=httpx.MockTransport(answer), polling=PollingPolicy(min_delay=1, jitter=0)
    )
    side.get(client.operation("/api/operations/a$b$2$preview").wait())
    assert side.clock.slept == [45]


def test_retry_after_of_a_poll_is_obeyed(side: Side) -> None:
    words = iter(["running", "running", "completed"])

    def answer(request: httpx.Request) -> httpx.Response:
        return httpx.Response(200, json={"status": next(words)}, headers={"Retry-After": "77"})

    client = side.client(transport=httpx.MockTransport(answer))
    side.get(client.operation("/api/operations/a$b$2$preview").wait())
    assert side.clock.slept == [77, 77]


def test_the_polling_policy_is_obeyed(side: Side, emulator: Emulator) -> None:
    policy = PollingPolicy(min_delay=DAY, max_delay=DAY, jitter=0)
    client = side.of(emulator, polling=policy)
    side.get(side.get(client.begin_go_live("contoso", MIGRATED)).wait())
    assert side.clock.slept == [DAY] * 4


def test_slow_code_between_two_updates_does_not_delay_the_next(
    clock: VirtualClock, emulator: Emulator
) -> None:
    client = GoLiveClient(TOKEN, endpoint=LOCAL, transport=emulator.transport(), clock=clock)
    with client:
        updates = client.begin_go_live("contoso", MIGRATED).updates()
        next(updates)
        clock.time += DAY
        next(updates)
    assert clock.slept == []


def test_a_closed_client_says_so(side: Side, emulator: Emulator) -> None:
    client = side.of(emulator)
    side.get(client.aclose() if side.is_async else client.close())
    with pytest.raises(InvalidInput, match="closed"):
        side.get(client.offer_status("contoso", MIGRATED))


def test_a_transport_stays_the_callers(clock: VirtualClock) -> None:
    closed: list[str] = []

    class Mine(httpx.BaseTransport, httpx.AsyncBaseTransport):
        def close(self) -> None:
            closed.append("sync")

        async def aclose(self) -> None:
            closed.append("async")

    with GoLiveClient(TOKEN, endpoint=LOCAL, transport=Mine()):
        pass

    async def main() -> None:
        async with AsyncGoLiveClient(TOKEN, endpoint=LOCAL, transport=Mine()):
            pass

    asyncio.run(main())
    assert closed == []


def http_client(side: Side, emulator: Emulator, **options: Any) -> Any:
    kind = httpx.AsyncClient if side.is_async else httpx.Client
    return kind(transport=emulator.transport(), **options)


def close(side: Side, client: Any) -> None:
    side.get(client.aclose() if side.is_async else client.close())


def hook(side: Side, function: Callable[[Any], Any]) -> Any:
    """A hook of an httpx client; the async kind wants a coroutine."""

    async def awaited(argument: Any) -> None:
        result = function(argument)
        if inspect.isawaitable(result):
            await result

    return awaited if side.is_async else function


def test_an_httpx_client_is_used_and_stays_the_callers(side: Side, emulator: Emulator) -> None:
    requests: list[httpx.Request] = []
    mine = http_client(
        side,
        emulator,
        headers={"X-Corporate": "yes", "Authorization": "Basic mine", "User-Agent": "mine"},
        auth=("user", "password"),
        follow_redirects=True,
        event_hooks={"request": [hook(side, requests.append)]},
    )
    client = side.client(http_client=mine)
    operation = side.get(client.begin_go_live("contoso", MIGRATED))
    close(side, client)
    assert not mine.is_closed
    again = side.client(http_client=mine).operation(operation.continuation_token())
    assert side.get(again.result()).state is State.SUCCEEDED
    assert {r.headers["X-Corporate"] for r in requests} == {"yes"}
    assert {r.headers["Authorization"] for r in requests} == {f"Bearer {TOKEN}"}
    assert all(r.headers["User-Agent"].startswith("golive/") for r in requests)
    close(side, mine)
    with pytest.raises(InvalidInput, match="http_client that was given is closed"):
        side.get(again.refresh())


@pytest.mark.parametrize("name", ["read", "raise_for_status", "read and raise"])
def test_hooks_of_the_callers_client_do_no_harm(side: Side, emulator: Emulator, name: str) -> None:
    def raising(response: httpx.Response) -> None:
        response.raise_for_status()

    def reading(response: httpx.Response) -> Any:
        return response.aread() if side.is_async else response.read()

    hooks = {"read": [reading], "raise_for_status": [raising], "read and raise": [reading, raising]}
    mine = http_client(side, emulator, event_hooks={"response": [hook(side, f) for f in hooks[name]]})
    client = side.client(http_client=mine)
    operation = side.get(client.begin_go_live("contoso", MIGRATED))
    assert side.get(operation.result()).state is State.SUCCEEDED
    with pytest.raises(NotFound) as caught:
        side.get(client.offer_status("contoso", "nowhere"))
    assert caught.value.status_code == 404
    close(side, mine)


@pytest.mark.parametrize("argument", ["transport", "http_client"])
def test_what_cannot_send_requests_is_refused(side: Side, argument: str) -> None:
    wrong = httpx.Client() if side.is_async else httpx.AsyncClient()
    with pytest.raises(InvalidInput, match=rf"^{argument} must be an httpx\.\w+, not \w+\.$"):
        side.client(**{argument: wrong})


def test_a_transport_and_a_client_at_once(side: Side, emulator: Emulator) -> None:
    mine = http_client(side, emulator)
    with pytest.raises(InvalidInput, match="not both"):
        side.of(emulator, http_client=mine)
    close(side, mine)


def test_canceling_an_async_wait_leaves_the_client_usable(emulator: Emulator) -> None:
    async def main() -> State:
        async with AsyncGoLiveClient(TOKEN, endpoint=LOCAL, transport=emulator.transport()) as client:
            operation = await client.begin_go_live("contoso", MIGRATED)
            await operation.refresh()
            waiting = asyncio.create_task(operation.wait())
            await asyncio.sleep(0)
            waiting.cancel()
            with pytest.raises(asyncio.CancelledError):
                await waiting
            return (await operation.refresh()).state

    assert asyncio.run(main()) is State.RUNNING


def test_reprs_help(side: Side, emulator: Emulator) -> None:
    operation = begin(side, emulator)
    side.get(operation.refresh())
    name = "AsyncOperation" if side.is_async else "Operation"
    assert repr(operation) == f"<{name} {operation.continuation_token()} running>"
    assert repr(side.of(emulator)).endswith(f"GoLiveClient(endpoint='{LOCAL}')")
    assert side.of(emulator).endpoint == LOCAL


@pytest.mark.parametrize("offer", [MIGRATED, NON_MIGRATED])
def test_aiohttp_carries_the_requests(emulator: Emulator, clock: VirtualClock, offer: str) -> None:
    """The extra `aiohttp` is a transport like any other."""

    async def main(url: str) -> State:
        async with (
            AiohttpTransport() as transport,
            AsyncGoLiveClient(TOKEN, endpoint=url, transport=transport, clock=clock) as client,
        ):
            assert not (await client.begin_go_live("contoso", offer)).adopted
            operation = await client.begin_go_live("contoso", offer)
            assert operation.adopted
            return (await operation.result()).state

    with emulator.serve() as url:
        assert asyncio.run(main(url)) is State.SUCCEEDED
    assert emulator.accepted("contoso", offer) == 1
