"""Beginning something at most once: look, send, and after an answer that is missing look again.

A request that begins something is sent again only if the service certainly did not act on it; and then
the submissions are looked at before. What a lost answer left unsaid, they say.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Literal

from attrs import frozen

from golive.answers import Answer, understood
from golive.durations import Duration, spoken
from golive.errors import (
    GoLiveError,
    InvalidInput,
    NothingToCancel,
    ServiceError,
    SubmissionUncertain,
    Undecided,
    UnexpectedAnswer,
)
from golive.flow import Context, Flow, ask, logger, pause
from golive.following import Tracker, refresh
from golive.ingestion.evidence import Decision, Listing, decide_go_live, decide_publish
from golive.ingestion.following import SubmissionTracker, adopt, track
from golive.ingestion.location import SubmissionRef, is_number
from golive.ingestion.queries import call, find_product, listing
from golive.ingestion.reading import Job, read_job, status_of
from golive.ingestion.snapshots import LIVE, PREVIEW, Product
from golive.looking import CLOCK_SKEW, Found, bounded, look_on, now
from golive.refs import OperationKind, OperationRef
from golive.retry import Deed, deed_of
from golive.vocabulary import State
from product_ingestion_api.api.publishing import cancel_job, configure
from product_ingestion_api.models import (
    Configure,
    GoLive,
    LiveTarget,
    PreviewTarget,
    PublishPreview,
)

__all__ = [
    "OnSubmitting",
    "begin_cancel",
    "begin_go_live",
    "begin_publish",
    "cancel",
    "latest_operation",
]

#: Is told the address, with the moment, right before a request that begins something is sent.
OnSubmitting = Callable[[OperationRef], object]

#: The versions that running clients write (*observed*); a later one of a submission asks for `sources`.
_CONFIGURE: Literal["https://schema.mp.microsoft.com/schema/configure/2022-03-01-preview2"] = (
    "https://schema.mp.microsoft.com/schema/configure/2022-03-01-preview2"
)
_SUBMISSION: Literal["https://schema.mp.microsoft.com/schema/submission/2022-03-01-preview2"] = (
    "https://schema.mp.microsoft.com/schema/submission/2022-03-01-preview2"
)


@frozen
class _Look:
    """What one look came to."""

    decision: Decision
    found: Tracker | None
    busy: bool = False


@frozen
class _Start:
    """Something to begin.

    Attributes:
        kind: What.
        product: Of which product.
        decide: What the submissions say is to be done, given when the request was sent.
        on_sending: Is told the address right before the request is sent.
    """

    kind: OperationKind
    product: Product
    decide: Callable[[Listing, datetime | None], Decision]
    on_sending: OnSubmitting | None

    def look(self, context: Context, sent: datetime | None) -> Flow[_Look]:
        """Look at the submissions, and decide."""
        found = yield from listing(context, self.product)
        decision = self.decide(found, sent)
        entry = decision.entry
        if decision.send or entry is None:
            return _Look(decision, None)
        ref = self.ref(context, entry.number, sent)
        tracker = adopt(context, ref, self.kind, status_of(entry))
        tracker.adopted = True
        return _Look(decision, tracker)

    def ref(
        self, context: Context, number: str | None, sent: datetime | None, job: str | None = None
    ) -> SubmissionRef:
        """Return the address of what is begun."""
        product = self.product
        return SubmissionRef.of(
            context.origin, product.offer_id, product.guid, submission=number, job=job, sent=sent
        )

    def body(self, number: str | None) -> Configure:
        """Return the request's body, made of constants: an echo of what was read could mean more."""
        product = f"product/{self.product.guid}"
        resource: GoLive | PublishPreview
        if number is None:
            resource = PublishPreview(_SUBMISSION, product, PreviewTarget("preview"))
        else:
            durable = f"submission/{self.product.guid}/{number}"
            resource = GoLive(_SUBMISSION, durable, product, LiveTarget("live"))
        return Configure(_CONFIGURE, [resource])


