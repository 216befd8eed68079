"""Answers become snapshots: only the status word decides, and whatever decorates is borne."""

from __future__ import annotations

import json
import logging
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from functools import partial
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

import golive_api.models as api
from drawn import Drawn
from golive import (
    Link,
    LocationForm,
    Message,
    Offer,
    OfferStatus,
    OperationStatus,
    Origin,
    State,
    Step,
    Submission,
)
from golive.lenient import MAX_TEXT
from golive.portal.reading import (
    Listing,
    read_offer,
    read_offer_status,
    read_offers,
    read_operation,
    read_submissions,
)
from golive.text import printable
from golive.vocabulary import offer_state
from golive_api.types import Unset
from portal_answers import answers

HERE = Origin("https", "cloudpartner.azure.com", 443)
GUID = "56615b67-2185-49fe-80d2-c4ddf77bb2e8"


def operation(**fields: Any) -> OperationStatus:
    return read_operation({"status": "running", **fields})


def listing(*entries: Any) -> Listing:
    return read_submissions(list(entries), origin=HERE, publisher_id="contoso", offer_id="contoso-offer")


def entry(**fields: Any) -> dict[str, Any]:
    return {"id": GUID, "submissionType": "publish", "submissionState": "running", **fields}


@pytest.mark.parametrize("read", [read_operation, read_offer_status])
def test_the_object_of_running_clients_and_the_array_of_the_page_are_the_same(
    read: Callable[[object], OperationStatus | OfferStatus],
) -> None:
    assert read({"status": "completed"}) == read([{"status": "completed"}])
    assert read({"status": "completed"}).state is State.SUCCEEDED


@pytest.mark.parametrize(
    ("body", "complaint"),
    [
        ([], "it is an array of 0 instead of"),
        ([{"status": "a"}, {"status": "b"}], "it is an array of 2 instead of"),
        (None, "it is null instead of"),
        (7, "it is a number instead of"),
        (True, "it is a boolean instead of"),
        ("running", "it is text instead of"),
        ([None], "it is null instead of"),
        ([[{"status": "running"}]], "it is an array of 1 instead of"),
        ({}, "it has no status, so it is not"),
        ({"Status": "running"}, "it has no status, so it is not"),
        ({"status": None}, "its status is null instead of a word"),
        ({"status": 7}, "its status is a number instead of a word"),
        ({"status": ["running"]}, "its status is an array of 1 instead of a word"),
        ({"status": {"name": "running"}}, "its status is an object instead of a word"),
    ],
)
def test_what_has_no_status_word_is_refused(body: Any, complaint: str) -> None:
    with pytest.raises(ValueError, match=f"^{complaint}"):
        read_operation(body)
    with pytest.raises(ValueError, match=f"^{complaint}"):
        read_offer_status(body)


def test_the_own_word_of_the_service_is_kept() -> None:
    status = operation(status="Almost There")
    assert (status.state, status.word) == (State.UNKNOWN, "Almost There")
    assert operation(status=" in\nProgress ").state is State.RUNNING
    assert operation(status="").word == ""


def test_words_and_names_are_harmless_on_a_terminal() -> None:
    odd = "x\x1b]52;c;cHduZWQ=\x1b\\\u202ey\r\n\ud800z"
    safe = "x\N{REPLACEMENT CHARACTER}]52;c;cHduZWQ=\N{REPLACEMENT CHARACTER}\\"
    safe += "\N{REPLACEMENT CHARACTER}y \N{REPLACEMENT CHARACTER}z"
    status = operation(
        status=odd,
        error=odd,
        submissionType=odd,
        messages=[{"messageHtml": odd, "level": odd}],
        steps=[{"id": odd, "stepName": odd, "status": odd, "description": odd}],
        liveLinks=[{"DisplayText": odd, "URI": odd}],
    )
    assert [status.word, status.error, status.submission_type] == [safe] * 3
    (step,) = status.steps
    assert [step.id, step.name, step.word, step.description] == [safe] * 4
    assert status.live_links == (Link(safe, safe),)
    (message,) = status.messages
    assert message.level == message.text == safe
    assert message.html == odd.replace("\ud800", "\N{REPLACEMENT CHARACTER}")


