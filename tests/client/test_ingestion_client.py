"""The Product Ingestion API: what its client decides, at its surface, both clients alike."""

from __future__ import annotations

import json
import re
from datetime import UTC, datetime
from itertools import pairwise
from typing import Any

import httpx
import pytest

from apis import INGESTION
from conftest import Side, VirtualClock
from golive import (
    InvalidInput,
    NotCanceled,
    NotFound,
    NothingToCancel,
    NotReady,
    OperationCanceled,
    OperationFailed,
    OperationKind,
    OperationRef,
    Overtaken,
    PollingPolicy,
    ProductIngestionClient,
    ProductStatus,
    ProductSubmission,
    RequestRefused,
    RetryPolicy,
    State,
    SubmissionRef,
    SubmissionUncertain,
    Undecided,
    WaitTimeout,
)
from golive.emulator import TOKEN, Emulator
from golive.emulator.ingestion.habits import IngestionHabit
from ingestion_service import (
    DRAFT,
    GUID,
    JOB,
    LATER,
    NEW,
    OLD,
    READY,
    Scripted,
    failed,
    job,
    submission,
)

PATIENT = RetryPolicy()


@pytest.fixture
def service(clock: VirtualClock) -> Scripted:
    return Scripted(clock)


@pytest.fixture
def client(side: Side, service: Scripted) -> Any:
    return INGESTION.client(side, transport=httpx.MockTransport(service))


def begun(side: Side, client: Any, *arguments: Any, **options: Any) -> Any:
    return side.get(client.begin_go_live("contoso-db", *arguments, **options))


# What is sent


def test_what_is_sent_says_one_thing(side: Side, service: Scripted, client: Any) -> None:
    begun(side, client)
    [request] = service.posts
    assert json.loads(request.content) == {
        "$schema": "https://schema.mp.microsoft.com/schema/configure/2022-03-01-preview2",
        "resources": [
            {
                "$schema": "https://schema.mp.microsoft.com/schema/submission/2022-03-01-preview2",
                "id": f"submission/{GUID}/{NEW}",
                "product": f"product/{GUID}",
                "target": {"targetType": "live"},
            }
        ],
    }
    assert all("$version" in each.url.params for _, each in service.seen)


def test_a_publish_names_no_version(side: Side, service: Scripted, client: Any) -> None:
    operation = side.get(client.begin_publish("contoso-db"))
    [resource] = json.loads(service.posts[0].content)["resources"]
    assert resource["target"] == {"targetType": "preview"}
    assert "id" not in resource
    assert operation.kind is OperationKind.PUBLISH


def test_a_guid_costs_no_search(side: Side, service: Scripted, client: Any) -> None:
    status = side.get(client.offer_status(GUID.upper()))
    assert status.offer_id == status.product == GUID
    assert not service.times("/product")


@pytest.mark.parametrize("code", [200, 201, 202, 204])
def test_any_success_is_an_acceptance(side: Side, service: Scripted, client: Any, code: int) -> None:
    service.configure = lambda: httpx.Response(code, json=job() if code != 204 else None)
    operation = begun(side, client)
    assert operation.ref.job == (None if code == 204 else JOB)
    assert len(service.posts) == 1


def test_it_asks_for_tokens_of_graph(side: Side, service: Scripted) -> None:
    scopes: list[str] = []

    class Credential:
        def get_token(self, *asked: str, **options: Any) -> Any:
            scopes.extend(asked)
            return type("Token", (), {"token": TOKEN, "expires_on": 2**40})()

    kind = type(INGESTION.client(side, transport=httpx.MockTransport(service)))
    client = side.keep(
        kind(Credential(), endpoint="http://127.0.0.1", transport=httpx.MockTransport(service))
    )
    side.get(client.offer_status("contoso-db"))
    assert set(scopes) == {"https://graph.microsoft.com/.default"}


# What is adopted, and what is refused


