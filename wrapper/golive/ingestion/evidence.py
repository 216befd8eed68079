"""What a product's submissions prove: where it stands, what to adopt, and whether to send anything.

The service has no idempotency key and no list of jobs; but a go-live names its version, and one
submission of a product runs at a time. So the submissions decide, and all of that here is pure.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import UTC, datetime, timedelta
from itertools import chain

from attrs import frozen

from golive.errors import NotReady, Overtaken, Undecided
from golive.ingestion.snapshots import LIVE, PREVIEW, Product, ProductStatus, ProductSubmission
from golive.looking import CLOCK_SKEW
from golive.vocabulary import State

__all__ = ["Decision", "Listing", "decide_go_live", "decide_publish", "standing"]


@frozen
class Listing:
    """What a product's submissions came to.

    Attributes:
        entries: What could be read.
        unreadable: What could not be read and yet may run, a line each.
    """

    entries: tuple[ProductSubmission, ...]
    unreadable: tuple[str, ...] = ()

    def find(self, target: str, number: str | None) -> ProductSubmission | None:
        """Return the submission of a number that is for a target."""
        found = (one for one in self.of(target) if one.number == number)
        return next(found, None)

    def of(self, target: str) -> list[ProductSubmission]:
        """Return the submissions for a target, the newest first.

        Of several with one number, which was tried again, first what runs, then what is there.
        """
        found = (one for one in self.entries if one.is_for(target))
        return sorted(found, key=_weight, reverse=True)

    @property
    def preview(self) -> ProductSubmission | None:
        """What is in preview, or on its way there, and was not live: the entry may stay when it was."""
        newest, live = next(iter(self.of(PREVIEW)), None), self.live
        # The service takes no version live that is older than what is ("not the latest", *observed*).
        over = newest is not None and live is not None and newest.order <= live.order
        return None if over else newest

    @property
    def live(self) -> ProductSubmission | None:
        """What is live."""
        return next(_succeeded(self.of(LIVE)), None)

    @property
    def going_live(self) -> ProductSubmission | None:
        """What is on its way to live: a second live entry beside the old one (*observed*)."""
        return next(_under_way(self.of(LIVE)), None)

    @property
    def running(self) -> ProductSubmission | None:
        """What runs, to live or to preview."""
        return self.going_live or next(_under_way(self.of(PREVIEW)), None)

    @property
    def doubt(self) -> str | None:
        """What may run and cannot be told, in a line: an entry that has no number, or odd words.

        So may what runs to a target that no page explains: one submission of a product runs at a time.
        """
        odd = (
            f"submission {one.number} for {one.target} says {one.word!r}"
            for one in self.entries
            if one.state is State.UNKNOWN
            or not (one.state.is_terminal or one.is_for(LIVE) or one.is_for(PREVIEW))
        )
        return next(chain(self.unreadable, odd), None)


@frozen
class Decision:
    """What to do.

    Attributes:
        entry: The submission that it is about; None to publish what is in draft.
        send: Whether to send a request; else the entry is to be adopted, running or ended.
    """

    entry: ProductSubmission | None
    send: bool


def decide_go_live(
    found: Listing, wanted: str | None, *, restore: bool = False, sent: datetime | None = None
) -> Decision:
    """Decide whether to send a go-live, and of which submission, or what to adopt.

    Args:
        found: The product's submissions.
        wanted: The number of the submission that alone may go live; None for the one in preview.
        restore: Whether a product that was deprecated may come back.
        sent: When an earlier try was sent, if there was one: what failed since then was that.

    Raises:
        NotReady: It cannot go live now.
        Overtaken: Another submission is in preview, going live or live than the wanted one.
        Undecided: What runs cannot be read.
    """
    going, live, preview = found.going_live, found.live, found.preview
    if going is not None and going.is_deprecated:
        raise NotReady(f"Submission {going.number} is being taken off the market (deprecated).")
    if going is not None and wanted not in (None, going.number):
        raise Overtaken(f"Submission {going.number} is going live, not {wanted}.")
    if going is not None and wanted is None and preview is not None and preview.order > going.order:
        # Whoever wants what is in preview live must not be told that an older version is.
        raise NotReady(
            f"Submission {going.number} is going live, and {preview.number} is in preview: wait until"
            " that one is live."
        )
    if going is not None:
        return Decision(going, send=False)
    if wanted is not None:
        there = found.find(LIVE, wanted)
        if there is not None and there.state is State.SUCCEEDED and not there.is_deprecated:
            # One that was replaced is a success of an earlier try alone.
            if there == live or sent is not None:
                return Decision(there, send=False)
        elif there is not None and sent is not None and _is_since(there, sent):
            return Decision(there, send=False)
        order = (len(wanted), wanted)
        if live is not None and live.order > order:
            raise Overtaken(f"Submission {live.number} is live, which is newer than {wanted}.")
        in_preview = found.of(PREVIEW)
        if sent is not None and there is None and all(one.order < order for one in in_preview):
            # What was sent may leave the preview a moment before it is listed as going live.
            raise Undecided(f"Submission {wanted} is listed neither in preview nor live.")
    if found.doubt:
        raise Undecided(f"What is listed cannot be understood, and may run: {found.doubt}.")
    publishing = next(_under_way(found.of(PREVIEW)), None)
    if preview is None and publishing is None:
        return _without_preview(found, wanted)
    preview = preview or publishing
    assert preview is not None  # noqa: S101 - one of the two is there
    if wanted is not None and preview.number != wanted:
        raise Overtaken(f"Submission {preview.number} is in preview, not {wanted}.")
    for one in (preview, publishing):
        if one is not None and (why := _not_there(one)) is not None:
            raise NotReady(why)
    if not restore and any(one is not None and one.is_deprecated for one in (live, preview)):
        raise NotReady(
            "The product was taken off the market (deprecated), and going live brings it back: allow"
            " that with restore=True, --restore."
        )
    return Decision(preview, send=True)


def decide_publish(found: Listing, known: frozenset[str] | None, sent: datetime | None) -> Decision:
    """Decide whether to publish what is in draft, or what to adopt.

    Args:
        found: The product's submissions.
        known: The numbers that were there before the request was sent; None if it was not sent by this
            process.
        sent: When it was sent; None if it was not.

    Raises:
        NotReady: A go-live runs.
        Undecided: What runs cannot be read.
    """
    newest = next(iter(found.of(PREVIEW)), None)
    if (running := next(_under_way(found.of(PREVIEW)), None)) is not None:
        return Decision(running, send=False)
    if sent is not None and newest is not None:
        new = _is_since(newest, sent) if known is None else newest.number not in known
        if new and found.find(LIVE, newest.number) is None:
            return Decision(newest, send=False)
    if found.going_live is not None:
        raise NotReady(f"Submission {found.going_live.number} is going live; wait for it to end.")
    if found.doubt:
        raise Undecided(f"What is listed cannot be understood, and may run: {found.doubt}.")
    return Decision(None, send=True)


def standing(product: Product, found: Listing) -> ProductStatus:
    """Say where a product stands, and why it cannot go live if it cannot."""
    obstacle, going, preview, live = None, found.going_live, found.preview, found.live
    ready = False
    try:
        ready = decide_go_live(found, None).send
        if not ready:
            current = going or live
            number = "" if current is None else f" {current.number}"
            obstacle = f"Submission{number} {'is going live' if going else 'is live'} already."
    except (NotReady, Undecided) as error:
        obstacle = error.message
    if ready:
        state, word = State.WAITING_FOR_PUBLISHER, "" if preview is None else preview.word
    elif (current := found.running) is not None:
        state, word = current.state, current.word
    elif preview is not None and preview.state is not State.SUCCEEDED:
        state, word = preview.state, preview.word
    elif (failed := next(iter(found.of(LIVE)), None)) is not None:
        # The newest that was to be live: it is, or it failed.
        state, word = failed.state, failed.word
    else:
        state, word = State.NOT_STARTED, ""
    return ProductStatus(
        state=state,
        word=word,
        product=product.guid,
        offer_id=product.offer_id,
        preview=preview,
        live=live,
        running=found.running,
        obstacle=obstacle,
    )


def _without_preview(found: Listing, wanted: str | None) -> Decision:
    """Decide where nothing is in preview that is not live."""
    live, newest = found.live, next(iter(found.of(LIVE)), None)
    if newest is not None and wanted in (None, newest.number):
        if newest.state in (State.FAILED, State.CANCELED):
            canceled = newest.state is State.CANCELED
            how = "was canceled on its way to live" if canceled else "failed to go live"
            raise NotReady(
                f"Submission {newest.number} {how}, and nothing is in preview: publish again."
            )
        if newest.is_deprecated:
            raise NotReady("The product was taken off the market (deprecated): publish the offer first.")
    if wanted is not None:
        there = "nothing" if live is None else f"submission {live.number}"
        raise Overtaken(f"Submission {wanted} is neither in preview nor live; {there} is live.")
    if live is not None:
        return Decision(live, send=False)
    raise NotReady("Nothing is in preview: publish the offer first.")


def _not_there(preview: ProductSubmission) -> str | None:
    """Say why what is to be in preview is not, if it is not."""
    if preview.state is State.SUCCEEDED:
        return None
    if preview.state.is_terminal:
        told = "" if preview.reasons is None else f" ({preview.reasons})"
        return f"Submission {preview.number} did not get to preview: it {preview.state.value}{told}."
    return f"Submission {preview.number} is not in preview yet: its publish runs ({preview.word})."


def _under_way(entries: Iterable[ProductSubmission]) -> Iterator[ProductSubmission]:
    return (one for one in entries if one.state in (State.NOT_STARTED, State.RUNNING))


def _succeeded(entries: Iterable[ProductSubmission]) -> Iterator[ProductSubmission]:
    return (one for one in entries if one.state is State.SUCCEEDED)


def _weight(entry: ProductSubmission) -> tuple[tuple[int, str], int, datetime]:
    weights = (State.FAILED, State.SUCCEEDED, State.RUNNING)
    state = State.RUNNING if not entry.state.is_terminal else entry.state
    weight = weights.index(state) if state in weights else 0
    return entry.order, weight, entry.changed or datetime.min.replace(tzinfo=UTC)


def _is_since(entry: ProductSubmission, sent: datetime) -> bool:
    """Tell whether a submission was made since a request was sent, as far as its date tells."""
    return entry.changed is None or entry.changed >= sent - timedelta(seconds=CLOCK_SKEW)
