"""What a worker does for an offer, on nothing but the client; each job may be done again after a crash.

Before a request that begins something is sent, what was known of the offer is written down; once it is
accepted, where the operation is. So whoever does the job again, anywhere, adopts what was begun, also if
it has ended since.
"""

from __future__ import annotations

import asyncio
import logging
import random
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any, TypeVar

import sqlalchemy as sa
from attrs import Factory, evolve, frozen

from golive.aio import AsyncOperation
from golive.checkpoint import Checkpoint
from golive.errors import (
    GoLiveError,
    NothingToCancel,
    OperationCanceled,
    OperationError,
    OperationFailed,
)
from golive.fleet import access, database
from golive.fleet.engine import Job
from golive.fleet.plan import Verb
from golive.fleet.store import Record, Store, now
from golive.fleet.view import OfferState
from golive.portal.aio import AsyncGoLiveClient
from golive.portal.baseline import Baseline
from golive.portal.location import ENDPOINT
from golive.retry import RetryPolicy
from golive.schedule import PollingPolicy
from golive.status import OperationStatus

__all__ = ["CANCEL", "LOOK", "Service", "Work"]

logger: logging.Logger = logging.getLogger("golive")

T = TypeVar("T")

#: Jobs beside the verbs of a plan: cancel what runs; see what has become possible in a release.
CANCEL = "cancel"
LOOK = "look"

#: The pauses after which what went wrong is tried again, in seconds: from, to.
_PAUSES = (2.0, 300.0)


@frozen
class Service:
    """How to talk to the service.

    Attributes:
        endpoint: Where it is, unless a release says otherwise.
        polling: How often to ask for the status of an operation.
        retry: How a request that failed is repeated.
        allow_http: Whether plain http to another machine is accepted.
    """

    endpoint: str = ENDPOINT
    polling: PollingPolicy = Factory(PollingPolicy)
    retry: RetryPolicy = Factory(RetryPolicy)
    allow_http: bool = False

    def client(self, credential: Any, endpoint: str | None) -> AsyncGoLiveClient:
        """Open a client."""
        return AsyncGoLiveClient(
            credential,
            endpoint=endpoint or self.endpoint,
            polling=self.polling,
            retry=self.retry,
            allow_http=self.allow_http,
        )


class _Withdrawn(GoLiveError):
    """It was canceled before anything was sent."""


