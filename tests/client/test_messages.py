"""What is said, to the letter: errors and warnings are what people act on."""

from __future__ import annotations

import base64
import json
import logging
import types
from datetime import UTC, datetime, timedelta, timezone
from typing import Any

import httpx
import pytest
from attrs import evolve

from conftest import LOCAL, MIGRATED, Side, VirtualClock
from golive import (
    Baseline,
    GoLiveError,
    InvalidInput,
    InvalidLocation,
    NothingToCancel,
    OperationFailed,
    PollingPolicy,
    RequestRefused,
    RetryPolicy,
    ServiceFault,
    ServiceUnreachable,
    State,
    SubmissionUncertain,
    Undecided,
    UnexpectedAnswer,
    WaitTimeout,
)
from golive.looking import CLOCK_SKEW
from scripted import (
    CERTIFYING,
    GUID,
    LOCATION,
    OTHER,
    SIGNING_OFF,
    WAITING,
    Service,
    begin,
    body,
    client_of,
    entry,
    step,
)

URL = f"{LOCAL}{LOCATION}"

FULL = Baseline(
    publisher_id="contoso",
    offer_id="contoso-offer",
    operation_ids=(GUID, OTHER),
    etag='"7"',
    taken=datetime(2026, 11, 25, 10, 0, tzinfo=UTC),
    sent=datetime(2026, 11, 25, 10, 5, tzinfo=UTC),
    open_ids=(GUID,),
    ready=False,
    accepted=True,
)


@pytest.fixture
def service(clock: VirtualClock) -> Service:
    return Service(clock)


@pytest.fixture
def logged(caplog: pytest.LogCaptureFixture) -> pytest.LogCaptureFixture:
    caplog.set_level(logging.DEBUG, "golive")
    return caplog


def told(logged: pytest.LogCaptureFixture, *levels: str) -> list[str]:
    """The warnings, or what was logged at other levels, but for the requests."""
    wanted = levels or ("WARNING",)
    lines = [each.getMessage() for each in logged.records if each.levelname in wanted]
    return [line for line in lines if not line.startswith(("GET", "POST"))]


# A baseline as JSON


def test_a_baseline_in_full() -> None:
    assert FULL.to_dict() == {
        "publisher_id": "contoso",
        "offer_id": "contoso-offer",
        "operation_ids": [GUID, OTHER],
        "open_ids": [GUID],
        "ready": False,
        "etag": '"7"',
        "taken": "2026-11-25T10:00:00+00:00",
        "sent": "2026-11-25T10:05:00+00:00",
        "accepted": True,
    }
    assert Baseline.from_dict(FULL.to_dict()) == FULL
    assert (FULL.knows_end_of(OTHER), FULL.knows_end_of(GUID)) == (True, False)


def test_a_baseline_of_an_earlier_release() -> None:
    known = Baseline.from_dict(
        {"publisher_id": "a", "offer_id": "b", "operation_ids": None, "taken": "2026-11-25T10:00:00Z"}
    )
    assert known.to_dict() == {
        "publisher_id": "a",
        "offer_id": "b",
        "operation_ids": None,
        "open_ids": [],
        "ready": None,
        "etag": None,
        "taken": "2026-11-25T10:00:00+00:00",
        "sent": None,
        "accepted": False,
    }


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"publisher_id": 7}, "TypeError: 7 is not text"),
        ({"operation_ids": [7]}, "TypeError: 7 is not text"),
        ({"open_ids": [None]}, "TypeError: None is not text"),
        ({"etag": 7}, "TypeError: 7 is not text"),
        ({"taken": "yesterday"}, "ValueError: Invalid isoformat string: 'yesterday'"),
    ],
)
def test_what_is_no_baseline(changes: dict[str, Any], reason: str) -> None:
    with pytest.raises(InvalidInput) as caught:
        Baseline.from_dict({**FULL.to_dict(), **changes})
    message = f"This is not a baseline ({reason}); take one with the client's baseline()."
    assert caught.value.args == (message,)


# How long something takes at most


