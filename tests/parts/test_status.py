"""The service's words, and what is made of them."""

from __future__ import annotations

import copy
import json
import pickle
from datetime import UTC, datetime
from typing import Any

import pytest
from attrs import evolve, fields
from hypothesis import given
from hypothesis import strategies as st

from golive import (
    InvalidInput,
    Link,
    Message,
    OfferStatus,
    OperationKind,
    OperationRef,
    OperationStatus,
    Origin,
    State,
    Step,
    Submission,
)
from golive.portal.location import parse_token
from golive.portal.reading import read_offer_status, read_operation, read_submissions
from golive.refs import LocationForm
from golive.status import _READERS
from golive.vocabulary import awaits_publisher, offer_state

HERE = Origin("https", "cloudpartner.azure.com", 443)
GUID = "56615b67-2185-49fe-80d2-c4ddf77bb2e8"

WORDS = {
    State.NOT_STARTED: ["not started", "notStarted", "NotStarted", "NeverPublished"],
    State.RUNNING: ["running", "Running", "inProgress", "InProgress", "in progress"],
    State.WAITING_FOR_PUBLISHER: [
        "WaitingForPublisherReview",
        "waitingForPublisherReview",
        "WaitingForApproval",
        "blocked",
    ],
    State.SUCCEEDED: ["completed", "complete", "Complete", "succeeded", "Succeeded"],
    State.FAILED: ["failed", "Failed", "rejected"],
    State.CANCELED: ["canceled", "Canceled", "cancelled"],
    State.UNKNOWN: ["", "finished", "paused", "runningLate", "完了"],
}


@pytest.mark.parametrize(
    ("word", "state"), [(word, state) for state, words in WORDS.items() for word in words]
)
def test_words(word: str, state: State) -> None:
    for spelling in (word, word.upper(), word.lower(), f" {word}\t", "_".join(word), "-".join(word)):
        assert State.of(spelling) is state


@given(st.text())
def test_any_word_has_a_state_and_only_known_ones_end_a_wait(word: str) -> None:
    state = State.of(word)
    assert state.is_terminal == (state in (State.SUCCEEDED, State.FAILED, State.CANCELED))


def test_an_offer_may_be_published_and_an_operation_not() -> None:
    assert State.of("published") is State.UNKNOWN
    assert offer_state("Published") is State.SUCCEEDED
    assert offer_state("neverPublished") is State.NOT_STARTED


@pytest.mark.parametrize(
    ("word", "awaits"),
    [
        ("waitingForPublisherReview", True),
        ("Waiting for approval", True),
        ("blocked", False),
        ("running", False),
        ("", False),
    ],
)
def test_words_for_a_sign_off_that_waits(word: str, awaits: bool) -> None:
    assert awaits_publisher(word) is awaits


def operation(**fields: Any) -> OperationStatus:
    return read_operation({"status": "running", **fields})


def offer(**fields: Any) -> OfferStatus:
    return read_offer_status({"status": "running", **fields})


def step(step_id: str, status: str, percent: int | None = None, **fields: Any) -> dict[str, Any]:
    return {
        "id": step_id,
        "stepName": step_id.title(),
        "status": status,
        "progressPercentage": percent,
        **fields,
    }


def test_current_step_and_percent() -> None:
    status = operation(
        steps=[step("a", "completed", 100), step("b", "inProgress", 50), step("c", "notStarted")]
    )
    assert status.current_step is not None
    assert status.current_step.id == "b"
    assert status.percent == 50


def test_a_completed_step_counts_whole_whatever_its_percentage() -> None:
    assert operation(steps=[step("a", "complete", 0)]).percent == 100


#: The sign-off as the reference has it, as running clients know it, and without an id.
SIGN_OFFS: list[dict[str, Any]] = [
    {"id": "publisher-signoff", "stepName": "Publisher signoff"},
    {"id": "s5", "stepName": "publisher-signoff"},
    {"stepName": "Publisher-Signoff"},
    {"id": "Publisher Sign_off"},
]


@pytest.mark.parametrize("named", SIGN_OFFS)
@pytest.mark.parametrize("read", [operation, offer])
@pytest.mark.parametrize(
    ("word", "ready"),
    [
        ("waitingForPublisherReview", True),
        ("WaitingForApproval", True),
        ("blocked", True),
        ("completed", False),
        ("inProgress", False),
        ("notStarted", False),
        ("Nearly There", False),
    ],
)
def test_ready_to_go_live_while_it_reads_running(
    named: dict[str, Any], read: Any, word: str, ready: bool
) -> None:
    status = read(
        steps=[step("certify", "complete"), {**named, "status": word}, step("live", "notStarted")]
    )
    assert status.state is State.RUNNING
    assert status.sign_off_step is status.steps[1]
    assert status.ready_to_go_live is ready