def begin_go_live(
    context: Context,
    offer: str,
    *,
    submission: str | None,
    restore: bool,
    sent: datetime | None,
    timeout: Duration | None,
    on_sending: OnSubmitting | None,
) -> Flow[SubmissionTracker]:
    """Adopt the go-live of a product that runs, or that has ended as wanted; else begin one."""
    if submission is not None and not (isinstance(submission, str) and is_number(submission)):
        raise InvalidInput(
            f"submission must be the number of a submission, as text, not {submission!r}."
        )
    if sent is not None and submission is None:
        raise InvalidInput("An earlier try was of a version: name the submission that was sent.")
    wanted = submission

    def decide(found: Listing, sent: datetime | None) -> Decision:
        nonlocal wanted
        decision = decide_go_live(found, wanted, restore=restore, sent=sent)
        if decision.entry is not None:
            # Whatever is looked at later, it is this version that was asked for.
            wanted = decision.entry.number
        return decision

    context = bounded(context, timeout)
    product = yield from find_product(context, offer)
    start = _Start(OperationKind.GO_LIVE, product, decide, on_sending)
    return (yield from _begin(context, start, submission, sent))


def begin_publish(
    context: Context,
    offer: str,
    *,
    sent: datetime | None,
    timeout: Duration | None,
    on_sending: OnSubmitting | None,
) -> Flow[SubmissionTracker]:
    """Publish what is in draft to preview; a publish that runs is joined."""
    known: frozenset[str] | None = None

    def decide(found: Listing, sent: datetime | None) -> Decision:
        nonlocal known
        decision = decide_publish(found, known, sent)
        if sent is None and known is None:
            known = frozenset(one.number for one in found.entries)
        return decision

    context = bounded(context, timeout)
    product = yield from find_product(context, offer)
    start = _Start(OperationKind.PUBLISH, product, decide, on_sending)
    return (yield from _begin(context, start, None, sent))


def begin_cancel(
    context: Context, offer: str, *, job: str | None, timeout: Duration | None
) -> Flow[SubmissionTracker]:
    """Cancel a job; the service cancels by job, not by offer ([product-ingestion-api])."""
    context = bounded(context, timeout)
    product = yield from find_product(context, offer)
    if job is not None:
        ref = SubmissionRef.of(context.origin, product.offer_id, product.guid, job=job)
        return (yield from _cancel(context, ref))
    found = yield from listing(context, product)
    if found.running is None:
        raise NothingToCancel(f"Nothing runs for the offer {offer!r}.")
    raise Undecided(
        f"Submission {found.running.number} of {offer!r} runs, and its job is not known here: the"
        " service cancels by job. Give the URL of the operation that began it, or cancel in Partner"
        " Center."
    )


def cancel(context: Context, tracker: Tracker) -> Flow[SubmissionTracker]:
    """Cancel the job of an operation."""
    ref = tracker.ref
    assert isinstance(ref, SubmissionRef)  # noqa: S101 - a client's own operation
    if ref.job is None:
        return (yield from begin_cancel(context, ref.product, job=None, timeout=None))
    return (yield from _cancel(bounded(context, None), ref))


def _begin(
    context: Context, start: _Start, submission: str | None, earlier: datetime | None
) -> Flow[SubmissionTracker]:
    """Look first; wait out what is left of an earlier try of a submission; then send."""
    left = 0.0
    if earlier is not None:
        earlier = earlier.replace(tzinfo=UTC) if earlier.tzinfo is None else earlier.astimezone(UTC)
        policy = context.retry
        ago = (now(context) - earlier).total_seconds()
        left = min(policy.reconcile_for + CLOCK_SKEW - ago, policy.reconcile_for)
    look: _Look | None = None
    try:
        look = yield from start.look(context, earlier)
    except Undecided:
        if left <= 0:
            raise
    if earlier is not None and left > 0 and (look is None or look.found is None):
        logger.warning("An earlier request may still take effect; checking for %d s", left)
        seen = yield from look_on(context, partial(start.look, sent=earlier), left)
        if seen.tracker is not None:
            return _ours(seen.tracker)
        if not seen.settled:
            what = "An earlier request may have begun it."
            raise _uncertain(context, start, earlier, submission, seen, what)
        look = yield from start.look(context, earlier)
    assert look is not None  # noqa: S101 - it was looked, or raised
    if look.found is not None:
        return _ours(look.found)
    return (yield from _submit(context, start, look.decision))


