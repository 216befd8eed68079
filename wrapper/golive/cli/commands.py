"""The verbs of the command."""

from __future__ import annotations

import functools
import importlib.util
import logging
import os
import signal
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from types import FrameType
from typing import Any, TypeVar

import click

from golive import (
    ENDPOINT,
    CredentialError,
    GoLiveClient,
    GoLiveError,
    InvalidInput,
    Operation,
    Origin,
    PollingPolicy,
    State,
    __version__,
)
from golive.cli.durations import duration
from golive.cli.exits import HELP, Exit
from golive.cli.reports import Report, choose
from golive.contract import document
from golive.contract.rules import FORMS
from golive.credentials import Credential
from golive.location import parse_location

__all__ = ["run"]

F = TypeVar("F", bound=Callable[..., Any])

#: With the emulator, days take seconds; so may the pauses.
EMULATED_INTERVAL = 0.25


class _Terminated(KeyboardInterrupt):
    """SIGTERM: what a pipeline sends when it is canceled."""


class _Interrupted(Exception):
    """Ctrl-C, SIGTERM, or the loss of the output, while an operation was followed perhaps."""

    def __init__(self, operation: Operation | None, code: Exit, reason: str = "interrupted") -> None:
        super().__init__(reason)
        self.operation = operation
        self.code = code


@click.group(
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
    epilog=HELP,
)
@click.version_option(__version__, "-V", "--version", prog_name="golive", message="%(prog)s %(version)s")
def cli() -> None:
    """Take an offer live on Microsoft's commercial marketplace, and know where it stands.

    \b
    The token comes from AZURE_TOKEN if that is set, else from azure-identity
    (pip install 'golive[azure]').
    """


class _Warnings(logging.Handler):
    """Shows what golive warns of, such as an outage that it waits through."""

    def __init__(self, report: Report) -> None:
        super().__init__(logging.WARNING)
        self._report = report

    def emit(self, record: logging.LogRecord) -> None:
        self._report.warn(record.getMessage())


def _reporting(function: F) -> F:
    """Give a command its report, and let every error end in one line and an exit code."""

    @click.option("--json", "as_json", is_flag=True, help="Print JSON lines, one object per event.")
    @functools.wraps(function)
    def command(*, as_json: bool, **arguments: Any) -> Exit:
        report = choose(as_json=as_json, resumable=not arguments.get("emulate"))
        logging.getLogger("golive").handlers = [_Warnings(report)]
        try:
            with _interruptible():
                code: Exit = function(report=report, **arguments)
                return code
        except GoLiveError as error:
            return report.failed(error)
        except _Interrupted as error:
            return report.interrupted(error.operation, error.code, str(error))
        finally:
            report.close()

    return command  # type: ignore[return-value]


def _following(function: F) -> F:
    """Add the options of the commands that wait."""
    for option in (
        click.option(
            "--interval",
            type=duration,
            help="Ask this often at first, e.g. 1s; the pauses grow with time.  [default: 5s]",
        ),
        click.option("--timeout", type=duration, help="Give up waiting after so long, e.g. 2d or 90m."),
    ):
        function = option(function)
    return _asking(function)


def _asking(function: F) -> F:
    """Add the options of the commands that ask the service."""
    for option in (
        click.option(
            "--allow-http",
            is_flag=True,
            help="Accept plain http to another machine, which sends the token unencrypted.",
        ),
        click.option(
            "--endpoint",
            envvar="GOLIVE_ENDPOINT",
            show_envvar=True,
            metavar="URL",
            help=f"Where the service is.  [default: {ENDPOINT}]",
        ),
    ):
        function = option(function)
    return function