def test_what_is_absurdly_long_is_cut() -> None:
    long = "x" * 10_000_000
    status = operation(
        status=long, error=long, messages=[long], steps=[{"id": long, "description": long}]
    )
    assert status.word == "x" * 500 + "\N{HORIZONTAL ELLIPSIS}"
    assert status.error == status.messages[0].html == "x" * MAX_TEXT + "\N{HORIZONTAL ELLIPSIS}"
    assert len(status.steps[0].id) == 501
    assert len(status.steps[0].description or "") == MAX_TEXT + 1


def test_everything_the_service_may_say() -> None:
    status = operation(
        id=GUID,
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
        steps=[
            {
                "id": "live",
                "stepName": "Live",
                "status": "inProgress",
                "progressPercentage": 40,
                "estimatedTimeFrame": "~2-5 days",
                "description": "d",
                "messages": ["m"],
            }
        ],
        previewLinks=[{"DisplayText": "x", "URI": "https://x.example"}],
        liveLinks=[{}],
        notificationEmails="a@x",
    )
    moment = datetime(2017, 3, 28, 19, 50, 39, 550601, UTC)
    assert status == OperationStatus(
        state=State.RUNNING,
        word="running",
        steps=(
            Step(
                *("live", "Live", State.RUNNING, "inProgress", 40, "~2-5 days", "d"),
                (Message("m", "information"),),
            ),
        ),
        messages=(Message("a<br>b", "error", moment),),
        error="no",
        id=GUID,
        submission_type="goLive",
        publishing_version=2,
        offer_version=3,
        cancellation_request_state="canCancel",
        created=datetime(2017, 3, 28, 19, 50, 36, 500052, UTC),
        last_action=datetime(2017, 3, 28, 19, 50, 36, tzinfo=UTC),
        preview_links=(Link("x", "https://x.example"),),
        live_links=(Link(None, None),),
        notification_emails="a@x",
    )


@pytest.mark.parametrize("missing", [{}, {"steps": None, "messages": None, "error": None}])
def test_nearly_nothing_is_enough(missing: dict[str, Any]) -> None:
    status = operation(**missing)
    assert status == OperationStatus(State.RUNNING, "running")
    assert status.current_step is None
    assert status.percent is None
    assert not status.ready_to_go_live


@pytest.mark.parametrize(
    ("value", "moment"),
    [
        ("2017-03-28T19:50:36Z", (2017, 3, 28, 19, 50, 36)),
        ("2017-03-28T19:50:39.5506018Z", (2017, 3, 28, 19, 50, 39, 550601)),
        ("2017-03-28T19:50:36", (2017, 3, 28, 19, 50, 36)),
        ("2017-03-28 21:50:36+02:00", (2017, 3, 28, 19, 50, 36)),
        (" 20170328T195036Z ", (2017, 3, 28, 19, 50, 36)),
        ("2017-03-28", (2017, 3, 28)),
        ("", None),
        (None, None),
        ("yesterday", None),
        ("0000-01-01T00:00:00Z", None),
        ("0001-01-01T00:00:00+14:00", None),
        ("9999-12-31T23:59:59-14:00", None),
        ("99999-01-01T00:00:00Z", None),
        ("2017-03-28T19:50:36\ud800", None),
        ("2" * 100_000, None),
        (7, None),
        (True, None),
        ({}, None),
    ],
)
def test_times_in_every_shape(value: Any, moment: tuple[Any, ...] | None) -> None:
    expected = None if moment is None else datetime(*moment).replace(tzinfo=UTC)
    status = operation(
        createdDateTime=value, messages=[{"messageHtml": "m", "level": "error", "timestamp": value}]
    )
    assert status.created == status.messages[0].timestamp == expected
    assert listing(entry(changedTime=value)).entries[0].changed == expected


