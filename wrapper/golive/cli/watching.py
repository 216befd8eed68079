"""Looking after an offer for as long as one likes: its operations, one after the other."""

from __future__ import annotations

import time
from collections.abc import Iterator

from golive import CredentialError, GoLiveError, Operation, PollingPolicy
from golive.cli import elapsed
from golive.cli.apis import Client
from golive.cli.reports import Report
from golive.retry import is_transient

__all__ = ["operations"]

#: The longest pause in one piece, in seconds: while the machine is suspended, a pause stands still.
PIECE = 30.0


def operations(
    client: Client,
    names: tuple[str, ...],
    polling: PollingPolicy,
    until: float | None,
    report: Report,
) -> Iterator[Operation]:
    """Yield the latest operation of an offer, and each later one as it comes up.

    Args:
        client: Asks the service.
        names: The offer's names.
        polling: How often to look while nothing runs, and for how long looks may fail in a row.
        until: When to end, by `elapsed.seconds`; None for never.
        report: Is told when nothing runs, and of looks that fail.

    Raises:
        GoLiveError: The first look failed, or one of the later ones for good.
    """
    operation = client.latest_operation(*names)
    seen: str | None = None
    idle_since: float | None = None
    failing_since: float | None = None
    while True:
        if operation is not None and operation.continuation_token() != seen:
            seen = operation.continuation_token()
            yield operation
            idle_since = None
        if idle_since is None:
            idle_since = elapsed.seconds()
            report.idle(names)
        now = elapsed.seconds()
        pause = polling.pause(now - idle_since)
        if until is not None and until <= now + pause:
            _sleep_until(until)
            return
        _sleep_until(now + pause)
        try:
            operation = client.latest_operation(*names)
            failing_since = None
        except GoLiveError as error:
            failing_since = failing_since or now
            # As when an operation is followed, a credential may fail for a while, too.
            passes = is_transient(error) or isinstance(error, CredentialError)
            if not passes or elapsed.seconds() - failing_since >= polling.outage_limit:
                raise
            report.warn(f"Looking again later: {error}")


def _sleep_until(moment: float) -> None:
    while (left := moment - elapsed.seconds()) > 0:
        time.sleep(min(left, PIECE))
