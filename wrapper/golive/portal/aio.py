"""The async client. It runs on asyncio and on trio."""

from __future__ import annotations

from collections.abc import Iterable
from types import TracebackType
from typing import Self

from golive import telemetry
from golive.aio import AsyncDriver, AsyncOperation
from golive.answers import REQUEST_TIMEOUT
from golive.checkpoint import Checkpoint
from golive.clock import Clock, SystemClock
from golive.credentials import AsyncCredential, Secret
from golive.durations import Duration, to_seconds
from golive.flow import Context
from golive.http import httpx
from golive.origin import Origin
from golive.portal import evidence, following, queries, starting
from golive.portal.baseline import Baseline
from golive.portal.location import ENDPOINT
from golive.portal.starting import OnSending
from golive.refs import OperationRef
from golive.retry import RetryPolicy
from golive.schedule import PollingPolicy
from golive.sessions import AsyncSession
from golive.status import Offer, OfferStatus, Submission
from golive.vocabulary import State

__all__ = ["AsyncGoLiveClient"]


class AsyncGoLiveClient:
    """Takes offers live, and follows and stops what it began.

    A client may be shared by the tasks of one event loop. Use it as an async context manager, or call
    `aclose`.

    Every call that asks the service may raise `InvalidInput` (an argument is malformed, nothing was
    sent), `CredentialError` (there is no token), `ServiceUnreachable` (there was no answer) and
    `ServiceError` (the service refused; its subclass says what to do). What else a call raises stands
    with the call.

    Args:
        credential: A token (`str`), a function that returns one and is called for every request, or an
            azure-identity credential; the latter two sync or async. It stays yours: it is not closed.
        endpoint: Where the service is; default `https://cloudpartner.azure.com`. The token is sent
            nowhere else.
        polling: How often to ask for the status of an operation; see `PollingPolicy` for the default.
        retry: How a request that failed is repeated; see `RetryPolicy` for the default.
        request_timeout: Bounds each single request as a whole, from connecting to the last byte of its
            answer, not an operation: a `timedelta` or seconds. Default: 5 minutes and 30 seconds, since
            answers were seen to take five minutes; connecting may take 15 seconds of it.
        transport: An httpx transport to send requests with, for example one with your own certificate
            authority, or `golive.emulator`'s. It stays yours: it is not closed.
        http_client: Instead of a transport, an `httpx.AsyncClient` to send requests with, for its
            connections, proxies, certificates, headers and event hooks. The endpoint, the credential
            and the timeouts are golive's, and no redirect is followed. It stays yours too.
        clock: What golive knows about time; replaced in tests.
        allow_http: Also accept an endpoint with plain `http` on another machine.

    Raises:
        InvalidInput: An argument is malformed.
        CredentialError: The credential is a `str` that cannot be a token.

    Example:
        >>> async with AsyncGoLiveClient(DefaultAzureCredential()) as client:
        ...     operation = await client.begin_go_live("contoso", "contoso-offer")
        ...     print(operation.continuation_token())
        ...     await operation.result(timeout=timedelta(days=5))
    """

    def __init__(
        self,
        credential: AsyncCredential,
        *,
        endpoint: str = ENDPOINT,
        polling: PollingPolicy | None = None,
        retry: RetryPolicy | None = None,
        request_timeout: Duration = REQUEST_TIMEOUT,
        transport: httpx.AsyncBaseTransport | None = None,
        http_client: httpx.AsyncClient | None = None,
        clock: Clock | None = None,
        allow_http: bool = False,
    ) -> None:
        source = Secret(credential)
        # Whoever reports an error with the local variables of its frames must not report a token.
        del credential
        clock = clock or SystemClock()
        origin = Origin.parse(endpoint, allow_http=allow_http)
        timeout = to_seconds(request_timeout, "request_timeout")
        session = AsyncSession(
            source,
            origin=origin,
            clock=clock,
            request_timeout=timeout,
            transport=transport,
            http_client=http_client,
        )
        self._driver = AsyncDriver(
            Context(origin, polling or PollingPolicy(), retry or RetryPolicy(), clock, timeout),
            session,
            starting.cancel,
        )

    @property
    def endpoint(self) -> str:
        """Where the service is."""
        return str(self._driver.context.origin)

    async def baseline(self, publisher_id: str, offer_id: str) -> Baseline:
        """Take down what is known of an offer before a first try, to be stored.

        Give it to `begin_go_live` or `begin_publish`, now and whenever the same release is tried again:
        what is new since then is taken for what an earlier try began, running or ended.

        Args:
            publisher_id: The publisher, for example `contoso`.
            offer_id: The offer, for example `contoso-offer`.

        Returns:
            What to store; `Baseline.to_dict` makes it JSON.
        """
        return await self._driver.run(
            evidence.take_baseline(self._driver.context, publisher_id, offer_id)
        )

    async def begin_go_live(
        self,
        publisher_id: str,
        offer_id: str,
        *,
        if_match: str | None = None,
        baseline: Baseline | None = None,
        timeout: Duration | None = None,
        on_sending: OnSending | None = None,
    ) -> AsyncOperation:
        """Take an offer live: adopt the go-live that runs for it, or begin one.

        The request that begins it is repeated only if the service certainly did not act on it. If its
        answer is lost, what it began is looked for, and adopted if it is found: for as long as an answer
        and the service's list may take (`RetryPolicy.reconcile_for`, 8 minutes by default).

        Without a baseline only a go-live that runs is adopted, not one that has ended: whether that was
        yours, or another version was published since, the service does not tell.

        Args:
            publisher_id: The publisher, for example `contoso`.
            offer_id: The offer, for example `contoso-offer`.
            if_match: Begin only if the offer still is at this version: an ETag, as `offer` gives it,
                or `*`. Not looked at when a go-live is adopted.
            baseline: What was known before the first try, from `baseline`: a go-live that is not in it
                is adopted, running or ended. One from a `SubmissionUncertain` also says when the request
                was sent, so that what is left of the time it may take is waited out.
            timeout: Bounds the whole call, but for what a credential takes: a `timedelta` or seconds.
                The default is `RetryPolicy.begin_within`, 30 minutes.
            on_sending: Is called with the baseline right before the request is sent, each time, for
                writing it down first. What it raises ends the call, and nothing is sent.

        Returns:
            The operation to follow; `adopted` tells whether it was found instead of begun.

        Raises:
            Undecided: Something runs that may be a go-live, and nothing tells; nothing was sent.
            ServiceUnreachable: There was no connection, or no time; nothing was begun.
            SubmissionUncertain: The request was sent, its answer lost, and nothing found that it began.
            InvalidLocation: The service accepted, but did not say where the operation is.
        """
        flow = starting.begin_go_live(
            self._driver.context,
            publisher_id,
            offer_id,
            if_match=if_match,
            baseline=baseline,
            timeout=timeout,
            on_sending=on_sending,
        )
        with telemetry.span("begin_go_live", publisher=publisher_id, offer=offer_id):
            return AsyncOperation(self._driver, await self._driver.run(flow))

    async def begin_publish(
        self,
        publisher_id: str,
        offer_id: str,
        *,
        notification_emails: Iterable[str] = (),
        if_match: str | None = None,
        baseline: Baseline | None = None,
        timeout: Duration | None = None,
        on_sending: OnSending | None = None,
    ) -> AsyncOperation:
        """Publish an offer to its preview. The operation is over when the offer is there.

        Some services end the operation at that moment, others let it wait for its publisher until the
        offer goes live: either way `result` returns then, and `ready_to_go_live` is true.

        Doing it again while a publish of the same version runs is harmless (page "publish-offer").

        Args:
            publisher_id: The publisher, for example `contoso`.
            offer_id: The offer, for example `contoso-offer`.
            notification_emails: Whom the service notifies, of the later go-live too. Ignored by the
                service for migrated offers, whose seller contact gets the mail (page "go-live").
            if_match: Publish only if the offer still is at this version: an ETag or `*`.
            baseline: What was known before the first try, from `baseline`: a publish that is not in it
                is adopted, running or ended.
            timeout: Bounds the whole call, but for what a credential takes: a `timedelta` or seconds.
                The default is `RetryPolicy.begin_within`, 30 minutes.
            on_sending: Is called with the baseline right before the request is sent, each time, for
                writing it down first. What it raises ends the call, and nothing is sent.

        Returns:
            The operation to follow; `adopted` tells whether it was found after a lost answer.

        Raises:
            ServiceUnreachable: There was no connection, or no time; nothing was begun.
            SubmissionUncertain: The request was sent, its answer lost, and nothing found that it began.
            InvalidLocation: The service accepted, but did not say where the operation is.
        """
        flow = starting.begin_publish(
            self._driver.context,
            publisher_id,
            offer_id,
            notification_emails=starting.emails(notification_emails),
            if_match=if_match,
            baseline=baseline,
            timeout=timeout,
            on_sending=on_sending,
        )
        with telemetry.span("begin_publish", publisher=publisher_id, offer=offer_id):
            return AsyncOperation(self._driver, await self._driver.run(flow))

    async def begin_cancel(
        self,
        publisher_id: str,
        offer_id: str,
        *,
        notification_emails: Iterable[str] = (),
        if_match: str | None = None,
        timeout: Duration | None = None,
    ) -> AsyncOperation:
        """Cancel what runs for an offer. It takes one to three minutes to take effect.

        ==========================================  ==================================================
        What happens                                What comes of it
        ==========================================  ==================================================
        The service cancels at once (200)           `result` returns after one request
        The service begins to cancel (202)          `result` returns when it took effect
        It is being canceled already                the same; canceling twice is harmless
        The operation ends in another way first     `result` raises `NotCanceled`, with the outcome
        Nothing runs, or what ran is over           `NothingToCancel` from here after a 200; after a 202
                                                    `NotCanceled` from `result`
        The answer is lost                          looked for, for `RetryPolicy.canceled_within`; then
                                                    `SubmissionUncertain`
        ==========================================  ==================================================

        Args:
            publisher_id: The publisher, for example `contoso`.
            offer_id: The offer, for example `contoso-offer`.
            notification_emails: Whom the service notifies.
            if_match: Cancel only if the offer still is at this version: an ETag or `*`.
            timeout: Bounds the whole call: a `timedelta` or seconds. The default is
                `RetryPolicy.begin_within`, 30 minutes.

        Returns:
            The operation that is being canceled. Its `result` raises `NotCanceled` if it ended in
            another way first.

        Raises:
            NothingToCancel: No operation of the offer runs.
            ServiceUnreachable: There was no connection, or no time; nothing was canceled.
            SubmissionUncertain: The request was sent, its answer lost, and nothing found that it began.
            InvalidLocation: The service accepted, but did not say where the operation is.
        """
        flow = starting.begin_cancel(
            self._driver.context,
            publisher_id,
            offer_id,
            notification_emails=starting.emails(notification_emails),
            if_match=if_match,
            timeout=timeout,
        )
        with telemetry.span("begin_cancel", publisher=publisher_id, offer=offer_id):
            return AsyncOperation(self._driver, await self._driver.run(flow))

    def operation(self, token: str | OperationRef | Submission | Checkpoint) -> AsyncOperation:
        """Resume an operation, tomorrow or elsewhere. Nothing is sent.

        Args:
            token: What `AsyncOperation.continuation_token` gave; what its `checkpoint` gave, to go on
                with its schedule too; an entry of `submissions`; or an `OperationRef`, which is taken
                for a go-live's.

        Returns:
            The operation to follow.

        Raises:
            InvalidInput: It is not a token, or one of another endpoint.
        """
        return AsyncOperation(self._driver, following.resume(self._driver.context, token))

    async def latest_operation(self, publisher_id: str, offer_id: str) -> AsyncOperation | None:
        """Take up the operation that runs for an offer, else the one that changed last.

        Nothing is begun. For looking after an offer whose continuation token is not at hand.

        Args:
            publisher_id: The publisher, for example `contoso`.
            offer_id: The offer, for example `contoso-offer`.

        Returns:
            The operation to follow; None if the offer has had none.
        """
        tracker = await self._driver.run(
            evidence.latest_operation(self._driver.context, publisher_id, offer_id)
        )
        return None if tracker is None else AsyncOperation(self._driver, tracker)

    async def submissions(
        self, publisher_id: str, offer_id: str, *, state: State | None = None
    ) -> tuple[Submission, ...]:
        """List the operations of an offer.

        Args:
            publisher_id: The publisher, for example `contoso`.
            offer_id: The offer, for example `contoso-offer`.
            state: Only those in this state; default all.

        Returns:
            The operations, in the service's order.
        """
        return await self._driver.run(
            queries.submissions(self._driver.context, publisher_id, offer_id, state=state)
        )

    async def offer_status(self, publisher_id: str, offer_id: str) -> OfferStatus:
        """Read where an offer stands; `ready_to_go_live` tells whether it can go live.

        Args:
            publisher_id: The publisher, for example `contoso`.
            offer_id: The offer, for example `contoso-offer`.

        Returns:
            A snapshot of the offer.
        """
        return await self._driver.run(queries.offer_status(self._driver.context, publisher_id, offer_id))

    async def offers(self, publisher_id: str) -> tuple[Offer, ...]:
        """List what a publisher offers.

        Args:
            publisher_id: The publisher, for example `contoso`.

        Returns:
            The offers, in the service's order.
        """
        return await self._driver.run(queries.offers(self._driver.context, publisher_id))

    async def offer(self, publisher_id: str, offer_id: str, *, slot: str | None = None) -> Offer:
        """Read an offer, or what one of its slots holds: before going live, see what is in preview.

        Args:
            publisher_id: The publisher, for example `contoso`.
            offer_id: The offer, for example `contoso-offer`.
            slot: `draft`, `preview` or `production`; default the offer itself, as it is edited.

        Returns:
            The offer with its document, which golive does not interpret.

        Raises:
            NotFound: There is no such offer, or nothing is in the slot.
        """
        return await self._driver.run(
            queries.offer(self._driver.context, publisher_id, offer_id, slot=slot)
        )

    async def aclose(self) -> None:
        """Close the connections that the client opened."""
        await self._driver.session.aclose()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        await self.aclose()

    def __repr__(self) -> str:
        return f"{type(self).__name__}(endpoint={self.endpoint!r})"