def test_what_goes_live_is_adopted_without_a_job(side: Side, service: Scripted, client: Any) -> None:
    service.listed = [DRAFT, submission(OLD, "live"), submission(NEW, "live", "running/pending")]
    operation = begun(side, client)
    assert (operation.adopted, operation.ref.submission, operation.ref.job) == (True, NEW, None)
    service.listed = [DRAFT, submission(NEW, "live")]
    assert side.get(operation.result()).id == NEW
    assert not service.posts


@pytest.mark.parametrize("preview", ["gone", "stays"])
def test_what_is_live_is_a_success_and_nothing_is_sent(
    side: Side, service: Scripted, client: Any, preview: str
) -> None:
    service.listed = [DRAFT, submission(NEW, "live")]
    if preview == "stays":
        service.listed.append(submission(NEW, "preview"))
    operation = begun(side, client)
    assert operation.done
    assert side.get(operation.result()).state is State.SUCCEEDED
    assert side.get(begun(side, client, NEW).result()).id == NEW
    assert not service.posts


@pytest.mark.parametrize(
    ("listed", "wanted", "told"),
    [
        ([DRAFT], None, "Nothing is in preview: publish the offer first"),
        ([DRAFT, submission(NEW, "preview", "running/pending")], None, "its publish runs"),
        ([DRAFT, submission(NEW, "preview", "completed/failed")], None, "did not get to preview"),
        ([DRAFT, submission(OLD, "live", "completed/failed")], None, "failed to go live"),
        (READY, LATER, f"Submission {NEW} is in preview, not {LATER}"),
        ([DRAFT, submission(LATER, "live")], NEW, f"Submission {LATER} is live, which is newer"),
        ([DRAFT, submission(OLD, "live")], NEW, "is neither in preview nor live"),
        ([DRAFT, submission(LATER, "live", "running/pending")], NEW, f"{LATER} is going live, not"),
    ],
)
def test_what_cannot_go_live_is_refused_before_anything_is_sent(
    side: Side, service: Scripted, client: Any, listed: Any, wanted: str | None, told: str
) -> None:
    service.listed = listed
    with pytest.raises(NotReady, match=re.escape(told)) as caught:
        begun(side, client, wanted)
    assert isinstance(caught.value, Overtaken) == (wanted is not None)
    assert "othing was sent" in str(caught.value)
    assert not service.posts


def test_what_was_deprecated_comes_back_only_when_asked(
    side: Side, service: Scripted, client: Any
) -> None:
    service.listed = [submission(OLD, "live", lifecycleState="Deprecated"), *READY[2:]]
    with pytest.raises(NotReady, match="deprecated"):
        begun(side, client)
    assert not service.posts
    begun(side, client, restore=True)
    [resource] = json.loads(service.posts[0].content)["resources"]
    assert "lifecycleState" not in resource


@pytest.mark.parametrize(
    "odd", [submission(LATER, "live", "paused/pending"), {"id": "nonsense", "target": {}, "status": "x"}]
)
def test_what_cannot_be_understood_may_run(side: Side, service: Scripted, client: Any, odd: Any) -> None:
    service.listed = [*READY, odd]
    with pytest.raises(Undecided):
        begun(side, client)
    with pytest.raises(Undecided):
        side.get(client.begin_publish("contoso-db"))
    assert not service.posts


def test_a_publish_that_runs_is_joined(side: Side, service: Scripted, client: Any) -> None:
    service.listed = [DRAFT, submission(OLD, "live"), submission(NEW, "preview", "Running/Pending")]
    operation = side.get(client.begin_publish("contoso-db"))
    assert (operation.adopted, operation.ref.submission) == (True, NEW)
    assert not service.posts
    service.listed = READY
    assert side.get(operation.result()).ready_to_go_live


@pytest.mark.parametrize("value", ["0", "042", 42, "4" * 40, "submission/x/4", ""])
def test_a_submission_is_named_by_its_number(side: Side, client: Any, value: Any) -> None:
    with pytest.raises(InvalidInput, match="submission must be the number"):
        begun(side, client, value)


# What a job says, and what it means


