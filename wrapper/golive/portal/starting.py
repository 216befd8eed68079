"""Beginning something at most once: look, send, and after an answer that is missing look again."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from functools import partial
from typing import Any, cast

from attrs import evolve, frozen

from golive.answers import Answer, Call, Endpoint
from golive.durations import Duration, spoken
from golive.errors import (
    GoLiveError,
    InvalidInput,
    InvalidLocation,
    NothingToCancel,
    SubmissionUncertain,
    Undecided,
)
from golive.flow import Context, Flow, ask, logger, pause
from golive.following import Tracker, refresh
from golive.looking import CLOCK_SKEW, Found, bounded, look_on, now
from golive.portal.baseline import Baseline
from golive.portal.evidence import Look, look_for_go_live, look_for_publish, what_runs
from golive.portal.following import adopt, track
from golive.portal.location import offer_of, read_location
from golive.portal.queries import offer_status
from golive.refs import OperationKind, OperationRef
from golive.retry import Deed, deed_of
from golive.vocabulary import State
from golive_api.api.publishing import cancel as cancel_offer
from golive_api.api.publishing import go_live, publish
from golive_api.models import Notification, NotificationMetadata

__all__ = ["begin_cancel", "begin_go_live", "begin_publish", "cancel", "emails"]

#: Is told what is known, with the moment, right before a request that begins something is sent.
OnSending = Callable[[Baseline], object]

#: Looks for what a request began for an offer, given what was known before it; None for the first look.
Finder = Callable[[Context, str, str, Baseline | None], Flow[Look]]


@frozen
class _Start:
    """A request that begins something.

    Attributes:
        endpoint: The request.
        kind: What it begins.
        publisher_id: The publisher.
        offer_id: The offer.
        arguments: The request's arguments.
        find: Looks for what it began.
        reconcile_for: How long after it was sent nothing can come of it any more, in seconds.
        listed_within: How long after it was answered what it began can be missing, in seconds.
        at_once: Says what to follow after a 200, where the contract knows one.
        known: What is followed if the answer does not say it.
        on_sending: Is told what is known right before the request is sent.
    """

    endpoint: Endpoint
    kind: OperationKind
    publisher_id: str
    offer_id: str
    arguments: dict[str, Any]
    find: Finder
    reconcile_for: float
    listed_within: float
    at_once: Callable[[], Tracker] | None = None
    known: OperationRef | None = None
    on_sending: OnSending | None = None

    def look(self, context: Context, before: Baseline | None) -> Flow[Look]:
        """Look for what it began."""
        return self.find(context, self.publisher_id, self.offer_id, before)


def begin_go_live(
    context: Context,
    publisher_id: str,
    offer_id: str,
    *,
    if_match: str | None,
    baseline: Baseline | None,
    timeout: Duration | None,
    on_sending: OnSending | None,
) -> Flow[Tracker]:
    """Adopt the go-live that runs for the offer, or that is new since the baseline; else begin one."""
    return _begin(
        context,
        go_live,
        OperationKind.GO_LIVE,
        _arguments(publisher_id, offer_id, (), if_match),
        look_for_go_live,
        baseline,
        timeout,
        on_sending,
    )


def begin_publish(
    context: Context,
    publisher_id: str,
    offer_id: str,
    *,
    notification_emails: tuple[str, ...],
    if_match: str | None,
    baseline: Baseline | None,
    timeout: Duration | None,
    on_sending: OnSending | None,
) -> Flow[Tracker]:
    """Publish an offer; doing it again while it runs is harmless (page "publish-offer")."""
    return _begin(
        context,
        publish,
        OperationKind.PUBLISH,
        _arguments(publisher_id, offer_id, notification_emails, if_match),
        look_for_publish,
        baseline,
        timeout,
        on_sending,
    )


def begin_cancel(
    context: Context,
    publisher_id: str,
    offer_id: str,
    *,
    notification_emails: tuple[str, ...],
    if_match: str | None,
    timeout: Duration | None,
    ref: OperationRef | None = None,
) -> Flow[Tracker]:
    """Cancel what runs for the offer; doing it again is harmless.

    A 200 names nothing to follow (page "cancel-operations"), so what runs is looked up beforehand.
    """
    context = bounded(context, timeout)
    arguments = _arguments(publisher_id, offer_id, notification_emails, if_match)
    if ref is None:
        ref = yield from what_runs(context, publisher_id, offer_id)

    nothing = Baseline(publisher_id, offer_id, None, None, now(context))

    def find(context: Context, publisher: str, offer: str, before: Baseline | None) -> Flow[Look]:
        """Look whether what was to be canceled has come to an end."""
        if ref is None:
            return Look(None, nothing)
        tracker = adopt(context, ref, OperationKind.CANCEL)
        status = yield from refresh(context, tracker)
        return Look(tracker if status.state.is_terminal else None, nothing)

    def at_once() -> Tracker:
        if ref is None:
            raise NothingToCancel(f"Nothing runs for the offer {offer_id!r}.")
        return track(context, ref, OperationKind.CANCEL)

    start = _Start(
        endpoint=cancel_offer,
        kind=OperationKind.CANCEL,
        publisher_id=publisher_id,
        offer_id=offer_id,
        arguments=arguments,
        find=find,
        reconcile_for=context.retry.canceled_within,
        listed_within=0.0,
        at_once=at_once,
        known=ref,
    )
    return (yield from _submit(context, start, nothing))


def cancel(context: Context, tracker: Tracker) -> Flow[Tracker]:
    """Cancel what runs for the offer of an operation."""
    ref = tracker.ref
    return begin_cancel(
        context,
        ref.publisher_id,
        ref.offer_id,
        notification_emails=(),
        if_match=None,
        timeout=None,
        ref=ref,
    )


def emails(value: object) -> tuple[str, ...]:
    """Check the notification list that the caller gives.

    Raises:
        InvalidInput: It is not a list of addresses.
    """
    if isinstance(value, str) or not hasattr(value, "__iter__"):
        raise InvalidInput("notification_emails must be a list of addresses, not one string.")
    addresses = tuple(cast("list[str]", value))
    for address in addresses:
        if (
            not isinstance(address, str)
            or "@" not in address
            or "," in address
            or not address.isprintable()
        ):
            raise InvalidInput(f"The notification address {address!r} is malformed.")
    return addresses


def _begin(
    context: Context,
    endpoint: Endpoint,
    kind: OperationKind,
    arguments: dict[str, Any],
    find: Finder,
    baseline: Baseline | None,
    timeout: Duration | None,
    on_sending: OnSending | None,
) -> Flow[Tracker]:
    """Look first; wait out what is left of an earlier try; then send."""
    publisher_id, offer_id = arguments["publisher_id"], arguments["offer_id"]
    if not isinstance(baseline, Baseline | None):
        raise InvalidInput(
            f"baseline must be a Baseline, not {type(baseline).__name__}; Baseline.from_dict makes one."
        )
    if baseline is not None and (baseline.publisher_id, baseline.offer_id) != (publisher_id, offer_id):
        raise InvalidInput(
            f"The baseline is of {baseline.publisher_id}/{baseline.offer_id},"
            f" not of {publisher_id}/{offer_id}."
        )
    context = bounded(context, timeout)
    policy = context.retry
    start = _Start(
        endpoint=endpoint,
        kind=kind,
        publisher_id=publisher_id,
        offer_id=offer_id,
        arguments=arguments,
        find=find,
        reconcile_for=policy.reconcile_for,
        listed_within=policy.listed_within,
        on_sending=on_sending,
    )
    look = yield from start.look(context, baseline)
    if look.found is None and baseline is not None and baseline.sent is not None:
        # The moment is one of another process, perhaps of another machine.
        ago = (now(context) - baseline.sent).total_seconds()
        left = min(policy.reconcile_for + CLOCK_SKEW - ago, policy.reconcile_for)
        if left > 0:
            logger.warning("An earlier request may still take effect; checking for %d s", left)
            found = yield from look_on(context, partial(start.look, before=baseline), left)
            if found.tracker is None and not found.settled:
                raise _uncertain(start, baseline, found, "An earlier request may have begun it.")
            look = evolve(look, found=found.tracker)
    if look.found is not None:
        return look.found
    if look.before.accepted:
        raise Undecided(
            f"An earlier request to {kind} {publisher_id}/{offer_id} was accepted, and what it began is"
            " not in the list of the offer's operations. See where the offer stands."
        )
    return (yield from _submit(context, start, look.before, busy=look.busy))


def _submit(context: Context, start: _Start, before: Baseline, *, busy: bool = False) -> Flow[Tracker]:
    """Send the request: again only if the service certainly did not act on it.

    Whatever else goes wrong after it was sent ends in looking for what it began.
    """
    failed = 0
    while True:
        began = context.clock.monotonic()
        sent = before.after_sending(now(context))
        if start.on_sending is not None:
            start.on_sending(sent)
        try:
            answer = yield from ask(context, Call(start.endpoint, start.arguments))
            if answer.status_code == 200 and start.at_once is not None:
                return start.at_once()
            if answer.status_code != 202:
                raise answer.unexpected("this status is outside the contract")
            return _accepted(context, start, answer)
        except InvalidLocation as error:
            return (yield from _find_accepted(context, start, sent.after_acceptance(), error))
        except NothingToCancel:
            raise
        except GoLiveError as error:
            failed += 1
            deed = deed_of(error)
            refusal = error
        # A credential may have been asked for long; the request itself took no more than its bound.
        passed = min(context.clock.monotonic() - began, context.request_timeout)
        sent = before.after_sending(max(cast("datetime", sent.sent), _earlier(context, passed)))
        match deed:
            case Deed.UNKNOWN:
                logger.warning(
                    "Response lost; checking for up to %s whether the operation was started: %s",
                    spoken(context.retry.reconcile_for),
                    refusal,
                )
                return (yield from _reconcile(context, start, sent, refusal, passed))
            case Deed.REFUSED_PERHAPS if start.kind is OperationKind.GO_LIVE:
                return (yield from _loser(context, start, sent, refusal, busy=busy))
            case Deed.NOT_DONE if failed < context.retry.max_attempts:
                wait = context.repeat_after(failed, refusal)
                if context.deadline is not None and context.deadline.left <= wait:
                    raise refusal
                yield from pause(context, wait)
                if start.kind is not OperationKind.CANCEL:
                    # Somebody else may have begun it meanwhile.
                    look = yield from start.look(context, before)
                    if look.found is not None:
                        return look.found
            case _:
                raise refusal


def _find_accepted(
    context: Context, start: _Start, sent: Baseline, error: InvalidLocation
) -> Flow[Tracker]:
    """Look for what was accepted without a usable address."""
    if start.known is not None:
        return track(context, start.known, start.kind)
    logger.warning("Accepted without a usable URL; looking for the operation: %s", error)
    found = yield from look_on(context, partial(start.look, before=sent), start.listed_within)
    if found.tracker is not None:
        return found.tracker
    if not found.settled:
        raise _uncertain(start, sent, found, error.summary) from error
    error.baseline = sent
    raise error


def _reconcile(
    context: Context, start: _Start, sent: Baseline, lost: GoLiveError, passed: float
) -> Flow[Tracker]:
    """Look for what a request with a lost answer began, until nothing can come of it any more."""
    left = max(start.reconcile_for - passed, start.listed_within)
    found = yield from look_on(context, partial(start.look, before=sent), left)
    if found.tracker is None:
        raise _uncertain(start, sent, found, lost.summary) from lost
    return found.tracker


def _loser(
    context: Context, start: _Start, sent: Baseline, refusal: GoLiveError, *, busy: bool
) -> Flow[Tracker]:
    """Adopt what may be behind a refusal: of two callers at the same moment the service refuses one.

    The other's go-live may be missing in the list for as long as that lags, and the service was seen to
    act and to refuse all the same. So the refusal is believed at once only if the offer explains it.
    """
    found = yield from look_on(context, partial(start.look, before=sent), 0.0)
    busy = busy or found.busy
    if found.tracker is None and not busy and not (yield from _explained(context, start)):
        logger.warning("Refused; checking whether a go-live is the reason: %s", refusal)
        found = yield from look_on(context, partial(start.look, before=sent), start.listed_within)
        if found.tracker is None and not found.settled:
            raise _uncertain(start, sent, found, refusal.summary) from refusal
    if found.tracker is None:
        raise refusal
    return found.tracker


def _explained(context: Context, start: _Start) -> Flow[bool]:
    """Tell whether the offer cannot go live now, so that no go-live is behind a refusal."""
    try:
        stands = yield from offer_status(context.without_retries, start.publisher_id, start.offer_id)
    except GoLiveError:
        return False
    ended = stands.state.is_terminal or stands.state is State.NOT_STARTED
    return ended and not stands.ready_to_go_live


def _accepted(context: Context, start: _Start, answer: Answer) -> Tracker:
    try:
        ref = read_location(answer.headers, context.origin, start.publisher_id, start.offer_id)
    except ValueError as error:
        raise answer.unexpected(str(error), InvalidLocation) from None
    tracker = track(context, ref, start.kind)
    tracker.certain = True
    wait = context.wait_asked_for(answer.retry_after)
    if wait is not None:
        tracker.next_poll += min(wait, context.polling.retry_after_limit)
    return tracker


def _uncertain(start: _Start, sent: Baseline, found: Found, what: str) -> SubmissionUncertain:
    told = f"{what} {found.doubt}".strip()
    if start.kind is OperationKind.CANCEL:
        # To cancel twice is harmless.
        return SubmissionUncertain(told)
    safe_after = None
    if not found.settled and sent.sent is not None:
        safe_after = sent.sent + timedelta(seconds=start.reconcile_for + CLOCK_SKEW)
    return SubmissionUncertain(told, baseline=sent, safe_after=safe_after)


def _earlier(context: Context, seconds: float) -> datetime:
    return now(context) - timedelta(seconds=seconds)


def _arguments(
    publisher_id: str, offer_id: str, addresses: tuple[str, ...], if_match: str | None
) -> dict[str, Any]:
    arguments = offer_of(publisher_id, offer_id)
    if addresses:
        metadata = NotificationMetadata(notification_emails=",".join(addresses))
        arguments["body"] = Notification(metadata=metadata)
    if if_match is not None:
        if not _is_entity_tag(if_match):
            raise InvalidInput(f"if_match must be '*' or an ETag, not {if_match!r}.")
        arguments["if_match"] = if_match
    return arguments


def _is_entity_tag(value: object) -> bool:
    # Spaces at either end are no part of a header's value, and refused before it is sent.
    return (
        isinstance(value, str)
        and value != ""
        and value == value.strip()
        and all(" " <= character <= "~" for character in value)
    )
