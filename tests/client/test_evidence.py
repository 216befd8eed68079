"""What an entry of the list is, and what is done about it: never a second go-live, never a wrong one."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import pytest

from conftest import LOCAL, Side, VirtualClock
from golive import (
    Baseline,
    InvalidInput,
    InvalidLocation,
    NotAllowed,
    NotFound,
    OperationFailed,
    OperationKind,
    RequestRefused,
    RetryPolicy,
    ServiceFault,
    State,
    SubmissionUncertain,
    Undecided,
)
from golive.looking import CLOCK_SKEW
from scripted import (
    CERTIFYING,
    GUID,
    LOCATION,
    OTHER,
    SIGNED_OFF,
    SIGNING_OFF,
    WAITING,
    Answer,
    Service,
    begin,
    body,
    client_of,
    entry,
    step,
)


@pytest.fixture
def service(clock: VirtualClock) -> Service:
    return Service(clock)


@pytest.mark.parametrize(
    ("listed", "operation"),
    [
        (entry(submissionType="goLive"), CERTIFYING),
        (entry(submissionType="Go_Live", slot="production"), WAITING),
        (entry(slot="production"), CERTIFYING),
        (entry(slot="Production"), body("running")),
        (entry(), SIGNED_OFF),
        (entry(), body("running", submissionType="goLive")),
        (entry(submissionType="goLive", submissionState="notStarted"), body("notStarted")),
        (entry(submissionType="goLive", submissionState="Quiescent"), body("Quiescent")),
        ({"id": GUID, "slot": "production", "submissionState": "running"}, body("running")),
        ({"id": GUID, "submissionType": "goLive"}, body("running")),
    ],
    ids=str,
)
def test_a_go_live_is_recognised_and_adopted(
    side: Side, service: Service, listed: Any, operation: Any
) -> None:
    service.submissions = lambda: [listed, entry(id=OTHER, submissionState="succeeded")]
    service.poll = lambda: operation
    service.status = lambda: CERTIFYING
    adopted = begin(side, service)
    assert adopted.adopted
    assert adopted.ref.operation_id == GUID
    assert adopted.kind is OperationKind.GO_LIVE
    assert service.posts == 0


@pytest.mark.parametrize(
    ("listed", "operation"),
    [
        (entry(), WAITING),
        (entry(submissionState="succeeded"), SIGNED_OFF),
        (entry(submissionType="goLive", slot="production", submissionState="failed"), body("failed")),
        (entry(), httpx.Response(404)),
        (None, WAITING),
        ("nonsense", WAITING),
        ({"id": "../../x", "submissionState": "running"}, WAITING),
        ({"id": 7, "submissionState": None}, WAITING),
        (entry(submissionState="complete", changedTime="yesterday", version="x"), WAITING),
    ],
    ids=str,
)
def test_what_is_no_go_live_does_not_forbid_one(
    side: Side, service: Service, listed: Any, operation: Any
) -> None:
    service.submissions = lambda: [listed]
    service.poll = lambda: operation
    begun = begin(side, service)
    assert not begun.adopted
    assert service.posts == 1


def test_an_entry_that_cannot_be_read_does_not_hide_the_one_that_matters(
    side: Side, service: Service
) -> None:
    odd = [None, {"id": "..", "submissionState": "running"}, entry(id=OTHER, submissionState="complete")]
    service.submissions = lambda: [*odd, entry(slot="production")]
    assert begin(side, service).adopted
    assert service.posts == 0


@pytest.mark.parametrize(
    ("listed", "operation", "stands"),
    [
        (entry(), SIGNING_OFF, SIGNING_OFF),
        (entry(), body("running"), body("running")),
        (entry(), httpx.Response(404), body("running")),
        ({"id": "..", "submissionState": "running"}, body("running"), SIGNED_OFF),
        ({"submissionType": "goLive"}, body("running"), body("running")),
    ],
    ids=str,
)
def test_where_nothing_decides_nothing_is_sent(
    side: Side, service: Service, listed: Any, operation: Any, stands: Any
) -> None:
    service.submissions = lambda: [listed]
    service.poll = lambda: operation
    service.status = lambda: stands
    with pytest.raises(Undecided, match="contoso/contoso-offer"):
        begin(side, service)
    assert service.posts == 0


@pytest.mark.parametrize("status", [403, 404, 405, 410, 501])
def test_without_a_list_the_status_of_the_offer_decides(
    side: Side, service: Service, status: int
) -> None:
    service.submissions = lambda: httpx.Response(status)
    assert not begin(side, service).adopted
    service.status = lambda: SIGNED_OFF
    with pytest.raises(Undecided, match="shows no list"):
        begin(side, service)
    assert service.posts == 1


@pytest.mark.parametrize(("status", "error"), [(404, NotFound), (403, NotAllowed)])
def test_an_offer_that_is_not_there_is_told(
    side: Side, service: Service, status: int, error: type[Exception]
) -> None:
    service.submissions = service.status = lambda: httpx.Response(status)
    with pytest.raises(error):
        begin(side, service)
    assert service.posts == 0


def test_without_a_list_a_changed_etag_says_that_something_ran(side: Side, service: Service) -> None:
    tag = '"1"'
    service.submissions = lambda: httpx.Response(404)
    service.status = lambda: httpx.Response(200, json=WAITING, headers={"ETag": tag})
    baseline = side.get(client_of(side, service).baseline("contoso", "contoso-offer"))
    assert (baseline.operation_ids, baseline.etag) == (None, '"1"')
    tag = '"2"'
    service.status = lambda: httpx.Response(200, json=body("succeeded"), headers={"ETag": tag})
    with pytest.raises(Undecided, match="since the baseline"):
        begin(side, service, baseline=baseline)
    assert service.posts == 0


@pytest.mark.parametrize("code", [400, 409, 408, 499, 402, 418, 423, 425])
@pytest.mark.parametrize("lag", [3, 20, 150])
def test_what_is_behind_a_refusal_is_looked_for_as_long_as_the_list_lags(
    side: Side, service: Service, code: int, lag: float
) -> None:
    service.golive = lambda: httpx.Response(code)
    service.submissions = lambda: (
        [entry(slot="production")] if (service.since_sent() or 0) >= lag else []
    )
    assert begin(side, service).adopted
    assert service.posts == 1


@pytest.mark.parametrize("code", [400, 409])
def test_a_refusal_with_nothing_behind_it_is_believed_in_the_end(
    side: Side, service: Service, code: int
) -> None:
    service.golive = lambda: httpx.Response(code)
    with pytest.raises(RequestRefused):
        begin(side, service)
    assert service.posts == 1
    assert sum(side.clock.slept) == pytest.approx(RetryPolicy().listed_within)


@pytest.mark.parametrize(
    ("listed", "stands"),
    [
        ([], body("neverPublished")),
        ([entry(submissionState="succeeded")], body("succeeded")),
        ([entry(submissionState="failed")], body("failed")),
        ([entry()], CERTIFYING),
    ],
    ids=str,
)
def test_a_refusal_that_the_offer_explains_is_believed_at_once(
    side: Side, service: Service, listed: Any, stands: Any
) -> None:
    service.golive = lambda: httpx.Response(400, json={"error": {"code": "No", "message": "no"}})
    service.submissions = lambda: listed
    service.poll = lambda: CERTIFYING
    service.status = lambda: stands
    with pytest.raises(RequestRefused, match="No"):
        begin(side, service)
    assert side.clock.slept == []


@pytest.mark.parametrize("code", [401, 403, 404, 412, 422])
def test_what_is_refused_for_good_is_told_at_once(side: Side, service: Service, code: int) -> None:
    service.golive = lambda: httpx.Response(code)
    with pytest.raises(Exception, match=str(code)):
        begin(side, service)
    assert side.clock.slept == []


@pytest.mark.parametrize("code", [429, 503])
def test_there_is_another_look_before_it_is_sent_again(side: Side, service: Service, code: int) -> None:
    service.golive = lambda: httpx.Response(code, headers={"Retry-After": "120"})
    service.submissions = lambda: [entry(slot="production")] if (service.since_sent() or 0) >= 60 else []
    assert begin(side, service).adopted
    assert service.posts == 1


def test_a_503_that_does_not_say_when_is_no_promise(side: Side, service: Service) -> None:
    service.golive = lambda: httpx.Response(503, headers={"Retry-After": "banana"})
    service.submissions = lambda: [entry(slot="production")] if service.posts else []
    assert begin(side, service).adopted
    assert service.posts == 1


@pytest.mark.parametrize(
    "location",
    [
        None,
        "mailto:x",
        "https://evil.example" + LOCATION,
        LOCATION.replace("contoso-offer", "another-offer"),
        LOCATION.replace("publishers/contoso", "publishers/fabrikam"),
        "/api/operations/contoso$another-offer$2$preview",
        "https://xn--/",
    ],
)
def test_what_was_accepted_without_a_usable_address_is_looked_for(
    side: Side, service: Service, location: str | None
) -> None:
    headers = {} if location is None else {"Location": location}
    service.golive = lambda: httpx.Response(202, headers=headers)
    with pytest.raises(InvalidLocation):
        begin(side, service)
    service.submissions = lambda: (
        [entry(slot="production")] if (service.since_sent() or 0) >= 100 and service.posts > 1 else []
    )
    assert begin(side, service).ref.operation_id == GUID
    assert service.posts == 2


@pytest.mark.parametrize(
    "headers",
    [
        {"Location": "/somewhere/else", "Operation-Location": LOCATION},
        {"Location": LOCATION, "Operation-Location": "https://evil.example/x"},
        {"Operation-Location": LOCAL + LOCATION.partition("?")[0]},
        {"Operation-Location": LOCATION.partition("?")[0] + "/"},
    ],
    ids=str,
)
def test_of_both_headers_the_one_that_is_an_operation_counts(
    side: Side, service: Service, headers: dict[str, str]
) -> None:
    service.golive = lambda: httpx.Response(202, headers=headers)
    assert begin(side, service).ref.operation_id == GUID


def test_a_joined_name_may_hold_the_guid_of_the_offer(side: Side, service: Service) -> None:
    name = f"contoso${OTHER}$2$preview"
    service.golive = lambda: httpx.Response(
        202, headers={"Operation-Location": f"/api/operations/{name}"}
    )
    operation = begin(side, service)
    assert (operation.ref.operation_id, operation.ref.offer_id) == (name, "contoso-offer")


def test_the_status_of_another_operation_is_not_believed(side: Side, service: Service) -> None:
    answers = [body("complete", id=OTHER), body("running", id=GUID.upper()), body("complete", id=GUID)]
    service.poll = lambda: answers.pop(0)
    operation = begin(side, service)
    assert side.get(operation.result()).id == GUID
    assert answers == []


def test_a_baseline_survives_json_and_names_its_offer(side: Side, service: Service) -> None:
    service.submissions = lambda: [entry(submissionState="succeeded")]
    client = client_of(side, service)
    baseline = side.get(client.baseline("contoso", "contoso-offer"))
    assert baseline.operation_ids == (GUID,)
    assert baseline.taken == datetime.fromtimestamp(side.clock.time, UTC)
    again = Baseline.from_dict({**baseline.to_dict(), "later": "releases may add fields"})
    assert again == baseline
    with pytest.raises(InvalidInput, match="contoso/contoso-offer"):
        side.get(client.begin_go_live("contoso", "another", baseline=baseline))
    broken: list[Any] = [{}, {"publisher_id": 1}, {**baseline.to_dict(), "taken": "soon"}, [], None]
    for value in broken:
        with pytest.raises(InvalidInput, match="not a baseline"):
            Baseline.from_dict(value)


@pytest.mark.parametrize("state", ["running", "notStarted", "succeeded", "complete", "failed"])
@pytest.mark.parametrize("listed", [entry(slot="production"), entry()], ids=["slot", "steps"])
def test_what_is_new_since_the_baseline_is_ours(
    side: Side, service: Service, state: str, listed: Any
) -> None:
    old = entry(id=OTHER, submissionState="succeeded", slot="production")
    service.submissions = lambda: [old]
    service.poll = lambda: body(state, *SIGNED_OFF["steps"])
    baseline = side.get(client_of(side, service).baseline("contoso", "contoso-offer"))
    assert begin(side, service, baseline=baseline).adopted is False
    # The process died, and comes back; whatever became of it, it is found.
    service.submissions = lambda: [{**listed, "submissionState": state}, old]
    service.status = lambda: body("succeeded")
    assert begin(side, service, baseline=baseline).adopted
    assert service.posts == 1


def test_a_go_live_of_an_older_version_is_not_ours(side: Side, service: Service) -> None:
    baseline = side.get(client_of(side, service).baseline("contoso", "contoso-offer"))
    ended = entry(slot="production", submissionState="succeeded")
    service.submissions = lambda: [entry(id=OTHER, submissionState="succeeded"), ended]
    with pytest.raises(Undecided, match="published anew since"):
        begin(side, service, baseline=baseline)
    assert service.posts == 0
    # A publish that came to nothing changes nothing: the go-live is what it was.
    service.submissions = lambda: [entry(id=OTHER, submissionState="failed"), ended]
    assert begin(side, service, baseline=baseline).adopted
    service.submissions = lambda: [entry(id=OTHER, submissionState="succeeded"), ended]
    assert not begin(side, service).adopted


def test_what_is_left_of_an_earlier_try_is_waited_out(side: Side, service: Service) -> None:
    service.golive = lost
    with pytest.raises(SubmissionUncertain) as caught:
        begin(side, service, timeout=timedelta(seconds=60))
    error = caught.value
    assert error.baseline is not None
    assert error.baseline.sent is not None
    settled = error.baseline.sent + timedelta(seconds=RetryPolicy().reconcile_for + CLOCK_SKEW)
    assert error.safe_after == settled
    assert "safe after" in str(error)

    service.golive = lambda: httpx.Response(202, headers={"Location": LOCATION})
    stored = Baseline.from_dict(error.baseline.to_dict())
    assert not begin(side, service, baseline=stored).adopted
    first, second = service.sent_at
    assert second - first == pytest.approx(RetryPolicy().reconcile_for + CLOCK_SKEW)

    # If it shows in the meantime, it is adopted instead.
    service.submissions = lambda: [entry(slot="production")]
    assert begin(side, service, baseline=stored).adopted


def test_a_call_that_begins_ends_in_time_whatever_happens(side: Side, service: Service) -> None:
    service.submissions = lambda: httpx.Response(503, headers={"Retry-After": "100"})
    with pytest.raises(Exception, match="503"):
        begin(side, service, timeout=150)
    assert sum(side.clock.slept) < 150.001
    service.submissions = list
    service.golive = lambda: httpx.Response(429, headers={"Retry-After": "100"})
    before = sum(side.clock.slept)
    with pytest.raises(Exception, match="429"):
        begin(side, service, timeout=150)
    assert sum(side.clock.slept) - before < 150.001


@pytest.mark.parametrize("ends", [True, False], ids=["the publish ends", "the publish goes on"])
def test_a_publish_is_over_when_the_offer_is_in_preview(
    side: Side, service: Service, *, ends: bool
) -> None:
    service.poll = lambda: {
        **WAITING,
        "submissionType": "publish",
        "status": "succeeded" if ends else "running",
    }
    client = client_of(side, service)
    status = side.get(side.get(client.begin_publish("contoso", "contoso-offer")).result())
    assert status.ready_to_go_live
    assert side.get(client.offer_status("contoso", "contoso-offer")).ready_to_go_live


def test_an_offer_in_preview_whose_publish_has_ended_can_be_canceled(
    side: Side, service: Service
) -> None:
    service.submissions = lambda: [entry(submissionState="succeeded")]
    service.cancel = lambda: httpx.Response(200)
    service.poll = lambda: body("canceled")
    operation = side.get(client_of(side, service).begin_cancel("contoso", "contoso-offer"))
    assert side.get(operation.result()).state is State.CANCELED


@pytest.mark.parametrize("headers", [{}, {"Location": "mailto:x"}], ids=str)
def test_a_cancellation_accepted_without_an_address_follows_what_ran(
    side: Side, service: Service, headers: dict[str, str]
) -> None:
    service.submissions = lambda: [entry(slot="production")]
    service.cancel = lambda: httpx.Response(202, headers=headers)
    service.poll = lambda: body("canceled")
    operation = side.get(client_of(side, service).begin_cancel("contoso", "contoso-offer"))
    assert side.get(operation.result()).state is State.CANCELED


SIGNED_ELSEWHERE = body("succeeded", step("publisher-signoff", "complete"), step("live", "notStarted"))


def test_a_publish_whose_offer_was_signed_off_is_not_the_go_live(side: Side, service: Service) -> None:
    """The list lags behind: it still calls running what the operation itself says has ended."""
    service.submissions = lambda: [entry()]
    service.poll = lambda: SIGNED_ELSEWHERE
    service.golive = lambda: httpx.Response(409)
    service.status = lambda: SIGNED_OFF
    with pytest.raises(RequestRefused):
        begin(side, service)


def test_what_is_not_listed_yet_is_not_replaced_by_something_older(side: Side, service: Service) -> None:
    service.submissions = lambda: [entry(submissionState="succeeded")]
    service.poll = lambda: SIGNED_ELSEWHERE
    service.status = lambda: SIGNED_OFF
    client = client_of(side, service)
    with pytest.raises(Undecided, match="not in the list"):
        side.get(client.latest_operation("contoso", "contoso-offer"))
    service.status = lambda: body("succeeded", *SIGNED_OFF["steps"])
    latest = side.get(client.latest_operation("contoso", "contoso-offer"))
    assert latest.kind is OperationKind.PUBLISH


def test_a_publish_that_is_followed_as_a_go_live_is_not_told_as_live(
    side: Side, service: Service
) -> None:
    service.poll = lambda: {**WAITING, "status": "succeeded"}
    operation = client_of(side, service).operation(LOCATION)
    with pytest.raises(OperationFailed, match="in preview, and not live"):
        side.get(operation.result())


@pytest.mark.parametrize("word", [None, "expired"])
@pytest.mark.parametrize("known", [False, True])
def test_an_old_go_live_without_a_clear_word_is_not_adopted(
    side: Side, service: Service, word: str | None, known: bool
) -> None:
    old = entry(submissionType="goLive", submissionState=word)
    service.submissions = lambda: [old]
    service.poll = lambda: body("succeeded", *SIGNED_OFF["steps"])
    client = client_of(side, service)
    baseline = side.get(client.baseline("contoso", "contoso-offer")) if known else None
    assert not begin(side, service, baseline=baseline).adopted


def blind_until(service: Service, seconds: float) -> Callable[[], Answer]:
    """The list cannot be read for so long after the request was sent."""

    def listed() -> Answer:
        ago = service.since_sent()
        return httpx.Response(503) if ago is not None and ago < seconds else []

    return listed


def lost() -> httpx.Response:
    raise httpx.ReadTimeout("timed out")


@pytest.mark.parametrize(
    ("golive", "error"), [(lost, SubmissionUncertain), (lambda: httpx.Response(409), RequestRefused)]
)
def test_that_there_is_nothing_is_certain_only_after_a_look_that_could_see(
    side: Side, service: Service, golive: Callable[[], httpx.Response], error: type[Exception]
) -> None:
    service.golive = golive
    service.submissions = blind_until(service, 900)
    with pytest.raises(error):
        begin(side, service)
    assert (service.since_sent() or 0) >= 900


@pytest.mark.parametrize("golive", [lost, lambda: httpx.Response(409)])
def test_an_outage_while_looking_leaves_it_uncertain(
    side: Side, service: Service, golive: Callable[[], httpx.Response]
) -> None:
    service.golive = golive
    service.submissions = blind_until(service, 1e9)
    with pytest.raises(SubmissionUncertain) as caught:
        begin(side, service)
    assert sum(side.clock.slept) == pytest.approx(RetryPolicy().begin_within)
    assert caught.value.baseline is not None
    # What is known goes on: nothing is sent before a look could see.
    service.submissions = lambda: httpx.Response(503)
    with pytest.raises((SubmissionUncertain, ServiceFault)):
        begin(side, service, baseline=caught.value.baseline, timeout=600)
    assert service.posts == 1


def test_a_clock_that_is_set_forward_does_not_shorten_the_looking(side: Side) -> None:
    clock = SetForward()
    side.clock = clock
    service = Service(clock, golive=lost)
    clock.on_sleep = clock.set_forward
    with pytest.raises(SubmissionUncertain):
        begin(side, service)
    assert sum(clock.slept) == pytest.approx(RetryPolicy().reconcile_for)


class SetForward(VirtualClock):
    """A machine whose time of day is set forward by half an hour, while nothing else changes."""

    ahead: float = 0.0

    def set_forward(self, time: float) -> None:
        self.ahead = 1200.0

    def now(self) -> float:
        return self.time + self.ahead


def test_what_was_accepted_is_never_sent_again_with_its_baseline(side: Side, service: Service) -> None:
    service.golive = lambda: httpx.Response(202)
    with pytest.raises(InvalidLocation) as caught:
        begin(side, service)
    baseline = caught.value.baseline
    assert baseline is not None
    again = Baseline.from_dict(baseline.to_dict())
    assert again.accepted
    side.clock.time += 86_400
    with pytest.raises(Undecided, match="was accepted"):
        begin(side, service, baseline=again)
    assert service.posts == 1


def test_a_go_live_that_was_adopted_stays_ours_when_it_has_ended(side: Side, service: Service) -> None:
    running = entry(slot="production")
    service.submissions = lambda: [running]
    client = client_of(side, service)
    baseline = side.get(client.baseline("contoso", "contoso-offer"))
    assert begin(side, service, baseline=baseline).adopted
    service.submissions = lambda: [{**running, "submissionState": "succeeded"}]
    assert begin(side, service, baseline=baseline).adopted
    assert service.posts == 0


def test_without_a_list_then_its_dates_decide_later(side: Side, service: Service) -> None:
    service.submissions = lambda: httpx.Response(404)
    client = client_of(side, service)
    baseline = side.get(client.baseline("contoso", "contoso-offer"))
    assert baseline.ready
    later = (baseline.taken + timedelta(hours=5)).isoformat()
    ended = entry(slot="production", submissionState="succeeded", changedTime=later)
    service.submissions = lambda: [ended, entry(id=OTHER, slot="production", submissionState="failed")]
    assert begin(side, service, baseline=baseline).ref.operation_id == GUID
    # And if there still is no list, an offer that waited and does no more has had its go-live.
    service.submissions = lambda: httpx.Response(404)
    service.status = lambda: body("succeeded")
    with pytest.raises(Undecided, match="since the baseline"):
        begin(side, service, baseline=baseline)
    assert service.posts == 0


def test_what_began_since_the_request_and_is_at_the_sign_off_is_the_go_live(
    side: Side, service: Service
) -> None:
    """Even if the list calls everything a publish, in one slot."""
    service.golive = lost
    service.submissions = lambda: [entry()] if service.posts else []
    service.poll = service.status = lambda: SIGNING_OFF
    assert begin(side, service).adopted


def test_what_is_known_is_told_right_before_each_request(side: Side, service: Service) -> None:
    told: list[Baseline] = []

    def note(baseline: Baseline) -> None:
        assert service.posts == len(told)
        told.append(baseline)
        if len(told) == 3:
            raise OSError("the disk is full")

    service.golive = lambda: httpx.Response(429)
    with pytest.raises(OSError, match="full"):
        begin(side, service, on_sending=note)
    assert service.posts == 2
    assert all(each.sent is not None for each in told)


@pytest.mark.parametrize(
    "baseline",
    [
        {},
        "baseline",
        {"publisher_id": "contoso", "offer_id": "contoso-offer"},
    ],
)
def test_what_is_no_baseline_is_refused(side: Side, service: Service, baseline: Any) -> None:
    with pytest.raises(InvalidInput, match="must be a Baseline"):
        begin(side, service, baseline=baseline)


@pytest.mark.parametrize(
    "changes",
    [
        {"operation_ids": (1,)},
        {"operation_ids": ["a"]},
        {"sent": "now"},
        {"taken": None},
        {"sent": datetime.max},
    ],
)
def test_an_odd_baseline_is_refused(changes: dict[str, Any]) -> None:
    right: dict[str, Any] = {
        "publisher_id": "contoso",
        "offer_id": "contoso-offer",
        "operation_ids": (),
        "etag": None,
        "taken": datetime.now(UTC),
    }
    with pytest.raises(InvalidInput):
        Baseline(**{**right, **changes})
