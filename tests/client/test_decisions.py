"""What golive does about a refusal, a lost answer or an odd list, decision by decision."""

from __future__ import annotations

import base64
import logging
import types
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import pytest

from conftest import MIGRATED, Side, VirtualClock
from golive import (
    Baseline,
    GoLiveError,
    InvalidInput,
    InvalidLocation,
    NotAuthenticated,
    NotFound,
    OperationKind,
    PollingPolicy,
    RequestRefused,
    RetryPolicy,
    State,
    SubmissionUncertain,
    Undecided,
    UnexpectedAnswer,
)
from scripted import (
    CERTIFYING,
    GUID,
    LOCATION,
    OTHER,
    WAITING,
    Service,
    begin,
    body,
    client_of,
    entry,
    step,
)

ENDED = {"id": OTHER, "slot": "production", "submissionState": "completed"}


@pytest.fixture
def service(clock: VirtualClock) -> Service:
    return Service(clock)


def known(service: Service, **more: Any) -> Baseline:
    """What was known an hour ago: that the list was empty."""
    now = datetime.fromtimestamp(service.clock.time, UTC)
    return Baseline("contoso", "contoso-offer", (), None, now - timedelta(hours=1), **more)


def once_sent(service: Service, *entries: Any) -> None:
    """Let the list show these as soon as a request was sent."""
    service.submissions = lambda: list(entries) if service.posts else []


# What has ended already when it is first seen is ours, if it is new since the baseline.


@pytest.mark.parametrize(
    "first",
    [
        httpx.Response(429, headers={"Retry-After": "5"}),
        httpx.Response(202),
        httpx.Response(409),
        httpx.Response(504),
    ],
    ids=["before it is sent again", "no address", "refused", "lost"],
)
def test_what_began_and_ended_while_nobody_looked_is_taken_up(
    side: Side, service: Service, first: httpx.Response
) -> None:
    service.golive = lambda: first
    once_sent(service, entry(**ENDED))
    begun = begin(side, service)
    assert begun.continuation_token().count(OTHER) == 1
    assert service.posts == 1


def test_what_ends_while_a_refusal_is_looked_into_is_taken_up(side: Side, service: Service) -> None:
    service.golive = lambda: httpx.Response(409)
    service.status = CERTIFYING.copy

    def listed() -> list[Any]:
        return [entry(**ENDED)] if (service.since_sent() or 0) > 60 else []

    service.submissions = listed
    assert OTHER in begin(side, service).continuation_token()
    assert service.posts == 1


def test_what_an_earlier_request_began_and_ended_is_taken_up(side: Side, service: Service) -> None:
    now = service.clock.time
    baseline = known(service, sent=datetime.fromtimestamp(now, UTC))
    service.submissions = lambda: [entry(**ENDED)] if service.clock.time > now + 60 else []
    assert OTHER in begin(side, service, baseline=baseline).continuation_token()
    assert service.posts == 0


# A publish that runs explains a refusal.


@pytest.mark.parametrize("since", ["before", "the request"])
def test_a_publish_on_its_way_explains_a_refusal(side: Side, service: Service, since: str) -> None:
    running = [entry()]
    service.submissions = lambda: running if service.posts or since == "before" else []
    service.poll = CERTIFYING.copy
    service.status = lambda: httpx.Response(404)
    service.golive = lambda: httpx.Response(409)
    with pytest.raises(RequestRefused):
        begin(side, service)
    assert sum(side.clock.slept) == 0


def test_a_refusal_that_nothing_explains_is_looked_into(side: Side, service: Service) -> None:
    service.status = lambda: httpx.Response(404)
    service.golive = lambda: httpx.Response(409)
    with pytest.raises(RequestRefused):
        begin(side, service)
    assert sum(side.clock.slept) == pytest.approx(RetryPolicy().listed_within)


# What is said where it stays open


def lose(service: Service, answer: httpx.Response, takes: float = 0) -> None:
    """Let the request be lost after so many seconds, and the list be answered so from then on."""

    def lost() -> httpx.Response:
        service.clock.time += takes
        service.submissions = lambda: answer
        return httpx.Response(504)

    service.golive = lost


def test_a_list_that_is_refused_for_good_leaves_it_open_at_once(side: Side, service: Service) -> None:
    lose(service, httpx.Response(400, json={"error": {"code": "Odd", "message": "No."}}))
    with pytest.raises(SubmissionUncertain) as caught:
        begin(side, service)
    assert side.clock.slept == []
    assert "400" in caught.value.summary
    assert "Odd: No." in caught.value.summary
    assert "None" not in caught.value.summary
    assert caught.value.safe_after is not None


@pytest.mark.parametrize("takes", [0, 60, 200])
def test_the_time_that_the_request_took_counts(side: Side, service: Service, takes: float) -> None:
    lose(service, httpx.Response(200, json=[]), takes)
    began = service.clock.time
    with pytest.raises(SubmissionUncertain) as caught:
        begin(side, service)
    assert service.clock.time - began == pytest.approx(RetryPolicy().reconcile_for)
    assert caught.value.baseline is not None
    assert caught.value.baseline.sent is not None
    assert caught.value.baseline.sent.timestamp() == pytest.approx(began)
    assert caught.value.safe_after is None


