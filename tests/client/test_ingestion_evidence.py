"""What a product's submissions prove, where they say odd things: at the clients' surface, both alike."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from itertools import permutations
from typing import Any

import httpx
import pytest

from apis import INGESTION
from conftest import LOCAL, Side, VirtualClock
from golive import (
    InvalidInput,
    NotFound,
    NotReady,
    OperationFailed,
    Overtaken,
    ProductStatus,
    State,
    SubmissionUncertain,
    Undecided,
    UnexpectedAnswer,
)
from ingestion_service import DRAFT, GUID, LATER, NEW, OLD, READY, Scripted, failed, job, submission


@pytest.fixture
def service(clock: VirtualClock) -> Scripted:
    return Scripted(clock)


@pytest.fixture
def client(side: Side, service: Scripted) -> Any:
    return INGESTION.client(side, transport=httpx.MockTransport(service))


def begun(side: Side, client: Any, *arguments: Any, **options: Any) -> Any:
    return side.get(client.begin_go_live("contoso-db", *arguments, **options))


GOING = [DRAFT, submission(OLD, "live"), submission(NEW, "live", "running/pending")]


def lagging(*looks: list[Any]) -> Any:
    """Return a list that changes from look to look; the last one stays."""
    rest = list(looks)
    return lambda: rest.pop(0) if len(rest) > 1 else rest[0]


def test_what_is_older_than_what_is_live_is_not_in_preview(
    side: Side, service: Scripted, client: Any
) -> None:
    service.listed = [DRAFT, submission(NEW, "live"), submission(OLD, "preview")]
    status: ProductStatus = side.get(client.offer_status("contoso-db"))
    assert (status.preview, status.ready_to_go_live) == (None, False)
    assert status.obstacle == f"Submission {NEW} is live already."
    assert begun(side, client).done
    with pytest.raises(Overtaken, match=f"Submission {NEW} is live, which is newer"):
        begun(side, client, OLD)
    assert not service.posts


def test_what_was_overtaken_while_nobody_looked_is_not_waited_for(
    side: Side, service: Scripted, client: Any
) -> None:
    service.listed = [DRAFT, submission(OLD, "live", "running/pending")]
    operation = begun(side, client)
    service.listed = [DRAFT, submission(NEW, "live"), submission(OLD, "preview")]
    with pytest.raises(OperationFailed, match=f"submission {NEW} is live, which is newer than {OLD}"):
        side.get(operation.result())


TRIES = ["completed/failed", "completed/succeeded", "running/pending"]


@pytest.mark.parametrize("order", list(permutations(TRIES[:2])))
@pytest.mark.parametrize("wanted", [None, NEW])
def test_of_two_tries_of_a_number_the_one_that_is_live_counts(
    side: Side, service: Scripted, client: Any, wanted: str | None, order: tuple[str, ...]
) -> None:
    service.listed = [DRAFT, *(submission(NEW, "live", words) for words in order)]
    operation = begun(side, client, wanted)
    assert side.get(operation.result()).state is State.SUCCEEDED
    resumed = client.operation(operation.continuation_token())
    assert side.get(resumed.result()).state is State.SUCCEEDED
    assert not service.posts


@pytest.mark.parametrize("order", list(permutations(TRIES)))
@pytest.mark.parametrize("wanted", [None, NEW])
def test_of_several_tries_of_a_number_the_one_that_runs_counts(
    side: Side, service: Scripted, client: Any, wanted: str | None, order: tuple[str, ...]
) -> None:
    service.listed = [DRAFT, *(submission(NEW, "live", words) for words in order)]
    operation = begun(side, client, wanted)
    assert operation.adopted
    assert side.get(operation.refresh()).state is State.RUNNING
    assert not service.posts


@pytest.mark.parametrize("reverse", [False, True])
def test_of_two_that_failed_the_later_one_is_the_outcome_of_a_try(
    side: Side, service: Scripted, client: Any, *, reverse: bool
) -> None:
    now = datetime.fromtimestamp(service.clock.now(), UTC)
    tries = [
        submission(NEW, "live", TRIES[0], created=(now + timedelta(days=days)).isoformat())
        for days in (-3, 0)
    ]
    service.listed = [*READY, *(reversed(tries) if reverse else tries)]
    operation = begun(side, client, NEW, sent=now)
    with pytest.raises(OperationFailed):
        side.get(operation.result())
    assert not service.posts


@pytest.mark.parametrize("target", ["certification", "retail", "Sandbox", "something-new"])
def test_whatever_runs_it_is_not_disturbed(
    side: Side, service: Scripted, client: Any, target: str
) -> None:
    service.listed = [*READY, submission(LATER, target, "running/pending")]
    told = f"submission {LATER} for {target} says 'running/pending'"
    with pytest.raises(Undecided, match=told):
        begun(side, client)
    with pytest.raises(Undecided, match=told):
        side.get(client.begin_publish("contoso-db"))
    assert not side.get(client.offer_status("contoso-db")).ready_to_go_live
    assert not service.posts
    service.listed = [*READY, submission(LATER, target)]
    assert begun(side, client).ref.submission == NEW


@pytest.mark.parametrize(
    "cut",
    [{"@nextLink": "https://graph.microsoft.com/rp?$skip=1"}, {"@nextLink": "#"}],
)
def test_pages_that_cannot_be_asked_for_may_hold_what_runs(
    side: Side, service: Scripted, client: Any, cut: Any
) -> None:
    service.listed = {"value": READY, **cut}
    with pytest.raises(Undecided, match="further pages"):
        begun(side, client)
    assert not service.posts
    service.products = {"value": [], **cut}
    with pytest.raises(UnexpectedAnswer, match="further pages"):
        begun(side, client)


def test_an_entry_that_is_none_may_be_what_runs(side: Side, service: Scripted, client: Any) -> None:
    service.listed = [*READY, "truncated"]
    with pytest.raises(Undecided, match="entry 4"):
        begun(side, client)
    assert not service.posts


def test_a_list_without_end_is_left(side: Side, service: Scripted, client: Any) -> None:
    pages = iter(range(1_000_000))
    service.listed = lambda: {"value": READY, "@nextLink": f"/?continuationToken={next(pages)}"}
    with pytest.raises(UnexpectedAnswer, match="no end"):
        side.get(client.submissions("contoso-db"))
    assert next(pages) < 10_000


def test_an_earlier_try_was_one_of_a_version(side: Side, service: Scripted, client: Any) -> None:
    now = datetime.fromtimestamp(service.clock.now(), UTC)
    with pytest.raises(InvalidInput, match="name the submission"):
        begun(side, client, sent=now)
    assert not service.seen


def test_a_newer_publish_does_not_ride_on_an_earlier_try(
    side: Side, service: Scripted, client: Any
) -> None:
    now = datetime.fromtimestamp(service.clock.now(), UTC)
    service.listed = [DRAFT, submission(OLD, "live"), submission(LATER, "preview")]
    with pytest.raises(NotReady, match=f"{LATER} is in preview, not {NEW}"):
        begun(side, client, NEW, sent=now - timedelta(days=1))
    assert not service.posts


def test_a_failed_job_whose_submission_is_live_is_a_success(
    side: Side, service: Scripted, client: Any
) -> None:
    service.jobs = [job("completed/failed", errors=[{"code": "internalServerError", "message": "?"}])]
    service.after = [DRAFT, submission(NEW, "live")]
    assert side.get(begun(side, client).result()).id == NEW


def test_a_number_that_nobody_ever_listed_is_not_found(
    side: Side, service: Scripted, client: Any
) -> None:
    address = f"{LOCAL}/rp/product-ingestion/submission/{GUID}/{LATER}#go-live,offer=contoso-db"
    with pytest.raises(NotFound, match=f"submission {LATER} is neither in preview nor live"):
        side.get(client.operation(address).refresh())


def test_one_list_without_it_does_not_end_a_go_live(side: Side, service: Scripted, client: Any) -> None:
    service.listed = GOING
    operation = begun(side, client)
    service.listed = lagging(READY[:2], READY[:2], GOING, READY[:2], [DRAFT, submission(NEW, "live")])
    assert side.get(operation.result()).state is State.SUCCEEDED


def test_what_is_gone_for_good_is_told_in_the_end(side: Side, service: Scripted, client: Any) -> None:
    service.listed = GOING
    operation = begun(side, client)
    service.listed = READY[:2]
    with pytest.raises(NotFound, match=f"submission {NEW} is neither in preview nor live"):
        side.get(operation.result())


def test_after_a_lost_answer_a_list_without_it_does_not_end_the_search(
    side: Side, service: Scripted, client: Any
) -> None:
    def lost() -> httpx.Response:
        raise httpx.ReadError("the connection broke")

    service.configure, service.after = lost, lagging(READY, READY[:2], READY[:2], GOING)
    operation = begun(side, client)
    assert operation.adopted
    assert (operation.ref.submission, operation.status.state) == (NEW, State.RUNNING)
    assert len(service.posts) == 1


def test_an_earlier_try_is_looked_for_though_the_first_list_is_without_it(
    side: Side, service: Scripted, client: Any
) -> None:
    now = datetime.fromtimestamp(service.clock.now(), UTC)
    service.listed = lagging(READY[:2], READY, READY[:2], GOING)
    assert begun(side, client, NEW, sent=now).ref.submission == NEW
    assert not service.posts


def test_an_earlier_try_of_which_no_list_tells_stays_uncertain(
    side: Side, service: Scripted, client: Any
) -> None:
    now = datetime.fromtimestamp(service.clock.now(), UTC)
    service.listed = READY[:2]
    told = f"Submission {NEW} is listed neither in preview nor live"
    with pytest.raises(SubmissionUncertain, match=told) as caught:
        begun(side, client, NEW, sent=now)
    assert caught.value.safe_after is not None
    assert NEW in (caught.value.continuation_token or "")
    with pytest.raises(Undecided, match=told):
        begun(side, client, NEW, sent=now - timedelta(days=1))
    assert not service.posts


def test_what_a_refused_job_met_is_waited_for_until_it_is_listed(
    side: Side, service: Scripted, client: Any
) -> None:
    service.jobs = [failed(f"An In Progress submission {NEW} already exists.")]
    service.after = lagging(READY, READY, READY[:2], GOING)
    operation = begun(side, client)
    seen = side.get(operation.refresh())
    assert (seen.state, seen.error) == (State.RUNNING, None)
    service.after = lagging(READY, GOING, GOING, [DRAFT, submission(NEW, "live")])
    assert side.get(operation.result()).state is State.SUCCEEDED
    assert operation.adopted
    assert len(service.posts) == 1


def test_what_a_refused_job_met_and_nothing_lists_ends_as_the_job_says(
    side: Side, service: Scripted, client: Any
) -> None:
    service.jobs = [failed(f"An In Progress submission {NEW} already exists.")]
    with pytest.raises(OperationFailed, match="already exists"):
        side.get(begun(side, client).result())


def test_a_durable_id_in_capitals_is_the_same(side: Side, service: Scripted, client: Any) -> None:
    running = submission(NEW, "live", "running/pending")
    running["id"] = f"submission/{GUID.upper()}/{NEW}"
    service.listed = [DRAFT, running]
    assert begun(side, client).adopted
    assert not service.posts


RUNNING = {"status": "running", "result": "pending"}
GONE: dict[str, Any] = {"lifecycleState": "Deprecated"}


def test_an_older_publish_that_runs_is_not_disturbed(side: Side, service: Scripted, client: Any) -> None:
    service.listed = [DRAFT, submission(NEW, "preview", "running/pending"), submission(LATER, "preview")]
    for wanted in (None, LATER):
        with pytest.raises(NotReady, match=f"Submission {NEW} is not in preview yet: its publish runs"):
            begun(side, client, wanted)
    assert not side.get(client.offer_status("contoso-db")).ready_to_go_live
    assert not service.posts


def test_what_runs_and_has_no_number_yet_is_not_disturbed(
    side: Side, service: Scripted, client: Any
) -> None:
    service.listed = [*READY, {**submission("0", "preview"), **RUNNING}]
    with pytest.raises(Undecided, match="entry 4"):
        begun(side, client)
    with pytest.raises(Undecided, match="entry 4"):
        side.get(client.begin_publish("contoso-db"))
    assert not service.posts
    service.listed = [*READY, {**submission("0", "draft"), **RUNNING}]
    assert begun(side, client).ref.submission == NEW


def test_a_go_live_that_was_canceled_is_no_success_of_an_older_one(
    side: Side, service: Scripted, client: Any
) -> None:
    service.listed = [DRAFT, submission(OLD, "live"), submission(NEW, "live", "completed/cancelled")]
    with pytest.raises(NotReady, match=f"{NEW} was canceled on its way to live"):
        begun(side, client)
    with pytest.raises(NotReady, match=f"{NEW} was canceled on its way to live"):
        begun(side, client, NEW)
    assert not service.posts


def test_an_older_one_of_two_that_are_live_was_replaced(
    side: Side, service: Scripted, client: Any
) -> None:
    now = datetime.fromtimestamp(service.clock.now(), UTC)
    service.listed = [DRAFT, submission(OLD, "live"), submission(NEW, "live")]
    with pytest.raises(Overtaken, match=f"Submission {NEW} is live, which is newer"):
        begun(side, client, OLD)
    # What an earlier run sent did go live.
    assert begun(side, client, OLD, sent=now).done
    assert begun(side, client).ref.submission == NEW
    assert not service.posts


@pytest.mark.parametrize("reverse", [False, True])
def test_the_latest_operation_is_the_try_that_counts(
    side: Side, service: Scripted, client: Any, *, reverse: bool
) -> None:
    tries = [submission(NEW, "live", words) for words in TRIES[:2]]
    service.listed = [DRAFT, *(reversed(tries) if reverse else tries)]
    assert side.get(client.latest_operation("contoso-db")).status.state is State.SUCCEEDED


def test_a_deprecation_is_no_go_live(side: Side, service: Scripted, client: Any) -> None:
    service.listed = [DRAFT, submission(NEW, "live", "running/pending", **GONE)]
    for wanted in (None, NEW):
        with pytest.raises(NotReady, match=f"Submission {NEW} is being taken off the market"):
            begun(side, client, wanted)
    service.listed = [DRAFT, submission(NEW, "live", **GONE)]
    for wanted in (None, NEW):
        with pytest.raises(NotReady, match="was taken off the market"):
            begun(side, client, wanted, restore=True)
    assert not service.posts


def test_what_is_in_preview_to_be_taken_off_the_market_is_asked_about(
    side: Side, service: Scripted, client: Any
) -> None:
    service.listed = [*READY[:2], submission(NEW, "preview", **GONE)]
    with pytest.raises(NotReady, match="--restore"):
        begun(side, client)
    assert not service.posts
    assert begun(side, client, restore=True).ref.submission == NEW