@cli.command()
@click.argument("publisher")
@click.argument("offer")
@click.option("--emulate", is_flag=True, help="Use a service emulated on the spot; nothing leaves here.")
@click.option(
    "--scenario",
    type=click.Choice(["succeed", "fail", "cancel", "wait", "hang"]),
    help="With --emulate: how the go-live ends.  [default: succeed]",
)
@click.option("--no-wait", is_flag=True, help="Begin it, print its address, and exit.")
@_following
@_reporting
def start(
    report: Report,
    publisher: str,
    offer: str,
    emulate: bool,
    scenario: str | None,
    no_wait: bool,
    endpoint: str | None,
    allow_http: bool,
    timeout: float | None,
    interval: float | None,
) -> Exit:
    """Take OFFER of PUBLISHER live, and wait until it is.

    A go-live of the offer that already runs is adopted instead of begun again.

    \b
    Examples:
      golive start contoso contoso-offer --emulate
      golive start contoso contoso-offer --timeout 5d
      golive start contoso contoso-offer --no-wait --json
    """
    source = click.get_current_context().get_parameter_source("endpoint")
    if emulate and (source is click.core.ParameterSource.COMMANDLINE or no_wait):
        raise click.UsageError(
            "--emulate brings its own service, which ends with the command:"
            " leave out --endpoint and --no-wait."
        )
    if scenario and not emulate:
        raise click.UsageError("--scenario only goes with --emulate.")
    service = (
        _emulated(scenario, interval) if emulate else _client(endpoint, interval, allow_http=allow_http)
    )
    with service as client:
        operation = client.begin_go_live(publisher, offer)
        return _begun(report, operation, timeout, waiting=not no_wait)


@cli.command()
@click.argument("token")
@_following
@_reporting
def wait(
    report: Report,
    token: str,
    endpoint: str | None,
    allow_http: bool,
    timeout: float | None,
    interval: float | None,
) -> Exit:
    """Wait for the operation TOKEN, which `start` printed: the operation's address.

    \b
    Example (the quotes matter, for the $):
      golive wait 'https://cloudpartner.azure.com/api/operations/contoso$contoso-offer$2$preview'
    """
    with _client(_endpoint_for(token, endpoint), interval, allow_http=allow_http) as client:
        operation = client.operation(token)
        return _follow(report, operation, timeout)


@cli.command()
@click.argument("token")
@_asking
@_reporting
def status(report: Report, token: str, endpoint: str | None, allow_http: bool) -> Exit:
    """Ask once where the operation TOKEN stands; the exit code tells, too.

    \b
    Example (the quotes matter, for the $):
      golive status 'https://cloudpartner.azure.com/api/operations/contoso$contoso-offer$2$preview'
    """
    with _client(_endpoint_for(token, endpoint), None, allow_http=allow_http) as client:
        operation = client.operation(token)
        snapshot = operation.refresh()
        report.snapshot(operation, snapshot)
        if not operation.done:
            return Exit.NOT_FINISHED
        return {State.FAILED: Exit.FAILED, State.CANCELED: Exit.CANCELED}.get(snapshot.state, Exit.OK)


def _notifying(function: F) -> F:
    """Add what publish and cancel can say beside the offer."""
    return click.option(
        "--notify",
        multiple=True,
        metavar="EMAIL",
        help="Whom the service notifies by mail; may be repeated.",
    )(function)


@cli.command()
@click.argument("publisher")
@click.argument("offer")
@_notifying
@click.option("--wait", "waiting", is_flag=True, help="Wait until the offer waits for its publisher.")
@_following
@_reporting
def publish(
    report: Report,
    publisher: str,
    offer: str,
    notify: tuple[str, ...],
    waiting: bool,
    endpoint: str | None,
    allow_http: bool,
    timeout: float | None,
    interval: float | None,
) -> Exit:
    """Publish OFFER of PUBLISHER to its preview, from which it can go live.

    \b
    Examples:
      golive publish contoso contoso-offer
      golive publish contoso contoso-offer --wait && golive start contoso contoso-offer
    """
    with _client(endpoint, interval, allow_http=allow_http) as client:
        operation = client.begin_publish(publisher, offer, notification_emails=notify)
        return _begun(report, operation, timeout, waiting=waiting)


