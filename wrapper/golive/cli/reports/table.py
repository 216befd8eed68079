"""The steps as a table that is kept up to date on a terminal."""

from __future__ import annotations

import sys
import threading
from collections.abc import Iterator

from rich.console import Console, Group, RenderableType
from rich.live import Live
from rich.progress_bar import ProgressBar
from rich.table import Table
from rich.text import Text

from golive import State, Step
from golive.cli.history import History
from golive.cli.reports.plain import PlainReport
from golive.cli.reports.words import age, facts, headline, outcome, place
from golive.cli.streams import OutputLost
from golive.durations import spoken
from golive.status import all_messages, progress
from golive.text import printable

__all__ = ["LiveReport"]

#: As narrow as the table fits in with all of its columns.
WIDE = 60

#: How a state is shown: its sign, the same where there is no Unicode, and its color.
_SIGNS = {
    State.NOT_STARTED: ("·", ".", "dim"),
    State.RUNNING: ("▸", ">", "cyan"),
    State.WAITING_FOR_PUBLISHER: ("‖", "=", "yellow"),
    State.SUCCEEDED: ("✓", "+", "green"),
    State.FAILED: ("✗", "x", "red"),
    State.CANCELED: ("■", "-", "yellow"),
    State.UNKNOWN: ("?", "?", "magenta"),
}
_LEVELS = {"error": "red", "warning": "yellow"}


class LiveReport(PlainReport):
    """The steps as a table, with the time since the start and until the next poll.

    Args:
        console: The terminal.
        resumable: Whether the operation outlives this process.
    """

    _live: Live | None = None

    def __init__(self, console: Console, *, resumable: bool = True) -> None:
        super().__init__(console.file, resumable=resumable)
        self._console = console
        self._history: History | None = None

    def close(self) -> None:
        """Stop showing; what was shown stays."""
        live, self._live = self._live, None
        if live is not None:
            live.stop()

    def update(self, history: History) -> None:
        """Show a new snapshot."""
        self._history = history
        if self._live is None:
            self._live = _Live(
                get_renderable=self._render,
                console=self._console,
                refresh_per_second=4,
                # Remarks that go to a file are not for the terminal.
                redirect_stderr=sys.stderr.isatty(),
            )
            self._live.start()
        self._live.refresh()

    def snapshot(self, history: History) -> None:
        """Show one snapshot as a whole."""
        self._history = history
        self._console.print(self._render())
        # On a line of its own that no table cuts.
        self._line(history.operation.continuation_token())
        if not history.operation.done:
            self.left(history.operation)

    def ended(self, history: History) -> None:
        """Show the outcome of a success."""
        self.close()
        text = f"{history.name} {outcome(history)} (waited {spoken(history.followed)})."
        self._console.print(_text(text, "bold green"))

    def _render(self) -> RenderableType:
        assert self._history is not None  # noqa: S101
        return Group(*self._parts(self._history))

    def _parts(self, history: History) -> Iterator[RenderableType]:
        status = history.status
        yield _text(headline(history), "bold")
        told = facts(history)
        yield _facts(told) if told else self._table(history)
        for message in all_messages(status)[-3:]:
            yield _text(f"{message.level}: {message.text}", _LEVELS.get(message.level, "dim"))
        if not history.operation.done:
            since = age(history)
            times = [f"began {since}" if since and not told else None, place(history)]
            if self._live is not None:
                times.append(f"asking again in {spoken(history.operation.next_poll_in)}")
            yield _text(", ".join(filter(None, times)), "dim")

    def _table(self, history: History) -> Table:
        wide = self._console.width >= WIDE
        table = Table.grid(padding=(0, 1), expand=True)
        table.add_column(width=1)
        table.add_column(ratio=3, overflow="ellipsis", no_wrap=not wide)
        if wide:
            table.add_column(ratio=2, max_width=24)
        table.add_column(width=5, justify="right")
        if wide:
            table.add_column(width=12, justify="right", no_wrap=True)
            table.add_column(width=10, overflow="ellipsis", no_wrap=True)
            head = ("", "step", "", "done", "spent", "estimate")
            table.add_row(*(_text(word, "dim") for word in head))
        for step in history.status.steps:
            table.add_row(*self._row(history, step, wide=wide))
        return table

    def _row(self, history: History, step: Step, *, wide: bool) -> Iterator[RenderableType]:
        sign, plain, style = _SIGNS[step.state]
        percent = progress(step)
        yield _text(sign if self._console.encoding.lower().startswith("utf") else plain, style)
        yield _text(step.name, "" if percent else "dim")
        if wide:
            yield ProgressBar(total=100, completed=percent, complete_style=style)
        yield _text(f"{percent} %", style if percent else "dim")
        if wide:
            yield _text(_spent(history, step))
            yield _text(step.estimate or "", "dim")


class _Live(Live):
    """A table whose own thread leaves it to the command to find out that the terminal has gone."""

    def refresh(self) -> None:
        """Draw it anew."""
        try:
            super().refresh()
        except OutputLost:
            if threading.current_thread() is threading.main_thread():
                raise


def _facts(told: list[tuple[str, str]]) -> Table:
    table = Table.grid(padding=(0, 2))
    for name, value in told:
        table.add_row(_text(name, "dim"), _text(value))
    return table


def _text(text: str, style: str = "") -> Text:
    """Return a text, harmless wherever it came from."""
    return Text(printable(text), style)


def _spent(history: History, step: Step) -> str:
    spent = history.spent(step, history.followed)
    if spent is None:
        return ""
    seconds, whole = spent
    return f"{spoken(seconds)}{'' if whole else '+'}"
