"""What a file or a pipe is shown: plain lines."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import IO

from golive import Difference, Offer, OfferStatus, Operation, ProductStatus, State, Step, Submission
from golive.cli.apis import name_of
from golive.cli.history import History
from golive.cli.reports import Report
from golive.cli.reports.words import (
    began,
    describe,
    facts,
    headline,
    moment,
    outcome,
    place,
    since,
    worded,
)
from golive.cli.streams import say
from golive.durations import spoken
from golive.status import all_messages
from golive.text import one_line, printable, shortened

__all__ = ["PlainReport"]


class PlainReport(Report):
    """One plain line per change.

    Args:
        out: Where the lines go.
        resumable: Whether the operation outlives this process.
    """

    is_for_people = True

    def __init__(self, out: IO[str], *, resumable: bool = True) -> None:
        super().__init__(out, resumable=resumable)
        self._shown: dict[str, tuple[object, ...]] = {}

    def begun(self, operation: Operation, how: str) -> None:
        """Show what is followed now, and how it came to that: accepted, adopted, found."""
        self._shown.clear()
        self._line(f"{_name(operation)}: {operation.kind} {how}")
        self._line(operation.continuation_token())

    def update(self, history: History) -> None:
        """Show a new snapshot: the steps and messages that changed, but no mere percentage."""
        status, at = history.status, moment(history.seen_at)
        line = f"{at}  {history.name}: {describe(status)}"
        if history.snapshots == 1:
            line = "; ".join([line, *_times(history)])
            if not history.operation.done:
                line += f"; asking again in {spoken(history.operation.next_poll_in)}"
        self._once("", (describe(status), status.word), line)
        for step in status.steps:
            if step.state is not State.NOT_STARTED:
                spent = history.spent(step, history.followed) if step.state.is_terminal else None
                took = f" after {'' if spent[1] else 'over '}{spoken(spent[0])}" if spent else ""
                line = f"{at}    {step.name}: {worded(step)}{took}"
                self._once(step.id, (step.state, step.word), line)
        for message in all_messages(status):
            self._once(f"message {message}", (), f"{at}  {message.level}: {message.text}")

    def snapshot(self, history: History) -> None:
        """Show one snapshot as a whole."""
        self._line(headline(history))
        self._line(history.operation.continuation_token())
        told = facts(history)
        for name, value in told:
            self._line(f"  {name}: {value}")
        if not told and (times := _times(history)):
            self._line("; ".join(times))
        for step in history.status.steps:
            if step.state is not State.NOT_STARTED:
                self._line(f"  {_step(step)}")
        for message in all_messages(history.status):
            self._line(f"{message.level}: {message.text}")
        if not history.operation.done:
            self.left(history.operation)

    def ended(self, history: History) -> None:
        """Show the outcome of a success."""
        self._line(f"{history.name} {outcome(history)} (waited {spoken(history.followed)}).")

    def left(self, operation: Operation) -> None:
        """Show how to go on with an operation that is not waited for."""
        say(f"Follow it with: {self._resume(operation.continuation_token())}")

    def listed(self, submissions: tuple[Submission, ...]) -> None:
        """Show the operations of an offer, a line each."""
        for each in submissions:
            changed = f" {each.changed:%Y-%m-%d %H:%M}" if each.changed else ""
            self._line(f"{each.submission_type}: {worded(each)}{changed} {each.continuation_token}")

    def offered(self, offers: tuple[Offer, ...]) -> None:
        """Show the offers of a publisher, as a table."""
        rows = [("offer", "type", "status", "version", "changed", "name"), *map(_cells, offers)]
        widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
        for row in rows if offers else ():
            cells = (cell.ljust(width) for cell, width in zip(row, widths, strict=True))
            self._line("  ".join(cells).rstrip())

    def stands(self, names: tuple[str, ...], status: OfferStatus) -> None:
        """Show whether an offer can go live."""
        name = "/".join(names)
        if isinstance(status, ProductStatus):
            self._line(f"{name} {_standing(status)}")
            return
        if status.ready_to_go_live:
            self._line(f"{name} is ready to go live (waiting for publisher sign-off).")
            return
        step = status.current_step
        # Of what has not begun or is over, no step says more.
        ends = status.state.is_terminal or status.state is State.NOT_STARTED
        where = "" if step is None or ends else f", in the step {step.name}"
        self._line(f"{name} is not ready to go live: {describe(status)}{where}.")

    def differs(self, offer: str, difference: Difference) -> None:
        """Show what one stage of an offer holds that the next does not, a line each."""
        stage, after = difference.stage, difference.next_stage
        if difference.is_missing:
            held = f"; {stage} holds {len(difference.changes)} resources" if difference.changes else ""
            self._line(f"{offer}: there is nothing in {after}{held}")
            return
        if not difference.changes:
            self._line(f"{offer}: {stage} and {after} hold the same")
            return
        self._line(f"{offer}: in {stage} and not in {after}:")
        for change in difference.changes:
            where = f"{change.resource} {change.field}".strip()
            if change.before is None:
                self._line(f"  + {where}: {_short(change.after)}")
            elif change.after is None:
                self._line(f"  - {where}: {_short(change.before)}")
            else:
                self._line(f"  ~ {where}: {_short(change.before)} -> {_short(change.after)}")

    def idle(self, names: tuple[str, ...]) -> None:
        """Show that nothing new runs for an offer that is watched."""
        now = moment(datetime.now(UTC))
        self._line(f"{now}  {'/'.join(names)}: watching for what comes next")

    def tell(self, event: str, lines: Sequence[str], **fields: object) -> None:
        """Show anything else.

        Args:
            event: What it is, for programs.
            lines: The same for people.
            fields: The same in parts, for programs.
        """
        for line in lines:
            self._line(line)

    def _once(self, key: str, value: tuple[object, ...], line: str) -> None:
        if self._shown.get(key) != value:
            self._shown[key] = value
            self._line(line)


def _name(operation: Operation) -> str:
    return name_of(operation.ref)


def _short(value: str | None) -> str:
    return shortened(one_line(value or "", 2000), 120)


def _standing(status: ProductStatus) -> str:
    """Say whether a product can go live, with what, and why not."""
    if status.ready_to_go_live and status.preview is not None:
        over = "" if status.live is None else f"; {status.live.number} is live"
        return f"is ready to go live: submission {status.preview.number} is in preview{over}."
    return f"is not ready to go live. {status.obstacle}"


def _times(history: History) -> list[str]:
    """Say when an operation began and where it is, as far as each is known."""
    told = []
    if (begin := began(history)) is not None:
        told.append(f"began {since(begin, history)}")
    if (where := place(history)) is not None:
        told.append(where)
    return told


def _cells(offer: Offer) -> tuple[str, ...]:
    changed = f"{offer.changed:%Y-%m-%d %H:%M}" if offer.changed else ""
    version = "" if offer.version is None else str(offer.version)
    cells = (offer.id, offer.type or "", worded(offer), version, changed, offer.name or "")
    return tuple(map(printable, cells))


def _step(step: Step) -> str:
    state = worded(step)
    if step.state is not State.SUCCEEDED and step.percent is not None:
        state += f" {step.percent} %"
    return f"{step.name}: {state}"
