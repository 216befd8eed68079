"""`golive fleet`: many go-lives, on an engine that survives what dies."""

from __future__ import annotations

import functools
import getpass
import os
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click
from click.core import ParameterSource

from golive import ENDPOINT, GoLiveError
from golive.cli.apis import Api
from golive.cli.durations import duration
from golive.cli.exits import Exit
from golive.cli.folders import state_folder
from golive.cli.options import Service, api_option, database_option, endpoint_options, hook_options
from golive.cli.reports import Report
from golive.cli.reports.release import ReleaseScreen, offer_lines, summary
from golive.cli.running import extra, with_report
from golive.cli.settings import option

if TYPE_CHECKING:
    from golive.fleet import Fleet, Release, ReleaseView, Worker
    from golive.hooks import Hook

__all__ = ["fleet"]

F = TypeVar("F", bound=Callable[..., Any])

#: How often to look at the database while a release is followed, in seconds.
_LOOK = 1.0

_interval_option = option(
    "interval",
    type=duration,
    help="Initial polling interval, e.g. 1s; it grows over time, and is 1m at least for"
    " product-ingestion.  [default: 5s]",
)
_release_argument = click.argument("release")
_offers_argument = click.argument("offers", nargs=-1, metavar="[[PUBLISHER/]OFFER]...")


@click.group()
def fleet() -> None:
    """Take many offers live, and see them in one place.

    A release is a file that names its offers. It is begun once per name; each of its offers goes
    live once, whoever starts it and whatever dies meanwhile.

    \b
    Examples:
      golive fleet check release.toml
      golive fleet start release.toml
      golive fleet board
    """


def _with_fleet(function: F) -> F:
    """Give a command the `fleet` on the database that the options name, and the `hooks`."""

    @database_option
    @endpoint_options
    @_interval_option
    @with_report
    @functools.wraps(function)
    def command(
        *,
        report: Report,
        database: str | None,
        endpoint: str | None,
        allow_http: bool,
        interval: float | None,
        hooks: tuple[Hook, ...] = (),
        **arguments: Any,
    ) -> Exit:
        service = Service(endpoint, allow_http, interval)
        with extra(), _opened(database, service, hooks) as opened:
            code: Exit = function(report=report, fleet=opened, **arguments)
            return code

    return command  # type: ignore[return-value]


@contextmanager
def _opened(database: str | None, service: Service, hooks: Sequence[Hook]) -> Iterator[Fleet]:
    from golive.fleet import Fleet
    from golive.fleet import Service as FleetService

    # The form that takes most; an offer's API is known only with its release.
    origin = Api.PRODUCT_INGESTION.origin(service.endpoint or ENDPOINT, allow_http=True)
    polling = Api.GO_LIVE.polling(origin, service.interval)
    how = FleetService(service.endpoint, polling=polling, allow_http=service.allow_http)
    with Fleet(database, service=how, folder=state_folder(), hooks=hooks) as opened:
        yield opened


def _with_release(function: F) -> F:
    """Give a command its `release`: from a file, or from `--offer`."""

    @click.argument("file", required=False, type=click.Path(path_type=Path), metavar="[RELEASE-FILE]")
    @click.option(
        "--offer",
        "named",
        multiple=True,
        metavar="[PUBLISHER/]OFFER",
        help="Instead of a file, an offer of the release; may be repeated.",
    )
    @click.option("--name", help="With --offer: what the release is called.")
    @click.option("--publish", is_flag=True, help="With --offer: publish the offers to preview first.")
    @api_option
    @functools.wraps(function)
    def command(
        *,
        file: Path | None,
        named: tuple[str, ...],
        name: str | None,
        publish: bool,
        api: str,
        **arguments: Any,
    ) -> Exit:
        if (file is None) == (not named):
            raise click.UsageError("Give a release file, or the offers with --offer.")
        if named and name is None:
            raise click.UsageError("--offer requires --name: each offer goes live once per release.")
        if file is not None and (name is not None or publish):
            raise click.UsageError("--name and --publish belong to --offer; the file says both itself.")
        source = click.get_current_context().get_parameter_source("api")
        if file is not None and source is ParameterSource.COMMANDLINE:
            raise click.UsageError("--api belongs to --offer; the file says it itself, per offer.")
        with extra():
            if file is not None:
                release = _from_file(file)
            else:
                release = _from_offers(named, str(name), publish, Api(api))
        code: Exit = function(release=release, **arguments)
        return code

    return command  # type: ignore[return-value]