def test_how_long_a_call_that_reads_takes_at_most() -> None:
    policy = RetryPolicy(max_attempts=4, max_delay=30, retry_after_limit=7)
    assert policy.longest(10) == 4 * 10 + 3 * 30
    assert RetryPolicy(max_attempts=3, max_delay=1, retry_after_limit=60).longest(
        timedelta(seconds=5)
    ) == (3 * 5 + 2 * 60)
    with pytest.raises(InvalidInput, match=r"^request_timeout must be"):
        policy.longest(-1)


# The latest operation, while the list lags behind


def lagging(service: Service) -> None:
    service.submissions = lambda: [entry(submissionState="succeeded")]
    service.status = lambda: CERTIFYING


LAGS = (
    "Something of contoso/contoso-offer runs by the offer's status, and is not in the list of its"
    " operations yet, which lags behind by minutes"
)


def test_a_list_that_lags_is_waited_for(
    side: Side, service: Service, logged: pytest.LogCaptureFixture
) -> None:
    lagging(service)
    client = client_of(side, service, retry=RetryPolicy(base_delay=2, max_delay=30))
    with pytest.raises(Undecided) as caught:
        side.get(client.latest_operation("contoso", "contoso-offer"))
    assert caught.value.summary == f"{LAGS}: ask again later, or give the URL of the operation."
    assert told(logged) == [f"{LAGS}: looking again."]
    # Half a backoff at least, doubled each time, and the last look at the end of the time.
    slept = side.clock.slept
    assert sum(slept) == pytest.approx(RetryPolicy().listed_within)
    for number, pause in enumerate(slept[:-1]):
        most = min(2 * 2**number, 30)
        assert most / 2 <= pause <= most
    assert service.seen.count("submissions") == len(slept) + 1


def test_what_comes_to_be_listed_is_taken_up(side: Side, service: Service) -> None:
    lagging(service)
    service.submissions = lambda: [
        *([entry(id=OTHER)] if side.clock.slept else []),
        entry(submissionState="succeeded"),
    ]
    service.poll = lambda: CERTIFYING
    found = side.get(client_of(side, service).latest_operation("contoso", "contoso-offer"))
    assert found.ref.operation_id == OTHER
    assert len(side.clock.slept) == 1


@pytest.mark.parametrize(
    ("entries", "latest"),
    [
        ([entry(submissionState="odd"), entry(id=OTHER, submissionState="running")], OTHER),
        ([entry(submissionState="notStarted"), entry(id=OTHER, submissionState="running")], OTHER),
        ([entry(submissionState="odd"), entry(id=OTHER, submissionState="succeeded")], GUID),
        (
            [
                entry(submissionState="succeeded", changedTime="2026-11-25T10:00:00"),
                entry(id=OTHER, submissionState="failed", changedTime="2026-11-25T11:00:00"),
            ],
            OTHER,
        ),
        (
            [
                entry(submissionState="succeeded", changedTime=None),
                entry(id=OTHER, submissionState="failed", changedTime="2026-11-25T11:00:00"),
            ],
            OTHER,
        ),
        (
            [
                entry(submissionState="succeeded", changedTime=None),
                entry(id=OTHER, submissionState="failed", changedTime=None),
            ],
            GUID,
        ),
    ],
)
def test_which_operation_is_the_latest(
    side: Side, service: Service, entries: list[dict[str, Any]], latest: str
) -> None:
    service.submissions = lambda: entries
    service.poll = lambda: body("running")
    operation = side.get(client_of(side, service).latest_operation("contoso", "contoso-offer"))
    assert operation.ref.operation_id == latest


# What is not decided


@pytest.mark.parametrize(
    ("changes", "shown"),
    [
        ({}, "publish in the slot 'staging', 'running', changed 2026-11-25 10:00 UTC"),
        ({"slot": None}, "publish, 'running', changed 2026-11-25 10:00 UTC"),
        ({"changedTime": None, "submissionType": None}, "an operation in the slot 'staging', 'running'"),
    ],
)
def test_what_may_be_a_go_live_is_shown(
    side: Side, service: Service, changes: dict[str, Any], shown: str
) -> None:
    service.submissions = lambda: [entry(**changes)]
    service.poll = lambda: SIGNING_OFF
    service.status = lambda: SIGNING_OFF
    with pytest.raises(Undecided) as caught:
        begin(side, service)
    assert caught.value.summary == (
        f"There is something of contoso/contoso-offer that may be a go-live or not: {shown}, {URL}."
        " Wait until it has ended, or cancel it if it is not meant; then call again."
    )


