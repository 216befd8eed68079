"""What the command shows: a live table on a terminal, a line per change in a pipe, or JSON lines."""

from __future__ import annotations

import json
import shlex
import sys
import time
from datetime import datetime
from typing import IO, TYPE_CHECKING, Any

import attrs

from golive import (
    ENDPOINT,
    GoLiveError,
    Message,
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
from golive.status import printable

if TYPE_CHECKING:
    from rich.console import Console, RenderableType
    from rich.live import Live

__all__ = ["Report", "choose"]

#: What an operation that is over means for the offer.
_OUTCOMES = {
    OperationKind.GO_LIVE: "is live",
    OperationKind.PUBLISH: "is in preview and waits for its publisher",
    OperationKind.CANCEL: "was canceled",
}


class Report:
    """One plain line per change.

    Args:
        out: Where the lines go.
        resumable: Whether the operation outlives this process.
    """

    def __init__(self, out: IO[str], *, resumable: bool = True) -> None:
        self._out = out
        self._resumable = resumable
        self._shown: dict[str, tuple[object, ...]] = {}
        self._began = time.monotonic()

    def close(self) -> None:
        """Stop showing; what was shown stays."""

    def begun(self, operation: Operation) -> None:
        """Show what is followed now."""
        verb = "adopted, it ran already" if operation.adopted else "accepted"
        self._line(f"{_name(operation)}: {operation.kind} {verb}")
        self._line(operation.continuation_token())

    def update(self, operation: Operation, status: OperationStatus) -> None:
        """Show a new snapshot: the steps and messages that changed."""
        self._once("", (status.state, status.word), f"{_name(operation)}: {_state(status)}")
        for step in status.steps:
            if step.state is not State.NOT_STARTED:
                self._once(step.id, (step.state, step.word, step.percent), f"  {_describe(step)}")
        for message in (*status.messages, *(m for step in status.steps for m in step.messages)):
            self._once(f"message {message}", (), f"  {message.level}: {message.text}")

    def snapshot(self, operation: Operation, status: OperationStatus) -> None:
        """Show one snapshot as a whole."""
        self.update(operation, status)

    def ended(self, operation: Operation) -> None:
        """Show the outcome of a success."""
        elapsed = spoken(time.monotonic() - self._began)
        self._line(f"{_name(operation)} {_OUTCOMES[operation.kind]} (waited {elapsed}).")

    def left(self, operation: Operation) -> None:
        """Show how to go on with an operation that is not waited for."""
        self._say(f"Follow it with: {self._resume(operation.continuation_token())}")

    def listed(self, submissions: tuple[Submission, ...]) -> None:
        """Show the operations of an offer, a line each."""
        for each in submissions:
            changed = f" {each.changed:%Y-%m-%d %H:%M}" if each.changed else ""
            state = each.state if each.state is not State.UNKNOWN else f"unknown ({each.word})"
            self._line(f"{each.submission_type}: {state}{changed} {each.ref.url}")

    def stands(self, publisher: str, offer: str, status: OfferStatus) -> None:
        """Show whether an offer can go live."""
        if status.ready_to_go_live:
            self._line(f"{publisher}/{offer} waits for its publisher: it can go live.")
            return
        step = status.current_step
        where = f", in the step {step.name}" if step and not status.state.is_terminal else ""
        self._line(f"{publisher}/{offer} does not wait for its publisher: {_state(status)}{where}.")

    def warn(self, text: str) -> None:
        """Show what went wrong without ending the command."""
        self._say(f"golive: {text}")

    def failed(self, error: GoLiveError) -> Exit:
        """Show an error in one line, and return the exit code."""
        self.close()
        self._say(f"golive: {error}")
        self._show_resume(error.continuation_token, exit_of(error))
        return exit_of(error)

    def interrupted(self, operation: Operation | None, code: Exit, reason: str) -> Exit:
        """Show what an interruption leaves behind, and return the exit code."""
        self.close()
        if not self._resumable:
            self._say(f"golive: {reason}; the emulated service ended with it.")
        elif operation is None:
            self._say(f"golive: {reason}. If something was begun, running the same again adopts it.")
        else:
            self._say(f"golive: {reason}; the operation goes on.")
            self._show_resume(operation.continuation_token(), code)
        return code

    def _show_resume(self, token: str | None, code: Exit) -> None:
        if token and self._resumable and code not in (Exit.FAILED, Exit.CANCELED, Exit.NOT_FOUND):
            self._say(f"Resume with: {self._resume(token)}")

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

    def _say(self, text: str) -> None:
        print(printable(text), file=sys.stderr, flush=True)


class JsonReport(Report):
    """JSON lines: one object per event, each with `event` and, where it is known, `token`."""

    def begun(self, operation: Operation) -> None:
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

    def update(self, operation: Operation, status: OperationStatus) -> None:
        """Show a new snapshot."""
        self._event("status", operation, **_as_json(status))

    def ended(self, operation: Operation) -> None:
        """Show the outcome of a success."""
        self._event("end", operation, state=operation.status.state, exit_code=Exit.OK)

    def left(self, operation: Operation) -> None:
        """Show the end of what is not waited for."""
        self._event("end", operation, state=operation.status.state, exit_code=Exit.OK)

    def listed(self, submissions: tuple[Submission, ...]) -> None:
        """Show the operations of an offer, an event each."""
        for each in submissions:
            plain = {name: _plain(getattr(each, name)) for name in attrs.fields_dict(Submission)}
            self._print(event="submission", token=each.ref.url, **{**plain, "ref": each.ref.url})

    def stands(self, publisher: str, offer: str, status: OfferStatus) -> None:
        """Show whether an offer can go live, as an event."""
        ready = status.ready_to_go_live
        told = {"publisher": publisher, "offer": offer, "ready": ready, **_as_json(status)}
        self._print(event="offer", token=None, **told)

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
        self._print(
            event="error",
            token=error.continuation_token,
            error=type(error).__name__,
            message=str(error),
            exit_code=code,
            **more,
        )
        return super().failed(error)

    def interrupted(self, operation: Operation | None, code: Exit, reason: str) -> Exit:
        """Show what an interruption leaves behind, as an event and in one line."""
        token = operation.continuation_token() if operation else None
        self._print(event="interrupted", token=token, exit_code=code)
        return super().interrupted(operation, code, reason)

    def _event(self, event: str, operation: Operation, **more: object) -> None:
        self._print(event=event, token=operation.continuation_token(), **more)

    def _print(self, **event: object) -> None:
        print(json.dumps(event), file=self._out, flush=True)


class LiveReport(Report):
    """The steps as a table that is kept up to date on a terminal."""

    _live: Live | None = None

    def __init__(self, console: Console, *, resumable: bool = True) -> None:
        super().__init__(console.file, resumable=resumable)
        self._console = console
        self._operation: Operation | None = None
        self._status = OperationStatus()

    def close(self) -> None:
        """Stop showing; what was shown stays."""
        if self._live is not None:
            self._live.stop()
            self._live = None

    def update(self, operation: Operation, status: OperationStatus) -> None:
        """Show a new snapshot."""
        from rich.live import Live

        self._operation, self._status = operation, status
        if self._live is None:
            self._live = Live(get_renderable=self._render, console=self._console, refresh_per_second=4)
            self._live.start()
        self._live.refresh()

    def ended(self, operation: Operation) -> None:
        """Show the outcome of a success."""
        self.close()
        elapsed = spoken(time.monotonic() - self._began)
        outcome = f"{_name(operation)} {_OUTCOMES[operation.kind]} (waited {elapsed})."
        self._console.print(outcome, style="bold green", markup=False, highlight=False)

    def snapshot(self, operation: Operation, status: OperationStatus) -> None:
        """Show one snapshot as a whole."""
        self._operation, self._status = operation, status
        self._console.print(self._render())

    def _render(self) -> RenderableType:
        from rich.console import Group
        from rich.progress_bar import ProgressBar
        from rich.table import Table
        from rich.text import Text

        fancy = self._console.encoding.lower().startswith("utf")
        wide = self._console.width >= 60
        table = Table.grid(padding=(0, 1), expand=True)
        table.add_column(width=1)
        table.add_column(ratio=3, overflow="ellipsis", no_wrap=not wide)
        if wide:
            table.add_column(ratio=2, max_width=24)
        table.add_column(width=5, justify="right")
        if wide:
            table.add_column(width=10, overflow="ellipsis", no_wrap=True)
        for step in self._status.steps:
            sign, style = _SIGNS[step.state]
            percent = 100 if step.state is State.SUCCEEDED else step.percent or 0
            row: list[RenderableType] = [
                Text(sign if fancy else sign.encode("ascii", "replace").decode(), style),
                Text(printable(step.name), "" if percent else "dim"),
            ]
            if wide:
                row.append(ProgressBar(total=100, completed=percent, complete_style=style))
            row.append(Text(f"{percent} %", style if percent else "dim"))
            if wide:
                row.append(Text(printable(step.estimate or ""), "dim"))
            table.add_row(*row)
        assert self._operation is not None  # noqa: S101
        head = Text(f"{_name(self._operation)}: {_state(self._status)}", "bold")
        head.append(f"   {spoken(time.monotonic() - self._began)}", "dim")
        lines: list[RenderableType] = [head, table]
        for message in self._status.messages[-3:]:
            style = _LEVELS.get(message.level, "dim")
            lines.append(Text(f"{printable(message.level)}: {message.text}", style))
        return Group(*lines)


_SIGNS = {
    State.NOT_STARTED: ("·", "dim"),
    State.RUNNING: ("▸", "cyan"),
    State.WAITING_FOR_PUBLISHER: ("‖", "yellow"),
    State.SUCCEEDED: ("✓", "green"),
    State.FAILED: ("✗", "red"),
    State.CANCELED: ("■", "yellow"),
    State.UNKNOWN: ("?", "magenta"),
}
_LEVELS = {"error": "red", "warning": "yellow"}


def choose(*, as_json: bool, resumable: bool = True) -> Report:
    """Return the report that fits: JSON if asked for, a table on a terminal, else plain lines."""
    if as_json:
        return JsonReport(sys.stdout, resumable=resumable)
    if sys.stdout.isatty():
        from rich.console import Console

        console = Console()
        if not console.is_dumb_terminal:
            return LiveReport(console, resumable=resumable)
    return Report(sys.stdout, resumable=resumable)


def _name(operation: Operation) -> str:
    return f"{operation.ref.publisher_id}/{operation.ref.offer_id}"


def _state(status: OperationStatus | OfferStatus) -> str:
    # A word of the service that says more than ours is shown with it.
    if status.state is State.UNKNOWN:
        return f"unknown ({status.word})" if status.word else "not asked yet"
    return status.state.value


def _describe(step: Step) -> str:
    state = f"unknown ({step.word})" if step.state is State.UNKNOWN else step.state.value
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
