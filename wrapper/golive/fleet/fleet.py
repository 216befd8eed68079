"""Many go-lives on a durable engine: what a program calls, and what the command is made of."""

from __future__ import annotations

import asyncio
import logging
import os
import secrets
import socket
import threading
import time
from collections.abc import Callable, Iterable, Iterator, Sequence, Set
from contextlib import contextmanager, suppress
from pathlib import Path
from types import TracebackType
from typing import Self

import sqlalchemy as sa
from attrs import evolve, frozen

from golive.errors import GoLiveError, InvalidInput
from golive.fleet import database
from golive.fleet.adapters import Service
from golive.fleet.engine import Engine, EngineError, Job
from golive.fleet.outbox import Outbox
from golive.fleet.plan import next_moves
from golive.fleet.release import OfferPlan, Release
from golive.fleet.store import Record, Store, Transaction, now
from golive.fleet.view import Event, OfferState, ReleaseView
from golive.fleet.work import CANCEL, LOOK, Work
from golive.hooks import Hook

__all__ = ["Check", "Fleet", "FleetError", "Worker"]

logger: logging.Logger = logging.getLogger("golive")

#: How often a worker sees whether it still holds its lock, and whether others died, in seconds.
_WATCH = 5.0
#: How often a worker looks for jobs that nobody does, in seconds.
_CLAIMS = 30.0
#: How often a worker looks for what is to be told to hooks, in seconds.
_TELL = 1.0
#: How many offers are looked at at once before a release.
_LOOKS = 10

_Change = Callable[[Transaction, Record], bool]
_Test = Callable[[Record], bool]


class FleetError(GoLiveError):
    """The fleet's database cannot be used, or a worker cannot run."""

    remedy = "What was started goes on as soon as a worker reaches the database."

    @property
    def is_retryable(self) -> bool:
        """Whether the same call may succeed later, though nobody mends anything: yes."""
        return True


@frozen
class Check:
    """Whether an offer is ready for a release.

    Attributes:
        plan: The offer.
        ready: Whether it is.
        reason: Why it is not, or what else is to be known.
        submission: The version that is there, where the API has such numbers; or None.
    """

    plan: OfferPlan
    ready: bool
    reason: str
    submission: str | None = None