@pytest.mark.parametrize("read", [operation, offer])
def test_ready_by_its_own_word(read: Any) -> None:
    assert read(status="waitingForPublisherReview").ready_to_go_live
    assert read(status="Waiting For Approval", steps=[step("certify", "complete")]).ready_to_go_live
    assert not read(status="blocked").ready_to_go_live
    assert not read(steps=[step("displaycertify", "blocked")]).ready_to_go_live


@pytest.mark.parametrize("word", ["failed", "canceled"])
@pytest.mark.parametrize("read", [operation, offer])
def test_not_ready_once_it_failed_or_was_canceled(read: Any, word: str) -> None:
    steps = [step("publisher-signoff", "waitingForPublisherReview")]
    assert not read(status=word, submissionType="publish", steps=steps).ready_to_go_live


@pytest.mark.parametrize(
    ("kind", "steps", "ready"),
    [
        ("publish", [("publisher-signoff", "waitingForPublisherReview")], True),
        ("publish", [("publisher-signoff", "notStarted"), ("live", "notStarted")], True),
        ("publish", [("publisher-signoff", "inProgress"), ("live", "notStarted")], True),
        ("publish", [("publisher-signoff", "complete")], False),
        ("publish", [("publisher-signoff", "notStarted"), ("live", "inProgress")], False),
        ("publish", [("publisher-signoff", "notStarted"), ("other", "complete")], False),
        ("publish", [("publisher-signoff", "notStarted"), ("other", "Nearly There")], True),
        ("Publish", [], True),
        ("publish", [("live", "complete")], False),
        (None, [("publisher-signoff", "notStarted")], True),
        ("Publish/GoLive", [("certify", "complete"), ("publisher-signoff", "notStarted")], True),
        (None, [("publisher-signoff", "complete")], False),
        (None, [("certify", "complete")], False),
        (None, [], False),
        ("goLive", [], False),
        ("go_live", [("publisher-signoff", "notStarted")], False),
    ],
)
def test_a_publish_that_ended_in_preview_is_ready(
    kind: str | None, steps: list[tuple[str, str]], ready: bool
) -> None:
    status = operation(status="succeeded", submissionType=kind, steps=[step(*each) for each in steps])
    assert status.ready_to_go_live is ready


def test_old_steps_do_not_make_a_finished_offer_wait() -> None:
    steps = [step("publisher-signoff", "waitingForPublisherReview")]
    assert not offer(status="succeeded", steps=steps).ready_to_go_live


@pytest.mark.parametrize("read", [operation, offer])
@pytest.mark.parametrize(
    ("steps", "signed_off"),
    [
        ([("publisher-signoff", "complete")], True),
        ([("publisher-signoff", "complete"), ("live", "notStarted")], True),
        ([("publisher-signoff", "inProgress"), ("live", "inProgress")], True),
        ([("publisher-signoff", "notStarted"), ("live", "complete")], True),
        ([("live", "inProgress")], True),
        ([("publisher-signoff", "waitingForPublisherReview"), ("live", "notStarted")], False),
        ([("publisher-signoff", "notStarted")], False),
        ([("publisher-signoff", "waitingForPublisherReview"), ("live", "inProgress")], None),
        ([("publisher-signoff", "inProgress")], None),
        ([("publisher-signoff", "Nearly There")], None),
        ([("publisher-signoff", "rejected")], None),
        ([("live", "Nearly There")], None),
        ([("certify", "complete"), ("live", "notStarted")], None),
        ([], None),
    ],
)
def test_signed_off_or_not_or_not_to_be_told(
    read: Any, steps: list[tuple[str, str]], signed_off: bool | None
) -> None:
    assert read(steps=[step(*each) for each in steps]).signed_off is signed_off


@pytest.mark.parametrize(
    ("kind", "slot", "meant"),
    [
        ("goLive", "staging", OperationKind.GO_LIVE),
        ("publish", "production", OperationKind.GO_LIVE),
        ("Publish", "Production ", OperationKind.GO_LIVE),
        ("go_live", None, OperationKind.GO_LIVE),
        ("publish", "staging", OperationKind.PUBLISH),
        ("", None, OperationKind.PUBLISH),
    ],
)
def test_what_is_listed_can_be_followed_as_what_it_is(
    kind: str, slot: str | None, meant: OperationKind
) -> None:
    ref = OperationRef(HERE, "contoso", "contoso-offer", GUID, LocationForm.MIGRATED)
    entry = Submission(ref, kind, State.RUNNING, "running", slot=slot)
    assert entry.kind is meant
    assert parse_token(entry.continuation_token, HERE) == (ref, meant)


