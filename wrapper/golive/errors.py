"""The exceptions of golive: classes differ by what the caller can do, by nothing else.

::

    GoLiveError
    ├── InvalidInput (a ValueError)    fix the argument; nothing was sent
    ├── CredentialError                fix the credential; nothing was sent
    ├── ServiceUnreachable             try again later; there was no answer
    ├── SubmissionUncertain            call again: it adopts what was begun, or begins it
    ├── Undecided                      look at what runs: it may be a go-live; nothing was sent
    ├── NotReady                       look at the offer: it cannot go live now; nothing was sent
    │   └── Overtaken                  look at what is in preview: it is not what was named
    ├── NothingToCancel                nothing; no operation of the offer runs
    ├── ServiceError                   there was an answer, and it says no
    │   ├── RequestRefused             fix the request or the offer (400, 422, any other 4xx)
    │   │   └── UnsupportedVersion     upgrade golive (400 InvalidAPIVersion)
    │   ├── NotAuthenticated           get a good token (401)
    │   ├── NotAllowed                 have the principal added to the publisher (403)
    │   ├── NotFound                   fix the ids (404)
    │   ├── PreconditionFailed         look at the offer again (412)
    │   ├── Throttled                  wait (429)
    │   ├── ServiceFault               try again later (5xx)
    │   └── UnexpectedAnswer           report it: the answer is outside the contract
    │       ├── InvalidLocation        report it: the operation's address is not one
    │       └── NotFromService         fix the way there: a proxy or gateway answered
    └── OperationError                 the operation is known; its last status is attached
        ├── OperationFailed            fix the offer, publish again
        ├── OperationCanceled          somebody canceled it
        ├── NotCanceled                it ended before the cancellation took effect
        └── WaitTimeout (a TimeoutError)   wait again; the operation goes on

Errors travel: each can be pickled and copied, rebuilt from its `args`, and made to JSON and back
(`to_dict`, `GoLiveError.from_dict`), and loses nothing on the way. Their text is one printable line.
"""

from __future__ import annotations

import logging
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, ClassVar

from golive.text import explanation, one_line

if TYPE_CHECKING:
    from golive.portal.baseline import Baseline
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
    "NotReady",
    "NothingToCancel",
    "OperationCanceled",
    "OperationError",
    "OperationFailed",
    "Overtaken",
    "PreconditionFailed",
    "RequestRefused",
    "ServiceError",
    "ServiceFault",
    "ServiceUnreachable",
    "SubmissionUncertain",
    "Throttled",
    "Undecided",
    "UnexpectedAnswer",
    "UnsupportedVersion",
    "WaitTimeout",
]

# What is logged is shown only if the application asks for it. Here, as all that logs imports this.
logging.getLogger("golive").addHandler(logging.NullHandler())

#: How long the text of an error can get, in characters, its remedy not counted.
MAX_TEXT = 2000


