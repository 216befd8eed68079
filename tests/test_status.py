"""The service's words, and what is made of them."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

import golive_api.models as api
from golive import LocationForm, Message, OfferStatus, OperationStatus, Origin, State, Submission

HERE = Origin("https", "cloudpartner.azure.com", 443)

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


def operation(**fields: Any) -> OperationStatus:
    return OperationStatus.from_api(api.Operation.from_dict({"status": "running", **fields}))


def step(step_id: str, status: str, percent: int | None = None, **fields: Any) -> dict[str, Any]:
    return {
        "id": step_id,
        "stepName": step_id.title(),
        "status": status,
        "progressPercentage": percent,
        **fields,
    }


def test_the_object_of_running_clients_and_the_array_of_the_page_are_the_same() -> None:
    model = api.Operation.from_dict({"status": "completed"})
    assert OperationStatus.from_api(model) == OperationStatus.from_api([model])
    assert OperationStatus.from_api(model).state is State.SUCCEEDED


@pytest.mark.parametrize("body", [[], [1, 2], None, "running", [None], {"status": "running"}])
def test_what_is_not_one_operation_is_refused(body: Any) -> None:
    with pytest.raises(ValueError, match="operation"):
        OperationStatus.from_api(body)


def test_the_own_word_of_the_service_is_kept() -> None:
    status = operation(status="Almost There")
    assert (status.state, status.word) == (State.UNKNOWN, "Almost There")


def test_everything_the_service_may_say() -> None:
    status = operation(
        id="56615b67-2185-49fe-80d2-c4ddf77bb2e8",
        submissionType="goLive",
        messages=[
            {"messageHtml": "a<br>b", "level": "error", "timestamp": "2017-03-28T19:50:39.5506018Z"}
        ],
        publishingVersion=2,
        offerVersion=3,
        cancellationRequestState="canCancel",
        createdDateTime="2017-03-28T19:50:36.500052Z",
        lastActionDateTime="2017-03-28T19:50:36",
        error="no",
        steps=[step("live", "inProgress", 40, estimatedTimeFrame="~2-5 days", description="d")],
        previewLinks=[{"DisplayText": "x", "URI": "https://x.example"}],
        liveLinks=[{}],
        notificationEmails="a@x",
    )
    assert status.id == "56615b67-2185-49fe-80d2-c4ddf77bb2e8"
    assert status.submission_type == "goLive"
    assert status.messages[0].timestamp == datetime(2017, 3, 28, 19, 50, 39, 550601, UTC)
    assert (status.publishing_version, status.offer_version) == (2, 3)
    assert status.cancellation_request_state == "canCancel"
    assert status.created == datetime(2017, 3, 28, 19, 50, 36, 500052, UTC)
    assert status.last_action == datetime(2017, 3, 28, 19, 50, 36, tzinfo=UTC)
    assert status.error == "no"
    assert status.steps[0].estimate == "~2-5 days"
    assert status.steps[0].description == "d"
    assert (status.preview_links[0].text, status.preview_links[0].uri) == ("x", "https://x.example")
    assert status.live_links[0].uri is None
    assert status.notification_emails == "a@x"


@pytest.mark.parametrize("missing", [{}, {"steps": None, "messages": None, "error": None}])
def test_nearly_nothing_is_enough(missing: dict[str, Any]) -> None:
    status = operation(**missing)
    assert status.steps == ()
    assert status.messages == ()
    assert status.current_step is None
    assert status.percent is None
    assert not status.ready_to_go_live


@pytest.mark.parametrize(
    "fields",
    [
        {"status": 7},
        {"status": None},
        {"id": 7},
        {"publishingVersion": "2"},
        {"publishingVersion": True},
        {"publishingVersion": 2.5},
        {"steps": [step("live", 7)]},  # type: ignore[arg-type]
        {"steps": [step("live", "running", "40")]},  # type: ignore[arg-type]
        {"messages": [{"messageHtml": 7, "level": "error"}]},
    ],
)
def test_wrong_types_are_refused(fields: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match=r"instead of|not what the contract says"):
        operation(**fields)


@pytest.mark.parametrize(("percent", "shown"), [(-5, 0), (0, 0), (40, 40), (100, 100), (250, 100)])
def test_percentages_stay_in_bounds(percent: int, shown: int) -> None:
    assert operation(steps=[step("live", "running", percent)]).steps[0].percent == shown


def test_messages_may_be_strings() -> None:
    assert operation(messages=["a <b>b</b>"]).messages == (Message("a <b>b</b>", "information"),)


def test_current_step_and_percent() -> None:
    status = operation(
        steps=[step("a", "completed", 100), step("b", "inProgress", 50), step("c", "notStarted")]
    )
    assert status.current_step is not None
    assert status.current_step.id == "b"
    assert status.percent == 50


def test_a_completed_step_counts_whole_whatever_its_percentage() -> None:
    assert operation(steps=[step("a", "complete", 0)]).percent == 100


@pytest.mark.parametrize(
    ("word", "ready"),
    [("waitingForPublisherReview", True), ("WaitingForApproval", True), ("completed", False)],
)
def test_ready_to_go_live_while_the_offer_itself_reads_running(word: str, ready: bool) -> None:
    model = api.OfferStatus.from_dict({"status": "running", "steps": [step("publisher-signoff", word)]})
    offer = OfferStatus.from_api(model, etag='"2"')
    assert offer.state is State.RUNNING
    assert offer.ready_to_go_live is ready
    assert offer.etag == '"2"'


def test_not_ready_to_go_live_once_it_is_over_or_if_another_step_waits() -> None:
    waiting = [step("publisher-signoff", "waitingForPublisherReview")]
    assert not operation(status="canceled", steps=waiting).ready_to_go_live
    assert not operation(steps=[step("displaycertify", "blocked")]).ready_to_go_live


def test_what_is_not_an_offer_or_a_submission_is_refused() -> None:
    with pytest.raises(ValueError, match="offer"):
        OfferStatus.from_api(None)
    with pytest.raises(ValueError, match="list of operations"):
        Submission.from_api(None, origin=HERE, publisher_id="contoso", offer_id="contoso-offer")


def test_a_submission_leads_to_its_operation() -> None:
    model = api.Submission.from_dict(
        {
            "id": "56615b67-2185-49fe-80d2-c4ddf77bb2e8",
            "offerId": "9c1bb4bd-8a4c-4a5d-b8fd-0a4c6d9a5f10",
            "submissionType": "publish",
            "submissionState": "Running",
            "version": 636576975611768314,
            "definition": {"metadata": {"emails": "a@x"}},
            "changedTime": "2017-03-28T19:50:36Z",
        }
    )
    entry = Submission.from_api(model, origin=HERE, publisher_id="contoso", offer_id="contoso-offer")
    assert entry.ref.form is LocationForm.MIGRATED
    assert entry.ref.path == (
        "/api/publishers/contoso/offers/contoso-offer/operations/56615b67-2185-49fe-80d2-c4ddf77bb2e8"
    )
    assert (entry.state, entry.emails, entry.version) == (State.RUNNING, "a@x", 636576975611768314)


def test_a_hostile_operation_id_in_the_list_is_refused() -> None:
    model = api.Submission.from_dict(
        {"id": "../../evil", "submissionType": "goLive", "submissionState": "running"}
    )
    with pytest.raises(ValueError, match="malformed"):
        Submission.from_api(model, origin=HERE, publisher_id="contoso", offer_id="contoso-offer")


@pytest.mark.parametrize(
    ("html", "text"),
    [
        ("plain", "plain"),
        ("a <b>bold</b>&nbsp;word", "a bold word"),
        ("one<br/>two<p>three</p>", "one two three"),
        ("<div>a</div><div>b</div><ul><li>c<li>d</ul><tr><td>e<td>f<tr>g", "a b c d e f g"),
        ("a<b>c</b><i>d</i>", "acd"),
        ("<style>p { color: red }</style>safe", "safe"),
        ("<script>if (a <b) c</script>safe<br>and <script>", "safe and"),
        ("<script>alert(1)</script>safe", "safe"),
        ("&lt;script&gt;", "<script>"),
        ("a\n\tb", "a b"),
        ("\x1b[31mred\x07", "\N{REPLACEMENT CHARACTER}[31mred\N{REPLACEMENT CHARACTER}"),
        ("<b>open", "open"),
        ("</script>x", "x"),
        ("", ""),
    ],
)
def test_messages_as_text(html: str, text: str) -> None:
    assert Message(html, "information").text == text


@given(st.text())
def test_any_message_can_be_printed_on_one_line(html: str) -> None:
    assert Message(html, "information").text.isprintable()


@pytest.mark.parametrize(
    ("fields", "name"),
    [
        ({"status": 7}, "status"),
        ({"steps": [{"id": 7, "stepName": "s", "status": "running"}]}, "id"),
        ({"steps": [{"id": "s", "stepName": 7, "status": "running"}]}, "stepName"),
        ({"steps": [{"id": "s", "stepName": "s", "status": 7}]}, "status"),
        ({"messages": [{"messageHtml": 7, "level": "error"}]}, "messageHtml"),
        ({"messages": [{"messageHtml": "m", "level": 7}]}, "level"),
    ],
)
def test_an_error_names_the_field(fields: dict[str, Any], name: str) -> None:
    with pytest.raises(ValueError, match=f"^its {name} is int instead of a string$"):
        operation(**fields)


@pytest.mark.parametrize("name", ["id", "submissionType", "submissionState"])
def test_an_error_names_the_field_of_a_submission(name: str) -> None:
    entry = {"id": "1", "submissionType": "publish", "submissionState": "running", name: 7}
    with pytest.raises(ValueError, match=f"^its {name} is int instead of a string$"):
        Submission.from_api(
            api.Submission.from_dict(entry), origin=HERE, publisher_id="contoso", offer_id="o"
        )


def test_what_is_something_else_is_named() -> None:
    with pytest.raises(ValueError, match=r"^it is not the status of an offer$"):
        OfferStatus.from_api([])
    with pytest.raises(ValueError, match=r"^its status is int instead of a string$"):
        OfferStatus.from_api(api.OfferStatus.from_dict({"status": 7}))
    with pytest.raises(ValueError, match=r"^it is not a list of operations$"):
        Submission.from_api({}, origin=HERE, publisher_id="contoso", offer_id="o")
    with pytest.raises(ValueError, match=r"^it is not an operation$"):
        OperationStatus.from_api({})
    with pytest.raises(ValueError, match=r"^it is an array of 0 operations instead of one$"):
        OperationStatus.from_api([])
