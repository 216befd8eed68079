"""The options that verbs share, each as a decorator, and what verbs make of them."""

from __future__ import annotations

import functools
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

import click
from attrs import frozen

from golive import GoLiveClient, InvalidInput, ProductIngestionClient
from golive.cli.apis import Api, Client
from golive.cli.durations import duration
from golive.cli.settings import Decorator, File, naming, option
from golive.cli.subject import Subject, split
from golive.hooks import Hook, hook_of
from golive.refs import check_identifier

__all__ = [
    "Service",
    "Wait",
    "allow_http_option",
    "api_option",
    "database_option",
    "endpoint_options",
    "hook_options",
    "in_a_folder",
    "notify_option",
    "offer_argument",
    "output_options",
    "publisher_option",
    "report_option",
    "service_options",
    "timing_options",
    "wait_options",
    "wait_switch",
]

F = TypeVar("F", bound=Callable[..., Any])


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

    def client(self, subject: Subject) -> Client:
        """Open a client for what a verb is about."""
        api = subject.api
        endpoint = subject.endpoint(self.endpoint) or api.endpoint
        with naming("endpoint"):
            origin = api.origin(endpoint, allow_http=self.allow_http)
        with naming("interval"):
            return api.client(
                endpoint,
                allow_http=self.allow_http,
                polling=api.polling(origin, self.interval),
            )

    def portal(self, subject: Subject) -> GoLiveClient:
        """Open a client for what only the Cloud Partner Portal API knows.

        Raises:
            click.UsageError: Another API is set.
        """
        client = self.client(subject)
        if not isinstance(client, GoLiveClient):
            raise click.UsageError(f"The API {subject.api} has no such list.")
        return client

    def ingestion(self, subject: Subject) -> ProductIngestionClient:
        """Open a client for what only the Product Ingestion API knows.

        Raises:
            click.UsageError: Another API is set.
        """
        if subject.api is not Api.PRODUCT_INGESTION:
            raise click.UsageError("This needs --api product-ingestion.")
        client = self.client(subject)
        assert isinstance(client, ProductIngestionClient)  # noqa: S101 - by its API
        return client


@frozen
class Wait:
    """How to wait, as the options describe it.

    Attributes:
        timeout: When to give up, in seconds; None for never.
        page: Where to write the page about it, if anywhere.
        hooks: Whom to tell of each change.
    """

    timeout: float | None
    page: Path | None = None
    hooks: tuple[Hook, ...] = ()


publisher_option: Decorator = option("publisher", help="Publisher to use when only OFFER is given.")
allow_http_option: Decorator = option(
    "allow_http",
    is_flag=True,
    help="Allow plain http to another machine; the bearer token is then sent unencrypted.",
)
database_option: Decorator = option(
    "database",
    metavar="URL|FILE",
    help="Database of the fleet: an SQLite file, or a postgresql:// URL for workers on several machines."
    "  [default: a file of the user's]",
)
api_option: Decorator = option(
    "api",
    type=click.Choice([each.value for each in Api]),
    default=Api.GO_LIVE.value,
    help="API that the offer is published by; an operation's URL says so itself.  [default: go-live]",
)
_endpoint_option = option(
    "endpoint", metavar="URL", help="Endpoint of the service.  [default: that of the API]"
)
_interval_option = option(
    "interval",
    type=duration,
    help="Initial polling interval, e.g. 1s; it grows over time.  [default: 5s, or 1m for"
    " product-ingestion]",
)
_timeout_option = option(
    "timeout", type=duration, help="Stop waiting after this long, e.g. 2d or 90m.  [default: never]"
)


def _read_settings(context: click.Context, parameter: click.Parameter, value: Path | None) -> None:
    """Read the file, before the options that it may set."""
    context.obj = File.read(value if value is not None else context.find_root().params.get("file"))
    context.default_map = context.obj.values


def output_options(function: F) -> F:
    """Add what every verb has: how much to print, and where its settings are."""
    for add in (
        click.option(
            "--config",
            type=click.Path(path_type=Path),
            is_eager=True,
            expose_value=False,
            callback=_read_settings,
            help="Settings file.",
        ),
        click.option("-v", "--verbose", is_flag=True, help="Show each request on stderr."),
        click.option("--json", "as_json", is_flag=True, help="Print JSON lines, one object per event."),
        click.option(
            "-q",
            "--quiet",
            is_flag=True,
            help="Print only operation URLs, or ids; errors still go to stderr.",
        ),
    ):
        function = add(function)
    return function


def endpoint_options(function: F) -> F:
    """Add `--endpoint` and `--allow-http`, as they are."""
    return _endpoint_option(allow_http_option(function))


