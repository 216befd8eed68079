"""What the command knew of an offer when it tried to take it live, kept from one run to the next.

A run can end at any moment after the service accepted its request: killed, interrupted, or with the
machine. The next run takes what was known before up again and so recognizes what the first one began,
running or ended, instead of beginning another. By the first API that is a baseline; by the second it is
the operation's URL, which says which submission was sent, and when.
"""

from __future__ import annotations

import errno
import hashlib
import json
from collections.abc import Callable
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, TypeVar

from attrs import frozen

from golive import (
    Baseline,
    GoLiveClient,
    GoLiveError,
    InvalidLocation,
    NotFound,
    NotReady,
    Operation,
    OperationKind,
    OperationRef,
    ProductIngestionClient,
    SubmissionRef,
    SubmissionUncertain,
    Undecided,
)
from golive.cli.files import write_file
from golive.cli.folders import state_folder
from golive.ingestion.location import BASE
from golive.refs import check_identifier
from golive.retry import Deed, deed_of

__all__ = [
    "Attempt",
    "begin_go_live",
    "begin_publish",
    "begin_submission",
    "forget",
    "job_of",
    "settle",
    "with_job",
]

#: How long what was known before a try is good for; a go-live takes days.
GOOD_FOR = timedelta(days=30)

_FORMAT = 1

#: What the system says where there can be no file.
_NO_FILE = (errno.ENOENT, errno.ENOTDIR, errno.ENAMETOOLONG)

T = TypeVar("T")

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
        baseline = self._load(self._baseline)
        if baseline is not None and datetime.now(UTC) - baseline.taken > GOOD_FOR:
            self.remove()
            return None
        return baseline

    def sent(self, client: ProductIngestionClient) -> tuple[SubmissionRef, OperationKind] | None:
        """Return what was sent last, with its moment, and what for; None if nothing is good.

        Raises:
            Undecided: There is a file, and it cannot be read.
        """
        found = self._load(lambda kept: client.operation(kept["operation_url"]))
        if found is None or not isinstance(found.ref, SubmissionRef):
            return None
        ref = found.ref
        if ref.sent is not None and datetime.now(UTC) - ref.sent > GOOD_FOR:
            self.remove()
            return None
        return ref, found.kind

    def _load(self, read: Callable[[dict[str, Any]], T]) -> T | None:
        """Read the file, if there is one.

        Raises:
            Undecided: It cannot be read.
        """
        path = self.path
        if path is None:
            return None
        try:
            kept: Any = json.loads(path.read_text("utf-8"))
            if not isinstance(kept, dict) or kept.get("format") != _FORMAT:
                raise ValueError("it is not such a file")
            if kept.get("endpoint") != self.endpoint:
                raise ValueError("it is about another service")
            return read(kept)
        except (LookupError, OSError, ValueError) as error:
            if isinstance(error, OSError) and error.errno in _NO_FILE:
                return None
            raise Undecided(
                f"Whether an earlier run began a go-live is not known: what it noted in {path} cannot be"
                f" read ({error}). See what `golive submissions` lists; if none of it is yours, delete"
                " the file."
            ) from None

    def store(self, known: Baseline | str, warn: Warn) -> None:
        """Keep what was known, all of it or what was kept before; that it cannot be is no error.

        Args:
            known: The baseline, or the operation's URL.
            warn: Is told that it cannot be kept.
        """
        path = self.path
        if path is None:
            return
        kept: dict[str, Any] = {"format": _FORMAT, "endpoint": self.endpoint}
        if isinstance(known, Baseline):
            kept["baseline"] = known.to_dict()
        else:
            kept["operation_url"] = known
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

    def _baseline(self, kept: dict[str, Any]) -> Baseline:
        baseline = Baseline.from_dict(kept["baseline"])
        if (baseline.publisher_id, baseline.offer_id) != (self.publisher, self.offer):
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


