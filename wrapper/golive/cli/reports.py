"""What the command shows: a line per change, JSON lines, or tokens alone. `table` has the live table."""

from __future__ import annotations

import json
import shlex
import sys
from collections.abc import Sequence
from datetime import datetime
from typing import IO, Any

import attrs

from golive import (
    ENDPOINT,
    GoLiveError,
    Message,
    Offer,
    OfferStatus,
    Operation,
    OperationKind,
    OperationStatus,
    Origin,
    ServiceError,
    State,
    Step,
    Submission,
)
from golive.cli.durations import spoken
from golive.cli.exits import Exit, exit_of
from golive.cli.history import History
from golive.cli.streams import say
from golive.status import all_messages
from golive.text import printable

__all__ = ["Report", "choose", "describe", "outcome", "worded"]


class Report:
    """One plain line per change.

    Args:
        out: Where the lines go.
        resumable: Whether the operation outlives this process.

    Attributes:
        is_for_people: Whether the output is more than a program wants to read.
    """

    is_for_people = True

    def __init__(self, out: IO[str], *, resumable: bool = True) -> None:
        self._out = out
        self._resumable = resumable
        self._shown: dict[str, tuple[object, ...]] = {}

    def close(self) -> None:
        """Stop showing; what was shown stays."""

    def begun(self, operation: Operation, how: str) -> None:
        """Show what is followed now, and how it came to that: accepted, adopted, found."""
        self._shown.clear()
        self._line(f"{_name(operation)}: {operation.kind} {how}")
        self._line(operation.continuation_token())

    def update(self, history: History) -> None:
        """Show a new snapshot: the steps and messages that changed."""
        status = history.status
        self._once("", (describe(status), status.word), f"{history.name}: {describe(status)}")
        for step in status.steps:
            if step.state is not State.NOT_STARTED:
                self._once(step.id, (step.state, step.word, step.percent), f"  {_step(step)}")
        for message in all_messages(status):
            self._once(f"message {message}", (), f"  {message.level}: {message.text}")

    def snapshot(self, history: History) -> None:
        """Show one snapshot as a whole."""
        self.update(history)

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

    def stands(self, publisher: str, offer: str, status: OfferStatus) -> None:
        """Show whether an offer can go live."""
        if status.ready_to_go_live:
            self._line(f"{publisher}/{offer} waits for its publisher: it can go live.")
            return
        step = status.current_step
        where = f", in the step {step.name}" if step and not status.state.is_terminal else ""
        self._line(f"{publisher}/{offer} does not wait for its publisher: {describe(status)}{where}.")

    def idle(self, publisher: str, offer: str) -> None:
        """Show that nothing new runs for an offer that is watched."""
        self._line(f"{publisher}/{offer}: watching for what comes next")

    def tell(self, event: str, lines: Sequence[str], **fields: object) -> None:
        """Show anything else.

        Args:
            event: What it is, for programs.
            lines: The same for people.
            fields: The same in parts, for programs.
        """
        for line in lines:
            self._line(line)

    def warn(self, text: str) -> None:
        """Show what went wrong without ending the command."""
        say(f"golive: {text}")

    def failed(self, error: GoLiveError) -> Exit:
        """Show an error in one line, and return the exit code."""
        self.close()
        say(f"golive: {error}")
        self._show_resume(error.continuation_token, exit_of(error))
        return exit_of(error)

    def advise(self, text: str) -> None:
        """Show what may help against the error that was shown before."""
        say(text)

    def interrupted(self, operation: Operation | None, code: Exit, reason: str) -> Exit:
        """Show what an interruption leaves behind, and return the exit code."""
        self.close()
        if not self._resumable:
            say(f"golive: {reason}; the emulated service ended with it.")
        elif operation is None:
            say(f"golive: {reason}.")
        else:
            say(f"golive: {reason}; the operation goes on.")
            self._show_resume(operation.continuation_token(), code)
        return code

    def _show_resume(self, token: str | None, code: Exit) -> None:
        if token and self._resumable and code not in (Exit.FAILED, Exit.CANCELED, Exit.NOT_FOUND):
            say(f"Resume with: {self._resume(token)}")

    def _resume(self, token: str) -> str:
        endpoint = token.partition("/api/")[0]
        known = endpoint == ENDPOINT or Origin.parse(endpoint, allow_http=True).is_loopback
        option = "" if known else f"--endpoint {shlex.quote(endpoint)} "
        return f"golive wait {option}{shlex.quote(token)}"

    def _once(self, key: str, value: tuple[object, ...], line: str) -> None:
        if self._shown.get(key) != value:
            self._shown[key] = value
            self._line(line)

    def _line(self, text: str) -> None:
        print(printable(text), file=self._out, flush=True)