def timing_options(function: F) -> F:
    """Add `--interval` and `--timeout`, as they are."""
    return _timeout_option(_interval_option(function))


def offer_argument(function: F) -> F:
    """Give a verb its `subject`: `PUBLISHER OFFER`, `OFFER` of an API without, or `OPERATION-URL`."""

    @click.argument("words", nargs=-1, metavar="[PUBLISHER] OFFER | OPERATION-URL")
    @api_option
    @publisher_option
    @functools.wraps(function)
    def command(*, words: tuple[str, ...], api: str, publisher: str | None, **arguments: Any) -> Any:
        source = click.get_current_context().get_parameter_source("publisher")
        words = split(words)
        if len(words) == 2 and source is click.core.ParameterSource.COMMANDLINE:
            raise click.UsageError(
                "The publisher is given twice: before the offer and with --publisher."
            )
        if publisher is not None and len(words) == 1:
            try:
                with naming("publisher"):
                    check_identifier(publisher, "publisher id")
            except InvalidInput as error:
                raise click.UsageError(str(error)) from None
        return function(subject=Subject.read(words, publisher, Api(api)), **arguments)

    return command  # type: ignore[return-value]


def service_options(function: F) -> F:
    """Give a verb the `service` to ask."""

    @endpoint_options
    @functools.wraps(function)
    def command(*, endpoint: str | None, allow_http: bool, **arguments: Any) -> Any:
        return function(service=Service(endpoint, allow_http), **arguments)

    return command  # type: ignore[return-value]


def wait_options(function: F) -> F:
    """Give a verb the `service` to ask, and how to `wait`: None if `--no-wait` stands above."""

    @timing_options
    @endpoint_options
    @functools.wraps(function)
    def command(
        *,
        endpoint: str | None,
        allow_http: bool,
        interval: float | None,
        timeout: float | None,
        page: Path | None = None,
        hooks: tuple[Hook, ...] = (),
        waiting: bool = True,
        **arguments: Any,
    ) -> Any:
        if page is not None and not waiting:
            raise click.UsageError("--report describes the outcome, so it requires --wait.")
        if hooks and not waiting:
            raise click.UsageError("--on-change and --webhook tell of changes, so they require --wait.")
        service = Service(endpoint, allow_http, interval)
        wait = Wait(timeout, page, hooks) if waiting else None
        return function(service=service, wait=wait, **arguments)

    return command  # type: ignore[return-value]


def wait_switch(*, default: bool) -> Decorator:
    """Add `--wait/--no-wait` to the `wait_options` below it."""
    return click.option(
        "--wait/--no-wait",
        "waiting",
        default=default,
        show_default=True,
        help="Wait until the operation is over, or print its URL and exit.",
    )


def report_option(function: F) -> F:
    """Add `--report`, a page about what was waited for, to the `wait_options` below it."""
    return click.option(
        "--report",
        "page",
        type=click.Path(dir_okay=False, writable=True, path_type=Path),
        callback=in_a_folder,
        metavar="FILE.html",
        help="When done, whatever the outcome, write an HTML report: steps, timings and messages.",
    )(function)


def hook_options(function: F) -> F:
    """Give a command its `hooks`: whom to tell of each change."""

    @click.option(
        "--on-change",
        "commands",
        multiple=True,
        metavar="COMMAND",
        help="Run this at each change, with it as JSON on its standard input; may be repeated.",
    )
    @click.option(
        "--webhook",
        "urls",
        multiple=True,
        metavar="URL",
        help="Post each change as JSON, signed if GOLIVE_WEBHOOK_SECRET is set; or, with"
        " golive[notify], notify a URL of apprise; may be repeated.",
    )
    @functools.wraps(function)
    def command(*, commands: tuple[str, ...], urls: tuple[str, ...], **arguments: Any) -> Any:
        try:
            hooks = (
                *(hook_of(command=each) for each in commands),
                *(hook_of(url=each) for each in urls),
            )
        except InvalidInput as error:
            raise click.UsageError(str(error)) from None
        return function(hooks=hooks, **arguments)

    return command  # type: ignore[return-value]


def notify_option(function: F) -> F:
    """Add `--notify`, which publish and cancel can say beside the offer."""
    return click.option(
        "--notify",
        multiple=True,
        metavar="EMAIL",
        help="Address that the service notifies by mail; may be repeated.",
    )(function)


def in_a_folder(context: click.Context, parameter: click.Parameter, value: Path | None) -> Path | None:
    """Refuse a file in a folder that is not there, before anything is begun."""
    if value is not None and not os.path.isdir(value.absolute().parent):  # noqa: PTH112 - never raises
        raise click.BadParameter(f"there is no folder {value.absolute().parent}.")
    return value
