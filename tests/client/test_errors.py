"""Whatever the service or a proxy answers becomes one of our errors, and nothing else escapes."""

from __future__ import annotations

import copy
import json
import pickle
from collections.abc import Callable
from datetime import UTC, datetime, timedelta, timezone
from typing import Any

import httpx
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pytest_httpx import HTTPXMock

import golive
from conftest import LOCAL, MIGRATED, Side, VirtualClock
from errors_by_example import BASELINE, MOMENT, STATUS, TOKEN, all_errors, example, full_example
from golive import (
    CredentialError,
    GoLiveClient,
    GoLiveError,
    InvalidInput,
    InvalidLocation,
    NotAllowed,
    NotAuthenticated,
    NotFound,
    OperationStatus,
    PreconditionFailed,
    RequestRefused,
    ServiceError,
    ServiceFault,
    ServiceUnreachable,
    SubmissionUncertain,
    Throttled,
    Undecided,
    UnexpectedAnswer,
    UnsupportedVersion,
    WaitTimeout,
)
from golive.emulator import STRANGERS_TOKEN, Emulator

SECRET = "eyJ0eXAi.secret-token.sig"
TOKEN_URL = f"{LOCAL}/api/operations/contoso$contoso-offer$2$preview?api-version=2017-10-31"

BY_STATUS = {
    201: UnexpectedAnswer,
    204: UnexpectedAnswer,
    299: UnexpectedAnswer,
    302: UnexpectedAnswer,
    400: RequestRefused,
    401: NotAuthenticated,
    403: NotAllowed,
    404: NotFound,
    409: RequestRefused,
    411: RequestRefused,
    412: PreconditionFailed,
    422: RequestRefused,
    429: Throttled,
    499: RequestRefused,
    500: ServiceFault,
    502: ServiceFault,
    503: ServiceFault,
    520: ServiceFault,
    599: ServiceFault,
    600: UnexpectedAnswer,
    999: UnexpectedAnswer,
}


@pytest.mark.parametrize(("status", "kind"), BY_STATUS.items())
def test_every_status_has_its_error(
    side: Side, httpx_mock: HTTPXMock, status: int, kind: type[ServiceError]
) -> None:
    httpx_mock.add_response(
        status_code=status,
        json={"error": {"code": "SomeCode", "message": "Some message"}},
        headers={"X-Ms-Correlation-Request-Id": "abc-123", "Retry-After": "7"},
        is_reusable=True,
    )
    with pytest.raises(ServiceError) as caught:
        side.get(side.client(SECRET).operation(TOKEN_URL).refresh())
    error = caught.value
    assert type(error) is kind
    assert error.status_code == status
    assert (error.code, error.message) == ("SomeCode", "Some message")
    assert error.correlation_id == "abc-123"
    assert error.method == "GET"
    assert error.url == f"{LOCAL}/api/operations/contoso%24contoso-offer%242%24preview"
    assert error.retry_after == "7"
    assert error.continuation_token == TOKEN_URL
    assert str(error).startswith(
        f"GET {error.url} was answered {status} SomeCode: Some message. (correlation id abc-123)"
    )
    assert SECRET not in str(error) + repr(error)


def test_an_unknown_version_is_told_apart(side: Side, clock: VirtualClock) -> None:
    emulator = Emulator(clock=clock.monotonic, api_versions=("2016-08-01-preview",))
    with pytest.raises(UnsupportedVersion, match="Upgrade golive"):
        side.get(side.of(emulator).begin_go_live("contoso", MIGRATED))


def test_errors_of_the_emulator(side: Side, emulator: Emulator) -> None:
    cases = [
        ("wrong", "contoso", MIGRATED, NotAuthenticated),
        (STRANGERS_TOKEN, "contoso", MIGRATED, NotAllowed),
        ("emulator", "fabrikam", MIGRATED, NotFound),
        ("emulator", "contoso", "unknown", NotFound),
        ("emulator", "contoso", "contoso-draft", RequestRefused),
    ]
    for token, publisher, offer, kind in cases:
        with pytest.raises(kind) as caught:
            side.get(side.of(emulator, token).begin_go_live(publisher, offer))
        assert caught.value.correlation_id
        assert str(caught.value).isprintable()