class QuietReport(Report):
    """Only the tokens of what was begun, found or listed."""

    is_for_people = False

    def begun(self, operation: Operation, how: str) -> None:
        """Show the token."""
        self._line(operation.continuation_token())

    def listed(self, submissions: tuple[Submission, ...]) -> None:
        """Show the tokens, a line each."""
        for each in submissions:
            self._line(each.continuation_token)

    def offered(self, offers: tuple[Offer, ...]) -> None:
        """Show the ids, a line each."""
        for offer in offers:
            self._line(offer.id)

    def update(self, history: History) -> None:
        """Show nothing."""

    def ended(self, history: History) -> None:
        """Show nothing."""

    def left(self, operation: Operation) -> None:
        """Show nothing."""

    def stands(self, publisher: str, offer: str, status: OfferStatus) -> None:
        """Show nothing."""

    def idle(self, publisher: str, offer: str) -> None:
        """Show nothing."""

    def tell(self, event: str, lines: Sequence[str], **fields: object) -> None:
        """Show nothing."""


class JsonReport(Report):
    """JSON lines: one object per event, as `events.schema.json` beside this module describes them."""

    is_for_people = False

    def begun(self, operation: Operation, how: str) -> None:
        """Show what is followed now."""
        self._event(
            "operation",
            operation,
            kind=operation.kind,
            publisher=operation.ref.publisher_id,
            offer=operation.ref.offer_id,
            form=operation.ref.form,
            adopted=operation.adopted,
        )

    def update(self, history: History) -> None:
        """Show a new snapshot."""
        wait = round(history.operation.next_poll_in, 1)
        self._event("status", history.operation, next_poll_in=wait, **_as_json(history.status))

    def ended(self, history: History) -> None:
        """Show the outcome of a success."""
        self.left(history.operation)

    def left(self, operation: Operation) -> None:
        """Show the end of what is not waited for."""
        self._event("end", operation, state=operation.status.state, exit_code=Exit.OK)

    def listed(self, submissions: tuple[Submission, ...]) -> None:
        """Show the operations of an offer, an event each."""
        for each in submissions:
            plain = {name: _plain(getattr(each, name)) for name in attrs.fields_dict(Submission)}
            self.tell("submission", (), token=each.continuation_token, **{**plain, "ref": each.ref.url})

    def offered(self, offers: tuple[Offer, ...]) -> None:
        """Show the offers of a publisher, an event each."""
        names = ("type", "name", "state", "word", "version", "changed", "migrated", "etag")
        for offer in offers:
            plain = {name: _plain(getattr(offer, name)) for name in names}
            self.tell("listed-offer", (), publisher=offer.publisher_id, offer=offer.id, **plain)

    def stands(self, publisher: str, offer: str, status: OfferStatus) -> None:
        """Show whether an offer can go live, as an event."""
        ready = status.ready_to_go_live
        told = {"publisher": publisher, "offer": offer, "ready": ready, **_as_json(status)}
        self.tell("offer", (), **told)

    def idle(self, publisher: str, offer: str) -> None:
        """Show that nothing new runs for an offer that is watched, as an event."""
        self.tell("idle", (), publisher=publisher, offer=offer)

    def tell(self, event: str, lines: Sequence[str], **fields: object) -> None:
        """Show anything else, as an event."""
        # DEL is the one control character that JSON, as Python writes it, does not escape.
        line = json.dumps({"event": event, **fields}).replace("\x7f", "\\u007f")
        print(line, file=self._out, flush=True)

    def failed(self, error: GoLiveError) -> Exit:
        """Show an error, as an event and in one line."""
        code = exit_of(error)
        more: dict[str, Any] = {}
        if isinstance(error, ServiceError):
            more = {
                "status_code": error.status_code,
                "code": error.code,
                "correlation_id": error.correlation_id,
            }
        try:
            self.tell(
                "error",
                (),
                token=error.continuation_token,
                error=type(error).__name__,
                message=str(error),
                exit_code=code,
                **more,
            )
        finally:
            super().failed(error)
        return code

    def interrupted(self, operation: Operation | None, code: Exit, reason: str) -> Exit:
        """Show what an interruption leaves behind, as an event and in one line."""
        token = operation.continuation_token() if operation else None
        self.tell("interrupted", (), token=token, exit_code=code)
        return super().interrupted(operation, code, reason)

    def _event(self, event: str, operation: Operation, **more: object) -> None:
        self.tell(event, (), token=operation.continuation_token(), **more)


