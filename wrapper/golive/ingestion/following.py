"""Following an operation: its job tells when it ends, and the submissions confirm what came of it.

An operation that was adopted has no job: its submission alone is looked at. A job that the service does
not know any more is replaced by its submission, too.
"""

from __future__ import annotations

from datetime import timedelta
from typing import cast

from attrs import define, evolve, field

from golive.answers import understood
from golive.checkpoint import Checkpoint
from golive.errors import InvalidInput, NotFound, NotReady, RequestRefused
from golive.flow import Context, Flow, read
from golive.following import Tracker, go_on, named
from golive.ingestion.evidence import Listing
from golive.ingestion.location import BASE, SubmissionRef, parse_token
from golive.ingestion.queries import call, listing
from golive.ingestion.reading import Job, read_detail, read_job, status_of
from golive.ingestion.snapshots import LIVE, PREVIEW, Product, ProductSubmission
from golive.looking import CLOCK_SKEW, now
from golive.refs import OperationKind, OperationRef
from golive.status import OperationStatus, Submission
from golive.vocabulary import GO_LIVE, PUBLISH, State
from product_ingestion_api.api.progress import get_job_detail, get_job_status

__all__ = ["SubmissionTracker", "adopt", "resume", "track"]


@define
class SubmissionTracker(Tracker):
    """What is known of one operation of the Product Ingestion API.

    Attributes:
        unconfirmed: Since when its job tells what no submission shows, by the monotonic clock.
    """

    unconfirmed: float | None = field(default=None, kw_only=True)

    @property
    def at(self) -> SubmissionRef:
        """Its address, which is one of this API."""
        return cast("SubmissionRef", self.ref)

    def ask(self, context: Context, at_least: float) -> Flow[tuple[OperationStatus, str | None]]:
        """Ask once, and return the snapshot and how long the service asks to wait."""
        if self.at.job is None:
            return (yield from self._look(context, at_least)), None
        wanted = call(get_job_status, job_id=self.at.job)
        try:
            answer = yield from read(context, wanted, at_least=at_least)
        except NotFound as missing:
            if self.kind is OperationKind.CANCEL:
                raise
            # How long the service keeps a job is not known; its submission may tell all the same.
            found = yield from listing(context, self._product, at_least=at_least)
            entry = self._entry(found)
            if entry is None or (self.kind is OperationKind.GO_LIVE and not entry.is_for(LIVE)):
                raise missing from None
            return status_of(entry), None
        job = understood(answer, read_job)
        if job.id is not None and job.id.lower() != self.at.job.lower():
            raise answer.unexpected(f"its body tells of the job {job.id}, not of {self.at.job}")
        status = yield from self.judge(context, job, at_least)
        return status, answer.retry_after

    def judge(self, context: Context, job: Job, at_least: float = 0.0) -> Flow[OperationStatus]:
        """Return what a job says, confirmed by the submissions once it has ended.

        A job that failed may have met another that does the same; that one is followed then.
        """
        told = job.status(number=self.at.submission, live=self.kind is OperationKind.GO_LIVE)
        if not job.state.is_terminal:
            return told
        if self.kind is OperationKind.CANCEL:
            if job.state is not State.CANCELED:
                return told
            found = yield from listing(context, self._product, at_least=at_least)
            return self._after_own_cancellation(found, told)
        if job.state is State.SUCCEEDED and self.at.submission is None:
            yield from self._name(context, at_least)
        found = yield from listing(context, self._product, at_least=at_least)
        if job.state is State.CANCELED:
            return self._after_cancellation(found, told)
        if job.state is State.FAILED:
            return self._after_failure(context, found, job, told)
        return self._confirmed(context, found, told)

    def _name(self, context: Context, at_least: float) -> Flow[None]:
        """Learn which submission a publish made, which its job's detail alone says for certain."""
        wanted = call(get_job_detail, job_id=self.at.job)
        try:
            answer = yield from read(context, wanted, at_least=at_least)
        except (NotFound, RequestRefused):
            # A job may have no detail (*observed* of failed ones); the submissions tell, if less surely.
            return
        number = understood(answer, read_detail, product=self._product)
        if number is not None:
            self.readdress(self.at.with_(submission=number, job=self.at.job))

    def _look(self, context: Context, at_least: float) -> Flow[OperationStatus]:
        """Look at the submissions alone.

        Raises:
            NotReady: What was to go live is in preview, and nothing of it was begun.
            NotFound: It is neither in preview nor live.
        """
        found = yield from listing(context, self._product, at_least=at_least)
        entry = self._entry(found)
        number, live = self.at.submission, found.live
        if entry is not None and (self.kind is OperationKind.PUBLISH or entry.is_for(LIVE)):
            return status_of(entry)
        if live is not None and live.order > (len(number or ""), number or ""):
            return self._lost(f"submission {live.number} is live, which is newer than {number}")
        if entry is None:
            newest = next(iter(found.of(PREVIEW)), None)
            there = "" if newest is None else f"; {newest.number} is in preview"
            # It may be on its way from one to the other: for how long that is borne, the policy says.
            url = f"{context.origin}{BASE}/submission/{self.at.product}"
            why = f"submission {number} is neither in preview nor live{there}"
            raise NotFound(why, 200, "GET", url)
        sent, late = self.at.sent, context.retry.reconcile_for + CLOCK_SKEW
        if sent is not None and now(context) < sent + timedelta(seconds=late):
            # Accepted a moment ago, perhaps, and not listed yet.
            return evolve(status_of(entry), state=State.NOT_STARTED, submission_type=GO_LIVE)
        raise NotReady(f"Submission {number} is in preview, and no go-live of it was begun.")

    def _lost(self, why: str) -> OperationStatus:
        kind = GO_LIVE if self.kind is OperationKind.GO_LIVE else PUBLISH
        return OperationStatus(
            state=State.FAILED,
            word=self.status.word,
            error=why,
            id=self.at.submission,
            submission_type=kind,
        )

    def _entry(self, found: Listing) -> ProductSubmission | None:
        """Return what the operation is about: going live, if it is; else in preview."""
        number = self.at.submission
        if number is None:
            newest = found.of(PREVIEW)[:1]
            return newest[0] if newest and self._is_since_sent(newest[0]) else None
        if self.kind is OperationKind.GO_LIVE:
            return found.find(LIVE, number) or found.find(PREVIEW, number)
        return found.find(PREVIEW, number) or found.find(LIVE, number)

    def _is_since_sent(self, entry: ProductSubmission) -> bool:
        sent = self.at.sent
        if sent is None or entry.changed is None:
            return True
        return entry.changed >= sent - timedelta(seconds=CLOCK_SKEW)

    def _after_cancellation(self, found: Listing, told: OperationStatus) -> OperationStatus:
        """Return what a canceled job means: what its submission does then, no page says."""
        target = LIVE if self.kind is OperationKind.GO_LIVE else PREVIEW
        entry = found.find(target, self.at.submission)
        if entry is None or entry.state in (State.FAILED, State.CANCELED):
            return told
        return evolve(status_of(entry), messages=told.messages)

    def _after_own_cancellation(self, found: Listing, told: OperationStatus) -> OperationStatus:
        """Return what a job that says it was canceled came to: its submission may go on all the same."""
        number, running = self.at.submission, found.running
        if running is not None and number in (None, running.number):
            return evolve(told, state=State.RUNNING)
        entry = found.find(LIVE, number)
        if entry is not None and entry.state is State.SUCCEEDED:
            return status_of(entry)
        return told

    def _after_failure(
        self, context: Context, found: Listing, job: Job, told: OperationStatus
    ) -> OperationStatus:
        """Return what a job that failed means: another job may be doing the same."""
        live = self.kind is OperationKind.GO_LIVE
        number = self.at.submission if live else job.in_progress
        entry = found.find(LIVE if live else PREVIEW, number)
        if entry is None and number is not None and job.in_progress == number:
            # What it met runs, and the list lags.
            return evolve(told, state=State.RUNNING, error=None) if self._is_borne(context) else told
        if entry is None or entry.state is State.FAILED:
            return told
        if entry.state.is_terminal:
            return status_of(entry)
        if job.in_progress == number:
            self.readdress(self.at.with_(submission=number, job=None))
            self.adopted = True
        # Else it is what the job began, and the list lags; or its words are not known.
        return evolve(status_of(entry), messages=told.messages)

    def _confirmed(self, context: Context, found: Listing, told: OperationStatus) -> OperationStatus:
        """Return a job's success if the submissions show it; they may lag a while behind."""
        if self.kind is OperationKind.PUBLISH:
            entry = self._entry(found)
            if entry is not None and entry.state is State.SUCCEEDED:
                self.readdress(self.at.with_(submission=entry.number, job=self.at.job))
                return evolve(told, id=entry.number)
            if entry is not None and entry.state.is_terminal:
                return evolve(status_of(entry), messages=told.messages)
            return self._later(context, told)
        number, live = self.at.submission or "", found.live
        if live is not None and live.order >= (len(number), number):
            return told
        entry = found.find(LIVE, number)
        if entry is not None and entry.state.is_terminal:
            return status_of(entry)
        return self._later(context, told)

    def _later(self, context: Context, told: OperationStatus) -> OperationStatus:
        """Return a success as one that is not there yet, but not for ever."""
        if self._is_borne(context):
            return evolve(told, state=State.RUNNING)
        if self.kind is OperationKind.PUBLISH:
            return told
        return self._lost("the job succeeded, but no submission of the product shows that it is live")

    def _is_borne(self, context: Context) -> bool:
        """Tell whether the list may still lag behind what the job says."""
        clock = context.clock.monotonic()
        if self.unconfirmed is None:
            self.unconfirmed = clock
        return clock - self.unconfirmed <= context.retry.listed_within

    @property
    def _product(self) -> Product:
        return Product(self.at.product, self.at.offer_id)


def track(context: Context, ref: SubmissionRef, kind: OperationKind) -> SubmissionTracker:
    """Return what is known of an operation before the service was asked."""
    clock = context.clock.monotonic()
    return SubmissionTracker(ref, kind, since=clock, next_poll=clock, pace=context.polling.min_delay)


def adopt(
    context: Context, ref: SubmissionRef, kind: OperationKind, status: OperationStatus
) -> SubmissionTracker:
    """Take up an operation that the service itself told of just now."""
    tracker = track(context, ref, kind)
    tracker.certain, tracker.status = True, status
    tracker.next_poll += max(context.polling.pause(0.0, vary=context.vary), tracker.pace)
    return tracker


def resume(context: Context, token: str | OperationRef | Submission | Checkpoint) -> SubmissionTracker:
    """Take up an operation by its token, its address or its entry in a list; nothing is sent."""
    ref, kind = named(token, context.origin, parse_token)
    if not isinstance(ref, SubmissionRef):
        raise InvalidInput(f"The operation {ref} is not one of the Product Ingestion API.")
    tracker = track(context, ref, kind)
    if isinstance(token, Checkpoint):
        go_on(context, tracker, token)
    return tracker