def _from_file(file: Path) -> Release:
    from golive.fleet import Release

    return Release.read(file)


def _from_offers(named: Sequence[str], name: str, publish: bool, api: Api) -> Release:
    from golive.fleet import Release

    offers = []
    for each in named:
        publisher, slash, offer = each.rpartition("/")
        if bool(slash) is (api is Api.PRODUCT_INGESTION):
            form = "OFFER: the account implies the publisher" if slash else "PUBLISHER/OFFER"
            raise click.UsageError(f"--offer {each}: with --api {api}, name it as {form}.")
        offers.append(
            {
                "offer": offer,
                "publish": publish,
                "api": str(api),
                **({"publisher": publisher} if slash else {}),
            }
        )
    return Release.from_value({"name": name, "offers": offers}, "--offer")


@fleet.command()
@_with_fleet
@_with_release
def check(report: Report, fleet: Fleet, release: Release) -> Exit:
    """Check a release, and look whether each offer is ready. Nothing is changed.

    \b
    Examples:
      golive fleet check release.toml
      golive fleet check --name tonight --offer contoso/contoso-offer
      golive fleet check --name tonight --offer contoso-db --api product-ingestion
    """
    found = fleet.check(release)
    width = max(len(each.plan.name) for each in found)
    for each in found:
        word = "ready" if each.ready else "not ready"
        report.tell(
            "check",
            [f"{each.plan.name:<{width}}  {word:<9}  {each.reason}"],
            release=release.name,
            publisher=each.plan.publisher_id,
            offer=each.plan.offer_id,
            api=each.plan.api,
            ready=each.ready,
            reason=each.reason,
            submission=each.submission,
        )
    return Exit.OK if all(each.ready for each in found) else Exit.REFUSED


@fleet.command()
@click.option("--detach", is_flag=True, help="Leave it to workers, and exit.")
@hook_options
@_with_fleet
@_with_release
def start(report: Report, fleet: Fleet, release: Release, detach: bool) -> Exit:
    """Begin a release, or join it, and follow it until it is over.

    Starting the same release again is the same release, also on another machine or after a crash.

    \b
    Examples:
      golive fleet start release.toml
      golive fleet start release.toml --database postgresql://fleet@db/golive --detach
    """
    begun = fleet.start(release)
    if detach:
        view = fleet.status(release.name)
        how = "begun" if begun else "joined, it was begun before"
        report.tell("release", [f"{summary(view)} ({how})"], begun=begun, **view.to_dict())
        return Exit.OK
    if not begun:
        report.warn(f"the release {release.name!r} was begun before; it is joined.")
    with fleet.worker() as worker:
        return _follow(report, fleet, release.name, worker)


@fleet.command()
@click.option("--worker-id", help="What it is called; unique.  [default: made from the machine's name]")
@hook_options
@_with_fleet
def worker(report: Report, fleet: Fleet, worker_id: str | None) -> Exit:
    """Run a worker, until it is stopped. There may be any number, on any machine.

    \b
    Examples:
      golive fleet worker
      golive fleet worker --database postgresql://fleet@db/golive
    """
    with fleet.worker(worker_id) as running:
        told = [f"The worker {running.name} runs on {fleet.place}.", "Stop it with Ctrl-C."]
        report.tell("worker", told, worker=running.name, database=fleet.place)
        while not running.lost.wait(_LOOK):
            pass
    return _again(report, fleet)


@fleet.command()
@_release_argument
@_with_fleet
def status(report: Report, fleet: Fleet, release: str) -> Exit:
    """Show where each offer of a release stands."""
    view = fleet.status(release)
    report.tell("release", [summary(view), *offer_lines(view)], **view.to_dict())
    return _exit_of(view)


@fleet.command()
@_release_argument
@_with_fleet
def watch(report: Report, fleet: Fleet, release: str) -> Exit:
    """Follow a release that workers take live, until it is over."""
    fleet.status(release)
    return _follow(report, fleet, release, None)


@fleet.command("list")
@_with_fleet
def list_(report: Report, fleet: Fleet) -> Exit:
    """Show all releases, the newest first."""
    for view in fleet.releases():
        report.tell("release", [f"{view.began:%Y-%m-%d %H:%M} UTC  {summary(view)}"], **view.to_dict())
    return Exit.OK


