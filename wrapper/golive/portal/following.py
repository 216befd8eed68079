"""Following an operation of the Cloud Partner Portal API: where to ask, and when it is over."""

from __future__ import annotations

from attrs import define, evolve, field, frozen

from golive.answers import Call, understood
from golive.checkpoint import Checkpoint
from golive.errors import OperationFailed
from golive.flow import Context, Flow, read
from golive.following import Tracker, go_on, named
from golive.portal.location import offer_of, parse_token
from golive.portal.reading import read_operation
from golive.refs import LocationForm, OperationKind, OperationRef, is_guid
from golive.status import OperationStatus, Submission
from golive.vocabulary import State
from golive_api.api.progress import get_offer_operation, get_operation

__all__ = ["PortalTracker", "adopt", "resume", "track"]


@frozen
class _Seen:
    """A body that was understood, by its digest, and what it said."""

    digest: bytes
    status: OperationStatus


def _look_at(ref: OperationRef) -> Call:
    if ref.form is LocationForm.MIGRATED:
        arguments = {**offer_of(ref.publisher_id, ref.offer_id), "operation_id": ref.operation_id}
        return Call(get_offer_operation, arguments)
    return Call(get_operation, {"operation_id": ref.operation_id})


@define
class PortalTracker(Tracker):
    """What is known of one operation of the Cloud Partner Portal API.

    Attributes:
        guid: The id by which the service told of it last.
        look: The request for its status, which is always the same.
        seen: The last body that was understood.
    """

    guid: str | None = None
    look: Call = field(init=False, repr=False, eq=False)
    seen: _Seen | None = field(default=None, init=False, repr=False, eq=False)

    @look.default
    def _look(self) -> Call:
        return _look_at(self.ref)

    def is_over(self, status: OperationStatus) -> bool:
        """Whether a snapshot is the last one that matters."""
        if status.state.is_terminal:
            return True
        return self.kind is OperationKind.PUBLISH and (
            status.ready_to_go_live or status.state is State.WAITING_FOR_PUBLISHER
        )

    def verdict(self, status: OperationStatus) -> OperationStatus:
        """Return the snapshot that ended a wait, or raise if it is no success."""
        if self.kind is OperationKind.PUBLISH and not status.state.is_terminal:
            # It waits for its publisher: as far as a publish gets by itself.
            return status
        status = Tracker.verdict(self, status)
        if self.kind is OperationKind.GO_LIVE and status.ready_to_go_live and status.steps:
            raise OperationFailed(
                "The operation was a publish: the offer is in preview, and not live.",
                status=status,
                continuation_token=self.token,
            )
        return status

    def ask(self, context: Context, at_least: float) -> Flow[tuple[OperationStatus, str | None]]:
        """Ask once, and return the snapshot and how long the service asks to wait."""
        ref, seen = self.ref, self.seen
        if seen is None:
            answer = yield from read(context, self.look, at_least=at_least)
        else:
            answer = yield from read(context, evolve(self.look, seen=seen.digest), at_least=at_least)
            if answer.is_unchanged:
                return seen.status, answer.retry_after
        status = understood(answer, read_operation)
        if status.id and is_guid(status.id):
            # A joined name does not show the id, so that two answers have to agree about it.
            known, self.guid = self.guid, status.id
            named = ref.operation_id if is_guid(ref.operation_id) else known
            if named is not None and status.id.lower() != named.lower():
                raise answer.unexpected(f"it tells of the operation {status.id}, not of {named}")
        self.seen = _Seen(answer.digest, status)
        return status, answer.retry_after


def track(context: Context, ref: OperationRef, kind: OperationKind) -> PortalTracker:
    """Return what is known of an operation before the service was asked."""
    now = context.clock.monotonic()
    return PortalTracker(ref, kind, since=now, next_poll=now)


def adopt(context: Context, ref: OperationRef, kind: OperationKind) -> PortalTracker:
    """Take up an operation that the service itself named."""
    tracker = track(context, ref, kind)
    tracker.adopted = tracker.certain = True
    return tracker


def resume(context: Context, token: str | OperationRef | Submission | Checkpoint) -> PortalTracker:
    """Take up an operation by its token, its address or its entry in a list; nothing is sent."""
    ref, kind = named(token, context.origin, parse_token)
    tracker = track(context, ref, kind)
    if isinstance(token, Checkpoint):
        go_on(context, tracker, token)
    return tracker