@pytest.mark.parametrize(
    ("value", "number"),
    [
        (2, 2),
        ("2", 2),
        (" -7 ", -7),
        (2.0, 2),
        (2.5, None),
        ("2.5", None),
        ("", None),
        (True, None),
        (None, None),
        (float("nan"), None),
        (float("inf"), None),
        (1e300, None),
        (636576975611768314, 636576975611768314),
        pytest.param(10**5000, None, id="thousands of digits"),
        ("9" * 5000, None),
        ([2], None),
    ],
)
def test_numbers_in_every_shape(value: Any, number: int | None) -> None:
    assert operation(offerVersion=value).offer_version == number
    assert listing(entry(version=value)).entries[0].version == number


@pytest.mark.parametrize(
    ("percent", "shown"),
    [
        *((-5, 0), (0, 0), (40, 40), (100, 100), (250, 100)),
        *(("40", 40), ("40 %", 40), (33.4, 33), (float("inf"), None), (float("nan"), None)),
        *((True, None), ("much", None), (None, None)),
    ],
)
def test_percentages_in_every_shape(percent: Any, shown: int | None) -> None:
    (step,) = operation(steps=[{"id": "live", "progressPercentage": percent}]).steps
    assert step.percent == shown


@pytest.mark.parametrize(
    ("value", "messages"),
    [
        (["a <b>b</b>"], [("a <b>b</b>", "information")]),
        ("a", [("a", "information")]),
        ({"messageHtml": "a", "level": "error"}, [("a", "error")]),
        ([{"message": "a"}, {"Text": "b", "level": None}, {"Message": "c", "level": 7}], None),
        ([{"messageHtml": {"message": "a"}, "level": "error"}], [("a", "error")]),
        ([{"messageHtml": 7, "level": "error"}], [("7", "error")]),
        ([None, 7, [], {}, {"level": "error"}, True], []),
        ({}, []),
        (7, []),
        ("", []),
    ],
)
def test_messages_in_every_shape(value: Any, messages: list[tuple[str, str]] | None) -> None:
    expected = messages or []
    if messages is None:
        expected = [("a", "information"), ("b", "information"), ("c", "7")]
    assert [(m.html, m.level) for m in operation(messages=value).messages] == expected


@pytest.mark.parametrize(
    ("value", "links"),
    [
        (["https://x.example"], [Link(None, "https://x.example")]),
        ("https://x.example", [Link(None, "https://x.example")]),
        ([{"displayText": "x", "uri": "u"}, {"text": "x", "href": "u"}], [Link("x", "u")] * 2),
        ([{"DisplayText": None, "URI": ["u"]}], [Link(None, None)]),
        ([None, 7, []], []),
        (7, []),
    ],
)
def test_links_in_every_shape(value: Any, links: list[Link]) -> None:
    assert list(operation(liveLinks=value, previewLinks=value).live_links) == links


@pytest.mark.parametrize(
    ("value", "steps"),
    [
        ({"id": "a", "stepName": "A", "status": "complete"}, ("a", "A", State.SUCCEEDED)),
        ({"stepName": "A", "status": "complete"}, ("A", "A", State.SUCCEEDED)),
        ({"id": "a", "status": "complete"}, ("a", "a", State.SUCCEEDED)),
        ({"id": None, "stepName": 7, "status": "x"}, ("7", "7", State.UNKNOWN)),
        ({"status": "complete"}, ("step-2", "step-2", State.SUCCEEDED)),
        ({"id": "a"}, ("a", "a", State.UNKNOWN)),
        ({"id": "a", "status": None}, ("a", "a", State.UNKNOWN)),
        ({"id": "a", "status": {}}, ("a", "a", State.UNKNOWN)),
        ("a", ("a", "a", State.UNKNOWN)),
        (None, None),
        (7, None),
        ([], None),
        ({}, None),
        ({"status": 7}, None),
        ({"description": "d"}, None),
    ],
)
def test_steps_in_every_shape(value: Any, steps: tuple[Any, ...] | None) -> None:
    read = operation(steps=[{"id": "first"}, value]).steps
    assert [(s.id, s.name, s.state) for s in read[1:]] == ([] if steps is None else [steps])