@cli.command()
@click.argument("publisher_or_token")
@click.argument("offer", required=False)
@_notifying
@click.option("--no-wait", is_flag=True, help="Do not wait for it to take effect.")
@_following
@_reporting
def cancel(
    report: Report,
    publisher_or_token: str,
    offer: str | None,
    notify: tuple[str, ...],
    no_wait: bool,
    endpoint: str | None,
    allow_http: bool,
    timeout: float | None,
    interval: float | None,
) -> Exit:
    """Cancel what runs for OFFER of PUBLISHER_OR_TOKEN, or for the offer of a token.

    It takes one to three minutes to take effect; the exit code is 0 only if it did.

    \b
    Examples (the quotes matter, for the $):
      golive cancel contoso contoso-offer
      golive cancel 'https://cloudpartner.azure.com/api/operations/contoso$contoso-offer$2$preview'
    """
    if offer is None:
        endpoint = _endpoint_for(publisher_or_token, endpoint)
    with _client(endpoint, interval, allow_http=allow_http) as client:
        publisher = publisher_or_token
        if offer is None:
            ref = client.operation(publisher_or_token).ref
            publisher, offer = ref.publisher_id, ref.offer_id
        operation = client.begin_cancel(publisher, offer, notification_emails=notify)
        return _begun(report, operation, timeout, waiting=not no_wait)


@cli.command()
@click.argument("publisher")
@click.argument("offer")
@click.option("--running", is_flag=True, help="Only those that run.")
@_asking
@_reporting
def submissions(
    report: Report,
    publisher: str,
    offer: str,
    running: bool,
    endpoint: str | None,
    allow_http: bool,
) -> Exit:
    """List the operations of OFFER of PUBLISHER.

    \b
    Example:
      golive submissions contoso contoso-offer --running
    """
    with _client(endpoint, None, allow_http=allow_http) as client:
        state = State.RUNNING if running else None
        report.listed(client.submissions(publisher, offer, state=state))
    return Exit.OK


@cli.command()
@click.argument("publisher")
@click.argument("offer")
@_asking
@_reporting
def ready(report: Report, publisher: str, offer: str, endpoint: str | None, allow_http: bool) -> Exit:
    """Ask whether OFFER of PUBLISHER waits for its publisher: whether it can go live now.

    The exit code is 0 if it does, and 5 if not.

    \b
    Example:
      golive ready contoso contoso-offer && golive start contoso contoso-offer
    """
    with _client(endpoint, None, allow_http=allow_http) as client:
        status = client.offer_status(publisher, offer)
        report.stands(publisher, offer, status)
        return Exit.OK if status.ready_to_go_live else Exit.NOT_FINISHED


@cli.command()
@click.option("--host", default="127.0.0.1", show_default=True, help="The address to listen at.")
@click.option(
    "--port",
    type=click.IntRange(0, 65535),
    default=8080,
    show_default=True,
    help="The port to listen at; 0 for any that is free.",
)
@click.option(
    "--speed",
    type=click.FloatRange(min=0, min_open=True),
    default=20_000.0,
    show_default=True,
    help="How many times faster than real time; at the default, a go-live takes 13 seconds.",
)
@click.option(
    "--scenario",
    type=click.Choice(["succeed", "fail", "cancel", "wait", "hang", "invalid"]),
    default="succeed",
    show_default=True,
    help="How operations end.",
)
@click.option(
    "--api-version",
    multiple=True,
    default=["2017-10-31"],
    show_default=True,
    help="A version of the API to speak; may be repeated.",
)
@click.option(
    "--always-ready",
    is_flag=True,
    help="Have offers in preview again once an operation has ended, as contract tests need it.",
)
@click.option(
    "--fault",
    multiple=True,
    metavar="FAULT[@KIND][:FIRST[-LAST]]",
    help="What goes wrong, e.g. drop-answer@golive or 500@poll:2-5; may be repeated.",
)
def emulator(
    host: str,
    port: int,
    speed: float,
    scenario: str,
    api_version: tuple[str, ...],
    always_ready: bool,
    fault: tuple[str, ...],
) -> Exit:
    """Serve the API, emulated, for trying things out and for tests.

    \b
    Examples:
      golive emulator --port 8080 --speed 1000
      golive emulator --fault drop-answer@golive --fault 500@poll:2-5
    """
    Emulator, Scenario, token = _load_emulator()  # noqa: N806

    try:
        service = Emulator(
            speed=speed,
            scenario=Scenario(scenario),
            api_versions=api_version,
            faults=fault,
            always_ready=always_ready,
        )
    except ValueError as error:
        raise click.UsageError(str(error)) from None

    def announce(endpoint: str) -> None:
        click.echo(f"The emulator listens at {endpoint}, {speed:g} times faster than real time.")
        for offer in service.market.offers():
            kind = "migrated" if offer.migrated else "not migrated"
            stage = "in preview" if offer.latest else "never published"
            click.echo(f"  {offer.publisher}/{offer.id}: {kind}, {stage}")
        first = next(service.market.offers())
        click.echo(
            f"Try: AZURE_TOKEN={token} golive start {first.publisher} {first.id}"
            f" --endpoint {endpoint} --interval 1s"
        )

    try:
        service.serve_forever(host, port, announce)
    except KeyboardInterrupt:
        pass
    except OSError as error:
        raise click.ClickException(
            f"Cannot listen at {host}:{port}: {error.strerror}. Choose another --port, or 0 for any."
        ) from None
    return Exit.OK