@pytest.mark.parametrize(
    ("stands", "known", "what"),
    [
        (body("running"), False, "one runs ('running')"),
        (body("running"), True, "one runs ('running')"),
        (body("succeeded"), True, "one ran since the baseline"),
    ],
)
def test_without_a_list_it_says_what_the_offer_says(
    side: Side, service: Service, stands: Any, known: bool, what: str
) -> None:
    service.submissions = lambda: httpx.Response(404)
    baseline = side.get(client_of(side, service).baseline("contoso", MIGRATED)) if known else None
    service.status = lambda: stands
    with pytest.raises(Undecided) as caught:
        begin(side, service, baseline=baseline)
    otherwise = ", or without the baseline" if known else ""
    assert caught.value.summary == (
        "The service shows no list of the operations of contoso/contoso-offer, and by the offer's status"
        f" {what}. Check the offer, then call again{otherwise}."
    )


@pytest.mark.parametrize(
    ("before", "now", "free"),
    [
        (None, '"1"', True),
        ('"1"', '"1"', True),
        ('"1"', '"2"', False),
        ('"1"', None, False),
    ],
)
def test_without_a_list_the_version_of_the_offer_decides(
    side: Side, service: Service, before: str | None, now: str | None, free: bool
) -> None:
    def stands(tag: str | None) -> httpx.Response:
        return httpx.Response(200, json=body("succeeded"), headers={"ETag": tag} if tag else {})

    service.submissions = lambda: httpx.Response(404)
    service.status = lambda: stands(before)
    baseline = side.get(client_of(side, service).baseline("contoso", MIGRATED))
    service.status = lambda: stands(now)
    if free:
        assert not begin(side, service, baseline=baseline).adopted
    else:
        with pytest.raises(Undecided):
            begin(side, service, baseline=baseline)
    assert service.posts == int(free)


def test_what_cannot_be_read_is_noted(
    side: Side, service: Service, logged: pytest.LogCaptureFixture
) -> None:
    service.submissions = lambda: [entry(submissionState="odd")]
    service.poll = lambda: httpx.Response(404)
    answers = [httpx.Response(404)]
    service.status = lambda: answers.pop() if answers else CERTIFYING
    with pytest.raises(Undecided):
        begin(side, service)
    [operation, offer] = told(logged, "DEBUG")
    assert operation.startswith("Could not read an operation of the list: GET http")
    assert offer.startswith("Could not read the status of the offer: GET http")


# What was accepted, and where it is does not appear


def test_what_was_accepted_without_an_address(
    side: Side, service: Service, logged: pytest.LogCaptureFixture
) -> None:
    service.golive = lambda: httpx.Response(202)
    with pytest.raises(InvalidLocation) as caught:
        begin(side, service)
    error = caught.value
    [warning] = told(logged)
    assert warning.startswith("Accepted without a usable URL; looking for the operation: POST http")
    assert error.baseline is not None
    assert error.baseline.accepted
    assert sum(side.clock.slept) == pytest.approx(RetryPolicy().listed_within)


def test_what_was_accepted_and_cannot_be_looked_for(side: Side, service: Service) -> None:
    def accepted() -> httpx.Response:
        service.submissions = lambda: httpx.Response(500)
        return httpx.Response(202)

    service.golive = accepted
    with pytest.raises(SubmissionUncertain) as caught:
        begin(side, service, timeout=600)
    error = caught.value
    assert isinstance(error.__cause__, InvalidLocation)
    late = "The time for the call was up before the request was sent."
    assert error.summary == f"{error.__cause__.summary} {late}"
    assert error.baseline is not None
    assert error.baseline.accepted
    sent = datetime.fromtimestamp(service.sent_at[0], UTC)
    settled = timedelta(seconds=RetryPolicy().reconcile_for + CLOCK_SKEW)
    assert error.safe_after == sent + settled