@pytest.mark.parametrize(
    ("value", "error"),
    [
        ("no", "no"),
        ({"code": "ImageRejected", "message": "no swap partition"}, "ImageRejected: no swap partition"),
        ({"error": {"code": "A", "message": "b"}}, "A: b"),
        ([{"message": "a"}, {"message": "b"}], "a; b"),
        (7, "7"),
        ({}, None),
        ([], None),
        (None, None),
        (False, None),
    ],
)
def test_errors_in_every_shape(value: Any, error: str | None) -> None:
    assert operation(status="failed", error=value).error == error


@pytest.mark.parametrize(
    ("value", "emails"),
    [
        ("a@x,b@x", "a@x,b@x"),
        (["a@x", None, " b@x "], "a@x,b@x"),
        ([], None),
        ({}, None),
        (None, None),
    ],
)
def test_addresses_in_every_shape(value: Any, emails: str | None) -> None:
    assert operation(notificationEmails=value).notification_emails == emails
    given_entry = entry(definition={"metadata": {"emails": value}})
    assert listing(given_entry).entries[0].emails == emails


def test_what_is_left_out_is_told_only_where_somebody_listens(caplog: pytest.LogCaptureFixture) -> None:
    odd = {"createdDateTime": "\x1b[2J" + "x" * 1000, "offerVersion": True, "steps": 7}
    with caplog.at_level(logging.INFO, "golive"):
        operation(**odd)
    assert caplog.messages == []
    with caplog.at_level(logging.DEBUG, "golive"):
        operation(**odd)
    assert len(caplog.messages) == 3
    assert "Not read, and left out: offerVersion is a boolean" in caplog.messages
    assert all(line.isprintable() and len(line) < 200 for line in caplog.messages)


SHOWN = {"messageHtml": "a", "level": "error"}


@pytest.mark.parametrize(
    ("fields", "told"),
    [
        *(
            ({name: True}, f"{name} is a boolean")
            for name in (
                *("steps", "messages", "error", "id", "submissionType"),
                *("publishingVersion", "offerVersion", "cancellationRequestState"),
                *("createdDateTime", "lastActionDateTime"),
                *("previewLinks", "liveLinks", "notificationEmails"),
            )
        ),
        *(
            ({"steps": [{"id": "a", "status": "running", name: True}]}, f"{name} is a boolean")
            for name in (
                *("stepName", "progressPercentage", "estimatedTimeFrame", "description", "messages"),
            )
        ),
        ({"steps": [{"id": True, "stepName": "a"}]}, "id is a boolean"),
        ({"steps": [7]}, "a step is a number"),
        ({"steps": [{"percent": 7}]}, "a step is an object"),
        ({"messages": [7]}, "a message is a number"),
        ({"messages": [{"level": "error"}]}, "a message is an object"),
        ({"messages": [{"messageHtml": True}]}, "messageHtml is a boolean"),
        ({"messages": [{**SHOWN, "level": True}]}, "level is a boolean"),
        ({"messages": [{**SHOWN, "timestamp": True}]}, "timestamp is a boolean"),
        ({"liveLinks": [7]}, "a link is a number"),
        ({"liveLinks": [{"DisplayText": True}]}, "DisplayText is a boolean"),
        ({"liveLinks": [{"URI": True}]}, "URI is a boolean"),
        ({"error": {"target": None}}, "error is an object"),
        ({"createdDateTime": "soon"}, "createdDateTime is text 'soon'"),
        ({"createdDateTime": "x" * 60}, f"createdDateTime is text '{'x' * 60}'"),
        ({"createdDateTime": "x" * 61}, f"createdDateTime is text '{'x' * 60}\N{HORIZONTAL ELLIPSIS}'"),
    ],
)
def test_what_is_left_out_is_named(
    fields: dict[str, Any], told: str, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.DEBUG, "golive"):
        operation(**fields)
    assert f"Not read, and left out: {told}" in caplog.messages


def test_what_was_read_is_not_told_as_left_out(caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.DEBUG, "golive"):
        operation(error={"message": "a"}, messages=[SHOWN], steps=[{"id": "a"}], liveLinks=["u"])
        operation(error="a", messages=["a"], steps=["a"], liveLinks=[{"URI": "u"}])
    assert caplog.messages == []


