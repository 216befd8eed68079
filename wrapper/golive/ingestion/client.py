"""The blocking client: `aio` without `await`, made from it by `nox -s generate`."""

from __future__ import annotations

from datetime import datetime
from types import TracebackType
from typing import Self

from golive import telemetry
from golive.answers import REQUEST_TIMEOUT
from golive.blocking import Driver, Operation
from golive.checkpoint import Checkpoint
from golive.clock import Clock, SystemClock
from golive.credentials import Credential, Secret
from golive.durations import Duration, to_seconds
from golive.errors import InvalidInput
from golive.flow import Context
from golive.http import httpx
from golive.ingestion import difference, following, queries, starting
from golive.ingestion.difference import Difference
from golive.ingestion.location import BASE, ENDPOINT, SCOPE, origin_of
from golive.ingestion.snapshots import ProductStatus, ProductSubmission
from golive.ingestion.starting import OnSubmitting
from golive.refs import OperationRef
from golive.retry import RetryPolicy
from golive.schedule import PollingPolicy
from golive.sessions import Session
from golive.status import Submission
from golive.vocabulary import State

__all__ = ["ProductIngestionClient"]

#: How often a job may be asked about at most: once in so many seconds ([private-offer-pages]).
PACE = 60.0


class ProductIngestionClient:
    """Takes offers live by the Product Ingestion API, and follows and stops what it began.

    It is for virtual machine, container and SaaS offers in Partner Center. `GoLiveClient` is for
    products that were integrated with the Cloud Partner Portal API. Both have the same verbs, and what
    they begin is the same `Operation`.

    An offer is named by its offer id (`externalId`), for example `contoso-db`, or by its product's GUID.
    The account implies the publisher.

    A client may be shared by threads. Use it as a context manager, or call `close`.

    Every call that asks the service may raise `InvalidInput` (an argument is malformed, nothing was
    sent), `CredentialError` (there is no token), `ServiceUnreachable` (there was no answer),
    `ServiceError` (the service refused; its subclass says what to do; `NotFound` for an offer that is
    not there) and `Undecided` (several products have the offer id). What else a call raises stands with
    the call.

    Args:
        credential: A token (`str`), a function that returns one and is called for every request, or an
            azure-identity credential. It stays yours: it is not closed.
            The audience is `https://graph.microsoft.com`.
        endpoint: Where the service is; default `https://graph.microsoft.com/rp/product-ingestion`. The
            token is sent nowhere else.
        polling: How often to ask for the status of an operation. The default asks once a minute at
            first, which is as often as the service wants it per job, then less often.
        retry: How a request that failed is repeated; see `RetryPolicy` for the default.
        request_timeout: Bounds each single request as a whole, from connecting to the last byte of its
            answer, not an operation: a `timedelta` or seconds. Default: 5 minutes and 30 seconds. A
            request that begins something was seen to take more than 20 seconds.
        transport: An httpx transport to send requests with, for example one with your own certificate
            authority, or `golive.emulator`'s. It stays yours: it is not closed.
        http_client: Instead of a transport, an `httpx.Client` to send requests with, for its
            connections, proxies, certificates, headers and event hooks. The endpoint, the credential
            and the timeouts are golive's, and no redirect is followed. It stays yours too.
        clock: What golive knows about time; replaced in tests.
        allow_http: Also accept an endpoint with plain `http` on another machine.

    Raises:
        InvalidInput: An argument is malformed, or `polling` asks more often than once a minute of a
            service that is not on this machine.
        CredentialError: The credential is a `str` that cannot be a token.

    Example:
        >>> with ProductIngestionClient(DefaultAzureCredential()) as client:
        ...     (client.begin_publish("contoso-db")).result()
        ...     operation = client.begin_go_live("contoso-db")
        ...     print(operation.continuation_token())
        ...     operation.result(timeout=timedelta(days=5))
    """

    def __init__(
        self,
        credential: Credential,
        *,
        endpoint: str = ENDPOINT,
        polling: PollingPolicy | None = None,
        retry: RetryPolicy | None = None,
        request_timeout: Duration = REQUEST_TIMEOUT,
        transport: httpx.BaseTransport | None = None,
        http_client: httpx.Client | None = None,
        clock: Clock | None = None,
        allow_http: bool = False,
    ) -> None:
        source = Secret(credential)
        # Whoever reports an error with the local variables of its frames must not report a token.
        del credential
        clock = clock or SystemClock()
        origin = origin_of(endpoint, allow_http=allow_http)
        timeout = to_seconds(request_timeout, "request_timeout")
        polling = polling or PollingPolicy(min_delay=PACE)
        if polling.min_delay < PACE and not origin.is_loopback:
            raise InvalidInput(
                "The service asks for at most one poll per minute and job; PollingPolicy.min_delay"
                f" (--interval) is {polling.min_delay:g} s."
            )
        session = Session(
            source,
            origin=origin,
            clock=clock,
            request_timeout=timeout,
            scope=SCOPE,
            transport=transport,
            http_client=http_client,
        )
        context = Context(origin, polling, retry or RetryPolicy(), clock, timeout)
        self._driver = Driver(context, session, starting.cancel)

    @property
    def endpoint(self) -> str:
        """Where the service is."""
        return f"{self._driver.context.origin}{BASE}"

    def begin_publish(
        self,
        offer: str,
        *,
        sent: datetime | None = None,
        timeout: Duration | None = None,
        on_sending: OnSubmitting | None = None,
    ) -> Operation:
        """Publish all that is in draft to preview, from which it can go live.

        A publish that runs is joined, not begun again: the service refuses a second one. The operation
        is over when its version is in preview; `operation.status.id` is the submission's number then.

        Args:
            offer: The offer id, or the product's GUID.
            sent: When an earlier try was sent whose outcome is not known, to take up what it began.
            timeout: Bounds the whole call, but for what a credential takes: a `timedelta` or seconds.
                The default is `RetryPolicy.begin_within`, 30 minutes.
            on_sending: Is called with the operation's address right before the request is sent, each
                time, for writing it down first. What it raises ends the call, and nothing is sent.

        Returns:
            The operation to follow; `adopted` tells whether it was found instead of begun.

        Raises:
            NotReady: A go-live runs; nothing was sent.
            Undecided: What runs cannot be read; nothing was sent.
            SubmissionUncertain: The request was sent, its answer lost, and nothing found that it began.
        """
        flow = starting.begin_publish(
            self._driver.context, offer, sent=sent, timeout=timeout, on_sending=on_sending
        )
        with telemetry.span("begin_publish", publisher="", offer=offer):
            return Operation(self._driver, self._driver.run(flow))

    def begin_go_live(
        self,
        offer: str,
        submission: str | None = None,
        *,
        restore: bool = False,
        sent: datetime | None = None,
        timeout: Duration | None = None,
        on_sending: OnSubmitting | None = None,
    ) -> Operation:
        """Take what is in preview live: adopt the go-live that runs, or begin one.

        The submissions are looked at before anything is sent. A go-live that runs is adopted; what is
        live already is a success, and nothing is sent. The request is sent once; if its answer is lost,
        what it began is looked for, for `RetryPolicy.reconcile_for`, and never sent again.

        Args:
            offer: The offer id, or the product's GUID.
            submission: The number of the submission that alone may go live, as text. Default: the one
                that is in preview.
            restore: Whether a product that was taken off the market (deprecated) may come back.
            sent: When an earlier try of this `submission` was sent whose outcome is not known: what is
                left of the time in which it may take effect is waited out, and what failed since then
                is its outcome. `on_sending` was told both.
            timeout: Bounds the whole call, but for what a credential takes: a `timedelta` or seconds.
                The default is `RetryPolicy.begin_within`, 30 minutes.
            on_sending: Is called with the operation's address right before the request is sent, each
                time, for writing it down first. What it raises ends the call, and nothing is sent.

        Returns:
            The operation to follow; `adopted` tells whether it was found instead of begun.

        Raises:
            InvalidInput: An argument is malformed, or `sent` comes without `submission`.
            NotReady: Nothing is in preview, its publish runs or failed, or the product is deprecated;
                nothing was sent.
            Overtaken: Another submission than the named one is in preview, going live, or live since;
                nothing was sent.
            Undecided: What runs cannot be read; nothing was sent.
            SubmissionUncertain: The request was sent, its answer lost, and nothing found that it began.
        """
        flow = starting.begin_go_live(
            self._driver.context,
            offer,
            submission=submission,
            restore=restore,
            sent=sent,
            timeout=timeout,
            on_sending=on_sending,
        )
        with telemetry.span("begin_go_live", publisher="", offer=offer):
            return Operation(self._driver, self._driver.run(flow))

    def begin_cancel(
        self, offer: str, *, job: str | None = None, timeout: Duration | None = None
    ) -> Operation:
        """Cancel a job of an offer; `Operation.cancel` knows the job of what it began.

        The service cancels by job and lists none: what a colleague or the portal began cannot be
        canceled here. What was already done stays done ([product-ingestion-api]).

        Args:
            offer: The offer id, or the product's GUID.
            job: The job, from `Operation.ref.job`.
            timeout: Bounds the whole call: a `timedelta` or seconds. The default is
                `RetryPolicy.begin_within`, 30 minutes.

        Returns:
            The job that is being canceled. Its `result` raises `NotCanceled` if it ended in another way
            first.

        Raises:
            NothingToCancel: No job was given, and nothing runs.
            Undecided: No job was given, and something runs whose job is not known here.
            RequestRefused: It is too late to cancel.
            SubmissionUncertain: The answer was lost, and the job goes on; calling again is safe.
        """
        flow = starting.begin_cancel(self._driver.context, offer, job=job, timeout=timeout)
        with telemetry.span("begin_cancel", publisher="", offer=offer):
            return Operation(self._driver, self._driver.run(flow))

    def operation(self, token: str | OperationRef | Submission | Checkpoint) -> Operation:
        """Resume an operation, tomorrow or elsewhere. Nothing is sent.

        Args:
            token: What `Operation.continuation_token` gave; what its `checkpoint` gave, to go on
                with its schedule too; an entry of `submissions`; or an operation's `ref`, which is
                taken for a go-live's.

        Returns:
            The operation to follow. Following it raises `NotReady` if it is a go-live that was never
            begun: its submission is in preview still, long after the request was to be sent.

        Raises:
            InvalidInput: It is not a token, or one of another endpoint.
        """
        return Operation(self._driver, following.resume(self._driver.context, token))

    def latest_operation(self, offer: str) -> Operation | None:
        """Take up what runs for an offer, else what was submitted last. Nothing is begun.

        Args:
            offer: The offer id, or the product's GUID.

        Returns:
            The operation to follow, by its submission; None if there is nothing but a draft.
        """
        tracker = self._driver.run(starting.latest_operation(self._driver.context, offer))
        return None if tracker is None else Operation(self._driver, tracker)

    def submissions(self, offer: str, *, state: State | None = None) -> tuple[ProductSubmission, ...]:
        """List what of an offer is in preview, live, or on its way there.

        Args:
            offer: The offer id, or the product's GUID.
            state: Only those in this state; default all.

        Returns:
            The submissions, in the service's order, without the draft.
        """
        return self._driver.run(queries.submissions(self._driver.context, offer, state=state))

    def offer_status(self, offer: str) -> ProductStatus:
        """Read where an offer stands; `ready_to_go_live` tells whether it can go live.

        Args:
            offer: The offer id, or the product's GUID.

        Returns:
            A snapshot: what is in preview and live, and why it cannot go live if it cannot.
        """
        return self._driver.run(queries.offer_status(self._driver.context, offer))

    def differences(self, offer: str) -> tuple[Difference, ...]:
        """Compare what is in draft with the preview, and what is in preview with what is live.

        The order of resources, and links with a signature, which differ each time, do not count.

        Args:
            offer: The offer id, or the product's GUID.

        Returns:
            What is in draft and not in preview, then what is in preview and not live, in order.
        """
        return self._driver.run(difference.differences(self._driver.context, offer))

    def close(self) -> None:
        """Close the connections that the client opened."""
        self._driver.session.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.close()

    def __repr__(self) -> str:
        return f"{type(self).__name__}(endpoint={self.endpoint!r})"
