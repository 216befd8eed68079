"""What the command knew of an offer before its first try to take it live, kept from one run to the next.

A run can end at any moment after the service accepted its request: killed, interrupted, or with the
machine. The next run takes what was known before up again and so recognizes what the first one began,
running or ended, instead of beginning another.
"""

from __future__ import annotations

import errno
import hashlib
import json
from collections.abc import Callable
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from attrs import frozen

from golive import (
    Baseline,
    GoLiveClient,
    GoLiveError,
    InvalidLocation,
    Operation,
    SubmissionUncertain,
    Undecided,
)
from golive.cli.files import write_file
from golive.cli.folders import state_folder
from golive.refs import check_identifier
from golive.retry import Deed, deed_of

__all__ = ["Attempt", "begin_go_live", "forget", "settle"]

#: How long what was known before a try is good for; a go-live takes days.
GOOD_FOR = timedelta(days=30)

_FORMAT = 1

#: What the system says where there can be no file.
_NO_FILE = (errno.ENOENT, errno.ENOTDIR, errno.ENAMETOOLONG)

Warn = Callable[[str], None]


@frozen
class Attempt:
    """The attempt to take an offer live at an endpoint, and the file that keeps it.

    The file is for the user alone, and holds no secret.

    Attributes:
        endpoint: Where the service is.
        publisher: The publisher.
        offer: The offer.
    """

    endpoint: str
    publisher: str
    offer: str

    @property
    def path(self) -> Path | None:
        """The file; None if the user has no folder for such."""
        folder = state_folder()
        if folder is None:
            return None
        named = json.dumps([self.endpoint, self.publisher, self.offer])
        digest = hashlib.sha256(named.encode()).hexdigest()[:16]
        return folder / "attempts" / f"{self.offer[:64]}-{digest}.json"

    def load(self) -> Baseline | None:
        """Return what was known before the first try; None if there is nothing that is good.

        Raises:
            Undecided: There is a file, and it cannot be read.
        """
        path = self.path
        if path is None:
            return None
        try:
            baseline = self._read(path.read_text("utf-8"))
        except (OSError, ValueError) as error:
            if isinstance(error, OSError) and error.errno in _NO_FILE:
                return None
            raise Undecided(
                f"Whether an earlier run began a go-live is not known: what it noted in {path} cannot be"
                f" read ({error}). See what `golive submissions` lists; if none of it is yours, delete"
                " the file."
            ) from None
        if datetime.now(UTC) - baseline.taken > GOOD_FOR:
            self.remove()
            return None
        return baseline

    def store(self, baseline: Baseline, warn: Warn) -> None:
        """Keep what was known, all of it or what was kept before; that it cannot be is no error."""
        path = self.path
        if path is None:
            return
        kept = {"format": _FORMAT, "endpoint": self.endpoint, "baseline": baseline.to_dict()}
        try:
            path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            write_file(path, json.dumps(kept) + "\n", mode=0o600)
        except OSError as error:
            warn(
                f"cannot write {path}: {error.strerror or error}. If this run is killed and its go-live"
                " ends meanwhile, the next run does not know of it."
            )

    def remove(self) -> None:
        """Forget it: the outcome was told, or nothing was begun."""
        path = self.path
        if path is not None:
            with suppress(OSError):
                path.unlink(missing_ok=True)

    def _read(self, text: str) -> Baseline:
        kept: Any = json.loads(text)
        if not isinstance(kept, dict) or kept.get("format") != _FORMAT or "baseline" not in kept:
            raise ValueError("it is not such a file")
        baseline = Baseline.from_dict(kept["baseline"])
        if (kept.get("endpoint"), baseline.publisher_id, baseline.offer_id) != (
            *(self.endpoint, self.publisher, self.offer),
        ):
            raise ValueError("it is about another offer")
        return baseline


def begin_go_live(
    client: GoLiveClient, publisher: str, offer: str, warn: Warn
) -> tuple[Operation, str | None]:
    """Begin a go-live, or adopt the one that runs or that an earlier run began.

    Args:
        client: Asks the service.
        publisher: The publisher.
        offer: The offer.
        warn: Is told of what cannot be kept, and of where it is kept if that decided.

    Returns:
        The operation, and in words how an earlier run comes in, if it does.

    Raises:
        GoLiveError: It could not be begun.
    """
    check_identifier(publisher, "publisher id")
    check_identifier(offer, "offer id")
    attempt = Attempt(client.endpoint, publisher, offer)
    kept = attempt.load()
    before = client.baseline(publisher, offer) if kept is None else kept
    attempt.store(before, warn)

    def note(sent: Baseline) -> None:
        attempt.store(sent, warn)

    try:
        operation = client.begin_go_live(publisher, offer, baseline=before, on_sending=note)
    except (InvalidLocation, SubmissionUncertain) as error:
        if error.baseline is not None:
            attempt.store(error.baseline, warn)
        raise
    except Undecided:
        if kept is not None:
            warn(
                f"An earlier run noted in {attempt.path} what there was before it. If what it began is"
                " settled, delete that file to begin anew."
            )
        raise
    except GoLiveError as error:
        if kept is None and _nothing_was_begun(error):
            attempt.remove()
        raise
    if kept is None or not operation.adopted or kept.knows(operation.ref.operation_id):
        return operation, None
    since = f"{kept.taken:%Y-%m-%d %H:%M} UTC"
    return operation, f"adopted, it was begun since {since} by an earlier run"


def settle(operation: Operation) -> None:
    """Forget the attempt that began an operation whose outcome was told.

    An operation that was there before the attempt says nothing about it.
    """
    ref = operation.ref
    attempt = Attempt(str(ref.origin), ref.publisher_id, ref.offer_id)
    try:
        kept = attempt.load()
    except Undecided:
        return
    ids = filter(None, (ref.operation_id, operation.status.id))
    if kept is not None and not any(map(kept.knows, ids)):
        attempt.remove()


def forget(endpoint: str, publisher: str, offer: str) -> None:
    """Forget the attempt to take an offer live, since there is something new to take live."""
    Attempt(endpoint, publisher, offer).remove()


def _nothing_was_begun(error: GoLiveError) -> bool:
    """Tell whether a first try certainly came to nothing."""
    return deed_of(error) is not Deed.UNKNOWN
