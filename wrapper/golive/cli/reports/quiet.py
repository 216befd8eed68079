"""What `--quiet` shows: the one word that a script goes on with."""

from __future__ import annotations

from golive import Offer, Operation, Submission
from golive.cli.reports import Report

__all__ = ["QuietReport"]


class QuietReport(Report):
    """Only the URLs of what was begun, found or listed."""

    def begun(self, operation: Operation, how: str) -> None:
        """Show the operation's URL."""
        self._line(operation.continuation_token())

    def listed(self, submissions: tuple[Submission, ...]) -> None:
        """Show the operations' URLs, a line each."""
        for each in submissions:
            self._line(each.continuation_token)

    def offered(self, offers: tuple[Offer, ...]) -> None:
        """Show the ids, a line each."""
        for offer in offers:
            self._line(offer.id)
