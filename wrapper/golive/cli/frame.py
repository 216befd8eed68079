"""What the verbs share: their options, their client, and how they end."""

from __future__ import annotations

import functools
import logging
import os
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, TypeVar

import click
from attrs import frozen

from golive import (
    ENDPOINT,
    CredentialError,
    GoLiveClient,
    GoLiveError,
    InvalidInput,
    Operation,
    OperationError,
    OperationKind,
    Origin,
    PollingPolicy,
)
from golive.cli import attempts, tokens
from golive.cli.durations import duration
from golive.cli.exits import Exit
from golive.cli.history import History
from golive.cli.reports import Report, choose
from golive.cli.settings import Decorator, naming, option
from golive.cli.streams import OutputLost, discard
from golive.cli.subject import Subject, split
from golive.credentials import Credential
from golive.location import check_identifier

__all__ = [
    "Service",
    "Terminated",
    "Wait",
    "about",
    "allow_http_option",
    "asking",
    "endpoint_options",
    "follow",
    "following",
    "go_on",
    "in_a_folder",
    "notifying",
    "paged",
    "publisher_option",
    "reporting",
    "settle",
    "waitable",
    "waiting_options",
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


@frozen
class Service:
    """The service, as the options describe it.

    Attributes:
        endpoint: Where it is; None for the default.
        allow_http: Whether plain http to another machine is accepted.
        interval: The shortest pause between two polls, in seconds; None for the default.
    """

    endpoint: str | None
    allow_http: bool
    interval: float | None = None

    @property
    def polling(self) -> PollingPolicy:
        """How often to ask."""
        usual = PollingPolicy()
        if self.interval is None:
            return usual
        return PollingPolicy(floor=self.interval, ceiling=max(self.interval, usual.ceiling))

    def client(self, subject: Subject) -> GoLiveClient:
        """Open a client for what a verb is about."""
        endpoint = subject.endpoint(self.endpoint) or ENDPOINT
        with naming("endpoint"):
            origin = Origin.parse(endpoint, allow_http=self.allow_http)
        return GoLiveClient(
            _credential(origin), endpoint=endpoint, polling=self.polling, allow_http=self.allow_http
        )


@frozen
class Wait:
    """How to wait, as the options describe it.

    Attributes:
        timeout: When to give up, in seconds; None for never.
        page: Where to write the page about it, if anywhere.
    """

    timeout: float | None
    page: Path | None = None


publisher_option: Decorator = option(
    "publisher", help="The publisher, for when only the offer is written."
)
allow_http_option: Decorator = option(
    "allow_http",
    is_flag=True,
    help="Accept plain http to another machine, which sends the token unencrypted.",
)
_endpoint_option = option(
    "endpoint", metavar="URL", help=f"Where the service is.  [default: {ENDPOINT}]"
)
_interval_option = option(
    "interval",
    type=duration,
    help="Ask this often at first, e.g. 1s; the pauses grow with time.  [default: 5s]",
)
_timeout_option = option(
    "timeout", type=duration, help="Give up waiting after so long, e.g. 2d or 90m.  [default: never]"
)


def endpoint_options(function: F) -> F:
    """Add the options that say where the service is."""
    return _endpoint_option(allow_http_option(function))


def waiting_options(function: F) -> F:
    """Add the options that say how to wait."""
    return _timeout_option(_interval_option(function))


def about(function: F) -> F:
    """Give a verb its subject: `PUBLISHER OFFER`, or `TOKEN`."""

    @click.argument("words", nargs=-1, metavar="PUBLISHER OFFER | TOKEN")
    @publisher_option
    @functools.wraps(function)
    def command(*, words: tuple[str, ...], publisher: str | None, **arguments: Any) -> Any:
        source = click.get_current_context().get_parameter_source("publisher")
        words = split(words)
        if len(words) == 2 and source is click.core.ParameterSource.COMMANDLINE:
            raise click.UsageError("The publisher is given twice, before the offer and by --publisher.")
        if publisher is not None and len(words) == 1:
            try:
                with naming("publisher"):
                    check_identifier(publisher, "publisher id")
            except InvalidInput as error:
                raise click.UsageError(str(error)) from None
        return function(subject=Subject.read(words, publisher), **arguments)

    return command  # type: ignore[return-value]


def asking(function: F) -> F:
    """Give a verb the service to ask."""

    @endpoint_options
    @functools.wraps(function)
    def command(*, endpoint: str | None, allow_http: bool, **arguments: Any) -> Any:
        return function(service=Service(endpoint, allow_http), **arguments)

    return command  # type: ignore[return-value]


def following(function: F) -> F:
    """Give a verb the service to ask, and how to wait."""

    @waiting_options
    @endpoint_options
    @functools.wraps(function)
    def command(
        *,
        endpoint: str | None,
        allow_http: bool,
        interval: float | None,
        timeout: float | None,
        page: Path | None = None,
        **arguments: Any,
    ) -> Any:
        if page is not None and not arguments.get("waiting", True):
            raise click.UsageError("--report tells how it ended, so it goes with --wait.")
        service = Service(endpoint, allow_http, interval)
        return function(service=service, wait=Wait(timeout, page), **arguments)

    return command  # type: ignore[return-value]


def waitable(*, default: bool) -> Decorator:
    """Add the option that says whether to wait for what was begun."""
    return click.option(
        "--wait/--no-wait",
        "waiting",
        default=default,
        show_default=True,
        help="Wait until it is over, or print its address and exit.",
    )


def paged(function: F) -> F:
    """Add the option for a page about what was waited for."""
    return click.option(
        "--report",
        "page",
        type=click.Path(dir_okay=False, writable=True, path_type=Path),
        callback=in_a_folder,
        metavar="FILE.html",
        help="In the end, however it comes, write a page with the steps, their times and the messages.",
    )(function)


def notifying(function: F) -> F:
    """Add what publish and cancel can say beside the offer."""
    return click.option(
        "--notify",
        multiple=True,
        metavar="EMAIL",
        help="Whom the service notifies by mail; may be repeated.",
    )(function)


def reporting(function: F) -> F:
    """Give a command its report, and let every error end in one line and an exit code."""

    @click.option("-q", "--quiet", is_flag=True, help="Print tokens only; errors still go to stderr.")
    @click.option("--json", "as_json", is_flag=True, help="Print JSON lines, one object per event.")
    @functools.wraps(function)
    def command(*, as_json: bool, quiet: bool, **arguments: Any) -> Exit:
        if as_json and quiet:
            raise click.UsageError("Choose one of --json and --quiet.")
        report = choose(as_json=as_json, quiet=quiet, resumable=not arguments.get("emulate"))
        logging.getLogger("golive").handlers = [_Warnings(report)]
        try:
            with _interruptible():
                code: Exit = function(report=report, **arguments)
                return code
        except GoLiveError as error:
            code = report.failed(error)
            if advice := tokens.advice(error):
                report.advise(advice)
            return code
        except _Interrupted as error:
            reason = str(error)
            # Only verbs that begin something say whether they wait for it.
            if error.operation is None and "waiting" in arguments:
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


def go_on(
    report: Report, operation: Operation, wait: Wait, *, waiting: bool, how: str | None = None
) -> Exit:
    """Report what was begun, and follow it if it is to be waited for.

    Args:
        report: Shows it.
        operation: The operation.
        wait: How to wait.
        waiting: Whether to wait.
        how: How it came to the operation, if that is more than the operation knows.
    """
    usual = "adopted, it ran already" if operation.adopted else "accepted"
    report.begun(operation, how or usual)
    if waiting:
        # What is canceled had begun before.
        fresh = not operation.adopted and operation.kind is not OperationKind.CANCEL
        return follow(report, operation, wait, fresh=fresh)
    report.left(operation)
    return Exit.OK


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
        with _interruptible(operation):
            for snapshot in operation.updates(wait.timeout):
                history.add(snapshot)
                report.update(history)
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
    from golive.cli.page import write

    report.close()
    try:
        write(page, history)
    except (OSError, OutputLost) as error:
        report.warn(f"cannot write {page}: {error.strerror or error}. `golive report` writes it again.")
        return False
    report.tell("report", [f"The report is in {page}."], path=str(page))
    return True


class _Warnings(logging.Handler):
    """Shows what golive warns of, such as an outage that it waits through."""

    def __init__(self, report: Report) -> None:
        super().__init__(logging.WARNING)
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


def in_a_folder(context: click.Context, parameter: click.Parameter, value: Path | None) -> Path | None:
    """Refuse a file in a folder that is not there, before anything is begun."""
    if value is not None and not os.path.isdir(value.absolute().parent):  # noqa: PTH112 - never raises
        raise click.BadParameter(f"there is no folder {value.absolute().parent}.")
    return value


def _credential(origin: Origin) -> Credential:
    token = tokens.from_environment()
    if token:
        return token
    if origin.is_loopback:
        raise CredentialError(
            f"AZURE_TOKEN is not set. For an emulator at {origin}: export AZURE_TOKEN=emulator"
        )
    try:
        from azure.identity import DefaultAzureCredential
    except ModuleNotFoundError:
        raise CredentialError(
            "There is no token: set AZURE_TOKEN, for example to the output of `az account"
            " get-access-token --resource https://cloudpartner.azure.com --query accessToken -o tsv`,"
            " or pip install 'golive[azure]'."
        ) from None
    # Its warnings would repeat, over many lines, what our error says in one.
    logging.getLogger("azure").setLevel(logging.CRITICAL)
    return DefaultAzureCredential()