def test_a_cancellation_that_stays_open_says_why(side: Side, service: Service) -> None:
    service.submissions = lambda: [entry()]
    service.cancel = lambda: httpx.Response(504)
    service.poll = lambda: body("running")
    with pytest.raises(SubmissionUncertain) as caught:
        side.get(client_of(side, service).begin_cancel("contoso", MIGRATED))
    assert "504" in caught.value.summary
    assert caught.value.safe_after is None
    assert caught.value.baseline is None


def test_a_cancellation_without_an_address_follows_what_ran_at_once(
    side: Side, service: Service
) -> None:
    service.submissions = lambda: [entry()]
    service.cancel = lambda: httpx.Response(202)
    service.poll = lambda: body("running")
    begun = side.get(client_of(side, service).begin_cancel("contoso", MIGRATED))
    assert GUID in begun.continuation_token()
    assert begun.kind is OperationKind.CANCEL
    assert side.clock.slept == []


def test_a_success_outside_the_contract_says_so(side: Side, service: Service) -> None:
    service.golive = lambda: httpx.Response(200, json={})
    with pytest.raises(SubmissionUncertain, match="this status is outside the contract"):
        begin(side, service)


def test_an_acceptance_without_a_header_says_so(side: Side, service: Service) -> None:
    service.golive = lambda: httpx.Response(202)
    told = "it has neither a Location nor an Operation-Location header"
    with pytest.raises(InvalidLocation, match=f"[:,] {told}"):
        begin(side, service)


def test_a_publish_minds_its_baseline(side: Side, service: Service) -> None:
    client = client_of(side, service)
    baseline = Baseline("contoso", "another", (), None, datetime.fromtimestamp(0, UTC))
    with pytest.raises(InvalidInput, match=r"^The baseline is of contoso/another, not of contoso/"):
        side.get(client.begin_publish("contoso", MIGRATED, baseline=baseline))
    service.submissions = lambda: [entry()]
    begun = side.get(client.begin_publish("contoso", MIGRATED, baseline=known(service)))
    assert begun.adopted
    assert service.posts == 0


def test_a_bound_that_is_none_is_named(side: Side, service: Service) -> None:
    with pytest.raises(InvalidInput, match=r"^timeout "):
        begin(side, service, timeout=-1)


# What a baseline knows


@pytest.mark.parametrize(("status", "ready"), [(WAITING, True), (body("complete"), False)])
def test_a_first_look_without_a_list_takes_down_where_the_offer_stands(
    side: Side, service: Service, status: Any, ready: bool
) -> None:
    service.submissions = lambda: httpx.Response(404)
    service.status = lambda: status
    seen: list[Baseline] = []
    begin(side, service, on_sending=seen.append)
    assert [each.ready for each in seen] == [ready]
    later: list[Baseline] = []
    service.status = lambda: WAITING
    begin(side, service, baseline=known(service, ready=False), on_sending=later.append)
    assert [each.ready for each in later] == [False]
    assert seen[0].taken == datetime.fromtimestamp(service.clock.time, UTC)


@pytest.mark.parametrize(
    ("changed", "found"),
    [
        (None, False),
        ("2026-11-25T10:00:00", False),
        ("2026-11-25T10:00:01", True),
        ("2026-11-25T11:00:01+01:00", True),
        ("2026-11-25T09:59:59", False),
    ],
)
def test_without_ids_the_date_of_an_entry_tells_whether_it_is_new(
    side: Side, service: Service, changed: str | None, found: bool
) -> None:
    taken = datetime(2026, 11, 25, 10, tzinfo=UTC)
    baseline = Baseline("contoso", "contoso-offer", None, None, taken)
    service.submissions = lambda: [entry(**ENDED, changedTime=changed)]
    assert begin(side, service, baseline=baseline).adopted is found
    assert service.posts == int(not found)


def test_a_list_that_cannot_be_read_is_told(
    side: Side, service: Service, caplog: pytest.LogCaptureFixture
) -> None:
    service.submissions = lambda: httpx.Response(410)
    begin(side, service)
    [warning] = [each.getMessage() for each in caplog.records if each.levelno == logging.WARNING]
    assert warning.startswith("Could not read the offer's list of operations: GET http")
    assert "410" in warning


@pytest.mark.parametrize(
    ("status", "steps", "is_go_live"),
    [
        # A publish may end with steps and wait; without any, its word says nothing.
        ("completed", [], False),
        ("completed", [("publisher-signoff", "waitingForPublisherReview")], False),
        ("completed", [("publisher-signoff", "complete"), ("live", "notStarted")], False),
        ("running", [("publisher-signoff", "notStarted")], False),
        ("completed", [("publisher-signoff", "complete"), ("live", "complete")], True),
    ],
)
def test_what_the_latest_is_by_its_steps(
    side: Side, service: Service, status: str, steps: list[tuple[str, str]], is_go_live: bool
) -> None:
    service.submissions = lambda: [entry(submissionState=status)]
    service.poll = lambda: body(status, *(step(*each) for each in steps))
    latest = side.get(client_of(side, service).latest_operation("contoso", MIGRATED))
    assert latest is not None
    assert (latest.kind is OperationKind.GO_LIVE) == is_go_live