def _submit(context: Context, start: _Start, decision: Decision) -> Flow[SubmissionTracker]:
    """Send the request: again only if the service certainly did not act on it."""
    failed = 0
    number = None if decision.entry is None else decision.entry.number
    body = start.body(number)
    while True:
        sent, began = now(context), context.clock.monotonic()
        if start.on_sending is not None:
            start.on_sending(start.ref(context, number, sent))
        try:
            answer = yield from ask(context, call(configure, body=body))
        except GoLiveError as error:
            failed += 1
            deed, refusal = deed_of(error), error
        else:
            return (yield from _accepted(context, start, number, answer, sent))
        # A credential may have been asked for long; the request itself took no more than its bound.
        passed = min(context.clock.monotonic() - began, context.request_timeout)
        sent = max(sent, now(context) - timedelta(seconds=passed))
        match deed:
            case Deed.UNKNOWN:
                logger.warning(
                    "Response lost; checking for up to %s whether the operation was started: %s",
                    spoken(context.retry.reconcile_for),
                    refusal,
                )
                return (yield from _reconcile(context, start, number, sent, refusal, passed))
            case Deed.REFUSED_PERHAPS:
                return (yield from _loser(context, start, number, sent, refusal))
            case Deed.NOT_DONE if failed < context.retry.max_attempts:
                wait = context.repeat_after(failed, refusal)
                if context.deadline is not None and context.deadline.left <= wait:
                    raise refusal
                yield from pause(context, wait)
                # Somebody else may have begun it meanwhile, or another version is in preview.
                look = yield from start.look(context, None)
                if look.found is not None:
                    return _ours(look.found)
            case _:
                raise refusal


def _accepted(
    context: Context, start: _Start, number: str | None, answer: Answer, sent: datetime
) -> Flow[SubmissionTracker]:
    """Return what was accepted; its job may have ended already."""
    try:
        job = understood(answer, read_job)
        if job.id is None:
            raise answer.unexpected("it names no job")
    except UnexpectedAnswer as error:
        if start.kind is OperationKind.PUBLISH:
            # Without a job and without a number there is nothing to follow.
            return (yield from _reconcile(context, start, number, sent, error, 0.0))
        logger.warning("Accepted without a job; following the submission: %s", error)
        return _paced(context, track(context, start.ref(context, number, sent), start.kind))
    tracker = track(context, start.ref(context, number, sent, job.id), start.kind)
    tracker.certain = True
    if job.state in (State.NOT_STARTED, State.RUNNING):
        live = start.kind is OperationKind.GO_LIVE
        tracker.status = job.status(number=number, live=live)
    # If it says that it ended, the first look says how.
    return _paced(context, tracker, context.wait_asked_for(answer.retry_after))


def _paced(
    context: Context, tracker: SubmissionTracker, retry_after: float | None = None
) -> SubmissionTracker:
    """Ask next when that is due: the answer was a first look."""
    tracker.certain = True
    wait = context.polling.pause(0.0, retry_after=retry_after, vary=context.vary)
    tracker.next_poll += max(wait, tracker.pace)
    return tracker


def _reconcile(
    context: Context,
    start: _Start,
    number: str | None,
    sent: datetime,
    lost: GoLiveError,
    passed: float,
) -> Flow[SubmissionTracker]:
    """Look for what a request with a lost answer began, until nothing can come of it any more."""
    left = max(context.retry.reconcile_for - passed, context.retry.listed_within)
    found = yield from look_on(context, partial(start.look, sent=sent), left)
    if found.tracker is None:
        raise _uncertain(context, start, sent, number, found, lost.summary) from lost
    return _ours(found.tracker)