class GoLiveError(Exception):
    """The root of everything that golive raises.

    Args:
        message: What happened, in one line.
        continuation_token: The token of the operation that was being dealt with, if it is known.

    Attributes:
        message: What happened, in one line.
        continuation_token: The token of the operation that was being dealt with, if it is known. Give
            it to `GoLiveClient.operation` to go on from there.
    """

    #: What the caller can do about it, in one line.
    remedy: str = ""

    #: What it is made from, in order; each is an attribute, too.
    _parts: ClassVar[tuple[str, ...]] = ("message", "continuation_token")

    def __init__(self, message: str = "", continuation_token: str | None = None) -> None:
        self.message: str = one_line(str(message), MAX_TEXT)
        self.continuation_token: str | None = continuation_token
        # For repr alone: `args` is made from the attributes, which may be set later.
        super().__init__(self.message)

    @property
    def summary(self) -> str:
        """What happened, in one printable line, without the remedy."""
        return self.message

    @property
    def is_retryable(self) -> bool:
        """Whether the same call may succeed later, though nobody mends anything.

        For whoever keeps the time: a task queue, an engine. golive has retried already when it raises.
        Give a call that begins something the same baseline again, or that of the error if it has one.
        """
        return False

    @property
    def args(self) -> tuple[Any, ...]:
        """What `type(error)(*error.args)` rebuilds the error from; all of it is known to JSON."""
        given = [_plain(getattr(self, name)) for name in self._parts]
        while len(given) > 1 and given[-1] is None:
            del given[-1]
        return tuple(given)

    @args.setter
    def args(self, value: tuple[Any, ...]) -> None:
        type(self).__init__(self, *value)

    def __str__(self) -> str:
        return " ".join(filter(None, (self.summary, self.remedy)))

    def __reduce__(self) -> tuple[Any, ...]:
        # Task queues pickle exceptions; the default would lose what was set later.
        return _restore, (type(self), self.message, self.__dict__)

    def to_dict(self) -> dict[str, Any]:
        """Return the error as JSON knows it; `GoLiveError.from_dict` reads it."""
        kinds = [kind.__name__ for kind in type(self).__mro__ if issubclass(kind, GoLiveError)]
        parts = {name: _plain(getattr(self, name)) for name in self._parts}
        return {"error": kinds[0], "is_a": kinds[1:], "text": str(self), **parts}

    @staticmethod
    def from_dict(value: Mapping[str, Any]) -> GoLiveError:
        """Make an error from what `to_dict` gave, also that of another release.

        Args:
            value: The mapping, for example from JSON.

        Returns:
            The error. Of a class that is not known, the nearest of its parents that is.

        Raises:
            InvalidInput: It is not such a mapping.
        """
        try:
            kinds = {kind.__name__: kind for kind in _kinds(GoLiveError)}
            names = [value["error"], *value.get("is_a", ())]
            kind = next((kinds[name] for name in names if name in kinds), GoLiveError)
            parts = kind._parts  # noqa: SLF001
            return kind(**{name: value[name] for name in parts if name in value})
        except (AttributeError, LookupError, TypeError, ValueError) as error:
            raise InvalidInput(
                f"This is not what to_dict of an error gave ({type(error).__name__}: {error})."
            ) from None


def _kinds(kind: type[GoLiveError]) -> Iterator[type[GoLiveError]]:
    # What is yielded last wins, so our own classes stand after those of others that are called alike.
    subclasses = kind.__subclasses__()
    for each in sorted(subclasses, key=lambda each: each.__module__ == __name__):
        yield from _kinds(each)
    yield kind


def _restore(kind: type[GoLiveError], message: str, state: dict[str, Any]) -> GoLiveError:
    error = kind.__new__(kind)
    BaseException.__init__(error, message)
    error.__dict__.update(state)
    return error


def _plain(value: Any) -> Any:
    """Return what an error is made from as JSON knows it."""
    if hasattr(value, "to_dict"):
        return value.to_dict()
    return value.isoformat() if isinstance(value, datetime) else value


def _json_safe(value: object, depth: int = 20) -> Any:
    """Return a value as JSON keeps it."""
    if value is None or isinstance(value, (bool, int, float)):
        return value
    if isinstance(value, Mapping) and depth:
        return {str(key): _json_safe(each, depth - 1) for key, each in value.items()}
    if isinstance(value, (list, tuple)) and depth:
        return [_json_safe(each, depth - 1) for each in value]
    return str(value)


class InvalidInput(GoLiveError, ValueError):
    """An argument is malformed; nothing was sent."""


class CredentialError(GoLiveError):
    """The credential gave no usable token; nothing was sent."""

    @property
    def is_retryable(self) -> bool:
        """Whether the same call may succeed later, though nobody mends anything: yes."""
        return True


class ServiceUnreachable(GoLiveError):
    """There was no answer: no connection, a broken one, or a timeout.

    Args:
        message: What happened, in one line.
        method: The request's method.
        url: The request's address, without its query.
        sent: Whether the service may have seen the request.
        continuation_token: The token of the operation, if it is known.

    Attributes:
        method: The request's method.
        url: The request's address, without its query.
        sent: Whether the service may have seen the request; False if it certainly never left.
    """

    remedy = "Check the network and the endpoint, then try again."

    _parts = ("message", "method", "url", "sent", "continuation_token")

    @property
    def is_retryable(self) -> bool:
        """Whether the same call may succeed later, though nobody mends anything: yes."""
        return True

    def __init__(
        self,
        message: str,
        method: str,
        url: str,
        sent: bool,  # noqa: FBT001 - rebuilt from args, which have no names
        continuation_token: str | None = None,
    ) -> None:
        super().__init__(message, continuation_token)
        self.method = method
        self.url = url
        self.sent = sent