class Work:
    """Does jobs.

    Args:
        store: What is known.
        service: How to talk to the service.
        advance: Is called with a release when something new may have become possible in it.
    """

    def __init__(self, store: Store, service: Service, advance: Callable[[str], None]) -> None:
        self._store = store
        self._service = service
        self._advance = advance
        self._clients: dict[tuple[str | None, str, str | None], AsyncGoLiveClient] = {}
        self._closing: asyncio.Task[None] | None = None

    async def do(self, job: Job) -> None:
        """Do a job; whatever comes of it is noted, nothing is raised."""
        if job.verb == LOOK:
            await self._durably(self._advance, job.release)
            return
        try:
            if job.verb == CANCEL:
                await self._cancel(job)
            else:
                await self._carry_out(job, Verb(job.verb))
        except GoLiveError as error:
            await self._failed(job, error)
        except Exception as error:
            logger.exception("A defect of golive")
            defect = GoLiveError(f"Internal error: {type(error).__name__}: {error}")
            await self._failed(job, defect)

    async def _carry_out(self, job: Job, verb: Verb) -> None:
        record = await self._durably(self._store.record, job.release, job.offer)
        if not _is_for(record, job):
            return
        if record.canceling and record.checkpoint is None and record.baseline is None:
            raise _Withdrawn("Canceled before anything was sent.")
        client = await self._client(record)
        operation = await self._begun(client, job, verb, record)
        await self._follow(client, job, operation)
        operation.outcome()
        if verb is Verb.PUBLISH:
            await self._conclude(job, OfferState.IN_PREVIEW, published=True, baseline=None, message=None)
        else:
            await self._conclude(job, OfferState.LIVE, baseline=None, message=None)

    async def _begun(
        self, client: AsyncGoLiveClient, job: Job, verb: Verb, record: Record
    ) -> AsyncOperation:
        """Return the operation: the one that an earlier worker began, or one that is begun now."""
        if record.checkpoint is not None:
            return client.operation(Checkpoint.from_dict(record.checkpoint))
        running = OfferState.PUBLISHING if verb is Verb.PUBLISH else OfferState.GOING_LIVE
        publisher, offer = record.plan.publisher_id, record.plan.offer_id

        def note(baseline: Baseline) -> None:
            with self._store.transaction() as transaction:
                found = transaction.record(job.release, job.offer)
                if found.canceling or not _is_for(found, job):
                    raise _Withdrawn("Canceled before anything was sent.")
                transaction.change(
                    found, state=running, baseline=baseline.to_dict(), began=found.began or now()
                )

        trouble = _Trouble(self._service.polling.outage_limit)
        while True:
            try:
                await self._turn(client)
                if record.baseline is None:
                    baseline = await self._baseline(client, record)
                    record = await self._changed(job, baseline=baseline.to_dict())
                baseline = Baseline.from_dict(record.baseline or {})
                begin = client.begin_publish if verb is Verb.PUBLISH else client.begin_go_live
                operation = await begin(publisher, offer, baseline=baseline, on_sending=note)
            except GoLiveError as error:
                kept = getattr(error, "baseline", None)
                values = {} if kept is None else {"baseline": kept.to_dict()}
                pause = trouble.pause(error)
                record = await self._changed(job, message=str(error), **values)
                await asyncio.sleep(pause)
            except sa.exc.SQLAlchemyError as error:
                if not database.is_away(error):
                    raise
                # It was to be written down before the request, so nothing was sent.
                logger.warning("The database is away; trying again: %s", database.told(error))
                await asyncio.sleep(_PAUSES[0])
                record = await self._durably(self._store.record, job.release, job.offer)
            else:
                record = await self._changed(
                    job,
                    state=running,
                    began=record.began or now(),
                    checkpoint=operation.checkpoint().to_dict(),
                    operation_url=operation.continuation_token(),
                    adopted=operation.adopted,
                    message="Somebody else began it; it is followed." if operation.adopted else None,
                )
                if record.canceling:
                    # It was canceled while the request was on its way, when nothing ran yet.
                    try:
                        await self._cancel_at_service(client, record)
                    except GoLiveError as error:
                        await self._changed(job, message=f"Could not be canceled: {error}")
                return operation

    async def _baseline(self, client: AsyncGoLiveClient, record: Record) -> Baseline:
        """Return what was known of an offer, as far as the release is concerned.

        What somebody else took live since the release was begun counts for the release.
        """
        publisher, offer = record.plan.publisher_id, record.plan.offer_id
        baseline = await client.baseline(publisher, offer)
        if baseline.ready or baseline.operation_ids is None or record.attempt > 1:
            # What an earlier attempt came to is not to be its outcome again.
            return baseline
        began = await self._durably(self._store.began, record.release)
        since = {
            each.ref.operation_id
            for each in await client.submissions(publisher, offer)
            if each.changed is not None and each.changed > began
        }
        known = tuple(each for each in baseline.operation_ids if each not in since)
        return evolve(baseline, operation_ids=known)

    async def _follow(self, client: AsyncGoLiveClient, job: Job, operation: AsyncOperation) -> None:
        shown: object = None
        while not operation.done:
            pause = (operation.next_poll_at - now()).total_seconds()
            await asyncio.sleep(max(0.0, pause))
            await self._turn(client)
            await operation.poll()
            checkpoint = operation.checkpoint()
            # How it ends is told in the end.
            if (checkpoint.status, checkpoint.failed) != shown and not operation.done:
                shown = (checkpoint.status, checkpoint.failed)
                await self._changed(job, checkpoint=checkpoint.to_dict(), **_shown(operation.status))

    async def _cancel(self, job: Job) -> None:
        record = await self._durably(self._store.record, job.release, job.offer)
        if not (record.canceling and record.state.is_active):
            return
        await self._cancel_at_service(await self._client(record), record)

    async def _cancel_at_service(self, client: AsyncGoLiveClient, record: Record) -> None:
        """Cancel what runs for an offer; following it tells what came of that."""
        trouble = _Trouble(self._service.polling.outage_limit)
        while True:
            try:
                await client.begin_cancel(record.plan.publisher_id, record.plan.offer_id)
            except NothingToCancel:
                return
            except GoLiveError as error:
                await asyncio.sleep(trouble.pause(error))
            else:
                return

    async def _failed(self, job: Job, error: GoLiveError) -> None:
        if job.verb == CANCEL:
            await self._changed(job, message=f"Could not be canceled: {error}")
        elif isinstance(error, (_Withdrawn, OperationCanceled)):
            await self._conclude(job, OfferState.CANCELED, message=str(error), baseline=None)
        elif isinstance(error, (OperationFailed, OperationError)):
            await self._conclude(job, OfferState.FAILED, message=str(error), baseline=None)
        else:
            # What was known before stays known: it may have begun all the same.
            await self._conclude(job, OfferState.FAILED, message=str(error))

    async def _conclude(self, job: Job, state: OfferState, **values: Any) -> None:
        def conclude() -> None:
            with self._store.transaction() as transaction:
                record = transaction.record(job.release, job.offer)
                if not _is_for(record, job):
                    return
                ended = now() if state.has_ended else None
                transaction.change(
                    record,
                    **{**values, "state": state, "ended": ended, "checkpoint": None, "step": None},
                )
            self._advance(job.release)

        await self._durably(conclude)

    async def _changed(self, job: Job, **values: Any) -> Record:
        return await self._durably(lambda: self._store.change(job.release, job.offer, **values))

    async def _durably(self, call: Callable[..., T], *arguments: Any) -> T:
        """Ask the database, however long that takes."""
        pause = 0.5
        while True:
            try:
                return await asyncio.to_thread(call, *arguments)
            except sa.exc.SQLAlchemyError as error:
                if not database.is_away(error):
                    raise
                logger.warning("The database is away; trying again: %s", database.told(error))
                await asyncio.sleep(pause * random.uniform(0.5, 1.0))  # noqa: S311 - spreads load
                pause = min(pause * 2, 30.0)

    async def _client(self, record: Record) -> AsyncGoLiveClient:
        names = await self._durably(self._store.credentials, record.release)
        publisher = record.plan.publisher_id
        key = (record.plan.endpoint, publisher, names.get(publisher))
        if self._closing is None:
            self._closing = asyncio.create_task(self._close_in_the_end())
        if key not in self._clients:
            source = access.credential(names, publisher)
            self._clients[key] = self._service.client(source, record.plan.endpoint)
        return self._clients[key]

    async def _close_in_the_end(self) -> None:
        """Close the clients when the engine cancels what runs in its loop."""
        try:
            await asyncio.Event().wait()
        finally:
            for client in self._clients.values():
                await client.aclose()

    async def _turn(self, client: AsyncGoLiveClient) -> None:
        """Wait for a turn at the service, if there is a pace."""
        pace = await self._durably(self._store.setting, "pace")
        if pace:
            await asyncio.sleep(await self._durably(self._store.turn, client.endpoint, 1.0 / pace))


class _Trouble:
    """What went wrong in a row: how long it is borne, and the pauses."""

    def __init__(self, limit: float) -> None:
        self._limit = timedelta(seconds=limit)
        self._until: datetime | None = None
        self._pause, self._longest = _PAUSES

    def pause(self, error: GoLiveError) -> float:
        """Return how long to pause, in seconds.

        Raises:
            GoLiveError: The error, if it is not worth a retry or has gone on for too long.
        """
        moment = datetime.now(UTC)
        self._until = self._until or moment + self._limit
        if not error.is_retryable or moment >= self._until:
            raise error
        pause, self._pause = self._pause, min(self._pause * 2, self._longest)
        return pause * random.uniform(0.5, 1.0)  # noqa: S311 - spreads load


def _is_for(record: Record, job: Job) -> bool:
    """Whether a job is not over: it may be done once more after it was noted what came of it."""
    return record.state.is_active and (record.verb, record.attempt) == (job.verb, job.attempt)


def _shown(status: OperationStatus) -> dict[str, Any]:
    step = status.current_step
    return {"step": None if step is None else step.name, "percent": status.percent}