@pytest.mark.parametrize(
    ("words", "state"),
    [
        ("notStarted/pending", State.NOT_STARTED),
        ("running/pending", State.RUNNING),
        ("Running/Running", State.RUNNING),
        ("completed/pending", State.RUNNING),
        ("running/failed", State.RUNNING),
        ("notStarted/succeeded", State.NOT_STARTED),
        ("completed/odd", State.UNKNOWN),
        ("odd/pending", State.UNKNOWN),
        ("Completed/Cancelled", State.CANCELED),
        ("completed/canceled", State.CANCELED),
    ],
)
def test_two_words_mean_one_thing(
    side: Side, service: Scripted, client: Any, words: str, state: State
) -> None:
    service.jobs = [job(words, jobEnd="2026-06-01T15:05:00Z")]
    operation = begun(side, client)
    assert side.get(operation.refresh()).state is state
    assert operation.done == (state is State.CANCELED)


def test_a_year_1_is_no_date(side: Side, service: Scripted, client: Any) -> None:
    operation = begun(side, client)
    status = side.get(operation.refresh())
    assert status.created == status.last_action == datetime(2026, 6, 1, 15, 4, 11, 29384, UTC)
    service.jobs = [job(jobStart="0001-01-01")]
    assert side.get(operation.refresh()).created is None


def test_the_other_spelling_of_a_job(side: Side, service: Scripted, client: Any) -> None:
    told = job()
    del told["jobId"]
    service.configure = lambda: httpx.Response(202, json={**told, "jobID": JOB})
    assert begun(side, client).ref.job == JOB


def test_a_job_of_another_id_is_not_believed(side: Side, service: Scripted, client: Any) -> None:
    service.jobs = [job("completed/succeeded", jobId=GUID), job("completed/succeeded")]
    service.after = [DRAFT, submission(NEW, "live")]
    operation = begun(side, client)
    assert side.get(operation.poll()) is None
    assert side.get(operation.result()).state is State.SUCCEEDED


def test_success_is_confirmed_by_the_submission(side: Side, service: Scripted, client: Any) -> None:
    service.jobs = [job("completed/succeeded")]
    operation = begun(side, client)
    assert side.get(operation.refresh()).state is State.RUNNING
    service.listed = [DRAFT, submission(NEW, "live")]
    assert side.get(operation.result()).state is State.SUCCEEDED


def test_a_success_that_nothing_shows_is_none(side: Side, service: Scripted, client: Any) -> None:
    service.jobs = [job("completed/succeeded")]
    operation = begun(side, client)
    with pytest.raises(OperationFailed, match="no submission of the product shows that it is live"):
        side.get(operation.result())


def test_why_a_job_failed_is_told_to_the_innermost(side: Side, service: Scripted, client: Any) -> None:
    inner = {"code": "invalidState", "message": "Issues found during Certification."}
    middle = {"code": "invalidState", "message": "Certification", "details": [inner]}
    service.jobs = [failed("Operation failed", details=[middle], resourceId=f"submission/{GUID}/{NEW}")]
    with pytest.raises(OperationFailed, match=r"Issues found during Certification") as caught:
        side.get(begun(side, client).result())
    assert caught.value.status.messages[0].level == "error"
    assert NEW in str(caught.value)


@pytest.mark.parametrize(
    ("message", "hint"),
    [
        (f"The submission cannot be pushed to live as its not the latest {NEW}.", "A later version"),
        ("Expected a submission id that isn't null or 0 since target type is Live", "publish the offer"),
        (f"An In Progress submission {LATER} already exists.", "Another submission of the product runs"),
    ],
)
def test_known_refusals_of_a_job_are_explained(
    side: Side, service: Scripted, client: Any, message: str, hint: str
) -> None:
    service.jobs = [failed(message, "unheardOf")]
    with pytest.raises(OperationFailed, match=hint):
        side.get(begun(side, client).result())


def test_in_progress_with_our_number_is_adopted(side: Side, service: Scripted, client: Any) -> None:
    service.jobs = [failed(f"An In Progress submission {NEW} already exists.", "conflict")]
    service.after = [DRAFT, submission(OLD, "live"), submission(NEW, "live", "running/pending")]
    operation = begun(side, client)
    assert side.get(operation.refresh()).state is State.RUNNING
    assert (operation.adopted, operation.ref.job) == (True, None)
    service.after = [DRAFT, submission(NEW, "live")]
    assert side.get(operation.result()).state is State.SUCCEEDED
    assert len(service.posts) == 1