BODIES: dict[str, tuple[bytes, str]] = {
    "html": (b"<html><h1>Bad <b>Gateway</b></h1></html>", "Bad Gateway"),
    "empty": (b"", "Internal Server Error"),
    "text": (b"out of order", "out of order"),
    "null": (b"null", "null"),
    "truncated": (b'{"error": {"code": "X", "mess', '{"error"'),
    "not utf-8": (b"\xff\xfe\x00oops", "oops"),
    "terminal codes": (b"\x1b[2J gone", "gone"),
    "message alone": (b'{"message": "plain"}', "plain"),
    "azure style": (b'{"Message": "plain"}', "plain"),
    "no code": (b'{"error": {"message": "no code"}}', "no code"),
    "blank message": (b'{"error": {"code": "X", "message": " "}}', "no explanation"),
    "wrong types": (b'{"error": {"code": 7, "message": []}}', "code"),
    "error as text": (b'{"error": "nope"}', "nope"),
    "nested deep": (b"[" * 100_000, "[["),
    "long": (b"x" * 100_000, "xxx"),
}


@pytest.mark.parametrize(("body", "shown"), BODIES.values(), ids=BODIES)
def test_error_bodies_of_every_kind(side: Side, httpx_mock: HTTPXMock, body: bytes, shown: str) -> None:
    httpx_mock.add_response(status_code=500, content=body, is_reusable=True)
    with pytest.raises(ServiceFault) as caught:
        side.get(side.client().operation(TOKEN_URL).refresh())
    assert shown in caught.value.message
    assert caught.value.message.isprintable()
    assert len(str(caught.value)) < 1000


NOT_AN_OPERATION = {
    "html": b"<html>Sign in</html>",
    "empty": b"",
    "not utf-8": b"\xff\xfe",
    "null": b"null",
    "a string": b'"running"',
    "a number": b"7",
    "no status": b"{}",
    "empty array": b"[]",
    "two": b'[{"status": "running"}, {"status": "failed"}]',
    "array of null": b"[null]",
    "array of array": b"[[]]",
    "status of another type": b'{"status": 7}',
    "status that is null": b'{"status": null, "steps": []}',
    "status that is a list": b'{"status": ["running"]}',
    "truncated": b'{"status": "runn',
    "nested deep": b"[" * 100_000,
}


@pytest.mark.parametrize("body", NOT_AN_OPERATION.values(), ids=NOT_AN_OPERATION)
def test_a_success_that_is_not_an_operation(side: Side, httpx_mock: HTTPXMock, body: bytes) -> None:
    httpx_mock.add_response(
        status_code=200,
        content=body,
        headers={"X-Ms-Correlation-Request-Id": "abc-123"},
        is_reusable=True,
    )
    with pytest.raises(UnexpectedAnswer) as caught:
        side.get(side.client().operation(TOKEN_URL).refresh())
    assert caught.value.status_code == 200
    assert caught.value.correlation_id == "abc-123"
    assert caught.value.continuation_token == TOKEN_URL
    assert str(caught.value).isprintable()


@pytest.mark.parametrize("body", [b"{}", b'""', b"null", b"7", b'{"id": "1"}', b'{"value": 7}'])
def test_a_list_that_is_none(side: Side, httpx_mock: HTTPXMock, body: bytes) -> None:
    httpx_mock.add_response(status_code=200, content=body, is_reusable=True)
    with pytest.raises(UnexpectedAnswer):
        side.get(side.client().submissions("contoso", MIGRATED))