# The wait


def test_an_outage_is_told_with_its_length_and_cause(side: Side, service: Service) -> None:
    service.poll = lambda: httpx.Response(500)
    operation = client_of(side, service).operation(LOCATION)
    with pytest.raises(ServiceUnreachable) as caught:
        side.get(operation.wait())
    cause = caught.value.__cause__
    assert isinstance(cause, ServiceFault)
    hours = sum(side.clock.slept) / 3600
    assert caught.value.summary == (
        f"No usable response from the service for {hours:.1f} hours. Last error: {cause}"
    )
    assert (caught.value.method, caught.value.url) == ("GET", f"{LOCAL}{LOCATION.partition('?')[0]}")


def test_the_first_failure_warns_and_the_others_inform(
    side: Side, service: Service, logged: pytest.LogCaptureFixture
) -> None:
    answers = [httpx.Response(500)] * 3
    service.poll = lambda: answers.pop() if answers else body("complete")
    side.get(client_of(side, service).operation(LOCATION).wait())
    lines = [
        each.levelname for each in logged.records if each.getMessage().startswith("Could not read the")
    ]
    assert lines == ["WARNING", "INFO", "INFO"]


@pytest.mark.parametrize(
    ("operation", "message"),
    [
        (body("failed"), "The operation failed: the service gave no reason."),
        (body("failed", error="Too small. "), "The operation failed: Too small."),
        (
            body(
                "failed",
                {
                    **step("certify", "failed"),
                    "messages": [
                        {"messageHtml": "<p>The logo is too small.</p>", "level": "ERROR"},
                        {"messageHtml": "All is well.", "level": "information"},
                        {"messageHtml": "The logo is too small", "level": "Error"},
                        {"messageHtml": "XX", "level": "error"},
                    ],
                },
            ),
            "The operation failed in the step 'certify': The logo is too small; XX.",
        ),
    ],
)
def test_why_it_failed(side: Side, service: Service, operation: Any, message: str) -> None:
    service.poll = lambda: operation
    with pytest.raises(OperationFailed) as caught:
        side.get(client_of(side, service).operation(LOCATION).result())
    assert caught.value.summary == message


def test_that_the_time_is_up(side: Side, service: Service) -> None:
    service.poll = lambda: body("underway")
    with pytest.raises(WaitTimeout) as caught:
        side.get(client_of(side, service).operation(LOCATION).wait(timeout=60))
    state = State.UNKNOWN
    assert caught.value.summary == f"Timed out waiting: the operation is still {state} ('underway')."


@pytest.mark.parametrize("tag", ['"a b"', '"~"', "*", 'W/"!"'])
def test_an_entity_tag_is_sent_as_it_is(side: Side, service: Service, tag: str) -> None:
    sent: list[str | None] = []

    def answer(request: httpx.Request) -> httpx.Response:
        sent.append(request.headers.get("If-Match"))
        return service(request)

    client = side.client(transport=httpx.MockTransport(answer))
    side.get(client.begin_go_live("contoso", MIGRATED, if_match=tag))
    assert sent[-1] == tag


# What decorates and cannot be read


ODD = True

FIELDS = {
    "offer_status": ("previewLinks", "liveLinks", "notificationEmails"),
    "offer": ("pcMigrationStatus", "publisherId", "id", "offerTypeId", "version", "changedTime"),
    "submissions": (
        "submissionType",
        "submissionState",
        "publisherId",
        "offerId",
        "publishingVersion",
        "offerVersion",
        "offerTypeId",
        "slot",
        "version",
        "changedTime",
    ),
}