def test_a_publish_that_meets_another_joins_it(side: Side, service: Scripted, client: Any) -> None:
    service.jobs = [failed(f"An In Progress submission {LATER} already exists.")]
    service.after = [DRAFT, submission(OLD, "live"), submission(LATER, "preview", "running/pending")]
    operation = side.get(client.begin_publish("contoso-db"))
    assert side.get(operation.refresh()).state is State.RUNNING
    service.after = [DRAFT, submission(OLD, "live"), submission(LATER, "preview")]
    assert side.get(operation.result()).id == LATER


def test_a_job_that_is_forgotten_is_told_by_its_submission(
    side: Side, service: Scripted, client: Any
) -> None:
    operation = begun(side, client)
    service.jobs = [httpx.Response(404, json={"error": {"code": "notFound", "message": "Gone."}})]
    service.after = [DRAFT, submission(NEW, "live", "running/pending")]
    assert side.get(operation.refresh()).state is State.RUNNING
    service.after = [DRAFT, submission(NEW, "live", "completed/failed")]
    with pytest.raises(OperationFailed, match="says no more without its job"):
        side.get(operation.result())


def test_a_canceled_job_is_told(side: Side, service: Scripted, client: Any) -> None:
    service.jobs = [job("completed/cancelled")]
    with pytest.raises(OperationCanceled):
        side.get(begun(side, client).result())


def test_which_submission_a_publish_made_its_job_says(
    side: Side, service: Scripted, client: Any
) -> None:
    service.jobs = [job("completed/succeeded")]
    service.detail = {"resources": [{"id": f"product/{GUID}"}, {"id": f"submission/{GUID}/{NEW}"}]}
    # A colleague's publish came right after ours.
    service.after = [DRAFT, submission(OLD, "live"), submission(LATER, "preview")]
    operation = side.get(client.begin_publish("contoso-db"))
    assert side.get(operation.result()).id == NEW
    with pytest.raises(Overtaken):
        begun(side, client, NEW)


# What is lost, late or refused


@pytest.mark.parametrize("shown", [0, 60, 300])
def test_a_lost_answer_is_looked_for_and_nothing_is_sent_again(
    side: Side, service: Scripted, client: Any, shown: float
) -> None:
    def lost() -> httpx.Response:
        raise httpx.ReadTimeout("late")

    service.configure = lost
    began = service.clock.monotonic()

    def listed() -> Any:
        late = service.clock.monotonic() - began > shown
        running = submission(NEW, "live", "notStarted/pending")
        return [*READY[:2], running] if late and service.posts else READY

    service.listed = listed
    operation = begun(side, client)
    assert (operation.adopted, operation.ref.submission) == (True, NEW)
    assert operation.ref.sent is not None
    assert len(service.posts) == 1


def test_what_is_never_shown_stays_uncertain_and_can_be_asked_again(
    side: Side, service: Scripted, client: Any
) -> None:
    service.configure = lambda: httpx.Response(502)
    began = service.clock.monotonic()
    with pytest.raises(SubmissionUncertain) as caught:
        begun(side, client)
    assert service.clock.monotonic() - began == pytest.approx(PATIENT.reconcile_for)
    assert caught.value.safe_after is None
    token = caught.value.continuation_token
    assert token is not None
    sent = client.operation(token).ref.sent
    # The time in which it may take effect has passed, so nothing is waited for.
    service.configure = lambda: httpx.Response(202, json=job())
    waited = service.clock.monotonic()
    assert begun(side, client, NEW, sent=sent).ref.job == JOB
    assert service.clock.monotonic() - waited < 61
    with pytest.raises(NotReady, match="no go-live of it was begun"):
        side.get(client.operation(token).refresh())


