"""What a worker does for an offer, by its API's adapter; each job may be done again after a crash.

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
from attrs import evolve

from golive.aio import AsyncOperation
from golive.checkpoint import Checkpoint
from golive.errors import (
    GoLiveError,
    NothingToCancel,
    OperationCanceled,
    OperationError,
    OperationFailed,
    Overtaken,
)
from golive.fleet import database
from golive.fleet.adapters import Adapter, Known, Service
from golive.fleet.engine import Job
from golive.fleet.plan import Verb
from golive.fleet.store import Record, Store, now
from golive.fleet.view import OfferState
from golive.status import OperationStatus

__all__ = ["CANCEL", "LOOK", "Work"]

logger: logging.Logger = logging.getLogger("golive")

T = TypeVar("T")

#: Jobs beside the verbs of a plan: cancel what runs; see what has become possible in a release.
CANCEL = "cancel"
LOOK = "look"

#: The pauses after which what went wrong is tried again, in seconds: from, to.
_PAUSES = (2.0, 300.0)


class _Withdrawn(GoLiveError):
    """It was canceled before anything was sent."""


class _Over(GoLiveError):
    """Another worker saw it end."""


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
        self._adapters: dict[tuple[str | None, ...], Adapter] = {}
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
        except _Over:
            return
        except GoLiveError as error:
            await self._failed(job, error)
        except Exception as error:
            logger.exception("A defect of golive")
            defect = GoLiveError(f"Internal error: {type(error).__name__}: {error}")
            await self._failed(job, defect)

    async def _carry_out(self, job: Job, verb: Verb) -> None:
        record = await self._durably(self._store.record, job.release, job.offer)
        if not _is_for(record, job):
            # Whoever noted what came of it may have died before seeing what that makes possible.
            await self._durably(self._advance, job.release)
            return
        if record.canceling and record.checkpoint is None and record.baseline is None:
            raise _Withdrawn("Canceled before anything was sent.")
        adapter = await self._adapter(record)
        if verb is Verb.PIN:
            seen = await self._sight(adapter, job, record)
            await self._conclude(job, OfferState.WAITING, submission=seen, seen=True, message=None)
            return
        operation = await self._begun(adapter, job, verb, record)
        await self._follow(adapter, job, operation)
        operation.outcome()
        done: dict[str, Any] = {"baseline": None, "message": None}
        if verb is Verb.PUBLISH:
            # What was published is what goes live.
            version = adapter.version(operation)
            await self._conclude(
                job,
                OfferState.IN_PREVIEW,
                published=True,
                submission=version,
                seen=version is not None,
                **done,
            )
        else:
            await self._conclude(job, OfferState.LIVE, **done)

    async def _sight(self, adapter: Adapter, job: Job, record: Record) -> str | None:
        """Return the version that is to go live, as far as there is one yet."""
        trouble = _Trouble(self._service.polling.outage_limit)
        while True:
            try:
                await self._turn(adapter)
                return await adapter.sight(record.plan)
            except GoLiveError as error:
                pause = trouble.pause(error)
                await self._changed(job, message=str(error))
                await asyncio.sleep(pause)

    async def _begun(self, adapter: Adapter, job: Job, verb: Verb, record: Record) -> AsyncOperation:
        """Return the operation: the one that an earlier worker began, or one that is begun now."""
        if record.checkpoint is not None:
            return adapter.operation(record.checkpoint)
        running = OfferState.PUBLISHING if verb is Verb.PUBLISH else OfferState.GOING_LIVE

        def note(known: Known, version: str | None) -> None:
            with self._store.transaction() as transaction:
                found = transaction.record(job.release, job.offer)
                if found.canceling or not _is_for(found, job):
                    raise _Withdrawn("Canceled before anything was sent.")
                transaction.change(
                    found,
                    state=running,
                    baseline=known,
                    submission=version or found.submission,
                    seen=True,
                    began=found.began or now(),
                )

        trouble = _Trouble(self._service.polling.outage_limit)
        while True:
            try:
                await self._turn(adapter)
                if record.baseline is None:
                    known = await adapter.before(record.plan, await self._since(record))
                    record = await self._changed(job, baseline=known)
                if verb is Verb.PUBLISH:
                    operation = await adapter.publish(record.plan, record.baseline, note)
                else:
                    operation = await adapter.go_live(
                        record.plan, record.baseline, record.submission, note
                    )
            except GoLiveError as error:
                known = adapter.learned(error)
                values = {} if known is None else {"baseline": known}
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
                    submission=adapter.version(operation) or record.submission,
                    adopted=operation.adopted,
                    message="Somebody else began it; it is followed." if operation.adopted else None,
                )
                if record.canceling:
                    # It was canceled while the request was on its way, when nothing ran yet.
                    try:
                        await self._cancel_at_service(adapter, record)
                    except GoLiveError as error:
                        await self._changed(job, message=f"Could not be canceled: {error}")
                return operation

    async def _since(self, record: Record) -> datetime | None:
        """Return from when on what somebody else took live counts for a release.

        What an earlier attempt came to is not to be its outcome again.
        """
        return None if record.attempt > 1 else await self._durably(self._store.began, record.release)

    async def _follow(self, adapter: Adapter, job: Job, operation: AsyncOperation) -> None:
        shown: object = None
        while not operation.done:
            pause = (operation.next_poll_at - now()).total_seconds()
            await asyncio.sleep(max(0.0, pause))
            await self._turn(adapter)
            await self._take_look(adapter, job, operation)
            await operation.poll()
            checkpoint = operation.checkpoint()
            # How it ends is told in the end.
            if (checkpoint.status, checkpoint.failed) != shown and not operation.done:
                shown = (checkpoint.status, checkpoint.failed)
                await self._changed(job, checkpoint=checkpoint.to_dict(), **_shown(operation.status))

    async def _take_look(self, adapter: Adapter, job: Job, operation: AsyncOperation) -> None:
        """Wait until it is this worker's turn to look at an operation, where an API limits that."""
        while adapter.pace:
            left = await self._durably(self._look_taken, adapter, job, operation)
            if left <= 0:
                return
            await asyncio.sleep(left)

    def _look_taken(self, adapter: Adapter, job: Job, operation: AsyncOperation) -> float:
        """Take the next look at an operation, if it is due.

        It is written down before anything is asked, so that all workers together keep the pace, whoever
        of them dies or is slow to notice that another took over.

        Returns:
            In how many seconds it is due; 0 if it is taken.
        """
        with self._store.transaction() as transaction:
            record = transaction.record(job.release, job.offer)
            if not _is_for(record, job):
                raise _Over("It has ended.")
            if record.checkpoint is not None:
                due = Checkpoint.from_dict(record.checkpoint).due
                if (left := (due - now()).total_seconds()) > 0:
                    return left
            taken = evolve(operation.checkpoint(), due=now() + timedelta(seconds=adapter.pace))
            transaction.change(record, checkpoint=taken.to_dict())
        return 0.0

    async def _cancel(self, job: Job) -> None:
        record = await self._durably(self._store.record, job.release, job.offer)
        if not (record.canceling and record.state.is_active):
            return
        await self._cancel_at_service(await self._adapter(record), record)

    async def _cancel_at_service(self, adapter: Adapter, record: Record) -> None:
        """Cancel what runs for an offer; following it tells what came of that."""
        url = None if record.checkpoint is None else record.checkpoint["operation_url"]
        trouble = _Trouble(self._service.polling.outage_limit)
        while True:
            try:
                await adapter.cancel(record.plan, url)
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
        elif isinstance(error, Overtaken):
            over = {"baseline": None, "seen": False}
            # Nobody approved of what is there instead.
            over |= {"approved": None, "approved_by": None}
            await self._conclude(job, OfferState.FAILED, message=str(error), **over)
        elif isinstance(error, (OperationFailed, OperationError)):
            await self._conclude(job, OfferState.FAILED, message=str(error), baseline=None, seen=False)
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

    async def _adapter(self, record: Record) -> Adapter:
        plan = record.plan
        names = await self._durably(self._store.credentials, record.release)
        key = (plan.api, plan.endpoint, plan.account, names.get(plan.account))
        if self._closing is None:
            self._closing = asyncio.create_task(self._close_in_the_end())
        if key not in self._adapters:
            self._adapters[key] = self._service.open(plan, names)
        return self._adapters[key]

    async def _close_in_the_end(self) -> None:
        """Close the clients when the engine cancels what runs in its loop."""
        try:
            await asyncio.Event().wait()
        finally:
            for adapter in self._adapters.values():
                await adapter.aclose()

    async def _turn(self, adapter: Adapter) -> None:
        """Wait for a turn at the service, if there is a pace."""
        pace = await self._durably(self._store.setting, "pace")
        if pace:
            await asyncio.sleep(await self._durably(self._store.turn, adapter.endpoint, 1.0 / pace))


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