def test_an_offer_status_that_is_none(side: Side, httpx_mock: HTTPXMock) -> None:
    httpx_mock.add_response(status_code=200, json={"status": []}, is_reusable=True)
    with pytest.raises(UnexpectedAnswer):
        side.get(side.client().offer_status("contoso", MIGRATED))


@given(status=st.integers(200, 599), body=st.binary(max_size=200))
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
def test_only_our_errors_leave_whatever_the_answer_is(status: int, body: bytes) -> None:
    transport = httpx.MockTransport(lambda request: httpx.Response(status, content=body))
    with GoLiveClient(SECRET, endpoint=LOCAL, transport=transport, clock=VirtualClock()) as client:
        try:
            outcome: Any = client.operation(TOKEN_URL).refresh()
        except GoLiveError as error:
            outcome = error
    assert isinstance(outcome, OperationStatus) or str(outcome).isprintable()


@pytest.mark.parametrize(
    ("error", "sent"),
    [
        (httpx.ConnectError, False),
        (httpx.ConnectTimeout, False),
        (httpx.PoolTimeout, False),
        (httpx.ReadTimeout, True),
        (httpx.WriteTimeout, True),
        (httpx.ReadError, True),
        (httpx.CloseError, True),
        (httpx.ProxyError, False),
        (httpx.RemoteProtocolError, True),
        # It may be about what came back, in HTTP/2; illegal headers are refused before.
        (httpx.LocalProtocolError, True),
        (httpx.DecodingError, True),
    ],
)
def test_no_answer(
    side: Side, httpx_mock: HTTPXMock, error: type[httpx.RequestError], sent: bool
) -> None:
    httpx_mock.add_exception(error("no luck"), is_reusable=True)
    with pytest.raises(ServiceUnreachable, match=r"No answer to GET http.*: no luck") as caught:
        side.get(side.client(SECRET).operation(TOKEN_URL).refresh())
    assert caught.value.sent is sent
    assert caught.value.continuation_token == TOKEN_URL
    assert SECRET not in str(caught.value) + repr(caught.value)


ROADS: dict[str, Callable[[GoLiveError], Any]] = {
    "pickle": lambda error: pickle.loads(pickle.dumps(error)),
    "copy": copy.copy,
    "deepcopy": copy.deepcopy,
    "args": lambda error: type(error)(*error.args),
    # Celery's default result backend keeps class and args, as JSON.
    "args in JSON": lambda error: type(error)(*json.loads(json.dumps(error.args))),
    "to_dict": lambda error: GoLiveError.from_dict(error.to_dict()),
    "to_dict in JSON": lambda error: GoLiveError.from_dict(json.loads(json.dumps(error.to_dict()))),
    "twice": lambda error: GoLiveError.from_dict(pickle.loads(pickle.dumps(error)).to_dict()),
}


@pytest.mark.parametrize("road", ROADS.values(), ids=ROADS)
@pytest.mark.parametrize("make", [example, full_example])
@pytest.mark.parametrize("kind", all_errors())
def test_errors_survive_any_road(
    kind: type[GoLiveError],
    make: Callable[[type[GoLiveError]], GoLiveError],
    road: Callable[[GoLiveError], GoLiveError],
) -> None:
    error = make(kind)
    arrived = road(error)
    assert type(arrived) is kind
    assert str(arrived) == str(error)
    assert repr(arrived) == repr(error) == f"{kind.__name__}('m')"
    assert vars(arrived) == vars(error)
    assert arrived.args == error.args


def test_notes_and_attributes_of_others_survive_a_task_queue() -> None:
    error: Any = full_example(NotFound)
    error.add_note("on worker 7")
    error.attempt = 3
    arrived = pickle.loads(pickle.dumps(error))
    assert (arrived.__notes__, arrived.attempt) == (["on worker 7"], 3)


