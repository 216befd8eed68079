"""The exit codes of the command, and which error ends in which."""

from __future__ import annotations

from enum import IntEnum

from golive.cli.subject import NoOperation
from golive.errors import (
    CredentialError,
    GoLiveError,
    InvalidInput,
    NotAllowed,
    NotAuthenticated,
    NotFound,
    NotFromService,
    NothingToCancel,
    NotReady,
    OperationCanceled,
    OperationError,
    PreconditionFailed,
    RequestRefused,
    ServiceFault,
    ServiceUnreachable,
    SubmissionUncertain,
    Throttled,
    Undecided,
    WaitTimeout,
)

__all__ = ["HELP", "MEANINGS", "Exit", "exit_of"]


class Exit(IntEnum):
    """What the command exits with."""

    OK = 0
    DEFECT = 1
    USAGE = 2
    FAILED = 3
    CANCELED = 4
    NOT_FINISHED = 5
    NOT_FOUND = 6
    NOT_ALLOWED = 7
    UNREACHABLE = 8
    UNCERTAIN = 9
    REFUSED = 10
    UNEXPECTED = 11
    BROKEN = 12
    HUNG_UP = 129
    INTERRUPTED = 130
    OUTPUT_LOST = 141
    TERMINATED = 143


#: What each code means, in the order in which they are shown.
MEANINGS = {
    Exit.OK: "success: live, in preview or canceled, as requested (with --no-wait: request accepted)",
    Exit.DEFECT: "internal error: a bug in golive",
    Exit.USAGE: "usage error: an argument is missing or malformed",
    Exit.FAILED: "the operation failed",
    Exit.CANCELED: "the operation was canceled",
    Exit.NOT_FINISHED: "not finished: timed out; still running (status); not ready (ready)",
    Exit.NOT_FOUND: "no such publisher, offer or operation",
    Exit.NOT_ALLOWED: "not authorized: no token, a bad token, or no access to the publisher",
    Exit.UNREACHABLE: "service unreachable or failing, or a proxy answered in its place",
    Exit.UNCERTAIN: "no response: the operation may have started; run the same command again",
    Exit.REFUSED: "refused, for example because the offer is not in preview, or a person must decide",
    Exit.UNEXPECTED: "unexpected response, outside the API contract",
    Exit.BROKEN: "the server violates the contract (contract)",
    Exit.HUNG_UP: "terminal or session closed (SIGHUP); the operation keeps running",
    Exit.INTERRUPTED: "interrupted (Ctrl-C); the operation keeps running",
    Exit.OUTPUT_LOST: "output can no longer be written; the operation keeps running",
    Exit.TERMINATED: "terminated (SIGTERM); the operation keeps running",
}

#: The table for `--help`; `\b` keeps click from filling it.
HELP = "\b\nExit codes:\n" + "\n".join(f"  {code.value:>3}  {text}" for code, text in MEANINGS.items())

# The first that fits counts, so a subclass stands before its parent.
_BY_ERROR: tuple[tuple[type[GoLiveError], Exit], ...] = (
    (InvalidInput, Exit.USAGE),
    (CredentialError, Exit.NOT_ALLOWED),
    (NotAuthenticated, Exit.NOT_ALLOWED),
    (NotAllowed, Exit.NOT_ALLOWED),
    (NotFound, Exit.NOT_FOUND),
    (NothingToCancel, Exit.NOT_FOUND),
    (NoOperation, Exit.NOT_FOUND),
    (PreconditionFailed, Exit.REFUSED),
    (RequestRefused, Exit.REFUSED),
    (Undecided, Exit.REFUSED),
    (NotReady, Exit.REFUSED),
    (Throttled, Exit.UNREACHABLE),
    (ServiceFault, Exit.UNREACHABLE),
    (ServiceUnreachable, Exit.UNREACHABLE),
    (NotFromService, Exit.UNREACHABLE),
    (SubmissionUncertain, Exit.UNCERTAIN),
    (OperationCanceled, Exit.CANCELED),
    (WaitTimeout, Exit.NOT_FINISHED),
    (OperationError, Exit.FAILED),
    (GoLiveError, Exit.UNEXPECTED),
)


def exit_of(error: GoLiveError) -> Exit:
    """Return what the command exits with after an error."""
    return next(code for kind, code in _BY_ERROR if isinstance(error, kind))