@cli.command()
@click.argument("url", required=False)
@click.option("--show", is_flag=True, help="Print the contract, an OpenAPI document, and exit.")
@click.option("--publisher", help="A publisher that the server knows.  [default on loopback: contoso]")
@click.option(
    "--offer",
    multiple=True,
    help="An offer of the publisher; may be repeated.  [default on loopback: the emulator's]",
)
@click.option(
    "--allow-changes",
    is_flag=True,
    help="Also publish, take live and cancel these offers; without it, nothing is changed.",
)
@click.option(
    "--form",
    multiple=True,
    type=click.Choice(FORMS),
    help="With --allow-changes: the form of Location to expect.  [default: both]",
)
@click.option(
    "--examples", type=click.IntRange(1), default=30, show_default=True, help="Examples of each request."
)
@click.option(
    "--seed", type=click.IntRange(0), help="The same requests again; the output names the seed."
)
@click.option(
    "--reports",
    type=click.Path(file_okay=False, path_type=Path),
    help="A folder for reports as JUnit, HAR and NDJSON; tokens are masked.",
)
@click.option(
    "--cancel-within",
    type=duration,
    default="5m",
    show_default=True,
    help="How long a cancellation may take.",
)
@click.option(
    "--allow-http",
    is_flag=True,
    help="Accept plain http to another machine, which sends the token unencrypted.",
)
def contract(
    url: str | None,
    show: bool,
    publisher: str | None,
    offer: tuple[str, ...],
    allow_changes: bool,
    form: tuple[str, ...],
    examples: int,
    seed: int | None,
    reports: Path | None,
    cancel_within: float,
    allow_http: bool,
) -> Exit:
    """Prove that the server at URL keeps the contract; its token comes from AZURE_TOKEN.

    \b
    Examples:
      golive contract --show
      golive contract https://api.example --publisher contoso --offer contoso-offer
      golive contract http://127.0.0.1:8080 --allow-changes --reports reports
    The last one against: golive emulator --always-ready --speed 3000000
    """
    if show == bool(url):
        raise click.UsageError("Give either the URL of a server, or --show.")
    if url is None:
        click.echo(document(), nl=False)
        return Exit.OK
    try:
        origin = Origin.parse(url, allow_http=allow_http)
    except InvalidInput as error:
        raise click.UsageError(str(error)) from None
    if not origin.is_loopback and not (publisher and offer):
        raise click.UsageError("Name what the server knows: --publisher P --offer O.")
    token = os.environ.get("AZURE_TOKEN", "").strip()
    if not token:
        raise click.UsageError("AZURE_TOKEN is not set; the token comes from there only.")
    if importlib.util.find_spec("schemathesis") is None:
        raise click.ClickException("The proof needs Schemathesis: pip install 'golive[contract]'")
    from golive.contract.proof import Proof

    verdict = Proof(
        url=url,
        publisher=publisher or "contoso",
        offers=offer or ("contoso-offer", "contoso-legacy"),
        allow_changes=allow_changes,
        forms=form or FORMS,
        examples=examples,
        seed=seed,
        reports=reports,
        cancel_within=cancel_within,
    ).run(token)
    for each in verdict.missing:
        click.echo(f"golive: never answered by a 200: {each}", err=True)
    if not verdict.kept:
        click.echo(f"golive: the contract is not kept; again with --seed {verdict.seed}", err=True)
        return Exit.BROKEN
    click.echo(f"golive: {origin} keeps the contract (--seed {verdict.seed})")
    return Exit.OK


def _begun(report: Report, operation: Operation, timeout: float | None, *, waiting: bool) -> Exit:
    report.begun(operation)
    if not waiting:
        report.left(operation)
        return Exit.OK
    return _follow(report, operation, timeout)