@pytest.mark.parametrize("read", [read_operation, read_offer_status])
def test_what_has_no_status_says_what_it_is_not(read: Callable[[object], Any]) -> None:
    what = "an operation" if read is read_operation else "the status of an offer"
    with pytest.raises(ValueError, match=f"^it has no status, so it is not {what}$"):
        read({})
    with pytest.raises(ValueError, match=f"^it is null instead of {what}$"):
        read(None)


@pytest.mark.parametrize(
    ("given", "read"),
    [
        (2**128 - 1, 2**128 - 1),
        (2**128, None),
        (float(2**62), 2**62),
        (float(2**63), None),
        (float(2**64), None),
        (-float(2**63), None),
    ],
)
def test_numbers_have_a_bound(given: Any, read: int | None) -> None:
    assert operation(offerVersion=given).offer_version == read


@pytest.mark.parametrize(
    ("given", "read"),
    [(10**30 - 1, "9" * 30), (10**30, None), (-(10**30), None), (0.5, "0.5"), ([], None)],
)
def test_numbers_in_place_of_text_have_a_bound(given: Any, read: str | None) -> None:
    assert operation(submissionType=given).submission_type == read
    assert operation(submissionType=given, id=given).id == read


@pytest.mark.parametrize(
    "names", [("DisplayText", "URI"), ("displaytext", "uri"), ("text", "url"), ("TEXT", "HREF")]
)
def test_links_under_every_name(names: tuple[str, str]) -> None:
    text, address = names
    assert operation(liveLinks=[{text: "x", address: "u"}]).live_links == (Link("x", "u"),)
    assert operation(
        liveLinks=[{"text": "y", "href": "v", "DisplayText": "x", "URI": "u"}]
    ).live_links == (Link("x", "u"),)


def test_the_first_name_counts_also_where_others_are_there() -> None:
    both = {"text": "c", "message": "b", "messageHtml": "a"}
    assert operation(messages=[both]).messages[0].html == "a"
    assert operation(messages=[{"MESSAGE": "b", "TEXT": "c"}]).messages[0].html == "b"


def test_a_submission_leads_to_its_operation() -> None:
    (read,) = listing(
        entry(
            offerId="9c1bb4bd-8a4c-4a5d-b8fd-0a4c6d9a5f10",
            submissionState="Running",
            version=636576975611768314,
            slot="staging",
            definition={"metadata": {"emails": "a@x"}},
            changedTime="2017-03-28T19:50:36.1799487",
        )
    ).entries
    assert read.ref.form is LocationForm.MIGRATED
    assert read.ref.path == f"/api/publishers/contoso/offers/contoso-offer/operations/{GUID}"
    assert (read.state, read.emails, read.version) == (State.RUNNING, "a@x", 636576975611768314)
    assert (read.slot, read.changed) == ("staging", datetime(2017, 3, 28, 19, 50, 36, 179948, UTC))


@pytest.mark.parametrize("body", [None, {}, "", "[]", 7, True, {"value": {}}, {"id": GUID}])
def test_what_is_no_list_is_refused(body: Any) -> None:
    read_list = partial(read_submissions, origin=HERE, publisher_id="contoso", offer_id="o")
    for read in (read_list, read_offers):
        with pytest.raises(ValueError, match=r"^it is .* instead of a list of"):
            read(body)


def test_an_entry_needs_no_more_than_an_id() -> None:
    for identifier in (GUID, "an.id_of-another-make", 42):
        (read,) = listing({"id": identifier}).entries
        assert read.ref.operation_id == str(identifier)
        assert (read.submission_type, read.word, read.state) == ("", "", State.UNKNOWN)
    assert listing(entry(submissionState={}), entry(submissionState=7)).unreadable == ()


def test_one_odd_entry_hides_no_other() -> None:
    odd_ones: list[Any] = [None, 7, "x", [], {}, {"id": None}, entry(id="../evil"), entry(id=[])]
    for odd in odd_ones:
        assert [each.ref.operation_id for each in listing(odd, entry(), odd).entries] == [GUID]