def test_an_earlier_try_is_waited_out(side: Side, service: Scripted, client: Any) -> None:
    now = datetime.fromtimestamp(service.clock.now(), UTC)
    shown = service.clock.monotonic() + 120

    def listed() -> Any:
        running = [*READY[:2], submission(NEW, "live", "running/pending")]
        return running if service.clock.monotonic() > shown else READY

    service.listed = listed
    assert begun(side, client, NEW, sent=now).adopted
    assert not service.posts


def test_a_slow_answer_is_waited_for(side: Side, clock: VirtualClock) -> None:
    emulator = Emulator(speed=1, clock=clock.monotonic, answer_delay={"configure": 45.0})
    client = INGESTION.client(side, transport=emulator.transport(clock=clock))
    operation = side.get(client.begin_go_live("contoso-app"))
    assert operation.ref.job
    assert not operation.adopted


@pytest.mark.parametrize("status", [409, 423])
def test_a_conflict_is_looked_into(side: Side, service: Scripted, client: Any, status: int) -> None:
    refusal = {"error": {"code": "conflict", "message": f"An In Progress submission {NEW} exists."}}
    service.configure = lambda: httpx.Response(status, json=refusal)
    service.after = [*READY[:2], submission(NEW, "live", "running/pending")]
    assert begun(side, client).adopted
    service.after = None
    with pytest.raises(RequestRefused):
        begun(side, client)
    assert len(service.posts) == 2


def test_a_400_that_explains_itself_is_definite(side: Side, service: Scripted, client: Any) -> None:
    refusal = {"error": {"code": "badRequest", "message": "Schema x could not be accessed"}}
    service.configure = lambda: httpx.Response(400, json=refusal)
    began = service.clock.monotonic()
    with pytest.raises(RequestRefused, match="could not be accessed"):
        begun(side, client)
    assert service.clock.monotonic() - began < 1


def test_what_was_throttled_is_sent_again_after_another_look(
    side: Side, service: Scripted, client: Any
) -> None:
    answers = [httpx.Response(429, headers={"Retry-After": "7"}), httpx.Response(202, json=job())]
    service.configure = lambda: answers.pop(0)
    assert begun(side, client).ref.job == JOB
    first, second = service.times("/configure")
    assert second - first >= 7
    # While it waits, somebody publishes another version.
    answers[:] = [httpx.Response(429)]
    service.listed = lambda: [*READY, submission(LATER, "preview")] if len(service.posts) > 2 else READY
    with pytest.raises(Overtaken):
        begun(side, client)
    assert len(service.posts) == 3


def test_it_is_written_down_before_it_is_sent(side: Side, service: Scripted, client: Any) -> None:
    seen: list[OperationRef] = []

    def note(ref: OperationRef) -> None:
        assert not service.posts
        seen.append(ref)

    begun(side, client, on_sending=note)
    [ref] = seen
    assert isinstance(ref, SubmissionRef)
    assert (ref.submission, ref.job) == (NEW, None)
    assert ref.sent is not None

    def refuse(ref: OperationRef) -> None:
        raise RuntimeError("the disk is full")

    with pytest.raises(RuntimeError):
        begun(side, client, on_sending=refuse)
    assert len(service.posts) == 1


# How often


def test_a_job_is_asked_about_once_a_minute_at_most(side: Side, service: Scripted, client: Any) -> None:
    unwell = httpx.Response(503)
    service.jobs = [*[job()] * 3, unwell, unwell, *[job()] * 3, job("completed/succeeded")]
    service.after = [DRAFT, submission(NEW, "live")]
    operation = begun(side, client)
    with pytest.raises(WaitTimeout):
        side.get(operation.wait(timeout=90))
    side.get(operation.result())
    asked = [*service.times("/configure"), *service.times("/status")]
    assert len(asked) == 10
    assert min(later - one for one, later in pairwise(asked)) >= 60


def test_a_policy_that_asks_more_often_is_refused() -> None:
    with pytest.raises(InvalidInput, match="at most one poll per minute and job"):
        ProductIngestionClient(TOKEN, polling=PollingPolicy(min_delay=59))
    ProductIngestionClient(TOKEN, polling=PollingPolicy(min_delay=60)).close()


# Lists