def _follow(report: Report, operation: Operation, timeout: float | None) -> Exit:
    with _interruptible(operation):
        for snapshot in operation.updates(timeout):
            report.update(operation, snapshot)
        operation.result()
        report.ended(operation)
    return Exit.OK


@contextmanager
def _interruptible(operation: Operation | None = None) -> Iterator[None]:
    try:
        yield
    except GoLiveError:
        # WaitTimeout is a TimeoutError and so an OSError.
        raise
    except _Terminated:
        raise _Interrupted(operation, Exit.TERMINATED) from None
    except KeyboardInterrupt:
        raise _Interrupted(operation, Exit.INTERRUPTED) from None
    except OSError as error:
        # What goes wrong on the network is a GoLiveError, so this is the output.
        _discard_output()
        reason = f"cannot write the output ({error.strerror})"
        raise _Interrupted(operation, Exit.OUTPUT_LOST, reason) from None


def _discard_output() -> None:
    """Let what is still to be written go nowhere: Python would stumble over it again at exit."""
    with open(os.devnull, "w") as nowhere:  # noqa: PTH123
        os.dup2(nowhere.fileno(), sys.stdout.fileno())


@contextmanager
def _emulated(scenario: str | None, interval: float | None) -> Iterator[GoLiveClient]:
    Emulator, Scenario, token = _load_emulator()  # noqa: N806
    service = Emulator(scenario=Scenario(scenario or "succeed"))
    polling = _polling(EMULATED_INTERVAL if interval is None else interval)
    with service.serve() as url, GoLiveClient(token, endpoint=url, polling=polling) as client:
        yield client


def _client(endpoint: str | None, interval: float | None, *, allow_http: bool) -> GoLiveClient:
    endpoint = endpoint or ENDPOINT
    origin = Origin.parse(endpoint, allow_http=allow_http)
    return GoLiveClient(
        _credential(origin), endpoint=endpoint, polling=_polling(interval), allow_http=allow_http
    )


def _polling(interval: float | None) -> PollingPolicy:
    if interval is None:
        return PollingPolicy()
    return PollingPolicy(floor=interval, ceiling=max(interval, PollingPolicy().ceiling))


def _endpoint_for(token: str, endpoint: str | None) -> str | None:
    """Return the endpoint; a token that names this machine, as the emulator's do, says it by itself."""
    if endpoint is None:
        try:
            origin = Origin.parse(token.partition("/api/")[0])
            parse_location(token.partition("#")[0], origin)
        except ValueError:
            return None
        if origin.is_loopback:
            return str(origin)
    return endpoint


def _credential(origin: Origin) -> Credential:
    token = os.environ.get("AZURE_TOKEN")
    if token:
        return token.strip()
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


def _load_emulator() -> tuple[Any, Any, str]:
    try:
        from golive.emulator import TOKEN, Emulator, Scenario
    except ModuleNotFoundError as error:
        raise click.ClickException(str(error)) from None
    return Emulator, Scenario, TOKEN


def _on_sigterm(number: int, frame: FrameType | None) -> None:
    raise _Terminated


def run(arguments: Sequence[str]) -> int:
    """Run the command.

    Args:
        arguments: The arguments, without the name of the command.

    Returns:
        The exit code.
    """
    for name in ("stdout", "stderr"):
        if getattr(sys, name) is None:
            # The shell closed it (`>&-`).
            setattr(sys, name, open(os.devnull, "w"))  # noqa: PTH123, SIM115
        # A character that the terminal cannot show must not end the wait.
        getattr(getattr(sys, name), "reconfigure", lambda **_: None)(errors="replace")
    signal.signal(signal.SIGTERM, _on_sigterm)
    try:
        return int(cli.main(args=list(arguments), prog_name="golive", standalone_mode=False) or 0)
    except click.ClickException as error:
        error.show()
        return Exit.USAGE
    except (click.Abort, KeyboardInterrupt):
        return Exit.INTERRUPTED
    except Exception as error:
        if os.environ.get("GOLIVE_DEBUG"):
            raise
        click.echo(
            f"golive: a defect of golive: {type(error).__name__}: {error}"
            " (set GOLIVE_DEBUG=1 to see where, and report it)",
            err=True,
        )
        return Exit.DEFECT