@pytest.mark.parametrize(
    ("call", "name"), [(call, name) for call, names in FIELDS.items() for name in names]
)
def test_a_field_that_cannot_be_read_is_named(
    side: Side, logged: pytest.LogCaptureFixture, call: str, name: str
) -> None:
    document: Any = {"status": "running", name: ODD}
    if call == "submissions":
        document = [entry(**{name: ODD})]
    answer = httpx.MockTransport(lambda request: httpx.Response(200, json=document))
    side.get(getattr(side.client(transport=answer), call)("contoso", MIGRATED))
    assert told(logged, "DEBUG") == [f"Not read, and left out: {name} is a boolean"]


def test_the_name_of_an_offer_that_cannot_be_read(side: Side, logged: pytest.LogCaptureFixture) -> None:
    document = {"status": "running", "definition": {"displayText": ODD}}
    answer = httpx.MockTransport(lambda request: httpx.Response(200, json=document))
    assert side.get(side.client(transport=answer).offer("contoso", MIGRATED)).name is None
    assert told(logged, "DEBUG") == ["Not read, and left out: displayText is a boolean"]


@pytest.mark.parametrize(
    ("link", "read", "notes"),
    [
        ("https://a.example", (None, "https://a.example"), []),
        ({"DisplayText": "A", "URI": "u"}, ("A", "u"), []),
        ({"text": "A", "url": "u"}, ("A", "u"), []),
        ({"DisplayText": None, "text": "B", "href": "h"}, ("B", "h"), []),
        ({"DisplayText": ODD, "URI": "u"}, (None, "u"), ["DisplayText is a boolean"]),
        ({"DisplayText": "A", "URI": ODD}, ("A", None), ["URI is a boolean"]),
        (ODD, None, ["a link is a boolean"]),
        (7, None, ["a link is a number"]),
    ],
)
def test_links(
    side: Side, service: Service, logged: pytest.LogCaptureFixture, link: Any, read: Any, notes: Any
) -> None:
    service.status = lambda: body("running", previewLinks=[link])
    status = side.get(client_of(side, service).offer_status("contoso", MIGRATED))
    assert [(each.text, each.uri) for each in status.preview_links] == ([] if read is None else [read])
    assert told(logged, "DEBUG") == [f"Not read, and left out: {note}" for note in notes]


def test_what_is_no_offer_is_left_out(side: Side, logged: pytest.LogCaptureFixture) -> None:
    listed = [7, {"id": "a", "status": "running"}, {"status": "running"}, None]
    answer = httpx.MockTransport(lambda request: httpx.Response(200, json=listed))
    assert [each.id for each in side.get(side.client(transport=answer).offers("contoso"))] == ["a"]
    assert told(logged, "DEBUG") == [
        "Not read, and left out: entry 1 of a list of offers is a number",
        "Not read, and left out: entry 3 of a list of offers is an object",
    ]


@pytest.mark.parametrize(
    ("call", "content", "problem"),
    [
        ("offer_status", [], "it is an array of 0 instead of the status of an offer"),
        ("offer_status", {}, "it has no status, so it is not the status of an offer"),
        ("offer", 7, "it is a number instead of an offer"),
    ],
)
def test_what_is_something_else(side: Side, call: str, content: Any, problem: str) -> None:
    answer = httpx.MockTransport(lambda request: httpx.Response(200, json=content))
    with pytest.raises(UnexpectedAnswer) as caught:
        side.get(getattr(side.client(transport=answer), call)("contoso", MIGRATED))
    assert problem in str(caught.value)


# Moments of a baseline


@pytest.mark.parametrize(
    ("moment", "kept"),
    [
        (datetime(2026, 1, 2, 3, 4), datetime(2026, 1, 2, 3, 4, tzinfo=UTC)),
        (
            datetime(2026, 1, 2, 3, 4, tzinfo=timezone(timedelta(hours=5))),
            datetime(2026, 1, 1, 22, 4, tzinfo=UTC),
        ),
        (datetime(1001, 1, 2, tzinfo=UTC), datetime(1001, 1, 2, tzinfo=UTC)),
        (datetime(8999, 1, 2, tzinfo=UTC), datetime(8999, 1, 2, tzinfo=UTC)),
    ],
)
def test_a_moment_is_kept_in_utc(moment: datetime, kept: datetime) -> None:
    assert evolve(FULL, taken=moment).taken == kept
    assert evolve(FULL, taken=moment).taken.tzinfo is UTC


