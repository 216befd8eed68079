"""The verbs about an offer and its operations."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import click
from attrs import evolve

from golive import GoLiveClient, NotFound, Operation, OperationError, OperationKind, State, WaitTimeout
from golive.cli import attempts, elapsed
from golive.cli.exits import Exit
from golive.cli.history import History
from golive.cli.options import (
    Service,
    Wait,
    hook_options,
    in_a_folder,
    notify_option,
    offer_argument,
    report_option,
    service_options,
    wait_options,
    wait_switch,
)
from golive.cli.reports import Report
from golive.cli.running import extra, follow, report_and_follow, settle, with_report, write_page
from golive.cli.settings import VARIABLES, naming
from golive.cli.subject import Subject
from golive.cli.watching import operations
from golive.emulator import TOKEN, Scenario
from golive.refs import check_identifier

__all__ = ["COMMANDS"]

#: With the emulator, days take seconds; so may the pauses.
EMULATED_INTERVAL = 0.25


@click.command()
@offer_argument
@click.option(
    "--emulate", is_flag=True, help="Run against a built-in emulator; nothing leaves this machine."
)
@click.option(
    "--scenario",
    # A publish is what can be invalid.
    type=click.Choice([each.value for each in Scenario if each is not Scenario.INVALID]),
    help="With --emulate: the outcome of the go-live.  [default: succeed]",
)
@wait_switch(default=True)
@report_option
@hook_options
@wait_options
@with_report
def start(
    report: Report,
    subject: Subject,
    service: Service,
    wait: Wait | None,
    emulate: bool,
    scenario: str | None,
) -> Exit:
    """Take an offer live and wait until it is.

    A go-live that is already running for the offer is adopted, not started again. So is one that an
    earlier run of this command started but did not see through, even if it has ended since.

    \b
    Examples:
      golive start contoso contoso-offer --emulate
      golive start contoso contoso-offer --timeout 5d --report release.html
      golive start contoso contoso-offer --no-wait --json
    """
    source = click.get_current_context().get_parameter_source("endpoint")
    if emulate and (source is click.core.ParameterSource.COMMANDLINE or wait is None):
        raise click.UsageError(
            "--emulate starts an emulator that ends with the command:"
            " leave out --endpoint and --no-wait."
        )
    if scenario and not emulate:
        raise click.UsageError("--scenario requires --emulate.")
    with _emulated(scenario, service) if emulate else service.client(subject) as client:
        publisher, offer = subject.offer(client)
        if emulate:
            # Its service ends with this run, and what was known of it is worth nothing then.
            operation, how = client.begin_go_live(publisher, offer), None
        else:
            operation, how = attempts.begin_go_live(client, publisher, offer, report.warn)
        return report_and_follow(report, operation, wait, how)


@click.command("wait")
@offer_argument
@report_option
@hook_options
@wait_options
@with_report
def wait_(report: Report, subject: Subject, service: Service, wait: Wait) -> Exit:
    """Wait until an operation is over.

    Waits for the given operation, or for the offer's running one, or else its latest. The exit code
    is 0 only for success.

    \b
    Examples (the quotes keep the shell from reading the $):
      golive wait contoso contoso-offer --timeout 2d
      golive wait 'https://cloudpartner.azure.com/api/operations/contoso$contoso-offer$2$preview'
    """
    with service.client(subject) as client:
        operation = subject.operation(client)
        if not subject.is_url:
            report.begun(operation, "found")
        return follow(report, operation, wait)


@click.command()
@offer_argument
@service_options
@with_report
def status(report: Report, subject: Subject, service: Service) -> Exit:
    """Show where an operation stands.

    Asks once, without waiting: about the given operation, or the offer's running one, or else its
    latest. The exit code says the same: 0 done or in preview, 3 failed, 4 canceled, 5 still running.

    \b
    Examples (the quotes keep the shell from reading the $):
      golive status contoso contoso-offer
      golive status 'https://cloudpartner.azure.com/api/operations/contoso$contoso-offer$2$preview'
    """
    with service.client(subject) as client:
        history = _looked_at(subject.operation(client))
        report.snapshot(history)
        settle(history.operation)
        if not history.operation.done:
            return Exit.NOT_FINISHED
        return {State.FAILED: Exit.FAILED, State.CANCELED: Exit.CANCELED}.get(
            history.status.state, Exit.OK
        )


@click.command()
@offer_argument
@hook_options
@wait_options
@with_report
def watch(report: Report, subject: Subject, service: Service, wait: Wait) -> Exit:
    """Watch an offer until interrupted.

    Follows the offer's operations one after the other, whatever their outcome, and changes nothing.
    With --timeout, it stops after that time, which counts as success.

    \b
    Examples:
      golive watch contoso contoso-offer
      golive watch contoso contoso-offer --timeout 8h --json >> offer.log
    """
    with service.client(subject) as client:
        publisher, offer = subject.offer(client)
        until = None if wait.timeout is None else elapsed.seconds() + wait.timeout
        for operation in operations(client, publisher, offer, service.polling, until, report):
            report.begun(operation, "found")
            left = None if until is None else max(0.0, until - elapsed.seconds())
            try:
                follow(report, operation, Wait(left))
            except WaitTimeout:
                break
            except OperationError as error:
                report.failed(error)
    return Exit.OK


@click.command("report")
@offer_argument
@click.option(
    "-o",
    "--output",
    type=click.Path(dir_okay=False, writable=True, allow_dash=True, path_type=Path),
    callback=in_a_folder,
    help="File to write; - for standard output.  [default: PUBLISHER-OFFER.html]",
)
@service_options
@with_report
def report_(report: Report, subject: Subject, service: Service, output: Path | None) -> Exit:
    """Write an HTML report about an operation.

    The report is a single self-contained HTML file, for example for a release ticket. One written by
    `golive start --report FILE` also shows when each step took place, which the service does not
    report later.

    \b
    Examples (the quotes keep the shell from reading the $):
      golive report contoso contoso-offer -o release.html
      golive report 'https://cloudpartner.azure.com/api/operations/contoso$contoso-offer$2$preview'
    """
    with service.client(subject) as client:
        history = _looked_at(subject.operation(client))
    if output == Path("-"):
        from golive.cli.reports.page import render

        click.echo(render(history), nl=False)
        return Exit.OK
    page = output or Path(f"{history.name.replace('/', '-')}.html")
    return Exit.OK if write_page(report, history, page) else Exit.OUTPUT_LOST


@click.command()
@offer_argument
@click.option(
    "--if-needed",
    is_flag=True,
    help="Do nothing, successfully, if this version of the offer is in preview or going live already.",
)
@notify_option
@wait_switch(default=False)
@report_option
@hook_options
@wait_options
@with_report
def publish(
    report: Report,
    subject: Subject,
    service: Service,
    wait: Wait | None,
    notify: tuple[str, ...],
    *,
    if_needed: bool,
) -> Exit:
    """Publish an offer to its preview, from which it can go live.

    With --wait, it waits until the offer is in preview. A publish that is already running is then
    joined, not refused. A pipeline whose job may be run again says --if-needed.

    \b
    Examples:
      golive publish contoso contoso-offer
      golive publish contoso contoso-offer --wait --if-needed && golive start contoso contoso-offer
    """
    with service.client(subject) as client:
        publisher, offer = subject.offer(client)
        if if_needed and (found := _published_by(client, publisher, offer)) is not None:
            report.begun(found, "found, this version needs no other publish")
            return Exit.OK
        operation = client.begin_publish(publisher, offer, notification_emails=notify)
        # What is taken live next is another version.
        attempts.forget(client.endpoint, publisher, offer)
        return report_and_follow(report, operation, wait)


@click.command()
@offer_argument
@notify_option
@wait_switch(default=True)
@report_option
@hook_options
@wait_options
@with_report
def cancel(
    report: Report,
    subject: Subject,
    service: Service,
    wait: Wait | None,
    notify: tuple[str, ...],
) -> Exit:
    """Cancel the operation that is running for an offer.

    This takes one to three minutes. The exit code is 0 only if the operation was canceled.

    \b
    Examples (the quotes keep the shell from reading the $):
      golive cancel contoso contoso-offer
      golive cancel 'https://cloudpartner.azure.com/api/operations/contoso$contoso-offer$2$preview'
    """
    with service.client(subject) as client:
        operation = client.begin_cancel(*subject.offer(client), notification_emails=notify)
        return report_and_follow(report, operation, wait)


@click.command()
@offer_argument
@click.option("--running", is_flag=True, help="List only operations that are running.")
@service_options
@with_report
def submissions(report: Report, subject: Subject, service: Service, running: bool) -> Exit:
    """List the operations of an offer.

    \b
    Example:
      golive submissions contoso contoso-offer --running
    """
    with service.client(subject) as client:
        state = State.RUNNING if running else None
        report.listed(client.submissions(*subject.offer(client), state=state))
    return Exit.OK


@click.command()
@click.argument("publisher", required=False, envvar=VARIABLES["publisher"])
@service_options
@with_report
def offers(report: Report, publisher: str | None, service: Service) -> Exit:
    """List the offers of a publisher.

    Without PUBLISHER, it lists those of the publisher that is set.

    \b
    Example:
      golive offers contoso
    """
    if publisher is None:
        raise click.UsageError("Give a PUBLISHER, or set GOLIVE_PUBLISHER.")
    with naming("publisher"):
        check_identifier(publisher, "publisher id")
    with service.client(Subject((publisher, ""))) as client:
        report.offered(client.offers(publisher))
    return Exit.OK


@click.command()
@offer_argument
@service_options
@with_report
def ready(report: Report, subject: Subject, service: Service) -> Exit:
    """Check whether an offer can go live now.

    It can while it is in preview. The exit code is 0 if it can, and 5 if not.

    \b
    Example:
      golive ready contoso contoso-offer && golive start contoso contoso-offer
    """
    with service.client(subject) as client:
        publisher, offer = subject.offer(client)
        stands = client.offer_status(publisher, offer)
        report.stands(publisher, offer, stands)
        return Exit.OK if stands.ready_to_go_live else Exit.NOT_FINISHED


def _looked_at(operation: Operation) -> History:
    history = History(operation)
    history.add(operation.refresh())
    return history


def _published_by(client: GoLiveClient, publisher: str, offer: str) -> Operation | None:
    """Return the operation by which the current version of an offer is in preview, or is going live."""
    found = client.latest_operation(publisher, offer)
    if found is None:
        return None
    found.refresh()
    going_live = found.kind is OperationKind.GO_LIVE and not found.done
    if not (going_live or found.status.ready_to_go_live):
        return None
    try:
        preview = client.offer(publisher, offer, slot="preview").version
    except NotFound:
        return None
    current = client.offer(publisher, offer).version
    return found if current is not None and current == preview else None


@contextmanager
def _emulated(scenario: str | None, service: Service) -> Iterator[GoLiveClient]:
    with extra():
        from golive.emulator import Emulator

        emulator = Emulator(scenario=Scenario(scenario or "succeed"))
    polling = evolve(service, interval=service.interval or EMULATED_INTERVAL).polling
    with emulator.serve() as url, GoLiveClient(TOKEN, endpoint=url, polling=polling) as client:
        yield client


COMMANDS = (start, wait_, status, watch, cancel, publish, submissions, ready, offers, report_)