def test_an_error_with_a_message_only_has_one_argument() -> None:
    assert GoLiveError("m").args == golive.InvalidInput("m").args == WaitTimeout("m", STATUS).args[:1]
    assert GoLiveError().args == ("",)


def test_args_can_be_replaced_by_those_of_another() -> None:
    error = full_example(NotFound)
    other = NotFound("other", 404, "GET", "u")
    other.args = error.args
    assert vars(other) == vars(error)


class Special(NotFound):
    """A class of somebody else, which is not known where the error arrives."""


def test_an_error_of_an_unknown_class_is_read_as_its_nearest_known_parent() -> None:
    stored = Special("m", 404, "GET", "u").to_dict()
    assert type(GoLiveError.from_dict(stored)) is Special
    stored["error"] = "OfALaterRelease"
    arrived = GoLiveError.from_dict({**stored, "later": 1})
    assert type(arrived) is NotFound
    assert (arrived.message, arrived.args) == ("m", ("m", 404, "GET", "u"))
    stored["is_a"] = ["Nobody"]
    assert type(GoLiveError.from_dict(stored)) is GoLiveError


def test_a_class_of_somebody_else_does_not_take_the_name_of_ours() -> None:
    type("Throttled", (GoLiveError,), {})
    stored = full_example(Throttled).to_dict()
    assert type(GoLiveError.from_dict(stored)) is Throttled


@pytest.mark.parametrize(
    "stored",
    [
        None,
        [],
        "NotFound",
        {},
        {"error": ["NotFound"]},
        {"error": "NotFound", "message": "m"},
        {"error": "NotFound", "is_a": 7},
        {"error": "OperationFailed", "message": "m", "status": {"word": 7}},
        {"error": "SubmissionUncertain", "message": "m", "safe_after": "soon"},
        {"error": "SubmissionUncertain", "message": "m", "baseline": {"offer_id": "o"}},
    ],
)
def test_what_is_no_error_is_refused(stored: Any) -> None:
    with pytest.raises(golive.InvalidInput, match=r"^This is not "):
        GoLiveError.from_dict(stored)


ODD = "x\x1b[2J\r\n2026-01-01 INFO forged: \u202eis live\ud800" + "y" * 100_000


@pytest.mark.parametrize(
    "error",
    [
        GoLiveError(ODD),
        golive.InvalidInput(ODD),
        ServiceUnreachable(ODD, method=ODD, url=ODD, sent=True),
        RequestRefused(ODD, 400, ODD, ODD, ODD, ODD, ODD, {ODD: [ODD], "ModelState": {ODD: ODD}}),
        golive.OperationFailed(ODD, STATUS, TOKEN),
        SubmissionUncertain(ODD, BASELINE, datetime(2026, 10, 21, tzinfo=UTC)),
    ],
    ids=lambda error: type(error).__name__,
)
def test_the_text_of_an_error_is_one_harmless_line(error: GoLiveError) -> None:
    for text in (str(error), repr(error), error.summary):
        assert text.isprintable()
        assert len(text) < 6000
        text.encode()


@given(st.text(st.characters(exclude_categories=[])), st.text(), st.text())
def test_any_text_makes_a_harmless_error(message: str, code: str, detail: str) -> None:
    error = ServiceFault(message, 500, "GET", "u", code, code, code, {"Variant": {"error": detail}})
    assert str(error).isprintable()
    assert str(ServiceFault(*json.loads(json.dumps(error.args)))) == str(error)


def test_a_failure_is_told_without_control_characters(side: Side, httpx_mock: HTTPXMock) -> None:
    body = {
        "status": "failed",
        "error": "x\x1b[2J\r\n2026-01-01 INFO forged: is live",
        "steps": [{"id": "certify", "stepName": "\x1b]52;c;x\x07", "status": "failed"}],
        "messages": [{"messageHtml": "<b>\x1b[2J</b><![ x", "level": "error"}],
    }
    httpx_mock.add_response(json=body, is_reusable=True)
    with pytest.raises(golive.OperationFailed, match="forged") as caught:
        side.get(side.client().operation(TOKEN_URL).result())
    assert str(caught.value).isprintable()