class Fleet:
    """Takes many offers live, with as many workers as wanted, and shows where they stand.

    A release is begun once per name, and each of its offers goes live once, whoever starts it, however
    often, and whatever dies meanwhile. What is called here only changes the database; workers do the
    rest (`worker`).

    Args:
        path: The database: a `postgresql://` URL for workers on several machines, or the path of an
            SQLite file for one. None for a file in the user's folder for state.
        service: How to talk to the service.
        folder: Where the usual file is; None for no such folder.
        hooks: Whom its workers tell of each change from now on, and of the end of a release.

    Raises:
        InvalidInput: The database is named wrongly.
        FleetError: It cannot be reached.

    Example:
        >>> with Fleet("fleet.sqlite") as fleet, fleet.worker():
        ...     fleet.start(Release.read(Path("release.toml")))
        ...     fleet.wait("release")
    """

    def __init__(
        self,
        path: str | None = None,
        *,
        service: Service | None = None,
        folder: Path | None = None,
        hooks: Iterable[Hook] = (),
    ) -> None:
        self.service: Service = service or Service()
        self._url = database.database_url(path, folder)
        self._database = database.open_database(self._url)
        self.store: Store = Store(self._database)
        self._engine = Engine(self._database)
        with _reaching():
            self.store.prepare()
            self._engine.prepare()
            self._outboxes = [Outbox(self.store, hook) for hook in hooks]

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.close()

    def close(self) -> None:
        """Let go of the database."""
        self._engine.close()
        self._database.dispose()

    @property
    def place(self) -> str:
        """Where the database is, without its password."""
        return self._url.render_as_string(hide_password=True)

    def check(self, release: Release) -> list[Check]:
        """Look at every offer of a release, and say whether it is ready; nothing is changed.

        Args:
            release: The release.

        Returns:
            What was found, in the order of the release.
        """
        return asyncio.run(self._checks(release))

    def start(self, release: Release) -> bool:
        """Begin a release, or join it if it was begun.

        Args:
            release: The release.

        Returns:
            Whether it was begun now.

        Raises:
            InvalidInput: There is one with this name and other offers.
        """
        with _reaching():
            plans = [evolve(each, endpoint=self.service.where(each)) for each in release.offers]
            release = evolve(release, offers=tuple(plans))
            if release.limits != type(release.limits)():
                self._engine.prepare(limits=release.limits)
                self.store.set("pace", release.limits.requests_per_second)
            try:
                with self.store.transaction() as transaction:
                    begun = transaction.add(release)
            except sa.exc.IntegrityError:
                # Somebody else began it at the same moment.
                with self.store.transaction() as transaction:
                    begun = transaction.add(release)
            self.advance(release.name)
        return begun

    def status(self, release: str) -> ReleaseView:
        """Return where a release stands.

        Raises:
            InvalidInput: There is none with this name.
        """
        with _reaching():
            return self.store.view(release)

    def releases(self) -> list[ReleaseView]:
        """Return where all releases stand, the newest first."""
        with _reaching():
            return [self.store.view(name) for name in self.store.releases()]

    def events(self, after: int = 0, *, release: str | None = None) -> list[Event]:
        """Return what changed, the oldest first.

        Args:
            after: The number of the event after which to begin.
            release: Only of this release; None for all.
        """
        with _reaching():
            return self.store.events(after, release=release)

    def approve(
        self, release: str, offers: Iterable[str] | None = None, *, by: str | None = None
    ) -> list[str]:
        """Approve that offers go live.

        Args:
            release: The release.
            offers: The offers, by name or by their id; None for all that need it now.
            by: Who approves, to be noted.

        Returns:
            The offers that were approved now.

        Raises:
            InvalidInput: An offer is not in the release, or needs no approval.
        """

        def approve(transaction: Transaction, record: Record) -> bool:
            if not record.plan.approval:
                raise InvalidInput(f"{record.plan.name} needs no approval.")
            if record.approved is not None or record.state.has_ended:
                return False
            transaction.change(record, approved=now(), approved_by=by)
            return True

        return self._each(
            release, offers, approve, usual=lambda each: each.state is OfferState.NEEDS_APPROVAL
        )

    def retry(self, release: str, offers: Iterable[str] | None = None) -> list[str]:
        """Try again what failed or was canceled; what may have begun all the same is adopted.

        Args:
            release: The release.
            offers: The offers, by name or by their id; None for all that failed.

        Returns:
            The offers that are tried again.

        Raises:
            InvalidInput: An offer is not in the release, or has not failed.
        """

        def retry(transaction: Transaction, record: Record) -> bool:
            if record.state not in (OfferState.FAILED, OfferState.CANCELED):
                raise InvalidInput(f"{record.plan.name} is {record.state}: there is nothing to retry.")
            transaction.change(
                record,
                state=OfferState.WAITING,
                attempt=record.attempt + 1,
                canceling=False,
                ended=None,
                message=None,
                percent=None,
                # What failed or was overtaken does not go live any more.
                submission=record.submission if record.seen else record.plan.submission,
                seen=record.seen and record.submission is not None,
            )
            return True

        return self._each(release, offers, retry, usual=lambda each: each.state is OfferState.FAILED)

    def cancel(self, release: str, offers: Iterable[str] | None = None) -> list[str]:
        """Cancel offers: what has not begun does not begin, and what runs is canceled at the service.

        Args:
            release: The release.
            offers: The offers, by name or by their id; None for all that have not ended.

        Returns:
            The offers that are canceled.

        Raises:
            InvalidInput: An offer is not in the release, or has ended.
        """

        def cancel(transaction: Transaction, record: Record) -> bool:
            if record.state.has_ended:
                raise InvalidInput(f"{record.plan.name} is {record.state}: there is nothing to cancel.")
            if record.canceling:
                return False
            record = transaction.change(record, canceling=True)
            if record.state.is_active:
                job = Job(CANCEL, release, record.plan.name, record.attempt)
                self._engine.enqueue(transaction.connection, job, record.plan.account)
            return True

        return self._each(release, offers, cancel, usual=lambda each: not each.state.has_ended)

    def advance(self, release: str) -> None:
        """See what has become possible in a release, and have it done. Doing it twice does no harm."""
        with self.store.transaction() as transaction:
            for move in next_moves(transaction.records(release), now()):
                record = move.record
                if move.until is not None:
                    job = Job(LOOK, release, "-/-", int(move.until.timestamp()))
                    self._engine.enqueue(transaction.connection, job, "-", until=move.until)
                if not move.changes:
                    continue
                if move.verb is not None:
                    job = Job(move.verb, release, record.plan.name, record.attempt)
                    self._engine.enqueue(transaction.connection, job, record.plan.account)
                transaction.change(
                    record,
                    state=move.state,
                    waits_for=move.waits_for,
                    verb=move.verb or record.verb,
                    ended=now() if move.state.has_ended else None,
                )

    def worker(self, name: str | None = None) -> Worker:
        """Return a worker, which runs in threads of this process while it is entered.

        Args:
            name: What it is called; unique. None for a name that is made from the machine's.
        """
        return Worker(self, name)

    def _each(
        self,
        release: str,
        offers: Iterable[str] | None,
        change: _Change,
        *,
        usual: _Test,
    ) -> list[str]:
        with _reaching():
            with self.store.transaction() as transaction:
                records = transaction.records(release)
                if not records:
                    raise InvalidInput(
                        f"There is no release {release!r}; `golive fleet list` shows those that are."
                    )
                chosen = _chosen(release, records, offers) if offers is not None else None
                wanted = [each for each in records if usual(each)] if chosen is None else chosen
                done = [each.plan.name for each in wanted if change(transaction, each)]
            self.advance(release)
        return done

    async def _checks(self, release: Release) -> list[Check]:
        places = asyncio.Semaphore(_LOOKS)

        async def look(plan: OfferPlan) -> Check:
            async with places:
                try:
                    return await self._check(release, plan)
                except GoLiveError as error:
                    return Check(plan, ready=False, reason=str(error))

        return list(await asyncio.gather(*map(look, release.offers)))

    async def _check(self, release: Release, plan: OfferPlan) -> Check:
        adapter = self.service.open(plan, release.credentials)
        try:
            found = await adapter.readiness(plan)
        finally:
            await adapter.aclose()
        return Check(plan, found.ready, found.reason, found.submission)