@pytest.mark.parametrize(
    "harmless",
    [
        None,
        7,
        True,
        "",
        [],
        {},
        {"id": "../evil", "submissionState": "Succeeded"},
        {"submissionState": "failed", "slot": "production"},
        {"id": {}, "submissionState": "canceled"},
    ],
)
def test_odd_entries_that_cannot_run_are_left_out(harmless: Any) -> None:
    assert listing(harmless) == Listing(())


@pytest.mark.parametrize(
    ("odd", "told"),
    [
        (entry(id="../\x1bevil"), "entry 1 has no usable id: id '../\N{REPLACEMENT CHARACTER}evil', "),
        ({"submissionState": "running"}, "entry 1 has no usable id: submissionState 'running'"),
        ({"submissionType": "goLive"}, "entry 1 has no usable id: submissionType 'goLive'"),
        ({"id": None, "slot": "production"}, "entry 1 has no usable id: it says nothing"),
        ({"id": "x" * 200}, "entry 1 has no usable id: id 'xxx"),
        (GUID, "entry 1 is text"),
        ([entry()], "entry 1 is an array of 1"),
    ],
)
def test_odd_entries_that_may_run_are_told_of(odd: Any, told: str) -> None:
    read = listing(odd)
    assert read.entries == ()
    assert len(read.unreadable) == 1
    assert read.unreadable[0].startswith(told)
    assert read.unreadable[0].isprintable()
    assert len(read.unreadable[0]) < 300


OFFER = {
    "offerTypeId": "microsoft-azure-virtualmachines",
    "publisherId": "contoso",
    "status": "waitingForPublisherReview",
    "pcMigrationStatus": "migrated",
    "id": "contoso-offer",
    "version": 43,
    "definition": {"displayText": "Contoso\r\nOffer", "plans": [{"planId": "p"}]},
    "changedTime": "2020-06-03T16:21:54.6410843",
}


def test_an_offer() -> None:
    offer = read_offer(OFFER, etag='W/"1"')
    assert offer == Offer(
        publisher_id="contoso",
        id="contoso-offer",
        type="microsoft-azure-virtualmachines",
        name="Contoso Offer",
        state=State.WAITING_FOR_PUBLISHER,
        word="waitingForPublisherReview",
        version=43,
        changed=datetime(2020, 6, 3, 16, 21, 54, 641084, UTC),
        migrated=True,
        etag='W/"1"',
        document=OFFER,
    )
    assert "planId" not in repr(offer)
    assert json.loads(json.dumps(offer.document)) == OFFER
    assert {offer: 1}


@pytest.mark.parametrize(
    ("change", "attribute", "value"),
    [
        ({"pcMigrationStatus": "notMigrated"}, "migrated", False),
        ({"pcMigrationStatus": None}, "migrated", None),
        ({"status": "published"}, "state", State.SUCCEEDED),
        ({"status": "neverPublished"}, "state", State.NOT_STARTED),
        ({"status": None}, "state", State.UNKNOWN),
        ({"status": 7}, "word", ""),
        ({"definition": None, "displayText": "D"}, "name", "D"),
        ({"definition": "x"}, "name", None),
        ({"version": "44"}, "version", 44),
        ({"changedTime": "soon"}, "changed", None),
        ({"id": None}, "id", ""),
        ({"publisherId": {}}, "publisher_id", ""),
    ],
)
def test_offers_in_every_shape(change: dict[str, Any], attribute: str, value: Any) -> None:
    assert getattr(read_offer({**OFFER, **change}), attribute) == value


@pytest.mark.parametrize("body", [None, [], [OFFER], "offer", 7])
def test_what_is_no_offer_is_refused(body: Any) -> None:
    with pytest.raises(ValueError, match=r"^it is .* instead of an offer$"):
        read_offer(body)


def test_a_list_of_offers() -> None:
    bodies: list[Any] = [[OFFER, None, 7, {}, {"id": {}}], {"value": [OFFER]}]
    for body in bodies:
        assert read_offers(body) == (read_offer(OFFER),)