def test_an_error_that_is_an_object_is_told_with_its_message(side: Side, httpx_mock: HTTPXMock) -> None:
    body = {"status": "failed", "error": {"code": "ImageRejected", "message": "no swap partition"}}
    httpx_mock.add_response(json=body, is_reusable=True)
    with pytest.raises(golive.OperationFailed, match="ImageRejected: no swap partition"):
        side.get(side.client().operation(TOKEN_URL).result())


def test_details_of_an_error_are_shown_once() -> None:
    told = str(full_example(RequestRefused))
    assert "was answered 400 C: m. Details: MissingField: The plan has no price. (corr" in told
    once = RequestRefused("The plan has no price.", 400, "GET", "u", details={"message": "no price"})
    assert str(once).count("no price") == 1


def test_details_are_kept_as_json_has_them() -> None:
    odd: Any = {"when": datetime(2026, 1, 1), 7: (1, 2), "n": None}
    error = RequestRefused("m", 400, "GET", "u", details=odd)
    assert error.details == {"when": "2026-01-01 00:00:00", "7": [1, 2], "n": None}


def test_when_calling_again_is_safe() -> None:
    now = "The service may have acted on it or not; running the same call again is safe."
    assert str(SubmissionUncertain("m")) == f"m {now}"
    assert str(SubmissionUncertain("m", BASELINE)) == f"m {now}"
    later = SubmissionUncertain("m.", BASELINE, MOMENT)
    assert str(later) == (
        "m. The service may or may not have acted on it. Calling again is safe after 2026-10-21 09:28:00"
        " UTC, or at once with baseline=error.baseline, which waits out what is left."
    )
    east = timezone(timedelta(hours=2))
    without = SubmissionUncertain("m.", None, datetime(2026, 10, 21, 9, 28, tzinfo=east))
    assert str(without).endswith("Calling again is safe after 2026-10-21 07:28:00 UTC.")
    assert SubmissionUncertain("m", None, "2026-10-21T07:28:00").safe_after == without.safe_after
    assert later.baseline == BASELINE


@pytest.mark.parametrize("kind", all_errors())
def test_every_error_stands_in_the_drawn_tree_under_its_parent(kind: type[GoLiveError]) -> None:
    drawing = (golive.errors.__doc__ or "").splitlines()
    lines = {line.strip("│├└─ ").split(" ")[0]: line for line in drawing}
    assert kind.__name__ in lines
    depth = [c.__name__ for c in kind.__mro__ if issubclass(c, GoLiveError)]
    assert len(lines[kind.__name__]) - len(lines[kind.__name__].lstrip(" │├└─")) == 4 * len(depth)


def test_the_standard_classes_that_ours_are_too() -> None:
    assert issubclass(golive.InvalidInput, ValueError)
    assert issubclass(WaitTimeout, TimeoutError)


@pytest.mark.parametrize(
    ("error", "retryable"),
    [
        (ServiceUnreachable("x", method="GET", url="u", sent=True), True),
        (SubmissionUncertain("x"), True),
        (CredentialError("x"), True),
        (InvalidInput("x"), False),
        (Undecided("x"), False),
        (Throttled("x", 429, "GET", "u"), True),
        (ServiceFault("x", 500, "GET", "u"), True),
        (InvalidLocation("x", 202, "POST", "u"), True),
        (RequestRefused("x", 400, "GET", "u"), False),
        (RequestRefused("x", 409, "GET", "u"), True),
        (NotAuthenticated("x", 401, "GET", "u"), False),
        (NotFound("x", 404, "GET", "u"), False),
    ],
)
def test_which_errors_are_worth_a_retry(error: GoLiveError, retryable: bool) -> None:
    assert error.is_retryable is retryable
