"""Running a verb: its report, how it follows an operation, and how it ends."""

from __future__ import annotations

import functools
import logging
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, TypeVar

import click

from golive import GoLiveError, Operation, OperationError, OperationKind
from golive.cli import attempts, bearer
from golive.cli.exits import Exit
from golive.cli.history import History
from golive.cli.options import Wait, output_options
from golive.cli.reports import Report
from golive.cli.reports.json import JsonReport
from golive.cli.reports.plain import PlainReport
from golive.cli.reports.quiet import QuietReport
from golive.cli.streams import OutputLost, discard
from golive.cli.telling import Teller

__all__ = [
    "Terminated",
    "extra",
    "follow",
    "report_and_follow",
    "settle",
    "with_report",
    "write_page",
]

F = TypeVar("F", bound=Callable[..., Any])


class Terminated(KeyboardInterrupt):
    """SIGTERM, which a pipeline sends when it is canceled, or SIGHUP.

    Args:
        code: What the command ends with.
    """

    def __init__(self, code: Exit) -> None:
        super().__init__()
        self.code = code


class _Interrupted(Exception):
    """A signal or trouble of the system, while an operation was followed perhaps."""

    def __init__(self, operation: Operation | None, code: Exit, reason: str = "interrupted") -> None:
        super().__init__(reason)
        self.operation = operation
        self.code = code


def with_report(function: F) -> F:
    """Give a command its report, and let every error end in one line and an exit code."""

    @output_options
    @functools.wraps(function)
    def command(*, as_json: bool, quiet: bool, verbose: bool, **arguments: Any) -> Exit:
        if as_json and quiet:
            raise click.UsageError("Choose either --json or --quiet.")
        report = _choose(as_json=as_json, quiet=quiet, resumable=not arguments.get("emulate"))
        _listen(report, logging.DEBUG if verbose else logging.WARNING)
        try:
            with _interruptible():
                code: Exit = function(report=report, **arguments)
                return code
        except GoLiveError as error:
            code = report.failed(error)
            if advice := bearer.advice(error):
                report.advise(advice)
            return code
        except _Interrupted as error:
            reason = str(error)
            # Only verbs that begin something say whether they wait for it.
            if error.operation is None and "waiting" in click.get_current_context().params:
                reason += ". If something was begun, running the same again adopts it"
            told = functools.partial(report.interrupted, error.operation, error.code, reason)
            try:
                return told()
            except OutputLost:
                # With a session its terminal goes away, too.
                discard(sys.stdout)
                return told()
        finally:
            report.close()

    return command  # type: ignore[return-value]


def _choose(*, as_json: bool, quiet: bool, resumable: bool) -> Report:
    """Return the report that fits: as asked for, a table on a terminal, else plain lines."""
    if as_json:
        return JsonReport(sys.stdout, resumable=resumable)
    if quiet:
        return QuietReport(sys.stdout, resumable=resumable)
    if sys.stdout.isatty():
        from rich.console import Console

        from golive.cli.reports.table import LiveReport

        console = Console()
        if not console.is_dumb_terminal:
            return LiveReport(console, resumable=resumable)
    return PlainReport(sys.stdout, resumable=resumable)


def report_and_follow(
    report: Report, operation: Operation, wait: Wait | None, how: str | None = None
) -> Exit:
    """Report what was begun, and follow it if it is to be waited for.

    Args:
        report: Shows it.
        operation: The operation.
        wait: How to wait; None for not at all: what has ended already is told all the same.
        how: How it came to the operation, if that is more than the operation knows.
    """
    usual = "adopted, it ran already" if operation.adopted else "accepted"
    report.begun(operation, how or usual)
    if wait is None and not operation.done:
        report.left(operation)
        return Exit.OK
    # What is canceled had begun before.
    fresh = not operation.adopted and operation.kind is not OperationKind.CANCEL
    return follow(report, operation, wait or Wait(None), fresh=fresh)


def follow(report: Report, operation: Operation, wait: Wait, *, fresh: bool = False) -> Exit:
    """Report what becomes of an operation, until it is over.

    Args:
        report: Shows it.
        operation: The operation.
        wait: How to wait.
        fresh: Whether it was begun just now.

    Raises:
        GoLiveError: It did not come to what it was begun for, or not in time.
    """
    history = History(operation, fresh=fresh)
    try:
        with _interruptible(operation), Teller(wait.hooks, report.warn) as teller:
            for snapshot in operation.updates(wait.timeout):
                history.add(snapshot)
                report.update(history)
                teller.tell(history)
            try:
                operation.result()
                report.ended(history)
            except OperationError:
                # It is told in the end.
                settle(operation)
                raise
            settle(operation)
    finally:
        if wait.page is not None:
            write_page(report, history, wait.page)
    return Exit.OK


def settle(operation: Operation) -> None:
    """Forget the attempt to take an offer live, if this is how it ended."""
    if operation.status.state.is_terminal and operation.kind is not OperationKind.PUBLISH:
        attempts.settle(operation)


def write_page(report: Report, history: History, page: Path) -> bool:
    """Write the page, and return whether it could be written.

    After a wait, that it could not does not change how the operation ended.
    """
    from golive.cli.reports.page import write

    report.close()
    try:
        write(page, history)
    except (OSError, OutputLost) as error:
        report.warn(f"cannot write {page}: {error.strerror or error}. `golive report` writes it again.")
        return False
    report.tell("report", [f"The report is in {page}."], path=str(page))
    return True


def _listen(report: Report, level: int) -> None:
    """Have a report show what golive logs: what it warns of, or each request as well."""
    logger = logging.getLogger("golive")
    logger.handlers = [_Log(report)]
    logger.setLevel(level)


class _Log(logging.Handler):
    """Shows what golive logs, such as an outage that it waits through."""

    def __init__(self, report: Report) -> None:
        super().__init__()
        self._report = report

    def emit(self, record: logging.LogRecord) -> None:
        self._report.warn(record.getMessage())


@contextmanager
def _interruptible(operation: Operation | None = None) -> Iterator[None]:
    try:
        yield
    except GoLiveError:
        # WaitTimeout is a TimeoutError and so an OSError.
        raise
    except Terminated as error:
        raise _Interrupted(operation, error.code) from None
    except KeyboardInterrupt:
        raise _Interrupted(operation, Exit.INTERRUPTED) from None
    except OutputLost as error:
        discard(sys.stdout)
        raise _Interrupted(operation, Exit.OUTPUT_LOST, str(error)) from None
    except OSError as error:
        raise _Interrupted(operation, Exit.UNREACHABLE, _told(error)) from None


def _told(error: OSError) -> str:
    """Say what the system said, and about what."""
    about = "" if error.filename is None else f": {error.filename}"
    return f"{type(error).__name__}: {error.strerror or error}{about}"


@contextmanager
def extra() -> Iterator[None]:
    """Have a command end in one line if the extra that it needs is not installed."""
    try:
        yield
    except ModuleNotFoundError as error:
        if "pip install" not in str(error):
            raise
        raise click.ClickException(str(error)) from None