def plain(value: Any) -> Any:
    """Return what the generated parser read as the wrapper keeps it."""
    if isinstance(value, Unset) or value is None:
        return None
    if isinstance(value, str):
        return printable(value)
    if isinstance(value, datetime):
        return value.astimezone(UTC) if value.tzinfo else value.replace(tzinfo=UTC)
    return value


def mean(word: str, of_offer: bool) -> State:
    return offer_state(word) if of_offer else State.of(word)


def many(value: Any) -> list[Any]:
    return [] if isinstance(value, Unset) or value is None else value


def check_message(read: Message, model: api.Message | str) -> None:
    if isinstance(model, str):
        assert read == Message(model, "information")
    else:
        assert read == Message(
            model.message_html, plain(model.level) or "information", plain(model.timestamp)
        )


def check_common(read: OperationStatus | OfferStatus, model: api.Operation | api.OfferStatus) -> None:
    assert read.word == plain(model.status)
    assert read.state is mean(model.status, isinstance(model, api.OfferStatus))
    assert read.notification_emails == plain(model.notification_emails)
    for message, of_model in zip(read.messages, many(model.messages), strict=True):
        check_message(message, of_model)
    for step, one in zip(read.steps, many(model.steps), strict=True):
        identifier, name = plain(one.id), plain(one.step_name)
        # A step without one of the two is known by the other.
        assert step.id == (name if identifier is None else identifier)
        assert step.name == (identifier if name is None else name)
        assert (step.word, step.state) == (plain(one.status), State.of(one.status))
        percent = plain(one.progress_percentage)
        assert step.percent == (None if percent is None else min(max(percent, 0), 100))
        assert step.estimate == plain(one.estimated_time_frame)
        assert step.description == plain(one.description)
        for message, of_model in zip(step.messages, many(one.messages), strict=True):
            check_message(message, of_model)
    for links, of_models in (
        (read.preview_links, model.preview_links),
        (read.live_links, model.live_links),
    ):
        told = [Link(plain(link.display_text), plain(link.uri)) for link in many(of_models)]
        assert list(links) == told


def same_fields(read: object, model: object, **names: str) -> None:
    for ours, theirs in names.items():
        assert getattr(read, ours) == plain(getattr(model, theirs)), ours


@given(st.sampled_from(["getOperation", "getOfferOperation"]).flatmap(lambda name: answers(name, "200")))
def test_an_operation_is_what_the_generated_parser_reads(drawn: Drawn) -> None:
    body = drawn.body[0] if isinstance(drawn.body, list) else drawn.body
    read, model = read_operation(drawn.body), api.Operation.from_dict(body)
    check_common(read, model)
    same = ("error", "id", "submission_type", "publishing_version", "offer_version")
    same_fields(read, model, **{name: name for name in (*same, "cancellation_request_state")})
    same_fields(read, model, created="created_date_time", last_action="last_action_date_time")


@given(answers("getOfferStatus", "200"))
def test_the_status_of_an_offer_is_what_the_generated_parser_reads(drawn: Drawn) -> None:
    read = read_offer_status(drawn.body, etag=drawn.headers.get("ETag"))
    # The generated parser takes `published` for the only word beside the known spellings.
    model = api.OfferStatus.from_dict({**drawn.body, "status": "published"})
    model.status = drawn.body["status"]
    check_common(read, model)
    assert read.etag == drawn.headers.get("ETag")


@given(answers("listSubmissions", "200"))
def test_a_list_is_what_the_generated_parser_reads(drawn: Drawn) -> None:
    read = listing(*drawn.body)
    assert read.unreadable == ()
    for each, body in zip(read.entries, drawn.body, strict=True):
        model = api.Submission.from_dict(body)
        assert each.ref.operation_id == model.id
        assert (each.word, each.state) == (
            plain(model.submission_state),
            State.of(model.submission_state),
        )
        same = ("submission_type", "publisher_id", "publishing_version", "offer_version")
        same_fields(each, model, **{name: name for name in (*same, "slot", "version")})
        same_fields(each, model, offer_guid="offer_id", offer_type="offer_type_id")
        same_fields(each, model, changed="changed_time")
        definition = model.definition
        metadata = None if isinstance(definition, Unset) else definition.metadata
        emails = metadata.emails if isinstance(metadata, api.SubmissionMetadata) else None
        assert each.emails == plain(emails)