def test_pages_are_read_by_their_token_alone(side: Side, service: Scripted, client: Any) -> None:
    def page(request: httpx.Request) -> Any:
        if (token := request.url.params.get("continuationToken")) is None:
            link = "https://evil.example/rp?ContinuationToken=a%2Bb&$version=9"
            return {"value": READY[:2], "@nextLink": link}
        assert token == "a+b"
        return {"value": READY[2:]}

    transport = httpx.MockTransport(
        lambda request: (
            httpx.Response(200, json=page(request))
            if "/submission/" in request.url.path
            else service(request)
        )
    )
    paged = INGESTION.client(side, transport=transport)
    listed = side.get(paged.submissions("contoso-db"))
    assert [each.number for each in listed] == [OLD, NEW]


def test_a_list_in_a_circle_ends(side: Side, service: Scripted, client: Any) -> None:
    service.listed = {"value": READY, "@nextLink": "/?continuationToken=x"}
    with pytest.raises(Exception, match="leads in a circle"):
        side.get(client.submissions("contoso-db"))


def test_numbers_stay_text_and_the_draft_is_none(side: Side, client: Any) -> None:
    old, new = side.get(client.submissions("contoso-db"))
    assert (old.number, new.number) == (OLD, NEW)
    assert (old.kind, new.kind) == (OperationKind.GO_LIVE, OperationKind.PUBLISH)
    assert side.get(client.submissions("contoso-db", state=State.RUNNING)) == ()
    followed = client.operation(new)
    assert followed.ref.submission == NEW
    assert ProductSubmission.from_dict(json.loads(json.dumps(new.to_dict()))) == new


def test_entries_of_another_product_are_none_of_ours(side: Side, service: Scripted, client: Any) -> None:
    other = submission(LATER, "live", "running/pending")
    other["id"] = f"submission/{JOB}/{LATER}"
    service.listed = [*READY, other]
    assert begun(side, client).ref.submission == NEW


def test_an_offer_that_is_not_there(side: Side, service: Scripted, client: Any) -> None:
    service.products = {"value": [{"id": f"product/{GUID}", "identity": {"externalId": "contoso-x"}}]}
    with pytest.raises(NotFound, match="no product with the offer id 'contoso-db'"):
        begun(side, client)
    twice = [{"id": f"product/{one}", "identity": {"externalId": "Contoso-DB"}} for one in (GUID, JOB)]
    service.products = {"value": twice}
    with pytest.raises(Undecided, match="several products"):
        begun(side, client)
    service.products = twice[0]
    assert side.get(client.offer_status("contoso-db")).product == GUID
    with pytest.raises(InvalidInput):
        side.get(client.offer_status("contoso/db"))


# Where it stands


def test_where_an_offer_stands(side: Side, service: Scripted, client: Any) -> None:
    status = side.get(client.offer_status("contoso-db"))
    assert status.ready_to_go_live
    assert (status.preview.number, status.live.number) == (NEW, OLD)
    assert (status.running, status.obstacle) == (None, None)
    assert ProductStatus.from_dict(json.loads(json.dumps(status.to_dict()))) == status
    service.listed = [DRAFT, submission(NEW, "live", "running/pending")]
    status = side.get(client.offer_status("contoso-db"))
    assert (status.state, status.running.number) == (State.RUNNING, NEW)
    assert status.obstacle == f"Submission {NEW} is going live already."


def test_the_latest_operation(side: Side, service: Scripted, client: Any) -> None:
    latest = side.get(client.latest_operation("contoso-db"))
    assert (latest.ref.submission, latest.kind) == (NEW, OperationKind.PUBLISH)
    service.listed = [*READY[:2], submission(NEW, "live", "running/pending")]
    latest = side.get(client.latest_operation("contoso-db"))
    assert (latest.ref.submission, latest.kind) == (NEW, OperationKind.GO_LIVE)
    service.listed = [DRAFT]
    assert side.get(client.latest_operation("contoso-db")) is None


# Its URL


