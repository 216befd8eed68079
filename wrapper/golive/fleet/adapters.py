"""What a fleet asks of an API, in the same words for each; here alone it matters which one it is."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

from attrs import Factory, evolve, frozen

from golive.aio import AsyncOperation
from golive.checkpoint import Checkpoint
from golive.errors import GoLiveError, SubmissionUncertain
from golive.fleet import access
from golive.fleet.release import GO_LIVE, PRODUCT_INGESTION, OfferPlan
from golive.ingestion import location as ingestion
from golive.ingestion.aio import PACE, AsyncProductIngestionClient
from golive.ingestion.location import SubmissionRef, origin_of, parse_token
from golive.ingestion.snapshots import LIVE
from golive.portal import location as portal
from golive.portal.aio import AsyncGoLiveClient
from golive.portal.baseline import Baseline
from golive.refs import OperationKind, OperationRef
from golive.retry import RetryPolicy
from golive.schedule import PollingPolicy
from golive.vocabulary import State

__all__ = ["Adapter", "Known", "Note", "Readiness", "Service"]

#: What is known before a request is sent, and what was known when one was: kept, as JSON knows it.
Known = Mapping[str, Any]

#: Is told what is known and which version goes live, right before a request is sent.
Note = Callable[[Known, str | None], None]


@frozen
class Readiness:
    """Whether an offer is ready for a release.

    Attributes:
        ready: Whether it is.
        reason: Why it is not, or what else is to be known.
        submission: The version that would go live, where the API has such numbers; or None.
    """

    ready: bool
    reason: str
    submission: str | None = None


@frozen
class Service:
    """How to talk to the service.

    Attributes:
        endpoint: Where it is, for either API, unless a release says otherwise; None for where each is.
        polling: How often to ask for the status of an operation. Of Product Ingestion, on another
            machine, nobody asks more often than once a minute, whatever this says.
        retry: How a request that failed is repeated.
        allow_http: Whether plain http to another machine is accepted.
    """

    endpoint: str | None = None
    polling: PollingPolicy = Factory(PollingPolicy)
    retry: RetryPolicy = Factory(RetryPolicy)
    allow_http: bool = False

    def where(self, plan: OfferPlan) -> str:
        """Return where the service of an offer is."""
        return plan.endpoint or self.endpoint or _ADAPTERS[plan.api].usual

    def open(self, plan: OfferPlan, credentials: Mapping[str, str]) -> Adapter:
        """Return what talks to the service of an offer.

        Args:
            plan: The offer.
            credentials: By account, the name of what authenticates for it.

        Raises:
            CredentialError: What is named is not there.
        """
        source = access.credential(credentials, plan.account)
        return _ADAPTERS[plan.api](self, source, self.where(plan))


class Adapter(ABC):
    """Takes offers live by an API.

    Args:
        service: How to talk to it.
        credential: What authenticates.
        endpoint: Where it is.
    """

    #: Where the service is, if nobody says otherwise.
    usual: str
    #: How many seconds there are at least between two looks at an operation, of all workers together.
    pace: float = 0.0
    #: Where requests go.
    endpoint: str

    @abstractmethod
    def __init__(self, service: Service, credential: Any, endpoint: str) -> None: ...

    @abstractmethod
    async def before(self, plan: OfferPlan, since: datetime | None) -> Known | None:
        """Return what must be known before the first try, if anything.

        Args:
            plan: The offer.
            since: From when on what somebody else took live counts; None for what still runs only.
        """

    @abstractmethod
    async def sight(self, plan: OfferPlan) -> str | None:
        """Return the version that is in preview or goes live; None if none is, or the API has none."""

    @abstractmethod
    async def publish(self, plan: OfferPlan, known: Known | None, note: Note) -> AsyncOperation:
        """Publish an offer to preview; see `go_live`."""

    @abstractmethod
    async def go_live(
        self, plan: OfferPlan, known: Known | None, pinned: str | None, note: Note
    ) -> AsyncOperation:
        """Take an offer live, or adopt what an earlier try began.

        Args:
            plan: The offer.
            known: What was noted last, if anything.
            pinned: The version that alone may go live, if it is known.
            note: Is called before a request is sent; what it raises keeps that from happening.
        """

    @abstractmethod
    def operation(self, checkpoint: Known) -> AsyncOperation:
        """Take up an operation where a checkpoint left it."""

    @abstractmethod
    async def cancel(self, plan: OfferPlan, operation_url: str | None) -> None:
        """Cancel what runs for an offer; its operation, where it is known.

        Raises:
            NothingToCancel: Nothing runs.
        """

    @abstractmethod
    async def readiness(self, plan: OfferPlan) -> Readiness:
        """Look whether an offer is ready."""

    @abstractmethod
    async def aclose(self) -> None:
        """Close the connections."""

    def learned(self, error: GoLiveError) -> Known | None:
        """Return what is known better by an error, if anything."""
        return None

    def version(self, operation: AsyncOperation) -> str | None:
        """Return the version that an operation is about, where the API has such numbers."""
        return None


class PortalAdapter(Adapter):
    """The Go Live API of the Cloud Partner Portal: what is known of an offer is its baseline."""

    usual: str = portal.ENDPOINT

    def __init__(self, service: Service, credential: Any, endpoint: str) -> None:
        self._client = AsyncGoLiveClient(
            credential,
            endpoint=endpoint,
            polling=service.polling,
            retry=service.retry,
            allow_http=service.allow_http,
        )
        self.endpoint: str = self._client.endpoint

    async def before(self, plan: OfferPlan, since: datetime | None) -> Known:
        """Return the baseline, without what was begun since."""
        names = plan.publisher_id, plan.offer_id
        baseline = await self._client.baseline(*names)
        if since is None or baseline.ready or baseline.operation_ids is None:
            return baseline.to_dict()
        new = {
            each.ref.operation_id
            for each in await self._client.submissions(*names)
            if each.changed is not None and each.changed > since
        }
        ids = tuple(each for each in baseline.operation_ids if each not in new)
        return evolve(baseline, operation_ids=ids).to_dict()

    async def sight(self, plan: OfferPlan) -> str | None:
        """Return None: a go-live of this API names no version."""
        return None

    async def publish(self, plan: OfferPlan, known: Known | None, note: Note) -> AsyncOperation:
        """Publish an offer to preview."""
        return await self._client.begin_publish(
            plan.publisher_id,
            plan.offer_id,
            baseline=Baseline.from_dict(known or {}),
            on_sending=lambda baseline: note(baseline.to_dict(), None),
        )

    async def go_live(
        self, plan: OfferPlan, known: Known | None, pinned: str | None, note: Note
    ) -> AsyncOperation:
        """Take an offer live, or adopt what is new since the baseline."""
        return await self._client.begin_go_live(
            plan.publisher_id,
            plan.offer_id,
            baseline=Baseline.from_dict(known or {}),
            on_sending=lambda baseline: note(baseline.to_dict(), None),
        )

    def operation(self, checkpoint: Known) -> AsyncOperation:
        """Take up an operation where a checkpoint left it."""
        return self._client.operation(Checkpoint.from_dict(checkpoint))

    async def cancel(self, plan: OfferPlan, operation_url: str | None) -> None:
        """Cancel what runs for an offer."""
        await self._client.begin_cancel(plan.publisher_id, plan.offer_id)

    async def readiness(self, plan: OfferPlan) -> Readiness:
        """Look whether an offer waits for its publisher."""
        names = plan.publisher_id, plan.offer_id
        status = await self._client.offer_status(*names)
        if status.ready_to_go_live:
            again = "in preview; it is published anew" if plan.publish else "in preview"
            return Readiness(ready=True, reason=again)
        if status.state.is_terminal or not status.steps:
            if plan.publish:
                return Readiness(ready=True, reason="to be published")
            return Readiness(ready=False, reason=f"not in preview ({status.word!r}): publish it first")
        latest = await self._client.latest_operation(*names)
        runs = "an operation" if latest is None else f"a {latest.kind}"
        return Readiness(ready=False, reason=f"{runs} runs; it would be adopted or refused")

    async def aclose(self) -> None:
        """Close the connections."""
        await self._client.aclose()

    def learned(self, error: GoLiveError) -> Known | None:
        """Return the baseline of an error that leaves open whether something was begun."""
        baseline: Baseline | None = getattr(error, "baseline", None)
        return None if baseline is None else baseline.to_dict()


class IngestionAdapter(Adapter):
    """The Product Ingestion API: what is known is the address of what was sent, with its moment."""

    usual: str = ingestion.ENDPOINT

    def __init__(self, service: Service, credential: Any, endpoint: str) -> None:
        polling = service.polling
        self._origin = origin_of(endpoint, allow_http=service.allow_http)
        if polling.min_delay < PACE and not self._origin.is_loopback:
            polling = evolve(polling, min_delay=PACE, max_delay=max(PACE, polling.max_delay))
        self._client = AsyncProductIngestionClient(
            credential,
            endpoint=endpoint,
            polling=polling,
            retry=service.retry,
            allow_http=service.allow_http,
        )
        self.endpoint: str = self._client.endpoint
        self.pace: float = polling.min_delay

    async def before(self, plan: OfferPlan, since: datetime | None) -> Known | None:
        """Return None: the submissions say what was begun, and of which version."""
        return None

    async def sight(self, plan: OfferPlan) -> str | None:
        """Return the number of the submission that goes live, or is in preview or on its way there."""
        status = await self._client.offer_status(plan.offer_id)
        seen = status.running or status.preview
        if seen is None or (seen.state.is_terminal and seen.state is not State.SUCCEEDED):
            return None
        return seen.number

    async def publish(self, plan: OfferPlan, known: Known | None, note: Note) -> AsyncOperation:
        """Publish what is in draft to preview, or follow what an earlier try began."""
        sent = None if known is None else self._noted(known).sent
        return await self._client.begin_publish(
            plan.offer_id,
            sent=sent,
            on_sending=lambda ref: note(_address(ref, OperationKind.PUBLISH), None),
        )

    async def go_live(
        self, plan: OfferPlan, known: Known | None, pinned: str | None, note: Note
    ) -> AsyncOperation:
        """Take a version live: the one that was sent, else the pinned one, else that in preview."""
        earlier = None if known is None else self._noted(known)

        def noted(ref: OperationRef) -> None:
            version = ref.submission if isinstance(ref, SubmissionRef) else None
            note(_address(ref, OperationKind.GO_LIVE), version)

        return await self._client.begin_go_live(
            plan.offer_id,
            pinned if earlier is None else earlier.submission,
            sent=None if earlier is None else earlier.sent,
            on_sending=noted,
        )

    def operation(self, checkpoint: Known) -> AsyncOperation:
        """Take up an operation where a checkpoint left it."""
        return self._client.operation(Checkpoint.from_dict(checkpoint))

    async def cancel(self, plan: OfferPlan, operation_url: str | None) -> None:
        """Cancel the job of an operation: the service cancels nothing else."""
        job = None if operation_url is None else parse_token(operation_url, self._origin)[0].job
        await self._client.begin_cancel(plan.offer_id, job=job)

    async def readiness(self, plan: OfferPlan) -> Readiness:
        """Look whether the version that is wanted, if one is named, is in preview."""
        status = await self._client.offer_status(plan.offer_id)
        running, preview, live = status.running, status.preview, status.live
        wanted = plan.submission
        if wanted is not None and live is not None and live.number == wanted:
            return Readiness(
                ready=True,
                reason=f"submission {wanted} is live already; nothing is sent",
                submission=wanted,
            )
        if running is not None and (plan.publish or running.is_for(LIVE)):
            way = "going live" if running.is_for(LIVE) else "on its way to preview"
            told = f"submission {running.number} is {way}; it would be adopted or refused"
            return Readiness(ready=False, reason=told, submission=running.number)
        if plan.publish:
            again = "in preview; it is published anew" if status.ready_to_go_live else "to be published"
            return Readiness(ready=True, reason=again)
        there = None if preview is None else preview.number
        if wanted not in (None, there):
            found = "nothing" if there is None else f"submission {there}"
            return Readiness(
                ready=False,
                reason=f"submission {wanted} is not in preview, but {found}",
                submission=there,
            )
        if status.ready_to_go_live:
            return Readiness(ready=True, reason=f"submission {there} is in preview", submission=there)
        return Readiness(ready=False, reason=status.obstacle or "it cannot go live", submission=there)

    async def aclose(self) -> None:
        """Close the connections."""
        await self._client.aclose()

    def learned(self, error: GoLiveError) -> Known | None:
        """Return the address with the moment at which a request with a lost answer left for certain."""
        if isinstance(error, SubmissionUncertain) and error.continuation_token is not None:
            return {"operation_url": error.continuation_token}
        return None

    def version(self, operation: AsyncOperation) -> str | None:
        """Return the number of the submission."""
        ref = operation.ref
        return ref.submission if isinstance(ref, SubmissionRef) else None

    def _noted(self, known: Known) -> SubmissionRef:
        return parse_token(known["operation_url"], self._origin)[0]


def _address(ref: OperationRef, kind: OperationKind) -> Known:
    return {"operation_url": ref.token(kind)}


_ADAPTERS: Mapping[str, type[Adapter]] = {
    GO_LIVE: PortalAdapter,
    PRODUCT_INGESTION: IngestionAdapter,
}