def choose(*, as_json: bool, quiet: bool, resumable: bool) -> Report:
    """Return the report that fits: as asked for, a table on a terminal, else plain lines."""
    if as_json:
        return JsonReport(sys.stdout, resumable=resumable)
    if quiet:
        return QuietReport(sys.stdout, resumable=resumable)
    if sys.stdout.isatty():
        from rich.console import Console

        from golive.cli.table import LiveReport

        console = Console()
        if not console.is_dumb_terminal:
            return LiveReport(console, resumable=resumable)
    return Report(sys.stdout, resumable=resumable)


def outcome(history: History) -> str:
    """Say what a success means for the offer."""
    kind, state = history.operation.kind, history.status.state
    # Some services end the operation there, others let it go on.
    if kind is OperationKind.PUBLISH and (history.status.ready_to_go_live or not state.is_terminal):
        return "is in preview and waits for its publisher"
    return {
        OperationKind.GO_LIVE: "is live",
        OperationKind.PUBLISH: "was published",
        OperationKind.CANCEL: "was canceled",
    }[kind]


def describe(status: OperationStatus | OfferStatus) -> str:
    """Say in a few words where an operation or an offer stands."""
    # The service calls it running then, or its publish succeeded.
    if status.ready_to_go_live:
        return "in preview, ready to go live"
    if status.state is State.UNKNOWN and not status.word:
        return "not asked yet"
    return worded(status)


def worded(thing: Step | Submission | OperationStatus | OfferStatus | Offer) -> str:
    """Return the state of a thing; a word of the service that says more than ours is shown with it."""
    return f"unknown ({thing.word})" if thing.state is State.UNKNOWN else thing.state.value


def _name(operation: Operation) -> str:
    return f"{operation.ref.publisher_id}/{operation.ref.offer_id}"


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


def _as_json(status: OperationStatus | OfferStatus) -> dict[str, Any]:
    step = status.current_step
    return {
        **_plain(status),
        "percent": status.percent,
        "current_step": step.id if step else None,
    }


def _plain(value: Any) -> Any:
    """Return the JSON form of a snapshot; a message gets its text without markup beside it."""
    if attrs.has(type(value)):
        fields = {name: _plain(getattr(value, name)) for name in attrs.fields_dict(type(value))}
        return {**fields, "text": value.text} if isinstance(value, Message) else fields
    if isinstance(value, tuple):
        return [_plain(item) for item in value]
    return value.isoformat() if isinstance(value, datetime) else value
