"""The exceptions of golive: classes differ by what the caller can do, by nothing else.

::

    GoLiveError
    ├── InvalidInput (a ValueError)    mend the argument; nothing was sent
    ├── CredentialError                mend the credential; nothing was sent
    ├── ServiceUnreachable             try again later; there was no answer
    ├── SubmissionUncertain            call again: it adopts what was begun, or begins it
    ├── NothingToCancel                nothing; no operation of the offer runs
    ├── ServiceError                   there was an answer, and it says no
    │   ├── RequestRefused             mend the request or the offer (400, 422, any other 4xx)
    │   │   └── UnsupportedVersion     upgrade golive (400 InvalidAPIVersion)
    │   ├── NotAuthenticated           get a good token (401)
    │   ├── NotAllowed                 have the principal added to the publisher (403)
    │   ├── NotFound                   mend the ids (404)
    │   ├── PreconditionFailed         look at the offer again (412)
    │   ├── Throttled                  wait (429)
    │   ├── ServiceFault               try again later (5xx)
    │   └── UnexpectedAnswer           report it: the answer is outside the contract
    │       ├── InvalidLocation        report it: the operation's address is not one
    │       └── NotFromService         look at the network: a proxy or gateway answered
    └── OperationError                 the operation is known; its last status is attached
        ├── OperationFailed            mend the offer, publish again
        ├── OperationCanceled          somebody canceled it
        ├── NotCanceled                it ended before the cancellation took effect
        └── WaitTimeout (a TimeoutError)   wait again; the operation goes on
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from golive.status import OperationStatus

__all__ = [
    "CredentialError",
    "GoLiveError",
    "InvalidInput",
    "InvalidLocation",
    "NotAllowed",
    "NotAuthenticated",
    "NotCanceled",
    "NotFound",
    "NotFromService",
    "NothingToCancel",
    "OperationCanceled",
    "OperationError",
    "OperationFailed",
    "PreconditionFailed",
    "RequestRefused",
    "ServiceError",
    "ServiceFault",
    "ServiceUnreachable",
    "SubmissionUncertain",
    "Throttled",
    "UnexpectedAnswer",
    "UnsupportedVersion",
    "WaitTimeout",
]


class GoLiveError(Exception):
    """The root of everything that golive raises.

    Args:
        message: What happened, in one line.

    Attributes:
        continuation_token: The token of the operation that was being dealt with, if it is known. Give
            it to `GoLiveClient.operation` to go on from there.
    """

    #: What the caller can do about it, in one line.
    remedy: str = ""

    def __init__(self, message: str = "") -> None:
        super().__init__(message)
        self.continuation_token: str | None = None

    def __str__(self) -> str:
        return " ".join(filter(None, [*map(str, self.args), self.remedy]))

    def __reduce__(self) -> tuple[Any, ...]:
        # Task queues pickle exceptions; the default would call __init__ with `args` alone.
        return _restore, (type(self), self.args, self.__dict__)


def _restore(kind: type[GoLiveError], args: tuple[Any, ...], state: dict[str, Any]) -> GoLiveError:
    error = kind.__new__(kind, *args)
    error.args = args
    error.__dict__.update(state)
    return error


class InvalidInput(GoLiveError, ValueError):
    """An argument is malformed; nothing was sent."""


class CredentialError(GoLiveError):
    """The credential gave no usable token; nothing was sent."""


class ServiceUnreachable(GoLiveError):
    """There was no answer: no connection, a broken one, or a timeout.

    Args:
        message: What happened, in one line.
        method: The request's method.
        url: The request's address, without its query.
        sent: Whether the service may have seen the request.

    Attributes:
        method: The request's method.
        url: The request's address, without its query.
        sent: Whether the service may have seen the request.
    """

    remedy = "Check the network and the endpoint, then try again."

    def __init__(self, message: str, *, method: str, url: str, sent: bool) -> None:
        super().__init__(message)
        self.method = method
        self.url = url
        self.sent = sent


class SubmissionUncertain(GoLiveError):
    """A request that starts something was sent, and its answer was lost.

    Whether the service acted on it is not known. Calling again is safe as far as the service's list of
    operations is true: `begin_go_live` looks there first and adopts a go-live that runs.
    """

    remedy = "The service may have acted on it or not; running the same call again is safe."


class NothingToCancel(GoLiveError):
    """No operation of the offer runs; the service accepted the cancellation all the same."""

    remedy = "There is nothing to cancel."


class ServiceError(GoLiveError):
    """The service answered, but not with what was asked for.

    Args:
        message: The service's explanation, or ours if it gave none.
        status_code: The HTTP status.
        code: The service's name for the error, from the body.
        correlation_id: The value of `X-Ms-Correlation-Request-Id`.
        method: The request's method.
        url: The request's address, without its query.
        retry_after: The value of `Retry-After` as it was sent.
        details: What else the body says, in values that JSON knows.

    Attributes:
        message: The service's explanation, or ours if it gave none.
        status_code: The HTTP status, an `int` even where Python knows no name for it.
        code: The service's name for the error (page "considerations"), or None.
        correlation_id: What to quote in a support ticket, or None.
        method: The request's method.
        url: The request's address, without its query.
        retry_after: The value of `Retry-After` as it was sent, or None.
        details: What the body says beyond code and message, in values that JSON knows, or None.
    """

    def __init__(
        self,
        message: str,
        *,
        status_code: int,
        method: str,
        url: str,
        code: str | None = None,
        correlation_id: str | None = None,
        retry_after: str | None = None,
        details: Mapping[str, Any] | None = None,
    ) -> None:
        what = f"{method} {url} was answered {status_code}"
        if code:
            what += f" {code}"
        what += f": {message}"
        if not what.endswith((".", "!", "?")):
            what += "."
        if correlation_id:
            what += f" (correlation id {correlation_id})"
        super().__init__(what)
        self.message = message
        self.status_code = status_code
        self.code = code
        self.correlation_id = correlation_id
        self.method = method
        self.url = url
        self.retry_after = retry_after
        self.details = details


class RequestRefused(ServiceError):
    """The service refuses the request as it is: 400, 422, or another 4xx.

    Sending it again before the cause is mended is of no use (page "considerations").
    """

    remedy = "Mend the cause before trying again."


class UnsupportedVersion(RequestRefused):
    """The service does not know the version of the API that golive speaks: 400 `InvalidAPIVersion`."""

    remedy = "Upgrade golive: the service no longer speaks the API version that this release knows."


class NotAuthenticated(ServiceError):
    """The token is missing, wrong or expired: 401."""

    remedy = (
        "The token is missing, wrong or expired: get a fresh one for the resource"
        " https://cloudpartner.azure.com, from the right tenant."
    )


class NotAllowed(ServiceError):
    """The token is good, but its principal has no access to the publisher: 403."""

    remedy = (
        "The service principal was not added to this publisher's account, or was added with the wrong"
        " one of its two object ids."
    )


class NotFound(ServiceError):
    """The publisher, the offer or the operation does not exist: 404."""

    remedy = "Check the publisher and offer ids."


class PreconditionFailed(ServiceError):
    """`If-Match` names another version of the offer than the current one: 412."""

    remedy = "Somebody changed the offer; look at it again, then use its current ETag."


class Throttled(ServiceError):
    """Too many requests: 429. The service did not act on this one."""

    remedy = "Wait, then try again."


class ServiceFault(ServiceError):
    """The service, or a proxy in front of it, is in trouble: 5xx."""

    remedy = "Try again later."


class UnexpectedAnswer(ServiceError):
    """The answer is outside the contract, so that nothing can be concluded from it."""

    remedy = "Check that the endpoint is the right one; if it is, report this to golive."


class InvalidLocation(UnexpectedAnswer):
    """The service accepted, but the address of the operation is missing or not acceptable.

    The operation was begun. To find it, call again: `begin_go_live` adopts a go-live that runs.
    """

    remedy = "The service did begin. Running the same call again finds the operation and adopts it."


class NotFromService(UnexpectedAnswer):
    """A proxy or gateway on the way answered with a page of its own; of the service it says nothing."""

    remedy = "A proxy or gateway answered, not the service: check the network and its proxy."


class OperationError(GoLiveError):
    """Something about an operation that is known.

    Args:
        message: What happened, in one line.
        status: The last snapshot of the operation.
        continuation_token: The token of the operation.

    Attributes:
        status: The last snapshot of the operation.
        continuation_token: The token of the operation.
    """

    def __init__(self, message: str, *, status: OperationStatus, continuation_token: str) -> None:
        super().__init__(message)
        self.status = status
        self.continuation_token: str | None = continuation_token


class OperationFailed(OperationError):
    """The operation ended without success."""

    remedy = "Mend the offer, then publish it and go live again."


class OperationCanceled(OperationError):
    """The operation was canceled."""

    remedy = "Publish the offer and go live again if this was not meant."


class NotCanceled(OperationError):
    """The operation ended in another way before its cancellation took effect."""

    remedy = "There is nothing left to cancel."


class WaitTimeout(OperationError, TimeoutError):
    """The time that the caller gave ran out; the operation goes on."""

    remedy = "The operation goes on; resume with the continuation token."