class Worker:
    """Does what a fleet's releases need, in threads of this process, while it is entered.

    It holds a lock for as long as it lives. What a worker had that does not hold its lock any more is
    taken over by the others within seconds; one that is only stopped keeps it.

    Args:
        fleet: The fleet.
        name: What it is called; unique.

    Raises:
        FleetError: There is a worker of this name.
    """

    def __init__(self, fleet: Fleet, name: str | None = None) -> None:
        machine = socket.gethostname().partition(".")[0]
        self.name: str = name or f"{machine}-{os.getpid()}-{secrets.token_hex(3)}"
        #: Set when it lost its lock: the process should end, or begin anew.
        self.lost: threading.Event = threading.Event()
        self._fleet = fleet
        self._locks = database.locks_of(fleet.store.engine)
        self._ending = threading.Event()
        self._watch = threading.Thread(target=self._look_after, name="golive-fleet-watch", daemon=True)
        self._deliver = threading.Thread(target=self._tell, name="golive-fleet-hooks", daemon=True)

    def __enter__(self) -> Self:
        with _reaching():
            lock = self._locks.take(self.name)
            if lock is None:
                raise FleetError(f"There is a worker {self.name!r} already; give this one another name.")
            self._lock = lock
            self._fleet.store.join(self.name)
            work = Work(self._fleet.store, self._fleet.service, self._fleet.advance)
            # What it had under this name before it died is its own again.
            self._fleet._engine.take_over(self.name)  # noqa: SLF001 - the fleet's own worker
            self._fleet._engine.run(self.name, work.do)  # noqa: SLF001
        self._watch.start()
        self._deliver.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self._ending.set()
        self._watch.join()
        self._deliver.join()
        self._fleet._engine.stop()  # noqa: SLF001
        with suppress(sa.exc.SQLAlchemyError):
            self._fleet._engine.take_over(self.name)  # noqa: SLF001
            self._fleet.store.leave(self.name)
        self._lock.release()
        self._locks.close()

    def _look_after(self) -> None:
        """See that it holds its lock, and that what others had or nobody does is done."""
        idle: set[str] = set()
        claims = time.monotonic()
        while not self._ending.wait(_WATCH):
            if not self._lock.is_held():
                self.lost.set()
                return
            try:
                self._take_over(self._fleet.store.workers())
                if time.monotonic() >= claims:
                    idle = self._put_back(idle)
                    claims = time.monotonic() + _CLAIMS
            except sa.exc.SQLAlchemyError as error:
                logger.warning("The database is away: %s", database.told(error))

    def _put_back(self, idle: Set[str]) -> set[str]:
        """Put back the jobs that nobody does, though the database has it that somebody took them.

        A worker that ends may take one when the others have struck it off already; and one whose
        connection breaks right then does not learn that it took one.

        Args:
            idle: Those that this worker had, but did not do, when it looked last.

        Returns:
            Those that it has, but does not do; it may be about to.
        """
        engine = self._fleet._engine  # noqa: SLF001
        held = engine.held()
        self._take_over(held)
        found = held.get(self.name, set()) - engine.running
        if forgotten := found & idle:
            engine.put_back(forgotten)
            logger.warning("Jobs were taken and not begun; put back: %d", len(forgotten))
        return found - idle

    def _tell(self) -> None:
        """Tell the hooks what changed; each of them is told by one worker at a time."""
        outboxes = self._fleet._outboxes  # noqa: SLF001
        ended = not outboxes
        while not ended:
            # Once more at the end, for what happened last.
            ended = self._ending.wait(_TELL)
            for outbox in outboxes:
                try:
                    with database.seized(self._locks, outbox.lock) as ours:
                        if ours:
                            outbox.deliver()
                except sa.exc.SQLAlchemyError as error:
                    logger.warning("The database is away: %s", database.told(error))

    def _take_over(self, workers: Iterable[str]) -> None:
        """Take over what those had that are dead."""
        for other in workers:
            if other == self.name:
                continue
            with database.seized(self._locks, other) as dead:
                if dead:
                    number = self._fleet._engine.take_over(other)  # noqa: SLF001
                    self._fleet.store.leave(other)
                    if number:
                        logger.warning("The worker %s is gone; took over what it had: %d", other, number)


def _chosen(release: str, records: Sequence[Record], offers: Iterable[str]) -> list[Record]:
    chosen = []
    for named in offers:
        found = [each for each in records if named == each.plan.name] or [
            each for each in records if named == each.plan.offer_id
        ]
        if not found:
            raise InvalidInput(f"{named} is not in the release {release!r}.")
        if len(found) > 1:
            raise InvalidInput(f"{named} is there for several publishers; name it as PUBLISHER/OFFER.")
        chosen += found
    return chosen


@contextmanager
def _reaching() -> Iterator[None]:
    """Have trouble with the database end in our own error, without statements and values."""
    try:
        yield
    except (EngineError, sa.exc.SQLAlchemyError, OSError) as error:
        raise FleetError(f"Cannot use the fleet's database: {database.told(error)}.") from None
