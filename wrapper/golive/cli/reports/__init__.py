"""What the command shows, as one interface; the modules beside it show it in their ways."""

from __future__ import annotations

import shlex
from collections.abc import Sequence
from typing import IO
from urllib.parse import urlsplit

from golive import (
    Difference,
    GoLiveError,
    NotReady,
    Offer,
    OfferStatus,
    Operation,
    Origin,
    Submission,
    SubmissionUncertain,
)
from golive.cli.apis import api_of
from golive.cli.exits import Exit, exit_of
from golive.cli.history import History
from golive.cli.streams import say
from golive.text import printable

__all__ = ["Report"]


class Report:
    """Shows nothing but what goes wrong, which it says on the standard error.

    Args:
        out: Where lines go.
        resumable: Whether the operation outlives this process.

    Attributes:
        is_for_people: Whether the output is more than a program wants to read.
    """

    is_for_people = False

    def __init__(self, out: IO[str], *, resumable: bool = True) -> None:
        self._out = out
        self._resumable = resumable

    def close(self) -> None:
        """Stop showing; what was shown stays."""

    def begun(self, operation: Operation, how: str) -> None:
        """Show what is followed now, and how it came to that: accepted, adopted, found."""

    def update(self, history: History) -> None:
        """Show a new snapshot."""

    def snapshot(self, history: History) -> None:
        """Show one snapshot as a whole."""
        self.update(history)

    def ended(self, history: History) -> None:
        """Show the outcome of a success."""

    def left(self, operation: Operation) -> None:
        """Show how to go on with an operation that is not waited for."""

    def listed(self, submissions: tuple[Submission, ...]) -> None:
        """Show the operations of an offer."""

    def offered(self, offers: tuple[Offer, ...]) -> None:
        """Show the offers of a publisher."""

    def stands(self, names: tuple[str, ...], status: OfferStatus) -> None:
        """Show whether an offer can go live."""

    def differs(self, offer: str, difference: Difference) -> None:
        """Show what one stage of an offer holds that the next does not."""

    def idle(self, names: tuple[str, ...]) -> None:
        """Show that nothing new runs for an offer that is watched."""

    def tell(self, event: str, lines: Sequence[str], **fields: object) -> None:
        """Show anything else.

        Args:
            event: What it is, for programs.
            lines: The same for people.
            fields: The same in parts, for programs.
        """

    def warn(self, text: str) -> None:
        """Show what went wrong without ending the command."""
        say(f"golive: {text}")

    def failed(self, error: GoLiveError) -> Exit:
        """Show an error in one line, and return the exit code."""
        self.close()
        say(f"golive: {error}")
        # Of what was never begun, nothing can be resumed; running the same again is.
        if not isinstance(error, (SubmissionUncertain, NotReady)):
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

    def _show_resume(self, url: str | None, code: Exit) -> None:
        if url and self._resumable and code not in (Exit.FAILED, Exit.CANCELED, Exit.NOT_FOUND):
            say(f"Resume with: {self._resume(url)}")

    def _resume(self, url: str) -> str:
        api = api_of(url)
        parts = urlsplit(url)
        endpoint = f"{parts.scheme}://{parts.netloc}"
        known = api.endpoint.startswith(endpoint) or Origin.of(parts).is_loopback
        option = "" if known else f"--endpoint {shlex.quote(endpoint)} "
        return f"golive wait {option}{shlex.quote(url)}"

    def _line(self, text: str) -> None:
        print(printable(text), file=self._out, flush=True)