def _loser(
    context: Context, start: _Start, number: str | None, sent: datetime, refusal: GoLiveError
) -> Flow[SubmissionTracker]:
    """Adopt what may be behind a refusal: of two callers at the same moment one may be refused.

    A 400 that explains itself is definite; a conflict or a lock may come of what the other began, and
    that may be listed late.
    """
    definite = (
        isinstance(refusal, ServiceError) and refusal.status_code == 400 and refusal.code is not None
    )
    seconds = 0.0 if definite else context.retry.listed_within
    found = yield from look_on(context, partial(start.look, sent=sent), seconds)
    if found.tracker is not None:
        return _ours(found.tracker)
    if not definite and not found.settled:
        raise _uncertain(context, start, sent, number, found, refusal.summary) from refusal
    raise refusal


def _cancel(context: Context, ref: SubmissionRef) -> Flow[SubmissionTracker]:
    """Cancel a job; doing it again is harmless."""
    tracker = track(context, ref, OperationKind.CANCEL)
    failed = 0
    while True:
        try:
            answer = yield from ask(context, call(cancel_job, job_id=ref.job))
            job = understood(answer, read_job)
        except GoLiveError as error:
            failed += 1
            deed, refusal = deed_of(error), error
        else:
            return (yield from _canceled(context, tracker, job))
        match deed:
            case Deed.NOT_DONE if failed < context.retry.max_attempts:
                yield from pause(context, context.repeat_after(failed, refusal))
            case Deed.REFUSED_PERHAPS | Deed.UNKNOWN:
                # It may have ended, or have been canceled; which the job says.
                try:
                    status = yield from refresh(context, tracker)
                except GoLiveError:
                    status = tracker.status
                if status.state.is_terminal:
                    return tracker
                if deed is Deed.UNKNOWN:
                    raise SubmissionUncertain(
                        refusal.summary, continuation_token=tracker.token
                    ) from refusal
                raise refusal
            case _:
                raise refusal


def _canceled(context: Context, tracker: SubmissionTracker, job: Job) -> Flow[SubmissionTracker]:
    """Return the cancellation of a job, as far as its submission bears it out."""
    tracker.certain = True
    try:
        tracker.status = yield from tracker.judge(context, job)
    except GoLiveError:
        # It was accepted; following it asks again.
        logger.warning("The job was canceled; whether its submission goes on could not be read yet")
    return tracker if tracker.status.state.is_terminal else _paced(context, tracker)


def _ours(tracker: Tracker) -> SubmissionTracker:
    assert isinstance(tracker, SubmissionTracker)  # noqa: S101 - nothing else is looked for here
    return tracker


def _uncertain(
    context: Context, start: _Start, sent: datetime, number: str | None, found: Found, what: str
) -> SubmissionUncertain:
    token = None
    if number is not None:
        token = start.ref(context, number, sent).token(start.kind)
    safe_after = None
    if not found.settled:
        safe_after = sent + timedelta(seconds=context.retry.reconcile_for + CLOCK_SKEW)
    return SubmissionUncertain(
        f"{what} {found.doubt}".strip(), safe_after=safe_after, continuation_token=token
    )


def latest_operation(context: Context, offer: str) -> Flow[SubmissionTracker | None]:
    """Take up what runs for an offer, else what was submitted last."""
    product = yield from find_product(context, offer)
    found = yield from listing(context, product)
    newest = (*found.of(LIVE)[:1], *found.of(PREVIEW)[:1])
    latest = max(newest, key=lambda one: (one.order, one.is_for(LIVE)), default=None)
    entry = found.running or latest
    if entry is None:
        return None
    ref = SubmissionRef.of(context.origin, product.offer_id, product.guid, submission=entry.number)
    tracker = adopt(context, ref, entry.kind, status_of(entry))
    tracker.adopted = True
    return tracker
