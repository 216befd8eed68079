"""The durable engine, DBOS Transact: the only module that knows it, by its public calls.

It keeps the jobs that are to be done, hands them to workers within the limits, and hands those that a
dead worker had to another. What a job is, and that doing it twice does no harm, is not its business.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable, Collection
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from attrs import frozen
from dbos import DBOS, DBOSClient, DBOSConfig, EnqueueOptions
from dbos import error as dbos_error

from golive.fleet.release import Limits

__all__ = ["Engine", "EngineError", "Job"]

#: What the engine raises.
EngineError: type[Exception] = dbos_error.DBOSException

_NAME = "golive-fleet"
_QUEUE = "golive"
_WORKFLOW = "golive"
#: By default DBOS takes a hash of the code, and a new release would strand what runs.
_VERSION = "1"
#: How often a job may be taken up again after its worker died: always.
_TRIES = 1_000_000
_NO_LIMIT = 100_000
#: How often a worker looks for new jobs, in seconds.
_LOOK = 1.0
#: How long jobs may take to end when a worker stops, in seconds.
_END = 2


@frozen
class Job:
    """What a worker is to do.

    Attributes:
        verb: What to do.
        release: The release.
        offer: The offer, by its name in the release.
        attempt: Which attempt it is.
    """

    verb: str
    release: str
    offer: str
    attempt: int

    @property
    def id(self) -> str:
        """What makes it one: there is no second job with the same."""
        return f"golive:{self.release}/{self.offer}:{self.verb}:{self.attempt}"


class Engine:
    """The engine on a database.

    Args:
        database: The database.
    """

    def __init__(self, database: sa.Engine) -> None:
        self._database = database
        self._made: DBOSClient | None = None
        self._running: dict[str, asyncio.Task[Any]] = {}
        self._stopping: bool = False

    def prepare(self, *, limits: Limits | None = None) -> None:
        """Create what is missing in the database, and set the limits."""
        if not sa.inspect(self._database).has_table("workflow_status", schema=self._schema):
            # Only a process that runs jobs may create the tables.
            self._launch("schema")
            DBOS.destroy()
        if limits is not None or self._client.retrieve_queue(_QUEUE) is None:
            limits = limits or Limits()
            self._client.register_queue(
                _QUEUE,
                global_concurrency=max(limits.at_once or _NO_LIMIT, limits.per_publisher or 1),
                partition_concurrency=limits.per_publisher or limits.at_once or _NO_LIMIT,
                polling_interval_sec=_LOOK,
            )

    def enqueue(
        self, connection: sa.Connection, job: Job, account: str, *, until: datetime | None = None
    ) -> None:
        """Have a worker do a job, unless there was the same before.

        Args:
            connection: The transaction with which it comes to be.
            job: The job.
            account: Whose it is: the limit per publisher counts by that.
            until: When, at the earliest; None for now.
        """
        options: EnqueueOptions = {
            "workflow_name": _WORKFLOW,
            "queue_name": _QUEUE,
            "workflow_id": job.id,
            "queue_partition_key": account,
            "app_version": _VERSION,
            "application_name": _NAME,
        }
        if until is not None:
            options["delay_seconds"] = max(0.0, (until - datetime.now(until.tzinfo)).total_seconds())
        arguments = (job.verb, job.release, job.offer, job.attempt)
        self._client.enqueue_in_transaction(connection, options, *arguments)

    def run(self, worker: str, do: Callable[[Job], Awaitable[None]]) -> None:
        """Begin to do jobs, in threads of its own.

        Args:
            worker: The name of this worker, which is unique.
            do: Does a job. It is called again if the worker died before it returned.
        """
        global _do

        async def doing(job: Job) -> None:
            task = asyncio.current_task()
            assert task is not None  # noqa: S101 - so it is within a coroutine
            self._running[job.id] = task
            try:
                if self._stopping:
                    raise asyncio.CancelledError
                await do(job)
            finally:
                # The engine may have handed it out anew meanwhile.
                if self._running.get(job.id) is task:
                    del self._running[job.id]

        _do, self._stopping = doing, False
        self._launch(worker)

    def stop(self) -> None:
        """Stop doing jobs; another worker takes them up."""
        # The engine goes on taking jobs for a moment, and what they need is closed by then.
        self._stopping = True
        for task in list(self._running.values()):
            task.get_loop().call_soon_threadsafe(task.cancel)
        DBOS.destroy(workflow_completion_timeout_sec=_END)

    @property
    def running(self) -> frozenset[str]:
        """The jobs that this process does, by their ids."""
        return frozenset(self._running)

    def held(self, worker: str | None = None) -> dict[str, set[str]]:
        """Return the ids of the jobs that workers have, by worker.

        A worker may have a job that it does not do: the database noted that it took it, and it never
        heard of that, or was ending.

        Args:
            worker: Those of this worker only; None for all.
        """
        held: dict[str, set[str]] = {}
        for each in self._client.list_workflows(
            status="PENDING", executor_id=worker, load_input=False, load_output=False
        ):
            held.setdefault(str(each.executor_id), set()).add(each.workflow_id)
        return held

    def put_back(self, jobs: Collection[str]) -> None:
        """Have some worker do jobs that another one had; those that have ended stay so."""
        if jobs:
            self._client.resume_workflows(sorted(jobs), queue_name=_QUEUE)

    def take_over(self, worker: str) -> int:
        """Put back the jobs of a worker that is certainly dead.

        Returns:
            How many there were.
        """
        jobs = self.held(worker).get(worker, set())
        self.put_back(jobs)
        return len(jobs)

    def close(self) -> None:
        """Let go of the database."""
        if self._made is not None:
            self._made.destroy()
            self._made = None

    @property
    def _schema(self) -> str | None:
        return None if self._database.url.get_backend_name() == "sqlite" else "dbos"

    @property
    def _client(self) -> DBOSClient:
        if self._made is None:
            self._made = DBOSClient(
                system_database_url=self._database.url.render_as_string(hide_password=False),
                system_database_engine=self._database,
                application_name=_NAME,
            )
        return self._made

    def _launch(self, executor: str) -> None:
        config: DBOSConfig = {
            "name": _NAME,
            "system_database_url": self._database.url.render_as_string(hide_password=False),
            "system_database_engine": self._database,
            "application_version": _VERSION,
            "executor_id": executor,
            "max_executor_threads": 16,
            "log_level": "ERROR",
            "use_listen_notify": False,
        }
        # It would write to the terminal by itself, over what is shown there.
        logging.getLogger("dbos").handlers = [_Forward()]
        DBOS(config=config)
        if executor == "schema":
            DBOS.listen_queues([])
        DBOS.launch()


class _Forward(logging.Handler):
    """Has what the engine logs appear among what golive logs."""

    def emit(self, record: logging.LogRecord) -> None:
        logging.getLogger("golive").log(record.levelno, "The engine says: %s", record.getMessage())


_do: Callable[[Job], Awaitable[None]] | None = None


@DBOS.workflow(name=_WORKFLOW, max_recovery_attempts=_TRIES)
async def _run(verb: str, release: str, offer: str, attempt: int) -> None:
    await _step(verb, release, offer, attempt)


@DBOS.step(name=_WORKFLOW)
async def _step(verb: str, release: str, offer: str, attempt: int) -> None:
    # A job notes by itself how far it got, so one step is enough, and replaying it costs nothing.
    assert _do is not None  # noqa: S101 - set before anything is launched
    await _do(Job(verb, release, offer, attempt))