class SubmissionUncertain(GoLiveError):
    """A request that starts something was sent, and its answer was lost.

    Whether the service acted on it is not known. Calling again is safe as far as the service's list of
    operations is true: `begin_go_live` looks there first and adopts a go-live that runs. A new operation
    appears there late, so a call without `baseline` must wait until then.

    Args:
        message: What happened, in one line.
        baseline: What was known of the offer before the request, or what its `to_dict` gave.
        safe_after: The moment (or its text in ISO 8601) from which on calling again is safe by itself.
        continuation_token: The token of the operation, if it is known.

    Attributes:
        baseline: What was known of the offer before the request, and when that was sent; None if that
            is not known. Given to the same call it waits out what is left, and tells what is new since.
        safe_after: From when on calling again without it is safe, in UTC; None if it is at once.
    """

    remedy: str = "The service may have acted on it or not; running the same call again is safe."

    _parts = ("message", "baseline", "safe_after", "continuation_token")

    @property
    def is_retryable(self) -> bool:
        """Whether the same call may succeed later, though nobody mends anything: yes."""
        return True

    def __init__(
        self,
        message: str,
        baseline: Baseline | Mapping[str, Any] | None = None,
        safe_after: datetime | str | None = None,
        continuation_token: str | None = None,
    ) -> None:
        super().__init__(message, continuation_token)
        baseline = _baseline(baseline)
        if isinstance(safe_after, str):
            try:
                safe_after = datetime.fromisoformat(safe_after)
            except ValueError:
                raise InvalidInput(f"safe_after must be a moment, not {safe_after!r}.") from None
        if safe_after is not None:
            naive = safe_after.tzinfo is None
            safe_after = safe_after.replace(tzinfo=UTC) if naive else safe_after.astimezone(UTC)
            at_once = ", or at once with baseline=error.baseline, which waits out what is left"
            self.remedy = (
                "The service may or may not have acted on it. Calling again is safe after"
                f" {safe_after:%Y-%m-%d %H:%M:%S} UTC{at_once if baseline else ''}."
            )
        self.baseline: Baseline | None = baseline
        self.safe_after: datetime | None = safe_after


class Undecided(GoLiveError):
    """An operation of the offer runs that may be a go-live or not; nothing was sent.

    To begin one beside it could be the second; to follow it could be to follow something else.
    """

    remedy = "Nothing was sent."


class NotReady(GoLiveError):
    """The offer cannot go live, or be published, as it stands; nothing was sent."""

    remedy = "Nothing was sent."


class Overtaken(NotReady):
    """Another version is in preview than the one that was to go live; nothing was sent."""

    remedy = "Nothing was sent; look at what is in preview now, then name that, or publish again."


class NothingToCancel(GoLiveError):
    """No operation of the offer runs; the service accepted the cancellation all the same."""

    remedy = "There is nothing to cancel."


#: Refusals of the moment: a time-out, a lock, a connection that was led to the wrong machine.
_PASSING = frozenset({408, 409, 421, 423, 425, 499})


