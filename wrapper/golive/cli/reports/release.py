"""How a release is shown: a line for each change, and a table that is kept up to date on a terminal."""

from __future__ import annotations

import sys
from collections.abc import Iterable
from datetime import UTC, datetime
from types import TracebackType
from typing import TYPE_CHECKING, Any, Self

from golive.cli.reports import Report
from golive.durations import spoken
from golive.text import printable

if TYPE_CHECKING:
    from golive.fleet import Estimate, Event, OfferView, ReleaseView

__all__ = ["ReleaseScreen", "event_line", "offer_lines", "release_table", "summary"]

#: The order in which states are shown: what needs somebody first.
_ORDER = (
    *("failed", "blocked", "needs-approval", "canceled", "going-live", "publishing", "queued"),
    *("in-preview", "waiting", "live"),
)
_COLORS = {
    "failed": "bold red",
    "blocked": "red",
    "needs-approval": "bold yellow",
    "canceled": "yellow",
    "going-live": "cyan",
    "publishing": "cyan",
    "live": "green",
}
#: More offers than these are not shown one by one on a terminal, but those that need somebody.
_ROOM = 12


def summary(view: ReleaseView) -> str:
    """Say in a line where a release stands."""
    counted = ", ".join(f"{count} {state}" for state, count in view.counts.items())
    return f"{view.name}: {counted} of {len(view.offers)}{_left(view.estimate)}"


def offer_lines(view: ReleaseView) -> Iterable[str]:
    """Say where each offer stands, a line each, failures first."""
    width = max(len(each.name) for each in view.offers)
    for each in _ordered(view):
        yield f"{each.name:<{width}}  {each.state:<14}  {_about(each)}".rstrip()


def event_line(event: Event) -> str:
    """Say what changed, in a line."""
    about = _about(event.offer)
    return f"{event.at:%H:%M:%S}  {event.offer.name}: {event.offer.state}{about and f', {about}'}"


def _left(estimate: Estimate | None) -> str:
    if estimate is None:
        return ""
    if not estimate.seconds:
        return f"; longer than {estimate.samples} earlier go-lives took"
    spread = f" give or take {spoken(estimate.spread)}" if estimate.spread >= 1 else ""
    return f"; about {spoken(estimate.seconds)} left{spread}, by {estimate.samples} earlier go-lives"


def _about(offer: OfferView) -> str:
    parts = []
    if offer.waits_for and not offer.state.has_ended:
        parts.append(f"waits for {offer.waits_for}")
    if offer.step:
        percent = "" if offer.percent is None else f" ({offer.percent} %)"
        parts.append(f"{offer.step}{percent}")
    if offer.submission:
        parts.append(f"submission {offer.submission}")
    if offer.message:
        parts.append(offer.message)
    if offer.attempt > 1:
        parts.append(f"attempt {offer.attempt}")
    return printable("; ".join(parts))


def _ordered(view: ReleaseView) -> list[OfferView]:
    return sorted(view.offers, key=lambda each: _ORDER.index(each.state))


class ReleaseScreen:
    """Shows a release while it is followed.

    Args:
        report: Where its lines go.
        live: Whether to keep a table up to date, as on a terminal.
    """

    def __init__(self, report: Report, *, live: bool) -> None:
        self._report = report
        self._is_live = live
        self._live: Any = None

    def __enter__(self) -> Self:
        if self._is_live and sys.stdout.isatty():
            from rich.console import Console
            from rich.live import Live

            console = Console()
            if not console.is_dumb_terminal:
                self._live = Live(console=console, auto_refresh=False)
                self._live.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        if self._live is not None:
            self._live.stop()

    def update(self, view: ReleaseView, events: Iterable[Event]) -> None:
        """Show where it stands, and what changed since."""
        if self._live is None:
            for event in events:
                fields = event.to_dict()
                self._report.tell(fields.pop("event"), [event_line(event)], **fields)
            return
        self._live.update(release_table(view, self._live.console.height), refresh=True)


def release_table(view: ReleaseView, height: int) -> Any:
    """Return where a release stands as a table of rich.

    Args:
        view: Where it stands.
        height: How many lines the terminal has.
    """
    from rich.table import Table
    from rich.text import Text

    table = Table(box=None, pad_edge=False, title=summary(view), title_justify="left", expand=True)
    table.add_column("offer", no_wrap=True, overflow="ellipsis", ratio=3)
    table.add_column("state", no_wrap=True)
    table.add_column("since", no_wrap=True, justify="right")
    table.add_column("", no_wrap=True, overflow="ellipsis", ratio=4)
    offers = _ordered(view)
    room = max(_ROOM, height - 4)
    for each in offers[:room]:
        age = spoken((datetime.now(UTC) - each.since).total_seconds())
        state = Text(each.state, style=_COLORS.get(each.state, "dim"))
        table.add_row(Text(printable(each.name)), state, age, Text(_about(each)))
    if len(offers) > room:
        table.caption = f"and {len(offers) - room} more"
    return table