MESSAGE = Message("a <b>b</b>", "error", datetime(2017, 3, 28, 19, 50, 39, 550601, UTC))
STEP = Step("live", "Live", State.RUNNING, "inProgress", 40, "~2-5 days", "d", (MESSAGE,))
EXAMPLES: list[Any] = [
    MESSAGE,
    Message("m", "error"),
    Link(None, "https://x.example"),
    STEP,
    OperationStatus(),
    OperationStatus(
        state=State.WAITING_FOR_PUBLISHER,
        word="blocked",
        steps=(STEP, evolve(STEP, percent=None)),
        messages=(MESSAGE,),
        error="no",
        id=GUID,
        submission_type="publish",
        publishing_version=2,
        offer_version=3,
        cancellation_request_state="canCancel",
        created=MESSAGE.timestamp,
        preview_links=(Link("x", None),),
    ),
    OfferStatus(State.RUNNING, "running", steps=(STEP,), etag='W/"1"'),
    *(
        Submission(
            OperationRef(HERE, "contoso", "contoso-offer", identifier, form),
            "publish",
            State.UNKNOWN,
            "Almost",
            version=636576975611768314,
            changed=MESSAGE.timestamp,
        )
        for identifier, form in (
            (GUID, LocationForm.MIGRATED),
            ("contoso$contoso-offer$2$preview", LocationForm.NON_MIGRATED),
        )
    ),
]


@pytest.mark.parametrize("snapshot", EXAMPLES)
def test_snapshots_survive_storage(snapshot: Any) -> None:
    stored = json.loads(json.dumps(snapshot.to_dict()))
    assert type(snapshot).from_dict(stored) == snapshot
    assert type(snapshot).from_dict({**stored, "of_a_later_release": [1]}) == snapshot
    assert pickle.loads(pickle.dumps(snapshot)) == snapshot
    assert copy.deepcopy(snapshot) == snapshot


def test_a_snapshot_of_a_later_release_is_read_as_far_as_it_is_known() -> None:
    stored = {"state": "paused for a while", "word": "paused"}
    assert OperationStatus.from_dict(stored) == OperationStatus(State.UNKNOWN, "paused")
    assert OperationStatus.from_dict({"created": "2017-03-28T19:50:36"}).created == datetime(
        2017, 3, 28, 19, 50, 36, tzinfo=UTC
    )


@pytest.mark.parametrize("kind", [Message, Link, Step, OperationStatus, OfferStatus, Submission])
def test_every_field_can_be_read(kind: Any) -> None:
    assert {str(each.type) for each in fields(kind)} <= _READERS.keys()


@pytest.mark.parametrize(
    ("kind", "stored"),
    [
        (OperationStatus, None),
        (OperationStatus, []),
        (OperationStatus, "running"),
        (OperationStatus, {"word": 7}),
        (OperationStatus, {"state": None}),
        (OperationStatus, {"steps": {}}),
        (OperationStatus, {"steps": [None]}),
        (OperationStatus, {"steps": [{"id": "live"}]}),
        (OperationStatus, {"offer_version": True}),
        (OperationStatus, {"offer_version": "2"}),
        (OperationStatus, {"created": "yesterday"}),
        (OperationStatus, {"created": 7}),
        (OfferStatus, {}),
        (Message, {"html": "m"}),
        (Submission, {"ref": "evil", "submission_type": "", "state": "running", "word": ""}),
        (Submission, {"ref": None, "submission_type": "", "state": "running", "word": ""}),
    ],
)
def test_what_is_no_snapshot_is_refused(kind: Any, stored: Any) -> None:
    with pytest.raises(InvalidInput, match=f"This is not what {kind.__name__}.to_dict gave"):
        kind.from_dict(stored)


@given(st.text(), st.text())
def test_a_listed_operation_is_stored_and_found_again(kind: str, word: str) -> None:
    body = [{"id": GUID, "submissionType": kind, "submissionState": word}]
    (entry,) = read_submissions(body, origin=HERE, publisher_id="contoso", offer_id="o").entries
    assert Submission.from_dict(json.loads(json.dumps(entry.to_dict()))) == entry
