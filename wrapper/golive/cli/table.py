"""The steps as a table that is kept up to date on a terminal."""

from __future__ import annotations

from collections.abc import Iterator

from rich.console import Console, Group, RenderableType
from rich.live import Live
from rich.progress_bar import ProgressBar
from rich.table import Table
from rich.text import Text

from golive import State, Step
from golive.cli.durations import spoken
from golive.cli.history import History
from golive.cli.reports import Report, describe, outcome
from golive.status import all_messages, progress
from golive.text import printable

__all__ = ["LiveReport"]

#: As narrow as the table fits in with all of its columns.
WIDE = 60

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


class LiveReport(Report):
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
        if self._live is not None:
            self._live.stop()
            self._live = None

    def update(self, history: History) -> None:
        """Show a new snapshot."""
        self._history = history
        if self._live is None:
            self._live = Live(get_renderable=self._render, console=self._console, refresh_per_second=4)
            self._live.start()
        self._live.refresh()

    def snapshot(self, history: History) -> None:
        """Show one snapshot as a whole."""
        self._history = history
        self._console.print(self._render())

    def ended(self, history: History) -> None:
        """Show the outcome of a success."""
        self.close()
        text = f"{history.name} {outcome(history)} (waited {spoken(history.followed)})."
        self._console.print(text, style="bold green", markup=False, highlight=False)

    def _render(self) -> RenderableType:
        assert self._history is not None  # noqa: S101
        return Group(*self._parts(self._history))

    def _parts(self, history: History) -> Iterator[RenderableType]:
        status = history.status
        yield Text(f"{history.name}: {describe(status)}", "bold")
        yield self._table(history)
        for message in all_messages(status)[-3:]:
            level = printable(message.level)
            yield Text(f"{level}: {message.text}", _LEVELS.get(message.level, "dim"))
        if not history.operation.done:
            times = f"began {spoken(history.age)} ago"
            if self._live is not None:
                times += f", asking again in {spoken(history.operation.next_poll_in)}"
            yield Text(times, "dim")

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
        for step in history.status.steps:
            table.add_row(*self._row(history, step, wide=wide))
        return table

    def _row(self, history: History, step: Step, *, wide: bool) -> Iterator[RenderableType]:
        fancy = self._console.encoding.lower().startswith("utf")
        sign, style = _SIGNS[step.state]
        percent = progress(step)
        yield Text(sign if fancy else sign.encode("ascii", "replace").decode(), style)
        yield Text(printable(step.name), "" if percent else "dim")
        if wide:
            yield ProgressBar(total=100, completed=percent, complete_style=style)
        yield Text(f"{percent} %", style if percent else "dim")
        if wide:
            yield Text(_spent(history, step))
            yield Text(printable(step.estimate or ""), "dim")


def _spent(history: History, step: Step) -> str:
    spent = history.spent(step, history.followed)
    if spent is None:
        return ""
    seconds, whole = spent
    return f"{'' if whole else '> '}{spoken(seconds)}"
