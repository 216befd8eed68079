"""The verbs about an offer and its operations."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import urlsplit

import click

from golive import (
    GoLiveClient,
    NotFound,
    Operation,
    OperationError,
    OperationKind,
    Origin,
    ProductIngestionClient,
    State,
    WaitTimeout,
)
from golive.cli import attempts, elapsed
from golive.cli.apis import Api, Client
from golive.cli.exits import Exit
from golive.cli.history import History
from golive.cli.options import (
    Service,
    Wait,
    api_option,
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
@click.option(
    "--submission",
    metavar="NUMBER",
    help="With --api product-ingestion: take only this submission live; fail if another is in preview.",
)
@click.option(
    "--restore",
    is_flag=True,
    help="With --api product-ingestion: also if the product was deprecated.",
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
    submission: str | None,
    restore: bool,
) -> Exit:
    """Take an offer live and wait until it is.

    A go-live that is already running for the offer is adopted, not started again. So is one that an
    earlier run of this command started but did not see through, even if it has ended since.

    \b
    Examples:
      golive start contoso contoso-offer --emulate
      golive start contoso contoso-offer --timeout 5d --report release.html
      golive start contoso contoso-offer --no-wait --json
      golive start contoso-db --api product-ingestion --submission 1152921505690000042
    """
    source = click.get_current_context().get_parameter_source("endpoint")
    if emulate and (source is click.core.ParameterSource.COMMANDLINE or wait is None):
        raise click.UsageError(
            "--emulate starts an emulator that ends with the command:"
            " leave out --endpoint and --no-wait."
        )
    if scenario and not emulate:
        raise click.UsageError("--scenario requires --emulate.")
    if subject.api is not Api.PRODUCT_INGESTION and (submission or restore):
        raise click.UsageError("--submission and --restore need --api product-ingestion.")
    with _emulated(scenario, service, subject) if emulate else service.client(subject) as client:
        names = subject.offer(client)
        how = None
        if isinstance(client, ProductIngestionClient):
            (offer,) = names
            pinned = submission or subject.submission(client)
            if emulate:
                operation = client.begin_go_live(offer, pinned, restore=restore)
            else:
                operation, how = attempts.begin_submission(
                    client, offer, report.warn, submission=pinned, restore=restore
                )
        elif emulate:
            # Its service ends with this run, and what was known of it is worth nothing then.
            operation = client.begin_go_live(*names)
        else:
            publisher, offer = names
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
        operation = _operation(client, subject)
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
        history = _looked_at(_operation(client, subject))
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
        names = subject.offer(client)
        polling = subject.api.polling(Origin.of(urlsplit(client.endpoint)), service.interval)
        until = None if wait.timeout is None else elapsed.seconds() + wait.timeout
        for operation in operations(client, names, polling, until, report):
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
        history = _looked_at(_operation(client, subject))
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
        names = subject.offer(client)
        if if_needed and (found := _published_by(client, names)) is not None:
            report.begun(found, "found, this version needs no other publish")
            return Exit.OK
        if isinstance(client, ProductIngestionClient):
            _no_addresses(notify)
            (offer,) = names
            operation = attempts.begin_publish(client, offer, report.warn)
        else:
            operation = client.begin_publish(*names, notification_emails=notify)
            # What is taken live next is another version.
            attempts.forget(client.endpoint, *names)
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
        names = subject.offer(client)
        if isinstance(client, ProductIngestionClient):
            _no_addresses(notify)
            operation = _cancel(client, subject, names)
        else:
            operation = client.begin_cancel(*names, notification_emails=notify)
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
@api_option
@service_options
@with_report
def offers(report: Report, publisher: str | None, api: str, service: Service) -> Exit:
    """List the offers of a publisher.

    Without PUBLISHER, it lists those of the publisher that is set. The offers of Product Ingestion are
    looked at one by one: golive status OFFER.

    \b
    Example:
      golive offers contoso
    """
    if Api(api) is not Api.GO_LIVE:
        raise click.UsageError(
            f"With --api {api}, no offers are listed: look at each, with `golive status OFFER`."
        )
    if publisher is None:
        raise click.UsageError("Give a PUBLISHER, or set GOLIVE_PUBLISHER.")
    with naming("publisher"):
        check_identifier(publisher, "publisher id")
    with service.portal(Subject((publisher, ""))) as client:
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
      golive ready contoso-db --api product-ingestion
    """
    with service.client(subject) as client:
        names = subject.offer(client)
        stands = client.offer_status(*names)
        report.stands(names, stands)
        return Exit.OK if stands.ready_to_go_live else Exit.NOT_FINISHED


def _operation(client: Client, subject: Subject) -> Operation:
    """Return the operation that a verb is about, with all that earlier runs knew of it."""
    operation = subject.operation(client)
    if isinstance(client, ProductIngestionClient) and not subject.is_url:
        return attempts.with_job(client, operation)
    return operation


def _looked_at(operation: Operation) -> History:
    history = History(operation)
    history.add(operation.refresh())
    return history


def _no_addresses(notify: tuple[str, ...]) -> None:
    if notify:
        raise click.UsageError(
            "--notify: the Product Ingestion API notifies whom Partner Center has noted for the offer."
        )


def _cancel(client: ProductIngestionClient, subject: Subject, names: tuple[str, ...]) -> Operation:
    """Cancel the job of the URL, or that of what an earlier run began for the offer."""
    if subject.is_url:
        return client.operation(subject.words[0]).cancel()
    return client.begin_cancel(*names, job=attempts.job_of(client, *names))


def _published_by(client: Client, names: tuple[str, ...]) -> Operation | None:
    """Return the operation by which the current version of an offer is in preview, or is going live."""
    found = client.latest_operation(*names)
    if found is None:
        return None
    if isinstance(client, ProductIngestionClient):
        draft, _ = client.differences(*names)
        failed = found.status.state in (State.FAILED, State.CANCELED)
        return None if draft.changes or draft.is_missing or failed else found
    found.refresh()
    going_live = found.kind is OperationKind.GO_LIVE and not found.done
    if not (going_live or found.status.ready_to_go_live):
        return None
    try:
        preview = client.offer(*names, slot="preview").version
    except NotFound:
        return None
    current = client.offer(*names).version
    return found if current is not None and current == preview else None


@click.command()
@offer_argument
@service_options
@with_report
def diff(report: Report, subject: Subject, service: Service) -> Exit:
    """Compare draft with preview, and preview with live.

    What is in draft and not in preview, then what is in preview and not live; the order of resources and
    signed links do not count. Needs --api product-ingestion. The exit code is 0 either way.

    \b
    Example:
      golive diff contoso-db --api product-ingestion
    """
    with service.ingestion(subject) as client:
        (offer,) = subject.offer(client)
        for each in client.differences(offer):
            report.differs(offer, each)
    return Exit.OK


@contextmanager
def _emulated(scenario: str | None, service: Service, subject: Subject) -> Iterator[Client]:
    with extra():
        from golive.emulator import Emulator

        emulator = Emulator(scenario=Scenario(scenario or "succeed"))
    interval = service.interval or EMULATED_INTERVAL
    kind = GoLiveClient if subject.api is Api.GO_LIVE else ProductIngestionClient
    with emulator.serve() as url:
        polling = subject.api.polling(Origin.parse(url), interval)
        with kind(TOKEN, endpoint=url, polling=polling) as client:
            yield client


COMMANDS = (start, wait_, status, watch, cancel, publish, submissions, ready, diff, offers, report_)