class ServiceError(GoLiveError):
    """The service answered, but not with what was asked for.

    Args:
        message: The service's explanation, or ours if it gave none.
        status_code: The HTTP status.
        method: The request's method.
        url: The request's address, without its query.
        code: The service's name for the error, from the body.
        correlation_id: The value of `X-Ms-Correlation-Request-Id`.
        retry_after: The value of `Retry-After` as it was sent.
        details: What the error's body says beyond code and message, as JSON has it.
        continuation_token: The token of the operation, if it is known.

    Attributes:
        message: The service's explanation, or ours if it gave none.
        status_code: The HTTP status, an `int` even where Python knows no name for it.
        method: The request's method.
        url: The request's address, without its query.
        code: The service's name for the error (page "considerations"), or None.
        correlation_id: What to quote in a support ticket, or None.
        retry_after: The value of `Retry-After` as it was sent, or None.
        details: What the error's body says beyond code and message, for example `details`, `innererror`
            or `ModelState`, as JSON has it; or None.
    """

    _parts: ClassVar[tuple[str, ...]] = (
        *("message", "status_code", "method", "url"),
        *("code", "correlation_id", "retry_after", "details", "continuation_token"),
    )

    def __init__(
        self,
        message: str,
        status_code: int,
        method: str,
        url: str,
        code: str | None = None,
        correlation_id: str | None = None,
        retry_after: str | None = None,
        details: Mapping[str, Any] | None = None,
        continuation_token: str | None = None,
    ) -> None:
        super().__init__(message, continuation_token)
        self.status_code = status_code
        self.method = method
        self.url = url
        self.code: str | None = None if code is None else one_line(code)
        self.correlation_id: str | None = None if correlation_id is None else one_line(correlation_id)
        self.retry_after = retry_after
        self.details: Mapping[str, Any] | None = None if details is None else _json_safe(details)

    @property
    def is_retryable(self) -> bool:
        """Whether the same call may succeed later: after a time-out, a lock or another's conflict."""
        return self.status_code in _PASSING

    @property
    def summary(self) -> str:
        """What was asked and what was answered, in one printable line, without the remedy."""
        what = f"{one_line(self.method)} {one_line(self.url, 1000)} was answered {self.status_code}"
        if self.code:
            what += f" {self.code}"
        what += f": {_ended(self.message)}"
        told = explanation(self.details, 500)
        if told and told not in self.message:
            what += f" Details: {_ended(told)}"
        if self.correlation_id:
            what += f" (correlation id {self.correlation_id})"
        return what


def _baseline(value: Baseline | Mapping[str, Any] | None) -> Baseline | None:
    if isinstance(value, Mapping):
        from golive.portal.baseline import Baseline

        return Baseline.from_dict(value)
    return value


def _ended(text: str) -> str:
    return text if text.endswith((".", "!", "?")) else f"{text}."


def _is_of_graph(url: str) -> bool:
    """Tell whether an address is one of the Product Ingestion API."""
    return "/rp/product-ingestion" in url


class RequestRefused(ServiceError):
    """The service refuses the request as it is: 400, 422, or another 4xx.

    Sending it again before the cause is fixed is of no use (page "considerations").
    """

    remedy = "Fix the cause before you try again."


class UnsupportedVersion(RequestRefused):
    """The service does not know the version of the API that golive speaks: 400 `InvalidAPIVersion`."""

    remedy = "Upgrade golive: the service no longer speaks the API version that this release knows."


class NotAuthenticated(ServiceError):
    """The token is missing, wrong or expired: 401."""

    @property
    def remedy(self) -> str:  # type: ignore[override]
        """What the caller can do about it: the audience of the token differs by API."""
        graph = _is_of_graph(self.url)
        resource = "https://graph.microsoft.com" if graph else "https://cloudpartner.azure.com"
        return (
            "The token is missing, wrong or expired: get a fresh one for the resource"
            f" {resource}, from the right tenant."
        )


class NotAllowed(ServiceError):
    """The token is good, but its principal has no access to the publisher: 403."""

    @property
    def remedy(self) -> str:  # type: ignore[override]
        """What the caller can do about it: what gives access differs by API."""
        if _is_of_graph(self.url):
            return "Give the application the role Manager in Partner Center, under user management."
        return (
            "The service principal has not been added to this publisher's account, or was added with the"
            " wrong one of its two object ids."
        )


class NotFound(ServiceError):
    """The publisher, the offer or the operation does not exist: 404."""

    @property
    def remedy(self) -> str:  # type: ignore[override]
        """What the caller can do about it: what names an offer differs by API."""
        return f"Check the {'offer id' if _is_of_graph(self.url) else 'publisher and offer ids'}."


class PreconditionFailed(ServiceError):
    """`If-Match` names another version of the offer than the current one: 412."""

    remedy = "The offer has changed; check it, then use its current ETag."