def begin_submission(
    client: ProductIngestionClient,
    offer: str,
    warn: Warn,
    *,
    submission: str | None = None,
    restore: bool = False,
) -> tuple[Operation, str | None]:
    """Begin a go-live by the Product Ingestion API, or adopt the one that runs or was begun earlier.

    Args:
        client: Asks the service.
        offer: The offer.
        warn: Is told of what cannot be kept.
        submission: The submission that alone may go live; default the one that an earlier run sent,
            else the one in preview.
        restore: Whether a product that was deprecated may come back.

    Returns:
        The operation, and in words how an earlier run comes in, if it does.

    Raises:
        GoLiveError: It could not be begun.
    """
    check_identifier(offer, "offer id")
    attempt = Attempt(client.endpoint, "", offer)
    kept, kind = attempt.sent(client) or (None, None)
    if kept is None or kind is not OperationKind.GO_LIVE or submission not in (None, kept.submission):
        # A publish, or another version.
        kept = None
    if kept is not None and (known := _by_job(client, kept)) is not None:
        return known, _adopted(kept)

    def note(ref: OperationRef) -> None:
        attempt.store(ref.token(OperationKind.GO_LIVE), warn)

    try:
        operation = client.begin_go_live(
            offer,
            submission if kept is None else kept.submission,
            restore=restore,
            sent=None if kept is None else kept.sent,
            on_sending=note,
        )
    except NotReady:
        # What an earlier run sent is not going live, and never will.
        attempt.remove()
        raise
    except GoLiveError as error:
        if kept is None and _nothing_was_begun(error):
            attempt.remove()
        raise
    if not operation.adopted:
        # With the job, by which alone it can be canceled.
        attempt.store(operation.continuation_token(), warn)
        return operation, None
    if kept is None or kept.sent is None:
        return operation, "not needed, this version is live already" if operation.done else None
    return with_job(client, operation), _adopted(kept)


def _by_job(client: ProductIngestionClient, kept: SubmissionRef) -> Operation | None:
    """Return what an earlier run began if its job is known, which tells sooner than a list that lags."""
    if kept.job is None:
        return None
    operation = client.operation(kept.token(OperationKind.GO_LIVE))
    try:
        operation.refresh()
    except (NotFound, NotReady):
        return None
    return operation


def _adopted(kept: SubmissionRef) -> str:
    when = "" if kept.sent is None else f" at {kept.sent:%Y-%m-%d %H:%M} UTC"
    return f"adopted, an earlier run sent it{when}"


def begin_publish(client: ProductIngestionClient, offer: str, warn: Warn) -> Operation:
    """Publish an offer by the Product Ingestion API, and keep its job, by which it can be canceled."""
    operation = client.begin_publish(offer)
    if operation.adopted:
        operation = with_job(client, operation)
    # What is taken live next is another version.
    Attempt(client.endpoint, "", offer).store(operation.continuation_token(), warn)
    return operation


def job_of(client: ProductIngestionClient, offer: str) -> str | None:
    """Return the job of what an earlier run began for an offer and did not see through, if any."""
    kept = Attempt(client.endpoint, "", offer).sent(client)
    return None if kept is None else kept[0].job


def with_job(client: ProductIngestionClient, operation: Operation) -> Operation:
    """Return an operation that was found with its job, if an earlier run began it.

    The service lists no jobs; only by its job can an operation be canceled, and explained if it fails.
    """
    ref = operation.ref
    kept, kind = Attempt(client.endpoint, "", ref.offer_id).sent(client) or (None, None)
    if kept is None or kept.job is None or kind is not operation.kind:
        return operation
    number = ref.submission if isinstance(ref, SubmissionRef) else None
    # A publish learns its number only in the end; while one runs, it is the only one.
    same = kept.submission == number or (kept.submission is None and not operation.done)
    return client.operation(kept.token(kind)) if same else operation


def settle(operation: Operation) -> None:
    """Forget the attempt that began an operation whose outcome was told.

    An operation that was there before the attempt says nothing about it.
    """
    ref = operation.ref
    if isinstance(ref, SubmissionRef):
        Attempt(f"{ref.origin}{BASE}", "", ref.offer_id).remove()
        return
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