def test_the_url_says_all_that_resuming_takes(side: Side, client: Any) -> None:
    operation = begun(side, client)
    token = operation.continuation_token()
    address, _, fragment = token.partition("#")
    assert address == f"http://127.0.0.1/rp/product-ingestion/submission/{GUID}/{NEW}"
    assert re.fullmatch(rf"go-live,offer=contoso-db,job={JOB},sent=[-0-9T:]+Z", fragment)
    again = client.operation(token)
    assert (again.ref, again.kind) == (operation.ref, operation.kind)
    bare = client.operation(address)
    assert (bare.ref.submission, bare.ref.job) == (NEW, None)
    assert client.operation(operation.ref).ref == operation.ref


@pytest.mark.parametrize(
    ("token", "told"),
    [
        (f"https://evil.example/rp/product-ingestion/submission/{GUID}/{NEW}", "requests go to"),
        (f"http://127.0.0.1/rp/product-ingestion/submission/{GUID}/0", "submission's number"),
        (f"http://127.0.0.1/rp/product-ingestion/submission/{GUID}", "which submission goes live"),
        (f"http://127.0.0.1/rp/product-ingestion/configure/{JOB}/status", "it is not /rp/product"),
        (f"http://127.0.0.1/rp/product-ingestion/submission/{GUID}/{NEW}#cancel", "of a job"),
        (f"http://127.0.0.1/rp/product-ingestion/submission/{GUID}/{NEW}#go-live,job=a/b", "job=a/b"),
        (f"http://127.0.0.1/rp/product-ingestion/submission/{GUID}/{NEW}#go-live,sent=x", "isoformat"),
        (f"http://a@127.0.0.1/rp/product-ingestion/submission/{GUID}/{NEW}", "a user"),
        (f"http://127.0.0.1/rp/product-ingestion/submission/{GUID}/{NEW}\n/x", "the character"),
        (42, "is a str, not int"),
    ],
)
def test_what_is_no_token_is_refused(side: Side, client: Any, token: Any, told: str) -> None:
    with pytest.raises(InvalidInput, match=re.escape(told)):
        client.operation(token)


def test_a_checkpoint_goes_on_elsewhere(side: Side, service: Scripted, client: Any) -> None:
    operation = begun(side, client)
    side.get(operation.poll())
    point = operation.checkpoint()
    later = INGESTION.client(side, transport=httpx.MockTransport(service)).operation(point)
    assert later.ref == operation.ref
    assert later.next_poll_at == point.due
    assert later.status == operation.status


# Canceling


def test_a_job_is_canceled(side: Side, service: Scripted, client: Any) -> None:
    operation = begun(side, client)
    canceled = side.get(operation.cancel())
    assert side.get(canceled.result()).state is State.CANCELED
    assert (
        side.get(side.get(client.begin_cancel("contoso-db", job=JOB)).result()).state is State.CANCELED
    )


def test_it_is_too_late_to_cancel(side: Side, service: Scripted, client: Any) -> None:
    told = "Cannot cancel job, job has already completed."
    refusal = {"error": {"code": "badRequest", "message": told}}
    service.cancel = lambda: httpx.Response(400, json=refusal)
    operation = begun(side, client)
    with pytest.raises(RequestRefused, match="Cannot cancel job"):
        side.get(operation.cancel())
    service.jobs = [job("completed/succeeded")]
    with pytest.raises(NotCanceled):
        side.get(side.get(operation.cancel()).result())


def test_what_has_no_job_cannot_be_canceled_here(side: Side, service: Scripted, client: Any) -> None:
    with pytest.raises(NothingToCancel):
        side.get(client.begin_cancel("contoso-db"))
    service.listed = [submission(NEW, "live", "running/pending")]
    with pytest.raises(Undecided, match="its job is not known here"):
        side.get(client.begin_cancel("contoso-db"))
    with pytest.raises(Undecided, match="its job is not known here"):
        side.get(begun(side, client).cancel())


def test_a_lost_cancellation_is_looked_into(side: Side, service: Scripted, client: Any) -> None:
    service.cancel = lambda: httpx.Response(504)
    operation = begun(side, client)
    with pytest.raises(SubmissionUncertain):
        side.get(operation.cancel())
    service.jobs = [job("completed/cancelled")]
    assert side.get(side.get(operation.cancel()).result()).state is State.CANCELED