class Throttled(ServiceError):
    """Too many requests: 429. The service did not act on this one."""

    remedy = "Wait, then try again."

    @property
    def is_retryable(self) -> bool:
        """Whether the same call may succeed later, though nobody mends anything: yes."""
        return True


class ServiceFault(ServiceError):
    """The service, or a proxy in front of it, is in trouble: 5xx."""

    remedy = "Try again later."

    @property
    def is_retryable(self) -> bool:
        """Whether the same call may succeed later, though nobody mends anything: yes."""
        return True


class UnexpectedAnswer(ServiceError):
    """The answer is outside the contract, so that nothing can be concluded from it."""

    remedy = "Check that the endpoint is the right one; if it is, report this to golive."

    @property
    def is_retryable(self) -> bool:
        """Whether the same call may succeed later, though nobody mends anything: yes."""
        return True


class InvalidLocation(UnexpectedAnswer):
    """The service accepted, but the address of the operation is missing or not acceptable.

    The operation was begun, and was looked for in vain. The same call with `baseline` looks again, and
    sends nothing.

    Args:
        message: The service's explanation, or ours if it gave none.
        status_code: The HTTP status.
        method: The request's method.
        url: The request's address, without its query.
        code: The service's name for the error, from the body.
        correlation_id: The value of `X-Ms-Correlation-Request-Id`.
        retry_after: The value of `Retry-After` as it was sent.
        details: What the error's body says beyond code and message, as JSON has it.
        continuation_token: The token of the operation, if it is known.
        baseline: What was known of the offer before the request, or what its `to_dict` gave.

    Attributes:
        baseline: What was known of the offer before the request, and that it was accepted; or None.
    """

    remedy = (
        "The operation was started, but its URL is unusable. Repeat the call with"
        " baseline=error.baseline to find it."
    )

    _parts = (*ServiceError._parts, "baseline")  # noqa: SLF001

    def __init__(
        self,
        message: str,
        status_code: int,
        method: str,
        url: str,
        code: str | None = None,
        correlation_id: str | None = None,
        retry_after: str | None = None,
        details: Mapping[str, Any] | None = None,
        continuation_token: str | None = None,
        baseline: Baseline | Mapping[str, Any] | None = None,
    ) -> None:
        super().__init__(
            message,
            status_code,
            method,
            url,
            code,
            correlation_id,
            retry_after,
            details,
            continuation_token,
        )
        self.baseline: Baseline | None = _baseline(baseline)


class NotFromService(UnexpectedAnswer):
    """Something between here and the service answered in its place, with a page of its own."""

    remedy = (
        "This is a page of a proxy or gateway, not of the service: check the proxy settings, the network"
        " and the endpoint."
    )


class OperationError(GoLiveError):
    """Something about an operation that is known.

    Args:
        message: What happened, in one line.
        status: The last snapshot of the operation, or what its `to_dict` gave.
        continuation_token: The token of the operation.

    Attributes:
        status: The last snapshot of the operation.
        continuation_token: The token of the operation.
    """

    _parts = ("message", "status", "continuation_token")

    def __init__(
        self,
        message: str,
        status: OperationStatus | Mapping[str, Any],
        continuation_token: str | None = None,
    ) -> None:
        super().__init__(message, continuation_token)
        if isinstance(status, Mapping):
            from golive.status import OperationStatus

            status = OperationStatus.from_dict(status)
        self.status: OperationStatus = status


class OperationFailed(OperationError):
    """The operation ended without success."""

    remedy = "Fix the offer, publish it again, then go live."


class OperationCanceled(OperationError):
    """The operation was canceled."""

    remedy = "Publish the offer and go live again if this was not meant."


class NotCanceled(OperationError):
    """The operation ended in another way before its cancellation took effect."""

    remedy = "Nothing is left to cancel."


class WaitTimeout(OperationError, TimeoutError):
    """The time that the caller gave ran out; the operation goes on."""

    remedy = "The operation keeps running; resume with its continuation token."

    @property
    def is_retryable(self) -> bool:
        """Whether the same call may succeed later, though nobody mends anything: yes."""
        return True
