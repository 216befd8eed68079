"""What the async clients share: an operation, and what runs flows; on any event loop."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from datetime import datetime
from functools import partial
from typing import TypeVar

from golive import following, telemetry
from golive.answers import Answer
from golive.checkpoint import Checkpoint
from golive.durations import Duration
from golive.errors import GoLiveError
from golive.flow import Call, Context, Deadline, Flow, Sleep
from golive.following import Tracker
from golive.refs import OperationKind, OperationRef
from golive.sessions import AsyncSession
from golive.status import OperationStatus

__all__ = ["AsyncDriver", "AsyncOperation"]

T = TypeVar("T")


class AsyncOperation:
    """A long-running operation of the service: its last snapshot, and the ways to get newer ones.

    Nothing runs in the background: only `refresh`, `updates` (or iteration), `wait` and `result` ask
    the service; they raise what the client's calls may. Tasks may share an operation.
    """

    def __init__(self, driver: AsyncDriver, tracker: Tracker) -> None:
        self._driver = driver
        self._tracker = tracker

    @property
    def ref(self) -> OperationRef:
        """The operation's address, in parts."""
        return self._tracker.ref

    @property
    def kind(self) -> OperationKind:
        """What the operation was begun for."""
        return self._tracker.kind

    @property
    def adopted(self) -> bool:
        """Whether the operation ran already when it was to be begun."""
        return self._tracker.adopted

    @property
    def status(self) -> OperationStatus:
        """The last snapshot; its state is `UNKNOWN` before the first. No I/O."""
        return self._tracker.status

    @property
    def done(self) -> bool:
        """Whether the last snapshot is final: the operation ended, or a publish waits. No I/O.

        It changes only when something asks the service, such as `refresh` or `wait`.
        """
        return self._tracker.done

    @property
    def next_poll_in(self) -> float:
        """In how many seconds following asks the service again; 0 if that is due. No I/O."""
        return self._tracker.due_in(self._driver.context.clock.monotonic())

    def continuation_token(self) -> str:
        """Return what `operation` of a client takes up the operation by: its absolute address.

        It holds no secret. What the operation was begun for follows as the fragment, unless it is a
        go-live. No I/O.
        """
        return self._tracker.token

    @property
    def since(self) -> datetime:
        """When following began, in UTC; the pauses grow with the time since then. No I/O."""
        return self.checkpoint().since

    @property
    def next_poll_at(self) -> datetime:
        """When following asks the service again, in UTC; in the past if that is due. No I/O."""
        return self.checkpoint().due

    def checkpoint(self) -> Checkpoint:
        """Return how far following got, to be stored; a client's `operation` goes on from it. No I/O."""
        return following.checkpoint(self._driver.context, self._tracker)

    async def poll(self) -> OperationStatus | None:
        """Look once, for whoever keeps the time: a task queue, a timer, an engine.

        Looks that fail are counted, and `checkpoint` keeps the count, so that the limits of
        `PollingPolicy` hold across processes. Look again at `next_poll_at`, unless it is `done`.

        Returns:
            The new snapshot; None if the look failed and following goes on.

        Raises:
            GoLiveError: It ends following, as it would end `wait`.
        """
        return await self._driver.run(following.poll(self._driver.context, self._tracker))

    def outcome(self) -> OperationStatus:
        """Return what `result` would say of the last snapshot, without waiting. No I/O.

        Returns:
            The outcome, if it is a success.

        Raises:
            OperationFailed: The operation failed.
            OperationCanceled: The operation was canceled.
            NotCanceled: The operation was to be canceled, but ended in another way first.
            WaitTimeout: It is not over.
        """
        return following.outcome(self._tracker)

    async def refresh(self) -> OperationStatus:
        """Ask the service once, now.

        Returns:
            The new snapshot.
        """
        return await self._driver.run(following.refresh(self._driver.context, self._tracker))

    async def updates(self, timeout: Duration | None = None) -> AsyncIterator[OperationStatus]:
        """Follow the operation: a new snapshot whenever something changed, until it is over.

        The last one is the outcome, whatever it is; `result` raises if it is no success.

        Args:
            timeout: Bounds the whole iteration, your own code in between included: a `timedelta` or
                seconds. The default is no bound: as long as the operation takes.

        Yields:
            Snapshots, each different from the one before.

        Raises:
            InvalidInput: The timeout is malformed.
            WaitTimeout: The time ran out; the operation goes on.
            ServiceUnreachable: There was no answer, for as long as `PollingPolicy` allows.
        """
        deadline = Deadline.after(self._driver.context.clock, timeout)
        shown: OperationStatus | None = None
        while shown is None or not self._tracker.is_over(shown):
            shown = await self._follow(following.changed(shown), deadline)
            yield shown

    def __aiter__(self) -> AsyncIterator[OperationStatus]:
        """Follow the operation without a time limit; see `updates`."""
        return self.updates()

    async def wait(self, timeout: Duration | None = None) -> OperationStatus:
        """Wait until the operation is over.

        Args:
            timeout: Bounds the whole wait: a `timedelta` or seconds. When it runs out, the service is
                asked one last time, for 15 seconds at most. The default is no bound: as long as the
                operation takes.

        Returns:
            The outcome, whatever it is.

        Raises:
            InvalidInput: The timeout is malformed.
            WaitTimeout: The time ran out; the operation goes on.
            ServiceUnreachable: There was no answer, for as long as `PollingPolicy` allows.
        """
        deadline = Deadline.after(self._driver.context.clock, timeout)
        ref, kind = self.ref, self.kind
        with telemetry.span("wait", publisher=ref.publisher_id, offer=ref.offer_id, kind=kind):
            status = await self._follow(self._tracker.is_over, deadline)
        followed = self._driver.context.clock.now() - self.since.timestamp()
        telemetry.count(followed, kind=kind, state=status.state)
        return status

    async def result(self, timeout: Duration | None = None) -> OperationStatus:
        """Wait until the operation is over, and raise if it is no success.

        Args:
            timeout: Bounds the whole wait: a `timedelta` or seconds. When it runs out, the service is
                asked one last time, for 15 seconds at most. The default is no bound: as long as the
                operation takes.

        Returns:
            The outcome: succeeded; for a publish also waiting for its publisher; for a cancellation
            canceled.

        Raises:
            InvalidInput: The timeout is malformed.
            OperationFailed: The operation failed.
            OperationCanceled: The operation was canceled.
            NotCanceled: The operation was to be canceled, but ended in another way first.
            WaitTimeout: The time ran out; the operation goes on.
        """
        return self._tracker.verdict(await self.wait(timeout))

    async def cancel(self) -> AsyncOperation:
        """Cancel what this operation does; see `begin_cancel` of its client.

        Returns:
            The operation that is being canceled.

        Raises:
            ServiceUnreachable: There was no connection; nothing was canceled.
            SubmissionUncertain: The request was sent, its answer lost, and nothing found that it began.
            InvalidLocation: The service accepted, but did not say where the operation is.
        """
        flow = self._driver.cancel(self._driver.context, self._tracker)
        return AsyncOperation(self._driver, await self._driver.run(flow))

    def __repr__(self) -> str:
        return f"<{type(self).__name__} {self.continuation_token()} {self.status.state.value}>"

    async def _follow(
        self, until: Callable[[OperationStatus], bool], deadline: Deadline | None
    ) -> OperationStatus:
        return await self._driver.run(
            following.follow(self._driver.context, self._tracker, until=until, deadline=deadline)
        )


class AsyncDriver:
    """Runs flows with async calls.

    Args:
        context: What every flow needs.
        session: Sends what they ask.
        cancel: Cancels an operation.
    """

    def __init__(
        self,
        context: Context,
        session: AsyncSession,
        cancel: Callable[[Context, Tracker], Flow[Tracker]],
    ) -> None:
        self.context = context
        self.session = session
        self.cancel = cancel

    async def run(self, flow: Flow[T]) -> T:
        """Run a flow to its end and return its result."""
        resume: Callable[[], Call | Sleep] = partial(next, flow)
        try:
            while True:
                wanted = resume()
                try:
                    outcome = await self._perform(wanted)
                except GoLiveError as error:
                    resume = partial(flow.throw, error)
                else:
                    resume = partial(flow.send, outcome)
        except StopIteration as stop:
            value: T = stop.value
            return value
        finally:
            flow.close()

    async def _perform(self, wanted: Call | Sleep) -> Answer | None:
        if isinstance(wanted, Sleep):
            await self.context.clock.sleep_async(wanted.seconds)
            return None
        return await self.session.perform(wanted)