@pytest.mark.parametrize("year", [1000, 9000])
def test_a_moment_of_other_times(year: int) -> None:
    moment = datetime(year, 6, 1, tzinfo=UTC)
    with pytest.raises(InvalidInput) as caught:
        evolve(FULL, taken=moment)
    message = f"A moment of a baseline must be a datetime of our times, not {moment!r}."
    assert caught.value.args == (message,)


def test_a_baseline_after_sending_is_not_accepted_yet() -> None:
    moment = datetime(2026, 11, 26, tzinfo=UTC)
    assert FULL.after_sending(moment) == evolve(FULL, sent=moment, accepted=False)
    assert FULL.after_sending(moment).after_acceptance().accepted


# An earlier try


def uncertain_before(service: Service, ago: float) -> Baseline:
    """A baseline whose request was sent so long ago, by the service's clock."""
    now = datetime.fromtimestamp(service.clock.time, UTC)
    return Baseline(
        "contoso", "contoso-offer", (), None, now - timedelta(hours=1), sent=now - timedelta(seconds=ago)
    )


@pytest.mark.parametrize("ago", [0, 100, 400])
def test_what_is_left_of_an_earlier_request_is_looked_for(
    side: Side, service: Service, logged: pytest.LogCaptureFixture, ago: float
) -> None:
    begun = begin(side, service, baseline=uncertain_before(service, ago))
    assert not begun.adopted
    policy = RetryPolicy()
    left = min(policy.reconcile_for + CLOCK_SKEW - ago, policy.reconcile_for)
    assert sum(side.clock.slept) == pytest.approx(left)
    [warning] = told(logged)
    assert warning == f"An earlier request may still take effect; checking for {left:.0f} s"


def test_an_earlier_request_that_is_over_is_not_waited_for(side: Side, service: Service) -> None:
    ago = RetryPolicy().reconcile_for + CLOCK_SKEW
    begin(side, service, baseline=uncertain_before(service, ago))
    assert side.clock.slept == []


def test_an_earlier_request_that_cannot_be_looked_for(side: Side, service: Service) -> None:
    answers: list[Any] = [[]]
    service.submissions = lambda: answers.pop() if answers else httpx.Response(500)
    baseline = uncertain_before(service, 10)
    with pytest.raises(SubmissionUncertain) as caught:
        begin(side, service, baseline=baseline, timeout=60)
    late = "The time for the call was up before the request was sent."
    assert caught.value.summary == f"An earlier request may have begun it. {late}"
    assert caught.value.baseline == baseline
    assert caught.value.safe_after is not None
    assert service.posts == 0


def test_what_was_accepted_before_and_is_not_there(side: Side, service: Service) -> None:
    ago = RetryPolicy().reconcile_for + CLOCK_SKEW
    accepted = uncertain_before(service, ago).after_acceptance()
    with pytest.raises(Undecided) as caught:
        begin(side, service, baseline=accepted)
    assert caught.value.summary == (
        "An earlier request to go-live contoso/contoso-offer was accepted, and what it began is not in"
        " the list of the offer's operations. See where the offer stands."
    )


@pytest.mark.parametrize("baseline", [7, "x"])
def test_the_type_of_what_is_no_baseline(side: Side, service: Service, baseline: Any) -> None:
    with pytest.raises(InvalidInput) as caught:
        begin(side, service, baseline=baseline)
    message = (
        f"baseline must be a Baseline, not {type(baseline).__name__}; Baseline.from_dict makes one."
    )
    assert caught.value.args == (message,)


# A refusal


def test_a_refusal_that_is_looked_into(
    side: Side, service: Service, logged: pytest.LogCaptureFixture
) -> None:
    service.golive = lambda: httpx.Response(409)
    with pytest.raises(RequestRefused) as caught:
        begin(side, service)
    assert told(logged) == [f"Refused; checking whether a go-live is the reason: {caught.value}"]
    assert sum(side.clock.slept) == pytest.approx(RetryPolicy().listed_within)