# Together


def test_two_colleagues_and_the_portal_start_at_once(side: Side, clock: VirtualClock) -> None:
    emulator = Emulator(speed=1, clock=clock.monotonic)
    clients = [INGESTION.client(side, transport=emulator.transport(clock=clock)) for _ in range(2)]
    emulator.products.portal_go_live("contoso-app")
    # The list lags, so neither sees what the other, or the person in the portal, began.
    operations = [side.get(each.begin_go_live("contoso-app")) for each in clients]
    outcomes = [side.get(each.result()) for each in operations]
    assert {each.state for each in outcomes} == {State.SUCCEEDED}
    assert len({each.id for each in outcomes}) == 1
    assert sum(emulator.accepted_submissions("contoso-app").values()) == 0
    live = emulator.products.product("contoso-app").live(emulator.products.now)
    assert live is not None
    assert live.number == outcomes[0].id


def test_two_colleagues_start_at_once(side: Side, clock: VirtualClock) -> None:
    emulator = Emulator(speed=1, clock=clock.monotonic)
    clients = [INGESTION.client(side, transport=emulator.transport(clock=clock)) for _ in range(3)]
    operations = [side.get(each.begin_go_live("contoso-app")) for each in clients]
    assert {side.get(each.result()).id for each in operations} == {operations[0].ref.submission}
    assert sum(emulator.accepted_submissions("contoso-app").values()) == 1


@pytest.mark.parametrize("habit", IngestionHabit)
def test_whatever_nobody_knows_it_goes_live_once(
    side: Side, clock: VirtualClock, habit: IngestionHabit
) -> None:
    emulator = Emulator(speed=1, clock=clock.monotonic, habits=[habit])
    client = INGESTION.client(side, transport=emulator.transport(clock=clock))
    published = side.get(side.get(client.begin_publish("contoso-db")).result())
    assert published.ready_to_go_live
    operation = side.get(client.begin_go_live("contoso-db", published.id))
    assert side.get(operation.result()).id == published.id
    again = side.get(client.begin_go_live("contoso-db"))
    assert again.done
    assert dict(emulator.accepted_submissions("contoso-db")) == {published.id: 1}


@pytest.mark.parametrize("habit", [each for each in IngestionHabit if "cancel" in each])
def test_whatever_becomes_of_what_was_canceled_it_is_told(
    side: Side, clock: VirtualClock, habit: IngestionHabit
) -> None:
    emulator = Emulator(speed=1, clock=clock.monotonic, habits=[habit])
    client = INGESTION.client(side, transport=emulator.transport(clock=clock))
    operation = side.get(client.begin_go_live("contoso-app"))
    clock.sleep(3600)
    cancellation = side.get(operation.cancel())
    if habit is IngestionHabit.NO_DURABLE_CANCEL:
        # The offer goes live all the same, and that is what must be known.
        with pytest.raises(NotCanceled, match="succeeded before it could be canceled"):
            side.get(cancellation.result())
        assert side.get(operation.result()).state is State.SUCCEEDED
    else:
        assert side.get(cancellation.result()).state is State.CANCELED
        with pytest.raises(OperationCanceled):
            side.get(operation.result())


def test_what_differs_is_told_without_order_and_signatures(side: Side, clock: VirtualClock) -> None:
    emulator = Emulator(speed=1, clock=clock.monotonic)
    client = INGESTION.client(side, transport=emulator.transport(clock=clock))
    draft, preview = side.get(client.differences("contoso-app"))
    assert (draft.changes, draft.is_missing) == ((), False)
    assert preview.changes
    assert not any("sig=" in (each.after or "") for each in preview.changes)
    emulator.products.edit_draft("contoso-app", title="Another title")
    draft, _ = side.get(client.differences("contoso-app"))
    assert draft.changes
    assert all("Another title" in (each.after or "") and each.before for each in draft.changes)
    nothing, live = side.get(client.differences("contoso-draft"))
    assert (nothing.is_missing, live.is_missing) == (True, True)