ANYTHING = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(st.characters(), max_size=20),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(["id", "status", "stepName", "message", "error", "code", "URI", "value"])
            | st.text(max_size=5),
            inner,
            max_size=4,
        )
    ),
    max_leaves=10,
)
ODD_TEXT = st.sampled_from(
    [
        "0000-00-00T00:00:00Z",
        "0001-01-01T00:00:00+23:59",
        "9" * 5000,
        "\ud800\x1b[2J\u202e",
        "<![x",
        "<a " * 500,
        "x" * 200_000,
        float("nan"),
        float("-inf"),
        1e308,
        10**5000,
    ]
)


def places(body: Any, deciding: tuple[str, ...]) -> Iterator[tuple[Any, Any]]:
    """Yield all places in a body that hold what decorates."""
    items = body.items() if isinstance(body, dict) else enumerate(body if isinstance(body, list) else ())
    for key, value in items:
        if key not in deciding:
            yield body, key
            yield from places(value, ())


def spoil(data: st.DataObject, body: Any, deciding: tuple[str, ...]) -> None:
    """Put anything in place of up to three things that decorate."""
    for _ in range(data.draw(st.integers(1, 3))):
        if found := list(places(body, deciding)):
            container, key = data.draw(st.sampled_from(found))
            container[key] = data.draw(ANYTHING | ODD_TEXT)


def use(status: OperationStatus | OfferStatus) -> None:
    """Look at everything that is computed from a snapshot, and store it."""
    assert status.signed_off in (True, False, None)
    assert status.ready_to_go_live in (True, False)
    assert status.percent is None or 0 <= status.percent <= 100
    for step in status.steps:
        assert all(text.isprintable() for text in (step.id, step.name, step.word))
    for message in status.messages:
        assert message.text.isprintable()
        message.html.encode()
    assert type(status).from_dict(json.loads(json.dumps(status.to_dict()))) == status


@given(
    st.sampled_from(["getOperation", "getOfferOperation", "getOfferStatus"]).flatmap(
        lambda name: answers(name, "200")
    ),
    st.data(),
)
def test_only_the_status_word_decides(drawn: Drawn, data: st.DataObject) -> None:
    body = drawn.body[0] if isinstance(drawn.body, list) else drawn.body
    for key in ("steps", "messages", "error", "createdDateTime", "liveLinks", "notificationEmails"):
        body.setdefault(key, None)
    word = body["status"]
    spoil(data, body, ("status",))
    read = read_offer_status if drawn.operation_id == "getOfferStatus" else read_operation
    status = read(drawn.body)
    of_offer = drawn.operation_id == "getOfferStatus"
    assert (status.word, status.state) == (printable(word), mean(word, of_offer))
    use(status)


@given(answers("listSubmissions", "200"), st.data())
def test_only_id_and_state_decide_about_an_entry(drawn: Drawn, data: st.DataObject) -> None:
    body = [*drawn.body, entry(definition={"metadata": {}}, changedTime=None, slot=None, version=None)]
    for each in body:
        spoil(data, each, ("id", "submissionState"))
    read = listing(*body)
    assert read.unreadable == ()
    told = [(each.ref.operation_id, each.state) for each in read.entries]
    assert told == [(each["id"], State.of(each["submissionState"])) for each in body]
    for each in read.entries:
        assert Submission.from_dict(json.loads(json.dumps(each.to_dict()))) == each
        assert each.continuation_token.startswith(each.ref.url)


@given(ANYTHING | ODD_TEXT)
def test_anything_is_read_or_refused_with_a_reason(body: Any) -> None:
    readers: list[Callable[[object], object]] = [read_operation, read_offer_status, read_offer]
    readers += [read_offers, lambda body: listing(body)]
    for read in readers:
        try:
            read(body)
        except ValueError as error:
            complaint = str(error)
        else:
            complaint = ""
        assert complaint.isprintable()