def _changing(name: str, what: str, past: str) -> click.Command:
    """Return a command that changes offers of a release."""

    @fleet.command(name, help=what)
    @_release_argument
    @_offers_argument
    @_with_fleet
    def command(report: Report, fleet: Fleet, release: str, offers: tuple[str, ...]) -> Exit:
        arguments = {"by": _who()} if name == "approve" else {}
        done = getattr(fleet, name)(release, offers or None, **arguments)
        lines = [f"{each}: {past}" for each in done] or [f"Nothing of {release} {what_else[name]}."]
        report.tell("changed", lines, release=release, change=name, offers=done)
        return Exit.OK

    what_else = {
        "approve": "needs an approval",
        "retry": "has failed",
        "cancel": "can be canceled any more",
    }
    return command


def _who() -> str | None:
    try:
        return getpass.getuser()
    except (ImportError, KeyError, OSError):
        return None


_changing(
    "approve",
    "Approve that offers go live: those that are named, or all that need it now.",
    "approved",
)
_changing("retry", "Try again what failed: the offers that are named, or all that did.", "tried again")
_changing(
    "cancel",
    "Cancel offers: those that are named, or all that have not ended.\n\nWhat has not begun does not"
    " begin, and what runs is canceled at the service. A preview stays.",
    "to be canceled",
)


@fleet.command("report")
@_release_argument
@click.argument("file", type=click.Path(dir_okay=False, writable=True, path_type=Path))
@_with_fleet
def report_(report: Report, fleet: Fleet, release: str, file: Path) -> Exit:
    """Write a page about a release: every offer, failures first."""
    from golive.fleet.board import page

    text = page(fleet.status(release))
    try:
        file.write_text(text, "utf-8")
    except OSError as error:
        raise click.ClickException(f"Cannot write {file}: {error.strerror}.") from None
    report.tell("report", [f"The report is in {file}."], path=str(file))
    return Exit.OK


@fleet.command()
@click.option("--host", default="127.0.0.1", show_default=True, help="Address to listen on.")
@click.option(
    "--port", type=click.IntRange(0, 65535), default=8090, show_default=True, help="Port to listen on."
)
@click.option(
    "--allow-changes", is_flag=True, help="Show buttons to approve, retry and cancel, behind a token."
)
@_with_fleet
def board(report: Report, fleet: Fleet, host: str, port: int, allow_changes: bool) -> Exit:
    """Serve a page for the room: every release and offer, kept up to date.

    \b
    Examples:
      golive fleet board
      golive fleet board --host 0.0.0.0 --port 8090 --allow-changes
    """
    from golive.fleet import board as page

    def announce(url: str, token: str | None) -> None:
        lines = [f"The board is at {url}"]
        if token is not None:
            lines.append(f"To approve, retry and cancel there: {url}/enter?token={token}")
        report.tell("board", lines, url=url, token=token)

    page.serve(fleet, host, port, allow_changes=allow_changes, announce=announce)
    return Exit.OK


def _follow(report: Report, fleet: Fleet, release: str, worker: Worker | None) -> Exit:
    """Show a release until it is over, or until the worker of this process lost its place."""
    seen = 0
    with ReleaseScreen(report, live=report.is_for_people) as screen:
        while True:
            try:
                events = fleet.events(seen, release=release)
                view = fleet.status(release)
            except GoLiveError as error:
                if worker is None or not worker.lost.is_set():
                    report.warn(str(error))
                    time.sleep(_LOOK * 5)
                    continue
                events, view = [], None
            if view is not None:
                seen = events[-1].id if events else seen
                screen.update(view, events)
                if view.ended and len(events) == 0:
                    break
            if worker is not None and worker.lost.is_set():
                break
            time.sleep(_LOOK)
    if view is None or not view.ended:
        return _again(report, fleet)
    report.tell("release", [summary(view)], **view.to_dict())
    return _exit_of(view)


def _exit_of(view: ReleaseView) -> Exit:
    states = view.counts
    if view.is_live:
        return Exit.OK
    if not view.ended:
        return Exit.NOT_FINISHED
    return Exit.FAILED if "failed" in states or "blocked" in states else Exit.CANCELED


def _again(report: Report, fleet: Fleet) -> Exit:
    """Begin this process anew: its place was lost with the database, and nothing of it is needed."""
    from golive.fleet import FleetError

    report.warn("the database was away, and with it the place of this worker; beginning anew.")
    while True:
        try:
            fleet.releases()
            break
        except FleetError:
            time.sleep(_LOOK * 2)
    report.close()
    sys.stdout.flush()
    os.execv(sys.executable, [sys.executable, *sys.orig_argv[1:]])  # noqa: S606 - the same command
