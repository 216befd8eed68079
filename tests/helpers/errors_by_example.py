"""An error of each class: with what it needs, and with all that it can have."""

from __future__ import annotations

from datetime import UTC, datetime

import golive
from golive import (
    GoLiveError,
    OperationStatus,
    ServiceError,
    ServiceUnreachable,
    State,
    Step,
    SubmissionUncertain,
)


def all_errors() -> list[type[GoLiveError]]:
    return [
        kind
        for name in golive.__all__
        if isinstance(kind := getattr(golive, name), type) and issubclass(kind, GoLiveError)
    ]


TOKEN = "https://cloudpartner.azure.com/api/operations/contoso$contoso-offer$2$preview"
MOMENT = datetime(2026, 10, 21, 9, 28, 0, 500, tzinfo=UTC)
STATUS = OperationStatus(
    State.FAILED,
    "failed",
    (Step("live", "Live", State.FAILED, "failed", 40),),
    created=MOMENT,
)
BASELINE = golive.Baseline("contoso", "contoso-offer", ("1", "2"), None, taken=MOMENT)
DETAILS = {"details": [{"code": "MissingField", "message": "The plan has no price", "target": "plans"}]}


def example(kind: type[GoLiveError]) -> GoLiveError:
    if issubclass(kind, ServiceError):
        return kind("m", status_code=400, method="GET", url="u", code="C", correlation_id="i")
    if issubclass(kind, golive.OperationError):
        return kind("m", status=OperationStatus(), continuation_token="t")
    if issubclass(kind, ServiceUnreachable):
        return kind("m", method="GET", url="u", sent=True)
    return kind("m")


def full_example(kind: type[GoLiveError]) -> GoLiveError:
    """An error with all that it can have, some of it set after it was made."""
    error: GoLiveError
    if issubclass(kind, ServiceError):
        error = kind("m", 400, "GET", "u", "C", "i", "7", DETAILS)
    elif issubclass(kind, golive.OperationError):
        return kind("m", STATUS, TOKEN)
    elif issubclass(kind, ServiceUnreachable):
        error = kind("m", "GET", "u", False)
    elif issubclass(kind, SubmissionUncertain):
        error = kind("m", BASELINE, datetime(2026, 10, 21, 7, 28, tzinfo=UTC))
    else:
        error = kind("m")
    error.continuation_token = TOKEN
    return error