def test_a_first_refusal_does_not_end_the_wait_for_what_the_list_showed(
    side: Side, service: Service
) -> None:
    service.submissions = lambda: [entry(**{**ENDED, "submissionState": "running"})]
    latest = side.get(client_of(side, service).latest_operation("contoso", MIGRATED))
    answers = [httpx.Response(404), body("complete")]
    service.poll = lambda: answers.pop(0)
    assert side.get(latest.wait()).state is State.SUCCEEDED


# How much a wait bears


@pytest.mark.parametrize(("status", "error"), [(401, NotAuthenticated), (404, NotFound)])
def test_an_address_from_elsewhere_is_refused_at_once(
    side: Side, service: Service, status: int, error: type[GoLiveError]
) -> None:
    service.poll = lambda: httpx.Response(status)
    with pytest.raises(error):
        side.get(client_of(side, service).operation(LOCATION).wait())
    assert service.seen.count("poll") <= 2
    assert sum(side.clock.slept) == 0


@pytest.mark.parametrize("odd", [1, 2, 4, 5])
def test_so_many_odd_answers_are_borne_at_the_beginning(side: Side, service: Service, odd: int) -> None:
    answers: list[Any] = [[]] * odd
    service.poll = lambda: answers.pop() if answers else body("complete")
    client = client_of(side, service, retry=RetryPolicy(max_attempts=5))
    operation = client.operation(LOCATION)
    if odd < 5:
        assert side.get(operation.wait()).state is State.SUCCEEDED
    else:
        with pytest.raises(UnexpectedAnswer):
            side.get(operation.wait())
        assert service.seen.count("poll") == 5


@pytest.mark.parametrize(
    ("status", "limit"), [(404, "missing_limit"), (401, "unauthorized_limit"), (500, "outage_limit")]
)
def test_the_time_of_a_failure_begins_with_it(
    side: Side, service: Service, status: int, limit: str
) -> None:
    policy = PollingPolicy(min_delay=100, max_delay=100, jitter=0, **{limit: 1000.5})
    refused = httpx.Response(status, headers={"Retry-After": "100"})
    answers: list[Any] = [body("running"), refused, body("running"), refused, refused, body("running")]
    service.poll = lambda: answers.pop(0) if answers else refused
    client = client_of(side, service, polling=policy, retry=RetryPolicy(max_attempts=1))
    with pytest.raises(GoLiveError):
        side.get(client.operation(LOCATION).wait())
    assert sum(side.clock.slept) == pytest.approx(6 * 100 + 1100)


def test_news_are_logged_with_the_operation_they_are_of(
    side: Side, service: Service, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO, "golive")
    operation = client_of(side, service).operation(LOCATION)
    side.get(operation.refresh())
    assert f"{operation.continuation_token()} is succeeded ('complete')" in caplog.messages


# Credentials


@pytest.mark.parametrize("token", ['"abc', 'abc"', "'abc", "abc'"])
def test_a_quote_at_either_end_is_told(side: Side, token: str) -> None:
    with pytest.raises(GoLiveError, match="quote"):
        side.get(side.client(token).offer_status("contoso", MIGRATED))


@pytest.mark.parametrize("claims", ['{"a": 1}', '{"a": 12}', '{"a": 123}'])
def test_claims_without_padding_behind_some_that_cannot_be_read(
    side: Side, service: Service, claims: str
) -> None:
    encoded = base64.b64encode(claims.encode()).decode().rstrip("=")
    asked: list[str | None] = []

    class Credential:
        def get_token(self, *scopes: str, claims: str | None = None, **options: Any) -> Any:
            assert scopes
            asked.append(claims)
            return types.SimpleNamespace(token=f"t{len(asked)}", expires_on=side.clock.time + 3600)

    challenges = [
        ("WWW-Authenticate", 'Bearer claims="A"'),
        ("WWW-Authenticate", f'Bearer claims="{encoded}"'),
    ]
    refusals = [httpx.Response(401, headers=challenges)]
    service.status = lambda: refusals.pop() if refusals else WAITING
    client = side.client(Credential(), transport=httpx.MockTransport(service))
    side.get(client.offer_status("contoso", MIGRATED))
    assert asked == [None, claims]


def test_undecided_is_not_read_as_an_outage(side: Side, service: Service) -> None:
    service.submissions = lambda: [entry(submissionState="odd")]
    service.poll = lambda: body("running")
    service.status = lambda: body("running")
    with pytest.raises(Undecided):
        begin(side, service)
    assert side.clock.slept == []