def test_a_refusal_that_cannot_be_looked_into(side: Side, service: Service) -> None:
    def refuse() -> httpx.Response:
        service.submissions = lambda: httpx.Response(500)
        return httpx.Response(409)

    service.golive = refuse
    with pytest.raises(SubmissionUncertain) as caught:
        begin(side, service, timeout=600)
    refusal = caught.value.__cause__
    assert isinstance(refusal, RequestRefused)
    assert caught.value.summary.startswith(f"{refusal.summary} ")


def test_a_success_outside_the_contract(side: Side, service: Service) -> None:
    service.golive = lambda: httpx.Response(200, json={})
    service.submissions = lambda: [entry(slot="production")] if service.posts else []
    assert begin(side, service).adopted


def test_an_address_in_place_of_a_list_of_them(side: Side, service: Service) -> None:
    with pytest.raises(InvalidInput) as caught:
        side.get(
            client_of(side, service).begin_publish(
                "contoso", MIGRATED, notification_emails="a@b.example"
            )
        )
    message = "notification_emails must be a list of addresses, not one string."
    assert caught.value.args == (message,)


def test_several_doubts_are_told_together(side: Side, service: Service) -> None:
    service.submissions = lambda: [
        {"submissionType": "goLive"},
        {"submissionState": "running"},
    ]
    service.status = lambda: CERTIFYING
    with pytest.raises(Undecided) as caught:
        begin(side, service)
    assert caught.value.summary == (
        "There is something of contoso/contoso-offer that may be a go-live or not: entry 1 has no usable"
        " id: submissionType 'goLive'; entry 2 has no usable id: submissionState 'running'. Wait until"
        " it has ended, or cancel it if it is not meant; then call again."
    )


# The budgets of a wait


def later(status: int) -> httpx.Response:
    return httpx.Response(status, headers={"Retry-After": "100"})


@pytest.mark.parametrize(
    ("status", "limit"), [(404, "missing_limit"), (401, "unauthorized_limit"), (500, "outage_limit")]
)
def test_each_kind_of_failure_has_its_own_time(
    side: Side, service: Service, status: int, limit: str
) -> None:
    policy = PollingPolicy(min_delay=100, max_delay=100, jitter=0, **{limit: 1000})
    answers: list[Any] = [body("running")]
    service.poll = lambda: answers.pop() if answers else later(status)
    client = client_of(side, service, polling=policy, retry=RetryPolicy(max_attempts=1))
    with pytest.raises(GoLiveError):
        side.get(client.operation(LOCATION).wait())
    # The first failure begins the count, and the one at the end of the time is the last.
    assert sum(side.clock.slept) == pytest.approx(100 + 1000)


def test_kinds_of_failure_that_take_turns_do_not_add_up(side: Side, service: Service) -> None:
    policy = PollingPolicy(
        min_delay=100, max_delay=100, jitter=0, missing_limit=250, unauthorized_limit=250
    )
    refusals = [later(status) for status in (404, 401) * 10]
    answers: list[Any] = [body("running"), *refusals, body("complete")]
    service.poll = lambda: answers.pop(0)
    client = client_of(side, service, polling=policy)
    assert side.get(client.operation(LOCATION).wait()).state is State.SUCCEEDED


# What publishing and canceling say


def test_a_publish_sends_what_it_was_given(side: Side, service: Service) -> None:
    sent: list[httpx.Request] = []

    def answer(request: httpx.Request) -> httpx.Response:
        sent.append(request)
        return service(request)

    client = side.client(transport=httpx.MockTransport(answer))
    seen: list[Baseline] = []
    side.get(
        client.begin_publish(
            "contoso",
            MIGRATED,
            notification_emails=["a@b.example", "c@d.example"],
            if_match='"7"',
            on_sending=seen.append,
        )
    )
    (post,) = [each for each in sent if each.method == "POST"]
    assert json.loads(post.content) == {"metadata": {"notification-emails": "a@b.example,c@d.example"}}
    assert post.headers["If-Match"] == '"7"'
    [baseline] = seen
    assert (baseline.publisher_id, baseline.offer_id) == ("contoso", MIGRATED)
    assert baseline.sent == datetime.fromtimestamp(service.sent_at[0], UTC)


@pytest.mark.parametrize("call", ["begin_publish", "begin_cancel"])
def test_a_bound_on_the_whole_call(side: Side, service: Service, call: str) -> None:
    service.publish = service.cancel = lambda: httpx.Response(503)
    service.submissions = lambda: [entry(slot="production")]
    service.poll = lambda: body("running")
    client = client_of(side, service, retry=RetryPolicy(max_attempts=1000))
    with pytest.raises(GoLiveError):
        side.get(getattr(client, call)("contoso", MIGRATED, timeout=60))
    assert sum(side.clock.slept) == pytest.approx(60, abs=1)


def test_nothing_to_cancel_names_the_offer(side: Side, service: Service) -> None:
    service.cancel = lambda: httpx.Response(200, json={})
    with pytest.raises(NothingToCancel) as caught:
        side.get(client_of(side, service).begin_cancel("contoso", MIGRATED))
    assert caught.value.summary == "Nothing runs for the offer 'contoso-offer'."


def test_a_publish_followed_as_a_go_live_is_told_in_full(side: Side, service: Service) -> None:
    service.poll = lambda: body(
        "complete", step("certify", "complete"), step("publisher-signoff", "waitingForPublisherReview")
    )
    operation = client_of(side, service).operation(LOCATION)
    with pytest.raises(OperationFailed) as caught:
        side.get(operation.result())
    error = caught.value
    assert error.summary == "The operation was a publish: the offer is in preview, and not live."
    assert (error.status, error.continuation_token) == (operation.status, operation.continuation_token())


def test_a_lost_answer_is_told_with_what_was_seen_since(side: Side, service: Service) -> None:
    def lost() -> httpx.Response:
        service.submissions = lambda: [entry()]
        service.poll = service.status = lambda: body("running")
        return httpx.Response(504)

    service.golive = lost
    with pytest.raises(SubmissionUncertain) as caught:
        begin(side, service, timeout=7200)
    error = caught.value
    assert isinstance(error.__cause__, ServiceFault)
    assert error.summary.startswith(
        f"{error.__cause__.summary} There is something of contoso/contoso-offer that may be a go-live"
    )


@pytest.mark.parametrize(
    ("answer", "failing"),
    [
        (httpx.Response(404), "missing"),
        (httpx.Response(401), "unauthorized"),
        (httpx.Response(500), "outage"),
        (httpx.Response(200, json=[]), "outage"),
    ],
)
def test_what_kind_of_failure_it_is(side: Side, service: Service, answer: Any, failing: str) -> None:
    answers: list[Any] = [body("running"), answer]
    service.poll = lambda: answers.pop(0)
    operation = client_of(side, service).operation(LOCATION)
    side.get(operation.poll())
    assert side.get(operation.poll()) is None
    point = operation.checkpoint()
    assert (point.failing, point.failed, point.failing_for) == (failing, 1, 0.0)


@pytest.mark.parametrize("padding", ["", "=", "=="])
def test_claims_are_read_however_they_are_padded(side: Side, service: Service, padding: str) -> None:
    claims = {"": '{"a": 12}', "=": '{"a": 1}', "==": '{"a": 123}'}[padding]
    encoded = base64.b64encode(claims.encode()).decode()
    asked: list[str | None] = []

    class Credential:
        def get_token(self, *scopes: str, claims: str | None = None, **options: Any) -> Any:
            asked.append(claims)
            return types.SimpleNamespace(token=f"t{len(asked)}", expires_on=side.clock.time + 3600)

    challenge = [("WWW-Authenticate", "Basic"), ("WWW-Authenticate", f'Bearer claims="{encoded}"')]
    refusals = [httpx.Response(401, headers=challenge)]
    service.status = lambda: refusals.pop() if refusals else WAITING
    client = side.client(Credential(), transport=httpx.MockTransport(service))
    side.get(client.offer_status("contoso", MIGRATED))
    assert asked == [None, claims]
